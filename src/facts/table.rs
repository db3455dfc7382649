//! The facts themselves: plain tables that refer to each other by index.

use crate::classify::Sensitivity;
use crate::domain::{Location, Micros};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index.
            pub const fn at(self) -> usize {
                self.0 as usize
            }
        }
    )+ };
}

ids! {
    /// Index into [`Facts::actors`].
    ActorId,
    /// Index into [`Facts::endpoints`].
    EndpointId,
    /// Index into [`Facts::names`].
    NameId,
}

/// Which exchange: what a number in a report is traced to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// `evidence.evidence_id`.
    pub evidence: u32,
    /// 1-based line, entry or record.
    pub record: u64,
}

/// What an identifier names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Role {
    /// Whose data it is on the business side: restaurant, store, merchant.
    Tenant,
    /// A business object: order, bill, table, profile.
    Record,
    /// A person.
    Subject,
    /// Nothing of these, or not known.
    #[default]
    Other,
}

/// How often which class of status was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statuses {
    /// 200 to 299.
    pub success: u64,
    /// 300 to 399, 304 included.
    pub redirect: u64,
    /// 401 and 403.
    pub refused: u64,
    /// 404 and 410.
    pub missing: u64,
    /// 429.
    pub throttled: u64,
    /// Other 4xx.
    pub client_error: u64,
    /// 5xx.
    pub server_error: u64,
    /// None logged, or none came.
    pub none: u64,
}

impl Statuses {
    /// Counts one.
    pub fn add(&mut self, status: Option<u16>) {
        *(match status {
            Some(200..=299) => &mut self.success,
            Some(300..=399) => &mut self.redirect,
            Some(401 | 403) => &mut self.refused,
            Some(404 | 410) => &mut self.missing,
            Some(429) => &mut self.throttled,
            Some(400..=499) => &mut self.client_error,
            Some(500..=599) => &mut self.server_error,
            _ => &mut self.none,
        }) += 1;
    }

    /// All of them.
    pub const fn total(&self) -> u64 {
        self.success
            + self.redirect
            + self.refused
            + self.missing
            + self.throttled
            + self.client_error
            + self.server_error
            + self.none
    }
}

/// A data class at an endpoint, as far as bodies and requests were kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenClass {
    /// Id of the data class.
    pub class: String,
    /// How bad it is to lose; from the class' meta.
    pub sensitivity: Sensitivity,
    /// Whether it identifies one person; from the class' meta.
    pub identifies: bool,
    /// Part of the exchange.
    pub location: Location,
    /// Where in that part.
    pub pointer: String,
    /// Sightings.
    pub sightings: u64,
    /// Sightings in answers to requests that carried no credentials.
    pub unauthenticated: u64,
    /// First exchange that shows it.
    pub example: Place,
}

/// Answers of an endpoint in one slot of time: what rates are judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Where it begins: a multiple of [`SLOT`].
    pub start: Micros,
    /// Answers to requests of it.
    pub statuses: Statuses,
}

/// Length of a [`Slot`]: five minutes, in which products count rates too; a week has 2,016.
pub const SLOT: Micros = 300 * 1_000_000;

/// The largest number that an actor gave a parameter that says how many (`limit`, `page_size`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSize {
    /// Who.
    pub actor: ActorId,
    /// Where.
    pub endpoint: EndpointId,
    /// Name of the parameter.
    pub name: NameId,
    /// The largest number asked for.
    pub largest: u64,
    /// Requests of this actor with the parameter.
    pub requests: u64,
    /// The request with the largest.
    pub example: Place,
}

/// An endpoint: method, host, path template.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Endpoint {
    /// In upper case as sent.
    pub method: String,
    /// Empty where the evidence names none.
    pub host: String,
    /// `/stores/{store_id}/orders`.
    pub template: String,
    /// Answers.
    pub statuses: Statuses,
    /// Requests with credentials.
    pub auth_present: u64,
    /// Requests without.
    pub auth_absent: u64,
    /// Requests that may have had some.
    pub auth_unknown: u64,
    /// Successful answers to requests without credentials.
    pub open_success: u64,
    /// Bytes of answers.
    pub response_bytes: u64,
    /// Earliest request.
    pub first: Option<Micros>,
    /// Latest request.
    pub last: Option<Micros>,
    /// Days since 1970 on which it answered other than 404: sorted, each once.
    pub days: Vec<i32>,
    /// Longest time between two requests, and when it ended.
    pub longest_sleep: Option<(Micros, Micros)>,
    /// Sensitive data seen here, by class, location, pointer.
    pub classes: Vec<SeenClass>,
    /// Names of the parameters in path, query and body of requests, with how often each was there.
    pub parameters: Vec<(NameId, Location, u64)>,
    /// Answers over time, by start; slots without any are left out, and so is what has no time.
    pub slots: Vec<Slot>,
}

/// Somebody who asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Actor {
    /// Stable key: `subject:…`, `session:…`, `key:…`, `user:…`, `address:203.0.113.9/3f2a91bc`.
    pub key: String,
    /// For people: user, masked subject, address with its program.
    pub label: String,
    /// Client address most seen.
    pub address: String,
    /// How many addresses.
    pub addresses: u32,
    /// User agent most seen.
    pub user_agent: String,
    /// Whether its requests carried credentials: present, absent, unknown.
    pub auth: [u64; 3],
    /// Answers.
    pub statuses: Statuses,
    /// Bytes of answers.
    pub response_bytes: u64,
    /// Earliest request.
    pub first: Option<Micros>,
    /// Latest request.
    pub last: Option<Micros>,
    /// Requests for pages, scripts, styles, images: what a browser fetches beside the API.
    pub page_requests: u64,
    /// Distinct tenants named in its requests.
    pub tenants: u32,
}

/// One actor at one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visit {
    /// Who.
    pub actor: ActorId,
    /// Where.
    pub endpoint: EndpointId,
    /// Answers.
    pub statuses: Statuses,
    /// Bytes of answers.
    pub response_bytes: u64,
    /// Earliest request.
    pub first: Option<Micros>,
    /// Latest request.
    pub last: Option<Micros>,
    /// The first exchange of it.
    pub example: Place,
}

/// One actor named one identifier in one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// Where.
    pub endpoint: EndpointId,
    /// Name of the parameter: `store_id`.
    pub name: NameId,
    /// Who.
    pub actor: ActorId,
    /// When; `i64::MIN` where the evidence has no time.
    pub time: Micros,
    /// The value: XXH3-64 of its text. Equal values are equal numbers.
    pub value: u64,
    /// The value where it is a decimal number of at most 18 digits.
    pub number: Option<i64>,
    /// Answer, 0 where none was logged.
    pub status: u16,
    /// Which exchange.
    pub place: Place,
    /// The value was named in an earlier answer to this actor, or created by it: it was given the
    /// identifier. False where bodies were not kept (see [`Facts::bodies_kept`]).
    pub given: bool,
    /// Whose object it is on the business side: XXH3-64 of the tenant that the same request names
    /// (as `value` of such a touch), else of the one tenant that its answer names. `None` where
    /// neither names one, or the answer names several.
    pub tenant: Option<u64>,
}

/// One kind of signal of one actor at one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalCount {
    /// Id of the signal: `injection.sql`.
    pub signal: String,
    /// Who.
    pub actor: ActorId,
    /// Where.
    pub endpoint: EndpointId,
    /// Part of the exchange.
    pub location: Location,
    /// Where in that part.
    pub pointer: String,
    /// How often.
    pub count: u64,
    /// How often the answer was a success.
    pub success: u64,
    /// What was seen the first time.
    pub detail: String,
    /// First exchange that shows it.
    pub example: Place,
    /// Its time.
    pub first: Option<Micros>,
    /// Time of the last.
    pub last: Option<Micros>,
}

/// Everything detectors and the ledger look at. All lists are in a fixed order that does not depend
/// on threads or hashing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// By host, template, method.
    pub endpoints: Vec<Endpoint>,
    /// By key.
    pub actors: Vec<Actor>,
    /// Identifier names.
    pub names: Vec<String>,
    /// What each name stands for; as long as `names`.
    pub roles: Vec<Role>,
    /// By actor, endpoint.
    pub visits: Vec<Visit>,
    /// By endpoint, name, actor, time, place. Identifiers of requests only.
    pub touches: Vec<Touch>,
    /// By signal, actor, endpoint.
    pub signals: Vec<SignalCount>,
    /// Texts of values of [`Touch::value`] whose names are tenants, records or persons: by value.
    /// Beyond [`crate::facts::builder::VALUES_MAX`] they are left out.
    pub values: Vec<(u64, String)>,
    /// Exchanges of an actor in an hour since 1970, by actor and hour.
    pub hours: Vec<(ActorId, i64, u64)>,
    /// By actor, endpoint, name.
    pub page_sizes: Vec<PageSize>,
    /// Spans in which the evidence should show requests and shows none, from and to, by start.
    pub gaps: Vec<(Micros, Micros)>,
    /// Exchanges in all.
    pub exchanges: u64,
    /// Exchanges whose response body the evidence holds.
    pub bodies_kept: u64,
    /// Earliest exchange.
    pub first: Option<Micros>,
    /// Latest exchange.
    pub last: Option<Micros>,
}

impl Facts {
    /// An endpoint.
    pub fn endpoint(&self, id: EndpointId) -> Option<&Endpoint> {
        self.endpoints.get(id.at())
    }

    /// An actor.
    pub fn actor(&self, id: ActorId) -> Option<&Actor> {
        self.actors.get(id.at())
    }

    /// What a name stands for.
    pub fn role(&self, name: NameId) -> Role {
        self.roles.get(name.at()).copied().unwrap_or_default()
    }

    /// Text of a touched value.
    pub fn value(&self, value: u64) -> Option<&str> {
        let at = self.values.binary_search_by_key(&value, |v| v.0).ok()?;
        self.values.get(at).map(|v| v.1.as_str())
    }

    /// The name itself.
    pub fn name(&self, name: NameId) -> &str {
        self.names.get(name.at()).map_or("", String::as_str)
    }
}
