//! Cloudflare Logpush, data set `http_requests`.

use std::sync::OnceLock;

use crate::domain::{Exchange, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json_format::{JsonFormat, any_request, some_headers};
use crate::parse::target::{Clock, Scratch, Target, Unit};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "cloudflare",
        title: "Cloudflare Logpush HTTP requests",
        source: "https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/http_requests/",
        notes: "the fields are chosen by the customer; timestamps are RFC 3339, seconds or nanoseconds; OriginResponseTime is nanoseconds; EdgeResponseBytes and ClientRequestBytes count headers too; the duration is between the two edge timestamps, where they are finer than seconds; headers are those that the customer chose",
    },
    needs: &[
        &[
            "EdgeStartTimestamp|EdgeEndTimestamp",
            "ClientRequestMethod|ClientRequestURI|ClientRequestPath|ClientRequestHost",
        ],
        &["RayID", "ClientRequestMethod|ClientRequestURI", "EdgeResponseStatus"],
    ],
    rules: &[
        ("EdgeStartTimestamp", Target::Time(Clock::Any)),
        ("EdgeEndTimestamp", Target::EndTime(Clock::Any)),
        ("ClientIP", Target::Peer),
        ("ClientSrcPort", Target::ClientPort),
        ("ClientCountry", Target::Text(Text::Country)),
        ("ClientRequestHost", Target::Host),
        ("ClientRequestMethod", Target::Text(Text::Method)),
        ("ClientRequestURI", Target::Uri),
        ("ClientRequestPath", Target::Weak(&Target::Uri)),
        ("ClientRequestProtocol", Target::Text(Text::HttpVersion)),
        ("ClientRequestScheme", Target::Text(Text::Scheme)),
        ("ClientRequestReferer", Target::Text(Text::Referer)),
        ("ClientRequestUserAgent", Target::Text(Text::UserAgent)),
        ("ClientRequestBytes", Target::Int(Int::RequestBytes)),
        ("ClientSSLProtocol", Target::Text(Text::TlsVersion)),
        ("ClientSSLCipher", Target::Text(Text::TlsCipher)),
        ("EdgeResponseStatus", Target::Status),
        ("EdgeResponseBytes", Target::Int(Int::ResponseBytes)),
        ("EdgeResponseBodyBytes", Target::Int(Int::ResponseBodyBytes)),
        ("EdgeResponseContentType", Target::Text(Text::ResponseContentType)),
        ("EdgeTimeToFirstByteMs", Target::Duration(Int::FirstByteUs, Unit::Ms)),
        ("EdgeServerIP", Target::ServerAddress),
        ("EdgeColoCode", Target::Text(Text::Server)),
        ("CacheCacheStatus", Target::Text(Text::CacheStatus)),
        ("OriginIP", Target::Text(Text::Upstream)),
        ("OriginResponseStatus", Target::Text(Text::UpstreamStatus)),
        ("OriginResponseTime", Target::Weak(&Target::Duration(Int::UpstreamDurationUs, Unit::Ns))),
        ("OriginResponseDurationMs", Target::Duration(Int::UpstreamDurationUs, Unit::Ms)),
        ("RayID", Target::Text(Text::RequestId)),
        ("SecurityAction", Target::Text(Text::Action)),
        ("WAFAction", Target::Weak(&Target::Text(Text::Action))),
        ("JA3Hash", Target::Skip),
        ("RequestHeaders", Target::RequestHeaders),
        ("ResponseHeaders", Target::ResponseHeaders),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"ClientIP":"203.0.113.9","ClientRequestHost":"api.example","ClientRequestMethod":"GET","ClientRequestURI":"/stores/7?full=1","EdgeEndTimestamp":1726003440371000000,"EdgeResponseBytes":279,"EdgeResponseStatus":522,"EdgeStartTimestamp":1726003440123000000,"RayID":"72d807ffeba5753d","OriginResponseTime":9000000,"ClientRequestBytes":567,"ClientSSLProtocol":"TLSv1.3","RequestHeaders":{"x-app":"7"}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.123Z"),
                ("duration_us", "248000"),
                ("upstream_duration_us", "9000"),
                ("peer_address", "203.0.113.9"),
                ("host", "api.example"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("status", "522"),
                ("response_bytes", "279"),
                ("request_bytes", "567"),
                ("request_id", "72d807ffeba5753d"),
                ("auth", "unknown"),
            ],
        },
        Sample {
            record: r#"{"ClientIP":"2001:db8::7","ClientRequestHost":"shop.example","ClientRequestMethod":"HEAD","ClientRequestURI":"/","EdgeEndTimestamp":"2024-09-10T21:24:02Z","EdgeResponseBytes":570,"EdgeResponseStatus":301,"EdgeStartTimestamp":"2024-09-10T21:24:00Z","RayID":"761f","CacheCacheStatus":"unknown","OriginResponseTime":0,"OriginResponseStatus":0,"WAFAction":"unknown","ClientRequestScheme":"http","ClientRequestUserAgent":""}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("status", "301"),
                ("scheme", "http"),
                ("method", "HEAD"),
                ("repairs", ""),
            ],
        },
        Sample {
            record: r#"{"ClientRequestHost":"api.example","ClientRequestMethod":"GET","ClientRequestPath":"/a","EdgeResponseStatus":200,"EdgeStartTimestamp":1726003440,"RayID":"1"}"#,
            expect: &[("time", "2024-09-10T21:24:00Z"), ("path", "/a")],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    for field in [Text::Action, Text::CacheStatus, Text::TlsVersion] {
        if matches!(x.get(field), Some(b"unknown" | b"none")) {
            x.unset(field);
        }
    }
    if x.get(Text::UpstreamStatus) == Some(b"0") {
        x.unset(Text::UpstreamStatus);
    }
    some_headers(x);
    any_request(record, x, s)
}
