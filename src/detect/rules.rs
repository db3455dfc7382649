//! The detectors, one a file; [`ALL`] is their registry.

mod enumeration;

use super::Detector;

/// Every detector, in the order of reports.
pub static ALL: &[&dyn Detector] = &[&enumeration::Enumeration];
