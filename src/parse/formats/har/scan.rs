//! One look over the bytes of an entry for what the `har` types drop or what is better left where
//! it stands: bodies, and fields beyond the specification, which are evidence.

use bumpalo::collections::Vec as BumpVec;

use crate::domain::limits::{HAR_EXTENSIONS_BYTES_MAX, JSON_DEPTH_MAX};
use crate::domain::{Exchange, Int, Repairs, Text, time::scaled};
use crate::parse::headers::quote;
use crate::parse::json::{self, members, nested_members};
use crate::parse::target::{Scratch, Shape};
use crate::parse::url;

use super::tree;

/// Texts shorter than this are read with the rest of the entry.
const TAKEN_BYTES_MIN: usize = 128;

/// A value as [`members`] yields it.
pub(super) type Raw<'a> = (&'a [u8], Shape);

/// Where a field beyond the specification stood; the order is that of the stored object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Entry,
    Request,
    PostData,
    Response,
    Content,
    Timings,
}

impl Level {
    const ALL: [Self; 6] = [Self::Entry, Self::Request, Self::PostData, Self::Response, Self::Content, Self::Timings];

    const fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Request => "request",
            Self::PostData => "postData",
            Self::Response => "response",
            Self::Content => "content",
            Self::Timings => "timings",
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Scan<'a> {
    /// `request.postData.text`.
    pub(super) post_text: Option<Raw<'a>>,
    /// `request.postData.params`.
    pub(super) post_params: Option<&'a [u8]>,
    /// `request.postData._encoding`: HAR 1.2 has no other way to say base64.
    pub(super) post_encoding: Option<&'a [u8]>,
    /// `response.content.text`.
    pub(super) content_text: Option<Raw<'a>>,
    /// Bytes of these texts, escapes undone, where the entry was read without them.
    pub(super) post_taken: Option<u64>,
    pub(super) content_taken: Option<u64>,
    extensions: Vec<(Level, &'a [u8], Raw<'a>)>,
    request_cookies: Option<&'a [u8]>,
    response_cookies: Option<&'a [u8]>,
}

impl<'a> Scan<'a> {
    /// Looks over an entry, or over a request that stands alone.
    pub(super) fn of(record: &'a [u8], bare: bool) -> Self {
        let extended = memchr::memmem::find(record, b"\"_").is_some() || same_site(record);
        let mut scan = Self::default();
        let top = if bare { Level::Request } else { Level::Entry };
        let enter = |level, key: &[u8]| match (level, key) {
            (Level::Entry, b"request") => Some(Level::Request),
            (Level::Entry, b"response") => Some(Level::Response),
            (Level::Entry, b"timings") if extended => Some(Level::Timings),
            (Level::Request, b"postData") => Some(Level::PostData),
            (Level::Response, b"content") => Some(Level::Content),
            _ => None,
        };
        nested_members(record, top, enter, |level, key, value, shape| match (level, key) {
            (Level::PostData, b"text") | (Level::Request, b"postData") => scan.post_text = Some((value, shape)),
            (Level::PostData, b"params") => scan.post_params = Some(value),
            (Level::PostData, b"_encoding") => scan.post_encoding = Some(value),
            (Level::Content, b"text") => scan.content_text = Some((value, shape)),
            (Level::Request, b"cookies") if extended => scan.request_cookies = Some(value),
            (Level::Response, b"cookies") if extended => scan.response_cookies = Some(value),
            _ if key.first() == Some(&b'_') => scan.extensions.push((level, key, (value, shape))),
            _ => {}
        });
        scan
    }

    /// Writes the entry without the texts of its bodies to `out`, where those are long and need no
    /// second look: the types would copy them for nobody. False where nothing was left out.
    pub(super) fn without_texts(&mut self, entry: &'a str, out: &mut String) -> bool {
        let mut cuts: Vec<(usize, usize)> = Vec::new();
        for (text, taken) in [(self.post_text, &mut self.post_taken), (self.content_text, &mut self.content_taken)] {
            let Some((raw, Shape::JsonString)) = text.filter(|(raw, _)| raw.len() >= TAKEN_BYTES_MIN) else { continue };
            let start = (raw.as_ptr() as usize).wrapping_sub(entry.as_ptr() as usize);
            if let Some(length) = json::simple_length(raw) {
                *taken = Some(length as u64);
                cuts.push((start, start + raw.len()));
            }
        }
        if cuts.is_empty() {
            return false;
        }
        cuts.sort_unstable();
        out.clear();
        let mut from = 0;
        for (start, end) in &cuts {
            out.push_str(entry.get(from..*start).unwrap_or_default());
            from = *end;
        }
        out.push_str(entry.get(from..).unwrap_or_default());
        true
    }

    /// Stores what lies beyond the specification. `mended`: the record is no strict JSON, so
    /// pieces of it are made so before they are kept.
    pub(super) fn store(&self, mended: bool, x: &mut Exchange<'a>, s: &mut Scratch<'a>) {
        let mut out = BumpVec::new_in(s.arena);
        let mut omitted = 0_usize;
        for level in Level::ALL {
            let mut open = false;
            for (_, key, value) in self.extensions.iter().filter(|(l, ..)| *l == level) {
                if column(key, *value, mended, x, s) {
                    continue;
                }
                let Some(shown) = shown(key, *value, mended, s) else {
                    continue;
                };
                if out.len() + key.len() + shown.len() > HAR_EXTENSIONS_BYTES_MAX {
                    omitted += 1;
                    continue;
                }
                if open {
                    out.push(b',');
                } else {
                    section(level.name(), b'{', &mut out);
                    open = true;
                }
                quote(json::unescape(key, s.arena, x), &mut out);
                out.push(b':');
                out.extend_from_slice(shown);
            }
            if open {
                out.push(b'}');
            }
        }
        for (name, cookies) in [("requestCookies", self.request_cookies), ("responseCookies", self.response_cookies)] {
            if let Some(cookies) = cookies {
                omitted += cookies_beyond(name, cookies, mended, &mut out, x, s);
            }
        }
        if omitted > 0 {
            section("omitted", b' ', &mut out);
            out.extend_from_slice(omitted.to_string().as_bytes());
        }
        if !out.is_empty() {
            out.push(b'}');
            x.set(Text::Extensions, out.into_bump_slice());
        }
    }
}

fn same_site(record: &[u8]) -> bool {
    memchr::memmem::find(record, b"\"sameSite\"").is_some()
}

/// Opens a member of the stored object.
fn section(name: &str, bracket: u8, out: &mut BumpVec<'_, u8>) {
    out.push(if out.is_empty() { b'{' } else { b',' });
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    out.push(bracket);
}

/// Fields that have a column of their own.
fn column<'a>(key: &[u8], (value, shape): Raw<'a>, mended: bool, x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> bool {
    let null = shape == Shape::JsonValue && value == b"null";
    let text = |x: &mut Exchange<'a>| match shape {
        Shape::JsonString => json::unescape(value, s.arena, x),
        _ => value,
    };
    match key {
        b"_initiator" => {
            if let Some(whole) = shown(key, (value, shape), mended, s).filter(|_| !null) {
                x.set(Text::Initiator, whole);
            }
        }
        b"_resourceType" if !null => {
            let kind = text(x);
            x.set(Text::ResourceType, kind);
        }
        b"_error" if !null => {
            let error = text(x);
            if !error.is_empty() {
                x.set(Text::Error, error);
            }
        }
        b"_transferSize" => {
            if let Some(bytes) = scaled(value, 1).filter(|b| *b >= 0) {
                x.set_int(Int::ResponseBytes, bytes);
            }
        }
        b"_webSocketMessages" => {
            let mut count = 0;
            if members(value, |_, _, _| count += 1) {
                x.set_int(Int::WebsocketMessages, count);
            }
        }
        b"_resourceType" | b"_error" => {}
        _ => return false,
    }
    true
}

/// The value as strict JSON. What may hold credentials or bodies is replaced: such fields are
/// some program's own and no redactor knows their layout.
fn shown<'a>(key: &[u8], (value, shape): Raw<'a>, mended: bool, s: &Scratch<'a>) -> Option<&'a [u8]> {
    let scalar = !matches!(value.first(), Some(b'{' | b'[')) && shape == Shape::JsonValue;
    if !scalar && hides(key) {
        return Some(hidden(value, s));
    }
    let mut whole = BumpVec::new_in(s.arena);
    let whole: &'a [u8] = match shape {
        Shape::JsonString => {
            whole.push(b'"');
            whole.extend_from_slice(value);
            whole.push(b'"');
            whole.into_bump_slice()
        }
        _ => value,
    };
    let whole = if !mended || serde_json::from_slice::<serde::de::IgnoredAny>(whole).is_ok() {
        whole
    } else {
        let mut text = String::new();
        tree::parse(whole, &mut Repairs::default()).ok()?.render(&mut text);
        s.arena.alloc_slice_copy(text.as_bytes())
    };
    if scalar || shape == Shape::JsonString || !hides(whole) {
        return Some(url::without_user(whole, s));
    }
    let mut out = BumpVec::with_capacity_in(whole.len(), s.arena);
    hide_within(whole, 0, &mut out, s);
    Some(url::without_user(out.into_bump_slice(), s))
}

/// Whether a name (or anything inside a value) has a word of those that go with secrets and bodies.
fn hides(text: &[u8]) -> bool {
    const HIDDEN: &[&[u8]] =
        &[b"header", b"cookie", b"authorization", b"token", b"password", b"secret", b"body", b"postdata", b"messages"];
    let lower = text.to_ascii_lowercase();
    HIDDEN.iter().any(|word| memchr::memmem::find(&lower, word).is_some())
}

fn hidden<'a>(value: &[u8], s: &Scratch<'a>) -> &'a [u8] {
    s.arena.alloc_slice_copy(format!("\"<hidden: {} bytes>\"", value.len()).as_bytes())
}

/// Writes a container with the values of telling names replaced, at any depth, and with the `value`
/// of an object whose `name` is telling.
fn hide_within(value: &[u8], depth: usize, out: &mut BumpVec<'_, u8>, s: &Scratch<'_>) {
    let object = value.first() == Some(&b'{');
    let mut named = false;
    if object {
        members(value, |key, v, _| named |= matches!(key, b"name" | b"key") && hides(v));
    }
    out.push(if object { b'{' } else { b'[' });
    let mut first = true;
    members(value, |key, v, shape| {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        if object {
            out.push(b'"');
            out.extend_from_slice_copy(key);
            out.extend_from_slice_copy(b"\":");
        }
        let container = matches!(v.first(), Some(b'{' | b'[')) && shape == Shape::JsonValue;
        let text = container || shape == Shape::JsonString;
        if text && object && (hides(key) || named && key == b"value") || container && depth >= JSON_DEPTH_MAX {
            out.extend_from_slice_copy(hidden(v, s));
        } else if container {
            hide_within(v, depth + 1, out, s);
        } else if shape == Shape::JsonString {
            out.push(b'"');
            out.extend_from_slice_copy(v);
            out.push(b'"');
        } else {
            out.extend_from_slice_copy(v);
        }
    });
    out.push(if object { b'}' } else { b']' });
}

/// `sameSite` and `_…` of cookies, with the cookies' names. Returns how many were left out.
fn cookies_beyond<'a>(
    section_name: &str,
    cookies: &'a [u8],
    mended: bool,
    out: &mut BumpVec<'a, u8>,
    x: &mut Exchange<'a>,
    s: &Scratch<'a>,
) -> usize {
    let mut open = false;
    let mut omitted = 0;
    members(cookies, |_, cookie, _| {
        let mut name: &[u8] = b"";
        let mut rest = BumpVec::new_in(s.arena);
        members(cookie, |key, value, shape| {
            if key == b"name" {
                name = json::unescape(value, s.arena, x);
            } else if key == b"sameSite" || key.first() == Some(&b'_') {
                let Some(value) = shown(key, (value, shape), mended, s).filter(|v| *v != b"null" && *v != b"\"\"")
                else {
                    return;
                };
                rest.push(b',');
                quote(json::unescape(key, s.arena, x), &mut rest);
                rest.push(b':');
                rest.extend_from_slice(value);
            }
        });
        if rest.is_empty() {
            return;
        }
        if out.len() + name.len() + rest.len() > HAR_EXTENSIONS_BYTES_MAX {
            omitted += 1;
            return;
        }
        if open {
            out.push(b',');
        } else {
            section(section_name, b'[', out);
            open = true;
        }
        out.extend_from_slice(b"{\"name\":");
        quote(name, out);
        out.extend_from_slice(&rest);
        out.push(b'}');
    });
    if open {
        out.push(b']');
    }
    omitted
}
