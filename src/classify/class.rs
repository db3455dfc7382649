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
    /// Counts the bytes of a value.
    pub fn of(text: &[u8]) -> Self {
        let mut s = Self { length: text.len() as u32, ..Self::default() };
        for byte in text {
            *(match byte {
                b'0'..=b'9' => &mut s.digits,
                b'A'..=b'Z' => &mut s.upper,
                b'a'..=b'z' => &mut s.lower,
                128.. => &mut s.high,
                b' ' => &mut s.spaces,
                b'@' => &mut s.ats,
                b'.' => &mut s.dots,
                b'-' => &mut s.dashes,
                b':' => &mut s.colons,
                b'+' => &mut s.pluses,
                b'/' => &mut s.slashes,
                b'=' => &mut s.equals,
                _ => &mut s.other,
            }) += 1;
        }
        s
    }
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
