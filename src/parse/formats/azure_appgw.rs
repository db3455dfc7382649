//! Azure Application Gateway's resource log.

use std::sync::OnceLock;

use crate::domain::{Exchange, Ignorable, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json;
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Scratch, Target, Unit};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "azure-appgw",
        title: "Azure Application Gateway access log",
        source: "https://learn.microsoft.com/azure/application-gateway/application-gateway-diagnostics#access-log",
        notes: "timeTaken is milliseconds in the v1 tier and seconds in v2, told apart by the fields that only v2 writes; sizes count headers too; firewall and performance logs are no exchanges: the access log has the same request under the same transactionId",
    },
    needs: &[
        &[
            "category",
            "properties.httpStatus",
            "properties.clientIP",
            "properties.requestUri|properties.originalRequestUriWithArgs",
        ],
        &["category", "operationName", "properties.clientIp|properties.instanceId|properties.requestUri", "resourceId"],
    ],
    rules: &[
        ("time", Target::Weak(&Target::Time(Clock::Iso))),
        ("timeStamp", Target::Time(Clock::Iso)),
        ("ruleName", Target::Text(Text::Route)),
        ("backendPoolName", Target::Text(Text::Service)),
        ("properties.instanceId", Target::Text(Text::Server)),
        ("properties.clientIP", Target::Peer),
        ("properties.clientPort", Target::ClientPort),
        ("properties.httpMethod", Target::Text(Text::Method)),
        ("properties.originalRequestUriWithArgs", Target::Uri),
        ("properties.requestUri", Target::Weak(&Target::Uri)),
        ("properties.requestQuery", Target::Weak(&Target::Query)),
        ("properties.userAgent", Target::Text(Text::UserAgent)),
        ("properties.httpStatus", Target::Status),
        ("properties.httpVersion", Target::Text(Text::HttpVersion)),
        ("properties.receivedBytes", Target::Int(Int::RequestBytes)),
        ("properties.sentBytes", Target::Int(Int::ResponseBytes)),
        ("properties.timeTaken", Target::Duration(Int::DurationUs, Unit::S)),
        ("properties.sslEnabled", Target::TlsFlag),
        ("properties.sslProtocol", Target::TlsVersion),
        ("properties.sslCipher", Target::Text(Text::TlsCipher)),
        ("properties.serverRouted", Target::Text(Text::Upstream)),
        ("properties.serverStatus", Target::Text(Text::UpstreamStatus)),
        ("properties.serverResponseLatency", Target::Duration(Int::UpstreamDurationUs, Unit::S)),
        ("properties.originalHost", Target::Host),
        ("properties.host", Target::Weak(&Target::Host)),
        ("properties.transactionId", Target::Text(Text::RequestId)),
        ("properties.contentType", Target::Text(Text::ResponseContentType)),
        ("properties.error_info", Target::Text(Text::Error)),
        ("properties.WAFMode", Target::Skip),
        ("category", Target::Skip),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"timeStamp":"2024-09-10T21:24:00+00:00","resourceId":"/SUBSCRIPTIONS/1/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.NETWORK/APPLICATIONGATEWAYS/GW","listenerName":"https","ruleName":"stores","backendPoolName":"stores-pool","operationName":"ApplicationGatewayAccess","category":"ApplicationGatewayAccessLog","properties":{"instanceId":"appgw_2","clientIP":"203.0.113.9","clientPort":45057,"httpMethod":"GET","originalRequestUriWithArgs":"\/v1\/stores\/7?full=1","requestUri":"\/stores\/7","requestQuery":"full=1","userAgent":"curl\/8.5.0","httpStatus":200,"httpVersion":"HTTP\/1.1","receivedBytes":184,"sentBytes":466,"clientResponseTime":0,"timeTaken":0.034,"WAFMode":"Detection","transactionId":"592d1649","sslEnabled":"on","sslProtocol":"TLSv1.2","serverRouted":"10.0.0.8:443","serverStatus":"200","serverResponseLatency":"0.028","originalHost":"api.example","host":"backend.internal","error_info":"ERRORINFO_NO_ERROR"}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("client_port", "45057"),
                ("path", "/v1/stores/7"),
                ("query", "full=1"),
                ("host", "api.example"),
                ("status", "200"),
                ("duration_us", "34000"),
                ("upstream_duration_us", "28000"),
                ("request_bytes", "184"),
                ("response_bytes", "466"),
                ("scheme", "https"),
                ("tls_version", "TLSv1.2"),
                ("route", "stores"),
                ("upstream", "10.0.0.8:443"),
            ],
        },
        Sample {
            record: r#"{"resourceId":"/SUBSCRIPTIONS/1","operationName":"ApplicationGatewayAccess","time":"2024-09-10T21:24:00Z","category":"ApplicationGatewayAccessLog","properties":{"instanceId":"ApplicationGatewayRole_IN_0","clientIP":"203.0.113.9","clientPort":"12345","httpMethod":"HEAD","requestUri":"/xyz/portal","requestQuery":"","userAgent":"-","httpStatus":"200","httpVersion":"HTTP/1.0","receivedBytes":"27","sentBytes":"202","timeTaken":"359","sslEnabled":"off"}}"#,
            expect: &[
                ("duration_us", "359000"),
                ("method", "HEAD"),
                ("path", "/xyz/portal"),
                ("scheme", "http"),
                ("response_bytes", "202"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    if !json::says(record, "category", "ApplicationGatewayAccessLog") {
        let known = json::find(record, "category").is_some_and(|c| c.starts_with(b"ApplicationGateway"));
        return if known { Ok(Read::Other(Ignorable::OtherRecord)) } else { Err(Reason::NotThisFormat) };
    }
    let second_tier = x.get(Text::Upstream).is_some()
        || ["transactionId", "originalRequestUriWithArgs", "WAFMode", "clientResponseTime", "serverRouted"]
            .iter()
            .any(|key| memchr::memmem::find(record, key.as_bytes()).is_some());
    if !second_tier && let Some(us) = x.get_int(Int::DurationUs) {
        x.set_int(Int::DurationUs, us / 1_000);
    }
    if x.get(Text::Error) == Some(b"ERRORINFO_NO_ERROR") {
        x.unset(Text::Error);
    }
    any_request(record, x, s)
}
