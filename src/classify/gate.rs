//! Which classes a value's length and kind of bytes leave possible: most leaves are decided by one
//! look into a table. A class without a gate is asked whenever its key or its weights let it.

use super::bits::Bits;
use super::class::Shape;

/// Lengths that are told apart; longer ones are one.
const LENGTHS: usize = 64;

/// Kinds of bytes.
const KINDS: usize = 6;

/// Only digits.
const DIGITS: u8 = 1;
/// Digits with signs between them and no letter: `+91 98…`, `4111-…`, dates, coordinates.
const SIGNS: u8 = 2;
/// Digits, with or without signs.
const NUMBERS: u8 = DIGITS | SIGNS;
/// Letters (other scripts too) without any digit.
const WORDS: u8 = 4;
/// Letters and digits.
const MIXED: u8 = 8;
/// An `@` is in it.
const AT: u8 = 16;
/// Neither letters nor digits.
const REST: u8 = 32;
/// Anything.
const ANY: u8 = 63;

/// What a value must be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gate {
    pub(crate) kinds: u8,
    pub(crate) least: usize,
}

/// The gates of the built-in classes: id, kinds, least length. A class that is not here takes all.
const GATES: &[(&str, u8, usize)] = &[
    ("phone-in", NUMBERS | MIXED, 10),
    ("phone-intl", NUMBERS | MIXED, 6),
    ("phone-landline-in", NUMBERS | MIXED, 10),
    ("email", AT, 5),
    ("upi-vpa", AT, 4),
    ("abha-address", AT, 5),
    ("postal-code", NUMBERS | MIXED, 4),
    ("geo-pair", SIGNS, 7),
    ("geo-coordinate", SIGNS, 4),
    ("aadhaar", NUMBERS, 12),
    ("aadhaar-vid", NUMBERS, 16),
    ("pan", MIXED, 10),
    ("voter-id", MIXED, 10),
    ("passport-in", MIXED, 8),
    ("driving-licence-in", MIXED, 9),
    ("vehicle-in", MIXED, 6),
    ("abha", NUMBERS, 14),
    ("uan", NUMBERS, 12),
    ("esic", NUMBERS, 10),
    ("pf-member", MIXED, 15),
    ("gstin", MIXED, 15),
    ("ifsc", MIXED, 11),
    ("micr", NUMBERS, 9),
    ("tan", MIXED, 10),
    ("cin", MIXED, 21),
    ("fssai", NUMBERS, 14),
    ("rrn", NUMBERS, 12),
    ("utr", MIXED, 16),
    ("card-number", NUMBERS, 12),
    ("card-cvv", NUMBERS, 3),
    ("card-expiry", NUMBERS, 4),
    ("card-track", ANY, 20),
    ("bank-account", NUMBERS | MIXED, 8),
    ("iban", MIXED, 14),
    ("bic", WORDS | MIXED, 8),
    ("aba-routing", NUMBERS, 9),
    ("crypto-wallet", MIXED, 20),
    ("person-name", WORDS, 2),
    ("street-address", WORDS | MIXED, 4),
    ("ip-address", ANY, 3),
    ("mac-address", ANY, 12),
    ("imei", NUMBERS, 14),
    ("imsi", NUMBERS, 14),
    ("iccid", NUMBERS | MIXED, 18),
    ("jwt", ANY, 20),
    ("private-key", ANY, 20),
    ("aws-key", WORDS | MIXED, 20),
    ("us-ssn", NUMBERS, 9),
    ("us-itin", NUMBERS, 9),
    ("uk-nhs", NUMBERS, 10),
    ("uk-nino", MIXED, 9),
    ("ca-sin", NUMBERS, 9),
    ("au-tfn", NUMBERS, 8),
    ("pl-pesel", NUMBERS, 11),
    ("de-tax-id", NUMBERS, 11),
    ("br-cpf", NUMBERS, 11),
    ("za-id", NUMBERS, 13),
    ("sg-nric", MIXED, 9),
    ("es-nif", MIXED, 9),
    ("it-codice-fiscale", MIXED, 16),
    ("se-personnummer", NUMBERS, 10),
    ("fi-hetu", NUMBERS | MIXED, 11),
    ("order-amount", NUMBERS | MIXED | REST, 1),
    ("revenue", NUMBERS | MIXED | REST, 1),
    ("cloud-key", ANY, 16),
    ("payment-key", ANY, 16),
    ("service-token", ANY, 16),
    ("basic-auth", ANY, 10),
    ("push-token", ANY, 16),
    ("url-credentials", AT, 8),
    ("signed-url", MIXED | AT, 16),
];

/// Narrower gates for values whose key says nothing: what a class takes for one on that alone.
const OPEN_GATES: &[(&str, u8, usize)] = &[("street-address", MIXED, 8)];

/// The gate of a class where no key hints at it.
pub(crate) fn open(id: &str) -> Gate {
    let known = OPEN_GATES.iter().find(|(known, ..)| *known == id);
    known.map_or_else(|| of(id), |(_, kinds, least)| Gate { kinds: *kinds, least: *least })
}

/// The gate of a class.
pub(crate) fn of(id: &str) -> Gate {
    let known = GATES.iter().find(|(known, ..)| *known == id);
    known.map_or(Gate { kinds: ANY, least: 1 }, |(_, kinds, least)| Gate { kinds: *kinds, least: *least })
}

/// Number of the kind that a shape is of.
#[inline]
fn kind(s: &Shape) -> usize {
    let letters = s.upper + s.lower + s.high;
    if s.ats > 0 {
        4
    } else if s.digits == s.length {
        0
    } else if letters == 0 {
        if s.digits > 0 { 1 } else { 5 }
    } else if s.digits == 0 {
        2
    } else {
        3
    }
}

/// Classes by kind and length.
#[derive(Debug, Clone)]
pub(crate) struct Table(Vec<Bits>);

impl Default for Table {
    fn default() -> Self {
        Self(vec![Bits::default(); KINDS * (LENGTHS + 1)])
    }
}

impl Table {
    /// Adds a class.
    pub(crate) fn add(&mut self, class: u16, gate: Gate) {
        for (kind, row) in self.0.chunks_mut(LENGTHS + 1).enumerate() {
            for (length, slot) in row.iter_mut().enumerate() {
                let fits = length >= gate.least.min(LENGTHS);
                if gate.kinds >> kind & 1 == 1 && fits {
                    slot.add(class);
                }
            }
        }
    }

    /// The classes that a value of this shape may be of.
    #[inline]
    pub(crate) fn admitted(&self, shape: &Shape) -> &Bits {
        const NONE: &Bits = &Bits::NONE;
        self.0.get(kind(shape) * (LENGTHS + 1) + (shape.length as usize).min(LENGTHS)).unwrap_or(NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::super::class::{Check, Class, Leaf};
    use super::super::{CANDIDATE_MIN, ClassSet, classes};
    use super::*;
    use proptest::prelude::*;

    /// A gate may let too much through, never too little.
    fn shut_out(text: &str) -> Vec<&'static str> {
        let set = ClassSet::built_in();
        let mut table = Table::default();
        let mut bare = Table::default();
        set.iter().for_each(|(n, c)| table.add(n, of(c.meta().id)));
        set.iter().for_each(|(n, c)| bare.add(n, open(c.meta().id)));
        let shape = Shape::of(text.as_bytes());
        let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let checked = |c: &dyn Class, number| c.check(&Leaf { text: text.as_bytes(), number, shape });
        let alone = |c: &dyn Class, check| match check {
            Check::Valid => c.meta().weights.valid,
            Check::Shape => c.meta().weights.shape,
            _ => 0,
        };
        (0_u16..)
            .zip(classes::ALL)
            .filter(|(n, c)| {
                let check = checked(**c, false).max(if number { checked(**c, true) } else { Check::No });
                check >= Check::Shape && !table.admitted(&shape).has(*n)
                    || alone(**c, check) >= CANDIDATE_MIN && !bare.admitted(&shape).has(*n)
            })
            .map(|(_, c)| c.meta().id)
            .collect()
    }

    #[test]
    fn samples_pass_their_gates() {
        for class in classes::ALL {
            for sample in class.samples() {
                assert!(shut_out(sample.value).is_empty(), "{} {:?}", sample.value, shut_out(sample.value));
            }
        }
    }

    #[test]
    fn gates_are_of_classes() {
        for (id, ..) in GATES {
            assert!(classes::by_id(id).is_some(), "{id}");
        }
    }

    proptest! {
        #[test]
        fn no_gate_shuts_out_what_its_class_takes(
            digits in "[0-9]{1,20}",
            signs in "[+]?[0-9]{1,6}[- .,:/]{1,2}[0-9]{1,8}([- .:][0-9]{1,8})?",
            mixed in "[A-Z0-9]{3,24}",
            words in "[A-Za-z]{1,8}( [A-Za-z.]{1,8}){0,3}",
            at in "[a-z0-9.]{1,8}@[a-z]{2,8}(\\.[a-z]{2,3})?",
            any in "[ -~]{1,40}",
        ) {
            for text in [digits, signs, mixed, words, at, any] {
                let shut = shut_out(&text);
                prop_assert!(shut.is_empty(), "{} {:?}", text, shut);
            }
        }
    }
}
