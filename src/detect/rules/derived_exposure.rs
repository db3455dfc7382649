//! Two harmless answers that make a secret together: how often each dish was sold, and what it costs,
//! is what a restaurant earns.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Severity;
use crate::facts::{ActorId, Endpoint, EndpointId, Facts, Place, Role};

use super::super::draft::{EXAMPLES, draft, endpoint_label, several, template_has, unique, widen};
use super::super::objects::Outcome;
use super::super::statistics::noisy_or;
use super::super::{Detector, Finding, Meta};
use super::signals_by_actor::label;

/// See the module.
#[derive(Debug)]
pub(super) struct DerivedExposure;

static META: Meta = Meta {
    id: "derived-exposure",
    title: "Revenue by joining answers",
    owasp: &["API1", "API3"],
    cwe: &[201, 1230],
    method: "one actor got counts (endpoints of purchases, history, sales, statistics) and prices (menus, catalogues) of the \
             same tenant; accused from 20 tenants asked for counts once each",
    quiet: "guests and screens of one or a few restaurants; crawlers, who see prices only",
};

const COUNTS: &[&str] =
    &["history", "sales", "purchase", "purchases", "ongoing", "statistics", "stats", "summary", "popular", "trending"];
const PRICES: &[&str] = &["menu", "menus", "catalog", "catalogue", "price", "prices", "pricelist", "items", "products"];
/// Restaurants from which it is neither a guest nor a chain that comes back to its own.
const TENANTS: usize = 20;
/// Times asked for counts, by tenant.
const ONCE: f64 = 1.5;
/// That the join was possible is sure; that it was made is not.
const WEIGHT_JOIN: f64 = 0.4;
const WEIGHT_MANY: f64 = 0.6;

/// When, where it stands, and where it was asked for: by tenant.
type Asked = BTreeMap<u64, Vec<(i64, Place, EndpointId)>>;

impl Detector for DerivedExposure {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, facts: &Facts, out: &mut Vec<Finding>) {
        let kinds: Vec<(bool, bool)> = facts.endpoints.iter().map(|e| (gives_counts(e), gives_prices(e))).collect();
        let mut counts: BTreeMap<ActorId, Asked> = BTreeMap::new();
        let mut prices: BTreeMap<ActorId, BTreeSet<u64>> = BTreeMap::new();
        for touch in facts.touches.iter().filter(|t| Outcome::of(t.status) == Outcome::Hit) {
            let Some((count, price)) = kinds.get(touch.endpoint.at()).filter(|k| k.0 || k.1) else { continue };
            let tenant = if facts.role(touch.name) == Role::Tenant { Some(touch.value) } else { touch.tenant };
            let Some(tenant) = tenant else { continue };
            if *count {
                let asked = counts.entry(touch.actor).or_default().entry(tenant).or_default();
                asked.push((touch.time, touch.place, touch.endpoint));
            }
            if *price {
                prices.entry(touch.actor).or_default().insert(tenant);
            }
        }
        let mut few: Vec<ActorId> = Vec::new();
        for (actor, mut asked) in counts {
            asked.retain(|tenant, _| prices.get(&actor).is_some_and(|p| p.contains(tenant)));
            let requests: usize = asked.values().map(Vec::len).sum();
            if asked.len() >= TENANTS && requests as f64 <= ONCE * asked.len() as f64 {
                out.push(finding(facts, actor, &asked));
            } else if !asked.is_empty() {
                few.push(actor);
            }
        }
        if !few.is_empty() {
            out.push(possible(facts, &few, &kinds));
        }
    }
}

fn gives_counts(endpoint: &Endpoint) -> bool {
    template_has(&endpoint.template, COUNTS)
        || endpoint.classes.iter().any(|c| c.location.is_response() && c.class.contains("sales"))
}

fn gives_prices(endpoint: &Endpoint) -> bool {
    !gives_counts(endpoint)
        && (template_has(&endpoint.template, PRICES)
            || endpoint.classes.iter().any(|c| c.location.is_response() && c.class.contains("price")))
}

fn finding(facts: &Facts, actor: ActorId, asked: &Asked) -> Finding {
    let all = || asked.values().flatten();
    let sentence = format!(
        "{} got the counts and the prices of {}: their revenue can be worked out",
        label(facts, actor),
        several(asked.len(), "tenant")
    );
    let mut found = draft(META.id, Severity::High, noisy_or(&[WEIGHT_JOIN, WEIGHT_MANY]), sentence);
    found.actors = vec![actor];
    found.endpoints = unique(all().map(|t| t.2));
    found.accuses = true;
    found.exchanges = all().count() as u64;
    found.examples = unique(all().map(|t| t.1)).into_iter().take(EXAMPLES).collect();
    let times = || all().map(|t| t.0).filter(|t| *t != i64::MIN);
    widen(&mut found, times().min(), times().max());
    found
}

/// What others could have worked out for the few restaurants they saw.
fn possible(facts: &Facts, actors: &[ActorId], kinds: &[(bool, bool)]) -> Finding {
    let endpoints = facts.endpoints.iter().zip(kinds).enumerate().filter(|(_, (_, k))| k.0);
    let ids: Vec<EndpointId> = endpoints.map(|(at, _)| EndpointId(at as u32)).collect();
    let names =
        ids.iter().filter_map(|e| facts.endpoint(*e)).map(endpoint_label).take(3).collect::<Vec<_>>().join(", ");
    let sentence = format!(
        "{} could work out what a restaurant earns from {names} and its prices",
        several(actors.len(), "actor")
    );
    let mut found = draft(META.id, Severity::Low, noisy_or(&[WEIGHT_JOIN]), sentence);
    found.endpoints = ids;
    found.exchanges = actors.len() as u64;
    found
}
