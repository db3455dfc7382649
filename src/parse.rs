//! Bytes to exchanges and rejects. No I/O, no clock, no polars, no panic: whatever the bytes are,
//! every span of them ends as an exchange, a reject or an ignorable span.
//!
//! A stream is cut into chunks at record boundaries ([`cut`]), in order, by one thread; chunks are
//! parsed on all cores ([`session`]). What a record becomes depends on its chunk alone, so the
//! number of threads changes nothing.

pub mod body;
pub mod custom;
pub mod cut;
pub mod format;
pub mod formats;
pub mod headers;
pub mod json;
pub mod json_format;
pub mod line_format;
pub mod mapping;
pub mod nested;
pub mod prefix;
pub mod row_format;
pub mod session;
pub mod target;
pub mod template;
pub mod url;

pub use format::{Format, Meta, Read, Reader, Sample, Sink};
pub use session::{FormatSet, Session};
