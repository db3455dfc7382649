//! Common and combined lines whose first column is the X-Forwarded-For chain: servers behind a load balancer.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::domain::{Exchange, Reason, Text};
use crate::parse::Read;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::is_chain;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "clf-forwarded",
        title: "Common or combined with X-Forwarded-For first",
        source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/x-forwarded-headers.html",
        notes: "the peer itself is not logged; only lines with two or more addresses show that the column is a chain",
    },
    templates: &[
        r#"$http_x_forwarded_for $ident $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
        r#"$http_x_forwarded_for $ident $remote_user [$time_local] "$request" $status $body_bytes_sent"#,
    ],
    syntax: Syntax::Nginx,
    names: names::nginx,
    tail: Tail::Any,
    finish,
    samples: &[
        Sample {
            record: r#"198.51.100.4, 203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326 "-" "curl/8.5.0""#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("forwarded_for", "198.51.100.4, 203.0.113.9"),
                ("path", "/v1/stores/4711"),
                ("status", "200"),
            ],
        },
        Sample {
            record: r#"198.51.100.4, 203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 2326"#,
            expect: &[("forwarded_for", "198.51.100.4, 203.0.113.9")],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    if !x.get(Text::ForwardedFor).is_some_and(|chain| chain.contains(&b',') && is_chain(chain)) {
        return Err(Reason::NotThisFormat);
    }
    plausible::line(x)
}
