//! The analysis as tables for SQL and other tools.

use super::Analysis;
use crate::exposure::outcome::Outcome;
use crate::frame::builder::Cell;
use crate::frame::sql::Derived;

/// Names of the tables that an analysis adds to a case's own.
pub const TABLES: &[&str] = &["exposure", "findings", "actors", "endpoints"];

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn count(n: u64) -> Cell {
    Cell::Int(n as i64)
}

fn time(at: Option<i64>) -> Cell {
    at.map_or(Cell::Null, Cell::Int)
}

impl Analysis {
    /// The tables.
    pub fn tables(&self) -> Vec<Derived> {
        vec![self.exposure(), findings(&self.outcome), self.actors(), self.endpoints()]
    }

    /// The whole ledger, everybody's.
    fn exposure(&self) -> Derived {
        let rows = self.ledger.rows.iter().map(|r| {
            let actor = self.facts.actor(r.actor).map_or("", |a| a.key.as_str());
            let endpoint = self.facts.endpoint(r.endpoint);
            vec![
                text(actor),
                text(&r.tenant),
                text(&r.class),
                text(&r.record),
                r.subject.map_or(Cell::Null, |s| Cell::Text(format!("{s:032x}"))),
                text(r.certainty.code()),
                count(r.count),
                count(r.open),
                time(r.first),
                time(r.last),
                endpoint.map_or(Cell::Null, |e| Cell::Text(format!("{} {}{}", e.method, e.host, e.template))),
            ]
        });
        Derived {
            name: "exposure",
            columns: &[
                "actor",
                "tenant",
                "data_class",
                "record",
                "subject",
                "certainty",
                "sightings",
                "without_credentials",
                "first_us",
                "last_us",
                "endpoint",
            ],
            rows: rows.collect(),
        }
    }

    fn actors(&self) -> Derived {
        let rows = self.facts.actors.iter().map(|a| {
            let s = &a.statuses;
            vec![
                text(&a.key),
                text(&a.address),
                text(&a.user_agent),
                count(s.total()),
                count(s.success),
                count(s.refused),
                count(s.missing),
                count(u64::from(a.tenants)),
                count(a.response_bytes),
                time(a.first),
                time(a.last),
            ]
        });
        Derived {
            name: "actors",
            columns: &[
                "actor",
                "address",
                "user_agent",
                "exchanges",
                "success",
                "refused",
                "missing",
                "tenants",
                "response_bytes",
                "first_us",
                "last_us",
            ],
            rows: rows.collect(),
        }
    }

    fn endpoints(&self) -> Derived {
        let rows = self.facts.endpoints.iter().map(|e| {
            let mut classes: Vec<&str> =
                e.classes.iter().filter(|c| c.location.is_response()).map(|c| c.class.as_str()).collect();
            classes.dedup();
            vec![
                text(&e.method),
                text(&e.host),
                text(&e.template),
                count(e.statuses.total()),
                count(e.statuses.success),
                count(e.auth_present),
                count(e.auth_absent),
                count(e.auth_unknown),
                text(&classes.join(",")),
                time(e.first),
                time(e.last),
            ]
        });
        Derived {
            name: "endpoints",
            columns: &[
                "method",
                "host",
                "template",
                "exchanges",
                "success",
                "auth_present",
                "auth_absent",
                "auth_unknown",
                "data_classes",
                "first_us",
                "last_us",
            ],
            rows: rows.collect(),
        }
    }
}

fn findings(outcome: &Outcome) -> Derived {
    let rows = outcome.findings.iter().map(|f| {
        let actors: Vec<&str> = f.actors.iter().filter_map(|a| outcome.actor(*a)).map(|a| a.key.as_str()).collect();
        vec![
            text(&f.rule),
            text(f.severity.code()),
            count(u64::from(f.confidence)),
            text(&actors.join(",")),
            text(&f.endpoints.join(",")),
            text(&f.sentence),
            count(f.exchanges),
            time(f.span.first),
            time(f.span.last),
        ]
    });
    Derived {
        name: "findings",
        columns: &[
            "rule",
            "severity",
            "confidence",
            "actors",
            "endpoints",
            "sentence",
            "exchanges",
            "first_us",
            "last_us",
        ],
        rows: rows.collect(),
    }
}
