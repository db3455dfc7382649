//! The values of a request's body, by what the body is: JSON, a form, its parts, XML, anything else.

use crate::parse::json::{members, unescape_into};
use crate::parse::target::Shape;

use super::bytes::{Plus, decode, tail};

/// Bytes of a body that are looked at: an attack does not wait until the second megabyte.
pub(super) const BODY_MAX: usize = 1 << 20;
/// Values of a body that are looked at.
const VALUES_MAX: usize = 20_000;
/// Depth of JSON that is followed.
const DEPTH_MAX: usize = 64;

/// Takes a pointer, a value and what `+` means in it.
pub(super) type Each<'e> = &'e mut dyn FnMut(&[u8], &[u8], Plus);

/// Calls `each` for every value and every name worth a look.
pub(super) fn values(body: &[u8], content_type: &[u8], each: Each<'_>) {
    let body = body.get(..body.len().min(BODY_MAX)).unwrap_or_default();
    let kind = content_type.to_ascii_lowercase();
    let says = |word: &[u8]| memchr::memmem::find(&kind, word).is_some();
    let start = body.trim_ascii_start();
    if says(b"multipart/") && start.starts_with(b"--") {
        return parts(start, each);
    }
    if says(b"json") || !says(b"form") && matches!(start.first(), Some(b'{' | b'[')) {
        let mut walk = Walk { each, pointer: Vec::new(), left: VALUES_MAX };
        if walk.container(start, 0) {
            return;
        }
        return (walk.each)(b"", start, Plus::Itself);
    }
    if says(b"xml") || start.starts_with(b"<?xml") || start.starts_with(b"<!DOCTYPE") {
        return markup(start, each);
    }
    if says(b"x-www-form-urlencoded") || looks_like_form(start) {
        return form(start, each);
    }
    each(b"", start, Plus::Itself);
}

fn looks_like_form(body: &[u8]) -> bool {
    let name = body.split(|b| *b == b'=').next().unwrap_or_default();
    name.len() < body.len()
        && name.len() <= 64
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']' | b'%'))
}

/// `name=value&…`.
pub(super) fn form(body: &[u8], each: Each<'_>) {
    let mut name_text = Vec::new();
    for pair in body.split(|b| *b == b'&').take(VALUES_MAX) {
        let at = memchr::memchr(b'=', pair);
        let (name, value) = at.map_or((&b""[..], pair), |at| (pair.get(..at).unwrap_or_default(), tail(pair, at + 1)));
        if name.iter().all(|b| !matches!(b, b'%' | b'+' | b'\\' | b'&' | 128..)) {
            each(name, value, Plus::Blank);
            name_text.clear();
        } else {
            decode(name, Plus::Blank, &mut name_text);
            each(&name_text, value, Plus::Blank);
        }
        let spoken = if name_text.is_empty() { name } else { &name_text };
        if spoken.iter().any(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'-' | b'.')) {
            each(b"", name, Plus::Blank);
        }
    }
}

/// multipart/form-data: each part's name and content; file names are values too.
fn parts(body: &[u8], each: Each<'_>) {
    let boundary = body.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default();
    let boundary = boundary.trim_ascii_end();
    let mut rest = tail(body, boundary.len());
    for _ in 0..VALUES_MAX {
        let end = memchr::memmem::find(rest, boundary).unwrap_or(rest.len());
        let part = rest.get(..end).unwrap_or_default();
        let split = memchr::memmem::find(part, b"\r\n\r\n")
            .map(|at| (at, 4))
            .or_else(|| memchr::memmem::find(part, b"\n\n").map(|at| (at, 2)));
        if let Some((at, gap)) = split {
            let head = part.get(..at).unwrap_or_default();
            let name = attribute(head, b" name=\"");
            let file = attribute(head, b"filename=\"");
            each(name, tail(part, at + gap).trim_ascii(), Plus::Itself);
            if !file.is_empty() {
                each(name, file, Plus::Itself);
            }
        }
        if end >= rest.len() {
            return;
        }
        rest = tail(rest, end + boundary.len());
    }
}

fn attribute<'b>(head: &'b [u8], key: &[u8]) -> &'b [u8] {
    let Some(at) = memchr::memmem::find(head, key) else { return b"" };
    tail(head, at + key.len()).split(|b| *b == b'"').next().unwrap_or_default()
}

/// XML: the whole for its entities, then texts and attributes one by one.
fn markup(body: &[u8], each: Each<'_>) {
    let prologue = body.get(..body.len().min(4096)).unwrap_or_default();
    each(b"", memchr::memmem::find(prologue, b"<!").map_or(b"", |at| tail(prologue, at)), Plus::Itself);
    if memchr::memmem::find(body, b"nclude").is_some() || memchr::memmem::find(body, b"schemaLocation").is_some() {
        each(b"", body, Plus::Itself);
    }
    for piece in body.split(|b| *b == b'<').take(VALUES_MAX) {
        let (tag, text) = memchr::memchr(b'>', piece)
            .map_or((piece, &b""[..]), |at| (piece.get(..at).unwrap_or_default(), tail(piece, at + 1)));
        if !text.trim_ascii().is_empty() {
            each(b"", text, Plus::Itself);
        }
        let mut quoted = tag.split(|b| *b == b'"');
        quoted.next();
        while let (Some(value), _) = (quoted.next(), quoted.next()) {
            each(b"", value, Plus::Itself);
        }
    }
}

struct Walk<'e> {
    each: Each<'e>,
    pointer: Vec<u8>,
    left: usize,
}

impl Walk<'_> {
    /// False where the bytes are no JSON container.
    fn container(&mut self, text: &[u8], depth: usize) -> bool {
        let list = text.trim_ascii_start().first() == Some(&b'[');
        members(text, |name, value, shape| {
            if self.left == 0 || depth >= DEPTH_MAX {
                return;
            }
            self.left -= 1;
            let length = self.pointer.len();
            self.pointer.push(b'/');
            self.pointer.extend_from_slice(if list { b"*" } else { name });
            if name.iter().any(|b| !b.is_ascii_alphanumeric() && *b != b'-' && *b != b'.') && name != b"_id" {
                self.name(name);
            }
            match shape {
                Shape::JsonString | Shape::Text => {
                    if memchr::memchr(b'\\', value).is_some() {
                        let mut text = Vec::with_capacity(value.len());
                        unescape_into(value, |b| text.extend_from_slice(b), |_| {});
                        (self.each)(&self.pointer, &text, Plus::Itself);
                    } else {
                        (self.each)(&self.pointer, value, Plus::Itself);
                    }
                }
                Shape::JsonValue if matches!(value.first(), Some(b'{' | b'[')) => {
                    self.container(value, depth + 1);
                }
                Shape::JsonValue => {}
            }
            self.pointer.truncate(length);
        })
    }

    /// A member's name that no programmer gave: an operator, a prototype, an attack. As it would
    /// stand in JSON, which is what the checks of operators look for.
    fn name(&mut self, name: &[u8]) {
        let mut text = b"{\"".to_vec();
        text.extend_from_slice(name);
        text.extend_from_slice(b"\":");
        (self.each)(&self.pointer, &text, Plus::Itself);
    }
}
