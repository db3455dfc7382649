//! How many there are, and how many could have been reached: estimators over counts.
//!
//! Each says what it assumes. An estimate is given with its interval, never alone, and never instead
//! of what was confirmed. Results are for reports: what is stored is rounded to whole numbers first.

/// 97.5 % quantile of the normal distribution: two-sided 95 %.
pub const Z95: f64 = 1.959_964;

/// An estimate with its standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The most likely or mean value.
    pub value: f64,
    /// Standard deviation of the estimator.
    pub deviation: f64,
}

/// An interval that holds the true value with 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Share with its 95 % interval: Wilson 1927,
/// (p + z²/2n ± z√(p(1−p)/n + z²/4n²)) / (1 + z²/n). Assumes that the probed ones are a random sample of
/// those the share is applied to: where early ids are deleted more often, take ranges apart.
/// `None` for no trials or more hits than trials.
pub fn wilson(hits: u64, trials: u64) -> Option<(f64, Interval)> {
    if trials == 0 || hits > trials {
        return None;
    }
    let (n, p) = (trials as f64, hits as f64 / trials as f64);
    let z2 = Z95 * Z95;
    let middle = p + z2 / (2.0 * n);
    let half = Z95 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    Some((p, Interval { low: ((middle - half) / scale).max(0.0), high: ((middle + half) / scale).min(1.0) }))
}

/// Live ids in a range that was not probed: its length times the share of hits in the one that was.
pub fn live_in_unprobed(range: u64, hits: u64, probed: u64) -> Option<(f64, Interval)> {
    let (p, share) = wilson(hits, probed)?;
    let n = range as f64;
    Some((n * p, Interval { low: n * share.low, high: n * share.high }))
}

/// Population from the largest of `k` distinct ids drawn at random from 1..N without replacement
/// ("German tank"; Goodman 1952): N̂ = m + m/k − 1, variance (N−k)(N+1)/(k(k+2)) with N̂ for N. The ids
/// must come from ordinary traffic: a walk is no random sample. `None` where k is 0 or above m.
pub fn german_tank(k: u64, largest: u64) -> Option<Estimate> {
    if k == 0 || k > largest {
        return None;
    }
    let (k, m) = (k as f64, largest as f64);
    let value = m + m / k - 1.0;
    let variance = (value - k).max(0.0) * (value + 1.0) / (k * (k + 2.0));
    Some(Estimate { value, deviation: variance.sqrt() })
}

/// Upper end of a one-sided 95 % interval for the same: m·0.05^(−1/k).
pub fn german_tank_upper(k: u64, largest: u64) -> Option<f64> {
    (k > 0 && k <= largest).then(|| largest as f64 * 0.05_f64.powf(-1.0 / k as f64))
}

/// The same, Bayesian with a flat prior: mean (m−1)(k−1)/(k−2), deviation
/// √((k−1)(m−1)(m−k+1)/((k−3)(k−2)²)) (Höhle & Held 2006). `None` for k ≤ 3: no deviation exists.
pub fn german_tank_bayes(k: u64, largest: u64) -> Option<Estimate> {
    if k <= 3 || k > largest {
        return None;
    }
    let (k, m) = (k as f64, largest as f64);
    let variance = (k - 1.0) * (m - 1.0) * (m - k + 1.0) / ((k - 3.0) * (k - 2.0).powi(2));
    Some(Estimate { value: (m - 1.0) * (k - 1.0) / (k - 2.0), deviation: variance.sqrt() })
}

/// Length of a range of which neither end is known, from the smallest and largest of `k` random ids:
/// (max − min)(k+1)/(k−1) − 1. Assumptions as for [`german_tank`]. `None` for k < 2.
pub fn range_length(k: u64, smallest: u64, largest: u64) -> Option<f64> {
    if k < 2 || largest < smallest || largest - smallest + 1 < k {
        return None;
    }
    let k = k as f64;
    Some((largest - smallest) as f64 * (k + 1.0) / (k - 1.0) - 1.0)
}

/// Ids created in a window, from two ids of known time: Δid/Δt × window, times in one unit. Assumes an
/// even rate and ids dealt out without holes. `None` where no time or no id passed.
pub fn growth(first: (u64, i64), last: (u64, i64), window: i64) -> Option<f64> {
    let ids = last.0.checked_sub(first.0)?;
    let time = last.1.checked_sub(first.1).filter(|t| *t > 0)?;
    Some(ids as f64 / time as f64 * window as f64)
}

/// Population from two independent samples of n₁ and n₂ with m in both: Lincoln-Petersen n₁n₂/m.
/// Biased for small m: report [`chapman`]. `None` where nothing is in both.
pub fn lincoln_petersen(first: u64, second: u64, both: u64) -> Option<f64> {
    (both > 0 && both <= first.min(second)).then(|| first as f64 * second as f64 / both as f64)
}

/// The same after Chapman 1951: (n₁+1)(n₂+1)/(m+1) − 1, variance
/// (n₁+1)(n₂+1)(n₁−m)(n₂−m)/((m+1)²(m+2)) (Seber 1970). Assumes independent samples, a closed
/// population and members that are equally likely to be caught: two walkers with one script are not
/// independent.
pub fn chapman(first: u64, second: u64, both: u64) -> Option<Estimate> {
    if both > first.min(second) {
        return None;
    }
    let (a, b, m) = (first as f64, second as f64, both as f64);
    let variance = (a + 1.0) * (b + 1.0) * (a - m) * (b - m) / ((m + 1.0).powi(2) * (m + 2.0));
    Some(Estimate { value: (a + 1.0) * (b + 1.0) / (m + 1.0) - 1.0, deviation: variance.sqrt() })
}

/// Population from how often each was seen: Chao1 in its bias-corrected form,
/// S + f₁(f₁−1)/(2(f₂+1)) (Chao 1984, 2005; the default of scikit-bio and vegan). `once` were seen
/// once, `twice` twice. A lower bound where some are asked for more often than others, as restaurants
/// are. The deviation is Chao 1987, f₂(r²/2 + r³ + r⁴/4) with r = f₁/f₂; the interval S + T/C to S + T·C
/// with T = N̂ − S, C = exp(1.96·√ln(1 + var/T²)). For f₂ = 0 the variance is
/// f₁(f₁−1)/2 + f₁(2f₁−1)²/4 − f₁⁴/(4N̂) (Colwell 2013, user guide of `EstimateS`, equation 7). `None` where the counts
/// contradict each other.
pub fn chao1(seen: u64, once: u64, twice: u64) -> Option<(Estimate, Interval)> {
    if once.checked_add(twice)? > seen || seen == 0 {
        return None;
    }
    let (s, f1, f2) = (seen as f64, once as f64, twice as f64);
    let unseen = f1 * (f1 - 1.0).max(0.0) / (2.0 * (f2 + 1.0));
    let value = s + unseen;
    let variance = if twice > 0 {
        let r = f1 / f2;
        f2 * (r * r / 2.0 + r.powi(3) + r.powi(4) / 4.0)
    } else {
        unseen + f1 * (2.0 * f1 - 1.0).powi(2) / 4.0 - f1.powi(4) / (4.0 * value)
    };
    let variance = variance.max(0.0);
    let estimate = Estimate { value, deviation: variance.sqrt() };
    if unseen <= 0.0 {
        return Some((estimate, Interval { low: s, high: s }));
    }
    let c = (Z95 * (variance / (unseen * unseen)).ln_1p().sqrt()).exp();
    Some((estimate, Interval { low: s + unseen / c, high: s + unseen * c }))
}

/// Probability that the next one asked for was seen before: 1 − f₁/n (Good 1953, after Turing) for n
/// requests of which `once` were for something seen once.
pub fn coverage(once: u64, requests: u64) -> Option<f64> {
    (requests > 0 && once <= requests).then(|| 1.0 - once as f64 / requests as f64)
}

/// Population from `distinct` seen in `draws` random draws with replacement: solves
/// S = N(1 − (1 − 1/N)ⁿ) by bisection. Assumes that each is drawn with equal probability. `None` where
/// all draws differ (there is no upper end) or the counts contradict each other.
pub fn occupancy(distinct: u64, draws: u64) -> Option<f64> {
    if distinct == 0 || distinct >= draws {
        return None;
    }
    if distinct == 1 {
        return Some(1.0);
    }
    let (s, n) = (distinct as f64, draws as f64);
    let expected = |population: f64| population * -(n * (-1.0 / population).ln_1p()).exp_m1();
    let (mut low, mut high) = (s, s * 2.0);
    // S < n and the expectation tends to n: some power of two is enough; 64 of them pass any count.
    for _ in 0..64 {
        if expected(high) >= s {
            break;
        }
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if expected(middle) < s { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high))
}

/// Upper 95 % end of a rate of which no instance was seen in n trials: 3/n ("rule of three", Hanley &
/// Lippman-Hand 1983).
pub fn rule_of_three(trials: u64) -> Option<f64> {
    (trials > 0).then(|| (3.0 / trials as f64).min(1.0))
}

/// Of the whole, where a log keeps one request in `sampling`: how many could there have been at most
/// although none was seen: 3 × sampling, whatever n is.
pub fn unseen_at_most(sampling: f64) -> f64 {
    3.0 * sampling.max(1.0)
}

/// Share of the time in which data could have been taken that the evidence covers: spans of `covered`
/// (from, to; they must not overlap) inside the `vulnerable` span. Outside of it nothing can be said.
pub fn log_coverage(covered: &[(i64, i64)], vulnerable: (i64, i64)) -> Option<f64> {
    let length = vulnerable.1.checked_sub(vulnerable.0).filter(|l| *l > 0)?;
    let inside = |(from, to): &(i64, i64)| ((*to).min(vulnerable.1) - (*from).max(vulnerable.0)).max(0);
    let sum = covered.iter().map(inside).fold(0_i64, i64::saturating_add);
    Some((sum as f64 / length as f64).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// To the digits printed in the sources.
    fn shows(value: f64, digits: usize, printed: &str) {
        assert_eq!(format!("{value:.digits$}"), printed);
    }

    #[test]
    fn wilson_of_870_in_1000() {
        let (_, share) = wilson(870, 1000).unwrap();
        shows(share.low, 4, "0.8477");
        shows(share.high, 4, "0.8894");
        let (all, share) = wilson(10, 10).unwrap();
        // n/(n+z²) = 10/13.8415 for p = 1.
        shows(all, 1, "1.0");
        shows(share.low, 4, "0.7225");
        shows(share.high, 4, "1.0000");
        assert_eq!(wilson(1, 0), None);
        assert_eq!(wilson(2, 1), None);
        let (live, range) = live_in_unprobed(10_000, 870, 1000).unwrap();
        shows(live, 0, "8700");
        shows(range.low, 0, "8477");
    }

    #[test]
    fn tanks() {
        shows(german_tank(4, 14).unwrap().value, 1, "16.5");
        shows(german_tank(4, 60).unwrap().value, 0, "74");
        let bayes = german_tank_bayes(4, 14).unwrap();
        shows(bayes.value, 1, "19.5");
        shows(bayes.deviation, 2, "10.36");
        let bayes = german_tank_bayes(4, 60).unwrap();
        shows(bayes.value, 1, "88.5");
        shows(bayes.deviation, 2, "50.22");
        shows(german_tank_upper(20, 10_000).unwrap(), 0, "11616");
        shows(german_tank_upper(100, 10_000).unwrap(), 0, "10304");
        assert_eq!(german_tank_bayes(3, 14), None);
        assert_eq!(german_tank(5, 4), None);
    }

    #[test]
    fn deviations_of_37_529_restaurants() {
        // With the expected largest of 20 and of 100 ids, k(N+1)/(k+1), N̂ is N: deviations 1,789 and 371.
        for (k, printed) in [(20_u64, "1789"), (100, "371")] {
            let largest = (k as f64 * 37_530.0 / (k as f64 + 1.0)).round() as u64;
            let estimate = german_tank(k, largest).unwrap();
            assert!((estimate.value - 37_529.0).abs() < 1.0);
            shows(estimate.deviation, 0, printed);
        }
        // 2 of 51 parts of the range are outside 50 evenly spread ids: 37,530·49/51 = 36,058 between them.
        let length = range_length(50, 1_000, 37_058).unwrap();
        assert!((length - 37_529.0).abs() < 1.0, "{length}");
    }

    #[test]
    fn two_samples() {
        shows(lincoln_petersen(800, 900, 72).unwrap(), 0, "10000");
        let both = chapman(800, 900, 72).unwrap();
        shows(both.value, 1, "9885.3");
        shows(both.deviation, 1, "1050.3");
        assert_eq!(lincoln_petersen(8, 9, 0), None);
        assert_eq!(chapman(8, 9, 10), None);
    }

    #[test]
    fn chao_and_good_turing() {
        let (estimate, interval) = chao1(2256, 1646, 493).unwrap();
        shows(estimate.value, 1, "4996.6");
        shows(estimate.deviation, 1, "190.8");
        shows(interval.low, 0, "4647");
        shows(interval.high, 0, "5397");
        // None seen twice: 5 + 3·2/2 = 8; variance 3 + 3·25/4 − 81/32 = 19.21875.
        let (estimate, _) = chao1(5, 3, 0).unwrap();
        shows(estimate.value, 1, "8.0");
        shows(estimate.deviation, 3, "4.384");
        // All seen often: all are seen.
        assert_eq!(chao1(5, 0, 0).unwrap().1, Interval { low: 5.0, high: 5.0 });
        assert_eq!(chao1(5, 4, 2), None);
    }

    #[test]
    fn coverage_and_occupancy() {
        shows(coverage(1646, 3000).unwrap(), 4, "0.4513");
        shows(occupancy(2256, 3000).unwrap(), 0, "4999");
        // Both of two drawn in four: 2(1 − 1/16) = 1.875 < 2 < 3(1 − 16/81): between 2 and 3.
        let two = occupancy(2, 4).unwrap();
        assert!(two > 2.0 && two < 3.0);
        assert_eq!(occupancy(4, 4), None);
        assert_eq!(coverage(1, 0), None);
    }

    #[test]
    fn nothing_seen_is_not_nothing() {
        shows(rule_of_three(300).unwrap(), 2, "0.01");
        shows(unseen_at_most(100.0), 0, "300");
        assert_eq!(rule_of_three(0), None);
    }

    #[test]
    fn growth_and_log_coverage() {
        // 500 orders in 10 hours are 1,200 a day.
        shows(growth((1000, 0), (1500, 10), 24).unwrap(), 0, "1200");
        assert_eq!(growth((5, 0), (4, 1), 1), None);
        // 3 and 2 of 10 hours; what lies outside does not count.
        shows(log_coverage(&[(-5, 3), (6, 8)], (0, 10)).unwrap(), 2, "0.50");
        assert_eq!(log_coverage(&[], (3, 3)), None);
    }
}
