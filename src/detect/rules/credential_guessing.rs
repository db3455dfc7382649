//! Passwords tried: by one actor, or by so many that none stands out.

use crate::domain::Severity;
use crate::facts::{EndpointId, Facts, Role, SLOT, Visit};

use super::super::draft::{EXAMPLES, at, draft, several, template_has, unique, visits_at, widen};
use super::super::statistics::{cusum, noisy_or};
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::label;

/// See the module.
#[derive(Debug)]
pub(super) struct CredentialGuessing;

static META: Meta = Meta {
    id: "credential-guessing",
    title: "Credentials guessed",
    owasp: &["API2"],
    cwe: &[307, 521],
    method: "logins refused: one actor with at least 20, four of five of its tries, for at least 5 accounts, or with a \
             success at the end; and a one-sided CUSUM of refusals in slots of 5 minutes over all addresses \
             (k = σ/2, alarm at 5σ; Javed & Paxson 2013), at least 50 in the burst",
    quiet: "programs that keep an old password (one account, no success: told, not accused); expired sessions (not a \
            login); everybody in a burst who got in",
};

/// Words of endpoints that take a password.
const LOGIN: &[&str] =
    &["login", "signin", "logon", "authenticate", "auth", "token", "password", "session", "sessions"];
/// Refused tries of one actor, their share, and accounts.
const REFUSED: u64 = 20;
const REFUSED_SHARE: f64 = 0.8;
const ACCOUNTS: usize = 5;
/// Refusals in a burst over all addresses.
const BURST: f64 = 50.0;
/// Longest series of slots looked at: a year.
const SLOTS: usize = 366 * 288;
const WEIGHT_REFUSED: f64 = 0.5;
const WEIGHT_ACCOUNTS: f64 = 0.6;
const WEIGHT_SUCCESS: f64 = 0.4;
const WEIGHT_BURST: f64 = 0.7;

impl Detector for CredentialGuessing {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        for (index, endpoint) in facts.endpoints.iter().enumerate() {
            let id = EndpointId(index as u32);
            if endpoint.method != "GET" && template_has(&endpoint.template, LOGIN) {
                for visit in visits_at(facts, id) {
                    out.extend(judge_actor(facts, id, visit));
                }
                out.extend(judge_burst(facts, id));
            }
        }
    }
}

/// Answers that say "wrong": 401 and 403, and the 400 or 422 that some use.
fn refused(visit: &Visit) -> u64 {
    visit.statuses.refused + visit.statuses.client_error
}

fn judge_actor(facts: &Facts, id: EndpointId, visit: &Visit) -> Option<Finding> {
    let refused = refused(visit);
    if refused < REFUSED || (refused as f64) < REFUSED_SHARE * visit.statuses.total() as f64 {
        return None;
    }
    let mine = facts.touches.iter().filter(|t| t.actor == visit.actor && t.endpoint == id);
    let accounts = unique(mine.filter(|t| facts.role(t.name) == Role::Subject).map(|t| t.value)).len();
    let got_in = visit.statuses.success > 0;
    let accuses = accounts >= ACCOUNTS || got_in && refused >= 5 * REFUSED;
    let whose = match accounts {
        0 => "of accounts that the evidence does not name".to_owned(),
        n => format!("of {}", several(n, "account")),
    };
    let sentence = format!(
        "{} was refused {refused} of {} times at {}, {whose}; {}{}",
        label(facts, visit.actor),
        visit.statuses.total(),
        at(facts, id),
        if got_in {
            format!("got in {}", several(visit.statuses.success as usize, "time"))
        } else {
            "never got in".to_owned()
        },
        if accuses { "" } else { "; may be a program with an old password" }
    );
    let weights = [
        WEIGHT_REFUSED,
        if accounts >= ACCOUNTS { WEIGHT_ACCOUNTS } else { 0.0 },
        if got_in && accuses { WEIGHT_SUCCESS } else { 0.0 },
    ];
    let severity = match (accuses, got_in) {
        (true, true) => Severity::Critical,
        (true, false) => Severity::High,
        (false, _) => Severity::Low,
    };
    let mut found = draft(META.id, severity, noisy_or(&weights), sentence);
    found.actors = vec![visit.actor];
    found.endpoints = vec![id];
    found.accuses = accuses;
    found.exchanges = visit.statuses.total();
    found.examples = vec![visit.example];
    widen(&mut found, visit.first, visit.last);
    Some(found)
}

fn judge_burst(facts: &Facts, id: EndpointId) -> Option<Finding> {
    let endpoint = facts.endpoint(id)?;
    let (first, last) = (endpoint.slots.first()?.start, endpoint.slots.last()?.start);
    let length = usize::try_from(last.saturating_sub(first) / SLOT).ok().filter(|n| *n < SLOTS)? + 1;
    let mut counts = vec![0.0; length];
    for slot in &endpoint.slots {
        if let Some(count) = usize::try_from((slot.start - first) / SLOT).ok().and_then(|i| counts.get_mut(i)) {
            *count = (slot.statuses.refused + slot.statuses.client_error) as f64;
        }
    }
    let burst = cusum(&counts).filter(|b| b.total >= BURST)?;
    let from = first + burst.start as i64 * SLOT;
    let to = first + (burst.end as i64 + 1) * SLOT;
    let within = |v: &&Visit| v.first.is_some_and(|t| t < to) && v.last.is_some_and(|t| t >= from);
    let part: Vec<&Visit> =
        visits_at(facts, id).filter(|v| refused(v) > 0 && v.statuses.success == 0).filter(within).collect();
    let sentence = format!(
        "{:.0} logins were refused at {} within {} min, where {:.1} in 5 min are usual; {} never got in",
        burst.total,
        at(facts, id),
        (to - from) / (SLOT / 5),
        burst.usual,
        several(part.len(), "actor")
    );
    let mut found = draft(META.id, Severity::Medium, noisy_or(&[WEIGHT_BURST]), sentence);
    found.endpoints = vec![id];
    found.actors = unique(part.iter().map(|v| v.actor));
    found.exchanges = burst.total as u64;
    found.examples = part.iter().take(EXAMPLES).map(|v| v.example).collect();
    widen(&mut found, Some(from), Some(to));
    Some(found)
}
