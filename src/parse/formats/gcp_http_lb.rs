//! Google Cloud's HTTP(S) load balancers, and other services that log with its `httpRequest`.

use std::sync::OnceLock;

use crate::domain::{Exchange, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Scratch, Target, Unit};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "gcp-http-lb",
        title: "Google Cloud HTTP(S) load balancer",
        source: "https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring, https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest",
        notes: "timestamp is when the first byte of the request came; latency is a string with its unit; sizes are strings and count headers too; remoteIp is the socket peer; Cloud Run and App Engine log the same object",
    },
    needs: &[&["httpRequest.requestMethod|httpRequest.requestUrl", "insertId|logName|resource|receiveTimestamp"]],
    rules: &[
        ("timestamp", Target::Time(Clock::Iso)),
        ("receiveTimestamp", Target::Weak(&Target::Time(Clock::Iso))),
        ("httpRequest.requestMethod", Target::Text(Text::Method)),
        ("httpRequest.requestUrl", Target::Url),
        ("httpRequest.requestSize", Target::Int(Int::RequestBytes)),
        ("httpRequest.status", Target::Status),
        ("httpRequest.responseSize", Target::Int(Int::ResponseBytes)),
        ("httpRequest.userAgent", Target::Text(Text::UserAgent)),
        ("httpRequest.remoteIp", Target::Peer),
        ("httpRequest.serverIp", Target::Text(Text::Upstream)),
        ("httpRequest.referer", Target::Text(Text::Referer)),
        ("httpRequest.latency", Target::Duration(Int::DurationUs, Unit::S)),
        ("httpRequest.protocol", Target::Text(Text::HttpVersion)),
        ("httpRequest.cacheHit", Target::Text(Text::CacheStatus)),
        ("jsonPayload.statusDetails", Target::Text(Text::Error)),
        ("jsonPayload.enforcedSecurityPolicy.outcome", Target::Text(Text::Action)),
        ("jsonPayload.enforcedSecurityPolicy.configuredAction", Target::Skip),
        ("resource.labels.backend_service_name", Target::Text(Text::Service)),
        ("resource.labels.forwarding_rule_name", Target::Text(Text::Route)),
        ("resource.labels.service_name", Target::Weak(&Target::Text(Text::Service))),
        ("resource.labels.url_map_name", Target::Text(Text::Server)),
        ("insertId", Target::Text(Text::RequestId)),
        ("trace", Target::Text(Text::TraceId)),
        ("spanId", Target::Skip),
        ("severity", Target::Skip),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"httpRequest":{"latency":"0.173624s","remoteIp":"203.0.113.9","requestMethod":"GET","requestSize":"176","requestUrl":"https://api.example/stores/7?full=1","responseSize":"307","serverIp":"10.0.0.8","status":200,"userAgent":"curl/8.5.0","cacheHit":true},"insertId":"1t7m","jsonPayload":{"statusDetails":"response_sent_by_backend","enforcedSecurityPolicy":{"configuredAction":"ALLOW","outcome":"ACCEPT"}},"logName":"projects/p/logs/requests","receiveTimestamp":"2024-09-10T21:24:01.755764847Z","resource":{"labels":{"backend_service_name":"stores","forwarding_rule_name":"fw","url_map_name":"lb"},"type":"http_load_balancer"},"severity":"INFO","timestamp":"2024-09-10T21:24:00.867759Z","trace":"projects/p/traces/ff59"}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.867759Z"),
                ("duration_us", "173624"),
                ("request_bytes", "176"),
                ("response_bytes", "307"),
                ("status", "200"),
                ("scheme", "https"),
                ("host", "api.example"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("peer_address", "203.0.113.9"),
                ("upstream", "10.0.0.8"),
                ("cache_status", "HIT"),
                ("action", "ACCEPT"),
                ("service", "stores"),
                ("trace_id", "projects/p/traces/ff59"),
            ],
        },
        Sample {
            record: r#"{"insertId":"ty","jsonPayload":{"statusDetails":"denied_by_security_policy","enforcedSecurityPolicy":{"outcome":"DENY"}},"httpRequest":{"requestMethod":"POST","requestUrl":"http://shop.example/login","requestSize":"488","status":403,"responseSize":"258","remoteIp":"198.51.100.7:49194","latency":"1.5s"},"timestamp":"2024-09-10T21:24:00Z","logName":"projects/p/logs/requests"}"#,
            expect: &[
                ("error", "denied_by_security_policy"),
                ("action", "DENY"),
                ("status", "403"),
                ("peer_address", "198.51.100.7"),
                ("client_port", "49194"),
                ("duration_us", "1500000"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    match x.get(Text::CacheStatus) {
        Some(b"true") => x.set(Text::CacheStatus, b"HIT"),
        _ => x.unset(Text::CacheStatus),
    }
    if x.get(Text::Error).is_some_and(|e| e.starts_with(b"response_")) {
        x.unset(Text::Error);
    }
    any_request(record, x, s)
}
