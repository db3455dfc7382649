//! `manifest.json`: the evidence and the parts that count.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::Micros;
use crate::frame::builder::Cell;
use crate::frame::schema::{SCHEMA_VERSION, Table};

/// One Parquet part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Name of its table.
    pub table: String,
    /// File within the table's folder.
    pub file: String,
    /// Evidence that its rows stand in.
    pub evidence_id: i64,
    /// Rows.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// SHA-256 of the file, hex.
    pub sha256: String,
}

/// One evidence stream; the columns of the `evidence` table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are documented in frame::schema")]
pub struct EvidenceEntry {
    pub evidence_id: i64,
    pub name: String,
    pub path: String,
    pub member: Option<String>,
    pub sha256: String,
    pub container_sha256: Option<String>,
    pub bytes: u64,
    pub decoded_bytes: u64,
    pub compression: String,
    pub encoding: String,
    pub layout: String,
    pub format: Option<String>,
    pub producer: Option<String>,
    pub exchanges: u64,
    pub rejects: u64,
    pub exchange_bytes: u64,
    pub reject_bytes: u64,
    pub ignorable_bytes: u64,
    pub repaired: u64,
    pub repairs: Option<String>,
    pub damage: Option<String>,
    pub first_time: Option<Micros>,
    pub last_time: Option<Micros>,
}

impl EvidenceEntry {
    /// The row of the `evidence` table, in column order.
    pub fn cells(&self) -> Vec<Cell> {
        let text = |t: &str| Cell::Text(t.to_owned());
        let some = |t: &Option<String>| t.as_deref().map_or(Cell::Null, text);
        let int = |n: u64| Cell::Int(n as i64);
        let time = |t: Option<Micros>| t.map_or(Cell::Null, Cell::Int);
        vec![
            Cell::Int(self.evidence_id),
            text(&self.name),
            text(&self.path),
            some(&self.member),
            text(&self.sha256),
            some(&self.container_sha256),
            int(self.bytes),
            int(self.decoded_bytes),
            text(&self.compression),
            text(&self.encoding),
            text(&self.layout),
            some(&self.format),
            some(&self.producer),
            int(self.exchanges),
            int(self.rejects),
            int(self.exchange_bytes),
            int(self.reject_bytes),
            int(self.ignorable_bytes),
            int(self.repaired),
            some(&self.repairs),
            some(&self.damage),
            time(self.first_time),
            time(self.last_time),
        ]
    }
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the tables.
    pub schema_version: u32,
    /// Program that wrote it last.
    pub tool: String,
    /// Entries of the custody log when the manifest was written, and the hash of the last of them:
    /// a log that was cut shorter shows.
    #[serde(default)]
    pub custody_entries: u64,
    /// See `custody_entries`.
    #[serde(default)]
    pub custody_head: String,
    /// Evidence, in order of adding.
    pub evidence: Vec<EvidenceEntry>,
    /// Parts, in order of table, evidence and number.
    pub parts: Vec<Part>,
}

impl Default for Manifest {
    fn default() -> Self {
        let tool = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned();
        Self {
            schema_version: SCHEMA_VERSION,
            tool,
            custody_entries: 0,
            custody_head: String::new(),
            evidence: Vec::new(),
            parts: Vec::new(),
        }
    }
}

impl Manifest {
    /// The evidence of this digest, if the case has it.
    pub fn by_digest(&self, sha256: &str) -> Option<&EvidenceEntry> {
        self.evidence.iter().find(|e| e.sha256 == sha256)
    }

    /// The number that the next evidence gets.
    pub fn next_evidence_id(&self) -> i64 {
        self.evidence.iter().map(|e| e.evidence_id).max().unwrap_or(0) + 1
    }

    /// Parts of one table.
    pub fn parts_of(&self, table: Table) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(move |p| p.table == table.name())
    }

    /// One SHA-256 over what the case says: digests of evidence and parts, neither paths nor
    /// times. The same evidence gives the same digest, whatever the number of threads.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("schema {}\n", self.schema_version));
        for e in &self.evidence {
            hash.update(format!("evidence {} {} {}\n", e.evidence_id, e.sha256, e.decoded_bytes));
        }
        for p in &self.parts {
            hash.update(format!("part {} {} {} {}\n", p.table, p.file, p.rows, p.sha256));
        }
        hex(&hash.finalize())
    }
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for b in bytes {
        let _ = write!(out, "{b:02x}");
    }
    out
}
