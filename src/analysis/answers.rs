//! Successful answers to intruders whose content nobody knows: neither a body was kept, nor does
//! anything say what the endpoint returns. They are counted as class `answer`, probable.

use std::collections::{BTreeMap, BTreeSet};

use super::verdicts::Judged;
use crate::domain::Certainty;
use crate::exposure::ledger::{ExposureEntry, Ledger};
use crate::facts::{ActorId, EndpointId, Facts, Lens, Place, Role, Touch};

/// Class of an answer whose content is not known.
pub(super) const ANSWER: &str = "answer";

/// Adds rows for them.
pub(super) fn add(facts: &Facts, judged: &[Judged], lens: &Lens, ledger: &mut Ledger) {
    let is_intruder = |a: ActorId| judged.get(a.at()).is_some_and(|j| j.verdict.is_intruder());
    let told: BTreeSet<EndpointId> = ledger.rows.iter().map(|r| r.endpoint).collect();
    let open = |t: &&Touch| {
        let public = facts.endpoint(t.endpoint).is_some_and(|e| lens.public.contains(&e.template));
        (200..300).contains(&t.status) && is_intruder(t.actor) && !told.contains(&t.endpoint) && !public
    };
    let mut requests: BTreeMap<Place, Vec<&Touch>> = BTreeMap::new();
    for t in facts.touches.iter().filter(open) {
        requests.entry(t.place).or_default().push(t);
    }
    let mut rows: BTreeMap<(ActorId, String, String), ExposureEntry> = BTreeMap::new();
    for (place, touches) in requests {
        let named = |role: Role| {
            let touch = touches.iter().rev().find(|t| facts.role(t.name) == role)?;
            Some(format!("{}={}", facts.name(touch.name), facts.value(touch.value)?))
        };
        let (tenant, record) = (named(Role::Tenant).unwrap_or_default(), named(Role::Record).unwrap_or_default());
        let Some(first) = touches.first() else { continue };
        if tenant.is_empty() && record.is_empty() {
            continue;
        }
        let time = (first.time != i64::MIN).then_some(first.time);
        let row = rows.entry((first.actor, tenant.clone(), record.clone())).or_insert(ExposureEntry {
            actor: first.actor,
            tenant,
            class: ANSWER.to_owned(),
            record,
            subject: None,
            value: None,
            count: 0,
            open: 0,
            certainty: Certainty::Probable,
            first: time,
            last: time,
            endpoint: first.endpoint,
            places: Vec::new(),
        });
        row.count += 1;
        row.first = row.first.into_iter().chain(time).min();
        row.last = row.last.into_iter().chain(time).max();
        if row.places.len() < 3 {
            row.places.push(place);
        }
    }
    ledger.rows.extend(rows.into_values());
    ledger.rows.sort_by(|a, b| {
        (a.actor, &a.tenant, &a.class, &a.record, a.subject, a.value)
            .cmp(&(b.actor, &b.tenant, &b.class, &b.record, b.subject, b.value))
    });
}
