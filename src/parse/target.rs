//! Where a named field of a format goes, and in which unit it stands there. Text formats, JSON
//! formats, W3C columns and user mappings are tables of these; [`Target::apply`] is the one place
//! that turns a logged value into fields of an [`Exchange`].

use bumpalo::Bump;

use crate::domain::address::split_port;
use crate::domain::time::{DateCache, Micros, SECOND, Stamp, epoch, scaled};
use crate::domain::{Auth, Body, Credential, Exchange, Int, Reason, Repair, Text, Transfer};

use super::{headers, json, url};

/// Unit of a logged duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds, fraction allowed; a trailing `s` or `ms` wins over the column's unit.
    S,
    /// Milliseconds.
    Ms,
    /// Microseconds.
    Us,
    /// Nanoseconds.
    Ns,
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// `11/Sep/2024:02:54:00 +0530`, with or without brackets.
    Clf,
    /// RFC 3339 and what passes for it.
    Iso,
    /// A number whose unit is told by its size.
    Epoch,
    /// Any of the above.
    Any,
}

/// Where a field goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Understood and of no use here (constants, separators).
    Skip,
    /// A number of unknown meaning: not kept, and nothing else may stand there.
    Number,
    /// A text column as it is.
    Text(Text),
    /// An integer column.
    Int(Int),
    /// A duration column, in this unit. A list (`0.1, 0.2 : 0.3`) is summed. Negative is null.
    Duration(Int, Unit),
    /// The exchange's time.
    Time(Clock),
    /// Date alone (W3C); [`Target::TimeOfDay`] adds to it.
    Date,
    /// Time of day alone.
    TimeOfDay,
    /// `GET /path?query HTTP/1.1`.
    RequestLine,
    /// Absolute URL, or whatever stands where one should.
    Url,
    /// Path and query, or an absolute URL.
    Uri,
    /// Query, a leading `?` allowed.
    Query,
    /// Host, a port allowed.
    Host,
    /// Peer address, a port allowed: who connected to the gateway.
    Peer,
    /// Client address where the gateway itself already decided it.
    Client,
    /// Client's port.
    ClientPort,
    /// X-Forwarded-For chain.
    ForwardedFor,
    /// Address that answered, a port allowed.
    ServerAddress,
    /// Response status; `0`, `000` and empty are null or 0 as the evidence says.
    Status,
    /// Authenticated user: a value proves credentials.
    User,
    /// The Authorization header's value: the scheme is kept, the credential is not.
    Authorization,
    /// A Cookie header's value: names are kept, values are not.
    Cookies,
    /// One cookie's value: that there was one is kept.
    Cookie,
    /// An API key or token: that there was one is kept.
    Credential,
    /// RFC 1413 identity, which nobody has any more: not kept. lighttpd writes the host there.
    Ident,
    /// Scheme from a TLS column: anything but null, `-`, `off`, `0`, `false` is https.
    TlsFlag,
    /// TLS version, which also says https.
    TlsVersion,
    /// Request headers: a JSON object or a list of `{name, value}` or of pairs.
    RequestHeaders,
    /// Response headers.
    ResponseHeaders,
    /// Request body.
    RequestBody,
    /// Response body.
    ResponseBody,
    /// One request header, by name; the name is the source's.
    RequestHeader(&'static str),
    /// One response header.
    ResponseHeader(&'static str),
    /// Names of all request headers, as a JSON list: tells whether there were credentials.
    RequestHeaderNames,
    /// Request body in base64.
    RequestBodyBase64,
    /// Response body in base64.
    ResponseBodyBase64,
    /// How many elements a JSON list has.
    Count(Int),
    /// When the exchange ended; with its time, the duration where nothing better tells it.
    EndTime(Clock),
    /// As the inner target, where nothing else has filled its column: for names that a format uses
    /// beside better ones, in any order.
    Weak(&'static Self),
}

/// How a value stands in its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text of a line, already unescaped.
    Text,
    /// A JSON string's inside, still escaped (raw), or unescaped when it has no backslash.
    JsonString,
    /// Any other JSON value as it stands.
    JsonValue,
}

/// State that readers share across the records of a chunk.
#[derive(Debug)]
pub struct Scratch<'a> {
    /// Holds unescaped text until the chunk is done.
    pub arena: &'a Bump,
    /// Remembers the last date.
    pub dates: DateCache,
    /// Date of a record whose time of day comes apart (W3C).
    pub date: Option<Micros>,
    /// End of the exchange, where a record names begin and end.
    pub end: Option<Micros>,
    /// What the structure around the records says of the program that they are about (OTLP resource).
    pub service: Option<&'a [u8]>,
}

impl<'a> Scratch<'a> {
    /// Fresh state over an arena.
    pub fn new(arena: &'a Bump) -> Self {
        Self { arena, dates: DateCache::default(), date: None, end: None, service: None }
    }
}

/// `-`, nothing, and what programs print for null.
#[inline]
pub fn is_null(raw: &[u8]) -> bool {
    // Most values are told apart by their first byte.
    if !matches!(raw.first(), None | Some(b'-' | b'n' | b'<' | b'(' | b'u' | b'N')) {
        return false;
    }
    matches!(raw, b"" | b"-" | b"null" | b"nil" | b"<nil>" | b"(null)" | b"(empty)" | b"undefined" | b"None")
}

impl Target {
    /// Says in words where the field goes; for `formats explain`.
    pub fn describe(self) -> String {
        match self {
            Self::Skip => "understood, not kept".into(),
            Self::Number => "a number, not kept".into(),
            Self::Text(f) => f.column().into(),
            Self::Int(f) => f.column().into(),
            Self::Duration(f, unit) => format!(
                "{} (from {})",
                f.column(),
                match unit {
                    Unit::S => "seconds",
                    Unit::Ms => "milliseconds",
                    Unit::Us => "microseconds",
                    Unit::Ns => "nanoseconds",
                }
            ),
            Self::Time(_) | Self::Date | Self::TimeOfDay => "time".into(),
            Self::RequestLine => "method, path, query, http_version".into(),
            Self::Url => "scheme, host, port, path, query".into(),
            Self::Uri => "path, query".into(),
            Self::Query => "query".into(),
            Self::Host => "host, port".into(),
            Self::Peer => "peer_address, client_port".into(),
            Self::Client => "client_address, client_port".into(),
            Self::ClientPort => "client_port".into(),
            Self::ForwardedFor => "forwarded_for".into(),
            Self::ServerAddress => "server_address, server_port".into(),
            Self::Status => "status".into(),
            Self::User => "remote_user, auth".into(),
            Self::Authorization => "auth, auth_scheme (value not kept)".into(),
            Self::Cookies => "auth, cookie_names (values not kept)".into(),
            Self::Cookie | Self::Credential => "auth (value not kept)".into(),
            Self::Ident => "host where it is one, else not kept".into(),
            Self::TlsFlag => "scheme".into(),
            Self::TlsVersion => "tls_version, scheme".into(),
            Self::RequestHeaders => "request_headers and what they tell".into(),
            Self::ResponseHeaders => "response_headers and what they tell".into(),
            Self::RequestBody => "request body".into(),
            Self::ResponseBody => "response body".into(),
            Self::RequestHeader(name) => format!("request header {name}"),
            Self::ResponseHeader(name) => format!("response header {name}"),
            Self::RequestHeaderNames => "auth".into(),
            Self::RequestBodyBase64 => "request body (base64)".into(),
            Self::ResponseBodyBase64 => "response body (base64)".into(),
            Self::Count(f) => format!("{} (length of the list)", f.column()),
            Self::EndTime(_) => "duration_us, where nothing better tells it".into(),
            Self::Weak(inner) => format!("{}, where nothing better tells it", inner.describe()),
        }
    }

    /// Stores a value. Null is stored as nothing. An error means that this record does not have
    /// the shape the format claims: the line is tried as something else or becomes a reject.
    pub fn apply<'a>(
        self,
        raw: &'a [u8],
        shape: Shape,
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
    ) -> Result<(), Reason> {
        match self {
            // What most fields of most lines are, before the rest is looked at.
            Self::Text(field) if shape == Shape::Text => {
                let value = raw.trim_ascii();
                if !is_null(value) {
                    x.set(field, value);
                }
                return Ok(());
            }
            Self::RequestBody | Self::ResponseBody => {
                let transfer = if shape == Shape::JsonString { Transfer::JsonEscaped } else { Transfer::Plain };
                body(self == Self::RequestBody, raw, transfer, x);
                return Ok(());
            }
            Self::RequestBodyBase64 | Self::ResponseBodyBase64 => {
                body(self == Self::RequestBodyBase64, raw, Transfer::Base64, x);
                return Ok(());
            }
            Self::RequestHeaderNames => {
                headers::request_names(raw, x);
                return Ok(());
            }
            Self::Count(field) => {
                let mut n = 0;
                if raw.first() == Some(&b'[') && json::members(raw, |_, _, _| n += 1) {
                    x.set_int(field, n);
                }
                return Ok(());
            }
            Self::Weak(inner) => {
                return if inner.is_filled(x) { Ok(()) } else { inner.apply(raw, shape, x, s) };
            }
            Self::RequestHeaders => return headers::request_json(raw, x, s),
            Self::ResponseHeaders => return headers::response_json(raw, x, s),
            Self::Skip => return Ok(()),
            _ => {}
        }
        let value = match shape {
            Shape::JsonString => json::unescape(raw, s.arena, x),
            Shape::Text | Shape::JsonValue => raw,
        };
        let value = value.trim_ascii();
        if is_null(value) {
            self.apply_null(x);
            return Ok(());
        }
        self.apply_value(value, x, s)
    }

    /// Whether the column that the target fills first has a value.
    fn is_filled(self, x: &Exchange<'_>) -> bool {
        let text = |f| x.get(f).is_some();
        let int = |f| x.get_int(f).is_some();
        match self {
            Self::Text(f) => text(f),
            Self::Int(f) | Self::Duration(f, _) => int(f),
            Self::Time(_) => x.time.is_some(),
            Self::RequestLine | Self::Url | Self::Uri => text(Text::Path),
            Self::Query => text(Text::Query),
            Self::Host => text(Text::Host),
            Self::Peer => text(Text::PeerAddress),
            Self::Client => text(Text::ClientAddress),
            Self::ServerAddress => text(Text::ServerAddress),
            Self::ForwardedFor => text(Text::ForwardedFor),
            Self::Status => int(Int::Status),
            Self::RequestBody | Self::RequestBodyBase64 => x.request_body.is_some(),
            Self::ResponseBody | Self::ResponseBodyBase64 => x.response_body.is_some(),
            _ => false,
        }
    }

    /// What a null tells: a column for credentials that is empty proves that none were sent.
    fn apply_null(self, x: &mut Exchange<'_>) {
        if matches!(self, Self::Authorization) && x.auth == Auth::Unknown {
            x.auth = Auth::Absent;
        }
    }

    fn apply_value<'a>(self, value: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
        match self {
            Self::Number => drop(scaled(value, 1).ok_or(Reason::BadNumber)?),
            Self::Text(field) => x.set(field, value),
            Self::Int(field) => x.set_int(field, scaled(value, 1).ok_or(Reason::BadNumber)?),
            Self::Duration(field, unit) => {
                if let Some(us) = duration(value, unit).ok_or(Reason::BadNumber)? {
                    x.set_int(field, us);
                }
            }
            Self::Time(clock) => set_time(x, time(value, clock, &mut s.dates).ok_or(Reason::BadTime)?),
            Self::EndTime(clock) => s.end = Some(time(value, clock, &mut s.dates).ok_or(Reason::BadTime)?.at),
            Self::Date => s.date = Some(date(value, s).ok_or(Reason::BadTime)?),
            Self::TimeOfDay => {
                let of_day = time_of_day(value, s).ok_or(Reason::BadTime)?;
                x.time = s.date.map(|d| d + of_day);
            }
            Self::Status => status(value, x)?,
            Self::RequestLine => url::request_line(value, x, s),
            Self::Url => url::absolute(value, x, s),
            Self::Uri => url::target(value, x, s),
            Self::Query => x.set(Text::Query, value.strip_prefix(b"?").unwrap_or(value)),
            Self::Host => url::host(value, x),
            Self::Peer => address(value, x, Text::PeerAddress, Int::ClientPort),
            Self::Client => address(value, x, Text::ClientAddress, Int::ClientPort),
            Self::ServerAddress => address(value, x, Text::ServerAddress, Int::ServerPort),
            Self::ClientPort => x.set_int(Int::ClientPort, scaled(value, 1).ok_or(Reason::BadNumber)?),
            Self::ForwardedFor => x.set(Text::ForwardedFor, value),
            Self::User => {
                x.set(Text::RemoteUser, value);
                x.auth = Auth::Present;
            }
            Self::Authorization => headers::authorization(value, x),
            Self::Cookies => headers::cookies(value, x, s),
            Self::Cookie => {
                x.auth = Auth::Present;
                x.withhold(Credential::Cookie, value);
                x.set_default(Text::AuthScheme, b"cookie");
            }
            Self::Ident => {
                if memchr::memchr2(b'.', b':', value).is_some() {
                    url::host(value, x);
                }
            }
            Self::Credential => {
                x.auth = Auth::Present;
                x.withhold(Credential::Key, value);
                x.set_default(Text::AuthScheme, b"api-key");
            }
            Self::TlsFlag => {
                let plain = matches!(value, b"off" | b"0" | b"false" | b"none" | b"NONE" | b"http");
                x.set_default(Text::Scheme, if plain { b"http" } else { b"https" });
            }
            Self::TlsVersion => {
                x.set(Text::TlsVersion, value);
                x.set_default(Text::Scheme, b"https");
            }
            Self::RequestHeader(name) => headers::request(name.as_bytes(), value, x, s),
            Self::ResponseHeader(name) => headers::response(name.as_bytes(), value, x),
            // Handled before the value was unescaped.
            Self::Skip
            | Self::RequestBody
            | Self::ResponseBody
            | Self::RequestBodyBase64
            | Self::ResponseBodyBase64
            | Self::RequestHeaders
            | Self::ResponseHeaders
            | Self::RequestHeaderNames
            | Self::Count(_)
            | Self::Weak(_) => {}
        }
        Ok(())
    }
}

fn body<'a>(request: bool, raw: &'a [u8], transfer: Transfer, x: &mut Exchange<'a>) {
    if is_null(raw) {
        return;
    }
    let body = Some(Body { raw, transfer, complete: true });
    if request {
        x.request_body = body;
    } else {
        x.response_body = body;
    }
}

fn set_time(x: &mut Exchange<'_>, stamp: Stamp) {
    x.time = Some(stamp.at);
    x.zone_assumed = !stamp.zoned;
}

/// Reads a time in the way the format says.
pub fn time(value: &[u8], clock: Clock, dates: &mut DateCache) -> Option<Stamp> {
    let value = match value {
        [b'[', inner @ .., b']'] | [b'[', inner @ ..] => inner,
        _ => value,
    };
    match clock {
        Clock::Clf => dates.clf(value),
        Clock::Iso => dates.iso(value),
        Clock::Epoch => epoch(value),
        Clock::Any => dates.iso(value).or_else(|| dates.clf(value)).or_else(|| epoch(value)),
    }
}

fn date(value: &[u8], s: &mut Scratch<'_>) -> Option<Micros> {
    let (head, _) = value.split_first_chunk::<10>()?;
    let midnight = s.arena.alloc_slice_fill_copy(19, b'0');
    let (date, clock) = midnight.split_first_chunk_mut::<10>()?;
    date.copy_from_slice(head);
    clock.copy_from_slice(b"T00:00:00");
    (value.len() == 10).then_some(())?;
    s.dates.iso(midnight).map(|stamp| stamp.at)
}

fn time_of_day(value: &[u8], s: &mut Scratch<'_>) -> Option<Micros> {
    let text = bumpalo::collections::Vec::from_iter_in(b"1970-01-01T".iter().chain(value).copied(), s.arena);
    let value: &[u8] = text.into_bump_slice();
    s.dates.iso(value).map(|stamp| stamp.at)
}

/// A duration in microseconds; `Ok(None)`-like inner `None` for negative ones, which mean "none".
pub fn duration(value: &[u8], unit: Unit) -> Option<Option<i64>> {
    let one = |v: &[u8]| -> Option<Option<i64>> {
        let v = v.trim_ascii();
        if is_null(v) {
            return Some(None);
        }
        let (digits, scale) = match v {
            [d @ .., b'm', b's'] => (d, 1_000),
            [d @ .., b'u', b's'] | [d @ .., 0xC2, 0xB5, b's'] => (d, 1),
            [d @ .., b'n', b's'] => return Some(scaled(d, 1)?.checked_div(1_000)),
            [d @ .., b's'] => (d, SECOND),
            d => match unit {
                Unit::S => (d, SECOND),
                Unit::Ms => (d, 1_000),
                Unit::Us => (d, 1),
                Unit::Ns => return Some(scaled(d, 1).filter(|n| *n >= 0)?.checked_div(1_000)),
            },
        };
        let us = scaled(digits, scale)?;
        Some((us >= 0).then_some(us))
    };
    if !value.iter().any(|b| matches!(b, b',' | b':')) {
        return one(value);
    }
    // nginx writes one value a try, with ", " between servers and " : " between groups.
    let mut sum: Option<i64> = None;
    for part in value.split(|b| matches!(b, b',' | b':')) {
        if let Some(us) = one(part)? {
            sum = Some(sum.unwrap_or(0).checked_add(us)?);
        }
    }
    Some(sum)
}

fn status(value: &[u8], x: &mut Exchange<'_>) -> Result<(), Reason> {
    if let [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] = value {
        let digit = |d: &u8| i64::from(d - b'0');
        x.set_int(Int::Status, digit(a) * 100 + digit(b) * 10 + digit(c));
        return Ok(());
    }
    let status = scaled(value, 1).ok_or(Reason::BadStatus)?;
    if !(-999..=999).contains(&status) || value.len() > 4 {
        return Err(Reason::BadStatus);
    }
    x.set_int(Int::Status, status);
    Ok(())
}

/// Sets an address column and its port; text that is no address (host names, `unix:`) is kept.
pub fn address<'a>(value: &'a [u8], x: &mut Exchange<'a>, column: Text, port_column: Int) {
    match split_port(value) {
        Some((host, port)) => {
            x.set(column, host);
            if let Some(port) = port {
                x.set_int(port_column, port.into());
            }
        }
        None => x.set(column, value),
    }
}

/// Notes that bytes which are no UTF-8 stand in a field.
pub fn note_invalid_utf8(raw: &[u8], x: &mut Exchange<'_>) {
    if std::str::from_utf8(raw).is_err() {
        x.repair(Repair::InvalidUtf8);
    }
}
