//! What single exchanges cannot decide: whether a field holds a class or passes for it by chance. One
//! in ten random numbers passes Luhn or Verhoeff; a field where nine in ten do holds cards.

use std::collections::BTreeMap;

use crate::domain::Location;

use super::FieldCount;
use super::hints::Strength;
use super::set::{CANDIDATE_MIN, ClassSet, REPORTED_MIN, UNMISTAKABLE};

/// Distinct values from which a share says something: 20 random numbers all pass a check that one in
/// ten passes with a probability of 10⁻²⁰.
pub const VALUES_MIN: u64 = 20;

/// Share, in percent, from which a field holds the class.
pub const RAISE_PERCENT: u64 = 90;

/// Share up to which a field passes by chance.
pub const KILL_PERCENT: u64 = 30;

/// [`FieldCount`] that owns its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldTotal {
    /// Method and path shape.
    pub endpoint: String,
    /// Part of the exchange.
    pub location: Location,
    /// Where in that part.
    pub pointer: String,
    /// Id of the data class.
    pub class: String,
    /// Values that are not null or empty; distinct ones as far as one chunk tells.
    pub values: u64,
    /// Of these, values that may be of the class.
    pub passing: u64,
}

impl FieldTotal {
    /// Borrowed.
    pub fn as_count(&self) -> FieldCount<'_> {
        FieldCount {
            endpoint: &self.endpoint,
            location: self.location,
            pointer: &self.pointer,
            class: &self.class,
            values: self.values,
            passing: self.passing,
        }
    }
}

/// What becomes of the sightings of a class at a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldVerdict {
    /// Chance: only those count that are unmistakable by themselves (`+91…` among order numbers).
    Kill,
    /// Those count whose own confidence is enough.
    Keep,
    /// All count, candidates too.
    Raise,
}

impl FieldVerdict {
    /// The word that frames and reports carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Keep => "keep",
            Self::Raise => "raise",
        }
    }

    /// Whether a sighting of this confidence counts.
    pub const fn counts(self, confidence: u8) -> bool {
        match self {
            Self::Kill => confidence >= UNMISTAKABLE,
            Self::Keep => confidence >= REPORTED_MIN,
            Self::Raise => true,
        }
    }
}

/// A field with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The field, summed over the case.
    pub field: FieldTotal,
    /// What becomes of its sightings.
    pub verdict: FieldVerdict,
    /// In words, for `why`: `812 of 812 distinct values pass`.
    pub why: String,
}

/// Judges one field whose counts are summed over the whole case.
///
/// A key that names the class is never overruled downwards: a `mobile` that mostly holds `98xxxxxx10`
/// still leaks where it does not, and without its checksum a card is not reported there anyway. Nor
/// are forms with a prefix, an `@` or a signature of their own: they do not come about by chance.
pub fn judge(set: &ClassSet, count: &FieldCount<'_>) -> FieldVerdict {
    let Some(number) = set.number(count.class) else { return FieldVerdict::Keep };
    let Some(class) = set.get(number).filter(|_| count.values >= VALUES_MIN) else { return FieldVerdict::Keep };
    let weights = class.meta().weights;
    let percent = count.passing.saturating_mul(100) / count.values.max(1);
    // Agreement says something only of what does not agree by itself: a checksum, or a shape that is
    // rare. That all values of `items/*/name` are words makes none of them a person's name.
    let telling = weights.key_shape == 0 || weights.shape >= CANDIDATE_MIN;
    if percent >= RAISE_PERCENT && telling {
        return FieldVerdict::Raise;
    }
    let by_chance = weights.valid < UNMISTAKABLE || weights.shape >= CANDIDATE_MIN;
    let named = set.names(number, count.pointer) == Some(Strength::Full);
    if percent <= KILL_PERCENT && by_chance && !named { FieldVerdict::Kill } else { FieldVerdict::Keep }
}

/// Sums counts of chunks by field and judges each; in the order of the fields.
pub fn judge_all<'a>(set: &ClassSet, counts: impl IntoIterator<Item = FieldCount<'a>>) -> Vec<Judged> {
    let mut sums: BTreeMap<(&str, Location, &str, &str), (u64, u64)> = BTreeMap::new();
    for c in counts {
        let sum = sums.entry((c.endpoint, c.location, c.pointer, c.class)).or_default();
        sum.0 += c.values;
        sum.1 += c.passing;
    }
    let judged = |((endpoint, location, pointer, class), (values, passing))| {
        let count = FieldCount { endpoint, location, pointer, class, values, passing };
        Judged {
            verdict: judge(set, &count),
            why: format!("{passing} of {values} distinct values pass"),
            field: FieldTotal {
                endpoint: endpoint.to_owned(),
                location,
                pointer: pointer.to_owned(),
                class: class.to_owned(),
                values,
                passing,
            },
        }
    };
    sums.into_iter().map(judged).collect()
}
