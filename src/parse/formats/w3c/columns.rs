//! What the columns of W3C logs mean, and the layouts of well-known programs whose files can lack
//! their header.
#![expect(clippy::unnecessary_wraps, reason = "functions that store a column share one signature")]

use crate::domain::{Exchange, Int, Reason, Repair, Text};
use crate::parse::row_format::To;
use crate::parse::target::{Scratch, Target, Unit, is_null};
use crate::parse::url;

/// How the program that wrote the file writes values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// IIS and everything else: blanks in a header's value are `+`, durations are milliseconds.
    Iis,
    /// CloudFront: values are percent-encoded, durations are seconds.
    CloudFront,
    /// NetScaler, SHOUTcast: as IIS, and durations are seconds.
    Seconds,
}

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role {
    /// The date, UTC.
    Date,
    /// The time of day, UTC.
    Time,
    /// The date by the server's clock.
    LocalDate,
    /// The time of day by the server's clock.
    LocalTime,
    /// Anything else that is understood.
    To(To),
    /// A header's value, percent- or plus-encoded.
    Encoded(To),
    /// An address that carries percent-encoding of its own (a referer).
    EncodedUrl(To),
    /// Not understood.
    Unknown,
}

const fn to(target: Target) -> Role {
    Role::To(To::Target(target))
}

/// The role of a column. Names: <https://learn.microsoft.com/windows/win32/http/w3c-logging>,
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html>,
/// <https://www.w3.org/TR/WD-logfile>, Imperva's and Blue Coat's manuals.
pub(super) fn role(name: &str, dialect: Dialect, has_query: bool) -> Role {
    let unit = if dialect == Dialect::Iis { Unit::Ms } else { Unit::S };
    match name {
        "date" | "date-utc" => Role::Date,
        "time" | "time-utc" => Role::Time,
        "date-local" => Role::LocalDate,
        "time-local" => Role::LocalTime,
        "c-ip" => to(Target::Peer),
        "c-port" => to(Target::ClientPort),
        "s-ip" => to(Target::ServerAddress),
        "s-port" => to(Target::Int(Int::ServerPort)),
        "s-computername" | "x-edge-location" => to(Target::Text(Text::Server)),
        "s-sitename" | "sc-servicename" | "s-queuename" => to(Target::Text(Text::Service)),
        "cs-method" => to(Target::Text(Text::Method)),
        "cs-uri" | "cs-uri-path" => Role::To(To::Take(uri, "host, path, query")),
        "cs-uri-stem" if has_query => Role::To(To::Take(stem, "path")),
        "cs-uri-stem" => to(Target::Uri),
        "cs-uri-query" => to(Target::Query),
        "cs-uri-scheme" | "cs-protocol" => to(Target::Text(Text::Scheme)),
        "cs-uri-port" => to(Target::Int(Int::Port)),
        "cs-username" => to(Target::User),
        "cs-version" | "cs-protocol-version" => to(Target::Text(Text::HttpVersion)),
        "cs(user-agent)" | "c-user-agent" => Role::Encoded(To::Target(Target::Text(Text::UserAgent))),
        "cs(referer)" | "cs(referrer)" | "c-referrer" => Role::EncodedUrl(To::Target(Target::Text(Text::Referer))),
        "cs(cookie)" => Role::Encoded(To::Target(Target::Cookies)),
        "cs(authorization)" => Role::Encoded(To::Target(Target::Authorization)),
        "cs(origin)" => Role::EncodedUrl(To::Target(Target::Text(Text::Origin))),
        "cs(content-type)" => Role::Encoded(To::Target(Target::Text(Text::RequestContentType))),
        "cs(host)" if dialect == Dialect::CloudFront => {
            Role::To(To::Take(other_host, "host where x-host-header is empty"))
        }
        "cs-host" | "cs(host)" | "x-host-header" => to(Target::Host),
        "cs(x-forwarded-for)" | "x-forwarded-for" | "s-xff" => Role::Encoded(To::Target(Target::ForwardedFor)),
        "sc-status" | "c-status" => to(Target::Status),
        "sc-bytes" => to(Target::Int(Int::ResponseBytes)),
        "cs-bytes" => to(Target::Int(Int::RequestBytes)),
        "time-taken" | "x-duration" => {
            to(Target::Duration(Int::DurationUs, if name == "x-duration" { Unit::S } else { unit }))
        }
        "time-to-first-byte" => to(Target::Duration(Int::FirstByteUs, Unit::S)),
        "sc-content-type" | "rs(content-type)" | "sc(content-type)" => {
            Role::Encoded(To::Target(Target::Text(Text::ResponseContentType)))
        }
        "sc-content-len" => to(Target::Int(Int::ResponseBodyBytes)),
        "ssl-protocol" | "crypt-protocol" => to(Target::TlsVersion),
        "ssl-cipher" | "crypt-cipher" => to(Target::Text(Text::TlsCipher)),
        "x-edge-request-id" | "s-externalid" => to(Target::Text(Text::RequestId)),
        "x-cf-client-id" => to(Target::Text(Text::Connection)),
        "x-edge-result-type" => to(Target::Text(Text::CacheStatus)),
        "sc-action" | "s-action" | "x-event" => to(Target::Text(Text::Action)),
        "s-reason" | "cs-attacktype" => to(Target::Text(Text::Error)),
        "c-country" | "cs-countrycode" => to(Target::Text(Text::Country)),
        "cs-postbody" => to(Target::RequestBody),
        "sc-substatus"
        | "sc-win32-status"
        | "x-edge-response-result-type"
        | "x-edge-detailed-result-type"
        | "fle-status"
        | "fle-encrypted-fields"
        | "sc-range-start"
        | "sc-range-end"
        | "c-dns"
        | "streamid" => to(Target::Skip),
        _ => Role::Unknown,
    }
}

/// IIS logs the stem decoded: a `?` in it is part of the path.
fn stem<'a>(value: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    if value.first() == Some(&b'/') {
        x.set(Text::Path, value);
    } else if !is_null(value) {
        url::target(value, x, s);
    }
    Ok(())
}

/// `host/path` without a scheme (Imperva), or what a request line may hold.
fn uri<'a>(value: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    if is_null(value) {
        return Ok(());
    }
    let slash = memchr::memchr(b'/', value);
    match slash.and_then(|at| value.split_at_checked(at)) {
        Some((host, path)) if !host.is_empty() && memchr::memchr2(b':', b'?', host).is_none() => {
            url::host(host, x);
            url::target(path, x, s);
        }
        _ => url::target(value, x, s),
    }
    Ok(())
}

/// CloudFront's own name for the distribution; what the client asked for stands in another column.
fn other_host<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    if !is_null(value) && x.get(Text::Host).is_none() {
        url::host(value, x);
    }
    Ok(())
}

/// Values that blanks could not stand in, as they were sent. IIS writes a blank as `+` and leaves a
/// plus as it is, so `++` (`; +http://…` of crawlers) is read as blank and plus.
pub(super) fn plus_to_blank<'a>(value: &'a [u8], s: &Scratch<'a>) -> &'a [u8] {
    if memchr::memchr(b'+', value).is_none() || memchr::memchr(b' ', value).is_some() {
        return value;
    }
    let out = s.arena.alloc_slice_copy(value);
    let mut after_blank = false;
    for b in out.iter_mut() {
        if *b == b'+' && !after_blank {
            *b = b' ';
            after_blank = true;
        } else {
            after_blank = false;
        }
    }
    out
}

/// Undoes `%HH` once. An escape that is none stays and is noted.
pub(super) fn percent_decode<'a>(value: &'a [u8], x: &mut Exchange<'_>, s: &Scratch<'a>) -> &'a [u8] {
    if memchr::memchr(b'%', value).is_none() {
        return value;
    }
    let hex = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let mut out = bumpalo::collections::Vec::with_capacity_in(value.len(), s.arena);
    let mut rest = value;
    while let Some((b, tail)) = rest.split_first() {
        rest = tail;
        if *b == b'%' {
            if let [a, c, after @ ..] = tail
                && let (Some(a), Some(c)) = (hex(*a), hex(*c))
            {
                out.push(a * 16 + c);
                rest = after;
                continue;
            }
            x.repair(Repair::BadEscape);
        }
        out.push(*b);
    }
    out.into_bump_slice()
}

/// The columns of files whose header is missing, by how many there are. IIS 7 (14), 8.5 and later
/// (15), with bytes (17), with cookie or host besides (18), Azure App Service (19), all (22).
pub(super) const IIS_LAYOUTS: &[&str] = &[
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken",
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken",
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken",
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken",
    "date time s-sitename cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken",
    "date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken",
];

/// CloudFront only ever added columns at the end, so a row of fewer has the first of these.
pub(super) const CLOUDFRONT: &str = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end";

/// The columns that a row of a file without header has, told by its shape.
pub(super) fn layout_of(row: &[&[u8]], tabs: bool) -> Option<Vec<&'static str>> {
    let names = if tabs {
        let all: Vec<_> = CLOUDFRONT.split(' ').collect();
        all.get(..row.len()).filter(|n| n.len() >= 12)?.to_vec()
    } else {
        IIS_LAYOUTS.iter().map(|l| l.split(' ').collect::<Vec<_>>()).find(|l| l.len() == row.len())?
    };
    let fits = names.iter().zip(row).all(|(name, value)| match *name {
        "c-ip" => crate::domain::address::split_port(value).is_some(),
        "cs-method" => !value.is_empty() && value.iter().all(|b| b.is_ascii_uppercase() || *b == b'_' || *b == b'-'),
        "s-port" => value.iter().all(u8::is_ascii_digit),
        "sc-status" => value.len() == 3 && value.iter().all(u8::is_ascii_digit),
        "sc-substatus" | "sc-win32-status" | "sc-bytes" | "cs-bytes" => {
            value.iter().all(|b| b.is_ascii_digit() || *b == b'-')
        }
        _ => true,
    });
    fits.then_some(names)
}
