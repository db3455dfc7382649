//! Findings: one detector a file under `rules/`, each judging [`crate::facts`]. Pure.

mod draft;
pub mod finding;
mod objects;
mod rules;
pub mod statistics;
mod walk;

#[cfg(test)]
mod tests;

pub use finding::{Detector, Finding, Meta};
pub use rules::ALL;

use crate::facts::Facts;

/// What all detectors say, worst first, then surest, then in the order of the registry.
pub fn judge(facts: &Facts) -> Vec<Finding> {
    let mut out = Vec::new();
    for detector in ALL {
        detector.judge(facts, &mut out);
    }
    out.sort_by_key(|f| (std::cmp::Reverse(f.severity), std::cmp::Reverse(f.confidence)));
    out
}
