//! Cutting a stream into chunks at record boundaries. One cutter a stream, fed in order; what it
//! cuts depends on the bytes alone, never on how they arrived.

use crate::domain::{Ignorable, Reason, Repairs};

pub mod blocks;
pub mod json;
pub mod lines;

/// How the records of a stream are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// One record a line.
    Lines,
    /// JSON documents whose records are elements somewhere inside: HAR, `{"records": […]}`, a
    /// list, pretty-printed objects one after another.
    Json,
    /// ModSecurity's serial audit log: blocks of several lines between boundary lines.
    Blocks,
}

impl Layout {
    /// The word that the evidence frame carries.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Json => "json",
            Self::Blocks => "blocks",
        }
    }
}

/// What a span of a chunk is, where the cutter already knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A record to be read.
    Record,
    /// No record.
    Ignorable(Ignorable),
    /// Damage that the cutter saw.
    Reject(Reason),
}

/// A span inside a chunk. The spans of a chunk tile it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte in the chunk.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// What it is.
    pub what: What,
}

/// A piece of a stream that is parsed as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// 0-based number within the stream.
    pub index: u32,
    /// Offset of its first byte in the stream.
    pub offset: u64,
    /// Records before this chunk.
    pub records_before: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Directive lines in force where the chunk begins (`#Fields: …`).
    pub context: Vec<u8>,
    /// Spans that the cutter found; empty for [`Layout::Lines`], where the session finds them.
    pub spans: Vec<Span>,
}

/// What a cutter says of the bytes it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// Show more: no record ends here yet.
    More,
    /// The first `len` bytes are a chunk.
    Take {
        /// Bytes taken from the front.
        len: usize,
        /// Their spans; empty for lines.
        spans: Vec<Span>,
        /// Records that begin in them.
        records: u64,
    },
}

/// Cuts one stream.
pub trait Cutter: Send {
    /// `buffer` holds all bytes that were not taken yet, more than the last time or the same with
    /// `last` set. With `last` and a non-empty buffer it must take something: calls go on until
    /// the buffer is empty.
    fn cut(&mut self, buffer: &[u8], last: bool) -> Cut;

    /// Directive lines in force at the front of the next chunk.
    fn context(&self) -> &[u8] {
        &[]
    }

    /// What had to be mended of the stream as a whole, known after the last cut.
    fn repairs(&self) -> Repairs {
        Repairs::default()
    }

    /// Program that wrote the stream, where the stream says so (HAR creator).
    fn producer(&self) -> Option<String> {
        None
    }
}

/// The layout of a stream, told by its head.
pub fn layout(head: &[u8]) -> Layout {
    if blocks::looks_like(head) {
        Layout::Blocks
    } else if json::looks_like(head) {
        Layout::Json
    } else {
        Layout::Lines
    }
}

/// A cutter for a layout that aims at chunks of `target` bytes
/// ([`crate::domain::limits::CHUNK_BYTES`] but in tests).
pub fn cutter(layout: Layout, target: usize) -> Box<dyn Cutter> {
    match layout {
        Layout::Lines => Box::new(lines::LineCutter::new(target)),
        Layout::Json => Box::new(json::JsonCutter::new(target)),
        Layout::Blocks => Box::new(blocks::BlockCutter::new(target)),
    }
}
