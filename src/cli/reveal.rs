//! `--reveal`: values in clear, read again from the evidence, for a reason that the custody log keeps.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::args::ReadingArgs;
use super::error::CliError;
use super::output::now;
use super::reading;
use crate::case::Case;
use crate::classify::{ClassSet, Classifier, Fingerprinter};
use crate::domain::limits::{CHUNK_BYTES, SNIFF_BYTES};
use crate::domain::safe_text::escape;
use crate::domain::{Exchange, Fingerprint, Ignorable, Place, Reason};
use crate::evidence::Source;
use crate::frame::lookup::Hit;
use crate::parse::cut::{self, Chunk, Cut, Layout};
use crate::parse::{FormatSet, Session, Sink};

/// Most values that one command reveals.
const VALUES_MAX: usize = 10_000;

/// A value in clear by the exchange that it stands in: evidence and offset.
pub(super) type Revealed = HashMap<(i64, i64), Vec<String>>;

/// Why, where a reason was given; an empty one is none.
pub(super) fn reason(typed: Option<&String>) -> Result<Option<&str>, CliError> {
    match typed.map(|r| r.trim()) {
        Some("") => Err(CliError::Usage(
            "--reveal: say why, e.g. --reveal 'ticket 4711, the guest asked'; the custody log keeps it".into(),
        )),
        reason => Ok(reason),
    }
}

/// Writes reason, fingerprints and count into the custody log; without that nothing is revealed.
pub(super) fn record(case: &mut Case, reason: &str, fingerprints: &[&str], hits: usize) -> Result<(), CliError> {
    let what = serde_json::json!({ "reason": reason, "fingerprints": fingerprints, "values": hits.min(VALUES_MAX) });
    case.note_command(now(), "reveal", what)
        .map_err(|e| CliError::Failed(format!("nothing is revealed, because the custody log cannot have it: {e}")))
}

/// Reads the exchanges of these hits again and takes out of them the values with these fingerprints.
pub(super) fn values(
    case: &Case,
    args: &ReadingArgs,
    hits: &[Hit],
    fingerprints: &[Fingerprint],
) -> Result<Revealed, CliError> {
    let mut wanted: BTreeMap<i64, BTreeMap<u64, i64>> = BTreeMap::new();
    for hit in hits.iter().take(VALUES_MAX) {
        wanted.entry(hit.evidence_id).or_default().insert(hit.offset as u64, hit.hash);
    }
    let mut out = Revealed::new();
    for (id, places) in wanted {
        let Some(entry) = case.manifest.evidence.iter().find(|e| e.evidence_id == id) else { continue };
        let source = Source::locate(Path::new(&entry.path), entry.member.as_deref())?;
        let classifier = Classifier::new(Arc::new(ClassSet::built_in()), Fingerprinter::new(case.key()?));
        let mut reader = Reader { evidence: id, places, fingerprints, classifier, changed: 0, out: &mut out };
        again(&source, reading::format_set(args)?, &mut reader)?;
        if reader.changed > 0 {
            return Err(changed(&entry.name, "an exchange is not what it was when it was added"));
        }
        if !reader.places.is_empty() {
            return Err(changed(
                &entry.name,
                "an exchange is not read again as it was; repeat the flags that it was read with",
            ));
        }
    }
    Ok(out)
}

fn changed(name: &str, what: &str) -> CliError {
    CliError::Failed(format!("{}: {what}; `breachwalk case verify` says what has changed", escape(name.as_bytes())))
}

/// Takes values out of the wanted exchanges.
struct Reader<'r> {
    evidence: i64,
    /// Offsets with the hash of each exchange; those that were met are taken out.
    places: BTreeMap<u64, i64>,
    fingerprints: &'r [Fingerprint],
    classifier: Classifier,
    changed: u64,
    out: &'r mut Revealed,
}

impl Sink for Reader<'_> {
    fn exchange(&mut self, place: Place, _: &str, raw: &[u8], x: &Exchange<'_>) {
        let Some(hash) = self.places.remove(&place.offset) else { return };
        if xxh3_64(raw) as i64 != hash {
            self.changed += 1;
            return;
        }
        let values = self.classifier.reveal(x, self.fingerprints);
        let texts = values.into_iter().map(|(_, text)| String::from_utf8_lossy(&text).into_owned());
        self.out.entry((self.evidence, place.offset as i64)).or_default().extend(texts);
    }

    fn reject(&mut self, _: Place, _: Reason) {}

    fn ignorable(&mut self, _: Place, _: Ignorable) {}
}

/// Reads a source as ingest does, until all wanted exchanges were met.
fn again(source: &Source, mut formats: FormatSet, reader: &mut Reader<'_>) -> Result<(), CliError> {
    let mut stream = source.open()?;
    let mut buffer = Vec::new();
    let mut more = stream.fill(&mut buffer, SNIFF_BYTES)?;
    let layout = cut::layout(&buffer);
    if layout == Layout::Lines {
        formats.sniff(&buffer);
    }
    let mut cutter = cut::cutter(layout, CHUNK_BYTES);
    let (mut offset, mut index, mut records_before) = (0, 0, 0);
    let mut target = CHUNK_BYTES;
    while !reader.places.is_empty() && (more || !buffer.is_empty()) {
        while more && buffer.len() < target {
            more = stream.fill(&mut buffer, target)?;
        }
        let Cut::Take { len, spans, records } = cutter.cut(&buffer, !more) else {
            if !more {
                break;
            }
            target = buffer.len() + CHUNK_BYTES;
            continue;
        };
        let rest = buffer.split_off(len.min(buffer.len()));
        let context = cutter.context().to_vec();
        let chunk =
            Chunk { index, offset, records_before, bytes: std::mem::replace(&mut buffer, rest), context, spans };
        Session::new(&formats).parse(&chunk, reader);
        offset += len as u64;
        index += 1;
        records_before += records;
        target = CHUNK_BYTES;
    }
    Ok(())
}
