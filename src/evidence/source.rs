//! One stream of evidence, before it is read.

use super::archive::{AnyMember, MemberReader, Refusal};
use super::decode::Bounds;
use super::error::EvidenceError;
use super::raw::{Input, Raw};
use super::stream::{Stream, digest};
use super::{archive, collect, tar};
use crate::domain::safe_text;
use std::fs::{self, File, FileType};
use std::path::{Path, PathBuf};

/// One stream of evidence: a file, a member of a zip or tar archive, or standard input.
///
/// A source exists even where it cannot be read (an encrypted member, a damaged archive, a file
/// without permission, met in a folder): then [`Source::open`] says why, and the others go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub(super) place: Option<PathBuf>,
    pub(super) member: Option<AnyMember>,
    pub(super) size: Option<u64>,
    pub(super) refusal: Option<Refusal>,
}

impl Source {
    pub(super) fn stdin() -> Self {
        Self { place: None, member: None, size: None, refusal: None }
    }

    pub(super) fn file(path: PathBuf) -> Self {
        let size = fs::metadata(&path).ok().filter(fs::Metadata::is_file).map(|m| m.len());
        Self { place: Some(path), member: None, size, refusal: None }
    }

    /// The source that a case remembers by its path and member, as [`Source::path`] and
    /// [`Source::member`] gave them.
    pub fn locate(path: &Path, member: Option<&str>) -> Result<Self, EvidenceError> {
        let Some(member) = member else { return Ok(Self::file(path.to_owned())) };
        let all = collect::expand(path.to_owned());
        if let [Self { refusal: Some(refusal), member: None, .. }] = all.as_slice() {
            return Err(unfit(display(path), refusal));
        }
        all.into_iter().find(|source| source.member() == Some(member)).ok_or_else(|| EvidenceError::Missing {
            name: format!("{}!{}", display(path), safe_text::escape(member.as_bytes())),
        })
    }

    /// For people: the path as it was handed over, `har.zip!capture.har` for a member, `-` for
    /// standard input. Control characters are escaped; [`Source::path`] and [`Source::member`]
    /// are exact.
    pub fn name(&self) -> String {
        match (&self.place, &self.member) {
            (None, _) => "-".to_owned(),
            (Some(path), None) => display(path),
            (Some(path), Some(member)) => {
                format!("{}!{}", display(path), safe_text::escape(member.label().as_bytes()))
            }
        }
    }

    /// The file on disk: the archive itself for a member, none for standard input.
    pub fn path(&self) -> Option<&Path> {
        self.place.as_deref()
    }

    /// The member of the archive. A second member of one name is `name#2`.
    pub fn member(&self) -> Option<&str> {
        self.member.as_ref().map(AnyMember::label)
    }

    /// Bytes on disk, compressed as they are: what [`Stream::bytes_read`] counts up to. Of a member of
    /// a tar archive its own bytes. None for standard input and pipes.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Opens it. What can be told only by content (an archive that has to be unpacked first) is
    /// an error of the first [`Stream::fill`].
    pub fn open(&self) -> Result<Stream, EvidenceError> {
        self.open_within(Bounds::default())
    }

    pub(super) fn open_within(&self, bounds: Bounds) -> Result<Stream, EvidenceError> {
        if let Some(refusal) = &self.refusal {
            return Err(unfit(self.name(), refusal));
        }
        Ok(Stream::new(self.raw(true, bounds)?, bounds))
    }

    /// SHA-256 and length of the archive that a member is in; None where there is no archive.
    pub fn container_digest(&self) -> Result<Option<([u8; 32], u64)>, EvidenceError> {
        match (&self.place, &self.member) {
            (Some(path), Some(_)) => digest(&Self::file(path.clone())).map(Some),
            _ => Ok(None),
        }
    }

    /// Whether it can be read more than once.
    pub(super) fn is_repeatable(&self) -> Result<bool, EvidenceError> {
        let Some(path) = &self.place else { return Ok(false) };
        let kind = fs::metadata(path).map_err(|e| EvidenceError::open(self.name(), e))?;
        Ok(kind.is_file())
    }

    /// Its raw bytes, whether they can be decoded or not.
    pub(super) fn raw(&self, hashed: bool, bounds: Bounds) -> Result<Raw, EvidenceError> {
        let broken = |error| EvidenceError::open(self.name(), error);
        let Some(path) = &self.place else {
            return Ok(Raw::new(Input::Stdin(std::io::stdin()), self.name(), hashed));
        };
        // Before opening: opening a device can act on it.
        let kind = fs::metadata(path).map_err(broken)?.file_type();
        if kind.is_dir() {
            fs::read_dir(path).map_err(broken)?;
        }
        if let Some(refusal) = refuse(kind) {
            return Err(unfit(self.name(), &refusal));
        }
        let file = File::open(path).map_err(broken)?;
        let input = match &self.member {
            None => Input::File(file),
            Some(AnyMember::Tar(member)) => {
                Input::Tar(Box::new(tar::MemberReader::open(file, member, bounds).map_err(broken)?))
            }
            Some(AnyMember::Zip(member)) => match MemberReader::open(file, member, bounds).map_err(broken)? {
                Ok(reader) => Input::Member(Box::new(reader)),
                Err(refusal) => return Err(unfit(self.name(), &refusal)),
            },
        };
        Ok(Raw::new(input, self.name(), hashed))
    }
}

pub(super) fn display(path: &Path) -> String {
    safe_text::escape(path.as_os_str().as_encoded_bytes())
}

pub(super) fn unfit(name: String, refusal: &Refusal) -> EvidenceError {
    EvidenceError::Unfit { name, problem: safe_text::escape(refusal.problem.as_bytes()), remedy: refusal.remedy }
}

/// Folders, devices and sockets are no streams of evidence; files and pipes are.
fn refuse(kind: FileType) -> Option<Refusal> {
    if kind.is_file() || is_pipe(kind) {
        return None;
    }
    let (problem, remedy) = if kind.is_dir() {
        ("it is a folder", "name the folder as an input of its own")
    } else {
        ("it is a device or a socket", "copy what it gives to a file and add that")
    };
    Some(Refusal { problem: problem.to_owned(), remedy })
}

/// Whether it is a named pipe, or the other end of a shell's `<(…)`.
#[cfg(unix)]
pub(super) fn is_pipe(kind: FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(not(unix))]
pub(super) fn is_pipe(_: FileType) -> bool {
    false
}

/// What kind of archive a regular file is; none where it is no archive or cannot be read.
pub(super) fn kind(path: &Path) -> Option<Kind> {
    use std::io::Read;
    let mut head = Vec::with_capacity(4);
    if !fs::metadata(path).is_ok_and(|m| m.is_file()) {
        return None;
    }
    File::open(path).and_then(|file| file.take(4).read_to_end(&mut head)).ok()?;
    if archive::is_zip(&head) {
        return Some(Kind::Zip);
    }
    tar::recognise(File::open(path).ok()?).map(|_| Kind::Tar)
}

/// Archives whose members are evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Members are found by a directory.
    Zip,
    /// Members stand one behind the other, the whole maybe compressed.
    Tar,
}
