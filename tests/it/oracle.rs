//! What other people's parsers say of the same lines: Elastic's and SEKOIA's pipelines, `CrowdSec`'s
//! hub, Wazuh's rules, `OpenSearch`'s catalogue. Whatever they state must be what we read, but for
//! the differences in [`choices`], each with its reason.

mod choices;
mod crowdsec;
mod ecs;
mod read;
mod wazuh;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use breachwalk::domain::address::split_port;
use breachwalk::domain::time::{SECOND, iso};

use super::support::{self, Item, Kind, Seen};

/// What an expectation can state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    /// Whether this is an exchange at all.
    Record,
    Time,
    Client,
    Method,
    /// Path and query.
    Target,
    Status,
    Bytes,
    Agent,
    Host,
}

/// What somebody else read in one record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expected {
    /// The stated fields; `-` and nothing mean that there is none.
    pub(crate) fields: BTreeMap<Field, String>,
}

impl Expected {
    /// States a field.
    pub(crate) fn state(&mut self, field: Field, value: Option<String>) {
        if let Some(value) = value {
            self.fields.insert(field, value);
        }
    }

    /// Whether it describes a request that was answered or stopped: what we must read.
    fn is_access(&self) -> bool {
        self.fields.contains_key(&Field::Method)
            && (self.fields.contains_key(&Field::Target) || self.fields.contains_key(&Field::Status))
    }
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch {
    file: String,
    line: usize,
    field: Field,
    ours: String,
    theirs: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Short: corpora are nobody's to print.
        let cut = |text: &str| breachwalk::domain::safe_text::excerpt(text.as_bytes(), 60);
        write!(
            f,
            "{}:{} {:?}: ours {}, theirs {}",
            self.file,
            self.line,
            self.field,
            cut(&self.ours),
            cut(&self.theirs)
        )
    }
}

/// Collects differences.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    mismatches: Vec<Mismatch>,
    compared: usize,
}

impl Verdict {
    /// Compares what we read in a span of a stream with what somebody else read there.
    pub(crate) fn compare(
        &mut self,
        file: &str,
        bytes: &[u8],
        items: &[Item],
        span: Range<usize>,
        expected: &Expected,
    ) {
        let line = support::line_of(bytes, span.start);
        let inside: Vec<&Item> = items.iter().filter(|i| span.contains(&i.range().start)).collect();
        let exchanges: Vec<&Seen> = inside.iter().filter_map(|i| i.seen()).collect();
        let mut add = |field, ours: String, theirs: &str| {
            self.mismatches.push(Mismatch { file: file.to_owned(), line, field, ours, theirs: theirs.to_owned() });
        };
        let [seen] = exchanges.as_slice() else {
            if expected.is_access() || exchanges.len() > 1 {
                let ours = match inside.first().map(|i| &i.kind) {
                    _ if exchanges.len() > 1 => format!("{} exchanges", exchanges.len()),
                    Some(Kind::Reject(reason)) => reason.code().to_owned(),
                    Some(Kind::Ignorable(what)) => what.code().to_owned(),
                    _ => "nothing".to_owned(),
                };
                add(Field::Record, ours, "one exchange");
            }
            return;
        };
        self.compared += 1;
        for (field, theirs) in &expected.fields {
            if let Some(ours) = difference(*field, theirs, seen) {
                add(*field, ours, theirs);
            }
        }
    }

    /// Fails unless every difference is in the table and every row of the table is needed.
    pub(crate) fn settle(self, oracle: &str, compared_at_least: usize) {
        let mut used = vec![false; choices::CHOICES.len()];
        let mut left = Vec::new();
        for mismatch in &self.mismatches {
            let at = choices::CHOICES.iter().position(|c| {
                mismatch.file.ends_with(c.file) && c.field == mismatch.field && (c.line == 0 || c.line == mismatch.line)
            });
            match at {
                Some(at) => used[at] = true,
                None => left.push(mismatch.to_string()),
            }
        }
        let idle: Vec<String> = choices::CHOICES
            .iter()
            .zip(used)
            .filter(|(c, used)| c.oracle == oracle && !used)
            .map(|(c, _)| format!("{}:{} {:?} agrees now: take the row out", c.file, c.line, c.field))
            .collect();
        assert!(left.is_empty(), "{} of {} records differ:\n{}", left.len(), self.compared, support::list(&left, 400));
        assert!(idle.is_empty(), "{}", support::list(&idle, 40));
        assert!(self.compared >= compared_at_least, "only {} records compared", self.compared);
    }
}

/// Ours, where it differs.
fn difference(field: Field, theirs: &str, seen: &Seen) -> Option<String> {
    let columns: &[&str] = match field {
        Field::Record => return None,
        Field::Time => &["time"],
        Field::Client => &["client_address", "peer_address"],
        Field::Method => &["method"],
        Field::Target => &["path", "request_line"],
        Field::Status => &["status"],
        Field::Bytes => &["response_body_bytes", "response_bytes"],
        Field::Agent => &["user_agent"],
        Field::Host => &["host"],
    };
    let values: Vec<String> = columns.iter().filter_map(|c| seen.text(c)).collect();
    if matches!(theirs, "" | "-") {
        return values.first().cloned();
    }
    let same = match field {
        Field::Target => target_agrees(theirs, seen),
        _ => values.iter().any(|ours| agrees(field, theirs, ours)),
    };
    (!same).then(|| match field {
        Field::Target => format!("{}?{}", values.join(" | "), seen.text("query").unwrap_or_default()),
        _ => values.join(" | "),
    })
}

fn agrees(field: Field, theirs: &str, ours: &str) -> bool {
    match field {
        Field::Time => {
            let (Some(a), Some(b)) = (iso(theirs.as_bytes()), iso(ours.as_bytes())) else { return false };
            // Theirs are cut to the digits that they show.
            let fraction = theirs.split_once('.').map_or(0, |(_, f)| f.bytes().take_while(u8::is_ascii_digit).count());
            let unit = SECOND / 10_i64.pow(fraction.min(6) as u32);
            a.at.div_euclid(unit) == b.at.div_euclid(unit)
        }
        // ECS says lower case, most pipelines do not care.
        Field::Method => theirs.eq_ignore_ascii_case(ours),
        Field::Status | Field::Bytes => theirs.parse::<i64>().is_ok_and(|n| Ok(n) == ours.parse()),
        Field::Client | Field::Host => {
            let bare = |text: &str| match split_port(text.as_bytes()) {
                Some((host, _)) => String::from_utf8_lossy(host).into_owned(),
                None => text
                    .rsplit_once(':')
                    .filter(|(_, p)| p.parse::<u16>().is_ok())
                    .map_or(text, |(h, _)| h)
                    .to_lowercase(),
            };
            bare(theirs) == bare(ours)
        }
        _ => theirs == ours,
    }
}

/// Path and query as one, with or without scheme and authority; what is no HTTP request stands in
/// `request_line`.
fn target_agrees(theirs: &str, seen: &Seen) -> bool {
    let own = |column| seen.text(column).unwrap_or_default();
    let bytes = |column| seen.columns.get(column).cloned().unwrap_or_default();
    // Most leave nginx's escapes as they stand; we undo them.
    if seen.text("path").is_none() && bytes("request_line") == unescape(theirs) {
        return true;
    }
    let ours = match seen.text("query") {
        Some(query) => format!("{}?{query}", own("path")),
        None => own("path"),
    };
    let bare = |text: &str| match text.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            rest.find(['/', '?']).map_or(String::new(), |at| rest[at..].to_owned())
        }
        _ => text.to_owned(),
    };
    let (a, b) = (bare(theirs), bare(&ours));
    let b_host = format!("{}:{}", own("host"), own("port"));
    a == b || a.is_empty() && b == "/" || seen.text("path").is_none() && (theirs == b_host || theirs == own("host"))
}

/// Undoes `\xHH`.
fn unescape(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                out.extend_from_slice(&part.as_bytes()[2..]);
            }
            None => out.extend_from_slice(&[b"\\x", part.as_bytes()].concat()),
        }
    }
    out
}

/// The lines of a stream as spans, blank ones left out.
pub(crate) fn lines(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut at = 0;
    bytes
        .split_inclusive(|b| *b == b'\n')
        .map(|line| {
            let span = at..at + line.len();
            at = span.end;
            span
        })
        .filter(|span| !bytes[span.clone()].trim_ascii().is_empty())
        .collect()
}

#[test]
fn differences_are_found() {
    let mut seen = Seen { format: "x".into(), columns: BTreeMap::new(), bodies: [None, None] };
    for (column, value) in [
        ("time", "2024-09-10T21:24:00.123456Z"),
        ("method", "GET"),
        ("path", "/a"),
        ("query", "b=c"),
        ("status", "0"),
        ("response_bytes", "7"),
        ("peer_address", "203.0.113.9"),
        ("host", "api.example"),
    ] {
        seen.columns.insert(column, value.as_bytes().to_vec());
    }
    let agreeing = [
        (Field::Time, "2024-09-11T02:54:00+05:30"),
        (Field::Time, "2024-09-10T21:24:00.123Z"),
        (Field::Method, "get"),
        (Field::Target, "/a?b=c"),
        (Field::Target, "https://api.example:8443/a?b=c"),
        (Field::Status, "000"),
        (Field::Bytes, "7"),
        (Field::Client, "203.0.113.9:4711"),
        (Field::Host, "API.example:443"),
        (Field::Agent, "-"),
    ];
    for (field, theirs) in agreeing {
        assert_eq!(difference(field, theirs, &seen), None, "{field:?} {theirs}");
    }
    let differing = [
        (Field::Time, "2024-09-10T21:24:01Z"),
        (Field::Time, "2024-09-10T21:24:00.124Z"),
        (Field::Method, "POST"),
        (Field::Target, "/a"),
        (Field::Target, "-"),
        (Field::Status, "200"),
        (Field::Bytes, "8"),
        (Field::Client, "203.0.113.90"),
        (Field::Host, "b.example"),
        (Field::Agent, "curl"),
    ];
    for (field, theirs) in differing {
        assert!(difference(field, theirs, &seen).is_some(), "{field:?} {theirs}");
    }
}
