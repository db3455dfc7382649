//! Upsun (Platform.sh): container and program in front of a combined line.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "upsun",
        title: "Upsun / Platform.sh HTTP log",
        source: "https://docs.upsun.com/increase-observability/logs/access-logs.html",
        notes: "arrives as the message of a JSON record, whose own time is not used",
    },
    templates: &[
        r#"$hostname $program: $remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
    ],
    syntax: Syntax::Nginx,
    names: names::nginx,
    tail: Tail::Forwarded,
    finish: plausible::address_line,
    samples: &[Sample {
        record: r#"frontend.0 nginx: 203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 51 "-" "curl/8.5.0""#,
        expect: &[
            ("time", "2024-09-10T21:24:00Z"),
            ("peer_address", "203.0.113.9"),
            ("method", "GET"),
            ("path", "/v1/stores/4711"),
            ("query", "full=1"),
            ("http_version", "HTTP/1.1"),
            ("status", "200"),
            ("server", "frontend.0"),
            ("user_agent", "curl/8.5.0"),
        ],
    }],
    compiled: OnceLock::new(),
};
