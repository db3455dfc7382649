//! A path's shape: segments that look like identifiers are replaced by what they look like. A first
//! guess at the endpoint, good enough to count by, until templates are learnt from the traffic.

/// Writes the shape of `path` into `out`, which is cleared first.
pub(super) fn path_shape(path: &[u8], out: &mut Vec<u8>) {
    out.clear();
    // Most segments stay: what lies between two that do not is copied in one go.
    let (mut copied, mut start) = (0, 0);
    while start <= path.len() {
        let rest = path.get(start..).unwrap_or_default();
        let (mut len, mut digits, mut at_sign) = (0, 0, false);
        for b in rest.iter().take_while(|b| **b != b'/') {
            len += 1;
            digits += usize::from(b.is_ascii_digit());
            at_sign |= *b == b'@';
        }
        if (digits > 0 || len >= 24 || at_sign)
            && let Some(word) = placeholder(rest.get(..len).unwrap_or_default(), digits)
        {
            out.extend_from_slice(path.get(copied..start).unwrap_or_default());
            out.extend_from_slice(word);
            copied = start + len;
        }
        start += len + 1;
    }
    out.extend_from_slice(path.get(copied..).unwrap_or_default());
}

/// What a segment with so many digits is replaced by, if it looks like an identifier.
fn placeholder(segment: &[u8], digits: usize) -> Option<&'static [u8]> {
    // A token, or a parameter such as `;jsessionid=…`: no name is that long.
    if segment.len() >= 64 || memchr::memchr(b';', segment).is_some() {
        return Some(b"{id}");
    }
    if digits == segment.len() {
        return Some(b"{n}");
    }
    // Versions name an API, not a thing.
    if segment.len() <= 4 && matches!(segment.first(), Some(b'v' | b'V')) && digits == segment.len() - 1 {
        return None;
    }
    let hex = segment.iter().filter(|b| b.is_ascii_hexdigit()).count();
    let dashes = segment.iter().filter(|b| **b == b'-').count();
    if segment.len() == 36 && dashes == 4 && hex == 32 {
        return Some(b"{uuid}");
    }
    if segment.contains(&b'@') || memchr::memchr(b'%', segment).is_some() && contains(segment, b"%40") {
        return Some(b"{email}");
    }
    if hex == segment.len() && segment.len() >= 16 {
        return Some(b"{hex}");
    }
    // A file name keeps its name: `app.3f9c.js` is one resource.
    if segment.iter().rev().take(6).any(|b| *b == b'.') {
        return None;
    }
    (digits >= 3 || segment.len() >= 24 && digits > 0).then_some(b"{id}")
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_replaced_and_words_are_not() {
        let shape = |path: &str| {
            let mut out = Vec::new();
            path_shape(path.as_bytes(), &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(shape("/api/v1/stores/4711/orders"), "/api/v1/stores/{n}/orders");
        assert_eq!(shape("/u/123e4567-e89b-12d3-a456-426614174000/x"), "/u/{uuid}/x");
        assert_eq!(shape("/by/asha@example.org"), "/by/{email}");
        assert_eq!(shape("/by/asha%40example.org"), "/by/{email}");
        assert_eq!(shape("/t/9f86d081884c7d659a2feaa0c55ad015"), "/t/{hex}");
        assert_eq!(shape("/o/ORD-2024-0917"), "/o/{id}");
        assert_eq!(shape("/static/app.3f9c71.js"), "/static/app.3f9c71.js");
        assert_eq!(shape("/customers/+919812345678"), "/customers/{id}");
        assert_eq!(shape("/"), "/");
        assert_eq!(shape("*"), "*");
    }
}
