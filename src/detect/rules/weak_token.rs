//! Weak tokens.

use crate::domain::Severity;
use crate::facts::Facts;

use super::super::draft::{add_signals, draft, several};
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::by_signal;

/// See the module.
#[derive(Debug)]
pub(super) struct WeakToken;

static META: Meta = Meta {
    id: "weak-token",
    title: "Weak tokens",
    owasp: &["API2"],
    cwe: &[347, 613, 598],
    method: "signals `token.*`, one finding a kind",
    quiet: "nobody is accused: clients use what they were given",
};

/// Read from the token itself.
const CONFIDENCE: f64 = 0.9;

impl Detector for WeakToken {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        for (signal, sent) in by_signal(facts, "token") {
            let mut found = draft(META.id, Severity::Medium, CONFIDENCE, String::new());
            add_signals(&mut found, sent.counts.iter().copied(), false);
            found.sentence = format!(
                "tokens: {} in {} at {}; first: {}",
                sent.kinds(),
                several(sent.requests as usize, "exchange"),
                several(found.endpoints.len(), "endpoint"),
                sent.detail()
            );
            found.severity = severity(signal);
            out.push(found);
        }
    }
}

/// A token without a signature can be written by anybody.
fn severity(signal: &str) -> Severity {
    match signal {
        s if s.contains("none") => Severity::Critical,
        s if s.contains("url") || s.contains("query") || s.contains("secret") => Severity::High,
        _ => Severity::Medium,
    }
}
