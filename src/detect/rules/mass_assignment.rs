//! Request fields that nobody else sends and that the server should set.

use crate::domain::{Location, Severity};
use crate::facts::{Endpoint, EndpointId, Facts};

use super::super::draft::{EXAMPLES, add_signals, draft, endpoint_label, unique, visits_at, widen};
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::{by_actor, label};

/// See the module.
#[derive(Debug)]
pub(super) struct MassAssignment;

static META: Meta = Meta {
    id: "mass-assignment",
    title: "Fields that the server should set",
    owasp: &["API3"],
    cwe: &[915],
    method: "body fields in less than 1 % of at least 100 requests of an endpoint whose name is that of a right, a price or a \
             state, or of a field that answers of the same host carry; and signals `mass-assignment.*`",
    quiet: "optional fields (names of no weight), new versions of an app (more than 1 % soon); nobody is accused \
            by a rare field alone",
};

/// Requests from which a share can be told, and the share.
const REQUESTS: u64 = 100;
const SUPPORT: f64 = 0.01;
/// What clients have no business to set.
const WEIGHTY: &[&str] = &[
    "role",
    "roles",
    "is_admin",
    "isadmin",
    "admin",
    "is_staff",
    "permissions",
    "scope",
    "price",
    "unit_price",
    "discount",
    "order_total",
    "total",
    "amount_paid",
    "status",
    "payment_status",
    "paid",
    "verified",
    "is_verified",
    "balance",
    "credit",
    "owner_id",
    "merchant_id",
    "tenant_id",
    "user_id",
];
/// A rare field with a weighty name; one that is only echoed.
const CONFIDENCE_WEIGHTY: f64 = 0.6;
const CONFIDENCE_ECHOED: f64 = 0.4;
const CONFIDENCE_SIGNAL: f64 = 0.7;

impl Detector for MassAssignment {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        for (index, endpoint) in facts.endpoints.iter().enumerate() {
            out.extend(judge_endpoint(facts, EndpointId(index as u32), endpoint));
        }
        for (actor, sent) in by_actor(facts, "mass-assignment") {
            let sentence = format!(
                "{} sent fields that the server should set ({}) in {} requests; {} answered with success",
                label(facts, actor),
                sent.kinds(),
                sent.requests,
                sent.success
            );
            let severity = if sent.success > 0 { Severity::High } else { Severity::Medium };
            let mut found = draft(META.id, severity, CONFIDENCE_SIGNAL, sentence);
            add_signals(&mut found, sent.counts.iter().copied(), true);
            found.accuses = sent.requests >= 3;
            out.push(found);
        }
    }
}

fn judge_endpoint(facts: &Facts, id: EndpointId, endpoint: &Endpoint) -> Option<Finding> {
    let total = endpoint.statuses.total();
    if total < REQUESTS || matches!(endpoint.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
        return None;
    }
    let rare = endpoint
        .parameters
        .iter()
        .filter(|(_, location, count)| *location == Location::RequestBody && (*count as f64) < SUPPORT * total as f64);
    let mut names: Vec<(&str, u64, bool)> = Vec::new();
    for (name, _, count) in rare {
        let name = facts.name(*name);
        let weighty = WEIGHTY.iter().any(|w| name.eq_ignore_ascii_case(w));
        if weighty || is_answered(facts, &endpoint.host, name) {
            names.push((name, *count, weighty));
        }
    }
    if names.is_empty() {
        return None;
    }
    let weighty = names.iter().any(|n| n.2);
    let listed = names.iter().map(|(n, count, _)| format!("{n} in {count}")).collect::<Vec<_>>().join(", ");
    let sentence = format!("{}: fields that next to no request sends: {listed} of {total}", endpoint_label(endpoint));
    let (severity, confidence) =
        if weighty { (Severity::Medium, CONFIDENCE_WEIGHTY) } else { (Severity::Low, CONFIDENCE_ECHOED) };
    let mut found = draft(META.id, severity, confidence, sentence);
    found.endpoints = vec![id];
    found.exchanges = names.iter().map(|n| n.1).sum();
    found.examples = unique(visits_at(facts, id).map(|v| v.example)).into_iter().take(EXAMPLES).collect();
    widen(&mut found, endpoint.first, endpoint.last);
    Some(found)
}

/// Whether answers of a host carry a sensitive field of this name.
fn is_answered(facts: &Facts, host: &str, name: &str) -> bool {
    let seen = facts.endpoints.iter().filter(|e| e.host == host).flat_map(|e| &e.classes);
    seen.filter(|c| c.location == Location::ResponseBody)
        .any(|c| c.pointer.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(name)))
}
