//! Apache's and nginx's combined log format, which Traefik's generic CLF and lighttpd's default share.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "combined",
        title: "Apache / nginx combined",
        source: "https://nginx.org/en/docs/http/ngx_http_log_module.html, https://httpd.apache.org/docs/2.4/logs.html#combined",
        notes: "nginx writes the time of the response's end, Apache that of the request's begin; bytes are the body's, but Debian's Apache counts headers too (%O); lighttpd and OVH write the host where the identity stands; of further columns only a quoted address list is understood, as X-Forwarded-For",
    },
    templates: &[
        r#"$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
    ],
    syntax: Syntax::Nginx,
    names: names::nginx,
    tail: Tail::Forwarded,
    finish: plausible::line,
    samples: &[
        Sample {
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /api/v1/stores/4711/orders?day=today HTTP/1.1" 200 5120 "https://menu.example/" "Mozilla/5.0 (X11; Linux x86_64)""#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/api/v1/stores/4711/orders"),
                ("query", "day=today"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("response_body_bytes", "5120"),
                ("referer", "https://menu.example/"),
                ("user_agent", "Mozilla/5.0 (X11; Linux x86_64)"),
                ("auth", "unknown"),
            ],
        },
        Sample {
            record: r#"2001:db8::7 - asha [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 51 "-" "curl/8.5.0" "198.51.100.4, 10.0.0.2" 0.012"#,
            expect: &[
                ("peer_address", "2001:db8::7"),
                ("remote_user", "asha"),
                ("auth", "present"),
                ("forwarded_for", "198.51.100.4, 10.0.0.2"),
                ("response_body_bytes", "51"),
            ],
        },
        Sample {
            record: r#"203.0.113.9 menu.example - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 404 51 "-" "curl/8.5.0""#,
            expect: &[("host", "menu.example"), ("status", "404")],
        },
        Sample {
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "-" 408 - "-" "-""#,
            expect: &[("status", "408"), ("time", "2024-09-10T21:24:00Z")],
        },
        Sample {
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "\x16\x03\x01" 400 157 "-" "-" "2.75""#,
            expect: &[("status", "400")],
        },
    ],
    compiled: OnceLock::new(),
};
