//! Objects asked for one after the other, by one actor or by many.

mod pooled;
mod tenants;

use std::collections::BTreeSet;

use crate::domain::Severity;
use crate::facts::{ActorId, Facts, NameId, Role};

use super::super::draft::{self, EXAMPLES, draft, several, thing, unique, widen};
use super::super::objects::{First, Objects};
use super::super::statistics::{noisy_or, robust_z};
use super::super::walk::{WALK_MIN, Walk};
use super::super::{Detector, Finding, Meta};

/// See the module.
#[derive(Debug)]
pub(super) struct Enumeration;

static META: Meta = Meta {
    id: "enumeration",
    title: "Identifiers walked",
    owasp: &["API1", "API4", "API6"],
    cwe: &[639, 340, 799],
    method: "first touches of each actor over the whole evidence: objects that others had before (late: 6 × the \
             75 % quantile of ages at which objects are asked for; one too many: more actors than 90 % of objects \
             have), order (longest monotone subsequence z > 5), gaps (20 objects, coverage ≥ 0.5, or modal share ≥ 0.6 \
             at ≤ 1 bit), threshold random walk on misses; late and foreign touches of all actors pooled in windows of 50",
    quiet: "merchants' own screens (ids rise at a fixed step, but fresh and with as many askers as usual), shared \
            addresses, retries, own histories, crawlers of public pages (named, not accused)",
};

/// Share of an actor's objects that were others' from which it is a taker, and the fewest (detection
/// literature: f ≥ 0.5 of at least 3).
const TAKEN_SHARE: f64 = 0.5;
/// Objects without any order from which a taker is accused: below it may be a person's own history
/// under a new session.
const RANDOM_MIN: usize = 50;
/// Share of its range from which an ordered part of it is no accident: one of two walkers who share the
/// numbers has a half, a restaurant's or person's own orders are a few in a hundred.
const PART: f64 = 0.2;

/// What each kind of evidence is worth. Ownership counts most, because it is the harm itself; order and
/// pace are also those of honest programs.
const WEIGHT_TAKEN: f64 = 0.7;
const WEIGHT_DENSE: f64 = 0.5;
const WEIGHT_ORDER: f64 = 0.3;
const WEIGHT_PACE: f64 = 0.3;
const WEIGHT_GUESS: f64 = 0.5;
const WEIGHT_VOLUME: f64 = 0.3;
const WEIGHT_TENANTS: f64 = 0.4;

/// An actor judged.
struct Judged {
    walk: Walk,
    taken: usize,
    accuses: bool,
    confidence: f64,
}

impl Detector for Enumeration {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        for at in 0..facts.names.len() {
            let name = NameId(at as u32);
            match facts.role(name) {
                Role::Tenant => tenants::judge(facts, name, out),
                Role::Subject => {}
                Role::Record | Role::Other => judge_records(facts, name, out),
            }
        }
    }
}

/// Walks over objects of one name.
fn judge_records(facts: &Facts, name: NameId, out: &mut Vec<Finding>) {
    let objects = Objects::of(facts, name);
    let counts: Vec<u64> = objects.by_actor.values().map(|f| f.len() as u64).collect();
    let mut named: BTreeSet<ActorId> = BTreeSet::new();
    for (actor, firsts) in &objects.by_actor {
        if firsts.len() < WALK_MIN {
            continue;
        }
        let walk = Walk::of(&objects, firsts, objects.returns.get(actor).copied().unwrap_or(0));
        let volume = robust_z(firsts.len() as u64, &counts).is_some_and(|z| z > 3.5);
        let Some(judged) = judge_actor(walk, volume, facts.role(name)) else { continue };
        named.insert(*actor);
        out.push(finding(facts, name, *actor, firsts, &judged));
    }
    pooled::judge(facts, name, &objects, &named, out);
}

/// Whether a walk is one, how surely, and whether its actor is an intruder. `None` for ordinary use.
fn judge_actor(walk: Walk, volume: bool, role: Role) -> Option<Judged> {
    let part = walk.gaps.is_some_and(|g| g.coverage >= PART);
    let structured = walk.dense() || walk.strided() || part;
    let mostly_late = walk.share(walk.late) >= 0.9;
    let mut taken = walk.solid;
    if walk.falling() && walk.dense() {
        taken = taken.max(walk.foreign);
    }
    if mostly_late && !walk.ordered() && walk.hits >= RANDOM_MIN {
        taken = taken.max(walk.foreign);
    }
    if part && mostly_late {
        taken = taken.max(walk.foreign).max(walk.foreign + walk.unowned);
    } else if walk.tenants >= 3 && walk.home_share < 0.5 {
        taken = taken.max(walk.solid + walk.unowned);
    }
    let enough = walk.share(taken) >= TAKEN_SHARE;
    let guesses = walk.guesses && walk.misses >= WALK_MIN && (walk.ordered() || walk.share(walk.misses) >= 0.5);
    if !enough && !guesses {
        // Old, sparse, at a fixed step: a restaurant's own history, or a stride through the past.
        let stride = walk.strided() && mostly_late && walk.share(walk.foreign + walk.unowned) >= TAKEN_SHARE;
        if !stride {
            return None;
        }
        taken = walk.foreign + walk.unowned;
    }
    let one_tenant = walk.tenants > 0 && walk.home_share >= 0.9;
    let random_ok = walk.hits >= RANDOM_MIN && !walk.ordered();
    let much = walk.hits >= 2 * RANDOM_MIN;
    let accuses = (enough && !walk.same_person && !one_tenant && (structured || random_ok || much)
        || guesses && role == Role::Record)
        && (role == Role::Record || walk.tenants >= 3);
    let weights = [
        WEIGHT_TAKEN * walk.share(taken),
        if walk.dense() { WEIGHT_DENSE } else { 0.0 },
        if walk.ordered() { WEIGHT_ORDER } else { 0.0 },
        if walk.machine_paced() { WEIGHT_PACE } else { 0.0 },
        if walk.guesses { WEIGHT_GUESS } else { 0.0 },
        if volume { WEIGHT_VOLUME } else { 0.0 },
        if walk.tenants >= 3 && walk.home_share < 0.5 { WEIGHT_TENANTS } else { 0.0 },
    ];
    let confidence = noisy_or(&weights) * if accuses { 1.0 } else { 0.5 };
    Some(Judged { walk, taken, accuses, confidence })
}

/// The finding of one actor, with its numbers.
fn finding(facts: &Facts, name: NameId, actor: ActorId, firsts: &[First], judged: &Judged) -> Finding {
    let walk = &judged.walk;
    let what = thing(facts.name(name));
    let mut parts = vec![format!("{} asked for {}", label(facts, actor), several(walk.distinct, &what))];
    let whose = if walk.tenants > 0 { format!(" of {}", several(walk.tenants, "tenant")) } else { String::new() };
    parts.push(format!("{} of {}{whose} were first asked for by others", walk.foreign, walk.distinct));
    if walk.unowned > 0 {
        parts.push(format!("{} old ones by nobody before", walk.unowned));
    }
    if walk.misses > 0 {
        parts.push(format!("{} were refused or missing", walk.misses));
    }
    parts.extend(Some(walk.range()).filter(|r| !r.is_empty()));
    parts.push(walk.manner());
    parts.extend(Some(walk.rhythm()).filter(|r| !r.is_empty()));
    if !judged.accuses {
        parts.push("may be somebody's own records".to_owned());
    }
    let severity = match (judged.accuses, judged.taken) {
        (true, 100..) => Severity::Critical,
        (true, 1..) => Severity::High,
        (true, 0) => Severity::Medium,
        (false, _) => Severity::Low,
    };
    let mut found = draft(META.id, severity, judged.confidence, parts.join("; "));
    found.actors = vec![actor];
    found.endpoints = unique(firsts.iter().map(|f| f.touch.endpoint));
    found.accuses = judged.accuses;
    found.exchanges = walk.distinct as u64;
    found.examples = Objects::places(firsts, EXAMPLES);
    widen(&mut found, walk.first, walk.last);
    found
}

/// An actor for a sentence.
fn label(facts: &Facts, actor: ActorId) -> &str {
    facts.actor(actor).map_or("somebody", |a| a.label.as_str())
}

/// Classes at endpoints that a stranger should not read: beyond what identifies a business.
fn is_sensitive(facts: &Facts, firsts: &[First]) -> bool {
    unique(firsts.iter().map(|f| f.touch.endpoint)).into_iter().filter_map(|e| facts.endpoint(e)).any(draft::is_private)
}
