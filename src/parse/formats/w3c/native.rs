//! IIS's own fixed format: fifteen values between commas.

use super::Read;
use crate::domain::time::{SECOND, days_from_civil, of_day, scaled};
use crate::domain::{Exchange, Int, Reason, Text};
use crate::parse::format::{Format, Meta, Reader, Sample};
use crate::parse::row_format::To;
use crate::parse::target::{Scratch, Target, Unit};

/// The format.
#[derive(Debug)]
pub(in crate::parse::formats) struct IisNative;

/// The format.
pub(in crate::parse::formats) static FORMAT: IisNative = IisNative;

static META: Meta = Meta {
    id: "iis-native",
    title: "Microsoft IIS log format",
    source: "https://learn.microsoft.com/windows/win32/http/iis-logging",
    notes: "time is the server's own clock, whose zone is not named; the date is month first unless only day first is a date; bytes count headers too",
};

const COLUMNS: [(&str, Option<Target>); 15] = [
    ("client IP", Some(Target::Peer)),
    ("user name", Some(Target::User)),
    ("date", None),
    ("time", None),
    ("service", Some(Target::Text(Text::Service))),
    ("server name", Some(Target::Text(Text::Server))),
    ("server IP", Some(Target::ServerAddress)),
    ("time taken", Some(Target::Duration(Int::DurationUs, Unit::Ms))),
    ("client bytes sent", Some(Target::Int(Int::RequestBytes))),
    ("server bytes sent", Some(Target::Int(Int::ResponseBytes))),
    ("service status code", Some(Target::Status)),
    ("Windows status code", Some(Target::Skip)),
    ("request type", Some(Target::Text(Text::Method))),
    ("target of operation", Some(Target::Uri)),
    ("parameters", Some(Target::Query)),
];

impl Format for IisNative {
    fn meta(&self) -> &Meta {
        &META
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Rows)
    }

    fn samples(&self) -> &'static [Sample] {
        &[Sample {
            record: "203.0.113.9, asha, 9/10/2024, 21:24:00, W3SVC1, WEB1, 198.51.100.7, 2, 769, 143, 304, 0, GET, /stores, full=1,2,",
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("zone_assumed", "true"),
                ("peer_address", "203.0.113.9"),
                ("remote_user", "asha"),
                ("server", "WEB1"),
                ("duration_us", "2000"),
                ("request_bytes", "769"),
                ("response_bytes", "143"),
                ("status", "304"),
                ("method", "GET"),
                ("path", "/stores"),
                ("query", "full=1,2"),
            ],
        }]
    }
}

struct Rows;

impl Reader for Rows {
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        let text = record.trim_ascii().strip_suffix(b",").ok_or(Reason::NotThisFormat)?;
        let mut cells = text.splitn(COLUMNS.len(), |b| *b == b',').map(<[u8]>::trim_ascii);
        let mut day = None;
        for (name, target) in COLUMNS {
            let cell = cells.next().ok_or(Reason::NotThisFormat)?;
            match name {
                "date" => day = Some(date(cell).ok_or(Reason::NotThisFormat)?),
                "time" => x.time = day.zip(of_day(cell)).map(|(d, t)| d + t),
                _ => {}
            }
            To::store(target.map(To::Target), name, cell, x, s)?;
        }
        x.zone_assumed = true;
        if x.time.is_none() {
            return Err(Reason::BadTime);
        }
        if x.has_request() { Ok(Read::Exchange) } else { Err(Reason::MissingRequest) }
    }
}

/// `9/10/2024`, with the year in two digits in old files.
fn date(text: &[u8]) -> Option<i64> {
    let mut parts = text.split(|b| *b == b'/').map(|p| scaled(p, 1).and_then(|n| u32::try_from(n).ok()));
    let (first, second, year) = (parts.next()??, parts.next()??, parts.next()??);
    let year = i64::from(if year < 70 {
        year + 2000
    } else if year < 100 {
        year + 1900
    } else {
        year
    });
    let days = days_from_civil(year, first, second).or_else(|| days_from_civil(year, second, first))?;
    Some(days * 86_400 * SECOND)
}
