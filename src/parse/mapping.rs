//! The user's own JSON format: a mapping file says which key is which column.
//!
//! ```toml
//! name = "my-gateway"          # optional; what the frames call the format
//! require = ["req.verb"]       # optional: a record without these keys is not of this format
//!
//! [fields]                     # path in the record = column
//! "req.verb" = "method"
//! "req.target" = "uri"
//! "took" = { column = "duration_us", unit = "ms" }     # s, ms, us (the default), ns
//! "at" = { column = "time", format = "epoch" }         # iso, clf, epoch, any (the default)
//! "hops.[].ms" = { column = "upstream_duration_us", unit = "ms" }
//! "id\\.orig_h" = "peer"
//! ```
//!
//! Segments of a path are separated by `.`; `[]` is every element of a list; a dot inside a key is
//! `\.`. Beside the columns of the exchanges frame there are names for values that fill several
//! columns or are kept in part only: [`SPECIAL`].

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use crate::domain::{Int, Text};

use super::format::{Format, Meta, Reader, Sample};
use super::json::Table;
use super::json_format::{TableReader, any_request, has_all};
use super::target::{Clock, Target, Unit};

/// Names that are no column of their own: what they are for, and where they go.
pub const SPECIAL: &[(&str, &str, Target)] = &[
    ("time", "when", Target::Time(Clock::Any)),
    ("end_time", "when it ended: gives the duration", Target::EndTime(Clock::Any)),
    ("request_line", "`GET /path?query HTTP/1.1`", Target::RequestLine),
    ("url", "absolute URL", Target::Url),
    ("uri", "path and query", Target::Uri),
    ("query", "query, a leading `?` allowed", Target::Query),
    ("host", "host, a port allowed", Target::Host),
    ("peer", "address of the socket peer, a port allowed", Target::Peer),
    ("client", "client as the gateway decided it, a port allowed", Target::Client),
    ("forwarded_for", "X-Forwarded-For chain", Target::ForwardedFor),
    ("server", "address that answered, a port allowed", Target::ServerAddress),
    ("status", "response status", Target::Status),
    ("user", "authenticated user", Target::User),
    ("authorization", "Authorization header; the credential is not kept", Target::Authorization),
    ("cookies", "Cookie header; the values are not kept", Target::Cookies),
    ("credential", "API key or token; not kept", Target::Credential),
    ("tls", "anything but off, 0, false: https", Target::TlsFlag),
    ("tls_version", "TLS version", Target::TlsVersion),
    ("request_headers", "object or list of request headers", Target::RequestHeaders),
    ("response_headers", "object or list of response headers", Target::ResponseHeaders),
    ("request_body", "request body", Target::RequestBody),
    ("response_body", "response body", Target::ResponseBody),
    ("request_body_base64", "request body in base64", Target::RequestBodyBase64),
    ("response_body_base64", "response body in base64", Target::ResponseBodyBase64),
    ("ignore", "known and of no use", Target::Skip),
];

/// Columns that a parser derives; a mapping cannot fill them.
const DERIVED: &[Text] = &[Text::RequestBodyState, Text::ResponseBodyState, Text::CookieNames];

/// What is wrong with a mapping file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// It is no TOML, or has other keys than a mapping file.
    #[error("the mapping file cannot be read: {0}")]
    Toml(String),
    /// Nothing is mapped.
    #[error("the mapping file maps no key: add e.g. \"req.verb\" = \"method\" under [fields]")]
    Empty,
    /// No column has this name.
    #[error("{key:?}: there is no column {column:?}{hint}; columns: {known}", hint = did_you_mean(.column), known = known().join(", "))]
    Column {
        /// The key that is mapped.
        key: String,
        /// What it is mapped to.
        column: String,
    },
    /// A unit for what is no duration, or an unknown one.
    #[error("{key:?}: unit {unit:?} does not fit; s, ms, us and ns fit columns that end in _us")]
    Unit {
        /// The key that is mapped.
        key: String,
        /// The unit.
        unit: String,
    },
    /// A format for what is no time, or an unknown one.
    #[error("{key:?}: format {format:?} does not fit; iso, clf, epoch and any fit time and end_time")]
    Format {
        /// The key that is mapped.
        key: String,
        /// The format.
        format: String,
    },
    /// The name would be mistaken for something else.
    #[error("the name {0:?} is taken by a built-in format or is no word of a-z, 0-9 and -")]
    Name(String),
}

/// Every name that a key can be mapped to, sorted.
pub fn known() -> Vec<&'static str> {
    let texts = Text::ALL.iter().filter(|f| !DERIVED.contains(f)).map(|f| f.column());
    let ints = Int::ALL.iter().map(|f| f.column());
    let mut all: Vec<_> = SPECIAL.iter().map(|(name, ..)| *name).chain(texts).chain(ints).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The known name that takes the fewest edits, if they are few.
fn did_you_mean(column: &str) -> String {
    let nearest = known().into_iter().map(|name| (edits(column, name), name)).min();
    match nearest {
        Some((n, name)) if n <= 2 + column.len() / 4 => format!(" (did you mean {name:?}?)"),
        _ => String::new(),
    }
}

/// Levenshtein distance in bytes.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (slot, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let best = (diagonal + usize::from(x != y)).min(*slot + 1).min(left + 1);
            diagonal = *slot;
            *slot = best;
            left = best;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default = "default_name")]
    name: String,
    #[serde(default)]
    require: Vec<String>,
    #[serde(default)]
    fields: toml::Table,
}

fn default_name() -> String {
    "mapped-json".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Detailed {
    column: String,
    unit: Option<String>,
    format: Option<String>,
}

/// Where a key goes.
fn target(key: &str, to: Detailed) -> Result<Target, MappingError> {
    let special = SPECIAL.iter().find(|(name, ..)| *name == to.column).map(|(_, _, target)| *target);
    let text = || Text::from_column(&to.column).filter(|f| !DERIVED.contains(f)).map(Target::Text);
    let int = || {
        Int::from_column(&to.column)
            .map(|f| if f.column().ends_with("_us") { Target::Duration(f, Unit::Us) } else { Target::Int(f) })
    };
    let mut target = special
        .or_else(text)
        .or_else(int)
        .ok_or_else(|| MappingError::Column { key: key.to_owned(), column: to.column.clone() })?;
    if let Some(unit) = to.unit {
        let known = match unit.as_str() {
            "s" => Some(Unit::S),
            "ms" => Some(Unit::Ms),
            "us" => Some(Unit::Us),
            "ns" => Some(Unit::Ns),
            _ => None,
        };
        target = match (target, known) {
            (Target::Duration(field, _), Some(unit)) => Target::Duration(field, unit),
            _ => return Err(MappingError::Unit { key: key.to_owned(), unit }),
        };
    }
    if let Some(format) = to.format {
        let known = match format.as_str() {
            "iso" => Some(Clock::Iso),
            "clf" => Some(Clock::Clf),
            "epoch" => Some(Clock::Epoch),
            "any" => Some(Clock::Any),
            _ => None,
        };
        target = match (target, known) {
            (Target::Time(_), Some(clock)) => Target::Time(clock),
            (Target::EndTime(_), Some(clock)) => Target::EndTime(clock),
            _ => return Err(MappingError::Format { key: key.to_owned(), format }),
        };
    }
    Ok(target)
}

/// A JSON format made of a mapping file.
pub struct Mapping {
    meta: Meta,
    require: Vec<String>,
    table: Arc<Table>,
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapping").field("id", &self.meta.id).finish_non_exhaustive()
    }
}

/// Reads a mapping file. What is returned lives as long as the program: formats are static, and a
/// run reads one mapping file.
pub fn parse(toml: &str) -> Result<&'static dyn Format, MappingError> {
    let file: File = toml::from_str(toml).map_err(|e| MappingError::Toml(e.to_string().trim_end().to_owned()))?;
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if file.name.is_empty() || !file.name.bytes().all(word) || super::formats::by_id(&file.name).is_some() {
        return Err(MappingError::Name(file.name));
    }
    let mut rules = Vec::new();
    for (key, value) in file.fields {
        let to = match value {
            toml::Value::String(column) => Detailed { column, unit: None, format: None },
            other => {
                other.try_into().map_err(|e| MappingError::Toml(format!("{key:?}: {}", e.to_string().trim_end())))?
            }
        };
        let target = target(&key, to)?;
        rules.push((key, target));
    }
    if rules.is_empty() {
        return Err(MappingError::Empty);
    }
    let table = Table::new(rules.iter().map(|(key, target)| (key.as_str(), *target)));
    let table = if file.require.is_empty() { table } else { table.needing([file.require.iter().map(String::as_str)]) };
    Ok(Box::leak(Box::new(Mapping {
        meta: Meta {
            id: Box::leak(file.name.into_boxed_str()),
            title: "Mapping file",
            source: "the user's mapping file",
            notes: "columns, units and time formats as the mapping file says",
        },
        require: file.require,
        table: Arc::new(table),
    })))
}

impl Format for Mapping {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(TableReader::new(&self.table, any_request))
    }

    fn samples(&self) -> &'static [Sample] {
        &[]
    }

    fn is_json(&self) -> bool {
        true
    }

    fn claims_json(&self, record: &[u8]) -> bool {
        has_all(record, self.require.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Exchange, Reason, time::rfc3339};
    use crate::parse::Read;
    use crate::parse::target::Scratch;
    use bumpalo::Bump;

    const FILE: &str = r#"
        name = "my-gateway"
        require = ["req.verb"]
        [fields]
        "req.verb" = "method"
        "req.target" = "uri"
        "req.auth" = "authorization"
        "took" = { column = "duration_us", unit = "ms" }
        "at" = { column = "time", format = "epoch" }
        "id\\.orig_h" = "peer"
        "backend" = "upstream"
        "size" = "response_body_bytes"
    "#;

    #[test]
    fn a_mapped_record_is_read() {
        let format = parse(FILE).unwrap();
        let arena = Bump::new();
        let mut s = Scratch::new(&arena);
        let mut x = Exchange::default();
        let record = br#"{"at":1726003440.5,"req":{"verb":"GET","target":"/a?b=1","auth":"Bearer abc"},"took":1.5,"id.orig_h":"203.0.113.9:81","backend":"b:1","size":"17"}"#;
        assert!(format.claims_json(record));
        let mut reader = format.reader();
        assert_eq!(reader.read(record, &mut x, &mut s), Ok(Read::Exchange));
        assert_eq!(x.time.map(rfc3339).as_deref(), Some("2024-09-10T21:24:00.500Z"));
        assert_eq!(x.get(Text::Method), Some(&b"GET"[..]));
        assert_eq!(x.get(Text::Path), Some(&b"/a"[..]));
        assert_eq!(x.get(Text::Query), Some(&b"b=1"[..]));
        assert_eq!(x.get(Text::AuthScheme), Some(&b"Bearer"[..]));
        assert_eq!(x.get(Text::PeerAddress), Some(&b"203.0.113.9"[..]));
        assert_eq!(x.get(Text::Upstream), Some(&b"b:1"[..]));
        assert_eq!(x.get_int(Int::DurationUs), Some(1_500));
        assert_eq!(x.get_int(Int::ClientPort), Some(81));
        assert_eq!(x.get_int(Int::ResponseBodyBytes), Some(17));
        let other = br#"{"at":1726003440.5,"req":{"target":"/a"}}"#;
        assert!(!format.claims_json(other));
        x.clear();
        assert_eq!(reader.read(other, &mut x, &mut s), Err(Reason::NotThisFormat));
    }

    fn message(toml: &str) -> String {
        parse(toml).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_the_key_and_the_remedy() {
        let text = message("[fields]\n\"took\" = \"durationus\"");
        assert!(text.contains("\"took\"") && text.contains("did you mean \"duration_us\"?"), "{text}");
        assert!(text.contains("peer_address"), "lists what there is: {text}");
        let text = message("[fields]\n\"took\" = \"zzzzzzzzzzzz\"");
        assert!(!text.contains("did you mean"), "{text}");
        assert!(message("[fields]\n\"a\" = { column = \"status\", unit = \"ms\" }").contains("\"ms\" does not fit"));
        assert!(
            message("[fields]\n\"a\" = { column = \"time\", format = \"unix\" }").contains("\"unix\" does not fit")
        );
        assert!(message("[fields]\n\"a\" = { colum = \"time\" }").contains("\"a\""));
        assert!(message("[fields]\n\"a\" = 1").contains("\"a\""));
        assert_eq!(parse("[fields]").unwrap_err(), MappingError::Empty);
        assert!(matches!(parse("fields = 1"), Err(MappingError::Toml(_))));
        assert!(matches!(parse("nam = \"x\""), Err(MappingError::Toml(_))));
        assert_eq!(
            parse("name = \"kong\"\n[fields]\n\"a\" = \"method\"").unwrap_err(),
            MappingError::Name("kong".into())
        );
    }

    #[test]
    fn every_column_can_be_mapped_or_is_derived() {
        for name in known() {
            let to = Detailed { column: name.to_owned(), unit: None, format: None };
            assert!(target("k", to).is_ok(), "{name}");
        }
        assert_eq!(edits("kitten", "sitting"), 3);
    }
}
