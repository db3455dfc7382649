//! Findings: one detector a file, each judging [`crate::facts`]. Pure.

pub mod finding;
pub mod statistics;

pub use finding::{Detector, Finding, Meta};

/// All detectors.
pub const ALL: &[&dyn Detector] = &[];
