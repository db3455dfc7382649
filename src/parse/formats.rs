//! The registry of log formats: one file a format, one line here. The order decides ties: a format
//! that asks for more stands before one that asks for less.

use super::format::Format;

mod aws_lb;
mod aws_s3;
mod combined;
mod haproxy;
mod kong;
mod logfmt;
mod squid;
pub(crate) mod zeek;

/// Every built-in format, the more demanding first.
pub static ALL: &[&dyn Format] = &[
    // JSON records
    &kong::FORMAT,
    // Lines
    &zeek::TSV,
    &aws_lb::ALB,
    &aws_lb::CLASSIC,
    &aws_s3::FORMAT,
    &haproxy::FORMAT,
    &squid::NATIVE,
    &squid::CLF,
    &logfmt::TYK,
    &logfmt::ANY,
    &combined::FORMAT,
];

/// The format of this id.
pub fn by_id(id: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|f| f.meta().id == id)
}

/// Fields of nginx's and Apache's logs under the names both their syntaxes use. See the functions
/// for the sources.
pub mod names;

#[cfg(test)]
mod tests;
