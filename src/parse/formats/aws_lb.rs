//! AWS load balancers: the application load balancer and the classic one.
#![expect(clippy::unnecessary_wraps, reason = "functions that store a column share one signature")]

use crate::domain::time::{SECOND, scaled};
use crate::domain::{Exchange, Ignorable, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::row_format::{RowFormat, bare, quoted, take};
use crate::parse::target::{Clock, Scratch, Target, is_null};
use crate::parse::url;

/// The application load balancer.
pub(super) static ALB: RowFormat = RowFormat {
    meta: Meta {
        id: "aws-alb",
        title: "AWS Application Load Balancer",
        source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
        notes: "time is when the response was sent; received_bytes and sent_bytes count headers too; duration_us is the sum of the three processing times, empty where one of them is -1; fields that AWS adds at the end are accepted",
    },
    columns: &[
        take("type", kind, "scheme"),
        bare("time", Target::Time(Clock::Iso)),
        bare("elb", Target::Text(Text::Server)),
        take("client:port", client, "peer_address, client_port"),
        bare("target:port", Target::Text(Text::Upstream)),
        take("request_processing_time", first_time, "duration_us (sum)"),
        take("target_processing_time", backend_time, "duration_us (sum), upstream_duration_us"),
        take("response_processing_time", more_time, "duration_us (sum)"),
        bare("elb_status_code", Target::Status),
        bare("target_status_code", Target::Text(Text::UpstreamStatus)),
        bare("received_bytes", Target::Int(Int::RequestBytes)),
        bare("sent_bytes", Target::Int(Int::ResponseBytes)),
        REQUEST,
        quoted("user_agent", Target::Text(Text::UserAgent)),
        bare("ssl_cipher", Target::Text(Text::TlsCipher)),
        bare("ssl_protocol", Target::TlsVersion),
        bare("target_group_arn", Target::Text(Text::Route)),
        quoted("trace_id", Target::Text(Text::TraceId)),
        SNI,
        quoted("chosen_cert_arn", Target::Skip),
        bare("matched_rule_priority", Target::Skip),
        bare("request_creation_time", Target::Skip),
        quoted("actions_executed", Target::Text(Text::Action)),
        quoted("redirect_url", Target::Text(Text::RedirectUrl)),
        quoted("error_reason", Target::Text(Text::Error)),
        quoted("target:port_list", Target::Skip),
        quoted("target_status_code_list", Target::Skip),
        quoted("classification", Target::Skip),
        quoted("classification_reason", Target::Skip),
        bare("conn_trace_id", Target::Text(Text::Connection)),
        quoted("transformed_host", Target::Skip),
        quoted("transformed_uri", Target::Skip),
        quoted("request_transform_status", Target::Skip),
    ],
    least: 17,
    fits: |line| {
        let kind = line.split(|b| *b == b' ').next().unwrap_or_default();
        matches!(kind, b"http" | b"https" | b"h2" | b"grpcs" | b"ws" | b"wss")
    },
    finish: |x, _| finish(x),
    samples: &[
        Sample {
            record: r#"h2 2024-09-10T21:24:00.186641Z app/edge/50dc6c495c0c9188 203.0.113.9:2817 10.0.0.1:8080 0.001 0.250 0.000 200 201 341 9366 "POST https://api.example:443/stores/7/orders?dry=1 HTTP/2.0" "curl/8.5.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:ap-south-1:123456789012:targetgroup/orders/73e2 "Root=1-58337262-36d2" "api.example" "arn:aws:acm:x" 3 2024-09-10T21:23:59.936000Z "waf,forward" "-" "-" "10.0.0.1:8080" "201" "-" "-" TID_1234 "-" "-" "-""#,
            expect: &[
                ("time", "2024-09-10T21:24:00.186641Z"),
                ("peer_address", "203.0.113.9"),
                ("client_port", "2817"),
                ("upstream", "10.0.0.1:8080"),
                ("duration_us", "251000"),
                ("upstream_duration_us", "250000"),
                ("status", "200"),
                ("upstream_status", "201"),
                ("request_bytes", "341"),
                ("response_bytes", "9366"),
                ("method", "POST"),
                ("scheme", "https"),
                ("host", "api.example"),
                ("port", "443"),
                ("path", "/stores/7/orders"),
                ("query", "dry=1"),
                ("user_agent", "curl/8.5.0"),
                ("tls_version", "TLSv1.2"),
                ("action", "waf,forward"),
                ("connection", "TID_1234"),
            ],
        },
        Sample {
            record: r#"http 2024-09-10T21:24:00.1Z app/edge/50dc 2001:db8:0:0:0:0:0:9:50599 - -1 -1 -1 400 - 191 272 "- http://api.example:80- -" "a \x22b" - - -"#,
            expect: &[
                ("peer_address", "2001:db8:0:0:0:0:0:9"),
                ("client_port", "50599"),
                ("status", "400"),
                ("request_line", "- http://api.example:80- -"),
                ("scheme", "http"),
                ("user_agent", "a \"b"),
            ],
        },
    ],
};

/// The classic load balancer.
pub(super) static CLASSIC: RowFormat = RowFormat {
    meta: Meta {
        id: "aws-elb",
        title: "AWS Classic Load Balancer",
        source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html",
        notes: "time is when the request arrived; bytes are the bodies'; lines of TCP and SSL listeners are no HTTP exchanges",
    },
    columns: &[
        bare("time", Target::Time(Clock::Iso)),
        bare("elb", Target::Text(Text::Server)),
        take("client:port", client, "peer_address, client_port"),
        bare("backend:port", Target::Text(Text::Upstream)),
        take("request_processing_time", first_time, "duration_us (sum)"),
        take("backend_processing_time", backend_time, "duration_us (sum), upstream_duration_us"),
        take("response_processing_time", more_time, "duration_us (sum)"),
        bare("elb_status_code", Target::Status),
        bare("backend_status_code", Target::Text(Text::UpstreamStatus)),
        bare("received_bytes", Target::Int(Int::RequestBodyBytes)),
        bare("sent_bytes", Target::Int(Int::ResponseBodyBytes)),
        REQUEST,
        quoted("user_agent", Target::Text(Text::UserAgent)),
        bare("ssl_cipher", Target::Text(Text::TlsCipher)),
        bare("ssl_protocol", Target::TlsVersion),
    ],
    least: 12,
    fits: |line| matches!(line, [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', _, _, b'-', _, _, b'T', ..]),
    finish: |x, n| if matches!(n, 12 | 15) { finish(x) } else { Err(Reason::NotThisFormat) },
    samples: &[
        Sample {
            record: r#"2024-09-10T21:24:00.945958Z edge 203.0.113.9:2817 10.0.0.1:80 0.000086 0.001048 0.001337 200 200 0 57 "GET https://www.example:443/menu?q=1 HTTP/1.1" "curl/8.5.0" DHE-RSA-AES128-SHA TLSv1.2"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.945958Z"),
                ("peer_address", "203.0.113.9"),
                ("duration_us", "2471"),
                ("upstream_duration_us", "1048"),
                ("status", "200"),
                ("response_body_bytes", "57"),
                ("host", "www.example"),
                ("path", "/menu"),
                ("query", "q=1"),
                ("tls_version", "TLSv1.2"),
            ],
        },
        Sample {
            record: r#"2014-09-10T21:24:00.8Z edge 203.0.113.9:55128 - -1 -1 -1 408 - 1294336 0 "PUT https://www.example:443/v/F4 HTTP/1.1""#,
            expect: &[("status", "408"), ("method", "PUT"), ("path", "/v/F4"), ("request_body_bytes", "1294336")],
        },
    ],
};

const REQUEST: crate::parse::row_format::Column = crate::parse::row_format::Column {
    quoted: true,
    ..take("request", request, "method, scheme, host, path, query, http_version")
};

const SNI: crate::parse::row_format::Column =
    crate::parse::row_format::Column { quoted: true, ..take("domain_name", server_name, "host") };

fn finish(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    if x.time.is_none() {
        return Err(Reason::BadTime);
    }
    if x.get(Text::RequestLine).is_some_and(|line| line.trim_ascii() == b"- - -") {
        return Ok(Read::Other(Ignorable::OtherRecord));
    }
    if x.has_request() { Ok(Read::Exchange) } else { Err(Reason::MissingRequest) }
}

fn kind<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    x.set(Text::Scheme, if matches!(value, b"h2" | b"grpcs") { b"https" } else { value });
    Ok(())
}

/// A port always stands here, and IPv6 stands with and without brackets.
fn client<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    let colon = memchr::memrchr(b':', value).ok_or(Reason::NotThisFormat)?;
    let (host, port) = value.split_at_checked(colon).ok_or(Reason::NotThisFormat)?;
    let port = port.get(1..).and_then(|p| scaled(p, 1)).ok_or(Reason::BadNumber)?;
    x.set(Text::PeerAddress, host.strip_prefix(b"[").and_then(|h| h.strip_suffix(b"]")).unwrap_or(host));
    x.set_int(Int::ClientPort, port);
    Ok(())
}

/// Seconds as microseconds; `None` for -1 and `-`.
fn time(value: &[u8]) -> Result<Option<i64>, Reason> {
    if is_null(value) {
        return Ok(None);
    }
    scaled(value, SECOND).ok_or(Reason::BadNumber).map(|us| (us >= 0).then_some(us))
}

fn first_time<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    if let Some(us) = time(value)? {
        x.set_int(Int::DurationUs, us);
    }
    Ok(())
}

fn backend_time<'a>(value: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    if let Some(us) = time(value)? {
        x.set_int(Int::UpstreamDurationUs, us);
    }
    more_time(value, x, s)
}

fn more_time<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    match (x.get_int(Int::DurationUs), time(value)?) {
        (Some(so_far), Some(us)) => x.set_int(Int::DurationUs, so_far.saturating_add(us)),
        _ => x.unset_int(Int::DurationUs),
    }
    Ok(())
}

/// The whole URL stands in it. Where the load balancer could not read the request it writes `-`
/// for the method: such a line is kept whole.
fn request<'a>(value: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    if value.starts_with(b"- ") {
        x.set(Text::RequestLine, value);
    } else {
        url::request_line(value, x, s);
    }
    Ok(())
}

fn server_name<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    if !is_null(value) {
        x.set_default(Text::Host, value);
    }
    Ok(())
}
