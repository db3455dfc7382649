//! `breachwalk formats explain`: what a file was taken for, why, and how each field was mapped.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::args::ReadingArgs;
use super::error::CliError;
use super::output::Output;
use super::{exit, formats, reading};
use crate::domain::exchange::Traced;
use crate::domain::limits::{CHUNK_BYTES, SNIFF_BYTES};
use crate::domain::safe_text::escape;
use crate::domain::time::rfc3339;
use crate::domain::{Exchange, Ignorable, Place, Reason, Repair};
use crate::evidence::{self, Source};
use crate::parse::cut::{self, Chunk, Cut, Layout};
use crate::parse::{Format, FormatSet, Session, Sink, formats as registry};
use crate::report::{Column, Section, Shown, Value};

/// Rejects that are shown, and rows of each list.
const SHOWN: usize = 5;
/// Characters of a value that are shown.
const VALUE_CHARS: usize = 60;

pub(super) fn run(file: &str, record: u64, args: &ReadingArgs, output: &mut Output) -> Result<u8, CliError> {
    let set = reading::format_set(args)?;
    let sources = evidence::collect(&[file.to_owned()])?;
    let mut found = false;
    for source in &sources {
        found |= source_explained(source, record, set.clone(), output)?;
    }
    Ok(if found { exit::DONE } else { exit::NO_EVIDENCE })
}

/// Reads the first chunk of a source and tells about it.
fn source_explained(source: &Source, record: u64, mut set: FormatSet, output: &mut Output) -> Result<bool, CliError> {
    let mut stream = source.open()?;
    let mut buffer = Vec::new();
    let mut more = stream.fill(&mut buffer, SNIFF_BYTES)?;
    let layout = cut::layout(&buffer);
    if layout == Layout::Lines {
        set.sniff(&buffer);
    }
    let mut cutter = cut::cutter(layout, CHUNK_BYTES);
    let mut target = CHUNK_BYTES;
    let (len, spans) = loop {
        while more && buffer.len() < target {
            more = stream.fill(&mut buffer, target)?;
        }
        match cutter.cut(&buffer, !more) {
            Cut::Take { len, spans, .. } => break (len, spans),
            Cut::More if more => target += CHUNK_BYTES,
            Cut::More => break (buffer.len(), Vec::new()),
        }
    };
    buffer.truncate(len);
    let chunk =
        Chunk { index: 0, offset: 0, records_before: 0, bytes: buffer, context: cutter.context().to_vec(), spans };
    let mut seen = Seen {
        wanted: record,
        chunk: &chunk,
        sample: None,
        formats: BTreeMap::new(),
        rejects: Vec::new(),
        reject_count: 0,
        other: BTreeMap::new(),
    };
    Session::new(&set).explain(&chunk, &mut seen);
    let whole = !more && len == chunk.bytes.len();
    seen.tell(source, layout, &set, whole, output)?;
    Ok(!seen.formats.is_empty())
}

/// One exchange with how it was read.
struct Sample {
    place: Place,
    format: String,
    trace: Vec<Traced>,
    columns: Vec<(String, Vec<u8>)>,
}

/// Collects what the first chunk shows.
struct Seen<'c> {
    wanted: u64,
    chunk: &'c Chunk,
    sample: Option<Sample>,
    formats: BTreeMap<String, u64>,
    rejects: Vec<(Place, Reason)>,
    reject_count: u64,
    other: BTreeMap<&'static str, u64>,
}

impl Sink for Seen<'_> {
    fn exchange(&mut self, place: Place, format: &str, _: &[u8], x: &Exchange<'_>) {
        *self.formats.entry(format.to_owned()).or_default() += 1;
        if place.record < self.wanted || self.sample.is_some() {
            return;
        }
        let mut columns: Vec<(String, Vec<u8>)> =
            x.time.map(|at| ("time".to_owned(), rfc3339(at).into_bytes())).into_iter().collect();
        columns.push(("auth".to_owned(), x.auth.code().into()));
        columns.extend(x.texts().map(|(f, v)| (f.column().to_owned(), v.to_vec())));
        columns.extend(x.ints().map(|(f, v)| (f.column().to_owned(), v.to_string().into_bytes())));
        let repairs = x.repairs.iter().map(Repair::code).collect::<Vec<_>>().join(", ");
        if !repairs.is_empty() {
            columns.push(("repairs".to_owned(), repairs.into_bytes()));
        }
        self.sample =
            Some(Sample { place, format: format.to_owned(), trace: x.trace.clone().unwrap_or_default(), columns });
    }

    fn reject(&mut self, place: Place, reason: Reason) {
        self.reject_count += 1;
        if self.rejects.len() < SHOWN {
            self.rejects.push((place, reason));
        }
    }

    fn ignorable(&mut self, _: Place, what: Ignorable) {
        *self.other.entry(what.code()).or_default() += 1;
    }
}

impl Seen<'_> {
    fn tell(
        &self,
        source: &Source,
        layout: Layout,
        set: &FormatSet,
        whole: bool,
        output: &mut Output,
    ) -> Result<(), CliError> {
        let layout = match layout {
            Layout::Lines => "one record a line",
            Layout::Json => "a JSON document with records inside",
            Layout::Blocks => "blocks of an audit log",
        };
        let mut text = format!("{}\n  layout   {layout}\n", escape(source.name().as_bytes()));
        if let Some((best, score)) = set.ranking().next() {
            let rivals: Vec<String> = set.ranking().skip(1).take(SHOWN).map(|(id, n)| format!("{id} {n}")).collect();
            let rivals = if rivals.is_empty() {
                "no other format reads any".to_owned()
            } else {
                format!("others: {}", rivals.join(", "))
            };
            let _ = writeln!(text, "  head     {best} reads {score} of its records; {rivals}");
        }
        let extent = if whole { "the whole file" } else { "the first chunk" };
        let formats: Vec<String> = self.formats.iter().map(|(f, n)| format!("{n} {f}")).collect();
        let formats = if formats.is_empty() { "none".to_owned() } else { formats.join(", ") };
        let _ = writeln!(text, "  read     exchanges in {extent}: {formats}; {} rejects", self.reject_count);
        if !self.other.is_empty() {
            let other: Vec<String> = self.other.iter().map(|(what, n)| format!("{n} {what}")).collect();
            let _ = writeln!(text, "  besides  {}", other.join(", "));
        }
        output.data(text.as_bytes())?;
        match &self.sample {
            Some(sample) => tell_sample(sample, output)?,
            None if !self.formats.is_empty() => {
                let text = format!("No exchange at record {} or after it in {extent}.\n", self.wanted);
                output.data(text.as_bytes())?;
            }
            None => output.data(b"Nothing here was taken for an exchange. `breachwalk formats` lists what is known; own formats: --nginx-format,\n--apache-format, --envoy-format, --log-regex, --mapping.\n")?,
        }
        self.tell_rejects(output)
    }

    fn tell_rejects(&self, output: &mut Output) -> Result<(), CliError> {
        if self.rejects.is_empty() {
            return Ok(());
        }
        let rows = self.rejects.iter().map(|(place, reason)| {
            let from = place.offset as usize;
            let raw = self.chunk.bytes.get(from..from + (place.length as usize).min(400)).unwrap_or_default();
            vec![
                Value::Count(place.record),
                Value::Text(reason.code().into()),
                Value::Text(lossy(raw.trim_ascii_end())),
            ]
        });
        let columns = vec![
            Column { key: "record", title: "Record", shown: Shown::Always },
            Column { key: "reason", title: "Reason", shown: Shown::Always },
            Column { key: "begins", title: "Begins", shown: Shown::Always },
        ];
        let section = Section {
            id: "rejects",
            title: "Not understood",
            notes: vec![format!("{} of {} rejects.", self.rejects.len(), self.reject_count)],
            columns,
            rows: rows.collect(),
            rows_cut: 0,
        };
        formats::print(section, output)
    }
}

fn tell_sample(sample: &Sample, output: &mut Output) -> Result<(), CliError> {
    let shown = |raw: &[u8]| Value::Text(lossy(raw));
    let meta = registry::by_id(&sample.format).map(Format::meta);
    let mut notes = Vec::new();
    if let Some(meta) = meta {
        notes.push(format!("{}: {}.", meta.title, meta.notes));
        notes.push(format!("Described in {}", meta.source));
    }
    if !sample.trace.is_empty() {
        let columns = vec![
            Column { key: "field", title: "Field", shown: Shown::Always },
            Column { key: "value", title: "Value", shown: Shown::Always },
            Column { key: "column", title: "Goes to", shown: Shown::Always },
        ];
        let rows = sample.trace.iter().map(|t| {
            let target = t.target.clone().unwrap_or_else(|| "not understood; kept in the evidence only".into());
            // What the frames do not keep, a screen does not show.
            let hidden =
                ["not kept)", "headers and", "request body", "response body"].iter().any(|word| target.contains(word));
            let value = if hidden { Value::Text(format!("<hidden: {} bytes>", t.raw.len())) } else { shown(&t.raw) };
            vec![Value::Text(t.source.clone()), value, Value::Text(target)]
        });
        formats::print(
            Section {
                id: "fields",
                title: "Fields of the sample record",
                notes: Vec::new(),
                columns,
                rows: rows.collect(),
                rows_cut: 0,
            },
            output,
        )?;
    }
    let columns = vec![
        Column { key: "column", title: "Column", shown: Shown::Always },
        Column { key: "value", title: "Value", shown: Shown::Always },
    ];
    let rows = sample.columns.iter().map(|(name, value)| vec![Value::Text(name.clone()), shown(value)]);
    let title = "What the record became";
    notes.insert(
        0,
        format!(
            "Record {} at byte {}, {} bytes, read as {}.",
            sample.place.record, sample.place.offset, sample.place.length, sample.format
        ),
    );
    formats::print(Section { id: "columns", title, notes, columns, rows: rows.collect(), rows_cut: 0 }, output)
}

/// The beginning of a value as text; the writer escapes it.
fn lossy(raw: &[u8]) -> String {
    let head = raw.get(..raw.len().min(VALUE_CHARS * 4)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    if head.len() == raw.len() && text.chars().count() <= VALUE_CHARS {
        return text.into_owned();
    }
    text.chars().take(VALUE_CHARS - 1).chain(['…']).collect()
}
