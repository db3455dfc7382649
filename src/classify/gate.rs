//! Which classes a value's length and kind of bytes leave possible: most leaves are decided by one
//! look into a table. A class without a gate is asked whenever its key or its weights let it.

use super::bits::Bits;
use super::class::Shape;

/// Lengths that are told apart; longer ones are one.
const LENGTHS: usize = 64;

/// Kinds of bytes.
const KINDS: usize = 6;

/// Only digits.
pub(crate) const DIGITS: u8 = 1;
/// Digits with signs between them and no letter: `+91 98…`, `4111-…`, dates, coordinates.
pub(crate) const SIGNS: u8 = 2;
/// Letters (other scripts too) without any digit.
pub(crate) const WORDS: u8 = 4;
/// Letters and digits.
pub(crate) const MIXED: u8 = 8;
/// An `@` is in it.
pub(crate) const AT: u8 = 16;
/// Neither letters nor digits.
pub(crate) const REST: u8 = 32;
/// Anything.
pub(crate) const ANY: u8 = 63;

/// What a value must be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gate {
    pub(crate) kinds: u8,
    pub(crate) least: usize,
    pub(crate) most: usize,
}

const fn gate(kinds: u8, least: usize, most: usize) -> Gate {
    Gate { kinds, least, most }
}

/// The gates of the built-in classes, by id.
const GATES: &[(&str, Gate)] = &[];

/// The gate of a class.
pub(crate) fn of(id: &str) -> Gate {
    GATES.iter().find(|(known, _)| *known == id).map_or(gate(ANY, 1, usize::MAX), |(_, gate)| *gate)
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
                let fits = length >= gate.least.min(LENGTHS)
                    && (length <= gate.most || length == LENGTHS && gate.most > LENGTHS);
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
