//! What the fields of nginx's `log_format`, Apache's `LogFormat` and Envoy's format strings mean.

use crate::domain::{Int, Text};
use crate::parse::headers::CREDENTIAL_HEADERS;
use crate::parse::target::{Clock, Target, Unit};

/// Request headers that tell something, beside those that carry credentials. Lower case.
const REQUEST_HEADERS: &[&str] = &[
    "authorization",
    "cookie",
    "user-agent",
    "referer",
    "host",
    "x-forwarded-for",
    "forwarded",
    "content-type",
    "origin",
    "x-request-id",
    "traceparent",
    "x-b3-traceid",
    "x-amzn-trace-id",
    "cf-connecting-ip",
    "true-client-ip",
    "x-real-ip",
];

/// Response headers that tell something.
const RESPONSE_HEADERS: &[&str] =
    &["content-type", "content-encoding", "location", "x-cache", "cf-cache-status", "content-length"];

/// Compares a header's name with one written as a variable: `X-Request-Id` and `x_request_id`.
fn same_header(known: &str, name: &str) -> bool {
    known.len() == name.len()
        && known.bytes().zip(name.bytes()).all(|(k, n)| k == n.to_ascii_lowercase() || k == b'-' && n == b'_')
}

/// A request header by name, `-` or `_` between its words; `None` where it tells nothing.
pub fn request_header(name: &str) -> Option<Target> {
    let special = match name.to_ascii_lowercase().replace('_', "-").as_str() {
        "user-agent" => Some(Target::Text(Text::UserAgent)),
        "referer" => Some(Target::Text(Text::Referer)),
        "x-forwarded-for" => Some(Target::ForwardedFor),
        "host" | ":authority" => Some(Target::Host),
        "authorization" => Some(Target::Authorization),
        "cookie" => Some(Target::Cookies),
        "x-forwarded-proto" => Some(Target::TlsFlag),
        "x-envoy-original-path" | ":path" | "x-envoy-origin-path" => Some(Target::Uri),
        ":method" => Some(Target::Text(Text::Method)),
        ":scheme" => Some(Target::Text(Text::Scheme)),
        "content-length" => Some(Target::Int(Int::RequestBodyBytes)),
        "cf-ray" => Some(Target::Text(Text::RequestId)),
        "cf-ipcountry" => Some(Target::Text(Text::Country)),
        "accept" | "accept-language" | "accept-encoding" | "connection" | "range" => Some(Target::Skip),
        _ => None,
    };
    special.or_else(|| {
        let known = REQUEST_HEADERS.iter().chain(CREDENTIAL_HEADERS).find(|h| same_header(h, name))?;
        Some(Target::RequestHeader(known))
    })
}

/// A response header by name, `-` or `_` between its words; `None` where it tells nothing.
pub fn response_header(name: &str) -> Option<Target> {
    if same_header("x-envoy-upstream-service-time", name) {
        return Some(Target::Duration(Int::UpstreamDurationUs, Unit::Ms));
    }
    if same_header("x-ausername", name) {
        return Some(Target::User);
    }
    RESPONSE_HEADERS.iter().find(|h| same_header(h, name)).map(|h| Target::ResponseHeader(h))
}

/// Variables of nginx (<https://nginx.org/en/docs/varindex.html>) and of its ingress controller.
pub fn nginx(name: &str) -> Option<Target> {
    Some(match name {
        "remote_addr" | "binary_remote_addr" | "the_real_ip" | "realip_remote_addr" => Target::Peer,
        "remote_port" | "realip_remote_port" => Target::ClientPort,
        "proxy_protocol_addr" => Target::Client,
        "ident" => Target::Ident,
        "remote_user" => Target::User,
        "time_local" => Target::Time(Clock::Clf),
        "time_iso8601" => Target::Time(Clock::Iso),
        "msec" => Target::Time(Clock::Epoch),
        "request" => Target::RequestLine,
        "scheme://$host$request_uri" | "scheme://$http_host$request_uri" | "scheme://$server_name$request_uri" => {
            Target::Url
        }
        "request_uri" | "uri" | "document_uri" | "uri$is_args$args" => Target::Uri,
        "args" | "query_string" => Target::Query,
        "request_method" => Target::Text(Text::Method),
        "server_protocol" => Target::Text(Text::HttpVersion),
        "status" => Target::Status,
        "body_bytes_sent" => Target::Int(Int::ResponseBodyBytes),
        "bytes_sent" => Target::Int(Int::ResponseBytes),
        "request_length" => Target::Int(Int::RequestBytes),
        "content_length" => Target::Int(Int::RequestBodyBytes),
        "content_type" => Target::Text(Text::RequestContentType),
        "request_time" => Target::Duration(Int::DurationUs, Unit::S),
        "scheme" => Target::Text(Text::Scheme),
        "https" => Target::TlsFlag,
        "host" | "server_name" | "http_host" | "best_http_host" => Target::Host,
        "server_addr" => Target::ServerAddress,
        "server_port" => Target::Int(Int::ServerPort),
        "hostname" => Target::Text(Text::Server),
        "request_id" | "req_id" => Target::Text(Text::RequestId),
        "connection" => Target::Text(Text::Connection),
        "request_body" => Target::RequestBody,
        "resp_body" | "response_body" => Target::ResponseBody,
        "geoip_country_code" | "geoip2_data_country_code" | "geoip2_country_code" => Target::Text(Text::Country),
        "proxy_add_x_forwarded_for" => Target::ForwardedFor,
        "proxy_upstream_name" => Target::Text(Text::Service),
        "location_path" => Target::Text(Text::RouteTemplate),
        "ingress_name" => Target::Text(Text::Route),
        "pipe"
        | "connection_requests"
        | "gzip_ratio"
        | "pid"
        | "nginx_version"
        | "request_completion"
        | "namespace"
        | "service_name"
        | "service_port"
        | "limit_req_status"
        | "tcpinfo_rtt" => Target::Skip,
        "otel_trace_id" | "opentelemetry_trace_id" | "opentracing_context_uber_trace_id" => Target::Text(Text::TraceId),
        _ => return nginx_family(name),
    })
}

/// As [`nginx`], for a format that also logs `$realip_remote_addr`: then the real-ip module has
/// already put the client's address into `$remote_addr`.
pub fn nginx_realip(name: &str) -> Option<Target> {
    match name {
        "remote_addr" => Some(Target::Client),
        _ => nginx(name),
    }
}

/// Variables whose names begin alike: `http_…`, `sent_http_…`, `upstream_…`, `ssl_…`.
fn nginx_family(name: &str) -> Option<Target> {
    if let Some(header) = name.strip_prefix("sent_http_").or_else(|| name.strip_prefix("upstream_http_")) {
        return response_header(header);
    }
    if let Some(header) = name.strip_prefix("http_") {
        return request_header(header);
    }
    if let Some(rest) = name.strip_prefix("upstream_") {
        return Some(match rest {
            "response_time" => Target::Duration(Int::UpstreamDurationUs, Unit::S),
            "header_time" => Target::Duration(Int::FirstByteUs, Unit::S),
            "connect_time" => Target::Duration(Int::ConnectUs, Unit::S),
            "addr" => Target::Text(Text::Upstream),
            "status" => Target::Text(Text::UpstreamStatus),
            "cache_status" => Target::Text(Text::CacheStatus),
            "response_length" | "bytes_received" | "bytes_sent" | "queue_time" => Target::Skip,
            _ => return None,
        });
    }
    if let Some(rest) = name.strip_prefix("ssl_") {
        return Some(match rest {
            "protocol" => Target::TlsVersion,
            "cipher" => Target::Text(Text::TlsCipher),
            "server_name" => Target::Host,
            "ciphers" | "curves" | "curve" | "session_id" | "session_reused" | "early_data" | "client_verify"
            | "client_fingerprint" | "client_serial" | "client_i_dn" | "client_s_dn" => Target::Skip,
            _ => return None,
        });
    }
    if name.starts_with("cookie_") {
        return Some(Target::Cookie);
    }
    name.starts_with("arg_").then_some(Target::Skip)
}

/// Directives of Apache (<https://httpd.apache.org/docs/2.4/mod/mod_log_config.html>, also
/// `mod_logio`, `mod_ssl`), without `%` and modifiers. Tomcat's valve uses the same letters.
pub fn apache(name: &str) -> Option<Target> {
    Some(match name {
        "h" | "a" | "{c}a" | "{c}h" => Target::Peer,
        "A" => Target::ServerAddress,
        "l" => Target::Ident,
        "u" => Target::User,
        "t" => Target::Time(Clock::Clf),
        "r" => Target::RequestLine,
        "m" => Target::Text(Text::Method),
        "U" | "U%q" => Target::Uri,
        "q" => Target::Query,
        "H" => Target::Text(Text::HttpVersion),
        "s" => Target::Status,
        "b" | "B" => Target::Int(Int::ResponseBodyBytes),
        "O" => Target::Int(Int::ResponseBytes),
        "I" => Target::Int(Int::RequestBytes),
        "D" | "{us}T" => Target::Duration(Int::DurationUs, Unit::Us),
        "T" | "{s}T" => Target::Duration(Int::DurationUs, Unit::S),
        "{ms}T" => Target::Duration(Int::DurationUs, Unit::Ms),
        "^FB" => Target::Duration(Int::FirstByteUs, Unit::Us),
        "v" | "V" | "{SSL_TLS_SNI}x" => Target::Host,
        "p" | "{canonical}p" | "{local}p" => Target::Int(Int::ServerPort),
        "{remote}p" => Target::ClientPort,
        "L" | "{UNIQUE_ID}e" | "{c}L" => Target::Text(Text::RequestId),
        "P" | "{pid}P" | "{tid}P" | "{hextid}P" | "k" | "X" | "f" | "R" | "S" | "^FU" => Target::Skip,
        "{SSL_PROTOCOL}x" | "{version}c" => Target::TlsVersion,
        "{SSL_CIPHER}x" | "{cipher}c" => Target::Text(Text::TlsCipher),
        _ => return apache_braced(name),
    })
}

/// As [`apache`], for a format that also logs `%{c}a`: then `mod_remoteip` has already put the
/// client's address into `%a` and `%h`.
pub fn apache_remoteip(name: &str) -> Option<Target> {
    match name {
        "a" | "h" => Some(Target::Client),
        _ => apache(name),
    }
}

/// `%{Name}i`, `%{Name}o`, `%{name}C`, `%{NAME}e`, `%{format}t`.
fn apache_braced(name: &str) -> Option<Target> {
    let (argument, letter) = name.strip_prefix('{')?.split_once('}')?;
    match letter {
        "i" => request_header(argument),
        "o" => response_header(argument),
        "C" => Some(Target::Cookie),
        "t" => {
            let format = argument.strip_prefix("begin:").or_else(|| argument.strip_prefix("end:")).unwrap_or(argument);
            match format {
                "sec" | "msec" | "usec" => Some(Target::Time(Clock::Epoch)),
                // The fraction of a second alone.
                "msec_frac" | "usec_frac" => Some(Target::Skip),
                other => strftime(other),
            }
        }
        "e" => match argument {
            "HTTPS" => Some(Target::TlsFlag),
            "REMOTE_USER" => Some(Target::User),
            _ => None,
        },
        _ => None,
    }
}

/// A strftime format that writes a whole time in one of the ways this program reads.
fn strftime(format: &str) -> Option<Target> {
    let known = ["%Y-%m-%d", "%Y/%m/%d", "%F", "%d/%b/%Y", "%s"];
    let format = format.trim_start_matches('[');
    let whole = format == "%s" || format.contains("%T") || format.contains("%H:%M") || format.starts_with("%s");
    (whole && known.iter().any(|k| format.starts_with(k))).then_some(Target::Time(Clock::Any))
}

/// Envoy's command operators
/// (<https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage>).
pub fn envoy(name: &str) -> Option<Target> {
    let (operator, argument) = match name.split_once('(') {
        Some((operator, rest)) => (operator, rest.rsplit_once(')').map_or(rest, |(argument, _)| argument)),
        None => (name.split(':').next().unwrap_or(name), ""),
    };
    Some(match operator {
        "START_TIME" | "START_TIME_LOCAL" | "EMIT_TIME" => {
            return if argument.is_empty() { Some(Target::Time(Clock::Iso)) } else { strftime(argument) };
        }
        "REQ" | "REQUEST_HEADER" => return argument.split('?').find_map(request_header),
        "RESP" => return argument.split('?').find_map(response_header),
        "PROTOCOL" => Target::Text(Text::HttpVersion),
        "RESPONSE_CODE" => Target::Status,
        "RESPONSE_FLAGS" | "RESPONSE_FLAGS_LONG" => Target::Text(Text::Error),
        "BYTES_RECEIVED" => Target::Int(Int::RequestBodyBytes),
        "BYTES_SENT" => Target::Int(Int::ResponseBodyBytes),
        "DURATION" => Target::Duration(Int::DurationUs, Unit::Ms),
        "RESPONSE_DURATION" => Target::Duration(Int::FirstByteUs, Unit::Ms),
        "UPSTREAM_HOST" => Target::Text(Text::Upstream),
        "UPSTREAM_CLUSTER" => Target::Text(Text::Service),
        "UPSTREAM_REQUEST_ATTEMPT_COUNT" => Target::Int(Int::Attempts),
        "DOWNSTREAM_LOCAL_ADDRESS" => Target::ServerAddress,
        "DOWNSTREAM_LOCAL_PORT" => Target::Int(Int::ServerPort),
        "DOWNSTREAM_REMOTE_ADDRESS" | "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" => Target::Client,
        "DOWNSTREAM_DIRECT_REMOTE_ADDRESS" | "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT" => Target::Peer,
        "DOWNSTREAM_TLS_VERSION" => Target::TlsVersion,
        "DOWNSTREAM_TLS_CIPHER" => Target::Text(Text::TlsCipher),
        "ROUTE_NAME" => Target::Text(Text::Route),
        "HOSTNAME" => Target::Text(Text::Server),
        "CONNECTION_ID" => Target::Text(Text::Connection),
        "STREAM_ID" => Target::Text(Text::RequestId),
        "TRACE_ID" => Target::Text(Text::TraceId),
        "REQUESTED_SERVER_NAME"
        | "UPSTREAM_LOCAL_ADDRESS"
        | "UPSTREAM_TRANSPORT_FAILURE_REASON"
        | "RESPONSE_CODE_DETAILS"
        | "CONNECTION_TERMINATION_DETAILS"
        | "REQUEST_DURATION"
        | "RESPONSE_TX_DURATION" => Target::Skip,
        _ => return None,
    })
}
