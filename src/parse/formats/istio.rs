//! Istio's default text access log.

use std::sync::OnceLock;

use super::names;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "istio",
        title: "Istio default text",
        source: "https://istio.io/latest/docs/tasks/observability/logs/access-log/",
        notes: "as Envoy's; the downstream remote address is the client as Envoy decided it; lines of TCP proxies are no exchanges",
    },
    templates: &[
        r#"[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%"#,
        r#"[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% "%DYNAMIC_METADATA(istio.mixer:status)%" "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%"#,
    ],
    syntax: Syntax::Envoy,
    names: names::envoy,
    tail: Tail::None,
    finish: super::envoy::request_or_tcp,
    samples: &[
        Sample {
            record: r#"[2024-09-10T21:24:00.310Z] "GET /status/418 HTTP/1.1" 418 - via_upstream - "-" 0 135 4 3 "-" "curl/8.5.0" "84961386-6d84-929d-98bd-c5aee93b5c88" "httpbin:8000" "127.0.0.1:80" inbound|8000|| 127.0.0.6:44854 10.44.1.27:80 10.44.1.23:37652 outbound_.8000_._.httpbin.foo.svc.cluster.local default"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.310Z"),
                ("client_address", "10.44.1.23"),
                ("client_port", "37652"),
                ("method", "GET"),
                ("path", "/status/418"),
                ("status", "418"),
                ("host", "httpbin"),
                ("duration_us", "4000"),
                ("service", "inbound|8000||"),
                ("server_address", "10.44.1.27"),
                ("server_port", "80"),
                ("route", "default"),
            ],
        },
        Sample {
            record: r#"[2024-09-10T21:24:00.310Z] "- - -" 0 - - - "-" 1051 3333 5 - "-" "-" "-" "-" "172.30.1.5:9080" outbound|9080||a.b.svc 10.44.1.27:5 10.44.1.27:80 10.44.1.23:37652 - -"#,
            expect: &[("ignorable", "other-record")],
        },
    ],
    compiled: OnceLock::new(),
};
