//! What single headers tell, and header collections as logs write them. Credentials are recognised
//! and never kept: what remains is their scheme and length.

use bumpalo::collections::Vec as BumpVec;

use crate::domain::address::split_port;
use crate::domain::{Auth, Credential, Exchange, Int, Reason, Text};

use super::json::{self, members};
use super::target::{Scratch, Shape, is_null};
use super::url;

mod query;

pub use query::query_has_credential;

/// What the columns want of a header, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Authorization,
    Cookie,
    SetCookie,
    /// Carries a credential, beside the two above.
    Credential,
    /// Guards a form, not a user: kept out of the frames, no proof of a login.
    FormToken,
    UserAgent,
    Referer,
    Host,
    Forwarded,
    ClientAddress,
    ContentType,
    ContentEncoding,
    ContentLength,
    Origin,
    Location,
    Cache,
    RequestId,
    Trace,
    Other,
}

/// Names of the headers that [`known`] takes for a credential or a form token: what a format string
/// may name.
pub(super) const CREDENTIAL_HEADERS: &[&str] = &[
    "proxy-authorization",
    "x-api-key",
    "x-apikey",
    "api-key",
    "apikey",
    "x-auth-token",
    "x-access-token",
    "x-token",
    "access-token",
    "auth-token",
    "token",
    "x-amz-security-token",
    "x-csrf-token",
    "x-xsrf-token",
    "ocp-apim-subscription-key",
    "x-session-token",
    "x-session-id",
    "x-goog-api-key",
    "x-gitlab-token",
    "x-vault-token",
    "x-auth",
    "x-user-token",
];

const KNOWN_BYTES_MAX: usize = 25;

/// Looks a header up, in any case.
#[expect(clippy::too_many_lines, reason = "a table")]
fn known(name: &[u8]) -> Known {
    let mut lower = [0; KNOWN_BYTES_MAX];
    let Some(lower) = lower.get_mut(..name.len()) else {
        return by_its_words(&name.to_ascii_lowercase());
    };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    match &*lower {
        b"authorization" => Known::Authorization,
        b"cookie" => Known::Cookie,
        b"set-cookie" => Known::SetCookie,
        b"proxy-authorization"
        | b"x-api-key"
        | b"x-apikey"
        | b"api-key"
        | b"apikey"
        | b"x-auth-token"
        | b"x-access-token"
        | b"x-token"
        | b"access-token"
        | b"auth-token"
        | b"token"
        | b"x-amz-security-token"
        | b"ocp-apim-subscription-key"
        | b"x-session-token"
        | b"x-session-id"
        | b"x-goog-api-key"
        | b"x-gitlab-token"
        | b"x-vault-token"
        | b"x-auth"
        | b"x-user-token" => Known::Credential,
        b"x-csrf-token" | b"x-xsrf-token" => Known::FormToken,
        b"user-agent" => Known::UserAgent,
        b"referer" => Known::Referer,
        b"host" | b":authority" => Known::Host,
        b"x-forwarded-for" | b"forwarded" => Known::Forwarded,
        b"cf-connecting-ip" | b"true-client-ip" | b"x-real-ip" => Known::ClientAddress,
        b"content-type" => Known::ContentType,
        b"content-encoding" => Known::ContentEncoding,
        b"content-length" => Known::ContentLength,
        b"origin" => Known::Origin,
        b"location" => Known::Location,
        b"x-cache" | b"cf-cache-status" => Known::Cache,
        b"x-request-id" => Known::RequestId,
        b"traceparent" | b"x-b3-traceid" | b"x-amzn-trace-id" => Known::Trace,
        // Seen in every capture: not worth a search.
        b"accept"
        | b"accept-encoding"
        | b"accept-language"
        | b"accept-ranges"
        | b"age"
        | b"alt-svc"
        | b"cache-control"
        | b"connection"
        | b"date"
        | b"etag"
        | b"expires"
        | b"keep-alive"
        | b"last-modified"
        | b"pragma"
        | b"priority"
        | b"server"
        | b"strict-transport-security"
        | b"transfer-encoding"
        | b"upgrade-insecure-requests"
        | b"vary"
        | b"via"
        | b"x-content-type-options"
        | b"x-frame-options"
        | b"x-powered-by"
        | b"x-xss-protection"
        | b":method"
        | b":path"
        | b":scheme"
        | b":status" => Known::Other,
        name if name.starts_with(b"sec-ch-")
            || name.starts_with(b"sec-fetch-")
            || name.starts_with(b"access-control-") =>
        {
            Known::Other
        }
        name => by_its_words(name),
    }
}

/// The Authorization header: keeps the scheme.
pub fn authorization<'a>(value: &'a [u8], x: &mut Exchange<'a>) {
    x.auth = Auth::Present;
    x.withhold(Credential::Authorization, value);
    let scheme = value.split(|b| *b == b' ').next().unwrap_or_default();
    let known = scheme.len() < value.len()
        && scheme.len() <= 24
        && scheme.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    x.set(Text::AuthScheme, if known { scheme } else { b"other" });
}

/// A Cookie header: keeps the names. A cookie may be a login or a colour scheme, so it counts as a
/// credential only until the lens says otherwise.
pub fn cookies<'a>(value: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
    let mut names = BumpVec::new_in(s.arena);
    for pair in value.split(|b| matches!(b, b';' | b',')) {
        let name = pair.split(|b| *b == b'=').next().unwrap_or_default();
        // Without `=` there is no telling a name from a value.
        if name.len() == pair.len() || name.len() > 256 {
            continue;
        }
        let name = name.trim_ascii();
        if name.is_empty() {
            continue;
        }
        if !names.is_empty() {
            names.push(b',');
        }
        names.extend_from_slice(name);
    }
    x.set(Text::CookieNames, names.into_bump_slice());
    x.withhold(Credential::Cookie, value);
    x.auth = Auth::Present;
    x.set_default(Text::AuthScheme, b"cookie");
}

/// One request header.
pub fn request<'a>(name: &[u8], value: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
    request_known(known(name), value, x, s);
}

fn request_known<'a>(known: Known, value: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
    if known == Known::Other || is_null(value) {
        return;
    }
    match known {
        Known::Authorization => authorization(value, x),
        Known::Cookie => cookies(value, x, s),
        Known::Credential => {
            x.auth = Auth::Present;
            x.withhold(Credential::Key, value);
            x.set_default(Text::AuthScheme, b"api-key");
        }
        Known::UserAgent => x.set(Text::UserAgent, value),
        Known::Referer => x.set(Text::Referer, value),
        Known::Host if x.get(Text::Host).is_none() => url::host(value, x),
        Known::Forwarded => x.set(Text::ForwardedFor, value),
        Known::ContentType => x.set(Text::RequestContentType, value),
        Known::Origin => x.set(Text::Origin, value),
        Known::RequestId => x.set_default(Text::RequestId, value),
        Known::Trace => x.set_default(Text::TraceId, value),
        Known::ClientAddress => {
            if let Some((host, _)) = split_port(value) {
                x.set_default(Text::ForwardedFor, host);
            }
        }
        _ => {}
    }
}

/// One response header.
pub fn response<'a>(name: &[u8], value: &'a [u8], x: &mut Exchange<'a>) {
    response_known(known(name), value, x);
}

fn response_known<'a>(known: Known, value: &'a [u8], x: &mut Exchange<'a>) {
    if known == Known::Other || is_null(value) {
        return;
    }
    match known {
        Known::ContentType => x.set(Text::ResponseContentType, value),
        Known::ContentEncoding => x.set(Text::ContentEncoding, value),
        Known::Location => x.set_default(Text::RedirectUrl, value),
        Known::Cache => x.set_default(Text::CacheStatus, value),
        Known::SetCookie => x.withhold(Credential::SetCookie, value),
        Known::ContentLength => {
            if let Some(bytes) = crate::domain::time::scaled(value, 1) {
                x.set_int_default(Int::ResponseBodyBytes, bytes);
            }
        }
        _ => {}
    }
}

/// Names of all request headers, as a JSON list of strings: credentials show by their names.
pub fn request_names(raw: &[u8], x: &mut Exchange<'_>) {
    let mut any = false;
    members(raw, |_, name, _| {
        any = true;
        withheld(name, x);
    });
    if any && x.auth == Auth::Unknown {
        x.auth = Auth::Absent;
    }
}

/// A request header whose value the gateway did not write down.
fn withheld(name: &[u8], x: &mut Exchange<'_>) {
    let scheme: &[u8] = match known(name) {
        Known::Authorization => b"other",
        Known::Cookie => b"cookie",
        Known::Credential => b"api-key",
        _ => return,
    };
    x.auth = Auth::Present;
    x.set_default(Text::AuthScheme, scheme);
}

/// A header that no list names, in lower case: one whose name speaks of a secret holds one until
/// somebody has looked. Names of verdicts and policies about secrets are left alone.
fn by_its_words(name: &[u8]) -> Known {
    const SECRET: &[&[u8]] = &[
        b"auth",
        b"token",
        b"jwt",
        b"secret",
        b"passw",
        b"assertion",
        b"credential",
        b"session",
        b"apikey",
        b"api-key",
        b"dpop",
        b"client-cert",
    ];
    const NOT_SECRET: &[&[u8]] =
        &[b":authority", b"www-authenticate", b"proxy-authenticate", b"x-auth-status", b"sec-fetch"];
    let says = |words: &[&[u8]]| words.iter().any(|w| memchr::memmem::find(name, w).is_some());
    if says(&[b"csrf", b"xsrf"]) {
        return Known::FormToken;
    }
    if name == b"sec-websocket-protocol" || says(SECRET) && !says(NOT_SECRET) {
        Known::Credential
    } else {
        Known::Other
    }
}

/// Collects headers as the JSON text of a list of `[name, value]`.
pub struct HeaderList<'a> {
    out: BumpVec<'a, u8>,
    request: bool,
}

impl std::fmt::Debug for HeaderList<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HeaderList").field("bytes", &self.out.len()).finish_non_exhaustive()
    }
}

impl<'a> HeaderList<'a> {
    /// An empty list of request or response headers.
    pub fn new(request: bool, s: &Scratch<'a>) -> Self {
        Self::with_capacity(request, 256, s)
    }

    /// An empty list with room for so many bytes.
    pub fn with_capacity(request: bool, bytes: usize, s: &Scratch<'a>) -> Self {
        let mut out = BumpVec::with_capacity_in(bytes, s.arena);
        out.push(b'[');
        Self { out, request }
    }

    /// Adds one header and takes from it what it tells.
    pub fn add(&mut self, name: &'a [u8], value: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
        let known = known(name);
        let value = if memchr::memchr(b'@', value).is_some() { url::without_user(value, s) } else { value };
        let hidden = if self.request {
            request_known(known, value, x, s);
            matches!(known, Known::Authorization | Known::Cookie | Known::Credential | Known::FormToken)
        } else {
            response_known(known, value, x);
            matches!(known, Known::SetCookie | Known::Credential | Known::FormToken)
        };
        self.out.extend_from_slice_copy(if self.out.len() > 1 { b",[" } else { b"[" });
        quote(name, &mut self.out);
        self.out.push(b',');
        if hidden {
            hide(known, value, &mut self.out);
        } else {
            quote(value, &mut self.out);
        }
        self.out.push(b']');
    }

    /// Stores the list. A request whose headers were all there and held no credential had none.
    pub fn finish(mut self, x: &mut Exchange<'a>) {
        if self.out.len() == 1 {
            return;
        }
        self.out.push(b']');
        if self.request {
            x.set(Text::RequestHeaders, self.out.into_bump_slice());
            if x.auth == Auth::Unknown {
                x.auth = Auth::Absent;
            }
        } else {
            x.set(Text::ResponseHeaders, self.out.into_bump_slice());
        }
    }
}

/// What is shown for a credential: a cookie's name, else the scheme, and the length.
fn hide(known: Known, value: &[u8], out: &mut BumpVec<'_, u8>) {
    let head = |end: u8, max: usize| {
        value.split(|b| *b == end).next().filter(|h| h.len() < value.len() && h.len() <= max).unwrap_or_default()
    };
    let shown = match known {
        Known::SetCookie => head(b'=', 256),
        Known::Cookie => b"",
        _ => head(b' ', 24),
    };
    quote(shown, out);
    out.pop();
    out.extend_from_slice_copy(b"<hidden: ");
    let mut scale = 1;
    while value.len() / scale >= 10 {
        scale *= 10;
    }
    while scale > 0 {
        out.push(b'0' + (value.len() / scale % 10) as u8);
        scale /= 10;
    }
    out.extend_from_slice_copy(b" bytes>\"");
}

/// Writes a JSON string; bytes that are no UTF-8 become U+FFFD (the evidence keeps them exact).
#[expect(clippy::needless_bitwise_bool, reason = "without branches it runs on many bytes at a time")]
pub fn quote(text: &[u8], out: &mut BumpVec<'_, u8>) {
    out.push(b'"');
    // Piece by piece without a way out between: that is done many bytes at a time.
    let plain_bytes = |piece: &[u8]| {
        piece.iter().fold(true, |plain, b| plain & (matches!(b, 0x20..0x7f) & (*b != b'"') & (*b != b'\\')))
    };
    let (pieces, rest) = text.as_chunks::<16>();
    let plain = pieces.iter().all(|piece| plain_bytes(piece)) && plain_bytes(rest);
    if plain {
        out.extend_from_slice_copy(text);
        out.push(b'"');
        return;
    }
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().bytes() {
            match c {
                b'"' => out.extend_from_slice(b"\\\""),
                b'\\' => out.extend_from_slice(b"\\\\"),
                0..0x20 => out.extend_from_slice(format!("\\u{c:04x}").as_bytes()),
                c => out.push(c),
            }
        }
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
    out.push(b'"');
}

/// `{"name": "value"}`, `{"name": ["value", …]}`, `[{"name": …, "value": …}]`, `[["name", "value"]]`.
pub fn request_json<'a>(raw: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    collection(true, raw, x, s)
}

/// As [`request_json`], for the response.
pub fn response_json<'a>(raw: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    collection(false, raw, x, s)
}

#[expect(clippy::unnecessary_wraps, reason = "what a target's application returns")]
fn collection<'a>(is_request: bool, raw: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    // Some gateways put the object into a string. In a bare one the first quote comes before any
    // backslash, whatever a client wrote into a value.
    let raw = if raw.first().is_some_and(|b| matches!(b, b'{' | b'['))
        && memchr::memchr2(b'\\', b'"', raw).is_some_and(|at| raw.get(at) == Some(&b'\\'))
    {
        json::unescape(raw, s.arena, x)
    } else {
        raw
    };
    // Brackets instead of colons: four bytes more a header.
    let mut list = HeaderList::with_capacity(is_request, raw.len() + raw.len() / 2, s);
    let known = members(raw, |name, value, shape| {
        if name.is_empty() {
            let (name, value) = pair(value, s, x);
            if !name.is_empty() {
                list.add(name, value, x, s);
            }
            return;
        }
        let name = json::unescape(name, s.arena, x);
        if shape == Shape::JsonString {
            let value = json::unescape(value, s.arena, x);
            list.add(name, value, x, s);
        } else if value.first() == Some(&b'[') {
            let mut any = false;
            members(value, |_, one, shape| {
                any = true;
                let one = if shape == Shape::JsonString { json::unescape(one, s.arena, x) } else { one };
                list.add(name, one, x, s);
            });
            if !any {
                // Caddy up to 2.6 writes credentials as an empty list.
                if is_request {
                    withheld(name, x);
                }
                list.add(name, b"", x, s);
            }
        } else {
            list.add(name, value, x, s);
        }
    });
    if known {
        list.finish(x);
    }
    Ok(())
}

/// Name and value of one element of a header list.
fn pair<'a>(element: &'a [u8], s: &Scratch<'a>, x: &mut Exchange<'a>) -> (&'a [u8], &'a [u8]) {
    let (mut name, mut value): (&[u8], &[u8]) = (b"", b"");
    let mut at = 0;
    members(element, |key, v, shape| {
        let v = if shape == Shape::JsonString { json::unescape(v, s.arena, x) } else { v };
        match key {
            // A pair in a list has no keys: the first is the name.
            b"" if at == 0 => name = v,
            b"value" | b"Value" | b"" => value = v,
            b"name" | b"Name" | b"key" | b"Key" => name = v,
            _ => {}
        }
        at += 1;
    });
    (name, value)
}

#[cfg(test)]
mod tests;
