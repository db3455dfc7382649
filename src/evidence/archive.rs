//! Zip archives: what they hold, and reading one member; and what all archives share. Names in an
//! archive are only names: nothing is ever written under them.

use super::decode::{Bounds, Compression, Decoder, Feed, Method};
use crate::domain::limits;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use zip::CompressionMethod;
use zip::unstable::read::ZipIterable;

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AnyMember {
    Zip(Member),
    Tar(super::tar::Member),
}

impl AnyMember {
    pub(super) fn label(&self) -> &str {
        match self {
            Self::Zip(member) => &member.label,
            Self::Tar(member) => &member.label,
        }
    }

    /// Bytes that reading it goes through: compressed ones of a zip, its own of a tar.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Zip(member) => member.compressed,
            Self::Tar(member) => member.size,
        }
    }
}

/// A file in a zip archive, as its central directory tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Its name; later members of the same name end in `#2`, `#3` …
    pub(super) label: String,
    /// Bytes in the archive.
    pub(super) compressed: u64,
    method: CompressionMethod,
    header: u64,
    size: u64,
    crc: u32,
    pub(super) encrypted: bool,
}

/// Why an archive is not taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) problem: String,
    pub(super) remedy: &'static str,
}

/// What an archive holds, as far as it could be told.
#[derive(Debug)]
pub(super) struct Unpacked<M> {
    pub(super) members: Vec<M>,
    /// Why these are not all.
    pub(super) refusal: Option<Refusal>,
}

/// A member's name, with a number behind it where the name was seen before.
pub(super) fn numbered(seen: &mut HashMap<String, usize>, name: String) -> String {
    let times = seen.entry(name.clone()).or_default();
    *times += 1;
    if *times == 1 { name } else { format!("{name}#{times}") }
}

const UNPACK: &str = "unpack it and add what it holds";

/// The head of a zip archive: a member, an empty archive, or the first of several parts.
pub(super) fn is_zip(head: &[u8]) -> bool {
    matches!(head, [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..])
}

/// What holds files and has to be unpacked first: told by the first bytes (512 for tar).
pub(super) fn container(head: &[u8]) -> Option<&'static str> {
    match head {
        _ if is_zip(head) => Some("zip archive"),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some("7-Zip archive"),
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Some("RAR archive"),
        [0x04, 0x22, 0x4d, 0x18, ..] => Some("lz4 file"),
        [0x1f, 0x9d, ..] => Some("Unix compress (.Z) file"),
        [b'L', b'Z', b'I', b'P', 1, ..] => Some("lzip file"),
        _ if super::tar::is_tar(head) => Some("tar archive"),
        _ => None,
    }
}

/// The members of an archive in the order of its directory, folders left out.
pub(super) fn members(file: File) -> Result<Vec<Member>, Refusal> {
    let broken = |error: &dyn std::fmt::Display| Refusal {
        problem: format!("its directory cannot be read ({error})"),
        remedy: "get an undamaged copy, or repair it (zip -FF) and add what can be saved",
    };
    let length = file.metadata().map_err(|e| broken(&e))?.len();
    let mut archive =
        ZipIterable::try_new(BufReader::new(file), zip::read::Config::default()).map_err(|e| broken(&e))?;
    if archive.len() > limits::ARCHIVE_MEMBERS_MAX {
        return Err(Refusal {
            problem: format!(
                "it holds {} members, more than {} (limit ARCHIVE_MEMBERS_MAX)",
                archive.len(),
                limits::ARCHIVE_MEMBERS_MAX
            ),
            remedy: "unpack it and add the folder with the captures and logs",
        });
    }
    let mut members = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut total = 0_u64;
    for entry in archive.files().map_err(|e| broken(&e))? {
        let entry = entry.map_err(|e| broken(&e))?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), String::from);
        total = total.saturating_add(entry.compressed_size());
        members.push(Member {
            label: numbered(&mut seen, name),
            compressed: entry.compressed_size(),
            method: entry.compression(),
            header: entry.header_start(),
            size: entry.size(),
            crc: entry.crc32(),
            encrypted: entry.encrypted(),
        });
    }
    if total > length {
        // Members that share bytes: the trick of zip bombs that no ratio of one member shows.
        return Err(Refusal { problem: "its members overlap, as in a zip bomb".to_owned(), remedy: UNPACK });
    }
    if members.is_empty() {
        return Err(Refusal { problem: "it is a zip archive that holds no file".to_owned(), remedy: "leave it out" });
    }
    Ok(members)
}

/// The decompressed bytes of one member. Damage ends them early and is kept aside.
pub(super) struct MemberReader {
    feed: MemberFeed,
    decoder: Option<Decoder>,
    crc: flate2::Crc,
    expected: (u64, u32),
    damage: Option<String>,
    checked: bool,
}

struct MemberFeed {
    file: File,
    /// Compressed bytes that were not read from the file yet.
    left: u64,
    block: Vec<u8>,
    at: usize,
    consumed: u64,
}

const BLOCK: usize = 64 << 10;

impl MemberReader {
    /// The inner error tells why this member cannot be read; the outer one comes from the system.
    pub(super) fn open(mut file: File, member: &Member, bounds: Bounds) -> io::Result<Result<Self, Refusal>> {
        if member.encrypted {
            return Ok(Err(Refusal {
                problem: "it is encrypted".to_owned(),
                remedy: "unpack the archive with its password and add what it holds",
            }));
        }
        let method = match member.method {
            CompressionMethod::STORE => Some(Method::Whole(Compression::None)),
            CompressionMethod::DEFLATE => Some(Method::Deflate),
            CompressionMethod::BZIP2 => Some(Method::Whole(Compression::Bzip2)),
            CompressionMethod::ZSTD => Some(Method::Whole(Compression::Zstd)),
            CompressionMethod::XZ => Some(Method::Whole(Compression::Xz)),
            _ => None,
        };
        let Some(method) = method else {
            let problem = format!("it is compressed in a way that is not known here ({:?})", member.method);
            return Ok(Err(Refusal { problem, remedy: UNPACK }));
        };
        let Some(start) = data_start(&mut file, member.header)? else {
            let problem = format!("the archive has no member at byte {} where its directory says so", member.header);
            return Ok(Err(Refusal { problem, remedy: "get an undamaged copy" }));
        };
        file.seek(SeekFrom::Start(start))?;
        Ok(Ok(Self {
            feed: MemberFeed { file, left: member.compressed, block: Vec::new(), at: 0, consumed: 0 },
            decoder: Decoder::new(method, bounds),
            crc: flate2::Crc::new(),
            expected: (member.size, member.crc),
            damage: None,
            checked: false,
        }))
    }

    /// Compressed bytes consumed so far.
    pub(super) fn consumed(&self) -> u64 {
        self.feed.consumed
    }

    pub(super) fn damage(&self) -> Option<&str> {
        self.decoder.as_ref().and_then(Decoder::damage).or(self.damage.as_deref())
    }

    /// At the end: whether the member is what the directory promised.
    fn check(&mut self) {
        let (size, crc) = self.expected;
        let produced = self.feed_total();
        if self.checked || self.damage().is_some() {
            return;
        }
        self.checked = true;
        if produced != size {
            self.damage = Some(format!("the archive promises {size} bytes and holds {produced}"));
        } else if self.crc.sum() != crc {
            self.damage = Some("the checksum of the archive does not fit its bytes".to_owned());
        }
    }

    fn feed_total(&self) -> u64 {
        self.decoder.as_ref().map_or(self.feed.consumed, Decoder::produced)
    }
}

impl Read for MemberReader {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let count = if let Some(decoder) = &mut self.decoder {
            decoder.read(&mut self.feed, output)?
        } else {
            let count = self.feed.rest()?.read(output)?;
            self.feed.consume(count);
            count
        };
        self.crc.update(output.get(..count).unwrap_or_default());
        if count == 0 && !output.is_empty() {
            self.check();
        }
        Ok(count)
    }
}

impl Feed for MemberFeed {
    type Error = io::Error;

    fn rest(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.block.len() && self.left > 0 {
            self.block.clear();
            self.at = 0;
            let read = (&mut self.file).take(self.left.min(BLOCK as u64)).read_to_end(&mut self.block)?;
            // A file that ends before the member does is a truncated archive.
            self.left = if read == 0 { 0 } else { self.left - read as u64 };
        }
        Ok(self.block.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at = self.at.saturating_add(count).min(self.block.len());
        self.consumed += count as u64;
    }

    fn on_disk(&self) -> u64 {
        self.consumed
    }
}

/// Where the data of a member begins: its local header has a name and extra fields of its own
/// length (APPNOTE.TXT 4.3.7). None if there is no local header.
fn data_start(file: &mut File, header: u64) -> io::Result<Option<u64>> {
    let mut local = Vec::with_capacity(30);
    file.seek(SeekFrom::Start(header))?;
    file.take(30).read_to_end(&mut local)?;
    let number = |at: usize| match local.get(at..at + 2) {
        Some(&[low, high]) => Some(u64::from(u16::from_le_bytes([low, high]))),
        _ => None,
    };
    let (Some(name), Some(extra)) = (number(26), number(28)) else { return Ok(None) };
    let valid = local.starts_with(b"PK\x03\x04");
    Ok(header.checked_add(30 + name + extra).filter(|_| valid))
}
