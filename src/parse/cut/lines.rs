//! Chunks that end at a line end, and the directive lines that later chunks need.

use super::{Cut, Cutter, Span, What};
use crate::domain::Reason;
use crate::domain::limits::CONTEXT_BYTES_MAX;

/// Words that begin a directive line whose meaning lasts: W3C extended and Zeek.
const DIRECTIVES: &[&[u8]] = &[
    b"#Fields",
    b"#Date",
    b"#Version",
    b"#Software",
    b"#Start-Date",
    b"#separator",
    b"#set_separator",
    b"#empty_field",
    b"#unset_field",
    b"#path",
    b"#fields",
    b"#types",
    b"#open",
];

/// Bytes of a chunk that are looked at together.
const PIECE: usize = 16 << 10;

/// Cuts at the last line end within the target size.
#[derive(Debug)]
pub struct LineCutter {
    target: usize,
    context: Vec<u8>,
    /// Context as of the end of the chunk that was just taken.
    pending: Vec<u8>,
    /// The stream stands inside a line too long for a chunk.
    in_long_line: bool,
}

impl LineCutter {
    /// A cutter that aims at this chunk size.
    pub fn new(target: usize) -> Self {
        Self { target: target.max(1), context: Vec::new(), pending: Vec::new(), in_long_line: false }
    }

    /// Counts the line ends of a chunk and remembers its directives: the last of each kind counts.
    fn look(&mut self, chunk: &[u8]) -> u64 {
        let (mut ends, mut from) = (0, 0);
        // Piece by piece, so that the second look finds the bytes in the nearest cache.
        for piece in chunk.chunks(PIECE) {
            ends += memchr::memchr_iter(b'\n', piece).count() as u64;
            for at in memchr::memchr_iter(b'#', piece) {
                let at = from + at;
                if at.checked_sub(1).is_none_or(|before| chunk.get(before) == Some(&b'\n')) {
                    self.remember(chunk.get(at..).unwrap_or_default());
                }
            }
            from += piece.len();
        }
        ends
    }

    /// Remembers the line that text begins with, if it is a directive.
    fn remember(&mut self, text: &[u8]) {
        if let Some(word) = DIRECTIVES.iter().find(|d| text.starts_with(d)) {
            self.replace(word, text.get(..memchr::memchr(b'\n', text).map_or(text.len(), |e| e + 1)).unwrap_or(text));
        }
    }

    fn replace(&mut self, word: &[u8], line: &[u8]) {
        let mut kept: Vec<u8> = Vec::with_capacity(self.pending.len() + line.len());
        for old in self.pending.split_inclusive(|b| *b == b'\n') {
            if !old.starts_with(word) {
                kept.extend_from_slice(old);
            }
        }
        if kept.len() + line.len() < CONTEXT_BYTES_MAX {
            kept.extend_from_slice(line);
            if !line.ends_with(b"\n") {
                kept.push(b'\n');
            }
        }
        self.pending = kept;
    }

    fn take(&mut self, buffer: &[u8], len: usize) -> Cut {
        let chunk = buffer.get(..len).unwrap_or(buffer);
        self.context.clone_from(&self.pending);
        let ends = self.look(chunk);
        let open = u64::from(!chunk.ends_with(b"\n"));
        Cut::Take { len: chunk.len(), spans: Vec::new(), records: ends + open }
    }

    /// A piece of a line too long for a chunk. The line counts as one record, with its first piece.
    fn take_damage(len: usize, records: u64) -> Cut {
        Cut::Take { len, spans: vec![Span { start: 0, end: len, what: What::Reject(Reason::TooLong) }], records }
    }
}

impl Cutter for LineCutter {
    fn cut(&mut self, buffer: &[u8], last: bool) -> Cut {
        if self.in_long_line {
            // Pieces of the target size, however much more was shown.
            let window = buffer.get(..self.target).unwrap_or(buffer);
            return match memchr::memchr(b'\n', window) {
                Some(end) => {
                    self.in_long_line = false;
                    Self::take_damage(end + 1, 0)
                }
                None if window.len() >= self.target || last && !buffer.is_empty() => Self::take_damage(window.len(), 0),
                None => Cut::More,
            };
        }
        let Some(window) = buffer.get(..self.target) else {
            return if last && !buffer.is_empty() { self.take(buffer, buffer.len()) } else { Cut::More };
        };
        if let Some(end) = memchr::memrchr(b'\n', window) {
            return self.take(buffer, end + 1);
        }
        self.in_long_line = true;
        Self::take_damage(self.target, 1)
    }

    fn context(&self) -> &[u8] {
        &self.context
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `text` in steps and returns the chunks with the context that each saw.
    fn chunks(text: &[u8], target: usize, step: usize) -> Vec<(String, String, bool)> {
        let mut cutter = LineCutter::new(target);
        let (mut out, mut from, mut to) = (Vec::new(), 0, 0);
        loop {
            let last = to == text.len();
            match cutter.cut(&text[from..to], last) {
                Cut::More if last => return out,
                Cut::More => to = (to + step).min(text.len()),
                Cut::Take { len, spans, .. } => {
                    let s = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
                    out.push((s(&text[from..from + len]), s(cutter.context()), !spans.is_empty()));
                    from += len;
                }
            }
        }
    }

    #[test]
    fn chunks_do_not_depend_on_arrival() {
        let text = b"#Fields: a\n1\n22\n333\n#Fields: b\n4\n55555555555555555555\n6";
        let want = chunks(text, 16, 1);
        assert_eq!(want, chunks(text, 16, 1000));
        assert_eq!(want.iter().map(|c| c.0.as_str()).collect::<String>().as_bytes(), text);
        assert_eq!(want[1], ("333\n#Fields: b\n".into(), "#Fields: a\n".into(), false));
        assert_eq!(want[2].1, "#Fields: b\n");
        assert!(want.iter().any(|c| c.2), "the long line is damage: {want:?}");
        assert_eq!(want.last().unwrap().0, "6");
        let long = [&[b'x'; 100][..], b"\n1\n"].concat();
        for step in [1, 7, 16, 17, 1000] {
            assert_eq!(chunks(&long, 16, step), chunks(&long, 16, 3), "a long line in steps of {step}");
        }
    }

    #[test]
    fn a_long_line_counts_as_one_record() {
        let text = b"1\n333333333333333333333333333333333\n3\n4";
        let (mut cutter, mut at, mut records) = (LineCutter::new(8), 0, 0);
        while at < text.len() {
            let Cut::Take { len, records: begun, .. } = cutter.cut(&text[at..], true) else { panic!("at {at}") };
            at += len;
            records += begun;
        }
        assert_eq!(records, 4);
    }
}
