//! The sensitive values of a document, and finding them again in whatever encoding.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::domain::Fingerprint;
use crate::domain::limits::REDACT_VALUES_MAX;

/// Bytes from which a value is searched for everywhere; shorter ones (a CVV) stand by chance in too
/// many places and are replaced where their field is.
const EVERYWHERE_MIN: usize = 6;

/// Bytes from which a value with digits or an `@` needs no word boundary around it.
const NO_BOUNDARY_MIN: usize = 9;

/// Longest value that is searched for inside others.
const INSIDE_MAX: usize = 4 << 10;

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) class: Box<str>,
    pub(super) fingerprint: Fingerprint,
    rank: (u8, std::cmp::Reverse<u16>),
}

/// How an occurrence is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Percent,
    /// With `+` for blanks.
    Plus,
    Base64,
}

/// All values.
#[derive(Default)]
pub(super) struct Book {
    exact: BTreeMap<Vec<u8>, Known>,
    /// Short ones by the name of their field.
    near: BTreeMap<(Vec<u8>, Vec<u8>), Known>,
    short: BTreeSet<Vec<u8>>,
    finder: Option<AhoCorasick>,
    patterns: Vec<(Vec<u8>, Form)>,
    /// There were more than can be remembered.
    pub(super) full: bool,
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Book").field("values", &(self.exact.len() + self.near.len())).finish_non_exhaustive()
    }
}

impl Book {
    /// Remembers a value; of several classes the surest wins, so that it has one pseudonym.
    pub(super) fn add(&mut self, text: &[u8], key: &[u8], class: (&str, u16), sure: u8, fingerprint: Fingerprint) {
        let text = text.trim_ascii();
        if text.is_empty() {
            return;
        }
        if self.exact.len() + self.near.len() >= REDACT_VALUES_MAX {
            self.full = true;
            return;
        }
        let known = Known { class: class.0.into(), fingerprint, rank: (sure, std::cmp::Reverse(class.1)) };
        let slot = if text.len() >= EVERYWHERE_MIN {
            self.exact.entry(text.to_vec()).or_insert_with(|| known.clone())
        } else {
            self.short.insert(text.to_vec());
            self.near.entry((key.to_ascii_lowercase(), text.to_vec())).or_insert_with(|| known.clone())
        };
        if known.rank > slot.rank {
            *slot = known;
        }
    }

    /// Makes the values searchable. The patterns' order follows from the values alone.
    pub(super) fn close(&mut self) {
        let mut seen = BTreeSet::new();
        let mut patterns = Vec::new();
        for text in self.exact.keys().filter(|t| t.len() <= INSIDE_MAX) {
            let mut add = |pattern: Vec<u8>, form| {
                if seen.insert(pattern.clone()) {
                    patterns.push((pattern, text.clone(), form));
                }
            };
            add(text.clone(), Form::Plain);
            add(percent(text, false), Form::Percent);
            add(percent(text, true), Form::Plus);
            // Aligned at the value's begin; the last character depends on what follows.
            let mut coded = STANDARD_NO_PAD.encode(text).into_bytes();
            if text.len() % 3 != 0 {
                coded.pop();
            }
            if coded.len() >= 12 {
                add(coded, Form::Base64);
            }
        }
        self.finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(patterns.iter().map(|(pattern, ..)| pattern))
            .ok();
        self.full |= self.finder.is_none();
        self.patterns = patterns.into_iter().map(|(_, text, form)| (text, form)).collect();
    }

    /// The value that a whole field is.
    pub(super) fn whole(&self, key: &str, text: &str) -> Option<&Known> {
        let text = text.trim_ascii().as_bytes();
        if text.len() >= EVERYWHERE_MIN {
            return self.exact.get(text);
        }
        if !self.short.contains(text) {
            return None;
        }
        self.near.get(&(key.to_ascii_lowercase().into_bytes(), text.to_vec()))
    }

    /// A short value wherever it stood.
    pub(super) fn short(&self, word: &str) -> Option<&Known> {
        if !self.short.contains(word.as_bytes()) {
            return None;
        }
        self.near.iter().find(|((_, text), _)| text == word.as_bytes()).map(|(_, known)| known)
    }

    /// Whether any short value is known.
    pub(super) fn has_short(&self) -> bool {
        !self.short.is_empty()
    }

    /// Occurrences in a text: from, to, the value as it was learnt, how it is written here.
    pub(super) fn occurrences(&self, text: &str) -> Vec<(usize, usize, &str, &Known, Form)> {
        let Some(finder) = &self.finder else { return Vec::new() };
        let mut out = Vec::new();
        let mut from = 0;
        while let Some(rest) = text.as_bytes().get(from..) {
            let Some(found) = finder.find(rest) else { break };
            let (start, end) = (from + found.start(), from + found.end());
            from = end;
            let Some((value, form)) = self.patterns.get(found.pattern().as_usize()) else { continue };
            let Some(known) = self.exact.get(value) else { continue };
            let free = value.len() >= NO_BOUNDARY_MIN && value.iter().any(|b| b.is_ascii_digit() || *b == b'@');
            if !free && *form != Form::Base64 && !(stands_alone(text.as_bytes(), start, end)) {
                from = start + 1;
                continue;
            }
            // Case matters in base64.
            if *form == Form::Base64 && !text.as_bytes().get(start..end).is_some_and(|t| decodes_to(t, value)) {
                from = start + 1;
                continue;
            }
            let Ok(value) = std::str::from_utf8(value) else { continue };
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                out.push((start, end, value, known, *form));
            }
        }
        out
    }

    /// Distinct values of each class.
    pub(super) fn distinct(&self) -> BTreeMap<String, u64> {
        let mut sums = BTreeMap::new();
        for known in self.exact.values().chain(self.near.values()) {
            *sums.entry(known.class.to_string()).or_default() += 1;
        }
        sums
    }
}

fn decodes_to(coded: &[u8], value: &[u8]) -> bool {
    let whole = coded.get(..coded.len() / 4 * 4).unwrap_or_default();
    STANDARD_NO_PAD.decode(whole).is_ok_and(|plain| value.starts_with(&plain))
}

/// Whether no letter or digit touches a span, escapes aside: `%20` and `\n` end a word.
fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let word = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    let escape = |back: usize, sign: u8| start.checked_sub(back).and_then(|at| text.get(at)) == Some(&sign);
    let escaped = escape(3, b'%') || escape(2, b'\\') || escape(6, b'\\') && escape(5, b'u');
    (!word(before) || escaped) && !word(text.get(end))
}

/// Everything but unreserved characters (RFC 3986) as `%HH`.
pub(super) fn percent(text: &[u8], plus: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for b in text {
        match b {
            b' ' if plus => out.push(b'+'),
            b if b.is_ascii_alphanumeric() || b"-._~".contains(b) => out.push(*b),
            b => out.extend_from_slice(format!("%{b:02X}").as_bytes()),
        }
    }
    out
}
