//! Escapes of JSON strings.

use bumpalo::Bump;

use crate::domain::{Exchange, Repair};

/// The text of a JSON string's inside. Borrowed when nothing is escaped. A lone surrogate becomes
/// U+FFFD, an unknown escape stays as it stands; both are repairs.
pub fn unescape<'a>(raw: &'a [u8], arena: &'a Bump, x: &mut Exchange<'_>) -> &'a [u8] {
    if memchr::memchr(b'\\', raw).is_none() {
        return raw;
    }
    let mut out = bumpalo::collections::Vec::with_capacity_in(raw.len(), arena);
    let mut repairs = Vec::new();
    unescape_into(raw, |bytes| out.extend_from_slice(bytes), |r| repairs.push(r));
    for repair in repairs {
        x.repair(repair);
    }
    out.into_bump_slice()
}

/// [`unescape`] into any sink.
pub fn unescape_into(raw: &[u8], mut put: impl FnMut(&[u8]), mut repair: impl FnMut(Repair)) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, escaped) = rest.split_at(at);
        put(plain);
        let (bytes, used): (&[u8], usize) = match escaped.get(1) {
            Some(b'n') => (b"\n", 2),
            Some(b't') => (b"\t", 2),
            Some(b'r') => (b"\r", 2),
            Some(b'b') => (b"\x08", 2),
            Some(b'f') => (b"\x0c", 2),
            Some(b'"') => (b"\"", 2),
            Some(b'\\') => (b"\\", 2),
            Some(b'/') => (b"/", 2),
            Some(b'u') => {
                let (c, used) = unicode(escaped);
                let mut buffer = [0; 4];
                if c == Some(char::REPLACEMENT_CHARACTER)
                    && !escaped.starts_with(b"\\ufffd")
                    && !escaped.starts_with(b"\\uFFFD")
                {
                    repair(Repair::LoneSurrogate);
                }
                if let Some(c) = c {
                    put(c.encode_utf8(&mut buffer).as_bytes());
                } else {
                    repair(Repair::BadEscape);
                    put(b"\\u");
                }
                rest = escaped.get(used..).unwrap_or_default();
                continue;
            }
            // nginx's default escaping and Python-ish writers put \xHH into JSON.
            Some(_) => {
                repair(Repair::BadEscape);
                (escaped.get(..2).unwrap_or_default(), 2)
            }
            None => (b"\\", 1),
        };
        put(bytes);
        rest = escaped.get(used..).unwrap_or_default();
    }
    put(rest);
}

/// The character of `\uXXXX` or of a surrogate pair, and how many bytes it took.
fn unicode(escaped: &[u8]) -> (Option<char>, usize) {
    let unit = |at: usize| -> Option<u32> {
        let hex = escaped.get(at..at + 4)?;
        if !hex.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
    };
    let Some(high) = unit(2) else {
        return (None, 2);
    };
    if let Some(c) = char::from_u32(high) {
        return (Some(c), 6);
    }
    if (0xD800..0xDC00).contains(&high)
        && escaped.get(6..8) == Some(b"\\u")
        && let Some(low @ 0xDC00..=0xDFFF) = unit(8)
    {
        return (char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00)), 12);
    }
    (Some(char::REPLACEMENT_CHARACTER), 6)
}
