//! Parameters that point the server at places inside.

use crate::domain::Severity;
use crate::facts::Facts;

use super::super::draft::{add_signals, draft, several};
use super::super::statistics::noisy_or;
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::{by_actor, label};

/// See the module.
#[derive(Debug)]
pub(super) struct Ssrf;

static META: Meta = Meta {
    id: "ssrf",
    title: "Server pointed inwards",
    owasp: &["API7"],
    cwe: &[918],
    method: "signals `ssrf.*` by actor (values that name private, link-local, metadata or file targets); accused from 2 \
             requests, or with success",
    quiet: "developers' own callbacks to localhost that failed once: reported, nobody accused",
};

/// A private address as a value is rare and seldom harmless.
const WEIGHT_ONE: f64 = 0.6;
const WEIGHT_MORE: f64 = 0.5;
const WEIGHT_SUCCESS: f64 = 0.5;

impl Detector for Ssrf {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        for (actor, sent) in by_actor(facts, "ssrf") {
            let sentence = format!(
                "{} named targets inside the network in {} ({}); {} answered with success",
                label(facts, actor),
                several(sent.requests as usize, "request"),
                sent.kinds(),
                sent.success
            );
            let weights = [
                WEIGHT_ONE,
                if sent.requests >= 2 { WEIGHT_MORE } else { 0.0 },
                if sent.success > 0 { WEIGHT_SUCCESS } else { 0.0 },
            ];
            let severity = if sent.success > 0 { Severity::High } else { Severity::Medium };
            let mut found = draft(META.id, severity, noisy_or(&weights), sentence);
            add_signals(&mut found, sent.counts.iter().copied(), true);
            found.accuses = sent.requests >= 2 || sent.success > 0;
            out.push(found);
        }
    }
}
