//! Apache's `ssl_request_log`.

use std::sync::OnceLock;

use super::names;
use super::plausible;
use crate::domain::{Exchange, Reason, Text};
use crate::parse::Read;
use crate::parse::format::{Meta, Sample};
use crate::parse::line_format::LineFormat;
use crate::parse::template::{Syntax, Tail};

/// The format.
pub(super) static FORMAT: LineFormat = LineFormat {
    meta: Meta {
        id: "apache-ssl-request",
        title: "Apache ssl_request_log",
        source: "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#logformats",
        notes: "has no status; time is the request's begin",
    },
    templates: &[r#"%t %h %{SSL_PROTOCOL}x %{SSL_CIPHER}x "%r" %b"#],
    syntax: Syntax::Apache,
    names: names::apache,
    tail: Tail::None,
    finish,
    samples: &[Sample {
        record: r#"[11/Sep/2024:02:54:00 +0530] 203.0.113.9 TLSv1.3 TLS_AES_256_GCM_SHA384 "GET /v1/stores/4711?full=1 HTTP/1.1" 2326"#,
        expect: &[
            ("time", "2024-09-10T21:24:00Z"),
            ("peer_address", "203.0.113.9"),
            ("method", "GET"),
            ("path", "/v1/stores/4711"),
            ("query", "full=1"),
            ("http_version", "HTTP/1.1"),
            ("tls_version", "TLSv1.3"),
            ("tls_cipher", "TLS_AES_256_GCM_SHA384"),
            ("scheme", "https"),
            ("response_body_bytes", "2326"),
        ],
    }],
    compiled: OnceLock::new(),
};

/// A TLS version and a request must be there; a plain request on the TLS port logs `-` for both.
fn finish(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    if x.get(Text::TlsVersion).is_some_and(|v| !v.starts_with(b"TLS") && !v.starts_with(b"SSL")) {
        return Err(Reason::NotThisFormat);
    }
    plausible::line(x)
}
