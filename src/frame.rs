//! Typed columns: the only home of column names, of Parquet and of polars input and output.
//!
//! Every part of a table has the same columns in the same order, in plain Parquet types (utf8,
//! int64, bool, timestamp in microseconds UTC), so that `DuckDB`, pandas, polars and Spark read them.

pub mod builder;
pub mod column;
mod delta;
mod encode;
pub mod findings;
pub mod links;
pub mod lookup;
pub mod part;
pub mod rows;
pub mod scan;
pub mod schema;
pub mod sql;
pub mod summary;
