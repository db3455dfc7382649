//! What shippers put in front of a log line: syslog headers, container runtimes, compose. Peeling
//! takes one layer off and says where the rest is; the caller peels again if it still cannot read.

use crate::domain::Exchange;

use super::json;
use super::target::{Scratch, Shape};

/// Layers that are peeled at most: docker JSON around syslog around the line is two.
pub const LAYERS_MAX: u8 = 3;

/// Takes one layer off. `None` where no known layer is in front.
pub fn peel<'a>(line: &'a [u8], x: &mut Exchange<'_>, s: &Scratch<'a>) -> Option<&'a [u8]> {
    match line.first()? {
        b'{' => wrapped(line, x, s),
        b'<' => syslog_pri(line),
        b'0'..=b'9' => cri(line).or_else(|| iso_syslog(line)).or_else(|| compose(line)),
        b'A'..=b'Z' => rfc3164(line).or_else(|| compose(line)),
        _ => compose(line),
    }
    .filter(|rest| rest.len() < line.len() && !rest.is_empty())
}

/// Skips `n` fields that end at a blank.
fn after_fields(line: &[u8], n: usize) -> Option<&[u8]> {
    let mut rest = line;
    for _ in 0..n {
        let at = memchr::memchr(b' ', rest)?;
        rest = rest.get(at + 1..)?;
    }
    Some(rest)
}

/// JSON around a line: docker (`log`), fluentd and filebeat (`message`), journald (`MESSAGE`),
/// Splunk (`_raw`), Loki (`line`), Google Cloud (`textPayload`). The record may also stand there as
/// an object of its own: fluentd (`message`, `log`), Google Cloud (`jsonPayload`), Splunk's collector
/// (`event`), search exports (`_source`), Tyk's pump (`tyk-analytics-record`), OTLP log records
/// (`body`, only beside their own time: elsewhere a body is what a client sent).
fn wrapped<'a>(line: &'a [u8], x: &mut Exchange<'_>, s: &Scratch<'a>) -> Option<&'a [u8]> {
    const TEXT: &[&[u8]] = &[b"log", b"message", b"MESSAGE", b"_raw", b"line", b"textPayload"];
    const OBJECT: &[&[u8]] = &[b"log", b"message", b"jsonPayload", b"event", b"_source", b"tyk-analytics-record"];
    let (mut text, mut object) = (None, None);
    let (mut body, mut otlp) = (None, false);
    json::members(line, |key, value, shape| match shape {
        _ if key == b"timeUnixNano" || key == b"observedTimeUnixNano" => otlp = true,
        Shape::JsonValue if key == b"body" => body = Some(value),
        Shape::JsonString if text.is_none() && TEXT.contains(&key) && !value.is_empty() => text = Some(value),
        Shape::JsonValue if object.is_none() && OBJECT.contains(&key) && value.first() == Some(&b'{') => {
            object = Some(value);
        }
        _ => {}
    });
    if otlp && let Some(body) = body {
        text = json::find(body, "stringValue");
        object = None;
    }
    object.or_else(|| Some(json::unescape(text?, s.arena, x).trim_ascii()))
}

/// `<171>1 2025-…` (RFC 5424) or `<13>Sep 11 …` (RFC 3164).
fn syslog_pri(line: &[u8]) -> Option<&[u8]> {
    let end = memchr::memchr(b'>', line.get(..6)?)?;
    let digits = line.get(1..end)?;
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let rest = line.get(end + 1..)?;
    match rest {
        [b'1', b' ', ..] => rfc5424(rest),
        [b'0'..=b'9', ..] => iso_syslog(rest),
        _ => rfc3164(rest).or(Some(rest)),
    }
}

/// `1 TIME HOST APP PROCID MSGID SD MSG`.
fn rfc5424(line: &[u8]) -> Option<&[u8]> {
    let rest = after_fields(line, 6)?;
    let message = if rest.first() == Some(&b'[') {
        let mut at = 0;
        while rest.get(at) == Some(&b'[') {
            at += structured_data_end(rest.get(at..)?)?;
        }
        rest.get(at..)?
    } else {
        rest.strip_prefix(b"-")?
    };
    let message = message.trim_ascii_start();
    Some(message.strip_prefix("\u{feff}".as_bytes()).unwrap_or(message))
}

/// One past the `]` that ends an SD element; `\]` and quoted brackets do not end it.
fn structured_data_end(text: &[u8]) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (i, b) in text.iter().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return Some(i + 1),
            _ => {}
        }
    }
    None
}

/// `Sep 11 02:54:00 host app[7]: message`.
fn rfc3164(line: &[u8]) -> Option<&[u8]> {
    crate::domain::time::syslog(line.get(..15)?, 2000)?;
    let rest = line.get(15..)?.strip_prefix(b" ")?;
    let rest = after_fields(rest, 1)?;
    tag(rest)
}

/// `2025-09-11T02:54:00+05:30 host app[7]: message`.
fn iso_syslog(line: &[u8]) -> Option<&[u8]> {
    let at = memchr::memchr(b' ', line)?;
    crate::domain::time::iso(line.get(..at)?)?;
    tag(after_fields(line, 2)?)
}

/// `app[7]: message`; some senders leave the tag out.
fn tag(rest: &[u8]) -> Option<&[u8]> {
    let word = rest.get(..memchr::memchr(b' ', rest)?)?;
    if word.len() < 64 && word.ends_with(b":") { rest.get(word.len() + 1..) } else { Some(rest) }
}

/// Kubernetes CRI: `2025-12-31T17:37:40.493035218+01:00 stdout F message`.
fn cri(line: &[u8]) -> Option<&[u8]> {
    let at = memchr::memchr(b' ', line)?;
    let (time, rest) = line.split_at(at);
    let rest = rest.strip_prefix(b" stdout ").or_else(|| rest.strip_prefix(b" stderr "))?;
    let rest = rest.strip_prefix(b"F ").or_else(|| rest.strip_prefix(b"P "))?;
    crate::domain::time::iso(time)?;
    Some(rest)
}

/// docker compose: `caddy-1  | message`.
fn compose(line: &[u8]) -> Option<&[u8]> {
    let head = line.get(..line.len().min(64))?;
    let bar = memchr::memchr(b'|', head)?;
    let name = head.get(..bar)?.trim_ascii_end();
    let named = !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if !named {
        return None;
    }
    line.get(bar + 1..)?.strip_prefix(b" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bumpalo::Bump;

    fn all_layers(line: &str) -> String {
        let arena = Bump::new();
        let s = Scratch::new(&arena);
        let mut x = Exchange::default();
        let mut rest: &[u8] = arena.alloc_slice_copy(line.as_bytes());
        for _ in 0..LAYERS_MAX {
            match peel(rest, &mut x, &s) {
                Some(inner) => rest = inner,
                None => break,
            }
        }
        String::from_utf8_lossy(rest).into_owned()
    }

    #[test]
    fn every_layer_comes_off() {
        for line in [
            "Feb 25 16:19:38 host haproxy[7]: ::1 - -",
            "Feb  5 16:19:38 host ::1 - -",
            "<13>Feb 25 16:19:38 host app: ::1 - -",
            "<171>1 2025-09-11T02:54:00.1Z fw nginx 123 - - ::1 - -",
            "<171>1 2025-09-11T02:54:00.1Z fw nginx 123 - [a b=\"]\" c=\"\\\"\"][d] \u{feff}::1 - -",
            "2025-09-11T02:54:00+05:30 host app[7]: ::1 - -",
            "2025-12-31T17:37:40.493035218+01:00 stdout F ::1 - -",
            "caddy-1  | ::1 - -",
            r#"{"log":"::1 - -\n","stream":"stdout","time":"2025-09-11T02:54:00Z"}"#,
            r#"{"stream":"stdout","log":{"message":"::1 - -"}}"#,
            r#"{"timeUnixNano":"1726003440000000000","body":{"stringValue":"::1 - -"},"attributes":[]}"#,
            r#"{"MESSAGE":"Feb 25 16:19:38 host haproxy[7]: ::1 - -","_PID":"7"}"#,
        ] {
            assert_eq!(all_layers(line), "::1 - -", "{line}");
        }
        let sent = r#"{"body":{"stringValue":"::1 - -"}}"#;
        assert_eq!(all_layers(sent), sent, "what a client sent is no log line");
        assert_eq!(all_layers("203.0.113.9 - - [x]"), "203.0.113.9 - - [x]");
    }
}
