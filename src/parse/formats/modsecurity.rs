//! ModSecurity's serial audit log: one block of sections a transaction.

use bumpalo::collections::Vec as BumpVec;

use crate::domain::exchange::{Body, Traced, Transfer};
use crate::domain::time::scaled;
use crate::domain::{Exchange, Int, Reason, Text};
use crate::parse::cut::blocks::boundary;
use crate::parse::format::{Format, Meta, Read, Reader, Sample};
use crate::parse::headers::HeaderList;
use crate::parse::row_format::word;
use crate::parse::target::{Clock, Scratch, Shape, Target, address};
use crate::parse::url;

/// The format.
#[derive(Debug)]
pub(super) struct ModSecurity;

/// The format.
pub(super) static FORMAT: ModSecurity = ModSecurity;

static META: Meta = Meta {
    id: "modsecurity",
    title: "ModSecurity serial audit log",
    source: "https://github.com/owasp-modsecurity/ModSecurity/wiki/ModSecurity-2-Data-Formats#audit-log",
    notes: "time is the transaction's begin; bodies are what ModSecurity buffered, cut at its limits; section I holds the request body without its files; what rules said stands in error, what was done about it in action",
};

impl Format for ModSecurity {
    fn meta(&self) -> &Meta {
        &META
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Blocks)
    }

    fn samples(&self) -> &'static [Sample] {
        &[
            Sample {
                record: "--6f3a1b2c-A--\n[11/Sep/2024:02:54:00 +0530] WugN3pjb 203.0.113.9 22387 198.51.100.7 443\n--6f3a1b2c-B--\nPOST /stores/7?x=1 HTTP/1.1\nHost: api.example\nUser-Agent: curl/8.5.0\nAuthorization: Bearer abc\n\n--6f3a1b2c-C--\n--deadbeef-Z--\na=1\n--6f3a1b2c-F--\nHTTP/1.1 403 Forbidden\nContent-Length: 5\nContent-Type: text/plain\n\n--6f3a1b2c-E--\nno!\n\n--6f3a1b2c-H--\nMessage: Access denied with code 403 (phase 2). [id \"1\"] [msg \"Store \\\"walk\\\"\"] [severity \"2\"]\nMessage: Warning. [msg \"Numeric host\"]\nAction: Intercepted (phase 2)\nStopwatch: 1726003440000000 578 (- - -)\nServer: Apache/2.4.6\n\n--6f3a1b2c-Z--\n",
                expect: &[
                    ("time", "2024-09-10T21:24:00Z"),
                    ("request_id", "WugN3pjb"),
                    ("peer_address", "203.0.113.9"),
                    ("client_port", "22387"),
                    ("server_address", "198.51.100.7"),
                    ("server_port", "443"),
                    ("method", "POST"),
                    ("host", "api.example"),
                    ("path", "/stores/7"),
                    ("query", "x=1"),
                    ("user_agent", "curl/8.5.0"),
                    ("auth", "present"),
                    ("auth_scheme", "Bearer"),
                    ("request_body", "--deadbeef-Z--\na=1"),
                    ("status", "403"),
                    ("response_content_type", "text/plain"),
                    ("response_body", "no!\n"),
                    ("action", "Intercepted (phase 2)"),
                    ("error", "Store \"walk\"; Numeric host"),
                    ("duration_us", "578"),
                ],
            },
            Sample {
                record: "---rH5bFain---A--\n[10/Sep/2024:21:24:00 +0000] 172600344012.345678 2001:db8::9 4711 2001:db8::1 80\n---rH5bFain---B--\nGET / HTTP/2.0\nhost: api.example\n\n---rH5bFain---F--\nHTTP/2.0 200\n\n---rH5bFain---H--\nModSecurity: Warning. Matched \"Operator `Rx'\" [msg \"Path\"]\n\n---rH5bFain---Z--\n",
                expect: &[
                    ("peer_address", "2001:db8::9"),
                    ("host", "api.example"),
                    ("status", "200"),
                    ("error", "Path"),
                    ("auth", "absent"),
                ],
            },
        ]
    }
}

struct Blocks;

impl Reader for Blocks {
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        let first = record.get(..memchr::memchr(b'\n', record).ok_or(NO)? + 1).ok_or(NO)?;
        let id = boundary(first).filter(|b| b.section == b'A').ok_or(NO)?.id;
        let mut rest = record.get(first.len()..).unwrap_or_default();
        let mut section = b'A';
        loop {
            let (text, next, after) = until_boundary(rest, id);
            read_section(section, text, x, s)?;
            match next {
                Some(b'Z') => break,
                Some(name) => section = name,
                None => return Err(Reason::Truncated),
            }
            rest = after;
        }
        mark_incomplete(x);
        if x.time.is_none() || !(x.has_request() || x.get_int(Int::Status).is_some()) {
            return Err(Reason::BadBlock);
        }
        Ok(Read::Exchange)
    }
}

const NO: Reason = Reason::NotThisFormat;

/// The section's text, the name of the next one and what stands behind its boundary.
fn until_boundary<'a>(text: &'a [u8], id: &[u8]) -> (&'a [u8], Option<u8>, &'a [u8]) {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |e| e + 1);
        let line = rest.get(..len).unwrap_or(rest);
        if line.starts_with(b"--")
            && let Some(b) = boundary(line)
            && b.id == id
        {
            return (text.get(..at).unwrap_or_default(), Some(b.section), rest.get(len..).unwrap_or_default());
        }
        at += len;
    }
    (text, None, b"")
}

fn read_section<'a>(name: u8, text: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    if let Some(trace) = &mut x.trace {
        let target = match name {
            b'A' => Some("time, request_id, peer and server address"),
            b'B' => Some("request line, request headers"),
            b'C' | b'I' => Some("request body"),
            b'E' => Some("response body"),
            b'F' => Some("status, response headers"),
            b'H' => Some("action, error, duration_us"),
            _ => None,
        };
        let source = format!("section {}", char::from(name));
        trace.push(Traced { source, target: target.map(str::to_owned), raw: text.to_vec() });
    }
    match name {
        b'A' => connection(text, x, s),
        b'B' => {
            let rest = first_line(text, |line, x| url::request_line(line, x, s), x);
            headers(true, rest, x, s);
            Ok(())
        }
        b'C' => {
            x.request_body = body(text);
            Ok(())
        }
        b'I' => {
            if x.request_body.is_none() {
                x.request_body = body(text).map(|b| Body { complete: false, ..b });
            }
            Ok(())
        }
        b'E' => {
            x.response_body = body(text);
            Ok(())
        }
        b'F' => {
            let mut status = Ok(());
            let rest = first_line(text, |line, x| status = status_line(line, x, s), x);
            status?;
            headers(false, rest, x, s);
            Ok(())
        }
        b'H' => {
            messages(text, x, s);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// `[time] id client port server port`.
fn connection<'a>(text: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    let close = memchr::memchr(b']', text).ok_or(Reason::BadBlock)?;
    let time = text.get(..=close).ok_or(Reason::BadBlock)?;
    Target::Time(Clock::Clf).apply(time, Shape::Text, x, s)?;
    let mut rest = text.get(close + 1..).unwrap_or_default().trim_ascii();
    x.set(Text::RequestId, word(&mut rest));
    address(word(&mut rest), x, Text::PeerAddress, Int::ClientPort);
    if let Some(port) = scaled(word(&mut rest), 1) {
        x.set_int(Int::ClientPort, port);
    }
    address(word(&mut rest), x, Text::ServerAddress, Int::ServerPort);
    if let Some(port) = scaled(word(&mut rest), 1) {
        x.set_int(Int::ServerPort, port);
    }
    Ok(())
}

/// Hands the first line over and returns the others.
fn first_line<'a>(text: &'a [u8], mut take: impl FnMut(&'a [u8], &mut Exchange<'a>), x: &mut Exchange<'a>) -> &'a [u8] {
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    let (line, rest) = text.split_at_checked(end).unwrap_or((text, b""));
    let line = line.trim_ascii();
    if !line.is_empty() {
        take(line, x);
    }
    rest.get(1..).unwrap_or_default()
}

/// `HTTP/1.1 403 Forbidden`.
fn status_line<'a>(line: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
    let mut rest = line;
    let protocol = word(&mut rest);
    x.set_default(Text::HttpVersion, protocol);
    Target::Status.apply(word(&mut rest), Shape::Text, x, s)
}

fn headers<'a>(request: bool, text: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
    let mut list = HeaderList::new(request, s);
    for line in text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end) {
        let Some((name, value)) = memchr::memchr(b':', line).and_then(|at| line.split_at_checked(at)) else {
            continue;
        };
        list.add(name, value.get(1..).unwrap_or_default().trim_ascii(), x, s);
    }
    list.finish(x);
}

/// A line end stands between a body and the next boundary that is not the body's own.
fn body(text: &[u8]) -> Option<Body<'_>> {
    let raw = text.strip_suffix(b"\n").unwrap_or(text);
    (!raw.is_empty()).then_some(Body { raw, transfer: Transfer::Plain, complete: true })
}

/// A body shorter than its Content-Length was cut at one of ModSecurity's limits.
fn mark_incomplete(x: &mut Exchange<'_>) {
    let announced = x.get_int(Int::ResponseBodyBytes).and_then(|n| usize::try_from(n).ok());
    if let (Some(body), Some(announced)) = (&mut x.response_body, announced)
        && body.raw.len() < announced
    {
        body.complete = false;
    }
}

/// Section H: what the rules said and what became of the request.
fn messages<'a>(text: &'a [u8], x: &mut Exchange<'a>, s: &Scratch<'a>) {
    let mut said = BumpVec::new_in(s.arena);
    for line in text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii) {
        let Some((name, value)) = memchr::memchr(b':', line).and_then(|at| line.split_at_checked(at)) else {
            continue;
        };
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        match name {
            b"Message" | b"ModSecurity" => {
                if !said.is_empty() {
                    said.extend_from_slice(b"; ");
                }
                rule_message(value, &mut said);
                if value.starts_with(b"Access denied") || value.starts_with(b"ModSecurity: Access denied") {
                    x.set_default(Text::Action, b"Intercepted");
                }
            }
            b"Action" => x.set(Text::Action, value),
            b"Server" => x.set(Text::Server, value),
            b"Stopwatch" => {
                if let Some(us) = value.split(|b| *b == b' ').nth(1).and_then(|us| scaled(us, 1)) {
                    x.set_int(Int::DurationUs, us);
                }
            }
            _ => {}
        }
    }
    if !said.is_empty() {
        x.set(Text::Error, said.into_bump_slice());
    }
}

/// The text in `[msg "…"]`, or the whole line where there is none.
fn rule_message(line: &[u8], out: &mut BumpVec<'_, u8>) {
    const OPEN: &[u8] = b"[msg \"";
    let Some(inner) = memchr::memmem::find(line, OPEN).and_then(|at| line.get(at + OPEN.len()..)) else {
        out.extend_from_slice(line);
        return;
    };
    let mut escaped = false;
    for b in inner {
        match b {
            b'\\' if !escaped => escaped = true,
            b'"' if !escaped => return,
            b => {
                out.push(*b);
                escaped = false;
            }
        }
    }
}
