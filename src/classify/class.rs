//! What a data class is: its words, its test of one value, its mask.

use std::fmt;

/// What the bytes of a value are made of; counted once, asked by every class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    /// Bytes.
    pub length: u32,
    /// `0` to `9`.
    pub digits: u32,
    /// `A` to `Z`.
    pub upper: u32,
    /// `a` to `z`.
    pub lower: u32,
    /// Bytes above 127: other scripts.
    pub high: u32,
    /// Spaces.
    pub spaces: u32,
    /// `@`.
    pub ats: u32,
    /// `.`.
    pub dots: u32,
    /// `-`.
    pub dashes: u32,
    /// `:`.
    pub colons: u32,
    /// `+`.
    pub pluses: u32,
    /// `/`.
    pub slashes: u32,
    /// `=`.
    pub equals: u32,
    /// Anything else.
    pub other: u32,
}

impl Shape {
    /// Counts the bytes of a value: one addition a byte, all counters side by side in one word.
    pub fn of(text: &[u8]) -> Self {
        let mut s = Self { length: text.len() as u32, ..Self::default() };
        // A lane holds 255.
        for part in text.chunks(255) {
            let lanes = part.iter().fold(0_u128, |sum, b| sum + LANES.get(usize::from(*b)).copied().unwrap_or(0));
            let count = |lane: u32| (lanes >> (lane * 8)) as u32 & 0xff;
            s.digits += count(0);
            s.upper += count(1);
            s.lower += count(2);
            s.high += count(3);
            s.spaces += count(4);
            s.ats += count(5);
            s.dots += count(6);
            s.dashes += count(7);
            s.colons += count(8);
            s.pluses += count(9);
            s.slashes += count(10);
            s.equals += count(11);
            s.other += count(12);
        }
        s
    }
}

/// For each byte a 1 in the lane of its kind; see [`Shape::of`].
static LANES: [u128; 256] = lanes();

#[expect(clippy::indexing_slicing, reason = "a constant, evaluated by the compiler")]
const fn lanes() -> [u128; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let lane = match byte as u8 {
            b'0'..=b'9' => 0,
            b'A'..=b'Z' => 1,
            b'a'..=b'z' => 2,
            128.. => 3,
            b' ' => 4,
            b'@' => 5,
            b'.' => 6,
            b'-' => 7,
            b':' => 8,
            b'+' => 9,
            b'/' => 10,
            b'=' => 11,
            _ => 12,
        };
        table[byte] = 1 << (lane * 8);
        byte += 1;
    }
    table
}

/// One value as the engine hands it over: escapes, percent signs and base64 undone.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'a> {
    /// The text, or the number as written.
    pub text: &'a [u8],
    /// A JSON number (not a string of digits).
    pub number: bool,
    /// What it is made of.
    pub shape: Shape,
}

/// What a class says of a value by itself, without its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Cannot be one.
    No,
    /// Looks like one, and the checksum or rule that every real one obeys fails: never reported.
    Invalid,
    /// Looks like one; there is nothing to verify.
    Shape,
    /// Looks like one, and a checksum, list or rule confirms it.
    Valid,
}

/// Confidence, 0 to 100, that each kind of evidence gives. 0: not reported on that evidence alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// [`Check::Shape`], key says nothing.
    pub shape: u8,
    /// [`Check::Valid`], key says nothing.
    pub valid: u8,
    /// [`Check::Shape`] under a key that hints at the class.
    pub key_shape: u8,
    /// [`Check::Valid`] under such a key.
    pub key_valid: u8,
}

/// Kind of data for ENISA's severity method (2013), which sets the base of the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// Of a business, not of a person.
    Business,
    /// Identity, contact, education, work: base 1.
    Simple,
    /// Location, traffic, habits: base 2.
    Behavioural,
    /// Accounts, cards, income: base 3.
    Financial,
    /// Health, religion, national identity by which all else is found: base 4.
    Sensitive,
    /// Whoever holds it can act for others; inherits what it unlocks.
    Credential,
}

/// What is known of a class; shown by `classes` and in the README's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassMeta {
    /// Stable word for frames, options, reports: `phone-in`, `card-number`.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// How bad it is to lose.
    pub sensitivity: Sensitivity,
    /// Whether the value identifies one person (phone, e-mail, national id): subjects are counted
    /// by such.
    pub identifies: bool,
    /// Keys that speak for it, as words joined by `_` (`mobile`, `card_no`): matched against whole
    /// words of the key and of its parents, `customerMobileNo` has `mobile`.
    pub keys: &'static [&'static str],
    /// Keys that speak against it (`version` for an address).
    pub not_keys: &'static [&'static str],
    /// What each kind of evidence is worth.
    pub weights: Weights,
    /// Checksum, list or rule behind [`Check::Valid`], in words; the source of the format.
    pub check: &'static str,
}

/// A value with what the class must say of it: documentation and test in one. Invented values only.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The value.
    pub value: &'static str,
    /// What [`Class::check`] says.
    pub check: Check,
    /// What [`Class::mask`] shows; empty where not tested.
    pub masked: &'static str,
}

/// A data class.
pub trait Class: Sync + Send + fmt::Debug {
    /// What is known of it.
    fn meta(&self) -> &ClassMeta;
    /// Tests one value by itself. Must be cheap: `leaf.shape` first.
    fn check(&self, leaf: &Leaf<'_>) -> Check;
    /// The value in the one way of writing that equal values share: digits of a phone with its
    /// country, an e-mail in lower case. Fingerprints are made of this.
    fn normalise(&self, leaf: &Leaf<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(leaf.text);
    }
    /// The value as it may be shown: enough to recognise a known one, not enough to learn it.
    fn mask(&self, leaf: &Leaf<'_>, out: &mut String);
    /// Values that it must judge so; at least one that it must refuse.
    fn samples(&self) -> &'static [Sample];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_counted_once() {
        let s = Shape::of(b"Ab1 @.-:+/=_\x80");
        let want = Shape {
            length: 13,
            digits: 1,
            upper: 1,
            lower: 1,
            high: 1,
            spaces: 1,
            ats: 1,
            dots: 1,
            dashes: 1,
            colons: 1,
            pluses: 1,
            slashes: 1,
            equals: 1,
            other: 1,
        };
        assert_eq!(s, want);
        // More than a lane holds.
        let long = Shape::of(&[b'7'; 1000]);
        assert_eq!((long.length, long.digits, long.upper), (1000, 1000, 0));
    }
}
