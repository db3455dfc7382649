//! ModSecurity's audit log with `SecAuditLogFormat JSON`, versions 2 and 3.

use std::sync::OnceLock;

use crate::domain::time::syslog;
use crate::domain::{Exchange, Int, Micros, Reason, Repair, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Scratch, Target};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "modsecurity-json",
        title: "ModSecurity audit log (JSON)",
        source: "https://github.com/owasp-modsecurity/ModSecurity/wiki/Reference-Manual-(v3.x)#secauditlogformat, https://github.com/owasp-modsecurity/ModSecurity/blob/v3/master/src/transaction.cc",
        notes: "version 3 writes local time without a zone; which parts are there is decided by SecAuditLogParts; the first message stands in the error column; version 2 writes bodies as lists of pieces, of which the last is kept",
    },
    needs: &[
        &["transaction.transaction_id|transaction.remote_address", "request"],
        &["transaction.client_ip|transaction.unique_id", "transaction.request"],
    ],
    rules: &[
        ("transaction.time", Target::Time(Clock::Clf)),
        ("transaction.time_stamp", Target::Text(Text::Extensions)),
        ("transaction.transaction_id", Target::Text(Text::RequestId)),
        ("transaction.unique_id", Target::Text(Text::RequestId)),
        ("transaction.remote_address", Target::Peer),
        ("transaction.client_ip", Target::Peer),
        ("transaction.remote_port", Target::ClientPort),
        ("transaction.client_port", Target::ClientPort),
        ("transaction.local_address", Target::ServerAddress),
        ("transaction.host_ip", Target::ServerAddress),
        ("transaction.local_port", Target::Int(Int::ServerPort)),
        ("transaction.host_port", Target::Int(Int::ServerPort)),
        ("transaction.server_id", Target::Text(Text::Server)),
        ("request.request_line", Target::RequestLine),
        ("request.headers", Target::RequestHeaders),
        ("request.body.[]", Target::RequestBody),
        ("response.protocol", Target::Skip),
        ("response.status", Target::Status),
        ("response.headers", Target::ResponseHeaders),
        ("response.body", Target::ResponseBody),
        ("audit_data.messages.[]", Target::Weak(&Target::Text(Text::Error))),
        ("audit_data.action.intercepted", Target::Text(Text::Action)),
        ("transaction.request.method", Target::Text(Text::Method)),
        ("transaction.request.http_version", Target::Text(Text::HttpVersion)),
        ("transaction.request.hostname", Target::Weak(&Target::Host)),
        ("transaction.request.uri", Target::Uri),
        ("transaction.request.headers", Target::RequestHeaders),
        ("transaction.request.body", Target::RequestBody),
        ("transaction.response.http_code", Target::Status),
        ("transaction.response.headers", Target::ResponseHeaders),
        ("transaction.response.body", Target::ResponseBody),
        ("transaction.messages.[].message", Target::Weak(&Target::Text(Text::Error))),
        ("transaction.is_interrupted", Target::Text(Text::Action)),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"transaction":{"time":"11/Sep/2024:02:54:00 +0530","transaction_id":"Wten","remote_address":"203.0.113.9","remote_port":51997,"local_address":"10.0.6.77","local_port":80},"request":{"request_line":"POST /login?x=1 HTTP/1.1","headers":{"User-Agent":"curl/8.5.0","Host":"api.example:8080"},"body":["a=b"]},"response":{"protocol":"HTTP/1.1","status":403,"headers":{"Content-Type":"text/html"}},"audit_data":{"messages":["Warning. Matched.","Access denied."],"action":{"intercepted":true,"phase":2,"message":"denied"},"producer":"ModSecurity for Apache/2.9.2"}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("client_port", "51997"),
                ("method", "POST"),
                ("path", "/login"),
                ("query", "x=1"),
                ("host", "api.example"),
                ("port", "8080"),
                ("status", "403"),
                ("request_body", "a=b"),
                ("error", "Warning. Matched."),
                ("action", "BLOCK"),
                ("auth", "absent"),
            ],
        },
        Sample {
            record: r#"{"transaction":{"client_ip":"203.0.113.9","time_stamp":"Tue Sep 10 21:24:00 2024","server_id":"a1","client_port":47000,"host_ip":"10.0.0.8","host_port":443,"unique_id":"1726","request":{"method":"GET","http_version":1.1,"hostname":"api.example","uri":"/stores/7?full=1","headers":{"Host":"api.example","Cookie":"sid=1"}},"response":{"body":"ok","http_code":200,"headers":{"Content-Type":"text/plain"}},"producer":{"modsecurity":"ModSecurity v3.0.12 (Linux)","connector":"ModSecurity-nginx v1.0.3"},"messages":[{"message":"Host header is a numeric IP address","details":{"ruleId":"920350"}}]}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("zone_assumed", "true"),
                ("method", "GET"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("http_version", "1.1"),
                ("status", "200"),
                ("response_body", "ok"),
                ("cookie_names", "sid"),
                ("auth", "present"),
                ("error", "Host header is a numeric IP address"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    // Version 3 writes what ctime(3) makes of it: `Tue Sep 10 21:24:00 2024`.
    if let Some(stamp) = x.get(Text::Extensions) {
        x.unset(Text::Extensions);
        match ctime(stamp) {
            Some(time) => {
                x.time = Some(time);
                x.zone_assumed = true;
            }
            None => x.repair(Repair::BadTime),
        }
    }
    match x.get(Text::Action) {
        Some(b"true" | b"1") => x.set(Text::Action, b"BLOCK"),
        _ => x.unset(Text::Action),
    }
    any_request(record, x, s)
}

/// `Tue Sep 10 21:24:00 2024`; the day may be padded with a blank.
fn ctime(text: &[u8]) -> Option<Micros> {
    let (_, rest) = text.split_at_checked(4)?;
    let (date, year) = rest.split_at_checked(memchr::memrchr(b' ', rest)?)?;
    let year: i64 = std::str::from_utf8(year.trim_ascii()).ok()?.parse().ok()?;
    syslog(date, year).map(|stamp| stamp.at)
}
