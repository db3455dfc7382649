//! What is printed. A report is a value first (sections of typed rows), bytes second (one writer a
//! format); every writer sees the same value, so they cannot disagree.

#[cfg(feature = "case")]
mod build;
mod csv;
mod json;
mod jsonl;
mod markdown;
mod table;
mod value;

#[cfg(feature = "case")]
pub use build::{LeftOut, Options, SECTIONS, build};
pub use csv::{Csv, Guard};
pub use json::Json;
pub use jsonl::Jsonl;
pub use markdown::Markdown;
pub use table::Table;
pub use value::{Column, Report, Section, Shown, Value};

/// Turns a report into bytes.
pub trait Writer {
    /// The bytes, the same for the same report.
    fn write(&self, report: &Report) -> Vec<u8>;
}
