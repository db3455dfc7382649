//! One value: which class it is of, whether it names something, whether something is inside.

use crate::domain::limits::LEAVES_MAX;

use super::class::{Check, Leaf, Shape};
use super::engine::{At, Classifier, Evidence};
use super::hints::Strength;
use super::identify;
use super::set::{CANDIDATE_MIN, REPORTED_MIN, SETTLED};

/// Bytes from which a value with blanks is searched as text.
const FREE_TEXT_MIN: u32 = 20;

/// Bytes from which a value may hold another encoding.
const ENCODED_MIN: u32 = 8;

/// What a value was taken for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub(super) class: u16,
    pub(super) confidence: u8,
    pub(super) check: Check,
    pub(super) strength: Option<Strength>,
    words: u8,
}

/// Ways to write that there is nothing.
fn is_nothing(text: &[u8]) -> bool {
    text.len() < 5
        && (matches!(
            text,
            b"null" | b"NULL" | b"None" | b"none" | b"nil" | b"NA" | b"N/A" | b"n/a" | b"na" | b"true" | b"True"
        ) || text.iter().all(|b| matches!(b, b'-' | b' ' | b'.' | b'*')))
        || text == b"false"
        || text == b"undefined"
}

impl Classifier {
    /// Looks at one value at a place; escapes are undone.
    pub(super) fn leaf(&mut self, at: At, text: &[u8], number: bool) {
        if self.leaves >= LEAVES_MAX {
            self.limited = true;
            return;
        }
        self.leaves += 1;
        if is_nothing(text) {
            return;
        }
        let leaf = Leaf { text, number, shape: Shape::of(text) };
        let taken = self.judge(at, &leaf);
        let (found, named) = (self.found.len(), self.tree.get(at.place).is_some_and(|p| p.names.is_some()));
        if let Some(t) = taken {
            self.take(at.place, t.class, t.confidence, &leaf, Evidence::new(t.check, t.strength.is_some()));
        }
        if named {
            self.identify(at, text, taken.filter(|_| self.found.len() > found));
        }
        self.part(at, text);
        let sure = taken.is_some_and(|t| t.confidence >= REPORTED_MIN);
        if leaf.shape.spaces >= 2 && leaf.shape.length > FREE_TEXT_MIN && !sure {
            self.free_text(at, text);
        }
        if leaf.shape.length >= ENCODED_MIN && !number {
            self.inside(at, &leaf, taken);
        }
    }

    /// The class that a value is most likely of.
    fn judge(&mut self, at: At, leaf: &Leaf<'_>) -> Option<Taken> {
        let Self { set, tree, .. } = self;
        let place = tree.get_mut(at.place)?;
        let fresh = place.counts.see(leaf.text);
        let subject = place.names.as_ref().is_some_and(|n| n.subject);
        let mut best: Option<Taken> = None;
        let key = &place.key;
        let counts = &mut place.counts;
        let mut ask = |class: u16, best: &mut Option<Taken>| {
            let Some(is) = set.get(class) else { return };
            let check = is.check(leaf);
            if check < Check::Shape {
                return;
            }
            let confidence = set.score(class, check, key);
            if confidence < CANDIDATE_MIN {
                return;
            }
            if fresh {
                counts.pass(class);
            }
            let hint = key.of(class);
            let strength = hint.map(|h| h.strength);
            let taken = Taken { class, confidence, check, strength, words: hint.map_or(0, |h| h.words) };
            if best.is_none_or(|b| taken.rank() > b.rank()) {
                *best = Some(taken);
            }
        };
        set.hinted(&leaf.shape, key).iter().for_each(|class| ask(class, &mut best));
        if best.is_none_or(|b| b.confidence < SETTLED) {
            set.unhinted(&leaf.shape, key).iter().for_each(|class| ask(class, &mut best));
        }
        if subject && best.is_none_or(|b| b.confidence < REPORTED_MIN) {
            return set.phone_as_id(leaf).or(best);
        }
        best
    }

    /// Writes an identifier down, masked where the value is personal, not at all where it is a secret.
    fn identify(&mut self, at: At, text: &[u8], taken: Option<Taken>) {
        let Some(name) = self.tree.get(at.place).and_then(|p| p.names.as_ref()) else { return };
        if !identify::fits(name, text) {
            return;
        }
        let enough = if name.subject { CANDIDATE_MIN } else { REPORTED_MIN };
        let taken = taken.filter(|t| t.confidence >= enough);
        if taken.is_some_and(|t| self.set.is_credential(t.class)) {
            return;
        }
        let personal = taken.filter(|t| self.set.is_personal(t.class)).and(self.found.last());
        let personal = personal.map(|f| (f.fingerprint, f.masked));
        self.name(at.place, text, personal);
    }

    /// Counts a part of an order for the object around.
    pub(super) fn part(&mut self, at: At, text: &[u8]) {
        let Some(part) = self.tree.get(at.place).map(|p| p.part).filter(|p| *p > 0) else { return };
        let Some(frame) = self.frames.last_mut() else { return };
        if part & 1 != 0 && frame.parts & 1 == 0 {
            let from = self.words.len();
            self.words.push_str(&String::from_utf8_lossy(text));
            frame.order = (from, self.words.len());
        }
        frame.parts |= part;
    }
}

impl Taken {
    pub(super) const fn new(class: u16, confidence: u8, check: Check, strength: Option<Strength>) -> Self {
        Self { class, confidence, check, strength, words: 0 }
    }

    /// More is better: confidence, then what was verified, then how exactly the key says it; of equals
    /// the class that stands first in the registry.
    fn rank(&self) -> (u8, Check, u8, std::cmp::Reverse<u16>) {
        (self.confidence, self.check, self.words, std::cmp::Reverse(self.class))
    }
}
