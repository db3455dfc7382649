//! Where evidence bytes come from: files, folders, globs, members of zip and tar archives, standard input;
//! compressed or not, UTF-8 or UTF-16. Nothing here writes to evidence.
//!
//! [`collect`] turns what was named on a command line into [`Source`]s. [`Source::open`] gives a
//! [`Stream`] that decompresses, transcodes to UTF-8 and hashes in one pass. [`read_place`] reads
//! spans of the decoded stream again.
//!
//! What a source *is* is told by its content, never by its name. Damage is not an error: whatever
//! was decoded before it is handed over, and [`Finished::damage`] says where and why it ended.

mod archive;
mod collect;
mod decode;
mod error;
mod raw;
mod source;
mod stream;
mod tar;
mod transcode;

pub use collect::collect;
pub use decode::Compression;
pub use error::EvidenceError;
pub use source::Source;
pub use stream::{Damage, Finished, Stream, digest, read_place};
pub use transcode::Encoding;

#[cfg(test)]
mod tests;
