//! Hostile bytes on their way to a terminal, a table or a message. Evidence and frames keep bytes
//! exact; whatever a person sees goes through here.

use std::fmt::Write as _;

/// Whether a character would act on a terminal or hide from its reader: C0, DEL, C1, line and
/// paragraph separators, bidirectional controls, zero-width characters, the byte order mark.
pub fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Text for people: unsafe characters and bytes that are no UTF-8 become `\x1b` or `\u{202e}`, a
/// backslash that would read as such an escape is doubled, so the rendering is exact.
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let mut chars = chunk.valid().chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if matches!(chars.peek(), Some('x' | 'u' | '\\')) => out.push_str("\\\\"),
                c if !is_unsafe(c) => out.push(c),
                c if (c as u32) < 0x100 => {
                    let _ = write!(out, "\\x{:02x}", c as u32);
                }
                c => {
                    let _ = write!(out, "\\u{{{:x}}}", c as u32);
                }
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// [`escape`] cut to `max` characters, with `…` where something was cut.
pub fn excerpt(bytes: &[u8], max: usize) -> String {
    // A character takes at most four bytes: more of them cannot be shown.
    let head = bytes.get(..max.saturating_mul(4).min(bytes.len())).unwrap_or(bytes);
    let text = escape(head);
    if head.len() == bytes.len() && text.chars().count() <= max {
        return text;
    }
    text.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_raw() {
        assert_eq!(escape(b"\x1b[2J\x07a\r\nb"), "\\x1b[2J\\x07a\\x0d\\x0ab");
        assert_eq!(escape("a\u{202e}b\u{9b}c\u{200b}".as_bytes()), "a\\u{202e}b\\x9bc\\u{200b}");
        assert_eq!(escape(b"\xff\xfe ok"), "\\xff\\xfe ok");
        assert_eq!(
            escape(b"C:\\temp \\x41"),
            "C:\\temp \\\\x41",
            "exact: a written escape differs from an escaped byte"
        );
        assert_eq!(escape("घर ☕".as_bytes()), "घर ☕");
    }

    #[test]
    fn excerpts_are_cut_at_characters() {
        assert_eq!(excerpt("ठंडा चाय".as_bytes(), 4).chars().count(), 4);
        assert_eq!(excerpt(b"abc", 3), "abc");
        assert_eq!(excerpt(b"abcd", 3), "ab…");
    }
}
