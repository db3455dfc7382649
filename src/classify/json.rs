//! JSON bodies leaf by leaf, without a tree. Whatever can be read of a damaged or cut-off document is
//! read; several documents behind one another are one body (JSON lines).

use crate::domain::limits::JSON_DEPTH_MAX;
use crate::parse::json::{container_end, string_end, unescape_into};

use super::engine::{At, Classifier};
use super::tree::{self, NONE};

fn blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' | 0x1e)
}

impl Classifier {
    /// Walks JSON text whose outermost value stands at `at`.
    pub(super) fn json(&mut self, text: &[u8], at: At) {
        let base = self.frames.len();
        let mut pos = 0;
        while let Some(byte) = text.get(pos).copied() {
            pos = match byte {
                b if blank(b) => pos + 1,
                b'{' | b'[' => self.enter(text, pos, base, at),
                b'}' | b']' => {
                    if self.frames.len() > base {
                        self.close();
                    }
                    pos + 1
                }
                b'"' if self.frames.len() > base && self.frames.last().is_some_and(|f| !f.list && f.key == NONE) => {
                    self.key(text, pos, at)
                }
                b'"' => self.string(text, pos, base, at),
                _ => self.scalar(text, pos, base, at),
            };
        }
        while self.frames.len() > base {
            self.close();
        }
    }

    /// Where the next value stands; the key that announced it is used up.
    fn value_place(&mut self, base: usize, at: At) -> At {
        if self.frames.len() <= base {
            return at;
        }
        let Some(frame) = self.frames.last_mut() else { return at };
        let place = if frame.key == NONE { self.tree.elements(frame.place) } else { frame.key };
        if !frame.list {
            frame.key = NONE;
        }
        At { place, ..at }
    }

    fn enter(&mut self, text: &[u8], pos: usize, base: usize, at: At) -> usize {
        if self.frames.len() >= base + JSON_DEPTH_MAX {
            self.limited = true;
            return container_end(text, pos).unwrap_or(text.len());
        }
        let list = text.get(pos) == Some(&b'[');
        let here = self.value_place(base, at);
        self.part(here, b"");
        self.open(here.place, list);
        if list {
            let each = self.tree.elements(here.place);
            if let Some(frame) = self.frames.last_mut() {
                frame.key = each;
            }
        }
        pos + 1
    }

    /// A key; `pos` is its quote. Returns where its value begins.
    fn key(&mut self, text: &[u8], pos: usize, at: At) -> usize {
        let Some(frame) = self.frames.last().copied() else { return text.len() };
        let from = pos + 1;
        let rest = text.get(from..).unwrap_or_default();
        let (member, end) = if let Some((member, length)) = self.tree.expected(frame.place, frame.last, rest) {
            (member, from + length)
        } else {
            let Some((end, escaped)) = string_end(text, from) else { return text.len() };
            let raw = text.get(from..end).unwrap_or_default();
            (self.member(raw, escaped, at), end)
        };
        let mut after = end + 1;
        while text.get(after).is_some_and(|b| blank(*b) && *b != b':' && *b != b',') {
            after += 1;
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.key = member;
            frame.last = member;
        }
        after
    }

    fn member(&mut self, raw: &[u8], escaped: bool, at: At) -> u32 {
        let Some(frame) = self.frames.last().copied() else { return NONE };
        let mut plain = self.pool.pop().unwrap_or_default();
        plain.clear();
        if escaped {
            unescape_into(raw, |b| plain.extend_from_slice(b), |_| {});
        } else {
            plain.extend_from_slice(raw);
        }
        let member = if tree::is_dynamic(&plain) {
            let each = self.tree.elements(frame.place);
            self.leaf(At { place: each, ..at }, &plain, false);
            each
        } else {
            self.tree.member(frame.place, frame.last, raw, &plain, &self.set)
        };
        self.pool.push(plain);
        member
    }

    fn string(&mut self, text: &[u8], pos: usize, base: usize, at: At) -> usize {
        let from = pos + 1;
        // A body that was cut off ends within a string: what is there counts.
        let (end, escaped) = string_end(text, from).unwrap_or((text.len(), true));
        let raw = text.get(from..end).unwrap_or_default();
        let here = self.value_place(base, at);
        if escaped && memchr::memchr(b'\\', raw).is_some() {
            let mut plain = self.pool.pop().unwrap_or_default();
            plain.clear();
            unescape_into(raw, |b| plain.extend_from_slice(b), |_| {});
            self.leaf(here, &plain, false);
            self.pool.push(plain);
        } else {
            self.leaf(here, raw, false);
        }
        end + 1
    }

    fn scalar(&mut self, text: &[u8], pos: usize, base: usize, at: At) -> usize {
        let rest = text.get(pos..).unwrap_or_default();
        let ends = |b: &u8| blank(*b) || matches!(b, b'}' | b']' | b'"' | b'{' | b'[');
        let length = rest.iter().position(ends).unwrap_or(rest.len()).max(1);
        let here = self.value_place(base, at);
        let text = rest.get(..length).unwrap_or_default();
        let number = text.first().is_some_and(|b| b.is_ascii_digit() || *b == b'-');
        self.leaf(here, text, number);
        pos + length
    }
}
