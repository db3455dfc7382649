//! How one actor went through objects: the numbers that sentences are made of.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Micros;

use super::objects::{First, Objects, Outcome};
use super::statistics::{
    Gaps, LongestRun, Progression, Verdict, WalkTest, coefficient_of_variation, longest_monotone, longest_progression,
    median, progression_by_chance, runs_z,
};

/// Standard deviations from which an order is not by chance: Baik-Deift-Johansson tails are thin, and
/// many actors are tested.
pub(super) const ORDERED_Z: f64 = 5.0;
/// The same for the runs test, on its monotone side: it also sees a walk that turns back and forth.
const RUNS_Z: f64 = -3.0;
/// Objects from which an order of touches is looked at.
pub(super) const WALK_MIN: usize = 20;
/// A pause between two first touches that belongs to no pace, in microseconds: ten minutes.
const PAUSE: f64 = 600e6;

/// One actor's first touches of one kind of object.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    /// Distinct objects.
    pub(super) distinct: usize,
    /// Got.
    pub(super) hits: usize,
    /// Refused or missing.
    pub(super) misses: usize,
    /// Got although others had them before and nobody told.
    pub(super) foreign: usize,
    /// Got late.
    pub(super) late: usize,
    /// Got late although nobody asked for them before.
    pub(super) unowned: usize,
    /// Foreign, late and one too many; or foreign, of another tenant, and late or one too many.
    pub(super) solid: usize,
    /// One other actor had nearly all of the foreign ones fresh.
    pub(super) same_person: bool,
    /// Tenants of what it got, as far as known.
    pub(super) tenants: usize,
    /// Share of the commonest of them; 0 where none is known.
    pub(super) home_share: f64,
    /// Longest rising or falling part.
    pub(super) order: Option<LongestRun>,
    /// Runs test.
    pub(super) runs: Option<f64>,
    /// Distances.
    pub(super) gaps: Option<Gaps>,
    /// Longest arithmetic progression, where it is longer than chance.
    pub(super) progression: Option<Progression>,
    /// Median time between first touches, pauses left out.
    pub(super) pace: Option<Micros>,
    /// How much that time varies: see [`coefficient_of_variation`].
    pub(super) pace_cv: Option<f64>,
    /// Whether it guesses.
    pub(super) guesses: bool,
    /// Earliest touch.
    pub(super) first: Option<Micros>,
    /// Latest.
    pub(super) last: Option<Micros>,
    /// Touches that came back to an object after another.
    pub(super) returns: u64,
}

impl Walk {
    /// Of first touches in time.
    pub(super) fn of(objects: &Objects, firsts: &[First], returns: u64) -> Self {
        let numbers: Vec<i64> = firsts.iter().filter_map(|f| f.touch.number).collect();
        let home = home(objects, firsts);
        let count = |test: &dyn Fn(&First) -> bool| firsts.iter().filter(|f| test(f)).count();
        let crosses = |f: &First| home.is_some_and(|h| objects.tenant(f).is_some_and(|t| t != h.0));
        let solid = |f: &First| f.foreign() && ((f.late && f.extra) || (crosses(f) && (f.late || f.extra)));
        let times: Vec<Micros> = firsts.iter().map(|f| f.touch.time).filter(|t| *t != Micros::MIN).collect();
        let steps: Vec<f64> =
            times.iter().zip(times.iter().skip(1)).map(|(a, b)| (b - a) as f64).filter(|s| *s < PAUSE).collect();
        let gaps = Gaps::of(&numbers);
        let progression = longest_progression(&numbers)
            .filter(|p| p.length >= 8)
            .filter(|p| gaps.is_none_or(|g| g.coverage >= 1.0 || p.length as f64 >= progression_by_chance(&g) + 5.0));
        let mut test = WalkTest::default();
        for first in firsts {
            match first.outcome {
                Outcome::Hit => test.see(true),
                Outcome::Miss => test.see(false),
                Outcome::Unsure => {}
            }
        }
        let tenants: BTreeSet<u64> =
            firsts.iter().filter(|f| f.outcome == Outcome::Hit).filter_map(|f| objects.tenant(f)).collect();
        Self {
            distinct: firsts.len(),
            hits: count(&|f| f.outcome == Outcome::Hit),
            misses: count(&|f| f.outcome == Outcome::Miss),
            foreign: count(&First::foreign),
            late: count(&|f| f.late),
            unowned: count(&First::unowned),
            solid: count(&solid),
            same_person: objects.is_same_person(firsts),
            tenants: tenants.len(),
            home_share: home.map_or(0.0, |h| h.1),
            order: longest_monotone(&numbers).filter(|_| numbers.len() >= WALK_MIN),
            runs: runs_z(&numbers),
            gaps,
            progression,
            pace: median(&steps).map(|m| m as Micros),
            pace_cv: coefficient_of_variation(&steps).filter(|_| steps.len() >= WALK_MIN),
            guesses: test.verdict() == Verdict::Guesses,
            first: times.first().copied(),
            last: times.last().copied(),
            returns,
        }
    }

    /// Share of the objects.
    pub(super) fn share(&self, count: usize) -> f64 {
        if self.distinct == 0 { 0.0 } else { count as f64 / self.distinct as f64 }
    }

    /// Asked for in rising or falling order.
    pub(super) fn ordered(&self) -> bool {
        self.order.is_some_and(|o| o.z > ORDERED_Z)
    }

    /// Asked for in falling order.
    pub(super) fn falling(&self) -> bool {
        self.ordered() && self.order.is_some_and(|o| !o.rising)
    }

    /// Left little of its range out.
    pub(super) fn dense(&self) -> bool {
        self.gaps.is_some_and(|g| g.is_dense())
    }

    /// Fixed step, or a long progression.
    pub(super) fn strided(&self) -> bool {
        self.gaps.is_some_and(|g| g.is_strided()) || self.progression.is_some_and(|p| p.length >= WALK_MIN)
    }

    /// Paced by a machine: a fixed sleep, or one drawn evenly from a range (0.35).
    pub(super) fn machine_paced(&self) -> bool {
        self.pace_cv.is_some_and(|cv| cv < 0.4)
    }

    /// `upwards, step 1`, `downwards, step 40`, `in no order`.
    pub(super) fn manner(&self) -> String {
        let direction = match self.order.filter(|o| o.z > ORDERED_Z) {
            Some(order) if order.rising => "upwards",
            Some(_) => "downwards",
            None if self.runs.is_some_and(|z| z < RUNS_Z) => return "back and forth in order".to_owned(),
            None => return "in no order".to_owned(),
        };
        match self.gaps {
            Some(gaps) if gaps.modal_share >= 0.5 => format!("{direction}, step {}", gaps.modal),
            _ => format!("{direction}, steps vary"),
        }
    }

    /// `100 % of 1016902–1017401`; empty without numbers.
    pub(super) fn range(&self) -> String {
        self.gaps.map_or_else(String::new, |g| {
            let shown = g.coverage * 100.0;
            let digits = usize::from(shown < 10.0);
            format!("{shown:.digits$} % of {}–{}", g.min, g.max)
        })
    }

    /// `one every 2.0 s`; empty without times.
    pub(super) fn rhythm(&self) -> String {
        self.pace.map_or_else(String::new, |p| format!("one every {}.{} s", p / 1_000_000, p % 1_000_000 / 100_000))
    }
}

/// The tenant most of whose objects an actor got, with its share of those whose tenant is known.
fn home(objects: &Objects, firsts: &[First]) -> Option<(u64, f64)> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for tenant in firsts.iter().filter_map(|f| objects.tenant(f)) {
        *counts.entry(tenant).or_default() += 1;
    }
    let known: usize = counts.values().sum();
    let (tenant, most) = counts.into_iter().max_by_key(|(tenant, n)| (*n, std::cmp::Reverse(*tenant)))?;
    Some((tenant, most as f64 / known as f64))
}
