//! Envoy's and Istio's access log with a JSON format.

use std::sync::OnceLock;

use crate::domain::{Exchange, Ignorable, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json_format::JsonFormat;
use crate::parse::target::{Clock, Scratch, Target, Unit};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "envoy-json",
        title: "Envoy / Istio JSON",
        source: "https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage, https://istio.io/latest/docs/tasks/observability/logs/access-log/",
        notes: "the keys are chosen by the operator: those of the documentation and of Istio, Envoy Gateway and Contour are known; durations are milliseconds; bytes are of the bodies; start_time is the begin of the request; downstream_remote_address may already be taken from X-Forwarded-For",
    },
    needs: &[
        &["start_time", "response_code", "request_method|method|http_method|:method|x-envoy-origin-path|path|:path"],
        &["@timestamp|timestamp|time|ts", "response_code", "response_flags", "method|:method|request_method"],
        &[":authority|authority", "response_code", "x-envoy-origin-path|:path|path"],
    ],
    rules: &[
        ("start_time", Target::Time(Clock::Any)),
        ("@timestamp", Target::Weak(&Target::Time(Clock::Any))),
        ("timestamp", Target::Weak(&Target::Time(Clock::Any))),
        ("time", Target::Weak(&Target::Time(Clock::Any))),
        ("method", Target::Text(Text::Method)),
        (":method", Target::Text(Text::Method)),
        ("request_method", Target::Text(Text::Method)),
        ("x-envoy-original-path", Target::Uri),
        ("x-envoy-origin-path", Target::Uri),
        ("path", Target::Weak(&Target::Uri)),
        (":path", Target::Weak(&Target::Uri)),
        ("uri_path", Target::Weak(&Target::Uri)),
        ("protocol", Target::Text(Text::HttpVersion)),
        ("response_code", Target::Status),
        ("response_flags", Target::Text(Text::Error)),
        ("bytes_received", Target::Int(Int::RequestBodyBytes)),
        ("bytes_sent", Target::Int(Int::ResponseBodyBytes)),
        ("duration", Target::Duration(Int::DurationUs, Unit::Ms)),
        ("request_duration", Target::Skip),
        ("response_duration", Target::Duration(Int::FirstByteUs, Unit::Ms)),
        ("upstream_service_time", Target::Duration(Int::UpstreamDurationUs, Unit::Ms)),
        ("x-envoy-upstream-service-time", Target::Duration(Int::UpstreamDurationUs, Unit::Ms)),
        ("resp_upstream_service_time", Target::Duration(Int::UpstreamDurationUs, Unit::Ms)),
        ("x_forwarded_for", Target::ForwardedFor),
        ("x-forwarded-for", Target::ForwardedFor),
        ("user_agent", Target::Text(Text::UserAgent)),
        ("user-agent", Target::Text(Text::UserAgent)),
        ("referer", Target::Text(Text::Referer)),
        ("request_id", Target::Text(Text::RequestId)),
        ("x-request-id", Target::Text(Text::RequestId)),
        ("authority", Target::Host),
        (":authority", Target::Host),
        ("requested_server_name", Target::Weak(&Target::Host)),
        ("upstream_host", Target::Text(Text::Upstream)),
        ("upstream_cluster", Target::Text(Text::Service)),
        ("route_name", Target::Text(Text::Route)),
        ("downstream_remote_address", Target::Client),
        ("downstream_direct_remote_address", Target::Peer),
        ("downstream_local_address", Target::ServerAddress),
        ("downstream_tls_version", Target::TlsVersion),
        ("downstream_tls_cipher", Target::Text(Text::TlsCipher)),
        ("upstream_request_attempt_count", Target::Int(Int::Attempts)),
        ("response_code_details", Target::Skip),
        ("connection_termination_details", Target::Skip),
        ("upstream_transport_failure_reason", Target::Skip),
        ("upstream_local_address", Target::Skip),
        ("traceparent", Target::Text(Text::TraceId)),
        ("x-b3-traceid", Target::Text(Text::TraceId)),
        ("trace_id", Target::Text(Text::TraceId)),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"start_time":"2024-09-10T21:24:00.123Z","method":"GET","path":"/stores/7?full=1","protocol":"HTTP/2","response_code":200,"response_flags":"-","bytes_received":0,"bytes_sent":934,"duration":12,"upstream_service_time":"9","x_forwarded_for":"203.0.113.9","user_agent":"curl/8.5.0","request_id":"6f0e2c6a-9a55-4a4f-8a58-1d1f9a4e2b10","authority":"api.example:8443","upstream_host":"10.42.0.8:8080","upstream_cluster":"outbound|8080||stores.default.svc.cluster.local","route_name":"default","downstream_remote_address":"203.0.113.9:49152","downstream_local_address":"10.42.0.7:8443","requested_server_name":null}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.123Z"),
                ("method", "GET"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("status", "200"),
                ("response_body_bytes", "934"),
                ("request_body_bytes", "0"),
                ("duration_us", "12000"),
                ("upstream_duration_us", "9000"),
                ("host", "api.example"),
                ("port", "8443"),
                ("peer_address", "203.0.113.9"),
                ("client_port", "49152"),
                ("upstream", "10.42.0.8:8080"),
                ("http_version", "HTTP/2"),
                ("auth", "unknown"),
            ],
        },
        Sample {
            record: r#"{":authority":"api.example","bytes_received":17,"bytes_sent":0,"downstream_direct_remote_address":"10.0.0.2:443","downstream_remote_address":"203.0.113.9:0","duration":5,"method":"POST","response_code":503,"response_flags":"UF,URX","start_time":"2024-09-10T21:24:00.000Z","user-agent":"okhttp/4.12","x-envoy-origin-path":"/v2/orders","x-envoy-upstream-service-time":null}"#,
            expect: &[
                ("method", "POST"),
                ("path", "/v2/orders"),
                ("status", "503"),
                ("error", "UF,URX"),
                ("peer_address", "10.0.0.2"),
                ("client_address", "203.0.113.9"),
                ("duration_us", "5000"),
                ("request_body_bytes", "17"),
                ("user_agent", "okhttp/4.12"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

#[expect(clippy::unnecessary_wraps, reason = "the shape of every finish")]
fn finish<'a>(_record: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<Read, Reason> {
    // The direct address is the peer's where it is logged; the other one is, where it is not.
    if x.get(Text::PeerAddress).is_none()
        && let Some(address) = x.get(Text::ClientAddress)
    {
        x.set(Text::PeerAddress, address);
        x.unset(Text::ClientAddress);
    }
    if x.get(Text::Method).is_none() && x.get(Text::Path).is_none() {
        // A TCP connection: no request line was seen.
        return Ok(Read::Other(Ignorable::OtherRecord));
    }
    Ok(Read::Exchange)
}
