//! Akamai's SIEM integration (App & API Protector security events).

use std::sync::OnceLock;

use crate::domain::{Exchange, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json_format::{JsonFormat, any_request, some_headers};
use crate::parse::target::{Clock, Scratch, Target};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "akamai-siem",
        title: "Akamai SIEM events",
        source: "https://techdocs.akamai.com/siem-integration/reference/alert-event",
        notes: "security events, not all requests; start is epoch seconds of the request; bytes is the response body; headers may be left out",
    },
    needs: &[&["attackData", "httpMessage.method|httpMessage.path"]],
    rules: &[
        ("httpMessage.start", Target::Time(Clock::Epoch)),
        ("attackData.clientIP", Target::Peer),
        ("attackData.appliedAction", Target::Text(Text::Action)),
        ("attackData.rules.[].ruleAction", Target::Weak(&Target::Text(Text::Action))),
        ("attackData.rules.[].ruleMessage", Target::Weak(&Target::Text(Text::Error))),
        ("attackData.policyId", Target::Text(Text::Route)),
        ("httpMessage.requestId", Target::Text(Text::RequestId)),
        ("httpMessage.protocol", Target::Text(Text::HttpVersion)),
        ("httpMessage.tls", Target::TlsVersion),
        ("httpMessage.method", Target::Text(Text::Method)),
        ("httpMessage.host", Target::Host),
        ("httpMessage.port", Target::Int(Int::Port)),
        ("httpMessage.path", Target::Uri),
        ("httpMessage.query", Target::Query),
        ("httpMessage.requestHeaders", Target::RequestHeaders),
        ("httpMessage.responseHeaders", Target::ResponseHeaders),
        ("httpMessage.status", Target::Status),
        ("httpMessage.bytes", Target::Int(Int::ResponseBodyBytes)),
        ("geo.country", Target::Text(Text::Country)),
        ("userRiskData.username", Target::Text(Text::Consumer)),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"type":"akamai_siem","format":"json","version":"1.0","attackData":{"configId":"1","policyId":"2_1","clientIP":"203.0.113.9","appliedAction":"deny","rules":[{"rule":"REP_1","ruleMessage":"Web Attackers","ruleAction":"deny"}]},"httpMessage":{"requestId":"abc","start":"1726003440","protocol":"HTTP/1.1","tls":"tls1.3","method":"GET","host":"api.example","port":"443","path":"/.git/config","query":"a=1","requestHeaders":{"Host":"api.example","User-Agent":"curl/8.5.0"},"status":"403","bytes":"382","responseHeaders":{"Content-Type":"text/html"}},"geo":{"country":"NL"}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("action", "deny"),
                ("error", "Web Attackers"),
                ("method", "GET"),
                ("host", "api.example"),
                ("port", "443"),
                ("path", "/.git/config"),
                ("query", "a=1"),
                ("status", "403"),
                ("response_body_bytes", "382"),
                ("scheme", "https"),
                ("client_country", "NL"),
                ("auth", "unknown"),
            ],
        },
        Sample {
            record: r#"{"attackData":{"clientIP":"198.51.100.7","configId":"1","rules":[{"rule":"950002","ruleAction":"alert","ruleMessage":"System Command Access"},{"rule":"X","ruleAction":"deny","ruleMessage":"Score"}]},"format":"json","httpMessage":{"bytes":"0","host":"shop.example","method":"POST","path":"/","port":"80","protocol":"HTTP/1.1","requestId":"r","start":"1726003440","status":"200"},"type":"akamai_siem","version":"1.0"}"#,
            expect: &[
                ("method", "POST"),
                ("action", "alert"),
                ("error", "System Command Access"),
                ("status", "200"),
                ("response_body_bytes", "0"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    some_headers(x);
    any_request(record, x, s)
}
