//! The virtual host in front of a common or combined line: Debian's Apache, Gandi, `AWStats`' nginx.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "apache-vhost",
        title: "Virtual host + common or combined",
        source: "https://httpd.apache.org/docs/2.4/logs.html#virtualhost, https://docs.gandi.net/en/web_hosting/",
        notes: "the peer must be an address, so that a combined line is never taken for this one; bytes are the body's, in Debian's vhost_combined those of the whole response",
    },
    templates: &[
        r#"$host $remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
        r#"$host $remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent"#,
        r#"$host $remote_addr $ident $remote_user [$time_local] ($request_time s) "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
        r#"$host $remote_addr [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
    ],
    syntax: Syntax::Nginx,
    names: names::nginx,
    tail: Tail::Forwarded,
    finish: plausible::host_line,
    samples: &[
        Sample {
            record: r#"menu.example:443 203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326 "https://menu.example/" "curl/8.5.0""#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("host", "menu.example"),
                ("port", "443"),
                ("user_agent", "curl/8.5.0"),
                ("referer", "https://menu.example/"),
            ],
        },
        Sample {
            record: r#"menu.example 203.0.113.9 - frank [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("host", "menu.example"),
                ("remote_user", "frank"),
            ],
        },
        Sample {
            record: r#"menu.example 203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] (2 s) "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326 "-" "curl/8.5.0""#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("host", "menu.example"),
                ("duration_us", "2000000"),
            ],
        },
        Sample {
            record: r#"menu.example 203.0.113.9 [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326 "-" "curl/8.5.0""#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("host", "menu.example"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};
