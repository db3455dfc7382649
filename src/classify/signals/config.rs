//! How the server is set up, as its answer's headers and errors show it.

use crate::domain::{Credential, Exchange, Int, Location, Text};
use crate::parse::body::{BodyLimits, decode};
use crate::parse::json::{members, unescape_into};

use super::bytes::has_any;
use super::token::{same_site, url_host};
use super::value::Report;

/// Bytes of an answer in which an error message is looked for: errors are short or come first.
const ERROR_BYTES: usize = 64 << 10;

/// What the response headers say, as far as it matters here.
#[derive(Default)]
struct Seen {
    hsts: bool,
    nosniff: bool,
    origin: Vec<u8>,
    credentials: bool,
    version: Option<&'static str>,
}

/// Everything that one exchange tells of the set-up.
pub(super) fn exchange(x: &Exchange<'_>, report: &mut Report<'_>) {
    let status = x.get_int(Int::Status).unwrap_or_default();
    let success = (200..300).contains(&status);
    let carries = x
        .credential(Credential::Authorization)
        .or(x.credential(Credential::Cookie))
        .or(x.credential(Credential::Key))
        .is_some();
    if carries && x.get(Text::Scheme).is_some_and(|s| s.eq_ignore_ascii_case(b"http")) {
        report.add("config.plain-http", Location::RequestHeader, b"", "a credential over http");
    }
    if success && x.get(Text::Method).is_some_and(|m| m == b"TRACE" || m == b"TRACK") {
        report.add("config.trace-method", Location::ResponseBody, b"", "TRACE answered");
    }
    if let Some(version) = x.get(Text::TlsVersion).and_then(old_tls) {
        report.add("config.old-tls", Location::RequestHeader, b"", version);
    }
    if let Some(list) = x.get(Text::ResponseHeaders) {
        headers(list, x, status, report);
    }
    errors(x, report);
}

/// SSL and TLS before 1.2, as servers and captures write them.
fn old_tls(version: &[u8]) -> Option<&'static str> {
    let lower: Vec<u8> =
        version.iter().filter(|b| !matches!(b, b' ' | b'_' | b'-')).map(u8::to_ascii_lowercase).collect();
    match lower.as_slice() {
        b"tlsv1" | b"tlsv1.0" | b"tls1.0" | b"tls1" | b"tlsv10" | b"tls10" => Some("TLS 1.0"),
        b"tlsv1.1" | b"tls1.1" | b"tlsv11" | b"tls11" => Some("TLS 1.1"),
        v if v.starts_with(b"sslv") || v.starts_with(b"ssl3") => Some("SSL"),
        _ => None,
    }
}

fn headers(list: &[u8], x: &Exchange<'_>, status: i64, report: &mut Report<'_>) {
    let mut seen = Seen::default();
    members(list, |_, pair, _| {
        let mut at = 0;
        let mut name = Vec::new();
        members(pair, |_, half, _| {
            if at == 0 {
                name = half.to_ascii_lowercase();
            } else {
                note(&name, half, &mut seen);
            }
            at += 1;
        });
    });
    let location = Location::ResponseHeader;
    if seen.credentials && seen.origin == b"*" {
        report.add("config.cors-any", location, b"access-control-allow-origin", "* together with credentials");
    }
    if seen.credentials
        && let Some(origin) = x.get(Text::Origin).filter(|o| **o == *seen.origin)
        && let (Some(from), Some(to)) = (url_host(origin), x.get(Text::Host))
        && !same_site(from, to)
    {
        report.add(
            "config.cors-any",
            location,
            b"access-control-allow-origin",
            "another site's origin allowed with credentials",
        );
    }
    let answered = (200..400).contains(&status);
    if answered && !seen.hsts && x.get(Text::Scheme).is_some_and(|s| s.eq_ignore_ascii_case(b"https")) {
        report.add("config.no-hsts", location, b"strict-transport-security", "missing");
    }
    let typed = x
        .get(Text::ResponseContentType)
        .is_some_and(|t| has_any(&t.to_ascii_lowercase(), &[b"json", b"html", b"xml", b"text/plain"]));
    if answered && typed && !seen.nosniff {
        report.add("config.no-nosniff", location, b"x-content-type-options", "missing");
    }
    if let Some(header) = seen.version {
        report.add("config.server-version", location, header.as_bytes(), "names software and version");
    }
}

fn note(name: &[u8], value: &[u8], seen: &mut Seen) {
    let versioned = || {
        // `nginx/1.18.0`, `PHP/7.4`, `4.0.30319`: a digit after a slash or a dotted number.
        value.windows(2).any(|w| matches!(w, [b'/', d] if d.is_ascii_digit()))
            || value.windows(3).any(|w| matches!(w, [a, b'.', b] if a.is_ascii_digit() && b.is_ascii_digit()))
    };
    match name {
        b"strict-transport-security" => seen.hsts = true,
        b"x-content-type-options" => seen.nosniff = value.eq_ignore_ascii_case(b"nosniff"),
        b"access-control-allow-origin" => {
            seen.origin.clear();
            unescape_into(value, |b| seen.origin.extend_from_slice(b), |_| {});
        }
        b"access-control-allow-credentials" => seen.credentials = value.eq_ignore_ascii_case(b"true"),
        b"server" if versioned() => seen.version = Some("server"),
        b"x-powered-by" if versioned() => seen.version = Some("x-powered-by"),
        b"x-aspnet-version" | b"x-aspnetmvc-version" => seen.version = Some("x-aspnet-version"),
        _ => {}
    }
}

/// Words of errors that were meant for developers, with what they come from. Own list after the
/// products' messages; OWASP CRS keeps longer ones (`java-errors.data`, `sql-errors.data` …).
const ERRORS: &[(&[u8], &str)] = &[
    (b"java.lang.", "Java"),
    (b"java.sql.SQLException", "Java"),
    (b"java.net.", "Java"),
    (b"javax.servlet.", "Java"),
    (b"jakarta.servlet.", "Java"),
    (b"org.springframework.", "Java"),
    (b"org.hibernate.", "Java"),
    (b"org.apache.jasper.", "Java"),
    (b"com.fasterxml.jackson.", "Java"),
    (b"Traceback (most recent call last)", "Python"),
    (b"django.core.exceptions", "Python"),
    (b"werkzeug.exceptions", "Python"),
    (b"Fatal error</b>:", "PHP"),
    (b"Warning</b>:", "PHP"),
    (b"PHP Fatal error:", "PHP"),
    (b"PHP Warning:", "PHP"),
    (b"PHP Stack trace:", "PHP"),
    (b"Stack trace:\n#0 ", "PHP"),
    (b"at Object.<anonymous> (", "Node"),
    (b"node_modules/", "Node"),
    (b"node:internal/", "Node"),
    (b"    at async ", "Node"),
    (b"System.NullReferenceException", ".NET"),
    (b"System.Data.SqlClient", ".NET"),
    (b"System.Web.HttpException", ".NET"),
    (b"Server Error in '/' Application", ".NET"),
    (b"Microsoft.AspNetCore.", ".NET"),
    (b"You have an error in your SQL syntax", "SQL"),
    (b"Unclosed quotation mark after the character string", "SQL"),
    (b"ORA-00933", "SQL"),
    (b"ORA-01756", "SQL"),
    (b"SQLSTATE[", "SQL"),
    (b"PG::SyntaxError", "SQL"),
    (b"psycopg2.errors", "SQL"),
    (b"pg_query():", "SQL"),
    (b"mysql_fetch_", "SQL"),
    (b"SQLite3::", "SQL"),
    (b"SequelizeDatabaseError", "SQL"),
    (b"MongoServerError", "MongoDB"),
    (b"goroutine 1 [running]", "Go"),
    (b"panic: runtime error", "Go"),
    (b"ActionView::Template::Error", "Ruby"),
    (b"ActiveRecord::", "Ruby"),
];

fn errors(x: &Exchange<'_>, report: &mut Report<'_>) {
    let Some(body) = &x.response_body else { return };
    let kind = x.get(Text::ResponseContentType).unwrap_or_default().to_ascii_lowercase();
    // Scripts name such classes without having failed.
    if has_any(&kind, &[b"javascript", b"css", b"image/", b"font", b"video/", b"audio/", b"octet-stream", b"wasm"]) {
        return;
    }
    let Ok(bytes) = decode(body, x.get(Text::ContentEncoding), BodyLimits::default()) else { return };
    let head = bytes.get(..bytes.len().min(ERROR_BYTES)).unwrap_or_default();
    let failed = x.get_int(Int::Status).is_some_and(|s| s >= 400);
    // A page that succeeds may speak of a class; a trace names the line it came from.
    let traced = failed
        || has_any(
            head,
            &[
                b"Exception:",
                b"    at ",
                b"Traceback (most",
                b"Fatal error",
                b"Warning</b>:",
                b"error in your SQL",
                b"SQLSTATE[",
                b"Stack trace:",
                b"Unclosed quotation",
            ],
        );
    if traced && let Some((_, what)) = ERRORS.iter().find(|(word, _)| memchr::memmem::find(head, word).is_some()) {
        report.add("config.stack-trace", Location::ResponseBody, b"", what);
    }
}
