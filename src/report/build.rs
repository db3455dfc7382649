//! The first report: what was read, what it holds, what is missing. Numbers come from the manifest
//! and from counts over the frames.

use super::parts::{column, counted, machines, nonzero, section};
use super::value::{Column, Report, Section, Value};
use crate::case::{Case, CaseError, EvidenceEntry};
use crate::domain::time::{SECOND, rfc3339};
use crate::domain::{Ignorable, Reason, Repair};
use crate::frame::schema::Table;
use crate::frame::summary::{self, By, Exchanges, GAP_EXCHANGES_LEAST, Gap, Group, Window};

/// Shortest stretch that counts as a gap: a quarter of an hour without any request is odd for a
/// platform that takes orders, and short enough to hide a walk in.
const GAP_LEAST: i64 = 15 * 60 * SECOND;
/// A gap is also this many times longer than the usual distance of two exchanges.
const GAP_FACTOR: i64 = 30;

/// What to put into the report.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Rows of each ranking; 0 for all.
    pub top: usize,
    /// Which exchanges.
    pub window: Window,
    /// Only these sections; all when empty.
    pub sections: Vec<String>,
    /// What was named and is not in the case.
    pub left_out: Vec<LeftOut>,
}

/// Evidence that was named and is not in the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// As it was handed over.
    pub name: String,
    /// Why.
    pub why: String,
    /// Whether something is missing for it; not so where the same bytes are there already.
    pub failed: bool,
}

/// Ids of all sections, in order.
pub const SECTIONS: &[&str] =
    &["evidence", "left-out", "rejects", "repairs", "time", "gaps", "auth", "hosts", "endpoints", "clients"];

/// Builds the report.
pub fn build(case: &Case, options: &Options) -> Result<Report, CaseError> {
    let exchanges = Exchanges::new(case.part_files(Table::Exchanges), options.window)?;
    let all = exchanges.all()?;
    let gaps = exchanges.gaps("har", GAP_LEAST, GAP_FACTOR)?;
    let wanted = |id: &str| options.sections.is_empty() || options.sections.iter().any(|s| s == id);
    let mut sections = Vec::new();
    for id in SECTIONS.iter().filter(|id| wanted(id)) {
        let mut section = match *id {
            "evidence" => evidence(&case.manifest.evidence),
            "left-out" if options.left_out.is_empty() => continue,
            "left-out" => left_out(&options.left_out),
            "rejects" => rejects(case)?,
            "repairs" => repairs(&exchanges, &case.manifest.evidence)?,
            "time" => time(&exchanges, &all)?,
            "gaps" => gap_section(&gaps),
            "auth" => auth(&all),
            "hosts" => ranking(&exchanges, By::Host, options.top)?,
            "endpoints" => ranking(&exchanges, By::Endpoint, options.top)?,
            _ => ranking(&exchanges, By::Client, options.top)?,
        };
        if options.top > 0 && section.rows.len() > options.top && !matches!(*id, "time" | "auth") {
            section.rows_cut = (section.rows.len() - options.top) as u64;
            section.rows.truncate(options.top);
        }
        sections.push(section);
    }
    Ok(Report { summary: sentences(case, &all, &gaps, options.window), sections })
}

fn sentences(case: &Case, all: &Group, gaps: &[Gap], window: Window) -> Vec<String> {
    let evidence = &case.manifest.evidence;
    let rejects: u64 = evidence.iter().map(|e| e.rejects).sum();
    let mut out = vec![format!(
        "{} in {}, {}, {}; {} could not be read.",
        counted(all.exchanges, "exchange"),
        counted(evidence.len() as u64, "evidence file"),
        counted(all.clients, "client"),
        counted(all.endpoints, "endpoint"),
        counted(rejects, "record"),
    )];
    if let (Some(first), Some(last)) = (all.first, all.last) {
        let gap = match gaps.len() {
            0 => "no gap in a log that stands out".to_owned(),
            1 => "one gap in a log".to_owned(),
            n => format!("{n} gaps in logs"),
        };
        out.push(format!("From {} to {} (UTC), {gap}.", rfc3339(first), rfc3339(last)));
    }
    if window != Window::default() {
        out.push(
            "Only the exchanges between --since and --until are counted; evidence, rejects and repairs are whole."
                .to_owned(),
        );
    }
    if evidence.len() > 1 {
        out.push("A request that stands in several files is counted in each of them.".to_owned());
    }
    if all.auth.unknown == all.exchanges && all.exchanges > 0 {
        out.push("Whether requests carried credentials is unknown throughout: none of the evidence records what would hold them.".to_owned());
    }
    for e in evidence.iter().filter(|e| e.damage.is_some()) {
        out.push(format!("{} is damaged: {}.", e.name, e.damage.as_deref().unwrap_or_default()));
    }
    out
}

fn evidence(entries: &[EvidenceEntry]) -> Section {
    let columns = [
        column("evidence_id", "#"),
        column("name", "Evidence"),
        column("format", "Format"),
        column("bytes", "Size"),
        column("exchanges", "Exchanges"),
        column("rejects", "Rejects"),
        machines("repaired"),
        column("first_time", "First (UTC)"),
        column("last_time", "Last (UTC)"),
        nonzero("damage", "Damage"),
        machines("sha256"),
    ];
    let rows = entries.iter().map(|e| {
        vec![
            Value::Count(e.evidence_id as u64),
            Value::Name(e.name.clone()),
            Value::text(e.format.clone()),
            Value::Bytes(e.bytes),
            Value::Count(e.exchanges),
            Value::Count(e.rejects),
            Value::Count(e.repaired),
            Value::minute(e.first_time),
            Value::minute(e.last_time),
            Value::text(e.damage.clone()),
            Value::Digest(e.sha256.clone()),
        ]
    });
    section("evidence", "Evidence", &columns, rows.collect())
}

fn left_out(left_out: &[LeftOut]) -> Section {
    let rows = left_out.iter().map(|l| vec![Value::Name(l.name.clone()), Value::Text(l.why.clone())]);
    section("left-out", "Named and not taken", &[column("name", "Evidence"), column("why", "Why")], rows.collect())
}

fn rejects(case: &Case) -> Result<Section, CaseError> {
    let columns = [
        column("kind", "Kind"),
        column("reason", "Reason"),
        column("spans", "Spans"),
        column("bytes", "Bytes"),
        column("meaning", "Meaning"),
    ];
    let rows = summary::rejects(case.part_files(Table::Rejects))?.into_iter().map(|(kind, reason, spans, bytes)| {
        let meaning = match kind.as_str() {
            "reject" => Reason::ALL.iter().find(|r| r.code() == reason).map(|r| r.explain()),
            _ => Ignorable::ALL.iter().find(|r| r.code() == reason).map(|r| r.explain()),
        };
        vec![Value::Text(kind), Value::Text(reason), Value::Count(spans), Value::Bytes(bytes), Value::text(meaning)]
    });
    let mut rows: Vec<Vec<Value>> = rows.collect();
    // What is missing first, what merely surrounds the records after it.
    rows.sort_by_key(|row| row.first() != Some(&Value::Text("reject".into())));
    Ok(section("rejects", "Not read as exchanges", &columns, rows))
}

fn repairs(exchanges: &Exchanges, entries: &[EvidenceEntry]) -> Result<Section, CaseError> {
    let sets = exchanges.counts("repairs")?;
    let rows = Repair::ALL.iter().filter_map(|repair| {
        let has = |set: &str| set.split(',').any(|code| code == repair.code());
        let rows: u64 = sets.iter().filter(|(set, _)| has(set)).map(|(_, n)| n).sum();
        let files = entries.iter().filter(|e| e.repairs.as_deref().is_some_and(has)).count() as u64;
        (rows + files > 0).then(|| {
            vec![
                Value::Text(repair.code().into()),
                Value::Count(rows),
                Value::Count(files),
                Value::Text(repair.explain().into()),
            ]
        })
    });
    let columns = [
        column("repair", "Repair"),
        column("exchanges", "Exchanges"),
        column("files", "Files"),
        column("meaning", "Meaning"),
    ];
    Ok(section("repairs", "Repairs", &columns, rows.collect()))
}

fn time(exchanges: &Exchanges, all: &Group) -> Result<Section, CaseError> {
    let (without, assumed) = exchanges.time_quality()?;
    let columns = [
        column("first", "First (UTC)"),
        column("last", "Last (UTC)"),
        column("span_us", "Span"),
        column("without_time", "Without time"),
        column("zone_assumed", "Zone assumed"),
    ];
    let span = all.first.zip(all.last).map_or(Value::Null, |(a, b)| Value::Duration(b - a));
    let row = vec![Value::time(all.first), Value::time(all.last), span, Value::Count(without), Value::Count(assumed)];
    let mut section = section("time", "Time", &columns, vec![row]);
    if assumed > 0 {
        section.notes.push("Some logs name no zone; --zone says which one their clock had.".to_owned());
    }
    Ok(section)
}

fn gap_section(gaps: &[Gap]) -> Section {
    let columns = [
        column("format", "Log"),
        column("from", "From (UTC)"),
        column("to", "To (UTC)"),
        column("length_us", "Length"),
    ];
    let rows = gaps.iter().map(|g| {
        vec![Value::Text(g.format.clone()), Value::Time(g.from), Value::Time(g.to), Value::Duration(g.to - g.from)]
    });
    let mut section = section("gaps", "Gaps in the logs", &columns, rows.collect());
    section.notes.push(format!(
        "A gap is at least 15 minutes and {GAP_FACTOR} times the log's usual distance between two exchanges. Not judged: HAR captures, and logs of fewer than {GAP_EXCHANGES_LEAST} exchanges."
    ));
    section
}

fn auth(all: &Group) -> Section {
    let columns = [column("auth", "Credentials"), column("exchanges", "Exchanges"), column("meaning", "Meaning")];
    let row = |word: &str, part: u64, meaning: &str| {
        vec![Value::Text(word.into()), Value::Share { part, whole: all.exchanges }, Value::Text(meaning.into())]
    };
    let rows = vec![
        row("present", all.auth.present, "the evidence shows a token, key, cookie or user"),
        row("absent", all.auth.absent, "headers were recorded and held none"),
        row("unknown", all.auth.unknown, "the evidence cannot tell: no headers recorded, or a sanitised capture"),
    ];
    section("auth", "Authentication", &columns, rows)
}

fn ranking(exchanges: &Exchanges, by: By, top: usize) -> Result<Section, CaseError> {
    let (groups, total) = exchanges.groups(by, top)?;
    let (id, title, keys): (_, _, &[Column]) = match by {
        By::Host => ("hosts", "Hosts", &[column("host", "Host")]),
        By::Endpoint => (
            "endpoints",
            "Endpoints",
            &[machines("method"), machines("host"), machines("path"), column("endpoint", "Endpoint")],
        ),
        _ => ("clients", "Top clients", &[column("client_address", "Client")]),
    };
    let status = [
        nonzero("status_2xx", "2xx"),
        nonzero("status_3xx", "3xx"),
        nonzero("status_4xx", "4xx"),
        nonzero("status_5xx", "5xx"),
    ];
    let mut columns = keys.to_vec();
    columns.push(column("exchanges", "Exchanges"));
    columns.extend(status);
    if by == By::Endpoint {
        columns.extend([
            nonzero("auth_present", "Auth"),
            nonzero("auth_absent", "No auth"),
            nonzero("auth_unknown", "Auth?"),
        ]);
    }
    if by == By::Client {
        columns.push(column("endpoints", "Endpoints"));
    } else {
        columns.push(column("clients", "Clients"));
    }
    if by != By::Endpoint {
        columns.extend([column("first_time", "First (UTC)"), column("last_time", "Last (UTC)")]);
    }
    let rows: Vec<_> = groups.into_iter().map(|g| ranking_row(g, by)).collect();
    let rows_cut = total.saturating_sub(rows.len() as u64);
    Ok(Section { rows_cut, ..section(id, title, &columns, rows) })
}

fn ranking_row(group: Group, by: By) -> Vec<Value> {
    let endpoint = (by == By::Endpoint).then(|| endpoint(&group.key));
    let mut row: Vec<Value> = group.key.into_iter().map(Value::text).collect();
    row.extend(endpoint.map(Value::Text));
    row.push(Value::Count(group.exchanges));
    let s = group.status;
    row.extend([s.success, s.redirect, s.client_error, s.server_error].map(Value::Count));
    if by == By::Endpoint {
        row.extend([group.auth.present, group.auth.absent, group.auth.unknown].map(Value::Count));
    }
    row.push(Value::Count(if by == By::Client { group.endpoints } else { group.clients }));
    if by != By::Endpoint {
        row.extend([Value::minute(group.first), Value::minute(group.last)]);
    }
    row
}

/// `GET api.example/stores/{n}/orders`; what the log does not name is left out.
fn endpoint(key: &[Option<String>]) -> String {
    let part = |at: usize| key.get(at).and_then(Option::as_deref).unwrap_or_default();
    format!("{} {}{}", part(0), part(1), part(2)).trim().to_owned()
}
