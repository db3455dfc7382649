//! open-appsec's web application events.

use std::sync::OnceLock;

use crate::domain::{Exchange, Ignorable, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json;
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Scratch, Shape, Target};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "openappsec",
        title: "open-appsec events",
        source: "https://docs.openappsec.io/references/event-query-language",
        notes: "security events, not all requests, before the answer: there is no status; the path is there where the engine logged it, else where it was the URL that matched; eventTime names no zone",
    },
    needs: &[
        &["eventTime", "eventData.httpMethod|eventData.httpHostName|eventData.httpUriPath"],
        &["eventTime", "eventName", "eventData", "eventSource"],
    ],
    rules: &[
        ("eventTime", Target::Time(Clock::Iso)),
        ("eventData.sourceIP", Target::Peer),
        ("eventData.httpSourceId", Target::ForwardedFor),
        ("eventData.sourcePort", Target::ClientPort),
        ("eventData.httpHostName", Target::Host),
        ("eventData.httpMethod", Target::Text(Text::Method)),
        ("eventData.httpUriPath", Target::Uri),
        ("eventData.httpUriQuery", Target::Query),
        ("eventData.httpRequestHeaders", Target::Skip),
        ("eventData.httpRequestBody", Target::RequestBody),
        ("eventData.httpResponseCode", Target::Status),
        ("eventData.securityAction", Target::Text(Text::Action)),
        ("eventData.waapIncidentType", Target::Text(Text::Error)),
        ("eventData.assetName", Target::Skip),
        ("eventData.practiceName", Target::Text(Text::Route)),
        ("eventData.eventReferenceId", Target::Text(Text::RequestId)),
        ("eventSource.assetName", Target::Text(Text::Server)),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"eventTime":"2024-09-10T21:24:00.702","eventName":"Web Request","eventSeverity":"High","eventType":"Event Driven","eventSource":{"agentId":"a","serviceName":"HTTP Transaction Handler","assetName":"Any"},"eventData":{"logIndex":5574,"eventReferenceId":"bfa7","sourceIP":"10.0.0.2","httpSourceId":"203.0.113.9","sourcePort":59602,"httpHostName":"api.example","httpMethod":"GET","securityAction":"Prevent","practiceName":"default","waapIncidentType":"Vulnerability Scanning","matchedSample":"/config.inc.php","matchedLocation":"url"}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.702Z"),
                ("zone_assumed", "true"),
                ("peer_address", "10.0.0.2"),
                ("forwarded_for", "203.0.113.9"),
                ("host", "api.example"),
                ("method", "GET"),
                ("path", "/config.inc.php"),
                ("action", "Prevent"),
                ("error", "Vulnerability Scanning"),
            ],
        },
        Sample {
            record: r#"{"eventTime":"2024-09-10T21:24:00.000","eventName":"Web Request","eventSource":{},"eventData":{"sourceIP":"203.0.113.9","httpHostName":"shop.example:81","httpMethod":"POST","httpUriPath":"/login","httpUriQuery":"a=1","securityAction":"Detect","matchedSample":"x or 1=1","matchedLocation":"body"}}"#,
            expect: &[("path", "/login"), ("query", "a=1"), ("port", "81"), ("action", "Detect")],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    if x.get(Text::Method).is_none() {
        return Ok(Read::Other(Ignorable::OtherRecord));
    }
    // The sample is the whole path where it was the path that matched.
    if x.get(Text::Path).is_none()
        && json::find(record, "eventData.matchedLocation") == Some(b"url")
        && let Some(path) = json::find(record, "eventData.matchedSample")
    {
        Target::Uri.apply(path, Shape::JsonString, x, s)?;
    }
    if x.get(Text::ForwardedFor) == x.get(Text::PeerAddress) {
        x.unset(Text::ForwardedFor);
    }
    any_request(record, x, s)
}
