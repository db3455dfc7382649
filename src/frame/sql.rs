//! SQL over the frames: polars' own dialect, lazily, over the parts.

use std::path::PathBuf;

use polars::prelude::{AnyValue, DataFrame, DataType, IntoLazy as _, NamedFrom as _, Series, TimeUnit};
use polars::sql::SQLContext;

use super::builder::Cell;
use super::part::PartError;
use super::scan::{collect, table};
use super::schema::Table;
use crate::domain::time::rfc3339;

/// A table that was worked out from the rows.
#[derive(Debug, Clone)]
pub struct Derived {
    /// Its name in SQL.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// Rows, as long as `columns` each.
    pub rows: Vec<Vec<Cell>>,
}

/// What a query gave.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Column names.
    pub names: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<Cell>>,
}

/// A frame of cells: a column is of integers where no cell is text.
fn frame(derived: &Derived) -> Result<DataFrame, PartError> {
    let mut columns = Vec::new();
    for (at, name) in derived.columns.iter().enumerate() {
        let cells = || derived.rows.iter().map(|row| row.get(at).unwrap_or(&Cell::Null));
        let series = if cells().any(|c| matches!(c, Cell::Text(_))) {
            let texts: Vec<Option<&str>> = cells()
                .map(|c| match c {
                    Cell::Text(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect();
            Series::new((*name).into(), texts)
        } else {
            let ints: Vec<Option<i64>> = cells()
                .map(|c| match c {
                    Cell::Int(n) => Some(*n),
                    _ => None,
                })
                .collect();
            Series::new((*name).into(), ints)
        };
        columns.push(series.into());
    }
    DataFrame::new(derived.rows.len(), columns).map_err(PartError::polars)
}

/// Runs a query. `files` gives the parts of a table.
pub fn run(sql: &str, files: impl Fn(Table) -> Vec<PathBuf>, derived: Vec<Derived>) -> Result<Answer, PartError> {
    let mut context = SQLContext::new();
    for which in Table::ALL {
        context.register(which.name(), table(*which, files(*which))?);
    }
    for d in &derived {
        context.register(d.name, frame(d)?.lazy());
    }
    let frame = collect(context.execute(sql).map_err(PartError::polars)?)?;
    let mut answer = Answer {
        names: frame.get_column_names().iter().map(|n| n.to_string()).collect(),
        rows: vec![Vec::new(); frame.height()],
    };
    for column in frame.columns() {
        let column = match column.dtype() {
            DataType::Datetime(..) => column.cast(&DataType::Datetime(TimeUnit::Microseconds, None)),
            _ => Ok(column.clone()),
        }
        .map_err(PartError::polars)?;
        for (at, row) in answer.rows.iter_mut().enumerate() {
            row.push(cell(&column.get(at).map_err(PartError::polars)?));
        }
    }
    Ok(answer)
}

fn cell(value: &AnyValue<'_>) -> Cell {
    match value {
        AnyValue::Null => Cell::Null,
        AnyValue::String(text) => Cell::Text((*text).to_owned()),
        AnyValue::StringOwned(text) => Cell::Text(text.to_string()),
        AnyValue::Datetime(at, ..) => Cell::Text(rfc3339(*at)),
        other => match other.extract::<i64>().filter(|_| other.is_integer()) {
            Some(n) => Cell::Int(n),
            None => Cell::Text(other.to_string()),
        },
    }
}
