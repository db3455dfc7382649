//! Batches: records inside one JSON value. Which paths lead to them is one list for lines and for
//! whole documents.

use std::ops::Range;

use super::json::members;

/// Paths from a JSON value to its records; `[]` is every element of a list. HAR, Azure
/// diagnostics, `CloudTrail`-like deliveries, `CloudWatch`, OTLP (current and older), Tempo.
pub const RECORD_PATHS: &[&[&str]] = &[
    &["log", "entries", "[]"],
    &["entries", "[]"],
    &["records", "[]"],
    &["Records", "[]"],
    &["logEvents", "[]"],
    &["resourceSpans", "[]", "scopeSpans", "[]", "spans", "[]"],
    &["resourceSpans", "[]", "instrumentationLibrarySpans", "[]", "spans", "[]"],
    &["batches", "[]", "scopeSpans", "[]", "spans", "[]"],
    &["batches", "[]", "instrumentationLibrarySpans", "[]", "spans", "[]"],
    &["scopeSpans", "[]", "spans", "[]"],
    &["spans", "[]"],
    &["resourceLogs", "[]", "scopeLogs", "[]", "logRecords", "[]"],
    &["[]"],
];

/// Spans of the objects that a value holds as records, in order; empty where it is no batch.
pub fn records(value: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    // One walk for all paths: most values are no batch.
    members(value.trim_ascii_start(), |key, below, _| {
        let begins = |first: &str| key == first.as_bytes() || key.is_empty() && first == "[]";
        for path in RECORD_PATHS {
            if let Some((first, rest)) = path.split_first()
                && begins(first)
            {
                collect(value, below, rest, &mut out);
            }
        }
    });
    out.sort_by_key(|r| r.start);
    out.dedup();
    out
}

fn collect(whole: &[u8], here: &[u8], path: &[&str], out: &mut Vec<Range<usize>>) {
    let Some((segment, rest)) = path.split_first() else {
        let start = (here.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
        if here.first() == Some(&b'{') && start > 0 {
            out.push(start..start + here.len());
        }
        return;
    };
    let wanted = if *segment == "[]" { b'[' } else { b'{' };
    if here.trim_ascii_start().first() != Some(&wanted) {
        return;
    }
    members(here.trim_ascii_start(), |key, value, _| {
        if key == segment.as_bytes() || key.is_empty() && *segment == "[]" {
            collect(whole, value, rest, out);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches() {
        let at = |text: &str| {
            records(text.as_bytes()).into_iter().map(|r| text.get(r).unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(at(r#"[{"a":1}, {"b":2}]"#), [r#"{"a":1}"#, r#"{"b":2}"#]);
        assert_eq!(at(r#"{"records":[{"a":1}],"x":[{"y":0}]}"#), [r#"{"a":1}"#]);
        assert_eq!(
            at(r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"a":1},{"b":2}]}]}]}"#),
            [r#"{"a":1}"#, r#"{"b":2}"#]
        );
        assert!(at(r#"{"a":1}"#).is_empty());
    }
}
