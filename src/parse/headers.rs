//! What single headers tell, and header collections as logs write them. Credentials are recognised
//! and never kept: what remains is their scheme and length.

use bumpalo::collections::Vec as BumpVec;

use crate::domain::address::split_port;
use crate::domain::{Auth, Exchange, Int, Reason, Text};

use super::json::{self, members};
use super::target::{Scratch, Shape, is_null};
use super::url;

/// Request headers that carry a credential, beside Authorization and Cookie. Lower case.
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

/// Of these the value guards a form, not a user: kept out of the frames, no proof of a login.
const NOT_A_LOGIN: &[&str] = &["x-csrf-token", "x-xsrf-token"];

fn is_credential(name: &[u8]) -> bool {
    CREDENTIAL_HEADERS.iter().any(|h| h.as_bytes().eq_ignore_ascii_case(name))
}

/// The Authorization header: keeps the scheme.
pub fn authorization<'a>(value: &'a [u8], x: &mut Exchange<'a>) {
    x.auth = Auth::Present;
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
        let name = pair.split(|b| *b == b'=').next().unwrap_or_default().trim_ascii();
        if name.is_empty() || name.len() > 256 {
            continue;
        }
        if !names.is_empty() {
            names.push(b',');
        }
        names.extend_from_slice(name);
    }
    x.set(Text::CookieNames, names.into_bump_slice());
    x.auth = Auth::Present;
    x.set_default(Text::AuthScheme, b"cookie");
}

/// One request header.
pub fn request<'a>(name: &[u8], value: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
    if is_null(value) {
        return;
    }
    let is = |n: &str| n.as_bytes().eq_ignore_ascii_case(name);
    if is("authorization") {
        authorization(value, x);
    } else if is("cookie") {
        cookies(value, x, s);
    } else if is_credential(name) {
        if !NOT_A_LOGIN.iter().any(|h| is(h)) {
            x.auth = Auth::Present;
            x.set_default(Text::AuthScheme, b"api-key");
        }
    } else if is("user-agent") {
        x.set(Text::UserAgent, value);
    } else if is("referer") {
        x.set(Text::Referer, value);
    } else if is("host") || is(":authority") {
        if x.get(Text::Host).is_none() {
            url::host(value, x);
        }
    } else if is("x-forwarded-for") || is("forwarded") {
        x.set(Text::ForwardedFor, value);
    } else if is("content-type") {
        x.set(Text::RequestContentType, value);
    } else if is("origin") {
        x.set(Text::Origin, value);
    } else if is("x-request-id") {
        x.set_default(Text::RequestId, value);
    } else if is("traceparent") || is("x-b3-traceid") || is("x-amzn-trace-id") {
        x.set_default(Text::TraceId, value);
    } else if is("cf-connecting-ip") || is("true-client-ip") || is("x-real-ip") {
        if let Some((host, _)) = split_port(value) {
            x.set_default(Text::ForwardedFor, host);
        }
    }
}

/// One response header.
pub fn response<'a>(name: &[u8], value: &'a [u8], x: &mut Exchange<'a>) {
    if is_null(value) {
        return;
    }
    let is = |n: &str| n.as_bytes().eq_ignore_ascii_case(name);
    if is("content-type") {
        x.set(Text::ResponseContentType, value);
    } else if is("content-encoding") {
        x.set(Text::ContentEncoding, value);
    } else if is("location") {
        x.set_default(Text::RedirectUrl, value);
    } else if is("x-cache") || is("cf-cache-status") {
        x.set_default(Text::CacheStatus, value);
    } else if is("content-length")
        && let Some(bytes) = crate::domain::time::scaled(value, 1)
    {
        x.set_int_default(Int::ResponseBodyBytes, bytes);
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
    let is = |n: &str| n.as_bytes().eq_ignore_ascii_case(name);
    let scheme: &[u8] = if is("authorization") {
        b"other"
    } else if is("cookie") {
        b"cookie"
    } else if is_credential(name) && !NOT_A_LOGIN.iter().any(|h| is(h)) {
        b"api-key"
    } else {
        return;
    };
    x.auth = Auth::Present;
    x.set_default(Text::AuthScheme, scheme);
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
        Self::with_capacity(request, 0, s)
    }

    /// [`HeaderList::new`] with room for the JSON text of all of it.
    pub fn with_capacity(request: bool, bytes: usize, s: &Scratch<'a>) -> Self {
        let mut out = BumpVec::with_capacity_in(bytes, s.arena);
        out.push(b'[');
        Self { out, request }
    }

    /// Adds one header and takes from it what it tells.
    pub fn add(&mut self, name: &'a [u8], value: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
        if self.request {
            request(name, value, x, s);
        } else {
            response(name, value, x);
        }
        if self.out.len() > 1 {
            self.out.push(b',');
        }
        self.out.push(b'[');
        quote(name, &mut self.out);
        self.out.push(b',');
        if self.hides(name) {
            let scheme = value
                .split(|b| *b == b' ')
                .next()
                .filter(|s| s.len() < value.len() && s.len() <= 24)
                .unwrap_or_default();
            let name_of_cookie = value
                .split(|b| *b == b'=')
                .next()
                .filter(|n| n.len() < value.len() && n.len() <= 256)
                .unwrap_or_default();
            let shown = if name.eq_ignore_ascii_case(b"set-cookie") {
                name_of_cookie
            } else if name.eq_ignore_ascii_case(b"cookie") {
                b""
            } else {
                scheme
            };
            quote(&[shown, b"<hidden: ", value.len().to_string().as_bytes(), b" bytes>"].concat(), &mut self.out);
        } else {
            quote(value, &mut self.out);
        }
        self.out.push(b']');
    }

    fn hides(&self, name: &[u8]) -> bool {
        if self.request {
            name.eq_ignore_ascii_case(b"authorization") || name.eq_ignore_ascii_case(b"cookie") || is_credential(name)
        } else {
            name.eq_ignore_ascii_case(b"set-cookie") || is_credential(name)
        }
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

/// Writes a JSON string; bytes that are no UTF-8 become U+FFFD (the evidence keeps them exact).
pub fn quote(text: &[u8], out: &mut BumpVec<'_, u8>) {
    out.push(b'"');
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
    let mut list = HeaderList::new(is_request, s);
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
            b"name" | b"Name" | b"key" | b"Key" => name = v,
            b"value" | b"Value" => value = v,
            b"" if at == 0 => name = v,
            b"" => value = v,
            _ => {}
        }
        at += 1;
    });
    (name, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bumpalo::Bump;

    fn read(raw: &str) -> (Auth, String, String) {
        let arena = Bump::new();
        let mut x = Exchange::default();
        let raw = arena.alloc_slice_copy(raw.as_bytes());
        request_json(raw, &mut x, &mut Scratch::new(&arena)).unwrap();
        let text = |f| String::from_utf8_lossy(x.get(f).unwrap_or_default()).into_owned();
        (x.auth, text(Text::RequestHeaders), text(Text::UserAgent))
    }

    #[test]
    fn three_ways_to_write_headers_are_one() {
        let want = (
            Auth::Present,
            r#"[["User-Agent","curl"],["Authorization","Bearer<hidden: 10 bytes>"]]"#.to_owned(),
            "curl".to_owned(),
        );
        assert_eq!(read(r#"{"User-Agent":"curl","Authorization":"Bearer abc"}"#), want);
        assert_eq!(read(r#"{"User-Agent":["curl"],"Authorization":["Bearer abc"]}"#), want);
        assert_eq!(
            read(r#"[{"name":"User-Agent","value":"curl"},{"name":"Authorization","value":"Bearer abc"}]"#),
            want
        );
        assert_eq!(read(r#"[["User-Agent","curl"],["Authorization","Bearer abc"]]"#), want);
    }

    #[test]
    fn headers_without_credentials_prove_their_absence() {
        assert_eq!(read(r#"{"accept":"*/*"}"#).0, Auth::Absent);
        assert_eq!(read("{}").0, Auth::Unknown);
    }
}
