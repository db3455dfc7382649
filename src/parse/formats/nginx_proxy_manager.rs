//! Nginx Proxy Manager, proxied and standard hosts.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "nginx-proxy-manager",
        title: "Nginx Proxy Manager",
        source: "https://github.com/NginxProxyManager/nginx-proxy-manager/blob/develop/docker/rootfs/etc/nginx/conf.d/include/log-proxy.conf",
        notes: "time is the response's end",
    },
    templates: &[
        r#"[$time_local] $upstream_cache_status $upstream_status $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] [Sent-to $upstream_addr] "$http_user_agent" "$http_referer""#,
        r#"[$time_local] $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] "$http_user_agent" "$http_referer""#,
    ],
    syntax: Syntax::Nginx,
    names: names::nginx,
    tail: Tail::None,
    finish: plausible::line,
    samples: &[
        Sample {
            record: r#"[11/Sep/2024:02:54:00 +0530] - 200 200 - GET https menu.example "/v1/stores/4711?full=1" [Client 203.0.113.9] [Length 51] [Gzip 3.12] [Sent-to 10.0.0.5] "curl/8.5.0" "-""#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("status", "200"),
                ("upstream_status", "200"),
                ("scheme", "https"),
                ("host", "menu.example"),
                ("response_body_bytes", "51"),
                ("upstream", "10.0.0.5"),
                ("user_agent", "curl/8.5.0"),
            ],
        },
        Sample {
            record: r#"[11/Sep/2024:02:54:00 +0530] 301 - GET http menu.example "/" [Client 203.0.113.9] [Length 166] [Gzip -] "curl/8.5.0" "-""#,
            expect: &[("status", "301"), ("path", "/"), ("scheme", "http")],
        },
    ],
    compiled: OnceLock::new(),
};
