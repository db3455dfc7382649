//! From a case to an answer: rows are read once into facts and ledger, detectors judge the facts,
//! verdicts decide who is an intruder, and all of it becomes one [`Outcome`].

mod answers;
mod context;
mod estimates;
mod fill;
mod inventory;
mod severity;
mod tables;
mod verdicts;

use std::sync::Arc;

pub use tables::TABLES;
pub use verdicts::Verdicts;

use crate::case::{Case, CaseError};
use crate::classify::ClassSet;
use crate::detect::{self, Finding};
use crate::domain::time::SECOND;
use crate::exposure::ledger::{self, Ledger};
use crate::exposure::outcome::Outcome;
use crate::facts::{Builder, Facts, Inventory};
use crate::frame::links::{self, Link};
use crate::frame::rows::{self, ChunkFiles};
use crate::frame::schema::Table;
use crate::frame::summary::{Exchanges, Gap, Window};
use context::Context;

/// Shortest stretch that counts as a gap: a quarter of an hour without any request is odd for a
/// platform that takes orders, and short enough to hide a walk in.
pub const GAP_LEAST: i64 = 15 * 60 * SECOND;
/// A gap is also this many times longer than the usual distance of two exchanges.
pub const GAP_FACTOR: i64 = 30;

/// What to analyse, and what is known of the actors.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which exchanges.
    pub window: Window,
    /// What the analyst says of actors.
    pub verdicts: Verdicts,
    /// Data classes, the user's own among them.
    pub classes: Arc<ClassSet>,
    /// The API's own description.
    pub openapi: Option<Arc<Inventory>>,
}

/// All that is known of a case.
#[derive(Debug)]
pub struct Analysis {
    /// What the rows say.
    pub facts: Facts,
    /// Who got what, everybody.
    pub ledger: Ledger,
    /// What detectors saw, worst first.
    pub findings: Vec<Finding>,
    /// What reports are made of.
    pub outcome: Outcome,
}

/// Analyses a case.
pub fn analyse(case: &Case, options: &Options) -> Result<Analysis, CaseError> {
    let lens = &case.settings.lens;
    let context = Context::new(case, options)?;
    let mut facts = Builder::new(&context, lens);
    let mut ledger = ledger::Builder::new(&context, lens);
    let links = captures(case)?;
    rows::each(chunks(case), options.window, &context, &mut |whole| {
        let mut whole = *whole;
        if let Some(link) = links.iter().find(|l| l.capture == whole.exchange.actor) {
            whole.exchange.actor = &link.actor;
        }
        let who = facts.push(&whole);
        ledger.push(&whole, who);
    })?;
    let (mut facts, actors, endpoints) = facts.finish();
    let mut ledger = ledger.finish(&actors, &endpoints);
    let gaps = gaps(case, options.window)?;
    facts.gaps = gaps.iter().map(|g| (g.from, g.to)).collect();
    facts.gaps.sort_unstable();
    let mut findings = detect::judge(&facts);
    let said = inventory::judge(&facts, options.openapi.as_deref(), &mut findings);
    findings.sort_by_key(|f| (std::cmp::Reverse(f.severity), std::cmp::Reverse(f.confidence)));
    let judged = options.verdicts.judge(&facts, &findings);
    answers::add(&facts, &judged, lens, &mut ledger);
    let mut outcome = fill::outcome(&fill::Parts {
        case,
        options,
        facts: &facts,
        ledger: &ledger,
        findings: &findings,
        judged: &judged,
        gaps: &gaps,
    });
    outcome.limits.extend(links.iter().map(linked));
    outcome.limits.extend(said);
    Ok(Analysis { facts, ledger, findings, outcome })
}

/// Requests of a capture that a log must have of one actor before the two are taken for one.
const LINK_LEAST: u64 = 5;
/// Share of the capture's logged requests that must be that actor's, in percent.
const LINK_PERCENT: u64 = 80;

/// Captures that are an actor's of a log. The lens undoes one: `unlinked = ["capture:3"]`.
fn captures(case: &Case) -> Result<Vec<Link>, CaseError> {
    let undone = &case.settings.lens.unlinked;
    let mut links = links::captures(&case.part_files(Table::Exchanges))?;
    links.retain(|l| l.same >= LINK_LEAST && l.same * 100 >= l.logged * LINK_PERCENT && !undone.contains(&l.capture));
    links.dedup_by(|b, a| a.capture == b.capture);
    Ok(links)
}

fn linked(link: &Link) -> String {
    format!(
        "{} is counted as {}: {} of {} requests that both capture and log have are of that actor within three seconds; a request that both have is counted twice among requests, once among people and records.",
        link.capture, link.actor, link.same, link.logged
    )
}

/// Gaps of the case's logs.
pub fn gaps(case: &Case, window: Window) -> Result<Vec<Gap>, CaseError> {
    Ok(Exchanges::new(case.part_files(Table::Exchanges), window)?.gaps("har", GAP_LEAST, GAP_FACTOR)?)
}

/// The chunks of a case, in the order of the evidence.
pub fn chunks(case: &Case) -> Vec<ChunkFiles> {
    let find = |table: Table, file: &str| {
        case.manifest.parts_of(table).any(|p| p.file == file).then(|| case.part_path(table, file))
    };
    case.manifest
        .parts_of(Table::Exchanges)
        .map(|part| ChunkFiles {
            evidence_id: part.evidence_id,
            exchanges: case.part_path(Table::Exchanges, &part.file),
            identifiers: find(Table::Identifiers, &part.file),
            sightings: find(Table::Sightings, &part.file),
            signals: find(Table::Signals, &part.file),
        })
        .collect()
}
