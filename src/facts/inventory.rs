//! What the API's own description says, and how the traffic differs: OWASP API9, improper inventory
//! management.
//!
//! [`read`] takes `OpenAPI` 2.0 (Swagger) and 3.x in JSON or YAML
//! (<https://spec.openapis.org/oas/>); [`Inventory::compare`] holds the endpoints seen against it.
//! What the tool does not need is not looked at: a description with faults elsewhere still counts.

mod compare;
mod read;

#[cfg(test)]
mod tests;

use thiserror::Error;

pub use compare::{Comparison, Observed, Orphan, Standing, Verdict};
#[cfg(test)]
pub(in crate::facts) use read::document;
pub use read::read;

/// Why a description could not be used at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InventoryError {
    /// Neither JSON nor YAML.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// 1-based; 0 where the parser does not say.
        line: u64,
        /// 1-based.
        column: u64,
        /// The parser's words.
        message: String,
    },
    /// Well-formed, but something else.
    #[error("{place}: {message}; an OpenAPI 2.0 or 3.x description is needed")]
    NotOpenApi {
        /// JSON pointer as a fragment: `#/openapi`.
        place: String,
        /// What is missing or wrong.
        message: String,
    },
}

/// Whether a description asks for credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Authentication {
    /// Each alternative names a scheme.
    Required,
    /// One alternative is to send none.
    Optional,
    /// It says in words of its own that none is needed: `security: []`.
    NotNeeded,
    /// It says nothing, or there is no description.
    #[default]
    Unsaid,
}

/// Where an operation is served.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Server {
    /// Lower case, with its port if it names one; empty for any.
    pub host: String,
    /// Path before the described paths, without a slash at its end; empty for none.
    pub base: String,
}

/// A method on a described path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Upper case.
    pub method: String,
    /// As described, without a server's base: `/stores/{storeId}`.
    pub path: String,
    /// Sorted; at least one.
    pub servers: Vec<Server>,
    /// Marked `deprecated`.
    pub deprecated: bool,
    /// Whether it needs credentials.
    pub authentication: Authentication,
    /// Where it stands: `#/paths/~1stores~1{storeId}/get`.
    pub place: String,
}

/// A part of a description that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// JSON pointer as a fragment.
    pub place: String,
    /// Why.
    pub why: String,
}

/// A description, as far as an inventory needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    /// `info.title`, or empty.
    pub title: String,
    /// `2.0`, `3.0.1` …
    pub version: String,
    /// Sorted by path and method.
    pub operations: Vec<Operation>,
    /// What could not be followed, in the order of the document's keys.
    pub skipped: Vec<Skipped>,
}
