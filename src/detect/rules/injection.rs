//! Attack strings in requests.

use crate::domain::Severity;
use crate::facts::Facts;

use super::super::draft::{add_signals, draft, several};
use super::super::statistics::noisy_or;
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::{by_actor, label};

/// See the module.
#[derive(Debug)]
pub(super) struct Injection;

static META: Meta = Meta {
    id: "injection",
    title: "Attack strings",
    owasp: &["API8"],
    cwe: &[74, 89, 78, 22, 79],
    method: "signals `injection.*` by actor; accused from 3 requests or 2 kinds",
    quiet: "a name or a note that looks like an attack once: reported low, nobody accused",
};

/// Requests, and kinds, from which it is no accident.
const REQUESTS: u64 = 3;
const KINDS: usize = 2;
/// One attack string: patterns are exact, yet free text holds everything sometimes.
const WEIGHT_ONE: f64 = 0.5;
const WEIGHT_MANY: f64 = 0.7;
const WEIGHT_KINDS: f64 = 0.6;

impl Detector for Injection {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        for (actor, sent) in by_actor(facts, "injection") {
            let accuses = sent.requests >= REQUESTS || sent.kinds.len() >= KINDS;
            let severity = match (accuses, sent.success) {
                (true, 1..) => Severity::High,
                (true, 0) => Severity::Medium,
                (false, _) => Severity::Low,
            };
            let weights = [
                WEIGHT_ONE,
                if sent.requests >= REQUESTS { WEIGHT_MANY } else { 0.0 },
                if sent.kinds.len() >= KINDS { WEIGHT_KINDS } else { 0.0 },
            ];
            let sentence = format!(
                "{} sent {} with attack strings ({}); {} answered with success; first: {}",
                label(facts, actor),
                several(sent.requests as usize, "request"),
                sent.kinds(),
                sent.success,
                sent.detail()
            );
            let mut found = draft(META.id, severity, noisy_or(&weights), sentence);
            add_signals(&mut found, sent.counts.iter().copied(), true);
            found.accuses = accuses;
            out.push(found);
        }
    }
}
