//! Time of which the evidence says nothing.

use crate::domain::{Severity, time::SECOND};
use crate::facts::Facts;

use super::super::draft::{draft, widen};
use super::super::{Detector, Finding, Meta};

/// See the module.
#[derive(Debug)]
pub(super) struct LogGap;

static META: Meta = Meta {
    id: "log-gap",
    title: "Gap in the evidence",
    owasp: &[],
    cwe: &[778],
    method: "spans without requests that are too long for the rate around them, as found when the evidence was read",
    quiet: "nights and closing times of small platforms are gaps too: nobody is accused",
};

/// A gap has many harmless causes.
const CONFIDENCE: f64 = 0.6;

impl Detector for LogGap {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        for (from, to) in facts.gaps.iter().filter(|(from, to)| to > from) {
            let minutes = to.saturating_sub(*from) / (60 * SECOND);
            let share = match (facts.first, facts.last) {
                (Some(first), Some(last)) if last > first => (to - from) as f64 / (last - first) as f64 * 100.0,
                _ => 0.0,
            };
            let sentence = format!(
                "no request for {minutes} min ({share:.1} % of the time covered): what happened then cannot be \
                 determined from this evidence"
            );
            let severity = if share >= 5.0 { Severity::Medium } else { Severity::Low };
            let mut found = draft(META.id, severity, CONFIDENCE, sentence);
            widen(&mut found, Some(*from), Some(*to));
            out.push(found);
        }
    }
}
