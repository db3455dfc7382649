//! HTTP spans of OpenTelemetry traces in OTLP's JSON: one span is one record.

use std::sync::OnceLock;

use crate::domain::{Exchange, Ignorable, Int, Reason, Repair, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::headers::HeaderList;
use crate::parse::json;
use crate::parse::json_format::{JsonFormat, some_headers};
use crate::parse::target::{Clock, Scratch, Shape, Target};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "otlp",
        title: "OpenTelemetry HTTP spans (OTLP JSON)",
        source: "https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding, https://opentelemetry.io/docs/specs/semconv/http/http-spans/",
        notes: "the stable and the older attribute names are known; times are nanoseconds; a span without HTTP attributes is no exchange; a request shows as a client span and as a server span where both sides were traced: extensions says which one it is; the server span tells the client, the client span the server; service is the resource's service.name, where the resource stands in front of its spans and in the same chunk of 16 MB",
    },
    needs: &[&["traceId", "spanId", "startTimeUnixNano"], &["resourceMetrics"]],
    rules: &[
        ("traceId", Target::Text(Text::TraceId)),
        ("spanId", Target::Text(Text::RequestId)),
        ("startTimeUnixNano", Target::Time(Clock::Epoch)),
        ("endTimeUnixNano", Target::EndTime(Clock::Epoch)),
        ("name", Target::Skip),
        ("kind", Target::Text(Text::Extensions)),
        ("attributes", Target::Text(Text::RequestHeaders)),
        ("status.message", Target::Text(Text::Error)),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","parentSpanId":"","name":"GET /stores/{id}","startTimeUnixNano":"1726003440123000000","endTimeUnixNano":"1726003440296000000","kind":2,"attributes":[{"key":"http.request.method","value":{"stringValue":"GET"}},{"key":"http.response.status_code","value":{"intValue":"200"}},{"key":"url.path","value":{"stringValue":"/stores/7"}},{"key":"url.query","value":{"stringValue":"full=1"}},{"key":"url.scheme","value":{"stringValue":"https"}},{"key":"server.address","value":{"stringValue":"api.example"}},{"key":"server.port","value":{"intValue":8443}},{"key":"client.address","value":{"stringValue":"203.0.113.9"}},{"key":"network.peer.address","value":{"stringValue":"10.0.0.2"}},{"key":"user_agent.original","value":{"stringValue":"curl/8.5.0"}},{"key":"http.route","value":{"stringValue":"/stores/{id}"}},{"key":"network.protocol.version","value":{"stringValue":"2"}},{"key":"http.request.header.authorization","value":{"arrayValue":{"values":[{"stringValue":"Bearer abc"}]}}}],"status":{}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.123Z"),
                ("duration_us", "173000"),
                ("method", "GET"),
                ("status", "200"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("scheme", "https"),
                ("host", "api.example"),
                ("port", "8443"),
                ("client_address", "203.0.113.9"),
                ("peer_address", "10.0.0.2"),
                ("user_agent", "curl/8.5.0"),
                ("route_template", "/stores/{id}"),
                ("http_version", "2"),
                ("trace_id", "5B8EFFF798038103D269B633813FC60C"),
                ("extensions", r#"{"span_kind":"server"}"#),
                ("auth", "present"),
                ("auth_scheme", "Bearer"),
            ],
        },
        Sample {
            record: r#"{"traceId":"QpC1h3qZMN55u0KDZTmOzA==","spanId":"1gZX","name":"HTTP POST","kind":"SPAN_KIND_CLIENT","startTimeUnixNano":"1726003440000000000","endTimeUnixNano":"1726003440001500000","attributes":[{"key":"http.method","value":{"stringValue":"POST"}},{"key":"http.status_code","value":{"intValue":201}},{"key":"http.url","value":{"stringValue":"https://api.example:8443/orders?dry=1"}},{"key":"http.flavor","value":{"stringValue":"1.1"}},{"key":"net.peer.ip","value":{"stringValue":"10.0.0.8"}},{"key":"http.request_content_length","value":{"intValue":"17"}}]}"#,
            expect: &[
                ("method", "POST"),
                ("status", "201"),
                ("scheme", "https"),
                ("host", "api.example"),
                ("port", "8443"),
                ("path", "/orders"),
                ("query", "dry=1"),
                ("http_version", "1.1"),
                ("server_address", "10.0.0.8"),
                ("request_body_bytes", "17"),
                ("duration_us", "1500"),
                ("extensions", r#"{"span_kind":"client"}"#),
                ("auth", "unknown"),
            ],
        },
        Sample {
            record: r#"{"traceId":"83a9","spanId":"e127","kind":"SPAN_KIND_SERVER","startTimeUnixNano":"1726003440000000000","endTimeUnixNano":"1726003441000000000","attributes":[{"key":"http.method","value":{"stringValue":"GET"}},{"key":"http.target","value":{"stringValue":"/a?b=1"}},{"key":"http.host","value":{"stringValue":"shop.example:81"}},{"key":"http.scheme","value":{"stringValue":"http"}},{"key":"http.client_ip","value":{"stringValue":"198.51.100.7"}},{"key":"net.peer.ip","value":{"stringValue":"10.0.0.2"}},{"key":"net.peer.port","value":{"intValue":4321}}]}"#,
            expect: &[
                ("path", "/a"),
                ("query", "b=1"),
                ("host", "shop.example"),
                ("port", "81"),
                ("client_address", "198.51.100.7"),
                ("peer_address", "10.0.0.2"),
                ("client_port", "4321"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

/// What an attribute means in a span of the server's or of the client's side.
fn attribute(key: &[u8], server: bool) -> Option<Target> {
    Some(match key {
        b"http.request.method" | b"http.method" | b"http.request.method_original" => Target::Text(Text::Method),
        b"http.response.status_code" | b"http.status_code" => Target::Status,
        b"url.full" | b"http.url" => Target::Url,
        b"url.path" | b"http.target" => Target::Uri,
        b"url.query" => Target::Query,
        b"url.scheme" | b"http.scheme" => Target::Text(Text::Scheme),
        b"http.host" => Target::Host,
        b"server.address" | b"http.server_name" | b"net.host.name" => Target::Weak(&Target::Host),
        b"server.port" | b"net.host.port" => Target::Weak(&Target::Int(Int::Port)),
        b"http.route" => Target::Text(Text::RouteTemplate),
        b"client.address" | b"http.client_ip" => Target::Client,
        b"network.peer.address" | b"net.peer.ip" | b"net.sock.peer.addr" if server => Target::Peer,
        b"network.peer.address" | b"net.peer.ip" | b"net.sock.peer.addr" => Target::ServerAddress,
        b"network.peer.port" | b"net.peer.port" | b"net.sock.peer.port" if server => Target::ClientPort,
        b"network.peer.port" | b"net.peer.port" | b"net.sock.peer.port" => Target::Int(Int::ServerPort),
        b"net.peer.name" if !server => Target::Weak(&Target::Host),
        b"network.protocol.version" | b"http.flavor" => Target::Text(Text::HttpVersion),
        b"user_agent.original" | b"http.user_agent" => Target::Text(Text::UserAgent),
        b"http.request.body.size" | b"http.request_content_length" => Target::Int(Int::RequestBodyBytes),
        b"http.response.body.size" | b"http.response_content_length" => Target::Int(Int::ResponseBodyBytes),
        b"http.request.size" => Target::Int(Int::RequestBytes),
        b"http.response.size" => Target::Int(Int::ResponseBytes),
        b"enduser.id" | b"user.id" => Target::User,
        b"error.type" => Target::Weak(&Target::Text(Text::Error)),
        b"tls.protocol.version" => Target::TlsVersion,
        _ => return None,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every finish")]
fn finish<'a>(_record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    // The table put the two here because it cannot follow a list of keys and values.
    let kind = x.get(Text::Extensions).unwrap_or_default();
    let attributes = x.get(Text::RequestHeaders).unwrap_or_default();
    x.unset(Text::Extensions);
    x.unset(Text::RequestHeaders);
    let named = |word: &[u8]| kind.len() >= word.len() && kind.to_ascii_uppercase().ends_with(word);
    let client = kind == b"3" || named(b"CLIENT");
    if client {
        x.set(Text::Extensions, br#"{"span_kind":"client"}"#);
    } else if kind == b"2" || named(b"SERVER") {
        x.set(Text::Extensions, br#"{"span_kind":"server"}"#);
    }
    let mut headers = HeaderList::new(true, s);
    json::members(attributes, |_, element, _| {
        let Some((key, value, shape)) = key_and_value(element) else {
            return;
        };
        if let Some(target) = attribute(key, !client) {
            if target.apply(value, shape, x, s).is_err() {
                x.repair(Repair::WrongType);
            }
        } else if let Some(name) = key.strip_prefix(b"http.request.header.") {
            let value = json::unescape(value, s.arena, x);
            headers.add(name, value, x, s);
        }
    });
    headers.finish(x);
    some_headers(x);
    if let Some(service) = s.service {
        x.set_default(Text::Service, service);
    }
    let http = x.get(Text::Method).is_some() || x.get_int(Int::Status).is_some();
    Ok(if http { Read::Exchange } else { Read::Other(Ignorable::OtherRecord) })
}

/// Remembers what the structure between spans says of their resource: the `service.name` of the last
/// one that it begins, if that has one.
pub(in crate::parse) fn note_resource<'a>(envelope: &'a [u8], s: &mut Scratch<'a>) {
    const WORD: &[u8] = b"\"resource\"";
    let Some(at) = memchr::memmem::rfind(envelope, WORD) else { return };
    s.service = None;
    let rest = envelope.get(at + WORD.len()..).unwrap_or_default().trim_ascii_start();
    let rest = rest.strip_prefix(b":").unwrap_or_default().trim_ascii_start();
    let Some(resource) = json::container_end(rest, 0).ok().and_then(|end| rest.get(..end)) else { return };
    json::members(json::find(resource, "attributes").unwrap_or_default(), |_, element, _| {
        if let Some((b"service.name", value, Shape::JsonString)) = key_and_value(element) {
            s.service = Some(json::unescape(value, s.arena, &mut Exchange::default()));
        }
    });
}

/// `{"key": …, "value": {"stringValue": …}}`; of a list its first value.
fn key_and_value(element: &[u8]) -> Option<(&[u8], &[u8], Shape)> {
    let (mut key, mut value) = (None, None);
    json::members(element, |name, v, _| match name {
        b"key" => key = Some(v),
        b"value" => value = Some(v),
        _ => {}
    });
    let mut found = None;
    let mut inner = value?;
    if let Some(first) = json::find(inner, "arrayValue.values.[]") {
        inner = first;
    }
    json::members(inner, |_, v, shape| {
        if found.is_none() {
            found = Some((v, shape));
        }
    });
    let (value, shape) = found?;
    Some((key?, value, shape))
}
