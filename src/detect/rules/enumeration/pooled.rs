//! A walk by many addresses, each of which asks for a few: no actor stands out, but the late and
//! foreign touches of all of them, put in time, are the walk.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Severity;
use crate::facts::{ActorId, Facts, NameId};

use super::super::super::draft::{EXAMPLES, draft, several, thing, unique, widen};
use super::super::super::objects::{First, Objects, Outcome};
use super::super::super::statistics::{Gaps, POOLED_WINDOW, longest_monotone, noisy_or};
use super::super::super::walk::{ORDERED_Z, WALK_MIN};
use super::{Finding, META};

/// On-time objects of its own from which an actor is at home here.
const RESIDENT_MIN: usize = 5;
/// How far apart in the stream two neighbours of a chain may be: others stand between them.
const NEAR: usize = 10;
/// Shortest chain of neighbours: 2·ln N/ln(1/δ) is 3 to 5 for the densities of late touches that
/// platforms have, and five more are asked for.
const CHAIN_MIN: usize = 10;
/// Late foreign touches without order from which they are told at all.
const SCATTER_MIN: usize = 50;
const WEIGHT_ORDER: f64 = 0.8;
const WEIGHT_DENSE: f64 = 0.6;
const WEIGHT_TAKEN: f64 = 0.6;

/// Judges what remains when the `named` walkers are taken out.
pub(super) fn judge(facts: &Facts, name: NameId, objects: &Objects, named: &BTreeSet<ActorId>, out: &mut Vec<Finding>) {
    let mut pool = pool(objects, named);
    pool.sort_by_key(|f| (f.touch.time, f.touch.place));
    let (mut chained, ordered, dense) = chains(&pool);
    let taken = pool.iter().filter(|f| f.foreign()).count();
    if chained.len() >= WALK_MIN && participants(&chained).len() > 1 {
        chained.sort_by_key(|f| (f.touch.time, f.touch.place));
        out.push(finding(facts, name, objects, &chained, ordered, dense));
    } else if taken >= SCATTER_MIN && is_excess(&pool, objects) {
        let foreign: Vec<First> = pool.iter().filter(|f| f.foreign()).copied().collect();
        out.push(finding(facts, name, objects, &foreign, false, false));
    }
}

/// Late, foreign and missed first touches of actors that are not at home here. Late ones only: what
/// is asked for as it is made rises with time by itself.
fn pool(objects: &Objects, named: &BTreeSet<ActorId>) -> Vec<First> {
    let mut pool = Vec::new();
    for (_, firsts) in objects.by_actor.iter().filter(|(a, _)| !named.contains(a)) {
        let home = firsts.iter().filter(|f| f.outcome == Outcome::Hit && !f.late && !(f.foreign() && f.extra)).count();
        if home >= RESIDENT_MIN && 2 * home >= firsts.len() {
            continue;
        }
        let own = firsts.iter().any(|f| f.outcome == Outcome::Hit && f.before == 0 && !f.late);
        pool.extend(firsts.iter().filter(|f| {
            f.touch.number.is_some()
                && (f.late && f.foreign() && (f.extra || !own) || f.unowned() || f.outcome == Outcome::Miss)
        }));
    }
    pool
}

/// Members of chains in windows that are in order or dense; whether any window was in order, was dense.
fn chains(pool: &[First]) -> (Vec<First>, bool, bool) {
    let numbers: Vec<i64> = pool.iter().filter_map(|f| f.touch.number).collect();
    let mut members: BTreeSet<usize> = BTreeSet::new();
    let (mut any_ordered, mut any_dense) = (false, false);
    let mut from = 0;
    while let Some(window) = numbers.get(from..numbers.len().min(from + POOLED_WINDOW)).filter(|w| w.len() >= WALK_MIN)
    {
        let ordered = longest_monotone(window).is_some_and(|o| o.z > ORDERED_Z);
        let gaps = Gaps::of(window);
        let dense = gaps.is_some_and(|g| g.is_dense() || g.is_strided());
        if let Some(gaps) = gaps.filter(|_| ordered || dense) {
            any_ordered |= ordered;
            any_dense |= dense;
            let near = if ordered { NEAR } else { POOLED_WINDOW };
            members.extend(linked(window, gaps.modal, near).into_iter().map(|at| from + at));
        }
        from += POOLED_WINDOW / 2;
    }
    (members.into_iter().filter_map(|at| pool.get(at)).copied().collect(), any_ordered, any_dense)
}

/// Positions whose number belongs to a chain: neighbours one or two steps apart that stand near each
/// other in the stream, [`CHAIN_MIN`] of them or more. By chance there are pairs, not chains.
fn linked(window: &[i64], step: u64, near: usize) -> Vec<usize> {
    let step = step.max(1);
    let mut chain: Vec<usize> = (0..window.len()).collect();
    for (at, number) in window.iter().enumerate() {
        for (other, n) in window.iter().enumerate().skip(at + 1).take(near) {
            let away = n.abs_diff(*number);
            if away != step && away != 2 * step {
                continue;
            }
            let (Some(a), Some(b)) = (chain.get(at).copied(), chain.get(other).copied()) else { continue };
            chain.iter_mut().filter(|c| **c == b).for_each(|c| *c = a);
        }
    }
    let size = |of: usize| chain.iter().filter(|c| **c == of).count();
    chain.iter().enumerate().filter(|(_, c)| size(**c) >= CHAIN_MIN).map(|(at, _)| at).collect()
}

fn participants(firsts: &[First]) -> Vec<ActorId> {
    unique(firsts.iter().map(|f| f.touch.actor))
}

/// Whether unordered late touches are more than a platform has every day: most in the pool belong to
/// actors that have nothing but such touches, and they come within a part of the evidence that is busier
/// than three times the rest.
fn is_excess(pool: &[First], objects: &Objects) -> bool {
    let mut by_actor: BTreeMap<ActorId, usize> = BTreeMap::new();
    for first in pool.iter().filter(|f| f.foreign()) {
        *by_actor.entry(first.touch.actor).or_default() += 1;
    }
    let only: usize = by_actor
        .iter()
        .filter(|(actor, n)| objects.by_actor.get(actor).is_some_and(|all| all.len() <= **n))
        .map(|(_, n)| n)
        .sum();
    only >= SCATTER_MIN && 2 * only >= by_actor.values().sum::<usize>()
}

/// The finding of a pooled walk.
fn finding(facts: &Facts, name: NameId, objects: &Objects, firsts: &[First], ordered: bool, dense: bool) -> Finding {
    let actors = participants(firsts);
    let numbers: Vec<i64> = firsts.iter().filter_map(|f| f.touch.number).collect();
    let foreign = firsts.iter().filter(|f| f.foreign()).count();
    let missed = firsts.iter().filter(|f| f.outcome == Outcome::Miss).count();
    let tenants = unique(firsts.iter().filter_map(|f| objects.tenant(f))).len();
    let what = thing(facts.name(name));
    let distinct = unique(firsts.iter().map(|f| f.object)).len();
    let mut parts = vec![format!("{} together asked for {}", several(actors.len(), "actor"), several(distinct, &what))];
    let whose = if tenants > 0 { format!(" of {}", several(tenants, "tenant")) } else { String::new() };
    parts.push(format!("{foreign} of {}{whose} were first asked for by others", firsts.len()));
    if missed > 0 {
        parts.push(format!("{missed} were refused or missing"));
    }
    if let Some(gaps) = Gaps::of(&numbers).filter(|_| ordered || dense) {
        parts.push(format!("{:.0} % of {}–{}", gaps.coverage * 100.0, gaps.min, gaps.max));
        parts.push(match longest_monotone(&numbers).filter(|o| o.z > ORDERED_Z) {
            Some(order) if order.rising => format!("upwards across addresses, step {}", gaps.modal),
            Some(_) => format!("downwards across addresses, step {}", gaps.modal),
            None => "in no order".to_owned(),
        });
    } else {
        parts.push("in no order: who takes part is not sure".to_owned());
    }
    let weights = [
        if ordered { WEIGHT_ORDER } else { 0.0 },
        if dense { WEIGHT_DENSE } else { 0.0 },
        WEIGHT_TAKEN * foreign as f64 / firsts.len().max(1) as f64,
    ];
    let mut found = draft(META.id, Severity::Critical, noisy_or(&weights), parts.join("; "));
    found.accuses = ordered;
    found.endpoints = unique(firsts.iter().map(|f| f.touch.endpoint));
    found.actors = actors;
    found.exchanges = firsts.len() as u64;
    found.examples = Objects::places(firsts, EXAMPLES);
    let times = || firsts.iter().map(|f| f.touch.time).filter(|t| *t != i64::MIN);
    widen(&mut found, times().min(), times().max());
    if !ordered {
        found.severity = Severity::High;
    }
    found
}
