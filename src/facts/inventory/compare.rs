//! What was seen against what is described.

use std::collections::BTreeMap;

use super::{Authentication, Inventory, Operation};
use crate::facts::template::SCAN;

/// Share of a newer version in percent above which the older is left over (detection facts, API9).
const NEWER_PERCENT: u128 = 95;
/// Days without use after which an endpoint was asleep (detection facts, API9).
const ASLEEP_DAYS: i32 = 30;
/// Days within such a gap on which the rest of the host must show traffic: else the evidence has the
/// gap and not the endpoint.
const AWAKE_DAYS: usize = 10;

/// An endpoint with its traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed<'a> {
    /// As logged.
    pub method: &'a str,
    /// Empty where the logs name none.
    pub host: &'a str,
    /// As [`templates`](crate::facts::template) write it.
    pub template: &'a str,
    /// Exchanges answered other than 404.
    pub answered: u64,
    /// Days (since 1970, UTC) on which it answered: sorted, each once.
    pub days: &'a [i32],
}

/// What is to be said of an endpoint's place in the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Described.
    Documented,
    /// Seen and not described.
    Shadow,
    /// Should be gone: deprecated, superseded, or used again after a long sleep.
    Zombie,
}

/// What the comparison says of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Index into the endpoints given.
    pub endpoint: usize,
    /// Index into [`Inventory::operations`].
    pub operation: Option<usize>,
    /// Each with its reason in words. Documented or shadow, and perhaps zombie.
    pub standings: Vec<(Standing, String)>,
    /// What the description says of credentials.
    pub authentication: Authentication,
}

/// A described operation that was not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// Index into [`Inventory::operations`].
    pub operation: usize,
    /// In words.
    pub reason: String,
}

/// The whole comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// In the order of the endpoints given; those of the scan bucket are left out.
    pub verdicts: Vec<Verdict>,
    /// In the order of the operations.
    pub orphans: Vec<Orphan>,
    /// What was taken for granted so that the two could be compared.
    pub assumptions: Vec<String>,
}

impl Inventory {
    /// Compares. Hosts and bases of the description count where they occur in the traffic; where
    /// none does (a description of a development server, a gateway that rewrites paths), they are
    /// left out of account and the result says so.
    pub fn compare(&self, seen: &[Observed<'_>]) -> Comparison {
        let mut assumptions = Vec::new();
        let real = |o: &&Observed<'_>| o.template != SCAN;
        let rules = self.rules(seen, &mut assumptions);
        let mut found: Vec<u64> = vec![0; self.operations.len()];
        let mut verdicts = Vec::new();
        let old = superseded(seen);
        for (endpoint, o) in seen.iter().enumerate().filter(|(_, o)| real(o)) {
            let operation = self.operation(o, rules);
            let mut standings = Vec::new();
            match operation.and_then(|at| Some((at, self.operations.get(at)?))) {
                Some((at, op)) => {
                    standings.push((Standing::Documented, format!("described at {}", op.place)));
                    if op.method.eq_ignore_ascii_case(o.method)
                        && let Some(count) = found.get_mut(at)
                    {
                        *count += 1;
                    }
                    if op.deprecated && o.answered > 0 {
                        let reason = format!("described as deprecated, answered {} times", o.answered);
                        standings.push((Standing::Zombie, reason));
                    }
                }
                None => standings.push((Standing::Shadow, self.missing(o, rules))),
            }
            standings.extend(old.get(&endpoint).map(|reason| (Standing::Zombie, reason.clone())));
            standings.extend(slept(o, seen).map(|reason| (Standing::Zombie, reason)));
            let authentication = operation.and_then(|at| self.operations.get(at)).map(|op| op.authentication);
            let authentication = authentication.unwrap_or_default();
            verdicts.push(Verdict { endpoint, operation, standings, authentication });
        }
        let orphans = self.operations.iter().enumerate().zip(&found).filter(|(_, n)| **n == 0).map(|((at, op), _)| {
            let hidden = seen.iter().filter(real).find(|o| {
                op.method.eq_ignore_ascii_case(o.method) && paths(op, o, rules).any(|p| alike(&p, o.template, true))
            });
            let reason = match hidden {
                Some(o) => format!("not seen by itself; requests to it may be among those of {}", o.template),
                None => "described, not seen in this evidence".to_owned(),
            };
            Orphan { operation: at, reason }
        });
        Comparison { verdicts, orphans: orphans.collect(), assumptions }
    }

    /// How strictly hosts and bases are taken.
    fn rules(&self, seen: &[Observed<'_>], assumptions: &mut Vec<String>) -> Rules {
        let mut rules = Rules { hosts: true, bases: true };
        let servers = || self.operations.iter().flat_map(|op| &op.servers);
        let named = |s: &&super::Server| !s.host.is_empty();
        if servers().any(|s| named(&s))
            && !servers().filter(named).any(|s| seen.iter().any(|o| o.host.eq_ignore_ascii_case(&s.host)))
        {
            rules.hosts = false;
            assumptions.push("no host of the description occurs in the evidence: hosts were not compared".to_owned());
        }
        if servers().any(|s| !s.base.is_empty()) && !seen.iter().any(|o| self.operation(o, rules).is_some()) {
            rules.bases = false;
            if seen.iter().any(|o| self.operation(o, rules).is_some()) {
                assumptions.push("no path has the description's base before it: it was left off".to_owned());
            } else {
                rules.bases = true;
            }
        }
        rules
    }

    /// The operation that describes an endpoint best: the one with most fixed segments.
    fn operation(&self, o: &Observed<'_>, rules: Rules) -> Option<usize> {
        let find = |method: Option<&str>| {
            self.operations
                .iter()
                .enumerate()
                .filter(|(_, op)| method.is_none_or(|m| op.method.eq_ignore_ascii_case(m)))
                .filter(|(_, op)| paths(op, o, rules).any(|path| alike(&path, o.template, false)))
                .min_by_key(|(at, op)| (op.path.matches('{').count(), *at))
                .map(|(at, _)| at)
        };
        find(Some(o.method)).or_else(|| match o.method.to_ascii_uppercase().as_str() {
            // Every server answers HEAD where it answers GET; browsers ask OPTIONS first.
            "HEAD" => find(Some("GET")),
            "OPTIONS" => find(None),
            _ => None,
        })
    }

    fn missing(&self, o: &Observed<'_>, rules: Rules) -> String {
        let described = self.operations.iter().filter(|op| paths(op, o, rules).any(|p| alike(&p, o.template, false)));
        let mut methods: Vec<&str> = described.map(|op| op.method.as_str()).collect();
        methods.sort_unstable();
        methods.dedup();
        if methods.is_empty() {
            format!("answered {} times, path not described", o.answered)
        } else {
            format!("answered {} times, path described for {} only", o.answered, methods.join(", "))
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Rules {
    hosts: bool,
    bases: bool,
}

/// The full paths of an operation on the host of an endpoint.
fn paths(op: &Operation, o: &Observed<'_>, rules: Rules) -> impl Iterator<Item = String> {
    let fits = move |s: &&super::Server| {
        !rules.hosts || s.host.is_empty() || o.host.is_empty() || s.host.eq_ignore_ascii_case(o.host)
    };
    op.servers
        .iter()
        .filter(fits)
        .map(move |s| if rules.bases { format!("{}{}", s.base, op.path) } else { op.path.clone() })
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|s| !s.is_empty())
}

/// Whether a described path is an endpoint's. `loose`: the learner may have taken a described word
/// for a value.
fn alike(described: &str, seen: &str, loose: bool) -> bool {
    let (mut a, mut b) = (segments(described), segments(seen));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(d), Some(s)) if segment(d, s, loose) => {}
            _ => return false,
        }
    }
}

fn segment(described: &str, seen: &str, loose: bool) -> bool {
    let Some((before, rest)) = described.split_once('{') else {
        return described == seen || loose && seen.starts_with('{');
    };
    // `{id}.json`, `report-{id}`; `{a}-{b}` counts as one hole.
    let after = rest.rsplit_once('}').map_or("", |(_, after)| after);
    if seen.starts_with('{') {
        let own = seen.rsplit_once('}').map_or("", |(_, after)| after);
        return own == after || own.is_empty();
    }
    seen.len() > before.len() + after.len() && seen.starts_with(before) && seen.ends_with(after)
}

/// `v2` is `[2]`, `v2.7` is `[2, 7]`.
fn version(segment: &str) -> Option<Vec<u32>> {
    let rest = segment.strip_prefix(['v', 'V'])?;
    rest.split('.').map(|n| n.parse().ok()).collect()
}

/// A template around its version: what is before, the version, what is after with parameters unnamed.
fn versioned(template: &str) -> Option<(String, Vec<u32>, String)> {
    let parts: Vec<&str> = segments(template).collect();
    let at = parts.iter().position(|s| version(s).is_some())?;
    let (before, rest) = parts.split_at_checked(at)?;
    let (own, after) = rest.split_first()?;
    let after: Vec<&str> = after.iter().map(|s| if s.starts_with('{') { "{}" } else { *s }).collect();
    Some((before.join("/"), version(own)?, after.join("/")))
}

/// Older versions whose newer sister has nearly all the traffic: of the same endpoint, else of the
/// whole API.
fn superseded(seen: &[Observed<'_>]) -> BTreeMap<usize, String> {
    type Family = (String, String, String);
    let mut sums: BTreeMap<Family, BTreeMap<Vec<u32>, u128>> = BTreeMap::new();
    let mut members: Vec<(usize, Vec<u32>, [Family; 2])> = Vec::new();
    for (at, o) in seen.iter().enumerate().filter(|(_, o)| o.template != SCAN && o.answered > 0) {
        let Some((before, version, after)) = versioned(o.template) else { continue };
        let host = o.host.to_ascii_lowercase();
        let own = (format!("{host} {}", o.method.to_ascii_uppercase()), before.clone(), after);
        let api = (host, before, "*".to_owned());
        for family in [&own, &api] {
            let sum = sums.entry(family.clone()).or_default().entry(version.clone()).or_default();
            *sum += u128::from(o.answered);
        }
        members.push((at, version, [own, api]));
    }
    let mut out = BTreeMap::new();
    for (at, own, families) in members {
        let judged = families.iter().zip(["of this endpoint", "of this API"]).find_map(|(family, what)| {
            let versions = sums.get(family)?;
            let all: u128 = versions.values().sum();
            let newer: u128 = versions.iter().filter(|(v, _)| **v > own).map(|(_, n)| *n).sum();
            let last = versions.keys().next_back()?;
            let name = last.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
            (newer > 0 && newer * 100 >= all * NEWER_PERCENT).then(|| {
                let tenths = newer * 1000 / all.max(1);
                format!("newer versions up to v{name} have {}.{} % of the traffic {what}", tenths / 10, tenths % 10)
            })
        });
        out.extend(judged.map(|reason| (at, reason)));
    }
    out
}

/// The longest sleep of an endpoint from which it woke, if it is long enough and the host was awake.
fn slept(o: &Observed<'_>, seen: &[Observed<'_>]) -> Option<String> {
    let gap = |pair: &[i32]| Some((pair.get(1)?.checked_sub(*pair.first()?)?, *pair.first()?, *pair.get(1)?));
    let (days, from, to) = o.days.windows(2).filter_map(gap).max_by_key(|(days, from, _)| (*days, -*from))?;
    if days <= ASLEEP_DAYS {
        return None;
    }
    let others = seen.iter().filter(|other| other.host.eq_ignore_ascii_case(o.host));
    let awake: std::collections::BTreeSet<i32> =
        others.flat_map(|other| other.days.iter().copied()).filter(|day| (from + 1..to).contains(day)).collect();
    (awake.len() >= AWAKE_DAYS)
        .then(|| format!("unseen for {} days while others of the host were in use, then used again", days - 1))
}
