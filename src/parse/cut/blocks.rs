//! Blocks of ModSecurity's serial audit log: from `--ID-A--` to `--ID-Z--` with the same id. Bodies
//! stand in a block as they were sent, so they can hold lines that look like a boundary: an id is
//! drawn at random for each block, and only the block's own counts.

use super::{Cut, Cutter, Span, What};
use crate::domain::limits::RECORD_BYTES_MAX;
use crate::domain::{Ignorable, Reason};

/// A boundary line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boundary<'a> {
    /// The block's id.
    pub id: &'a [u8],
    /// The section that begins here, `A` to `Z`.
    pub section: u8,
}

/// Reads a boundary line, its ending allowed: `--6f3a1b2c-A--` (version 2, hexadecimal) or
/// `---6f3aXYZc---A--` (version 3, letters and digits).
pub fn boundary(line: &[u8]) -> Option<Boundary<'_>> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let inner = line.strip_prefix(b"--")?.strip_suffix(b"--")?;
    let (head, section) = inner.split_at_checked(inner.len().checked_sub(1)?)?;
    let section = *section.first().filter(|b| b.is_ascii_uppercase())?;
    let id = match head.strip_prefix(b"-") {
        Some(v3) => v3.strip_suffix(b"---").filter(|id| id.iter().all(u8::is_ascii_alphanumeric))?,
        None => head.strip_suffix(b"-").filter(|id| id.iter().all(u8::is_ascii_hexdigit))?,
    };
    (id.len() == 8).then_some(Boundary { id, section })
}

/// Lines with their endings and where they begin.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    text.split_inclusive(|b| *b == b'\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line)
    })
}

/// Whether the head of a stream holds the begin of a block: boundary A, and behind it a line that
/// begins with the time in brackets.
pub fn looks_like(head: &[u8]) -> bool {
    let mut after_a = false;
    lines(head).any(|(_, line)| {
        let found = after_a && line.first() == Some(&b'[');
        after_a = boundary(line).is_some_and(|b| b.section == b'A');
        found
    })
}

/// A boundary A or Z in the buffer: the others decide nothing.
#[derive(Debug, Clone, Copy)]
struct Mark {
    start: usize,
    end: usize,
    id: [u8; 8],
    closes: bool,
}

/// Cuts blocks.
#[derive(Debug)]
pub struct BlockCutter {
    target: usize,
    /// Longest block that is kept whole.
    longest: usize,
    /// The stream stands inside a line that is too long.
    in_long_line: bool,
}

impl BlockCutter {
    /// A cutter that aims at this chunk size.
    pub fn new(target: usize) -> Self {
        Self { target: target.max(1), longest: RECORD_BYTES_MAX, in_long_line: false }
    }

    /// Ends an overlong line, a target's size at a time.
    fn skip_long_line(&mut self, buffer: &[u8], last: bool) -> Cut {
        let window = buffer.get(..self.target).unwrap_or(buffer);
        let len = match memchr::memchr(b'\n', window) {
            Some(end) => {
                self.in_long_line = false;
                end + 1
            }
            None if last || window.len() == self.target => window.len(),
            None => return Cut::More,
        };
        Cut::Take { len, spans: vec![Span { start: 0, end: len, what: What::Reject(Reason::TooLong) }], records: 0 }
    }
}

/// Every boundary A and Z of the buffer, in order.
fn marks(buffer: &[u8]) -> Vec<Mark> {
    let mut out = Vec::new();
    let mut visit = |start: usize| {
        let Some(rest) = buffer.get(start..) else {
            return;
        };
        // No boundary line is longer; the search for its end stays short.
        let head = rest.get(..24).unwrap_or(rest);
        let len = memchr::memchr(b'\n', head).map_or(head.len(), |e| e + 1);
        if let Some(b) = rest.get(..len).and_then(boundary)
            && matches!(b.section, b'A' | b'Z')
            && let Ok(id) = b.id.try_into()
        {
            out.push(Mark { start, end: start + len, id, closes: b.section == b'Z' });
        }
    };
    if buffer.starts_with(b"--") {
        visit(0);
    }
    for at in memchr::memmem::find_iter(buffer, b"\n--") {
        visit(at + 1);
    }
    out
}

impl Cutter for BlockCutter {
    fn cut(&mut self, buffer: &[u8], last: bool) -> Cut {
        if buffer.is_empty() {
            return Cut::More;
        }
        if self.in_long_line {
            return self.skip_long_line(buffer, last);
        }
        // What is cut must not depend on how the bytes came: nothing is decided before every block
        // that begins within the target can be seen to its longest possible end.
        if !last && buffer.len() < self.target.saturating_add(self.longest) {
            return Cut::More;
        }
        let window = buffer.len().min(self.target);
        let marks = marks(buffer);
        // Where each id's Z stands: a block's end is found without looking at what lies between.
        let mut ends: std::collections::HashMap<[u8; 8], Vec<usize>> = std::collections::HashMap::new();
        for mark in marks.iter().filter(|m| m.closes) {
            ends.entry(mark.id).or_default().push(mark.end);
        }
        let mut begins = marks.iter().filter(|m| !m.closes).copied().peekable();
        let mut out = Spans::default();
        let mut at = 0;
        while at < window {
            while begins.next_if(|m| m.start < at).is_some() {}
            match begins.peek().copied() {
                Some(begin) if begin.start == at => {
                    begins.next();
                    let next = begins.peek().map(|m| (m.start, m.id));
                    let (end, what) = self.block_end(begin, next, &ends, buffer.len());
                    out.push(at, end, what);
                    at = end;
                }
                begin => {
                    let gap = begin.map_or(buffer.len(), |m| m.start);
                    at = self.gap(buffer, at, gap.max(at), window, &mut out);
                    if self.in_long_line {
                        break;
                    }
                }
            }
        }
        Cut::Take { len: at, spans: out.spans, records: out.records }
    }
}

impl BlockCutter {
    /// Where the block that begins here ends, and what it is.
    fn block_end(
        &self,
        begin: Mark,
        next: Option<(usize, [u8; 8])>,
        ends: &std::collections::HashMap<[u8; 8], Vec<usize>>,
        len: usize,
    ) -> (usize, What) {
        let limit = begin.start.saturating_add(self.longest);
        let close = ends.get(&begin.id).and_then(|e| e.get(e.partition_point(|end| *end <= begin.start)).copied());
        // The same id drawn again before its Z: the first block was left open.
        let restarted = next.filter(|(start, id)| *id == begin.id && close.is_none_or(|c| *start < c));
        if let Some((start, _)) = restarted {
            return (start, What::Reject(Reason::BadBlock));
        }
        match (close, next) {
            (Some(end), _) if end <= limit => (end, What::Record),
            (_, Some((start, _))) if start <= limit => (start, What::Reject(Reason::BadBlock)),
            _ if len <= limit => (len, What::Reject(Reason::Truncated)),
            _ => (limit, What::Reject(Reason::TooLong)),
        }
    }

    /// Text between blocks, a line at a time: lines of another log are read as records.
    fn gap(&mut self, buffer: &[u8], from: usize, to: usize, window: usize, out: &mut Spans) -> usize {
        let mut at = from;
        for (start, line) in lines(buffer.get(from..to).unwrap_or_default()) {
            let start = from + start;
            if start >= window {
                break;
            }
            at = start + line.len();
            if line.len() > self.longest {
                at = start + self.longest;
                self.in_long_line = true;
                out.push(start, at, What::Reject(Reason::TooLong));
                break;
            }
            out.push(start, at, kind_of(line));
        }
        at
    }
}

fn kind_of(line: &[u8]) -> What {
    let text = line.trim_ascii();
    match text.first() {
        None => What::Ignorable(Ignorable::Blank),
        Some(b'#') => What::Ignorable(Ignorable::Comment),
        // A section whose begin was rotated away, or the begin of a block that was never written.
        Some(b'-') if boundary(text).is_some() => What::Reject(Reason::BadBlock),
        Some(_) => What::Record,
    }
}

/// Spans in order; neighbours that hold no record are joined.
#[derive(Debug, Default)]
struct Spans {
    spans: Vec<Span>,
    records: u64,
}

impl Spans {
    fn push(&mut self, start: usize, end: usize, what: What) {
        self.records += u64::from(what == What::Record);
        if let What::Ignorable(_) = what
            && let Some(last) = self.spans.last_mut()
            && last.what == what
        {
            last.end = end;
            return;
        }
        self.spans.push(Span { start, end, what });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts `text` with the given sizes, fed in steps; checks that the spans tile it.
    fn cut(text: &str, target: usize, longest: usize, step: usize) -> Vec<(String, What)> {
        let mut cutter = BlockCutter { target, longest, in_long_line: false };
        let (mut out, mut from, mut to) = (Vec::new(), 0, 0);
        loop {
            let last = to == text.len();
            match cutter.cut(&text.as_bytes()[from..to], last) {
                Cut::More if last => break,
                Cut::More => to = (to + step).min(text.len()),
                Cut::Take { len, spans, records } => {
                    assert!(len > 0);
                    assert_eq!(spans.first().map(|s| s.start), Some(0));
                    assert_eq!(spans.last().map(|s| s.end), Some(len));
                    assert!(spans.windows(2).all(|w| w[0].end == w[1].start));
                    assert_eq!(records, spans.iter().filter(|s| s.what == What::Record).count() as u64);
                    out.extend(
                        spans.iter().map(|s| (text.get(from + s.start..from + s.end).unwrap().to_owned(), s.what)),
                    );
                    from += len;
                }
            }
        }
        assert_eq!(from, text.len());
        out
    }

    fn block(id: &str, body: &str) -> String {
        format!("--{id}-A--\n[x] t\n--{id}-B--\nGET / HTTP/1.1\n\n--{id}-C--\n{body}\n--{id}-Z--\n")
    }

    #[test]
    fn boundaries() {
        assert_eq!(boundary(b"--6f3a1b2c-A--\r\n"), Some(Boundary { id: b"6f3a1b2c", section: b'A' }));
        assert_eq!(boundary(b"---6f3aXYZc---Z--"), Some(Boundary { id: b"6f3aXYZc", section: b'Z' }));
        for no in ["--6f3a1b2c-a--", "--6f3aXYZc-A--", "--6f3a1b2-A--", "---6f3aXYZc--A--", "--6f3a1b2c-A-- ", "--"] {
            assert_eq!(boundary(no.as_bytes()), None, "{no}");
        }
    }

    #[test]
    fn a_body_cannot_forge_a_block() {
        let forged = block("deadbeef", "x");
        let real = block("6f3a1b2c", &forged);
        let text = format!("{real}\n{}", block("11111111", "a=1"));
        let spans = cut(&text, 1 << 20, 1 << 20, 7);
        assert_eq!(
            spans.iter().map(|(_, w)| *w).collect::<Vec<_>>(),
            [What::Record, What::Ignorable(Ignorable::Blank), What::Record]
        );
        assert_eq!(spans[0].0, real);
    }

    #[test]
    fn damage_costs_its_block_only() {
        let open = "--6f3a1b2c-A--\n[x] t\n--6f3a1b2c-B--\nGET / HTTP/1.1\n";
        let whole = block("11111111", "a");
        let text = format!("half\n--22222222-H--\n{open}{whole}{open}");
        let got: Vec<_> = cut(&text, 1 << 20, 1 << 20, 1000).into_iter().map(|(_, w)| w).collect();
        assert_eq!(
            got,
            [
                What::Record,
                What::Reject(Reason::BadBlock),
                // The id comes again before a Z of its own.
                What::Reject(Reason::BadBlock),
                What::Record,
                What::Reject(Reason::Truncated)
            ]
        );
    }

    #[test]
    fn chunks_do_not_depend_on_arrival() {
        let text: String = (0..40).map(|i| block(&format!("{i:08x}"), &"b".repeat(i * 7)) + "\n").collect::<String>()
            + &"y".repeat(900);
        let want = cut(&text, 300, 600, 1);
        assert_eq!(want, cut(&text, 300, 600, 97));
        assert_eq!(want, cut(&text, 300, 600, 1 << 20));
        assert_eq!(want.iter().filter(|(_, w)| *w == What::Record).count(), 40);
        assert!(want.iter().any(|(_, w)| *w == What::Reject(Reason::TooLong)), "the long line is damage");
    }

    #[test]
    fn an_endless_block_is_bounded() {
        let text = format!("--6f3a1b2c-A--\n{}", "z\n".repeat(5000));
        let got = cut(&text, 100, 400, 64);
        assert_eq!(got[0].1, What::Reject(Reason::TooLong));
        assert_eq!(got[0].0.len(), 400);
    }

    #[test]
    fn heads() {
        assert!(looks_like(b"\n--6f3a1b2c-A--\n[10/Sep/2024:21:24:00 +0000] x 1.2.3.4 5 6.7.8.9 80\n"));
        assert!(!looks_like(b"--6f3a1b2c-A--\nx\n"));
        assert!(!looks_like(b"1.2.3.4 - - [x]\n"));
    }
}
