//! Whose object is it? Learnt from who asked for it first, when it seems to have been made, and how
//! many usually ask for such an object at all.
//!
//! Order numbers that rise with time at a fixed step are what every restaurant's own screen shows, so
//! the order of requests accuses nobody by itself. What does is asking, without having been told of
//! them, for objects that others had before: long after they were made, or as one more than usual.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::Micros;
use crate::facts::{ActorId, Facts, NameId, Place, Touch};

use super::statistics::quantile;

/// Time after its making until which an object counts as fresh, at least: slower clocks and pages that
/// stay open are ordinary.
const FRESH: Micros = 15 * 60 * 1_000_000;
/// Times the usual age at which objects are asked for that makes a request late.
const LATE_FACTOR: f64 = 6.0;
/// Which quantile is usual. Not 0.999, the quantile of customers alone: owners are not known here, and
/// an attack must not move it unless it makes a quarter of all requests and of all actors.
const USUAL: f64 = 0.75;
/// Share of an actor's objects, and of the other's, that both had, from which one is the other under a
/// new name (a new session reads its own history).
const SAME: f64 = 0.8;
const SAME_OF_OTHER: f64 = 0.1;
/// Quantile of how many actors ask for an object: who comes after that many is one too many.
const CROWD: f64 = 0.9;
/// Share of values that belong to several tenants from which numbers are taken to be dealt out by each
/// tenant anew.
const SCOPED: f64 = 0.2;

/// Numbers dealt out from the beginning of the evidence until it is taken to be seen which number is
/// next: what is below was made before.
const BEGINNING: f64 = 10.0;

/// Actors of one object that are remembered: enough to tell a usual crowd from one too many, bounded
/// where thousands ask for one restaurant.
const REMEMBERED: usize = 64;

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// 2xx, 304, or no status kept.
    Hit,
    /// 403, 404, 410.
    Miss,
    /// Anything else: says nothing of the object.
    Unsure,
}

impl Outcome {
    /// Of a status, 0 where none was logged.
    pub(super) const fn of(status: u16) -> Self {
        match status {
            0 | 200..=299 | 304 => Self::Hit,
            403 | 404 | 410 => Self::Miss,
            _ => Self::Unsure,
        }
    }
}

/// The first touch of one object by one actor, judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct First {
    /// The object.
    pub(super) object: u64,
    /// The touch.
    pub(super) touch: Touch,
    /// What came back, the best of this actor's touches of it.
    pub(super) outcome: Outcome,
    /// Actors that got it before.
    pub(super) before: u32,
    /// Who got it first, if others did before.
    pub(super) owner: Option<ActorId>,
    /// Age of the object when touched; `None` without number or time.
    pub(super) age: Option<Micros>,
    /// Older than objects usually are when asked for.
    pub(super) late: bool,
    /// More actors had it before than usually have one at all.
    pub(super) extra: bool,
}

impl First {
    /// Somebody else had it before, and nobody told this actor of it.
    pub(super) fn foreign(&self) -> bool {
        self.outcome == Outcome::Hit && self.before > 0 && !self.touch.given
    }

    /// Nobody had it before in the evidence although it is old.
    pub(super) fn unowned(&self) -> bool {
        self.outcome == Outcome::Hit && self.before == 0 && self.late && !self.touch.given
    }
}

/// All touches of one identifier name, by actor.
#[derive(Debug, Clone, Default)]
pub(super) struct Objects {
    /// First touches by actor, in time.
    pub(super) by_actor: BTreeMap<ActorId, Vec<First>>,
    /// Touches by actor that came back to an object after another one.
    pub(super) returns: BTreeMap<ActorId, u64>,
    /// Tenant of an object, where some touch told it.
    pub(super) tenants: HashMap<u64, u64>,
    /// Who got an object while it was fresh, the first [`REMEMBERED`].
    pub(super) fresh: HashMap<u64, Vec<ActorId>>,
    /// Age beyond which a request is late.
    pub(super) cut: Micros,
}

/// Who got an object, in the order of coming.
#[derive(Default)]
struct Arrivals(Vec<ActorId>);

/// When an object of a number seems to have been made.
#[derive(Default)]
struct Frontier {
    /// Numbers and the earliest time at which they or larger ones were got, by number.
    made: Vec<(i64, Micros)>,
    /// Numbers below stood already when the evidence begins.
    floor: i64,
    /// The beginning.
    start: Micros,
    /// Microseconds from one number to the next.
    pace: f64,
}

impl Frontier {
    /// From the hits of one series of numbers.
    fn new(mut hits: Vec<(i64, Micros)>) -> Self {
        hits.sort_unstable();
        let numbers: Vec<f64> = hits.iter().map(|h| h.0 as f64).collect();
        // One number of another world (a test order 999999999) would make all others old.
        let top = match (quantile(&numbers, 0.05), quantile(&numbers, 0.95)) {
            (Some(low), Some(high)) => high + 3.0 * (high - low).max(1.0),
            _ => f64::MAX,
        };
        hits.retain(|h| h.0 as f64 <= top);
        let mut earliest = Micros::MAX;
        for hit in hits.iter_mut().rev() {
            earliest = earliest.min(hit.1);
            hit.1 = earliest;
        }
        hits.dedup_by_key(|h| h.0);
        let start = hits.first().map_or(0, |h| h.1);
        let end = hits.last().map_or(0, |h| h.1);
        // The pace of making, from what came after the first tenth: before, old numbers stand together.
        let tenth = start.saturating_add(end.saturating_sub(start) / 10);
        let below = |time: Micros| hits.get(hits.partition_point(|h| h.1 <= time).saturating_sub(1)).map(|h| h.0);
        let last = hits.last().map_or(i64::MIN, |h| h.0);
        let made = last.abs_diff(below(tenth).unwrap_or(last)).max(1);
        let pace = end.saturating_sub(tenth) as f64 / made as f64;
        let floor = below(start.saturating_add((pace * BEGINNING) as Micros)).unwrap_or(i64::MIN);
        Self { made: hits, floor, start, pace }
    }

    /// Age of a number at a time.
    fn age(&self, number: i64, time: Micros) -> Micros {
        let at = self.made.partition_point(|m| m.0 < number);
        // Ahead of everything known: not made yet.
        let Some((_, made)) = self.made.get(at) else { return 0 };
        let mut age = time.saturating_sub((*made).max(self.start));
        if number < self.floor {
            age = age.saturating_add((self.floor.abs_diff(number) as f64 * self.pace) as Micros);
        }
        age.max(0)
    }
}

/// Whether numbers of this name are dealt out by each tenant anew.
fn is_scoped(touches: &[&Touch]) -> bool {
    let mut first: HashMap<u64, u64> = HashMap::new();
    let mut several: HashSet<u64> = HashSet::new();
    for touch in touches {
        let (Some(tenant), Outcome::Hit) = (touch.tenant, Outcome::of(touch.status)) else { continue };
        if *first.entry(touch.value).or_insert(tenant) != tenant {
            several.insert(touch.value);
        }
    }
    !first.is_empty() && several.len() as f64 / first.len() as f64 >= SCOPED
}

/// Identity of the touched object, and the series its number belongs to.
fn identity(touch: &Touch, scoped: bool) -> (u64, u64) {
    let scope = if scoped { touch.tenant.unwrap_or(0) } else { 0 };
    (touch.value ^ scope.wrapping_mul(0x9e37_79b9_7f4a_7c15), scope)
}

/// Touches of a name in time.
fn in_time(facts: &Facts, name: NameId) -> Vec<&Touch> {
    let mut touches: Vec<&Touch> = facts.touches.iter().filter(|t| t.name == name).collect();
    touches.sort_by_key(|t| (t.time, t.place));
    touches
}

impl Objects {
    /// Of one name.
    pub(super) fn of(facts: &Facts, name: NameId) -> Self {
        let touches = in_time(facts, name);
        let scoped = is_scoped(&touches);
        let mut arrivals: HashMap<u64, Arrivals> = HashMap::new();
        let mut series: BTreeMap<u64, Vec<(i64, Micros)>> = BTreeMap::new();
        let mut out = Self::default();
        let mut index: HashMap<(ActorId, u64), usize> = HashMap::new();
        let mut last: HashMap<ActorId, u64> = HashMap::new();
        let mut retouched: Vec<(ActorId, i64, u64, Micros)> = Vec::new();
        for touch in touches {
            let (object, scope) = identity(touch, scoped);
            let outcome = Outcome::of(touch.status);
            if let Some(tenant) = touch.tenant.filter(|_| outcome == Outcome::Hit) {
                out.tenants.entry(object).or_insert(tenant);
            }
            let came = arrivals.entry(object).or_default();
            let before = came.0.iter().filter(|a| **a != touch.actor).count() as u32;
            let owner = came.0.first().copied().filter(|a| *a != touch.actor);
            if outcome == Outcome::Hit {
                if let Some(number) = touch.number.filter(|_| touch.time != Micros::MIN) {
                    series.entry(scope).or_default().push((number, touch.time));
                    if owner.is_none() && !came.0.is_empty() {
                        retouched.push((touch.actor, number, scope, touch.time));
                    }
                }
                if came.0.len() < REMEMBERED && !came.0.contains(&touch.actor) {
                    came.0.push(touch.actor);
                }
            }
            let firsts = out.by_actor.entry(touch.actor).or_default();
            if let Some(at) = index.get(&(touch.actor, object)) {
                if last.get(&touch.actor) != Some(&object) {
                    *out.returns.entry(touch.actor).or_default() += 1;
                }
                let better = |known: &&mut First| known.outcome != Outcome::Hit && outcome == Outcome::Hit;
                if let Some(known) = firsts.get_mut(*at).filter(better) {
                    (known.outcome, known.before, known.owner) = (outcome, before, owner);
                }
            } else {
                index.insert((touch.actor, object), firsts.len());
                let touch = *touch;
                let (age, late, extra) = (None, false, false);
                firsts.push(First { object, touch, outcome, before, owner, age, late, extra });
            }
            last.insert(touch.actor, object);
        }
        let frontiers = series.into_iter().map(|(scope, hits)| (scope, Frontier::new(hits))).collect();
        out.judge_age(&frontiers, scoped, &retouched);
        out.judge_crowd(&arrivals);
        out
    }

    /// Sets ages and what is late.
    fn judge_age(
        &mut self,
        frontiers: &BTreeMap<u64, Frontier>,
        scoped: bool,
        retouched: &[(ActorId, i64, u64, Micros)],
    ) {
        let mut ages: Vec<f64> = Vec::new();
        let mut medians: Vec<f64> = Vec::new();
        for firsts in self.by_actor.values_mut() {
            let mut own = Vec::new();
            for first in firsts {
                let (_, scope) = identity(&first.touch, scoped);
                let frontier = frontiers.get(&scope).filter(|_| first.touch.time != Micros::MIN);
                first.age = first.touch.number.and_then(|n| Some(frontier?.age(n, first.touch.time)));
                own.extend(first.age.filter(|_| first.outcome == Outcome::Hit).map(|a| a as f64));
            }
            medians.extend(quantile(&own, 0.5));
            ages.append(&mut own);
        }
        for (_, number, scope, time) in retouched {
            ages.extend(frontiers.get(scope).map(|f| f.age(*number, *time) as f64));
        }
        let usual = |values: &[f64]| quantile(values, USUAL).unwrap_or(f64::MAX);
        let cut = usual(&ages).min(usual(&medians)) * LATE_FACTOR;
        self.cut = if cut < 1e17 { (cut as Micros).max(FRESH) } else { FRESH };
        for first in self.by_actor.values_mut().flatten() {
            first.late = first.age.is_some_and(|a| a > self.cut);
            if first.outcome == Outcome::Hit && !first.late {
                let fresh = self.fresh.entry(first.object).or_default();
                if fresh.len() < REMEMBERED {
                    fresh.push(first.touch.actor);
                }
            }
        }
    }

    /// Sets who is one too many: against the objects as they would look without this actor.
    fn judge_crowd(&mut self, arrivals: &HashMap<u64, Arrivals>) {
        let mut crowd: BTreeMap<u32, i64> = BTreeMap::new();
        for came in arrivals.values().filter(|c| !c.0.is_empty()) {
            *crowd.entry(came.0.len() as u32).or_default() += 1;
        }
        for firsts in self.by_actor.values_mut() {
            let mut without = crowd.clone();
            for first in firsts.iter().filter(|f| f.outcome == Outcome::Hit) {
                let size = arrivals.get(&first.object).map_or(0, |c| c.0.len() as u32);
                *without.entry(size).or_default() -= 1;
                *without.entry(size.saturating_sub(1)).or_default() += 1;
            }
            without.remove(&0);
            let all: i64 = without.values().sum();
            let mut seen = 0;
            let usual = without.iter().find(|(_, n)| {
                seen += **n;
                seen as f64 >= CROWD * all as f64
            });
            let usual = usual.filter(|_| all > 0).map_or(u32::MAX, |(size, _)| *size);
            for first in firsts {
                first.extra = first.before >= usual;
            }
        }
    }

    /// Whether the foreign objects of an actor are those of one other who had them fresh: its own, under
    /// an earlier session.
    pub(super) fn is_same_person(&self, firsts: &[First]) -> bool {
        let mut shared: HashMap<ActorId, usize> = HashMap::new();
        let foreign = || firsts.iter().filter(|f| f.foreign());
        for first in foreign() {
            for other in self.fresh.get(&first.object).into_iter().flatten().filter(|a| **a != first.touch.actor) {
                *shared.entry(*other).or_default() += 1;
            }
        }
        let all = foreign().count() as f64;
        shared.iter().any(|(other, both)| {
            let theirs = self.by_actor.get(other).map_or(0, Vec::len) as f64;
            *both as f64 >= SAME * all && *both as f64 >= SAME_OF_OTHER * theirs
        })
    }

    /// Tenant of a touched object: as the touch says, else as any touch of it said.
    pub(super) fn tenant(&self, first: &First) -> Option<u64> {
        first.touch.tenant.or_else(|| self.tenants.get(&first.object).copied())
    }

    /// Where the first ones of an actor stand.
    pub(super) fn places(firsts: &[First], most: usize) -> Vec<Place> {
        firsts.iter().take(most).map(|f| f.touch.place).collect()
    }
}
