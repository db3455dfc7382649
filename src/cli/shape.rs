//! From `-f` to a writer.

use super::args::Shape;
use super::error::CliError;
use crate::report::{Csv, Guard, Json, Jsonl, Markdown, Report, Table, Writer as _};

/// The report's bytes in the wanted format. Formats that are made of an outcome, not of tables, are
/// refused: only `report` has one.
pub(super) fn bytes(
    shape: Shape,
    report: &Report,
    width: u16,
    colour: bool,
    guard: Guard,
) -> Result<Vec<u8>, CliError> {
    Ok(match shape {
        Shape::Table => Table { width, colour }.write(report),
        Shape::Json => Json.write(report),
        Shape::Jsonl => Jsonl.write(report),
        Shape::Csv => Csv(guard).write(report),
        Shape::Md => Markdown.write(report),
        Shape::Html | Shape::Stix | Shape::Sarif | Shape::Timesketch | Shape::Parquet => {
            return Err(CliError::Usage(
                "-f html, stix, sarif, timesketch, parquet: only `report` writes these".into(),
            ));
        }
    })
}
