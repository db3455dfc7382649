//! Kong's http-log, file-log, tcp-log … plugins: one serializer for all.

use std::sync::OnceLock;

use crate::domain::{Int, Text};
use crate::parse::format::{Meta, Sample};
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Target, Unit};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "kong",
        title: "Kong logging plugins",
        source: "https://developer.konghq.com/gateway/logs/",
        notes: "started_at is the request's begin in epoch milliseconds; request.size and response.size count headers too",
    },
    needs: &[&["latencies", "request", "response", "client_ip"]],
    rules: &[
        ("started_at", Target::Time(Clock::Epoch)),
        ("client_ip", Target::Peer),
        ("request.method", Target::Text(Text::Method)),
        ("request.url", Target::Url),
        ("request.request_uri", Target::Weak(&Target::Url)),
        ("request.uri", Target::Weak(&Target::Uri)),
        ("request.querystring", Target::Skip),
        ("request.size", Target::Int(Int::RequestBytes)),
        ("request.headers", Target::RequestHeaders),
        ("request.body", Target::RequestBody),
        ("request.id", Target::Text(Text::RequestId)),
        ("request.tls.version", Target::TlsVersion),
        ("request.tls.cipher", Target::Text(Text::TlsCipher)),
        ("response.status", Target::Status),
        ("response.size", Target::Int(Int::ResponseBytes)),
        ("response.headers", Target::ResponseHeaders),
        ("response.body", Target::ResponseBody),
        ("latencies.request", Target::Duration(Int::DurationUs, Unit::Ms)),
        ("latencies.proxy", Target::Duration(Int::UpstreamDurationUs, Unit::Ms)),
        ("route.name", Target::Text(Text::Route)),
        ("service.name", Target::Text(Text::Service)),
        ("service.host", Target::Text(Text::Upstream)),
        ("consumer.username", Target::Text(Text::Consumer)),
        ("consumer.custom_id", Target::Weak(&Target::Text(Text::Consumer))),
        ("consumer.id", Target::Weak(&Target::Text(Text::Consumer))),
        ("authenticated_entity.id", Target::Credential),
        ("upstream_status", Target::Text(Text::UpstreamStatus)),
        ("tries", Target::Count(Int::Attempts)),
        ("latencies.kong", Target::Skip),
        ("upstream_uri", Target::Skip),
        ("workspace", Target::Skip),
        ("workspace_name", Target::Skip),
    ],
    finish: any_request,
    samples: &[
        Sample {
            record: r#"{"request":{"method":"GET","uri":"/stores/7","url":"https://api.example:8443/stores/7?full=1","size":231,"headers":{"host":"api.example:8443","user-agent":"curl/8.5.0"},"querystring":{"full":"1"}},"response":{"status":200,"size":934,"headers":{"content-type":"application/json"}},"latencies":{"request":12,"kong":3,"proxy":9},"client_ip":"203.0.113.9","started_at":1726003440123}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.123Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("scheme", "https"),
                ("host", "api.example"),
                ("port", "8443"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("status", "200"),
                ("duration_us", "12000"),
                ("upstream_duration_us", "9000"),
                ("auth", "absent"),
                ("request_bytes", "231"),
                ("response_bytes", "934"),
                ("response_content_type", "application/json"),
                ("user_agent", "curl/8.5.0"),
            ],
        },
        Sample {
            record: r#"{"started_at":1726003440000,"client_ip":"198.51.100.7","latencies":{"kong":3,"proxy":-1,"request":4},"request":{"method":"POST","url":"http://shop.example:8000/login","uri":"/login","size":120,"headers":{"host":"shop.example:8000","authorization":"REDACTED"},"body":"{\"pin\":1}"},"response":{"status":503,"size":60,"headers":{"content-type":"application/json","set-cookie":["a=1","b=2"]}},"tries":[{"ip":"10.0.0.8","port":80,"state":"failed"},{"ip":"10.0.0.9","port":80}],"service":{"host":"app.internal","name":"shop"},"route":{"name":"login"},"consumer":{"id":"7","custom_id":"c7"}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("duration_us", "4000"),
                ("attempts", "2"),
                ("status", "503"),
                ("upstream", "app.internal"),
                ("service", "shop"),
                ("route", "login"),
                ("auth", "present"),
                ("auth_scheme", "other"),
                ("request_body", r#"{\"pin\":1}"#),
                (
                    "response_headers",
                    r#"[["content-type","application/json"],["set-cookie","a<hidden: 3 bytes>"],["set-cookie","b<hidden: 3 bytes>"]]"#,
                ),
            ],
        },
    ],
    compiled: OnceLock::new(),
};
