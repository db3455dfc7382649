//! Unsafe configuration.

use crate::domain::Severity;
use crate::facts::Facts;

use super::super::draft::{add_signals, draft, several};
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::by_signal;

/// See the module.
#[derive(Debug)]
pub(super) struct Misconfiguration;

static META: Meta = Meta {
    id: "misconfiguration",
    title: "Unsafe configuration",
    owasp: &["API8"],
    cwe: &[16, 693, 942],
    method: "signals `config.*`, one finding a kind",
    quiet: "nobody is accused: it is about the platform",
};

/// Headers are seen as they are; a proxy in front of the capture may add or take some.
const CONFIDENCE: f64 = 0.8;

impl Detector for Misconfiguration {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        for (signal, sent) in by_signal(facts, "config") {
            let mut found = draft(META.id, Severity::Low, CONFIDENCE, String::new());
            add_signals(&mut found, sent.counts.iter().copied(), false);
            found.sentence = format!(
                "configuration: {} in {} at {}; first: {}",
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

/// Cross-origin access with credentials lets other sites read; missing headers only help them.
fn severity(signal: &str) -> Severity {
    if signal.contains("cors") || signal.contains("stack") || signal.contains("http") && !signal.contains("https") {
        Severity::Medium
    } else {
        Severity::Low
    }
}
