//! `--baseline`: what an earlier case or report has already is not told again.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::error::CliError;
use super::report;
use crate::analysis::{self, Options};
use crate::case::Case;
use crate::domain::safe_text::escape;
use crate::exposure::Outcome;

/// What makes two findings the same: rule, endpoints, actors. Numbers in sentences may differ.
type FindingKey = (String, Vec<String>, Vec<String>);

/// What makes two exposed things the same. People are left out: their fingerprints differ from case
/// to case.
type RowKey = (String, String, String, String);

fn findings(outcome: &Outcome) -> impl Iterator<Item = FindingKey> + '_ {
    outcome.findings.iter().map(|f| {
        let actors = f.actors.iter().filter_map(|a| outcome.actor(*a)).map(|a| a.key.clone());
        (f.rule.clone(), f.endpoints.clone(), actors.collect())
    })
}

fn rows(outcome: &Outcome) -> impl Iterator<Item = RowKey> + '_ {
    outcome.ledger.iter().map(|r| {
        let actor = outcome.actor(r.actor).map_or(String::new(), |a| a.key.clone());
        let tenant =
            r.tenant.and_then(|t| outcome.tenant(t)).map_or(String::new(), |t| format!("{}={}", t.name, t.key));
        let class = outcome.class(r.class).map_or(String::new(), |c| c.id.clone());
        (actor, tenant, class, r.record.clone())
    })
}

/// Takes out of an outcome what the baseline has: findings, ledger rows, and tenants of which nothing
/// new was got.
pub(super) fn subtract(outcome: &mut Outcome, baseline: &Path, options: &Options) -> Result<(), CliError> {
    let shown = escape(baseline.as_os_str().as_encoded_bytes());
    if !baseline.join("case.toml").is_file() {
        return Err(CliError::Usage(format!(
            "--baseline {shown}: not a case; make one with `breachwalk ingest --case`"
        )));
    }
    let case = Case::open(baseline)?;
    let verdicts = report::noted(&case)?;
    let verdicts = if verdicts == analysis::Verdicts::default() { options.verdicts.clone() } else { verdicts };
    let before =
        analysis::analyse(&case, &Options { verdicts, classes: Arc::clone(&options.classes), ..options.clone() })?;
    let (known, had) =
        (findings(&before.outcome).collect::<BTreeSet<_>>(), rows(&before.outcome).collect::<BTreeSet<_>>());
    let mut new: Vec<bool> = findings(outcome).map(|f| !known.contains(&f)).collect();
    let mut at = new.drain(..);
    let all = outcome.findings.len();
    outcome.findings.retain(|_| at.next().unwrap_or(true));
    drop(at);
    let mut new: Vec<bool> = rows(outcome).map(|r| !had.contains(&r)).collect();
    let mut at = new.drain(..);
    let count = outcome.ledger.len();
    outcome.ledger.retain(|_| at.next().unwrap_or(true));
    drop(at);
    outcome.limits.push(format!(
        "Compared with {shown}: {} of {all} findings and {} of {count} ledger rows are new; the other tables are whole.",
        outcome.findings.len(),
        outcome.ledger.len()
    ));
    Ok(())
}
