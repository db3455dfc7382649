//! What the keys of an event mean.
#![expect(clippy::unnecessary_wraps, reason = "functions that store a column share one signature")]

use crate::domain::time::{epoch, iso, syslog};
use crate::domain::{Exchange, Int, Reason, Repair, Text};
use crate::parse::row_format::To;
use crate::parse::target::{Scratch, Target, is_null};
use crate::parse::url;

/// Whose custom keys they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vendor {
    Imperva,
    F5,
    Other,
}

impl Vendor {
    pub(super) fn of(name: &[u8]) -> Self {
        match name {
            b"Incapsula" | b"Imperva Inc." | b"Imperva Inc" | b"Imperva" => Self::Imperva,
            b"F5" => Self::F5,
            _ => Self::Other,
        }
    }
}

/// Where a key goes. The common ones are those of the CEF dictionary and of LEEF's attributes.
pub(super) fn target(vendor: Vendor, key: &[u8], label: &[u8]) -> Option<To> {
    let own = match vendor {
        Vendor::Imperva => imperva(key),
        Vendor::F5 => f5(key, label),
        Vendor::Other => None,
    };
    own.or_else(|| common(key))
}

fn imperva(key: &[u8]) -> Option<To> {
    Some(To::Target(match key {
        b"cpt" => Target::ClientPort,
        b"cn1" => Target::Status,
        b"in" => Target::Int(Int::ResponseBodyBytes),
        b"qstr" => Target::Query,
        b"xff" => Target::ForwardedFor,
        b"sip" => Target::ServerAddress,
        b"spt" => Target::Int(Int::ServerPort),
        b"ref" => Target::Text(Text::Referer),
        b"ccode" => Target::Text(Text::Country),
        b"postbody" => Target::RequestBody,
        b"deviceFacility" | b"popName" => Target::Text(Text::Server),
        b"deviceExternalId" => Target::Text(Text::RequestId),
        b"sourceServiceName" => Target::Weak(&Target::Host),
        b"cat" => Target::Text(Text::Action),
        b"ver" => return Some(To::Take(tls, "tls_version, tls_cipher")),
        b"proto" => return Some(To::Take(scheme, "scheme")),
        b"cs9" => Target::Weak(&Target::Text(Text::Error)),
        _ => return None,
    }))
}

fn f5(key: &[u8], label: &[u8]) -> Option<To> {
    Some(To::Target(match label {
        b"response_code" => Target::Status,
        b"x_forwarded_for_header_value" => Target::ForwardedFor,
        b"geo_location" => Target::Text(Text::Country),
        b"attack_type" => Target::Text(Text::Error),
        b"policy_name" => Target::Text(Text::Route),
        b"full_request" => return Some(To::Take(super::whole_request, "request headers and body")),
        _ => match key {
            b"http_code" => Target::Status,
            b"host" => Target::Host,
            b"microservice" => Target::Text(Text::Service),
            _ => return None,
        },
    }))
}

fn common(key: &[u8]) -> Option<To> {
    Some(To::Target(match key {
        b"src" => Target::Peer,
        b"spt" | b"srcPort" => Target::ClientPort,
        b"dst" => Target::ServerAddress,
        b"dpt" | b"dstPort" => Target::Int(Int::ServerPort),
        b"dhost" => Target::Weak(&Target::Host),
        b"dvchost" => Target::Text(Text::Server),
        b"requestMethod" | b"method" => Target::Text(Text::Method),
        b"request" | b"url" => return Some(To::Take(address, "scheme, host, path, query")),
        b"requestClientApplication" | b"userAgent" => Target::Text(Text::UserAgent),
        b"requestContext" => Target::Text(Text::Referer),
        b"requestCookies" => Target::Cookies,
        b"act" => Target::Text(Text::Action),
        b"externalId" => Target::Text(Text::RequestId),
        b"suser" | b"usrName" => Target::User,
        b"app" => return Some(To::Take(scheme, "scheme")),
        b"start" | b"rt" | b"devTime" => return Some(To::Take(begin, "time")),
        b"end" => return Some(To::Take(end, "duration_us, where nothing better tells it")),
        _ => return None,
    }))
}

/// A URL; Imperva leaves its scheme out (`menu.example/a`).
fn address<'a>(value: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    let slash = memchr::memchr(b'/', value);
    match slash.and_then(|at| value.split_at_checked(at)) {
        Some((host, path)) if !host.is_empty() && memchr::memchr(b'?', host).is_none() && !host.ends_with(b":") => {
            url::host(host, x);
            url::target(path, x, s);
        }
        // Attack Analytics sums many requests up: "Distributed".
        None => {}
        Some(_) => url::target(value, x, s),
    }
    Ok(())
}

fn scheme<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    if value.eq_ignore_ascii_case(b"https") {
        x.set(Text::Scheme, b"https");
    } else if value.eq_ignore_ascii_case(b"http") {
        x.set(Text::Scheme, b"http");
    }
    Ok(())
}

/// `TLSv1.3 TLS_AES_128_GCM_SHA256`.
fn tls<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    let mut words = value.splitn(2, |b| *b == b' ');
    if let Some(version) = words.next().filter(|v| !is_null(v)) {
        x.set(Text::TlsVersion, version);
        x.set_default(Text::Scheme, b"https");
    }
    if let Some(cipher) = words.next() {
        x.set(Text::TlsCipher, cipher.trim_ascii());
    }
    Ok(())
}

fn begin<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    match moment(value) {
        Some((at, zoned)) if x.time.is_none() => {
            x.time = Some(at);
            x.zone_assumed = !zoned;
        }
        Some(_) => {}
        None => x.repair(Repair::BadTime),
    }
    Ok(())
}

fn end<'a>(value: &'a [u8], _x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    s.end = moment(value).map(|(at, _)| at);
    Ok(())
}

/// Epoch, RFC 3339, or CEF's own `Jul 31 2024 11:23:28`; whether a zone was named.
fn moment(value: &[u8]) -> Option<(i64, bool)> {
    if let Some(stamp) = epoch(value).or_else(|| iso(value)) {
        return Some((stamp.at, stamp.zoned));
    }
    let mut words = value.split(|b| *b == b' ').filter(|w| !w.is_empty());
    let (month, day, year, clock) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let year = std::str::from_utf8(year).ok()?.parse().ok()?;
    let utc = matches!(words.next(), Some(b"UTC" | b"GMT" | b"Z"));
    syslog(&[month, b" ", day, b" ", clock].concat(), year).map(|stamp| (stamp.at, utc))
}
