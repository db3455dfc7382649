//! Timesketch: JSON lines to import into a sketch. Each line is an event with `message`, `datetime`
//! (ISO 8601 with its offset), `timestamp` (microseconds) and `timestamp_desc`, sorted by time.
//! Events without a time are not written.

use serde_json::{Map, Value as Tree, json};

use super::json::escaped;
use super::outcome::tenant_label;
use super::parts::counted;
use crate::domain::Micros;
use crate::domain::safe_text::{escape, excerpt};
use crate::domain::time::rfc3339;
use crate::exposure::Outcome;
use crate::exposure::outcome::Span;

/// `OpenSearch` refuses to index a keyword of more than 32,766 bytes; a character takes up to four and
/// a message joins two texts.
const FIELD_CHARS: usize = 32_766 / 10;

/// The events.
pub fn write(outcome: &Outcome) -> Vec<u8> {
    let mut events = Events::default();
    actors(outcome, &mut events);
    findings(outcome, &mut events);
    tenants(outcome, &mut events);
    ledger(outcome, &mut events);
    for gap in &outcome.gaps {
        let source = cut(&gap.source);
        let members = || json!({ "message": format!("Nothing in {source} until the gap ends"), "source": source });
        events.push(Some(gap.from), "Gap Start", "gap", &["gap"], members());
        let members = json!({ "message": format!("The gap in {source} ends"), "source": source });
        events.push(Some(gap.to), "Gap End", "gap", &["gap"], members);
    }
    events.bytes()
}

/// Text of the evidence: visible, and short enough for an index.
fn cut(text: &str) -> String {
    excerpt(text.as_bytes(), FIELD_CHARS)
}

/// Events in the order in which they came, until they are sorted by time.
#[derive(Default)]
struct Events(Vec<(Micros, String)>);

impl Events {
    fn push(&mut self, at: Option<Micros>, what: &str, kind: &str, tags: &[&str], members: Tree) {
        let (Some(at), Tree::Object(members)) = (at, members) else { return };
        let mut event = Map::new();
        event.insert("datetime".into(), datetime(at).into());
        event.insert("timestamp".into(), at.into());
        event.insert("timestamp_desc".into(), what.into());
        event.insert("data_type".into(), format!("breachwalk:{kind}").into());
        event.insert("tag".into(), tags.into());
        event.extend(members);
        self.0.push((at, escaped(&Tree::Object(event).to_string())));
    }

    /// First and last moment of a thing; one event where they are the same.
    fn span(&mut self, span: Span, what: [&str; 2], kind: &str, tags: &[&str], members: &Tree) {
        let [first, last] = what;
        self.push(span.first, first, kind, tags, members.clone());
        if span.last != span.first {
            self.push(span.last, last, kind, tags, members.clone());
        }
    }

    fn bytes(mut self) -> Vec<u8> {
        self.0.sort_by_key(|(at, _)| *at);
        let mut out = String::new();
        for (_, line) in &self.0 {
            out.push_str(line);
            out.push('\n');
        }
        out.into_bytes()
    }
}

/// `2024-09-11T02:54:00.123456+00:00`.
fn datetime(at: Micros) -> String {
    let micros = at.rem_euclid(1_000_000);
    let whole = rfc3339(at.saturating_sub(micros));
    format!("{}.{micros:06}+00:00", whole.trim_end_matches('Z'))
}

fn actors(outcome: &Outcome, events: &mut Events) {
    for a in outcome.intruders() {
        let label = cut(&a.label);
        let members = json!({
            "message": format!(
                "{label} ({}): {}, {} and {} taken",
                a.verdict.code(),
                counted(a.exchanges, "request"),
                counted(a.records, "record"),
                counted(a.subjects, "person"),
            ),
            "actor": cut(&a.key),
            "verdict": a.verdict.code(),
            "source_ip": cut(&a.address),
            "user_agent": cut(&a.user_agent),
        });
        events.span(
            a.span,
            ["Intruder First Seen", "Intruder Last Seen"],
            "actor",
            &["actor", a.verdict.code()],
            &members,
        );
    }
}

fn findings(outcome: &Outcome, events: &mut Events) {
    for f in &outcome.findings {
        let actors: Vec<String> = f.actors.iter().filter_map(|a| outcome.actor(*a)).map(|a| cut(&a.key)).collect();
        let endpoints: Vec<String> = f.endpoints.iter().map(|e| cut(e)).collect();
        let members = json!({
            "message": cut(&f.sentence),
            "rule": cut(&f.rule),
            "severity": f.severity.code(),
            "confidence": f.confidence,
            "actors": actors,
            "endpoints": endpoints,
        });
        events.span(
            f.span,
            ["Finding First Seen", "Finding Last Seen"],
            "finding",
            &["finding", f.severity.code()],
            &members,
        );
    }
}

fn tenants(outcome: &Outcome, events: &mut Events) {
    for t in &outcome.tenants {
        let members = json!({
            "message": format!(
                "{} {}: {} and {} taken",
                escape(outcome.tenant_called().as_bytes()),
                cut(&tenant_label(t)),
                counted(t.records, "record"),
                counted(t.subjects, "person"),
            ),
            "tenant": cut(&t.key),
        });
        events.span(t.span, ["Tenant First Exposed", "Tenant Last Exposed"], "tenant", &["tenant"], &members);
    }
}

fn ledger(outcome: &Outcome, events: &mut Events) {
    for row in &outcome.ledger {
        let actor = outcome.actor(row.actor);
        let tenant = row.tenant.and_then(|t| outcome.tenant(t));
        let class = outcome.class(row.class).map_or_else(String::new, |c| cut(&c.id));
        let places: Vec<String> = row
            .places
            .iter()
            .map(|p| format!("{}:{}", cut(outcome.evidence_name(p.evidence).unwrap_or_default()), p.record))
            .collect();
        let members = json!({
            "message": format!("{class} of record {} taken ({})", cut(&row.record), row.certainty.code()),
            "actor": actor.map(|a| cut(&a.key)),
            "source_ip": actor.map(|a| cut(&a.address)),
            "tenant": tenant.map(|t| cut(&t.key)),
            "class": class,
            "record": cut(&row.record),
            "subject": row.subject.map(|s| s.to_string()),
            "certainty": row.certainty.code(),
            "count": row.count,
            "places": places,
        });
        let verdict = actor.map_or("open", |a| a.verdict.code());
        events.span(
            row.span,
            ["Exposure First Seen", "Exposure Last Seen"],
            "exposure",
            &["exposure", verdict, row.certainty.code()],
            &members,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_microseconds() {
        assert_eq!(datetime(1_726_000_000_123_456), "2024-09-10T20:26:40.123456+00:00");
        assert_eq!(datetime(1_726_000_000_000_000), "2024-09-10T20:26:40.000000+00:00");
    }
}
