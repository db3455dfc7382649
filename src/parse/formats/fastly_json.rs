//! Fastly's real-time log streaming in JSON, as its guides suggest.

use std::sync::OnceLock;

use crate::domain::{Int, Text};
use crate::parse::format::{Meta, Sample};
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Target, Unit};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "fastly-json",
        title: "Fastly JSON",
        source: "https://docs.fastly.com/en/guides/useful-log-formats, https://docs.fastly.com/en/guides/custom-log-formats",
        notes: "the keys are chosen by the operator: those of the guides are known; time_elapsed is microseconds (%D); client_ip is Fastly-Client-IP; a mapping file adds other keys",
    },
    needs: &[&[
        "fastly_server|fastly_is_edge|fastly_is_shield|fastly_pop|service_id|cache_status|response_state",
        "client_ip|geo_country",
        "request_method|req_method|request",
        "response_status|resp_status|status",
        "url|request|host",
    ]],
    rules: &[
        ("timestamp", Target::Time(Clock::Any)),
        ("time_start", Target::Time(Clock::Any)),
        ("time", Target::Weak(&Target::Time(Clock::Any))),
        ("time_end", Target::EndTime(Clock::Any)),
        ("time_elapsed", Target::Duration(Int::DurationUs, Unit::Us)),
        ("client_ip", Target::Peer),
        ("geo_country", Target::Text(Text::Country)),
        ("client_country_code", Target::Weak(&Target::Text(Text::Country))),
        ("host", Target::Host),
        ("url", Target::Uri),
        ("request_method", Target::Text(Text::Method)),
        ("req_method", Target::Text(Text::Method)),
        ("request", Target::Text(Text::Method)),
        ("request_protocol", Target::Text(Text::HttpVersion)),
        ("protocol", Target::Text(Text::HttpVersion)),
        ("request_referer", Target::Text(Text::Referer)),
        ("request_user_agent", Target::Text(Text::UserAgent)),
        ("user_agent", Target::Text(Text::UserAgent)),
        ("referer", Target::Text(Text::Referer)),
        ("response_state", Target::Text(Text::CacheStatus)),
        ("cache_status", Target::Text(Text::CacheStatus)),
        ("response_status", Target::Status),
        ("resp_status", Target::Status),
        ("status", Target::Status),
        ("response_body_size", Target::Int(Int::ResponseBodyBytes)),
        ("resp_body_size", Target::Int(Int::ResponseBodyBytes)),
        ("req_body_size", Target::Int(Int::RequestBodyBytes)),
        ("resp_header_size", Target::Skip),
        ("req_header_size", Target::Skip),
        ("content_type", Target::Text(Text::ResponseContentType)),
        ("fastly_server", Target::Text(Text::Server)),
        ("server_datacenter", Target::Weak(&Target::Text(Text::Server))),
        ("fastly_pop", Target::Weak(&Target::Text(Text::Server))),
        ("service_id", Target::Text(Text::Service)),
        ("tls_client_protocol", Target::TlsVersion),
        ("tls_client_cipher", Target::Text(Text::TlsCipher)),
        ("is_tls", Target::TlsFlag),
        ("origin_host", Target::Text(Text::Upstream)),
        ("origin_status", Target::Text(Text::UpstreamStatus)),
    ],
    finish: any_request,
    samples: &[
        Sample {
            record: r#"{"timestamp":"2024-09-10T21:24:00+0000","client_ip":"203.0.113.9","geo_country":"india","geo_city":"pune","host":"api.example","url":"/stores/7?full=1","request_method":"GET","request_protocol":"HTTP/2","request_referer":"","request_user_agent":"curl/8.5.0","response_state":"MISS-CLUSTER","response_status":200,"response_reason":"OK","response_body_size":934,"fastly_server":"cache-par-1","fastly_is_edge":true}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("host", "api.example"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("method", "GET"),
                ("status", "200"),
                ("response_body_bytes", "934"),
                ("cache_status", "MISS-CLUSTER"),
                ("client_country", "india"),
                ("server", "cache-par-1"),
            ],
        },
        Sample {
            record: r#"{"service_id":"SU1Z0","time_start":"2024-09-10T21:24:00Z","time_end":"2024-09-10T21:24:01Z","time_elapsed":173000,"client_ip":"198.51.100.7","request":"POST","protocol":"HTTP/1.1","host":"shop.example","url":"/login","cache_status":"PASS","status":"302","req_body_size":17,"resp_body_size":0,"is_tls":true}"#,
            expect: &[
                ("duration_us", "173000"),
                ("method", "POST"),
                ("path", "/login"),
                ("status", "302"),
                ("request_body_bytes", "17"),
                ("scheme", "https"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};
