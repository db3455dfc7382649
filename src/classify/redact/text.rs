//! Strings: what they are (URL, form, JSON, base64, words), and what they become.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::domain::limits::{JSON_DEPTH_MAX, REDACT_NESTING_MAX};
use crate::parse::json::{members, unescape_into};
use crate::parse::target::Shape;

use super::super::request::percent_decode;
use super::book::{Form, percent};
use super::{Redactor, pseudonym};

/// Bytes from which a string may be base64 of text.
const BASE64_MIN: usize = 12;

/// Words of a name whose value is a secret, whatever it looks like.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "authorization",
    "cookie",
    "session",
    "sessionid",
    "sid",
    "jwt",
    "apikey",
    "credential",
    "credentials",
    "otp",
    "pin",
    "cvv",
    "csrf",
    "xsrf",
    "signature",
    "passcode",
];

/// Whether a name says that its value is a secret: `access_token`, `X-Api-Key`, `newPassword`.
pub(super) fn is_secret(name: &str) -> bool {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let fresh = c.is_ascii_uppercase() && before.is_ascii_lowercase();
        before = c;
        if !c.is_alphanumeric() || fresh {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(last) = words.last_mut()
        {
            last.push(c.to_ascii_lowercase());
        }
    }
    let api_key =
        words.windows(2).any(|w| matches!(w, [a, b] if b == "key" && (a == "api" || a == "access" || a == "private")));
    api_key || words.iter().any(|w| SECRET.contains(&w.as_str()))
}

/// The text of a JSON string's inside.
pub(super) fn unescape(raw: &[u8]) -> String {
    let mut plain = Vec::with_capacity(raw.len());
    unescape_into(raw, |bytes| plain.extend_from_slice(bytes), |_| {});
    String::from_utf8(plain).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// A JSON string with its quotes.
pub(super) fn quote(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned())
}

impl Redactor {
    /// A string under a name; `None` where it stays as it is.
    pub(super) fn text(&mut self, text: &str, key: &str, place: &'static str, depth: usize) -> Option<String> {
        if text.is_empty() || depth > REDACT_NESTING_MAX {
            if depth > REDACT_NESTING_MAX {
                self.note("encodings deeper than the limit");
            }
            return None;
        }
        if let Some(known) = self.book.whole(key, text).cloned() {
            self.count(&known.class, place);
            return Some(pseudonym::of(&known.class, known.fingerprint, text, &self.keyed));
        }
        if is_secret(key) {
            return Some(self.opaque(text, place));
        }
        let first = text.trim_ascii_start().as_bytes().first().copied().unwrap_or_default();
        let changed = match first {
            b'{' | b'[' => self.json(text.as_bytes(), key, place, depth + 1),
            _ if is_address(text) => self.url(text, place, depth),
            _ if text.len() >= BASE64_MIN => self.base64(text, key, place, depth),
            _ => None,
        };
        let words = changed.as_deref().unwrap_or(text);
        self.words(words, place).or(changed)
    }

    /// A secret: nothing of it stays but its length.
    pub(super) fn opaque(&mut self, text: &str, place: &'static str) -> String {
        self.count("credential", place);
        let fingerprint = self.keyed.fingerprint(text.as_bytes());
        pseudonym::of("credential", fingerprint, text, &self.keyed)
    }

    /// Known values inside a text.
    pub(super) fn words(&mut self, text: &str, place: &'static str) -> Option<String> {
        let mut out = String::new();
        let mut from = 0;
        let mut classes: Vec<Box<str>> = Vec::new();
        for (start, end, value, known, form) in self.book.occurrences(text) {
            out.push_str(text.get(from..start).unwrap_or_default());
            let shown = if form == Form::Plain { text.get(start..end).unwrap_or(value) } else { value };
            let new = pseudonym::of(&known.class, known.fingerprint, shown, &self.keyed);
            match form {
                Form::Plain => out.push_str(&new),
                Form::Percent | Form::Plus => {
                    out.push_str(&String::from_utf8_lossy(&percent(new.as_bytes(), form == Form::Plus)));
                }
                Form::Base64 => out.extend(STANDARD_NO_PAD.encode(&new).chars().cycle().take(end - start)),
            }
            from = end;
            classes.push(known.class.clone());
        }
        if classes.is_empty() {
            return None;
        }
        for class in classes {
            self.count(&class, place);
        }
        out.push_str(text.get(from..).unwrap_or_default());
        Some(out)
    }

    /// Text that is no JSON: known values, and short ones where they stand as words.
    pub(super) fn plain(&mut self, text: &str, place: &'static str) -> Option<String> {
        let lines = text.split_inclusive('\n').any(|l| l.starts_with(['{', '['])) || text.contains("data:");
        let mut out = None;
        if lines {
            let mut all = String::with_capacity(text.len());
            for line in text.split_inclusive('\n') {
                let at = line.find(['{', '[']).filter(|at| *at == 0 || line.starts_with("data:")).unwrap_or(line.len());
                let (head, json) = line.split_at(at);
                all.push_str(head);
                let end = json.trim_ascii_end().len();
                let (json, tail) = json.split_at(end);
                all.push_str(&self.json(json.as_bytes(), "", place, 1).unwrap_or_else(|| json.to_owned()));
                all.push_str(tail);
            }
            out = Some(all).filter(|all| all != text);
        }
        if self.book.has_short() {
            let now = out.as_deref().unwrap_or(text);
            let mut all = String::with_capacity(now.len());
            let mut rest = now;
            while !rest.is_empty() {
                let word = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                let (word, after) = rest.split_at(word);
                match self.book.short(word).cloned() {
                    Some(known) => {
                        self.count(&known.class, place);
                        all.push_str(&pseudonym::of(&known.class, known.fingerprint, word, &self.keyed));
                    }
                    None => all.push_str(word),
                }
                let gap = after.find(char::is_alphanumeric).unwrap_or(after.len());
                let (gap, next) = after.split_at(gap);
                all.push_str(gap);
                rest = next;
            }
            if all != now {
                out = Some(all);
            }
        }
        let now = out.as_deref().unwrap_or(text);
        self.words(now, place).or(out)
    }

    /// A URL, a query or a form: each piece decoded, changed and encoded again.
    pub(super) fn url(&mut self, text: &str, place: &'static str, depth: usize) -> Option<String> {
        let mut out = String::with_capacity(text.len());
        let mut changed = false;
        let mut rest = text;
        if let Some(at) = text.find("://").filter(|at| *at < 24) {
            let (scheme, after) = text.split_at(at + 3);
            out.push_str(scheme);
            let end = after.find(['/', '?', '#']).unwrap_or(after.len());
            let (authority, tail) = after.split_at(end);
            if let Some(user) = authority.rfind('@') {
                let (user, host) = authority.split_at(user);
                out.push_str(&self.opaque(user, place));
                out.push_str(host);
                changed = true;
            } else {
                out.push_str(authority);
            }
            rest = tail;
        }
        let mut query = !text.contains("://") && !text.starts_with('/');
        let mut key = String::new();
        loop {
            let end = rest.find(['/', '?', '&', '=', '#', ';']).unwrap_or(rest.len());
            let (piece, after) = rest.split_at(end);
            let mut plain = Vec::new();
            percent_decode(piece.as_bytes(), query, &mut plain);
            let plain = String::from_utf8_lossy(&plain).into_owned();
            // A key may be a value too: ?+9198…=1
            match self.text(&plain, &key, place, depth + 1) {
                Some(new) if new != plain => {
                    out.push_str(&String::from_utf8_lossy(&percent(new.as_bytes(), false)));
                    changed = true;
                }
                _ => out.push_str(piece),
            }
            let mut signs = after.chars();
            match signs.next() {
                None => break,
                Some('=') if query && key.is_empty() => key = plain,
                Some('=') => {}
                Some(sign) => {
                    query |= sign == '?';
                    key.clear();
                }
            }
            out.extend(after.chars().take(1));
            rest = signs.as_str();
        }
        changed.then_some(out)
    }

    /// Text in base64, with or without padding, of either alphabet.
    fn base64(&mut self, text: &str, key: &str, place: &'static str, depth: usize) -> Option<String> {
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/-_=".contains(&b)) {
            return None;
        }
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            let Some(plain) = engine.decode(text).ok().and_then(|plain| String::from_utf8(plain).ok()) else {
                continue;
            };
            if plain.chars().any(|c| c.is_control() && !c.is_ascii_whitespace()) {
                return None;
            }
            return self.text(&plain, key, place, depth + 1).map(|new| engine.encode(new));
        }
        None
    }

    /// A JSON value; `None` where nothing changes. What is no whole JSON is read as words.
    pub(super) fn json(&mut self, raw: &[u8], key: &str, place: &'static str, depth: usize) -> Option<String> {
        let text = std::str::from_utf8(raw).ok()?;
        if serde_json::from_slice::<serde::de::IgnoredAny>(raw).is_err() {
            self.note("JSON that is damaged or cut off: searched as text");
            return self.words(text, place);
        }
        let mut out = String::with_capacity(raw.len());
        let before = self.changes;
        self.json_value(raw.trim_ascii(), key, place, (depth, 0), &mut out);
        (self.changes != before).then_some(out)
    }

    fn json_value(&mut self, raw: &[u8], key: &str, place: &'static str, at: (usize, usize), out: &mut String) {
        let open = match raw.first() {
            Some(b'{') => ('{', '}'),
            Some(b'[') => ('[', ']'),
            Some(b'"') => {
                let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
                let plain = unescape(inner);
                match self.text(&plain, key, place, at.0) {
                    Some(new) => out.push_str(&quote(&new)),
                    None => out.push_str(&String::from_utf8_lossy(raw)),
                }
                return;
            }
            _ => {
                out.push_str(&self.number(&String::from_utf8_lossy(raw), key, place));
                return;
            }
        };
        if at.1 > JSON_DEPTH_MAX {
            self.note("JSON deeper than the limit: left out");
            self.changes += 1;
            out.push_str("null");
            return;
        }
        out.push(open.0);
        let mut first = true;
        members(raw, |name, value, shape| {
            if !std::mem::take(&mut first) {
                out.push(',');
            }
            let mut below = key.to_owned();
            if open.0 == '{' {
                let name = unescape(name);
                let shown = self.text(&name, "", place, at.0 + 1);
                out.push_str(&quote(shown.as_deref().unwrap_or(&name)));
                out.push(':');
                below = name;
            }
            if shape == Shape::JsonString {
                let plain = unescape(value);
                let shown = self.text(&plain, &below, place, at.0).map(|new| quote(&new));
                out.push_str(&shown.unwrap_or_else(|| format!("\"{}\"", String::from_utf8_lossy(value))));
            } else {
                self.json_value(value, &below, place, (at.0, at.1 + 1), out);
            }
        });
        out.push(open.1);
    }

    /// A bare value of JSON; it stays a number.
    pub(super) fn number(&mut self, text: &str, key: &str, place: &'static str) -> String {
        let digit = text.bytes().any(|b| b.is_ascii_digit());
        let known = self.book.whole(key, text).cloned();
        let class = match &known {
            Some(known) => known.class.clone(),
            None if digit && is_secret(key) => "credential".into(),
            None => return text.to_owned(),
        };
        let fingerprint = known.map_or_else(|| self.keyed.fingerprint(text.as_bytes()), |k| k.fingerprint);
        self.count(&class, place);
        let new = pseudonym::of(&class, fingerprint, text, &self.keyed);
        if serde_json::from_str::<serde_json::Number>(&new).is_ok() { new } else { "0".to_owned() }
    }
}

/// Whether a text is a URL, a path with a query, or a form.
fn is_address(text: &str) -> bool {
    !text.contains(char::is_whitespace)
        && (text.contains("://") || text.starts_with('/') || text.contains('=') && !text.ends_with('='))
}
