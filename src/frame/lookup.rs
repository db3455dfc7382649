//! Where a value stands in a case: by fingerprint, or as an identifier.

use std::collections::HashMap;
use std::path::PathBuf;

use polars::prelude::{DataFrame, DataType, Expr, IntoLazy as _, JoinType, LazyFrame, col, lit};

use super::part::PartError;
use super::scan::{collect, table};
use super::schema::Table;
use crate::domain::{Int, Location, Micros, Text};

/// One place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// When.
    pub time: Option<Micros>,
    /// Key of who asked.
    pub actor: String,
    /// Method, host, path shape.
    pub endpoint: String,
    /// Answer.
    pub status: Option<i64>,
    /// Data class, or the identifier's name.
    pub what: String,
    /// Part of the exchange.
    pub location: String,
    /// Where in that part.
    pub pointer: String,
    /// Whether the server said it.
    pub in_response: bool,
    /// Whether the evidence holds the response body.
    pub body_kept: bool,
    /// Evidence.
    pub evidence_id: i64,
    /// Record in it.
    pub record: i64,
    /// First byte of the exchange in the decoded stream.
    pub offset: i64,
    /// The exchange's own hash: `exchanges.exchange_hash`.
    pub hash: i64,
}

fn any_of(column: &str, values: &[&str]) -> Expr {
    values.iter().fold(lit(false), |any, value| any.or(col(column).eq(lit(*value))))
}

fn found(frame: LazyFrame, what: &str) -> LazyFrame {
    frame.select([
        col("evidence_id"),
        col("offset"),
        col("record"),
        col(what).alias("what"),
        col("location"),
        col("pointer"),
    ])
}

/// Places of a value, in the order of the evidence. `files` are the parts of exchanges, sightings and
/// identifiers; `identifier` is a value, with a name where only that name is meant.
pub fn find(
    files: [Vec<PathBuf>; 3],
    fingerprints: &[&str],
    identifier: (Option<&str>, &str),
) -> Result<Vec<Hit>, PartError> {
    let [exchanges, sightings, identifiers] = files;
    let (name, value) = identifier;
    let mut places = Vec::new();
    if name.is_none() && !fingerprints.is_empty() {
        let rows = table(Table::Sightings, sightings)?
            .filter(any_of("fingerprint", fingerprints).and(col("confidence").gt_eq(lit(50_i64))));
        places.push(collect(found(rows, "data_class"))?);
    }
    let mut is = col("value").eq(lit(value));
    if let Some(name) = name {
        is = is.and(col("name").eq(lit(name)));
    } else if !fingerprints.is_empty() {
        is = is.or(any_of("fingerprint", fingerprints));
    }
    places.push(collect(found(table(Table::Identifiers, identifiers)?.filter(is), "name"))?);
    let mut hits = Vec::new();
    for frame in places {
        add(&frame, exchanges.clone(), &mut hits)?;
    }
    hits.sort_by(|a, b| {
        (a.evidence_id, a.record, &a.what, &a.location, &a.pointer).cmp(&(
            b.evidence_id,
            b.record,
            &b.what,
            &b.location,
            &b.pointer,
        ))
    });
    // A personal identifier is sighting and identifier at once.
    hits.dedup_by(|a, b| {
        (a.evidence_id, a.record, &a.location, &a.pointer) == (b.evidence_id, b.record, &b.location, &b.pointer)
    });
    Ok(hits)
}

/// What is told of an exchange.
type Told = (Option<Micros>, String, String, Option<i64>, bool, i64);

fn told_columns() -> Vec<Expr> {
    vec![
        col("evidence_id"),
        col("offset"),
        col("time").cast(DataType::Int64),
        col("actor"),
        col(Text::Method.column()),
        col(Text::Host.column()),
        col("path_shape"),
        col(Int::Status.column()),
        col(Text::ResponseBodyState.column()),
        col("exchange_hash"),
    ]
}

fn add(frame: &DataFrame, exchanges: Vec<PathBuf>, hits: &mut Vec<Hit>) -> Result<(), PartError> {
    if frame.height() == 0 {
        return Ok(());
    }
    let keys = [col("evidence_id"), col("offset")];
    let rows = table(Table::Exchanges, exchanges)?
        .select(told_columns())
        .join_builder()
        .with(frame.clone().lazy().select(keys.clone()))
        .left_on(keys.clone())
        .right_on(keys)
        .how(JoinType::Semi)
        .finish();
    let rows = collect(rows)?;
    let text = |f: &DataFrame, name: &str| -> Result<Vec<String>, PartError> {
        let column = f.column(name).and_then(|c| c.str()).map_err(PartError::polars)?;
        Ok(column.iter().map(|v| v.unwrap_or_default().to_owned()).collect())
    };
    let int = |f: &DataFrame, name: &str| -> Result<Vec<Option<i64>>, PartError> {
        Ok(f.column(name).and_then(|c| c.i64()).map_err(PartError::polars)?.iter().collect())
    };
    let mut told: HashMap<(Option<i64>, Option<i64>), Told> = HashMap::new();
    let names = ["actor", Text::Method.column(), Text::Host.column(), "path_shape", Text::ResponseBodyState.column()];
    let columns = names.iter().map(|n| text(&rows, n)).collect::<Result<Vec<_>, _>>()?;
    let (ids, offsets) = (int(&rows, "evidence_id")?, int(&rows, "offset")?);
    let [times, statuses, hashes] =
        [int(&rows, "time")?, int(&rows, Int::Status.column())?, int(&rows, "exchange_hash")?];
    for (row, (id, offset)) in ids.into_iter().zip(offsets).enumerate() {
        let cell = |at: usize| columns.get(at).and_then(|c| c.get(row)).map_or("", String::as_str);
        let endpoint = format!("{} {}{}", cell(1), cell(2), cell(3));
        let body_kept = matches!(cell(4), "present" | "incomplete");
        let at = |c: &[Option<i64>]| c.get(row).copied().flatten();
        let of = (at(&times), cell(0).to_owned(), endpoint, at(&statuses), body_kept, at(&hashes).unwrap_or_default());
        told.insert((id, offset), of);
    }
    let names = ["what", "location", "pointer"];
    let columns = names.iter().map(|n| text(frame, n)).collect::<Result<Vec<_>, _>>()?;
    let (ids, offsets, records) = (int(frame, "evidence_id")?, int(frame, "offset")?, int(frame, "record")?);
    for (row, (id, offset)) in ids.into_iter().zip(offsets).enumerate() {
        let Some((time, actor, endpoint, status, body_kept, hash)) = told.get(&(id, offset)).cloned() else { continue };
        let cell = |at: usize| columns.get(at).and_then(|c| c.get(row)).cloned().unwrap_or_default();
        let location = cell(1);
        hits.push(Hit {
            time,
            actor,
            endpoint: endpoint.trim().to_owned(),
            status,
            what: cell(0),
            in_response: Location::from_code(&location).is_some_and(Location::is_response),
            location,
            pointer: cell(2),
            body_kept,
            evidence_id: id.unwrap_or_default(),
            record: records.get(row).copied().flatten().unwrap_or_default(),
            offset: offset.unwrap_or_default(),
            hash,
        });
    }
    Ok(())
}
