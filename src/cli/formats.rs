//! `breachwalk formats`.

use super::args::{FormatsArgs, FormatsCommand, Shape};
use super::error::CliError;
use super::output::{Output, colour, width};
use super::{exit, explain, shape};
use crate::domain::{Int, Text};
use crate::parse::formats;
use crate::report::{Column, Guard, Report, Section, Shown, Value};

pub(super) fn run(args: &FormatsArgs, output: &mut Output) -> Result<u8, CliError> {
    match &args.command {
        None => list(Shape::Table, output),
        Some(FormatsCommand::List { shape }) => list(*shape, output),
        Some(FormatsCommand::Columns { shape }) => columns(*shape, output),
        Some(FormatsCommand::Explain { file, record, reading }) => explain::run(file, *record, reading, output),
    }
}

/// One section as a table.
pub(super) fn print(section: Section, output: &mut Output) -> Result<(), CliError> {
    print_as(Shape::Table, section, output)
}

fn print_as(shape: Shape, section: Section, output: &mut Output) -> Result<(), CliError> {
    let report = Report { summary: Vec::new(), sections: vec![section] };
    let bytes = shape::bytes(shape, &report, width(), colour(), Guard::Formulas)?;
    output.data(bytes.strip_prefix(b"\n").unwrap_or(&bytes))
}

fn list(shape: Shape, output: &mut Output) -> Result<u8, CliError> {
    let columns = vec![
        Column { key: "id", title: "Id", shown: Shown::Always },
        Column { key: "title", title: "Format", shown: Shown::Always },
        Column { key: "source", title: "Described in", shown: Shown::Always },
    ];
    let mut rows: Vec<Vec<Value>> = formats::ALL
        .iter()
        .map(|f| f.meta())
        .map(|m| vec![Value::Text(m.id.into()), Value::Text(m.title.into()), Value::Text(m.source.into())])
        .collect();
    rows.sort_by_key(|row| row.first().map(Value::plain));
    let notes =
        vec!["Own formats: --nginx-format, --apache-format, --envoy-format, --log-regex, --mapping.".to_owned()];
    print_as(shape, Section { id: "formats", title: "Formats", notes, columns, rows, rows_cut: 0 }, output)?;
    Ok(exit::DONE)
}

fn columns(shape: Shape, output: &mut Output) -> Result<u8, CliError> {
    let columns = vec![
        Column { key: "column", title: "Column", shown: Shown::Always },
        Column { key: "type", title: "Type", shown: Shown::Always },
        Column { key: "doc", title: "Holds", shown: Shown::Always },
    ];
    let row = |name: &str, kind: &str, doc: &str| {
        vec![Value::Text(name.into()), Value::Text(kind.into()), Value::Text(doc.into())]
    };
    let texts = Text::ALL.iter().map(|f| row(f.column(), "text", f.doc()));
    let ints = Int::ALL.iter().map(|f| row(f.column(), "integer", f.doc()));
    let section = Section {
        id: "columns",
        title: "Columns of an exchange",
        notes: Vec::new(),
        columns,
        rows: texts.chain(ints).collect(),
        rows_cut: 0,
    };
    print_as(shape, section, output)?;
    Ok(exit::DONE)
}
