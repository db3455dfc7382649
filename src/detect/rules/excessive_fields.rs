//! Answers that say more than anybody asked for.

use crate::classify::Sensitivity;
use crate::domain::Severity;
use crate::facts::{Endpoint, EndpointId, Facts, SeenClass};

use super::super::draft::{
    EXAMPLES, draft, endpoint_label, is_personal_class, is_private_class, template_has, unique, widen,
};
use super::super::{Detector, Finding, Meta};

/// See the module.
#[derive(Debug)]
pub(super) struct ExcessiveFields;

static META: Meta = Meta {
    id: "excessive-fields",
    title: "Answers with more than was asked for",
    owasp: &["API3"],
    cwe: &[213, 359, 200],
    method: "response bodies that hold secrets where nobody logs in; or at least 5 personal or private classes, of which \
             at least 4 were in no request of the endpoint",
    quiet: "logins that hand out tokens, profiles with name, phone and e-mail; nobody is accused",
};

/// Words of endpoints whose purpose is to hand out a credential.
const ENTRY: &[&str] = &[
    "login", "signin", "signup", "register", "auth", "oauth", "oauth2", "token", "tokens", "otp", "session", "refresh",
];
/// A profile has name, phone, e-mail and perhaps a birthday; more in one answer is a whole row.
const CLASSES: usize = 5;
const UNASKED: usize = 4;
/// The classifier's own doubts are in the sightings; what remains is whether the page needs it.
const CONFIDENCE_SECRET: f64 = 0.8;
const CONFIDENCE_MANY: f64 = 0.6;

impl Detector for ExcessiveFields {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        for (at, endpoint) in facts.endpoints.iter().enumerate() {
            let id = EndpointId(at as u32);
            let answered: Vec<&SeenClass> =
                endpoint.classes.iter().filter(|c| c.location == crate::domain::Location::ResponseBody).collect();
            let secrets: Vec<&SeenClass> = answered
                .iter()
                .copied()
                .filter(|c| c.sensitivity == Sensitivity::Credential && !template_has(&endpoint.template, ENTRY))
                .collect();
            if !secrets.is_empty() {
                let severity = if endpoint.open_success > 0 { Severity::Critical } else { Severity::High };
                out.push(finding(id, endpoint, &secrets, severity, CONFIDENCE_SECRET, "secrets"));
            }
            let personal: Vec<&SeenClass> = answered
                .into_iter()
                .filter(|c| c.sensitivity != Sensitivity::Credential && (is_personal_class(c) || is_private_class(c)))
                .collect();
            let names = unique(personal.iter().map(|c| c.class.as_str()));
            let asked = |name: &str| endpoint.classes.iter().any(|c| c.class == name && !c.location.is_response());
            let unasked = names.iter().filter(|n| !asked(n)).count();
            if names.len() >= CLASSES && unasked >= UNASKED {
                let severity = if endpoint.open_success > 0 { Severity::High } else { Severity::Medium };
                out.push(finding(id, endpoint, &personal, severity, CONFIDENCE_MANY, "personal or private classes"));
            }
        }
    }
}

fn finding(
    id: EndpointId,
    endpoint: &Endpoint,
    classes: &[&SeenClass],
    severity: Severity,
    confidence: f64,
    what: &str,
) -> Finding {
    let names = unique(classes.iter().map(|c| c.class.as_str()));
    let sightings: u64 = classes.iter().map(|c| c.sightings).sum();
    let open: u64 = classes.iter().map(|c| c.unauthenticated).sum();
    let sentence = format!(
        "{} answers with {} {what}: {} ({sightings} values, {open} of them to requests without credentials)",
        endpoint_label(endpoint),
        names.len(),
        names.join(", ")
    );
    let mut found = draft(META.id, severity, confidence, sentence);
    found.endpoints = vec![id];
    found.exchanges = endpoint.statuses.success;
    found.examples = unique(classes.iter().map(|c| c.example)).into_iter().take(EXAMPLES).collect();
    widen(&mut found, endpoint.first, endpoint.last);
    found
}
