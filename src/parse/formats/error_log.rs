//! Lines of the error logs of Apache, nginx and `LiteSpeed`, which people keep beside access logs
//! and mix into them. They are recognised so that they are no rejects, and are no exchanges: what
//! they tell of a request the access log tells too.

use crate::domain::time::{clf, iso, syslog};
use crate::domain::{Exchange, Ignorable, Reason};
use crate::parse::format::{Format, Meta, Read, Reader, Sample};
use crate::parse::target::Scratch;

/// The format.
pub(super) static FORMAT: ErrorLog = ErrorLog;

/// Recognises, and reads nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct ErrorLog;

static META: Meta = Meta {
    id: "error-log",
    title: "Apache, nginx and LiteSpeed error logs (no exchanges)",
    source: "https://httpd.apache.org/docs/2.4/logs.html#errorlog, https://nginx.org/en/docs/ngx_core_module.html#error_log",
    notes: "recognised and set aside as other records",
};

const OTHER: &[(&str, &str)] = &[("ignorable", "other-record")];

static SAMPLES: &[Sample] = &[
    Sample {
        record: r#"2024/09/10 21:24:00 [error] 31#31: *46 open() "/srv/x" failed (2: No such file or directory), client: 203.0.113.9, server: _, request: "GET /x HTTP/1.1", host: "menu.example""#,
        expect: OTHER,
    },
    Sample {
        record: "[Tue Sep 10 21:24:00.203277 2024] [core:error] [pid 7005:tid 1406] [client 203.0.113.9:14532] AH00126: Invalid URI in request GET /..",
        expect: OTHER,
    },
    Sample {
        record: "[Tue Sep 10 21:24:00 2024] [error] [client 203.0.113.9] File does not exist: /srv/x",
        expect: OTHER,
    },
    Sample { record: "2024-09-10 21:24:00.774649 [NOTICE] [1226033] [203.0.113.9:45164] Failed login", expect: OTHER },
    Sample { record: "[error] [client 203.0.113.9] Directory index forbidden by rule: /home/", expect: OTHER },
];

/// Severities of the three, lower case.
const LEVELS: &[&[u8]] =
    &[b"emerg", b"alert", b"crit", b"error", b"warn", b"notice", b"info", b"debug", b"trace", b"fatal", b"warning"];

/// Whether the text is a severity, with a module in front (`core:error`) or a number behind.
fn is_level(text: &[u8]) -> bool {
    let word = text.rsplit(|b| *b == b':').next().unwrap_or_default();
    let word = word.trim_ascii_end();
    let end = word.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |at| at + 1);
    let word = word.get(..end).unwrap_or_default();
    LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word))
}

/// `[text] rest`.
fn bracketed(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = line.strip_prefix(b"[")?;
    let end = memchr::memchr(b']', inner)?;
    let (text, rest) = inner.split_at_checked(end)?;
    Some((text, rest.get(1..)?.trim_ascii_start()))
}

/// `Tue Sep 10 21:24:00.203277 2024`: the day's name, then as syslog writes it, then the year.
fn is_ctime(text: &[u8]) -> bool {
    let Some((date, year)) = memchr::memrchr(b' ', text).and_then(|at| text.split_at_checked(at)) else {
        return false;
    };
    year.len() == 5 && date.get(4..).is_some_and(|date| syslog(date, 2000).is_some())
}

fn recognise(line: &[u8]) -> Option<()> {
    if line.first() == Some(&b'[') {
        let (first, rest) = bracketed(line)?;
        if is_level(first) {
            return rest.starts_with(b"[").then_some(());
        }
        if !is_ctime(first) && iso(first).is_none() && clf(first).is_none() {
            return None;
        }
        let (level, _) = bracketed(rest)?;
        return is_level(level).then_some(());
    }
    let (time, rest) = line.split_at_checked(memchr::memchr(b'[', line.get(..line.len().min(40))?)?)?;
    iso(time.trim_ascii_end())?;
    let (level, _) = bracketed(rest)?;
    is_level(level).then_some(())
}

impl Reader for ErrorLog {
    fn read<'a>(&mut self, record: &'a [u8], _: &mut Exchange<'a>, _: &mut Scratch<'a>) -> Result<Read, Reason> {
        recognise(record).map(|()| Read::Other(Ignorable::OtherRecord)).ok_or(Reason::NotThisFormat)
    }
}

impl Format for ErrorLog {
    fn meta(&self) -> &Meta {
        &META
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(*self)
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }
}
