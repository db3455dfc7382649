//! What an ingest is told.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::classify::ClassSet;
use crate::domain::address::TrustedProxies;
use crate::domain::limits::CHUNK_BYTES;
use crate::parse::FormatSet;

/// How to ingest.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Threads that parse; the reading thread comes on top.
    pub threads: usize,
    /// Bytes of a chunk, but in tests [`CHUNK_BYTES`].
    pub chunk_bytes: usize,
    /// Zone of logs that name none.
    pub zone: TimeZone,
    /// Proxies that may speak for a client.
    pub trusted: TrustedProxies,
    /// Formats to try, the user's own in front.
    pub formats: FormatSet,
    /// Data classes to look for.
    pub classes: Arc<ClassSet>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            chunk_bytes: CHUNK_BYTES,
            zone: TimeZone::UTC,
            trusted: TrustedProxies::default(),
            formats: FormatSet::built_in(),
            classes: Arc::new(ClassSet::built_in()),
        }
    }
}

/// Somebody who wants to know how far an ingest is.
pub trait Progress {
    /// A stream is being opened; `bytes` is its size on disk where known.
    fn begin(&self, name: &str, bytes: Option<u64>);
    /// So many bytes of it were read.
    fn read(&self, bytes: u64);
    /// All is read and committed.
    fn end(&self);
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &str, _: Option<u64>) {}
    fn read(&self, _: u64) {}
    fn end(&self) {}
}
