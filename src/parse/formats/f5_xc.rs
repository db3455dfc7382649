//! F5 Distributed Cloud request and security events.

use std::sync::OnceLock;

use crate::domain::{Exchange, Ignorable, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Scratch, Target, Unit};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "f5-xc",
        title: "F5 Distributed Cloud events",
        source: "https://docs.cloud.f5.com/docs-v2/how-to/others/global-log-streaming",
        notes: "request and security events; a security event stands beside the request event of the same req_id; all sizes count headers too; events about users and clients are no exchanges",
    },
    needs: &[&[
        "tenant|namespace",
        "vh_name|app_type",
        "method|sec_event_type|req_path",
        "rsp_code|sec_event_type",
        "src_ip",
    ]],
    rules: &[
        ("time", Target::Time(Clock::Iso)),
        ("@timestamp", Target::Weak(&Target::Time(Clock::Iso))),
        ("src_ip", Target::Peer),
        ("src_port", Target::ClientPort),
        ("x_forwarded_for", Target::ForwardedFor),
        ("method", Target::Text(Text::Method)),
        ("req_path", Target::Uri),
        ("original_path", Target::Weak(&Target::Uri)),
        ("req_params", Target::Query),
        ("authority", Target::Host),
        ("domain", Target::Weak(&Target::Host)),
        ("scheme", Target::Text(Text::Scheme)),
        ("rsp_code", Target::Status),
        ("req_size", Target::Int(Int::RequestBytes)),
        ("rsp_size", Target::Int(Int::ResponseBytes)),
        ("req_headers", Target::RequestHeaders),
        ("rsp_headers", Target::ResponseHeaders),
        ("req_body", Target::RequestBody),
        ("req_id", Target::Text(Text::RequestId)),
        ("user_agent", Target::Text(Text::UserAgent)),
        ("country", Target::Text(Text::Country)),
        ("action", Target::Text(Text::Action)),
        ("sec_event_name", Target::Text(Text::Error)),
        ("api_endpoint", Target::Text(Text::RouteTemplate)),
        ("vh_name", Target::Text(Text::Service)),
        ("dst_ip", Target::Text(Text::Upstream)),
        ("site", Target::Text(Text::Server)),
        ("user", Target::Text(Text::Consumer)),
        ("http_version", Target::Text(Text::HttpVersion)),
        ("protocol", Target::Weak(&Target::Text(Text::HttpVersion))),
        ("tls_version", Target::TlsVersion),
        ("tls_cipher_suite", Target::Text(Text::TlsCipher)),
        ("total_duration_seconds", Target::Duration(Int::DurationUs, Unit::S)),
        ("duration_with_data_tx_delay", Target::Skip),
        ("rtt_upstream_seconds", Target::Skip),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"@timestamp":"2024-09-10T21:24:00.481975167Z","action":"allow","api_endpoint":"/api/{id}","app_type":"shop","authority":"api.example","country":"IN","dst_ip":"10.0.0.8","method":"GET","namespace":"prod","req_headers":"{\":authority\":\"api.example\",\"accept\":\"*/*\",\"cookie\":\"sid=1\",\"user-agent\":\"curl/8.5.0\"}","req_id":"c3","req_params":"a=1","req_path":"/api/7","req_size":"347","rsp_code":"200","rsp_size":"565","sec_event_name":"OpenAPI Validation Failure","sec_event_type":"api_sec_event","src_ip":"203.0.113.9","src_port":"4321","tenant":"t","time":"2024-09-10T21:24:00.481Z","user_agent":"curl/8.5.0","vh_name":"vh","x_forwarded_for":"203.0.113.9"}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.481Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("host", "api.example"),
                ("path", "/api/7"),
                ("query", "a=1"),
                ("route_template", "/api/{id}"),
                ("status", "200"),
                ("request_bytes", "347"),
                ("response_bytes", "565"),
                ("auth", "present"),
                ("cookie_names", "sid"),
                ("action", "allow"),
                ("error", "OpenAPI Validation Failure"),
            ],
        },
        Sample {
            record: r#"{"time":"2024-09-10T21:24:00.000Z","tenant":"t","namespace":"prod","app_type":"shop","vh_name":"vh","method":"POST","req_path":"/orders","authority":"shop.example","rsp_code":"201","src_ip":"2001:db8::7","total_duration_seconds":0.0205,"rsp_size":"10","req_size":"20"}"#,
            expect: &[("duration_us", "20500"), ("method", "POST"), ("status", "201"), ("peer_address", "2001:db8::7")],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    if x.get(Text::Method).is_none() {
        return Ok(Read::Other(Ignorable::OtherRecord));
    }
    any_request(record, x, s)
}
