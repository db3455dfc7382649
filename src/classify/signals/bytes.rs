//! The first look at a value: which kinds of bytes it has, and what is left when escapes are undone.

/// Kinds of bytes, as bits.
pub(super) mod kind {
    /// `%` or `\` or `+`: something may be escaped.
    pub(crate) const ESCAPE: u16 = 1;
    /// `'`, `"` or a backtick.
    pub(crate) const QUOTE: u16 = 1 << 1;
    /// `<` or `>`.
    pub(crate) const ANGLE: u16 = 1 << 2;
    /// `(` or `)`.
    pub(crate) const PAREN: u16 = 1 << 3;
    /// `;`, `|`, a backtick: ends a command.
    pub(crate) const BREAK: u16 = 1 << 4;
    /// `$`, `{`, `}`, `#`, `@`.
    pub(crate) const BRACE: u16 = 1 << 5;
    /// A blank.
    pub(crate) const SPACE: u16 = 1 << 6;
    /// C0 and DEL: line ends above all.
    pub(crate) const CONTROL: u16 = 1 << 7;
    /// Above 127.
    pub(crate) const HIGH: u16 = 1 << 8;
    /// `=`.
    pub(crate) const EQUALS: u16 = 1 << 9;
    /// `*`, `!`, `^`, `[`, `]`.
    pub(crate) const OTHER: u16 = 1 << 10;
    /// A `\`.
    pub(crate) const BACKSLASH: u16 = 1 << 11;
    /// `&`: begins an entity, ends a command.
    pub(crate) const AND: u16 = 1 << 12;
    /// Something may be escaped.
    pub(crate) const ESCAPED: u16 = ESCAPE | AND;
    /// Whatever an attack in words needs beside letters, digits and the marks of addresses.
    pub(crate) const SUSPECT: u16 = QUOTE | ANGLE | PAREN | BREAK | BRACE | SPACE | CONTROL | HIGH | OTHER | BACKSLASH;
}

const TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    #[expect(clippy::indexing_slicing, reason = "a constant: out of bounds would not compile")]
    while i < 256 {
        table[i] = match i as u8 {
            b'%' | b'+' => kind::ESCAPE,
            b'&' => kind::AND,
            b'\\' => kind::ESCAPE | kind::BACKSLASH,
            b'\'' | b'"' => kind::QUOTE,
            b'`' => kind::QUOTE | kind::BREAK,
            b'<' | b'>' => kind::ANGLE,
            b'(' | b')' => kind::PAREN,
            b';' | b'|' => kind::BREAK,
            b'$' | b'{' | b'}' | b'#' | b'@' => kind::BRACE,
            b' ' => kind::SPACE,
            0..0x20 | 0x7f => kind::CONTROL,
            128.. => kind::HIGH,
            b'=' => kind::EQUALS,
            b'*' | b'!' | b'^' | b'[' | b']' => kind::OTHER,
            _ => 0,
        };
        i += 1;
    }
    table
};

/// Which kinds of bytes there are.
pub(super) fn kinds(text: &[u8]) -> u16 {
    text.iter().fold(0, |bits, b| bits | TABLE.get(usize::from(*b)).copied().unwrap_or_default())
}

/// The bytes from a position on; empty past the end.
pub(super) fn tail(text: &[u8], at: usize) -> &[u8] {
    text.get(at..).unwrap_or_default()
}

/// Whether a word stands in a text.
pub(super) fn has(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}

/// Whether any of the words stands in a text.
pub(super) fn has_any(text: &[u8], words: &[&[u8]]) -> bool {
    words.iter().any(|w| has(text, w))
}

/// Part of a word.
pub(super) fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |n, d| Some((n << 4) | char::from(*d).to_digit(16)?))
}

/// What one round of decoding is to take for an escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    /// `+` is a blank: queries and forms.
    Blank,
    /// `+` is itself.
    Itself,
}

/// Undoes one round of percent signs, HTML entities, `\u` and `\x` escapes; true if there were any.
/// Full-width forms and overlong UTF-8 become the ASCII they stand for; zero bytes go.
pub(super) fn decode(text: &[u8], plus: Plus, out: &mut Vec<u8>) -> bool {
    out.clear();
    out.reserve(text.len());
    let mut changed = false;
    let mut rest = text;
    while let Some((first, next)) = rest.split_first() {
        let (c, used) = match first {
            b'%' => percent(rest),
            b'&' => entity(rest),
            b'\\' => backslash(rest),
            b'+' if plus == Plus::Blank => (Some(0x20), 1),
            0xC0 | 0xC1 => overlong(rest),
            0xEF => fullwidth(rest),
            0 => (Some(0), 1),
            _ => (None, 1),
        };
        match c {
            Some(0) => changed = true,
            Some(c) => {
                changed = true;
                push(c, out);
            }
            None => {
                out.push(*first);
                rest = next;
                continue;
            }
        }
        rest = tail(rest, used);
    }
    changed
}

/// Values up to 255 are bytes (percent signs write UTF-8 byte by byte), above them characters.
fn push(c: u32, out: &mut Vec<u8>) {
    match (u8::try_from(c), char::from_u32(c)) {
        (Ok(byte), _) => out.push(byte),
        (Err(_), Some('\u{ff01}'..='\u{ff5e}')) => out.push((c - 0xff00 + 0x20) as u8),
        (Err(_), Some(c)) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        (Err(_), None) => {}
    }
}

fn percent(rest: &[u8]) -> (Option<u32>, usize) {
    match rest.get(1) {
        Some(b'u' | b'U') => (rest.get(2..6).and_then(hex), 6),
        _ => (rest.get(1..3).and_then(hex), 3),
    }
}

fn backslash(rest: &[u8]) -> (Option<u32>, usize) {
    match rest.get(1) {
        Some(b'u') => (rest.get(2..6).and_then(hex), 6),
        Some(b'x') => (rest.get(2..4).and_then(hex), 4),
        _ => (None, 1),
    }
}

/// `0xC0 0xAE` is a dot to decoders that do not check.
fn overlong(rest: &[u8]) -> (Option<u32>, usize) {
    match (rest.first(), rest.get(1)) {
        (Some(a), Some(b @ 0x80..0xC0)) => (Some(u32::from(a & 3) << 6 | u32::from(b & 0x3F)), 2),
        _ => (None, 1),
    }
}

fn fullwidth(rest: &[u8]) -> (Option<u32>, usize) {
    let Some([_, b @ (0xBC | 0xBD), c @ 0x80..0xC0]) = rest.get(..3) else { return (None, 1) };
    let c = 0xF000 | u32::from(b & 0x3F) << 6 | u32::from(c & 0x3F);
    if (0xff01..=0xff5e).contains(&c) { (Some(c), 3) } else { (None, 1) }
}

/// Entities that attacks are written with; the others are left alone.
const ENTITIES: &[(&[u8], u8)] = &[
    (b"&lt;", b'<'),
    (b"&gt;", b'>'),
    (b"&quot;", b'"'),
    (b"&apos;", b'\''),
    (b"&amp;", b'&'),
    (b"&equals;", b'='),
    (b"&lpar;", b'('),
    (b"&rpar;", b')'),
    (b"&colon;", b':'),
    (b"&tab;", b'\t'),
    (b"&newline;", b'\n'),
    (b"&semi;", b';'),
    (b"&sol;", b'/'),
];

fn entity(rest: &[u8]) -> (Option<u32>, usize) {
    if let Some(number) = rest.strip_prefix(b"&#") {
        let (radix, digits, lead) = match number.first() {
            Some(b'x' | b'X') => (16, tail(number, 1), 3),
            _ => (10, number, 2),
        };
        let length = digits.iter().take(12).take_while(|d| char::from(**d).is_digit(radix)).count();
        let digits = digits.get(..length).unwrap_or_default();
        let value =
            digits.iter().try_fold(0u32, |n, d| n.checked_mul(radix)?.checked_add(char::from(*d).to_digit(radix)?));
        let end = usize::from(rest.get(lead + length) == Some(&b';'));
        return match value {
            Some(c) if length > 0 && char::from_u32(c).is_some() => (Some(c), lead + length + end),
            _ => (None, 1),
        };
    }
    let found = ENTITIES.iter().find(|(name, _)| rest.get(..name.len()).is_some_and(|r| r.eq_ignore_ascii_case(name)));
    found.map_or((None, 1), |(name, c)| (Some(u32::from(*c)), name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn once(text: &str, plus: Plus) -> String {
        let mut out = Vec::new();
        decode(text.as_bytes(), plus, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn escapes_are_undone_once() {
        assert_eq!(once("%27%20or+1", Plus::Blank), "' or 1");
        assert_eq!(once("a+b%2", Plus::Itself), "a+b%2");
        assert_eq!(once("%2527", Plus::Blank), "%27");
        assert_eq!(once("&lt;svg/onload&equals;alert&#40;1&#x29", Plus::Itself), "<svg/onload=alert(1)");
        assert_eq!(once("\\u003cscript\\x3e", Plus::Itself), "<script>");
        assert_eq!(once("%u003c%uff1c", Plus::Itself), "<<");
        assert_eq!(once("％＜", Plus::Itself), "%<");
        assert_eq!(once("Tom & Jerry &nope; %zz &#; 100%", Plus::Itself), "Tom & Jerry &nope; %zz &#; 100%");
        let mut out = Vec::new();
        decode(b"\xc0\xae\xc0\xae\xc0\xafetc%00", Plus::Itself, &mut out);
        let mut again = Vec::new();
        assert_eq!(out, b"../etc");
        assert!(!decode(&out.clone(), Plus::Itself, &mut again));
    }

    #[test]
    fn ordinary_values_have_no_suspect_byte() {
        assert_eq!(kinds(b"/api/v1/stores/123/orders.json") & kind::SUSPECT, 0);
        assert_eq!(kinds(b"page=2&sort=-created_at,name&lat=26.91") & kind::SUSPECT, 0);
        assert_ne!(kinds(b"O'Brien") & kind::QUOTE, 0);
    }
}
