//! `case verify`: evidence unchanged, frames unchanged, custody chain whole, and every byte of
//! every evidence stream accounted for.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::custody::Entry;
use super::error::CaseError;
use super::manifest::{EvidenceEntry, hex};
use super::store::Case;
use crate::evidence::{self, Source};
use crate::frame::schema::Table;
use crate::frame::summary;

/// How one check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// Not as it should be.
    Failed,
    /// Could not be looked at, e.g. the evidence is no longer where it was.
    Missing,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub what: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found.
    pub detail: String,
}

/// All checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// In a fixed order: custody, parts, evidence, tiling.
    pub checks: Vec<Check>,
}

impl Verification {
    /// Whether nothing failed and nothing was missing.
    pub fn is_sound(&self) -> bool {
        self.checks.iter().all(|c| c.outcome == Outcome::Ok)
    }
}

/// Looks at everything.
pub fn verify(case: &Case) -> Result<Verification, CaseError> {
    let mut checks = vec![custody(case)];
    checks.push(parts(case));
    for entry in &case.manifest.evidence {
        checks.push(unchanged(entry));
        checks.push(tiling(case, entry).unwrap_or_else(|e| Check {
            what: format!("evidence {} tiling", entry.evidence_id),
            outcome: Outcome::Failed,
            detail: format!("its parts cannot be read: {e}"),
        }));
    }
    Ok(Verification { checks })
}

fn custody(case: &Case) -> Check {
    let what = "custody log".to_owned();
    let failed = |detail: String| Check { what: what.clone(), outcome: Outcome::Failed, detail };
    let (entries, torn) = match case.custody().read() {
        Ok(read) => read,
        Err(e) => return failed(e.to_string()),
    };
    if let Some(torn) = torn {
        return failed(format!("{} entries, then {} bytes of an unfinished line", entries.len(), torn.bytes));
    }
    if let Some(detail) = disagreement(case, &entries) {
        return failed(detail);
    }
    let added = entries.iter().filter(|e| e.action == "evidence-added").count();
    let owed = match case.manifest.evidence.len().saturating_sub(added) {
        0 => String::new(),
        n => format!("; {n} evidence not logged yet: an ingest was interrupted, the next one logs it"),
    };
    let detail = format!("{} entries, chain whole, agrees with the manifest{owed}", entries.len());
    Check { what, outcome: Outcome::Ok, detail }
}

/// What the custody log and the manifest say differently of the evidence: whoever changes one has
/// to change both, and the log's chain with it.
fn disagreement(case: &Case, entries: &[Entry]) -> Option<String> {
    if entries.first().is_none_or(|e| e.action != "case-created") {
        return Some("the log does not begin with the making of the case: entries are missing".into());
    }
    let added: Vec<&Entry> = entries.iter().filter(|e| e.action == "evidence-added").collect();
    let names = |e: &Entry, m: &EvidenceEntry| {
        e.detail.get("evidence_id").and_then(serde_json::Value::as_i64) == Some(m.evidence_id)
            && e.detail.get("sha256").and_then(serde_json::Value::as_str) == Some(&m.sha256)
    };
    let manifest = &case.manifest;
    let known = usize::try_from(manifest.custody_entries).unwrap_or(usize::MAX);
    let head = known.checked_sub(1).and_then(|at| entries.get(at));
    if entries.len() < known || head.is_some_and(|e| e.hash != manifest.custody_head) {
        return Some(format!(
            "the manifest knows {known} entries, the log is not as it was then: entries were removed or replaced"
        ));
    }
    let evidence = &manifest.evidence;
    let logged = |m: &EvidenceEntry| added.iter().any(|e| names(e, m));
    let number = |m: &EvidenceEntry| {
        added.iter().any(|e| e.detail.get("evidence_id").and_then(serde_json::Value::as_i64) == Some(m.evidence_id))
    };
    // An ingest that was killed between manifest and log owes entries, which the next ingest writes.
    // Another digest under a logged number is no such thing.
    if let Some(m) = evidence.iter().find(|m| !logged(m) && number(m)) {
        return Some(format!("evidence {} is in the manifest and was never logged with this digest", m.evidence_id));
    }
    let e = added.iter().find(|e| !evidence.iter().any(|m| names(e, m)))?;
    Some(format!("entry {} added evidence that the manifest does not name", e.seq))
}

fn parts(case: &Case) -> Check {
    let what = "frames".to_owned();
    let mut rows = 0;
    for part in &case.manifest.parts {
        let Some(table) = Table::from_name(&part.table) else {
            return Check {
                what,
                outcome: Outcome::Failed,
                detail: format!("manifest names an unknown table {:?}", part.table),
            };
        };
        let path = case.part_path(table, &part.file);
        match sha256_of(&path) {
            Ok((found, bytes)) if found == part.sha256 && bytes == part.bytes => rows += part.rows,
            Ok(_) => {
                return Check {
                    what,
                    outcome: Outcome::Failed,
                    detail: format!("{}/{} was changed", part.table, part.file),
                };
            }
            Err(e) => {
                return Check { what, outcome: Outcome::Failed, detail: format!("{}/{}: {e}", part.table, part.file) };
            }
        }
    }
    Check { what, outcome: Outcome::Ok, detail: format!("{} parts, {rows} rows, unchanged", case.manifest.parts.len()) }
}

/// Digest and length of a file.
fn sha256_of(path: &Path) -> std::io::Result<(String, u64)> {
    use sha2::Digest as _;
    let mut hash = sha2::Sha256::new();
    let mut file = std::fs::File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let n = std::io::Read::read(&mut file, &mut buffer)?;
        if n == 0 {
            return Ok((hex(&hash.finalize()), bytes));
        }
        bytes += n as u64;
        hash.update(buffer.get(..n).unwrap_or_default());
    }
}

fn unchanged(entry: &EvidenceEntry) -> Check {
    let what = format!("evidence {} {}", entry.evidence_id, entry.name);
    let digest = Source::locate(Path::new(&entry.path), entry.member.as_deref()).and_then(|s| evidence::digest(&s));
    match digest {
        Ok((sha256, _)) if hex(&sha256) == entry.sha256 => {
            Check { what, outcome: Outcome::Ok, detail: format!("sha256 {} unchanged", entry.sha256) }
        }
        Ok((sha256, bytes)) => Check {
            what,
            outcome: Outcome::Failed,
            detail: format!(
                "changed: sha256 was {}, is {} ({} bytes were, {bytes} are)",
                entry.sha256,
                hex(&sha256),
                entry.bytes
            ),
        },
        Err(e) => Check { what, outcome: Outcome::Missing, detail: e.to_string() },
    }
}

/// Exchanges, rejects and ignorable spans cover the stream without gap or overlap.
fn tiling(case: &Case, entry: &EvidenceEntry) -> Result<Check, CaseError> {
    let what = format!("evidence {} tiling", entry.evidence_id);
    let parts = |table: Table| -> Vec<PathBuf> {
        let own = case.manifest.parts_of(table).filter(|p| p.evidence_id == entry.evidence_id);
        own.map(|p| case.part_path(table, &p.file)).collect()
    };
    let spans = summary::spans(parts(Table::Exchanges), parts(Table::Rejects), entry.evidence_id)?;
    let mut at = 0;
    for (offset, length) in &spans {
        if *offset != at {
            let detail = format!(
                "byte {at} to byte {offset} is {}",
                if *offset > at { "not accounted for" } else { "counted twice" }
            );
            return Ok(Check { what, outcome: Outcome::Failed, detail });
        }
        at = offset + length;
    }
    if at as u64 != entry.decoded_bytes {
        let detail = format!("the stream has {} bytes, {at} are accounted for", entry.decoded_bytes);
        return Ok(Check { what, outcome: Outcome::Failed, detail });
    }
    if let Some(detail) = miscounted(case, entry, &parts)? {
        return Ok(Check { what, outcome: Outcome::Failed, detail });
    }
    let detail = format!(
        "{} = {} exchanges + {} rejects + {} ignorable bytes, {} spans, no gap, no overlap",
        entry.decoded_bytes,
        entry.exchange_bytes,
        entry.reject_bytes,
        entry.ignorable_bytes,
        spans.len()
    );
    Ok(Check { what, outcome: Outcome::Ok, detail })
}

/// The first number of the manifest that is not what the parts hold.
fn miscounted(
    case: &Case,
    entry: &EvidenceEntry,
    parts: &dyn Fn(Table) -> Vec<PathBuf>,
) -> Result<Option<String>, CaseError> {
    let exchanges = summary::spans(parts(Table::Exchanges), Vec::new(), entry.evidence_id)?;
    let bytes: i64 = exchanges.iter().map(|(_, length)| length).sum();
    let other = summary::rejects(parts(Table::Rejects))?;
    let of = |kind: &str| {
        let own = || other.iter().filter(|(k, ..)| k == kind);
        (own().map(|(_, _, spans, _)| spans).sum::<u64>(), own().map(|(_, _, _, bytes)| bytes).sum::<u64>())
    };
    let ((rejects, reject_bytes), (ignorable, ignorable_bytes)) = (of("reject"), of("ignorable"));
    let rows = |table: Table| -> u64 {
        let own = case.manifest.parts_of(table).filter(|p| p.evidence_id == entry.evidence_id);
        own.map(|p| p.rows).sum()
    };
    let counts = [
        ("exchanges", entry.exchanges, exchanges.len() as u64),
        ("exchange_bytes", entry.exchange_bytes, bytes as u64),
        ("rejects", entry.rejects, rejects),
        ("reject_bytes", entry.reject_bytes, reject_bytes),
        ("ignorable_bytes", entry.ignorable_bytes, ignorable_bytes),
        ("rows of exchanges", rows(Table::Exchanges), exchanges.len() as u64),
        ("rows of rejects", rows(Table::Rejects), rejects + ignorable),
    ];
    let wrong = counts.iter().find(|(_, told, held)| told != held);
    Ok(wrong.map(|(what, told, held)| format!("the manifest says {told} {what}, the parts hold {held}")))
}
