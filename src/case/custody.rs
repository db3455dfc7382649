//! The custody log: one JSON line for everything that was done with a case, each with the hash of
//! the line before it. A line that is changed, removed or inserted breaks the chain from there on.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::error::CaseError;
use super::manifest::hex;
use crate::domain::{Micros, time::rfc3339};

/// Hash that the first entry names as its predecessor's.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// 1, 2, 3 …
    pub seq: u64,
    /// When, by the clock of the machine, RFC 3339 UTC.
    pub time: String,
    /// What was done: `case-created`, `evidence-added`, `report`, `verified` …
    pub action: String,
    /// With what: depends on the action.
    pub detail: Value,
    /// Hash of the entry before.
    pub prev: String,
    /// SHA-256 over this entry without `hash`, hex.
    pub hash: String,
}

/// What the hash covers, in this order.
#[derive(Serialize)]
struct Hashed<'a> {
    seq: u64,
    time: &'a str,
    action: &'a str,
    detail: &'a Value,
    prev: &'a str,
}

impl Entry {
    fn expected_hash(&self) -> String {
        let hashed =
            Hashed { seq: self.seq, time: &self.time, action: &self.action, detail: &self.detail, prev: &self.prev };
        // A struct of strings and a Value always serialises.
        hex(&Sha256::digest(serde_json::to_vec(&hashed).unwrap_or_default()))
    }
}

/// A last line that has no end: a process died while it wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// Bytes of the incomplete line.
    pub bytes: usize,
}

/// The log of one case.
#[derive(Debug)]
pub struct Custody {
    path: PathBuf,
}

impl Custody {
    /// The log in a case's folder.
    pub fn at(folder: &Path) -> Self {
        Self { path: folder.join("custody.jsonl") }
    }

    /// All entries, and a torn last line if there is one. Fails at the first line that breaks the
    /// chain, naming it.
    pub fn read(&self) -> Result<(Vec<Entry>, Option<Torn>), CaseError> {
        let mut text = Vec::new();
        match File::open(&self.path) {
            Ok(mut file) => file.read_to_end(&mut text).map_err(CaseError::io(&self.path))?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => 0,
            Err(e) => return Err(CaseError::io(&self.path)(e)),
        };
        let damaged = |line: usize, problem: &str| CaseError::Damaged {
            path: self.path.clone(),
            problem: format!("line {line}: {problem}"),
        };
        let mut entries: Vec<Entry> = Vec::new();
        let mut torn = None;
        for (i, line) in text.split_inclusive(|b| *b == b'\n').enumerate() {
            let Some(line) = line.strip_suffix(b"\n") else {
                torn = Some(Torn { bytes: line.len() });
                break;
            };
            // A torn line was closed by the entry that noticed it.
            if line.starts_with(b"#torn ") {
                continue;
            }
            let entry: Entry =
                serde_json::from_slice(line).map_err(|e| damaged(i + 1, &format!("is no custody entry ({e})")))?;
            let prev = entries.last().map_or(GENESIS, |e| e.hash.as_str());
            if entry.seq != entries.len() as u64 + 1 || entry.prev != prev {
                return Err(damaged(
                    i + 1,
                    "does not follow the line before: an entry was removed, inserted or reordered",
                ));
            }
            if entry.hash != entry.expected_hash() {
                return Err(damaged(i + 1, "was changed after it was written: its hash does not fit"));
            }
            entries.push(entry);
        }
        Ok((entries, torn))
    }

    /// Appends one entry and makes sure that it is on disk.
    pub fn append(&self, now: Micros, action: &str, detail: Value) -> Result<(), CaseError> {
        let (mut entries, torn) = self.read()?;
        if let Some(torn) = torn {
            self.close_torn(&torn)?;
            entries.push(self.write(
                entries.last(),
                now,
                "recovered",
                serde_json::json!({ "torn_bytes": torn.bytes }),
            )?);
        }
        self.write(entries.last(), now, action, detail)?;
        Ok(())
    }

    /// Keeps the bytes of a torn line, marked as such.
    fn close_torn(&self, torn: &Torn) -> Result<(), CaseError> {
        let text = std::fs::read(&self.path).map_err(CaseError::io(&self.path))?;
        let keep = text.len().saturating_sub(torn.bytes);
        let (whole, tail) = text.split_at_checked(keep).unwrap_or((&text, &[]));
        let mut mended = whole.to_vec();
        mended.extend_from_slice(b"#torn ");
        mended.extend_from_slice(hex(tail).as_bytes());
        mended.push(b'\n');
        super::store::replace(&self.path, &mended)
    }

    fn write(&self, last: Option<&Entry>, now: Micros, action: &str, detail: Value) -> Result<Entry, CaseError> {
        let mut entry = Entry {
            seq: last.map_or(0, |e| e.seq) + 1,
            time: rfc3339(now),
            action: action.to_owned(),
            detail,
            prev: last.map_or(GENESIS.to_owned(), |e| e.hash.clone()),
            hash: String::new(),
        };
        entry.hash = entry.expected_hash();
        let mut line = serde_json::to_vec(&entry)
            .map_err(|e| CaseError::Damaged { path: self.path.clone(), problem: e.to_string() })?;
        line.push(b'\n');
        let mut file =
            OpenOptions::new().create(true).append(true).open(&self.path).map_err(CaseError::io(&self.path))?;
        file.write_all(&line).and_then(|()| file.sync_data()).map_err(CaseError::io(&self.path))?;
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_chain_notices_every_change() {
        let folder = tempfile::tempdir().unwrap();
        let custody = Custody::at(folder.path());
        for n in 0..3 {
            custody.append(n, "did", json!({ "n": n, "z": "é", "a": [1, 2] })).unwrap();
        }
        assert_eq!(custody.read().unwrap().0.len(), 3);
        let path = folder.path().join("custody.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for wrong in [
            text.replacen("\"n\":1", "\"n\":9", 1),
            format!("{}\n{}\n", lines[0], lines[2]),
            format!("{}\n{}\n{}\n", lines[0], lines[0], lines[1]),
            format!("{}\n{}\n{}\n", lines[1], lines[0], lines[2]),
        ] {
            std::fs::write(&path, wrong).unwrap();
            assert!(matches!(custody.read(), Err(CaseError::Damaged { .. })));
        }
    }

    #[test]
    fn a_torn_line_is_kept_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let custody = Custody::at(folder.path());
        custody.append(0, "one", json!({})).unwrap();
        let path = folder.path().join("custody.jsonl");
        let mut text = std::fs::read(&path).unwrap();
        text.extend_from_slice(b"{\"seq\":2,\"ti");
        std::fs::write(&path, text).unwrap();
        assert_eq!(custody.read().unwrap().1, Some(Torn { bytes: 12 }));
        custody.append(1, "two", json!({})).unwrap();
        let (entries, torn) = custody.read().unwrap();
        assert_eq!(entries.iter().map(|e| e.action.as_str()).collect::<Vec<_>>(), ["one", "recovered", "two"]);
        assert_eq!(torn, None);
    }
}
