//! Common lines with further columns that nothing names; the last resort of the family.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::target::Target;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "clf-tail",
        title: "Common log format with further columns",
        source: "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html",
        notes: "further columns are not understood: name them with the server's own format string; Reactor Netty 1.x and Spring Cloud Gateway end in the duration in milliseconds, Apache's %D would be microseconds, and the line does not tell",
    },
    templates: &[
        r#"$remote_addr $ident $remote_user [$time_local] "$unnamed" "$request" $status $body_bytes_sent $extra "$http_referer" "$http_user_agent""#,
        r#"$remote_addr $ident $remote_user [$time_local] "$unnamed" "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
        r#"$remote_addr $ident $remote_user [$time_local] "$unnamed" "$request" $status $body_bytes_sent"#,
        r#"$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent $extra "$http_referer" "$http_user_agent""#,
        r#"$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent"#,
        // A request line that looks like two columns and is one.
        r#"$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
    ],
    syntax: Syntax::Nginx,
    names: fields,
    tail: Tail::Unnamed,
    finish: plausible::any_line,
    samples: &[
        Sample {
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "-" "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326 0 "https://menu.example/" "curl/8.5.0""#,
            expect: &[
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("status", "200"),
                ("response_body_bytes", "2326"),
                ("referer", "https://menu.example/"),
                ("user_agent", "curl/8.5.0"),
            ],
        },
        Sample {
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "edge-3" "GET /v1/stores/4711 HTTP/1.1" 200 2326 "-" "curl/8.5.0""#,
            expect: &[("method", "GET"), ("path", "/v1/stores/4711"), ("user_agent", "curl/8.5.0")],
        },
        Sample {
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326 8680 "-" "curl/8.5.0""#,
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
            record: r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326 17"#,
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

fn fields(name: &str) -> Option<Target> {
    match name {
        "extra" => Some(Target::Number),
        _ => names::nginx(name),
    }
}
