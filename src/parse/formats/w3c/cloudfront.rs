//! CloudFront's records without a `#Fields` line: standard logging v2 as JSON, real-time logs as
//! rows between tabs. Names and values are those of the W3C files.

use std::sync::OnceLock;

use super::columns::{Dialect, percent_decode};
use super::{Role, Row, role};
use crate::domain::address::split_port;
use crate::domain::time::{epoch, iso};
use crate::domain::{Exchange, Int, Reason, Repair, Text};
use crate::parse::format::{Format, Meta, Read, Reader, Sample};
use crate::parse::json;
use crate::parse::json_format::JsonFormat;
use crate::parse::row_format::To;
use crate::parse::target::{Clock, Scratch, Target, Unit};

/// Records as JSON objects.
pub(in crate::parse::formats) static JSON: JsonFormat = JsonFormat {
    meta: Meta {
        id: "cloudfront-json",
        title: "CloudFront standard logging v2 and real-time logs (JSON)",
        source: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html, https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html",
        notes: "times are UTC and mark the response's end, of real-time logs too; durations are seconds; sc-bytes and cs-bytes count headers too; headers are percent-encoded, which is undone; where repeated requests were summed up (count, start_time, end_time) the record is one exchange at its start",
    },
    needs: &[&["cs-uri-stem", "cs-method", "x-edge-location|x-edge-request-id|x-edge-result-type|DistributionId"]],
    rules: &[
        ("date", Target::Skip),
        ("time", Target::Skip),
        ("start_time", Target::Skip),
        ("timestamp", Target::Time(Clock::Epoch)),
        ("timestamp(ms)", Target::Time(Clock::Epoch)),
        ("c-ip", Target::Peer),
        ("c-port", Target::ClientPort),
        ("s-ip", Target::ServerAddress),
        ("x-edge-location", Target::Text(Text::Server)),
        ("cs-method", Target::Text(Text::Method)),
        ("cs-uri-stem", Target::Uri),
        ("cs-uri-query", Target::Query),
        ("cs-protocol", Target::Text(Text::Scheme)),
        ("cs-protocol-version", Target::Text(Text::HttpVersion)),
        ("cs(User-Agent)", Target::Text(Text::UserAgent)),
        ("cs-user-agent", Target::Text(Text::UserAgent)),
        ("cs(Referer)", Target::Text(Text::Referer)),
        ("cs-referer", Target::Text(Text::Referer)),
        ("cs(Cookie)", Target::Cookies),
        ("cs-cookie", Target::Cookies),
        ("x-host-header", Target::Host),
        ("cs(Host)", Target::Weak(&Target::Host)),
        ("cs-host", Target::Weak(&Target::Host)),
        ("x-forwarded-for", Target::ForwardedFor),
        ("sc-status", Target::Status),
        ("sc-bytes", Target::Int(Int::ResponseBytes)),
        ("cs-bytes", Target::Int(Int::RequestBytes)),
        ("time-taken", Target::Duration(Int::DurationUs, Unit::S)),
        ("time-to-first-byte", Target::Duration(Int::FirstByteUs, Unit::S)),
        ("sc-content-type", Target::Text(Text::ResponseContentType)),
        ("sc-content-len", Target::Int(Int::ResponseBodyBytes)),
        ("ssl-protocol", Target::TlsVersion),
        ("ssl-cipher", Target::Text(Text::TlsCipher)),
        ("x-edge-request-id", Target::Text(Text::RequestId)),
        ("x-edge-result-type", Target::Text(Text::CacheStatus)),
        ("c-country", Target::Text(Text::Country)),
        ("cache-behavior-path-pattern", Target::Text(Text::RouteTemplate)),
        ("DistributionId", Target::Text(Text::Service)),
        ("x-edge-response-result-type", Target::Skip),
        ("x-edge-detailed-result-type", Target::Skip),
    ],
    finish,
    samples: &[
        Sample {
            record: r#"{"date":"2024-09-10","time":"21:24:00","x-edge-location":"BOM78-P1","sc-bytes":"1289","c-ip":"203.0.113.9","cs-method":"GET","cs(Host)":"d1.cloudfront.example","cs-uri-stem":"/v1/menu","sc-status":"200","cs(Referer)":"-","cs(User-Agent)":"Mozilla/5.0%20(X11)","cs-uri-query":"t=7","cs(Cookie)":"-","x-edge-result-type":"Miss","x-edge-request-id":"Dw16==","x-host-header":"menu.example","cs-protocol":"https","cs-bytes":"258","time-taken":"0.358","x-forwarded-for":"-","ssl-protocol":"TLSv1.3","ssl-cipher":"TLS_AES_128_GCM_SHA256","cs-protocol-version":"HTTP/2.0","c-port":"58622","time-to-first-byte":"0.3","sc-content-type":"text/html;%20charset=UTF-8","sc-content-len":"0"}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("method", "GET"),
                ("scheme", "https"),
                ("host", "menu.example"),
                ("path", "/v1/menu"),
                ("query", "t=7"),
                ("status", "200"),
                ("response_bytes", "1289"),
                ("request_bytes", "258"),
                ("duration_us", "358000"),
                ("first_byte_us", "300000"),
                ("peer_address", "203.0.113.9"),
                ("client_port", "58622"),
                ("user_agent", "Mozilla/5.0 (X11)"),
                ("response_content_type", "text/html; charset=UTF-8"),
                ("cache_status", "Miss"),
            ],
        },
        Sample {
            record: r#"{"timestamp":"1726003440.123","c-ip":"2001:db8::7","time-to-first-byte":"0.002","sc-status":"404","sc-bytes":"700","cs-method":"GET","cs-protocol":"https","cs-host":"menu.example","cs-uri-stem":"/v1/menu?x=1","x-edge-location":"BOM78","x-edge-request-id":"q","c-country":"IN","cs-user-agent":"curl/8.5.0"}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.123Z"),
                ("peer_address", "2001:db8::7"),
                ("status", "404"),
                ("host", "menu.example"),
                ("client_country", "IN"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};

fn finish<'a>(record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
    for field in [Text::UserAgent, Text::ResponseContentType] {
        if let Some(value) = x.get(field) {
            let value = percent_decode(value, x, s);
            x.set(field, value);
        }
    }
    let clock = json::find(record, "time").or_else(|| json::find(record, "start_time"));
    if let (Some(date), Some(clock)) = (json::find(record, "date"), clock) {
        let bare = |text: &'a [u8]| text.trim_ascii().trim_ascii_start();
        let text = [unquoted(bare(date)), b"T", unquoted(bare(clock)), b"Z"].concat();
        match iso(&text) {
            Some(stamp) => x.time = x.time.or(Some(stamp.at)),
            None => x.repair(Repair::BadTime),
        }
    }
    x.zone_assumed = false;
    if x.has_request() { Ok(Read::Exchange) } else { Err(Reason::MissingRequest) }
}

fn unquoted(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\"").and_then(|t| t.strip_suffix(b"\"")).unwrap_or(text)
}

/// Rows of a real-time log that carries all fields in their order.
#[derive(Debug)]
pub(in crate::parse::formats) struct RealTime;

/// Rows of a real-time log.
pub(in crate::parse::formats) static REALTIME: RealTime = RealTime;

static META: Meta = Meta {
    id: "cloudfront-realtime",
    title: "CloudFront real-time logs (tabs)",
    source: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html",
    notes: "read where the row begins with the fields in the documented order, with or without s-ip, and holds 20 of them at least; a log with chosen fields names none and needs --log-regex; the time marks the response's end; sc-bytes and cs-bytes count headers too",
};

/// The documented order, under the names of the W3C files. New fields come at the end.
const ORDER: &[&str] = &[
    "timestamp",
    "c-ip",
    "s-ip",
    "time-to-first-byte",
    "sc-status",
    "sc-bytes",
    "cs-method",
    "cs-protocol",
    "cs(host)",
    "cs-uri-stem",
    "cs-bytes",
    "x-edge-location",
    "x-edge-request-id",
    "x-host-header",
    "time-taken",
    "cs-protocol-version",
    "c-ip-version",
    "cs(user-agent)",
    "cs(referer)",
    "cs(cookie)",
    "cs-uri-query",
    "x-edge-response-result-type",
    "x-forwarded-for",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-result-type",
    "fle-encrypted-fields",
    "fle-status",
    "sc-content-type",
    "sc-content-len",
    "sc-range-start",
    "sc-range-end",
    "c-port",
    "x-edge-detailed-result-type",
    "c-country",
    "cs-accept-encoding",
    "cs-accept",
    "cache-behavior-path-pattern",
    "cs-headers",
    "cs-header-names",
    "cs-headers-count",
];

/// Fields that a row must have: until the query, without `s-ip`.
const LEAST: usize = 20;

impl Format for RealTime {
    fn meta(&self) -> &Meta {
        &META
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(RealTimeReader)
    }

    fn samples(&self) -> &'static [Sample] {
        REALTIME_SAMPLES
    }
}

#[derive(Debug)]
struct RealTimeReader;

impl Reader for RealTimeReader {
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        let mut cells = record.split(|b| *b == b'\t');
        let stamp = cells.next().filter(|c| c.len() >= 10 && memchr::memchr(b'.', c) == Some(10));
        let stamp = stamp.and_then(epoch).ok_or(Reason::NotThisFormat)?;
        let client = cells.next().filter(|c| split_port(c).is_some()).ok_or(Reason::NotThisFormat)?;
        To::store(Some(To::Target(Target::Peer)), "c-ip", client, x, s)?;
        x.time = Some(stamp.at);
        let mut names = ORDER.iter().skip(2).peekable();
        let mut row = Row::default();
        let mut count = 2;
        for cell in cells {
            if count == 2 && split_port(cell).is_none() && cell != b"-" {
                // Logs that were set up before the field existed.
                names.next();
            }
            let Some(name) = names.next() else { break };
            count += 1;
            let fits = match *name {
                "sc-status" => cell.len() == 3 && cell.iter().all(u8::is_ascii_digit),
                "cs-method" => !cell.is_empty() && cell.iter().all(u8::is_ascii_uppercase),
                "cs-protocol" => matches!(cell, b"http" | b"https" | b"ws" | b"wss" | b"grpcs"),
                "cs-uri-stem" => cell.first() == Some(&b'/'),
                _ => true,
            };
            if !fits {
                return Err(Reason::NotThisFormat);
            }
            let role = match *name {
                "c-country" => Role::To(To::Target(Target::Text(Text::Country))),
                "cache-behavior-path-pattern" => Role::To(To::Target(Target::Text(Text::RouteTemplate))),
                name => role(name, Dialect::CloudFront, true),
            };
            row.put((name, role, Dialect::CloudFront), cell, x, s)?;
        }
        if count < LEAST {
            return Err(Reason::NotThisFormat);
        }
        Ok(Read::Exchange)
    }
}

const REALTIME_SAMPLES: &[Sample] = &[
    Sample {
        record: "1726003440.123\t203.0.113.9\t198.51.100.7\t0.002\t200\t16599\tGET\thttps\td1.cloudfront.example\t/v1/menu\t350\tBOM78-P1\tq1\tmenu.example\t0.005\tHTTP/2.0\tIPv4\tMozilla/5.0%20(X11)\thttps://menu.example/\t-\tt=7\tMiss\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tMiss\t-\t-\ttext/html\t78\t-\t-\t46532\tMiss\tIN\tgzip\t*/*\t/v1/*\tUser-Agent:x%0A\tUser-Agent%0A\t1",
        expect: &[
            ("time", "2024-09-10T21:24:00.123Z"),
            ("peer_address", "203.0.113.9"),
            ("server_address", "198.51.100.7"),
            ("first_byte_us", "2000"),
            ("status", "200"),
            ("response_bytes", "16599"),
            ("method", "GET"),
            ("scheme", "https"),
            ("host", "menu.example"),
            ("path", "/v1/menu"),
            ("query", "t=7"),
            ("request_bytes", "350"),
            ("server", "BOM78-P1"),
            ("duration_us", "5000"),
            ("user_agent", "Mozilla/5.0 (X11)"),
            ("referer", "https://menu.example/"),
            ("client_port", "46532"),
            ("client_country", "IN"),
            ("route_template", "/v1/*"),
        ],
    },
    Sample {
        record: "1726003440.123\t2001:db8::7\t0.002\t200\t16599\tGET\thttps\tmenu.example\t/v1/menu\t350\tBOM78-P1\tq1\tmenu.example\t0.005\tHTTP/2.0\tIPv6\tcurl/8.5.0\t-\t-\t-",
        expect: &[
            ("peer_address", "2001:db8::7"),
            ("status", "200"),
            ("path", "/v1/menu"),
            ("user_agent", "curl/8.5.0"),
        ],
    },
];
