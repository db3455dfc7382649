//! Bytes appended by hand: `write!` would cost more than all the rest of a generator that has to
//! outrun the readers it feeds.

use super::text::escaped;

/// Appends a number.
pub fn int(out: &mut Vec<u8>, mut n: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends `n` in lower-case hexadecimal digits.
pub fn hex(out: &mut Vec<u8>, n: u64, width: u32) {
    for place in (0..width).rev() {
        out.push(b"0123456789abcdef"[(n >> (4 * place) & 15) as usize]);
    }
}

/// Appends standard base64.
pub fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for group in bytes.chunks(3) {
        let mut bits = 0_u32;
        for at in 0..3 {
            bits = bits << 8 | u32::from(group.get(at).copied().unwrap_or(0));
        }
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= group.len() { digit } else { b'=' });
        }
    }
}

/// Appends text as it is.
pub fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

/// Appends `"key":"text"` with the text escaped.
pub fn member(out: &mut Vec<u8>, key: &str, text: &[u8]) {
    out.push(b'"');
    put(out, key);
    put(out, "\":\"");
    escaped(out, text);
    out.push(b'"');
}
