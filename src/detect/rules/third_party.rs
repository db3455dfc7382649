//! Data handed to third parties.

use crate::domain::Severity;
use crate::facts::Facts;

use super::super::draft::{add_signals, draft, several};
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::by_signal;

/// See the module.
#[derive(Debug)]
pub(super) struct ThirdParty;

static META: Meta = Meta {
    id: "third-party",
    title: "Data handed to third parties",
    owasp: &["API10", "API3"],
    cwe: &[359, 200],
    method: "signals `third-party.*`, one finding a kind",
    quiet: "nobody is accused: the page does it",
};

/// Which host belongs to whom is read from its registrable domain, which companies have several of.
const CONFIDENCE: f64 = 0.7;

impl Detector for ThirdParty {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        for (signal, sent) in by_signal(facts, "third-party") {
            let mut found = draft(META.id, Severity::Medium, CONFIDENCE, String::new());
            add_signals(&mut found, sent.counts.iter().copied(), false);
            found.sentence = format!(
                "personal data or credentials go to other hosts: {} in {} at {}; first: {}",
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

/// A token that leaves lets its finder act for its owner.
fn severity(signal: &str) -> Severity {
    if ["token", "credential", "authorization"].iter().any(|w| signal.contains(w)) {
        Severity::High
    } else {
        Severity::Medium
    }
}
