//! Zoraxy's proxy log.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::domain::{Exchange, Reason, Text};
use crate::parse::Read;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::target::Target;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "zoraxy",
        title: "Zoraxy",
        source: "https://github.com/tobychui/zoraxy/blob/main/src/mod/dynamicproxy/Server.go",
        notes: "time is local and names no zone; the origin is the host that was asked for",
    },
    templates: &[
        r"$date $clock [$time_iso8601] [router:$router] [origin:$host] [client: $remote_addr] [useragent: $http_user_agent] $request_method $request_uri $status",
        r"[$time_iso8601] [router:$router] [origin:$host] [client: $remote_addr] [useragent: $http_user_agent] $request_method $request_uri $status",
    ],
    syntax: Syntax::Nginx,
    names: fields,
    tail: Tail::None,
    finish,
    samples: &[Sample {
        record: r"2024/09/10 21:24:00 [2024-09-10 21:24:00.150624] [router:host-http] [origin:menu.example] [client: 203.0.113.9] [useragent: Mozilla/5.0 (X11; Linux)] GET /v1/stores/4711?full=1 404",
        expect: &[
            ("time", "2024-09-10T21:24:00.150624Z"),
            ("zone_assumed", "true"),
            ("route", "host-http"),
            ("host", "menu.example"),
            ("peer_address", "203.0.113.9"),
            ("user_agent", "Mozilla/5.0 (X11; Linux)"),
            ("method", "GET"),
            ("path", "/v1/stores/4711"),
            ("query", "full=1"),
            ("status", "404"),
        ],
    }],
    compiled: OnceLock::new(),
};

fn fields(name: &str) -> Option<Target> {
    match name {
        "router" => Some(Target::Text(Text::Route)),
        "date" | "clock" => Some(Target::Skip),
        _ => names::nginx(name),
    }
}

fn finish(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    plausible::method_and_path(x)?;
    plausible::line(x)
}
