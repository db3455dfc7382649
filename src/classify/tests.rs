//! The walk, with three classes of its own: what is found where, and by which evidence.

use std::sync::Arc;

use super::class::{Check, Class, ClassMeta, Leaf, Sample, Sensitivity, Weights};
use super::*;
use crate::domain::{Body, Credential, Exchange, Text, Transfer};

mod cases;
mod corpus;

#[derive(Debug)]
struct Plain {
    meta: ClassMeta,
    check: fn(&[u8]) -> Check,
}

impl Class for Plain {
    fn meta(&self) -> &ClassMeta {
        &self.meta
    }
    fn check(&self, leaf: &Leaf<'_>) -> Check {
        (self.check)(leaf.text)
    }
    fn normalise(&self, leaf: &Leaf<'_>, out: &mut Vec<u8>) {
        out.extend(leaf.text.iter().filter(|b| !b" -+".contains(b)));
    }
    fn mask(&self, leaf: &Leaf<'_>, out: &mut String) {
        out.extend(leaf.text.iter().take(2).map(|b| char::from(*b)));
        out.push('•');
    }
    fn samples(&self) -> &'static [Sample] {
        &[]
    }
}

fn digits(text: &[u8]) -> Vec<u32> {
    text.iter().filter_map(|b| char::from(*b).to_digit(10)).collect()
}

fn only(text: &[u8], also: &[u8]) -> bool {
    text.iter().all(|b| b.is_ascii_digit() || also.contains(b))
}

fn phone(text: &[u8]) -> Check {
    let d = digits(text);
    let national = d.get(d.len().saturating_sub(10)..).unwrap_or_default();
    let mobile = national.len() == 10 && national[0] >= 6 && only(text, b" -+");
    match (mobile, text.first(), d.len()) {
        (true, Some(b'+'), 12) => Check::Valid,
        (true, _, 10) => Check::Shape,
        _ => Check::No,
    }
}

fn email(text: &[u8]) -> Check {
    let valid =
        text.iter().filter(|b| **b == b'@').count() == 1 && text.ends_with(b".example") && !text.contains(&b' ');
    if valid { Check::Valid } else { Check::No }
}

fn card(text: &[u8]) -> Check {
    let d = digits(text);
    if d.len() != 16 || !only(text, b" -") {
        return Check::No;
    }
    let sum: u32 = d.iter().enumerate().map(|(i, n)| if i % 2 == 0 { n * 2 / 10 + n * 2 % 10 } else { *n }).sum();
    if sum.is_multiple_of(10) { Check::Valid } else { Check::Invalid }
}

fn name(text: &[u8]) -> Check {
    let words = text.iter().all(|b| b.is_ascii_alphabetic() || *b == b' ');
    if words && text.len() > 2 { Check::Shape } else { Check::No }
}

fn order(_: &[u8]) -> Check {
    Check::No
}

fn class(
    id: &'static str,
    keys: &'static [&'static str],
    not_keys: &'static [&'static str],
    w: [u8; 4],
    check: fn(&[u8]) -> Check,
) -> Box<dyn Class> {
    let weights = Weights { shape: w[0], valid: w[1], key_shape: w[2], key_valid: w[3] };
    let identifies = matches!(id, "phone-in" | "email" | "card-number");
    let meta = ClassMeta {
        id,
        title: id,
        sensitivity: Sensitivity::Simple,
        identifies,
        keys,
        not_keys,
        weights,
        check: "its rule; and a source",
    };
    Box::new(Plain { meta, check })
}

fn set() -> Arc<ClassSet> {
    Arc::new(ClassSet::new(
        &[],
        vec![
            class("phone-in", &["phone", "mobile"], &["order_id"], [35, 85, 90, 97], phone),
            class("email", &["email"], &[], [0, 90, 70, 98], email),
            class("card-number", &["card", "card_no"], &[], [0, 45, 0, 97], card),
            class("person-name", &["customer_name", "full_name"], &["restaurant", "item"], [0, 0, 80, 80], name),
            class("order-record", &[], &[], [0; 4], order),
        ],
    ))
}

#[derive(Default)]
struct Seen {
    sightings: Vec<String>,
    identifiers: Vec<String>,
    signals: Vec<String>,
    confidences: Vec<u8>,
    fingerprints: Vec<Fingerprint>,
}

impl Findings for Seen {
    fn sighting(&mut self, s: &Sighting<'_>) {
        self.sightings.push(format!("{} {} {} {} {}", s.leaf, s.location, s.pointer, s.class, s.masked));
        self.confidences.push(s.confidence);
        self.fingerprints.push(s.fingerprint);
    }
    fn identifier(&mut self, i: &Identifier<'_>) {
        let scope = if i.scope == (0, u32::MAX) { "all".to_owned() } else { format!("{}..{}", i.scope.0, i.scope.1) };
        self.identifiers.push(format!("{} {}={} {scope}", i.location, i.name, i.value));
    }
    fn signal(&mut self, s: &Signal<'_>) {
        self.signals.push(s.signal.to_owned());
    }
}

/// An answer of this body.
fn with_body(text: &str) -> Exchange<'_> {
    let mut x = Exchange::default();
    x.response_body = Some(Body { raw: text.as_bytes(), transfer: Transfer::Plain, complete: true });
    x
}

fn classifier() -> Classifier {
    Classifier::new(set(), Fingerprinter::new([7; 32]))
}

/// What is seen in an answer of this body.
fn answer(text: &str) -> Seen {
    let x = with_body(text);
    let mut seen = Seen::default();
    classifier().exchange(&x, None, &mut seen);
    seen
}
