//! A JSON format told by a table of paths: see [`super::json`].

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::domain::time::SECOND;
use crate::domain::{Auth, Exchange, Int, Reason};

use super::format::{Format, Meta, Read, Reader, Sample};
use super::json::{JsonReader, Rule, Table, find};
use super::target::Scratch;

/// Looks at the filled exchange and, where the table is not enough, at the record again.
pub type Finish = for<'a> fn(&'a [u8], &mut Exchange<'a>, &mut Scratch<'a>) -> Result<Read, Reason>;

/// A built-in JSON format.
pub struct JsonFormat {
    /// What is known of it.
    pub meta: Meta,
    /// A record is of this format when every path of one of these sets is there; `a|b` is either.
    pub needs: &'static [&'static [&'static str]],
    /// Where its fields go.
    pub rules: &'static [Rule],
    /// The last look.
    pub finish: Finish,
    /// Records that it must read.
    pub samples: &'static [Sample],
    /// The table, compiled at first use: start it as `OnceLock::new()`.
    pub compiled: OnceLock<Arc<Table>>,
}

impl fmt::Debug for JsonFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonFormat").field("id", &self.meta.id).finish_non_exhaustive()
    }
}

/// Of formats that log chosen headers only: no credential among them proves nothing.
pub fn some_headers(x: &mut Exchange<'_>) {
    if x.auth == Auth::Absent {
        x.auth = Auth::Unknown;
    }
}

/// For formats whose table is enough.
pub fn any_request<'a>(_record: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<Read, Reason> {
    if x.has_request() { Ok(Read::Exchange) } else { Err(Reason::MissingRequest) }
}

impl Format for JsonFormat {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn reader(&self) -> Box<dyn Reader> {
        let table = self.compiled.get_or_init(|| {
            let needs = self.needs.iter().map(|set| set.iter().copied());
            Arc::new(Table::new(self.rules.iter().copied()).needing(needs))
        });
        Box::new(TableReader { json: JsonReader::new(table), finish: self.finish })
    }

    fn samples(&self) -> &'static [Sample] {
        self.samples
    }

    fn is_json(&self) -> bool {
        true
    }

    fn claims_json(&self, record: &[u8]) -> bool {
        self.needs.iter().any(|set| has_all(record, set.iter().copied()))
    }
}

/// Whether a record has every path; `a|b` is either.
pub fn has_all<'r>(record: &[u8], mut needs: impl Iterator<Item = &'r str>) -> bool {
    let there = |path: &str| {
        // A key that stands nowhere needs no walk to be missed.
        let first = path.split('.').next().unwrap_or_default().trim_end_matches('\\');
        memchr::memmem::find(record, first.as_bytes()).is_some() && find(record, path).is_some()
    };
    needs.all(|need| need.split('|').any(there))
}

/// Reads records by a table.
pub struct TableReader {
    json: JsonReader,
    finish: Finish,
}

impl TableReader {
    /// A reader over a compiled table.
    pub fn new(table: &Table, finish: Finish) -> Self {
        Self { json: JsonReader::new(table), finish }
    }
}

impl fmt::Debug for TableReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableReader").finish_non_exhaustive()
    }
}

impl Reader for TableReader {
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        s.end = None;
        self.json.read(record, x, s)?;
        if let (Some(begin), Some(end)) = (x.time, s.end)
            && end >= begin
            // Both cut to whole seconds tell nothing of a duration.
            && (begin % SECOND != 0 || end % SECOND != 0)
        {
            x.set_int_default(Int::DurationUs, end - begin);
        }
        (self.finish)(record, x, s)
    }
}
