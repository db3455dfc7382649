//! CSV (RFC 4180). A report of one section is a plain table; one of several is in long form:
//! section, row, column, value.

use super::value::safe_name;
use super::{Report, Section, Value, Writer};
use crate::domain::safe_text::escape;

/// Whether cells that a spreadsheet would run are defused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Text that begins like a formula gets a leading `'`.
    Formulas,
    /// Text goes out as it is.
    Raw,
}

/// The writer.
#[derive(Debug, Clone, Copy)]
pub struct Csv(pub Guard);

impl Writer for Csv {
    fn write(&self, report: &Report) -> Vec<u8> {
        let mut out = String::new();
        if let [section] = report.sections.as_slice() {
            self.wide(section, &mut out);
        } else {
            Self::line(["section", "row", "column", "value"].iter().map(|s| (*s).to_owned()), &mut out);
            for section in &report.sections {
                self.long(section, &mut out);
            }
        }
        out.into_bytes()
    }
}

impl Csv {
    fn wide(self, section: &Section, out: &mut String) {
        Self::line(section.columns.iter().map(|c| c.key.to_owned()), out);
        for row in &section.rows {
            Self::line(row.iter().map(|v| self.value(v)), out);
        }
    }

    fn long(self, section: &Section, out: &mut String) {
        for (i, row) in section.rows.iter().enumerate() {
            for (column, value) in section.columns.iter().zip(row) {
                Self::line(
                    [section.id.to_owned(), (i + 1).to_string(), column.key.to_owned(), self.value(value)].into_iter(),
                    out,
                );
            }
        }
    }

    fn line(cells: impl Iterator<Item = String>, out: &mut String) {
        for (i, cell) in cells.enumerate() {
            if i > 0 {
                out.push(',');
            }
            if cell.contains([',', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
                out.push('"');
                out.push_str(&cell.replace('"', "\"\""));
                out.push('"');
            } else {
                out.push_str(&cell);
            }
        }
        out.push_str("\r\n");
    }

    /// Text of a cell; numbers are never guarded.
    fn value(self, value: &Value) -> String {
        let (Value::Text(text) | Value::Name(text) | Value::Digest(text)) = value else { return value.plain() };
        if self.0 == Guard::Raw {
            return text.clone();
        }
        let text = if matches!(value, Value::Name(_)) { safe_name(text) } else { escape(text.as_bytes()) };
        // Also the full-width forms, which some spreadsheets fold.
        let risky = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '|', '%']);
        // A negative number is no formula.
        let risky = risky && text.parse::<i64>().is_err();
        if risky { format!("'{text}") } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_cells_quoted() {
        let csv = Csv(Guard::Formulas);
        assert_eq!(csv.value(&Value::Text("=1+1".into())), "'=1+1");
        assert_eq!(csv.value(&Value::Text("＝1".into())), "'＝1");
        assert_eq!(csv.value(&Value::Text("\x1b]0;x\x07".into())), "\\x1b]0;x\\x07");
        assert_eq!(Csv(Guard::Raw).value(&Value::Text("=1+1".into())), "=1+1");
        assert_eq!(csv.value(&Value::Duration(-5)), "-5");
        let mut out = String::new();
        Csv::line(["a\"b".to_owned(), "c,d".to_owned(), "e".to_owned()].into_iter(), &mut out);
        assert_eq!(out, "\"a\"\"b\",\"c,d\",e\r\n");
    }
}
