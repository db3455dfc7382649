//! SQL over the frames: polars' own dialect, lazily, over the parts.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use polars::prelude::{
    AnyValue, Column, DataFrame, DataType, IntoColumn as _, IntoLazy as _, LazyFrame, NamedFrom as _, ParquetWriter,
    Series, StringChunked, TimeUnit, col,
};
use polars::sql::SQLContext;

use super::builder::Cell;
use super::part::PartError;
use super::scan::{collect, table};
use super::schema::Table;
use crate::classify::{ClassSet, Concealer};
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

/// A frame of `exchanges` whose texts as logged are masked when they are looked at.
fn concealed(frame: LazyFrame, classes: &Arc<ClassSet>) -> LazyFrame {
    let columns = Concealer::COLUMNS.iter().map(|column| {
        let classes = Arc::clone(classes);
        let mask = move |texts: Column| {
            let mut concealer = Concealer::new(Arc::clone(&classes));
            let masked: StringChunked = texts
                .str()?
                .iter()
                .map(|text| text.map(|t| concealer.conceal(*column, t).map_or(Cow::Borrowed(t), Cow::Owned)))
                .collect();
            Ok(masked.with_name(texts.name().clone()).into_column())
        };
        col(column.column()).map(mask, |_, field| Ok(field.clone()))
    });
    frame.with_columns(columns.collect::<Vec<_>>())
}

/// Writes a worked-out table as one Parquet file of plain types.
pub fn write_parquet(derived: &Derived, path: &std::path::Path) -> Result<(), PartError> {
    let file = std::fs::File::create(path).map_err(PartError::polars)?;
    ParquetWriter::new(file).finish(&mut frame(derived)?).map_err(PartError::polars)?;
    Ok(())
}

/// Runs a query. `files` gives the parts of a table. What was logged as it stands (paths, queries,
/// referers, headers) is seen masked, by the classes' own masks.
pub fn run(
    sql: &str,
    files: impl Fn(Table) -> Vec<PathBuf>,
    derived: &[Derived],
    classes: &Arc<ClassSet>,
) -> Result<Answer, PartError> {
    let mut context = SQLContext::new();
    for which in Table::ALL {
        let mut frame = table(*which, files(*which))?;
        if *which == Table::Exchanges {
            frame = concealed(frame, classes);
        }
        context.register(which.name(), frame);
    }
    for d in derived {
        context.register(d.name, frame(d)?.lazy());
    }
    let frame = collect(context.execute(sql).map_err(PartError::polars)?)?;
    let mut answer = Answer {
        names: frame.get_column_names().iter().map(|n| n.as_str().to_owned()).collect(),
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
