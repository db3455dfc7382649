//! Squid's own log and its relative that looks like a web server's.
#![expect(clippy::unnecessary_wraps, reason = "functions that store a column share one signature")]

use crate::domain::time::{SECOND, days_from_civil, of_day, scaled};
use crate::domain::{Exchange, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::row_format::{Column, RowFormat, bare, quoted, take};
use crate::parse::target::{Clock, Scratch, Target, Unit, is_null};
use crate::parse::url;

/// Squid's native log.
pub(super) static NATIVE: RowFormat = RowFormat {
    meta: Meta {
        id: "squid",
        title: "Squid native access log",
        source: "https://wiki.squid-cache.org/Features/LogFormat",
        notes: "time is the request's end; bytes are the whole reply; the client is Squid's, the service asked stands in host; status 000 means no reply was sent",
    },
    columns: &[
        bare("time", Target::Time(Clock::Epoch)),
        bare("elapsed", Target::Duration(Int::DurationUs, Unit::Ms)),
        bare("client", Target::Peer),
        take("code/status", code_and_status, "cache_status, status"),
        bare("bytes", Target::Int(Int::ResponseBytes)),
        bare("method", Target::Text(Text::Method)),
        take("URL", target, "scheme, host, port, path, query"),
        bare("user", Target::User),
        take("hierarchy/peer", hierarchy, "upstream"),
        bare("type", Target::Text(Text::ResponseContentType)),
        quoted("referer", Target::Text(Text::Referer)),
        quoted("user agent", Target::Text(Text::UserAgent)),
    ],
    least: 10,
    fits: |line| {
        let time = line.split(|b| *b == b' ').next().unwrap_or_default();
        time.len() >= 13 && time.iter().all(|b| b.is_ascii_digit() || *b == b'.')
    },
    finish: |x, _| if x.has_request() { Ok(Read::Exchange) } else { Err(Reason::MissingRequest) },
    samples: &[
        Sample {
            record: r#"1726003440.123   1717 203.0.113.9 TCP_MISS/200 3512 GET http://api.example:8080/stores/7?full=1 asha HIER_DIRECT/198.51.100.7 application/json "http://menu.example/" "curl/8.5.0""#,
            expect: &[
                ("time", "2024-09-10T21:24:00.123Z"),
                ("duration_us", "1717000"),
                ("peer_address", "203.0.113.9"),
                ("cache_status", "TCP_MISS"),
                ("status", "200"),
                ("response_bytes", "3512"),
                ("method", "GET"),
                ("scheme", "http"),
                ("host", "api.example"),
                ("port", "8080"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("remote_user", "asha"),
                ("auth", "present"),
                ("upstream", "198.51.100.7"),
                ("response_content_type", "application/json"),
                ("referer", "http://menu.example/"),
                ("user_agent", "curl/8.5.0"),
            ],
        },
        Sample {
            record: "1726003440.919      0 203.0.113.9 TCP_DENIED/403 3868 CONNECT api.example:443 - HIER_NONE/- text/html",
            expect: &[("method", "CONNECT"), ("host", "api.example"), ("port", "443"), ("status", "403")],
        },
        Sample {
            record: r#"1726003440.919      0 203.0.113.9 NONE_NONE/000 0 - error:transaction-end-before-headers - HIER_NONE/- - "-" "-""#,
            expect: &[
                ("status", "0"),
                ("error", "error:transaction-end-before-headers"),
                ("request_line", "error:transaction-end-before-headers"),
            ],
        },
    ],
};

/// Squid with a web server's columns and a numeric date.
pub(super) static CLF: RowFormat = RowFormat {
    meta: Meta {
        id: "squid-clf",
        title: "Squid, common log columns with a numeric date",
        source: "https://docs.sekoia.io/integration/categories/network_security/squid/",
        notes: "`[05/02/2025 11:30:29]` names no zone and is read month first, as the one public parser of this layout does, unless only day first is a date",
    },
    columns: &[
        bare("client", Target::Peer),
        bare("ident", Target::Skip),
        bare("user", Target::User),
        take("date", date, "time"),
        take("clock", clock, "time"),
        Column { quoted: true, ..take("request", request, "method, scheme, host, port, path, query, http_version") },
        bare("status", Target::Status),
        bare("bytes", Target::Int(Int::ResponseBytes)),
    ],
    least: 7,
    fits: |line| {
        line.split(|b| *b == b' ')
            .nth(3)
            .is_some_and(|d| matches!(d, [b'[', _, _, b'/', b'0'..=b'9', b'0'..=b'9', b'/', _, _, _, _]))
    },
    finish: |x, _| if x.has_request() { Ok(Read::Exchange) } else { Err(Reason::MissingRequest) },
    samples: &[Sample {
        record: r#"203.0.113.9 - asha [09/10/2024 21:24:00] "CONNECT https://api.example:443 HTTP/1.1" 200 - - 1000 Business Services"#,
        expect: &[
            ("time", "2024-09-10T21:24:00Z"),
            ("zone_assumed", "true"),
            ("remote_user", "asha"),
            ("method", "CONNECT"),
            ("host", "api.example"),
            ("port", "443"),
            ("status", "200"),
        ],
    }],
};

fn code_and_status<'a>(value: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    let slash = memchr::memrchr(b'/', value).ok_or(Reason::NotThisFormat)?;
    let (code, status) = value.split_at_checked(slash).ok_or(Reason::NotThisFormat)?;
    if !code.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_') {
        return Err(Reason::NotThisFormat);
    }
    x.set(Text::CacheStatus, code);
    Target::Status.apply(status.get(1..).unwrap_or_default(), crate::parse::target::Shape::Text, x, s)
}

/// `error:…` stands where the URL would, when Squid got no request that it could read.
fn target<'a>(value: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    if value.starts_with(b"error:") {
        x.set(Text::Error, value);
        x.set(Text::RequestLine, value);
    } else if !is_null(value) {
        url::target(value, x, s);
    }
    Ok(())
}

fn hierarchy<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    let slash = memchr::memchr(b'/', value).ok_or(Reason::NotThisFormat)?;
    let peer = value.get(slash + 1..).unwrap_or_default();
    if !is_null(peer) {
        x.set(Text::Upstream, peer);
    }
    Ok(())
}

/// A CONNECT that is written with a scheme asks for a host all the same.
fn request<'a>(value: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    url::request_line(value, x, s);
    if x.get(Text::Method) == Some(b"CONNECT") && x.get(Text::Path) == Some(b"/") {
        x.unset(Text::Path);
        x.unset(Text::Scheme);
    }
    Ok(())
}

fn date<'a>(value: &'a [u8], _x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    let mut parts = value.strip_prefix(b"[").unwrap_or(value).split(|b| *b == b'/').map(|p| scaled(p, 1));
    let mut next = || parts.next().flatten().and_then(|n| u32::try_from(n).ok()).ok_or(Reason::BadTime);
    let (first, second, year) = (next()?, next()?, next()?);
    let days = days_from_civil(year.into(), first, second).or_else(|| days_from_civil(year.into(), second, first));
    s.date = Some(days.ok_or(Reason::BadTime)? * 86_400 * SECOND);
    Ok(())
}

fn clock<'a>(value: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    let day = s.date.ok_or(Reason::BadTime)?;
    let of_day = of_day(value.strip_suffix(b"]").unwrap_or(value)).ok_or(Reason::BadTime)?;
    x.time = Some(day + of_day);
    x.zone_assumed = true;
    Ok(())
}
