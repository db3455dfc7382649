//! Request lines and URLs, taken apart by hand: evidence holds URLs that no URL library accepts,
//! and they must come out as they went in (no normalising, no percent-decoding).

use crate::domain::address::split_port;
use crate::domain::{Exchange, Int, Repair, Text};

use super::target::Scratch;

/// `GET /a?b HTTP/1.1`. A line without a protocol is read as method and target when the method is
/// a token; anything else is kept whole as [`Text::RequestLine`].
pub fn request_line<'a>(line: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
    let Some(space) = line.iter().position(|b| *b == b' ') else {
        x.set(Text::RequestLine, line);
        return;
    };
    let (method, rest) = line.split_at(space);
    let rest = rest.trim_ascii();
    if !is_token(method) || rest.is_empty() {
        x.set(Text::RequestLine, line);
        return;
    }
    x.set(Text::Method, method);
    let uri = match rest.iter().rposition(|b| *b == b' ') {
        Some(at) if rest.get(at + 1..).is_some_and(is_protocol) => {
            x.set(Text::HttpVersion, rest.get(at + 1..).unwrap_or_default());
            rest.get(..at).unwrap_or_default().trim_ascii_end()
        }
        _ => rest,
    };
    target(uri, x, s);
}

/// RFC 9110 token, which a method is.
fn is_token(text: &[u8]) -> bool {
    !text.is_empty()
        && text.len() <= 32
        && text.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b))
}

fn is_protocol(text: &[u8]) -> bool {
    text.len() <= 16
        && (text.starts_with(b"HTTP/")
            || text.starts_with(b"HTTPS/")
            || text.starts_with(b"RTSP/")
            || text.starts_with(b"ICY/"))
}

/// A request target: `/path?query`, an absolute URL, `*`, or `host:port` of a CONNECT.
pub fn target<'a>(uri: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
    if uri.first() == Some(&b'/') {
        path_and_query(uri, x);
        return;
    }
    if has_scheme(uri) {
        absolute(uri, x, s);
        return;
    }
    if x.get(Text::Method) == Some(b"CONNECT") {
        host(uri, x);
        return;
    }
    path_and_query(uri, x);
}

fn path_and_query<'a>(uri: &'a [u8], x: &mut Exchange<'a>) {
    match memchr::memchr(b'?', uri) {
        Some(at) => {
            x.set(Text::Path, uri.get(..at).unwrap_or_default());
            x.set(Text::Query, uri.get(at + 1..).unwrap_or_default());
        }
        None => x.set(Text::Path, uri),
    }
}

fn has_scheme(uri: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(uri.get(..uri.len().min(24)).unwrap_or_default(), b"://") else {
        return false;
    };
    at > 0 && uri.iter().take(at).all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// `https://user@host:port/path?query#fragment`. The user part is dropped from the host and counts
/// as credentials; a fragment stays with the path, as it never went over the wire.
pub fn absolute<'a>(url: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
    if !has_scheme(url) {
        if let Some(rest) = url.strip_prefix(b"//") {
            authority_and_path(rest, x);
        } else if url.first() == Some(&b'/') {
            path_and_query(url, x);
        } else {
            let path = opaque(url, x);
            x.set(Text::Path, path);
            x.repair(Repair::BadUrl);
        }
        return;
    }
    let Some(colon) = memchr::memchr(b':', url) else {
        return;
    };
    let scheme = url.get(..colon).unwrap_or_default();
    let scheme: &[u8] = if scheme.iter().any(u8::is_ascii_uppercase) {
        let lower = s.arena.alloc_slice_copy(scheme);
        lower.make_ascii_lowercase();
        lower
    } else {
        scheme
    };
    x.set(Text::Scheme, scheme);
    authority_and_path(url.get(colon + 3..).unwrap_or_default(), x);
}

/// `data:`, `about:`, `chrome-extension:` and templates: the scheme says what it is, the data of a
/// `data:` URL is a body of its own and not a path.
fn opaque<'a>(url: &'a [u8], x: &mut Exchange<'a>) -> &'a [u8] {
    let Some(at) = memchr::memchr(b':', url).filter(|at| *at > 1 && *at < 24) else {
        return url;
    };
    let scheme = url.get(..at).unwrap_or_default();
    if !scheme.iter().all(|b| b.is_ascii_alphabetic() || *b == b'-') {
        return url;
    }
    x.set(Text::Scheme, scheme);
    let rest = url.get(at + 1..).unwrap_or_default();
    if scheme == b"data" { rest.split(|b| *b == b',').next().unwrap_or_default() } else { rest }
}

fn authority_and_path<'a>(rest: &'a [u8], x: &mut Exchange<'a>) {
    let end = memchr::memchr3(b'/', b'?', b'#', rest).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let server = match memchr::memrchr(b'@', authority) {
        Some(at) => {
            x.auth = crate::domain::Auth::Present;
            x.set_default(Text::AuthScheme, b"Basic");
            authority.get(at + 1..).unwrap_or_default()
        }
        None => authority,
    };
    host(server, x);
    path_and_query(if tail.is_empty() { b"/" } else { tail }, x);
}

/// A text in which no URL shows a user and password: `https://asha:pw@host/` becomes
/// `https://<hidden>@host/`.
pub fn without_user<'a>(text: &'a [u8], s: &Scratch<'a>) -> &'a [u8] {
    let mut out: Option<bumpalo::collections::Vec<'a, u8>> = None;
    let mut from = 0;
    for at in memchr::memmem::find_iter(text, b"://") {
        let begin = at + 3;
        let rest = text.get(begin..).unwrap_or_default();
        let is_end = |b: &u8| matches!(b, b'/' | b'?' | b'#' | b'"' | b'\\') || b.is_ascii_whitespace();
        let authority = rest.get(..rest.iter().position(is_end).unwrap_or(rest.len())).unwrap_or_default();
        let Some(user) = memchr::memrchr(b'@', authority) else { continue };
        if begin < from {
            continue;
        }
        let out = out.get_or_insert_with(|| bumpalo::collections::Vec::with_capacity_in(text.len() + 8, s.arena));
        out.extend_from_slice_copy(text.get(from..begin).unwrap_or_default());
        out.extend_from_slice_copy(b"<hidden>");
        from = begin + user;
    }
    match out {
        None => text,
        Some(mut out) => {
            out.extend_from_slice_copy(text.get(from..).unwrap_or_default());
            out.into_bump_slice()
        }
    }
}

/// Host with or without port, IPv6 with or without brackets.
pub fn host<'a>(text: &'a [u8], x: &mut Exchange<'a>) {
    if let Some((host, port)) = split_port(text) {
        x.set(Text::Host, host);
        if let Some(port) = port {
            x.set_int(Int::Port, port.into());
        }
        return;
    }
    if let Some(at) = memchr::memrchr(b':', text)
        && let Some(digits) = text.get(at + 1..)
        && let Some(port) = std::str::from_utf8(digits).ok().and_then(|d| d.parse::<u16>().ok())
    {
        x.set(Text::Host, text.get(..at).unwrap_or_default());
        x.set_int(Int::Port, port.into());
        return;
    }
    if !text.is_empty() {
        x.set(Text::Host, text.strip_suffix(b":").unwrap_or(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bumpalo::Bump;

    fn read(line: &str) -> String {
        let arena = Bump::new();
        let mut x = Exchange::default();
        let line = arena.alloc_slice_copy(line.as_bytes());
        request_line(line, &mut x, &Scratch::new(&arena));
        x.texts()
            .map(|(f, v)| format!("{}={}", f.column(), String::from_utf8_lossy(v)))
            .chain(x.ints().map(|(f, v)| format!("{}={v}", f.column())))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn users_and_passwords_in_urls_are_hidden() {
        let arena = Bump::new();
        let shown = |text: &'static str| {
            String::from_utf8_lossy(without_user(text.as_bytes(), &Scratch::new(&arena))).into_owned()
        };
        assert_eq!(shown("https://asha:pw@menu.example/a?b=c@d"), "https://<hidden>@menu.example/a?b=c@d");
        assert_eq!(shown("https://menu.example/@asha"), "https://menu.example/@asha");
        assert_eq!(shown("ftp://x@h https://y:z@@k"), "ftp://<hidden>@h https://<hidden>@k");
        assert_eq!(shown("https://h/?u=http://a:b@c/"), "https://h/?u=http://<hidden>@c/");
        assert_eq!(shown("mail asha@menu.example"), "mail asha@menu.example");
    }

    #[test]
    fn request_lines_of_all_kinds() {
        assert_eq!(read("GET /a?b=1?c HTTP/1.1"), "method=GET path=/a query=b=1?c http_version=HTTP/1.1");
        assert_eq!(
            read("GET /with space?q=a b HTTP/2.0"),
            "method=GET path=/with space query=q=a b http_version=HTTP/2.0"
        );
        assert_eq!(read("GET /old"), "method=GET path=/old");
        assert_eq!(
            read("CONNECT example.org:443 HTTP/1.1"),
            "method=CONNECT host=example.org http_version=HTTP/1.1 port=443"
        );
        assert_eq!(read("OPTIONS * HTTP/1.0"), "method=OPTIONS path=* http_version=HTTP/1.0");
        assert_eq!(
            read("GET HTTPS://u:p@Example.org:8080?x HTTP/1.1"),
            "method=GET scheme=https host=Example.org path= query=x http_version=HTTP/1.1 auth_scheme=Basic port=8080"
        );
        assert_eq!(read("\u{16}\u{3}\u{1}"), "request_line=\u{16}\u{3}\u{1}");
        assert_eq!(
            read("GET http://[2001:db8::1]:81/x HTTP/1.1"),
            "method=GET scheme=http host=2001:db8::1 path=/x http_version=HTTP/1.1 port=81"
        );
    }
}
