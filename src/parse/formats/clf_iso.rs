//! Common and combined lines with an ISO 8601 time: `AWStats`' `%time5` and programs that print the CLF by themselves.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "clf-iso",
        title: "Common or combined with ISO 8601 time",
        source: "https://awstats.sourceforge.io/docs/awstats_config.html#LogFormat",
        notes: "a time without zone is read by the clock zone of the lens",
    },
    templates: &[
        r#"$remote_addr $ident $remote_user [$time_iso8601] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
        r#"$remote_addr $ident $remote_user [$time_iso8601] "$request" $status $body_bytes_sent"#,
        r#"$remote_addr $ident $remote_user $time_iso8601 "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
        r#"$remote_addr $ident $remote_user $time_iso8601 "$request" $status $body_bytes_sent"#,
    ],
    syntax: Syntax::Nginx,
    names: names::nginx,
    tail: Tail::Forwarded,
    finish: plausible::line,
    samples: &[
        Sample {
            record: r#"203.0.113.9 - - [2024-09-10T21:24:00.5Z] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.500Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
            ],
        },
        Sample {
            record: r#"203.0.113.9 - frank 2024-09-11T02:54:00+05:30 "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326 "-" "curl/8.5.0""#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("remote_user", "frank"),
                ("user_agent", "curl/8.5.0"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};
