//! The API's own description held against the traffic, as findings about the platform: shadow, zombie
//! and open endpoints; what was described and never seen goes to the limits.

use crate::classify::Sensitivity;
use crate::detect::{Finding, Meta};
use crate::domain::Severity;
use crate::facts::inventory::{Authentication, Comparison, Observed, Standing, Verdict};
use crate::facts::{Endpoint, EndpointId, Facts, Inventory};

/// Orphans that are named one by one.
const ORPHANS_TOLD: usize = 10;

/// Endpoints below this many answers say too little: a typing error that some catch-all answered.
const ANSWERS_LEAST: u64 = 2;

static SHADOW: Meta = Meta {
    id: "shadow-endpoint",
    title: "Endpoint that is not described",
    owasp: &["API9"],
    cwe: &[1059],
    method: "Endpoints of the traffic that no operation of the OpenAPI file matches, answered at least twice.",
    quiet: "Paths that nothing answers; nothing at all without an OpenAPI file.",
};

static ZOMBIE: Meta = Meta {
    id: "zombie-endpoint",
    title: "Endpoint that should be gone",
    owasp: &["API9"],
    cwe: &[1059],
    method: "Described as deprecated and answered; an older version while a newer one has 95 % of the traffic; asleep for 30 days and then used.",
    quiet: "Both versions in ordinary use; endpoints first seen late.",
};

static OPEN: Meta = Meta {
    id: "described-authentication",
    title: "Described as needing credentials, answered without",
    owasp: &["API2", "API5"],
    cwe: &[306],
    method: "The OpenAPI file requires a security scheme; requests whose headers were all recorded and held none were answered 2xx.",
    quiet: "Evidence that cannot tell whether credentials were sent.",
};

/// The rules of this file.
pub(super) static RULES: &[&Meta] = &[&SHADOW, &ZOMBIE, &OPEN];

/// Adds the findings; returns what else is to be said.
pub(super) fn judge(facts: &Facts, description: Option<&Inventory>, findings: &mut Vec<Finding>) -> Vec<String> {
    let nothing = Inventory::default();
    let inventory = description.unwrap_or(&nothing);
    let seen: Vec<Observed<'_>> = facts
        .endpoints
        .iter()
        .map(|e| Observed {
            method: &e.method,
            host: &e.host,
            template: &e.template,
            answered: e.statuses.total() - e.statuses.missing,
            days: &e.days,
        })
        .collect();
    let comparison = inventory.compare(&seen);
    for verdict in &comparison.verdicts {
        let Some(endpoint) = facts.endpoints.get(verdict.endpoint) else { continue };
        for (standing, reason) in &verdict.standings {
            match standing {
                Standing::Documented => {}
                Standing::Shadow if description.is_none() || endpoint.statuses.success < ANSWERS_LEAST => {}
                Standing::Shadow => {
                    let severity = if is_sensitive(endpoint) { Severity::Medium } else { Severity::Low };
                    findings.push(finding(&SHADOW, severity, 90, endpoint, verdict, reason));
                }
                Standing::Zombie => findings.push(finding(&ZOMBIE, Severity::Medium, 70, endpoint, verdict, reason)),
            }
        }
        if verdict.authentication == Authentication::Required && endpoint.open_success > 0 {
            let reason = format!("answered {} requests without credentials", endpoint.open_success);
            let severity = if is_sensitive(endpoint) { Severity::High } else { Severity::Medium };
            findings.push(finding(&OPEN, severity, 95, endpoint, verdict, &reason));
        }
    }
    if description.is_some() { said(inventory, &comparison) } else { Vec::new() }
}

fn is_sensitive(endpoint: &Endpoint) -> bool {
    endpoint.classes.iter().any(|c| c.location.is_response() && c.sensitivity != Sensitivity::Business)
}

fn finding(rule: &Meta, severity: Severity, confidence: u8, e: &Endpoint, v: &Verdict, reason: &str) -> Finding {
    Finding {
        rule: rule.id,
        severity,
        confidence,
        actors: Vec::new(),
        endpoints: vec![EndpointId(v.endpoint as u32)],
        sentence: format!("{} {}{}: {reason}", e.method, e.host, e.template),
        accuses: false,
        first: e.first,
        last: e.last,
        exchanges: e.statuses.total(),
        examples: e.classes.first().map(|c| c.example).into_iter().collect(),
    }
}

fn said(inventory: &Inventory, comparison: &Comparison) -> Vec<String> {
    let mut out = comparison.assumptions.clone();
    let names: Vec<String> = comparison
        .orphans
        .iter()
        .filter_map(|o| inventory.operations.get(o.operation))
        .map(|op| format!("{} {}", op.method, op.path))
        .collect();
    if !names.is_empty() {
        let shown = names.get(..ORPHANS_TOLD.min(names.len())).unwrap_or_default().join(", ");
        let more = names.len().saturating_sub(ORPHANS_TOLD);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        out.push(format!("Described and never seen (orphans): {shown}{more}."));
    }
    out.extend(
        inventory
            .skipped
            .iter()
            .take(ORPHANS_TOLD)
            .map(|s| format!("Of the OpenAPI file {} was not looked at: {}.", s.place, s.why)),
    );
    out
}
