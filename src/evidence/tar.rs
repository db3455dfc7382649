//! Tar archives, plain or compressed as a whole: what they hold, and reading one member. Names in
//! an archive are only names: nothing is ever written under them.

use super::archive::{Refusal, Unpacked, numbered};
use super::decode::{Bounds, Compression, Decoder, Feed, Method};
use super::raw::{Input, Raw};
use crate::domain::limits;
use ::tar::{Archive, EntryType};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// A file in a tar archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Its name; later members of the same name end in `#2`, `#3` …
    pub(super) label: String,
    pub(super) size: u64,
    compression: Compression,
    /// Where its bytes begin in the decompressed archive.
    start: u64,
}

/// Bytes of a header.
pub(super) const HEADER: usize = 512;

/// Whether this is the first header of a tar archive: POSIX's word for it, or, of the oldest
/// archives, a name and the right checksum.
pub(super) fn is_tar(head: &[u8]) -> bool {
    if head.get(257..262) == Some(b"ustar") {
        return true;
    }
    let Some(header) = head.get(..HEADER) else { return false };
    let stored = header.get(148..156).unwrap_or_default();
    let digits: Vec<u8> = stored.iter().copied().filter(u8::is_ascii_digit).collect();
    let Some(stored) = std::str::from_utf8(&digits).ok().and_then(|d| u32::from_str_radix(d, 8).ok()) else {
        return false;
    };
    // The checksum counts its own field as blanks.
    let others = header.iter().enumerate().filter(|(at, _)| !(148..156).contains(at)).map(|(_, b)| u32::from(*b));
    header.first() != Some(&0) && stored == others.sum::<u32>() + 8 * u32::from(b' ')
}

/// The compression of a tar archive; none where the file is something else.
pub(super) fn recognise(file: File) -> Option<Compression> {
    let mut bytes = Bytes::open(file, None).ok()?;
    let mut head = [0; HEADER];
    let mut filled = 0;
    while let Some(room) = head.get_mut(filled..).filter(|r| !r.is_empty()) {
        match bytes.read(room) {
            Ok(0) | Err(_) => break,
            Ok(count) => filled += count,
        }
    }
    is_tar(head.get(..filled)?).then_some(bytes.compression)
}

/// The members of an archive in its order, folders and links left out, and why they may not be all.
pub(super) fn members(file: File) -> Unpacked<Member> {
    let damaged = |problem: &dyn std::fmt::Display| Refusal {
        problem: format!("the tar archive cannot be read to its end ({problem})"),
        remedy: "what came before is read; get an undamaged copy for the rest",
    };
    let mut found = Unpacked { members: Vec::new(), refusal: None };
    let bytes = match Bytes::open(file, None) {
        Ok(bytes) => bytes,
        Err(error) => return Unpacked { refusal: Some(damaged(&error)), ..found },
    };
    let compression = bytes.compression;
    let mut archive = Archive::new(bytes);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return Unpacked { refusal: Some(damaged(&error)), ..found },
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.refusal = Some(damaged(&error));
                break;
            }
        };
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => {}
            EntryType::GNUSparse => {
                found.refusal = Some(Refusal {
                    problem: "a member of it is stored with holes (GNU sparse)".to_owned(),
                    remedy: "unpack the archive and add what it holds",
                });
                continue;
            }
            // A folder, a link, a device: nothing that holds bytes of its own.
            _ => continue,
        }
        if found.members.len() == limits::ARCHIVE_MEMBERS_MAX {
            found.members.clear();
            found.refusal = Some(Refusal {
                problem: format!(
                    "it holds more than {} members (limit ARCHIVE_MEMBERS_MAX)",
                    limits::ARCHIVE_MEMBERS_MAX
                ),
                remedy: "unpack it and add the folder with the captures and logs",
            });
            return found;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let label = numbered(&mut seen, name);
        found.members.push(Member { label, size: entry.size(), compression, start: entry.raw_file_position() });
    }
    if let Some(problem) = archive.into_inner().damage() {
        found.refusal = Some(damaged(&problem));
    }
    if found.members.is_empty() && found.refusal.is_none() {
        found.refusal =
            Some(Refusal { problem: "it is a tar archive that holds no file".to_owned(), remedy: "leave it out" });
    }
    found
}

/// The bytes of a file, decompressed.
struct Bytes {
    raw: Raw,
    decoder: Option<Decoder>,
    compression: Compression,
}

impl Bytes {
    fn open(file: File, bounds: Option<Bounds>) -> io::Result<Self> {
        let mut raw = Raw::new(Input::File(file), String::new(), false);
        let head = raw.head().map_err(io::Error::other)?;
        let compression = Compression::of(head);
        let decoder = Decoder::new(Method::Whole(compression), bounds.unwrap_or_default());
        Ok(Self { raw, decoder, compression })
    }

    fn damage(&self) -> Option<&str> {
        self.decoder.as_ref().and_then(Decoder::damage)
    }
}

impl Read for Bytes {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if let Some(decoder) = &mut self.decoder {
            return decoder.read(&mut self.raw, output).map_err(io::Error::other);
        }
        let rest = self.raw.rest().map_err(io::Error::other)?;
        let count = rest.len().min(output.len());
        if let (Some(from), Some(to)) = (rest.get(..count), output.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        self.raw.consume(count);
        Ok(count)
    }
}

/// The bytes of one member. Damage ends them early and is kept aside.
pub(super) struct MemberReader {
    bytes: Part,
    size: u64,
    given: u64,
    damage: Option<String>,
}

enum Part {
    /// Of an archive that is not compressed: the member is a span of the file.
    Span(File),
    /// Of a compressed one: everything in front of the member is decoded again.
    Decoded(Box<Bytes>),
}

impl MemberReader {
    pub(super) fn open(mut file: File, member: &Member, bounds: Bounds) -> io::Result<Self> {
        let mut damage = None;
        let bytes = if member.compression == Compression::None {
            file.seek(SeekFrom::Start(member.start))?;
            Part::Span(file)
        } else {
            let mut bytes = Bytes::open(file, Some(bounds))?;
            let skipped = io::copy(&mut (&mut bytes).take(member.start), &mut io::sink())?;
            if skipped < member.start {
                damage = Some("the archive ends before this member".to_owned());
            }
            Part::Decoded(Box::new(bytes))
        };
        Ok(Self { bytes, size: member.size, given: 0, damage })
    }

    /// Bytes of the member handed over so far.
    pub(super) fn consumed(&self) -> u64 {
        self.given
    }

    pub(super) fn damage(&self) -> Option<&str> {
        match &self.bytes {
            Part::Decoded(bytes) if self.given < self.size => bytes.damage().or(self.damage.as_deref()),
            _ => self.damage.as_deref(),
        }
    }
}

impl Read for MemberReader {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let left = self.size - self.given;
        if left == 0 || output.is_empty() {
            return Ok(0);
        }
        let count = match &mut self.bytes {
            Part::Span(file) => file.take(left).read(output)?,
            Part::Decoded(bytes) => bytes.take(left).read(output)?,
        };
        self.given += count as u64;
        if count == 0 && self.damage.is_none() {
            self.damage = Some(format!("the archive promises {} bytes and holds {}", self.size, self.given));
        }
        Ok(count)
    }
}
