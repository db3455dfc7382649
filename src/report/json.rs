//! JSON: one document, versioned. Characters that act on a terminal are escaped, so that the
//! document can be looked at with `cat`; a JSON reader gets them back exactly.

use std::fmt::Write as _;

use serde_json::{Map, Value as Tree, json};

use super::value::REPORT_VERSION;
use super::{Report, Section, Writer};
use crate::domain::safe_text::is_unsafe;

/// JSON Schema (draft 2020-12) of what this writer makes of an exposure report.
pub const SCHEMA: &str = include_str!("schema.json");

/// The writer.
#[derive(Debug, Clone, Copy)]
pub struct Json;

impl Writer for Json {
    fn write(&self, report: &Report) -> Vec<u8> {
        let sections: Map<String, Tree> = report.sections.iter().map(|s| (s.id.to_owned(), section(s))).collect();
        let tree = json!({
            "report_version": REPORT_VERSION,
            "tool": concat!("breachwalk ", env!("CARGO_PKG_VERSION")),
            "summary": report.summary,
            "sections": sections,
        });
        document(&tree)
    }
}

fn section(section: &Section) -> Tree {
    let rows: Vec<Tree> = section.rows.iter().map(|row| Tree::Object(object(section, row))).collect();
    json!({ "title": section.title, "notes": section.notes, "rows": rows, "rows_cut": section.rows_cut })
}

/// One row as an object.
pub(super) fn object(section: &Section, row: &[super::Value]) -> Map<String, Tree> {
    section.columns.iter().zip(row).map(|(c, v)| (c.key.to_owned(), v.json())).collect()
}

/// One document, indented, safe to look at, with a line end.
pub(super) fn document(tree: &Tree) -> Vec<u8> {
    let mut out = escaped(&format!("{tree:#}"));
    out.push('\n');
    out.into_bytes()
}

/// Escapes what `serde_json` leaves in strings: DEL, C1, bidirectional and invisible characters.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || !is_unsafe(c) {
            out.push(c);
            continue;
        }
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_back_exactly() {
        let text = "a\u{9b}b\u{202e}c\u{7f}d\u{e0041}e\u{1b}é";
        let written = escaped(&Tree::from(text).to_string());
        assert!(!written.chars().any(is_unsafe));
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }
}
