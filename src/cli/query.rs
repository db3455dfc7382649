//! `breachwalk query`: SQL over the frames.

use std::sync::Arc;

use super::args::QueryArgs;
use super::error::CliError;
use super::output::{Output, colour, now, width};
use super::{cache, exit, report, shape};
use crate::analysis;
use crate::frame::builder::Cell;
use crate::frame::part::PartError;
use crate::frame::sql::{self, Derived};
use crate::frame::summary::Window;
use crate::report::{Column, Guard, Report, Section, Shown, Value};

pub(super) fn run(args: &QueryArgs, output: &mut Output) -> Result<u8, CliError> {
    let mut opened = cache::open(&args.inputs, &args.reading, output)?;
    let case = &mut opened.case;
    let classes = case.classes()?;
    // What follows from the rows is worked out only where the question names it.
    let names = |table: &&&str| args.sql.to_ascii_lowercase().contains(**table);
    let derived = if analysis::TABLES.iter().any(|t| names(&t)) {
        let options = analysis::Options {
            window: Window::default(),
            verdicts: report::noted(case)?,
            classes: Arc::clone(&classes),
            openapi: None,
        };
        analysis::analyse(case, &options)?.tables()
    } else {
        Vec::new()
    };
    let derived: Vec<Derived> = derived;
    let answer = sql::run(&args.sql, |table| case.part_files(table), &derived, &classes).map_err(refused)?;
    let columns = answer.names.iter().map(|name| Column { key: leak(name), title: leak(name), shown: Shown::Always });
    let rows = answer.rows.into_iter().map(|row| row.into_iter().map(value).collect());
    let section = Section {
        id: "rows",
        title: "Answer",
        notes: Vec::new(),
        columns: columns.collect(),
        rows: rows.collect(),
        rows_cut: 0,
    };
    let report = Report { summary: Vec::new(), sections: vec![section] };
    output.data(&shape::bytes(args.shape, &report, width(), colour(), Guard::Formulas)?)?;
    if let Err(e) = case.note_command(now(), "query", serde_json::json!({ "sql": args.sql })) {
        output.say(&format!("the custody log does not have this query: {e}"));
    }
    Ok(exit::DONE)
}

/// What polars has to say of a question is about the question.
fn refused(error: PartError) -> CliError {
    match error {
        PartError::Polars(said) => CliError::Usage(format!(
            "{said}; tables: evidence, exchanges, sightings, identifiers, signals, fields, rejects, exposure, findings, actors, endpoints"
        )),
        other @ PartError::Io { .. } => CliError::Part(other),
    }
}

/// Column names of a report are static; those of an answer come once in a process.
fn leak(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => Value::Text(text),
        Cell::Int(n) => u64::try_from(n).map_or_else(|_| Value::Text(n.to_string()), Value::Count),
    }
}
