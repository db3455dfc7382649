//! Common lines without a time: servers that leave it to syslog.

use std::sync::OnceLock;

use super::names;
use crate::domain::address::split_port;
use crate::domain::{Exchange, Int, Reason, Text};
use crate::parse::Read;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "clf-no-time",
        title: "Common log format without time",
        source: "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html",
        notes: "no time: the syslog header's names no year and is not used",
    },
    templates: &[r#"$remote_addr $ident $remote_user "$request" $status $body_bytes_sent"#],
    syntax: Syntax::Nginx,
    names: names::nginx,
    tail: Tail::Any,
    finish,
    samples: &[Sample {
        record: r#"203.0.113.9 - - "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326 4.386"#,
        expect: &[
            ("peer_address", "203.0.113.9"),
            ("method", "GET"),
            ("path", "/v1/stores/4711"),
            ("query", "full=1"),
            ("http_version", "HTTP/1.1"),
            ("status", "200"),
            ("response_body_bytes", "2326"),
        ],
    }],
    compiled: OnceLock::new(),
};

/// With no time to go by, everything else must be there.
fn finish(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    let peer = x.get(Text::PeerAddress).is_some_and(|peer| split_port(peer).is_some());
    let user = x.get(Text::RemoteUser).is_none_or(|user| !user.contains(&b' '));
    if peer && user && x.get(Text::HttpVersion).is_some() && x.get_int(Int::Status).is_some() {
        Ok(Read::Exchange)
    } else {
        Err(Reason::NotThisFormat)
    }
}
