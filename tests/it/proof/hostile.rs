//! Hostile evidence in every new output: nothing acts, nothing is injected, nothing is a formula.

use std::fmt::Write as _;

use super::SHAPES;
use crate::cli::Desk;
use crate::cli::output::csv;

/// What somebody may have put into names, paths, agents and bodies.
const NASTY: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'--></style></script><svg onload=alert(1)>",
    "=cmd|' /C calc'!A1",
    "+1+1",
    "@SUM(A1)",
    "\u{1b}]0;owned\u{7}\u{1b}[2J",
    "\u{202e}gnp.exe\u{2066}",
    "[x](javascript:alert(1))",
    "| a | b |\n# head",
    "\u{9b}31m\u{7f}",
];

/// Kong lines in which a walker gets people whose names are nasty, at nasty stores.
fn evidence() -> String {
    let mut out = String::new();
    for i in 0..60 {
        let nasty = NASTY[i % NASTY.len()];
        let body = serde_json::json!({
            "storeId": nasty, "orders": [{ "orderNo": format!("{nasty}{i}"), "total": 10.5, "status": "new",
            "customer": { "name": nasty, "phone": format!("98765{:05}", i), "email": format!("a{i}{}@mail.example", nasty.len()) } }],
            nasty: nasty,
        });
        let line = serde_json::json!({
            "request": { "method": "GET", "uri": format!("/stores/{}/orders?q={}", i + 1, nasty.replace(' ', "%20")),
                "url": "https://api.example:443/x", "size": 10, "querystring": {},
                "headers": { "host": "api.example", "user-agent": nasty, "x-note": nasty, "accept": "*/*" } },
            "response": { "status": 200, "size": 100, "headers": { "content-type": "application/json", "server": nasty },
                "body": body.to_string() },
            "latencies": { "request": 5, "kong": 1, "proxy": 4 }, "client_ip": "192.0.2.9",
            "started_at": 1_726_667_944_000_i64 + i as i64 * 1000,
        });
        let _ = writeln!(out, "{line}");
    }
    out
}

fn acts(c: char) -> bool {
    matches!(c, '\0'..='\x08' | '\x0b'..='\x1f' | '\x7f'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

#[track_caller]
fn harmless(what: &str, shape: &str, whole: &str) {
    let text = if shape == "csv" { whole.replace("\r\n", "\n") } else { whole.to_owned() };
    if let Some(line) = text.lines().find(|l| l.chars().any(acts)) {
        panic!("{what}: {line:?}");
    }
    match shape {
        "html" => {
            let lower = text.to_lowercase();
            assert!(!lower.contains("<svg onload") && !lower.contains("<img src=x"), "{what}");
            assert_eq!(lower.matches("<script").count(), 0, "{what}");
            assert!(!lower.contains("javascript:alert(1)\""), "{what}");
        }
        "csv" => {
            for cell in csv(whole).iter().flatten() {
                let number = cell.parse::<f64>().is_ok();
                assert!(number || !cell.starts_with(['=', '+', '@', '-', '|', '%']), "{what}: {cell:?}");
            }
        }
        "md" | "letter" => {
            // What is escaped does not act.
            let bare = text.replace("\\]", "").replace("\\<", "").replace("\\!", "");
            assert!(!bare.contains("<script>") && !bare.contains("<img") && !bare.contains("](javascript:"), "{what}");
            assert!(!text.lines().any(|l| l == "# head"), "{what}");
        }
        "json" | "stix" | "sarif" => drop(serde_json::from_str::<serde_json::Value>(&text).expect(what)),
        "jsonl" | "timesketch" => {
            for line in text.lines() {
                serde_json::from_str::<serde_json::Value>(line).expect(what);
            }
        }
        _ => {}
    }
}

#[test]
fn nothing_hostile_acts_in_any_output() {
    let desk = Desk::new();
    desk.write("h.jsonl", evidence());
    desk.run(&["ingest", "-c", "case", "h.jsonl"]).ends(0);
    let held = desk.manifest("case")["evidence"][0]["exchanges"].clone();
    assert_eq!(held, 60, "every line is an exchange");
    for shape in SHAPES {
        let args = ["report", "case", "-f", shape, "--top", "0", "--explain", "--actor", "192.0.2.9"];
        let ran = desk.run(&args).ends(0);
        harmless(&format!("report -f {shape}"), shape, &ran.out);
        harmless(&format!("report -f {shape}, stderr"), "table", &ran.err);
    }
    for shape in ["table", "json", "jsonl", "csv", "md"] {
        for table in [
            "exchanges",
            "sightings",
            "identifiers",
            "signals",
            "fields",
            "exposure",
            "findings",
            "actors",
            "endpoints",
        ] {
            let sql = format!("select * from {table}");
            harmless(&format!("{sql} -f {shape}"), shape, &desk.run(&["query", &sql, "case", "-f", shape]).ends(0).out);
        }
        for value in ["9876500003", "store_id=1", NASTY[0], NASTY[6]] {
            harmless("find", shape, &desk.run(&["find", value, "case", "-f", shape, "--top", "0"]).ends(0).out);
        }
    }
    let ran = desk.run(&["find", "9876500003", "case", "--reveal", NASTY[6]]).ends(0);
    harmless("reveal", "table", &ran.out);
    harmless("custody log", "table", &desk.run(&["case", "log", "case"]).ends(0).out);
    for regime in ["gdpr", "dpdp", "cert-in", "sec", "hipaa"] {
        let args = ["report", "case", "--notice", regime, "--aware-at", "2024-09-19", "--actor", "192.0.2.9"];
        harmless(regime, "letter", &desk.run(&args).ends(0).out);
    }
    desk.run(&["report", "case", "--actor", "192.0.2.9", "--per-tenant", "letters"]).ends(0);
    for path in crate::support::files(&desk.path("letters")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)), "{name:?}");
        harmless(name, "letter", &std::fs::read_to_string(&path).unwrap());
    }
    desk.run(&["case", "note", "case", "--actor", NASTY[6], "--verdict", "intruder", "--why", NASTY[0]]).ends(0);
    harmless("log", "table", &desk.run(&["case", "log", "case"]).ends(0).out);
    desk.run(&["case", "verify", "case"]).ends(0);
}
