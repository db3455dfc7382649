//! Sensitive values inside sentences: notes, remarks, messages, log lines.

use crate::domain::limits::FREE_TEXT_BYTES_MAX;

use super::class::{Check, Leaf, Shape};
use super::engine::{At, Classifier, Evidence};
use super::hints::{KeyHints, Strength};
use super::set::REPORTED_MIN;

/// Bytes before a value whose words are read as its key: `call me on`, `order no`.
const CONTEXT_BYTES: usize = 32;

/// Words of it.
const CONTEXT_WORDS: usize = 4;

/// Digits from which a group of digits is looked at.
const DIGITS_MIN: usize = 4;

/// Longest span that is looked at.
const SPAN_MAX: usize = 2048;

/// Words by which people say that a phone follows.
const CALLING: &[&str] = &["call", "ring", "reach", "dial", "contact", "whatsapp", "sms", "text", "ping", "on", "at"];

/// Words by which they say that it is a number of something.
const NUMBERING: &[&str] = &[
    "order", "ref", "invoice", "bill", "txn", "id", "ticket", "booking", "utr", "rrn", "token", "coupon", "kot", "awb",
];

fn joins(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(byte, b'@' | b'.' | b'_' | b'-' | b'+' | b'%' | b'=' | b'/' | b':' | b'~')
}

/// The span of a value that begins at or after `from`: digits in groups, or one word.
fn next_span(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let start = from + text.get(from..)?.iter().position(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'_'))?;
    let rest = text.get(start..)?;
    let grouped = digits_in_groups(rest);
    let word = rest.iter().take(SPAN_MAX).take_while(|b| joins(**b)).count().max(1);
    Some((start, start + if grouped > 0 { grouped } else { word }))
}

/// Length of `+91 98765 43210`, `4111-1111-1111-1111`: digits with single signs between; 0 where it is none.
fn digits_in_groups(text: &[u8]) -> usize {
    let (mut length, mut digits, mut gap) = (0, 0, false);
    for (at, byte) in text.iter().enumerate().take(40) {
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                gap = false;
                length = at + 1;
            }
            b'+' if at == 0 => {}
            b' ' | b'-' if !gap && digits > 0 => gap = true,
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'@' | b'/' | b':' | 0x80.. if !gap => return 0,
            b'.' if text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => return 0,
            _ => break,
        }
    }
    if digits >= DIGITS_MIN { length } else { 0 }
}

impl Classifier {
    /// Looks for values inside a sentence.
    pub(super) fn free_text(&mut self, at: At, text: &[u8]) {
        let text = text.get(..FREE_TEXT_BYTES_MAX).unwrap_or(text);
        let mut pos = 0;
        while let Some((from, to)) = next_span(text, pos) {
            pos = to;
            let Some(span) = text.get(from..to) else { return };
            let digits = span.iter().filter(|b| b.is_ascii_digit()).count();
            if digits < DIGITS_MIN && !span.contains(&b'@') {
                continue;
            }
            let span = span.trim_ascii_end();
            let span = trim_signs(span);
            let before = text.get(from.saturating_sub(CONTEXT_BYTES)..from).unwrap_or_default();
            if self.span(at, span, before) {
                continue;
            }
            // `phone:9800…`, `id=…`: the part behind the sign, with the part before as its key.
            if let Some(sign) = span.iter().rposition(|b| matches!(b, b':' | b'=' | b'/'))
                && let (Some(key), Some(value)) = (span.get(..sign), span.get(sign + 1..))
            {
                self.span(at, value, key);
            }
        }
    }

    /// One candidate, with the words before it as its key.
    fn span(&mut self, at: At, span: &[u8], before: &[u8]) -> bool {
        if span.len() < DIGITS_MIN {
            return false;
        }
        let leaf = Leaf { text: span, number: false, shape: Shape::of(span) };
        let set = self.set.clone();
        let mut words = set.lexicon().words_of(before);
        // A word that was cut off at the begin is none.
        let skip = words.len().saturating_sub(CONTEXT_WORDS);
        words.drain(..skip);
        let key = context(set.lexicon().hints(&[], &words));
        let numbering = words.iter().rev().take(3).any(|w| NUMBERING.contains(&w.as_str()));
        let calling = words.iter().any(|w| CALLING.contains(&w.as_str()));
        let mut best: Option<(u8, u16, Check)> = None;
        for class in set.hinted(&leaf.shape, &key).iter().chain(set.unhinted(&leaf.shape, &key).iter()) {
            let check = set.get(class).map_or(Check::No, |c| c.check(&leaf));
            let mut score = set.score(class, check, &key);
            if numbering && !set.is_unmistakable(class) && key.of(class).is_none() {
                score = 0;
            }
            if score > best.map_or(0, |b| b.0) {
                best = Some((score, class, check));
            }
        }
        if best.is_none_or(|b| b.0 < REPORTED_MIN)
            && !numbering
            && let Some(phone) = set.phone_in_text(&leaf, calling)
        {
            best = Some(phone);
        }
        let Some((score, class, check)) = best.filter(|b| b.0 >= REPORTED_MIN) else { return false };
        let evidence = Evidence { free_text: true, ..Evidence::new(check, key.of(class).is_some()) };
        self.take(at.place, class, score, &leaf, evidence);
        true
    }
}

/// Hints of a sentence: there every word names a thing, and only whole phrases count.
fn context(mut key: KeyHints) -> KeyHints {
    key.mute = false;
    key.hints = key.hints.iter().copied().filter(|h| h.strength != Strength::Weak).collect();
    for hint in &mut key.hints {
        hint.strength = Strength::Full;
    }
    key
}

fn trim_signs(span: &[u8]) -> &[u8] {
    let mut span = span;
    while let Some((last, rest)) = span.split_last() {
        if !matches!(last, b'.' | b'-' | b':' | b'/' | b'@' | b'%') {
            break;
        }
        span = rest;
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        let mut pos = 0;
        while let Some((from, to)) = next_span(text.as_bytes(), pos) {
            out.push(text.get(from..to).unwrap());
            pos = to;
        }
        out
    }

    #[test]
    fn values_in_sentences() {
        assert_eq!(
            spans("call +91 98000 00001, or a.b@c.example."),
            ["call", "+91 98000 00001", "or", "a.b@c.example."]
        );
        assert_eq!(spans("card 4111-1111-1111-1111 ok"), ["card", "4111-1111-1111-1111", "ok"]);
        assert_eq!(spans("OTP is 482913 (v2)"), ["OTP", "is", "482913", "v2"]);
        assert_eq!(spans("id=98000 x"), ["id=98000", "x"]);
    }
}
