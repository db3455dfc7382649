//! What a log format is to the rest of the program, and what parsing yields.

use std::fmt;

use crate::domain::{Exchange, Ignorable, Place, Reason};

use super::target::Scratch;

/// What is known of a format; shown by `formats` and in the README's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Stable word for frames, options and fixture folders.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// Where the layout is written down (documentation page or source file).
    pub source: &'static str,
    /// What has to be known to read the columns right: what the time marks, which bytes are
    /// counted, what the address column means.
    pub notes: &'static str,
}

/// A record that the format must read, with columns it must yield: documentation and test in one.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The record, without line ending. Several lines where a header directs the format.
    pub record: &'static str,
    /// Column names and values as text; `time` as RFC 3339, `auth` as its word. A record that is
    /// no exchange has one pair: `ignorable` and what it is.
    pub expect: &'static [(&'static str, &'static str)],
}

/// What a readable record turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// An exchange: the [`Exchange`] is filled.
    Exchange,
    /// Readable, and not an HTTP exchange.
    Other(Ignorable),
}

/// Reads the records of one format; has a memory (dates, key orders, columns) that never changes
/// a result, except for directives that the format itself defines.
pub trait Reader: Send {
    /// Whether this line is a directive or comment of the format (`#Fields: …`). Directives are
    /// remembered. Lines that begin with `#` are offered here before they are read.
    fn directive(&mut self, _line: &[u8]) -> bool {
        false
    }

    /// Reads one record. On `Err` the exchange may be half filled: the caller clears it.
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason>;
}

/// A log format. One file each under `formats/`, one line each in [`super::formats::ALL`].
pub trait Format: Sync + fmt::Debug {
    /// What is known of it.
    fn meta(&self) -> &Meta;
    /// A fresh reader.
    fn reader(&self) -> Box<dyn Reader>;
    /// Records that it must read.
    fn samples(&self) -> &'static [Sample];
    /// Whether its records are JSON objects; only those are tried on `{…}`.
    fn is_json(&self) -> bool {
        false
    }
    /// Whether a JSON record carries what this format always has.
    fn claims_json(&self, _record: &[u8]) -> bool {
        false
    }
}

/// Takes what parsing yields, in the order of the evidence.
pub trait Sink {
    /// One exchange at its place; `format` is the id of the format that read it.
    fn exchange(&mut self, place: Place, format: &str, raw: &[u8], x: &Exchange<'_>);
    /// A span that could not be read.
    fn reject(&mut self, place: Place, reason: Reason);
    /// A span that holds no exchange and is complete without one.
    fn ignorable(&mut self, place: Place, what: Ignorable);
}
