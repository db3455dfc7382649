//! Sections that weigh: sums, estimates, severity.

use crate::exposure::Outcome;
use crate::exposure::outcome::{Counts, Interval, Scope};

use super::super::parts::{column, hundredths, machines, nonzero, section};
use super::super::value::{Section, Value, grouped};

pub(super) fn totals(outcome: &Outcome) -> Section {
    let columns = [
        column("scope", "Scope"),
        column("certainty", "Certainty"),
        machines("exchanges"),
        column("tenants", "Tenants"),
        column("records", "Records"),
        column("subjects", "People"),
        column("values", "Values"),
        machines("tenants_low"),
        machines("tenants_high"),
        machines("records_low"),
        machines("records_high"),
        machines("subjects_low"),
        machines("subjects_high"),
    ];
    let scopes = [
        ("taken by intruders", &outcome.totals.taken),
        ("readable by anyone", &outcome.totals.open),
        ("seen by the rightful", &outcome.totals.rightful),
    ];
    let rows = scopes.into_iter().flat_map(|(name, scope)| scope_rows(name, scope)).collect();
    let mut section = section("totals", "How much, and how surely", &columns, rows);
    for (name, scope) in scopes {
        for (what, interval) in [
            ("tenants", scope.reachable.tenants),
            ("records", scope.reachable.records),
            ("people", scope.reachable.subjects),
        ] {
            if let Some(interval) = interval {
                section.notes.push(format!("Reachable {what}, {name}: {}.", super::reach(interval)));
            }
        }
    }
    section.notes.push(
        "Confirmed: stands in an answer that was kept. Probable: the answer was a success and was not kept. Reachable: estimated, what was taken included."
            .to_owned(),
    );
    section
}

fn scope_rows(name: &str, scope: &Scope) -> Vec<Vec<Value>> {
    let counts = |certainty: &str, c: &Counts| {
        let mut row = vec![Value::Text(name.into()), Value::Text(certainty.into())];
        row.extend([c.exchanges, c.tenants, c.records, c.subjects, c.values].map(Value::Count));
        row.extend([Value::Null, Value::Null, Value::Null, Value::Null, Value::Null, Value::Null]);
        row
    };
    let mut rows = vec![counts("confirmed", &scope.confirmed), counts("probable", &scope.probable)];
    let reach = [scope.reachable.tenants, scope.reachable.records, scope.reachable.subjects];
    if reach.iter().any(Option::is_some) {
        let of = |i: Option<Interval>, get: fn(Interval) -> u64| i.map_or(Value::Null, |i| Value::Count(get(i)));
        let mut row = vec![Value::Text(name.into()), Value::Text("reachable".into()), Value::Null];
        row.extend(reach.map(|i| of(i, |i| i.point)));
        row.push(Value::Null);
        row.extend(reach.into_iter().flat_map(|i| [of(i, |i| i.low), of(i, |i| i.high)]));
        rows.push(row);
    }
    rows
}

pub(super) fn estimates(outcome: &Outcome) -> Section {
    let columns = [
        column("what", "What"),
        column("point", "Estimate"),
        column("low", "Low"),
        column("high", "High"),
        nonzero("level_percent", "Level %"),
        column("method", "Method"),
        machines("inputs"),
        machines("assumptions"),
    ];
    let rows = outcome.estimates.iter().map(|e| {
        let inputs: Vec<String> = e.inputs.iter().map(|(name, n)| format!("{name}: {n}")).collect();
        vec![
            Value::Text(e.what.clone()),
            Value::Count(e.interval.point),
            Value::Count(e.interval.low),
            Value::Count(e.interval.high),
            Value::Count(e.level.into()),
            Value::Text(e.method.clone()),
            Value::Text(inputs.join("; ")),
            Value::Text(e.assumptions.join(" ")),
        ]
    });
    let mut section = section("estimates", "How far it could have gone", &columns, rows.collect());
    for e in &outcome.estimates {
        let inputs: Vec<String> = e.inputs.iter().map(|(name, n)| format!("{name} {}", grouped(*n))).collect();
        let from = if inputs.is_empty() { String::new() } else { format!(" From {}.", inputs.join(", ")) };
        let holds = match e.assumptions.as_slice() {
            [] => String::new(),
            all => format!(" It holds if: {}", all.join(" ")),
        };
        section.notes.push(format!("{}:{from}{holds}", e.what));
    }
    section
}

pub(super) fn severity(outcome: &Outcome) -> Section {
    let columns = [column("input", "Input"), column("value", "Value"), machines("hundredths"), column("why", "Why")];
    let row = |input: &str, n: u16, why: &str| {
        vec![Value::Text(input.into()), Value::Text(hundredths(n)), Value::Count(n.into()), Value::Text(why.into())]
    };
    let mut rows = Vec::new();
    if let Some(e) = &outcome.severity {
        rows.push(row("context of processing (DPC, 1 to 4)", u16::from(e.dpc) * 100, &e.dpc_why));
        rows.push(row("ease of identification (EI, 0.25 to 1)", e.ei_hundredths, &e.ei_why));
        for c in &e.circumstances {
            rows.push(row(&format!("circumstance (CB): {}", c.what), c.hundredths, &c.why));
        }
        let sum = format!("{} × {} + {}", e.dpc, hundredths(e.ei_hundredths), hundredths(e.cb_hundredths()));
        rows.push(row("severity (SE = DPC × EI + CB)", e.score_hundredths, &format!("{sum}: {}", e.band())));
    }
    let mut section = section("severity", "Severity after ENISA (2013)", &columns, rows);
    match &outcome.severity {
        None => section.notes.push("Not scored: no data of persons was seen.".to_owned()),
        Some(e) => {
            section.notes.push("Below 2 low, below 3 medium, below 4 high, from 4 on very high; at most 6.".to_owned());
            if e.over_hundred {
                section.notes.push("Flag: more than 100 people.".to_owned());
            }
            if e.unintelligible {
                section.notes.push("Flag: the data are unintelligible to whoever got them.".to_owned());
            }
        }
    }
    section
}
