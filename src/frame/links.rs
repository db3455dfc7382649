//! Which actor of a log a browser's capture is of: the same requests at the same time.

use std::path::PathBuf;

use polars::prelude::{DataFrame, DataType, IntoLazy as _, JoinArgs, JoinType, col, len, lit};

use super::part::PartError;
use super::scan::{collect, table};
use super::schema::Table;
use crate::domain::Text;
use crate::domain::time::SECOND;

/// Clocks of browser and gateway, begin and end of a request may differ by this much.
const APART_MAX: i64 = 3 * SECOND;

/// A capture and an actor of a log that made the same requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Key of the capture's actor: `capture:3`.
    pub capture: String,
    /// Key of the log's actor.
    pub actor: String,
    /// Requests of the capture that the log has of this actor within three seconds.
    pub same: u64,
    /// Requests of the capture that the log has of anybody.
    pub logged: u64,
}

/// All pairs, by capture, the actor with most requests first.
pub fn captures(parts: &[PathBuf]) -> Result<Vec<Link>, PartError> {
    let keys = [Text::Method.column(), Text::Path.column(), Text::Query.column()];
    let rows = || -> Result<_, PartError> {
        let columns = keys.iter().map(|k| col(*k)).chain([col("actor"), col("time").cast(DataType::Int64)]);
        Ok(table(Table::Exchanges, parts.to_vec())?.select(columns.collect::<Vec<_>>()))
    };
    let is_capture = col("actor").cast(DataType::String).str().starts_with(lit("capture:"));
    let captured = rows()?.filter(is_capture.clone()).with_row_index("row", None);
    let captured = collect(captured)?;
    if captured.height() == 0 {
        return Ok(Vec::new());
    }
    let on: Vec<_> = keys.iter().map(|k| col(*k)).collect();
    let asked = captured.clone().lazy().select(on.clone()).unique(None, polars::prelude::UniqueKeepStrategy::Any);
    let logged = rows()?
        .filter(is_capture.not())
        .join_builder()
        .with(asked)
        .left_on(on.clone())
        .right_on(on.clone())
        .how(JoinType::Semi)
        .join_nulls(true)
        .finish();
    let logged = logged.rename(["actor", "time"], ["other", "at"], true);
    let arguments = JoinArgs { nulls_equal: true, ..JoinArgs::new(JoinType::Inner) };
    let pairs = captured.lazy().join(logged, on.clone(), on, arguments);
    let near = (col("time") - col("at")).lt_eq(lit(APART_MAX)).and((col("at") - col("time")).lt_eq(lit(APART_MAX)));
    let pairs = pairs.filter(near).select([col("row"), col("actor"), col("other")]);
    let pairs = collect(pairs.unique(None, polars::prelude::UniqueKeepStrategy::Any))?;
    let counts = collect(
        pairs
            .clone()
            .lazy()
            .group_by([col("actor"), col("other")])
            .agg([len().cast(DataType::Int64).alias("same")])
            .sort(
                ["actor", "same", "other"],
                polars::prelude::SortMultipleOptions::default().with_order_descending_multi([false, true, false]),
            ),
    )?;
    let logged = collect(
        pairs.lazy().group_by([col("actor")]).agg([col("row").n_unique().cast(DataType::Int64).alias("logged")]),
    )?;
    links(&counts, &logged)
}

fn links(counts: &DataFrame, logged: &DataFrame) -> Result<Vec<Link>, PartError> {
    let text = |f: &DataFrame, name: &str| -> Result<Vec<String>, PartError> {
        let column = f.column(name).and_then(|c| c.str()).map_err(PartError::polars)?;
        Ok(column.iter().map(|v| v.unwrap_or_default().to_owned()).collect())
    };
    let int = |f: &DataFrame, name: &str| -> Result<Vec<u64>, PartError> {
        let column = f.column(name).and_then(|c| c.i64()).map_err(PartError::polars)?;
        Ok(column.iter().map(|v| v.unwrap_or_default() as u64).collect())
    };
    let totals: std::collections::BTreeMap<String, u64> =
        text(logged, "actor")?.into_iter().zip(int(logged, "logged")?).collect();
    let (captures, others, same) = (text(counts, "actor")?, text(counts, "other")?, int(counts, "same")?);
    Ok(captures
        .into_iter()
        .zip(others)
        .zip(same)
        .map(|((capture, actor), same)| {
            let logged = totals.get(&capture).copied().unwrap_or(same);
            Link { capture, actor, same, logged }
        })
        .collect())
}
