//! Markdown tables (GitHub flavour). Text from the evidence is escaped so that it stays text.

use std::fmt::Write as _;

use super::{Report, Writer};

/// The writer.
#[derive(Debug, Clone, Copy)]
pub struct Markdown;

impl Writer for Markdown {
    fn write(&self, report: &Report) -> Vec<u8> {
        let mut out = String::from("# Report\n");
        for line in &report.summary {
            let _ = write!(out, "\n- {}", escaped(line));
        }
        out.push('\n');
        for section in &report.sections {
            let _ = write!(out, "\n## {}\n\n", section.title);
            let cells = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
            let visible = section.visible();
            out.push_str(&cells(
                visible.iter().filter_map(|at| section.columns.get(*at)).map(|c| escaped(c.title)).collect(),
            ));
            let number = |at: usize| section.rows.first().and_then(|r| r.get(at)).is_some_and(super::Value::is_number);
            out.push_str(&cells(
                visible.iter().map(|at| if number(*at) { "---:" } else { "---" }.to_owned()).collect(),
            ));
            for row in &section.rows {
                out.push_str(&cells(
                    visible.iter().filter_map(|at| row.get(*at)).map(|v| escaped(&v.pretty())).collect(),
                ));
            }
            if section.rows_cut > 0 {
                let _ = write!(out, "\n… and {} more.\n", super::value::grouped(section.rows_cut));
            }
            for note in &section.notes {
                let _ = write!(out, "\n{}\n", escaped(note));
            }
        }
        out.into_bytes()
    }
}

/// Backslash before everything that Markdown or HTML would read. [`super::Value::pretty`] has
/// already made control characters visible.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '|' | '[' | ']' | '(' | ')' | '<' | '>' | '`' | '*' | '_' | '#' | '!' | '~' | '&') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
