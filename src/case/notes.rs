//! `notes.jsonl`: what the analyst thinks. Lines are only added; the last one of an actor counts.

use std::io::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::CaseError;
use super::store::Case;
use crate::domain::Micros;
use crate::domain::time::rfc3339;

const NOTES: &str = "notes.jsonl";

/// A verdict on an actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When it was written.
    pub time: String,
    /// The actor's key, user or address.
    pub actor: String,
    /// intruder, legitimate or open.
    pub verdict: String,
    /// Why.
    pub why: String,
}

impl Case {
    /// All notes, in the order they were written. A line that was cut off is not one.
    pub fn notes(&self) -> Result<Vec<Note>, CaseError> {
        let path = self.folder().join(NOTES);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(CaseError::io(&path)(e)),
        };
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// Adds a verdict, and says so in the custody log. The case must be open for writing.
    pub fn note(&mut self, now: Micros, actor: &str, verdict: &str, why: &str) -> Result<(), CaseError> {
        let note = Note { time: rfc3339(now), actor: actor.into(), verdict: verdict.into(), why: why.into() };
        let path = self.folder().join(NOTES);
        let mut line =
            serde_json::to_vec(&note).map_err(|e| CaseError::Damaged { path: path.clone(), problem: e.to_string() })?;
        line.push(b'\n');
        let mut options = std::fs::OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(CaseError::io(&path))?;
        file.write_all(&line).and_then(|()| file.sync_all()).map_err(CaseError::io(&path))?;
        self.record(now, "note", serde_json::json!({ "actor": actor, "verdict": verdict, "why": why }))
    }

    /// Writes into the custody log that a command looked at the case. One that somebody else is
    /// writing to, or that lies on a medium that cannot be written, stays as it is: an error says so.
    pub fn note_command(&mut self, now: Micros, command: &str, detail: Value) -> Result<(), CaseError> {
        if self.is_locked() {
            return self.record(now, command, detail);
        }
        let mut case = Self::open_for_log(self.folder())?;
        case.record(now, command, detail)
    }
}
