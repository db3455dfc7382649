//! Tables for a terminal.

use comfy_table::{
    Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table as Comfy, Width, presets,
};

use super::{Report, Section, Value, Writer};

/// Narrowest a column of text may get before other columns must give way.
const TEXT_LEAST: u16 = 16;
/// A date: a moment may break behind it.
const DATE: u16 = 10;

/// What must not be broken: numbers never, moments only between date and time, text late.
fn constraint(section: &Section, at: usize) -> ColumnConstraint {
    let values = || section.rows.iter().filter_map(|row| row.get(at));
    if values().all(|v| v.is_number() || *v == Value::Null) {
        return ColumnConstraint::ContentWidth;
    }
    if values().all(|v| matches!(v, Value::Minute(_) | Value::Null)) {
        return ColumnConstraint::LowerBoundary(Width::Fixed(DATE + 1));
    }
    let widest = values().map(|v| v.pretty().chars().count()).max().unwrap_or(0);
    let least = TEXT_LEAST.min(u16::try_from(widest + 2).unwrap_or(u16::MAX));
    ColumnConstraint::LowerBoundary(Width::Fixed(least))
}

/// The writer.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Columns of the terminal.
    pub width: u16,
    /// Whether headings may be bold.
    pub colour: bool,
}

impl Writer for Table {
    fn write(&self, report: &Report) -> Vec<u8> {
        let mut out = String::new();
        for line in &report.summary {
            self.wrapped("", line, &mut out);
        }
        for section in &report.sections {
            out.push('\n');
            self.section(section, &mut out);
        }
        out.into_bytes()
    }
}

impl Table {
    fn section(self, section: &Section, out: &mut String) {
        out.push_str(&self.bold(section.title));
        out.push('\n');
        if section.rows.is_empty() {
            out.push_str("  none\n");
        } else {
            let table = self.table(section);
            for line in table.lines() {
                out.push_str(line.trim_end());
                out.push('\n');
            }
        }
        if section.rows_cut > 0 {
            self.wrapped(
                "  ",
                &format!("… and {} more; --top 0 shows all", super::value::grouped(section.rows_cut)),
                out,
            );
        }
        for note in &section.notes {
            self.wrapped("  ", note, out);
        }
    }

    fn table(self, section: &Section) -> Comfy {
        let visible = section.visible();
        let mut table = Comfy::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(self.width);
        if self.colour {
            table.enforce_styling();
        }
        table.set_header(visible.iter().filter_map(|at| section.columns.get(*at)).map(|c| {
            let cell = Cell::new(c.title);
            if self.colour { cell.add_attribute(Attribute::Underlined) } else { cell }
        }));
        let numbers: Vec<usize> = visible.iter().copied().filter(|at| section.is_number(*at)).collect();
        for row in &section.rows {
            table.add_row(visible.iter().filter_map(|at| row.get(*at).map(|v| (at, v))).map(|(at, v)| {
                let cell = Cell::new(v.pretty());
                let right = v.is_number() || numbers.contains(at);
                if right { cell.set_alignment(CellAlignment::Right) } else { cell }
            }));
        }
        for (i, at) in visible.iter().enumerate() {
            let Some(column) = table.column_mut(i) else { continue };
            column.set_padding((u16::from(i == 0), 1));
            column.set_constraint(constraint(section, *at));
        }
        table
    }

    fn bold(self, text: &str) -> String {
        if self.colour { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A sentence, broken at blanks to the width.
    fn wrapped(self, indent: &str, text: &str, out: &mut String) {
        let text = crate::domain::safe_text::escape(text.as_bytes());
        let width = usize::from(self.width).saturating_sub(indent.len());
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                out.push_str(indent);
                out.push_str(&line);
                out.push('\n');
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        out.push_str(indent);
        out.push_str(&line);
        out.push('\n');
    }
}
