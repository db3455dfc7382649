//! Objects of several tenants in one pair of hands.

use crate::domain::Severity;
use crate::facts::{ActorId, Facts, NameId, Role};

use super::super::draft::{EXAMPLES, draft, several, thing, unique, widen};
use super::super::objects::{First, Objects};
use super::super::statistics::noisy_or;
use super::super::walk::Walk;
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::label;

/// See the module.
#[derive(Debug)]
pub(super) struct CrossTenant;

static META: Meta = Meta {
    id: "cross-tenant",
    title: "Objects of other tenants",
    owasp: &["API1"],
    cwe: &[639, 863],
    method: "at least 3 objects of at least 2 tenants that others had before, that the actor was not told of, and that \
             came late and to one more actor than usual; at least half of all it got; accused from 10 of 3 tenants, \
             or from 3 when known to carry no credentials",
    quiet: "a chain's screen and people who eat in many places: fresh objects, as many askers as usual; own history \
            under a new session: one other had them all",
};

/// Fewest objects (detection literature: 3), and from when on it is an accusation.
const OBJECTS: usize = 3;
const OBJECTS_ACCUSED: usize = 10;
/// Share of all objects got.
const SHARE: f64 = 0.5;
/// Ownership learnt from traffic is good evidence, not proof; more objects make it better.
const WEIGHT_TAKEN: f64 = 0.6;
const WEIGHT_MANY: f64 = 0.6;
const WEIGHT_OPEN: f64 = 0.4;

impl Detector for CrossTenant {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        for at in 0..facts.names.len() {
            let name = NameId(at as u32);
            if facts.role(name) != Role::Record {
                continue;
            }
            let objects = Objects::of(facts, name);
            for (actor, firsts) in objects.by_actor.iter().filter(|(_, f)| f.len() >= OBJECTS) {
                out.extend(judge_actor(facts, name, &objects, *actor, firsts));
            }
        }
    }
}

fn judge_actor(facts: &Facts, name: NameId, objects: &Objects, actor: ActorId, firsts: &[First]) -> Option<Finding> {
    let taken: Vec<First> = firsts.iter().filter(|f| f.foreign() && f.late && f.extra).copied().collect();
    if taken.len() < OBJECTS {
        return None;
    }
    let walk = Walk::of(objects, firsts, 0);
    let tenants = unique(taken.iter().filter_map(|f| objects.tenant(f))).len();
    let owners = unique(taken.iter().filter_map(|f| f.owner)).len();
    let enough = tenants >= 2 && taken.len() as f64 >= SHARE * walk.hits as f64;
    if !enough || walk.same_person || walk.home_share >= 0.9 {
        return None;
    }
    let auth = facts.actor(actor).map(|a| a.auth).unwrap_or_default();
    let open = auth[1] > 0 && auth[0] == 0;
    let many = taken.len() >= OBJECTS_ACCUSED && tenants >= 3 && owners >= OBJECTS;
    let weights = [WEIGHT_TAKEN, if many { WEIGHT_MANY } else { 0.0 }, if open { WEIGHT_OPEN } else { 0.0 }];
    let what = thing(facts.name(name));
    let sentence = format!(
        "{} got {} of {} that {} had asked for before: {} of the {} it got{}",
        label(facts, actor),
        several(taken.len(), &what),
        several(tenants, "tenant"),
        several(owners, "other actor"),
        taken.len(),
        walk.hits,
        if open { ", without credentials" } else { "" }
    );
    let severity = if many { Severity::High } else { Severity::Medium };
    let mut found = draft(META.id, severity, noisy_or(&weights), sentence);
    found.actors = vec![actor];
    found.endpoints = unique(taken.iter().map(|f| f.touch.endpoint));
    found.accuses = many || open && owners >= OBJECTS;
    found.exchanges = taken.len() as u64;
    found.examples = Objects::places(&taken, EXAMPLES);
    let times = || taken.iter().map(|f| f.touch.time).filter(|t| *t != i64::MIN);
    widen(&mut found, times().min(), times().max());
    Some(found)
}
