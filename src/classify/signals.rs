//! What a single exchange tells besides data: attack strings, scanners, addresses of inner machines,
//! weak tokens, careless configuration. An attack is told by its grammar in its place, not by words:
//! most of this runs only on values with bytes that ordinary values have not.

mod body;
mod bytes;
mod command;
mod config;
mod expression;
mod forging;
mod path;
mod registry;
mod scanner;
mod script;
mod session;
mod sql;
mod ssrf;
mod token;
mod value;
mod words;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use hashbrown::HashSet;

use crate::classify::Findings;
use crate::domain::{Credential, Exchange, Location, Text};
use crate::parse::body::{BodyLimits, decode as decode_body};
use crate::parse::json::{members, unescape_into};

pub use registry::{SIGNALS, SignalMeta, signal};
pub use session::session_cookie;
pub use token::token_subject;

use bytes::{Plus, kind, kinds, tail};
use value::{BASE64_MIN, Checker, Report, Spot};
use words::families;

/// Header values that were found clean are remembered up to this many, then forgotten.
const CLEAN_MAX: usize = 8192;
/// Longest header value that is remembered.
const CLEAN_BYTES: usize = 1024;

/// Looks at exchanges one by one. One a thread; what it says of an exchange does not depend on those
/// before it.
#[derive(Debug, Default)]
pub struct Inspector {
    checker: Checker,
    /// Header values that gave no signal: user agents, all others but referers, which rarely repeat.
    clean: [HashSet<Box<[u8]>>; 2],
    tokens: token::Tokens,
    room: Vec<u8>,
}

impl Inspector {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hands over every signal of an exchange, each once for each part of it.
    pub fn exchange(&mut self, x: &Exchange<'_>, out: &mut dyn Findings) {
        let report = &mut Report::new(out);
        let inner = x.get(Text::Host).is_some_and(inner_host);
        if let Some(path) = x.get(Text::Path) {
            let pointer =
                if kinds(path) & (kind::SUSPECT | kind::ESCAPED) == 0 { String::new() } else { segment(path) };
            let spot = Spot { location: Location::Path, pointer: pointer.as_bytes(), plus: Plus::Itself, inner };
            self.checker.path(path, spot, report);
        }
        if let Some(query) = x.get(Text::Query) {
            self.query(query, Location::Query, b"", inner, report);
        }
        if let Some(line) = x.get(Text::RequestLine) {
            self.value(line, Location::Path, b"", Plus::Itself, inner, report);
        }
        self.headers(x, inner, report);
        self.body(x, inner, report);
        self.tokens.exchange(x, report);
        config::exchange(x, report);
    }

    fn value(
        &mut self,
        raw: &[u8],
        location: Location,
        pointer: &[u8],
        plus: Plus,
        inner: bool,
        report: &mut Report<'_>,
    ) {
        self.checker.value(raw, Spot { location, pointer, plus, inner }, report);
    }

    /// A query, or the one of a Referer: `header` is its pointer then. Most have nothing but plain
    /// names and values, which one look at the whole tells.
    fn query(&mut self, query: &[u8], location: Location, header: &[u8], inner: bool, report: &mut Report<'_>) {
        let plain = kinds(query) & (kind::SUSPECT | kind::ESCAPE) == 0 && families(query) == 0;
        if plain && !query.split(|b| *b == b'&').any(|pair| pair.len() >= BASE64_MIN) {
            return;
        }
        let checker = &mut self.checker;
        body::form(query, &mut |name, value, plus| {
            let pointer = if header.is_empty() { name } else { header };
            let spot = Spot { location, pointer, plus, inner };
            if plain { checker.base64(value, spot, report) } else { checker.value(value, spot, report) }
        });
    }

    fn headers(&mut self, x: &Exchange<'_>, inner: bool, report: &mut Report<'_>) {
        if let Some(list) = x.get(Text::RequestHeaders) {
            let mut room = std::mem::take(&mut self.room);
            members(list, |_, pair, _| {
                let mut halves: [&[u8]; 2] = [b""; 2];
                let mut at = 0;
                members(pair, |_, half, _| {
                    if let Some(slot) = halves.get_mut(at) {
                        *slot = half;
                    }
                    at += 1;
                });
                let [name, value] = halves;
                let value = if memchr::memchr(b'\\', value).is_some() {
                    room.clear();
                    unescape_into(value, |b| room.extend_from_slice(b), |_| {});
                    &room
                } else {
                    value
                };
                self.header(&name.to_ascii_lowercase(), value, inner, report);
            });
            self.room = room;
        } else {
            for (field, name) in [
                (Text::UserAgent, &b"user-agent"[..]),
                (Text::Referer, b"referer"),
                (Text::Origin, b"origin"),
                (Text::ForwardedFor, b"x-forwarded-for"),
            ] {
                if let Some(value) = x.get(field) {
                    self.header(name, value, inner, report);
                }
            }
        }
        if let Some(cookies) = x.credential(Credential::Cookie) {
            for cookie in cookies.split(|b| *b == b';') {
                let (name, value) = cookie.iter().position(|b| *b == b'=').map_or((&b""[..], cookie), |at| {
                    (cookie.get(..at).unwrap_or_default().trim_ascii(), tail(cookie, at + 1))
                });
                self.value(value, Location::Cookie, name, Plus::Itself, inner, report);
            }
        }
        for (kind, name) in [(Credential::Authorization, &b"authorization"[..]), (Credential::Key, b"key")] {
            if let Some(value) = x.credential(kind) {
                self.value(value, Location::RequestHeader, name, Plus::Itself, inner, report);
            }
        }
    }

    /// One request header; values that repeat cost a look into the set of clean ones.
    fn header(&mut self, name: &[u8], value: &[u8], inner: bool, report: &mut Report<'_>) {
        let set = match name {
            b"user-agent" => 0,
            b"referer" => usize::MAX,
            _ => 1,
        };
        let known = self.clean.get(set).is_some_and(|c| c.contains(value));
        if known || matches!(name, b"cookie" | b"authorization") {
            return;
        }
        let before = report.hits();
        let location = Location::RequestHeader;
        if name == b"user-agent"
            && let Some(tool) = scanner::user_agent(value)
        {
            report.add("scanner.agent", location, name, tool);
        }
        match value.iter().position(|b| *b == b'?') {
            Some(at) if name == b"referer" => {
                self.value(value.get(..at).unwrap_or_default(), location, name, Plus::Itself, inner, report);
                self.query(tail(value, at + 1), location, name, inner, report);
            }
            _ => self.value(value, location, name, Plus::Itself, inner, report),
        }
        if report.hits() == before
            && value.len() <= CLEAN_BYTES
            && let Some(clean) = self.clean.get_mut(set)
        {
            if clean.len() >= CLEAN_MAX {
                clean.clear();
            }
            clean.insert(value.into());
        }
    }

    fn body(&mut self, x: &Exchange<'_>, inner: bool, report: &mut Report<'_>) {
        let Some(body) = &x.request_body else { return };
        let bytes: Cow<'_, [u8]> = decode_body(body, None, BodyLimits::default()).unwrap_or(Cow::Borrowed(&[]));
        let kind = x.get(Text::RequestContentType).unwrap_or_default();
        let checker = &mut self.checker;
        body::values(&bytes, kind, &mut |pointer, value, plus| {
            checker.value(value, Spot { location: Location::RequestBody, pointer, plus, inner }, report);
        });
    }
}

/// The 1-based number of the first segment with a byte that ordinary paths have not.
fn segment(path: &[u8]) -> String {
    let rest = path.strip_prefix(b"/").unwrap_or(path);
    let at = rest.split(|b| *b == b'/').position(|s| kinds(s) & (kind::SUSPECT | kind::ESCAPED) != 0);
    (at.unwrap_or_default() + 1).to_string()
}

/// Whether a host is a developer's own or stands inside a network.
fn inner_host(host: &[u8]) -> bool {
    let Ok(host) = std::str::from_utf8(host) else { return false };
    let last = host.rsplit('.').next().unwrap_or_default();
    last.eq_ignore_ascii_case("localhost")
        || last.eq_ignore_ascii_case("local")
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| match ip {
            std::net::IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
            std::net::IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
        })
}
