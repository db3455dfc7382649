//! `breachwalk report`.

use super::args::{ReportArgs, Shape};
use super::error::CliError;
use super::output::{Output, colour, width};
use super::{cache, exit, shape};
use crate::domain::Micros;
use crate::domain::time::iso;
use crate::frame::summary::Window;
use crate::report::{Guard, Options, SECTIONS, build};

pub(super) fn run(args: &ReportArgs, output: &mut Output) -> Result<u8, CliError> {
    for id in &args.section {
        if !SECTIONS.contains(&id.as_str()) {
            return Err(CliError::Usage(format!("--section {id}: no such section; there are {}", SECTIONS.join(", "))));
        }
    }
    let window = Window { since: time("since", args.since.as_deref())?, until: time("until", args.until.as_deref())? };
    let opened = cache::open(&args.inputs, &args.reading, output)?;
    let options = Options { top: args.top, window, sections: args.section.clone() };
    let report = build(&opened.case, &options)?;
    let guard = if args.csv_raw { Guard::Raw } else { Guard::Formulas };
    let to_terminal = args.output.is_none() && args.shape == Shape::Table;
    let bytes = shape::bytes(args.shape, &report, width(), to_terminal && colour(), guard);
    output.data_to(args.output.as_deref(), args.force, &bytes)?;
    let evidence = &opened.case.manifest.evidence;
    if evidence.iter().all(|e| e.exchanges == 0) {
        output.warn("no exchange was found in any evidence; `breachwalk formats explain FILE` says what was tried");
        return Ok(exit::NO_EVIDENCE);
    }
    if args.strict && evidence.iter().any(|e| e.rejects > 0) {
        return Ok(exit::REJECTS);
    }
    Ok(if opened.complete { exit::DONE } else { exit::ERROR })
}

/// A moment as typed: RFC 3339, or a date (its midnight, UTC).
fn time(flag: &str, text: Option<&str>) -> Result<Option<Micros>, CliError> {
    let Some(text) = text else { return Ok(None) };
    let midnight = format!("{text}T00:00:00Z");
    let stamp = iso(text.as_bytes()).or_else(|| iso(midnight.as_bytes()));
    let stamp = stamp
        .ok_or_else(|| CliError::Usage(format!("--{flag} {text:?}: write 2024-09-11 or 2024-09-11T02:54:00+05:30")))?;
    Ok(Some(stamp.at))
}
