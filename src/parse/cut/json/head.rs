//! Telling a JSON document from JSON lines by the head of a stream.

use super::scan::{Container, Scan};
use super::top::{BOM, jsonp, opens_list};
use crate::domain::limits::JSON_DEPTH_MAX;
use crate::parse::json::members;

/// Whether the stream is a JSON document, or several, rather than lines of anything. `head` may be
/// cut off anywhere. A line that holds a whole batch is left to the reader of lines.
pub fn looks_like(head: &[u8]) -> bool {
    let mut text = head.strip_prefix(BOM).unwrap_or(head);
    text = skip_blanks(text);
    let wrapper = jsonp(text, true).unwrap_or(0);
    if wrapper > 0 {
        let inside = skip_blanks(text.get(wrapper..).unwrap_or_default());
        return matches!(inside.first(), Some(b'{' | b'['));
    }
    let object = text.first() == Some(&b'{');
    let first_inside = skip_blanks(text.get(1..).unwrap_or_default()).first();
    match text.first() {
        Some(b'{') if matches!(first_inside, None | Some(b'"' | b'}')) => {}
        Some(b'[') if opens_list(text, true) == Some(true) || first_inside.is_none() => {}
        _ => return false,
    }
    let line = memchr::memchr(b'\n', text).unwrap_or(text.len());
    let mut container = Container::open(object, JSON_DEPTH_MAX);
    let mut at = 1;
    let mut sound = true;
    let closed = loop {
        match container.scan(text, &mut at) {
            Scan::More => break false,
            Scan::Closed => break true,
            Scan::Broken(_) => {
                if !sound {
                    break false;
                }
                sound = false;
            }
        }
    };
    if !closed || at > line {
        return sound || !has_whole_line(text.get(line..).unwrap_or_default());
    }
    let value = text.get(..at).unwrap_or_default();
    let behind = text.get(at..line).unwrap_or_default().trim_ascii();
    if behind.is_empty() {
        return is_har(value);
    }
    // More values on the same line, or a comma before the next line's.
    let next = skip_blanks(behind.strip_prefix(b",").unwrap_or(behind));
    next.first().is_none_or(|b| *b == b'{' || *b == b'[' && opens_list(next, true) == Some(true))
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|b| b.is_ascii_whitespace() || **b == 0).count();
    text.get(blanks..).unwrap_or_default()
}

/// Whether a line is one whole object: then a first line that does not end is a damaged line.
fn has_whole_line(text: &[u8]) -> bool {
    text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end).filter(|l| l.first() == Some(&b'{')).any(|line| {
        let mut at = 1;
        Container::open(true, JSON_DEPTH_MAX).scan(line, &mut at) == Scan::Closed && at == line.len()
    })
}

fn is_har(value: &[u8]) -> bool {
    let mut found = false;
    members(value, |key, log, _| {
        if key == b"log" && log.first() == Some(&b'{') {
            members(log, |key, entries, _| found |= key == b"entries" && entries.first() == Some(&b'['));
        }
    });
    found
}
