//! What the evidence can say in a notice. Lines are Markdown: whatever came from the evidence is
//! escaped here.

use super::super::markdown::plain;
use super::super::outcome::{kind, reach};
use super::super::parts::{counted, hundredths, listed_up_to, plural};
use super::super::value::{Value, grouped};
use crate::classify::Sensitivity;
use crate::domain::Micros;
use crate::exposure::Outcome;
use crate::exposure::outcome::{Span, Verdict};

/// Names in a line at most.
const NAMES: usize = 12;

/// A question that the evidence can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    /// Confidentiality, integrity, availability: what happened.
    Nature,
    /// First and last request.
    Timing,
    /// How many people, how surely.
    People,
    /// How many records, how surely.
    Records,
    /// Which kinds of data.
    Categories,
    /// Which kinds of data, without numbers: what one person is told.
    Kinds,
    /// Hosts and endpoints.
    Systems,
    /// Addresses and programs of the intruders.
    Intruders,
    /// Whose data on the business side.
    Tenants,
    /// What was estimated.
    Reach,
    /// What may follow, by kind of data.
    Consequences,
    /// What detectors saw.
    Causes,
    /// ENISA score.
    Severity,
    /// What the evidence covers and what it cannot say.
    Coverage,
    /// Whether data was acquired or only within reach.
    Acquired,
}

/// The lines.
pub(super) fn lines(outcome: &Outcome, fill: Fill) -> Vec<String> {
    match fill {
        Fill::Nature => nature(outcome),
        Fill::Timing => timing(outcome),
        Fill::People => people(outcome),
        Fill::Records => records(outcome),
        Fill::Categories => categories(outcome),
        Fill::Kinds => kinds(outcome),
        Fill::Systems => systems(outcome),
        Fill::Intruders => intruders(outcome),
        Fill::Tenants => tenants(outcome),
        Fill::Reach => estimates(outcome),
        Fill::Consequences => consequences(&outcome.classes.iter().map(|c| c.sensitivity).collect::<Vec<_>>()),
        Fill::Causes => causes(outcome),
        Fill::Severity => severity(outcome),
        Fill::Coverage => coverage(outcome),
        Fill::Acquired => acquired(outcome),
    }
}

/// A moment to the minute, in UTC.
pub(in super::super) fn minute(at: Option<Micros>) -> String {
    at.map_or_else(|| "an unknown time".to_owned(), |at| format!("{} UTC", Value::Minute(at).pretty()))
}

fn span(outcome: &Outcome) -> Span {
    let spans = || outcome.intruders().map(|a| a.span);
    Span { first: spans().filter_map(|s| s.first).min(), last: spans().filter_map(|s| s.last).max() }
}

fn nature(outcome: &Outcome) -> Vec<String> {
    let writes: u64 = outcome.intruders().map(|a| a.writes).sum();
    let taken = &outcome.totals.taken;
    let (judged, proposed) = outcome.judged_and_proposed();
    let mut out = vec![format!(
        "Confidentiality: {} read data through an HTTP API ({} judged so by an analyst, {} only proposed by findings and in all numbers of this draft); {} of theirs are confirmed to have been answered with it, {} more probable.",
        counted(judged + proposed, "intruder"),
        grouped(judged),
        grouped(proposed),
        counted(taken.confirmed.exchanges, "request"),
        grouped(taken.probable.exchanges),
    )];
    out.push(if writes == 0 {
        "Integrity: no successful request of theirs that changes something was seen.".to_owned()
    } else {
        format!("Integrity: {} of theirs that change something succeeded.", counted(writes, "request"))
    });
    let open = outcome.totals.open.confirmed.exchanges + outcome.totals.open.probable.exchanges;
    if open > 0 {
        out.push(format!("Without any credentials {} gave out data, whoever asked.", counted(open, "answer")));
    }
    out
}

fn timing(outcome: &Outcome) -> Vec<String> {
    let s = span(outcome);
    let mut out = vec![format!("First request of an intruder: {}. Last: {}.", minute(s.first), minute(s.last))];
    let v = outcome.coverage.vulnerable;
    if v != Span::default() {
        out.push(format!("The weakness was open from {} to {}, as the analyst says.", minute(v.first), minute(v.last)));
    }
    out
}

fn people(outcome: &Outcome) -> Vec<String> {
    let t = &outcome.totals.taken;
    let mut out = vec![format!(
        "Confirmed: {} (distinct, known by keyed fingerprints).",
        counted(t.confirmed.subjects, "person")
    )];
    if t.probable.subjects > 0 {
        out.push(format!("Probable: {} more.", counted(t.probable.subjects, "person")));
    }
    if t.probable.records > 0 {
        out.push(format!(
            "People in {} whose answers were not kept cannot be counted.",
            counted(t.probable.records, "further record")
        ));
    }
    if let Some(interval) = t.reachable.subjects {
        out.push(format!("Reachable by estimate: {} people.", reach(interval)));
    }
    out
}

fn records(outcome: &Outcome) -> Vec<String> {
    let t = &outcome.totals.taken;
    let mut out = vec![format!(
        "Confirmed: {}. Probable: {} more.",
        counted(t.confirmed.records, "record"),
        grouped(t.probable.records)
    )];
    if let Some(interval) = t.reachable.records {
        out.push(format!("Reachable by estimate: {} records.", reach(interval)));
    }
    out
}

fn kinds(outcome: &Outcome) -> Vec<String> {
    let taken = outcome.classes.iter().filter(|c| c.taken.confirmed + c.taken.probable > 0);
    taken.filter(|c| c.sensitivity != Sensitivity::Business).map(|c| plain(&c.title)).collect()
}

fn categories(outcome: &Outcome) -> Vec<String> {
    let taken = outcome.classes.iter().filter(|c| c.taken.confirmed + c.taken.probable > 0);
    let mut out: Vec<String> = taken
        .map(|c| {
            format!(
                "{} ({} data): {}, {}, {}; {} confirmed, {} probable.",
                plain(&c.title),
                kind(c.sensitivity),
                counted(c.taken.subjects, "person"),
                counted(c.taken.values, "distinct value"),
                counted(c.taken.records, "record"),
                counted(c.taken.confirmed, "answer"),
                grouped(c.taken.probable),
            )
        })
        .collect();
    if out.is_empty() {
        out.push("No kind of sensitive data is known to have been given out.".to_owned());
    }
    out
}

fn systems(outcome: &Outcome) -> Vec<String> {
    let mut hosts: Vec<String> =
        outcome.endpoints.iter().filter(|e| !e.host.is_empty()).map(|e| plain(&e.host)).collect();
    hosts.sort();
    hosts.dedup();
    let named: Vec<String> = outcome
        .endpoints
        .iter()
        .filter(|e| e.intruder_exchanges > 0)
        .map(|e| plain(format!("{} {}{}", e.method, e.host, e.template).trim()))
        .collect();
    let mut out = Vec::new();
    if !hosts.is_empty() {
        out.push(format!("Hosts: {}.", listed_up_to(&hosts, NAMES)));
    }
    if !named.is_empty() {
        out.push(format!("Endpoints that intruders used: {}.", listed_up_to(&named, NAMES)));
    }
    out
}

fn intruders(outcome: &Outcome) -> Vec<String> {
    let line = |a: &crate::exposure::outcome::ActorSummary| {
        let program =
            if a.user_agent.is_empty() { String::new() } else { format!(", program {}", plain(&a.user_agent)) };
        let address = if a.address.is_empty() { "unknown".to_owned() } else { plain(&a.address) };
        let verdict = if a.verdict == Verdict::Intruder {
            "judged by an analyst"
        } else {
            "proposed by findings, judged by nobody"
        };
        format!(
            "{}: address {address}{program}; {} from {} to {}; {verdict}.",
            plain(&a.label),
            counted(a.exchanges, "request"),
            minute(a.span.first),
            minute(a.span.last),
        )
    };
    let mut out: Vec<String> = outcome.intruders().take(NAMES).map(line).collect();
    match outcome.intruders().count().checked_sub(NAMES) {
        Some(more @ 1..) => out.push(format!("{} more in the report.", grouped(more as u64))),
        _ if out.is_empty() => out.push("Nobody is accused by the evidence.".to_owned()),
        _ => {}
    }
    out
}

fn tenants(outcome: &Outcome) -> Vec<String> {
    let word = outcome.tenant_called();
    let names: Vec<String> = outcome.tenants.iter().map(|t| plain(&super::super::outcome::tenant_label(t))).collect();
    let n = outcome.tenants.len() as u64;
    if n == 0 {
        return vec![format!("No {} could be named.", plain(word))];
    }
    vec![format!("{} {}: {}.", grouped(n), plain(&plural(n, word)), listed_up_to(&names, NAMES))]
}

fn estimates(outcome: &Outcome) -> Vec<String> {
    let line = |e: &crate::exposure::outcome::Estimate| {
        format!("{}: {} ({}; {} % level).", plain(&e.what), reach(e.interval), plain(&e.method), e.level)
    };
    outcome.estimates.iter().map(line).collect()
}

/// What may follow for people, by kind of data, each once, the worst first.
pub(in super::super) fn consequences(kinds: &[Sensitivity]) -> Vec<String> {
    let mut kinds = kinds.to_vec();
    kinds.sort_by(|a, b| b.cmp(a));
    kinds.dedup();
    let text = |k| match k {
        Sensitivity::Credential => "Credentials: whoever holds them can act for the person until they are revoked.",
        Sensitivity::Sensitive => "Sensitive data: discrimination, distress, misuse of an identity.",
        Sensitivity::Financial => "Financial data: fraud, and attempts at it that use true details.",
        Sensitivity::Behavioural => "Data on behaviour: habits and whereabouts become known.",
        Sensitivity::Simple => "Contact data: unwanted calls and messages, deceit that quotes true details.",
        Sensitivity::Business => "Business data: rivals learn prices, sales and customers.",
    };
    kinds.into_iter().map(|k| text(k).to_owned()).collect()
}

fn causes(outcome: &Outcome) -> Vec<String> {
    let line = |f: &crate::exposure::outcome::FindingSummary| {
        let owasp = outcome.rules.iter().find(|r| r.id == f.rule).map(|r| r.owasp.join(", ")).filter(|o| !o.is_empty());
        let owasp = owasp.map_or_else(String::new, |o| format!(" (OWASP {})", plain(&o)));
        format!(
            "{}{owasp}: {} Severity {}, confidence {} of 100.",
            plain(&f.title),
            plain(&f.sentence),
            f.severity,
            f.confidence
        )
    };
    outcome.findings.iter().take(NAMES).map(line).collect()
}

fn severity(outcome: &Outcome) -> Vec<String> {
    let Some(e) = &outcome.severity else { return vec!["Not scored: no data of persons was seen.".to_owned()] };
    vec![format!(
        "ENISA (2013): {} × {} + {} = {}, {}{}.",
        e.dpc,
        hundredths(e.ei_hundredths),
        hundredths(e.cb_hundredths()),
        hundredths(e.score_hundredths),
        e.band(),
        if e.over_hundred { "; more than 100 people" } else { "" }
    )]
}

fn coverage(outcome: &Outcome) -> Vec<String> {
    let c = &outcome.coverage;
    vec![format!(
        "The evidence holds {}, {} of them with their answer; {}; {} of it could not be read.",
        counted(c.exchanges, "request"),
        grouped(c.bodies_kept),
        counted(outcome.gaps.len() as u64, "gap"),
        counted(c.rejects, "span"),
    )]
}

fn acquired(outcome: &Outcome) -> Vec<String> {
    let t = &outcome.totals.taken;
    let mut out = vec![format!(
        "Acquired: answers with the data of {} in {} were sent to intruders (confirmed).",
        counted(t.confirmed.subjects, "person"),
        counted(t.confirmed.records, "record"),
    )];
    if t.probable.records > 0 {
        out.push(format!(
            "Probably acquired: {} more, by the status of the answer.",
            counted(t.probable.records, "record")
        ));
    }
    if let Some(interval) = t.reachable.subjects {
        out.push(format!(
            "Within reach, not known to have been acquired: {} people, those acquired included.",
            reach(interval)
        ));
    }
    out
}
