//! Traefik's access log with `format: json`.

use std::sync::OnceLock;

use crate::domain::{Exchange, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Scratch, Target, Unit};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "traefik-json",
        title: "Traefik JSON",
        source: "https://doc.traefik.io/traefik/observability/access-logs/",
        notes: "StartUTC is the begin; Duration, OriginDuration and Overhead are nanoseconds; sizes are of the bodies; ClientAddr is the socket peer, ClientHost the whole X-Forwarded-For header where there is one; of the headers, which are keys of their own, those that the columns know are kept",
    },
    needs: &[
        &["RequestMethod", "RequestPath|RequestHost|RequestAddr", "DownstreamStatus|OriginStatus|StartUTC|Duration"],
        &["ClientAddr|ClientHost", "DownstreamStatus", "RequestPath"],
    ],
    rules: &[
        ("StartUTC", Target::Time(Clock::Iso)),
        ("StartLocal", Target::Weak(&Target::Time(Clock::Iso))),
        ("time", Target::Weak(&Target::Time(Clock::Any))),
        ("ClientAddr", Target::Peer),
        ("ClientHost", Target::ForwardedFor),
        ("ClientPort", Target::Skip),
        ("ClientUsername", Target::User),
        ("RequestMethod", Target::Text(Text::Method)),
        ("RequestPath", Target::Uri),
        ("RequestHost", Target::Host),
        ("RequestAddr", Target::Weak(&Target::Host)),
        ("RequestPort", Target::Int(Int::Port)),
        ("RequestProtocol", Target::Text(Text::HttpVersion)),
        ("RequestScheme", Target::Text(Text::Scheme)),
        ("RequestContentSize", Target::Int(Int::RequestBodyBytes)),
        ("DownstreamStatus", Target::Status),
        ("DownstreamContentSize", Target::Int(Int::ResponseBodyBytes)),
        ("Duration", Target::Duration(Int::DurationUs, Unit::Ns)),
        ("OriginDuration", Target::Duration(Int::UpstreamDurationUs, Unit::Ns)),
        ("OriginStatus", Target::Text(Text::UpstreamStatus)),
        ("OriginContentSize", Target::Skip),
        ("Overhead", Target::Skip),
        ("RetryAttempts", Target::Int(Int::Attempts)),
        ("RouterName", Target::Text(Text::Route)),
        ("ServiceName", Target::Text(Text::Service)),
        ("ServiceAddr", Target::Text(Text::Upstream)),
        ("ServiceURL", Target::Weak(&Target::Text(Text::Upstream))),
        ("ServiceURL.Host", Target::Weak(&Target::Text(Text::Upstream))),
        ("TLSVersion", Target::TlsVersion),
        ("TLSCipher", Target::Text(Text::TlsCipher)),
        ("TLSClientSubject", Target::Skip),
        ("TraceId", Target::Text(Text::TraceId)),
        ("SpanId", Target::Skip),
        ("entryPointName", Target::Text(Text::Server)),
        ("request_User-Agent", Target::RequestHeader("user-agent")),
        ("request_Referer", Target::RequestHeader("referer")),
        ("request_X-Forwarded-For", Target::RequestHeader("x-forwarded-for")),
        ("request_Authorization", Target::RequestHeader("authorization")),
        ("request_Cookie", Target::RequestHeader("cookie")),
        ("request_Content-Type", Target::RequestHeader("content-type")),
        ("request_Origin", Target::RequestHeader("origin")),
        ("request_X-Request-Id", Target::RequestHeader("x-request-id")),
        ("request_X-Api-Key", Target::RequestHeader("x-api-key")),
        ("request_Traceparent", Target::RequestHeader("traceparent")),
        ("downstream_Content-Type", Target::ResponseHeader("content-type")),
        ("downstream_Content-Encoding", Target::ResponseHeader("content-encoding")),
        ("downstream_Location", Target::ResponseHeader("location")),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"ClientAddr":"172.17.0.1:39490","ClientHost":"172.17.0.1","ClientPort":"39490","ClientUsername":"-","DownstreamContentSize":356,"DownstreamStatus":404,"Duration":215563,"OriginContentSize":356,"OriginDuration":204708,"OriginStatus":404,"Overhead":10855,"RequestAddr":"api.example","RequestContentSize":0,"RequestCount":113,"RequestHost":"api.example","RequestMethod":"GET","RequestPath":"/stores/7?full=1","RequestPort":"-","RequestProtocol":"HTTP/1.1","RequestScheme":"https","RetryAttempts":0,"RouterName":"stores@docker","ServiceAddr":"172.17.0.3:80","ServiceName":"stores@docker","ServiceURL":{"Scheme":"http","Opaque":"","User":null,"Host":"172.17.0.3:80","Path":""},"StartLocal":"2024-09-11T02:54:00.464763557+05:30","StartUTC":"2024-09-10T21:24:00.464763557Z","downstream_Content-Type":"text/plain; charset=utf-8","entryPointName":"websecure","level":"info","msg":"","request_User-Agent":"curl/8.5.0","time":"2024-09-10T21:24:01Z"}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.464763Z"),
                ("peer_address", "172.17.0.1"),
                ("client_port", "39490"),
                ("duration_us", "215"),
                ("upstream_duration_us", "204"),
                ("status", "404"),
                ("response_body_bytes", "356"),
                ("method", "GET"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("scheme", "https"),
                ("host", "api.example"),
                ("upstream", "172.17.0.3:80"),
                ("upstream_status", "404"),
                ("user_agent", "curl/8.5.0"),
                ("response_content_type", "text/plain; charset=utf-8"),
                ("attempts", "1"),
                ("auth", "unknown"),
            ],
        },
        Sample {
            record: r#"{"ClientAddr": "172.20.0.1:52458","ClientHost": "198.51.100.7, 10.0.0.2","ClientUsername":"anna","request_Authorization":"Bearer abc","DownstreamContentSize":15,"DownstreamStatus":"504","Duration":10002425284,"RequestHost":"localhost","RequestMethod":"GET","RequestPath":"/my/app","RequestProtocol":"HTTP/1.1","RetryAttempts":2,"ServiceURL":"http://app:80","StartUTC":"2024-09-10T21:24:00Z","time":"2024-09-10T21:24:10Z"}"#,
            expect: &[
                ("status", "504"),
                ("duration_us", "10002425"),
                ("forwarded_for", "198.51.100.7, 10.0.0.2"),
                ("peer_address", "172.20.0.1"),
                ("remote_user", "anna"),
                ("auth", "present"),
                ("auth_scheme", "Bearer"),
                ("attempts", "3"),
                ("upstream", "http://app:80"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    if x.get(Text::PeerAddress).is_none()
        && let Some(host) = x.get(Text::ForwardedFor)
    {
        x.set(Text::PeerAddress, host);
    }
    if x.get(Text::ForwardedFor) == x.get(Text::PeerAddress) {
        x.unset(Text::ForwardedFor);
    }
    // Traefik counts the tries after the first.
    if let Some(again) = x.get_int(Int::Attempts) {
        x.set_int(Int::Attempts, again.saturating_add(1));
    }
    any_request(record, x, s)
}
