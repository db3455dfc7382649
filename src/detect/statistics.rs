//! The statistics that detectors share: small, pure functions over slices. Each names where its
//! formula comes from; none panics on empty or constant input.

pub mod combine;
pub mod gaps;
pub mod order;
pub mod scale;
pub mod sequential;

pub use combine::noisy_or;
pub use gaps::{Gaps, Progression, longest_progression, progression_by_chance};
pub use order::{LongestRun, longest_monotone, runs_z};
pub use scale::{coefficient_of_variation, median, quantile, robust_z};
pub use sequential::{Cusum, Verdict, WalkTest, cusum};

/// First touches of the pooled stream that are looked at together: the walk of many addresses shows
/// in the order of neighbours in time, and a window is short enough that a day's drift of ids does
/// not look like one.
pub const POOLED_WINDOW: usize = 50;
