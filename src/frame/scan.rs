//! Reading frames: lazy queries over the parts of a case, with projection and predicate push-down.

use std::path::PathBuf;
use std::sync::Arc;

use polars::prelude::{
    DataFrame, DataType, Engine, IntoLazy as _, LazyFrame, PlRefPath, ScanArgsParquet, Schema, TimeUnit, TimeZone,
};

use super::part::PartError;
use super::schema::{Kind, Table};

/// The polars type of a column's kind.
fn dtype(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::String,
        Kind::Int => DataType::Int64,
        Kind::Bool => DataType::Boolean,
        Kind::Time => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
    }
}

/// A lazy frame over parts of a table; an empty one of the right schema when there are none.
pub fn table(table: Table, parts: Vec<PathBuf>) -> Result<LazyFrame, PartError> {
    let schema: Schema = table.columns().iter().map(|c| (c.name.into(), dtype(c.kind))).collect();
    if parts.is_empty() {
        return Ok(DataFrame::empty_with_schema(&schema).lazy());
    }
    let paths = parts
        .into_iter()
        .map(|p| PlRefPath::try_from_pathbuf(p).map_err(PartError::polars))
        .collect::<Result<Vec<_>, _>>()?;
    let arguments =
        ScanArgsParquet { schema: Some(Arc::new(schema)), glob: false, cache: false, ..ScanArgsParquet::default() };
    LazyFrame::scan_parquet_files(paths.into_iter().collect(), arguments).map_err(PartError::polars)
}

/// Runs a query with the streaming engine: memory stays bounded by the result.
pub fn collect(query: LazyFrame) -> Result<DataFrame, PartError> {
    #[expect(clippy::redundant_closure_for_method_calls, reason = "polars does not export the type")]
    let single = query.collect_with_engine(Engine::Streaming).map(|result| result.unwrap_single());
    single.map_err(PartError::polars)
}
