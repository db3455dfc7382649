//! Between top-level values: blanks, byte order marks, JSONP wrappers, commas, and what does not
//! belong there.

use super::{BAD, BLANK, ENVELOPE, Frame, JsonCutter, Mode, Repair, Step};

/// The UTF-8 byte order mark.
pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();

/// Bytes that are looked ahead for a wrapper's bracket.
const WRAPPER_BYTES_MAX: usize = 128;

/// What is not known until more bytes are there.
pub(super) type Maybe<T> = Option<T>;

/// Length of a JSONP wrapper's beginning, `name(`, an empty comment before it included; 0 if there
/// is none.
pub(super) fn jsonp(text: &[u8], last: bool) -> Maybe<usize> {
    let starved = last || text.len() > WRAPPER_BYTES_MAX;
    let mut at = 0;
    if text.first() == Some(&b'/') {
        if let Some(rest) = text.strip_prefix(b"/**/") {
            at = text.len() - rest.len();
        } else {
            return if b"/**/".starts_with(text) && !starved { None } else { Some(0) };
        }
    }
    let name = text.get(at..).unwrap_or_default();
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'.');
    if name.first().is_some_and(|b| b.is_ascii_digit() || !is_name(b)) {
        return Some(0);
    }
    let mut blank = false;
    for (i, byte) in name.iter().enumerate().take(WRAPPER_BYTES_MAX) {
        match byte {
            b'(' => return Some(at + i + 1),
            b' ' => blank = true,
            b if is_name(b) && !blank => {}
            _ => return Some(0),
        }
    }
    if starved { Some(0) } else { None }
}

/// Whether the bracket that begins the text opens a JSON list rather than a log line
/// (`[10/Oct/2000…`).
pub(super) fn opens_list(text: &[u8], last: bool) -> Maybe<bool> {
    let rest = text.get(1..).unwrap_or_default();
    match rest.iter().take(WRAPPER_BYTES_MAX).find(|b| !b.is_ascii_whitespace()) {
        Some(byte) => Some(matches!(byte, b'{' | b'[' | b'"' | b']')),
        None if rest.len() >= WRAPPER_BYTES_MAX => Some(true),
        None if last => Some(false),
        None => None,
    }
}

/// Whether the text begins with a byte order mark.
fn bom(text: &[u8], last: bool) -> Maybe<bool> {
    if text.len() >= BOM.len() || last {
        Some(text.starts_with(BOM))
    } else {
        (!BOM.starts_with(text)).then_some(false)
    }
}

impl JsonCutter {
    /// Reads what stands between values until a value begins or the window ends.
    pub(super) fn top(&mut self, window: &[u8], buffer: &[u8], last: bool) -> Step {
        while let Some(&byte) = window.get(self.at) {
            let at = self.at;
            let rest = buffer.get(at..).unwrap_or_default();
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | 0 => {
                    self.turn(at, BLANK);
                    self.at += 1;
                }
                b'{' => {
                    self.begin(at, false);
                    return Step::Go;
                }
                b'[' => match opens_list(rest, last) {
                    None => return Step::Starved,
                    Some(true) => {
                        self.begin(at, true);
                        return Step::Go;
                    }
                    Some(false) => return self.no_json(),
                },
                b',' => self.around(1),
                b')' | b';' | b'}' | b']' => {
                    if !(self.jsonp && matches!(byte, b')' | b';')) {
                        self.repairs.add(Repair::TrailingData);
                    }
                    self.around(1);
                }
                0xef => match bom(rest, last) {
                    None => return Step::Starved,
                    Some(true) => {
                        self.repairs.add(Repair::Bom);
                        self.around(BOM.len());
                    }
                    Some(false) => return self.no_json(),
                },
                _ => match jsonp(rest, last) {
                    None => return Step::Starved,
                    Some(0) => return self.no_json(),
                    Some(len) => {
                        self.jsonp = true;
                        self.repairs.add(Repair::Jsonp);
                        self.around(len);
                    }
                },
            }
            if self.done >= self.target {
                return Step::Go;
            }
        }
        Step::Go
    }

    /// Structure between values.
    fn around(&mut self, len: usize) {
        self.turn(self.at, ENVELOPE);
        self.at += len;
    }

    /// Text that is no JSON begins.
    fn no_json(&mut self) -> Step {
        self.turn(self.at, BAD);
        if self.documents > 0 {
            self.repairs.add(Repair::TrailingData);
        }
        self.at += 1;
        self.mode = Mode::Junk;
        Step::Go
    }

    /// Reads such text up to where a value may begin.
    pub(super) fn junk(&mut self, window: &[u8]) {
        let rest = window.get(self.at..).unwrap_or_default();
        match memchr::memchr3(b'{', b'[', b'\n', rest) {
            Some(len) => {
                self.at += len;
                self.mode = Mode::Top;
            }
            None => self.at = window.len(),
        }
    }

    /// A top-level value begins.
    fn begin(&mut self, at: usize, array: bool) {
        self.commit(at, self.here);
        self.here = ENVELOPE;
        self.pending = !array;
        self.pending_deep = false;
        self.suspect = false;
        self.har.bare = false;
        self.text_start = at;
        self.at = at + 1;
        if array {
            let node = self.paths.element(0).unwrap_or_default();
            self.enter(Frame { array, node, list: self.paths.list(node) });
        } else {
            self.hold(at, self.top_limit);
            self.enter(Frame { array, node: 0, list: None });
        }
    }
}
