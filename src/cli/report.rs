//! `breachwalk report`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::args::{ReportArgs, Shape};
use super::error::CliError;
use super::output::{Output, colour, now, width};
use super::{baseline, cache, exit, shape};
use crate::analysis::{self, Analysis, Verdicts};
use crate::case::Case;
use crate::domain::time::iso;
use crate::domain::{Micros, Severity};
use crate::facts::{Inventory, inventory};
use crate::frame::sql;
use crate::frame::summary::Window;
use crate::ingest::to_utc;
use crate::report::notice::{self, Regime};
use crate::report::{
    Guard, Html, OUTCOME_SECTIONS, Options, OutcomeOptions, Report, SCHEMA, SECTIONS, Writer as _, build,
    build_outcome, sarif, stix, tenant, timesketch,
};

/// Sections of the exposure report that the evidence's own sections say better.
const SAID_ELSEWHERE: &[&str] = &["evidence", "gaps"];

pub(super) fn run(args: &ReportArgs, output: &mut Output) -> Result<u8, CliError> {
    if args.schema {
        output.data(SCHEMA.as_bytes())?;
        return Ok(exit::DONE);
    }
    check_sections(&args.section)?;
    let zone = args.reading.zone.as_deref().map_or(Ok(TimeZone::UTC), TimeZone::get);
    let zone =
        zone.map_err(|e| CliError::Usage(format!("--zone: {e}; write an IANA name such as Asia/Kolkata, or UTC")))?;
    let window = window(args, &zone)?;
    let regime = args.notice.as_deref().map(regime).transpose()?;
    let aware_at = time("aware-at", args.aware_at.as_deref(), &zone)?;
    refuse_evidence(args)?;
    let mut opened = cache::open(&args.inputs, &args.reading, output)?;
    let options = analysis::Options {
        window,
        verdicts: verdicts(args, &opened.case)?,
        classes: opened.case.classes()?,
        openapi: openapi(args, &opened.case)?,
    };
    let mut analysis = analysis::analyse(&opened.case, &options)?;
    for name in options.verdicts.unmatched(&analysis.facts) {
        let name = crate::domain::safe_text::escape(name.as_bytes());
        output.warn(&format!("{name}: no actor of that name; `--section clients` and `query` list actors"));
    }
    for (name, actors) in options.verdicts.shared(&analysis.facts) {
        let name = crate::domain::safe_text::escape(name.as_bytes());
        output.warn(&format!(
            "{name} is the address of {} actors: {}; name one by its key",
            actors.len(),
            actors.join(", ")
        ));
    }
    if let Some(path) = &args.baseline {
        baseline::subtract(&mut analysis.outcome, path, &options)?;
    }
    let options = Options { top: args.top, window, sections: args.section.clone(), left_out: opened.left_out };
    if let Some(folder) = &args.per_tenant {
        letters(&analysis, folder, args.force, output)?;
    } else if args.shape == Shape::Parquet {
        parquet(&analysis, args, output)?;
    } else {
        let bytes = match (regime, &args.tenant) {
            (Some(regime), _) => notice::draft(&analysis.outcome, regime, aware_at.unwrap_or_default()).into_bytes(),
            (None, Some(key)) => letter(&analysis, key)?.into_bytes(),
            (None, None) => report(args, &opened.case, &options, &analysis)?,
        };
        output.data_to(args.output.as_deref(), args.force, &bytes)?;
    }
    log(&mut opened.case, args, output);
    let evidence = &opened.case.manifest.evidence;
    if evidence.iter().all(|e| e.exchanges == 0) {
        output.warn("no exchange was found in any evidence; `breachwalk formats explain FILE` says what was tried");
        return Ok(exit::NO_EVIDENCE);
    }
    if args.strict && evidence.iter().any(|e| e.rejects > 0) {
        return Ok(exit::REJECTS);
    }
    let least = args.fail_on.as_deref().and_then(Severity::from_code);
    if least.is_some_and(|least| analysis.outcome.findings.iter().any(|f| f.severity >= least)) {
        return Ok(exit::FINDINGS);
    }
    Ok(if options.left_out.iter().any(|l| l.failed) { exit::ERROR } else { exit::DONE })
}

fn check_sections(sections: &[String]) -> Result<(), CliError> {
    for id in sections {
        if !SECTIONS.contains(&id.as_str()) && !OUTCOME_SECTIONS.contains(&id.as_str()) {
            let all: BTreeSet<&str> = SECTIONS.iter().chain(OUTCOME_SECTIONS).copied().collect();
            let all: Vec<&str> = all.into_iter().collect();
            return Err(CliError::Usage(format!("--section {id}: no such section; there are {}", all.join(", "))));
        }
    }
    Ok(())
}

fn window(args: &ReportArgs, zone: &TimeZone) -> Result<Window, CliError> {
    let window = Window {
        since: time("since", args.since.as_deref(), zone)?,
        until: time("until", args.until.as_deref(), zone)?,
    };
    if let (Some(since), Some(until)) = (window.since, window.until)
        && since >= until
    {
        return Err(CliError::Usage("--since is not before --until: nothing lies between".into()));
    }
    Ok(window)
}

/// The API's own description: the flag's, else the lens', whose path is taken from the case's folder.
fn openapi(args: &ReportArgs, case: &Case) -> Result<Option<Arc<Inventory>>, CliError> {
    let said = case.settings.lens.openapi.as_ref().map(|path| case.folder().join(path));
    let Some(path) = args.openapi.clone().or(said) else { return Ok(None) };
    let shown = crate::domain::safe_text::escape(path.as_os_str().as_encoded_bytes());
    let bytes = std::fs::read(&path).map_err(|e| CliError::Failed(format!("{shown}: {e}")))?;
    let inventory = inventory::read(&bytes).map_err(|e| CliError::Failed(format!("{shown}: {e}")))?;
    Ok(Some(Arc::new(inventory)))
}

/// What flags and the case's notes say of actors; a flag wins.
pub(super) fn verdicts(args: &ReportArgs, case: &Case) -> Result<Verdicts, CliError> {
    let mut verdicts = noted(case)?;
    for name in &args.actor {
        verdicts.legitimate.remove(name);
        verdicts.intruders.insert(name.clone(), String::new());
    }
    for name in &args.legitimate {
        verdicts.intruders.remove(name);
        verdicts.legitimate.insert(name.clone(), String::new());
    }
    Ok(verdicts)
}

/// What the case's notes say of actors.
pub(super) fn noted(case: &Case) -> Result<Verdicts, CliError> {
    let mut verdicts = Verdicts::default();
    for note in case.notes()? {
        verdicts.intruders.remove(&note.actor);
        verdicts.legitimate.remove(&note.actor);
        match note.verdict.as_str() {
            "intruder" => verdicts.intruders.insert(note.actor, note.why),
            "legitimate" => verdicts.legitimate.insert(note.actor, note.why),
            _ => None,
        };
    }
    Ok(verdicts)
}

fn report(args: &ReportArgs, case: &Case, options: &Options, analysis: &Analysis) -> Result<Vec<u8>, CliError> {
    let outcome = &analysis.outcome;
    match args.shape {
        Shape::Stix => return Ok(stix::write(outcome)),
        Shape::Sarif => return Ok(sarif::write(outcome)),
        Shape::Timesketch => return Ok(timesketch::write(outcome)),
        _ => {}
    }
    let report = whole(args, case, options, analysis)?;
    if args.shape == Shape::Html {
        return Ok(Html { outcome: Some(outcome) }.write(&report));
    }
    let guard = if args.csv_raw { Guard::Raw } else { Guard::Formulas };
    let to_terminal = args.output.is_none() && args.shape == Shape::Table;
    shape::bytes(args.shape, &report, width(), to_terminal && colour(), guard)
}

/// The exposure first, then what the evidence holds.
fn whole(args: &ReportArgs, case: &Case, options: &Options, analysis: &Analysis) -> Result<Report, CliError> {
    let named = |list: &[&str]| -> Vec<String> {
        args.section.iter().filter(|s| list.contains(&s.as_str())).cloned().collect()
    };
    let mut sections = named(OUTCOME_SECTIONS);
    sections.retain(|s| !SAID_ELSEWHERE.contains(&s.as_str()));
    if args.section.is_empty() {
        sections = OUTCOME_SECTIONS
            .iter()
            .filter(|s| !SAID_ELSEWHERE.contains(s) && (**s != "ledger" || args.explain))
            .map(|s| (*s).to_owned())
            .collect();
    } else if args.explain {
        sections.push("ledger".to_owned());
    }
    let mut report = if sections.is_empty() {
        Report::default()
    } else {
        build_outcome(&analysis.outcome, &OutcomeOptions { top: options.top, sections })
    };
    let wanted = named(SECTIONS);
    if args.section.is_empty() || !wanted.is_empty() {
        let base = build(case, &Options { sections: wanted, ..options.clone() })?;
        report.summary.extend(base.summary);
        report.sections.extend(base.sections);
    }
    Ok(report)
}

fn letter(analysis: &Analysis, key: &str) -> Result<String, CliError> {
    let key = key.replacen('=', ":", 1);
    tenant::letter(&analysis.outcome, &key).ok_or_else(|| {
        CliError::Failed(format!(
            "{key}: no intruder got anything of it; `breachwalk report` lists whose data was taken, `breachwalk find` looks everywhere"
        ))
    })
}

/// A folder of Parquet files.
fn parquet(analysis: &Analysis, args: &ReportArgs, output: &mut Output) -> Result<(), CliError> {
    let Some(folder) = &args.output else {
        return Err(CliError::Usage("-f parquet writes several files: name their folder with -o".into()));
    };
    let shown = crate::domain::safe_text::escape(folder.as_os_str().as_encoded_bytes());
    std::fs::create_dir_all(folder).map_err(|e| CliError::Failed(format!("{shown}: {e}")))?;
    for table in analysis.tables() {
        let path = folder.join(format!("{}.parquet", table.name));
        if path.exists() && !args.force {
            return Err(CliError::Failed(format!("{shown}: {}.parquet exists; add --force to replace it", table.name)));
        }
        sql::write_parquet(&table, &path)?;
    }
    output.say(&format!("exposure, findings, actors and endpoints are in {shown}"));
    Ok(())
}

/// One letter a tenant. Names of files are made of letters and digits only.
fn letters(analysis: &Analysis, folder: &Path, force: bool, output: &mut Output) -> Result<(), CliError> {
    let shown = crate::domain::safe_text::escape(folder.as_os_str().as_encoded_bytes());
    std::fs::create_dir_all(folder).map_err(|e| CliError::Failed(format!("{shown}: {e}")))?;
    let mut written = 0;
    for t in &analysis.outcome.tenants {
        let key = format!("{}:{}", t.name, t.key);
        let Some(text) = tenant::letter(&analysis.outcome, &key) else { continue };
        let plain: String = t.key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(80).collect();
        let file = folder.join(format!("{}-{plain}.md", t.name));
        output.data_to(Some(&file), force, text.as_bytes())?;
        written += 1;
    }
    output.say(&format!("{written} letters in {shown}"));
    Ok(())
}

fn regime(code: &str) -> Result<Regime, CliError> {
    Regime::from_code(code).ok_or_else(|| {
        let all: Vec<&str> = Regime::ALL.iter().map(|r| r.code()).collect();
        CliError::Usage(format!("--notice {code}: there are {}", all.join(", ")))
    })
}

/// Writes into the custody log that a report was made, where the case may be written to.
fn log(case: &mut Case, args: &ReportArgs, output: &mut Output) {
    let what = serde_json::json!({
        "format": format!("{:?}", args.shape).to_lowercase(),
        "output": args.output.as_ref().map(|p| p.to_string_lossy()),
        "actors": args.actor, "tenant": args.tenant, "notice": args.notice,
    });
    if let Err(e) = case.note_command(now(), "report", what) {
        output.say(&format!("the custody log does not have this report: {e}"));
    }
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
