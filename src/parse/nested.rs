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

/// Spans of the objects that a value holds as records, in order; empty where it is no batch. One walk
/// over the value at most: most records are no batch, and each format asks anew while sniffing.
pub fn records(value: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let here = value.trim_ascii_start();
    if here.first() == Some(&b'[') {
        collect(value, here, &["[]"], &mut out);
    } else if here.first() == Some(&b'{') && may_hold_records(here) {
        members(here, |key, inner, _| {
            for path in RECORD_PATHS {
                if let Some((first, rest)) = path.split_first()
                    && first.as_bytes() == key
                {
                    collect(value, inner, rest, &mut out);
                }
            }
        });
    }
    out.sort_by_key(|r| r.start);
    out.dedup();
    out
}

/// Whether one of the names that lead to records stands anywhere: far cheaper than a walk.
fn may_hold_records(object: &[u8]) -> bool {
    let names = RECORD_PATHS.iter().filter_map(|path| path.first()).filter(|name| **name != "[]");
    let mut last = "";
    names.into_iter().any(|name| {
        let again = std::mem::replace(&mut last, name) == *name;
        !again && memchr::memmem::find(object, name.as_bytes()).is_some()
    })
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
