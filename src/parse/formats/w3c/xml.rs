//! IIS rows as the Windows event log holds them (channel Microsoft-IIS-Logging/Logs): one XML
//! event a line, its data named like the W3C columns.

use bumpalo::collections::Vec as BumpVec;

use super::columns::{Dialect, role};
use super::{Read, Row};
use crate::domain::{Exchange, Ignorable, Reason};
use crate::parse::format::{Format, Meta, Reader, Sample};
use crate::parse::target::Scratch;

/// The format.
#[derive(Debug)]
pub(in crate::parse::formats) struct IisXml;

/// The format.
pub(in crate::parse::formats) static FORMAT: IisXml = IisXml;

static META: Meta = Meta {
    id: "iis-xml",
    title: "IIS in the Windows event log, as XML",
    source: "https://learn.microsoft.com/windows/win32/wes/eventschema-event-element (provider Microsoft-Windows-IIS-Logging)",
    notes: "columns mean what they do in IIS's W3C log; events of other providers are no exchanges",
};

impl Format for IisXml {
    fn meta(&self) -> &Meta {
        &META
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Events)
    }

    fn samples(&self) -> &'static [Sample] {
        &[Sample {
            record: r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-IIS-Logging" /><EventID>6200</EventID></System><EventData> <Data Name="date">2024-09-10</Data><Data Name="time">21:24:00</Data><Data Name="c-ip">203.0.113.9</Data><Data Name="cs-method">GET</Data><Data Name="cs-uri-stem">/stores</Data><Data Name="cs-uri-query">a=1&amp;b=&lt;2&gt;</Data><Data Name="sc-status">400</Data><Data Name="time-taken">49</Data><Data Name="csUser-Agent">Mozilla/5.0+(X11)</Data><Data Name="csCookie">-</Data><Data Name="CustomFields" /></EventData></Event>"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("method", "GET"),
                ("path", "/stores"),
                ("query", "a=1&b=<2>"),
                ("status", "400"),
                ("duration_us", "49000"),
                ("user_agent", "Mozilla/5.0 (X11)"),
            ],
        }]
    }
}

struct Events;

impl Reader for Events {
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        let text = record.trim_ascii();
        if !text.starts_with(b"<Event") {
            return Err(Reason::NotThisFormat);
        }
        if !text.ends_with(b"</Event>") {
            return Err(Reason::Truncated);
        }
        if memchr::memmem::find(text, b"Microsoft-Windows-IIS-Logging").is_none() {
            return Ok(Read::Other(Ignorable::OtherRecord));
        }
        let mut row = Row::default();
        let mut rest = text;
        while let Some((name, value, after)) = data(rest) {
            rest = after;
            let name = match name {
                "csUser-Agent" => "cs(user-agent)".to_owned(),
                "csCookie" => "cs(cookie)".to_owned(),
                "csReferer" => "cs(referer)".to_owned(),
                other => other.to_ascii_lowercase(),
            };
            row.put((&name, role(&name, Dialect::Iis, true), Dialect::Iis), entities(value, s), x, s)?;
        }
        row.finish(None, x)
    }
}

/// The next `<Data Name="name">value</Data>`, and what follows it.
fn data(text: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    const OPEN: &[u8] = b"<Data Name=\"";
    let mut rest = text;
    loop {
        let at = memchr::memmem::find(rest, OPEN)?;
        rest = rest.get(at + OPEN.len()..)?;
        let (name, after) = rest.split_at_checked(memchr::memchr(b'"', rest)?)?;
        let Some(inner) = after.strip_prefix(b"\">") else {
            // `<Data Name="x" />` holds nothing.
            continue;
        };
        let (value, after) = inner.split_at_checked(memchr::memchr(b'<', inner)?)?;
        return Some((std::str::from_utf8(name).ok()?, value, after));
    }
}

/// Undoes the five entities that XML knows.
fn entities<'a>(value: &'a [u8], s: &Scratch<'a>) -> &'a [u8] {
    const KNOWN: [(&[u8], u8); 5] =
        [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&apos;", b'\'')];
    if memchr::memchr(b'&', value).is_none() {
        return value;
    }
    let mut out = BumpVec::with_capacity_in(value.len(), s.arena);
    let mut rest = value;
    while let Some((b, tail)) = rest.split_first() {
        if let Some((name, byte)) = KNOWN.iter().find(|(name, _)| rest.starts_with(name)) {
            out.push(*byte);
            rest = rest.get(name.len()..).unwrap_or_default();
        } else {
            out.push(*b);
            rest = tail;
        }
    }
    out.into_bump_slice()
}
