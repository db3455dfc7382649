//! lighttpd behind a proxy: the forwarded chain in front, byte counts and seconds behind the status.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "lighttpd-proxy",
        title: "lighttpd with forwarded chain and byte counts",
        source: "https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_accesslog, https://github.com/google/mtail/blob/main/examples/lighttpd.mtail",
        notes: "whole seconds; bytes: body, request, response",
    },
    templates: &[
        r#"$http_x_forwarded_for $remote_addr $remote_user [$time_local] "$request" $status $body_bytes_sent $request_length $bytes_sent $request_time "$http_referer" "$http_user_agent""#,
    ],
    syntax: Syntax::Nginx,
    names: names::nginx,
    tail: Tail::None,
    finish: plausible::address_line,
    samples: &[Sample {
        record: r#"198.51.100.4 203.0.113.9 - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 191 367 464 1 "-" "curl/8.5.0""#,
        expect: &[
            ("time", "2024-09-10T21:24:00Z"),
            ("peer_address", "203.0.113.9"),
            ("method", "GET"),
            ("path", "/v1/stores/4711"),
            ("query", "full=1"),
            ("http_version", "HTTP/1.1"),
            ("status", "200"),
            ("forwarded_for", "198.51.100.4"),
            ("response_body_bytes", "191"),
            ("request_bytes", "367"),
            ("response_bytes", "464"),
            ("duration_us", "1000000"),
            ("user_agent", "curl/8.5.0"),
        ],
    }],
    compiled: OnceLock::new(),
};
