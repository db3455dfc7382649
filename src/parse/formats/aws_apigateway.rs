//! Amazon API Gateway's access log (REST, HTTP and WebSocket APIs).

use std::sync::OnceLock;

use crate::domain::{Exchange, Ignorable, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json;
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Scratch, Target, Unit};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "aws-apigateway",
        title: "Amazon API Gateway access log",
        source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html, https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html",
        notes: "the keys are chosen by the operator, mostly the names of the $context variables; all values are strings and - is missing; resourcePath and routeKey are templates, the path itself is there only where $context.path was asked for; latencies are milliseconds; responseLength is the body; of WebSocket APIs a connect is the GET that it is on the wire, a message an exchange with the method MESSAGE, a disconnect no exchange",
    },
    needs: &[&[
        "requestId|extendedRequestId",
        "ip|sourceIp|identity.sourceIp",
        "requestTime|requestTimeEpoch",
        "status",
        "httpMethod|routeKey|resourcePath|eventType",
    ]],
    rules: &[
        ("requestId", Target::Text(Text::RequestId)),
        ("extendedRequestId", Target::Weak(&Target::Text(Text::RequestId))),
        ("ip", Target::Peer),
        ("sourceIp", Target::Peer),
        ("identity.sourceIp", Target::Peer),
        ("identity.userAgent", Target::Text(Text::UserAgent)),
        ("identity.user", Target::User),
        ("caller", Target::Weak(&Target::Text(Text::Consumer))),
        ("user", Target::User),
        ("userAgent", Target::Text(Text::UserAgent)),
        ("requestTimeEpoch", Target::Time(Clock::Epoch)),
        ("requestTime", Target::Weak(&Target::Time(Clock::Any))),
        ("httpMethod", Target::Text(Text::Method)),
        ("path", Target::Uri),
        ("resourcePath", Target::Text(Text::RouteTemplate)),
        ("routeKey", Target::Text(Text::Route)),
        ("status", Target::Status),
        ("protocol", Target::Text(Text::HttpVersion)),
        ("responseLength", Target::Int(Int::ResponseBodyBytes)),
        ("responseLatency", Target::Duration(Int::DurationUs, Unit::Ms)),
        ("integrationLatency", Target::Duration(Int::UpstreamDurationUs, Unit::Ms)),
        ("integrationStatus", Target::Text(Text::UpstreamStatus)),
        ("integrationErrorMessage", Target::Text(Text::Error)),
        ("errorMessage", Target::Weak(&Target::Text(Text::Error))),
        ("error\\.message", Target::Weak(&Target::Text(Text::Error))),
        ("domainName", Target::Host),
        ("apiId", Target::Text(Text::Service)),
        ("stage", Target::Text(Text::Server)),
        ("apiKeyId", Target::Credential),
        ("authorizerPrincipalId", Target::Text(Text::Consumer)),
        ("principalId", Target::Text(Text::Consumer)),
        ("xrayTraceId", Target::Text(Text::TraceId)),
        ("eventType", Target::Text(Text::Action)),
        ("connectionId", Target::Text(Text::Connection)),
        ("wafResponseCode", Target::Skip),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"requestId":"7c1f6b1e-0000-4000-8000-1a2b3c4d5e6f","ip":"203.0.113.9","caller":"-","user":"-","requestTime":"10/Sep/2024:21:24:00 +0000","httpMethod":"GET","resourcePath":"/stores/{storeId}/orders","path":"/prod/stores/4711/orders","status":"200","protocol":"HTTP/1.1","responseLength":"184","responseLatency":"37","integrationLatency":"31"}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/prod/stores/4711/orders"),
                ("route_template", "/stores/{storeId}/orders"),
                ("status", "200"),
                ("response_body_bytes", "184"),
                ("duration_us", "37000"),
                ("upstream_duration_us", "31000"),
                ("auth", "unknown"),
            ],
        },
        Sample {
            record: r#"{"requestId":"GQIVriFLIAMEMsA=","ip":"203.0.113.9","requestTime":"10/Sep/2024:21:24:00 +0000","requestTimeEpoch":"1726003440123","httpMethod":"-","routeKey":"GET /pets/{id}","status":"404","protocol":"HTTP/1.1","responseLength":"-"}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.123Z"),
                ("method", "GET"),
                ("route_template", "/pets/{id}"),
                ("route", "GET /pets/{id}"),
                ("status", "404"),
            ],
        },
        Sample {
            record: r#"{"requestId":"Iq9gwFDN","ip":"203.0.113.9","caller":"-","user":"-","requestTime":"10/Sep/2024:21:24:00 +0000","eventType":"MESSAGE","routeKey":"sendOrder","status":"200","connectionId":"Iq8gj1Um","apiId":"a1b2c3","stage":"production","domainName":"a1b2c3.execute-api.us-east-1.amazonaws.com"}"#,
            expect: &[
                ("method", "MESSAGE"),
                ("route", "sendOrder"),
                ("connection", "Iq8gj1Um"),
                ("host", "a1b2c3.execute-api.us-east-1.amazonaws.com"),
                ("status", "200"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    if x.get(Text::Method).is_none() {
        if let Some(key) = x.get(Text::Route)
            && let Some(at) = memchr::memchr(b' ', key)
            && let Some((method, template)) = key.split_at_checked(at)
        {
            x.set(Text::Method, method);
            x.set_default(Text::RouteTemplate, template.trim_ascii());
        } else {
            match x.get(Text::Action) {
                Some(b"DISCONNECT") => return Ok(Read::Other(Ignorable::OtherRecord)),
                Some(b"MESSAGE") => x.set(Text::Method, b"MESSAGE"),
                // A WebSocket opens with a GET (RFC 6455, 4.1); a refused one has no event type.
                _ if json::find(record, "connectionId").is_some() => x.set(Text::Method, b"GET"),
                _ => {}
            }
        }
    }
    any_request(record, x, s)
}
