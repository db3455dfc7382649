//! The registry of log formats: one file a format, one line here. The order decides ties: a format
//! that asks for more stands before one that asks for less.

use super::format::Format;

mod aws_lb;
mod aws_s3;
mod combined;
mod haproxy;
mod kong;
mod logfmt;
mod modsecurity;
mod squid;
mod w3c;
pub(crate) mod zeek;

/// Every built-in format, the more demanding first.
pub static ALL: &[&dyn Format] = &[
    // JSON records
    &kong::FORMAT,
    // Lines
    &modsecurity::FORMAT,
    &w3c::xml::FORMAT,
    &w3c::FORMAT,
    &w3c::native::FORMAT,
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
