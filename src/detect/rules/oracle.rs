//! Lists of phones or e-mail addresses fed to an endpoint that says which are known.

use std::collections::BTreeMap;

use crate::domain::{Severity, time::SECOND};
use crate::facts::{ActorId, EndpointId, Facts, Role, Touch};

use super::super::draft::{EXAMPLES, at, draft, percent_of, requests_by_actor, several, thing, unique, widen};
use super::super::objects::Outcome;
use super::super::statistics::{coefficient_of_variation, median, noisy_or};
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::label;

/// See the module.
#[derive(Debug)]
pub(super) struct Oracle;

static META: Meta = Meta {
    id: "oracle",
    title: "List of persons tried",
    owasp: &["API6", "API1"],
    cwe: &[204, 359],
    method: "one actor, one endpoint, at least 20 distinct phones or e-mail addresses, each asked for once or twice; \
             accused from 50 where the endpoint is four fifths of what it does and a machine asks (median pause below \
             10 s, or variation below 0.4), or a tenth or more are misses",
    quiet: "shared addresses (their people also order), tills that look up regulars at people's pace",
};

/// Persons from which a list is told, and from which it is an accusation.
const PERSONS: usize = 20;
const PERSONS_ACCUSED: usize = 50;
/// Share of the actor's requests at the endpoint: an oracle is all that a list is for.
const DEVOTED: f64 = 0.8;
/// Requests a person: a list is gone through once.
const REPEATS: f64 = 2.0;
/// Pause of a person who looks up guests, and variation of a machine's.
const PERSON_PAUSE: f64 = 10.0 * SECOND as f64;
const MACHINE_CV: f64 = 0.4;
/// Share of unknown ones; who knows their guests misses seldom.
const MISSES: f64 = 0.1;
const WEIGHT_LIST: f64 = 0.4;
const WEIGHT_DEVOTED: f64 = 0.4;
const WEIGHT_MACHINE: f64 = 0.4;
const WEIGHT_MISSES: f64 = 0.5;

impl Detector for Oracle {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        let totals = requests_by_actor(facts);
        let mut lists: BTreeMap<(ActorId, EndpointId), Vec<&Touch>> = BTreeMap::new();
        for touch in facts.touches.iter().filter(|t| facts.role(t.name) == Role::Subject && !t.given) {
            lists.entry((touch.actor, touch.endpoint)).or_default().push(touch);
        }
        for ((actor, endpoint), mut touches) in lists {
            let persons = unique(touches.iter().map(|t| t.value)).len();
            if persons < PERSONS || touches.len() as f64 > REPEATS * persons as f64 {
                continue;
            }
            touches.sort_by_key(|t| (t.time, t.place));
            let all = totals.get(actor.at()).copied().unwrap_or(0);
            let devoted = touches.len() as f64 >= DEVOTED * all as f64;
            out.push(finding(facts, actor, endpoint, &touches, persons, devoted));
        }
    }
}

fn finding(
    facts: &Facts,
    actor: ActorId,
    endpoint: EndpointId,
    touches: &[&Touch],
    persons: usize,
    devoted: bool,
) -> Finding {
    let misses = touches.iter().filter(|t| Outcome::of(t.status) != Outcome::Hit).count();
    let share = misses as f64 / touches.len() as f64;
    let steps: Vec<f64> = touches
        .iter()
        .zip(touches.iter().skip(1))
        .map(|(a, b)| b.time.saturating_sub(a.time) as f64)
        .filter(|s| *s < 3600.0 * SECOND as f64)
        .collect();
    let machine = median(&steps).is_some_and(|m| m < PERSON_PAUSE)
        || steps.len() >= PERSONS && coefficient_of_variation(&steps).is_some_and(|cv| cv < MACHINE_CV);
    let accuses = devoted && persons >= PERSONS_ACCUSED && (machine || share >= MISSES);
    let name = touches.first().map_or("", |t| facts.name(t.name));
    let sentence = format!(
        "{} asked {} for {}: {} known, {} not ({} %){}",
        label(facts, actor),
        at(facts, endpoint),
        several(persons, &format!("distinct {}", thing(name))),
        touches.len() - misses,
        misses,
        percent_of(misses as u64, touches.len() as u64),
        if devoted { "; it did little else" } else { "; it also did other things" }
    );
    let weights = [
        WEIGHT_LIST,
        if devoted { WEIGHT_DEVOTED } else { 0.0 },
        if machine { WEIGHT_MACHINE } else { 0.0 },
        if share >= MISSES { WEIGHT_MISSES } else { 0.0 },
    ];
    let severity = if accuses { Severity::High } else { Severity::Low };
    let confidence = noisy_or(&weights) * if accuses { 1.0 } else { 0.5 };
    let mut found = draft(META.id, severity, confidence, sentence);
    found.actors = vec![actor];
    found.endpoints = vec![endpoint];
    found.accuses = accuses;
    found.exchanges = touches.len() as u64;
    found.examples = touches.iter().take(EXAMPLES).map(|t| t.place).collect();
    let times = || touches.iter().map(|t| t.time).filter(|t| *t != i64::MIN);
    widen(&mut found, times().min(), times().max());
    found
}
