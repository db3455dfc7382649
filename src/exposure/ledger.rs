//! The ledger: one row an actor, tenant, data class, record, subject and value, with how often, when
//! and how surely. Fed with the same rows as the facts.

use std::borrow::Cow;
use std::cmp::Ordering;

use hashbrown::HashMap;

use super::subjects::Subjects;
use crate::domain::{Auth, Certainty, Micros};
use crate::facts::builder::Numbered;
use crate::facts::intern::Interner;
use crate::facts::lens::{is_group, is_referred_to};
use crate::facts::row::{IdentifierRow, SightingRow, Whole};
use crate::facts::{ActorId, EndpointId, Lens, Place, Role};

/// Rows of the ledger that are kept apart by record and person; beyond it new rows are counted by
/// actor, tenant and class only. Each takes some 100 bytes, so this is 300 MB.
pub const LEDGER_ROWS_MAX: usize = 3_000_000;

/// Nothing of the kind is known.
const NONE: u32 = u32::MAX;

/// Places that are kept of a row.
const PLACES: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    actor: u32,
    tenant: u32,
    class: u32,
    record: u32,
    subject: u32,
    value: u128,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    count: u64,
    open: u64,
    certainty: Certainty,
    first: Option<Micros>,
    last: Option<Micros>,
    endpoint: u32,
    places: [Place; PLACES],
}

/// One row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposureEntry {
    /// Who got it.
    pub actor: ActorId,
    /// Whose data it is on the business side, `store_id=4217`; empty where nothing names it.
    pub tenant: String,
    /// Kind of value.
    pub class: String,
    /// Business object, `order_id=1016902`; empty where nothing names it.
    pub record: String,
    /// Person, by the smallest fingerprint of it; `None` where nothing names one.
    pub subject: Option<u128>,
    /// Fingerprint of the value; `None` where the body was not kept.
    pub value: Option<u128>,
    /// Sightings.
    pub count: u64,
    /// Those in answers to requests without credentials.
    pub open: u64,
    /// How sure.
    pub certainty: Certainty,
    /// Earliest.
    pub first: Option<Micros>,
    /// Latest.
    pub last: Option<Micros>,
    /// Where it was first got.
    pub endpoint: EndpointId,
    /// The first exchanges that show it.
    pub places: Vec<Place>,
}

/// The finished ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    /// By actor, tenant, class, record, subject, value.
    pub rows: Vec<ExposureEntry>,
    /// Masked values of each person: fingerprint, class, masked value; by person and class.
    pub people: Vec<(u128, String, String)>,
    /// [`LEDGER_ROWS_MAX`] was hit: records and people are then a lower bound.
    pub limit_hit: bool,
}

/// Which classes the answers of an endpoint hold, known before the rows come: from bodies of other
/// exchanges, or from the lens.
pub trait Returns {
    /// Classes in answers of the endpoint with this shape.
    fn returns(&self, method: &str, host: &str, path_shape: &str) -> &[String];
    /// Whether a class identifies a person.
    fn identifies(&self, class: &str) -> bool;
    /// Whether everybody may read what the endpoint returns.
    fn is_public(&self, method: &str, host: &str, path_shape: &str) -> bool;
}

/// Builds the ledger.
#[derive(Debug)]
pub struct Builder<R> {
    returns: R,
    roles: HashMap<String, Role>,
    lens: Lens,
    tenants: Interner,
    records: Interner,
    classes: Interner,
    cells: HashMap<Key, Cell>,
    subjects: Subjects,
    masked: HashMap<(u128, u32), String>,
    text: String,
    limit_hit: bool,
}

/// What an object is about.
#[derive(Debug, Clone, Copy)]
struct About {
    tenant: u32,
    record: u32,
    subject: u32,
}

fn holds(outer: (u32, u32), leaf: u32) -> bool {
    outer.0 <= leaf && leaf < outer.1
}

fn size(scope: (u32, u32)) -> u32 {
    scope.1.saturating_sub(scope.0)
}

/// 128 bits of an identifier that is no personal value, so that it can stand beside fingerprints.
fn id_node(name: &str, value: &str) -> u128 {
    xxhash_rust::xxh3::xxh3_128(format!("{name}\0{value}").as_bytes())
}

impl<R: Returns> Builder<R> {
    /// An empty ledger.
    pub fn new(returns: R, lens: &Lens) -> Self {
        Self {
            returns,
            roles: HashMap::new(),
            lens: lens.clone(),
            tenants: Interner::default(),
            records: Interner::default(),
            classes: Interner::default(),
            cells: HashMap::new(),
            subjects: Subjects::default(),
            masked: HashMap::new(),
            text: String::new(),
            limit_hit: false,
        }
    }

    fn role(&mut self, name: &str) -> Role {
        if let Some(role) = self.roles.get(name) {
            return *role;
        }
        let role = self.lens.role(name);
        self.roles.insert(name.to_owned(), role);
        role
    }

    /// Adds what an exchange exposed. `who` is what the facts made of the same exchange.
    pub fn push(&mut self, whole: &Whole<'_>, who: Numbered) {
        let x = &whole.exchange;
        if self.returns.is_public(x.method, x.host, x.path_shape) {
            return;
        }
        let got = whole.sightings.iter().any(|s| s.location.is_response());
        if got {
            self.link_people(whole);
            for s in whole.sightings.iter().filter(|s| s.location.is_response()) {
                let about = self.about(whole, Some(s));
                self.remember(s);
                let class = self.classes.number(s.class);
                self.add(whole, who, (class, s.fingerprint), about, Certainty::Confirmed);
            }
        } else if !x.body_kept && matches!(x.status, Some(200..=299)) {
            let count = self.returns.returns(x.method, x.host, x.path_shape).len();
            for at in 0..count {
                let class = self.returns.returns(x.method, x.host, x.path_shape).get(at).cloned().unwrap_or_default();
                let about = self.about(whole, None);
                let class = self.classes.number(&class);
                self.add(whole, who, (class, 0), about, Certainty::Probable);
            }
        }
    }

    fn remember(&mut self, s: &SightingRow<'_>) {
        if self.returns.identifies(s.class) {
            let class = self.classes.number(s.class);
            self.masked.entry((s.fingerprint, class)).or_insert_with(|| s.masked.to_owned());
        }
    }

    /// Values of one object are of one person where each class of them stands there once.
    fn link_people(&mut self, whole: &Whole<'_>) {
        let people: Vec<&SightingRow<'_>> =
            whole.sightings.iter().filter(|s| s.location.is_response() && self.returns.identifies(s.class)).collect();
        let mut from = 0;
        while let Some(first) = people.get(from) {
            let len = people.iter().skip(from).take_while(|s| s.scope == first.scope).count();
            let group = people.get(from..from + len).unwrap_or_default();
            from += len;
            let once = group
                .iter()
                .enumerate()
                .all(|(at, s)| group.iter().take(at).all(|o| o.class != s.class || o.fingerprint == s.fingerprint));
            if !once {
                continue;
            }
            let node = self.subjects.node(first.fingerprint);
            for s in group.iter().skip(1) {
                let other = self.subjects.node(s.fingerprint);
                self.subjects.link(node, other);
            }
            if let Some(id) = self.subject_id(whole, first.leaf, first.scope) {
                let other = self.subjects.node(id);
                self.subjects.link(node, other);
            }
        }
    }

    /// The identifier of a person that governs exactly the object of these values.
    fn subject_id(&mut self, whole: &Whole<'_>, leaf: u32, scope: (u32, u32)) -> Option<u128> {
        let near = |i: &&IdentifierRow<'_>| {
            i.location.is_response() && holds(i.scope, leaf) && size(i.scope) <= size(scope).saturating_mul(2).max(8)
        };
        let mut found = None;
        for i in whole.identifiers.iter().filter(near) {
            if self.role(i.name) == Role::Subject {
                let id = i.personal.unwrap_or_else(|| id_node(i.name, i.value));
                if found.is_some_and(|f| f != id) {
                    return None;
                }
                found = Some(id);
            }
        }
        found
    }

    /// What the object of a sighting is about; of the whole exchange without one.
    fn about(&mut self, whole: &Whole<'_>, s: Option<&SightingRow<'_>>) -> About {
        let [tenant, record, person] = [Role::Tenant, Role::Record, Role::Subject].map(|role| {
            // What the request calls a tenant is the tenant: an answer names its brand and group too.
            let asked = whole.identifiers.iter().filter(|i| !i.location.is_response() && role == Role::Tenant);
            let asked = asked.filter(|i| self.role(i.name) == role).map(|i| i.name).last();
            let mut best: Option<&IdentifierRow<'_>> = None;
            for i in whole.identifiers {
                let applies = match s {
                    Some(s) => !i.location.is_response() || holds(i.scope, s.leaf),
                    None => !i.location.is_response(),
                };
                if asked.is_some_and(|name| name != i.name) {
                    continue;
                }
                if applies && best.is_none_or(|b| is_nearer(i, b, role)) && self.role(i.name) == role {
                    best = Some(i);
                }
            }
            best
        });
        let tenant = tenant.map_or(NONE, |i| number(&mut self.text, &mut self.tenants, i));
        let record = record.map_or(NONE, |i| {
            let name = if self.lens.record.iter().any(|n| n == i.name) { i.name.into() } else { one_name(i.name) };
            named(&mut self.text, &mut self.records, &name, i.value)
        });
        let subject = match s {
            Some(s) if self.returns.identifies(s.class) => Some(s.fingerprint),
            Some(s) => self.person_beside(whole, s),
            None => None,
        };
        let asked = || person.map(|i| i.personal.unwrap_or_else(|| id_node(i.name, i.value)));
        let subject = subject.or_else(asked).map_or(NONE, |f| self.subjects.node(f));
        About { tenant, record, subject }
    }

    /// The person in the smallest object around a value that holds exactly one.
    fn person_beside(&self, whole: &Whole<'_>, s: &SightingRow<'_>) -> Option<u128> {
        let mut best: Option<&SightingRow<'_>> = None;
        let mut several = false;
        for p in whole.sightings.iter().filter(|p| p.location == s.location && self.returns.identifies(p.class)) {
            // Either the value stands in the person's object, or the person in the value's.
            if !holds(p.scope, s.leaf) && !holds(s.scope, p.leaf) {
                continue;
            }
            match best {
                Some(b) if size(p.scope) > size(b.scope) => {}
                Some(b) if size(p.scope) == size(b.scope) && b.scope == p.scope => {
                    several |= b.class == p.class && b.fingerprint != p.fingerprint;
                }
                Some(b) if size(p.scope) == size(b.scope) => several |= b.fingerprint != p.fingerprint,
                _ => (best, several) = (Some(p), false),
            }
        }
        best.filter(|_| !several).map(|p| p.fingerprint)
    }

    fn add(
        &mut self,
        whole: &Whole<'_>,
        who: Numbered,
        (class, value): (u32, u128),
        about: About,
        certainty: Certainty,
    ) {
        let x = &whole.exchange;
        let mut key =
            Key { actor: who.actor, tenant: about.tenant, class, record: about.record, subject: about.subject, value };
        if self.cells.len() >= LEDGER_ROWS_MAX && !self.cells.contains_key(&key) {
            self.limit_hit = true;
            (key.record, key.subject, key.value) = (NONE, NONE, 0);
        }
        let cell = self.cells.entry(key).or_insert(Cell {
            count: 0,
            open: 0,
            certainty,
            first: x.time,
            last: x.time,
            endpoint: who.endpoint,
            places: [Place::default(); PLACES],
        });
        if let Some(slot) = cell.places.get_mut(cell.count as usize) {
            *slot = x.place;
        }
        cell.count += 1;
        cell.open += u64::from(x.auth == Auth::Absent);
        cell.certainty = cell.certainty.max(certainty);
        cell.first = cell.first.into_iter().chain(x.time).min();
        cell.last = cell.last.into_iter().chain(x.time).max();
    }

    /// The ledger, with the final numbers of actors and endpoints.
    pub fn finish(self, actors: &[ActorId], endpoints: &[EndpointId]) -> Ledger {
        let Self { mut subjects, tenants, records, classes, cells, masked, limit_hit, .. } = self;
        let text = |i: &Interner, n: u32| if n == NONE { String::new() } else { i.text(n).to_owned() };
        let mut merged: HashMap<(u32, u32, u32, u32, Option<u128>, u128), ExposureEntry> = HashMap::new();
        for (key, cell) in cells {
            let subject = (key.subject != NONE).then(|| subjects.person(key.subject));
            let row = ExposureEntry {
                actor: actors.get(key.actor as usize).copied().unwrap_or_default(),
                tenant: text(&tenants, key.tenant),
                class: text(&classes, key.class),
                record: text(&records, key.record),
                subject,
                value: (key.value != 0).then_some(key.value),
                count: cell.count,
                open: cell.open,
                certainty: cell.certainty,
                first: cell.first,
                last: cell.last,
                endpoint: endpoints.get(cell.endpoint as usize).copied().unwrap_or_default(),
                places: cell.places.iter().copied().filter(|p| p.record > 0).collect(),
            };
            merged
                .entry((key.actor, key.tenant, key.class, key.record, subject, key.value))
                .and_modify(|r| merge(r, &row))
                .or_insert(row);
        }
        let mut rows: Vec<ExposureEntry> = merged.into_values().collect();
        rows.sort_by(|a, b| {
            (a.actor, &a.tenant, &a.class, &a.record, a.subject, a.value)
                .cmp(&(b.actor, &b.tenant, &b.class, &b.record, b.subject, b.value))
        });
        let mut people: Vec<(u128, String, String)> = masked
            .into_iter()
            .map(|((fingerprint, class), masked)| {
                let node = subjects.node(fingerprint);
                (subjects.person(node), classes.text(class).to_owned(), masked)
            })
            .collect();
        people.sort();
        people.dedup();
        Ledger { rows, people, limit_hit }
    }
}

/// Leaves that an identifier governs; one of the request governs the whole answer.
fn extent(i: &IdentifierRow<'_>) -> u32 {
    if i.location.is_response() { size(i.scope) } else { u32::MAX }
}

/// Whether an identifier says better than `best` what a value's object is. The smallest object wins. Of
/// equal ones: a place before the group it belongs to; what is a record of its own before what a record
/// refers to; in an answer the first record, because an object begins with its own name; else the
/// later, which stands deeper in a path.
fn is_nearer(i: &IdentifierRow<'_>, best: &IdentifierRow<'_>, role: Role) -> bool {
    match extent(i).cmp(&extent(best)) {
        Ordering::Less => true,
        Ordering::Greater => false,
        Ordering::Equal if role == Role::Record => {
            let (own, other) = (is_referred_to(i.name), is_referred_to(best.name));
            own < other || own == other && !(i.location.is_response() && best.location.is_response())
        }
        Ordering::Equal => role != Role::Tenant || is_group(i.name) <= is_group(best.name),
    }
}

/// `order_no`, `order_number` and `order_id` are one: a path says `orders/5652`, its answer
/// `"orderNo": 5652`.
fn one_name(name: &str) -> Cow<'_, str> {
    let noun = ["_no", "_num", "_number"].iter().find_map(|end| name.strip_suffix(end));
    noun.map_or(Cow::Borrowed(name), |noun| Cow::Owned(format!("{noun}_id")))
}

fn number(text: &mut String, interner: &mut Interner, i: &IdentifierRow<'_>) -> u32 {
    named(text, interner, i.name, i.value)
}

fn named(text: &mut String, interner: &mut Interner, name: &str, value: &str) -> u32 {
    text.clear();
    text.push_str(name);
    text.push('=');
    text.push_str(value);
    interner.number(text)
}

fn merge(into: &mut ExposureEntry, other: &ExposureEntry) {
    into.count += other.count;
    into.open += other.open;
    into.certainty = into.certainty.max(other.certainty);
    if other.first.is_some() && (into.first.is_none() || other.first < into.first) {
        into.endpoint = other.endpoint;
    }
    into.first = into.first.into_iter().chain(other.first).min();
    into.last = into.last.into_iter().chain(other.last).max();
    into.places.extend(&other.places);
    into.places.sort_unstable();
    into.places.dedup();
    into.places.truncate(PLACES);
}
