//! The distances between neighbouring identifiers.

use std::collections::{BTreeMap, HashSet};

/// What the sorted distinct values of an identifier look like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaps {
    /// Distinct values.
    pub distinct: usize,
    /// The smallest.
    pub min: i64,
    /// The largest.
    pub max: i64,
    /// The commonest distance between neighbours; the smaller one of equally common ones.
    pub modal: u64,
    /// Share of the distances that are the modal one: 1 for a walk of any fixed step.
    pub modal_share: f64,
    /// Shannon entropy of the distances in bits: 0 for a fixed step.
    pub entropy: f64,
    /// distinct / (max − min + 1): 1 for a walk of step 1 that left nothing out.
    pub coverage: f64,
}

impl Gaps {
    /// Of values in any order, repeats allowed. `None` for fewer than 2 distinct ones.
    pub fn of(values: &[i64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        for (a, b) in sorted.iter().zip(sorted.iter().skip(1)) {
            *counts.entry(b.abs_diff(*a)).or_default() += 1;
        }
        let n = sorted.len().checked_sub(1).filter(|n| *n > 0)? as f64;
        let (modal, most) = counts.iter().fold((0, 0), |best, (gap, k)| if *k > best.1 { (*gap, *k) } else { best });
        let entropy = counts.values().map(|k| *k as f64 / n).map(|p| -p * p.log2()).sum::<f64>();
        Some(Self {
            distinct: sorted.len(),
            min,
            max,
            modal,
            modal_share: most as f64 / n,
            entropy: entropy.max(0.0),
            coverage: sorted.len() as f64 / (max.abs_diff(min) as f64 + 1.0),
        })
    }

    /// A walk that left little out: half of the range and 20 values.
    pub fn is_dense(&self) -> bool {
        self.distinct >= 20 && self.coverage >= 0.5
    }

    /// A walk of a fixed step: 20 values, six of ten distances equal, at most 1 bit.
    pub fn is_strided(&self) -> bool {
        self.distinct >= 20 && self.modal_share >= 0.6 && self.entropy <= 1.0
    }
}

/// Values with one common difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progression {
    /// The smallest.
    pub start: i64,
    /// The difference.
    pub step: u64,
    /// How many.
    pub length: usize,
}

/// How many of the commonest distances are tried as a step.
const STEPS: usize = 5;

/// The longest arithmetic progression whose step is one of the five commonest distances between
/// neighbours; chains are followed through a hash set, O(n). The smallest step and start of equally
/// long ones.
pub fn longest_progression(values: &[i64]) -> Option<Progression> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for (a, b) in sorted.iter().zip(sorted.iter().skip(1)) {
        *counts.entry(b.abs_diff(*a)).or_default() += 1;
    }
    let mut steps: Vec<(u64, usize)> = counts.into_iter().collect();
    steps.sort_by_key(|(gap, count)| (std::cmp::Reverse(*count), *gap));
    let set: HashSet<i64> = sorted.iter().copied().collect();
    let mut best: Option<Progression> = None;
    for (step, _) in steps.into_iter().take(STEPS) {
        for start in &sorted {
            if start.checked_sub_unsigned(step).is_some_and(|before| set.contains(&before)) {
                continue;
            }
            let mut length = 1;
            let mut at = *start;
            while let Some(next) = at.checked_add_unsigned(step).filter(|next| set.contains(next)) {
                at = next;
                length += 1;
            }
            if best.is_none_or(|b| length > b.length) {
                best = Some(Progression { start: *start, step, length });
            }
        }
    }
    best
}

/// Length that the longest progression among n random values of a range has by chance: about
/// 2·ln N / ln(1/δ) for a range of N at density δ (first-moment bound: N²/2 progressions of length k,
/// each there with probability δᵏ). Infinite for a full range.
pub fn progression_by_chance(gaps: &Gaps) -> f64 {
    let range = gaps.max.abs_diff(gaps.min) as f64 + 1.0;
    let density = gaps.coverage;
    if density >= 1.0 { f64::INFINITY } else { 2.0 * range.ln() / (1.0 / density).ln() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_a_stride_and_a_scatter() {
        let walk: Vec<i64> = (1_016_902..=1_017_401).collect();
        let gaps = Gaps::of(&walk).unwrap();
        assert_eq!((gaps.distinct, gaps.modal), (500, 1));
        assert!((gaps.coverage - 1.0).abs() < 1e-12 && gaps.entropy.abs() < 1e-12);
        assert!(gaps.is_dense() && gaps.is_strided());

        let stride: Vec<i64> = (0..25).map(|i| i * 40).collect();
        let gaps = Gaps::of(&stride).unwrap();
        // 25 of 961.
        assert!((gaps.coverage - 25.0 / 961.0).abs() < 1e-12 && gaps.is_strided() && !gaps.is_dense());

        // Distances 1, 2, 1, 4: modal 1 in half of them; entropy ½·1 + 2·¼·2 = 1.5 bits; 5 of 9.
        let gaps = Gaps::of(&[8, 0, 1, 3, 4, 4]).unwrap();
        assert_eq!((gaps.modal, gaps.distinct), (1, 5));
        assert!((gaps.modal_share - 0.5).abs() < 1e-12 && (gaps.entropy - 1.5).abs() < 1e-12);
        assert!((gaps.coverage - 5.0 / 9.0).abs() < 1e-12);
        assert_eq!(Gaps::of(&[7, 7]), None);
    }

    #[test]
    fn the_longest_progression_stands_out_of_noise() {
        let mut values = vec![3, 17, 18, 41, 90, 333];
        values.extend((0..9).map(|i| 100 + 7 * i));
        assert_eq!(longest_progression(&values), Some(Progression { start: 100, step: 7, length: 9 }));
        assert_eq!(longest_progression(&[i64::MIN, i64::MAX]).unwrap().length, 2);
        assert_eq!(longest_progression(&[]), None);
    }

    #[test]
    fn chance_makes_short_progressions() {
        // 100 of 10,000: 2·ln 10000/ln 100 = 4.
        let values: Vec<i64> = (0..99).map(|i| i * 97).chain([9999]).collect();
        assert!((progression_by_chance(&Gaps::of(&values).unwrap()) - 4.0).abs() < 1e-9);
    }
}
