//! What the detectors that rest on signals share: signals of one family, put together by who sent
//! them or by what they are.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{ActorId, Facts, SignalCount};

use super::super::draft;

/// Signals of one actor.
pub(super) struct Sent<'a> {
    /// The counts.
    pub(super) counts: Vec<&'a SignalCount>,
    /// Different ids.
    pub(super) kinds: BTreeSet<&'a str>,
    /// Requests.
    pub(super) requests: u64,
    /// Requests that were answered with success.
    pub(super) success: u64,
}

impl<'a> Sent<'a> {
    fn add(&mut self, count: &'a SignalCount) {
        self.kinds.insert(count.signal.split_once('.').map_or(count.signal.as_str(), |s| s.1));
        self.requests += count.count;
        self.success += count.success;
        self.counts.push(count);
    }

    /// `sql, path-traversal`.
    pub(super) fn kinds(&self) -> String {
        self.kinds.iter().copied().collect::<Vec<_>>().join(", ")
    }

    /// What was seen first, for a sentence.
    pub(super) fn detail(&self) -> &'a str {
        self.counts.first().map_or("", |c| c.detail.as_str())
    }
}

fn group<'a, K: Ord>(facts: &'a Facts, family: &'a str, key: impl Fn(&'a SignalCount) -> K) -> BTreeMap<K, Sent<'a>> {
    let mut all: BTreeMap<K, Sent<'a>> = BTreeMap::new();
    for count in draft::signals(facts, family) {
        let empty = || Sent { counts: Vec::new(), kinds: BTreeSet::new(), requests: 0, success: 0 };
        all.entry(key(count)).or_insert_with(empty).add(count);
    }
    all
}

/// By actor.
pub(super) fn by_actor<'a>(facts: &'a Facts, family: &'a str) -> BTreeMap<ActorId, Sent<'a>> {
    group(facts, family, |c| c.actor)
}

/// By signal.
pub(super) fn by_signal<'a>(facts: &'a Facts, family: &'a str) -> BTreeMap<&'a str, Sent<'a>> {
    group(facts, family, |c| c.signal.as_str())
}

/// An actor for a sentence.
pub(super) fn label(facts: &Facts, actor: ActorId) -> &str {
    facts.actor(actor).map_or("somebody", |a| a.label.as_str())
}
