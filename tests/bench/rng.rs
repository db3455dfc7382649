//! `SplitMix64` (Steele, Lea and Flood, 2014): the same numbers everywhere, from one seed.

/// A stream of pseudo-random numbers.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The stream that `seed` names.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream for one thing out of many: the same thing gets the same stream, whenever it is asked.
    pub fn of(kind: u64, id: u64) -> Self {
        let mut rng = Self(kind.wrapping_mul(0xA24B_AED4_963E_E407) ^ id);
        Self(rng.next())
    }

    /// 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0. The bias is below 2⁻³² for the bounds used here.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((self.next() >> 32) * bound) >> 32
    }

    /// A number of `low..=high`.
    pub fn within(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// True in `per_mille` of a thousand cases.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// A number below `bound`, small ones far more often: a few shops have most of the guests.
    pub fn skewed(&mut self, bound: u64) -> u64 {
        let a = self.next() >> 32;
        let b = self.next() >> 32;
        (((a * b) >> 32) * bound) >> 32
    }

    /// One of a table.
    pub fn pick<'a, T: ?Sized>(&mut self, table: &'a [&'a T]) -> &'a T {
        table[self.below(table.len() as u64) as usize]
    }
}
