//! One exchange as the frames tell it: what the facts and the ledger are made of.

use super::table::Place;
use crate::domain::{Auth, Location, Micros};

/// One row of `exchanges`, as far as it matters here.
#[derive(Debug, Clone, Copy)]
pub struct ExchangeRow<'a> {
    /// Which exchange.
    pub place: Place,
    /// When.
    pub time: Option<Micros>,
    /// Method as sent; empty where none is known.
    pub method: &'a str,
    /// Host, empty where the evidence names none.
    pub host: &'a str,
    /// Path with segments that look like identifiers replaced.
    pub path_shape: &'a str,
    /// Key of the actor.
    pub actor: &'a str,
    /// Client address.
    pub address: &'a str,
    /// User agent.
    pub user_agent: &'a str,
    /// Whether the request carried credentials.
    pub auth: Auth,
    /// Answer; `None` where none was logged.
    pub status: Option<u16>,
    /// Bytes of the answer.
    pub response_bytes: u64,
    /// Whether the evidence holds the response body.
    pub body_kept: bool,
    /// Kind of thing that was fetched, from the answer's content type or the path's ending: page
    /// furniture (script, style, image, font) and pages, as opposed to data.
    pub is_page: bool,
    /// Who wrote it down: format of the evidence.
    pub is_capture: bool,
}

/// One row of `identifiers`.
#[derive(Debug, Clone, Copy)]
pub struct IdentifierRow<'a> {
    /// Part of the exchange.
    pub location: Location,
    /// Where in that part.
    pub pointer: &'a str,
    /// Normalised name.
    pub name: &'a str,
    /// The value; masked where personal.
    pub value: &'a str,
    /// Fingerprint where personal.
    pub personal: Option<u128>,
    /// Ordinal of the leaf.
    pub leaf: u32,
    /// Leaves of the object that it names.
    pub scope: (u32, u32),
}

/// One row of `sightings` that counts: its field's verdict is applied.
#[derive(Debug, Clone, Copy)]
pub struct SightingRow<'a> {
    /// Id of the data class.
    pub class: &'a str,
    /// Part of the exchange.
    pub location: Location,
    /// Where in that part.
    pub pointer: &'a str,
    /// Ordinal of the leaf.
    pub leaf: u32,
    /// Leaves of the object that it stands in.
    pub scope: (u32, u32),
    /// Confidence that the exchange alone gave, 0 to 100.
    pub confidence: u8,
    /// The value, masked.
    pub masked: &'a str,
    /// Keyed digest.
    pub fingerprint: u128,
}

/// One row of `signals`.
#[derive(Debug, Clone, Copy)]
pub struct SignalRow<'a> {
    /// Id of the signal.
    pub signal: &'a str,
    /// Part of the exchange.
    pub location: Location,
    /// Where in that part.
    pub pointer: &'a str,
    /// What was seen.
    pub detail: &'a str,
}

/// An exchange with all that was found in it.
#[derive(Debug, Clone, Copy)]
pub struct Whole<'a> {
    /// The exchange.
    pub exchange: ExchangeRow<'a>,
    /// Identifiers by leaf.
    pub identifiers: &'a [IdentifierRow<'a>],
    /// Sightings by leaf.
    pub sightings: &'a [SightingRow<'a>],
    /// Signals in the order they were found.
    pub signals: &'a [SignalRow<'a>],
}
