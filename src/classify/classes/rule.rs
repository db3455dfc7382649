//! What the classes are built from: a rule is a table row with three functions.

use crate::classify::class::{Check, Class, ClassMeta, Leaf, Sample, Weights};

/// How a value is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mask {
    /// Nothing of it.
    All,
    /// All of it: names an organisation, not a person.
    Keep,
    /// The first and the last so many letters and digits; nothing if that would hide less than two.
    Ends(usize, usize),
    /// Its own way.
    By(fn(&str, &mut String)),
}

/// The dots that stand for what is hidden: at most six, so that lengths of secrets stay unknown.
pub(crate) const HIDDEN: &str = "•••";

/// A class as a row of a table.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) meta: ClassMeta,
    pub(crate) check: fn(&Leaf<'_>) -> Check,
    pub(crate) normal: fn(&str, &mut Vec<u8>),
    pub(crate) mask: Mask,
    pub(crate) samples: &'static [Sample],
}

impl Class for Rule {
    fn meta(&self) -> &ClassMeta {
        &self.meta
    }

    fn check(&self, leaf: &Leaf<'_>) -> Check {
        (self.check)(leaf)
    }

    fn normalise(&self, leaf: &Leaf<'_>, out: &mut Vec<u8>) {
        match text(leaf) {
            Some(text) => (self.normal)(text, out),
            None => out.extend_from_slice(leaf.text),
        }
    }

    fn mask(&self, leaf: &Leaf<'_>, out: &mut String) {
        match text(leaf) {
            Some(text) => self.mask.apply(text, out),
            None => out.push_str(HIDDEN),
        }
    }

    fn samples(&self) -> &'static [Sample] {
        self.samples
    }
}

impl Mask {
    /// Appends what may be shown of a value.
    pub(crate) fn apply(self, text: &str, out: &mut String) {
        match self {
            Self::All => out.push_str(HIDDEN),
            Self::Keep => out.push_str(text),
            Self::Ends(first, last) => ends(text, first, last, out),
            Self::By(by) => by(text, out),
        }
    }
}

/// Shows the first and the last letters and digits of a value, separators left out.
pub(crate) fn ends(text: &str, first: usize, last: usize, out: &mut String) {
    let signs = || text.chars().filter(|c| c.is_alphanumeric());
    let count = signs().count();
    let Some(hidden) = count.checked_sub(first + last).filter(|hidden| *hidden > 1) else {
        out.push_str(HIDDEN);
        return;
    };
    out.extend(signs().take(first));
    out.extend(std::iter::repeat_n('•', hidden.min(6)));
    out.extend(signs().skip(count - last));
}

/// Confidence by shape, by validator, by shape and key, by validator and key.
pub(crate) const fn weights(shape: u8, valid: u8, key_shape: u8, key_valid: u8) -> Weights {
    Weights { shape, valid, key_shape, key_valid }
}

/// A value with what a class must say and show.
pub(crate) const fn sample(value: &'static str, check: Check, masked: &'static str) -> Sample {
    Sample { value, check, masked }
}

/// Writes classes down as rows.
macro_rules! classes {
    (@is identifies) => { true };
    (@is) => { false };
    ($($(#[$doc:meta])* $name:ident {
        id: $id:literal, title: $title:literal, $sensitivity:ident $(, $identifies:ident)?;
        keys: $keys:expr; not: $not:expr;
        weights: $w:expr; by: $by:literal;
        check: $check:expr, normal: $normal:expr, mask: $mask:expr;
        samples: [$(($value:literal, $says:ident, $masked:literal)),+ $(,)?]
    })+) => {$(
        $(#[$doc])*
        pub(crate) static $name: crate::classify::classes::rule::Rule = crate::classify::classes::rule::Rule {
            meta: crate::classify::class::ClassMeta {
                id: $id,
                title: $title,
                sensitivity: crate::classify::class::Sensitivity::$sensitivity,
                identifies: $crate::classify::classes::rule::classes!(@is $($identifies)?),
                keys: $keys,
                not_keys: $not,
                weights: { let (a, b, c, d) = $w; crate::classify::classes::rule::weights(a, b, c, d) },
                check: $by,
            },
            check: $check,
            normal: $normal,
            mask: $mask,
            samples: &[$(crate::classify::classes::rule::sample(
                $value, crate::classify::class::Check::$says, $masked)),+],
        };
    )+};
}
pub(crate) use classes;

/// The value as text without the blanks around it; none where it is not UTF-8.
pub(crate) fn text<'a>(leaf: &Leaf<'a>) -> Option<&'a str> {
    std::str::from_utf8(leaf.text).ok().map(str::trim)
}

/// Letters and digits of a short value, letters in upper case, the separators left out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compact {
    bytes: [u8; 40],
    length: usize,
}

impl Compact {
    /// None where the value has other bytes, or is too long for any class that asks.
    pub(crate) fn of(text: &str, separators: &[u8]) -> Option<Self> {
        let mut compact = Self { bytes: [0; 40], length: 0 };
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() {
                *compact.bytes.get_mut(compact.length)? = byte.to_ascii_uppercase();
                compact.length += 1;
            } else if !separators.contains(&byte) {
                return None;
            }
        }
        Some(compact)
    }

    /// What is left.
    pub(crate) fn get(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Letters and digits of a value whose only separators are blanks and dashes, if there are so many.
pub(crate) fn compact(leaf: &Leaf<'_>, least: u32, most: u32) -> Option<Compact> {
    let signs = leaf.shape.digits + leaf.shape.upper + leaf.shape.lower;
    let separators = leaf.shape.spaces + leaf.shape.dashes;
    if signs < least || signs > most || signs + separators != leaf.shape.length {
        return None;
    }
    Compact::of(text(leaf)?, b" -")
}

/// The digits of a value of digits, blanks and dashes, if there are so many.
pub(crate) fn digits(leaf: &Leaf<'_>, least: u32, most: u32) -> Option<Compact> {
    (leaf.shape.upper + leaf.shape.lower == 0).then(|| compact(leaf, least, most)).flatten()
}

/// Whether bytes follow a template: `A` is a letter, `9` a digit, `*` either, anything else itself.
pub(crate) fn like(bytes: &[u8], template: &str) -> bool {
    bytes.len() == template.len()
        && bytes.iter().zip(template.bytes()).all(|(b, t)| match t {
            b'A' => b.is_ascii_uppercase(),
            b'9' => b.is_ascii_digit(),
            b'*' => b.is_ascii_uppercase() || b.is_ascii_digit(),
            _ => *b == t,
        })
}

/// The number that some digits write; none where they are no digits.
pub(crate) fn number(bytes: Option<&[u8]>) -> Option<u64> {
    bytes?.iter().try_fold(0_u64, |n, b| {
        let d = b.is_ascii_digit().then(|| u64::from(b - b'0'))?;
        n.checked_mul(10)?.checked_add(d)
    })
}

/// Passes: valid. Fails: never one.
pub(crate) const fn verified(holds: bool) -> Check {
    if holds { Check::Valid } else { Check::Invalid }
}

/// Fits: shape. Else no.
pub(crate) const fn shaped(fits: bool) -> Check {
    if fits { Check::Shape } else { Check::No }
}

/// The value as it is.
pub(crate) fn as_is(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(text.as_bytes());
}

/// In lower case, in every script.
pub(crate) fn lower(text: &str, out: &mut Vec<u8>) {
    for c in text.chars().flat_map(char::to_lowercase) {
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// In lower case with one blank between words: names and addresses.
pub(crate) fn words(text: &str, out: &mut Vec<u8>) {
    for (i, word) in text.split_whitespace().enumerate() {
        if i > 0 {
            out.push(b' ');
        }
        lower(word, out);
    }
}

/// Letters and digits only, ASCII letters in upper case.
pub(crate) fn signs(text: &str, out: &mut Vec<u8>) {
    out.extend(text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase()));
}

/// Bits per byte of a value, from how often each byte occurs in it (Shannon, 1948): 4 for random
/// hexadecimal, near 6 for random base64 of some length.
pub(crate) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let all = bytes.len() as f64;
    counts.iter().filter(|c| **c > 0).map(|c| f64::from(*c) / all).map(|p| -p * p.log2()).sum()
}
