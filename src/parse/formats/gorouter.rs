//! Cloud Foundry's gorouter.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::domain::{Int, Text};
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::target::{Target, Unit};
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "gorouter",
        title: "Cloud Foundry gorouter",
        source: "https://docs.cloudfoundry.org/concepts/http-routing.html, https://github.com/cloudfoundry/gorouter/blob/main/accesslog/schema/access_log_record.go",
        notes: "time marks the request's begin; bytes are the bodies'; response_time is from the request's begin to the response's end; the remote address is the load balancer in front, where there is one; extra request headers at the end are not read",
    },
    templates: &[
        r#"$host - [$time] "$request" $status $received $body_bytes_sent "$http_referer" "$http_user_agent" "$remote_addr" "$backend" x_forwarded_for:"$xff" x_forwarded_proto:"$proto" vcap_request_id:"$request_id" response_time:$request_time gorouter_time:$own_time app_id:"$app_id" app_index:"$app_index" instance_id:"$instance" x_cf_routererror:"$error" x_b3_traceid:"$trace""#,
        r#"$host - [$time] "$request" $status $received $body_bytes_sent "$http_referer" "$http_user_agent" "$remote_addr" "$backend" x_forwarded_for:"$xff" x_forwarded_proto:"$proto" vcap_request_id:"$request_id" response_time:$request_time gorouter_time:$own_time app_id:"$app_id" app_index:"$app_index" x_cf_routererror:"$error""#,
        r#"$host - [$time] "$request" $status $received $body_bytes_sent "$http_referer" "$http_user_agent" "$remote_addr" "$backend" x_forwarded_for:"$xff" x_forwarded_proto:"$proto" vcap_request_id:"$request_id" response_time:$request_time gorouter_time:$own_time app_id:"$app_id" app_index:"$app_index""#,
        r#"$host - [$time] "$request" $status $received $body_bytes_sent "$http_referer" "$http_user_agent" "$remote_addr" "$backend" x_forwarded_for:"$xff" x_forwarded_proto:"$proto" vcap_request_id:"$request_id" response_time:$request_time app_id:"$app_id" app_index:"$app_index""#,
    ],
    syntax: Syntax::Nginx,
    names: fields,
    tail: Tail::Any,
    finish: plausible::host_line,
    samples: &[
        Sample {
            record: r#"menu.apps.example - [2024-09-10T21:24:00.123456789Z] "GET /v1/stores/4711?full=1 HTTP/1.1" 200 0 5120 "https://menu.example/" "curl/8.5.0" "10.0.0.2:51820" "10.0.1.8:61012" x_forwarded_for:"203.0.113.9, 10.0.0.2" x_forwarded_proto:"https" vcap_request_id:"a4e1" response_time:0.012345 gorouter_time:0.000123 app_id:"7d2c" app_index:"1" instance_id:"88e0" x_cf_routererror:"-" x_b3_traceid:"4bf9" x_b3_spanid:"4bf9" x_b3_parentspanid:"-" b3:"4bf9-4bf9""#,
            expect: &[
                ("time", "2024-09-10T21:24:00.123456Z"),
                ("host", "menu.apps.example"),
                ("method", "GET"),
                ("path", "/v1/stores/4711"),
                ("query", "full=1"),
                ("status", "200"),
                ("request_body_bytes", "0"),
                ("response_body_bytes", "5120"),
                ("referer", "https://menu.example/"),
                ("user_agent", "curl/8.5.0"),
                ("peer_address", "10.0.0.2"),
                ("client_port", "51820"),
                ("upstream", "10.0.1.8:61012"),
                ("forwarded_for", "203.0.113.9, 10.0.0.2"),
                ("scheme", "https"),
                ("request_id", "a4e1"),
                ("duration_us", "12345"),
                ("route", "7d2c"),
                ("trace_id", "4bf9"),
            ],
        },
        Sample {
            record: r#"api.apps.example - [2024-09-10T21:24:00.500+0000] "POST /orders HTTP/1.1" 502 17 67 "-" "-" "203.0.113.9:4711" "-" x_forwarded_for:"203.0.113.9" x_forwarded_proto:"http" vcap_request_id:"b5" response_time:0.5 gorouter_time:0.4 app_id:"7d2c" app_index:"0" x_cf_routererror:"endpoint_failure""#,
            expect: &[
                ("time", "2024-09-10T21:24:00.500Z"),
                ("status", "502"),
                ("request_body_bytes", "17"),
                ("error", "endpoint_failure"),
                ("duration_us", "500000"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn fields(name: &str) -> Option<Target> {
    Some(match name {
        "time" => Target::Time(crate::parse::target::Clock::Any),
        "received" => Target::Int(Int::RequestBodyBytes),
        "backend" => Target::Text(Text::Upstream),
        "xff" => Target::ForwardedFor,
        "proto" => Target::Text(Text::Scheme),
        "app_id" => Target::Text(Text::Route),
        "app_index" | "instance" | "own_time" => Target::Skip,
        "error" => Target::Text(Text::Error),
        "trace" => Target::Text(Text::TraceId),
        "request_time" => Target::Duration(Int::DurationUs, Unit::S),
        _ => return names::nginx(name),
    })
}
