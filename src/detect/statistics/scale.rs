//! Where the middle is, how far the rest, and who is far out.

/// Scales a median absolute deviation to a standard deviation of normal data: Φ⁻¹(0.75).
const MAD_TO_SIGMA: f64 = 0.6745;
/// Scales a mean absolute deviation: √(2/π), used where more than half of the values are equal and
/// the median deviation is 0 (Iglewicz & Hoaglin 1993, p. 12: 1/1.253314).
const MEAN_AD_TO_SIGMA: f64 = 0.797_885;

/// Middle value; mean of the two middle ones. `None` where there is none.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Quantile by linear interpolation between order statistics (Hyndman & Fan 1996, type 7).
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let at = p.clamp(0.0, 1.0) * last as f64;
    let low = *sorted.get(at.floor() as usize)?;
    let high = *sorted.get((at.ceil() as usize).min(last))?;
    Some(low + (high - low) * at.fract())
}

/// How far `value` is out of `others`, counts taken as ln(1 + count): 0.6745·(x − median)/MAD
/// (Iglewicz & Hoaglin, "How to Detect and Handle Outliers", 1993; above 3.5 is an outlier). Where
/// the MAD is 0 the mean absolute deviation stands in; where that is 0 too, all others are equal:
/// 0 for their value, ±∞ for another.
pub fn robust_z(value: u64, others: &[u64]) -> Option<f64> {
    let log = |v: u64| (v as f64).ln_1p();
    let logs: Vec<f64> = others.iter().map(|v| log(*v)).collect();
    let middle = median(&logs)?;
    let distances: Vec<f64> = logs.iter().map(|v| (v - middle).abs()).collect();
    let away = log(value) - middle;
    let mad = median(&distances)?;
    if mad > f64::EPSILON {
        return Some(MAD_TO_SIGMA * away / mad);
    }
    let mean = distances.iter().sum::<f64>() / distances.len() as f64;
    Some(if mean > f64::EPSILON {
        MEAN_AD_TO_SIGMA * away / mean
    } else if away.abs() <= f64::EPSILON {
        0.0
    } else {
        away.signum() * f64::INFINITY
    })
}

/// Standard deviation over mean (n − 1 in the deviation): about 0 for a fixed sleep, 0.35 for a sleep
/// drawn evenly from 0.5 to 2 s, 1 for arrivals that know nothing of each other. `None` for fewer
/// than two values or a mean of 0.
pub fn coefficient_of_variation(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    if values.len() < 2 || mean.abs() <= f64::EPSILON {
        return None;
    }
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    Some(variance.sqrt() / mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-4
    }

    #[test]
    fn quantiles_interpolate() {
        // R: quantile(c(1, 2, 3, 4, 10)) gives 1, 2, 3, 4, 10; 0.9 is 4 + 0.6·6 = 7.6.
        let v = [10.0, 4.0, 3.0, 2.0, 1.0];
        assert!(near(median(&v).unwrap(), 3.0) && near(quantile(&v, 0.9).unwrap(), 7.6));
        assert!(near(median(&[1.0, 2.0]).unwrap(), 1.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn one_that_is_far_out_is_far_out() {
        // ln(1+D) of 0, e−1 and e²−1 rounded: D = 1, 3, 7, 15 are ln 2·(1, 2, 3, 4). Median 2.5 ln 2,
        // deviations 1.5, .5, .5, 1.5 ln 2: MAD 1·ln 2. D = 1023 is 10 ln 2: z = 0.6745·7.5 = 5.0588.
        assert!(near(robust_z(1023, &[1, 3, 7, 15]).unwrap(), 5.0588));
        // Half and more equal: MAD 0, mean deviation (1·ln 2)/4, value 2 ln 2 above 1 ln 2:
        // z = 0.797885·1/(1/4) = 3.1915.
        assert!(near(robust_z(3, &[1, 1, 1, 3]).unwrap(), 3.1915));
        assert!(near(robust_z(1, &[1, 1]).unwrap(), 0.0));
        assert_eq!(robust_z(2, &[1, 1]), Some(f64::INFINITY));
        assert_eq!(robust_z(2, &[]), None);
    }

    #[test]
    fn a_fixed_sleep_has_no_variation() {
        assert!(near(coefficient_of_variation(&[2.0; 20]).unwrap(), 0.0));
        // 1, 2, 3: deviation 1, mean 2.
        assert!(near(coefficient_of_variation(&[1.0, 2.0, 3.0]).unwrap(), 0.5));
        // Even over 0.5 to 2: deviation 1.5/√12 = 0.4330, mean 1.25: 0.3464.
        let even: Vec<f64> = (0..10_001).map(|i| 0.5 + 1.5 * f64::from(i) / 10_000.0).collect();
        assert!((coefficient_of_variation(&even).unwrap() - 0.3464).abs() < 1e-3);
        assert_eq!(coefficient_of_variation(&[1.0]), None);
        assert_eq!(coefficient_of_variation(&[0.0, 0.0]), None);
    }
}
