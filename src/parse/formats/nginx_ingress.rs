//! The log of nginx's Kubernetes ingress controller.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "nginx-ingress",
        title: "nginx ingress controller",
        source: "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/",
        notes: "time is the response's end; the upstream columns are lists where a request was retried, and their times are summed",
    },
    templates: &[
        r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id"#,
        r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id"#,
        r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status"#,
    ],
    syntax: Syntax::Nginx,
    names: names::nginx,
    tail: Tail::Any,
    finish: plausible::line,
    samples: &[
        Sample {
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 51 "-" "curl/8.5.0" 462 0.050 [shop-api-80] [] 10.0.50.80:9000, 10.0.50.81:9000 0, 51 0.010, 0.039 502, 200 752178adb17130b291aefd8c386279e7"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("request_bytes", "462"),
                ("duration_us", "50000"),
                ("service", "shop-api-80"),
                ("upstream", "10.0.50.80:9000, 10.0.50.81:9000"),
                ("upstream_duration_us", "49000"),
                ("upstream_status", "502, 200"),
                ("request_id", "752178adb17130b291aefd8c386279e7"),
            ],
        },
        Sample {
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 503 51 "-" "curl/8.5.0" 462 0.000 [shop-api-80] [] - - - - 752178adb17130b291aefd8c386279e7"#,
            expect: &[("status", "503"), ("service", "shop-api-80")],
        },
    ],
    compiled: OnceLock::new(),
};
