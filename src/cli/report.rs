//! `breachwalk report`.

use jiff::tz::TimeZone;

use super::args::{ReportArgs, Shape};
use super::error::CliError;
use super::output::{Output, colour, width};
use super::{cache, exit, shape};
use crate::domain::Micros;
use crate::domain::time::iso;
use crate::frame::summary::Window;
use crate::ingest::to_utc;
use crate::report::{Guard, Options, SECTIONS, build};

pub(super) fn run(args: &ReportArgs, output: &mut Output) -> Result<u8, CliError> {
    for id in &args.section {
        if !SECTIONS.contains(&id.as_str()) {
            return Err(CliError::Usage(format!("--section {id}: no such section; there are {}", SECTIONS.join(", "))));
        }
    }
    let zone = args.reading.zone.as_deref().map_or(Ok(TimeZone::UTC), TimeZone::get);
    let zone =
        zone.map_err(|e| CliError::Usage(format!("--zone: {e}; write an IANA name such as Asia/Kolkata, or UTC")))?;
    let window = Window {
        since: time("since", args.since.as_deref(), &zone)?,
        until: time("until", args.until.as_deref(), &zone)?,
    };
    if let (Some(since), Some(until)) = (window.since, window.until)
        && since >= until
    {
        return Err(CliError::Usage("--since is not before --until: nothing lies between".into()));
    }
    refuse_evidence(args)?;
    let opened = cache::open(&args.inputs, &args.reading, output)?;
    let options = Options { top: args.top, window, sections: args.section.clone(), left_out: opened.left_out };
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
    Ok(if options.left_out.iter().any(|l| l.failed) { exit::ERROR } else { exit::DONE })
}

/// A moment as typed: RFC 3339, or without an offset in `--zone`; a date is its midnight.
fn time(flag: &str, text: Option<&str>, zone: &TimeZone) -> Result<Option<Micros>, CliError> {
    let Some(text) = text else { return Ok(None) };
    let midnight = format!("{text}T00:00:00");
    let stamp = iso(text.as_bytes()).or_else(|| iso(midnight.as_bytes()));
    let stamp = stamp.ok_or_else(|| {
        CliError::Usage(format!(
            "--{flag} {text:?}: write 2024-09-11 or 2024-09-11T02:54:00+05:30, a year from 1970 to 2200"
        ))
    })?;
    Ok(Some(if stamp.zoned { stamp.at } else { to_utc(stamp.at, zone) }))
}

/// Evidence is never written to, `--force` or not.
fn refuse_evidence(args: &ReportArgs) -> Result<(), CliError> {
    let Some(Ok(output)) = args.output.as_ref().map(std::fs::canonicalize) else { return Ok(()) };
    let is_input = |input: &String| std::fs::canonicalize(input).is_ok_and(|i| output == i || output.starts_with(&i));
    if args.force && args.inputs.iter().any(is_input) {
        let shown = crate::domain::safe_text::escape(output.as_os_str().as_encoded_bytes());
        return Err(CliError::Usage(format!(
            "{shown}: this is evidence or part of a case, which is never written to; name another file"
        )));
    }
    Ok(())
}
