//! The executive summary: three to eight sentences.

use std::cmp::Reverse;

use crate::classify::Sensitivity;
use crate::domain::time::rfc3339;
use crate::exposure::Outcome;
use crate::exposure::outcome::{Interval, Scope, Span};

use super::super::parts::{counted, hundredths, listed, listed_up_to, plural};
use super::super::value::grouped;

/// The kind of data in a word.
pub(in super::super) const fn kind(sensitivity: Sensitivity) -> &'static str {
    match sensitivity {
        Sensitivity::Business => "business",
        Sensitivity::Simple => "simple",
        Sensitivity::Behavioural => "behavioural",
        Sensitivity::Financial => "financial",
        Sensitivity::Sensitive => "sensitive",
        Sensitivity::Credential => "credential",
    }
}

/// `about 1,200 (1,100 to 1,350)`.
pub(in super::super) fn reach(interval: Interval) -> String {
    format!("about {} ({} to {})", grouped(interval.point), grouped(interval.low), grouped(interval.high))
}

/// ` from 2024-09-11 02:54 to … (UTC)`; empty without a time.
fn when(span: Span) -> String {
    let minute = |at| rfc3339(at).chars().take(16).collect::<String>().replace('T', " ");
    match (span.first, span.last) {
        (Some(first), Some(last)) => format!(" from {} to {} (UTC)", minute(first), minute(last)),
        _ => String::new(),
    }
}

/// The earliest and latest moment of any intruder.
fn intruders_span(outcome: &Outcome) -> Span {
    let spans = || outcome.intruders().map(|a| a.span);
    Span { first: spans().filter_map(|s| s.first).min(), last: spans().filter_map(|s| s.last).max() }
}

pub(super) fn sentences(outcome: &Outcome) -> Vec<String> {
    let mut out = vec![who(outcome)];
    if outcome.intruders().next().is_some() {
        out.push(what(outcome));
        out.push(which_tenants(outcome));
        out.push(how_surely(outcome));
    }
    out.extend(how_far(outcome));
    out.extend(open(outcome));
    out.extend(severity(outcome));
    out.push(unknown(outcome));
    out
}

fn who(outcome: &Outcome) -> String {
    let (judged, proposed) = outcome.judged_and_proposed();
    let all = judged + proposed;
    if all == 0 {
        return format!(
            "Nobody is accused: {} sent {}{}.",
            counted(outcome.coverage.actors.max(outcome.actors.len() as u64), "actor"),
            counted(outcome.coverage.exchanges, "request"),
            when(outcome.window)
        );
    }
    let requests: u64 = outcome.intruders().map(|a| a.exchanges).sum();
    let judged = match (judged, proposed) {
        (_, 0) => "judged by an analyst".to_owned(),
        (0, _) => "proposed by findings, judged by nobody yet".to_owned(),
        (a, b) => format!("{} judged by an analyst, {} only proposed by findings", grouped(a), grouped(b)),
    };
    format!(
        "{} ({judged}) sent {}{}.",
        counted(all, "intruder"),
        counted(requests, "request"),
        when(intruders_span(outcome))
    )
}

fn what(outcome: &Outcome) -> String {
    let taken = &outcome.totals.taken;
    let records = taken.confirmed.records + taken.probable.records;
    let people = taken.confirmed.subjects + taken.probable.subjects;
    if records + people + taken.confirmed.values == 0 {
        return "No sensitive data is known to have been given to them.".to_owned();
    }
    let kinds: Vec<String> = outcome
        .classes
        .iter()
        .filter(|c| c.taken.confirmed + c.taken.probable > 0)
        .map(|c| match (c.identifies, c.taken.subjects, c.taken.values) {
            (true, n @ 1.., _) => format!("{} ({})", c.title, counted(n, "person")),
            (_, _, n @ 1..) => format!("{} ({})", c.title, counted(n, "value")),
            _ => format!("{} (not counted, bodies were not kept)", c.title),
        })
        .collect();
    format!("They got {} about {}: {}.", counted(records, "record"), people_in(taken), listed_up_to(&kinds, 6))
}

/// Records whose answers were not kept may be about people whom nobody counted.
fn people_in(scope: &Scope) -> String {
    let people = scope.confirmed.subjects + scope.probable.subjects;
    match (people, scope.probable.records) {
        (0, _) => "people who cannot be counted".to_owned(),
        (_, 0) => counted(people, "person"),
        _ => format!("at least {}", counted(people, "person")),
    }
}

fn which_tenants(outcome: &Outcome) -> String {
    let word = outcome.tenant_called();
    let n = outcome.tenants.len() as u64;
    if n == 0 {
        return format!("No {word} could be named: requests hold no identifier of one.");
    }
    let mut worst: Vec<_> = outcome.tenants.iter().collect();
    worst.sort_by_key(|t| Reverse((t.subjects, t.records)));
    let worst: Vec<String> = worst
        .iter()
        .take(3)
        .map(|t| {
            format!("{} ({}, {})", super::tenant_label(t), counted(t.subjects, "person"), counted(t.records, "record"))
        })
        .collect();
    let lead = if n > 3 { "most of all " } else { "" };
    format!("{} {} affected: {lead}{}.", counted(n, word), if n == 1 { "is" } else { "are" }, listed(&worst))
}

fn how_surely(outcome: &Outcome) -> String {
    let taken = &outcome.totals.taken;
    format!(
        "Confirmed by answers that were kept: {} and {}; probable (success, answer not kept): {} more.",
        counted(taken.confirmed.records, "record"),
        counted(taken.confirmed.subjects, "person"),
        counted(taken.probable.records, "record"),
    )
}

fn how_far(outcome: &Outcome) -> Option<String> {
    let reachable = &outcome.totals.taken.reachable;
    let word = plural(2, outcome.tenant_called());
    let parts: Vec<String> =
        [(reachable.subjects, "people"), (reachable.records, "records"), (reachable.tenants, word.as_str())]
            .into_iter()
            .filter_map(|(interval, what)| interval.map(|i| format!("{} {what}", reach(i))))
            .collect();
    (!parts.is_empty()).then(|| format!("In the same way could have been reached, by estimate: {}.", listed(&parts)))
}

fn open(outcome: &Outcome) -> Option<String> {
    let open = &outcome.totals.open;
    let exchanges = open.confirmed.exchanges + open.probable.exchanges;
    (exchanges > 0).then(|| {
        format!(
            "Anyone could read without credentials: {} gave out {} about {}.",
            counted(exchanges, "answer"),
            counted(open.confirmed.records + open.probable.records, "record"),
            people_in(open),
        )
    })
}

fn severity(outcome: &Outcome) -> Option<String> {
    let e = outcome.severity.as_ref()?;
    let crowd = if e.over_hundred { ", more than 100 people" } else { "" };
    Some(format!("Severity after ENISA: {} of 6, {}{crowd}.", hundredths(e.score_hundredths), e.band()))
}

fn unknown(outcome: &Outcome) -> String {
    let c = &outcome.coverage;
    let mut parts = Vec::new();
    if c.bodies_kept < c.exchanges {
        parts.push(format!("what {} held, whose bodies were not kept", counted(c.exchanges - c.bodies_kept, "answer")));
    }
    if !outcome.gaps.is_empty() {
        parts.push(format!("what happened in {}", counted(outcome.gaps.len() as u64, "gap")));
    }
    if c.rejects > 0 {
        parts.push(format!("what {} of evidence that could not be read would say", counted(c.rejects, "span")));
    }
    if c.auth_unknown > 0 {
        parts.push(format!("whether {} carried credentials", counted(c.auth_unknown, "request")));
    }
    parts.push("what happened outside of the evidence".to_owned());
    format!("Not known: {}.", parts.join("; "))
}
