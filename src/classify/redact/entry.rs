//! One HAR entry: which part is what, and its sizes after the change.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::parse::json::{find, members};
use crate::parse::target::Shape;

use super::Redactor;
use super::text::{is_secret, quote, unescape};

/// What an object of an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Entry,
    Request,
    Response,
    /// A header, query parameter or form field.
    Header,
    Pair,
    Cookie,
    Post,
    Content,
    /// A frame of a web socket.
    Message,
    /// A field beyond the specification, a comment.
    Other,
}

/// A body that was looked at.
#[derive(Debug, Default)]
struct Rewritten {
    /// The JSON string that takes its place, quotes included; `None`: as it was.
    text: Option<String>,
    /// Its length before and after, decoded.
    old: usize,
    new: usize,
    /// What was looked at, as it stands in the entry.
    source: Vec<u8>,
}

/// The bodies of an entry.
#[derive(Debug, Default)]
struct Bodies {
    request: Rewritten,
    response: Rewritten,
}

/// A member's value as text, where it is a string.
fn string(object: &[u8], name: &[u8]) -> Option<String> {
    let mut found = None;
    members(object, |key, value, shape| {
        if key == name && shape == Shape::JsonString {
            found = Some(unescape(value));
        }
    });
    found
}

/// Types whose bytes say nothing of anybody.
fn is_static(mime: &str) -> bool {
    ["image/", "font/", "audio/", "video/", "text/css", "javascript", "wasm"].iter().any(|t| mime.contains(t))
}

impl Redactor {
    /// The entry with its sensitive values replaced.
    pub(super) fn rewrite(&mut self, entry: &[u8]) -> String {
        let request = find(entry, "request.postData").unwrap_or_default().to_vec();
        let response = find(entry, "response.content").unwrap_or_default().to_vec();
        let mut bodies = Bodies {
            request: self.body(&request, "request body", "_encoding"),
            response: self.body(&response, "response body", "encoding"),
        };
        // A second `text`, or one whose name is escaped, was not looked at.
        bodies.request.source = find(&request, "text").unwrap_or_default().to_vec();
        bodies.response.source = find(&response, "text").unwrap_or_default().to_vec();
        let mut out = String::with_capacity(entry.len());
        self.object(entry, Part::Entry, &bodies, true, &mut out);
        // Whatever the structure hid: one look at the bytes as they will be written.
        self.words(&out, "anywhere").unwrap_or(out)
    }

    /// A body by what it is.
    fn body(&mut self, object: &[u8], place: &'static str, encoding: &str) -> Rewritten {
        let Some(text) = string(object, b"text") else { return Rewritten::default() };
        let mime = string(object, b"mimeType").unwrap_or_default().to_ascii_lowercase();
        let coded = string(object, encoding.as_bytes()).is_some_and(|e| e.eq_ignore_ascii_case("base64"));
        let plain = if coded {
            let packed: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
            match STANDARD.decode(&packed).map(String::from_utf8) {
                Ok(Ok(plain)) => plain,
                other => {
                    let old = other.map_or(0, |r| r.map_or_else(|e| e.as_bytes().len(), |p| p.len()));
                    return self.unreadable(old, &mime);
                }
            }
        } else {
            text
        };
        let old = plain.len();
        if plain.chars().take(512).any(|c| c == '\0') {
            return self.unreadable(old, &mime);
        }
        let first = plain.trim_ascii_start().as_bytes().first().copied();
        let form = mime.contains("urlencoded") || mime.is_empty() && !plain.contains(char::is_whitespace);
        let new = match first {
            Some(b'{' | b'[' | b'"') if serde_json::from_str::<serde::de::IgnoredAny>(&plain).is_ok() => {
                self.json(plain.as_bytes(), "", place, 0)
            }
            _ if form && plain.contains('=') => self.form(&plain, place),
            _ => self.plain(&plain, place),
        };
        let Some(new) = new else { return Rewritten { text: None, old, new: old, ..Rewritten::default() } };
        let shown = if coded { quote(&STANDARD.encode(&new)) } else { quote(&new) };
        Rewritten { text: Some(shown), old, new: new.len(), ..Rewritten::default() }
    }

    fn form(&mut self, text: &str, place: &'static str) -> Option<String> {
        let changed = self.url(&format!("?{text}"), place, 0);
        changed.map(|c| c.strip_prefix('?').map(str::to_owned).unwrap_or(c))
    }

    /// A body that no reader understands: kept or left out as the options say.
    fn unreadable(&mut self, old: usize, mime: &str) -> Rewritten {
        if self.options.keep_unreadable || is_static(mime) && self.options.keep_static {
            self.note(if is_static(mime) {
                "static files: kept unread"
            } else {
                "bodies that are no text: kept unread"
            });
            return Rewritten { text: None, old, new: old, ..Rewritten::default() };
        }
        self.note("bodies that are no text: left out");
        Rewritten { text: Some("\"\"".to_owned()), old, new: 0, ..Rewritten::default() }
    }

    fn object(&mut self, raw: &[u8], part: Part, bodies: &Bodies, request: bool, out: &mut String) {
        let name = string(raw, b"name").unwrap_or_default();
        let body = if request { &bodies.request } else { &bodies.response };
        out.push('{');
        let mut first = true;
        members(raw, |key, value, shape| {
            if !std::mem::take(&mut first) {
                out.push(',');
            }
            let key = unescape(key);
            let shown = self.text(&key, "", "name", 1).unwrap_or_else(|| key.clone());
            out.push_str(&quote(&shown));
            out.push(':');
            let text = shape == Shape::JsonString;
            match (part, key.as_str()) {
                (Part::Entry, "request") if !text => self.object(value, Part::Request, bodies, true, out),
                (Part::Entry, "response") if !text => self.object(value, Part::Response, bodies, false, out),
                (Part::Entry, "_webSocketMessages") => self.list(value, Part::Message, bodies, true, out),
                (Part::Request | Part::Response, "headers") => self.list(value, Part::Header, bodies, request, out),
                (Part::Request | Part::Response, "cookies") => self.list(value, Part::Cookie, bodies, request, out),
                (Part::Request, "queryString") | (Part::Post, "params") => {
                    self.list(value, Part::Pair, bodies, request, out);
                }
                (Part::Request, "postData") if !text => self.object(value, Part::Post, bodies, true, out),
                (Part::Response, "content") if !text => self.object(value, Part::Content, bodies, false, out),
                (Part::Post | Part::Content, "text") if text && value == body.source && body.text.is_some() => {
                    out.push_str(body.text.as_deref().unwrap_or_default());
                }
                (Part::Post | Part::Content, "text") if text && value == body.source => verbatim(value, shape, out),
                (Part::Request | Part::Response, "bodySize") | (Part::Content, "size") if !text => {
                    size(value, body, out);
                }
                (Part::Header, "value") if text => {
                    let new = self.header(&name, &unescape(value), body);
                    out.push_str(&quote(&new));
                }
                (Part::Cookie, "value") if text => {
                    let plain = unescape(value);
                    let new = if plain.is_empty() { plain } else { self.opaque(&plain, "cookie") };
                    out.push_str(&quote(&new));
                }
                (Part::Pair, "value") => self.any(value, shape, &name, "parameter", bodies, out),
                (Part::Request, "url") => self.any(value, shape, "", "url", bodies, out),
                (Part::Header, "name") | (_, "startedDateTime" | "mimeType" | "method" | "httpVersion") if text => {
                    verbatim(value, shape, out);
                }
                (Part::Message, "data") if text => {
                    let plain = unescape(value);
                    let new = self.plain(&plain, "websocket").unwrap_or(plain);
                    let new = match new.as_bytes().first() {
                        Some(b'{' | b'[') => self.json(new.as_bytes(), "", "websocket", 0).unwrap_or(new),
                        _ => new,
                    };
                    out.push_str(&quote(&new));
                }
                _ => self.any(value, shape, &key, "other", bodies, out),
            }
        });
        out.push('}');
    }

    fn list(&mut self, raw: &[u8], part: Part, bodies: &Bodies, request: bool, out: &mut String) {
        if raw.first() != Some(&b'[') {
            return self.any(raw, Shape::JsonValue, "", "other", bodies, out);
        }
        out.push('[');
        let mut first = true;
        members(raw, |_, value, shape| {
            if !std::mem::take(&mut first) {
                out.push(',');
            }
            if shape == Shape::JsonValue && value.first() == Some(&b'{') {
                self.object(value, part, bodies, request, out);
            } else {
                self.any(value, shape, "", "other", bodies, out);
            }
        });
        out.push(']');
    }

    /// A value whose meaning only its name tells. Objects of name and value are pairs anywhere: programs
    /// keep raw headers in fields of their own.
    fn any(&mut self, value: &[u8], shape: Shape, key: &str, place: &'static str, bodies: &Bodies, out: &mut String) {
        if shape == Shape::JsonString {
            let plain = unescape(value);
            match self.text(&plain, key, place, 0) {
                Some(new) => out.push_str(&quote(&new)),
                None => verbatim(value, shape, out),
            }
            return;
        }
        match value.first() {
            Some(b'{') => {
                let paired = string(value, b"name").is_some() && string(value, b"value").is_some();
                let part = if paired { Part::Header } else { Part::Other };
                self.object(value, part, bodies, true, out);
            }
            Some(b'[') => {
                out.push('[');
                let mut first = true;
                members(value, |_, element, shape| {
                    if !std::mem::take(&mut first) {
                        out.push(',');
                    }
                    self.any(element, shape, key, place, bodies, out);
                });
                out.push(']');
            }
            _ => out.push_str(&self.number(&String::from_utf8_lossy(value), key, place)),
        }
    }

    /// A header's value.
    fn header(&mut self, name: &str, value: &str, body: &Rewritten) -> String {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "content-length" if value.trim().parse() == Ok(body.old) => body.new.to_string(),
            "authorization" | "proxy-authorization" => match value.split_once(' ') {
                Some((scheme, rest)) if scheme.len() <= 24 => format!("{scheme} {}", self.opaque(rest, "header")),
                _ => self.opaque(value, "header"),
            },
            "cookie" => {
                let pairs: Vec<String> = value.split(';').map(|pair| self.cookie(pair)).collect();
                pairs.join(";")
            }
            "set-cookie" => {
                // HAR writers join several with a line end.
                let lines: Vec<String> = value
                    .split('\n')
                    .map(|line| match line.split_once(';') {
                        Some((pair, rest)) => format!("{};{rest}", self.cookie(pair)),
                        None => self.cookie(line),
                    })
                    .collect();
                lines.join("\n")
            }
            _ if is_secret(name) && !lower.starts_with("access-control-") => self.opaque(value, "header"),
            _ => self.text(value, name, "header", 0).unwrap_or_else(|| value.to_owned()),
        }
    }

    fn cookie(&mut self, pair: &str) -> String {
        match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() => format!("{name}={}", self.opaque(value, "cookie")),
            Some(_) => pair.to_owned(),
            None if pair.trim().is_empty() => pair.to_owned(),
            None => self.opaque(pair, "cookie"),
        }
    }

    /// What stands around the entries: a page's title is a URL or a name as often as not.
    pub(super) fn around(&mut self, value: &[u8], shape: Shape, key: &str) -> String {
        let mut out = String::new();
        self.any(value, shape, key, "page", &Bodies::default(), &mut out);
        self.words(&out, "page").unwrap_or(out)
    }
}

fn verbatim(value: &[u8], shape: Shape, out: &mut String) {
    let quoted = shape == Shape::JsonString;
    if quoted {
        out.push('"');
    }
    out.push_str(&String::from_utf8_lossy(value));
    if quoted {
        out.push('"');
    }
}

/// A size that counted the body; others (of what went over the wire) are unknown once it changed.
fn size(value: &[u8], body: &Rewritten, out: &mut String) {
    let written = String::from_utf8_lossy(value);
    match written.parse::<usize>() {
        Ok(size) if size == body.old && body.text.is_some() => out.push_str(&body.new.to_string()),
        Ok(size) if size > 0 && body.text.is_some() => out.push_str("-1"),
        _ => out.push_str(&written),
    }
}
