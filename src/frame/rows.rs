//! Rows of a case, exchange by exchange with what was found in each: the way from Parquet to facts.
//! Parts are read one ahead on a second thread; a chunk's tables lie in the same order, so that
//! joining them is walking them side by side.

use std::path::PathBuf;
use std::sync::mpsc::sync_channel;

use polars::prelude::{DataFrame, DataType, Expr, col, lit};

use super::part::PartError;
use super::scan::{collect, table};
use super::schema::Table;
use super::summary::Window;
use crate::classify::FieldTotal;
use crate::domain::{Auth, Int, Location, Micros, Text};
use crate::facts::Place;
use crate::facts::row::{ExchangeRow, IdentifierRow, SightingRow, SignalRow, Whole};

/// The files of one chunk.
#[derive(Debug, Clone, Default)]
pub struct ChunkFiles {
    /// Evidence that the chunk is of.
    pub evidence_id: i64,
    /// Part of `exchanges`.
    pub exchanges: PathBuf,
    /// Part of `identifiers`, where it has rows.
    pub identifiers: Option<PathBuf>,
    /// Part of `sightings`, likewise.
    pub sightings: Option<PathBuf>,
    /// Part of `signals`, likewise.
    pub signals: Option<PathBuf>,
}

/// Decides over a sighting by what its field holds in the whole case.
pub trait Judge {
    /// Whether it counts.
    fn counts(&self, method: &str, path_shape: &str, sighting: &SightingRow<'_>) -> bool;
}

/// Endings of paths that a browser fetches to draw a page.
const PAGE_ENDINGS: &[&str] = &[
    "css", "js", "mjs", "map", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp", "avif", "woff", "woff2", "ttf",
    "html", "htm", "mp4",
];

/// Text columns of `exchanges` that rows hold.
const TEXTS: &[Text] = &[
    Text::Method,
    Text::Host,
    Text::ClientAddress,
    Text::UserAgent,
    Text::ResponseBodyState,
    Text::ResponseContentType,
];

struct Frames {
    files: ChunkFiles,
    exchanges: DataFrame,
    identifiers: Option<DataFrame>,
    sightings: Option<DataFrame>,
    signals: Option<DataFrame>,
}

fn time() -> Expr {
    col("time").cast(DataType::Int64)
}

fn texts(names: &[Text]) -> Vec<Expr> {
    names.iter().map(|t| col(t.column())).collect()
}

fn read(files: ChunkFiles) -> Result<Frames, PartError> {
    let mut columns = vec![col("offset"), col("record"), time(), col("auth"), col("actor"), col("path_shape")];
    columns.extend(texts(TEXTS));
    let bytes = polars::prelude::coalesce(&[col(Int::ResponseBodyBytes.column()), col(Int::ResponseBytes.column())]);
    columns.extend([col(Int::Status.column()), bytes.alias("bytes"), col("format").eq(lit("har")).alias("capture")]);
    let exchanges = collect(table(Table::Exchanges, vec![files.exchanges.clone()])?.select(columns))?;
    let other = |which: Table, path: &Option<PathBuf>| match path {
        Some(path) => collect(table(which, vec![path.clone()])?).map(Some),
        None => Ok(None),
    };
    Ok(Frames {
        exchanges,
        identifiers: other(Table::Identifiers, &files.identifiers)?,
        sightings: other(Table::Sightings, &files.sightings)?,
        signals: other(Table::Signals, &files.signals)?,
        files,
    })
}

type Texts<'f> = Box<dyn Iterator<Item = Option<&'f str>> + 'f>;
type Ints<'f> = Box<dyn Iterator<Item = Option<i64>> + 'f>;

fn text<'f>(frame: &'f DataFrame, name: &str) -> Result<Texts<'f>, PartError> {
    Ok(Box::new(frame.column(name).and_then(|c| c.str()).map_err(PartError::polars)?.iter()))
}

fn int<'f>(frame: &'f DataFrame, name: &str) -> Result<Ints<'f>, PartError> {
    Ok(Box::new(frame.column(name).and_then(|c| c.i64()).map_err(PartError::polars)?.iter()))
}

/// Rows of a table of findings, beside the exchanges.
struct Beside<'f> {
    offsets: Ints<'f>,
    texts: Vec<Texts<'f>>,
    ints: Vec<Ints<'f>>,
    /// Offset of the row that comes next.
    next: Option<i64>,
}

/// Texts and integers of one row, in the order they were asked for.
type Cells<'f> = (Vec<&'f str>, Vec<i64>);

impl<'f> Beside<'f> {
    fn new(frame: Option<&'f DataFrame>, texts: &[&str], ints: &[&str]) -> Result<Option<Self>, PartError> {
        let Some(frame) = frame else { return Ok(None) };
        let mut offsets = int(frame, "offset")?;
        let next = offsets.next().flatten();
        Ok(Some(Self {
            offsets,
            texts: texts.iter().map(|n| text(frame, n)).collect::<Result<_, _>>()?,
            ints: ints.iter().map(|n| int(frame, n)).collect::<Result<_, _>>()?,
            next,
        }))
    }

    /// The next row of the exchange at this offset.
    fn row(&mut self, offset: i64) -> Option<Cells<'f>> {
        if self.next != Some(offset) {
            return None;
        }
        self.next = self.offsets.next().flatten();
        let texts = self.texts.iter_mut().map(|t| t.next().flatten().unwrap_or_default()).collect();
        let ints = self.ints.iter_mut().map(|i| i.next().flatten().unwrap_or(0)).collect();
        Some((texts, ints))
    }
}

fn rows<'f, T>(
    beside: &mut Option<Beside<'f>>,
    offset: i64,
    out: &mut Vec<T>,
    make: impl Fn(&[&'f str], &[i64]) -> Option<T>,
) {
    out.clear();
    while let Some((texts, ints)) = beside.as_mut().and_then(|b| b.row(offset)) {
        out.extend(make(&texts, &ints));
    }
}

fn identifier<'f>(t: &[&'f str], i: &[i64]) -> Option<IdentifierRow<'f>> {
    let ([location, pointer, name, value, fingerprint], [leaf, from, to]) = (t, i) else { return None };
    Some(IdentifierRow {
        location: Location::from_code(location)?,
        pointer,
        name,
        value,
        personal: u128::from_str_radix(fingerprint, 16).ok(),
        leaf: *leaf as u32,
        scope: (*from as u32, *to as u32),
    })
}

fn sighting<'f>(t: &[&'f str], i: &[i64]) -> Option<SightingRow<'f>> {
    let ([class, location, pointer, masked, fingerprint], [leaf, confidence, from, to]) = (t, i) else { return None };
    Some(SightingRow {
        class,
        location: Location::from_code(location)?,
        pointer,
        leaf: *leaf as u32,
        scope: (*from as u32, *to as u32),
        confidence: *confidence as u8,
        masked,
        fingerprint: u128::from_str_radix(fingerprint, 16).ok()?,
    })
}

fn signal<'f>(t: &[&'f str], _: &[i64]) -> Option<SignalRow<'f>> {
    let [signal, location, pointer, detail] = t else { return None };
    Some(SignalRow { signal, location: Location::from_code(location)?, pointer, detail })
}

/// Whether a path or its answer is what a page is drawn with.
fn is_page(path_shape: &str, content_type: &str) -> bool {
    let ending = path_shape.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
    ending.is_some_and(|e| PAGE_ENDINGS.contains(&e))
        || ["text/html", "text/css", "image/", "font/"].iter().any(|t| content_type.starts_with(t))
        || content_type.contains("javascript")
}

fn visit_chunk(
    frames: &Frames,
    window: Window,
    judge: &dyn Judge,
    visit: &mut dyn FnMut(&Whole<'_>),
) -> Result<(), PartError> {
    let x = &frames.exchanges;
    let mut identifiers = Beside::new(
        frames.identifiers.as_ref(),
        &["location", "pointer", "name", "value", "fingerprint"],
        &["leaf", "scope_from", "scope_to"],
    )?;
    let mut sightings = Beside::new(
        frames.sightings.as_ref(),
        &["data_class", "location", "pointer", "masked", "fingerprint"],
        &["leaf", "confidence", "scope_from", "scope_to"],
    )?;
    let mut signals = Beside::new(frames.signals.as_ref(), &["signal", "location", "pointer", "detail"], &[])?;
    let (mut offsets, mut records, mut times) = (int(x, "offset")?, int(x, "record")?, int(x, "time")?);
    let (mut statuses, mut bytes) = (int(x, Int::Status.column())?, int(x, "bytes")?);
    let mut captures = x.column("capture").and_then(|c| c.bool()).map_err(PartError::polars)?.iter();
    let names = ["auth", "actor", "path_shape"].into_iter().chain(TEXTS.iter().map(|t| t.column()));
    let mut columns = names.map(|n| text(x, n)).collect::<Result<Vec<_>, _>>()?;
    let (mut i, mut s, mut g) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..x.height() {
        let offset = offsets.next().flatten().unwrap_or(0);
        let mut cells = columns.iter_mut().map(|c| c.next().flatten().unwrap_or_default());
        let [auth, actor, path_shape, method, host, address, user_agent, body_state, content_type] =
            [(); 9].map(|()| cells.next().unwrap_or_default());
        let exchange = ExchangeRow {
            place: Place {
                evidence: frames.files.evidence_id as u32,
                record: records.next().flatten().unwrap_or(0) as u64,
            },
            time: times.next().flatten(),
            method,
            host,
            path_shape,
            actor,
            address,
            user_agent,
            auth: match auth {
                "present" => Auth::Present,
                "absent" => Auth::Absent,
                _ => Auth::Unknown,
            },
            status: statuses.next().flatten().and_then(|v| u16::try_from(v).ok()).filter(|v| *v > 0),
            response_bytes: bytes.next().flatten().unwrap_or(0).max(0) as u64,
            body_kept: matches!(body_state, "present" | "incomplete"),
            is_page: is_page(path_shape, content_type),
            is_capture: captures.next().flatten().unwrap_or(false),
        };
        rows(&mut identifiers, offset, &mut i, identifier);
        rows(&mut sightings, offset, &mut s, sighting);
        rows(&mut signals, offset, &mut g, signal);
        if !within(window, exchange.time) {
            continue;
        }
        s.retain(|sighting| judge.counts(method, path_shape, sighting));
        visit(&Whole { exchange, identifiers: &i, sightings: &s, signals: &g });
    }
    Ok(())
}

fn within(window: Window, time: Option<Micros>) -> bool {
    let Some(at) = time else { return window == Window::default() };
    window.since.is_none_or(|s| at >= s) && window.until.is_none_or(|u| at < u)
}

/// Visits all exchanges of the chunks, in order.
pub fn each(
    chunks: Vec<ChunkFiles>,
    window: Window,
    judge: &dyn Judge,
    visit: &mut dyn FnMut(&Whole<'_>),
) -> Result<(), PartError> {
    let (sender, receiver) = sync_channel(1);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for chunk in chunks {
                let read = read(chunk);
                if sender.send(read).is_err() {
                    return;
                }
            }
        });
        for frames in receiver {
            visit_chunk(&frames?, window, judge, visit)?;
        }
        Ok(())
    })
}

/// Method, host, path shape, exchanges, those answered other than 404.
pub type ShapeRow = (String, String, String, u64, u64);

/// Distinct endpoints by shape: method, host, path shape, exchanges, those answered other than 404.
pub fn shapes(parts: Vec<PathBuf>, window: Window) -> Result<Vec<ShapeRow>, PartError> {
    let mut query = table(Table::Exchanges, parts)?;
    if let Some(since) = window.since {
        query = query.filter(time().gt_eq(lit(since)));
    }
    if let Some(until) = window.until {
        query = query.filter(time().lt(lit(until)));
    }
    let names = [Text::Method.column(), Text::Host.column(), "path_shape"];
    let status = col(Int::Status.column());
    let answered = status.clone().is_null().or(status.neq(lit(404_i64)));
    let query = query.group_by(names.map(col)).agg([
        polars::prelude::len().cast(DataType::Int64).alias("exchanges"),
        answered.cast(DataType::Int64).sum().alias("answered"),
    ]);
    let frame = collect(query)?;
    let mut texts = names.iter().map(|n| text(&frame, n)).collect::<Result<Vec<_>, _>>()?;
    let (mut exchanges, mut answered) = (int(&frame, "exchanges")?, int(&frame, "answered")?);
    let mut out = Vec::with_capacity(frame.height());
    for _ in 0..frame.height() {
        let mut cells = texts.iter_mut().map(|t| t.next().flatten().unwrap_or_default().to_owned());
        let [method, host, shape] = [(); 3].map(|()| cells.next().unwrap_or_default());
        let count = |c: &mut Ints<'_>| c.next().flatten().unwrap_or(0) as u64;
        out.push((method, host, shape, count(&mut exchanges), count(&mut answered)));
    }
    out.sort();
    Ok(out)
}

/// All fields of a case.
pub fn fields(parts: Vec<PathBuf>) -> Result<Vec<FieldTotal>, PartError> {
    let names = ["endpoint", "location", "pointer", "data_class"];
    let query = table(Table::Fields, parts)?.group_by(names.map(col)).agg([col("values").sum(), col("passing").sum()]);
    let frame = collect(query)?;
    let mut texts = names.iter().map(|n| text(&frame, n)).collect::<Result<Vec<_>, _>>()?;
    let (mut values, mut passing) = (int(&frame, "values")?, int(&frame, "passing")?);
    let mut out = Vec::with_capacity(frame.height());
    for _ in 0..frame.height() {
        let mut cells = texts.iter_mut().map(|t| t.next().flatten().unwrap_or_default());
        let [endpoint, location, pointer, class] = [(); 4].map(|()| cells.next().unwrap_or_default());
        let (v, p) = (values.next().flatten().unwrap_or(0), passing.next().flatten().unwrap_or(0));
        if let Some(location) = Location::from_code(location) {
            out.push(FieldTotal {
                endpoint: endpoint.to_owned(),
                location,
                pointer: pointer.to_owned(),
                class: class.to_owned(),
                values: v as u64,
                passing: p as u64,
            });
        }
    }
    out.sort();
    Ok(out)
}
