//! The inside of one bracketed value, byte by byte and resumable: where it ends, and the first
//! place where it stops being JSON. Literals are not looked into: whatever is no bracket, quote,
//! comma or colon passes as one.

use crate::parse::json::{near_mark, quote_in_blocks};

/// What the grammar allows next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// A value: after a colon, or after a comma in a list.
    Value,
    /// A value or the end of the list that just began.
    ValueOrEnd,
    /// A key: after a comma in an object.
    Key,
    /// A key or the end of the object that just began.
    KeyOrEnd,
    /// The colon after a key.
    Colon,
    /// A comma or a closing bracket.
    After,
    /// Inside a number or word.
    Literal,
    /// The grammar was left; only brackets and quotes are followed.
    Anything,
}

/// Outcome of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan {
    /// All bytes were seen and the value goes on.
    More,
    /// The cursor stands behind the closing bracket.
    Closed,
    /// The token that begins here is impossible, or something before it with 0; told once, the
    /// next call reads on regardless.
    Broken(usize),
}

/// A bracketed value that is being read.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not one state")]
#[derive(Debug, Clone)]
pub(super) struct Container {
    depth: usize,
    depth_max: usize,
    /// One bit a level, the innermost lowest: set for an object. Valid while the grammar holds.
    kinds: u128,
    expect: Expect,
    in_string: bool,
    escaped: bool,
    string_start: usize,
    /// A HAR entry: the next entry must not stand inside. An entry that was cut off in a list of
    /// objects, with the next one behind it, leaves the grammar whole.
    pub(super) watch: bool,
    /// Nested deeper than allowed.
    pub(super) too_deep: bool,
}

impl Container {
    /// Just behind the opening bracket. `depth_max` counts this bracket and is at most 128.
    pub(super) fn open(object: bool, depth_max: usize) -> Self {
        Self {
            depth: 1,
            depth_max: depth_max.min(128),
            kinds: u128::from(object),
            expect: if object { Expect::KeyOrEnd } else { Expect::ValueOrEnd },
            in_string: false,
            escaped: false,
            string_start: 0,
            watch: false,
            too_deep: false,
        }
    }

    /// Whether the last key is one that only entries have.
    fn entry_key(&self, text: &[u8]) -> bool {
        text.get(self.string_start..).is_some_and(|t| t.starts_with(b"\"startedDateTime\""))
    }

    /// Forgets bytes that were taken from the front.
    pub(super) fn shift(&mut self, len: usize) {
        self.string_start = self.string_start.saturating_sub(len);
    }

    /// Reads on from `at`.
    pub(super) fn scan(&mut self, text: &[u8], at: &mut usize) -> Scan {
        let mut i = *at;
        loop {
            if self.in_string {
                let Some(end) = string_end(text, i, &mut self.escaped) else {
                    *at = text.len().max(i);
                    return Scan::More;
                };
                self.in_string = false;
                i = end + 1;
            }
            let Some(&byte) = text.get(i) else {
                *at = i;
                return Scan::More;
            };
            let next = match byte {
                b'"' => self.quote(i),
                b' ' | b'\t' | b'\n' | b'\r' => {
                    i += 1;
                    while text.get(i..).and_then(<[u8]>::first_chunk) == Some(b"        ") {
                        i += 8;
                    }
                    while text.get(i) == Some(&b' ') {
                        i += 1;
                    }
                    if self.expect == Expect::Literal {
                        self.expect = Expect::After;
                    }
                    continue;
                }
                b':' => match self.expect {
                    Expect::Colon if self.watch && self.depth > 1 && self.entry_key(text) => {
                        *at = i;
                        self.watch = false;
                        self.expect = Expect::Anything;
                        return Scan::Broken(0);
                    }
                    Expect::Colon => Some(Expect::Value),
                    Expect::Anything => Some(Expect::Anything),
                    _ => None,
                },
                b',' => self.comma(),
                b'{' | b'[' => self.push(byte == b'{'),
                b'}' | b']' => self.pop(byte == b'}'),
                _ => match self.expect {
                    Expect::Value | Expect::ValueOrEnd | Expect::Literal => Some(Expect::Literal),
                    Expect::Anything => Some(Expect::Anything),
                    _ => None,
                },
            };
            let Some(next) = next else {
                *at = i;
                let token = if byte == b'{' { i } else { self.string_start.min(i) };
                self.expect = Expect::Anything;
                return Scan::Broken(token);
            };
            self.expect = next;
            i += 1;
            if self.depth == 0 {
                *at = i;
                return Scan::Closed;
            }
        }
    }

    #[inline]
    fn quote(&mut self, at: usize) -> Option<Expect> {
        let next = match self.expect {
            Expect::Value | Expect::ValueOrEnd => Expect::After,
            Expect::Key | Expect::KeyOrEnd => Expect::Colon,
            Expect::Anything => Expect::Anything,
            _ => return None,
        };
        self.string_start = at;
        self.in_string = true;
        Some(next)
    }

    #[inline]
    fn comma(&self) -> Option<Expect> {
        match self.expect {
            Expect::After | Expect::Literal if self.kinds & 1 == 1 => Some(Expect::Key),
            Expect::After | Expect::Literal => Some(Expect::Value),
            Expect::Anything => Some(Expect::Anything),
            _ => None,
        }
    }

    #[inline]
    fn push(&mut self, object: bool) -> Option<Expect> {
        let next = match self.expect {
            Expect::Value | Expect::ValueOrEnd if object => Expect::KeyOrEnd,
            Expect::Value | Expect::ValueOrEnd => Expect::ValueOrEnd,
            Expect::Anything => Expect::Anything,
            _ => return None,
        };
        if self.depth >= self.depth_max && !self.too_deep {
            self.too_deep = true;
            if next != Expect::Anything {
                return None;
            }
        }
        self.depth += 1;
        self.kinds = self.kinds << 1 | u128::from(object);
        Some(next)
    }

    /// A comma before the closing bracket passes: nothing is ambiguous about it.
    #[inline]
    fn pop(&mut self, object: bool) -> Option<Expect> {
        let fits = match self.expect {
            Expect::Anything => {
                self.depth -= 1;
                return Some(Expect::Anything);
            }
            Expect::After | Expect::Literal => true,
            Expect::Key | Expect::KeyOrEnd => object,
            Expect::Value | Expect::ValueOrEnd => !object,
            Expect::Colon => false,
        };
        if !fits || (self.kinds & 1 == 1) != object {
            return None;
        }
        self.depth -= 1;
        self.kinds >>= 1;
        Some(Expect::After)
    }
}

/// Index of the closing quote at or after `from`. `escaped` says whether the byte at `from` is
/// escaped, and is left so for the byte after the text when no quote was found.
pub(super) fn string_end(text: &[u8], from: usize, escaped: &mut bool) -> Option<usize> {
    let mut at = from + usize::from(*escaped);
    if at > text.len() {
        return None;
    }
    *escaped = false;
    loop {
        at = match near_mark(text, at) {
            Some(mark) => mark,
            None => at + memchr::memchr2(b'"', b'\\', text.get(at..)?)?,
        };
        if text.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
        // Escapes come in flocks: a body in a string is full of them.
        if text.len() > at {
            let found;
            (at, found) = quote_in_blocks(text, at);
            if found {
                return Some(at);
            }
        }
        if at > text.len() {
            *escaped = true;
            return None;
        }
    }
}
