//! Common and combined lines that lack the identity, the user or both.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::domain::{Exchange, Reason, Text};
use crate::parse::Read;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "clf-short",
        title: "Common or combined without identity or user",
        source: "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
        notes: "the peer must be an address; what stands between it and the time is the user",
    },
    templates: &[
        r#"$remote_addr $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
        r#"$remote_addr $remote_user [$time_local] "$request" $status $body_bytes_sent"#,
        r#"$remote_addr [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
        r#"$remote_addr [$time_local] "$request" $status $body_bytes_sent"#,
    ],
    syntax: Syntax::Nginx,
    names: names::nginx,
    tail: Tail::Forwarded,
    finish,
    samples: &[
        Sample {
            record: r#"203.0.113.9 - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326 "-" "curl/8.5.0""#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("user_agent", "curl/8.5.0"),
            ],
        },
        Sample {
            record: r#"203.0.113.9 [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326"#,
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
    ],
    compiled: OnceLock::new(),
};

/// With a column less, a user of several words would be a line of another format.
fn finish(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    if x.get(Text::RemoteUser).is_some_and(|user| user.contains(&b' ')) {
        return Err(Reason::NotThisFormat);
    }
    plausible::address_line(x)
}
