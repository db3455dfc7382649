//! Several weak signs to one confidence.

/// The most that evidence of any amount may add up to: nothing that is inferred is certain.
pub const CAP: f64 = 0.99;

/// Noisy-OR: 1 − Π(1 − wᵢ), the probability that at least one of independent causes is true (Pearl,
/// "Probabilistic Reasoning in Intelligent Systems", 1988, §4.3.2). Weights are clamped to 0..1, the
/// result to [`CAP`].
///
/// ```
/// # use breachwalk::detect::statistics::noisy_or;
/// assert!((noisy_or(&[0.5, 0.5]) - 0.75).abs() < 1e-12);
/// ```
pub fn noisy_or(weights: &[f64]) -> f64 {
    let none = weights.iter().map(|w| 1.0 - if w.is_nan() { 0.0 } else { w.clamp(0.0, 1.0) }).product::<f64>();
    (1.0 - none).min(CAP)
}

/// A probability as a confidence of 0 to 100.
pub fn percent(probability: f64) -> u8 {
    (probability * 100.0).round().clamp(0.0, 100.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn independent_signs_add_up_and_never_to_certainty() {
        assert!(noisy_or(&[]).abs() < 1e-12);
        // 1 − 0.5·0.2·0.9 = 0.91.
        assert!((noisy_or(&[0.5, 0.8, 0.1]) - 0.91).abs() < 1e-12);
        assert!((noisy_or(&[1.0, 1.0]) - CAP).abs() < 1e-12);
        assert!(noisy_or(&[f64::NAN, -3.0]).abs() < 1e-12);
        assert_eq!(percent(0.914), 91);
    }
}
