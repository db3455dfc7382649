//! What is printed. A report is a value first (sections of typed rows), bytes second (one writer a
//! format); every writer sees the same value, so they cannot disagree.
//!
//! Two reports are built: `build` of what a case holds, [`build_outcome`] of what came out of it.
//! Formats that are no tables ([`stix`], [`sarif`], [`timesketch`]) and letters ([`notice`],
//! [`tenant`]) are made of the [`crate::exposure::Outcome`] itself.

#[cfg(feature = "case")]
mod build;
mod csv;
mod html;
mod json;
mod jsonl;
mod markdown;
pub mod notice;
mod outcome;
mod parts;
pub mod sarif;
pub mod stix;
mod table;
pub mod tenant;
pub mod timesketch;
mod value;

#[cfg(feature = "case")]
pub use build::{LeftOut, Options, SECTIONS, build};
pub use csv::{Csv, Guard};
pub use html::Html;
pub use json::{Json, SCHEMA};
pub use jsonl::Jsonl;
pub use markdown::Markdown;
pub use outcome::{OUTCOME_SECTIONS, OutcomeOptions, build_outcome};
pub use table::Table;
pub use value::{Column, Report, Section, Shown, Value};

/// Turns a report into bytes.
pub trait Writer {
    /// The bytes, the same for the same report.
    fn write(&self, report: &Report) -> Vec<u8>;
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
