//! Zeek's http.log as JSON.

use std::sync::OnceLock;

use crate::domain::{Exchange, Ignorable, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json;
use crate::parse::json_format::JsonFormat;
use crate::parse::target::{Clock, Scratch, Target};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "zeek-json",
        title: "Zeek http.log (JSON)",
        source: "https://docs.zeek.org/en/master/logs/http.html, https://docs.zeek.org/en/master/scripts/base/protocols/http/main.zeek.html",
        notes: "ts is when the request was seen; lengths are of the bodies as they went over the wire; a record without a method is an answer whose request was not captured; records of other Zeek logs are no exchanges; the password of basic authentication is not kept",
    },
    needs: &[&["ts", "uid", "id\\.orig_h|id_orig_h"]],
    rules: &[
        ("ts", Target::Time(Clock::Any)),
        ("uid", Target::Text(Text::Connection)),
        ("id\\.orig_h", Target::Peer),
        ("id_orig_h", Target::Peer),
        ("id\\.orig_p", Target::ClientPort),
        ("id_orig_p", Target::ClientPort),
        ("id\\.resp_h", Target::ServerAddress),
        ("id_resp_h", Target::ServerAddress),
        ("id\\.resp_p", Target::Int(Int::ServerPort)),
        ("id_resp_p", Target::Int(Int::ServerPort)),
        ("trans_depth", Target::Skip),
        ("method", Target::Text(Text::Method)),
        ("host", Target::Host),
        ("uri", Target::Uri),
        ("referrer", Target::Text(Text::Referer)),
        ("version", Target::Text(Text::HttpVersion)),
        ("user_agent", Target::Text(Text::UserAgent)),
        ("origin", Target::Text(Text::Origin)),
        ("request_body_len", Target::Int(Int::RequestBodyBytes)),
        ("response_body_len", Target::Int(Int::ResponseBodyBytes)),
        ("status_code", Target::Status),
        ("status_msg", Target::Skip),
        ("username", Target::User),
        ("password", Target::Credential),
        ("orig_mime_types.[]", Target::Weak(&Target::Text(Text::RequestContentType))),
        ("resp_mime_types.[]", Target::Weak(&Target::Text(Text::ResponseContentType))),
        ("client_header_names", Target::RequestHeaderNames),
        ("post_body", Target::RequestBody),
        ("_path", Target::Skip),
        ("@stream", Target::Skip),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"ts":1726003440.123456,"uid":"CUM0KZ3MLUfNB0cl11","id.orig_h":"203.0.113.9","id.orig_p":41914,"id.resp_h":"10.0.0.8","id.resp_p":80,"trans_depth":1,"method":"GET","host":"api.example","uri":"/stores/7?full=1","version":"1.1","user_agent":"curl/8.5.0","request_body_len":0,"response_body_len":934,"status_code":200,"status_msg":"OK","tags":[],"resp_fuids":["FEEsZS1w0Z0VJIb5x4"],"resp_mime_types":["application/json"]}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.123456Z"),
                ("peer_address", "203.0.113.9"),
                ("client_port", "41914"),
                ("server_address", "10.0.0.8"),
                ("server_port", "80"),
                ("method", "GET"),
                ("host", "api.example"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("status", "200"),
                ("response_body_bytes", "934"),
                ("response_content_type", "application/json"),
                ("auth", "unknown"),
            ],
        },
        Sample {
            record: r#"{"_path":"http","@stream":"http","ts":"2024-09-10T21:24:00.500000Z","uid":"C1","id_orig_h":"2001:db8::7","id_orig_p":1,"id_resp_h":"10.0.0.8","id_resp_p":8080,"method":"POST","host":"10.0.0.8","uri":"/login","request_body_len":17,"response_body_len":0,"status_code":401,"client_header_names":["HOST","AUTHORIZATION"]}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.500Z"),
                ("peer_address", "2001:db8::7"),
                ("status", "401"),
                ("request_body_bytes", "17"),
                ("auth", "present"),
                ("auth_scheme", "other"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

#[expect(clippy::unnecessary_wraps, reason = "the shape of every finish")]
fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<Read, Reason> {
    for key in ["_path", "@stream"] {
        if json::find(record, key).is_some_and(|path| !path.starts_with(b"http")) {
            return Ok(Read::Other(Ignorable::OtherRecord));
        }
    }
    let sip = memchr::memmem::find(record, b"\"call_id\"").is_some();
    let http = x.get(Text::Method).is_some() || x.get(Text::Path).is_some() || x.get_int(Int::Status).is_some();
    Ok(if http && !sip { Read::Exchange } else { Read::Other(Ignorable::OtherRecord) })
}
