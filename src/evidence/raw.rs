//! The raw bytes of a source, read once: hashed, counted and copied on the way.

use super::archive::MemberReader;
use super::decode::Feed;
use super::error::EvidenceError;
use super::tar;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Stdin, Write};

/// Bytes that are read and hashed at once: still in the second-level cache when they are hashed,
/// and few enough calls that they do not count.
const BLOCK: usize = 1 << 20;

/// First block: what recognising the content needs, so that little of a plain file is copied.
const HEAD: usize = 4 << 10;

/// What bytes are read from.
pub(super) enum Input {
    File(File),
    Stdin(Stdin),
    Member(Box<MemberReader>),
    Tar(Box<tar::MemberReader>),
}

/// A source while it is read.
pub(super) struct Raw {
    input: Input,
    name: String,
    hasher: Option<Sha256>,
    tee: Option<Box<dyn Write + Send>>,
    bytes: u64,
    block: Vec<u8>,
    /// Bytes of the block that were consumed.
    at: usize,
    ended: bool,
}

impl Raw {
    /// Without `digest` the bytes are not hashed: [`Raw::finish`] then gives zeros.
    pub(super) fn new(input: Input, name: String, digest: bool) -> Self {
        let hasher = digest.then(Sha256::new);
        Self { input, name, hasher, tee: None, bytes: 0, block: Vec::new(), at: 0, ended: false }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn input(&self) -> &Input {
        &self.input
    }

    pub(super) fn into_input(self) -> Input {
        self.input
    }

    /// Bytes of the file on disk read so far: of a zip member its compressed bytes.
    pub(super) fn bytes_on_disk(&self) -> u64 {
        match &self.input {
            Input::Member(member) => member.consumed(),
            Input::Tar(member) => member.consumed(),
            Input::File(_) | Input::Stdin(_) => self.bytes,
        }
    }

    /// Why the container gave less than it should have.
    pub(super) fn damage(&self) -> Option<&str> {
        match &self.input {
            Input::Member(member) => member.damage(),
            Input::Tar(member) => member.damage(),
            Input::File(_) | Input::Stdin(_) => None,
        }
    }

    pub(super) fn set_tee(&mut self, tee: Box<dyn Write + Send>) {
        self.tee = Some(tee);
    }

    /// The first bytes, 4 KiB but for shorter sources. To be called before anything is consumed.
    pub(super) fn head(&mut self) -> Result<&[u8], EvidenceError> {
        if self.bytes == 0 && !self.ended {
            self.next_block(HEAD)?;
        }
        Ok(self.block.get(self.at..).unwrap_or_default())
    }

    /// Appends up to `count` bytes; fewer at the end only.
    pub(super) fn read_into(&mut self, buffer: &mut Vec<u8>, count: usize) -> Result<usize, EvidenceError> {
        let waiting = self.block.get(self.at..).unwrap_or_default();
        let taken = waiting.len().min(count);
        buffer.extend_from_slice(waiting.get(..taken).unwrap_or_default());
        self.at += taken;
        let mut filled = taken;
        while filled < count && !self.ended {
            filled += self.append(buffer, BLOCK.min(count - filled))?;
        }
        Ok(filled)
    }

    /// Reads what remains, so that the digest covers the whole source.
    pub(super) fn drain(&mut self) -> Result<(), EvidenceError> {
        while !self.ended {
            self.next_block(BLOCK)?;
        }
        self.at = self.block.len();
        Ok(())
    }

    /// Flushes the copy and closes the digest.
    pub(super) fn finish(mut self) -> Result<([u8; 32], u64), EvidenceError> {
        if let Some(tee) = &mut self.tee {
            tee.flush().map_err(|source| EvidenceError::Tee { name: self.name.clone(), source })?;
        }
        let digest = self.hasher.map(|h| h.finalize().into()).unwrap_or_default();
        Ok((digest, self.bytes))
    }

    fn next_block(&mut self, count: usize) -> Result<(), EvidenceError> {
        let mut block = std::mem::take(&mut self.block);
        block.clear();
        self.at = 0;
        let result = self.append(&mut block, count);
        self.block = block;
        result.map(drop)
    }

    /// Appends `count` bytes, fewer at the end only. Blocks are always full, whatever a pipe gives
    /// at once, so that decoding takes the same steps every time.
    fn append(&mut self, buffer: &mut Vec<u8>, count: usize) -> Result<usize, EvidenceError> {
        let before = buffer.len();
        buffer.reserve(count);
        let result = match &mut self.input {
            // `read_to_end` writes to spare capacity: no byte is zeroed first.
            Input::File(file) => file.take(count as u64).read_to_end(buffer),
            Input::Stdin(stdin) => stdin.take(count as u64).read_to_end(buffer),
            Input::Member(member) => member.take(count as u64).read_to_end(buffer),
            Input::Tar(member) => member.take(count as u64).read_to_end(buffer),
        };
        let fresh = buffer.get(before..).unwrap_or_default();
        self.bytes += fresh.len() as u64;
        self.ended = fresh.len() < count;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(fresh);
        }
        if let Some(tee) = &mut self.tee {
            tee.write_all(fresh).map_err(|source| EvidenceError::Tee { name: self.name.clone(), source })?;
        }
        match result {
            Ok(_) => Ok(fresh.len()),
            Err(error) => Err(EvidenceError::read(self.name.clone(), self.bytes, error)),
        }
    }
}

impl Feed for Raw {
    type Error = EvidenceError;

    fn rest(&mut self) -> Result<&[u8], EvidenceError> {
        if self.at >= self.block.len() && !self.ended {
            self.next_block(BLOCK)?;
        }
        Ok(self.block.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at = self.at.saturating_add(count).min(self.block.len());
    }

    fn on_disk(&self) -> u64 {
        match &self.input {
            Input::Member(member) => member.consumed(),
            Input::Tar(member) => member.consumed(),
            Input::File(_) | Input::Stdin(_) => self.bytes - (self.block.len() - self.at) as u64,
        }
    }
}
