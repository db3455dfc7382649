//! `key=value` rows (logfmt): Tyk's access log, and any other with HTTP-like keys.

use crate::domain::{Exchange, Ignorable, Int, Reason, Text};
use crate::parse::format::{Format, Meta, Read, Reader, Sample};
use crate::parse::row_format::To;
use crate::parse::target::{Clock, Scratch, Target, Unit};
use crate::parse::template::{is_escaped, unescape};

/// A logfmt format: its keys, and what a row needs to be of it.
#[derive(Debug)]
pub(super) struct Logfmt {
    meta: Meta,
    names: fn(&[u8]) -> Option<Target>,
    /// Whether a row that is no exchange is known all the same.
    accepts: fn(&Exchange<'_>, &Seen) -> Result<Read, Reason>,
    samples: &'static [Sample],
}

/// What stood in a row beside its columns.
#[derive(Debug, Default)]
struct Seen {
    level: bool,
    message: bool,
    access_log: bool,
}

/// Tyk's access log.
pub(super) static TYK: Logfmt = Logfmt {
    meta: Meta {
        id: "tyk",
        title: "Tyk Gateway access log",
        source: "https://tyk.io/docs/api-management/logs/#access-logs",
        notes: "client_ip is who Tyk took for the client, remote_addr the socket's peer; api_key is hashed or masked by Tyk; path is the original one where Tyk rewrote it; the gateway's other log lines are no exchanges",
    },
    names: tyk,
    accepts: |x, seen| {
        if seen.access_log && x.has_request() {
            Ok(Read::Exchange)
        } else if seen.level && seen.message && x.time.is_some() {
            Ok(Read::Other(Ignorable::OtherRecord))
        } else {
            Err(Reason::NotThisFormat)
        }
    },
    samples: &[Sample {
        record: r#"time="2024-09-10T21:24:00Z" level=info api_id=b1a4 api_key=8f2e api_name=orders api_type=oas client_ip="203.0.113.9" host="api.example:8080" latency_gateway=1 latency_total=62 method=GET org_id=678e original_path="/orders/7?full=1" path=/7 prefix=access-log protocol=HTTP/1.1 remote_addr="[2001:db8::1]:63251" status=200 trace_id=4bf9 upstream_addr="http://orders.internal/7" upstream_latency=61 user_agent="curl/8.5.0 \"x\"""#,
        expect: &[
            ("time", "2024-09-10T21:24:00Z"),
            ("client_address", "203.0.113.9"),
            ("peer_address", "2001:db8::1"),
            ("client_port", "63251"),
            ("consumer", "8f2e"),
            ("service", "orders"),
            ("route", "b1a4"),
            ("host", "api.example"),
            ("port", "8080"),
            ("method", "GET"),
            ("path", "/orders/7"),
            ("query", "full=1"),
            ("http_version", "HTTP/1.1"),
            ("status", "200"),
            ("duration_us", "62000"),
            ("upstream_duration_us", "61000"),
            ("upstream", "http://orders.internal/7"),
            ("trace_id", "4bf9"),
            ("user_agent", "curl/8.5.0 \"x\""),
        ],
    }],
};

/// Any logfmt row with a method, a target and a status.
pub(super) static ANY: Logfmt = Logfmt {
    meta: Meta {
        id: "logfmt",
        title: "logfmt with HTTP keys",
        source: "https://brandur.org/logfmt",
        notes: "keys are guessed from their usual names; a duration without a unit is taken for milliseconds",
    },
    names: any,
    accepts: |x, _| {
        let asked = x.get(Text::Method).is_some() && (x.get(Text::Path).is_some() || x.get(Text::Host).is_some());
        if asked && x.get_int(Int::Status).is_some() { Ok(Read::Exchange) } else { Err(Reason::NotThisFormat) }
    },
    samples: &[Sample {
        record: r#"ts=2024-09-10T21:24:00.5Z level=info msg="request done" method=PUT uri="/v1/a?b=1" status=204 remote_addr=203.0.113.9:4711 duration=1.5ms user_agent="curl/8.5.0""#,
        expect: &[
            ("time", "2024-09-10T21:24:00.500Z"),
            ("method", "PUT"),
            ("path", "/v1/a"),
            ("query", "b=1"),
            ("status", "204"),
            ("peer_address", "203.0.113.9"),
            ("client_port", "4711"),
            ("duration_us", "1500"),
            ("user_agent", "curl/8.5.0"),
        ],
    }],
};

fn tyk(name: &[u8]) -> Option<Target> {
    Some(match name {
        b"time" => Target::Time(Clock::Any),
        b"client_ip" => Target::Client,
        b"remote_addr" => Target::Peer,
        b"host" => Target::Host,
        b"method" => Target::Text(Text::Method),
        // `path` comes behind `original_path`, which is the one that was asked for.
        b"original_path" | b"path" => Target::Uri,
        b"protocol" => Target::Text(Text::HttpVersion),
        b"status" => Target::Status,
        b"latency_total" => Target::Duration(Int::DurationUs, Unit::Ms),
        b"upstream_latency" => Target::Duration(Int::UpstreamDurationUs, Unit::Ms),
        b"upstream_addr" => Target::Text(Text::Upstream),
        b"api_key" => Target::Text(Text::Consumer),
        b"api_name" => Target::Text(Text::Service),
        b"api_id" => Target::Text(Text::Route),
        b"trace_id" => Target::Text(Text::TraceId),
        b"user_agent" => Target::Text(Text::UserAgent),
        b"response_flag" => Target::Text(Text::Error),
        b"cache_hit" | b"api_type" | b"api_version" | b"org_id" | b"prefix" | b"level" | b"latency_gateway" => {
            Target::Skip
        }
        _ => return None,
    })
}

fn any(name: &[u8]) -> Option<Target> {
    Some(match name {
        b"time" | b"ts" | b"timestamp" | b"@timestamp" | b"start" => Target::Time(Clock::Any),
        b"method" | b"http_method" | b"verb" | b"request_method" => Target::Text(Text::Method),
        b"path" | b"uri" | b"request_uri" | b"url" | b"http_path" | b"target" => Target::Uri,
        b"query" => Target::Query,
        b"host" | b"http_host" => Target::Host,
        b"proto" | b"protocol" | b"http_version" => Target::Text(Text::HttpVersion),
        b"status" | b"status_code" | b"http_status" | b"code" => Target::Status,
        b"remote_addr" | b"remote_ip" | b"client_ip" | b"remote" | b"ip" | b"peer" => Target::Peer,
        b"fwd" | b"x_forwarded_for" | b"forwarded_for" => Target::ForwardedFor,
        b"duration" | b"latency" | b"elapsed" | b"took" | b"service" | b"request_time" => {
            Target::Duration(Int::DurationUs, Unit::Ms)
        }
        b"bytes" | b"size" | b"response_size" | b"bytes_sent" => Target::Int(Int::ResponseBytes),
        b"user_agent" | b"ua" | b"http_user_agent" => Target::Text(Text::UserAgent),
        b"referer" | b"referrer" => Target::Text(Text::Referer),
        b"request_id" | b"req_id" => Target::Text(Text::RequestId),
        b"trace_id" | b"traceID" => Target::Text(Text::TraceId),
        b"user" => Target::User,
        _ => return None,
    })
}

impl Format for Logfmt {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Pairs { names: self.names, accepts: self.accepts })
    }

    fn samples(&self) -> &'static [Sample] {
        self.samples
    }
}

struct Pairs {
    names: fn(&[u8]) -> Option<Target>,
    accepts: fn(&Exchange<'_>, &Seen) -> Result<Read, Reason>,
}

impl Reader for Pairs {
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        let mut rest = record.trim_ascii();
        let mut seen = Seen::default();
        while !rest.is_empty() {
            let (key, value) = pair(&mut rest, x, s).ok_or(Reason::NotThisFormat)?;
            match key {
                b"level" => seen.level = true,
                b"msg" => seen.message = true,
                b"prefix" => seen.access_log = value == b"access-log",
                _ => {}
            }
            // The first of two keys for one thing wins: `original_path` stands before `path`.
            let target = (self.names)(key);
            if target == Some(Target::Uri) && x.get(Text::Path).is_some() {
                continue;
            }
            let name = if x.trace.is_some() { String::from_utf8_lossy(key) } else { std::borrow::Cow::Borrowed("") };
            To::store(target.map(To::Target), &name, value, x, s)?;
        }
        (self.accepts)(x, &seen)
    }
}

/// Takes `key=value` or `key="va\"lue"` off the front.
fn pair<'a>(rest: &mut &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let equals = memchr::memchr(b'=', rest)?;
    let (key, after) = rest.split_at_checked(equals)?;
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@' | b'/');
    if key.is_empty() || key.len() > 64 || !key.iter().all(plain) {
        return None;
    }
    let after = after.get(1..)?;
    let (value, tail) = match after.strip_prefix(b"\"") {
        Some(inner) => {
            let end = memchr::memchr_iter(b'"', inner).find(|at| inner.get(..*at).is_some_and(|v| !is_escaped(v)))?;
            (unescape(inner.get(..end)?, x, s), inner.get(end + 1..)?)
        }
        None => after.split_at_checked(memchr::memchr(b' ', after).unwrap_or(after.len()))?,
    };
    if tail.first().is_some_and(|b| *b != b' ') {
        return None;
    }
    *rest = tail.trim_ascii_start();
    Some((key, value))
}
