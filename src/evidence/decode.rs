//! Decompression as a machine that is fed and asked: input slice in, output slice out. All codecs
//! have this one shape, so members, padding, damage and the bomb guard are dealt with once.

use crate::domain::limits;
use flate2::{Decompress, FlushDecompress};
use lzma_rust2::{Action, XzStream};
use zstd::stream::raw::{Decoder as Zstd, InBuffer, Operation, OutBuffer};

/// How a source is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip (RFC 1952), one member or many.
    Gzip,
    /// Zstandard (RFC 8878), one frame or many, skippable frames among them.
    Zstd,
    /// bzip2, one stream or many.
    Bzip2,
    /// xz, one stream or many.
    Xz,
}

impl Compression {
    /// The word that the evidence frame carries.
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }

    /// Told by the first bytes (six are enough).
    pub(super) fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            // A frame, or a skippable frame: 0x184D2A50 to 0x184D2A5F.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] if bzip2_block(rest) => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            _ => Self::None,
        }
    }
}

/// A bzip2 stream goes on with a block (π) or ends at once (√π). Tells it from text that begins
/// with `BZh9`; what was cut off there is given the benefit of the doubt.
fn bzip2_block(rest: &[u8]) -> bool {
    let shared = rest.len().min(6);
    [[0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]]
        .iter()
        .any(|magic: &[u8; 6]| magic.get(..shared) == rest.get(..shared))
}

/// Bounds against bombs: see [`limits::STREAM_RATIO_MAX`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) ratio: u64,
    pub(super) free: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { ratio: limits::STREAM_RATIO_MAX, free: limits::STREAM_RATIO_FREE_BYTES }
    }
}

/// Where compressed bytes come from.
pub(super) trait Feed {
    type Error;
    /// Bytes not consumed yet; none at the end only.
    fn rest(&mut self) -> Result<&[u8], Self::Error>;
    /// Takes bytes off the front.
    fn consume(&mut self, count: usize);
    /// Bytes of the file on disk that were consumed: what the bomb guard compares with.
    fn on_disk(&self) -> u64;
}

enum Codec {
    Deflate(Decompress),
    Gzip(Decompress),
    Zstd(Box<Zstd<'static>>),
    Bzip2(bzip2::Decompress),
    Xz(Box<XzStream>),
}

/// How a zip member is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Deflate,
    Whole(Compression),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Inside a member, frame or stream.
    Within,
    /// After a whole one.
    Between,
    /// After a whole one, in zeros that fill a block of a tape or a disk.
    Padding,
    /// Nothing more comes.
    Ended,
}

/// What one call did. `produced` counts even where `end` tells of damage.
struct Step {
    consumed: usize,
    produced: usize,
    /// The end of a member, or damage.
    end: Option<Result<(), String>>,
}

/// Input that zstd is shown at once: on damage it forgets what it wrote during the call, so calls
/// are kept small.
const ZSTD_INPUT: usize = 4 << 10;

/// Output of one call: the bomb guard looks in between.
const STEP_OUTPUT: usize = 1 << 20;

/// Decodes one source.
pub(super) struct Decoder {
    codec: Codec,
    phase: Phase,
    bounds: Bounds,
    produced: u64,
    damage: Option<String>,
}

impl Decoder {
    /// None for what is not compressed.
    pub(super) fn new(method: Method, bounds: Bounds) -> Option<Self> {
        let (codec, damage) = match method {
            Method::Deflate => (Codec::Deflate(Decompress::new(false)), None),
            Method::Whole(compression) => match codec(compression)? {
                Ok(codec) => (codec, None),
                Err(problem) => (Codec::Deflate(Decompress::new(false)), Some(problem)),
            },
        };
        let phase = if damage.is_some() { Phase::Ended } else { Phase::Within };
        Some(Self { codec, phase, bounds, produced: 0, damage })
    }

    /// Why decoding ended early.
    pub(super) fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }

    /// Decompressed bytes so far.
    pub(super) fn produced(&self) -> u64 {
        self.produced
    }

    /// Fills `output` as far as the source goes; 0 at its end.
    pub(super) fn read<F: Feed>(&mut self, feed: &mut F, output: &mut [u8]) -> Result<usize, F::Error> {
        let mut filled = 0;
        while self.phase != Phase::Ended && filled < output.len() {
            if self.is_bomb(feed.on_disk()) {
                break;
            }
            let input = feed.rest()?;
            let last = input.is_empty();
            let Some(room) = output.get_mut(filled..output.len().min(filled + STEP_OUTPUT)) else { break };
            let consumed = match self.phase {
                Phase::Within => {
                    let step = self.codec.step(input, room, last);
                    filled += step.produced;
                    self.produced += step.produced as u64;
                    match step.end {
                        Some(Ok(())) => self.phase = self.codec.after_member(),
                        Some(Err(problem)) => self.fail(problem),
                        None if last && step.produced == 0 => {
                            self.fail(format!("the {} stream ends before it is complete", self.codec.name()));
                        }
                        None if step.consumed == 0 && step.produced == 0 => {
                            self.fail(format!("the {} stream makes no sense here", self.codec.name()));
                        }
                        None => {}
                    }
                    step.consumed
                }
                Phase::Between | Phase::Padding => self.between(input),
                Phase::Ended => 0,
            };
            feed.consume(consumed);
        }
        Ok(filled)
    }

    /// Decides what follows a whole member; gives the bytes that are padding.
    fn between(&mut self, input: &[u8]) -> usize {
        let zeros = input.iter().take_while(|b| **b == 0).count();
        match input.get(zeros) {
            None if zeros == 0 => self.phase = Phase::Ended,
            None => self.phase = Phase::Padding,
            Some(first) if zeros == 0 && self.phase == Phase::Between && self.codec.begins_with(*first) => {
                self.phase = Phase::Within;
                if let Err(problem) = self.codec.restart() {
                    self.fail(problem);
                }
            }
            Some(_) => self.fail(format!("what follows the {} stream is something else", self.codec.name())),
        }
        zeros
    }

    fn is_bomb(&mut self, on_disk: u64) -> bool {
        let Bounds { ratio, free } = self.bounds;
        let bomb = self.produced > free && self.produced > on_disk.saturating_mul(ratio);
        if bomb {
            self.fail(format!(
                "it decompresses to more than {ratio} times its size (limits STREAM_RATIO_MAX and STREAM_RATIO_FREE_BYTES); \
                 if this is no attack, decompress it and add the result"
            ));
        }
        bomb
    }

    fn fail(&mut self, problem: String) {
        self.phase = Phase::Ended;
        self.damage = Some(problem);
    }
}

fn codec(compression: Compression) -> Option<Result<Codec, String>> {
    Some(Ok(match compression {
        Compression::None => return None,
        Compression::Gzip => Codec::Gzip(Decompress::new_gzip(15)),
        Compression::Zstd => match Zstd::new() {
            Ok(decoder) => Codec::Zstd(Box::new(decoder)),
            Err(error) => return Some(Err(error.to_string())),
        },
        Compression::Bzip2 => Codec::Bzip2(bzip2::Decompress::new(false)),
        Compression::Xz => Codec::Xz(Box::new(XzStream::new_mem_limit(true, (limits::DECODER_BYTES_MAX >> 10) as u32))),
    }))
}

impl Codec {
    fn name(&self) -> &'static str {
        match self {
            Self::Deflate(_) => "deflate",
            Self::Gzip(_) => "gzip",
            Self::Zstd(_) => "zstd",
            Self::Bzip2(_) => "bzip2",
            Self::Xz(_) => "xz",
        }
    }

    /// A raw deflate stream is alone; the xz decoder follows its streams itself.
    fn after_member(&self) -> Phase {
        if matches!(self, Self::Deflate(_) | Self::Xz(_)) { Phase::Ended } else { Phase::Between }
    }

    /// Whether this can be the first byte of another member.
    fn begins_with(&self, first: u8) -> bool {
        match self {
            Self::Gzip(_) => first == 0x1f,
            Self::Zstd(_) => matches!(first, 0x28 | 0x50..=0x5f),
            Self::Bzip2(_) => first == b'B',
            Self::Deflate(_) | Self::Xz(_) => false,
        }
    }

    fn restart(&mut self) -> Result<(), String> {
        match self {
            Self::Gzip(inflate) => *inflate = Decompress::new_gzip(15),
            Self::Zstd(decoder) => decoder.reinit().map_err(|e| e.to_string())?,
            Self::Bzip2(decoder) => *decoder = bzip2::Decompress::new(false),
            Self::Deflate(_) | Self::Xz(_) => {}
        }
        Ok(())
    }

    fn step(&mut self, input: &[u8], output: &mut [u8], last: bool) -> Step {
        match self {
            Self::Deflate(inflate) | Self::Gzip(inflate) => {
                let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
                let result = inflate.decompress(input, output, FlushDecompress::None);
                Step {
                    consumed: (inflate.total_in() - before_in) as usize,
                    produced: (inflate.total_out() - before_out) as usize,
                    end: match result {
                        Ok(flate2::Status::StreamEnd) => Some(Ok(())),
                        Ok(_) => None,
                        Err(error) => Some(Err(error.to_string())),
                    },
                }
            }
            Self::Bzip2(decoder) => {
                let (before_in, before_out) = (decoder.total_in(), decoder.total_out());
                let result = decoder.decompress(input, output);
                Step {
                    consumed: (decoder.total_in() - before_in) as usize,
                    produced: (decoder.total_out() - before_out) as usize,
                    end: match result {
                        Ok(bzip2::Status::StreamEnd) => Some(Ok(())),
                        Ok(_) => None,
                        Err(error) => Some(Err(error.to_string())),
                    },
                }
            }
            Self::Zstd(decoder) => step_zstd(decoder, input, output),
            Self::Xz(stream) => step_xz(stream, input, output, last),
        }
    }
}

fn step_zstd(decoder: &mut Zstd<'static>, input: &[u8], output: &mut [u8]) -> Step {
    let mut source = InBuffer::around(input.get(..ZSTD_INPUT).unwrap_or(input));
    let mut target = OutBuffer::around(output);
    let result = decoder.run(&mut source, &mut target);
    Step {
        consumed: source.pos(),
        produced: target.pos(),
        end: match result {
            Ok(0) => Some(Ok(())),
            Ok(_) => None,
            Err(error) => Some(Err(error.to_string())),
        },
    }
}

fn step_xz(stream: &mut XzStream, input: &[u8], output: &mut [u8], last: bool) -> Step {
    let (before_in, before_out) = (stream.total_in(), stream.total_out());
    let result = stream.process(input, output, if last { Action::Finish } else { Action::Run });
    let end = match &result {
        Ok(done) if done.status == lzma_rust2::Status::StreamEnd => Some(Ok(())),
        Ok(_) => None,
        Err(error) if error.kind() == std::io::ErrorKind::OutOfMemory => Some(Err(format!(
            "it needs more than {} MiB to decompress (limit DECODER_BYTES_MAX); decompress it and add the result",
            limits::DECODER_BYTES_MAX >> 20
        ))),
        Err(error) => Some(Err(error.to_string())),
    };
    Step {
        consumed: (stream.total_in() - before_in) as usize,
        produced: (stream.total_out() - before_out) as usize,
        end,
    }
}
