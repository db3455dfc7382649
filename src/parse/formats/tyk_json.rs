//! Tyk's traffic log as Tyk Pump hands it on.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::{Body, Exchange, Int, Reason, Repair, Text, Transfer};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::headers::HeaderList;
use crate::parse::json;
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Scratch, Target, Unit};
use crate::parse::url;

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "tyk-json",
        title: "Tyk traffic log (JSON)",
        source: "https://tyk.io/docs/tyk-stack/tyk-pump/tyk-analytics-record-fields/, https://github.com/TykTechnologies/tyk-pump/blob/master/analytics/analytics.go",
        notes: "request_time and latency are milliseconds; with detailed recording raw_request and raw_response hold the messages as they went over the wire, in base64: headers and bodies come from there; path has no query without them; api_key is hashed as configured; ip_address is what the gateway took for the client",
    },
    needs: &[
        &["api_id|apiid", "response_code|responsecode", "ip_address|ipaddress", "method"],
        &["raw_request|rawrequest", "raw_response|rawresponse", "response_code|responsecode", "method"],
    ],
    rules: &[
        ("method", Target::Text(Text::Method)),
        ("host", Target::Host),
        ("path", Target::Uri),
        ("raw_path", Target::Skip),
        ("rawpath", Target::Skip),
        ("content_length", Target::Int(Int::RequestBodyBytes)),
        ("contentlength", Target::Int(Int::RequestBodyBytes)),
        ("user_agent", Target::Text(Text::UserAgent)),
        ("useragent", Target::Text(Text::UserAgent)),
        ("response_code", Target::Status),
        ("responsecode", Target::Status),
        ("api_key", Target::Text(Text::Consumer)),
        ("apikey", Target::Text(Text::Consumer)),
        ("timestamp", Target::Time(Clock::Any)),
        ("api_name", Target::Text(Text::Service)),
        ("apiname", Target::Text(Text::Service)),
        ("api_id", Target::Weak(&Target::Text(Text::Service))),
        ("apiid", Target::Weak(&Target::Text(Text::Service))),
        ("oauth_id", Target::Skip),
        ("oauthid", Target::Skip),
        ("request_time", Target::Duration(Int::DurationUs, Unit::Ms)),
        ("requesttime", Target::Duration(Int::DurationUs, Unit::Ms)),
        ("ip_address", Target::Peer),
        ("ipaddress", Target::Peer),
        ("alias", Target::Skip),
        ("raw_request", Target::Skip),
        ("rawrequest", Target::Skip),
        ("raw_response", Target::Skip),
        ("rawresponse", Target::Skip),
        ("trace_id", Target::Text(Text::TraceId)),
        ("traceid", Target::Text(Text::TraceId)),
        ("latency.total", Target::Duration(Int::DurationUs, Unit::Ms)),
        ("latency.upstream", Target::Duration(Int::UpstreamDurationUs, Unit::Ms)),
        ("geo.country.iso_code", Target::Text(Text::Country)),
        ("geo.country.isocode", Target::Text(Text::Country)),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"method":"POST","host":"api.example:8080","path":"/orders","raw_path":"/orders","content_length":7,"user_agent":"curl/8.5.0","day":10,"month":9,"year":2024,"hour":21,"response_code":201,"api_key":"00000000","timestamp":"2024-09-10T21:24:00.123Z","api_version":"Not Versioned","api_name":"orders","api_id":"a1","org_id":"o1","oauth_id":"","request_time":12,"raw_request":"UE9TVCAvb3JkZXJzP2RyeT0xIEhUVFAvMS4xDQpIb3N0OiBhcGkuZXhhbXBsZTo4MDgwDQpVc2VyLUFnZW50OiBjdXJsLzguNS4wDQpBdXRob3JpemF0aW9uOiBCZWFyZXIgYWJjDQpDb250ZW50LUxlbmd0aDogNw0KDQp7ImEiOjF9","raw_response":"SFRUUC8xLjEgMjAxIENyZWF0ZWQNCkNvbnRlbnQtVHlwZTogYXBwbGljYXRpb24vanNvbg0KVHJhbnNmZXItRW5jb2Rpbmc6IGNodW5rZWQNCg0KNA0KeyJpZA0KNQ0KIjo0Mn0NCjANCg0K","ip_address":"203.0.113.9","geo":{"country":{"iso_code":""}},"latency":{"total":12,"upstream":9},"tags":["key-1"],"alias":"","track_path":false}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.123Z"),
                ("method", "POST"),
                ("host", "api.example"),
                ("port", "8080"),
                ("path", "/orders"),
                ("query", "dry=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "201"),
                ("duration_us", "12000"),
                ("upstream_duration_us", "9000"),
                ("peer_address", "203.0.113.9"),
                ("service", "orders"),
                ("auth", "present"),
                ("auth_scheme", "Bearer"),
                ("request_body", r#"{"a":1}"#),
                ("response_body", r#"{"id":42}"#),
                ("response_content_type", "application/json"),
            ],
        },
        Sample {
            record: r#"{"method":"GET","host":"api.example","path":"/stores/7","responsecode":200,"timestamp":"2024-09-10T21:24:00Z","apiid":"a1","apiname":"stores","requesttime":93,"rawrequest":"R0VUIC9zdG9yZXMvNyBIVFRQLzEuMQ0KSG9zdDogYXBpLmV4YW1wbGUNCg0K","rawresponse":"","ipaddress":"198.51.100.7"}"#,
            expect: &[
                ("status", "200"),
                ("duration_us", "93000"),
                ("path", "/stores/7"),
                ("auth", "absent"),
                ("service", "stores"),
                ("peer_address", "198.51.100.7"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    let raw = |snake, joined| json::find(record, snake).or_else(|| json::find(record, joined));
    if let Some(message) = raw("raw_request", "rawrequest").filter(|m| !m.is_empty()) {
        match decode(message, x, s) {
            Some(message) => request(message, x, s),
            None => x.repair(Repair::BadBase64),
        }
    }
    if let Some(message) = raw("raw_response", "rawresponse").filter(|m| !m.is_empty()) {
        match decode(message, x, s) {
            Some(message) => response(message, x, s),
            None => x.repair(Repair::BadBase64),
        }
    }
    any_request(record, x, s)
}

/// The decoded message; never larger than three quarters of the record, which has a limit.
fn decode<'a>(text: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) -> Option<&'a [u8]> {
    let bytes = STANDARD.decode(json::unescape(text, s.arena, x)).ok()?;
    Some(s.arena.alloc_slice_copy(&bytes))
}

/// First line, header lines and body of an HTTP message.
fn parts(message: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let (head, body) = match memchr::memmem::find(message, b"\r\n\r\n") {
        Some(at) => (message.get(..at).unwrap_or_default(), message.get(at + 4..).unwrap_or_default()),
        None => (message, &b""[..]),
    };
    match memchr::memchr(b'\n', head) {
        Some(at) => (head.get(..at).unwrap_or_default().trim_ascii_end(), head.get(at + 1..).unwrap_or_default(), body),
        None => (head, b"", body),
    }
}

/// Takes all headers; says whether the body is chunked.
fn headers<'a>(lines: &'a [u8], of_request: bool, x: &mut Exchange<'a>, s: &Scratch<'a>) -> bool {
    let mut list = HeaderList::new(of_request, s);
    let mut chunked = false;
    for line in lines.split(|b| *b == b'\n') {
        let Some(colon) = memchr::memchr(b':', line) else {
            continue;
        };
        let name = line.get(..colon).unwrap_or_default();
        let value = line.get(colon + 1..).unwrap_or_default().trim_ascii();
        chunked |= name.eq_ignore_ascii_case(b"transfer-encoding") && value.ends_with(b"chunked");
        list.add(name, value, x, s);
    }
    list.finish(x);
    chunked
}

fn body<'a>(raw: &'a [u8], chunked: bool, s: &Scratch<'a>) -> Option<Body<'a>> {
    if raw.is_empty() {
        return None;
    }
    let whole = Body { raw, transfer: Transfer::Plain, complete: true };
    if !chunked {
        return Some(whole);
    }
    let (raw, complete) = dechunk(raw);
    Some(Body { raw: s.arena.alloc_slice_copy(&raw), complete, ..whole })
}

/// Puts the chunks of a body together; false where the last one is missing.
fn dechunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(rest.len());
    while let Some(end) = memchr::memmem::find(rest, b"\r\n") {
        let size = rest.get(..end).unwrap_or_default();
        let size = size.split(|b| *b == b';').next().unwrap_or_default();
        let Some(size) = std::str::from_utf8(size).ok().and_then(|t| usize::from_str_radix(t.trim(), 16).ok()) else {
            break;
        };
        if size == 0 {
            return (out, true);
        }
        let data = rest.get(end + 2..).unwrap_or_default();
        let Some((chunk, after)) = data.split_at_checked(size) else {
            out.extend_from_slice(data);
            break;
        };
        out.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n").unwrap_or(after);
    }
    (out, false)
}

fn request<'a>(message: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
    let (line, lines, rest) = parts(message);
    url::request_line(line, x, s);
    let chunked = headers(lines, true, x, s);
    x.request_body = body(rest, chunked, s);
}

fn response<'a>(message: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
    let (_, lines, rest) = parts(message);
    let chunked = headers(lines, false, x, s);
    x.response_body = body(rest, chunked, s);
}
