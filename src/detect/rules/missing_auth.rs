//! Private data answered to requests that carried no credentials.

use crate::domain::Severity;
use crate::facts::{Endpoint, EndpointId, Facts, SeenClass};

use super::super::draft::{
    EXAMPLES, draft, endpoint_label, is_personal_class, is_private_class, several, template_has, unique, visits_at,
    widen,
};
use super::super::{Detector, Finding, Meta};

/// See the module.
#[derive(Debug)]
pub(super) struct MissingAuth;

static META: Meta = Meta {
    id: "missing-auth",
    title: "Private data without authentication",
    owasp: &["API2", "API1"],
    cwe: &[306, 862],
    method: "endpoints that answer 2xx with personal or private classes in the body: to requests known to carry no \
             credentials, surer where others carry some; where it is not known whether they did, at low confidence",
    quiet: "public data of a business, tokens handed out by a login; it is about the platform, nobody is accused",
};

/// Words of endpoints that give credentials to strangers by design.
const ENTRY: &[&str] =
    &["login", "signin", "signup", "register", "auth", "oauth", "token", "otp", "session", "refresh"];
/// Known to be without credentials: the rest of the doubt is that a gateway took them off.
const CONFIDENCE_ABSENT: f64 = 0.85;
/// The same endpoint expects credentials of others: it is not public by design.
const CONFIDENCE_BOTH: f64 = 0.95;
/// Browsers export captures without credentials.
const CONFIDENCE_UNKNOWN: f64 = 0.35;

impl Detector for MissingAuth {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        for (at, endpoint) in facts.endpoints.iter().enumerate() {
            let id = EndpointId(at as u32);
            let classes: Vec<&SeenClass> = endpoint
                .classes
                .iter()
                .filter(|c| is_private_class(c) || is_personal_class(c))
                .filter(|c| !(c.sensitivity == crate::classify::Sensitivity::Credential && is_entry(endpoint)))
                .collect();
            if classes.is_empty() || endpoint.statuses.success == 0 {
                continue;
            }
            if let Some(found) = judge_endpoint(facts, id, endpoint, &classes) {
                out.push(found);
            }
        }
    }
}

/// Whether strangers come here to get credentials.
fn is_entry(endpoint: &Endpoint) -> bool {
    template_has(&endpoint.template, ENTRY)
}

fn judge_endpoint(facts: &Facts, id: EndpointId, endpoint: &Endpoint, classes: &[&SeenClass]) -> Option<Finding> {
    let open = endpoint.open_success;
    let (confidence, how) = if open > 0 && endpoint.auth_present > 0 {
        (CONFIDENCE_BOTH, format!("{open} without credentials, which {} other requests carried", endpoint.auth_present))
    } else if open > 0 {
        (CONFIDENCE_ABSENT, format!("{open} without credentials, none with"))
    } else if endpoint.auth_present == 0 && endpoint.auth_unknown > 0 {
        let unknown = endpoint.auth_unknown;
        (CONFIDENCE_UNKNOWN, format!("of {unknown} it is not known whether they carried credentials"))
    } else {
        return None;
    };
    let private = classes.iter().any(|c| is_private_class(c));
    let names = unique(classes.iter().map(|c| c.class.as_str()));
    let severity = match (open > 0, private || names.len() >= 2) {
        (true, true) => Severity::High,
        (true, false) | (false, true) => Severity::Medium,
        (false, false) => Severity::Low,
    };
    let sentence = format!(
        "{} answered {} with {}: {how}",
        endpoint_label(endpoint),
        several(endpoint.statuses.success as usize, "request"),
        names.join(", ")
    );
    let mut found = draft(META.id, severity, confidence, sentence);
    found.endpoints = vec![id];
    found.exchanges = if open > 0 { open } else { endpoint.statuses.success };
    found.examples = unique(classes.iter().map(|c| c.example)).into_iter().take(EXAMPLES).collect();
    if found.examples.is_empty() {
        found.examples = visits_at(facts, id).map(|v| v.example).take(EXAMPLES).collect();
    }
    widen(&mut found, endpoint.first, endpoint.last);
    Some(found)
}
