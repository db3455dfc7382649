//! From `-f` to a writer.

use super::args::Shape;
use crate::report::{Csv, Guard, Json, Jsonl, Markdown, Report, Table, Writer as _};

/// The report's bytes in the wanted format.
pub(super) fn bytes(shape: Shape, report: &Report, width: u16, colour: bool, guard: Guard) -> Vec<u8> {
    match shape {
        Shape::Table => Table { width, colour }.write(report),
        Shape::Json => Json.write(report),
        Shape::Jsonl => Jsonl.write(report),
        Shape::Csv => Csv(guard).write(report),
        Shape::Md => Markdown.write(report),
    }
}
