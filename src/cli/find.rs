//! `breachwalk find`: was this phone, e-mail, order or restaurant affected?

use super::args::FindArgs;
use super::error::CliError;
use super::output::{Output, colour, now, width};
use super::reveal::{self, Revealed};
use super::{cache, exit, shape};
use crate::classify::Fingerprinter;
use crate::domain::time::rfc3339;
use crate::frame::lookup::{self, Hit};
use crate::frame::schema::Table;
use crate::report::{Column, Guard, Report, Section, Shown, Value};

pub(super) fn run(args: &FindArgs, output: &mut Output) -> Result<u8, CliError> {
    let reason = reveal::reason(args.reveal.as_ref())?;
    let mut opened = cache::open(&args.inputs, &args.reading, output)?;
    let case = &mut opened.case;
    let classes = case.classes()?;
    let fingerprinter = Fingerprinter::new(case.key()?);
    let known: Vec<(String, String)> = classes
        .normalise_for_search(&fingerprinter, &args.value)
        .into_iter()
        .map(|(class, fingerprint)| (class.to_owned(), fingerprint.to_string()))
        .collect();
    let mut fingerprints: Vec<&str> = known.iter().map(|(_, f)| f.as_str()).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    // `store_id=4217` names the identifier too.
    let (name, value) = match args.value.split_once('=') {
        Some((name, value)) => (Some(name), value),
        None => (None, args.value.as_str()),
    };
    let files = |table| case.part_files(table);
    let hits = lookup::find(
        [files(Table::Exchanges), files(Table::Sightings), files(Table::Identifiers)],
        &fingerprints,
        (name, value.trim()),
    )?;
    let revealed = match reason {
        Some(reason) => {
            reveal::record(case, reason, &fingerprints, hits.len())?;
            let wanted: Vec<_> = fingerprints.iter().filter_map(|f| f.parse().ok()).collect();
            Some(reveal::values(case, &args.reading, &hits, &wanted)?)
        }
        None => None,
    };
    let report = report(args, &hits, revealed.as_ref());
    output.data(&shape::bytes(args.shape, &report, width(), colour(), Guard::Formulas)?)?;
    // The value itself stays out of the log: it may be a person's.
    let what = serde_json::json!({ "fingerprints": fingerprints, "hits": hits.len() });
    if let Err(e) = case.note_command(now(), "find", what) {
        output.say(&format!("the custody log does not have this search: {e}"));
    }
    Ok(exit::DONE)
}

const fn column(key: &'static str, title: &'static str) -> Column {
    Column { key, title, shown: Shown::Always }
}

fn report(args: &FindArgs, hits: &[Hit], revealed: Option<&Revealed>) -> Report {
    let mut columns = vec![
        column("time", "Time (UTC)"),
        column("actor", "Actor"),
        column("endpoint", "Endpoint"),
        column("status", "Status"),
        column("what", "What"),
        column("where", "Where"),
        column("certainty", "Certainty"),
        column("place", "Evidence:record"),
    ];
    if revealed.is_some() {
        columns.push(column("value", "Value in clear"));
    }
    let shown = if args.top == 0 { hits.len() } else { args.top };
    let rows = hits.iter().take(shown).map(|h| {
        let mut row = vec![
            Value::time(h.time),
            Value::Text(h.actor.clone()),
            Value::Text(h.endpoint.clone()),
            h.status.map_or(Value::Null, |s| Value::Text(s.to_string())),
            Value::Text(h.what.clone()),
            Value::Text(format!("{} {}", h.location, h.pointer)),
            Value::Text(certainty(h).to_owned()),
            Value::Text(format!("{}:{}", h.evidence_id, h.record)),
        ];
        if let Some(revealed) = revealed {
            row.push(revealed.get(&(h.evidence_id, h.offset)).map_or(Value::Null, |v| Value::Text(v.join(", "))));
        }
        row
    });
    let section = Section {
        id: "hits",
        title: "Where it stands",
        notes: Vec::new(),
        columns,
        rows: rows.collect(),
        rows_cut: hits.len().saturating_sub(shown) as u64,
    };
    Report { summary: sentences(hits), sections: vec![section] }
}

/// In an answer it was handed out; in a request somebody asked for it.
fn certainty(hit: &Hit) -> &'static str {
    match (hit.in_response, hit.status) {
        (true, _) => "confirmed: in an answer",
        (false, Some(200..=299)) if hit.body_kept => "asked for; the answer was kept and is looked at by itself",
        (false, Some(200..=299)) => "probable: asked for with success, answer not kept",
        (false, _) => "asked for without success",
    }
}

fn sentences(hits: &[Hit]) -> Vec<String> {
    if hits.is_empty() {
        return vec![
            "No exchange of the evidence names it. What the evidence does not hold (bodies that were not kept, gaps) is not excluded by this.".to_owned(),
        ];
    }
    let count = |f: &dyn Fn(&&Hit) -> bool| hits.iter().filter(f).count();
    let answers = count(&|h| h.in_response);
    let asked = count(&|h| !h.in_response && matches!(h.status, Some(200..=299)));
    let mut actors: Vec<&str> = hits.iter().map(|h| h.actor.as_str()).collect();
    actors.sort_unstable();
    actors.dedup();
    let mut out = vec![format!(
        "It stands {} times in answers and was asked for {} times with success, by {} actors.",
        answers,
        asked,
        actors.len()
    )];
    if let (Some(first), Some(last)) =
        (hits.iter().filter_map(|h| h.time).min(), hits.iter().filter_map(|h| h.time).max())
    {
        out.push(format!("From {} to {} (UTC).", rfc3339(first), rfc3339(last)));
    }
    out
}
