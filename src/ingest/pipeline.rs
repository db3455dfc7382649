//! The reading thread, the parsing threads, and the commit of finished evidence.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use bumpalo::Bump;

use super::collector::{Builders, Collector};
use super::settings::{Progress, Settings};
use super::tally::Tally;
use crate::case::{Case, CaseError, EvidenceEntry, Part};
use crate::classify::Fingerprinter;
use crate::domain::limits::{IN_FLIGHT_BYTES_MAX, SNIFF_BYTES};
use crate::domain::{Micros, Repairs};
use crate::evidence::{self, EvidenceError, Finished, Source, Stream};
use crate::frame::builder::repair_codes;
use crate::frame::column::Filled;
use crate::frame::findings::FieldsBuilder;
use crate::frame::part::{PartError, PartWriter};
use crate::frame::schema::Table;
use crate::parse::cut::{self, Chunk, Cut, Layout};
use crate::parse::{FormatSet, Session};

/// An ingest could not go on. The case is as the last commit left it.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The case.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A part.
    #[error(transparent)]
    Part(#[from] PartError),
    /// A parsing thread died: a bug here.
    #[error("a parsing thread stopped unexpectedly; this is a bug in breachwalk")]
    WorkerLost,
}

/// What became of one source.
#[derive(Debug)]
pub enum Outcome {
    /// It is in the case now.
    Added(Box<EvidenceEntry>),
    /// The case had these bytes already.
    Known {
        /// As it was handed over now.
        name: String,
        /// Under which number the case has it.
        evidence_id: i64,
        /// As it was handed over then.
        known_as: String,
    },
    /// It could not be read.
    Failed {
        /// As it was handed over.
        name: String,
        /// Why.
        error: EvidenceError,
    },
}

/// What an ingest did, source by source in the order they were given.
#[derive(Debug, Default)]
pub struct Summary {
    /// One a source.
    pub outcomes: Vec<Outcome>,
}

impl Summary {
    /// Entries that were added.
    pub fn added(&self) -> impl Iterator<Item = &EvidenceEntry> {
        self.outcomes.iter().filter_map(|o| match o {
            Outcome::Added(entry) => Some(&**entry),
            _ => None,
        })
    }
}

/// A chunk on its way to a parsing thread.
struct Task {
    chunk: Chunk,
    evidence_id: i64,
    formats: Arc<FormatSet>,
}

/// What a parsing thread made of it. The buffer comes back to be filled again.
struct Done {
    evidence_id: i64,
    parts: Vec<Part>,
    tally: Tally,
    buffer: Vec<u8>,
}

/// A stream that is read to its end but for chunks still being parsed.
struct Pending {
    entry: EvidenceEntry,
    chunks: u32,
}

/// Reads all sources into the case.
pub fn ingest(
    case: &mut Case,
    sources: &[Source],
    settings: &Settings,
    progress: &dyn Progress,
    now: &dyn Fn() -> Micros,
) -> Result<Summary, IngestError> {
    let folder = case.folder().to_owned();
    let fingerprinter = Fingerprinter::new(case.key()?);
    let stop = AtomicBool::new(false);
    // One chunk waits read for whoever is free first; more would only hold memory.
    let (task_sender, task_receiver) = sync_channel::<Task>(0);
    let (done_sender, done_receiver) = channel::<Result<Done, PartError>>();
    let tasks = Mutex::new(task_receiver);
    let result = std::thread::scope(|scope| {
        for _ in 0..settings.threads.max(1) {
            let done = done_sender.clone();
            let (tasks, folder, stop, fingerprinter) = (&tasks, &folder, &stop, &fingerprinter);
            scope.spawn(move || work(tasks, &done, folder, &Shared { settings, fingerprinter }, stop));
        }
        drop(done_sender);
        let mut reader = Reader {
            case: &mut *case,
            settings,
            progress,
            now,
            tasks: Some(task_sender),
            done: done_receiver,
            buffers: Vec::new(),
            in_flight: 0,
            results: BTreeMap::new(),
            pending: Vec::new(),
            summary: Summary::default(),
            sent: 0,
        };
        let result = reader.run(sources);
        if result.is_err() {
            stop.store(true, Ordering::Relaxed);
        }
        reader.tasks = None;
        let summary = std::mem::take(&mut reader.summary);
        result.map(|()| summary)
    });
    if result.is_err() || result.as_ref().is_ok_and(|s| s.outcomes.iter().any(|o| matches!(o, Outcome::Failed { .. })))
    {
        case.sweep()?;
    }
    result
}

/// What all parsing threads share.
struct Shared<'s> {
    settings: &'s Settings,
    fingerprinter: &'s Fingerprinter,
}

/// A parsing thread.
fn work(
    tasks: &Mutex<Receiver<Task>>,
    done: &Sender<Result<Done, PartError>>,
    folder: &Path,
    shared: &Shared<'_>,
    stop: &AtomicBool,
) {
    let mut worker = None;
    loop {
        let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(task) = task else { return };
        if stop.load(Ordering::Relaxed) {
            continue;
        }
        let result = match worker.take().map_or_else(|| Worker::new(task.evidence_id, shared), Ok) {
            Ok(ready) => worker.insert(ready).parse(task, folder, shared),
            Err(error) => Err(error),
        };
        if done.send(result).is_err() {
            return;
        }
    }
}

/// What a parsing thread keeps from chunk to chunk: fresh memory costs page faults.
struct Worker {
    arena: Bump,
    /// Away while a chunk is parsed.
    builders: Option<Builders>,
    writer: PartWriter,
}

impl Worker {
    fn new(evidence_id: i64, shared: &Shared<'_>) -> Result<Self, PartError> {
        let builders = Some(Builders::new(evidence_id, shared.settings, shared.fingerprinter));
        Ok(Self { arena: Bump::new(), builders, writer: PartWriter::new()? })
    }

    fn parse(&mut self, task: Task, folder: &Path, shared: &Shared<'_>) -> Result<Done, PartError> {
        let Task { chunk, evidence_id, formats } = task;
        let builders = self.builders.take();
        let mut builders =
            builders.unwrap_or_else(|| Builders::new(evidence_id, shared.settings, shared.fingerprinter));
        builders.clear(evidence_id);
        let mut collector = Collector::new(builders, shared.settings);
        Session::new(&formats).parse_in(&self.arena, &chunk, &mut collector);
        self.arena.reset();
        let (builders, fields, tally) = collector.finish();
        let file = format!("part-{evidence_id:04}-{:05}.parquet", chunk.index);
        let mut parts = Vec::new();
        let mut write = |table: Table, rows: usize, columns: &[Filled<'_>]| -> Result<(), PartError> {
            if rows > 0 {
                let written = self.writer.write(&folder.join(table.name()).join(&file), table, rows, columns)?;
                let sha256 = crate::case::hex(&written.sha256);
                parts.push(Part {
                    table: table.name().into(),
                    file: file.clone(),
                    evidence_id,
                    rows: written.rows,
                    bytes: written.bytes,
                    sha256,
                });
            }
            Ok(())
        };
        write(Table::Exchanges, builders.exchanges.rows(), &builders.exchanges.columns())?;
        write(Table::Rejects, builders.rejects.rows(), &builders.rejects.columns())?;
        for (table, rows, columns) in builders.findings.columns() {
            write(table, rows, &columns)?;
        }
        let fields = FieldsBuilder::new(evidence_id, &fields);
        write(Table::Fields, fields.rows(), &fields.columns())?;
        self.builders = Some(builders);
        Ok(Done { evidence_id, parts, tally, buffer: chunk.bytes })
    }
}

/// The reading thread's state.
struct Reader<'c> {
    case: &'c mut Case,
    settings: &'c Settings,
    progress: &'c dyn Progress,
    now: &'c dyn Fn() -> Micros,
    tasks: Option<SyncSender<Task>>,
    done: Receiver<Result<Done, PartError>>,
    /// Buffers to be filled again: fresh ones cost page faults.
    buffers: Vec<Vec<u8>>,
    /// Bytes of the chunks that are sent and not yet back.
    in_flight: usize,
    /// Results by evidence, with how many chunks they stand for.
    results: BTreeMap<i64, (u32, Tally, Vec<Part>)>,
    pending: Vec<Pending>,
    summary: Summary,
    /// Chunks of the current stream that were sent to be parsed.
    sent: u32,
}

impl Reader<'_> {
    fn run(&mut self, sources: &[Source]) -> Result<(), IngestError> {
        let mut next_id = self.case.manifest.next_evidence_id();
        for source in sources {
            self.progress.begin(&source.name(), source.size());
            if self.known_by_size(source) {
                continue;
            }
            self.sent = 0;
            match self.read(source, next_id)? {
                Ok(true) => next_id += 1,
                // Numbers have no gaps: an ingest that was interrupted and run again then numbers
                // as one that was not.
                Ok(false) => self.discard_sent(next_id)?,
                Err(error) => {
                    self.discard_sent(next_id)?;
                    self.summary.outcomes.push(Outcome::Failed { name: source.name(), error });
                }
            }
            self.commit_ready(false)?;
        }
        self.commit_ready(true)?;
        self.progress.end();
        Ok(())
    }

    /// A file of the size of evidence that the case has is hashed first: adding evidence twice
    /// then costs a read and no parse.
    fn known_by_size(&mut self, source: &Source) -> bool {
        let Some(size) = source.size() else { return false };
        if !self.case.manifest.evidence.iter().any(|e| e.bytes == size) {
            return false;
        }
        let Ok((sha256, _)) = evidence::digest(source) else { return false };
        self.note_known(source, &crate::case::hex(&sha256))
    }

    fn note_known(&mut self, source: &Source, sha256: &str) -> bool {
        let pending = self.pending.iter().map(|p| &p.entry).find(|e| e.sha256 == sha256);
        let Some(known) = self.case.manifest.by_digest(sha256).or(pending) else { return false };
        let (evidence_id, known_as) = (known.evidence_id, known.name.clone());
        self.summary.outcomes.push(Outcome::Known { name: source.name(), evidence_id, known_as });
        true
    }

    /// Reads one source to its end; false where the case has it already. The outer error ends the
    /// ingest, the inner one the source.
    fn read(&mut self, source: &Source, evidence_id: i64) -> Result<Result<bool, EvidenceError>, IngestError> {
        let mut stream = match source.open() {
            Ok(stream) => stream,
            Err(e) => return Ok(Err(e)),
        };
        let spool = if source.path().is_none() { Some(self.spool(&mut stream)?) } else { None };
        let read = match self.cut_stream(&mut stream, evidence_id)? {
            Ok(read) => read,
            Err(e) => return Ok(Err(e)),
        };
        let finished = match stream.finish() {
            Ok(finished) => finished,
            Err(e) => return Ok(Err(e)),
        };
        let sha256 = crate::case::hex(&finished.sha256);
        if self.note_known(source, &sha256) {
            if let Some(spool) = spool {
                std::fs::remove_file(&spool).map_err(CaseError::io(&spool))?;
            }
            return Ok(Ok(false));
        }
        let path = match spool {
            Some(spool) => self.keep_spool(&spool, &sha256)?,
            None => source.path().map(absolute).unwrap_or_default(),
        };
        let entry = match entry(source, evidence_id, &path, sha256, &finished, &read) {
            Ok(entry) => entry,
            Err(e) => return Ok(Err(e)),
        };
        self.pending.push(Pending { entry, chunks: read.chunks });
        Ok(Ok(true))
    }

    /// Standard input cannot be read twice: a copy goes into the case.
    fn spool(&mut self, stream: &mut Stream) -> Result<PathBuf, IngestError> {
        let path = self.case.incoming()?;
        let file = std::fs::File::create(&path).map_err(CaseError::io(&path))?;
        stream.tee_raw(Box::new(std::io::BufWriter::new(file)));
        Ok(path)
    }

    fn keep_spool(&self, spool: &Path, sha256: &str) -> Result<PathBuf, IngestError> {
        let path = self.case.stdin_folder()?.join(sha256);
        std::fs::rename(spool, &path).map_err(CaseError::io(&path))?;
        Ok(absolute(&path))
    }

    fn cut_stream(
        &mut self,
        stream: &mut Stream,
        evidence_id: i64,
    ) -> Result<Result<ReadUp, EvidenceError>, IngestError> {
        let mut buffer = self.buffers.pop().unwrap_or_default();
        buffer.clear();
        let mut more = match stream.fill(&mut buffer, SNIFF_BYTES) {
            Ok(more) => more,
            Err(e) => return Ok(Err(e)),
        };
        let layout = cut::layout(&buffer);
        let mut formats = self.settings.formats.clone();
        if layout == Layout::Lines {
            formats.sniff(&buffer);
        }
        let formats = Arc::new(formats);
        let mut cutter = cut::cutter(layout, self.settings.chunk_bytes);
        let (mut offset, mut records, mut chunks) = (0_u64, 0_u64, 0_u32);
        let mut target = self.settings.chunk_bytes;
        loop {
            while more && buffer.len() < target {
                more = match stream.fill(&mut buffer, target) {
                    Ok(more) => more,
                    Err(e) => return Ok(Err(e)),
                };
                self.progress.read(stream.bytes_read());
            }
            if buffer.is_empty() && !more {
                break;
            }
            match cutter.cut(&buffer, !more) {
                // A little at a time: what is read too far is copied to the next chunk.
                Cut::More if more => {
                    let grown = buffer.len().saturating_sub(self.settings.chunk_bytes);
                    target = buffer.len() + grown.max(self.settings.chunk_bytes / 16).max(1);
                }
                Cut::More => break,
                Cut::Take { len, spans, records: taken } => {
                    let mut rest = self.buffers.pop().unwrap_or_default();
                    rest.clear();
                    rest.extend_from_slice(buffer.get(len..).unwrap_or_default());
                    buffer.truncate(len);
                    let bytes = std::mem::replace(&mut buffer, rest);
                    let chunk = Chunk {
                        index: chunks,
                        offset,
                        records_before: records,
                        bytes,
                        context: cutter.context().to_vec(),
                        spans,
                    };
                    self.send(Task { chunk, evidence_id, formats: Arc::clone(&formats) })?;
                    self.sent += 1;
                    offset += len as u64;
                    records += taken;
                    chunks += 1;
                    target = self.settings.chunk_bytes;
                }
            }
        }
        self.buffers.push(buffer);
        Ok(Ok(ReadUp { chunks, layout, repairs: cutter.repairs(), producer: cutter.producer() }))
    }

    fn send(&mut self, task: Task) -> Result<(), IngestError> {
        while let Ok(done) = self.done.try_recv() {
            self.take(done?);
        }
        // A chunk holds at least one record, and some HAR entries are a hundred megabytes: a few of
        // them must not be in memory at once. Ordinary chunks keep every worker busy.
        let bytes = task.chunk.bytes.len();
        let in_flight_max = IN_FLIGHT_BYTES_MAX.max((self.settings.threads + 2) * self.settings.chunk_bytes);
        while self.in_flight > 0 && self.in_flight + bytes > in_flight_max {
            let done = self.done.recv().map_err(|_| IngestError::WorkerLost)?;
            self.take(done?);
        }
        self.in_flight += bytes;
        self.tasks.as_ref().and_then(|t| t.send(task).ok()).ok_or(IngestError::WorkerLost)
    }

    fn take(&mut self, done: Done) {
        let (chunks, tally, parts) = self.results.entry(done.evidence_id).or_default();
        *chunks += 1;
        tally.add(&done.tally);
        parts.extend(done.parts);
        self.in_flight = self.in_flight.saturating_sub(done.buffer.len());
        // One to read into, one for what is left over: more, or larger ones, would only hold memory.
        if self.buffers.len() < 2 && done.buffer.capacity() <= 2 * self.settings.chunk_bytes {
            self.buffers.push(done.buffer);
        }
    }

    /// Commits streams whose chunks are all parsed; with `wait`, all of them.
    fn commit_ready(&mut self, wait: bool) -> Result<(), IngestError> {
        while wait && self.pending.iter().any(|p| !self.is_parsed(p)) {
            let done = self.done.recv().map_err(|_| IngestError::WorkerLost)?;
            self.take(done?);
        }
        let mut ready = self.pending.iter().take_while(|p| self.is_parsed(p)).count();
        // A folder of a thousand small logs is not committed a thousand times.
        if !wait && ready < 64 && !self.pending.iter().take(ready).any(|p| p.chunks > 1) {
            ready = 0;
        }
        let finished: Vec<Pending> = self.pending.drain(..ready).collect();
        let (mut entries, mut parts) = (Vec::new(), Vec::new());
        for Pending { mut entry, .. } in finished {
            let (_, tally, own) = self.results.remove(&entry.evidence_id).unwrap_or_default();
            entry.format = tally.main_format();
            entry.exchanges = tally.exchanges;
            entry.rejects = tally.rejects;
            entry.exchange_bytes = tally.exchange_bytes;
            entry.reject_bytes = tally.reject_bytes;
            entry.ignorable_bytes = tally.ignorable_bytes;
            entry.repaired = tally.repaired;
            entry.first_time = tally.first;
            entry.last_time = tally.last;
            self.summary.outcomes.push(Outcome::Added(Box::new(entry.clone())));
            entries.push(entry);
            parts.extend(own);
        }
        if !entries.is_empty() {
            self.case.commit(entries, parts, (self.now)())?;
        }
        Ok(())
    }

    fn is_parsed(&self, pending: &Pending) -> bool {
        let parsed = self.results.get(&pending.entry.evidence_id).map_or(0, |r| r.0);
        parsed >= pending.chunks
    }

    /// Takes back what was parsed of a stream that turned out to be known or broke off.
    fn discard_sent(&mut self, evidence_id: i64) -> Result<(), IngestError> {
        while self.results.get(&evidence_id).map_or(0, |r| r.0) < self.sent {
            let done = self.done.recv().map_err(|_| IngestError::WorkerLost)?;
            self.take(done?);
        }
        self.discard(evidence_id)
    }

    fn discard(&mut self, evidence_id: i64) -> Result<(), IngestError> {
        let Some((_, _, parts)) = self.results.remove(&evidence_id) else { return Ok(()) };
        for part in parts {
            if let Some(table) = Table::from_name(&part.table) {
                let path = self.case.part_path(table, &part.file);
                std::fs::remove_file(&path).map_err(CaseError::io(&path))?;
            }
        }
        Ok(())
    }
}

/// What reading a stream told.
struct ReadUp {
    chunks: u32,
    layout: Layout,
    repairs: Repairs,
    producer: Option<String>,
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn entry(
    source: &Source,
    evidence_id: i64,
    path: &Path,
    sha256: String,
    finished: &Finished,
    read: &ReadUp,
) -> Result<EvidenceEntry, EvidenceError> {
    let mut repairs = finished.repairs;
    repairs.merge(read.repairs);
    Ok(EvidenceEntry {
        evidence_id,
        name: source.name(),
        path: path.to_string_lossy().into_owned(),
        member: source.member().map(str::to_owned),
        sha256,
        container_sha256: source.container_digest()?.map(|(sha256, _)| crate::case::hex(&sha256)),
        bytes: finished.bytes,
        decoded_bytes: finished.decoded_bytes,
        compression: finished.compression.code().to_owned(),
        encoding: finished.encoding.code().to_owned(),
        layout: read.layout.code().to_owned(),
        producer: read.producer.clone(),
        repairs: (!repairs.is_empty()).then(|| repair_codes(repairs)),
        damage: finished.damage.as_ref().map(|d| format!("at byte {} of the decoded stream: {}", d.offset, d.message)),
        ..EvidenceEntry::default()
    })
}
