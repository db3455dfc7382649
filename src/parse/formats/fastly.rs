//! Fastly's old default and `LiteSpeed`'s variant of the common log format: identity and user in quotes.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "fastly",
        title: "Fastly / LiteSpeed, quoted identity and user",
        source: "https://www.fastly.com/documentation/guides/integrations/streaming-logs/custom-log-formats/",
        notes: "bytes are the body's",
    },
    templates: &[
        r#"$remote_addr "$ident" "$remote_user" [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
        r#"$remote_addr "$ident" "$remote_user" [$time_local] "$request" $status $body_bytes_sent"#,
    ],
    syntax: Syntax::Nginx,
    names: names::nginx,
    tail: Tail::Forwarded,
    finish: plausible::line,
    samples: &[
        Sample {
            record: r#"203.0.113.9 "-" "-" [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("response_body_bytes", "2326"),
            ],
        },
        Sample {
            record: r#"203.0.113.9 "-" "frank" [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326 "-" "curl/8.5.0""#,
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
