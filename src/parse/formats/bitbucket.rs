//! Bitbucket's access log: columns between bars.

use std::sync::OnceLock;

use super::names;
use crate::domain::{Exchange, Ignorable, Int, Reason, Text};
use crate::parse::Read;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::target::{Target, Unit};
use crate::parse::template::is_chain;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "bitbucket",
        title: "Atlassian Bitbucket",
        source: "https://confluence.atlassian.com/bitbucketserverkb/how-to-read-the-bitbucket-server-log-formats-779171668.html",
        notes: "each request is logged when it comes in (id i…) and when it is done (o…): only the latter is an exchange; SSH lines are none; times name no zone",
    },
    templates: &[
        r#"$client | $scheme | $request_id | $remote_user | $time_iso8601 | "$request" | "$http_referer" "$http_user_agent" | $status | $request_length | $bytes_sent | $labels | $duration | $session |"#,
        r"$client | $scheme | $request_id | $remote_user | $time_iso8601 | SSH - $command",
    ],
    syntax: Syntax::Nginx,
    names: fields,
    tail: Tail::None,
    finish,
    samples: &[
        Sample {
            record: r#"203.0.113.9,10.0.0.2 | https | o@PZQ921x19253x0 | asha | 2024-09-10 21:24:00,437 | "GET /status?x=1 HTTP/1.1" | "" "git/2.43" | 200 | 0 | 19 | cache:miss, refs | 6 | 1irez8i |"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.437Z"),
                ("zone_assumed", "true"),
                ("forwarded_for", "203.0.113.9,10.0.0.2"),
                ("scheme", "https"),
                ("remote_user", "asha"),
                ("path", "/status"),
                ("user_agent", "git/2.43"),
                ("status", "200"),
                ("response_bytes", "19"),
                ("duration_us", "6000"),
                ("request_id", "o@PZQ921x19253x0"),
            ],
        },
        Sample {
            record: r#"203.0.113.9 | https | i@PZQ921x19253x0 | - | 2024-09-10 21:24:00,431 | "GET /status HTTP/1.1" | "" "" | - | - | - | - | - | 1irez8i |"#,
            expect: &[("ignorable", "other-record")],
        },
        Sample {
            record: r"203.0.113.9 | ssh | o*N65x354x3x0 | bamboo | 2024-09-10 21:24:00,431 | SSH - git-upload-pack '/a/b.git' | - | 0 | 123 | 1024 | refs | 69 | y3r3kf |",
            expect: &[("ignorable", "other-record")],
        },
    ],
    compiled: OnceLock::new(),
};

fn fields(name: &str) -> Option<Target> {
    match name {
        "duration" => Some(Target::Duration(Int::DurationUs, Unit::Ms)),
        "client" => Some(Target::ForwardedFor),
        "command" | "labels" | "session" => Some(Target::Skip),
        _ => names::nginx(name),
    }
}

/// The first column is the peer, or with proxies the chain in front of it.
fn finish(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    let Some(chain) = x.get(Text::ForwardedFor).filter(|chain| is_chain(chain)) else {
        return Err(Reason::NotThisFormat);
    };
    let Some(id) = x.get(Text::RequestId).filter(|_| x.time.is_some()) else {
        return Err(Reason::NotThisFormat);
    };
    if x.get(Text::Scheme) == Some(b"ssh") || id.starts_with(b"i") {
        return Ok(Read::Other(Ignorable::OtherRecord));
    }
    if !chain.contains(&b',') {
        x.unset(Text::ForwardedFor);
        x.set(Text::PeerAddress, chain);
    }
    if x.has_request() { Ok(Read::Exchange) } else { Err(Reason::MissingRequest) }
}
