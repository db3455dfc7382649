//! Bodies by what they are: JSON in its kinds, forms, markup, text.

use crate::domain::limits::FREE_TEXT_BYTES_MAX;
use crate::domain::{Body, Location};
use crate::parse::body::{BodyLimits, decode};

use super::engine::{At, Classifier};
use super::request::cut;
use super::tree::NONE;

/// Parts of content types that hold nothing to classify.
const OPAQUE: &[&[u8]] = &[
    b"image/",
    b"font/",
    b"audio/",
    b"video/",
    b"javascript",
    b"text/css",
    b"application/wasm",
    b"application/zip",
    b"octet-stream",
    b"/pdf",
];

/// Bytes before the first bracket in which JSON may have a guard: `)]}',`, `callback(`.
const JSON_HEAD: usize = 64;

/// Open elements of a markup body that are told apart.
const MARKUP_DEPTH_MAX: usize = 64;

fn has(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|w| w.eq_ignore_ascii_case(part))
}

impl Classifier {
    /// Walks a body as the application saw it.
    pub(super) fn body(&mut self, body: &Body<'_>, coding: Option<&[u8]>, kind: Option<&[u8]>, location: Location) {
        if body.raw.is_empty() {
            return;
        }
        let Ok(text) = decode(body, coding, BodyLimits::default()) else { return };
        let kind = kind.unwrap_or_default();
        let at = At { place: self.root(location), nested: 0 };
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        let Some(first) = text.iter().find(|b| !b.is_ascii_whitespace()) else { return };
        if matches!(first, b'{' | b'[' | b'"') {
            return self.json(text, at);
        }
        if OPAQUE.iter().any(|o| has(kind, o)) {
            return;
        }
        if has(kind, b"event-stream") || ["data:", "event:", "id:"].iter().any(|s| text.starts_with(s.as_bytes())) {
            return self.events(text, at);
        }
        if has(kind, b"multipart/")
            || text.starts_with(b"--") && has(text.get(..512).unwrap_or(text), b"content-disposition")
        {
            return self.multipart(text, at);
        }
        if *first == b'<' {
            return self.markup(text, at);
        }
        let head = text.get(..JSON_HEAD).unwrap_or(text);
        if has(kind, b"json") || head.starts_with(b")]}'") || has(head, b"({") || has(head, b"([") {
            let from = head.iter().position(|b| matches!(b, b'{' | b'[')).unwrap_or(0);
            return self.json(text.get(from..).unwrap_or_default(), at);
        }
        if has(kind, b"form-urlencoded") || is_form(text) {
            return self.pairs(text, at);
        }
        if std::str::from_utf8(text.get(..JSON_HEAD).unwrap_or(text)).map_or_else(|e| e.error_len().is_none(), |_| true)
        {
            self.lines(text, at);
        }
    }

    /// Server-sent events: the data of each.
    fn events(&mut self, text: &[u8], at: At) {
        for line in text.split(|b| *b == b'\n') {
            let Some(data) = line.strip_prefix(b"data:") else { continue };
            let data = data.trim_ascii();
            match data.first() {
                Some(b'{' | b'[') => self.json(data, at),
                Some(_) => self.leaf(at, data, false),
                None => {}
            }
        }
    }

    /// Lines of text, each a value.
    fn lines(&mut self, text: &[u8], at: At) {
        let text = text.get(..FREE_TEXT_BYTES_MAX).unwrap_or(text);
        for line in text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|l| !l.is_empty()) {
            match line.first() {
                Some(b'{' | b'[') => self.json(line, at),
                _ => self.leaf(at, line, false),
            }
        }
    }

    /// The text parts of a multipart body (RFC 7578).
    fn multipart(&mut self, text: &[u8], at: At) {
        let Some(boundary) = text.split(|b| *b == b'\n').next().map(<[u8]>::trim_ascii_end) else { return };
        if boundary.len() < 3 || !boundary.starts_with(b"--") {
            return;
        }
        self.open(at.place, false);
        let mut from = boundary.len();
        let finder = memchr::memmem::Finder::new(boundary);
        while let Some(rest) = text.get(from..) {
            let length = finder.find(rest).unwrap_or(rest.len());
            self.form_part(rest.get(..length).unwrap_or_default(), at);
            from += length + boundary.len();
        }
        self.close();
    }

    fn form_part(&mut self, part: &[u8], at: At) {
        let (head, body) = match memchr::memmem::find(part, b"\r\n\r\n") {
            Some(end) => (part.get(..end).unwrap_or_default(), part.get(end + 4..).unwrap_or_default()),
            None => match memchr::memmem::find(part, b"\n\n") {
                Some(end) => (part.get(..end).unwrap_or_default(), part.get(end + 2..).unwrap_or_default()),
                None => return,
            },
        };
        let name = memchr::memmem::find(head, b"name=\"").and_then(|from| {
            let rest = head.get(from + 6..)?;
            cut(rest, b'"').map(|(name, _)| name)
        });
        let Some(name) = name else { return };
        let file = has(head, b"filename=");
        let body = body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n")).unwrap_or(body);
        if file && !has(head, b"json") && !has(head, b"text/") {
            return;
        }
        let place = self.tree.member(at.place, NONE, name, name, &self.set);
        let here = At { place, ..at };
        match body.first() {
            Some(b'{' | b'[') => self.json(body, here),
            Some(_) if file => self.lines(body, here),
            Some(_) => self.leaf(here, body, false),
            None => {}
        }
    }

    /// XML and HTML: the text of each element under the names that lead there, and its attributes.
    /// Entities, scripts and styles are left as they are.
    fn markup(&mut self, text: &[u8], at: At) {
        let html =
            has(text.get(..512).unwrap_or(text), b"<html") || has(text.get(..512).unwrap_or(text), b"<!doctype html");
        let base = self.frames.len();
        let mut rest = text;
        while let Some((words, tail)) = cut(rest, b'<') {
            self.markup_text(words, base, at);
            let Some((tag, after)) = cut(tail, b'>') else { return self.leave(base) };
            rest = after;
            let name = tag.split(|b| b.is_ascii_whitespace() || *b == b'/').find(|n| !n.is_empty()).unwrap_or_default();
            match tag.first() {
                Some(b'!' | b'?') | None => {}
                Some(b'/') => {
                    if self.frames.len() > base {
                        self.close();
                    }
                }
                Some(_) if html => {
                    if name.eq_ignore_ascii_case(b"script") || name.eq_ignore_ascii_case(b"style") {
                        rest = memchr::memmem::find(rest, b"</").and_then(|to| rest.get(to..)).unwrap_or_default();
                    }
                }
                Some(_) if self.frames.len() < base + MARKUP_DEPTH_MAX => {
                    let parent = self.frames.get(base..).and_then(<[_]>::last).map_or(at.place, |f| f.place);
                    let local = name.rsplit(|b| *b == b':').next().unwrap_or(name);
                    let place = self.tree.member(parent, NONE, local, local, &self.set);
                    self.open(place, false);
                    self.attributes(tag.get(name.len()..).unwrap_or_default(), At { place, ..at });
                    if tag.ends_with(b"/") {
                        self.close();
                    }
                }
                Some(_) => self.limited = true,
            }
        }
        self.markup_text(rest, base, at);
        self.leave(base);
    }

    fn leave(&mut self, base: usize) {
        while self.frames.len() > base {
            self.close();
        }
    }

    fn markup_text(&mut self, words: &[u8], base: usize, at: At) {
        let words = words.trim_ascii();
        if !words.is_empty() {
            let place = self.frames.get(base..).and_then(<[_]>::last).map_or(at.place, |f| f.place);
            self.leaf(At { place, ..at }, words, false);
        }
    }

    /// `name="value"` of a tag.
    fn attributes(&mut self, mut text: &[u8], at: At) {
        while let Some((name, rest)) = cut(text, b'=') {
            let Some(quote @ (b'"' | b'\'')) = rest.first().copied() else { return };
            let Some((value, more)) = rest.get(1..).and_then(|r| cut(r, quote)) else { return };
            text = more;
            let name = name.trim_ascii();
            if !name.starts_with(b"xmlns") {
                let place = self.tree.member(at.place, NONE, name, name, &self.set);
                self.leaf(At { place, ..at }, value, false);
            }
        }
    }
}

/// Whether a text without a content type is a form: names and values, no blanks.
fn is_form(text: &[u8]) -> bool {
    let first = text.split(|b| *b == b'&').next().unwrap_or_default();
    let name = first.split(|b| *b == b'=').next().unwrap_or_default();
    name.len() < first.len()
        && !name.is_empty()
        && name.len() <= 64
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'%' | b'[' | b']'))
        && !text.iter().any(|b| matches!(b, b' ' | b'\n' | b'{' | b'<'))
}
