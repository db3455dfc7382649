//! What ends a command early.

use super::exit;
use crate::case::CaseError;
use crate::evidence::EvidenceError;
use crate::frame::part::PartError;
use crate::ingest::IngestError;

/// An error for the user: what, where, what to do.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Case(#[from] CaseError),
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    #[error(transparent)]
    Ingest(#[from] IngestError),
    #[error(transparent)]
    Part(#[from] PartError),
    #[error("stdout: {0}")]
    Stdout(std::io::Error),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Failed(String),
}

impl CliError {
    pub(super) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Stdout(e) if e.kind() == std::io::ErrorKind::BrokenPipe)
    }

    pub(super) fn exit_code(&self) -> u8 {
        if matches!(self, Self::Usage(_)) { exit::USAGE } else { exit::ERROR }
    }
}
