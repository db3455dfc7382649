//! Rows of fields between blanks, some of them in quotes or brackets, told by a table of columns:
//! AWS load balancers, S3, Squid. Unlike a template a row may end early or go on: these formats
//! grow at their end.

use std::fmt;

use crate::domain::exchange::Traced;
use crate::domain::{Exchange, Reason, Repair};

use super::format::{Format, Meta, Read, Reader, Sample};
use super::target::{Scratch, Shape, Target};
use super::template::{is_escaped, unescape};

/// Stores a value that needs more than a [`Target`].
pub type Take = for<'a> fn(&'a [u8], &mut Exchange<'a>, &mut Scratch<'a>) -> Result<(), Reason>;

/// Where a column goes.
#[derive(Debug, Clone, Copy)]
pub enum To {
    /// As the target says.
    Target(Target),
    /// Through a function; the text says where it goes.
    Take(Take, &'static str),
}

impl To {
    /// In words, for `formats explain`.
    pub fn describe(self) -> String {
        match self {
            Self::Target(target) => target.describe(),
            Self::Take(_, what) => what.to_owned(),
        }
    }

    /// Stores a value of a line and, where somebody asked, notes it.
    pub fn store<'a>(
        this: Option<Self>,
        name: &str,
        value: &'a [u8],
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
    ) -> Result<(), Reason> {
        if let Some(trace) = &mut x.trace {
            trace.push(Traced { source: name.to_owned(), target: this.map(Self::describe), raw: value.to_vec() });
        }
        match this {
            None => Ok(()),
            Some(Self::Target(target)) => target.apply(value, Shape::Text, x, s),
            Some(Self::Take(take, _)) => take(value, x, s),
        }
    }
}

/// A column of a row.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in the documentation.
    pub name: &'static str,
    /// Where it goes.
    pub to: To,
    /// Whether it stands in quotes; a bare value is read too.
    pub quoted: bool,
}

/// A bare column.
pub const fn bare(name: &'static str, target: Target) -> Column {
    Column { name, to: To::Target(target), quoted: false }
}

/// A column in quotes.
pub const fn quoted(name: &'static str, target: Target) -> Column {
    Column { name, to: To::Target(target), quoted: true }
}

/// A bare column that a function stores; `what` says where.
pub const fn take(name: &'static str, take: Take, what: &'static str) -> Column {
    Column { name, to: To::Take(take, what), quoted: false }
}

/// Splits the text before the first blank off.
pub fn word<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = memchr::memchr(b' ', rest).unwrap_or(rest.len());
    let (word, after) = rest.split_at_checked(end).unwrap_or((rest, b""));
    *rest = after.strip_prefix(b" ").unwrap_or(after);
    word
}

/// A row.
pub struct RowFormat {
    /// What is known of it.
    pub meta: Meta,
    /// Its columns, in order.
    pub columns: &'static [Column],
    /// Columns that the oldest version has.
    pub least: usize,
    /// Whether a line can be of this format at all: a cheap look at its begin.
    pub fits: fn(&[u8]) -> bool,
    /// The last look.
    pub finish: for<'a> fn(&mut Exchange<'a>, usize) -> Result<Read, Reason>,
    /// Records that it must read.
    pub samples: &'static [Sample],
}

impl fmt::Debug for RowFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowFormat").field("id", &self.meta.id).finish_non_exhaustive()
    }
}

impl Format for RowFormat {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(RowReader { columns: self.columns, least: self.least, fits: self.fits, finish: self.finish })
    }

    fn samples(&self) -> &'static [Sample] {
        self.samples
    }
}

struct RowReader {
    columns: &'static [Column],
    least: usize,
    fits: fn(&[u8]) -> bool,
    finish: for<'a> fn(&mut Exchange<'a>, usize) -> Result<Read, Reason>,
}

impl Reader for RowReader {
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        if !(self.fits)(record) {
            return Err(Reason::NotThisFormat);
        }
        let mut rest = record.trim_ascii();
        let mut n = 0;
        for (at, column) in self.columns.iter().enumerate() {
            rest = rest.trim_ascii_start();
            if rest.is_empty() {
                break;
            }
            let value = match rest.first() {
                Some(b'"') if column.quoted => {
                    let after = self.columns.get(at + 1..).unwrap_or_default();
                    in_quotes(&mut rest, after, x, s).ok_or(Reason::NotThisFormat)?
                }
                Some(b'[') if matches!(column.to, To::Target(Target::Time(_))) => {
                    let end = memchr::memchr(b']', rest).ok_or(Reason::NotThisFormat)?;
                    let (value, after) = rest.split_at_checked(end + 1).ok_or(Reason::NotThisFormat)?;
                    rest = after;
                    value
                }
                _ => word(&mut rest),
            };
            To::store(Some(column.to), column.name, value, x, s)?;
            n = at + 1;
        }
        if n < self.least {
            return Err(Reason::NotThisFormat);
        }
        if let Some(trace) = &mut x.trace
            && !rest.trim_ascii().is_empty()
        {
            trace.push(Traced { source: "tail".into(), target: None, raw: rest.trim_ascii().to_vec() });
        }
        (self.finish)(x, n)
    }
}

/// Takes a quoted field off, without its quotes. Where quotes inside are not escaped, it ends at the
/// first quote that the right kind of column follows; the row's last quoted column at the last.
fn in_quotes<'a>(rest: &mut &'a [u8], after: &[Column], x: &mut Exchange<'a>, s: &Scratch<'a>) -> Option<&'a [u8]> {
    let inner = rest.get(1..)?;
    let next_quoted = after.first().is_some_and(|c| c.quoted);
    let is_last = !after.iter().any(|c| c.quoted);
    let (mut quotes, mut best, mut exact) = (0, None, false);
    for quote in memchr::memchr_iter(b'"', inner).take(crate::domain::limits::QUOTE_RETRIES_MAX) {
        let (value, tail) = inner.split_at_checked(quote)?;
        let tail = tail.get(1..)?;
        if is_escaped(value) {
            continue;
        }
        quotes += 1;
        let ends = match tail {
            [] => true,
            [b' ', b'"', ..] => next_quoted,
            [b' ', ..] => !next_quoted,
            _ => false,
        };
        if ends || best.is_none() && tail.first() == Some(&b' ') {
            best = Some((value, tail, quotes));
            exact |= ends;
        }
        if exact && !is_last {
            break;
        }
    }
    let (value, tail, quotes) = best?;
    if quotes > 1 {
        x.repair(Repair::StrayQuote);
    }
    *rest = tail;
    Some(unescape(value, x, s))
}
