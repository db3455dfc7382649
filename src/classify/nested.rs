//! What is inside a value: JSON in a string, base64, the claims of a token, percent signs.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::domain::limits::{FREE_TEXT_BYTES_MAX, NESTED_DEPTH_MAX};

use super::class::Leaf;
use super::engine::{At, Classifier};
use super::request::percent_decode;
use super::set::REPORTED_MIN;
use super::tree::NONE;
use super::value::Taken;

/// Base64 characters that decide whether the rest is worth decoding.
const PROBE: usize = 16;

/// Shortest base64 that is looked into: shorter ones hold nothing that is recognised.
const BASE64_MIN: usize = 16;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// Base64 in either alphabet, padded or not.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

/// Whether decoded bytes are something that a person or a program reads.
fn readable(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t' | 0xc3..))
}

impl Classifier {
    /// Looks inside a value if it may hold another.
    pub(super) fn inside(&mut self, at: At, leaf: &Leaf<'_>, taken: Option<Taken>) {
        let text = leaf.text;
        if text.len() > FREE_TEXT_BYTES_MAX {
            return;
        }
        let trimmed = text.trim_ascii();
        let (first, last) = (trimmed.first(), trimmed.last());
        let json = matches!((first, last), (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')));
        let encoded = leaf.shape.spaces == 0 && text.len() >= BASE64_MIN && leaf.shape.ats == 0;
        let percent = leaf.shape.other > 0 && memchr::memmem::find_iter(text, b"%").take(2).count() > 0;
        if !(json || encoded || percent) {
            return;
        }
        if at.nested >= NESTED_DEPTH_MAX {
            self.limited |= json;
            return;
        }
        let deeper = At { nested: at.nested + 1, ..at };
        if json {
            return self.json(trimmed, deeper);
        }
        let bare = text.strip_prefix(b"Bearer ").unwrap_or(text);
        if bare.starts_with(b"eyJ") && leaf.shape.dots == 2 {
            return self.claims(bare, deeper);
        }
        // A secret or a person that was recognised is not taken apart by chance.
        if encoded && taken.is_none_or(|t| t.confidence < REPORTED_MIN) && self.decoded(text, deeper) {
            return;
        }
        if percent {
            self.percent(text, deeper);
        }
    }

    /// The claims of a JSON Web Token (RFC 7519).
    fn claims(&mut self, token: &[u8], at: At) {
        let Some(claims) = token.split(|b| *b == b'.').nth(1).and_then(base64) else { return };
        if claims.first() == Some(&b'{') {
            let place = self.tree.member(at.place, NONE, b"claims", b"claims", &self.set);
            self.json(&claims, At { place, ..at });
        }
    }

    fn decoded(&mut self, text: &[u8], at: At) -> bool {
        if !text.iter().take(PROBE).all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_')) {
            return false;
        }
        let probe = text.get(..PROBE).and_then(base64).is_some_and(|b| readable(&b));
        let Some(plain) =
            probe.then(|| base64(text)).flatten().filter(|p| std::str::from_utf8(p).is_ok() && readable(p))
        else {
            return false;
        };
        match plain.first() {
            Some(b'{' | b'[') => self.json(&plain, at),
            _ => self.leaf(at, &plain, false),
        }
        true
    }

    fn percent(&mut self, text: &[u8], at: At) {
        let mut plain = self.pool.pop().unwrap_or_default();
        plain.clear();
        percent_decode(text, false, &mut plain);
        if plain != text {
            self.leaf(at, &plain, false);
        }
        self.pool.push(plain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_either_alphabet() {
        assert_eq!(base64(b"eyJhIjoxfQ").unwrap(), br#"{"a":1}"#);
        assert_eq!(base64(b"eyJhIjoxfQ==").unwrap(), br#"{"a":1}"#);
        assert_eq!(base64(b"-__-").unwrap(), [0xfb, 0xff, 0xfe]);
        assert!(readable("Zoë +91 98".as_bytes()) || !readable(b"\x01\x02"));
        assert!(!readable(b"\x01\x02"));
    }
}
