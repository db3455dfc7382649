//! The report as a value.

use crate::domain::Micros;
use crate::domain::safe_text::{escape, is_unsafe};
use crate::domain::time::rfc3339;

/// Version of the report's JSON form. Raised whenever a section or column changes its meaning.
pub(super) const REPORT_VERSION: u32 = 1;

/// Characters of a [`Value::Name`] in a table.
const NAME_CHARS: usize = 28;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing there.
    Null,
    /// Text from the evidence or about it. Not yet escaped: writers do that.
    Text(String),
    /// A path or name whose end says most; tables show the end.
    Name(String),
    /// A digest in hexadecimal; tables show its beginning.
    Digest(String),
    /// A count.
    Count(u64),
    /// Bytes.
    Bytes(u64),
    /// A moment.
    Time(Micros),
    /// A moment of which tables show the minute.
    Minute(Micros),
    /// A span of time in microseconds.
    Duration(i64),
    /// Part of a whole.
    Share {
        /// The part.
        part: u64,
        /// The whole.
        whole: u64,
    },
}

impl Value {
    /// Text, or null.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Null, |t| Self::Text(t.into()))
    }

    /// A moment of which tables show the minute, or null.
    pub fn minute(at: Option<Micros>) -> Self {
        at.map_or(Self::Null, Self::Minute)
    }

    /// A moment, or null.
    pub fn time(at: Option<Micros>) -> Self {
        at.map_or(Self::Null, Self::Time)
    }

    /// For people: grouped digits, units, percentages.
    pub fn pretty(&self) -> String {
        match self {
            Self::Null => "-".into(),
            Self::Text(text) => escape(text.as_bytes()),
            Self::Name(name) => ending(&safe_name(name)),
            Self::Digest(digest) => escape(digest.as_bytes()).chars().take(12).collect(),
            Self::Count(n) => grouped(*n),
            Self::Bytes(n) => bytes(*n),
            Self::Time(at) => rfc3339(at - at.rem_euclid(1_000_000)).replace('T', " ").replace('Z', ""),
            Self::Minute(at) => rfc3339(*at).chars().take(16).collect::<String>().replace('T', " "),
            Self::Duration(us) => duration(*us),
            Self::Share { part, whole } => share(*part, *whole),
        }
    }

    /// For machines: plain numbers and RFC 3339.
    pub fn plain(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Text(text) | Self::Name(text) | Self::Digest(text) => text.clone(),
            Self::Count(n) | Self::Bytes(n) => n.to_string(),
            Self::Time(at) | Self::Minute(at) => rfc3339(*at),
            Self::Duration(us) => us.to_string(),
            Self::Share { part, .. } => part.to_string(),
        }
    }

    /// For JSON.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Text(_) | Self::Name(_) | Self::Digest(_) | Self::Time(_) | Self::Minute(_) => self.plain().into(),
            Self::Count(n) | Self::Bytes(n) => (*n).into(),
            Self::Duration(us) => (*us).into(),
            Self::Share { part, .. } => (*part).into(),
        }
    }

    /// Whether it is a count of nothing.
    pub fn is_zero(&self) -> bool {
        matches!(self, Self::Null | Self::Count(0) | Self::Bytes(0) | Self::Share { part: 0, .. })
    }

    /// Whether numbers line up to the right.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Bytes(_) | Self::Duration(_) | Self::Share { .. })
    }
}

/// `1,234,567`.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Names of evidence come escaped; one that is not (a case made elsewhere) is escaped here.
pub(super) fn safe_name(name: &str) -> String {
    if name.chars().any(is_unsafe) { escape(name.as_bytes()) } else { name.to_owned() }
}

/// The last characters of a long name: folders are the same for all, file names differ.
fn ending(name: &str) -> String {
    let length = name.chars().count();
    if length <= NAME_CHARS {
        return name.to_owned();
    }
    std::iter::once('…').chain(name.chars().skip(length + 1 - NAME_CHARS)).collect()
}

/// `1.5 GB`, powers of ten, one digit; whole bytes below 10 kB.
fn bytes(n: u64) -> String {
    let (unit, name) = match n {
        0..10_000 => return format!("{} B", grouped(n)),
        10_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    format!("{}.{} {name}", n / unit, n % unit * 10 / unit)
}

/// `2d 03h`, `3h 05m`, `12m 30s`, `1.5s`.
fn duration(us: i64) -> String {
    let seconds = us / 1_000_000;
    match seconds {
        i64::MIN..60 => format!("{}.{}s", seconds, (us % 1_000_000).abs() / 100_000),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds / 3600 % 24),
    }
}

fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return grouped(part);
    }
    let permille = part.saturating_mul(1000) / whole;
    if part > 0 && permille == 0 {
        return format!("{} (<0.1 %)", grouped(part));
    }
    format!("{} ({}.{} %)", grouped(part), permille / 10, permille % 10)
}

/// One column of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Key in JSON and CSV; the unit stands last.
    pub key: &'static str,
    /// Heading for people.
    pub title: &'static str,
    /// Who sees it.
    pub shown: Shown,
}

/// Who sees a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Everybody.
    Always,
    /// Tables leave it out where it is 0 throughout.
    Nonzero,
    /// Only machines: tables say it in another column.
    Machines,
}

impl Section {
    /// Whether a column holds numbers, whatever is missing in it.
    pub(super) fn is_number(&self, at: usize) -> bool {
        let mut values = self.rows.iter().filter_map(|row| row.get(at)).filter(|v| **v != Value::Null).peekable();
        values.peek().is_some() && values.all(Value::is_number)
    }

    /// Indices of the columns that a table for people shows.
    pub fn visible(&self) -> Vec<usize> {
        let zero = |at: usize| self.rows.iter().all(|row| row.get(at).is_none_or(Value::is_zero));
        let visible = |(at, column): &(usize, &Column)| match column.shown {
            Shown::Always => true,
            Shown::Nonzero => !zero(*at),
            Shown::Machines => false,
        };
        self.columns.iter().enumerate().filter(visible).map(|(at, _)| at).collect()
    }
}

/// One table of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Stable id.
    pub id: &'static str,
    /// Heading.
    pub title: &'static str,
    /// What the numbers mean, and what was left out.
    pub notes: Vec<String>,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, each as long as `columns`.
    pub rows: Vec<Vec<Value>>,
    /// Rows that the ranking cut off.
    pub rows_cut: u64,
}

/// A report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// One sentence each: what matters most.
    pub summary: Vec<String>,
    /// The tables, in reading order.
    pub sections: Vec<Section>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped(37_529), "37,529");
        assert_eq!(grouped(999), "999");
        assert_eq!(bytes(1_550_000), "1.5 MB");
        assert_eq!(bytes(9_999), "9,999 B");
        assert_eq!(duration(2_100_000_000), "35m 00s");
        assert_eq!(duration(1_500_000), "1.5s");
        assert_eq!(share(1, 3), "1 (33.3 %)");
        assert_eq!(share(1, 100_000), "1 (<0.1 %)");
        assert_eq!(Value::Text("a\u{1b}[2J".into()).pretty(), "a\\x1b[2J");
    }
}
