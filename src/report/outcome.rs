//! The exposure report: who took what, of whom, from which tenant, when, how surely, and how far it
//! could have gone. One function a section.

mod platform;
mod summary;
mod weight;

pub(super) use summary::{kind, reach};

use super::parts::{column, machines, nonzero, section};
use super::value::{Column, Report, Section, Value};
use crate::domain::Micros;
use crate::exposure::Outcome;
use crate::exposure::outcome::{ActorSummary, ClassCount, ExposureRow, TenantSummary, Verdict};

/// What to put into the report.
#[derive(Debug, Clone, Default)]
pub struct OutcomeOptions {
    /// Rows of each ranking; 0 for all.
    pub top: usize,
    /// Only these sections; where empty, all but the ledger, which has a row for each exposed thing
    /// and stands there only when it is named.
    pub sections: Vec<String>,
}

/// Ids of all sections, in order.
pub const OUTCOME_SECTIONS: &[&str] = &[
    "totals",
    "intruders",
    "reasons",
    "verdicts",
    "tenants",
    "tenant-classes",
    "classes",
    "findings",
    "sensitive-endpoints",
    "timeline",
    "estimates",
    "severity",
    "coverage",
    "gaps",
    "evidence",
    "limits",
    "ledger",
];

/// Sections of which every row counts, whatever `top` says.
const WHOLE: &[&str] = &["totals", "verdicts", "timeline", "estimates", "severity", "coverage", "limits", "ledger"];

/// Builds the report. The same outcome and options give the same report.
pub fn build_outcome(outcome: &Outcome, options: &OutcomeOptions) -> Report {
    let wanted = |id: &str| match options.sections.as_slice() {
        [] => id != "ledger",
        named => named.iter().any(|s| s == id),
    };
    let mut sections = Vec::new();
    for id in OUTCOME_SECTIONS.iter().copied().filter(|id| wanted(id)) {
        let mut section = match id {
            "totals" => weight::totals(outcome),
            "intruders" => intruders(outcome),
            "reasons" => reasons(outcome),
            "verdicts" => verdicts(outcome),
            "tenants" => tenants(outcome),
            "tenant-classes" => tenant_classes(outcome),
            "classes" => classes(outcome),
            "findings" => platform::findings(outcome),
            "sensitive-endpoints" => platform::endpoints(outcome),
            "timeline" => platform::timeline(outcome),
            "estimates" => weight::estimates(outcome),
            "severity" => weight::severity(outcome),
            "coverage" => platform::coverage(outcome),
            "gaps" => platform::gaps(outcome),
            "evidence" => platform::evidence(outcome),
            "limits" => platform::limits(outcome),
            _ => ledger(outcome),
        };
        if options.top > 0 && section.rows.len() > options.top && !WHOLE.contains(&id) {
            section.rows_cut = (section.rows.len() - options.top) as u64;
            section.rows.truncate(options.top);
        }
        sections.push(section);
    }
    Report { summary: summary::sentences(outcome), sections }
}

/// Columns that every count of something exposed has.
const GOT: [Column; 2] = [column("records", "Records"), column("subjects", "People")];

fn intruders(outcome: &Outcome) -> Section {
    let mut columns = vec![
        machines("actor_key"),
        column("actor", "Actor"),
        column("verdict", "Verdict"),
        column("first_time", "First (UTC)"),
        column("last_time", "Last (UTC)"),
        column("exchanges", "Requests"),
        machines("success"),
        machines("refused"),
        machines("throttled"),
        machines("writes"),
        machines("response_bytes"),
        column("tenants", "Tenants"),
    ];
    columns.extend(GOT);
    columns.extend([machines("classes"), machines("client_address"), machines("addresses"), machines("user_agent")]);
    let rows = outcome.intruders().map(|a| intruder(outcome, a)).collect();
    let mut section = section("intruders", "Intruders", &columns, rows);
    if outcome.intruders().any(|a| a.verdict == Verdict::Proposed) {
        section.notes.push("Proposed: findings accuse the actor; no analyst has judged it.".to_owned());
    }
    section.notes.push("Records: confirmed and probable. People: confirmed only, a body must name them.".to_owned());
    section
}

fn intruder(outcome: &Outcome, a: &ActorSummary) -> Vec<Value> {
    vec![
        Value::Text(a.key.clone()),
        Value::Text(a.label.clone()),
        Value::Text(a.verdict.code().into()),
        Value::minute(a.span.first),
        Value::minute(a.span.last),
        Value::Count(a.exchanges),
        Value::Count(a.success),
        Value::Count(a.refused),
        Value::Count(a.throttled),
        Value::Count(a.writes),
        Value::Bytes(a.response_bytes),
        Value::Count(a.tenants),
        Value::Count(a.records),
        Value::Count(a.subjects),
        Value::Text(class_ids(outcome, &a.classes).join(" ")),
        Value::text(some(&a.address)),
        Value::Count(a.addresses.into()),
        Value::text(some(&a.user_agent)),
    ]
}

/// Text, unless it is empty.
fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn class_ids(outcome: &Outcome, counts: &[ClassCount]) -> Vec<String> {
    counts.iter().filter_map(|c| outcome.class(c.class)).map(|c| c.id.clone()).collect()
}

fn reasons(outcome: &Outcome) -> Section {
    let rows = outcome.intruders().flat_map(|a| {
        a.reasons.iter().map(|r| vec![Value::Text(a.key.clone()), Value::Text(a.label.clone()), Value::Text(r.clone())])
    });
    let columns = [machines("actor_key"), column("actor", "Actor"), column("reason", "Why")];
    section("reasons", "Why they are called intruders", &columns, rows.collect())
}

fn verdicts(outcome: &Outcome) -> Section {
    let row = |verdict: Verdict, meaning: &str| {
        let of = || outcome.actors.iter().filter(|a| a.verdict == verdict);
        vec![
            Value::Text(verdict.code().into()),
            Value::Count(of().count() as u64),
            Value::Count(of().map(|a| a.exchanges).sum()),
            Value::Text(meaning.into()),
        ]
    };
    let rows = vec![
        row(Verdict::Intruder, "an analyst says so"),
        row(Verdict::Proposed, "findings accuse it, nobody has judged"),
        open(outcome, &row(Verdict::Open, "nothing accuses it, nobody has judged")),
        row(Verdict::Legitimate, "an analyst or the lens says so"),
    ];
    let columns = [
        column("verdict", "Verdict"),
        column("actors", "Actors"),
        column("exchanges", "Requests"),
        column("meaning", "Meaning"),
    ];
    section("verdicts", "Actors by verdict", &columns, rows)
}

/// The outcome tells only of some actors that nobody accuses; what is left of the whole are others.
fn open(outcome: &Outcome, row: &[Value]) -> Vec<Value> {
    let told: u64 = outcome.actors.iter().filter(|a| a.verdict != Verdict::Open).count() as u64;
    let of = outcome.actors.iter().filter(|a| a.verdict != Verdict::Open).map(|a| a.exchanges).sum::<u64>();
    let all = outcome.coverage.actors.max(outcome.actors.len() as u64);
    let mut out = row.to_vec();
    if let [_, actors, exchanges, _] = out.as_mut_slice()
        && outcome.coverage.actors > 0
    {
        *actors = Value::Count(all.saturating_sub(told));
        *exchanges = Value::Count(outcome.coverage.exchanges.saturating_sub(of));
    }
    out
}

/// `4711`, or with its name: `4711 Blue Door`.
pub(super) fn tenant_label(t: &TenantSummary) -> String {
    if t.label.is_empty() { t.key.clone() } else { format!("{} {}", t.key, t.label) }
}

fn tenants(outcome: &Outcome) -> Section {
    let mut columns = vec![
        machines("tenant_name"),
        machines("tenant_key"),
        column("tenant", "Tenant"),
        column("first_time", "First (UTC)"),
        column("last_time", "Last (UTC)"),
        machines("exchanges"),
        column("confirmed", "Confirmed"),
        nonzero("probable", "Probable"),
    ];
    columns.extend(GOT);
    columns.extend([column("actors", "Actors"), machines("classes")]);
    let rows = outcome.tenants.iter().map(|t| {
        vec![
            Value::Text(t.name.clone()),
            Value::Text(t.key.clone()),
            Value::Text(tenant_label(t)),
            Value::minute(t.span.first),
            Value::minute(t.span.last),
            Value::Count(t.exchanges),
            Value::Count(t.confirmed),
            Value::Count(t.probable),
            Value::Count(t.records),
            Value::Count(t.subjects),
            Value::Count(t.actors.len() as u64),
            Value::Text(class_ids(outcome, &t.classes).join(" ")),
        ]
    });
    let mut section = section("tenants", "Tenants, and what intruders got of each", &columns, rows.collect());
    section.notes.push(
        "Confirmed: requests whose kept answer shows data. Probable: further ones that succeeded where data is returned, answer not kept."
            .to_owned(),
    );
    section
}

fn class_columns() -> Vec<Column> {
    let mut columns = GOT.to_vec();
    columns.extend([column("values", "Values"), column("confirmed", "Confirmed"), nonzero("probable", "Probable")]);
    columns
}

fn class_counts(c: &ClassCount) -> [Value; 5] {
    [c.records, c.subjects, c.values, c.confirmed, c.probable].map(Value::Count)
}

fn tenant_classes(outcome: &Outcome) -> Section {
    let mut columns =
        vec![machines("tenant_key"), column("tenant", "Tenant"), machines("class"), column("class_title", "Data")];
    columns.extend(class_columns());
    let mut rows = Vec::new();
    for tenant in &outcome.tenants {
        for count in &tenant.classes {
            let Some(class) = outcome.class(count.class) else { continue };
            let mut row = vec![
                Value::Text(tenant.key.clone()),
                Value::Text(tenant_label(tenant)),
                Value::Text(class.id.clone()),
                Value::Text(class.title.clone()),
            ];
            row.extend(class_counts(count));
            rows.push(row);
        }
    }
    section("tenant-classes", "Tenants by kind of data", &columns, rows)
}

fn classes(outcome: &Outcome) -> Section {
    let mut columns = vec![machines("class"), column("class_title", "Data"), column("kind", "Kind")];
    columns.extend(class_columns());
    columns.extend([
        machines("tenants"),
        column("open", "Open"),
        machines("seen"),
        machines("identifies"),
        machines("example"),
    ]);
    let rows = outcome.classes.iter().map(|c| {
        let mut row =
            vec![Value::Text(c.id.clone()), Value::Text(c.title.clone()), Value::Text(kind(c.sensitivity).into())];
        row.extend(class_counts(&c.taken));
        row.extend([
            Value::Count(c.tenants),
            Value::Count(c.open),
            Value::Count(c.seen),
            Value::Text(if c.identifies { "yes" } else { "no" }.into()),
            Value::text(some(&c.example)),
        ]);
        row
    });
    let mut section = section("classes", "Kinds of data that intruders got", &columns, rows.collect());
    section.notes.push("Open: values in answers to requests without credentials, whoever asked.".to_owned());
    section
}

fn ledger(outcome: &Outcome) -> Section {
    let columns = [
        machines("actor_key"),
        column("actor", "Actor"),
        machines("tenant_key"),
        column("tenant", "Tenant"),
        column("class", "Data"),
        column("record", "Record"),
        column("subject", "Person"),
        machines("first_time"),
        machines("last_time"),
        column("count", "Count"),
        column("certainty", "Certainty"),
        machines("places"),
    ];
    let rows = outcome.ledger.iter().map(|row| ledger_row(outcome, row)).collect();
    let mut section = section("ledger", "The ledger", &columns, rows);
    section.notes.push("Person: a keyed fingerprint, the same for the same person within this case.".to_owned());
    section
}

fn ledger_row(outcome: &Outcome, row: &ExposureRow) -> Vec<Value> {
    let actor = outcome.actor(row.actor);
    let tenant = row.tenant.and_then(|t| outcome.tenant(t));
    let places: Vec<String> = row.places.iter().map(|p| format!("{}:{}", p.evidence, p.record)).collect();
    let moment = |at: Option<Micros>| Value::minute(at);
    vec![
        Value::text(actor.map(|a| a.key.as_str())),
        Value::text(actor.map(|a| a.label.as_str())),
        Value::text(tenant.map(|t| t.key.as_str())),
        Value::text(tenant.map(tenant_label)),
        Value::text(outcome.class(row.class).map(|c| c.id.as_str())),
        Value::text(some(&row.record)),
        row.subject.map_or(Value::Null, |s| Value::Digest(s.to_string())),
        moment(row.span.first),
        moment(row.span.last),
        Value::Count(row.count),
        Value::Text(row.certainty.code().into()),
        Value::Text(places.join(" ")),
    ]
}
