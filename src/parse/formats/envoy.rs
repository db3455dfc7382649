//! Envoy's default text access log.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::domain::{Exchange, Ignorable, Int, Reason, Text};
use crate::parse::Read;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "envoy",
        title: "Envoy default text",
        source: "https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#default-format-string",
        notes: "time is the request's begin; bytes are the bodies'; no column holds the peer: the client is in X-Forwarded-For; lines of TCP proxies are no exchanges; Ambassador writes ACCESS in front",
    },
    templates: &[
        r#"[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%""#,
        r#"ACCESS [%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%""#,
    ],
    syntax: Syntax::Envoy,
    names: names::envoy,
    tail: Tail::None,
    finish: request_or_tcp,
    samples: &[
        Sample {
            record: r#"[2024-09-10T21:24:00.310Z] "POST /v1/orders?dry=1 HTTP/2" 204 - 154 0 226 100 "203.0.113.9" "curl/8.5.0" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "menu.example:8443" "tcp://10.0.2.1:80""#,
            expect: &[
                ("time", "2024-09-10T21:24:00.310Z"),
                ("method", "POST"),
                ("path", "/v1/orders"),
                ("query", "dry=1"),
                ("http_version", "HTTP/2"),
                ("status", "204"),
                ("request_body_bytes", "154"),
                ("response_body_bytes", "0"),
                ("duration_us", "226000"),
                ("upstream_duration_us", "100000"),
                ("forwarded_for", "203.0.113.9"),
                ("user_agent", "curl/8.5.0"),
                ("request_id", "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2"),
                ("host", "menu.example"),
                ("port", "8443"),
                ("upstream", "tcp://10.0.2.1:80"),
            ],
        },
        Sample {
            record: r#"[2024-09-10T21:24:00.310Z] "- - -" 0 UF,URX 0 0 10 - "-" "-" "-" "-" "10.0.2.1:443""#,
            expect: &[("ignorable", "other-record")],
        },
    ],
    compiled: OnceLock::new(),
};

/// Lines of TCP proxies have the same columns, without a request.
pub(super) fn request_or_tcp(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    if x.time.is_none() || x.get_int(Int::Status).is_none() {
        return Err(Reason::NotThisFormat);
    }
    if x.get(Text::Method).is_none() && x.get(Text::Path).is_none() {
        return Ok(Read::Other(Ignorable::OtherRecord));
    }
    plausible::method_and_path(x)
}
