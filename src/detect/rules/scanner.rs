//! Programs that look for holes.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Severity;
use crate::facts::{ActorId, EndpointId, Facts};

use super::super::draft::{EXAMPLES, add_signals, draft, percent_of, several, unique, widen};
use super::super::statistics::noisy_or;
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::{by_actor, label};

/// See the module.
#[derive(Debug)]
pub(super) struct Scanner;

static META: Meta = Meta {
    id: "scanner",
    title: "Scanner",
    owasp: &["API8", "API9"],
    cwe: &[200, 538],
    method: "signals `scanner.*` by actor; or more than half of the answers 404 or 410 over at least 20 endpoints",
    quiet: "clients with one dead link that ask for it for ever: one endpoint, not twenty",
};

/// Share of misses and endpoints that missed from which an actor tries paths.
const MISS_SHARE: f64 = 0.5;
const MISSED_ENDPOINTS: usize = 20;
/// A scanner's name or a dot file is plain; many misses may also be a broken link list.
const WEIGHT_SIGNAL: f64 = 0.8;
const WEIGHT_MISSES: f64 = 0.7;

/// Endpoints at which an actor met 404.
fn missed(facts: &Facts) -> BTreeMap<ActorId, BTreeSet<EndpointId>> {
    let mut all: BTreeMap<ActorId, BTreeSet<EndpointId>> = BTreeMap::new();
    for visit in facts.visits.iter().filter(|v| v.statuses.missing > 0) {
        all.entry(visit.actor).or_default().insert(visit.endpoint);
    }
    all
}

impl Detector for Scanner {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        let signals = by_actor(facts, "scanner");
        let missed = missed(facts);
        for actor in unique(signals.keys().chain(missed.keys()).copied()) {
            let Some(who) = facts.actor(actor) else { continue };
            let endpoints = missed.get(&actor);
            let tried = endpoints.map_or(0, BTreeSet::len);
            let total = who.statuses.total();
            let guesses = tried >= MISSED_ENDPOINTS && who.statuses.missing as f64 > MISS_SHARE * total as f64;
            let sent = signals.get(&actor);
            if sent.is_none() && !guesses {
                continue;
            }
            let mut parts = vec![format!("{} looks for holes", label(facts, actor))];
            if let Some(sent) = sent {
                parts.push(format!("{} ({})", several(sent.requests as usize, "sign"), sent.kinds()));
            }
            if guesses {
                let share = percent_of(who.statuses.missing, total);
                parts.push(format!("{share} % of {total} answers were missing, at {tried} endpoints"));
            }
            let weights = [if sent.is_some() { WEIGHT_SIGNAL } else { 0.0 }, if guesses { WEIGHT_MISSES } else { 0.0 }];
            let mut found = draft(META.id, Severity::Medium, noisy_or(&weights), parts.join("; "));
            if let Some(sent) = sent {
                add_signals(&mut found, sent.counts.iter().copied(), true);
            }
            if found.examples.is_empty() {
                let visits = facts.visits.iter().filter(|v| v.actor == actor && v.statuses.missing > 0);
                found.examples = visits.map(|v| v.example).take(EXAMPLES).collect();
                found.endpoints = endpoints.into_iter().flatten().copied().collect();
                found.exchanges = who.statuses.missing;
            }
            found.actors = vec![actor];
            widen(&mut found, who.first, who.last);
            found.accuses = true;
            out.push(found);
        }
    }
}
