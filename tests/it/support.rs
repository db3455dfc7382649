//! What the tests of the parsers share: a driver that does what ingest does with the bytes of one
//! stream, and the folder of real files that not every machine has.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use breachwalk::domain::limits::{CHUNK_BYTES, SNIFF_BYTES};
use breachwalk::domain::time::rfc3339;
use breachwalk::domain::{Body, Exchange, Ignorable, Place, Reason, Transfer};
use breachwalk::parse::cut::{self, Chunk, Cut};
use breachwalk::parse::{FormatSet, Session, Sink};

/// What became of one span of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An exchange with all that was read of it.
    Exchange(Box<Seen>),
    /// Unreadable.
    Reject(Reason),
    /// Complete without an exchange.
    Ignorable(Ignorable),
}

/// An exchange that outlives its chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Id of the format that read it.
    pub(crate) format: String,
    /// Text columns as they are, integers in decimal; `time` as RFC 3339.
    pub(crate) columns: BTreeMap<&'static str, Vec<u8>>,
    /// The bodies as the exchange points at them: request, response.
    pub(crate) bodies: [Option<(Vec<u8>, Transfer)>; 2],
}

impl Seen {
    fn of(format: &str, x: &Exchange<'_>) -> Self {
        let mut columns: BTreeMap<&'static str, Vec<u8>> =
            x.texts().map(|(field, value)| (field.column(), value.to_vec())).collect();
        columns.extend(x.ints().map(|(field, value)| (field.column(), value.to_string().into_bytes())));
        if let Some(at) = x.time {
            columns.insert("time", rfc3339(at).into_bytes());
        }
        let own = |body: &Option<Body<'_>>| body.map(|b| (b.raw.to_vec(), b.transfer));
        Self { format: format.to_owned(), columns, bodies: [own(&x.request_body), own(&x.response_body)] }
    }

    /// A column as text.
    pub(crate) fn text(&self, column: &str) -> Option<String> {
        self.columns.get(column).map(|v| String::from_utf8_lossy(v).into_owned())
    }
}

/// A span of a stream and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// Where it stands.
    pub(crate) place: Place,
    /// What it is.
    pub(crate) kind: Kind,
}

impl Item {
    /// The exchange, if it is one.
    pub(crate) fn seen(&self) -> Option<&Seen> {
        match &self.kind {
            Kind::Exchange(seen) => Some(seen),
            _ => None,
        }
    }

    /// Its bytes in the stream.
    pub(crate) fn range(&self) -> Range<usize> {
        self.place.offset as usize..self.place.end() as usize
    }
}

/// Keeps everything.
#[derive(Default)]
struct Items(Vec<Item>);

impl Sink for Items {
    fn exchange(&mut self, place: Place, format: &str, _: &[u8], x: &Exchange<'_>) {
        self.0.push(Item { place, kind: Kind::Exchange(Box::new(Seen::of(format, x))) });
    }
    fn reject(&mut self, place: Place, reason: Reason) {
        self.0.push(Item { place, kind: Kind::Reject(reason) });
    }
    fn ignorable(&mut self, place: Place, what: Ignorable) {
        self.0.push(Item { place, kind: Kind::Ignorable(what) });
    }
}

/// Keeps only what tiling needs: many thousand streams go through it.
#[derive(Default)]
struct Tiles {
    at: u64,
    gap: Option<(u64, u64)>,
    exchanges: usize,
}

impl Tiles {
    fn lay(&mut self, place: Place) {
        if (place.offset != self.at || place.length == 0) && self.gap.is_none() {
            self.gap = Some((self.at, place.offset));
        }
        self.at = place.end();
    }

    fn verdict(&self, len: usize) -> Result<(), String> {
        match self.gap {
            Some((end, next)) => Err(format!("one item ends at {end}, the next begins at {next} or is empty")),
            None if self.at != len as u64 => Err(format!("items end at {} of {len}", self.at)),
            None => Ok(()),
        }
    }
}

impl Sink for Tiles {
    fn exchange(&mut self, place: Place, _: &str, _: &[u8], _: &Exchange<'_>) {
        self.exchanges += 1;
        self.lay(place);
    }
    fn reject(&mut self, place: Place, _: Reason) {
        self.lay(place);
    }
    fn ignorable(&mut self, place: Place, _: Ignorable) {
        self.lay(place);
    }
}

/// Sniffs, cuts at `target` bytes and parses each chunk in a session of its own, as ingest does.
fn drive(bytes: &[u8], target: usize, sink: &mut dyn Sink) {
    let head = bytes.get(..SNIFF_BYTES).unwrap_or(bytes);
    let mut formats = FormatSet::built_in();
    formats.sniff(head);
    let mut cutter = cut::cutter(cut::layout(head), target);
    let (mut at, mut index, mut records_before) = (0, 0, 0);
    while at < bytes.len() {
        let Cut::Take { len, spans, records } = cutter.cut(&bytes[at..], true) else {
            panic!("the cutter wants more than the {} bytes that are left at {at}", bytes.len() - at);
        };
        assert!(len > 0 && len <= bytes.len() - at, "the cutter took {len} bytes of {} at {at}", bytes.len() - at);
        let chunk = Chunk {
            index,
            offset: at as u64,
            records_before,
            bytes: bytes[at..at + len].to_vec(),
            context: cutter.context().to_vec(),
            spans,
        };
        Session::new(&formats).parse(&chunk, sink);
        at += len;
        index += 1;
        records_before += records;
    }
}

/// One cut: its length, its spans, the records that begin in it.
pub(crate) type Piece = (usize, Vec<cut::Span>, u64);

/// How a stream is cut when its bytes arrive `step` at a time.
pub(crate) fn cuts(bytes: &[u8], target: usize, step: usize) -> Vec<Piece> {
    let head = bytes.get(..SNIFF_BYTES).unwrap_or(bytes);
    let mut cutter = cut::cutter(cut::layout(head), target);
    let (mut from, mut to, mut pieces) = (0, 0, Vec::new());
    while from < bytes.len() {
        let last = to == bytes.len();
        match cutter.cut(&bytes[from..to], last) {
            Cut::More => {
                assert!(!last, "the cutter wants more than there is, at {from} of {to}");
                to = (to + step).min(bytes.len());
            }
            Cut::Take { len, spans, records } => {
                assert!(len > 0 && len <= to - from, "the cutter took {len} bytes of {} at {from}", to - from);
                from += len;
                pieces.push((len, spans, records));
            }
        }
    }
    pieces
}

/// What the stream holds.
pub(crate) fn parse_bytes(bytes: &[u8]) -> Vec<Item> {
    parse_cut(bytes, CHUNK_BYTES)
}

/// What the stream holds when it is cut into chunks of about `target` bytes.
pub(crate) fn parse_cut(bytes: &[u8], target: usize) -> Vec<Item> {
    let mut items = Items::default();
    drive(bytes, target, &mut items);
    items.0
}

/// Time to sniff the stream's head and time to parse all of it as one chunk, the shortest of `runs`.
pub(crate) fn times(bytes: &[u8], runs: usize) -> [Duration; 2] {
    let head = bytes.get(..SNIFF_BYTES).unwrap_or(bytes);
    let mut formats = FormatSet::built_in();
    let mut cutter = cut::cutter(cut::layout(head), CHUNK_BYTES);
    let Cut::Take { len, spans, .. } = cutter.cut(bytes, true) else { panic!("more than everything is wanted") };
    let mut chunk =
        Chunk { index: 0, offset: 0, records_before: 0, bytes: bytes[..len].to_vec(), context: Vec::new(), spans };
    chunk.context = cutter.context().to_vec();
    let mut best = [Duration::MAX; 2];
    for _ in 0..runs {
        let from = busy();
        formats.sniff(head);
        best[0] = best[0].min(busy().saturating_sub(from));
        let from = busy();
        Session::new(&formats).parse(&chunk, &mut Tiles::default());
        best[1] = best[1].min(busy().saturating_sub(from));
    }
    best
}

/// Time that this thread has been running, so that a busy machine changes no verdict; where the
/// system does not tell, time on the clock.
fn busy() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// Where the items of a stream leave a gap, overlap or are empty.
pub(crate) fn tiling(items: &[Item], len: usize) -> Result<(), String> {
    let mut tiles = Tiles::default();
    for item in items {
        tiles.lay(item.place);
    }
    tiles.verdict(len)
}

/// How many exchanges the stream holds, or where its items leave a gap, overlap or are empty.
pub(crate) fn tiles(bytes: &[u8], target: usize) -> Result<usize, String> {
    let mut tiles = Tiles::default();
    drive(bytes, target, &mut tiles);
    tiles.verdict(bytes.len()).map(|()| tiles.exchanges)
}

/// The folder of real files, or `None` with a word of it: they are nobody's to copy.
pub(crate) fn corpora() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("BREACHWALK_CORPORA").filter(|v| !v.is_empty()) else {
        eprintln!("skipped: BREACHWALK_CORPORA is not set");
        return None;
    };
    Some(PathBuf::from(folder))
}

/// Every file below a folder, in a fixed order.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// A file's bytes, decompressed where its name says that it is.
pub(crate) fn read(path: &Path) -> Vec<u8> {
    let raw = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut out = Vec::new();
    match path.extension().and_then(|e| e.to_str()) {
        Some("gz") => drop(flate2::read::MultiGzDecoder::new(raw.as_slice()).read_to_end(&mut out).unwrap()),
        Some("bz2") => drop(bzip2::read::MultiBzDecoder::new(raw.as_slice()).read_to_end(&mut out).unwrap()),
        _ => return raw,
    }
    out
}

/// A file's name below the folder.
pub(crate) fn name(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned()
}

/// 1-based line of an offset.
pub(crate) fn line_of(bytes: &[u8], offset: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &bytes[..offset.min(bytes.len())]).count()
}

/// The lines of a message for a person, at most `max` of them.
pub(crate) fn list(lines: &[String], max: usize) -> String {
    let mut out = String::new();
    for line in lines.iter().take(max) {
        let _ = writeln!(out, "  {line}");
    }
    if lines.len() > max {
        let _ = writeln!(out, "  … and {} more", lines.len() - max);
    }
    out
}

/// A small generator for repeatable damage (`SplitMix64`).
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 where `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.next() % n as u64) as usize }
    }
}

/// The records that every format declares as its samples, one stream each, with the format's id.
pub(crate) fn samples() -> Vec<(&'static str, Vec<u8>)> {
    breachwalk::parse::formats::ALL
        .iter()
        .flat_map(|f| f.samples().iter().map(|s| (f.meta().id, format!("{}\n", s.record).into_bytes())))
        .collect()
}
