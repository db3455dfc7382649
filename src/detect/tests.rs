//! Detectors against simulated weeks: every shape of walk is found, nobody else is accused.

mod rules;
mod sim;

use super::{Finding, judge};
use crate::facts::{ActorId, EndpointId, Facts};
use sim::{DAY, FIRST_ORDER, HOUR, SALES, SECOND, START, Week, World};

/// Every way of walking through orders that the literature notes name.
const SHAPES: &[&str] = &[
    "sequential",
    "slow",
    "random",
    "hundred-by-five",
    "five-hundred-by-one",
    "downwards",
    "frontier",
    "strided",
    "jitter",
    "two-agents",
];

/// Adds a walk of `size` orders; returns the keys of who walks.
fn attack(world: &mut World, shape: &str, size: i64) -> Vec<String> {
    let orders = world.week.orders;
    let low = FIRST_ORDER + orders / 4 + world.dice.below(orders / 8);
    let start = START + world.week.days * DAY * 6 / 10 + world.dice.below(HOUR);
    let mut numbers: Vec<i64> = (low..low + size).collect();
    let mut pace = 2 * SECOND;
    let mut walkers = 1;
    let frontier = FIRST_ORDER + world.made.iter().filter(|m| m.0 <= start).count() as i64 - 1;
    match shape {
        "slow" => pace = 2 * DAY / size,
        "random" => {
            numbers = (FIRST_ORDER..frontier).collect();
            world.dice.shuffle(&mut numbers);
            numbers.truncate(size as usize);
        }
        "hundred-by-five" => walkers = size / 5,
        "five-hundred-by-one" => walkers = size,
        "downwards" => numbers = (low..low + size).rev().collect(),
        "frontier" => numbers = (frontier - size + 1..=frontier).rev().collect(),
        "strided" => numbers = (0..size).map(|i| FIRST_ORDER + 11 + 7 * i).collect(),
        "two-agents" => walkers = 2,
        _ => {}
    }
    let mut time = start;
    let mut keys = Vec::new();
    for (at, number) in numbers.into_iter().enumerate() {
        let walker = match shape {
            "hundred-by-five" | "five-hundred-by-one" => at as i64 / (size / walkers),
            _ => world.dice.below(walkers),
        };
        let key = format!("address:intruder-{walker}");
        let actor = world.actor(&key, "Mozilla/5.0 (X11; Linux x86_64; rv:130.0)");
        world.get_order(actor, time, number);
        time += if shape == "jitter" { 500_000 + world.dice.below(1_500_000) } else { pace };
        keys.push(key);
    }
    keys.sort();
    keys.dedup();
    keys
}

fn keys(facts: &Facts, actors: &[ActorId]) -> Vec<String> {
    actors.iter().map(|a| facts.actors[a.at()].key.clone()).collect()
}

/// Everybody whom a finding accuses, with its sentence.
fn accused(facts: &Facts) -> Vec<(String, String)> {
    accused_by(facts, &judge(facts))
}

fn accused_by(facts: &Facts, found: &[Finding]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for finding in found.iter().filter(|f| f.accuses) {
        all.extend(
            keys(facts, &finding.actors).into_iter().map(|k| (k, format!("{}: {}", finding.rule, finding.sentence))),
        );
    }
    all
}

/// Walks one week; returns what went wrong.
fn check(week: Week, shape: &str, size: i64) -> Vec<String> {
    let said = format!("{shape} of {size}, {week:?}");
    let mut world = World::new(week);
    let intruders = attack(&mut world, shape, size);
    let facts = world.finish();
    let found = judge(&facts);
    let accused = accused_by(&facts, &found);
    let mut wrong: Vec<String> = accused
        .iter()
        .filter(|(key, _)| !key.starts_with("address:intruder"))
        .map(|(key, why)| format!("{said}: accuses {key}: {why}"))
        .collect();
    wrong.truncate(3);
    // A stride through the past by somebody whose restaurant nobody knows may be that restaurant's own
    // bookkeeping: named is enough.
    let named: Vec<String> = found.iter().flat_map(|f| keys(&facts, &f.actors)).collect();
    let told = |key: &String| shape == "strided" && named.contains(key);
    let caught = intruders.iter().filter(|k| told(k) || accused.iter().any(|(a, _)| a == *k)).count();
    if caught * 10 < intruders.len() * 8 {
        wrong.push(format!("{said}: {caught} of {} found", intruders.len()));
    }
    wrong
}

#[test]
fn every_shape_is_found_and_nobody_else_accused() {
    let mut wrong = Vec::new();
    for shape in SHAPES {
        for seed in 1..=2 {
            for tenants in [false, true] {
                wrong.extend(check(Week { seed, tenants, ..Week::default() }, shape, 500));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn weeks_without_an_intruder_accuse_nobody() {
    let weeks = [
        Week::default(),
        Week { bodies: true, tenants: true, ..Week::default() },
        Week { turns: false, morning: 40, ..Week::default() },
        Week { turns: false, morning: 40, tenants: true, ..Week::default() },
        Week { polling: 0, ..Week::default() },
        Week { polling: 3, turns: false, ..Week::default() },
        Week { merchants: 1, orders: 3_000, diners: 900, ..Week::default() },
        Week { merchants: 3, orders: 3_000, diners: 900, tenants: true, ..Week::default() },
        Week { chain: 10, tenants: true, morning: 30, ..Week::default() },
        Week { chain: 10, turns: false, morning: 30, ..Week::default() },
        Week { merchants: 200, days: 1, orders: 6_000, ..Week::default() },
    ];
    let mut wrong = Vec::new();
    for week in weeks {
        for seed in 11..=13 {
            let week = Week { seed, ..week.clone() };
            let facts = World::new(week.clone()).finish();
            wrong.extend(accused(&facts).into_iter().take(2).map(|a| format!("{week:?}: {a:?}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Adds walks through restaurants by one actor.
fn store_walk(world: &mut World, shape: &str, endpoint: EndpointId, size: i64) {
    let mut stores: Vec<i64> = (1..=size).collect();
    match shape {
        "downwards" => stores.reverse(),
        "random" => world.dice.shuffle(&mut stores),
        _ => {}
    }
    let actor = world.actor("address:intruder-0", "Mozilla/5.0 (X11; Linux x86_64; rv:130.0)");
    let mut time = START + 3 * DAY;
    for store in stores {
        // One id in eight was never given out.
        world.get_store(endpoint, actor, time, store, store % 8 != 0);
        time += 500_000 + world.dice.below(1_500_000);
    }
}

#[test]
fn restaurants_walked_are_found_and_a_crawler_is_not_accused() {
    let mut wrong = Vec::new();
    for shape in ["upwards", "downwards", "random"] {
        for seed in 21..=23 {
            let mut world = World::new(Week { seed, orders: 4_000, ..Week::default() });
            store_walk(&mut world, shape, SALES, 400);
            let facts = world.finish();
            let accused = accused(&facts);
            if !accused.iter().any(|(key, _)| key == "address:intruder-0") {
                wrong.push(format!("{shape} {seed}: not found"));
            }
            wrong.extend(accused.into_iter().filter(|a| !a.0.contains("intruder")).map(|a| format!("{shape}: {a:?}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sizes_rates_and_mixes_of_other_weeks() {
    let weeks = [
        Week { bodies: true, ..Week::default() },
        Week { turns: false, morning: 30, ..Week::default() },
        Week { turns: false, morning: 30, tenants: true, chain: 8, ..Week::default() },
        Week { polling: 0, ..Week::default() },
        Week { polling: 30, turns: false, ..Week::default() },
        Week { merchants: 150, orders: 8_000, days: 2, tenants: true, ..Week::default() },
        Week { merchants: 12, orders: 40_000, days: 14, diners: 9_000, ..Week::default() },
    ];
    let mut wrong = Vec::new();
    for (at, week) in weeks.into_iter().enumerate() {
        for shape in SHAPES {
            let size = if at % 2 == 0 { 120 } else { 1_500 };
            wrong.extend(check(Week { seed: 31 + at as u64, ..week.clone() }, shape, size));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
