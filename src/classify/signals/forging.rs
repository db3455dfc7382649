//! Line ends where none belong: they forge log lines, headers and commands of mail servers.

use super::bytes::{has_any, tail};

/// Headers that a response is split with.
const HEADERS: &[&[u8]] = &[
    b"set-cookie",
    b"location",
    b"content-type",
    b"content-length",
    b"refresh",
    b"x-forwarded-for",
    b"host",
    b"link",
    b"access-control-allow-origin",
    b"transfer-encoding",
    b"cookie",
    b"x-xss-protection",
    b"status",
];

/// What makes a decoded value with line ends a forgery. `free`: the place holds free text (a body's
/// field), where people end lines and write in capitals.
pub(super) fn check(text: &[u8], free: bool) -> Option<&'static str> {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| matches!(b, b'\r' | b'\n')) {
        rest = tail(rest, at + 1);
        let line = rest.trim_ascii_start();
        let line =
            line.get(..line.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(line.len())).unwrap_or_default();
        if header(line) {
            return Some("a header behind a line end");
        }
        if request_line(line) {
            return Some("a request behind a line end");
        }
        if mail(line) {
            return Some("a mail command behind a line end");
        }
        if !free && log_line(line) {
            return Some("a log line behind a line end");
        }
    }
    None
}

/// The line ends were written as two encodings that some servers turn into one (`嘊`, `嘍`).
pub(super) fn wide(text: &[u8]) -> Option<&'static str> {
    let at = memchr::memmem::find(text, "嘍".as_bytes()).or_else(|| memchr::memmem::find(text, "嘊".as_bytes()))?;
    header(&tail(text, at + 3).to_ascii_lowercase()).then_some("a header behind a disguised line end")
}

fn header(line: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', line.get(..line.len().min(40)).unwrap_or_default()) else { return false };
    let name = line.get(..colon).unwrap_or_default().trim_ascii().to_ascii_lowercase();
    HEADERS.contains(&name.as_slice())
}

fn request_line(line: &[u8]) -> bool {
    let method = line.split(|b| *b == b' ').next().unwrap_or_default();
    let version = has_any(&line.to_ascii_lowercase(), &[b"http/1.", b"http/2", b"http/0.9"]);
    [&b"GET"[..], b"POST", b"HEAD", b"PUT", b"DELETE", b"OPTIONS"].contains(&method.to_ascii_uppercase().as_slice())
        && version
        || line.len() > 8
            && line.get(..5).is_some_and(|h| h.eq_ignore_ascii_case(b"http/"))
            && line.get(5).is_some_and(u8::is_ascii_digit)
}

fn mail(line: &[u8]) -> bool {
    let upper = line.to_ascii_uppercase();
    let tagged = || {
        // IMAP: a tag (`A001`), then a command.
        let mut words = upper.split(|b| *b == b' ');
        let tag = words.next().unwrap_or_default();
        let tag = tag.len() <= 6
            && tag.first().is_some_and(u8::is_ascii_alphabetic)
            && tag.iter().skip(1).all(u8::is_ascii_digit)
            && tag.len() > 1;
        tag && words.next().is_some_and(|w| {
            [&b"CAPABILITY"[..], b"FETCH", b"SEARCH", b"LOGIN", b"LIST", b"SELECT", b"APPEND", b"CREATE", b"DELETE"]
                .contains(&w)
        })
    };
    [&b"RCPT TO:"[..], b"MAIL FROM:", b"BCC:", b"EHLO ", b"HELO ", b"QUIT", b"RSET"]
        .iter()
        .any(|c| upper.starts_with(c) && (upper.len() > c.len() || *c == b"QUIT" || *c == b"RSET"))
        || tagged()
}

/// `ERROR: …`, `LOGIN FAILED: …`, `[2024-01-01 …`, `2024-01-01T…`, `10.0.0.1 - - [`, `level=error`.
fn log_line(line: &[u8]) -> bool {
    if let Some(colon) = memchr::memchr(b':', line.get(..line.len().min(32)).unwrap_or_default()) {
        let head = line.get(..colon).unwrap_or_default();
        let shouted = head.iter().all(|b| b.is_ascii_uppercase() || matches!(b, b' ' | b'_' | b'-'));
        if shouted && head.len() >= 4 && colon + 1 < line.len() {
            return true;
        }
    }
    let lower = line.get(..line.len().min(64)).unwrap_or_default().to_ascii_lowercase();
    let begins = lower.strip_prefix(b"[").unwrap_or(&lower);
    let dated = matches!(begins.get(..5), Some([b'1' | b'2', b'0' | b'9', b'0'..=b'9', b'0'..=b'9', b'-' | b'/']));
    let level =
        [&b"info"[..], b"error", b"warn", b"warning", b"debug", b"fatal", b"critical", b"notice"].iter().any(|l| {
            begins.strip_prefix(*l).is_some_and(|r| {
                matches!(r.first(), Some(b']' | b':')) || r.starts_with(b" [") || r.starts_with(b" - ")
            })
        });
    dated || level || has_any(&lower, &[b" - - [", b"level="])
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn forged_lines() {
        for attack in [
            "1805\nSUSPECTED: user x",
            "1\r\nSet-Cookie:crlf=injection",
            "a\nCOOKIE ERROR: y",
            "x\nGET / HTTP/1.1",
            "x\n[2024-01-01 10:00] ok",
            "x\nINFO: login ok",
            "x\n10.0.0.1 - - [01/Jan",
            "\r\nQUIT\r\n",
            "\nRCPT TO: a@b.example\n",
            "\r\nV100 CAPABILITY\r\nV101 FETCH 4791",
        ] {
            assert!(check(attack.as_bytes(), false).is_some(), "{attack}");
        }
    }

    #[test]
    fn people_end_lines() {
        for text in [
            "12 Park Lane\nJaipur",
            "Name: A\nPhone: 1",
            "less spicy\r\n\r\nno onion",
            "a\nB",
            "one\nTWO three",
            "x\nNB: y",
        ] {
            assert_eq!(check(text.as_bytes(), false), None, "{text}");
        }
        assert_eq!(check(b"hello\nURGENT: ring twice", true), None, "free text");
    }
}
