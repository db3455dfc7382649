//! Restaurants walked. Many may ask for one restaurant, so ownership says nothing here; asking for each
//! once, in order, leaving none out, does. Crawlers of public pages do the same: they are named and not
//! accused where nothing private is answered.

use crate::domain::Severity;
use crate::facts::{ActorId, Facts, NameId, Touch};

use super::super::super::draft::{EXAMPLES, draft, is_private, several, thing, unique, widen};
use super::super::super::objects::{First, Objects};
use super::super::super::statistics::{noisy_or, robust_z};
use super::super::super::walk::{WALK_MIN, Walk};
use super::{Finding, META, is_sensitive, label};

/// Coming back to a restaurant, by restaurants: a screen or monitor that polls a list comes back to
/// all, people of a shared address to the popular ones, a walker to next to none.
const RETURNS_MAX: f64 = 0.1;
/// Restaurants without order from which sampling without repeats is no accident.
const RANDOM_MIN: usize = 50;
/// Weights as in the parent; without ownership none is worth much alone.
const WEIGHT_ONCE: f64 = 0.4;
const WEIGHT_DENSE: f64 = 0.4;
const WEIGHT_ORDER: f64 = 0.4;
const WEIGHT_PRIVATE: f64 = 0.5;
const WEIGHT_GUESS: f64 = 0.5;
const WEIGHT_VOLUME: f64 = 0.3;

/// Programs that say that they crawl.
const CRAWLERS: &[&str] = &["bot", "crawl", "spider", "slurp"];

pub(super) fn judge(facts: &Facts, name: NameId, out: &mut Vec<Finding>) {
    let objects = Objects::of(facts, name);
    let counts: Vec<u64> = objects.by_actor.values().map(|f| f.len() as u64).collect();
    for (actor, firsts) in &objects.by_actor {
        if firsts.len() < WALK_MIN {
            continue;
        }
        let walk = Walk::of(&objects, firsts, objects.returns.get(actor).copied().unwrap_or(0));
        let once = walk.returns as f64 / walk.distinct as f64 <= RETURNS_MAX;
        let in_order = walk.ordered() && (walk.dense() || walk.strided() || walk.progression.is_some());
        let random = walk.distinct >= RANDOM_MIN && robust_z(walk.distinct as u64, &counts).is_some_and(|z| z > 3.5);
        let guesses = walk.guesses && walk.misses >= WALK_MIN;
        if once && (in_order || random) || guesses {
            out.push(finding(facts, name, *actor, firsts, &walk, random));
        }
    }
}

/// The finding of one walker.
fn finding(facts: &Facts, name: NameId, actor: ActorId, firsts: &[First], walk: &Walk, volume: bool) -> Finding {
    let private = is_sensitive(facts, firsts) || is_second_look(facts, name, actor, walk.distinct);
    let agent = facts.actor(actor).map(|a| a.user_agent.to_ascii_lowercase()).unwrap_or_default();
    let crawler = CRAWLERS.iter().any(|c| agent.contains(c));
    let in_order = walk.ordered() && walk.dense();
    let accuses = private
        || !crawler && walk.guesses && walk.misses >= WALK_MIN
        || !crawler && in_order && no_pages(facts, actor);
    let weights = [
        WEIGHT_ONCE,
        if walk.dense() { WEIGHT_DENSE } else { 0.0 },
        if walk.ordered() { WEIGHT_ORDER } else { 0.0 },
        if private { WEIGHT_PRIVATE } else { 0.0 },
        if walk.guesses { WEIGHT_GUESS } else { 0.0 },
        if volume { WEIGHT_VOLUME } else { 0.0 },
    ];
    let what = thing(facts.name(name));
    let mut parts = vec![format!("{} asked for {}", label(facts, actor), several(walk.distinct, &what))];
    parts.push(format!("came back to {}", walk.returns));
    parts.extend(Some(walk.range()).filter(|r| !r.is_empty()));
    parts.push(walk.manner());
    parts.extend(Some(walk.rhythm()).filter(|r| !r.is_empty()));
    if walk.misses > 0 {
        parts.push(format!("{} were refused or missing", walk.misses));
    }
    parts.push(
        if private { "the answers hold private data" } else { "no private data is known in the answers" }.to_owned(),
    );
    if !accuses {
        parts.push("a crawler of public pages looks the same".to_owned());
    }
    let severity = match (accuses, private) {
        (true, true) => Severity::High,
        (true, false) => Severity::Medium,
        (false, _) => Severity::Low,
    };
    let confidence = noisy_or(&weights) * if accuses { 1.0 } else { 0.5 };
    let mut found = draft(META.id, severity, confidence, parts.join("; "));
    found.actors = vec![actor];
    found.endpoints = unique(firsts.iter().map(|f| f.touch.endpoint));
    found.accuses = accuses;
    found.exchanges = walk.distinct as u64;
    found.examples = Objects::places(firsts, EXAMPLES);
    widen(&mut found, walk.first, walk.last);
    found
}

/// Share of the restaurants walked of which private data must have been asked for, too.
const SECOND_LOOK: f64 = 0.25;

/// Whether the first look was at a public page and a later one at private data of many of them.
fn is_second_look(facts: &Facts, name: NameId, actor: ActorId, distinct: usize) -> bool {
    let private = |t: &&Touch| {
        (t.actor, t.name) == (actor, name)
            && (200..300).contains(&t.status)
            && facts.endpoint(t.endpoint).is_some_and(is_private)
    };
    let seen = unique(facts.touches.iter().filter(private).map(|t| t.value)).len();
    seen >= WALK_MIN && seen as f64 >= SECOND_LOOK * distinct as f64
}

/// Whether an actor never fetched what belongs to a page.
fn no_pages(facts: &Facts, actor: ActorId) -> bool {
    facts.actor(actor).is_some_and(|a| a.page_requests == 0)
}
