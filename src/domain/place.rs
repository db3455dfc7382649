//! Where something stands in the evidence.

/// A span of an evidence stream: byte offset and length after decompression and transcoding to
/// UTF-8, and the ordinal of the record there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// First byte, counted from the start of the decoded stream.
    pub offset: u64,
    /// Bytes, the line ending included.
    pub length: u64,
    /// 1-based line, HAR entry or JSON record. 0 where counting makes no sense (an envelope).
    pub record: u64,
}

impl Place {
    /// One past the last byte.
    pub fn end(&self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}
