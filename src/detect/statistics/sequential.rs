//! Tests that decide as evidence comes in.

/// Share of first touches that succeed for somebody who knows what exists.
const KNOWING: f64 = 0.8;
/// The same for somebody who guesses.
const GUESSING: f64 = 0.2;
/// Λ at which guessing is accepted: detection 0.99 over false alarms 0.01.
const ACCEPT: f64 = 99.0;
/// Λ at which it is rejected: (1 − 0.99)/(1 − 0.01).
const REJECT: f64 = 0.010_101;

/// What the walk test says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Knows what exists.
    Knows,
    /// Not decided.
    Pending,
    /// Guesses.
    Guesses,
}

/// Threshold random walk: the likelihood ratio of "guesses" over "knows" after each first touch of an
/// object, a miss being 403, 404 or 410 (Jung, Paxson, Berger, Balakrishnan, "Fast Portscan Detection
/// Using Sequential Hypothesis Testing", IEEE S&P 2004: θ₀ 0.8, θ₁ 0.2, α 0.01, β 0.99). The first
/// decision stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WalkTest {
    /// ln Λ so far.
    pub log_ratio: f64,
    verdict: Verdict,
}

impl Default for WalkTest {
    fn default() -> Self {
        Self { log_ratio: 0.0, verdict: Verdict::Pending }
    }
}

impl WalkTest {
    /// One more first touch.
    pub fn see(&mut self, hit: bool) {
        let ratio = if hit { GUESSING / KNOWING } else { (1.0 - GUESSING) / (1.0 - KNOWING) };
        self.log_ratio += ratio.ln();
        if self.verdict == Verdict::Pending {
            if self.log_ratio >= ACCEPT.ln() {
                self.verdict = Verdict::Guesses;
            } else if self.log_ratio <= REJECT.ln() {
                self.verdict = Verdict::Knows;
            }
        }
    }

    /// What was decided first.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }
}

/// Where a cumulative sum first went over its threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cusum {
    /// Index of the value at which the alarm was raised.
    pub alarm: usize,
    /// Index of the value with which the rise began: the last at which the sum was 0, plus one.
    pub start: usize,
    /// Index of the last value that was above what is usual, from there on.
    pub end: usize,
    /// Sum of the values from `start` to `end`.
    pub total: f64,
    /// What is usual: median of all.
    pub usual: f64,
}

/// One-sided CUSUM: S = max(0, S + x − μ − k), k = σ/2, alarm at S > 5σ (Page 1954; Javed & Paxson 2013
/// for failed logins over all addresses). μ and σ are the median and 1.4826·MAD of the series itself,
/// σ at least √μ and at least 1 (counts scatter like Poisson), so an attack does not raise its own bar.
/// Values are counts per slot of equal length, empty slots as 0.
pub fn cusum(counts: &[f64]) -> Option<Cusum> {
    let usual = super::median(counts)?;
    let away: Vec<f64> = counts.iter().map(|c| (c - usual).abs()).collect();
    let sigma = (1.4826 * super::median(&away)?).max(usual.sqrt()).max(1.0);
    let (mut sum, mut start) = (0.0_f64, 0usize);
    let mut alarm = None;
    for (at, count) in counts.iter().enumerate() {
        sum = (sum + count - usual - sigma / 2.0).max(0.0);
        if sum <= 0.0 {
            if alarm.is_some() {
                break;
            }
            start = at + 1;
        } else if sum > 5.0 * sigma && alarm.is_none() {
            alarm = Some(at);
        }
    }
    let alarm = alarm?;
    let above = |c: &f64| *c > usual + sigma / 2.0;
    let end = counts.iter().enumerate().skip(alarm).take_while(|(_, c)| above(c)).last().map_or(alarm, |(i, _)| i);
    let total = counts.iter().skip(start).take(end + 1 - start).sum();
    Some(Cusum { alarm, start, end, total, usual })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_misses_in_a_row_are_enough() {
        // Each miss is ×4: 4⁴ = 256 ≥ 99, 4³ = 64 is not.
        let mut test = WalkTest::default();
        for _ in 0..3 {
            test.see(false);
        }
        assert_eq!(test.verdict(), Verdict::Pending);
        test.see(false);
        assert_eq!(test.verdict(), Verdict::Guesses);
        // Hits afterwards do not take it back.
        for _ in 0..50 {
            test.see(true);
        }
        assert_eq!(test.verdict(), Verdict::Guesses);
    }

    #[test]
    fn who_knows_is_let_go() {
        let mut test = WalkTest::default();
        for hit in [true, false, true, true, true, true] {
            test.see(hit);
        }
        // Four hits more than misses: 4⁻⁴ = 0.0039 ≤ 0.0101.
        assert_eq!(test.verdict(), Verdict::Knows);
    }

    #[test]
    fn a_burst_is_dated() {
        // Usual 2 (MAD 0, so σ = √2 = 1.414, k 0.707, alarm above 7.07). 9: S = 6.29; 9: 12.59 → alarm.
        let counts = [2.0, 2.0, 2.0, 2.0, 2.0, 9.0, 9.0, 9.0, 2.0, 2.0, 2.0, 2.0, 2.0];
        let found = cusum(&counts).unwrap();
        assert_eq!((found.start, found.alarm, found.end), (5, 6, 7));
        assert!((found.total - 27.0).abs() < 1e-9 && (found.usual - 2.0).abs() < 1e-9);
        assert_eq!(cusum(&[2.0, 3.0, 1.0, 2.0, 2.0, 3.0, 2.0]), None);
        assert_eq!(cusum(&[]), None);
    }
}
