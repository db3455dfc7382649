//! Functions of staff in the hands of guests.

use std::collections::BTreeMap;

use crate::domain::Severity;
use crate::facts::{Actor, ActorId, EndpointId, Facts, Visit};

use super::super::draft::{draft, endpoint_label, several, template_has, unique, widen};
use super::super::statistics::noisy_or;
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::label;

/// See the module.
#[derive(Debug)]
pub(super) struct FunctionAbuse;

static META: Meta = Meta {
    id: "function-abuse",
    title: "Functions of staff used by guests",
    owasp: &["API5"],
    cwe: &[285, 862],
    method: "successful requests to endpoints with words of administration that at most one actor in twenty visits, by an \
             actor known to carry no credentials (accused where others carry some there), or by one whose other requests are \
             guests' (rarity −log2 P of at least 10 bits)",
    quiet: "staff, who carry credentials or do little else; functions that every guest's page calls",
};

/// Words of what only staff does.
const WORDS: &[&str] = &[
    "admin",
    "internal",
    "manage",
    "management",
    "staff",
    "backoffice",
    "console",
    "superuser",
    "settlement",
    "settlements",
    "payout",
    "payouts",
    "sales",
    "revenue",
    "reports",
    "analytics",
    "debug",
    "actuator",
];
/// Share of actors from which a function is everybody's.
const COMMON: f64 = 0.05;
/// Actors from which a share can be told.
const ACTORS: usize = 20;
/// Surprise of a visit from which it is told (detection literature), and share of guests' requests.
const BITS: f64 = 10.0;
const GUEST_SHARE: f64 = 0.5;
const WEIGHT_WORD: f64 = 0.4;
const WEIGHT_OPEN: f64 = 0.5;
const WEIGHT_OTHERS: f64 = 0.6;
const WEIGHT_RARE: f64 = 0.3;

impl Detector for FunctionAbuse {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        let visitors = visitors(facts);
        let mut by_actor: BTreeMap<ActorId, Vec<&Visit>> = BTreeMap::new();
        for visit in facts.visits.iter().filter(|v| v.statuses.success > 0 && is_staffs(facts, v.endpoint, &visitors)) {
            by_actor.entry(visit.actor).or_default().push(visit);
        }
        for (actor, visits) in by_actor {
            let Some(who) = facts.actor(actor) else { continue };
            out.extend(judge_actor(facts, actor, who, &visits, &visitors));
        }
    }
}

/// Actors by endpoint.
fn visitors(facts: &Facts) -> BTreeMap<EndpointId, usize> {
    let mut all: BTreeMap<EndpointId, usize> = BTreeMap::new();
    for visit in &facts.visits {
        *all.entry(visit.endpoint).or_default() += 1;
    }
    all
}

/// Whether an endpoint is a function of staff.
fn is_staffs(facts: &Facts, id: EndpointId, visitors: &BTreeMap<EndpointId, usize>) -> bool {
    let Some(endpoint) = facts.endpoint(id) else { return false };
    let rare = facts.actors.len() < ACTORS
        || visitors.get(&id).copied().unwrap_or(0) as f64 <= (COMMON * facts.actors.len() as f64).max(1.0);
    rare && template_has(&endpoint.template, WORDS)
}

fn judge_actor(
    facts: &Facts,
    actor: ActorId,
    who: &Actor,
    visits: &[&Visit],
    visitors: &BTreeMap<EndpointId, usize>,
) -> Option<Finding> {
    let [present, absent, _] = who.auth;
    let open = present == 0 && absent > 0;
    let endpoints = unique(visits.iter().map(|v| v.endpoint));
    let others = endpoints.iter().filter_map(|e| facts.endpoint(*e)).any(|e| e.auth_present > 0);
    let all = facts.actors.len() as f64;
    let bits = endpoints
        .iter()
        .map(|e| -((visitors.get(e).copied().unwrap_or(0) as f64 + 0.5) / (all + 1.0)).log2())
        .fold(0.0, f64::max);
    let common = |id: EndpointId| visitors.get(&id).is_some_and(|n| *n as f64 > COMMON * all);
    let mine = || facts.visits.iter().filter(|v| v.actor == actor);
    let guests: u64 = mine().filter(|v| common(v.endpoint)).map(|v| v.statuses.total()).sum();
    let total: u64 = mine().map(|v| v.statuses.total()).sum();
    let guest = guests as f64 >= GUEST_SHARE * total as f64;
    let guest_out_of_place = guest && bits >= BITS;
    if !open && !guest_out_of_place {
        return None;
    }
    let success: u64 = visits.iter().map(|v| v.statuses.success).sum();
    let names = endpoints.iter().filter_map(|e| facts.endpoint(*e)).map(endpoint_label).take(3);
    let sentence = format!(
        "{} used {} of staff {} ({}){}; {} in {} actors visit them ({bits:.1} bits)",
        label(facts, actor),
        several(endpoints.len(), "function"),
        several(success as usize, "time"),
        names.collect::<Vec<_>>().join(", "),
        if open { " without credentials" } else { ", while most of its requests are those of guests" },
        endpoints.iter().filter_map(|e| visitors.get(e)).max().copied().unwrap_or(0),
        facts.actors.len(),
    );
    let weights = [
        WEIGHT_WORD,
        if open { WEIGHT_OPEN } else { 0.0 },
        if open && others { WEIGHT_OTHERS } else { 0.0 },
        if bits >= BITS { WEIGHT_RARE } else { 0.0 },
    ];
    let severity = if open { Severity::High } else { Severity::Medium };
    let mut found = draft(META.id, severity, noisy_or(&weights), sentence);
    found.actors = vec![actor];
    found.endpoints = endpoints;
    found.accuses = open && others;
    found.exchanges = success;
    found.examples = visits.iter().map(|v| v.example).collect();
    for visit in visits {
        widen(&mut found, visit.first, visit.last);
    }
    Some(found)
}
