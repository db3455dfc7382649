//! Facts from rows, in one pass. The order in which rows come changes nothing but which example a
//! number shows, and rows come in the order of the evidence.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_64;

use super::intern::Interner;
use super::lens::Lens;
use super::row::{ExchangeRow, IdentifierRow, Whole};
use super::table::{
    Actor, ActorId, Endpoint, EndpointId, Facts, NameId, PageSize, Role, SLOT, SeenClass, SignalCount, Slot, Statuses,
    Touch, Visit,
};
use crate::classify::Sensitivity;
use crate::domain::{Auth, Location, Micros};

const DAY: Micros = 86_400_000_000;
const HOUR: Micros = 3_600_000_000;

/// Values of identifiers whose text is kept: some 100 MB.
pub const VALUES_MAX: usize = 1_500_000;

/// Where a shape leads: the template, and segments that the shape holds as text although they are
/// parameters (a restaurant's slug).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resolved {
    /// Host that the exchange counts for: the only one of the case where the log names none.
    pub host: String,
    /// `/stores/{store_id}/orders`.
    pub template: String,
    /// Name and value of each such segment.
    pub slugs: Vec<(String, String)>,
}

/// Knows the templates and the classes.
pub trait Resolve {
    /// The template of a shape.
    fn resolve(&self, method: &str, host: &str, path_shape: &str) -> Resolved;
    /// How bad a class is to lose, and whether it identifies one person.
    fn class(&self, class: &str) -> (Sensitivity, bool);
}

/// What an actor or endpoint was given by an exchange, in short: for the ledger, which is fed the
/// same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbered {
    /// Who, in the order of first appearance.
    pub actor: u32,
    /// Where, likewise.
    pub endpoint: u32,
}

/// A shape that was seen, with the endpoint it belongs to.
#[derive(Debug)]
struct Shape {
    endpoint: u32,
    slugs: Vec<(u32, u64)>,
}

#[derive(Debug, Default)]
struct EndpointParts {
    facts: Endpoint,
    days: BTreeSet<i64>,
    answered: BTreeSet<i32>,
    slots: BTreeMap<i64, Statuses>,
    classes: HashMap<(u32, Location, u32), SeenClass>,
    parameters: HashMap<(u32, Location), u64>,
}

/// Builds [`Facts`].
#[derive(Debug)]
pub struct Builder<R> {
    resolve: R,
    shapes: Interner,
    shape_of: Vec<Shape>,
    key: String,
    templates: Interner,
    endpoints: Vec<EndpointParts>,
    actors: Interner,
    actor_facts: Vec<Actor>,
    actor_addresses: HashSet<(u32, u64)>,
    names: Interner,
    words: Interner,
    visits: HashMap<(u32, u32), Visit>,
    touches: Vec<Touch>,
    /// When an identifier's value was first in an answer to an actor.
    given: HashMap<(u32, u64), Micros>,
    signals: HashMap<(u32, u32, u32, Location, u32), SignalCount>,
    roles: Vec<Role>,
    lens: Lens,
    values: HashMap<u64, String>,
    page_sizes: HashMap<(u32, u32, u32), PageSize>,
    hours: HashMap<(u32, i64), u64>,
    exchanges: u64,
    bodies_kept: u64,
    first: Option<Micros>,
    last: Option<Micros>,
}

/// A moment that earlier ones replace.
fn earlier(slot: &mut Option<Micros>, at: Option<Micros>) {
    if let Some(at) = at {
        *slot = Some(slot.map_or(at, |s| s.min(at)));
    }
}

fn later(slot: &mut Option<Micros>, at: Option<Micros>) {
    if let Some(at) = at {
        *slot = Some(slot.map_or(at, |s| s.max(at)));
    }
}

/// Parameters that say how many are wanted.
pub const PAGE_SIZES: &[&str] = &[
    "limit",
    "size",
    "page_size",
    "pagesize",
    "per_page",
    "count",
    "top",
    "first",
    "max",
    "max_results",
    "rows",
    "take",
];

/// A value as a number: of its text, of a personal one its fingerprint.
fn hash(i: &IdentifierRow<'_>) -> u64 {
    match i.personal {
        Some(fingerprint) => fingerprint as u64,
        None => xxh3_64(i.value.as_bytes()),
    }
}

/// A decimal number of at most 18 digits.
fn number(value: &str) -> Option<i64> {
    let plain = !value.is_empty() && value.len() <= 18 && value.bytes().all(|b| b.is_ascii_digit());
    if plain { value.parse().ok() } else { None }
}

impl<R: Resolve> Builder<R> {
    /// A builder that knows the templates.
    pub fn new(resolve: R, lens: &Lens) -> Self {
        Self {
            resolve,
            shapes: Interner::default(),
            shape_of: Vec::new(),
            key: String::new(),
            templates: Interner::default(),
            endpoints: Vec::new(),
            actors: Interner::default(),
            actor_facts: Vec::new(),
            actor_addresses: HashSet::new(),
            names: Interner::default(),
            words: Interner::default(),
            visits: HashMap::new(),
            touches: Vec::new(),
            given: HashMap::new(),
            signals: HashMap::new(),
            roles: Vec::new(),
            lens: lens.clone(),
            values: HashMap::new(),
            page_sizes: HashMap::new(),
            hours: HashMap::new(),
            exchanges: 0,
            bodies_kept: 0,
            first: None,
            last: None,
        }
    }

    /// Adds an exchange.
    pub fn push(&mut self, whole: &Whole<'_>) -> Numbered {
        let x = &whole.exchange;
        self.exchanges += 1;
        self.bodies_kept += u64::from(x.body_kept);
        earlier(&mut self.first, x.time);
        later(&mut self.last, x.time);
        let shape = self.shape(x);
        let endpoint = self.shape_of.get(shape as usize).map_or(0, |s| s.endpoint);
        let actor = self.actor(x);
        self.see_endpoint(endpoint, whole);
        self.see_visit(actor, endpoint, x);
        let tenant = self.tenant(whole.identifiers);
        let slugs = self.shape_of.get(shape as usize).map(|s| s.slugs.clone()).unwrap_or_default();
        for (name, value) in slugs {
            self.touch(x, (actor, endpoint), NameId(name), value, None, tenant);
            self.count_parameter(endpoint, name, Location::Path);
        }
        for i in whole.identifiers {
            self.see_identifier(x, (actor, endpoint), i, tenant);
        }
        self.see_signals(actor, endpoint, whole);
        Numbered { actor, endpoint }
    }

    fn shape(&mut self, x: &ExchangeRow<'_>) -> u32 {
        self.key.clear();
        for part in [x.method, "\0", x.host, "\0", x.path_shape] {
            self.key.push_str(part);
        }
        let known = self.shapes.len();
        let number = self.shapes.number(&self.key);
        if number as usize == known {
            let resolved = self.resolve.resolve(x.method, x.host, x.path_shape);
            self.key.clear();
            for part in [x.method, "\0", &resolved.host, "\0", &resolved.template] {
                self.key.push_str(part);
            }
            let endpoints = self.templates.len();
            let endpoint = self.templates.number(&self.key);
            if endpoint as usize == endpoints {
                let facts = Endpoint {
                    method: x.method.to_owned(),
                    host: resolved.host,
                    template: resolved.template,
                    ..Endpoint::default()
                };
                self.endpoints.push(EndpointParts { facts, ..EndpointParts::default() });
            }
            let mut slugs = Vec::new();
            for (name, value) in resolved.slugs {
                let hash = xxh3_64(value.as_bytes());
                slugs.push((self.names.number(&name), hash));
                self.values.insert(hash, value);
            }
            self.shape_of.push(Shape { endpoint, slugs });
        }
        number
    }

    fn actor(&mut self, x: &ExchangeRow<'_>) -> u32 {
        let known = self.actors.len();
        let number = self.actors.number(x.actor);
        if number as usize == known {
            self.actor_facts.push(Actor {
                key: x.actor.to_owned(),
                label: label(x.actor),
                address: x.address.to_owned(),
                user_agent: x.user_agent.to_owned(),
                ..Actor::default()
            });
        }
        let new_address = self.actor_addresses.insert((number, xxh3_64(x.address.as_bytes())));
        if let Some(at) = x.time {
            *self.hours.entry((number, at.div_euclid(HOUR))).or_default() += 1;
        }
        if let Some(a) = self.actor_facts.get_mut(number as usize) {
            // A capture that is an actor's names no address; the log does.
            if a.address.is_empty() {
                x.address.clone_into(&mut a.address);
            }
            a.addresses += u32::from(new_address && !x.address.is_empty());
            if let Some(count) = a.auth.get_mut(x.auth as usize) {
                *count += 1;
            }
            a.statuses.add(x.status);
            a.response_bytes += x.response_bytes;
            a.page_requests += u64::from(x.is_page);
            earlier(&mut a.first, x.time);
            later(&mut a.last, x.time);
        }
        number
    }

    fn see_endpoint(&mut self, endpoint: u32, whole: &Whole<'_>) {
        let x = &whole.exchange;
        let Some(parts) = self.endpoints.get_mut(endpoint as usize) else { return };
        let e = &mut parts.facts;
        e.statuses.add(x.status);
        match x.auth {
            Auth::Present => e.auth_present += 1,
            Auth::Absent => e.auth_absent += 1,
            Auth::Unknown => e.auth_unknown += 1,
        }
        let success = matches!(x.status, Some(200..=299));
        e.open_success += u64::from(success && x.auth == Auth::Absent);
        e.response_bytes += x.response_bytes;
        earlier(&mut e.first, x.time);
        later(&mut e.last, x.time);
        if let Some(at) = x.time {
            parts.days.insert(at.div_euclid(DAY));
            if x.status != Some(404) {
                parts.answered.insert(at.div_euclid(DAY) as i32);
            }
            parts.slots.entry(at.div_euclid(SLOT)).or_default().add(x.status);
        }
        for s in whole.sightings {
            let key = (self.words.number(s.class), s.location, self.words.number(s.pointer));
            let seen = parts.classes.entry(key).or_insert_with(|| {
                let (sensitivity, identifies) = self.resolve.class(s.class);
                SeenClass {
                    class: s.class.to_owned(),
                    sensitivity,
                    identifies,
                    location: s.location,
                    pointer: s.pointer.to_owned(),
                    sightings: 0,
                    unauthenticated: 0,
                    example: x.place,
                }
            });
            seen.sightings += 1;
            seen.unauthenticated += u64::from(x.auth == Auth::Absent);
        }
    }

    fn see_visit(&mut self, actor: u32, endpoint: u32, x: &ExchangeRow<'_>) {
        let visit = self.visits.entry((actor, endpoint)).or_insert_with(|| Visit {
            actor: ActorId(actor),
            endpoint: EndpointId(endpoint),
            example: x.place,
            ..Visit::default()
        });
        visit.statuses.add(x.status);
        visit.response_bytes += x.response_bytes;
        earlier(&mut visit.first, x.time);
        later(&mut visit.last, x.time);
    }

    fn count_parameter(&mut self, endpoint: u32, name: u32, location: Location) {
        if let Some(parts) = self.endpoints.get_mut(endpoint as usize) {
            *parts.parameters.entry((name, location)).or_default() += 1;
        }
    }

    fn see_identifier(
        &mut self,
        x: &ExchangeRow<'_>,
        (actor, endpoint): (u32, u32),
        i: &IdentifierRow<'_>,
        tenant: Option<u64>,
    ) {
        let value = hash(i);
        if i.location.is_response() {
            if let Some(at) = x.time {
                let slot = self.given.entry((actor, value)).or_insert(at);
                *slot = (*slot).min(at);
            }
            return;
        }
        let name = self.names.number(i.name);
        if self.role(name) != Role::Other && self.values.len() < VALUES_MAX {
            self.values.entry(value).or_insert_with(|| i.value.to_owned());
        }
        self.count_parameter(endpoint, name, i.location);
        let number = if i.personal.is_some() { None } else { number(i.value) };
        if let Some(number) = number.filter(|_| PAGE_SIZES.contains(&i.name)) {
            self.see_page_size(x, (actor, endpoint, name), number as u64);
            return;
        }
        self.touch(x, (actor, endpoint), NameId(name), value, number, tenant);
    }

    fn role(&mut self, name: u32) -> Role {
        while self.roles.len() < self.names.len() {
            let role = self.lens.role(self.names.text(self.roles.len() as u32));
            self.roles.push(role);
        }
        self.roles.get(name as usize).copied().unwrap_or_default()
    }

    /// The tenant that a request names, else the one that its answer names.
    fn tenant(&mut self, identifiers: &[IdentifierRow<'_>]) -> Option<u64> {
        let mut answered = None;
        for i in identifiers {
            let name = self.names.number(i.name);
            if self.role(name) != Role::Tenant {
                continue;
            }
            let value = hash(i);
            if !i.location.is_response() {
                return Some(value);
            }
            match answered {
                None => answered = Some(Some(value)),
                Some(Some(other)) if other != value => answered = Some(None),
                Some(_) => {}
            }
        }
        answered.flatten()
    }

    fn see_page_size(&mut self, x: &ExchangeRow<'_>, key: (u32, u32, u32), number: u64) {
        let (actor, endpoint, name) = key;
        let size = self.page_sizes.entry(key).or_insert(PageSize {
            actor: ActorId(actor),
            endpoint: EndpointId(endpoint),
            name: NameId(name),
            largest: 0,
            requests: 0,
            example: x.place,
        });
        size.requests += 1;
        if number > size.largest {
            (size.largest, size.example) = (number, x.place);
        }
    }

    fn touch(
        &mut self,
        x: &ExchangeRow<'_>,
        (actor, endpoint): (u32, u32),
        name: NameId,
        value: u64,
        number: Option<i64>,
        tenant: Option<u64>,
    ) {
        self.touches.push(Touch {
            endpoint: EndpointId(endpoint),
            name,
            actor: ActorId(actor),
            time: x.time.unwrap_or(i64::MIN),
            value,
            number,
            status: x.status.unwrap_or(0),
            place: x.place,
            given: false,
            tenant,
        });
    }

    fn see_signals(&mut self, actor: u32, endpoint: u32, whole: &Whole<'_>) {
        let x = &whole.exchange;
        for s in whole.signals {
            let key = (self.words.number(s.signal), actor, endpoint, s.location, self.words.number(s.pointer));
            let count = self.signals.entry(key).or_insert_with(|| SignalCount {
                signal: s.signal.to_owned(),
                actor: ActorId(actor),
                endpoint: EndpointId(endpoint),
                location: s.location,
                pointer: s.pointer.to_owned(),
                count: 0,
                success: 0,
                detail: s.detail.to_owned(),
                example: x.place,
                first: None,
                last: None,
            });
            count.count += 1;
            count.success += u64::from(matches!(x.status, Some(200..=299)));
            earlier(&mut count.first, x.time);
            later(&mut count.last, x.time);
        }
    }

    /// The facts, and for actors and endpoints the final number of each that `push` gave out.
    pub fn finish(self) -> (Facts, Vec<ActorId>, Vec<EndpointId>) {
        let (actor_rank, _) = self.actors.sorted();
        let actor_rank: Vec<ActorId> = actor_rank.into_iter().map(ActorId).collect();
        let (name_rank, names) = self.names.sorted();
        let endpoint_rank = endpoint_ranks(&self.endpoints);
        let roles: Vec<Role> = names.iter().map(|n| self.lens.role(n)).collect();
        let name = |n: NameId| NameId(name_rank.get(n.at()).copied().unwrap_or_default());
        let actor = |a: ActorId| actor_rank.get(a.at()).copied().unwrap_or_default();
        let endpoint = |e: EndpointId| endpoint_rank.get(e.at()).copied().unwrap_or_default();

        let mut touches = self.touches;
        for t in &mut touches {
            t.given = self.given.get(&(t.actor.0, t.value)).is_some_and(|at| *at < t.time);
            (t.name, t.actor, t.endpoint) = (name(t.name), actor(t.actor), endpoint(t.endpoint));
        }
        touches.sort_unstable_by_key(|t| (t.endpoint, t.name, t.actor, t.time, t.place, t.value));
        let mut visits: Vec<Visit> = self.visits.into_values().collect();
        for v in &mut visits {
            (v.actor, v.endpoint) = (actor(v.actor), endpoint(v.endpoint));
        }
        visits.sort_unstable_by_key(|v| (v.actor, v.endpoint));
        let mut signals: Vec<SignalCount> = self.signals.into_values().collect();
        for s in &mut signals {
            (s.actor, s.endpoint) = (actor(s.actor), endpoint(s.endpoint));
        }
        signals.sort_unstable_by(|a, b| {
            (&a.signal, a.actor, a.endpoint, a.location, &a.pointer)
                .cmp(&(&b.signal, b.actor, b.endpoint, b.location, &b.pointer))
        });
        let mut endpoints: Vec<Option<Endpoint>> = vec![None; endpoint_rank.len()];
        for (old, parts) in self.endpoints.into_iter().enumerate() {
            let new = endpoint_rank.get(old).copied().unwrap_or_default();
            if let Some(slot) = endpoints.get_mut(new.at()) {
                *slot = Some(finish_endpoint(parts, &name_rank));
            }
        }
        let mut actors: Vec<Actor> = self.actor_facts;
        actors.sort_by(|a, b| a.key.cmp(&b.key));
        count_tenants(&mut actors, &touches, &roles);
        let mut values: Vec<(u64, String)> = self.values.into_iter().collect();
        values.sort_unstable();
        let mut page_sizes: Vec<PageSize> = self.page_sizes.into_values().collect();
        for p in &mut page_sizes {
            (p.name, p.actor, p.endpoint) = (name(p.name), actor(p.actor), endpoint(p.endpoint));
        }
        page_sizes.sort_unstable_by_key(|p| (p.actor, p.endpoint, p.name));
        let mut hours: Vec<(ActorId, i64, u64)> =
            self.hours.into_iter().map(|((a, hour), count)| (actor(ActorId(a)), hour, count)).collect();
        hours.sort_unstable();
        let facts = Facts {
            endpoints: endpoints.into_iter().flatten().collect(),
            actors,
            names,
            roles,
            visits,
            touches,
            signals,
            values,
            hours,
            page_sizes,
            gaps: Vec::new(),
            exchanges: self.exchanges,
            bodies_kept: self.bodies_kept,
            first: self.first,
            last: self.last,
        };
        (facts, actor_rank, endpoint_rank)
    }
}

/// The final number of each endpoint: by host, template and method.
fn endpoint_ranks(endpoints: &[EndpointParts]) -> Vec<EndpointId> {
    let mut order: Vec<u32> = (0..endpoints.len() as u32).collect();
    let of = |at: u32| endpoints.get(at as usize).map(|p| &p.facts);
    order.sort_by_key(|at| of(*at).map(|e| (&e.host, &e.template, &e.method)));
    let mut ranks = vec![EndpointId::default(); order.len()];
    for (new, old) in order.iter().enumerate() {
        if let Some(slot) = ranks.get_mut(*old as usize) {
            *slot = EndpointId(new as u32);
        }
    }
    ranks
}

/// An actor for people, from its key: `192.0.2.61`, `session 1f3a90bc`.
fn label(key: &str) -> String {
    match key.split_once(':') {
        Some(("address", name)) => name.rsplit_once('/').map_or(name, |(address, _)| address).to_owned(),
        Some(("capture", id)) => format!("whoever recorded evidence {id}"),
        Some((kind, name)) => format!("{kind} {}", name.get(..8).unwrap_or(name)),
        None => key.to_owned(),
    }
}

fn finish_endpoint(parts: EndpointParts, name_rank: &[u32]) -> Endpoint {
    let mut e = parts.facts;
    let days: Vec<i64> = parts.days.into_iter().collect();
    e.longest_sleep = days
        .windows(2)
        .filter_map(|w| Some((w.get(1)? - w.first()? - 1, *w.get(1)?)))
        .filter(|(asleep, _)| *asleep > 0)
        .max_by_key(|(asleep, woke)| (*asleep, -woke))
        .map(|(asleep, woke)| (asleep * DAY, woke * DAY));
    e.days = parts.answered.into_iter().collect();
    e.slots = parts.slots.into_iter().map(|(at, statuses)| Slot { start: at * SLOT, statuses }).collect();
    e.classes = parts.classes.into_values().collect();
    e.classes.sort_by(|a, b| (&a.class, a.location, &a.pointer).cmp(&(&b.class, b.location, &b.pointer)));
    let rank = |n: u32| NameId(name_rank.get(n as usize).copied().unwrap_or_default());
    e.parameters = parts.parameters.into_iter().map(|((n, location), count)| (rank(n), location, count)).collect();
    e.parameters.sort_unstable();
    e
}

fn count_tenants(actors: &mut [Actor], touches: &[Touch], roles: &[Role]) {
    let mut seen: Vec<(ActorId, u64)> =
        touches.iter().filter(|t| roles.get(t.name.at()) == Some(&Role::Tenant)).map(|t| (t.actor, t.value)).collect();
    seen.sort_unstable();
    seen.dedup();
    for (actor, _) in seen {
        if let Some(a) = actors.get_mut(actor.at()) {
            a.tenants += 1;
        }
    }
}
