//! Path, query, headers, cookies, credentials.

use crate::domain::{Credential, Exchange, Location, Text};
use crate::parse::json::{members, unescape_into};

use super::class::{Check, Leaf, Shape};
use super::engine::{At, Classifier, Evidence};
use super::identify::{self, Name};
use super::tree::NONE;

/// Headers that say nothing of a person or a secret, or that frames keep as columns of their own.
const SKIPPED: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "age",
    "alt-svc",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "content-encoding",
    "date",
    "etag",
    "expires",
    "host",
    "if-modified-since",
    "if-none-match",
    "keep-alive",
    "last-modified",
    "origin",
    "pragma",
    "priority",
    "referer",
    "location",
    "server",
    "strict-transport-security",
    "te",
    "transfer-encoding",
    "upgrade-insecure-requests",
    "user-agent",
    "vary",
    "via",
    "x-content-type-options",
    "x-frame-options",
    "x-powered-by",
    "x-xss-protection",
    "content-security-policy",
    "authorization",
    "cookie",
    "set-cookie",
    "nel",
    "report-to",
    "cf-ray",
    "server-timing",
    "link",
    "x-request-id",
    "traceparent",
    "tracestate",
    "x-amzn-trace-id",
    "x-amz-cf-id",
    "content-disposition",
    "cross-origin-opener-policy",
    "permissions-policy",
    "referrer-policy",
    "x-forwarded-for",
    "x-real-ip",
    "forwarded",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
    "cf-connecting-ip",
    "true-client-ip",
];

/// Percent signs undone, `+` as a blank where a form writes it so.
pub(super) fn percent_decode(text: &[u8], form: bool, out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((byte, more)) = rest.split_first() {
        rest = more;
        let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16));
        match (byte, hex(more.first()), hex(more.get(1))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high << 4 | low) as u8);
                rest = more.get(2..).unwrap_or_default();
            }
            (b'+', ..) if form => out.push(b' '),
            _ => out.push(*byte),
        }
    }
}

impl Classifier {
    /// Everything that the client said.
    pub(super) fn request(&mut self, x: &Exchange<'_>, path_shape: Option<&[u8]>) {
        self.path(x.get(Text::Path).unwrap_or_default(), path_shape);
        if let Some(query) = x.get(Text::Query) {
            let at = At { place: self.root(Location::Query), nested: 0 };
            self.pairs(query, at);
        }
        self.header_list(x.get(Text::RequestHeaders), Location::RequestHeader);
        for (name, field) in [(&b"referer"[..], Text::Referer), (b"origin", Text::Origin)] {
            if let Some(url) = x.get(field) {
                self.link(name, url, Location::RequestHeader);
            }
        }
        if let Some(value) = x.credential(Credential::Authorization) {
            self.header(b"authorization", value, Location::RequestHeader);
        }
        if let Some(value) = x.credential(Credential::Cookie) {
            self.cookies(value);
        }
        if let Some(value) = x.credential(Credential::Key) {
            self.header(b"api-key", value, Location::RequestHeader);
        }
        if let Some(body) = &x.request_body {
            self.body(body, None, x.get(Text::RequestContentType), Location::RequestBody);
        }
    }

    /// Everything that the server said.
    pub(super) fn response(&mut self, x: &Exchange<'_>) {
        self.header_list(x.get(Text::ResponseHeaders), Location::ResponseHeader);
        if let Some(url) = x.get(Text::RedirectUrl) {
            self.link(b"location", url, Location::ResponseHeader);
        }
        if let Some(value) = x.credential(Credential::SetCookie) {
            let root = self.root(Location::SetCookie);
            self.cookie(value.split(|b| *b == b';').next().unwrap_or_default(), root);
        }
        if let Some(body) = &x.response_body {
            self.body(body, x.get(Text::ContentEncoding), x.get(Text::ResponseContentType), Location::ResponseBody);
        }
    }

    /// Segments that the shape replaced, and those that look like values.
    fn path(&mut self, path: &[u8], shape: Option<&[u8]>) {
        let root = self.root(Location::Path);
        let mut shapes = shape.map(|s| s.split(|b| *b == b'/'));
        let mut before: &[u8] = b"";
        for (number, segment) in path.split(|b| *b == b'/').enumerate() {
            let replaced = shapes.as_mut().and_then(Iterator::next).is_some_and(|s| s.starts_with(b"{"));
            if segment.is_empty() || !replaced && !identify::looks_like_a_value(segment) {
                before = segment;
                continue;
            }
            let mut plain = self.pool.pop().unwrap_or_default();
            plain.clear();
            percent_decode(segment, false, &mut plain);
            let name = identify::name_in_path(before);
            let shown = name.clone().unwrap_or_else(|| number.to_string());
            let names = name.unwrap_or_else(|| "id".to_owned()).into_boxed_str();
            let names = Name { subject: identify::names_a_person(&names), text: names, bare: false };
            let place = self.tree.segment(root, shown.as_bytes(), before, Some(names), &self.set);
            self.leaf(At { place, nested: 0 }, &plain, false);
            self.pool.push(plain);
            before = b"";
        }
    }

    /// `a=1&b=2` of a query or a form.
    pub(super) fn pairs(&mut self, text: &[u8], at: At) {
        self.open(at.place, false);
        for pair in text.split(|b| matches!(b, b'&' | b';')).filter(|p| !p.is_empty()) {
            let (key, value) = cut(pair, b'=').unwrap_or((pair, b""));
            let mut name = self.pool.pop().unwrap_or_default();
            let mut plain = self.pool.pop().unwrap_or_default();
            name.clear();
            plain.clear();
            percent_decode(key, true, &mut name);
            percent_decode(value, true, &mut plain);
            // A form writes a phone's plus as a blank when nobody escaped it.
            if plain.first() == Some(&b' ') && plain.get(1).is_some_and(u8::is_ascii_digit) {
                plain.splice(..1, *b"+");
            }
            let place = self.tree.member(at.place, NONE, &name, &name, &self.set);
            self.leaf(At { place, ..at }, &plain, false);
            self.pool.push(name);
            self.pool.push(plain);
        }
        self.close();
        self.ungoverned();
    }

    /// Identifiers of the query govern the whole exchange.
    fn ungoverned(&mut self) {
        let Self { named, tree, .. } = self;
        for n in named.iter_mut() {
            if tree.get(n.place).is_some_and(|p| p.location == Location::Query) {
                n.scope = (0, u32::MAX);
            }
        }
    }

    fn header_list(&mut self, list: Option<&[u8]>, location: Location) {
        let mut name = Vec::new();
        let mut value = Vec::new();
        members(list.unwrap_or_default(), |_, pair, _| {
            name.clear();
            value.clear();
            let mut first = true;
            members(pair, |_, text, _| {
                let part = if first { &mut name } else { &mut value };
                unescape_into(text, |b| part.extend_from_slice(b), |_| {});
                first = false;
            });
            name.make_ascii_lowercase();
            let skipped = std::str::from_utf8(&name)
                .is_ok_and(|n| SKIPPED.contains(&n) || n.starts_with("sec-") || n.starts_with("access-control-"));
            // Credentials stand there with scheme and length only.
            if !skipped && memchr::memmem::find(&value, b"<hidden: ").is_none() {
                self.header(&name, &value, location);
            }
        });
    }

    fn header(&mut self, name: &[u8], value: &[u8], location: Location) {
        let root = self.root(location);
        let place = self.tree.member(root, NONE, name, name, &self.set);
        let at = At { place, nested: 0 };
        // `Bearer eyJ…`: the scheme is no part of the token; Basic is a class of its own.
        match cut(value, b' ') {
            Some((scheme, token)) if name == b"authorization" && !scheme.eq_ignore_ascii_case(b"basic") => {
                self.leaf(at, token, false);
            }
            _ => self.leaf(at, value, false),
        }
    }

    /// A URL in a header: what its query says.
    fn link(&mut self, name: &[u8], url: &[u8], location: Location) {
        let Some((_, query)) = cut(url, b'?') else { return };
        let root = self.root(location);
        let place = self.tree.member(root, NONE, name, name, &self.set);
        self.pairs(query.split(|b| *b == b'#').next().unwrap_or_default(), At { place, nested: 0 });
    }

    fn cookies(&mut self, value: &[u8]) {
        let root = self.root(Location::Cookie);
        for pair in value.split(|b| *b == b';') {
            self.cookie(pair, root);
        }
    }

    fn cookie(&mut self, pair: &[u8], root: u32) {
        let Some((name, value)) = cut(pair.trim_ascii(), b'=') else { return };
        let mut plain = self.pool.pop().unwrap_or_default();
        plain.clear();
        percent_decode(value, false, &mut plain);
        let place = self.tree.member(root, NONE, name, name, &self.set);
        let before = self.found.len();
        self.leaf(At { place, nested: 0 }, &plain, false);
        // What stands in a cookie without being anything else may be a session.
        if self.found.len() == before
            && let Some(class) = self.set.session()
        {
            let leaf = Leaf { text: &plain, number: false, shape: Shape::of(&plain) };
            let check = self.set.get(class).map_or(Check::No, |c| c.check(&leaf));
            if check >= Check::Shape {
                self.take(place, class, 60, &leaf, Evidence::new(check, true));
            }
        }
        self.pool.push(plain);
    }
}

/// What stands before and behind the first such byte.
pub(super) fn cut(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let found = memchr::memchr(at, text)?;
    Some((text.get(..found)?, text.get(found + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs() {
        let plain = |text: &str, form| {
            let mut out = Vec::new();
            percent_decode(text.as_bytes(), form, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(plain("a%40b.example", false), "a@b.example");
        assert_eq!(plain("%2B91+98", true), "+91 98");
        assert_eq!(plain("100%", true), "100%");
        assert_eq!(plain("%zz%4", true), "%zz%4");
        assert_eq!(plain("a+b", false), "a+b");
    }
}
