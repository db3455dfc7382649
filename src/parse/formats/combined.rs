//! Apache's and nginx's combined log format.

use std::sync::OnceLock;

use super::names;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::{LineFormat, any_request};
use crate::parse::template::{Syntax, Tail};

/// The format.
pub static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "combined",
        title: "Apache / nginx combined",
        source: "https://nginx.org/en/docs/http/ngx_http_log_module.html, https://httpd.apache.org/docs/2.4/logs.html#combined",
        notes: "nginx writes the time of the response's end, Apache that of the request's begin; bytes are the body's",
    },
    templates: &[
        r#"$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
    ],
    syntax: Syntax::Nginx,
    names: names::nginx,
    tail: Tail::Any,
    finish: any_request,
    samples: &[Sample {
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
    }],
    compiled: OnceLock::new(),
};
