//! A path's shape: segments that look like identifiers are replaced by what they look like. The
//! typed-segment step of template learning, done once per exchange at ingest, so that the learner
//! sees few distinct paths.
//!
//! | placeholder | segment |
//! |---|---|
//! | `{n}` | digits only |
//! | `{uuid}` `{hex}` `{ulid}` | UUID; 16 or more hexadecimal digits; Crockford base 32 of 26 characters |
//! | `{date}` | `2031-03-07`, `2031-03`, with or without a time of day |
//! | `{email}` `{phone}` `{ip}` | as they are or percent-encoded; a phone begins with `+` |
//! | `{geo}` | `12.97,77.59` and numbers with four or more decimals |
//! | `{locale}` | `en-IN`, `en_IN`; bare languages are left to the learner |
//! | `{text}` | anything else percent-encoded: no route is written so |
//! | `{id}` | anything else with three or more digits, or too long for a name |
//!
//! A segment keeps its extension (`{n}.json`) and loses its matrix parameters (`;jsessionid=…`).

use memchr::{memchr, memmem};

/// Writes the shape of `path` into `out`, which is cleared first. Every segment of the path stays a
/// segment of the shape.
pub fn path_shape(path: &[u8], out: &mut Vec<u8>) {
    out.clear();
    // Most segments stay: what lies between two that do not is copied in one go.
    let (mut copied, mut start) = (0, 0);
    while start <= path.len() {
        let rest = path.get(start..).unwrap_or_default();
        let (mut len, mut digits, mut marked) = (0, 0, false);
        for b in rest.iter().take_while(|b| **b != b'/') {
            len += 1;
            digits += usize::from(b.is_ascii_digit());
            marked |= matches!(b, b'@' | b'%' | b';');
        }
        if digits > 0 || len >= 24 || marked || len == 5 {
            let segment = rest.get(..len).unwrap_or_default();
            let value = value(segment);
            let digits = if value.len() == len { digits } else { count_digits(value) };
            let word = placeholder(value, digits);
            if word.is_some() || value.len() < len {
                out.extend_from_slice(path.get(copied..start).unwrap_or_default());
                let (word, suffix) = word.unwrap_or((value, &[]));
                out.extend_from_slice(word);
                out.extend_from_slice(suffix);
                copied = start + len;
            }
        }
        start += len + 1;
    }
    out.extend_from_slice(path.get(copied..).unwrap_or_default());
}

/// A segment without its matrix parameters (RFC 3986, section 3.3).
pub(super) fn value(segment: &[u8]) -> &[u8] {
    let end = memchr(b';', segment).unwrap_or(segment.len());
    segment.get(..end).unwrap_or_default()
}

fn count_digits(text: &[u8]) -> usize {
    text.iter().filter(|b| b.is_ascii_digit()).count()
}

/// What a segment with so many digits is replaced by, if it looks like an identifier, and the
/// extension that it keeps.
fn placeholder(segment: &[u8], digits: usize) -> Option<(&'static [u8], &[u8])> {
    // A token: no name is that long.
    if segment.len() >= 64 {
        return Some((b"{id}", b""));
    }
    if let Some(word) = typed(segment, digits) {
        return Some((word, b""));
    }
    // `4711.json` is order 4711; `app.3f9c.js` is one resource and keeps its name.
    if let Some(dot) = memchr::memrchr(b'.', segment) {
        let (stem, suffix) = segment.split_at_checked(dot)?;
        let extension = suffix.get(1..).unwrap_or_default();
        if (1..=5).contains(&extension.len())
            && extension.iter().any(u8::is_ascii_alphabetic)
            && extension.iter().all(u8::is_ascii_alphanumeric)
        {
            return typed(stem, count_digits(stem)).map(|word| (word, suffix));
        }
    }
    // A resource with a digest or a version in its name.
    if segment.iter().rev().take(6).any(|b| *b == b'.') {
        return None;
    }
    if memchr(b'%', segment).is_some() {
        return Some((b"{text}", b""));
    }
    (digits >= 3 || segment.len() >= 24 && digits > 0).then_some((b"{id}", b""))
}

/// The kinds that are sure by their form alone.
fn typed(segment: &[u8], digits: usize) -> Option<&'static [u8]> {
    let len = segment.len();
    if len > 0 && digits == len {
        return Some(b"{n}");
    }
    if is_locale(segment) {
        return Some(b"{locale}");
    }
    // Versions name an API, not a thing.
    if len <= 4 && matches!(segment.first(), Some(b'v' | b'V')) && digits == len - 1 {
        return None;
    }
    if memchr(b'@', segment).is_some() || memmem::find(segment, b"%40").is_some() {
        return Some(b"{email}");
    }
    let hex = segment.iter().filter(|b| b.is_ascii_hexdigit()).count();
    if len == 36 && hex == 32 && segment.iter().filter(|b| **b == b'-').count() == 4 {
        return Some(b"{uuid}");
    }
    if hex == len && len >= 16 {
        return Some(b"{hex}");
    }
    if digits == 0 {
        return None;
    }
    if len == 26 && is_ulid(segment) {
        return Some(b"{ulid}");
    }
    if is_date(segment) {
        return Some(b"{date}");
    }
    if is_phone(segment, digits) {
        return Some(b"{phone}");
    }
    if is_ip(segment) {
        return Some(b"{ip}");
    }
    is_geo(segment, digits).then_some(b"{geo}")
}

/// `en-IN`: language and region (BCP 47), as browsers and Java write them.
fn is_locale(segment: &[u8]) -> bool {
    let [a, b, mid, c, d] = segment else { return false };
    matches!(mid, b'-' | b'_')
        && a.is_ascii_lowercase()
        && b.is_ascii_lowercase()
        && (c.is_ascii_uppercase() && d.is_ascii_uppercase()
            // In lower case only where the language is a common one: `my-id` is none.
            || matches!(&[*a, *b], b"en" | b"hi" | b"fr" | b"de" | b"es" | b"pt" | b"ta" | b"te" | b"zh" | b"ja")
                && c.is_ascii_lowercase()
                && d.is_ascii_lowercase())
}

/// 48 bits of time and 80 of chance in Crockford's base 32, as the ULID specification has it.
fn is_ulid(segment: &[u8]) -> bool {
    matches!(segment.first(), Some(b'0'..=b'7'))
        && segment
            .iter()
            .all(|b| b.is_ascii_alphanumeric() && !matches!(b.to_ascii_uppercase(), b'I' | b'L' | b'O' | b'U'))
}

/// `YYYY-MM`, `YYYY-MM-DD`, and the latter with a time after `T`.
fn is_date(segment: &[u8]) -> bool {
    let number = |from: usize, len: usize| {
        let part = segment.get(from..from + len)?;
        part.iter().try_fold(0_u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    };
    let dash = |at: usize| segment.get(at) == Some(&b'-');
    let month = number(0, 4).is_some_and(|y| (1900..2200).contains(&y))
        && dash(4)
        && number(5, 2).is_some_and(|m| (1..=12).contains(&m));
    let day = dash(7) && number(8, 2).is_some_and(|d| (1..=31).contains(&d));
    month && (segment.len() == 7 || day && (segment.len() == 10 || segment.get(10) == Some(&b'T')))
}

/// E.164 with its plus: 8 to 15 digits, perhaps grouped.
fn is_phone(segment: &[u8], digits: usize) -> bool {
    let (rest, digits) = match segment {
        [b'+', rest @ ..] => (rest, digits),
        // The plus percent-encoded: its `2` is no digit of the number.
        [b'%', b'2', b'B' | b'b', rest @ ..] => (rest, digits - 1),
        _ => return false,
    };
    (8..=15).contains(&digits) && rest.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'(' | b')'))
}

fn is_ip(segment: &[u8]) -> bool {
    let text = std::str::from_utf8(segment).unwrap_or_default();
    segment.iter().filter(|b| **b == b'.').count() == 3 && text.parse::<std::net::Ipv4Addr>().is_ok()
        || segment.iter().filter(|b| **b == b':').count() >= 2 && text.parse::<std::net::Ipv6Addr>().is_ok()
}

/// Latitude and longitude, or one of them: four decimals are about ten metres. `2.0` is a version.
fn is_geo(segment: &[u8], digits: usize) -> bool {
    let numeric = segment.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-'));
    let dots = segment.iter().filter(|b| **b == b'.').count();
    let decimals = segment.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    numeric && digits >= 2 && (dots == 2 && memchr(b',', segment).is_some() || dots == 1 && decimals >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(path: &str) -> String {
        let mut out = Vec::new();
        path_shape(path.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn identifiers_are_replaced_and_words_are_not() {
        assert_eq!(shape("/api/v1/stores/4711/orders"), "/api/v1/stores/{n}/orders");
        assert_eq!(shape("/u/123e4567-e89b-12d3-a456-426614174000/x"), "/u/{uuid}/x");
        assert_eq!(shape("/by/asha@example.org"), "/by/{email}");
        assert_eq!(shape("/by/asha%40example.org"), "/by/{email}");
        assert_eq!(shape("/t/9f86d081884c7d659a2feaa0c55ad015"), "/t/{hex}");
        assert_eq!(shape("/o/ORD-2024-0917"), "/o/{id}");
        assert_eq!(shape("/static/app.3f9c71.js"), "/static/app.3f9c71.js");
        assert_eq!(shape("/customers/+919812345678"), "/customers/{phone}");
        assert_eq!(shape("/customers/%2B919812345678"), "/customers/{phone}");
        assert_eq!(shape("/"), "/");
        assert_eq!(shape("*"), "*");
        assert_eq!(shape(""), "");
    }

    #[test]
    fn each_kind_by_its_form() {
        assert_eq!(shape("/sales/2031-03-07/x"), "/sales/{date}/x");
        assert_eq!(shape("/sales/2031-03"), "/sales/{date}");
        assert_eq!(shape("/sales/2031-13-07"), "/sales/{id}");
        assert_eq!(shape("/e/01ARZ3NDEKTSV4RRFFQ69G5FAV"), "/e/{ulid}");
        assert_eq!(shape("/ip/192.0.2.7/x"), "/ip/{ip}/x");
        assert_eq!(shape("/near/12.9716,77.5946"), "/near/{geo}");
        assert_eq!(shape("/near/12.9716/77.5946"), "/near/{geo}/{geo}");
        assert_eq!(shape("/en-IN/menu"), "/{locale}/menu");
        assert_eq!(shape("/my-id/menu"), "/my-id/menu");
        assert_eq!(shape("/dish/Paneer%20Tikka"), "/dish/{text}");
    }

    #[test]
    fn versions_extensions_and_matrix_parameters() {
        assert_eq!(shape("/2.0/users/v4.0"), "/2.0/users/v4.0");
        assert_eq!(shape("/orders/4711.json"), "/orders/{n}.json");
        assert_eq!(shape("/orders/list.json"), "/orders/list.json");
        assert_eq!(shape("/orders;jsessionid=0A1B2C3D/4711;v=2"), "/orders/{n}");
        assert_eq!(shape("/orders//4711/"), "/orders//{n}/");
        assert_eq!(shape("/;a=1/x"), "//x");
    }
}
