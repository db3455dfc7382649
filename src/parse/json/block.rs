//! Ends of strings and containers, found eight or 64 bytes at a time: most of what a log holds of
//! bodies is not looked into, and byte by byte its short strings cost more than all that is.

use super::JSON_DEPTH_MAX;

/// Bytes that are looked at together: as many as a word has bits.
pub(super) const BLOCK: usize = 64;

/// Bits of the bytes for which `is` holds, the first byte's lowest.
#[inline]
fn bits(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    let mut flags = [0_u8; BLOCK];
    for (flag, byte) in flags.iter_mut().zip(block) {
        *flag = u8::from(is(*byte));
    }
    let mut out = 0;
    for eight in flags.rchunks_exact(8) {
        // Flags 0 to 7 of a word end up side by side in its highest byte.
        let word = eight.first_chunk::<8>().map_or(0, |e| u64::from_le_bytes(*e));
        out = out << 8 | word.wrapping_mul(0x0102_0408_1020_4080) >> 56;
    }
    out
}

/// Bits of the bytes that a backslash in front of them escapes. `carry` says whether the byte before
/// the block escapes its first one, and is left so for the next block.
#[inline]
fn escaped(backslashes: u64, carry: &mut u64) -> u64 {
    // Of a run of backslashes every second one is escaped. Subtracting a run's begin from the odd
    // bits runs through it and stops behind it, on an odd or an even bit as its length says.
    const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
    if backslashes == 0 {
        return std::mem::take(carry);
    }
    let begins = backslashes & !*carry;
    let codes = (begins << 1 | ODD).wrapping_sub(begins) ^ ODD;
    let out = codes ^ (backslashes | *carry);
    *carry = (codes & backslashes) >> 63;
    out
}

/// Looks for the quote that ends a string, from `from` inside it on, at a byte that is not escaped.
/// Returns its index and true; or, where fewer bytes than a block are left, from where on to look,
/// again at a byte that is not escaped, and false. That may be one past the end.
#[inline(never)]
pub(crate) fn quote_in_blocks(text: &[u8], from: usize) -> (usize, bool) {
    let mut at = from;
    let mut carry = 0;
    while let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        let quotes = bits(block, |b| b == b'"');
        let ends = quotes & !escaped(bits(block, |b| b == b'\\'), &mut carry);
        if ends != 0 {
            return (at + ends.trailing_zeros() as usize, true);
        }
        at += BLOCK;
    }
    (at + carry as usize, false)
}

/// Bytes of a string's text by its inside, where nothing in it needs a second look: no control
/// byte, and no escape but those of two bytes. What is left is right JSON whatever reads it.
pub(crate) fn simple_length(inside: &[u8]) -> Option<usize> {
    let simple = |b: u8| matches!(b, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't');
    let (blocks, rest) = inside.as_chunks::<BLOCK>();
    let (mut carry, mut escapes) = (0, 0);
    for block in blocks {
        if block.iter().fold(u8::MAX, |least, b| least.min(*b)) < 0x20 {
            return None;
        }
        let behind = escaped(bits(block, |b| b == b'\\'), &mut carry);
        if behind != 0 {
            if behind & !bits(block, simple) != 0 {
                return None;
            }
            escapes += behind.count_ones() as usize;
        }
    }
    let mut behind = carry != 0;
    for byte in rest {
        if *byte < 0x20 || behind && !simple(*byte) {
            return None;
        }
        escapes += usize::from(behind);
        behind = !behind && *byte == b'\\';
    }
    (!behind).then(|| inside.len() - escapes)
}

/// Index of the first quote or backslash of the next 32 bytes, if there is one among them and so
/// many bytes are left. Most strings are shorter than what a call of a vectorised search costs.
#[inline]
pub(crate) fn near_mark(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    for _ in 0..4 {
        let step = mark_in(*text.get(at..)?.first_chunk::<8>()?);
        at += step;
        if step < 8 {
            return Some(at);
        }
    }
    None
}

/// Distance to the first quote or backslash of eight bytes; 8 where there is none. Most strings of
/// a log are shorter than what a call of a vectorised search costs.
fn mark_in(bytes: [u8; 8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    let word = u64::from_le_bytes(bytes);
    // Zero bytes of the difference are hits; what a borrow makes of bytes above the first hit does
    // not matter, as only the first counts.
    let zeros = |difference: u64| difference.wrapping_sub(ONES) & !difference;
    let hits = (zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')))) & HIGH;
    (hits.trailing_zeros() / 8) as usize
}

/// Index of the quote that ends a string whose inside begins at `from`, and whether something is
/// escaped before it.
#[inline]
pub fn string_end(text: &[u8], from: usize) -> Option<(usize, bool)> {
    let mut at = from;
    for _ in 0..4 {
        let Some(bytes) = text.get(at..)?.first_chunk::<8>() else { break };
        let step = mark_in(*bytes);
        at += step;
        if step < 8 {
            return if text.get(at) == Some(&b'"') { Some((at, false)) } else { escaped_string_end(text, at) };
        }
    }
    at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
    if text.get(at) == Some(&b'"') { Some((at, false)) } else { escaped_string_end(text, at) }
}

/// [`string_end`] from the first backslash on. Escapes come in flocks: a body in a string is full
/// of them.
#[inline(never)]
fn escaped_string_end(text: &[u8], backslash: usize) -> Option<(usize, bool)> {
    let mut at = backslash;
    loop {
        let (next, found) = quote_in_blocks(text, at + 2);
        if found {
            return Some((next, true));
        }
        at = next + memchr::memchr2(b'"', b'\\', text.get(next..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some((at, true));
        }
    }
}

/// From `at`, outside of a string and `depth` brackets deep, passes over blocks in which the
/// container cannot end. Returns where the byte-by-byte way goes on, outside of a
/// string as well, and how deep it is there.
#[inline(never)]
pub(super) fn skip(text: &[u8], from: usize, depth_before: usize) -> (usize, usize) {
    let (mut at, mut depth) = (from, depth_before);
    // All ones where the block begins inside a string.
    let (mut inside, mut carry) = (0_u64, 0);
    // Where the last string began that is still open, and how deep that is.
    let mut back = (at, depth);
    while let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        let backslashes = bits(block, |b| b == b'\\');
        let quotes = bits(block, |b| b == b'"') & !escaped(backslashes, &mut carry);
        // Each bit becomes the parity of the quotes up to it: set within strings.
        let mut strings = quotes;
        for shift in [1, 2, 4, 8, 16, 32] {
            strings ^= strings << shift;
        }
        strings ^= inside;
        // Outside of strings a backslash escapes nothing.
        if backslashes & !strings != 0 {
            break;
        }
        let opening = (bits(block, |b| b | 0x20 == b'{') & !strings).count_ones() as usize;
        let closing = (bits(block, |b| b | 0x20 == b'}') & !strings).count_ones() as usize;
        if closing >= depth || depth + opening > JSON_DEPTH_MAX {
            break;
        }
        depth = depth + opening - closing;
        let open = strings >> 63 == 1;
        if open && quotes != 0 {
            // Brackets behind its quote are in the string: the depth is that of the quote.
            back = (at + 63 - quotes.leading_zeros() as usize, depth);
        }
        inside = if open { u64::MAX } else { 0 };
        at += BLOCK;
    }
    if inside == 0 { (at, depth) } else { back }
}

#[cfg(test)]
mod tests {
    use super::super::container_end;
    use crate::domain::Reason;

    /// Byte by byte, as the grammar says.
    fn string_end(text: &[u8], from: usize) -> Option<(usize, bool)> {
        let (mut at, mut escapes) = (from, false);
        loop {
            match text.get(at)? {
                b'"' => return Some((at, escapes)),
                b'\\' => (at, escapes) = (at + 2, true),
                _ => at += 1,
            }
        }
    }

    fn plainly(text: &[u8]) -> Result<usize, Reason> {
        let (mut depth, mut at) = (0_usize, 0);
        loop {
            match text.get(at).ok_or(Reason::Truncated)? {
                b'"' => at = string_end(text, at + 1).ok_or(Reason::Truncated)?.0,
                b'{' | b'[' => {
                    depth += 1;
                    if depth > super::JSON_DEPTH_MAX {
                        return Err(Reason::TooDeep);
                    }
                }
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Whatever passes must be JSON to others too, and of that length.
    #[test]
    fn simple_text_is_json() {
        let mut state = 3_u64;
        let mut passed = 0;
        for round in 0..20_000_usize {
            let mut text = Vec::new();
            for _ in 0..round % 200 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let pick = (state >> 40) as usize % (1 + round % 150);
                text.extend_from_slice([&b"\\n"[..], b"\\\"", b"\\\\", b"a", b"/"].get(pick).unwrap_or(&&b"xyz "[..]));
            }
            let odd = [&b""[..], b"\\u0041", b"\\x", b"\x01", b"\\"].get(round % 9).copied().unwrap_or_default();
            let at = (state >> 20) as usize % (text.len() + 1);
            let text = [&text[..at], odd, &text[at..]].concat();
            let whole = [&b"\""[..], &text, b"\""].concat();
            let want = serde_json::from_slice::<String>(&whole);
            if let Some(length) = super::simple_length(&text) {
                passed += 1;
                let ended_here = string_end(&whole, 1).is_some_and(|(end, _)| end + 1 == whole.len());
                if ended_here {
                    assert_eq!(want.unwrap().len(), length, "{}", String::from_utf8_lossy(&text));
                }
            } else {
                assert!(!odd.is_empty(), "{}", String::from_utf8_lossy(&text));
            }
        }
        assert!(passed > 5_000);
    }

    #[test]
    fn blocks_agree_with_bytes() {
        // A small generator: any mixture of the bytes that matter, in every alignment.
        let mut state = 7_u64;
        for round in 0..20_000 {
            let mut text = vec![b'{'];
            for _ in 0..300 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let pick = (state >> 40) as usize % (15 + round % 40 * 4);
                text.push(*b"\"\"\"\"{[]}{}\\:,1\"".get(pick).unwrap_or(&b'x'));
            }
            text.extend_from_slice(b"\"}}}]]]");
            assert_eq!(container_end(&text, 0), plainly(&text), "{}", String::from_utf8_lossy(&text));
            for from in 1..80 {
                let found = super::super::string_end(&text, from);
                assert_eq!(found, string_end(&text, from), "{from} {}", String::from_utf8_lossy(&text));
            }
        }
        let mut deep = vec![b'['; super::JSON_DEPTH_MAX];
        deep.extend_from_slice(&[b']'; super::JSON_DEPTH_MAX]);
        assert_eq!(container_end(&deep, 0), Ok(2 * super::JSON_DEPTH_MAX));
        deep.insert(0, b'[');
        assert_eq!(container_end(&deep, 0), Err(Reason::TooDeep));
    }
}
