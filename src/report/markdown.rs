//! Markdown tables (GitHub flavour). Text from the evidence is escaped so that it stays text.

use std::fmt::Write as _;

use super::value::safe_name;
use super::{Report, Writer};

/// The writer.
#[derive(Debug, Clone, Copy)]
pub struct Markdown;

impl Writer for Markdown {
    fn write(&self, report: &Report) -> Vec<u8> {
        let mut out = String::from("# Report\n");
        for line in &report.summary {
            let _ = write!(out, "\n- {}", plain(line));
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
                let _ = write!(out, "\n{}\n", plain(note));
            }
        }
        out.into_bytes()
    }
}

/// Text that has not been made visible yet: hidden characters are written out, then [`escaped`].
pub(super) fn plain(text: &str) -> String {
    let out = escaped(&safe_name(text));
    // A list, a rule or a heading where it begins a line.
    if out.starts_with(['-', '+', '=']) { format!("\\{out}") } else { out }
}

/// Backslash before everything that Markdown or HTML would read, and before what would make a link
/// of an address. [`super::Value::pretty`] has already made control characters visible.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let rest = || text.get(at..).unwrap_or_default();
        let before = || text.get(..at).unwrap_or_default();
        let special = match c {
            '\\' | '|' | '[' | ']' | '(' | ')' | '<' | '>' | '`' | '*' | '_' | '#' | '!' | '~' | '&' | '@' => true,
            ':' => rest().starts_with("://"),
            '.' => before().get(at.saturating_sub(3)..).is_some_and(|w| w.eq_ignore_ascii_case("www")),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(plain("a|b `c` <d>\n# e"), r"a\|b \`c\` \<d\>\\x0a\# e");
        assert_eq!(plain("http://x www.y.z @me 02:54"), r"http\://x www\.y.z \@me 02:54");
        assert_eq!(plain("- a - b"), r"\- a - b");
    }
}
