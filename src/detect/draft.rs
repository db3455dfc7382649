//! What detectors share when they write findings down.

use crate::classify::Sensitivity;
use crate::domain::{Micros, Severity};
use crate::facts::{ActorId, Endpoint, EndpointId, Facts, Place, SeenClass, SignalCount, Visit};

use super::Finding;
use super::statistics::combine;

/// Examples kept with a finding.
pub(super) const EXAMPLES: usize = 5;

/// A finding to be filled in.
pub(super) fn draft(rule: &'static str, severity: Severity, confidence: f64, sentence: String) -> Finding {
    Finding {
        rule,
        severity,
        confidence: combine::percent(confidence.min(combine::CAP)),
        actors: Vec::new(),
        endpoints: Vec::new(),
        sentence,
        accuses: false,
        first: None,
        last: None,
        exchanges: 0,
        examples: Vec::new(),
    }
}

/// Widens the time of a finding.
pub(super) fn widen(finding: &mut Finding, first: Option<Micros>, last: Option<Micros>) {
    finding.first = [finding.first, first].into_iter().flatten().min();
    finding.last = [finding.last, last].into_iter().flatten().max();
}

/// Sorted, without repeats.
pub(super) fn unique<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = items.into_iter().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// `1 order`, `3 orders`.
pub(super) fn several(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// `order_id` is asked for as "order"; a name that says nothing stays.
pub(super) fn thing(name: &str) -> String {
    let bare = name.trim_end_matches("_id").trim_end_matches("_no").trim_end_matches("_number");
    if bare.is_empty() { "object".to_owned() } else { bare.replace('_', " ") }
}

/// `GET /orders/{order_id}`.
pub(super) fn endpoint_label(endpoint: &Endpoint) -> String {
    format!("{} {}{}", endpoint.method, endpoint.host, endpoint.template)
}

/// Label of an endpoint, empty where there is none.
pub(super) fn at(facts: &Facts, id: EndpointId) -> String {
    facts.endpoint(id).map(endpoint_label).unwrap_or_default()
}

/// Share in percent, whole.
pub(super) fn percent_of(part: u64, whole: u64) -> u64 {
    if whole == 0 { 0 } else { (part as f64 / whole as f64 * 100.0).round() as u64 }
}

/// Requests of a visit.
pub(super) fn requests(visit: &Visit) -> u64 {
    visit.statuses.total()
}

/// Visits at one endpoint.
pub(super) fn visits_at(facts: &Facts, id: EndpointId) -> impl Iterator<Item = &Visit> {
    facts.visits.iter().filter(move |v| v.endpoint == id)
}

/// Requests of every actor, by actor.
pub(super) fn requests_by_actor(facts: &Facts) -> Vec<u64> {
    let mut all = vec![0_u64; facts.actors.len()];
    for visit in &facts.visits {
        if let Some(sum) = all.get_mut(visit.actor.at()) {
            *sum += requests(visit);
        }
    }
    all
}

/// Class ids with one of these words tell of a business what only it should know.
const BUSINESS_WORDS: &[&str] = &["sales", "revenue", "order", "orders", "turnover", "gmv"];

/// Whether a seen class is one that a stranger should not read: habits, money, secrets, or what a
/// restaurant sells. A phone or an address alone may be the restaurant's own, on its public page.
pub(super) fn is_private_class(seen: &SeenClass) -> bool {
    let business = || seen.class.split('-').any(|w| BUSINESS_WORDS.contains(&w));
    seen.location.is_response() && (seen.sensitivity >= Sensitivity::Behavioural || business())
}

/// Whether a seen class is of a person.
pub(super) fn is_personal_class(seen: &SeenClass) -> bool {
    seen.location.is_response() && seen.sensitivity != Sensitivity::Business
}

/// Whether answers of an endpoint hold something of the kind.
pub(super) fn is_private(endpoint: &Endpoint) -> bool {
    endpoint.classes.iter().any(is_private_class)
}

/// Whether the words of a template have one of these; `/orders/{order_id}/otp-verify` has the words
/// orders, otp, verify. Parameters are no words.
pub(super) fn template_has(template: &str, words: &[&str]) -> bool {
    template
        .split('/')
        .filter(|segment| !segment.starts_with('{'))
        .flat_map(|segment| segment.split(['-', '_', '.']))
        .any(|word| words.iter().any(|w| word.eq_ignore_ascii_case(w)))
}

/// Signals whose id is a prefix or lies below it: `injection` takes `injection.sql`.
pub(super) fn signals<'a>(facts: &'a Facts, family: &'a str) -> impl Iterator<Item = &'a SignalCount> {
    facts.signals.iter().filter(move |s| s.signal.split('.').next() == Some(family))
}

/// Actors, endpoints, time, count and examples of signals put into a finding.
pub(super) fn add_signals<'a>(finding: &mut Finding, counts: impl IntoIterator<Item = &'a SignalCount>, actors: bool) {
    let mut who: Vec<ActorId> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    for count in counts {
        who.push(count.actor);
        finding.endpoints.push(count.endpoint);
        finding.exchanges += count.count;
        widen(finding, count.first, count.last);
        places.push(count.example);
    }
    finding.endpoints = unique(std::mem::take(&mut finding.endpoints));
    if actors {
        finding.actors = unique(who);
    }
    finding.examples = unique(places).into_iter().take(EXAMPLES).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_templates() {
        assert!(template_has("/api/v1/otp-verify", &["verify"]));
        assert!(!template_has("/api/{verify}/x", &["verify"]));
        assert!(!template_has("/administrative", &["admin"]));
    }

    #[test]
    fn words_for_people() {
        assert_eq!(thing("order_id"), "order");
        assert_eq!(thing("id"), "id");
        assert_eq!(several(1, "order"), "1 order");
        assert_eq!(several(0, "order"), "0 orders");
        assert_eq!(percent_of(1, 3), 33);
    }
}
