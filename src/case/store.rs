//! The folder itself: creating, opening, locking, committing.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::custody::Custody;
use super::error::CaseError;
use super::manifest::{EvidenceEntry, Manifest, Part};
use super::settings::CaseSettings;
use crate::domain::Micros;
use crate::frame::builder::{Small, from_rows};
use crate::frame::part::PartWriter;
use crate::frame::schema::{SCHEMA_VERSION, Table};

const SETTINGS: &str = "case.toml";
const MANIFEST: &str = "manifest.json";
const LOCK: &str = ".lock";
const KEY: &str = "key";
/// Copies of standard input, which cannot be read twice.
const STDIN: &str = "stdin";
/// The copy while it is being made.
const INCOMING: &str = "incoming";
const CUSTODY: &str = "custody.jsonl";
const EVIDENCE: &str = "evidence.parquet";
const EVIDENCE_STAGED: &str = "evidence.parquet.new";

/// An open case. Holding one that was opened for writing holds the lock.
#[derive(Debug)]
pub struct Case {
    folder: PathBuf,
    /// What the analyst says.
    pub settings: CaseSettings,
    /// What counts.
    pub manifest: Manifest,
    lock: Option<File>,
}

/// Replaces a file whole or not at all.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), CaseError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(CaseError::io(path))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(CaseError::io(path))?;
    file.persist(path).map_err(|e| CaseError::io(path)(e.error))?;
    Ok(())
}

/// Removes a file that may not be there.
fn remove(path: &Path) -> Result<(), CaseError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(CaseError::io(path)(e)),
        _ => Ok(()),
    }
}

/// Whether a file is one of `replace` that was never put in place.
fn is_staged(name: &OsStr) -> bool {
    name.to_str().is_some_and(|n| n.starts_with(".tmp") && n.len() == ".tmp".len() + 6)
}

/// Whether a folder without `case.toml` may become a case: it is empty or not there, or a process
/// died (or the disk was full) while it made one. A case with evidence that lost its `case.toml` is
/// none of these.
fn is_unfinished(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return true };
    let is_ours = |name: &OsStr| {
        let table = Table::ALL.iter().any(|t| name == t.name());
        let empty = || fs::read_dir(folder.join(name)).is_ok_and(|mut d| d.next().is_none());
        table && empty() || [LOCK, KEY, CUSTODY, EVIDENCE, EVIDENCE_STAGED].iter().any(|n| name == *n)
    };
    let without_evidence = || read_manifest(folder).is_ok_and(|m| m.evidence.is_empty());
    entries
        .flatten()
        .map(|e| e.file_name())
        .all(|name| is_staged(&name) || if name == MANIFEST { without_evidence() } else { is_ours(&name) })
}

/// Creates a folder that only its owner may read: a case is as confidential as its evidence.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

impl Case {
    /// Opens a case for reading.
    pub fn open(folder: &Path) -> Result<Self, CaseError> {
        let path = folder.join(SETTINGS);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(CaseError::NoCase(folder.to_owned())),
            Err(e) => return Err(CaseError::io(&path)(e)),
        };
        let settings = CaseSettings::parse(&text, &path)?;
        Ok(Self { folder: folder.to_owned(), settings, manifest: read_manifest(folder)?, lock: None })
    }

    /// Opens a case for writing, or creates it; waits for nobody.
    pub fn open_or_create(folder: &Path, settings: CaseSettings, now: Micros) -> Result<Self, CaseError> {
        if folder.join(SETTINGS).exists() {
            let mut case = Self::open(folder)?;
            case.lock()?;
            // Another process may have finished between the look and the lock.
            case.manifest = read_manifest(folder)?;
            case.sweep()?;
            return Ok(case);
        }
        if !is_unfinished(folder) {
            return Err(CaseError::NotEmpty(folder.to_owned()));
        }
        create_private(folder).map_err(CaseError::io(folder))?;
        let mut case = Self { folder: folder.to_owned(), settings, manifest: Manifest::default(), lock: None };
        case.lock()?;
        if folder.join(SETTINGS).exists() {
            // Another process made the case between the look and the lock.
            return Err(CaseError::Locked(folder.to_owned()));
        }
        for name in [KEY, CUSTODY] {
            remove(&folder.join(name))?;
        }
        case.sweep_files()?;
        for table in Table::PARTED {
            let path = folder.join(table.name());
            create_private(&path).map_err(CaseError::io(&path))?;
        }
        case.write_key()?;
        case.write_manifest()?;
        case.custody().append(
            now,
            "case-created",
            json!({ "tool": case.manifest.tool, "zone": case.settings.zone }),
        )?;
        case.remember_custody()?;
        // Last: a folder with case.toml is a whole case.
        case.write_settings()?;
        Ok(case)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The custody log.
    pub fn custody(&self) -> Custody {
        Custody::at(&self.folder)
    }

    fn lock(&mut self) -> Result<(), CaseError> {
        let path = self.folder.join(LOCK);
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(CaseError::io(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(CaseError::Locked(self.folder.clone())),
            Err(fs::TryLockError::Error(e)) => return Err(CaseError::io(&path)(e)),
        }
        self.lock = Some(file);
        Ok(())
    }

    /// Key of the fingerprints: 32 bytes that only the owner may read.
    fn write_key(&self) -> Result<(), CaseError> {
        let path = self.folder.join(KEY);
        if path.exists() {
            return Ok(());
        }
        let mut key = self.settings.key.unwrap_or_default();
        if self.settings.key.is_none() {
            getrandom::fill(&mut key)
                .map_err(|e| CaseError::Io { path: path.clone(), source: std::io::Error::other(e.to_string()) })?;
        }
        let mut options = OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(CaseError::io(&path))?;
        file.write_all(&key).and_then(|()| file.sync_all()).map_err(CaseError::io(&path))
    }

    /// Key of the fingerprints. It never leaves the case's folder.
    pub fn key(&self) -> Result<[u8; 32], CaseError> {
        let path = self.folder.join(KEY);
        let bytes = fs::read(&path).map_err(CaseError::io(&path))?;
        bytes.try_into().map_err(|_| CaseError::Damaged { path, problem: "a key has 32 bytes".into() })
    }

    /// Writes the settings.
    pub fn write_settings(&self) -> Result<(), CaseError> {
        let path = self.folder.join(SETTINGS);
        let text = toml::to_string(&self.settings)
            .map_err(|e| CaseError::Settings { path: path.clone(), problem: e.to_string() })?;
        replace(&path, text.as_bytes())
    }

    /// Where a part lies.
    pub fn part_path(&self, table: Table, file: &str) -> PathBuf {
        self.folder.join(table.name()).join(file)
    }

    /// Files of a table's parts, in order.
    pub fn part_files(&self, table: Table) -> Vec<PathBuf> {
        if table == Table::Evidence {
            return vec![self.folder.join(EVIDENCE)].into_iter().filter(|p| p.exists()).collect();
        }
        self.manifest.parts_of(table).map(|p| self.part_path(table, &p.file)).collect()
    }

    /// Where standard input is copied to while it is read; [`Self::sweep`] removes it.
    pub fn incoming(&self) -> Result<PathBuf, CaseError> {
        Ok(self.stdin_folder()?.join(INCOMING))
    }

    /// Folder for copies of standard input.
    pub fn stdin_folder(&self) -> Result<PathBuf, CaseError> {
        let path = self.folder.join(STDIN);
        create_private(&path).map_err(CaseError::io(&path))?;
        Ok(path)
    }

    /// Makes evidence and its parts count, in one step.
    pub fn commit(&mut self, entries: Vec<EvidenceEntry>, parts: Vec<Part>, now: Micros) -> Result<(), CaseError> {
        let added = entries.clone();
        self.manifest.evidence.extend(entries);
        self.manifest.parts.extend(parts);
        let order = |t: &str| Table::from_name(t);
        self.manifest
            .parts
            .sort_by(|a, b| (order(&a.table), a.evidence_id, &a.file).cmp(&(order(&b.table), b.evidence_id, &b.file)));
        self.write_manifest()?;
        for e in &added {
            let detail = json!({ "evidence_id": e.evidence_id, "name": e.name, "sha256": e.sha256, "bytes": e.bytes,
                "exchanges": e.exchanges, "rejects": e.rejects });
            self.custody().append(now, "evidence-added", detail)?;
        }
        self.remember_custody()
    }

    /// A case that is locked only to add to its custody log: what this very process holds open for
    /// writing is written to as it is.
    pub(super) fn open_for_log(folder: &Path) -> Result<Self, CaseError> {
        let mut case = Self::open(folder)?;
        case.lock()?;
        case.manifest = read_manifest(folder)?;
        Ok(case)
    }

    /// Whether this process may write.
    pub(super) fn is_locked(&self) -> bool {
        self.lock.is_some()
    }

    /// Adds an entry to the custody log.
    pub(super) fn record(&mut self, now: Micros, action: &str, detail: serde_json::Value) -> Result<(), CaseError> {
        self.custody().append(now, action, detail)?;
        self.remember_custody()
    }

    /// Notes in the manifest how long the custody log is and how it ends: a log that is cut shorter
    /// later then shows.
    fn remember_custody(&mut self) -> Result<(), CaseError> {
        let (entries, _) = self.custody().read()?;
        self.manifest.custody_entries = entries.len() as u64;
        self.manifest.custody_head = entries.last().map(|e| e.hash.clone()).unwrap_or_default();
        self.write_manifest_file()
    }

    fn write_manifest(&self) -> Result<(), CaseError> {
        self.write_manifest_file()?;
        self.write_evidence_table()
    }

    fn write_manifest_file(&self) -> Result<(), CaseError> {
        let path = self.folder.join(MANIFEST);
        let mut text = serde_json::to_vec_pretty(&self.manifest)
            .map_err(|e| CaseError::Damaged { path: path.clone(), problem: e.to_string() })?;
        text.push(b'\n');
        replace(&path, &text)
    }

    /// `evidence.parquet` says for other tools what the manifest says; it is made from it.
    fn write_evidence_table(&self) -> Result<(), CaseError> {
        let rows: Vec<_> = self.manifest.evidence.iter().map(EvidenceEntry::cells).collect();
        let columns = from_rows(Table::Evidence, &rows);
        let columns: Vec<_> = columns.iter().map(Small::filled).collect();
        let path = self.folder.join(EVIDENCE);
        let staged = self.folder.join(EVIDENCE_STAGED);
        PartWriter::new()?.write(&staged, Table::Evidence, rows.len(), &columns)?;
        fs::rename(&staged, &path).map_err(CaseError::io(&path))
    }

    /// Removes what an ingest that died left behind: parts that the manifest does not name.
    pub fn sweep(&self) -> Result<(), CaseError> {
        for table in Table::PARTED.iter().copied() {
            let folder = self.folder.join(table.name());
            let Ok(files) = fs::read_dir(&folder) else { continue };
            for file in files.flatten() {
                let name = file.file_name();
                let listed = self.manifest.parts_of(table).any(|p| name == p.file.as_str());
                let ours = name.to_str().is_some_and(|n| n.starts_with("part-") && n.ends_with(".parquet"));
                if ours && !listed {
                    fs::remove_file(file.path()).map_err(CaseError::io(&file.path()))?;
                }
            }
        }
        self.sweep_files()?;
        if !self.folder.join(EVIDENCE).exists() {
            self.write_evidence_table()?;
        }
        Ok(())
    }

    /// Removes files that were being written.
    fn sweep_files(&self) -> Result<(), CaseError> {
        remove(&self.folder.join(EVIDENCE_STAGED))?;
        remove(&self.folder.join(STDIN).join(INCOMING))?;
        for file in fs::read_dir(&self.folder).map_err(CaseError::io(&self.folder))?.flatten() {
            if is_staged(&file.file_name()) {
                remove(&file.path())?;
            }
        }
        Ok(())
    }

    /// Writes into the custody log what a killed process could not: evidence that the manifest has.
    pub fn reconcile_custody(&mut self, now: Micros) -> Result<(), CaseError> {
        let (entries, _) = self.custody().read()?;
        for e in &self.manifest.evidence {
            let known = entries.iter().any(|c| {
                c.action.starts_with("evidence-added")
                    && c.detail.get("sha256").and_then(|v| v.as_str()) == Some(&e.sha256)
            });
            if !known {
                let detail = json!({ "evidence_id": e.evidence_id, "name": e.name, "sha256": e.sha256, "bytes": e.bytes, "note": "written after an interrupted ingest" });
                self.custody().append(now, "evidence-added", detail)?;
            }
        }
        self.remember_custody()
    }
}

fn read_manifest(folder: &Path) -> Result<Manifest, CaseError> {
    /// Only the version, so that a newer manifest is told from a damaged one.
    #[derive(serde::Deserialize)]
    struct Version {
        schema_version: u32,
    }
    let path = folder.join(MANIFEST);
    let text = fs::read(&path).map_err(CaseError::io(&path))?;
    let damaged = |e: serde_json::Error| CaseError::Damaged { path: path.clone(), problem: e.to_string() };
    let version: Version = serde_json::from_slice(&text).map_err(damaged)?;
    if version.schema_version > SCHEMA_VERSION {
        return Err(CaseError::Newer { path, found: version.schema_version, known: SCHEMA_VERSION });
    }
    serde_json::from_slice(&text).map_err(damaged)
}
