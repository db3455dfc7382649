//! The answer proved: numbers against the truth, masks, formats, codes, lens, verdicts, SQL, redaction.

mod hostile;
mod lens;
mod masked;
mod redact;
mod same;
mod sql;
mod truth;
mod verdicts;

use serde_json::Value;

use crate::cli::{Desk, Ran, bundled};

/// The intruder, as truth.json names him: address, and the hash of his user agent.
const INTRUDER: &str = "address:192.0.2.61/19f6fbd5";

const BODIES: &str = "gateway-bodies.jsonl.gz";
const LOG: &str = "gateway.log.gz";
const HAR: &str = "walk.har";

/// Formats that `report` writes.
const SHAPES: &[&str] = &["table", "json", "jsonl", "csv", "md", "html", "stix", "sarif", "timesketch"];

fn truth() -> Value {
    let path = bundled().parent().unwrap().join("truth.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Runs in the folder of the bundled evidence, with a key that is always the same.
fn there(desk: &Desk, args: &[&str]) -> Ran {
    let key = desk.write("key", [7; 32]);
    let mut command = desk.command(args);
    command.env("BREACHWALK_KEY", key).current_dir(bundled());
    command.output().unwrap().into()
}

/// Rows of a section of a report in JSON.
#[track_caller]
fn rows(report: &Value, section: &str) -> Vec<Value> {
    report["sections"][section]["rows"].as_array().unwrap_or_else(|| panic!("no section {section}")).clone()
}

/// The row whose `key` is `value`.
#[track_caller]
fn row(rows: &[Value], key: &str, value: &str) -> Value {
    rows.iter().find(|r| r[key] == value).unwrap_or_else(|| panic!("no {key} {value} in {rows:?}")).clone()
}

#[track_caller]
fn number(row: &Value, key: &str) -> u64 {
    row[key].as_u64().unwrap_or_else(|| panic!("{key} in {row}"))
}

/// Rows of an answer in SQL.
#[track_caller]
fn ask(desk: &Desk, sql: &str, inputs: &[&str]) -> Vec<Value> {
    let mut args = vec!["query", sql];
    args.extend(inputs);
    args.extend(["-f", "jsonl"]);
    there(desk, &args).ends(0).out.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// A case of the bundled evidence in `case`.
fn case_of(desk: &Desk, files: &[&str]) {
    let folder = desk.path("case");
    let mut args = vec!["ingest", "-c", folder.to_str().unwrap()];
    args.extend(files);
    there(desk, &args).ends(0);
}

/// Adds a lens to `case`.
fn lens(desk: &Desk, case: &str, text: &str) {
    let path = desk.path(case).join("case.toml");
    let before = std::fs::read_to_string(&path).unwrap();
    let before = before.split("[lens]").next().unwrap().to_owned();
    std::fs::write(path, format!("{before}\n[lens]\n{text}\n")).unwrap();
}

/// Actions in a case's custody log.
fn actions(desk: &Desk, case: &str) -> Vec<(String, Value)> {
    let log = desk.run(&["case", "log", case, "--json"]).ends(0).out;
    let entries = log.lines().map(|l| serde_json::from_str::<Value>(l).unwrap());
    entries.map(|mut e| (e["action"].as_str().unwrap().to_owned(), e["detail"].take())).collect()
}
