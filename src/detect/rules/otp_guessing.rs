//! One-time codes tried, or sent to many.

use std::collections::BTreeMap;

use crate::domain::Severity;
use crate::facts::{ActorId, EndpointId, Facts, Role, Touch};

use super::super::draft::{EXAMPLES, at, draft, requests_by_actor, several, template_has, unique, visits_at, widen};
use super::super::objects::Outcome;
use super::super::statistics::noisy_or;
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::label;

/// See the module.
#[derive(Debug)]
pub(super) struct OtpGuessing;

static META: Meta = Meta {
    id: "otp-guessing",
    title: "One-time codes tried",
    owasp: &["API2", "API6"],
    cwe: &[307, 799],
    method: "at endpoints of one-time codes: more than 5 refused tries for one person, over all addresses (accused from 20 \
             by one actor); without persons in the evidence, 20 refused tries of one actor; or one actor that asks codes \
             for at least 20 persons and does little else",
    quiet: "people who mistype, shared addresses at dinner time",
};

const WORDS: &[&str] = &["otp", "verify", "verification", "passcode", "mpin", "pin", "2fa", "mfa"];
/// A person mistypes three times; platforms allow three to five.
const TRIES: usize = 5;
/// One in 50,000 codes of six digits is guessed by 20 tries; no person makes them.
const TRIES_ACCUSED: usize = 20;
/// Persons that one asks codes for.
const PERSONS: usize = 20;
const DEVOTED: f64 = 0.8;
const WEIGHT_TRIES: f64 = 0.5;
const WEIGHT_MANY: f64 = 0.6;
const WEIGHT_GOT_IN: f64 = 0.4;

impl Detector for OtpGuessing {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        let totals = requests_by_actor(facts);
        for (index, endpoint) in facts.endpoints.iter().enumerate() {
            if endpoint.method == "GET" || !template_has(&endpoint.template, WORDS) {
                continue;
            }
            let id = EndpointId(index as u32);
            let touches: Vec<&Touch> =
                facts.touches.iter().filter(|t| t.endpoint == id && facts.role(t.name) == Role::Subject).collect();
            by_person(facts, id, &touches, out);
            by_sender(facts, id, &touches, &totals, out);
            if touches.is_empty() {
                by_actor(facts, id, out);
            }
        }
    }
}

/// Whether an answer says that the code was wrong.
fn wrong(touch: &Touch) -> bool {
    matches!(touch.status, 400..=499) && touch.status != 429
}

fn by_person(facts: &Facts, id: EndpointId, touches: &[&Touch], out: &mut Vec<Finding>) {
    let mut persons: BTreeMap<u64, Vec<&Touch>> = BTreeMap::new();
    for touch in touches {
        persons.entry(touch.value).or_default().push(touch);
    }
    for tried in persons.values() {
        let refused: Vec<&&Touch> = tried.iter().filter(|t| wrong(t)).collect();
        if refused.len() <= TRIES {
            continue;
        }
        let got_in = tried.iter().any(|t| Outcome::of(t.status) == Outcome::Hit);
        let mut counts: BTreeMap<ActorId, usize> = BTreeMap::new();
        for touch in &refused {
            *counts.entry(touch.actor).or_default() += 1;
        }
        let accuses = counts.values().any(|n| *n >= TRIES_ACCUSED);
        let sentence = format!(
            "{} were refused for one person at {}, from {}; {}",
            several(refused.len(), "code"),
            at(facts, id),
            several(counts.len(), "actor"),
            if got_in { "one was taken" } else { "none was taken" }
        );
        let weights = [
            WEIGHT_TRIES,
            if refused.len() >= TRIES_ACCUSED { WEIGHT_MANY } else { 0.0 },
            if got_in && accuses { WEIGHT_GOT_IN } else { 0.0 },
        ];
        let severity = if refused.len() >= TRIES_ACCUSED { Severity::High } else { Severity::Low };
        let mut found = draft(META.id, severity, noisy_or(&weights), sentence);
        let actors = counts.iter().filter(|(_, n)| !accuses || **n >= TRIES_ACCUSED).map(|(a, _)| *a);
        found.actors = actors.collect();
        fill(&mut found, id, tried, accuses);
        out.push(found);
    }
}

fn by_sender(facts: &Facts, id: EndpointId, touches: &[&Touch], totals: &[u64], out: &mut Vec<Finding>) {
    let mut senders: BTreeMap<ActorId, Vec<&Touch>> = BTreeMap::new();
    for touch in touches {
        senders.entry(touch.actor).or_default().push(touch);
    }
    for (actor, sent) in senders {
        let persons = unique(sent.iter().map(|t| t.value)).len();
        let all = totals.get(actor.at()).copied().unwrap_or(0);
        if persons < PERSONS || (sent.len() as f64) < DEVOTED * all as f64 {
            continue;
        }
        let sentence = format!(
            "{} asked {} for codes of {} and did little else",
            label(facts, actor),
            at(facts, id),
            several(persons, "person")
        );
        let mut found = draft(META.id, Severity::Medium, noisy_or(&[WEIGHT_TRIES, WEIGHT_MANY]), sentence);
        found.actors = vec![actor];
        fill(&mut found, id, &sent, true);
        out.push(found);
    }
}

/// Where the evidence does not say for whom.
fn by_actor(facts: &Facts, id: EndpointId, out: &mut Vec<Finding>) {
    for visit in visits_at(facts, id) {
        let refused = visit.statuses.refused + visit.statuses.client_error + visit.statuses.missing;
        if (refused as usize) < TRIES_ACCUSED || refused < 4 * visit.statuses.success {
            continue;
        }
        let sentence = format!(
            "{} had {refused} codes refused at {}, {} taken; for whom is not in the evidence",
            label(facts, visit.actor),
            at(facts, id),
            visit.statuses.success
        );
        let mut found = draft(META.id, Severity::Medium, noisy_or(&[WEIGHT_TRIES]), sentence);
        found.actors = vec![visit.actor];
        found.endpoints = vec![id];
        found.exchanges = visit.statuses.total();
        found.examples = vec![visit.example];
        widen(&mut found, visit.first, visit.last);
        out.push(found);
    }
}

fn fill(found: &mut Finding, id: EndpointId, touches: &[&Touch], accuses: bool) {
    found.endpoints = vec![id];
    found.accuses = accuses;
    found.exchanges = touches.len() as u64;
    found.examples = touches.iter().take(EXAMPLES).map(|t| t.place).collect();
    let times = || touches.iter().map(|t| t.time).filter(|t| *t != i64::MIN);
    widen(found, times().min(), times().max());
}
