//! Apache APISIX's logger plugins.

use std::sync::OnceLock;

use crate::domain::{Int, Text};
use crate::parse::format::{Meta, Sample};
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Target, Unit};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "apisix",
        title: "Apache APISIX loggers",
        source: "https://apisix.apache.org/docs/apisix/plugins/http-logger/, https://github.com/apache/apisix/blob/master/apisix/utils/log-util.lua",
        notes: "start_time is the begin in epoch milliseconds, latencies are milliseconds with a fraction; request.size and response.size count headers too; with a custom log_format the keys are the operator's, often nginx variables (read as nginx JSON)",
    },
    needs: &[
        &["start_time", "latency|apisix_latency|upstream_latency", "request", "response", "client_ip"],
        &["client_ip", "request.method", "request.uri", "response.status", "route_id"],
    ],
    rules: &[
        ("start_time", Target::Time(Clock::Epoch)),
        ("@timestamp", Target::Weak(&Target::Time(Clock::Any))),
        ("client_ip", Target::Peer),
        ("host", Target::Weak(&Target::Host)),
        ("request.method", Target::Text(Text::Method)),
        ("request.url", Target::Url),
        ("request.uri", Target::Weak(&Target::Uri)),
        ("request.size", Target::Int(Int::RequestBytes)),
        ("request.headers", Target::RequestHeaders),
        ("request.body", Target::RequestBody),
        ("response.status", Target::Status),
        ("response.size", Target::Int(Int::ResponseBytes)),
        ("response.headers", Target::ResponseHeaders),
        ("response.body", Target::ResponseBody),
        ("latency", Target::Duration(Int::DurationUs, Unit::Ms)),
        ("upstream_latency", Target::Duration(Int::UpstreamDurationUs, Unit::Ms)),
        ("apisix_latency", Target::Skip),
        ("upstream", Target::Text(Text::Upstream)),
        ("route_id", Target::Text(Text::Route)),
        ("service_id", Target::Text(Text::Service)),
        ("consumer.username", Target::Text(Text::Consumer)),
        ("server.hostname", Target::Text(Text::Server)),
    ],
    finish: any_request,
    samples: &[
        Sample {
            record: r#"{"service_id":"","apisix_latency":2.5,"start_time":1726003440123,"latency":12.75,"upstream_latency":10.25,"client_ip":"203.0.113.9","route_id":"orders","server":{"version":"3.9.0","hostname":"edge-1"},"request":{"headers":{"host":"api.example:9080","user-agent":"curl/8.5.0","authorization":"Bearer abc"},"method":"POST","size":194,"url":"http://api.example:9080/orders?dry=1","uri":"/orders?dry=1","querystring":{"dry":"1"},"body":"{\"item\":7}"},"response":{"headers":{"content-type":"application/json"},"status":201,"size":123},"upstream":"10.0.0.8:1982","consumer":{"username":"jack"}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.123Z"),
                ("duration_us", "12750"),
                ("upstream_duration_us", "10250"),
                ("peer_address", "203.0.113.9"),
                ("method", "POST"),
                ("host", "api.example"),
                ("port", "9080"),
                ("path", "/orders"),
                ("query", "dry=1"),
                ("status", "201"),
                ("request_bytes", "194"),
                ("response_bytes", "123"),
                ("auth", "present"),
                ("auth_scheme", "Bearer"),
                ("request_body", r#"{\"item\":7}"#),
                ("consumer", "jack"),
                ("route", "orders"),
                ("upstream", "10.0.0.8:1982"),
                ("server", "edge-1"),
            ],
        },
        Sample {
            record: r#"{"host":"api.example","@timestamp":"2024-09-10T17:24:00-04:00","client_ip":"203.0.113.9","request":{"method":"GET","uri":"/hello"},"response":{"status":200},"route_id":"1"}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("host", "api.example"),
                ("method", "GET"),
                ("path", "/hello"),
                ("status", "200"),
                ("route", "1"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};
