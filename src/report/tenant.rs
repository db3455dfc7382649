//! A letter to one tenant: what was taken of it, and nothing about any other. Markdown.

use std::fmt::Write as _;

use super::markdown::plain;
use super::notice::fill::{consequences, minute};
use super::outcome::tenant_label;
use super::parts::counted;
use super::value::grouped;
use crate::domain::{Certainty, Fingerprint, Micros};
use crate::exposure::Outcome;
use crate::exposure::outcome::{ClassSummary, TenantIndex, TenantSummary};
use std::collections::{BTreeMap, BTreeSet};

/// Records in the letter at most; the ledger has all.
const RECORDS: usize = 100;

/// The letter to the tenant of this key, `4711`, or where several kinds of tenants share keys of this
/// name and key, `store_id:4711`. None where intruders got nothing of such a tenant.
pub fn letter(outcome: &Outcome, key: &str) -> Option<String> {
    let named =
        |t: &TenantSummary| t.key == key || key.strip_prefix(&t.name).and_then(|k| k.strip_prefix(':')) == Some(&t.key);
    let (index, tenant) = (0..).zip(&outcome.tenants).find(|(_, t)| named(t))?;
    let word = outcome.tenant_called();
    let mut out = format!("# What was taken of {} {}\n\n", plain(word), plain(&tenant_label(tenant)));
    let _ = writeln!(
        out,
        "Draft made by {} from records of requests. This is not legal advice: have counsel check it before it is sent.",
        plain(&outcome.tool)
    );
    out.push_str("\n## What happened\n\n");
    happened(outcome, tenant, &mut out);
    out.push_str("\n## Which data\n\n| Data | People | Values | Records | Confirmed answers | Probable answers |\n| --- | ---: | ---: | ---: | ---: | ---: |\n");
    for c in &tenant.classes {
        let title = outcome.class(c.class).map_or_else(|| "?".to_owned(), |class| plain(&class.title));
        let counts = [c.subjects, c.values, c.records, c.confirmed, c.probable].map(grouped).join(" | ");
        let _ = writeln!(out, "| {title} | {counts} |");
    }
    out.push_str(
        "\nConfirmed: the data stands in an answer that was kept. Probable: the answer was a success where such data is \
         returned, and was not kept; whom it was about is then not known.\n",
    );
    out.push_str("\n## Which records\n\n");
    records(outcome, index, &mut out);
    next_steps(outcome, tenant, &mut out);
    Some(out)
}

fn happened(outcome: &Outcome, tenant: &TenantSummary, out: &mut String) {
    let judged = |judged: bool| {
        let of = tenant.actors.iter().filter_map(|a| outcome.actor(*a));
        of.filter(|a| (a.verdict == crate::exposure::outcome::Verdict::Intruder) == judged).count()
    };
    let _ = writeln!(
        out,
        "Between {} and {}, {} who should not have been able to read your data got some of it through the interface of \
         the platform ({} judged by an analyst, {} proposed by automatic findings).",
        minute(tenant.span.first),
        minute(tenant.span.last),
        counted(tenant.actors.len() as u64, "actor"),
        judged(true),
        judged(false),
    );
    let _ = writeln!(
        out,
        "\nAffected are {} and {}: {} showed data of yours (confirmed), {} more probably did.",
        counted(tenant.records, "record"),
        counted(tenant.subjects, "person"),
        counted(tenant.confirmed, "answer"),
        grouped(tenant.probable),
    );
}

/// What the ledger says of one record.
#[derive(Default)]
struct Record<'a> {
    classes: BTreeSet<&'a str>,
    people: BTreeSet<Fingerprint>,
    first: Option<Micros>,
    certainty: Option<Certainty>,
}

fn records(outcome: &Outcome, tenant: TenantIndex, out: &mut String) {
    let mut records: BTreeMap<&str, Record<'_>> = BTreeMap::new();
    let rightful = |actor| outcome.actor(actor).is_none_or(|a| !a.verdict.is_intruder());
    for row in outcome.ledger.iter().filter(|r| r.tenant == Some(tenant) && !rightful(r.actor)) {
        let record = records.entry(&row.record).or_default();
        record.classes.extend(outcome.class(row.class).map(|c| c.title.as_str()));
        record.people.extend(row.subject);
        record.first = [record.first, row.span.first].into_iter().flatten().min();
        record.certainty = record.certainty.max(Some(row.certainty));
    }
    if records.is_empty() {
        out.push_str("Single records could not be told apart.\n");
        return;
    }
    out.push_str("| Record | Data | People | First taken | Certainty |\n| --- | --- | ---: | --- | --- |\n");
    for (name, record) in records.iter().take(RECORDS) {
        let name = if name.is_empty() { "(no identifier)".to_owned() } else { plain(name) };
        let classes: Vec<String> = record.classes.iter().map(|c| plain(c)).collect();
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} |",
            classes.join(", "),
            grouped(record.people.len() as u64),
            minute(record.first),
            record.certainty.map_or("", Certainty::code),
        );
    }
    if let Some(more @ 1..) = records.len().checked_sub(RECORDS) {
        let _ = writeln!(out, "\n… and {} more in the ledger.", grouped(more as u64));
    }
}

fn next_steps(outcome: &Outcome, tenant: &TenantSummary, out: &mut String) {
    let classes: Vec<&ClassSummary> = tenant.classes.iter().filter_map(|c| outcome.class(c.class)).collect();
    out.push_str("\n## What may follow\n\n");
    let kinds: Vec<_> = classes.iter().map(|c| c.sensitivity).collect();
    for line in consequences(&kinds) {
        let _ = writeln!(out, "- {line}");
    }
    out.push_str("\n## What to do next\n\n");
    if kinds.contains(&crate::classify::Sensitivity::Credential) {
        out.push_str("- Replace passwords, keys and tokens that were in use at that time.\n");
    }
    if classes.iter().any(|c| c.identifies) {
        out.push_str("- Have counsel say whether you must tell authorities or the people concerned, and until when.\n");
        out.push_str("- Tell your staff that callers may quote true details of guests and orders.\n");
    }
    out.push_str("- Keep your own records of that time; do not delete logs.\n");
    out.push_str(
        "- [to be answered: what the platform has done, since when the weakness is closed, and how that was checked]\n",
    );
    out.push_str("- [to be answered: whom to ask, with telephone and e-mail]\n");
}
