//! A set of classes, by their number.

use crate::domain::limits::CLASSES_MAX;

const WORDS: usize = CLASSES_MAX / 64;

/// A set of class numbers below [`CLASSES_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bits([u64; WORDS]);

impl Bits {
    /// No class.
    pub(crate) const NONE: Self = Self([0; WORDS]);

    /// Adds one.
    pub(crate) fn add(&mut self, class: u16) {
        if let Some(word) = self.0.get_mut(usize::from(class) / 64) {
            *word |= 1 << (class % 64);
        }
    }

    /// Whether it is in.
    pub(crate) fn has(&self, class: u16) -> bool {
        self.0.get(usize::from(class) / 64).is_some_and(|w| w >> (class % 64) & 1 == 1)
    }

    /// Those that are in both and not in `against`.
    #[inline]
    pub(crate) fn pick(a: &Self, b: &Self, against: &Self) -> Self {
        let mut out = Self::default();
        for (word, ((a, b), against)) in out.0.iter_mut().zip(a.0.iter().zip(&b.0).zip(&against.0)) {
            *word = a & b & !against;
        }
        out
    }

    /// The members in order.
    #[inline]
    pub(crate) fn iter(self) -> impl Iterator<Item = u16> {
        self.0.into_iter().enumerate().flat_map(|(at, word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(at as u16 * 64 + bit as u16)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_back_in_order() {
        let mut bits = Bits::default();
        for class in [200, 3, 64, 63, 0] {
            bits.add(class);
        }
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 3, 63, 64, 200]);
        assert!(bits.has(64) && !bits.has(65) && !bits.has(999));
        let (mut open, mut against) = (Bits::default(), Bits::default());
        [3, 64, 65].into_iter().for_each(|c| open.add(c));
        against.add(3);
        assert_eq!(Bits::pick(&bits, &open, &against).iter().collect::<Vec<_>>(), [64]);
    }
}
