//! What is printed, in every format, against golden files: `UPDATE_GOLDEN=1` writes them again.
//! Their numbers are proved by other means in `dataset.rs`.

use std::path::Path;

use super::{Desk, Ran, bundled, combined};

/// Sections of what was exposed; the ledger only with `--explain`, evidence and gaps are told below.
const EXPOSURE: &[&str] = &[
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
    "limits",
];

/// Sections of what the evidence holds.
const HOLDS: &[&str] = &["auth", "clients", "endpoints", "evidence", "gaps", "hosts", "rejects", "repairs", "time"];

/// The report of the bundled evidence, with names relative to its folder.
fn report(desk: &Desk, flags: &[&str]) -> Ran {
    // Keys of actors hold fingerprints: the same ones with the same key.
    let key = desk.write("key", [7; 32]);
    let mut args = vec!["report", "walk.har", "gateway.log.gz", "gateway-bodies.jsonl.gz"];
    args.extend(flags);
    let mut command = desk.command(&args);
    command.env("BREACHWALK_KEY", key).current_dir(bundled());
    Ran::from(command.output().unwrap()).ends(0)
}

#[test]
fn reports_are_as_they_were() {
    let desk = Desk::new();
    for (shape, ending) in [("table", "txt"), ("json", "json"), ("jsonl", "jsonl"), ("csv", "csv"), ("md", "md")] {
        let out = report(&desk, &["-f", shape]).out;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("report.{ending}"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &out).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        let first = golden.lines().zip(out.lines()).position(|(a, b)| a != b);
        assert!(golden == out, "{}: differs from line {first:?} on; UPDATE_GOLDEN=1 writes it again", path.display());
    }
}

/// RFC 4180, as small as it gets.
pub(crate) fn csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {
                assert_eq!(chars.next(), Some('\n'), "a line ends in CRLF");
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(!quoted && row.is_empty() && cell.is_empty(), "the last line ends");
    rows
}

#[test]
fn machines_can_read_it_and_all_formats_agree() {
    let desk = Desk::new();
    let tree = report(&desk, &["-f", "json", "--top", "0"]).json();
    let sections = tree["sections"].as_object().unwrap();
    let mut ids: Vec<&str> = sections.keys().map(String::as_str).collect();
    ids.sort_unstable();
    let mut expected: Vec<&str> = EXPOSURE.iter().chain(HOLDS).copied().collect();
    expected.sort_unstable();
    assert_eq!(ids, expected);
    let lines = report(&desk, &["-f", "jsonl", "--top", "0"]).out;
    let lines: Vec<serde_json::Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let rows: usize = sections.values().map(|s| s["rows"].as_array().unwrap().len()).sum();
    assert_eq!(lines.len(), rows);
    let wide = csv(&report(&desk, &["-f", "csv", "--section", "endpoints", "--top", "0"]).out);
    let endpoints = sections["endpoints"]["rows"].as_array().unwrap();
    assert_eq!(wide.len(), endpoints.len() + 1);
    for (row, object) in wide[1..].iter().zip(endpoints) {
        assert_eq!(row.len(), wide[0].len());
        for key in ["path", "exchanges", "clients"] {
            let at = wide[0].iter().position(|k| k == key).unwrap();
            let expected = object[key].as_str().map_or_else(|| object[key].to_string(), str::to_owned);
            assert_eq!(row[at], expected.replace("null", ""), "{key}");
        }
    }
    let long = csv(&report(&desk, &["-f", "csv"]).out);
    assert_eq!(long[0], ["section", "row", "column", "value"]);
    assert!(long.iter().all(|r| r.len() == 4));
}

#[test]
fn tables_keep_to_the_width() {
    let desk = Desk::new();
    for flags in [&[][..], &["--top", "0"]] {
        for line in report(&desk, flags).out.lines() {
            assert!(line.chars().count() <= 80, "{}: {line}", line.chars().count());
        }
    }
}

#[test]
fn since_and_until_bound_the_exchanges() {
    let desk = Desk::new();
    // One request a second from midnight in Kolkata.
    desk.write("a.log", combined(3600, 1));
    let count = |flags: &[&str]| {
        let mut args = vec!["report", "a.log", "-f", "json"];
        args.extend(flags);
        let tree = desk.run(&args).ends(0).json();
        let rows = tree["sections"]["auth"]["rows"].as_array().unwrap();
        rows.iter().map(|r| r["exchanges"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(count(&[]), 3600);
    assert_eq!(count(&["--since", "2024-09-11T00:10:00+05:30"]), 3000, "the bound itself counts");
    assert_eq!(count(&["--until", "2024-09-11T00:10:00+05:30"]), 600, "the bound itself does not");
    assert_eq!(count(&["--since", "2024-09-10T18:40:00Z", "--until", "2024-09-11T00:20:00+05:30"]), 600);
    assert_eq!(count(&["--since", "2024-09-11"]), 0, "a date is midnight UTC");
}

#[test]
fn no_colour_where_there_is_no_terminal() {
    let desk = Desk::new();
    let plain = report(&desk, &[]);
    assert!(!plain.out.contains('\x1b') && !plain.err.contains('\x1b'));
    let args = ["report", "walk.har", "gateway.log.gz", "gateway-bodies.jsonl.gz"];
    let mut command = desk.command(&args);
    command.env("NO_COLOR", "1").env("BREACHWALK_KEY", desk.path("key")).current_dir(bundled());
    assert_eq!(Ran::from(command.output().unwrap()).ends(0).out, plain.out);
}
