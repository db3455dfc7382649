//! How far it could have gone: populations from the ids of ordinary traffic, never from the walk.

use std::collections::{BTreeMap, BTreeSet};

use super::fill::Parts;
use crate::exposure::estimate;
use crate::exposure::outcome::{Estimate, Interval, Outcome, Reachable};
use crate::facts::{ActorId, NameId, Role};

/// Distinct ids of ordinary traffic below which no population is estimated from them.
const IDS_LEAST: usize = 5;

/// Numbers of one identifier name that ordinary traffic and intruders used with success.
#[derive(Debug, Default)]
struct Ids {
    ordinary: BTreeSet<i64>,
    /// How many ordinary actors used each value, by its hash.
    users: BTreeMap<u64, BTreeSet<ActorId>>,
    probed: BTreeSet<u64>,
    hit: BTreeSet<u64>,
    numbers: BTreeSet<i64>,
}

fn collect(parts: &Parts<'_>) -> BTreeMap<NameId, Ids> {
    let mut by: BTreeMap<NameId, Ids> = BTreeMap::new();
    for t in &parts.facts.touches {
        if !matches!(parts.facts.role(t.name), Role::Tenant | Role::Record) {
            continue;
        }
        let ids = by.entry(t.name).or_default();
        let success = (200..300).contains(&t.status);
        if parts.is_intruder(t.actor) {
            ids.probed.insert(t.value);
            if success {
                ids.hit.insert(t.value);
                ids.numbers.extend(t.number);
            }
        } else if success {
            ids.ordinary.extend(t.number);
            ids.users.entry(t.value).or_default().insert(t.actor);
        }
    }
    by
}

fn rounded(value: f64) -> u64 {
    if value.is_finite() && value > 0.0 { value.round() as u64 } else { 0 }
}

/// Adds the estimates, and what they say of the totals.
pub(super) fn add(parts: &Parts<'_>, out: &mut Outcome) {
    let mut reachable = Reachable::default();
    for (name, ids) in collect(parts) {
        let label = parts.facts.name(name);
        let population = population(parts, label, &ids, out);
        hit_rate(label, &ids, out);
        let Some(interval) = population else { continue };
        let slot = if parts.facts.role(name) == Role::Tenant { &mut reachable.tenants } else { &mut reachable.records };
        let seen = ids.hit.len() as u64;
        let interval = Interval { low: interval.low.max(seen), point: interval.point.max(seen), ..interval };
        if slot.is_none_or(|s| s.point < interval.point) {
            *slot = Some(Interval { high: interval.high.max(seen), ..interval });
        }
    }
    let open = out.totals.open.confirmed.exchanges
        + out.totals.taken.confirmed.exchanges
        + out.totals.taken.probable.exchanges;
    if open > 0 {
        out.totals.taken.reachable = reachable;
    }
}

/// How many there are of one kind of id.
fn population(parts: &Parts<'_>, name: &str, ids: &Ids, out: &mut Outcome) -> Option<Interval> {
    if let Some(known) = parts.case.settings.lens.population.get(name) {
        let interval = Interval { point: *known, low: *known, high: *known };
        out.estimates.push(Estimate {
            what: format!("values of {name} that exist"),
            method: "said by the analyst (lens)".into(),
            interval,
            level: 100,
            inputs: vec![("population".into(), *known)],
            assumptions: Vec::new(),
        });
        return Some(interval);
    }
    let k = ids.ordinary.len();
    let largest = *ids.ordinary.last()?;
    if k < IDS_LEAST || largest <= 0 {
        return chao(name, ids, out);
    }
    let tank = estimate::german_tank(k as u64, largest as u64)?;
    let upper = estimate::german_tank_upper(k as u64, largest as u64)?;
    let smallest = ids.ordinary.first().copied().unwrap_or(0).max(0);
    // Ids that do not begin near 1 number only what lies between: the range is estimated instead.
    let starts_high = smallest as u64 > 10 * (largest as u64 - smallest as u64) / k as u64;
    let (method, point, high) = if starts_high {
        let range = estimate::range_length(k as u64, smallest as u64, largest as u64)?;
        ("length of an id range, unknown start", range, upper - smallest as f64 + range * 0.05)
    } else {
        ("German tank, 95 % one-sided upper bound", tank.value, upper)
    };
    let interval = Interval { point: rounded(point), low: k as u64, high: rounded(high.max(point)) };
    out.estimates.push(Estimate {
        what: format!("values of {name} that exist"),
        method: method.into(),
        interval,
        level: 95,
        inputs: vec![
            ("distinct ids in ordinary traffic".into(), k as u64),
            ("smallest".into(), smallest as u64),
            ("largest".into(), largest as u64),
        ],
        assumptions: vec![
            "Ids are given out one after another.".into(),
            "Ordinary traffic uses any of them alike; popular ones make the estimate too low.".into(),
            "Ids of intruders are not used: a walk is no sample.".into(),
        ],
    });
    Some(interval)
}

/// Ids that are no numbers: how many more there are is bounded from below.
fn chao(name: &str, ids: &Ids, out: &mut Outcome) -> Option<Interval> {
    let seen = ids.users.len() as u64;
    let times = |n: usize| ids.users.values().filter(|u| u.len() == n).count() as u64;
    let (once, twice) = (times(1), times(2));
    if (seen as usize) < IDS_LEAST || twice == 0 {
        return None;
    }
    let (estimate, bounds) = estimate::chao1(seen, once, twice)?;
    let interval =
        Interval { point: rounded(estimate.value), low: rounded(bounds.low).max(seen), high: rounded(bounds.high) };
    out.estimates.push(Estimate {
        what: format!("values of {name} in ordinary use"),
        method: "Chao1".into(),
        interval,
        level: 95,
        inputs: vec![("seen".into(), seen), ("by one actor".into(), once), ("by two actors".into(), twice)],
        assumptions: vec!["A lower bound where some are more popular than others.".into()],
    });
    Some(interval)
}

/// What share of what intruders tried was there, and how much of the range they walked they got.
fn hit_rate(name: &str, ids: &Ids, out: &mut Outcome) {
    let (hit, probed) = (ids.hit.len() as u64, ids.probed.len() as u64);
    if probed < 20 {
        return;
    }
    if let Some((_, bounds)) = estimate::wilson(hit, probed) {
        let per_mille = |p: f64| rounded(p * 1000.0);
        out.estimates.push(Estimate {
            what: format!("answers in 1,000 values of {name} that intruders tried"),
            method: "share with Wilson interval".into(),
            interval: Interval { point: hit * 1000 / probed, low: per_mille(bounds.low), high: per_mille(bounds.high) },
            level: 95,
            inputs: vec![("tried".into(), probed), ("answered".into(), hit)],
            assumptions: vec!["Untried ids of the same range answer as often.".into()],
        });
    }
    if let (Some(first), Some(last)) = (ids.numbers.first(), ids.numbers.last())
        && last > first
    {
        let (got, range) = (ids.numbers.len() as u64, (last - first) as u64 + 1);
        out.estimates.push(Estimate {
            what: format!("values of {name} got, of the range {first} to {last}"),
            method: "counted".into(),
            interval: Interval { point: got, low: got, high: got },
            level: 100,
            inputs: vec![("range".into(), range)],
            assumptions: Vec::new(),
        });
    }
}
