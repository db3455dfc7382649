//! `breachwalk case`.

use std::path::Path;

use super::args::{CaseArgs, CaseCommand};
use super::error::CliError;
use super::exit;
use super::output::{Output, now};
use crate::case::{Case, CaseSettings, Outcome, verify};
use crate::domain::safe_text::escape;

pub(super) fn run(args: &CaseArgs, output: &mut Output) -> Result<u8, CliError> {
    match &args.command {
        CaseCommand::Verify { case, json } => run_verify(case, *json, output),
        CaseCommand::Log { case, json } => run_log(case, *json, output),
        CaseCommand::Note { case, actor, verdict, why } => {
            Case::open(case)?;
            let mut case = Case::open_or_create(case, CaseSettings::default(), now())?;
            case.note(now(), actor, verdict, why)?;
            output.say(&format!("{}: {verdict}", escape(actor.as_bytes())));
            Ok(exit::DONE)
        }
        CaseCommand::Digest { case } => {
            let case = Case::open(case)?;
            output.data(format!("{}\n", case.manifest.digest()).as_bytes())?;
            Ok(exit::DONE)
        }
    }
}

fn run_verify(folder: &Path, json: bool, output: &mut Output) -> Result<u8, CliError> {
    let case = Case::open(folder)?;
    let result = verify(&case)?;
    if json {
        let text = serde_json::to_string_pretty(&result).map_err(|e| CliError::Failed(e.to_string()))?;
        output.data(format!("{text}\n").as_bytes())?;
    } else {
        for check in &result.checks {
            let word = match check.outcome {
                Outcome::Ok => "ok     ",
                Outcome::Failed => "FAILED ",
                Outcome::Missing => "MISSING",
            };
            output.data(
                format!("{word} {}: {}\n", escape(check.what.as_bytes()), escape(check.detail.as_bytes())).as_bytes(),
            )?;
        }
    }
    if result.is_sound() {
        return Ok(exit::DONE);
    }
    output.warn("the case is not as it was made; the lines above say where");
    Ok(exit::ERROR)
}

fn run_log(folder: &Path, json: bool, output: &mut Output) -> Result<u8, CliError> {
    let case = Case::open(folder)?;
    let (entries, torn) = case.custody().read()?;
    for entry in &entries {
        let line = if json {
            serde_json::to_string(entry).map_err(|e| CliError::Failed(e.to_string()))?
        } else {
            let hash: String = entry.hash.chars().take(12).collect();
            format!(
                "{:>4}  {}  {}  {:<16} {}",
                entry.seq,
                entry.time,
                hash,
                escape(entry.action.as_bytes()),
                escape(entry.detail.to_string().as_bytes())
            )
        };
        output.data(format!("{line}\n").as_bytes())?;
    }
    if let Some(torn) = torn {
        output.warn(&format!(
            "the last line is unfinished ({} bytes): a command was killed while it wrote; the next ingest notes it",
            torn.bytes
        ));
    }
    Ok(exit::DONE)
}
