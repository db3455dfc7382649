//! The tables of a case: which columns, of which type, filled from where.

use crate::domain::{Int, Text};

/// Version of the tables. Raised whenever a column changes its name, type or meaning; a case of a
/// newer version is refused with a hint.
pub const SCHEMA_VERSION: u32 = 2;

/// Type of a column, each a plain Parquet type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// 64-bit signed integer.
    Int,
    /// Boolean.
    Bool,
    /// Timestamp in microseconds, UTC.
    Time,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the Parquet file.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// What it holds, with its unit.
    pub doc: &'static str,
}

const fn column(name: &'static str, kind: Kind, doc: &'static str) -> Column {
    Column { name, kind, doc }
}

/// The tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// One row an evidence stream.
    Evidence,
    /// One row an exchange.
    Exchanges,
    /// One row a sensitive value at one place.
    Sightings,
    /// One row an identifier (restaurant, order, person …) at one place.
    Identifiers,
    /// One row a thing that is worth knowing of one exchange: an attack string, a weak token.
    Signals,
    /// One row a field (endpoint, place, pointer) and data class: how often values passed.
    Fields,
    /// One row a span that is no exchange: rejects and ignorable spans.
    Rejects,
}

impl Table {
    /// All tables.
    pub const ALL: &'static [Self] = &[
        Self::Evidence,
        Self::Exchanges,
        Self::Sightings,
        Self::Identifiers,
        Self::Signals,
        Self::Fields,
        Self::Rejects,
    ];

    /// Those that are stored in parts, a folder each.
    pub const PARTED: &'static [Self] =
        &[Self::Exchanges, Self::Sightings, Self::Identifiers, Self::Signals, Self::Fields, Self::Rejects];

    /// The table's name: folder in the case, name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Exchanges => "exchanges",
            Self::Sightings => "sightings",
            Self::Identifiers => "identifiers",
            Self::Signals => "signals",
            Self::Fields => "fields",
            Self::Rejects => "rejects",
        }
    }

    /// The table of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|t| t.name() == name)
    }

    /// Its columns, in file order.
    pub fn columns(self) -> Vec<Column> {
        match self {
            Self::Evidence => EVIDENCE.to_vec(),
            Self::Exchanges => exchanges(),
            Self::Sightings => [PLACE, SIGHTINGS].concat(),
            Self::Identifiers => [PLACE, IDENTIFIERS].concat(),
            Self::Signals => [PLACE, SIGNALS].concat(),
            Self::Fields => FIELDS.to_vec(),
            Self::Rejects => [PLACE, REJECTS].concat(),
        }
    }
}

/// Where a row stands in the evidence; the first columns of every table but `evidence`.
pub const PLACE: &[Column] = &[
    column("evidence_id", Kind::Int, "Which evidence: `evidence.evidence_id`."),
    column("offset", Kind::Int, "First byte in the decoded stream (decompressed, transcoded to UTF-8)."),
    column("length", Kind::Int, "Bytes, the line ending included."),
    column("record", Kind::Int, "1-based line, HAR entry or JSON record; 0 for structure around records."),
];

/// Index of the first column behind [`PLACE`].
pub const AFTER_PLACE: usize = PLACE.len();

/// Columns of `exchanges` between the place and the fields of [`Text`] and [`Int`].
pub const EXCHANGE_HEAD: &[Column] = &[
    column(
        "exchange_hash",
        Kind::Int,
        "XXH3-64 of the record's bytes: notices an edit when the place is read again. The evidence's SHA-256 is what proves.",
    ),
    column("format", Kind::Text, "Format that read it: an id of `breachwalk formats`."),
    column("repairs", Kind::Text, "What had to be mended to read it, comma separated; null where nothing was."),
    column(
        "time",
        Kind::Time,
        "When, as the evidence says: HAR, Envoy, Kong, Traefik, ALB and Apache log the begin, nginx and most others the end.",
    ),
    column("zone_assumed", Kind::Bool, "The evidence names no zone; the case's zone was assumed."),
    column(
        "auth",
        Kind::Text,
        "present, absent or unknown: whether the request carried credentials, as far as the evidence tells.",
    ),
    column(
        "actor",
        Kind::Text,
        "Who asked: `subject:`, `session:`, `key:` or `token:` and a fingerprint, `user:` and a name, else `address:` with the client and a hash of its user agent.",
    ),
    column(
        "credential",
        Kind::Text,
        "Fingerprint of the credential, hex; null where none was seen or its value was not logged.",
    ),
    column(
        "path_shape",
        Kind::Text,
        "Path with segments that look like identifiers replaced: `/stores/{n}/orders`. A first guess at the endpoint.",
    ),
];

const EVIDENCE: &[Column] = &[
    column("evidence_id", Kind::Int, "Number within the case, in order of adding."),
    column("name", Kind::Text, "As it was handed over; `archive.zip!member` for members, `-` for standard input."),
    column("path", Kind::Text, "Absolute path when it was added; for standard input the copy in the case."),
    column("member", Kind::Text, "Member of the archive at `path`; null where the file itself is the evidence."),
    column("sha256", Kind::Text, "SHA-256 of the bytes as handed over (of the decompressed member for archives)."),
    column("container_sha256", Kind::Text, "SHA-256 of the archive that held it."),
    column("bytes", Kind::Int, "Bytes as handed over."),
    column("decoded_bytes", Kind::Int, "Bytes after decompression and transcoding; offsets count in these."),
    column("compression", Kind::Text, "none, gzip, zstd, bzip2 or xz."),
    column("encoding", Kind::Text, "utf-8, utf-16le or utf-16be."),
    column("layout", Kind::Text, "lines, json or blocks."),
    column("format", Kind::Text, "Format that read most of the head; each exchange names its own."),
    column("producer", Kind::Text, "Program that wrote it, where it says so (HAR creator)."),
    column("exchanges", Kind::Int, "Rows in `exchanges`."),
    column("rejects", Kind::Int, "Rows of kind `reject`."),
    column("exchange_bytes", Kind::Int, "Bytes that are exchanges."),
    column("reject_bytes", Kind::Int, "Bytes that are rejects."),
    column("ignorable_bytes", Kind::Int, "Bytes that are ignorable. The three sum to `decoded_bytes`."),
    column("repaired", Kind::Int, "Exchanges with at least one repair."),
    column("repairs", Kind::Text, "Repairs of the stream as a whole."),
    column("damage", Kind::Text, "Where and why decompression stopped early."),
    column("first_time", Kind::Time, "Earliest exchange."),
    column("last_time", Kind::Time, "Latest exchange."),
];

const REJECTS: &[Column] = &[
    column("kind", Kind::Text, "reject (could not be read) or ignorable (nothing is missing)."),
    column("reason", Kind::Text, "Why: a code of `Reason` or `Ignorable`."),
];

const SIGHTINGS: &[Column] = &[
    column("data_class", Kind::Text, "Kind of sensitive value: an id of `breachwalk classes`."),
    column(
        "location",
        Kind::Text,
        "path, query, request-header, cookie, request-body, response-header, set-cookie, response-body.",
    ),
    column(
        "pointer",
        Kind::Text,
        "Segment, parameter, header or cookie name; JSON pointer with `*` for list positions.",
    ),
    column("leaf", Kind::Int, "Ordinal of the value within the exchange, in the order of the walk."),
    column("scope_from", Kind::Int, "First leaf of the object that it stands in."),
    column("scope_to", Kind::Int, "Leaf behind the last of it."),
    column(
        "confidence",
        Kind::Int,
        "0 to 100 from this exchange alone; `fields` may raise or lower it. Below 50 is a candidate.",
    ),
    column("masked", Kind::Text, "The value, masked."),
    column(
        "fingerprint",
        Kind::Text,
        "HMAC-SHA-256 with the case's key of the normalised value, its first 128 bits, hex.",
    ),
    column("why", Kind::Text, "Shape, validator, key hint that made it one."),
];

const IDENTIFIERS: &[Column] = &[
    column("location", Kind::Text, "As in `sightings`."),
    column("pointer", Kind::Text, "As in `sightings`."),
    column("name", Kind::Text, "What it is called, normalised: `store_id`. What it stands for is the lens' business."),
    column("value", Kind::Text, "The identifier; masked where it is personal."),
    column("fingerprint", Kind::Text, "As in `sightings`, where it is personal."),
    column("leaf", Kind::Int, "As in `sightings`."),
    column("scope_from", Kind::Int, "First leaf of the object that it names."),
    column("scope_to", Kind::Int, "Leaf behind the last of it."),
];

const SIGNALS: &[Column] = &[
    column("signal", Kind::Text, "What: `injection.sql`, `scanner.agent`, `token.alg-none` …"),
    column("location", Kind::Text, "As in `sightings`."),
    column("pointer", Kind::Text, "As in `sightings`."),
    column("detail", Kind::Text, "What was seen, short, nothing personal."),
];

const FIELDS: &[Column] = &[
    column("evidence_id", Kind::Int, "Which evidence: `evidence.evidence_id`."),
    column("endpoint", Kind::Text, "Method and path shape."),
    column("location", Kind::Text, "As in `sightings`."),
    column("pointer", Kind::Text, "As in `sightings`."),
    column("data_class", Kind::Text, "As in `sightings`."),
    column("values", Kind::Int, "Values there that are not null or empty."),
    column("passing", Kind::Int, "Those that were taken for the class."),
];

fn exchanges() -> Vec<Column> {
    let texts = Text::ALL.iter().map(|f| column(f.column(), Kind::Text, f.doc()));
    let ints = Int::ALL.iter().map(|f| column(f.column(), Kind::Int, f.doc()));
    PLACE.iter().chain(EXCHANGE_HEAD).copied().chain(texts).chain(ints).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_within_a_table() {
        for table in Table::ALL {
            let mut names: Vec<_> = table.columns().iter().map(|c| c.name).collect();
            let n = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(n, names.len(), "{}", table.name());
            assert_eq!(Table::from_name(table.name()), Some(*table));
        }
    }
}
