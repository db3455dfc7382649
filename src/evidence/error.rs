//! What keeps evidence from being read. Every message names the source, the place and the remedy,
//! and is safe to print: names have gone through [`crate::domain::safe_text::escape`].

use std::io;

/// Why evidence could not be read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// No input was named.
    #[error("no evidence was named: give files, folders, globs, or - for standard input")]
    NoInput,
    /// Nothing of this name exists.
    #[error("{name}: no such file or folder; check the path, and quote a glob so that the shell leaves it alone")]
    Missing {
        /// The input, escaped.
        name: String,
    },
    /// A glob that fits nothing.
    #[error("{name}: no file fits this glob; check it, or name the folder to take all of its files")]
    NoMatch {
        /// The glob, escaped.
        name: String,
    },
    /// A glob that is malformed.
    #[error(
        "{name}: not a valid glob at character {at}: {problem}; to mean the character itself write it in brackets, such as [[]"
    )]
    BadGlob {
        /// The glob, escaped.
        name: String,
        /// 0-based character of the fault.
        at: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// A folder without files.
    #[error("{name}: the folder holds no file; name the folder that the evidence is in")]
    EmptyFolder {
        /// The folder, escaped.
        name: String,
    },
    /// A file or folder that the system does not let us open.
    #[error("{name}: cannot be opened: {source}; {remedy}")]
    Open {
        /// The source, escaped.
        name: String,
        /// What to do.
        remedy: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// Reading stopped in the middle.
    #[error("{name}: reading failed at byte {offset}: {source}; {remedy}")]
    Read {
        /// The source, escaped.
        name: String,
        /// Bytes of the source that were read before.
        offset: u64,
        /// What to do.
        remedy: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// Something that exists and yet is no evidence as it stands: a device, an archive that has
    /// to be unpacked, an encrypted member.
    #[error("{name}: {problem}; {remedy}")]
    Unfit {
        /// The source, escaped.
        name: String,
        /// What it is.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The copy of the raw bytes could not be written ([`super::Stream::tee_raw`]).
    #[error(
        "{name}: the copy of what was read cannot be written: {source}; free space where the case is and start again"
    )]
    Tee {
        /// The source, escaped.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// A source that can be read only once.
    #[error("{name}: cannot be read again; save it to a file and add that")]
    OnlyOnce {
        /// The source, escaped.
        name: String,
    },
    /// The decoded stream ends before a place that was asked for.
    #[error(
        "{name}: bytes {offset}..{end} are asked for but the evidence now ends at {length}; it was changed since it was added: restore it from the original"
    )]
    Gone {
        /// The source, escaped.
        name: String,
        /// First byte asked for.
        offset: u64,
        /// One past the last.
        end: u64,
        /// Bytes that the decoded stream has.
        length: u64,
    },
}

impl EvidenceError {
    pub(super) fn open(name: String, source: io::Error) -> Self {
        Self::Open { name, remedy: remedy(&source), source }
    }

    pub(super) fn read(name: String, offset: u64, source: io::Error) -> Self {
        Self::Read { name, offset, remedy: remedy(&source), source }
    }
}

/// What a person can do about an error of the system.
fn remedy(error: &io::Error) -> &'static str {
    // Windows says that another program holds a file (sharing violation, lock violation) with
    // codes that std maps to no kind.
    let held = cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33));
    match error.kind() {
        _ if held => "close the program that holds it, or add a copy",
        io::ErrorKind::NotFound => "check the path; a symbolic link may point to nothing",
        io::ErrorKind::PermissionDenied => "run as a user who may read it, or add a copy that this user may read",
        io::ErrorKind::ResourceBusy | io::ErrorKind::WouldBlock => "close the program that holds it, or add a copy",
        io::ErrorKind::IsADirectory => "name the files in it, or the folder itself",
        _ => "check the disk, copy the file to another one and add the copy",
    }
}
