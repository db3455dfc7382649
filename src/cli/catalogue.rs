//! `breachwalk classes` and `breachwalk detectors`: what is looked for, from the registries.

use super::args::ListArgs;
use super::error::CliError;
use super::exit;
use super::output::{Output, colour, width};
use super::shape;
use crate::classify::ClassSet;
use crate::detect;
use crate::report::{Column, Guard, Report, Section, Shown, Value};

const fn column(key: &'static str, title: &'static str) -> Column {
    Column { key, title, shown: Shown::Always }
}

const fn machines(key: &'static str) -> Column {
    Column { key, title: key, shown: Shown::Machines }
}

fn print(
    (id, title): (&'static str, &'static str),
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
    args: &ListArgs,
    output: &mut Output,
) -> Result<u8, CliError> {
    let section = Section { id, title, notes: Vec::new(), columns, rows, rows_cut: 0 };
    let report = Report { summary: Vec::new(), sections: vec![section] };
    output.data(&shape::bytes(args.shape, &report, width(), colour(), Guard::Formulas)?)?;
    Ok(exit::DONE)
}

/// The data classes.
pub(super) fn classes(args: &ListArgs, output: &mut Output) -> Result<u8, CliError> {
    let set = ClassSet::built_in();
    let rows = set.iter().map(|(_, class)| {
        let m = class.meta();
        vec![
            Value::Text(m.id.to_owned()),
            Value::Text(m.title.to_owned()),
            Value::Text(format!("{:?}", m.sensitivity).to_lowercase()),
            Value::Text(if m.identifies { "yes" } else { "" }.to_owned()),
            Value::Text(m.check.to_owned()),
            Value::Text(m.keys.join(" ")),
        ]
    });
    let columns = vec![
        column("id", "Id"),
        column("title", "Class"),
        column("sensitivity", "Kind"),
        column("identifies", "Person"),
        column("check", "Check"),
        machines("keys"),
    ];
    print(("classes", "Data classes"), columns, rows.collect(), args, output)
}

/// The detectors.
pub(super) fn detectors(args: &ListArgs, output: &mut Output) -> Result<u8, CliError> {
    let rows = detect::ALL.iter().map(|detector| {
        let m = detector.meta();
        let cwe: Vec<String> = m.cwe.iter().map(u32::to_string).collect();
        vec![
            Value::Text(m.id.to_owned()),
            Value::Text(m.title.to_owned()),
            Value::Text(m.owasp.join(" ")),
            Value::Text(cwe.join(" ")),
            Value::Text(m.method.to_owned()),
            Value::Text(m.quiet.to_owned()),
        ]
    });
    let columns = vec![
        column("id", "Id"),
        column("title", "Detector"),
        column("owasp", "OWASP"),
        machines("cwe"),
        machines("method"),
        column("quiet", "Stays quiet on"),
    ];
    print(("detectors", "Detectors"), columns, rows.collect(), args, output)
}
