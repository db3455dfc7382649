//! Cloudflare Logpush, data set `firewall_events`.

use std::sync::OnceLock;

use crate::domain::Text;
use crate::parse::format::{Meta, Sample};
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Target};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "cloudflare-firewall",
        title: "Cloudflare Logpush firewall events",
        source: "https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/firewall_events/",
        notes: "one event for each rule that matched: a request can have several, and stands in http_requests under the same RayID too; Datetime is RFC 3339, seconds or nanoseconds; action says what was done",
    },
    needs: &[&["Action", "Datetime", "RayID", "ClientRequestMethod|ClientRequestPath", "Source|RuleID|Kind"]],
    rules: &[
        ("Datetime", Target::Time(Clock::Any)),
        ("Action", Target::Text(Text::Action)),
        ("ClientIP", Target::Peer),
        ("ClientCountry", Target::Text(Text::Country)),
        ("ClientRequestHost", Target::Host),
        ("ClientRequestMethod", Target::Text(Text::Method)),
        ("ClientRequestPath", Target::Uri),
        ("ClientRequestQuery", Target::Query),
        ("ClientRequestProtocol", Target::Text(Text::HttpVersion)),
        ("ClientRequestScheme", Target::Text(Text::Scheme)),
        ("ClientRequestUserAgent", Target::Text(Text::UserAgent)),
        ("EdgeColoCode", Target::Text(Text::Server)),
        ("EdgeResponseStatus", Target::Status),
        ("OriginResponseStatus", Target::Skip),
        ("RayID", Target::Text(Text::RequestId)),
        ("RuleID", Target::Text(Text::Route)),
        ("Source", Target::Text(Text::Service)),
        ("Metadata.rule_message", Target::Text(Text::Error)),
        ("Description", Target::Weak(&Target::Text(Text::Error))),
        ("Kind", Target::Skip),
    ],
    finish: any_request,
    samples: &[
        Sample {
            record: r#"{"Action":"block","ClientASN":64500,"ClientCountry":"us","ClientIP":"203.0.113.9","ClientIPClass":"noRecord","ClientRefererHost":"","ClientRequestHost":"api.example","ClientRequestMethod":"GET","ClientRequestPath":"/.env","ClientRequestProtocol":"HTTP/1.1","ClientRequestQuery":"?x=1","ClientRequestScheme":"https","ClientRequestUserAgent":"curl/8.5.0","Datetime":1726003440716000000,"EdgeColoCode":"EWR","EdgeResponseStatus":403,"Kind":"firewall","MatchIndex":0,"Metadata":{"rule_message":"Information Disclosure"},"OriginResponseStatus":0,"RayID":"7728","RuleID":"100016","Source":"waf"}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.716Z"),
                ("action", "block"),
                ("peer_address", "203.0.113.9"),
                ("host", "api.example"),
                ("path", "/.env"),
                ("query", "x=1"),
                ("status", "403"),
                ("route", "100016"),
                ("service", "waf"),
                ("error", "Information Disclosure"),
            ],
        },
        Sample {
            record: r#"{"Action":"managed_challenge","ClientIP":"2001:db8::7","ClientRequestHost":"shop.example","ClientRequestMethod":"POST","ClientRequestPath":"/login","ClientRequestQuery":"","Datetime":"2024-09-10T21:24:00Z","EdgeResponseStatus":0,"RayID":"8","RuleID":"r","Source":"firewallrules"}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("action", "managed_challenge"),
                ("status", "0"),
                ("path", "/login"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};
