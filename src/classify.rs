//! Finds what is sensitive in an exchange: bytes in, sightings out. Runs while evidence is read,
//! because bodies are not kept. Pure: no I/O, no clock, no polars, never panics.
//!
//! One family of data classes a file under `classes/`; the engine walks the exchange once and asks
//! only the classes that a value's byte shape and its key leave possible. What a single exchange
//! cannot decide (are all values at this place card numbers, or one in ten by chance?) is counted
//! per field and judged over the whole case: [`FieldCount`].

mod bits;
mod body;
pub mod checksum;
pub mod class;
pub mod classes;
pub mod conceal;
pub mod custom;
mod engine;
pub mod fields;
mod fingerprint;
mod free_text;
mod gate;
mod hints;
mod identify;
mod json;
mod nested;
pub mod redact;
mod request;
mod set;
mod siblings;
pub mod signals;
#[cfg(test)]
mod tests;
mod tree;
mod value;
mod words;

pub use class::{Check, Class, ClassMeta, Leaf, Sensitivity, Shape, Weights};
pub use conceal::Concealer;
pub use engine::Classifier;
pub use fields::{FieldTotal, FieldVerdict, Judged};
pub use fingerprint::Fingerprinter;
pub use set::{CANDIDATE_MIN, ClassSet, REPORTED_MIN, UNMISTAKABLE};

use crate::domain::{Fingerprint, Location};

/// One sensitive value at one place of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting<'a> {
    /// Id of the data class.
    pub class: &'a str,
    /// Part of the exchange.
    pub location: Location,
    /// Where in that part; see [`Location`].
    pub pointer: &'a str,
    /// Ordinal of the leaf within the exchange, in the order of the walk.
    pub leaf: u32,
    /// Leaves of the object that the value stands in: from, to (exclusive); the whole exchange
    /// outside bodies.
    pub scope: (u32, u32),
    /// 0 to 100, from shape, validator, key and neighbours; field counts may move it later.
    pub confidence: u8,
    /// The value, masked by its class' rule.
    pub masked: &'a str,
    /// Keyed digest of the normalised value.
    pub fingerprint: Fingerprint,
    /// What made it one, in a few words: `Luhn and issuer range pass; key card_no`.
    pub why: &'a str,
}

/// A value that names something (a restaurant, an order, a person): what requests are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier<'a> {
    /// Part of the exchange.
    pub location: Location,
    /// Where in that part.
    pub pointer: &'a str,
    /// Normalised name: `store_id`, `order_id`; from the key, the segment before, the parent.
    pub name: &'a str,
    /// The value; masked where it is personal.
    pub value: &'a str,
    /// Fingerprint where the value is personal (a phone as an id).
    pub personal: Option<Fingerprint>,
    /// Ordinal of the leaf within the exchange.
    pub leaf: u32,
    /// Leaves of the object that it names: from, to (exclusive). An order's id governs the leaves of
    /// that order; an identifier of path or query governs the whole exchange (0, `u32::MAX`).
    pub scope: (u32, u32),
}

/// Something else worth knowing of one exchange: an attack string, a scanner, a weak token, a
/// missing header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal<'a> {
    /// Id: `injection.sql`, `scanner.agent`, `token.alg-none`, `config.cors` …
    pub signal: &'a str,
    /// Part of the exchange.
    pub location: Location,
    /// Where in that part.
    pub pointer: &'a str,
    /// What was seen, short, with nothing personal in it.
    pub detail: &'a str,
}

/// How often values at a field passed for a class. A field is a pointer at an endpoint's shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldCount<'a> {
    /// Method and path shape.
    pub endpoint: &'a str,
    /// Part of the exchange.
    pub location: Location,
    /// Where in that part.
    pub pointer: &'a str,
    /// Id of the data class.
    pub class: &'a str,
    /// Values that are not null or empty.
    pub values: u64,
    /// Values that were taken for the class.
    pub passing: u64,
}

/// Takes what the classifier finds in one exchange.
pub trait Findings {
    /// A sensitive value.
    fn sighting(&mut self, sighting: &Sighting<'_>);
    /// An identifier.
    fn identifier(&mut self, identifier: &Identifier<'_>);
    /// Anything else.
    fn signal(&mut self, signal: &Signal<'_>);
}
