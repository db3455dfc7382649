//! Counts of one evidence stream, added up chunk by chunk.

use std::collections::BTreeMap;

use crate::domain::Micros;

/// What a chunk, or all chunks of a stream, held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) exchanges: u64,
    pub(super) rejects: u64,
    pub(super) exchange_bytes: u64,
    pub(super) reject_bytes: u64,
    pub(super) ignorable_bytes: u64,
    pub(super) repaired: u64,
    pub(super) first: Option<Micros>,
    pub(super) last: Option<Micros>,
    /// Exchanges by format.
    pub(super) formats: BTreeMap<String, u64>,
}

impl Tally {
    pub(super) fn see_time(&mut self, at: Micros) {
        self.first = Some(self.first.map_or(at, |t| t.min(at)));
        self.last = Some(self.last.map_or(at, |t| t.max(at)));
    }

    pub(super) fn see_format(&mut self, format: &str) {
        match self.formats.get_mut(format) {
            Some(n) => *n += 1,
            None => drop(self.formats.insert(format.to_owned(), 1)),
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.exchanges += other.exchanges;
        self.rejects += other.rejects;
        self.exchange_bytes += other.exchange_bytes;
        self.reject_bytes += other.reject_bytes;
        self.ignorable_bytes += other.ignorable_bytes;
        self.repaired += other.repaired;
        for at in [other.first, other.last].into_iter().flatten() {
            self.see_time(at);
        }
        for (format, n) in &other.formats {
            *self.formats.entry(format.clone()).or_default() += n;
        }
    }

    /// The format that read most; of equal ones the first by name.
    pub(super) fn main_format(&self) -> Option<String> {
        self.formats.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).map(|(f, _)| f.clone())
    }
}
