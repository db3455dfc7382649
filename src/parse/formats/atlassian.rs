//! Confluence and Jira: Tomcat's access log valve as Atlassian sets it.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::domain::{Exchange, Int, Reason, Text};
use crate::parse::Read;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::target::{Target, Unit};
use crate::parse::template::is_chain;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "atlassian",
        title: "Atlassian Confluence / Jira",
        source: "https://confluence.atlassian.com/doc/configure-access-logs-1044780567.html, https://confluence.atlassian.com/adminjiraserver/access-logging-938847687.html",
        notes: "the user agent is the rest of the line; Confluence 7.11 added X-Forwarded-For; Jira's own line has its request id where the identity stands and a duration whose unit changed between Tomcat versions, so it is left out",
    },
    templates: &[
        r"[$time_local] $remote_user $thread $remote_addr $request_method $request_uri $server_protocol $status $duration $body_bytes_sent $http_referer $http_user_agent",
        r"[$time_local] $http_x_forwarded_for $remote_user $thread $remote_addr $request_method $request_uri $server_protocol $status $duration $body_bytes_sent $http_referer $http_user_agent",
        r#"$remote_addr $request_id $remote_user [$time_local] "$request" $status $body_bytes_sent $jira_duration "$http_referer" "$http_user_agent" "$session""#,
    ],
    syntax: Syntax::Nginx,
    names: fields,
    tail: Tail::None,
    finish,
    samples: &[
        Sample {
            record: r"[11/Sep/2024:02:54:00 +0530] asha http-nio-8090-exec-6 203.0.113.9 GET /v1/stores/4711?full=1 HTTP/1.1 200 1020ms 7881 http://localhost/ Mozilla/5.0 (X11; Linux x86_64)",
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("remote_user", "asha"),
                ("duration_us", "1020000"),
                ("response_body_bytes", "7881"),
                ("referer", "http://localhost/"),
                ("user_agent", "Mozilla/5.0 (X11; Linux x86_64)"),
            ],
        },
        Sample {
            record: r"[11/Sep/2024:02:54:00 +0530] 198.51.100.4, 10.0.0.2 - http-nio-8090-exec-6 203.0.113.9 GET /v1/stores/4711?full=1 HTTP/1.1 200 1020ms 7881 - curl/8.5.0",
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("forwarded_for", "198.51.100.4, 10.0.0.2"),
                ("user_agent", "curl/8.5.0"),
            ],
        },
        Sample {
            record: r#"203.0.113.9 174x5x1 asha [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 51 0.0370 "-" "curl/8.5.0" "1abc2""#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("remote_user", "asha"),
                ("request_id", "174x5x1"),
                ("user_agent", "curl/8.5.0"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn fields(name: &str) -> Option<Target> {
    match name {
        "duration" => Some(Target::Duration(Int::DurationUs, Unit::Ms)),
        "thread" => Some(Target::Skip),
        _ => names::nginx(name),
    }
}

fn finish(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    // Jira's id is `minute of the day x request x concurrent ones`.
    let id = |id: &[u8]| {
        id.split(|b| *b == b'x').count() == 3
            && id.split(|b| *b == b'x').all(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit))
    };
    if x.get(Text::RequestId).is_some_and(|text| !id(text.trim_ascii_start().strip_prefix(b"*").unwrap_or(text)))
        || x.get(Text::ForwardedFor).is_some_and(|chain| !is_chain(chain))
        || x.get(Text::HttpVersion).is_some_and(|version| !version.starts_with(b"HTTP/"))
    {
        return Err(Reason::NotThisFormat);
    }
    if x.get(Text::RequestLine).is_none() && x.get(Text::RequestId).is_none() {
        plausible::method_and_path(x)?;
    }
    plausible::line(x)
}
