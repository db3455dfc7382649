//! Caddy's access log, with the server's other messages between.

use std::sync::OnceLock;

use crate::domain::{Exchange, Ignorable, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json;
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Scratch, Target, Unit};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "caddy",
        title: "Caddy",
        source: "https://caddyserver.com/docs/logging, https://caddyserver.com/docs/json/apps/http/servers/logs/",
        notes: "ts marks the end of the request; duration is seconds; bytes are of the bodies; remote_ip is the socket peer, client_ip what Caddy made of it and of the trusted proxies; a status of 0 means that nothing was answered; error and debug entries about a request repeat one that the access log has",
    },
    needs: &[&["level", "ts", "msg", "request.uri|request.method"], &["level", "ts", "msg"]],
    rules: &[
        ("ts", Target::Time(Clock::Any)),
        ("request.remote_ip", Target::Peer),
        ("request.remote_addr", Target::Peer),
        ("request.remote_port", Target::ClientPort),
        ("request.client_ip", Target::Client),
        ("request.proto", Target::Text(Text::HttpVersion)),
        ("request.method", Target::Text(Text::Method)),
        ("request.host", Target::Host),
        ("request.uri", Target::Uri),
        ("request.headers", Target::RequestHeaders),
        ("request.tls.version", Target::TlsVersion),
        ("request.tls.cipher_suite", Target::Text(Text::TlsCipher)),
        ("bytes_read", Target::Int(Int::RequestBodyBytes)),
        ("user_id", Target::User),
        ("duration", Target::Duration(Int::DurationUs, Unit::S)),
        ("size", Target::Int(Int::ResponseBodyBytes)),
        ("status", Target::Status),
        ("resp_headers", Target::ResponseHeaders),
        ("common_log", Target::Skip),
        ("level", Target::Skip),
        ("logger", Target::Text(Text::Server)),
        ("msg", Target::Skip),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"level":"info","ts":1726003440.7564995,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"10.0.0.2","remote_port":"44790","client_ip":"203.0.113.9","proto":"HTTP/2.0","method":"GET","host":"api.example:8443","uri":"/stores/7?full=1","headers":{"User-Agent":["curl/8.5.0"],"Authorization":[]},"tls":{"resumed":false,"version":772,"cipher_suite":4865,"proto":"h2","server_name":"api.example"}},"bytes_read":0,"user_id":"","duration":0.017557019,"size":3768,"status":200,"resp_headers":{"Content-Type":["application/json"]}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.756499Z"),
                ("peer_address", "10.0.0.2"),
                ("client_port", "44790"),
                ("client_address", "203.0.113.9"),
                ("method", "GET"),
                ("host", "api.example"),
                ("port", "8443"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("status", "200"),
                ("duration_us", "17557"),
                ("response_body_bytes", "3768"),
                ("scheme", "https"),
                ("tls_version", "TLSv1.3"),
                ("auth", "present"),
                ("auth_scheme", "other"),
                ("user_agent", "curl/8.5.0"),
                ("response_content_type", "application/json"),
            ],
        },
        Sample {
            record: r#"{"level":"error","ts":"2024-09-10T21:24:00.250Z","logger":"http.log.access","msg":"handled request","request":{"remote_addr":"203.0.113.9:4321","proto":"HTTP/1.1","method":"POST","host":"api.example","uri":"/orders","headers":{"Accept":["*/*"]}},"user_id":"anna","duration":2,"size":0,"status":0,"resp_headers":{}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.250Z"),
                ("peer_address", "203.0.113.9"),
                ("client_port", "4321"),
                ("status", "0"),
                ("duration_us", "2000000"),
                ("remote_user", "anna"),
                ("auth", "present"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    if json::says(record, "msg", "handled request") {
        // The number that TLS itself uses (RFC 8446, 4.2.1).
        let version: Option<&[u8]> = match x.get(Text::TlsVersion) {
            Some(b"769") => Some(b"TLSv1.0"),
            Some(b"770") => Some(b"TLSv1.1"),
            Some(b"771") => Some(b"TLSv1.2"),
            Some(b"772") => Some(b"TLSv1.3"),
            _ => None,
        };
        if let Some(version) = version {
            x.set(Text::TlsVersion, version);
        }
        return any_request(record, x, s);
    }
    // Other programs log with these keys as well: what looks like an access log is not passed over.
    let access = ["status", "method", "uri", "path", "url", "user_agent", "remote_addr"];
    if !x.has_request() && access.iter().any(|key| json::find(record, key).is_some()) {
        return Err(Reason::NotThisFormat);
    }
    Ok(Read::Other(Ignorable::OtherRecord))
}
