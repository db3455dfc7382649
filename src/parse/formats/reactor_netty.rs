//! Reactor Netty 0.x, below Spring Cloud Gateway.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::domain::Int;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::target::{Target, Unit};
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "reactor-netty",
        title: "Reactor Netty / Spring Cloud Gateway",
        source: "https://projectreactor.io/docs/netty/release/reference/http-server.html",
        notes: "time is the request's begin; the unit behind the duration is what tells these lines: Reactor Netty 1.x leaves it out and is read as clf-tail, its duration named by the format string `$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent $request_time_ms`",
    },
    templates: &[
        r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent $server_port $duration ms"#,
        r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent $duration ms"#,
    ],
    syntax: Syntax::Nginx,
    names: fields,
    tail: Tail::None,
    finish: plausible::line,
    samples: &[
        Sample {
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 9593 8080 74 ms"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("response_body_bytes", "9593"),
                ("server_port", "8080"),
                ("duration_us", "74000"),
            ],
        },
        Sample {
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 - 74 ms"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("duration_us", "74000"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn fields(name: &str) -> Option<Target> {
    match name {
        "duration" => Some(Target::Duration(Int::DurationUs, Unit::Ms)),
        _ => names::nginx(name),
    }
}
