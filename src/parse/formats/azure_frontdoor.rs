//! Azure Front Door's resource log (standard, premium and classic).

use std::sync::OnceLock;

use crate::domain::{Exchange, Ignorable, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json;
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Scratch, Target, Unit};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "azure-frontdoor",
        title: "Azure Front Door access log",
        source: "https://learn.microsoft.com/azure/frontdoor/monitor-front-door#access-log",
        notes: "timeTaken is seconds; socketIp is the socket peer, clientIp may come from X-Forwarded-For; sizes count headers too; firewall entries are no exchanges: there can be several for one request, which the access log has under the same trackingReference; health probes are no exchanges either",
    },
    needs: &[
        &["category", "properties.trackingReference"],
        &["category", "properties.httpStatusCode", "properties.requestUri"],
        &["category", "operationName", "properties.healthProbeId|properties.originName"],
    ],
    rules: &[
        ("time", Target::Time(Clock::Iso)),
        ("properties.trackingReference", Target::Text(Text::RequestId)),
        ("properties.httpMethod", Target::Text(Text::Method)),
        ("properties.httpVersion", Target::Text(Text::HttpVersion)),
        ("properties.requestUri", Target::Url),
        ("properties.hostName", Target::Weak(&Target::Host)),
        ("properties.requestBytes", Target::Int(Int::RequestBytes)),
        ("properties.responseBytes", Target::Int(Int::ResponseBytes)),
        ("properties.userAgent", Target::Text(Text::UserAgent)),
        ("properties.clientIp", Target::Client),
        ("properties.clientIP", Target::Client),
        ("properties.socketIp", Target::Peer),
        ("properties.socketIP", Target::Peer),
        ("properties.clientPort", Target::ClientPort),
        ("properties.clientCountry", Target::Text(Text::Country)),
        ("properties.timeToFirstByte", Target::Duration(Int::FirstByteUs, Unit::S)),
        ("properties.timeTaken", Target::Duration(Int::DurationUs, Unit::S)),
        ("properties.securityProtocol", Target::TlsVersion),
        ("properties.securityCipher", Target::Text(Text::TlsCipher)),
        ("properties.endpoint", Target::Text(Text::Service)),
        ("properties.routingRuleName", Target::Text(Text::Route)),
        ("properties.httpStatusCode", Target::Status),
        ("properties.pop", Target::Text(Text::Server)),
        ("properties.cacheStatus", Target::Text(Text::CacheStatus)),
        ("properties.ErrorInfo", Target::Text(Text::Error)),
        ("properties.errorInfo", Target::Text(Text::Error)),
        ("properties.originIp", Target::Text(Text::Upstream)),
        ("properties.originUrl", Target::Weak(&Target::Text(Text::Upstream))),
        ("properties.backendHostname", Target::Weak(&Target::Text(Text::Upstream))),
        ("properties.referer", Target::Text(Text::Referer)),
        ("category", Target::Skip),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"time":"2024-09-10T21:24:00.4715017Z","resourceId":"/SUBSCRIPTIONS/1/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.CDN/PROFILES/P","category":"FrontDoorAccessLog","operationName":"Microsoft.Cdn/Profiles/AccessLog/Write","properties":{"trackingReference":"0PdUMYwAA","httpMethod":"GET","httpVersion":"2.0.0.0","requestUri":"https://api.example:443/stores/7?full=1","requestBytes":"109","responseBytes":"221","userAgent":"curl/8.5.0","clientIp":"203.0.113.9","socketIp":"10.0.0.2","clientPort":"53170","timeToFirstByte":"0.002","timeTaken":"0.173","requestProtocol":"HTTPS","securityProtocol":"TLS 1.3","endpoint":"api.azurefd.net","httpStatusCode":"200","pop":"PAR","cacheStatus":"CONFIG_NOCACHE","ErrorInfo":"NoError","hostName":"api.example","originIp":"N/A","clientCountry":"France"}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.471501Z"),
                ("method", "GET"),
                ("scheme", "https"),
                ("host", "api.example"),
                ("port", "443"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("status", "200"),
                ("duration_us", "173000"),
                ("first_byte_us", "2000"),
                ("client_address", "203.0.113.9"),
                ("peer_address", "10.0.0.2"),
                ("response_bytes", "221"),
                ("tls_version", "TLS 1.3"),
            ],
        },
        Sample {
            record: r#"{"time":"2024-09-10T21:24:00Z","resourceId":"/SUBSCRIPTIONS/1","category":"FrontdoorAccessLog","operationName":"Microsoft.Network/FrontDoor/AccessLog/Write","properties":{"trackingReference":"0X","httpMethod":"POST","httpVersion":"1.1.0.0","requestUri":"http://shop.example/orders","requestBytes":"900","responseBytes":"20","userAgent":"okhttp","clientIp":"198.51.100.7","socketIp":"198.51.100.7","clientPort":"1","timeTaken":"1.5","httpStatusCode":"502","backendHostname":"app.internal:443","errorInfo":"OriginTimeout"}}"#,
            expect: &[
                ("status", "502"),
                ("duration_us", "1500000"),
                ("error", "OriginTimeout"),
                ("upstream", "app.internal:443"),
                ("scheme", "http"),
                ("host", "shop.example"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    if !json::says(record, "category", "FrontDoorAccessLog") && !json::says(record, "category", "FrontdoorAccessLog") {
        let category = json::find(record, "category").unwrap_or_default();
        let known = category.get(..9).is_some_and(|head| head.eq_ignore_ascii_case(b"FrontDoor"));
        return if known { Ok(Read::Other(Ignorable::OtherRecord)) } else { Err(Reason::NotThisFormat) };
    }
    if x.get(Text::Error) == Some(b"NoError") {
        x.unset(Text::Error);
    }
    if x.get(Text::Upstream) == Some(b"N/A") {
        x.unset(Text::Upstream);
    }
    any_request(record, x, s)
}
