//! Where reading goes on after damage: an object that begins like a record. Inside a sound JSON
//! string no unescaped quote stands, so `{"startedDateTime"` is never part of a body.

/// Blanks and key bytes that are looked at around a candidate: keeps the look-ahead bounded.
pub(super) const REACH: usize = 64;

/// First keys that only HAR entries (and pages) have.
const STRONG: &[&[u8]] =
    &[b"startedDateTime", b"pageref", b"_initiator", b"_connectionId", b"_resourceType", b"_fromCache"];

/// First keys of HAR entries that other objects have too: they count only for a list's element.
const WEAK: &[&[u8]] = &[b"request", b"response", b"connection", b"cache", b"time", b"timings", b"serverIPAddress"];

/// What is known where a candidate is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    /// First key of the list's earlier records; empty if none was seen.
    pub(super) learned: &'a [u8],
    /// Outside of any list an object at the start of a line begins a new document.
    pub(super) top_level: bool,
    /// Only keys that leave no doubt: the record may be sound but deep.
    pub(super) strong_only: bool,
    /// No more bytes will come.
    pub(super) last: bool,
    /// Bytes before the buffer.
    pub(super) tail: &'a [u8],
}

/// Whether a record begins at the brace at `at`; `None` if more bytes are needed.
pub(super) fn begins(buffer: &[u8], at: usize, context: Context<'_>) -> Option<bool> {
    let rest = buffer.get(at + 1..).unwrap_or_default();
    let starved = |seen: usize| if context.last || seen > REACH { Some(false) } else { None };
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
    let Some(quote) = rest.iter().take(REACH + 1).position(|b| !is_blank(b)) else {
        return starved(rest.len());
    };
    if rest.get(quote) != Some(&b'"') {
        return Some(false);
    }
    let key = rest.get(quote + 1..).unwrap_or_default();
    let Some(len) = key.iter().take(REACH + 1).position(|b| *b == b'"' || *b == b'\\') else {
        return starved(key.len());
    };
    let (name, behind) = key.split_at_checked(len)?;
    let behind = behind.get(1..).unwrap_or_default();
    let Some(colon) = behind.iter().take(REACH + 1).position(|b| !is_blank(b)) else {
        return starved(behind.len());
    };
    if behind.get(colon) != Some(&b':') {
        return Some(false);
    }
    let before = buffer.get(..at).unwrap_or_default();
    let mut back = before.iter().rev().chain(context.tail.iter().rev()).take(REACH);
    let touching = back.clone().next();
    let previous = back.find(|b| !is_blank(b));
    let element = matches!(previous, None | Some(b',' | b'['));
    if STRONG.contains(&name) {
        return Some(previous != Some(&b':'));
    }
    if context.strong_only {
        return Some(false);
    }
    let known = WEAK.contains(&name) || name.starts_with(b"_") || !name.is_empty() && name == context.learned;
    Some(known && element || context.top_level && touching == Some(&b'\n'))
}

/// First key of an object, its quotes off; empty if there is none.
pub(super) fn first_key(object: &[u8]) -> &[u8] {
    let rest = object.get(1..).unwrap_or_default().trim_ascii_start();
    let Some(rest) = rest.strip_prefix(b"\"") else {
        return b"";
    };
    let len = rest.iter().take(REACH).position(|b| matches!(b, b'"' | b'\\'));
    len.and_then(|len| rest.get(..len)).unwrap_or_default()
}
