//! `breachwalk ingest`.

use super::args::{IngestArgs, Shape};
use super::config::Config;
use super::error::CliError;
use super::output::{Output, colour, now, width};
use super::progress::Bar;
use super::{exit, reading, shape};
use crate::case::{Case, EvidenceEntry};
use crate::domain::safe_text::escape;
use crate::evidence::{self, Source};
use crate::ingest::{Outcome, Settings, Summary, ingest};
use crate::report::{Column, Guard, LeftOut, Report, Section, Shown, Value};

pub(super) fn run(args: &IngestArgs, output: &mut Output) -> Result<u8, CliError> {
    let config = Config::load()?;
    let sources = evidence::collect(&args.evidence)?;
    let new_settings = reading::case_settings(&args.reading, &config)?;
    // Mistakes in flags are told before a folder is made.
    reading::settings(&args.reading, &config, &new_settings)?;
    let mut case = Case::open_or_create(&args.case, new_settings, now())?;
    case.reconcile_custody(now())?;
    let settings = reading::settings(&args.reading, &config, &case.settings)?;
    let settings = reading::with_classes(settings, &args.reading, &case)?;
    let summary = read(&mut case, &sources, &settings, output)?;
    tell(&summary, output);
    output.data(&shape::bytes(args.shape, &as_report(&summary), width(), colour(), Guard::Formulas)?)?;
    if args.shape == Shape::Table {
        output.say(&format!(
            "case {}: see it with `breachwalk report {0}`",
            escape(args.case.as_os_str().as_encoded_bytes())
        ));
    }
    Ok(code(&summary, args.strict))
}

/// For verbs that were given evidence: reads it and says only what is odd. Returns whether all of
/// it could be read: what could not, or was there already, is told with its reason.
pub(super) fn run_quietly(
    case: &mut Case,
    sources: &[Source],
    settings: &Settings,
    output: &mut Output,
) -> Result<Vec<LeftOut>, CliError> {
    let summary = read(case, sources, settings, output)?;
    let mut left_out = Vec::new();
    for outcome in summary.outcomes {
        match outcome {
            Outcome::Failed { name, error } => {
                output.warn(&error.to_string());
                left_out.push(LeftOut { name, why: error.to_string(), failed: true });
            }
            // Read by an earlier run of the same command, or the same bytes under another name.
            Outcome::Known { name, known_as, .. } if name != known_as => {
                left_out.push(LeftOut { name, why: format!("the same bytes as {known_as}"), failed: false });
            }
            Outcome::Known { .. } | Outcome::Added(_) => {}
        }
    }
    Ok(left_out)
}

fn read(case: &mut Case, sources: &[Source], settings: &Settings, output: &Output) -> Result<Summary, CliError> {
    let total = sources.iter().filter_map(Source::size).sum();
    let bar = Bar::new(total, output.may_draw());
    Ok(ingest(case, sources, settings, &bar, &now)?)
}

/// Files without an exchange that are named one by one; a folder of other things would fill screens.
const EMPTY_TOLD_MAX: usize = 5;

/// What the table does not say.
fn tell(summary: &Summary, output: &mut Output) {
    let mut empty = 0;
    for outcome in &summary.outcomes {
        match outcome {
            Outcome::Failed { error, .. } => output.warn(&error.to_string()),
            Outcome::Known { name, evidence_id, known_as } => output
                .say(&format!("{name}: already in the case as evidence {evidence_id} ({known_as}); nothing added")),
            Outcome::Added(entry) => {
                empty += usize::from(entry.exchanges == 0);
                tell_entry(entry, empty <= EMPTY_TOLD_MAX, output);
            }
        }
    }
    if empty > EMPTY_TOLD_MAX {
        output.warn(&format!(
            "… and {} more without an exchange; `breachwalk report` lists all evidence",
            empty - EMPTY_TOLD_MAX
        ));
    }
}

fn tell_entry(entry: &EvidenceEntry, empty_too: bool, output: &mut Output) {
    let name = &entry.name;
    if let Some(damage) = &entry.damage {
        output.warn(&format!("{name}: {}", escape(damage.as_bytes())));
    }
    if entry.exchanges == 0 && !empty_too {
        return;
    }
    if entry.exchanges == 0 && entry.decoded_bytes > 0 {
        output.warn(&format!("{name}: no exchange found; `breachwalk formats explain {name}` says what was tried"));
    } else if entry.rejects > 0 {
        output.say(&format!(
            "{name}: {} records could not be read; `breachwalk report` counts the reasons",
            entry.rejects
        ));
    }
}

fn as_report(summary: &Summary) -> Report {
    let column = |key, title| Column { key, title, shown: Shown::Always };
    let columns = vec![
        column("evidence_id", "#"),
        column("name", "Evidence"),
        column("format", "Format"),
        column("bytes", "Size"),
        column("exchanges", "Exchanges"),
        column("rejects", "Rejects"),
        column("repaired", "Repaired"),
        column("sha256", "SHA-256"),
    ];
    let rows = summary.added().map(|e| {
        vec![
            Value::Count(e.evidence_id as u64),
            Value::Name(e.name.clone()),
            Value::text(e.format.clone()),
            Value::Bytes(e.bytes),
            Value::Count(e.exchanges),
            Value::Count(e.rejects),
            Value::Count(e.repaired),
            Value::Digest(e.sha256.clone()),
        ]
    });
    let rows: Vec<_> = rows.collect();
    Report {
        summary: Vec::new(),
        sections: vec![Section { id: "added", title: "Added", notes: Vec::new(), columns, rows, rows_cut: 0 }],
    }
}

fn code(summary: &Summary, strict: bool) -> u8 {
    let failed = summary.outcomes.iter().any(|o| matches!(o, Outcome::Failed { .. }));
    let known = summary.outcomes.iter().any(|o| matches!(o, Outcome::Known { .. }));
    let exchanges: u64 = summary.added().map(|e| e.exchanges).sum();
    let rejects: u64 = summary.added().map(|e| e.rejects).sum();
    if exchanges == 0 && !known {
        exit::NO_EVIDENCE
    } else if strict && rejects > 0 {
        exit::REJECTS
    } else if failed {
        exit::ERROR
    } else {
        exit::DONE
    }
}
