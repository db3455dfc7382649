//! HAProxy's HTTP log, plain and with the TLS columns of `httpslog`.

use bumpalo::collections::Vec as BumpVec;

use crate::domain::exchange::Traced;
use crate::domain::time::scaled;
use crate::domain::{Exchange, Ignorable, Int, Reason, Repair, Text};
use crate::parse::format::{Format, Meta, Read, Reader, Sample};
use crate::parse::row_format::word;
use crate::parse::target::{Clock, Scratch, Shape, Target, is_null};
use crate::parse::{headers, url};

/// The format.
#[derive(Debug)]
pub(super) struct Haproxy;

/// The format.
pub(super) static FORMAT: Haproxy = Haproxy;

static META: Meta = Meta {
    id: "haproxy",
    title: "HAProxy HTTP log",
    source: "https://docs.haproxy.org/3.0/configuration.html#8.2.3, src/log.c (default_http_log_format, default_https_log_format)",
    notes: "time is when the request's first byte arrived, in the proxy's own zone, which the line does not name; bytes are the whole response; duration_us is Ta (Tt in old versions), first_byte_us TR+Tw+Tc+Tr, upstream_duration_us Tr; captured headers have no names and stand in extensions; TCP and error lines are no exchanges",
};

impl Format for Haproxy {
    fn meta(&self) -> &Meta {
        &META
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Lines)
    }

    fn samples(&self) -> &'static [Sample] {
        &[
            Sample {
                record: r#"203.0.113.9:14853 [10/Sep/2024:21:24:00.127] https-in~ api/node_2 10/0/2/30/+45 200 +739 SID=8f2e - --VN 9/8/7/6/+1 0/0 {api.example|Bearer abc.def} {|gzip} "GET /stores/7?full=1 HTTP/1.1""#,
                expect: &[
                    ("time", "2024-09-10T21:24:00.127Z"),
                    ("zone_assumed", "true"),
                    ("peer_address", "203.0.113.9"),
                    ("client_port", "14853"),
                    ("server", "https-in"),
                    ("scheme", "https"),
                    ("service", "api"),
                    ("upstream", "node_2"),
                    ("duration_us", "45000"),
                    ("first_byte_us", "42000"),
                    ("connect_us", "2000"),
                    ("upstream_duration_us", "30000"),
                    ("status", "200"),
                    ("response_bytes", "739"),
                    ("attempts", "2"),
                    ("cookie_names", "SID"),
                    ("auth", "present"),
                    (
                        "extensions",
                        r#"{"captured_request":["api.example","Bearer<hidden: 14 bytes>"],"captured_response":["","gzip"]}"#,
                    ),
                    ("method", "GET"),
                    ("path", "/stores/7"),
                    ("query", "full=1"),
                ],
            },
            Sample {
                record: r#"[2001:db8::9]:4853 [] www www/<NOSRV> -1/-1/-1/-1/8000 408 212 - - cR-- 1/1/0/0/0 0/0 "<BADREQ>""#,
                expect: &[
                    ("peer_address", "2001:db8::9"),
                    ("repairs", "time-unreadable"),
                    ("request_line", "<BADREQ>"),
                    ("error", "cR--"),
                    ("status", "408"),
                    ("duration_us", "8000000"),
                ],
            },
            Sample {
                record: r#"203.0.113.9:1485 [10/Sep/2024:21:24:00.127] fe~ be/s1 0/0/0/3/3 200 739 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/2.0" 0/0/0/0/0 api.example/TLSv1.3/TLS_AES_256_GCM_SHA384"#,
                expect: &[
                    ("host", "api.example"),
                    ("tls_version", "TLSv1.3"),
                    ("tls_cipher", "TLS_AES_256_GCM_SHA384"),
                    ("http_version", "HTTP/2.0"),
                ],
            },
        ]
    }
}

struct Lines;

impl Reader for Lines {
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        let mut rest = record.trim_ascii();
        let peer = word(&mut rest);
        let time = rest.strip_prefix(b"[").and_then(|r| r.get(..memchr::memchr(b']', r)?)).ok_or(NO)?;
        rest = rest.get(time.len() + 2..).and_then(|r| r.strip_prefix(b" ")).ok_or(NO)?;
        if memchr::memchr(b':', peer).is_none() && !peer.starts_with(b"unix") {
            return Err(NO);
        }
        let frontend = word(&mut rest);
        if frontend.ends_with(b":") && memchr::memchr(b'/', frontend).is_some() {
            // `frontend/listener: SSL handshake failure`: the connection never carried a request.
            return Ok(Read::Other(Ignorable::OtherRecord));
        }
        let backend = word(&mut rest);
        let timers = word(&mut rest);
        match memchr::memchr_iter(b'/', timers).count() {
            4 => {}
            // TCP log: `b/s Tw/Tc/Tt bytes ts …`.
            2 if memchr::memchr(b'/', backend).is_some() => return Ok(Read::Other(Ignorable::OtherRecord)),
            _ => return Err(NO),
        }
        note("client", peer, "peer_address, client_port", x);
        Target::Peer.apply(peer, Shape::Text, x, s)?;
        set_time(time, x, s)?;
        set_backend(frontend, backend, x)?;
        set_timers(timers, x)?;
        set_counts(&mut rest, x, s)?;
        captured(&mut rest, x, s)?;
        let tail = request(rest, x, s)?;
        set_tail(tail, x);
        Ok(Read::Exchange)
    }
}

const NO: Reason = Reason::NotThisFormat;

/// Notes a field for `formats explain`.
fn note(source: &str, raw: &[u8], target: &str, x: &mut Exchange<'_>) {
    if let Some(trace) = &mut x.trace {
        let target = (!target.is_empty()).then(|| target.to_owned());
        trace.push(Traced { source: source.to_owned(), target, raw: raw.to_vec() });
    }
}

/// A number that may have a `+` in front: the log was written before the end (`option logasap`).
/// Negative is none.
fn number(text: &[u8]) -> Result<Option<i64>, Reason> {
    scaled(text, 1).ok_or(Reason::BadNumber).map(|n| (n >= 0).then_some(n))
}

fn set_time(time: &[u8], x: &mut Exchange<'_>, s: &mut Scratch<'_>) -> Result<(), Reason> {
    note("accept date", time, "time", x);
    if time.is_empty() {
        x.repair(Repair::BadTime);
        return Ok(());
    }
    let stamp = crate::parse::target::time(time, Clock::Clf, &mut s.dates).ok_or(Reason::BadTime)?;
    x.time = Some(stamp.at);
    x.zone_assumed = !stamp.zoned;
    Ok(())
}

fn set_backend<'a>(frontend: &'a [u8], backend: &'a [u8], x: &mut Exchange<'a>) -> Result<(), Reason> {
    note("frontend_name", frontend, "server, scheme", x);
    note("backend_name/server_name", backend, "service, upstream", x);
    if let Some(name) = frontend.strip_suffix(b"~") {
        x.set(Text::Scheme, b"https");
        x.set(Text::Server, name);
    } else {
        x.set(Text::Server, frontend);
    }
    let slash = memchr::memchr(b'/', backend).ok_or(NO)?;
    let (service, server) = backend.split_at_checked(slash).ok_or(NO)?;
    x.set(Text::Service, service);
    let server = server.get(1..).unwrap_or_default();
    if !server.is_empty() && server != b"<NOSRV>" {
        x.set(Text::Upstream, server);
    }
    Ok(())
}

/// `TR/Tw/Tc/Tr/Ta` in milliseconds.
fn set_timers(timers: &[u8], x: &mut Exchange<'_>) -> Result<(), Reason> {
    note("TR/Tw/Tc/Tr/Ta", timers, "duration_us, first_byte_us, connect_us, upstream_duration_us", x);
    let mut parts = timers.split(|b| *b == b'/');
    let mut next = || parts.next().ok_or(NO).and_then(number);
    let (request, queue, connect, response, total) = (next()?, next()?, next()?, next()?, next()?);
    let us = |ms: i64| ms.saturating_mul(1_000);
    if let Some(ms) = connect {
        x.set_int(Int::ConnectUs, us(ms));
    }
    if let Some(ms) = response {
        x.set_int(Int::UpstreamDurationUs, us(ms));
    }
    if let (Some(a), Some(b), Some(c), Some(d)) = (request, queue, connect, response) {
        x.set_int(Int::FirstByteUs, us(a.saturating_add(b).saturating_add(c).saturating_add(d)));
    }
    if let Some(ms) = total {
        x.set_int(Int::DurationUs, us(ms));
    }
    Ok(())
}

/// Status, bytes, captured cookies, termination state, connection counts, queues.
fn set_counts<'a>(rest: &mut &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    let status = word(rest);
    note("status_code", status, "status", x);
    if let Some(code) = scaled(status, 1).ok_or(Reason::BadStatus)?.checked_abs().filter(|_| status != b"-1") {
        if code > 999 {
            return Err(Reason::BadStatus);
        }
        x.set_int(Int::Status, code);
    }
    let bytes = word(rest);
    note("bytes_read", bytes, "response_bytes", x);
    if let Some(bytes) = number(bytes)? {
        x.set_int(Int::ResponseBytes, bytes);
    }
    let cookie = word(rest);
    note("captured_request_cookie", cookie, "cookie_names", x);
    if !is_null(cookie) {
        headers::cookies(cookie, x, s);
    }
    note("captured_response_cookie", word(rest), "", x);
    let state = word(rest);
    note("termination_state", state, "error", x);
    if state.len() != 4 && state.len() != 2 {
        return Err(NO);
    }
    if !state.starts_with(b"--") {
        x.set(Text::Error, state);
    }
    let counts = word(rest);
    note("actconn/feconn/beconn/srv_conn/retries", counts, "attempts", x);
    if memchr::memchr_iter(b'/', counts).count() != 4 {
        return Err(NO);
    }
    if let Some(retries) = counts.rsplit(|b| *b == b'/').next().map(number).transpose()?.flatten()
        && x.get(Text::Upstream).is_some()
    {
        x.set_int(Int::Attempts, retries.saturating_add(1));
    }
    note("srv_queue/backend_queue", word(rest), "", x);
    Ok(())
}

/// `{a|b} {c|d}`: values of captured headers, request first. The line names none of them.
/// HAProxy writes braces and bars inside a value as `#xx`.
fn captured<'a>(rest: &mut &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) -> Result<(), Reason> {
    if rest.first() != Some(&b'{') {
        return Ok(());
    }
    let mut out = BumpVec::new_in(s.arena);
    for name in [&b"{\"captured_request\":["[..], b",\"captured_response\":["] {
        let Some(inner) = rest.strip_prefix(b"{") else {
            break;
        };
        let end = memchr::memmem::find(inner, b"} ").ok_or(NO)?;
        let (values, after) = inner.split_at_checked(end).ok_or(NO)?;
        *rest = after.get(2..).unwrap_or_default();
        note("captured_headers", values, "extensions", x);
        out.extend_from_slice(name);
        for (at, value) in values.split(|b| *b == b'|').enumerate() {
            if at > 0 {
                out.push(b',');
            }
            quote_capture(value, &mut out, x);
        }
        out.push(b']');
    }
    out.push(b'}');
    x.set(Text::Extensions, out.into_bump_slice());
    Ok(())
}

/// A value with an authentication scheme in front is a credential: only the scheme is kept.
fn quote_capture<'a>(value: &'a [u8], out: &mut BumpVec<'_, u8>, x: &mut Exchange<'a>) {
    let scheme = value.split(|b| *b == b' ').next().unwrap_or_default();
    let secret = scheme.len() < value.len()
        && [&b"bearer"[..], b"basic", b"digest", b"negotiate", b"token"].iter().any(|k| k.eq_ignore_ascii_case(scheme));
    if secret {
        headers::authorization(value, x);
        let hidden = format!("<hidden: {} bytes>", value.len());
        headers::quote(&[scheme, hidden.as_bytes()].concat(), out);
    } else {
        headers::quote(value, out);
    }
}

/// The quoted request; returns what follows. HAProxy cuts a line at its `len`, so the closing
/// quote can be missing.
fn request<'a>(rest: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) -> Result<&'a [u8], Reason> {
    let inner = rest.strip_prefix(b"\"").ok_or(NO)?;
    let end = memchr::memchr_iter(b'"', inner)
        .take(crate::domain::limits::QUOTE_RETRIES_MAX)
        .find(|at| matches!(inner.get(at + 1), None | Some(b' ')));
    let (line, tail) = if let Some(at) = end {
        (inner.get(..at).unwrap_or_default(), inner.get(at + 1..).unwrap_or_default())
    } else {
        x.repair(Repair::MissingField);
        (inner, &b""[..])
    };
    note("http_request", line, "method, path, query, http_version", x);
    url::request_line(line, x, s);
    Ok(tail.trim_ascii())
}

/// `fc_err/ssl_err/… sni/version/cipher` of `httpslog`, or a TLS version that somebody added.
fn set_tail<'a>(tail: &'a [u8], x: &mut Exchange<'a>) {
    note("tail", tail, "", x);
    for field in tail.split(|b| *b == b' ').filter(|f| !is_null(f)) {
        let mut parts = field.rsplitn(3, |b| *b == b'/');
        let (last, middle, first) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let version = middle.unwrap_or(last);
        if !(version.starts_with(b"TLSv") || version.starts_with(b"SSLv")) {
            continue;
        }
        x.set(Text::TlsVersion, version);
        x.set(Text::Scheme, b"https");
        if middle.is_some() {
            x.set(Text::TlsCipher, last);
        }
        if let Some(sni) = first.filter(|f| !is_null(f)) {
            x.set_default(Text::Host, sni);
        }
    }
}
