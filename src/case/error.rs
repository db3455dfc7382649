//! What can go wrong with a case, each with its file and its remedy.

use std::path::{Path, PathBuf};

use crate::domain::safe_text::escape;
use crate::evidence::EvidenceError;
use crate::frame::part::PartError;

/// A path for people.
pub(super) fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}

/// A case could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is no case here.
    #[error("{}: no case here (no case.toml); create one with `breachwalk ingest --case {} EVIDENCE…`", shown(.0), shown(.0))]
    NoCase(PathBuf),
    /// The folder holds something else.
    #[error("{}: the folder is not empty and is no case; name another folder", shown(.0))]
    NotEmpty(PathBuf),
    /// Made by a newer version.
    #[error(
        "{}: the case has version {found}, this breachwalk reads up to {known}; install a newer breachwalk",
        shown(path)
    )]
    Newer {
        /// Which file says so.
        path: PathBuf,
        /// What it says.
        found: u32,
        /// What this build knows.
        known: u32,
    },
    /// Another process works on it.
    #[error("{}: another breachwalk works on this case; wait for it, or end it", shown(.0))]
    Locked(PathBuf),
    /// A file of the case is not what it should be.
    #[error("{}: {problem}; `breachwalk case verify` says what else is affected", shown(path))]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The settings cannot be read.
    #[error("{}: {problem}; correct the file", shown(path))]
    Settings {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with line and column.
        problem: String,
    },
    /// The file system refused.
    #[error(
        "{}: {source}; free space or fix permissions and run the same command again, the case is as it was",
        shown(path)
    )]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// A frame could not be written or read.
    #[error(transparent)]
    Part(#[from] PartError),
    /// Evidence could not be read again.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
}

impl CaseError {
    /// For `map_err`: an input or output error at a path.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
