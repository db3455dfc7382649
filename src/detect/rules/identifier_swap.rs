//! The same request again with another identifier in it: what somebody does who tries whether the
//! platform checks.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Severity, time::SECOND};
use crate::facts::{ActorId, EndpointId, Facts, NameId, Place, Role, Touch};

use super::super::draft::{EXAMPLES, at, draft, requests_by_actor, several, thing, unique, widen};
use super::super::objects::Outcome;
use super::super::statistics::noisy_or;
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::label;

/// See the module.
#[derive(Debug)]
pub(super) struct IdentifierSwap;

static META: Meta = Meta {
    id: "identifier-swap",
    title: "Identifier changed in place",
    owasp: &["API1"],
    cwe: &[639],
    method: "successive requests of one actor to one endpoint within 10 minutes that differ in the value of one \
             identifier of a person, or of a record with all others equal, and were both answered with success; the \
             second value was not given to it. Accused from 5 persons where the endpoint is most of what the actor does",
    quiet: "a family's two phones, shared addresses (many endpoints), records that an answer named, lists opened one \
            by one",
};

/// Longest time between the two requests.
const NEAR: i64 = 600 * SECOND;
/// Persons from which it is no family.
const PERSONS: usize = 5;
/// Share of the actor's requests that go to the endpoint, where it is accused.
const DEVOTED: f64 = 0.5;
/// One swap is what a second phone in the family looks like.
const WEIGHT_ONE: f64 = 0.3;
const WEIGHT_EACH: f64 = 0.15;
const WEIGHT_DEVOTED: f64 = 0.5;

/// One request: where it stands, and the identifiers it names.
struct Request<'a> {
    time: i64,
    place: Place,
    named: BTreeMap<NameId, &'a Touch>,
}

/// The swaps of one actor at one endpoint in one identifier.
#[derive(Default)]
struct Swaps {
    values: BTreeSet<u64>,
    places: Vec<Place>,
    first: Option<i64>,
    last: Option<i64>,
}

impl Detector for IdentifierSwap {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        let totals = requests_by_actor(facts);
        let mut by_visit: BTreeMap<(ActorId, EndpointId), BTreeMap<Place, Request<'_>>> = BTreeMap::new();
        for touch in facts.touches.iter().filter(|t| Outcome::of(t.status) == Outcome::Hit) {
            let requests = by_visit.entry((touch.actor, touch.endpoint)).or_default();
            let new = || Request { time: touch.time, place: touch.place, named: BTreeMap::new() };
            requests.entry(touch.place).or_insert_with(new).named.insert(touch.name, touch);
        }
        for ((actor, endpoint), requests) in by_visit {
            if requests.len() < 2 {
                continue;
            }
            let mut requests: Vec<Request<'_>> = requests.into_values().collect();
            requests.sort_by_key(|r| (r.time, r.place));
            for (name, swaps) in swaps(facts, &requests) {
                let all = totals.get(actor.at()).copied().unwrap_or(0);
                let here = requests.len();
                let devoted = here as f64 >= DEVOTED * all as f64;
                out.push(finding(facts, (actor, endpoint, name), &swaps, devoted));
            }
        }
    }
}

/// Swaps by the identifier that was changed.
fn swaps(facts: &Facts, requests: &[Request<'_>]) -> BTreeMap<NameId, Swaps> {
    let mut found: BTreeMap<NameId, Swaps> = BTreeMap::new();
    for (a, b) in requests.iter().zip(requests.iter().skip(1)) {
        if b.time.saturating_sub(a.time) > NEAR || !a.named.keys().eq(b.named.keys()) {
            continue;
        }
        let mut changed = b.named.iter().filter(|(n, t)| a.named.get(n).is_some_and(|o| o.value != t.value));
        let (Some((name, touch)), None) = (changed.next(), changed.next()) else { continue };
        let told = match facts.role(*name) {
            Role::Subject => true,
            // A record alone in its request is how lists are opened one by one: enumeration judges that.
            Role::Record | Role::Tenant => {
                b.named.len() >= 2 && b.named.keys().any(|n| facts.role(*n) == Role::Subject)
            }
            Role::Other => false,
        };
        if !told || touch.given {
            continue;
        }
        let swaps = found.entry(*name).or_default();
        swaps.values.extend(a.named.get(name).map(|t| t.value));
        swaps.values.insert(touch.value);
        swaps.places.push(b.place);
        let time = Some(b.time).filter(|t| *t != i64::MIN);
        swaps.first = swaps.first.or(time);
        swaps.last = time.or(swaps.last);
    }
    found
}

fn finding(facts: &Facts, of: (ActorId, EndpointId, NameId), swaps: &Swaps, devoted: bool) -> Finding {
    let (actor, endpoint, name) = of;
    let persons = facts.role(name) == Role::Subject;
    let accuses = persons && devoted && swaps.values.len() >= PERSONS;
    let sentence = format!(
        "{} changed the {} in an otherwise equal request {} to {}, {} in all, and was answered",
        label(facts, actor),
        thing(facts.name(name)),
        several(swaps.places.len(), "time"),
        at(facts, endpoint),
        several(swaps.values.len(), "value")
    );
    let weights = [
        WEIGHT_ONE,
        (WEIGHT_EACH * (swaps.values.len() as f64 - 2.0)).clamp(0.0, 0.6),
        if accuses { WEIGHT_DEVOTED } else { 0.0 },
    ];
    let severity = match (accuses, persons) {
        (true, _) => Severity::High,
        (false, true) => Severity::Medium,
        (false, false) => Severity::Low,
    };
    let mut found = draft(META.id, severity, noisy_or(&weights), sentence);
    found.actors = vec![actor];
    found.endpoints = vec![endpoint];
    found.accuses = accuses;
    found.exchanges = swaps.places.len() as u64;
    found.examples = unique(swaps.places.iter().copied()).into_iter().take(EXAMPLES).collect();
    widen(&mut found, swaps.first, swaps.last);
    found
}
