//! What a detector is, and what it says.

use std::fmt;

use crate::domain::{Micros, Severity};
use crate::facts::{ActorId, EndpointId, Facts, Place};

/// What is known of a detector; shown by `detectors` and in the README's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Stable word: the finding's rule, file and fixture name.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// OWASP API Security Top 10 (2023) entries, `API1` …; empty where none fits.
    pub owasp: &'static [&'static str],
    /// CWE numbers.
    pub cwe: &'static [u32],
    /// Which test is made, with its thresholds and their source.
    pub method: &'static str,
    /// Ordinary traffic that it must not accuse, and why it does not.
    pub quiet: &'static str,
}

/// What a detector saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id of the detector.
    pub rule: &'static str,
    /// How bad, if true.
    pub severity: Severity,
    /// How surely, 0 to 100.
    pub confidence: u8,
    /// Who; empty where it is about the platform and nobody in particular.
    pub actors: Vec<ActorId>,
    /// Where.
    pub endpoints: Vec<EndpointId>,
    /// One sentence with its numbers. Holds no personal value.
    pub sentence: String,
    /// Whether it says that its actors are intruders; a weak configuration does not.
    pub accuses: bool,
    /// Earliest exchange of it.
    pub first: Option<Micros>,
    /// Latest.
    pub last: Option<Micros>,
    /// Exchanges it rests on.
    pub exchanges: u64,
    /// Some of them, the first ones.
    pub examples: Vec<Place>,
}

/// A detector. One file each, one line each in the registry.
pub trait Detector: Sync + fmt::Debug {
    /// What is known of it.
    fn meta(&self) -> &Meta;
    /// Judges the facts.
    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>);
}
