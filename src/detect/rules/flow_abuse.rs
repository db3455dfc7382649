//! Steps left out, and steps at a machine's pace.

use std::collections::BTreeMap;

use crate::domain::{Micros, Severity, time::SECOND};
use crate::facts::{ActorId, EndpointId, Facts, Role, Touch, Visit};

use super::super::draft::{EXAMPLES, at, draft, percent_of, several, unique, visits_at, widen};
use super::super::statistics::{coefficient_of_variation, median, noisy_or};
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::label;

/// See the module.
#[derive(Debug)]
pub(super) struct FlowAbuse;

static META: Meta = Meta {
    id: "flow-abuse",
    title: "Steps left out or automated",
    owasp: &["API6"],
    cwe: &[841, 799],
    method: "endpoints that change something: an earlier endpoint that nine of ten of at least 20 actors visited first, and \
             this one did not; requests with an inter-arrival variation below 0.1 over at least 20. Accused where both \
             hold and more than one tenant is concerned",
    quiet: "who was on the way when the evidence begins (30 minutes), tills and kiosks (told, not accused)",
};

/// Actors from which a habit can be told, and its share.
const ACTORS: usize = 20;
const HABIT: f64 = 0.9;
/// Who comes so soon after the beginning may have made the steps before it.
const BEGINNING: Micros = 30 * 60 * SECOND;
/// Requests for a pace, and the variation of a fixed sleep.
const PACED: usize = 20;
const MACHINE_CV: f64 = 0.1;
const WEIGHT_SKIPPED: f64 = 0.4;
const WEIGHT_PACE: f64 = 0.6;

impl Detector for FlowAbuse {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        let firsts = first_visits(facts);
        for (index, endpoint) in facts.endpoints.iter().enumerate() {
            let id = EndpointId(index as u32);
            if !matches!(endpoint.method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE") {
                continue;
            }
            let step = usual_step(facts, id, &firsts);
            let mut touches: BTreeMap<ActorId, Vec<&Touch>> = BTreeMap::new();
            for touch in facts.touches.iter().filter(|t| t.endpoint == id) {
                touches.entry(touch.actor).or_default().push(touch);
            }
            for visit in visits_at(facts, id).filter(|v| v.statuses.success > 0) {
                let mine = touches.remove(&visit.actor).unwrap_or_default();
                out.extend(judge_actor(facts, visit, &mine, step, &firsts));
            }
        }
    }
}

type FirstVisits = BTreeMap<ActorId, BTreeMap<EndpointId, Micros>>;

fn first_visits(facts: &Facts) -> FirstVisits {
    let mut all: FirstVisits = BTreeMap::new();
    for visit in &facts.visits {
        if let Some(first) = visit.first {
            all.entry(visit.actor).or_default().insert(visit.endpoint, first);
        }
    }
    all
}

/// The endpoint that most actors visit before this one, with the share of those who do.
fn usual_step(facts: &Facts, id: EndpointId, firsts: &FirstVisits) -> Option<(EndpointId, u64)> {
    let mut before: BTreeMap<EndpointId, usize> = BTreeMap::new();
    let mut actors = 0usize;
    for visit in visits_at(facts, id).filter(|v| v.statuses.success > 0) {
        let (Some(own), Some(first)) = (firsts.get(&visit.actor), visit.first) else { continue };
        actors += 1;
        for (endpoint, _) in own.iter().filter(|(e, t)| **e != id && **t <= first) {
            *before.entry(*endpoint).or_default() += 1;
        }
    }
    let (endpoint, count) = before.into_iter().max_by_key(|(e, n)| (*n, std::cmp::Reverse(*e)))?;
    (actors >= ACTORS && count as f64 >= HABIT * actors as f64)
        .then(|| (endpoint, percent_of(count as u64, actors as u64)))
}

fn judge_actor(
    facts: &Facts,
    visit: &Visit,
    mine: &[&Touch],
    step: Option<(EndpointId, u64)>,
    firsts: &FirstVisits,
) -> Option<Finding> {
    let first = visit.first?;
    let arrived = firsts.get(&visit.actor)?.values().min().copied()?;
    let begun = facts.first.is_some_and(|start| arrived.saturating_sub(start) < BEGINNING);
    let made = |step: EndpointId| firsts.get(&visit.actor).and_then(|f| f.get(&step)).is_some_and(|t| *t <= first);
    let skipped = step.filter(|(step, _)| !begun && !made(*step));
    let times = unique(mine.iter().filter(|t| t.time != Micros::MIN).map(|t| (t.time, t.place)));
    let steps: Vec<f64> = times.iter().zip(times.iter().skip(1)).map(|(a, b)| (b.0 - a.0) as f64).collect();
    let pace = coefficient_of_variation(&steps).filter(|cv| steps.len() >= PACED && *cv < MACHINE_CV);
    if skipped.is_none() && pace.is_none() {
        return None;
    }
    let tenants = unique(mine.iter().filter(|t| facts.role(t.name) == Role::Tenant).map(|t| t.value)).len();
    let accuses = skipped.is_some() && pace.is_some() && tenants > 1;
    let mut parts = vec![format!(
        "{} sent {} to {}",
        label(facts, visit.actor),
        several(visit.statuses.total() as usize, "request"),
        at(facts, visit.endpoint)
    )];
    if let Some((step, share)) = skipped {
        parts.push(format!("without {}, which {share} % of actors visit first", at(facts, step)));
    }
    if let Some(cv) = pace {
        let every = median(&steps).unwrap_or(0.0) / SECOND as f64;
        parts.push(format!("one every {every:.1} s, variation {cv:.2}"));
    }
    let weights =
        [if skipped.is_some() { WEIGHT_SKIPPED } else { 0.0 }, if pace.is_some() { WEIGHT_PACE } else { 0.0 }];
    let severity = if accuses { Severity::High } else { Severity::Low };
    let mut found = draft(META.id, severity, noisy_or(&weights), parts.join("; "));
    found.actors = vec![visit.actor];
    found.endpoints = vec![visit.endpoint];
    found.accuses = accuses;
    found.exchanges = visit.statuses.total();
    found.examples = vec![visit.example].into_iter().take(EXAMPLES).collect();
    widen(&mut found, visit.first, visit.last);
    Some(found)
}
