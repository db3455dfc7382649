//! UTF-16 to UTF-8. A byte order mark stays in the stream as U+FEFF: skipping it is the cutter's
//! work, so that it is accounted for like every other byte.

use encoding_rs::{CoderResult, Decoder};

/// How the text of a source is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// UTF-8, or bytes that are taken as they are.
    #[default]
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

/// Bytes of the head that decide.
pub(super) const HEAD: usize = 1 << 10;

impl Encoding {
    /// The word that the evidence frame carries.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }

    /// Told by the first KiB: a byte order mark, or NUL in every other byte, as in ASCII text
    /// written as UTF-16. UTF-32 is left alone: it is not text that any parser here reads.
    pub(super) fn of(head: &[u8]) -> Self {
        let head = head.get(..HEAD).unwrap_or(head);
        match head {
            [0xff, 0xfe, 0, 0, ..] => return Self::Utf8,
            [0xff, 0xfe, ..] => return Self::Utf16Le,
            [0xfe, 0xff, ..] => return Self::Utf16Be,
            _ => {}
        }
        let (pairs, _) = head.as_chunks::<2>();
        let high_nul = pairs.iter().filter(|p| matches!(p, [0, 1..=255])).count();
        let low_nul = pairs.iter().filter(|p| matches!(p, [1..=255, 0])).count();
        let any_nul = pairs.iter().filter(|p| p.contains(&0)).count();
        // Four characters at least, nine in ten of them ASCII, and no NUL on the other side: a
        // capture with some Hindi in its head still qualifies, a binary file does not.
        let clearly = |ascii: usize| ascii >= 4 && ascii * 10 >= pairs.len() * 9 && ascii == any_nul;
        if clearly(low_nul) {
            Self::Utf16Le
        } else if clearly(high_nul) {
            Self::Utf16Be
        } else {
            Self::Utf8
        }
    }

    /// None where nothing has to be done.
    pub(super) fn transcoder(self) -> Option<Transcoder> {
        let encoding = match self {
            Self::Utf8 => return None,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
        };
        Some(Transcoder {
            decoder: encoding.new_decoder_without_bom_handling(),
            units: Vec::new(),
            text: Vec::new(),
            at: 0,
            ended: false,
        })
    }
}

/// Bytes that are transcoded at once.
const BLOCK: usize = 64 << 10;

/// Turns blocks of UTF-16 into UTF-8, however characters lie across them. Lone surrogates and an
/// odd last byte become U+FFFD.
pub(super) struct Transcoder {
    decoder: Decoder,
    units: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Transcoder {
    /// Appends up to `count` bytes of text; 0 at the end. `more` appends up to the asked number of
    /// UTF-16 bytes, fewer at the end only.
    pub(super) fn read<E>(
        &mut self,
        buffer: &mut Vec<u8>,
        count: usize,
        mut more: impl FnMut(&mut Vec<u8>, usize) -> Result<usize, E>,
    ) -> Result<usize, E> {
        while self.at >= self.text.len() && !self.ended {
            self.units.clear();
            self.ended = more(&mut self.units, BLOCK)? < BLOCK;
            self.convert();
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let rest = rest.get(..count).unwrap_or(rest);
        buffer.extend_from_slice(rest);
        self.at += rest.len();
        Ok(rest.len())
    }

    fn convert(&mut self) {
        self.at = 0;
        // One unit becomes three bytes at the utmost; more room is what the decoder itself asks.
        let room = self.decoder.max_utf8_buffer_length(self.units.len()).unwrap_or(BLOCK * 4);
        self.text.clear();
        self.text.resize(room, 0);
        let (mut read, mut written) = (0, 0);
        while let (Some(from), Some(to)) = (self.units.get(read..), self.text.get_mut(written..)) {
            let (result, taken, made, _) = self.decoder.decode_to_utf8(from, to, self.ended);
            read += taken;
            written += made;
            if result == CoderResult::InputEmpty || (taken == 0 && made == 0) {
                break;
            }
        }
        self.text.truncate(written);
    }
}
