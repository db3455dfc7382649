//! Sections about the platform and the evidence: findings, endpoints, time, coverage, limits.

use crate::domain::Micros;
use crate::exposure::Outcome;
use crate::exposure::outcome::{EndpointSummary, FindingSummary, Span};

use super::super::parts::{column, machines, nonzero, section};
use super::super::value::{Section, Value};

pub(super) fn findings(outcome: &Outcome) -> Section {
    let columns = [
        machines("rule"),
        column("severity", "Severity"),
        column("confidence", "Conf."),
        column("title", "Finding"),
        column("sentence", "What was seen"),
        column("exchanges", "Requests"),
        machines("accuses"),
        machines("first_time"),
        machines("last_time"),
        machines("actors"),
        machines("endpoints"),
        machines("owasp"),
        machines("cwe"),
        machines("examples"),
    ];
    let rows = outcome.findings.iter().map(|f| finding(outcome, f)).collect();
    let mut section = section("findings", "Findings", &columns, rows);
    section.notes.push("Conf.: how surely, 0 to 100. Places of the requests are in the machine formats.".to_owned());
    section
}

fn finding(outcome: &Outcome, f: &FindingSummary) -> Vec<Value> {
    let rule = outcome.rules.iter().find(|r| r.id == f.rule);
    let actors: Vec<&str> = f.actors.iter().filter_map(|a| outcome.actor(*a)).map(|a| a.key.as_str()).collect();
    let cwe: Vec<String> = rule.iter().flat_map(|r| r.cwe).map(|n| format!("CWE-{n}")).collect();
    let places: Vec<String> = f.examples.iter().map(|p| format!("{}:{}", p.evidence, p.record)).collect();
    vec![
        Value::Text(f.rule.clone()),
        Value::Text(f.severity.code().into()),
        Value::Count(f.confidence.into()),
        Value::Text(f.title.clone()),
        Value::Text(f.sentence.clone()),
        Value::Count(f.exchanges),
        Value::Text(if f.accuses { "yes" } else { "no" }.into()),
        Value::time(f.span.first),
        Value::time(f.span.last),
        Value::Text(actors.join(" ")),
        Value::Text(f.endpoints.join(" ")),
        Value::Text(rule.map(|r| r.owasp.join(" ")).unwrap_or_default()),
        Value::Text(cwe.join(" ")),
        Value::Text(places.join(" ")),
    ]
}

/// `GET api.example/stores/{store_id}/orders`.
fn endpoint_name(e: &EndpointSummary) -> String {
    format!("{} {}{}", e.method, e.host, e.template).trim().to_owned()
}

pub(super) fn endpoints(outcome: &Outcome) -> Section {
    let columns = [
        machines("method"),
        machines("host"),
        machines("template"),
        column("endpoint", "Endpoint"),
        machines("exchanges"),
        nonzero("auth_present", "Auth"),
        nonzero("auth_absent", "No auth"),
        nonzero("auth_unknown", "Auth?"),
        machines("success"),
        column("open_success", "Open 2xx"),
        machines("intruder_exchanges"),
        machines("should_authenticate"),
        column("classes", "Data in answers"),
    ];
    let rows = outcome.endpoints.iter().map(|e| {
        let classes: Vec<String> = e.classes.iter().filter_map(|c| outcome.class(*c)).map(|c| c.id.clone()).collect();
        let counts = [e.exchanges, e.auth_present, e.auth_absent, e.auth_unknown, e.success, e.open_success];
        let mut row: Vec<Value> = [&e.method, &e.host, &e.template].map(|t| Value::Text(t.clone())).into();
        row.push(Value::Text(endpoint_name(e)));
        row.extend(counts.map(Value::Count));
        row.push(Value::Count(e.intruder_exchanges));
        row.push(Value::text(e.should_authenticate.map(|s| if s { "yes" } else { "no" })));
        row.push(if classes.is_empty() { Value::Null } else { Value::Text(classes.join(", ")) });
        row
    });
    let mut section = section("sensitive-endpoints", "Endpoints, credentials and data", &columns, rows.collect());
    section.notes.push(
        "Open 2xx: successes without credentials. Auth?: the evidence cannot tell whether credentials were sent."
            .to_owned(),
    );
    section
}

pub(super) fn timeline(outcome: &Outcome) -> Section {
    let columns = [
        column("from", "From (UTC)"),
        machines("step_us"),
        column("intruders", "By intruders"),
        column("others", "By others"),
        column("new_records", "New records"),
        column("new_subjects", "New people"),
    ];
    let rows = outcome.timeline.steps.iter().map(|s| {
        let mut row = vec![Value::Minute(s.start), Value::Duration(outcome.timeline.step_us)];
        row.extend([s.intruders, s.others, s.new_records, s.new_subjects].map(Value::Count));
        row
    });
    let mut section = section("timeline", "Requests over time", &columns, rows.collect());
    section
        .notes
        .push("New: got by an intruder for the first time. Steps without any request are left out.".to_owned());
    section
}

pub(super) fn coverage(outcome: &Outcome) -> Section {
    let c = &outcome.coverage;
    let share = |part: u64| Value::Share { part, whole: c.exchanges };
    let row =
        |what: &str, value: Value, meaning: &str| vec![Value::Text(what.into()), value, Value::Text(meaning.into())];
    let mut rows = vec![
        row("exchanges", Value::Count(c.exchanges), "requests with their answers"),
        row("bodies kept", share(c.bodies_kept), "only these can confirm what was in an answer"),
        row("credentials unknown", share(c.auth_unknown), "the evidence cannot tell whether some were sent"),
        row("without time", share(c.without_time), "not in the timeline"),
        row("unread spans", Value::Count(c.rejects), "parts of the evidence that could not be read"),
        row("gaps", Value::Count(outcome.gaps.len() as u64), "stretches without any exchange"),
    ];
    let moment = |at: Option<Micros>| Value::minute(at);
    rows.push(row("first exchange", moment(outcome.window.first), "UTC"));
    rows.push(row("last exchange", moment(outcome.window.last), "UTC"));
    if c.vulnerable != Span::default() {
        rows.push(row("weakness open from", moment(c.vulnerable.first), "UTC, as the analyst says"));
        rows.push(row("weakness open until", moment(c.vulnerable.last), "UTC, as the analyst says"));
    }
    if let Some(covered) = c.covered_us {
        rows.push(row("of that covered", Value::Duration(covered), "outside of it nothing can be said"));
    }
    let columns = [column("what", "What"), column("value", "Value"), column("meaning", "Meaning")];
    section("coverage", "What the evidence can show", &columns, rows)
}

pub(super) fn gaps(outcome: &Outcome) -> Section {
    let columns = [
        column("source", "Log"),
        column("from", "From (UTC)"),
        column("to", "To (UTC)"),
        column("length_us", "Length"),
    ];
    let rows = outcome.gaps.iter().map(|g| {
        vec![Value::Name(g.source.clone()), Value::Time(g.from), Value::Time(g.to), Value::Duration(g.to - g.from)]
    });
    section("gaps", "Gaps in the evidence", &columns, rows.collect())
}

pub(super) fn evidence(outcome: &Outcome) -> Section {
    let columns = [
        column("evidence_id", "#"),
        column("name", "Evidence"),
        column("format", "Format"),
        column("bytes", "Size"),
        column("exchanges", "Exchanges"),
        nonzero("rejects", "Rejects"),
        machines("first_time"),
        machines("last_time"),
        column("sha256", "SHA-256"),
    ];
    let rows = outcome.evidence.iter().map(|e| {
        vec![
            Value::Count(e.id.into()),
            Value::Name(e.name.clone()),
            Value::Text(e.format.clone()),
            Value::Bytes(e.bytes),
            Value::Count(e.exchanges),
            Value::Count(e.rejects),
            Value::time(e.span.first),
            Value::time(e.span.last),
            Value::Digest(e.sha256.clone()),
        ]
    });
    let mut section = section("evidence", "Evidence", &columns, rows.collect());
    section.notes.push(format!("Read by {}.", outcome.tool));
    section
}

pub(super) fn limits(outcome: &Outcome) -> Section {
    let rows = outcome.limits.iter().map(|l| vec![Value::Text(l.clone())]).collect();
    section("limits", "What this analysis cannot say", &[column("limit", "Limit")], rows)
}
