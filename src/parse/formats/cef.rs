//! Events of web application firewalls in `ArcSight`'s Common Event Format and IBM's Log Event
//! Extended Format: a header between bars, then `key=value` pairs. Imperva and F5 write a request
//! into each event; events of others are exchanges where they name a method and a target.

use crate::domain::exchange::Traced;
use crate::domain::{Exchange, Ignorable, Int, Reason, Repair, Text};
use crate::parse::format::{Format, Meta, Read, Reader, Sample};
use crate::parse::headers::HeaderList;
use crate::parse::row_format::To;
use crate::parse::target::{Scratch, Target, is_null};
use crate::parse::url;

mod fields;
mod samples;

use fields::{Vendor, target};

/// CEF.
pub(super) static CEF: Events = Events {
    meta: Meta {
        id: "cef",
        title: "CEF events (Imperva, F5 BIG-IP)",
        source: "https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors-8.4/pdfdoc/cef-implementation-standard/cef-implementation-standard.pdf, https://docs.imperva.com/bundle/cloud-application-security/page/more/log-file-structure.htm, https://techdocs.f5.com/en-us/bigip-14-1-0/external-monitoring-of-big-ip-systems-implementations-14-1-0/event-messages-and-attack-types.html",
        notes: "an event is an exchange where it names a method and a target, else another record; Imperva: start and end are epoch milliseconds, in counts the body's bytes, cn1 is the status; F5: rt is when the event was made, by the device's clock without a zone, full_request gives the request's headers and body and may be cut off, a response_code of 0 is a request that got no answer; what a firewall logs beside an access log is the same request once more",
    },
    leef: false,
    samples: samples::CEF,
};

/// LEEF.
pub(super) static LEEF: Events = Events {
    meta: Meta {
        id: "leef",
        title: "LEEF events",
        source: "https://www.ibm.com/docs/en/dsm?topic=leef-overview",
        notes: "as cef; pairs stand between tabs or the character that the header names; devTime is read where it is a number or names its month",
    },
    leef: true,
    samples: samples::LEEF,
};

/// One of the two.
#[derive(Debug)]
pub(super) struct Events {
    meta: Meta,
    leef: bool,
    samples: &'static [Sample],
}

impl Format for Events {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(EventReader { leef: self.leef })
    }

    fn samples(&self) -> &'static [Sample] {
        self.samples
    }
}

#[derive(Debug)]
struct EventReader {
    leef: bool,
}

/// Pairs of one event that are looked at; Imperva writes up to 60, F5 up to 50.
const PAIRS_MAX: usize = 256;

/// Key and value, both as they stand in the event.
type Pair<'a> = (&'a [u8], &'a [u8]);

impl Reader for EventReader {
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        let head = if self.leef { &b"LEEF:"[..] } else { b"CEF:" };
        let start = begin(record, head).ok_or(Reason::NotThisFormat)?;
        let version = start.split(|b| *b == b'|').next().unwrap_or_default();
        if version.is_empty() || version.len() > 4 || !version.iter().all(|b| b.is_ascii_digit() || *b == b'.') {
            return Err(Reason::NotThisFormat);
        }
        // version|vendor|product|version|id|name|severity| and for LEEF version|…|id|
        let count = if self.leef { 5 } else { 7 };
        let (header, mut body) = bars(start, count).ok_or(Reason::NotThisFormat)?;
        let [_, vendor, ..] = header;
        let vendor = Vendor::of(vendor);
        let mut separator = None;
        if self.leef {
            let named;
            (named, body) = leef_separator(version, body);
            separator = Some(named);
        }
        let mut all: [Pair<'a>; PAIRS_MAX] = [(b"", b""); PAIRS_MAX];
        let mut n = 0;
        let mut keep = |pair| {
            if let Some(slot) = all.get_mut(n) {
                *slot = pair;
                n += 1;
            }
        };
        match separator {
            Some(separator) if memchr::memchr(separator, body).is_some() => separated(body, separator, &mut keep),
            _ => blanks(body, &mut keep),
        }
        let pairs = all.get(..n).unwrap_or_default();
        if pairs.is_empty() {
            return Err(Reason::NotThisFormat);
        }
        for (key, value) in pairs {
            let label = label_of(key, pairs);
            let value = value.trim_ascii();
            let value = if self.leef { value } else { unescape(value, x, s) };
            put(vendor, (key, label), value, x, s)?;
        }
        let name = header.get(5).copied().unwrap_or_default().trim_ascii();
        if !matches!(name, b"" | b"Normal" | b"Successful Request" | b"HTTP Request") {
            x.set_default(Text::Error, name);
        }
        if let (Some(begin), Some(end)) = (x.time, s.end.take())
            && end > begin
        {
            x.set_int_default(Int::DurationUs, end - begin);
        }
        let asked = x.get(Text::Method).is_some() && (x.get(Text::Path).is_some() || x.get(Text::Host).is_some());
        Ok(if asked { Read::Exchange } else { Read::Other(Ignorable::OtherRecord) })
    }
}

/// What follows the format's word. Senders put their own tag in front of it (`ASM:CEF:0|…`).
fn begin<'a>(record: &'a [u8], head: &[u8]) -> Option<&'a [u8]> {
    let mut rest = record;
    for _ in 0..3 {
        if let Some(after) = rest.strip_prefix(head)
            && after.first().is_some_and(u8::is_ascii_digit)
        {
            return Some(after);
        }
        let colon = memchr::memchr(b':', rest.get(..rest.len().min(32))?)?;
        let tag = rest.get(..colon)?;
        if !tag.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
            return None;
        }
        rest = rest.get(colon + 1..)?.trim_ascii_start();
    }
    None
}

/// So many fields, each ended by a bar that no backslash stands before, and what follows them.
fn bars(text: &[u8], count: usize) -> Option<(Header<'_>, &[u8])> {
    let mut header: [&[u8]; 7] = [b""; 7];
    let mut rest = text;
    for slot in header.iter_mut().take(count) {
        let end = memchr::memchr_iter(b'|', rest).find(|at| {
            rest.get(..*at).is_some_and(|before| before.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 0)
        })?;
        *slot = rest.get(..end)?;
        rest = rest.get(end + 1..)?;
    }
    Some((header, rest))
}

/// The header's fields; those that a format lacks are empty.
type Header<'a> = [&'a [u8]; 7];

/// LEEF 2 names the separator in a field of its own, as a character or as `x09` or `0x09`.
fn leef_separator<'a>(version: &[u8], body: &'a [u8]) -> (u8, &'a [u8]) {
    if !version.starts_with(b"2") {
        return (b'\t', body);
    }
    let Some(bar) = memchr::memchr(b'|', body.get(..body.len().min(6)).unwrap_or_default()) else {
        return (b'\t', body);
    };
    let named = body.get(..bar).unwrap_or_default();
    let rest = body.get(bar + 1..).unwrap_or_default();
    let hex = named.strip_prefix(b"0x").or_else(|| named.strip_prefix(b"x"));
    let code = hex.and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
    match (code, named) {
        (Some(code), _) => (code, rest),
        (None, [one]) => (*one, rest),
        (None, []) => (b'\t', rest),
        _ => (b'\t', body),
    }
}

fn separated<'a>(body: &'a [u8], separator: u8, keep: &mut impl FnMut(Pair<'a>)) {
    for pair in body.split(|b| *b == separator) {
        if let Some(at) = memchr::memchr(b'=', pair) {
            let (key, value) = pair.split_at(at);
            keep((key.trim_ascii(), value.get(1..).unwrap_or_default()));
        }
    }
}

/// Pairs with blanks between: a value goes on until a blank and a word with `=` behind it.
fn blanks<'a>(body: &'a [u8], keep: &mut impl FnMut(Pair<'a>)) {
    let mut open: Option<(&[u8], usize)> = None;
    // The key whose value is a whole request, in which anything may stand.
    let mut whole: Option<&[u8]> = None;
    for at in memchr::memchr_iter(b'=', body) {
        let before = body.get(..at).unwrap_or_default();
        let word = before.iter().rev().take_while(|b| is_key_byte(**b)).count();
        let from = at - word;
        let separate = from == 0 || before.get(from - 1) == Some(&b' ');
        if word == 0 || word > 64 || !separate {
            continue;
        }
        if let Some((key, value)) = open {
            let value = body.get(value..from).unwrap_or_default();
            if value.trim_ascii() == b"full_request" {
                whole = key.strip_suffix(b"Label");
            }
            keep((key, value));
        }
        let key = before.get(from..).unwrap_or_default();
        open = Some((key, at + 1));
        if whole == Some(key) {
            break;
        }
    }
    if let Some((key, value)) = open {
        keep((key, body.get(value..).unwrap_or_default()));
    }
}

fn is_key_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']')
}

/// What the sender calls a custom key (`cs1` by `cs1Label`).
fn label_of<'a>(key: &[u8], pairs: &[Pair<'a>]) -> &'a [u8] {
    let custom = matches!(key, [b'c', b's' | b'n', b'0'..=b'9', ..] | [b'c', b'6' | b'f', ..]);
    let is_label = |k: &[u8]| k.strip_suffix(b"Label") == Some(key);
    let found = if custom { pairs.iter().find(|(k, _)| is_label(k)) } else { None };
    found.map_or(b"", |(_, label)| label.trim_ascii())
}

/// Stores one pair by its key or its label.
fn put<'a>(
    vendor: Vendor,
    (key, label): (&'a [u8], &'a [u8]),
    value: &'a [u8],
    x: &mut Exchange<'a>,
    s: &mut Scratch<'a>,
) -> Result<(), Reason> {
    let name = String::from_utf8_lossy(if label.is_empty() { key } else { label });
    if is_null(value) || value == b"N/A" {
        return Ok(());
    }
    let Some(to) = target(vendor, key, label) else {
        if let Some(trace) = &mut x.trace
            && !key.ends_with(b"Label")
        {
            trace.push(Traced { source: name.into_owned(), target: None, raw: value.to_vec() });
        }
        return Ok(());
    };
    match To::store(Some(to), &name, value, x, s) {
        Err(Reason::BadNumber | Reason::BadStatus) => x.repair(Repair::BadNumber),
        Err(Reason::BadTime) => x.repair(Repair::BadTime),
        other => return other,
    }
    Ok(())
}

/// `\=`, `\\`, `\|`, `\n` and `\r`. Senders write other pairs too, which stay as they are.
fn unescape<'a>(value: &'a [u8], x: &mut Exchange<'_>, s: &Scratch<'a>) -> &'a [u8] {
    if memchr::memchr(b'\\', value).is_none() {
        return value;
    }
    let mut out = bumpalo::collections::Vec::with_capacity_in(value.len(), s.arena);
    let mut rest = value;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice_copy(rest.get(..at).unwrap_or_default());
        let byte = match rest.get(at + 1) {
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b @ (b'=' | b'\\' | b'|' | b'"')) => *b,
            _ => {
                x.repair(Repair::BadEscape);
                out.push(b'\\');
                rest = rest.get(at + 1..).unwrap_or_default();
                continue;
            }
        };
        out.push(byte);
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    out.extend_from_slice_copy(rest);
    out.into_bump_slice()
}

/// A whole request as it went over the wire: request line, headers, body.
fn whole_request<'a>(text: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    let mut rest = text;
    let mut line = || {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at_checked(end)?;
        let whole = !after.is_empty();
        rest = after.get(1..).unwrap_or_default();
        Some((line.strip_suffix(b"\r").unwrap_or(line), whole))
    };
    if let Some((first, _)) = line() {
        url::request_line(first, x, s);
    }
    let mut headers = HeaderList::new(true, s);
    let mut complete = false;
    while let Some((text, whole)) = line() {
        if text.is_empty() {
            complete = whole;
            break;
        }
        let Some(colon) = memchr::memchr(b':', text) else { break };
        let (name, value) = text.split_at(colon);
        headers.add(name, value.get(1..).unwrap_or_default().trim_ascii(), x, s);
    }
    let before = x.auth;
    headers.finish(x);
    if !complete {
        // Cut off among the headers: what was not seen may have held a credential.
        if x.auth == crate::domain::Auth::Absent {
            x.auth = before;
        }
        x.repair(Repair::MissingField);
        return Ok(());
    }
    let body = rest.strip_suffix(b"#015").unwrap_or(rest);
    Target::RequestBody.apply(body, crate::parse::target::Shape::Text, x, s)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(body: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        blanks(body.as_bytes(), &mut |(k, v)| found.push((text(k), text(v.trim_ascii()))));
        found
    }

    #[test]
    fn values_hold_blanks_and_escaped_signs() {
        let want = |list: &[(&str, &str)]| -> Vec<_> {
            list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        assert_eq!(
            pairs(r"msg=two words qstr=a\=1 src=203.0.113.9"),
            want(&[("msg", "two words"), ("qstr", r"a\=1"), ("src", "203.0.113.9")])
        );
        assert_eq!(
            pairs(r"cs3Label=full_request cs3=GET /a?b=1 HTTP/1.1\r\nCookie: sid=1"),
            want(&[("cs3Label", "full_request"), ("cs3", r"GET /a?b=1 HTTP/1.1\r\nCookie: sid=1")]),
            "a whole request may hold anything"
        );
        assert_eq!(pairs("request=/a?x=1 empty= b=2"), want(&[("request", "/a?x=1"), ("empty", ""), ("b", "2")]));
        assert_eq!(pairs("no pair here"), want(&[]));
    }
}
