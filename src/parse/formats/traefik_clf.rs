//! Traefik's text access log.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::domain::{Int, Text};
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::target::{Target, Unit};
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "traefik-clf",
        title: "Traefik CLF",
        source: "https://doc.traefik.io/traefik/observe/logs-and-access-logs/",
        notes: "time is the request's begin; its genericCLF is the combined format",
    },
    templates: &[
        r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_count "$router" "$service_url" ${duration}ms"#,
    ],
    syntax: Syntax::Nginx,
    names: fields,
    tail: Tail::None,
    finish: plausible::line,
    samples: &[
        Sample {
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 51 "-" "curl/8.5.0" 7 "shop@docker" "http://10.0.0.5:80" 12ms"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("route", "shop@docker"),
                ("upstream", "http://10.0.0.5:80"),
                ("duration_us", "12000"),
                ("user_agent", "curl/8.5.0"),
            ],
        },
        Sample {
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET / HTTP/1.1" - - "-" "Nikto" 8 "-" "-" 0ms"#,
            expect: &[("path", "/"), ("duration_us", "0")],
        },
    ],
    compiled: OnceLock::new(),
};

fn fields(name: &str) -> Option<Target> {
    Some(match name {
        "router" => Target::Text(Text::Route),
        "service_url" => Target::Text(Text::Upstream),
        "duration" => Target::Duration(Int::DurationUs, Unit::Ms),
        "request_count" => Target::Skip,
        _ => return names::nginx(name),
    })
}
