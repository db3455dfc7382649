//! Suricata's EVE log.

use std::sync::OnceLock;

use crate::domain::{Exchange, Ignorable, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json;
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Scratch, Target};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "suricata-eve",
        title: "Suricata EVE",
        source: "https://docs.suricata.io/en/latest/output/eve/eve-json-format.html#event-type-http",
        notes: "only records of event_type http are exchanges: alert, fileinfo and anomaly records with an http object repeat a transaction that the http record has under the same flow_id and tx_id; timestamp is when the record was written; length is the response body as sent",
    },
    needs: &[&["event_type", "timestamp", "src_ip|flow_id|stats|engine"]],
    rules: &[
        ("timestamp", Target::Time(Clock::Iso)),
        ("event_type", Target::Skip),
        ("flow_id", Target::Text(Text::Connection)),
        ("src_ip", Target::Peer),
        ("src_port", Target::ClientPort),
        ("dest_ip", Target::ServerAddress),
        ("dest_port", Target::Int(Int::ServerPort)),
        ("http.hostname", Target::Host),
        ("http.http_port", Target::Int(Int::Port)),
        ("http.url", Target::Uri),
        ("http.http_user_agent", Target::Text(Text::UserAgent)),
        ("http.http_content_type", Target::Text(Text::ResponseContentType)),
        ("http.http_refer", Target::Text(Text::Referer)),
        ("http.http_method", Target::Text(Text::Method)),
        ("http.protocol", Target::Text(Text::HttpVersion)),
        ("http.status", Target::Status),
        ("http.redirect", Target::Text(Text::RedirectUrl)),
        ("http.length", Target::Int(Int::ResponseBodyBytes)),
        ("http.xff", Target::ForwardedFor),
        ("http.true_client_ip", Target::Weak(&Target::ForwardedFor)),
        ("http.authorization", Target::Authorization),
        ("http.cookie", Target::Cookies),
        ("http.origin", Target::Text(Text::Origin)),
        ("http.x_requested_with", Target::Skip),
        ("http.request_headers", Target::RequestHeaders),
        ("http.response_headers", Target::ResponseHeaders),
        ("http.http_request_body", Target::RequestBodyBase64),
        ("http.http_response_body", Target::ResponseBodyBase64),
        ("http.http_request_body_printable", Target::Weak(&Target::RequestBody)),
        ("http.http_response_body_printable", Target::Weak(&Target::ResponseBody)),
        ("in_iface", Target::Text(Text::Server)),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"timestamp":"2024-09-10T21:24:00.533101+0000","flow_id":1258832998001901,"in_iface":"eth0","event_type":"http","src_ip":"203.0.113.9","src_port":52812,"dest_ip":"10.0.0.8","dest_port":80,"proto":"TCP","tx_id":0,"http":{"hostname":"api.example","http_port":8080,"url":"/stores/7?full=1","http_user_agent":"curl/8.5.0","http_content_type":"application/json","http_method":"POST","protocol":"HTTP/1.1","status":200,"length":934,"http_request_body":"eyJhIjoxfQ=="}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.533101Z"),
                ("peer_address", "203.0.113.9"),
                ("client_port", "52812"),
                ("server_address", "10.0.0.8"),
                ("server_port", "80"),
                ("host", "api.example"),
                ("port", "8080"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("method", "POST"),
                ("status", "200"),
                ("response_body_bytes", "934"),
                ("request_body", "eyJhIjoxfQ=="),
            ],
        },
        Sample {
            record: r#"{"timestamp":"2024-09-11T02:54:00.000000+0530","flow_id":2,"event_type":"http","src_ip":"203.0.113.9","src_port":1,"dest_ip":"10.0.0.8","dest_port":80,"proto":"TCP","http":{"hostname":"shop.example","url":"/old","http_method":"GET","protocol":"HTTP/1.1","status":302,"redirect":"/new","length":0,"xff":"198.51.100.7","request_headers":[{"name":"Host","value":"shop.example"},{"name":"Authorization","value":"Basic eDp5"}]}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("redirect_url", "/new"),
                ("forwarded_for", "198.51.100.7"),
                ("auth", "present"),
                ("auth_scheme", "Basic"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    if json::find(record, "event_type") != Some(b"http") {
        return Ok(Read::Other(Ignorable::OtherRecord));
    }
    any_request(record, x, s)
}
