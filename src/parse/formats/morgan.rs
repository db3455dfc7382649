//! morgan's predefined formats beside Apache's: dev (with and without colours), short and tiny.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::domain::address::split_port;
use crate::domain::{Exchange, Int, Reason, Text};
use crate::parse::Read;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::target::{Target, Unit};
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "morgan",
        title: "morgan dev, short, tiny",
        source: "https://github.com/expressjs/morgan#predefined-formats",
        notes: "none of the three has a time; dev colours the status with terminal escapes",
    },
    templates: &[
        r"$remote_addr $remote_user $request_method $request_uri $server_protocol $status $content_bytes - $duration ms",
        r"$request_method $request_uri $status $content_bytes - $duration ms",
        r"$request_method $request_uri $status $duration ms - $content_bytes",
        "\u{1b}[0m$request_method $request_uri \u{1b}[${colour}m$status\u{1b}[0m $duration ms - $content_bytes\u{1b}[0m",
    ],
    syntax: Syntax::Nginx,
    names: fields,
    tail: Tail::None,
    finish,
    samples: &[
        Sample {
            record: r"203.0.113.9 - GET /v1/stores/4711?full=1 HTTP/1.1 200 51 - 1.520 ms",
            expect: &[
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("http_version", "HTTP/1.1"),
                ("status", "200"),
                ("response_body_bytes", "51"),
                ("duration_us", "1520"),
            ],
        },
        Sample {
            record: r"GET /v1/stores/4711?full=1 200 51 - 1.520 ms",
            expect: &[
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("status", "200"),
                ("response_body_bytes", "51"),
                ("duration_us", "1520"),
            ],
        },
        Sample {
            record: r"POST /v1/orders 401 0.7 ms - 12",
            expect: &[
                ("method", "POST"),
                ("path", "/v1/orders"),
                ("status", "401"),
                ("response_body_bytes", "12"),
                ("duration_us", "700"),
            ],
        },
        Sample {
            record: "\u{1b}[0mGET /v1/orders \u{1b}[32m200\u{1b}[0m 5.123 ms - 12\u{1b}[0m",
            expect: &[("method", "GET"), ("path", "/v1/orders"), ("status", "200"), ("duration_us", "5123")],
        },
    ],
    compiled: OnceLock::new(),
};

fn fields(name: &str) -> Option<Target> {
    Some(match name {
        "content_bytes" => Target::Int(Int::ResponseBodyBytes),
        "duration" => Target::Duration(Int::DurationUs, Unit::Ms),
        "colour" => Target::Skip,
        _ => return names::nginx(name),
    })
}

/// Nothing but the columns' own shape tells these lines from prose.
fn finish(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    let rooted = |path: &[u8]| path.starts_with(b"/") || path == b"*";
    if !x.get(Text::Path).is_some_and(rooted)
        || x.get(Text::PeerAddress).is_some_and(|peer| split_port(peer).is_none())
        || x.get(Text::HttpVersion).is_some_and(|version| !version.starts_with(b"HTTP/"))
    {
        return Err(Reason::NotThisFormat);
    }
    plausible::method_and_path(x)
}
