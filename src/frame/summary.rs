//! Counts over the frames: what the first report asks. Lazy queries in, plain rows out.

use std::path::PathBuf;

use polars::prelude::{
    DataFrame, DataType, Expr, IntoLazy as _, JoinType, LazyFrame, SortMultipleOptions, col, len, lit,
};

use super::part::PartError;
use super::scan::{collect, table};
use super::schema::Table;
use crate::domain::{Int, Micros, Text};

/// Which exchanges are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// At or after.
    pub since: Option<Micros>,
    /// Before.
    pub until: Option<Micros>,
}

/// The exchanges of a case.
#[derive(Clone)]
pub struct Exchanges {
    frame: LazyFrame,
}

impl std::fmt::Debug for Exchanges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchanges").finish_non_exhaustive()
    }
}

/// Responses by class of status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusMix {
    /// 200–299.
    pub success: u64,
    /// 300–399.
    pub redirect: u64,
    /// 400–499.
    pub client_error: u64,
    /// 500–599.
    pub server_error: u64,
}

/// Credentials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AuthMix {
    /// Seen.
    pub present: u64,
    /// Seen to be missing.
    pub absent: u64,
    /// The evidence cannot tell.
    pub unknown: u64,
}

/// Counts of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// What the group has in common, in the order that was asked for.
    pub key: Vec<Option<String>>,
    /// Exchanges.
    pub exchanges: u64,
    /// Distinct clients.
    pub clients: u64,
    /// Distinct endpoints (method, host, path shape).
    pub endpoints: u64,
    /// Statuses.
    pub status: StatusMix,
    /// Credentials.
    pub auth: AuthMix,
    /// Bytes of response bodies, or of whole responses where only those are logged.
    pub response_bytes: u64,
    /// Earliest.
    pub first: Option<Micros>,
    /// Latest.
    pub last: Option<Micros>,
}

/// Exchanges of a format below which it has no usual distance that a gap could stand out from.
pub const GAP_EXCHANGES_LEAST: u64 = 20;

/// A stretch without any exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Format of the log that has the gap.
    pub format: String,
    /// Last exchange before it.
    pub from: Micros,
    /// First exchange after it.
    pub to: Micros,
}

/// What groups can be made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// All exchanges as one group.
    Nothing,
    /// Host.
    Host,
    /// Method, host, path shape.
    Endpoint,
    /// Client address.
    Client,
}

impl By {
    fn columns(self) -> Vec<Expr> {
        match self {
            Self::Nothing => vec![lit("all").alias("all")],
            Self::Host => vec![col(Text::Host.column())],
            Self::Endpoint => vec![col(Text::Method.column()), col(Text::Host.column()), col("path_shape")],
            Self::Client => vec![col(Text::ClientAddress.column())],
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &["all"],
            Self::Host => &["host"],
            Self::Endpoint => &["method", "host", "path_shape"],
            Self::Client => &["client_address"],
        }
    }
}

/// How many rows a boolean expression is true for.
fn count_if(condition: Expr, name: &str) -> Expr {
    condition.cast(DataType::Int64).sum().alias(name)
}

impl Exchanges {
    /// The exchanges of these parts.
    pub fn new(parts: Vec<PathBuf>, window: Window) -> Result<Self, PartError> {
        let mut frame = table(Table::Exchanges, parts)?;
        let time = || col("time").cast(DataType::Int64);
        if let Some(since) = window.since {
            frame = frame.filter(time().gt_eq(lit(since)));
        }
        if let Some(until) = window.until {
            frame = frame.filter(time().lt(lit(until)));
        }
        Ok(Self { frame })
    }

    /// All exchanges as one group.
    pub fn all(&self) -> Result<Group, PartError> {
        let frame = collect(self.frame.clone().group_by(By::Nothing.columns()).agg(Self::counted()))?;
        let mut all = read_groups(&frame, By::Nothing)?.into_iter().next().unwrap_or_default();
        // Counting distinct values of one huge group holds them all; counting groups streams.
        all.clients = self.sizes(By::Client)?.1;
        all.endpoints = self.sizes(By::Endpoint)?.1;
        Ok(all)
    }

    /// Groups with their counts, the largest first, equal ones by key; at most `top` of them (0 for
    /// all), and how many there are. Only the groups that are shown are looked at closely: distinct
    /// values are not counted for a million clients of which twenty are printed.
    pub fn groups(&self, by: By, top: usize) -> Result<(Vec<Group>, u64), PartError> {
        let (sizes, _) = self.sizes(by)?;
        let total = sizes.height() as u64;
        let mut rows = self.frame.clone();
        if top > 0 && sizes.height() > top {
            let order = SortMultipleOptions::default()
                .with_order_descending_multi(std::iter::once(true).chain(by.names().iter().map(|_| false)));
            let keys: Vec<&str> = std::iter::once("exchanges").chain(by.names().iter().copied()).collect();
            let shown =
                sizes.lazy().sort(keys, order).limit(u32::try_from(top).unwrap_or(u32::MAX)).select(by.columns());
            rows = rows
                .join_builder()
                .with(shown)
                .left_on(by.columns())
                .right_on(by.columns())
                .how(JoinType::Semi)
                .join_nulls(true)
                .finish();
        }
        let distinct = [
            col(Text::ClientAddress.column()).drop_nulls().n_unique().cast(DataType::Int64).alias("clients"),
            polars::prelude::as_struct(By::Endpoint.columns()).n_unique().cast(DataType::Int64).alias("endpoints"),
        ];
        let counted: Vec<Expr> = Self::counted().into_iter().chain(distinct).collect();
        let frame = collect(rows.group_by(by.columns()).agg(counted))?;
        let mut groups = read_groups(&frame, by)?;
        groups.sort_by(|a, b| b.exchanges.cmp(&a.exchanges).then_with(|| a.key.cmp(&b.key)));
        Ok((groups, total))
    }

    /// The groups with their exchanges, and how many groups have a key.
    fn sizes(&self, by: By) -> Result<(DataFrame, u64), PartError> {
        let query = self.frame.clone().group_by(by.columns()).agg([len().cast(DataType::Int64).alias("exchanges")]);
        let frame = collect(query)?;
        let keyless = match by {
            By::Client => texts(&frame, Text::ClientAddress.column())?.iter().filter(|k| k.is_none()).count(),
            _ => 0,
        };
        let keyed = frame.height().saturating_sub(keyless) as u64;
        Ok((frame, keyed))
    }

    /// What is counted of every group without holding its values.
    fn counted() -> Vec<Expr> {
        let status = || col(Int::Status.column());
        let class = |from: i64, name: &str| count_if(status().gt_eq(lit(from)).and(status().lt(lit(from + 100))), name);
        let auth = |word: &str| count_if(col("auth").eq(lit(word)), word);
        let bytes =
            polars::prelude::coalesce(&[col(Int::ResponseBodyBytes.column()), col(Int::ResponseBytes.column())]);
        vec![
            len().cast(DataType::Int64).alias("exchanges"),
            class(200, "s2"),
            class(300, "s3"),
            class(400, "s4"),
            class(500, "s5"),
            auth("present"),
            auth("absent"),
            auth("unknown"),
            bytes.sum().alias("response_bytes"),
            col("time").min().cast(DataType::Int64).alias("first"),
            col("time").max().cast(DataType::Int64).alias("last"),
        ]
    }

    /// Distinct hosts and whatever else a caller counts: values of a text column with how often.
    pub fn counts(&self, column: &str) -> Result<Vec<(String, u64)>, PartError> {
        counts(self.frame.clone(), column)
    }

    /// Exchanges without a time, and those whose zone was assumed.
    pub fn time_quality(&self) -> Result<(u64, u64), PartError> {
        let query = self.frame.clone().select([
            count_if(col("time").is_null(), "without"),
            count_if(col("zone_assumed").and(col("time").is_not_null()), "assumed"),
        ]);
        let frame = collect(query)?;
        let at = |name: &str| ints(&frame, name).map(|v| v.first().copied().flatten().unwrap_or(0) as u64);
        Ok((at("without")?, at("assumed")?))
    }

    /// Gaps in logs of formats other than `not`: stretches longer than `least` and than `factor`
    /// times the median distance of two exchanges of that format. The longest first.
    pub fn gaps(&self, not: &str, least: Micros, factor: i64) -> Result<Vec<Gap>, PartError> {
        let mut gaps = Vec::new();
        for (format, exchanges) in self.counts("format")? {
            if format == not || exchanges < GAP_EXCHANGES_LEAST {
                continue;
            }
            let times = self
                .frame
                .clone()
                .filter(col("format").eq(lit(format.as_str())))
                .select([col("time").cast(DataType::Int64)]);
            let times = times.drop_nulls(None).sort(["time"], SortMultipleOptions::default());
            let steps = times.with_column(col("time").shift(lit(1)).alias("before")).drop_nulls(None);
            let steps = steps.with_column((col("time") - col("before")).alias("step"));
            let steps = collect(steps.select([col("before"), col("time"), col("step")]))?.lazy();
            let median = collect(steps.clone().select([col("step").median().cast(DataType::Int64)]))?;
            let median = ints(&median, "step")?.first().copied().flatten().unwrap_or(0);
            let least = least.max(median.saturating_mul(factor));
            let long = collect(steps.filter(col("step").gt_eq(lit(least))))?;
            let (from, to) = (ints(&long, "before")?, ints(&long, "time")?);
            gaps.extend(
                from.into_iter()
                    .zip(to)
                    .filter_map(|(from, to)| Some(Gap { format: format.clone(), from: from?, to: to? })),
            );
        }
        gaps.sort_by_key(|g| (g.from - g.to, g.from));
        Ok(gaps)
    }
}

fn read_groups(frame: &DataFrame, by: By) -> Result<Vec<Group>, PartError> {
    let keys = by.names().iter().map(|name| texts(frame, name)).collect::<Result<Vec<_>, _>>()?;
    let column = |name: &str| ints(frame, name);
    let names =
        ["exchanges", "clients", "endpoints", "s2", "s3", "s4", "s5", "present", "absent", "unknown", "response_bytes"];
    // Distinct values are counted only where they were asked for.
    let has = |n: &str| frame.column(n).is_ok();
    let counts =
        names.iter().map(|n| if has(n) { column(n) } else { Ok(Vec::new()) }).collect::<Result<Vec<_>, _>>()?;
    let (first, last) = (column("first")?, column("last")?);
    let mut groups = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let count = |at: usize| counts.get(at).and_then(|c| c.get(row)).copied().flatten().unwrap_or(0) as u64;
        groups.push(Group {
            key: keys.iter().map(|k| k.get(row).cloned().flatten()).collect(),
            exchanges: count(0),
            clients: count(1),
            endpoints: count(2),
            status: StatusMix { success: count(3), redirect: count(4), client_error: count(5), server_error: count(6) },
            auth: AuthMix { present: count(7), absent: count(8), unknown: count(9) },
            response_bytes: count(10),
            first: first.get(row).copied().flatten(),
            last: last.get(row).copied().flatten(),
        });
    }
    Ok(groups)
}

/// Values of a text column with how often they stand there, the most frequent first.
fn counts(frame: LazyFrame, column: &str) -> Result<Vec<(String, u64)>, PartError> {
    let query =
        frame.filter(col(column).is_not_null()).group_by([col(column)]).agg([len().cast(DataType::Int64).alias("n")]);
    let frame = collect(query)?;
    let mut rows: Vec<(String, u64)> = texts(&frame, column)?
        .into_iter()
        .zip(ints(&frame, "n")?)
        .filter_map(|(text, n)| Some((text?, n? as u64)))
        .collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(rows)
}

/// Spans that are no exchange, by kind and reason: how many, how many bytes. `bytes` descending.
pub fn rejects(parts: Vec<PathBuf>) -> Result<Vec<(String, String, u64, u64)>, PartError> {
    let query = table(Table::Rejects, parts)?
        .group_by([col("kind"), col("reason")])
        .agg([len().cast(DataType::Int64).alias("n"), col("length").sum().alias("bytes")]);
    let frame = collect(query)?;
    let (kind, reason) = (texts(&frame, "kind")?, texts(&frame, "reason")?);
    let (n, bytes) = (ints(&frame, "n")?, ints(&frame, "bytes")?);
    let mut rows = Vec::new();
    for (((kind, reason), n), bytes) in kind.into_iter().zip(reason).zip(n).zip(bytes) {
        rows.push((
            kind.unwrap_or_default(),
            reason.unwrap_or_default(),
            n.unwrap_or(0) as u64,
            bytes.unwrap_or(0) as u64,
        ));
    }
    rows.sort_by(|a, b| b.3.cmp(&a.3).then_with(|| a.cmp(b)));
    Ok(rows)
}

/// Offset and length of every span of one evidence, exchanges and rejects, in order.
pub fn spans(exchanges: Vec<PathBuf>, rejects: Vec<PathBuf>, evidence_id: i64) -> Result<Vec<(i64, i64)>, PartError> {
    let mut spans = Vec::new();
    for (which, parts) in [(Table::Exchanges, exchanges), (Table::Rejects, rejects)] {
        let query =
            table(which, parts)?.filter(col("evidence_id").eq(lit(evidence_id))).select([col("offset"), col("length")]);
        let frame = collect(query)?;
        let (offsets, lengths) = (ints(&frame, "offset")?, ints(&frame, "length")?);
        spans.extend(offsets.into_iter().zip(lengths).filter_map(|(o, l)| Some((o?, l?))));
    }
    spans.sort_unstable();
    Ok(spans)
}

fn ints(frame: &DataFrame, name: &str) -> Result<Vec<Option<i64>>, PartError> {
    Ok(frame.column(name).and_then(|c| c.i64()).map_err(PartError::polars)?.iter().collect())
}

fn texts(frame: &DataFrame, name: &str) -> Result<Vec<Option<String>>, PartError> {
    let column = frame.column(name).and_then(|c| c.str()).map_err(PartError::polars)?;
    Ok(column.iter().map(|v| v.map(str::to_owned)).collect())
}
