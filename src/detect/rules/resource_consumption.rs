//! More than a client needs, with nothing that stops it.

use std::collections::BTreeMap;

use crate::domain::Severity;
use crate::facts::{EndpointId, Facts, NameId, SLOT};

use super::super::draft::{EXAMPLES, at, draft, several, visits_at, widen};
use super::super::statistics::{median, quantile, robust_z};
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::label;

/// See the module.
#[derive(Debug)]
pub(super) struct ResourceConsumption;

static META: Meta = Meta {
    id: "resource-consumption",
    title: "Unlimited consumption",
    owasp: &["API4"],
    cwe: &[770, 799],
    method: "a page size of more than 10 × what 99 % ask for, and at least 100; bytes received of one actor at one endpoint \
             with a robust z above 3.5 and at least 50 MB and 20 × the median; bursts of 10 × the usual of at least 1,000 \
             requests in 5 minutes without one 429",
    quiet: "busy screens and shared addresses: told as consumption, never accused",
};

const PAGE_FACTOR: f64 = 10.0;
const PAGE_MIN: u64 = 100;
/// Below it nobody is harmed.
const BYTES: u64 = 50_000_000;
const BYTES_FACTOR: u64 = 20;
const ACTORS: usize = 20;
const BURST_FACTOR: f64 = 10.0;
const BURST: u64 = 1_000;
/// Numbers are exact; that they are too large is a judgement.
const CONFIDENCE_PAGE: f64 = 0.7;
const CONFIDENCE_BYTES: f64 = 0.5;
const CONFIDENCE_BURST: f64 = 0.5;

impl Detector for ResourceConsumption {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        pages(facts, out);
        for index in 0..facts.endpoints.len() {
            let id = EndpointId(index as u32);
            bytes(facts, id, out);
            burst(facts, id, out);
        }
    }
}

fn pages(facts: &Facts, out: &mut Vec<Finding>) {
    let mut sizes: BTreeMap<(EndpointId, NameId), Vec<f64>> = BTreeMap::new();
    for page in &facts.page_sizes {
        sizes.entry((page.endpoint, page.name)).or_default().push(page.largest as f64);
    }
    for page in facts.page_sizes.iter().filter(|p| p.largest >= PAGE_MIN) {
        let Some(all) = sizes.get(&(page.endpoint, page.name)).filter(|all| all.len() > 1) else { continue };
        let mut others = all.clone();
        if let Some(own) = others.iter().position(|s| (*s - page.largest as f64).abs() < 0.5) {
            others.swap_remove(own);
        }
        let usual = quantile(&others, 0.99).unwrap_or(f64::MAX);
        if page.largest as f64 <= PAGE_FACTOR * usual {
            continue;
        }
        let sentence = format!(
            "{} asked {} for {} = {}, where 99 % of others ask for at most {usual:.0}",
            label(facts, page.actor),
            at(facts, page.endpoint),
            facts.name(page.name),
            page.largest
        );
        let mut found = draft(META.id, Severity::Low, CONFIDENCE_PAGE, sentence);
        found.actors = vec![page.actor];
        found.endpoints = vec![page.endpoint];
        found.exchanges = page.requests;
        found.examples = vec![page.example];
        out.push(found);
    }
}

fn bytes(facts: &Facts, id: EndpointId, out: &mut Vec<Finding>) {
    let all: Vec<u64> = visits_at(facts, id).map(|v| v.response_bytes).collect();
    if all.len() < ACTORS {
        return;
    }
    let usual = median(&all.iter().map(|b| *b as f64).collect::<Vec<_>>()).unwrap_or(0.0) as u64;
    for visit in visits_at(facts, id).filter(|v| v.response_bytes >= BYTES.max(usual.saturating_mul(BYTES_FACTOR))) {
        if robust_z(visit.response_bytes, &all).is_none_or(|z| z <= 3.5) {
            continue;
        }
        let sentence = format!(
            "{} received {} MB from {} in {}, where half of {} actors received at most {} kB",
            label(facts, visit.actor),
            visit.response_bytes / 1_000_000,
            at(facts, id),
            several(visit.statuses.total() as usize, "request"),
            all.len(),
            usual / 1_000
        );
        let mut found = draft(META.id, Severity::Low, CONFIDENCE_BYTES, sentence);
        found.actors = vec![visit.actor];
        found.endpoints = vec![id];
        found.exchanges = visit.statuses.total();
        found.examples = vec![visit.example];
        widen(&mut found, visit.first, visit.last);
        out.push(found);
    }
}

fn burst(facts: &Facts, id: EndpointId, out: &mut Vec<Finding>) {
    let Some(endpoint) = facts.endpoint(id).filter(|e| e.statuses.throttled == 0) else { return };
    let totals: Vec<f64> = endpoint.slots.iter().map(|s| s.statuses.total() as f64).collect();
    let usual = median(&totals).unwrap_or(f64::MAX);
    let Some(most) = endpoint.slots.iter().max_by_key(|s| (s.statuses.total(), std::cmp::Reverse(s.start))) else {
        return;
    };
    let count = most.statuses.total();
    if count < BURST || (count as f64) < BURST_FACTOR * usual {
        return;
    }
    let sentence = format!(
        "{} took {count} requests within 5 min, where {usual:.0} are usual, and refused none for their number (429)",
        at(facts, id)
    );
    let mut found = draft(META.id, Severity::Low, CONFIDENCE_BURST, sentence);
    found.endpoints = vec![id];
    found.exchanges = count;
    let during = |v: &&crate::facts::Visit| {
        v.first.is_some_and(|t| t < most.start + SLOT) && v.last.is_some_and(|t| t >= most.start)
    };
    found.examples = visits_at(facts, id).filter(during).take(EXAMPLES).map(|v| v.example).collect();
    widen(&mut found, Some(most.start), Some(most.start + SLOT));
    out.push(found);
}
