//! Every output of an invented outcome against golden files (`UPDATE_GOLDEN=1` writes them again),
//! and of a hostile one against what must not be in it.

use std::path::PathBuf;

use serde_json::Value as Tree;

use super::notice::{Regime, draft};
use super::samples::{FORMULAS, HOSTILE, build, hostile, outcome};
use super::*;
use crate::domain::safe_text::is_unsafe;
use crate::domain::time::iso;
use crate::exposure::Outcome;
use crate::exposure::outcome::TenantSummary;

mod schema;

/// Every output, by the name of its golden file.
fn outputs(outcome: &Outcome) -> Vec<(String, Vec<u8>)> {
    let all = OutcomeOptions { top: 0, sections: OUTCOME_SECTIONS.iter().map(|s| (*s).to_owned()).collect() };
    let report = build_outcome(outcome, &all);
    let short = build_outcome(outcome, &OutcomeOptions::default());
    let aware = iso(b"2026-03-04T10:15:00Z").unwrap().at;
    let mut out = vec![
        ("txt".to_owned(), Table { width: 80, colour: false }.write(&report)),
        ("json".to_owned(), Json.write(&report)),
        ("jsonl".to_owned(), Jsonl.write(&report)),
        ("csv".to_owned(), Csv(Guard::Formulas).write(&report)),
        ("md".to_owned(), Markdown.write(&report)),
        ("html".to_owned(), Html { outcome: Some(outcome) }.write(&short)),
        ("stix.json".to_owned(), stix::write(outcome)),
        ("sarif.json".to_owned(), sarif::write(outcome)),
        ("timesketch.jsonl".to_owned(), timesketch::write(outcome)),
        ("tenant.md".to_owned(), tenant::letter(outcome, &outcome.tenants[0].key).unwrap().into_bytes()),
    ];
    for regime in Regime::ALL {
        out.push((format!("{}.md", regime.code()), draft(outcome, *regime, aware).into_bytes()));
    }
    out
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_output_is_the_golden_one() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut wrong = Vec::new();
    for (name, bytes) in outputs(&outcome()) {
        let path = folder.join(format!("outcome.{name}"));
        let out = text(bytes);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &out).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        if golden != out {
            let first = golden.lines().zip(out.lines()).position(|(a, b)| a != b);
            wrong.push(format!("{}: differs from line {first:?} on; UPDATE_GOLDEN=1 writes it again", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    assert_eq!(outputs(&outcome()), outputs(&outcome()));
    assert_eq!(outputs(&hostile()), outputs(&hostile()));
}

#[test]
fn no_hostile_character_is_raw_in_any_output() {
    for (name, bytes) in outputs(&hostile()) {
        let out = text(bytes);
        let raw = out.chars().find(|c| is_unsafe(*c) && *c != '\n' && !(*c == '\r' && name == "csv"));
        assert_eq!(raw, None, "{name}");
        assert!(out.contains("alert"), "{name}: the text is there, harmless");
    }
}

#[test]
fn no_markup_is_raw_where_it_is_read() {
    for (name, bytes) in outputs(&hostile()) {
        let out = text(bytes);
        match name.rsplit('.').next().unwrap() {
            "html" => {
                for word in
                    ["<script", "<img", "javascript:alert(1)\"", "style=", "onerror=alert(1)>", " onload", "src="]
                {
                    let inert = out.replace("&lt;img src=x onerror=alert(1)&gt;", "").replace("&lt;script", "");
                    assert!(!inert.contains(word), "{name}: {word}");
                }
            }
            "md" => {
                let raw = unescaped_only(&out);
                for word in ["<", "](", "http://evil", "\n# heading", "\n- [ ]", "`", "alert(", "&lt;"] {
                    assert!(!raw.contains(word), "{name}: {word}");
                }
            }
            _ => {}
        }
    }
}

/// What Markdown would read as its own: a backslash takes the next character out.
fn unescaped_only(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next()
        } else {
            out.push(c);
            None
        };
    }
    out
}

/// A table's rows all have as many cells as its heading, whatever they hold.
#[test]
fn markdown_tables_keep_their_cells() {
    for (name, bytes) in outputs(&hostile()).into_iter().filter(|(n, _)| n.ends_with("md")) {
        let mut heading = None;
        for line in text(bytes).lines() {
            let bars = line.starts_with('|').then(|| unescaped_only(line).matches('|').count());
            assert!(heading.is_none() || bars.is_none() || heading == bars, "{name}: {line}");
            heading = bars;
        }
    }
}

#[test]
fn json_outputs_give_the_text_back() {
    for (name, bytes) in outputs(&hostile()) {
        let out = text(bytes);
        if name.ends_with("json") {
            serde_json::from_str::<Tree>(&out).unwrap_or_else(|e| panic!("{name}: {e}"));
        } else if name.ends_with("jsonl") {
            for line in out.lines() {
                serde_json::from_str::<Tree>(line).unwrap_or_else(|e| panic!("{name}: {e}"));
            }
        }
        if matches!(name.as_str(), "json" | "jsonl") {
            let exact = |t: &Tree| find(t, HOSTILE);
            let whole = if name == "json" { out.clone() } else { format!("[{}]", out.trim_end().replace('\n', ",")) };
            assert!(exact(&serde_json::from_str(&whole).unwrap()), "{name}: not exact");
        }
    }
}

/// Whether a text stands anywhere in a tree.
fn find(tree: &Tree, text: &str) -> bool {
    match tree {
        Tree::String(s) => s == text,
        Tree::Array(items) => items.iter().any(|t| find(t, text)),
        Tree::Object(map) => map.values().any(|t| find(t, text)),
        _ => false,
    }
}

/// RFC 4180, just enough to see the cells again.
fn cells(csv: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in csv.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' | '\r' | '\n' if !quoted => out.push(String::new()),
            c => out.last_mut().unwrap().push(c),
        }
    }
    out
}

#[test]
fn no_cell_of_a_csv_is_a_formula() {
    for formula in FORMULAS.iter().chain(&[HOSTILE]) {
        let outcome = build(&|_| (*formula).to_owned(), Vec::new());
        for id in OUTCOME_SECTIONS {
            let one = OutcomeOptions { top: 0, sections: vec![(*id).to_owned()] };
            let csv = text(Csv(Guard::Formulas).write(&build_outcome(&outcome, &one)));
            for cell in cells(&csv) {
                let number = cell.parse::<i64>().is_ok();
                assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']), "{id}: {cell:?}");
            }
        }
    }
}

#[test]
fn tables_fit_80_columns() {
    for outcome in [outcome(), hostile()] {
        let out = text(Table { width: 80, colour: false }.write(&build_outcome(&outcome, &OutcomeOptions::default())));
        let words = |l: &&str| l.split(' ').all(|w| w.chars().count() < 60);
        for line in out.lines().filter(words) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn a_summary_has_three_to_eight_sentences() {
    let empty = Outcome::default();
    for outcome in [&outcome(), &empty] {
        let n = build_outcome(outcome, &OutcomeOptions::default()).summary.len();
        assert!((2..=8).contains(&n), "{n}");
    }
    for (_, bytes) in outputs(&Outcome { tenants: vec![TenantSummary::default()], ..Outcome::default() }) {
        text(bytes);
    }
}

/// Two intruders, 870 + 40 records, 640 people: the numbers of the sample, in the sentences.
#[test]
fn the_summary_says_the_numbers_of_the_sample() {
    let all = build_outcome(&outcome(), &OutcomeOptions::default()).summary.join("\n");
    for part in [
        "2 intruders (1 judged by an analyst, 1 only proposed by findings) sent 1,040 requests from 2026-03-02 09:00 to 2026-03-03 20:05 (UTC).",
        "910 records about at least 640 people",
        "3 restaurants are affected",
        "4711 Blue Door (400 people, 540 records)",
        "870 records and 640 people; probable (success, answer not kept): 40 records more",
        "about 2,610 (2,543 to 2,668) people",
        "2.75 of 6, medium, more than 100 people",
        "what 4,100 answers held, whose bodies were not kept",
    ] {
        assert!(all.contains(part), "{part}\n{all}");
    }
}

#[test]
fn a_letter_names_no_other_tenant() {
    let outcome = outcome();
    let letter = tenant::letter(&outcome, "4711").unwrap();
    for other in ["4712", "4713", "Lime Tree", "order 2001", "order 3003", "203.0.113.9"] {
        assert!(!letter.contains(other), "{other}");
    }
    assert!(letter.contains("order 1001") && letter.contains("order 1002"));
    assert_eq!(tenant::letter(&outcome, "store_id:4711"), Some(letter));
    assert_eq!(tenant::letter(&outcome, "9999"), None);
}

#[test]
fn notices_ask_what_evidence_cannot_say() {
    let aware = iso(b"2026-03-04T10:15:00Z").unwrap().at;
    for (regime, words) in [
        (Regime::Gdpr, &["2026-03-07 10:15 UTC", "640 people", "33(3)(b)", "Draft"][..]),
        (Regime::Dpdp, &["2026-03-07 10:15 UTC (15:45 on 2026-03-07, Asia/Kolkata)", "check with counsel"]),
        (Regime::CertIn, &["2026-03-04 16:15 UTC (21:45 on 2026-03-04, Asia/Kolkata)", "203.0.113.9"]),
        (Regime::Sec, &["end of Tuesday, 2026-03-10 (America/New_York)", "holidays are not considered"]),
        (Regime::Hipaa, &["end of Sunday, 2026-05-03 (America/New_York)", "actually acquired"]),
    ] {
        let notice = draft(&outcome(), regime, aware);
        for word in words.iter().chain(&["[to be answered: ", "This is not legal advice"]) {
            assert!(notice.contains(word), "{}: {word}", regime.code());
        }
    }
}

#[test]
fn stix_ids_are_unique_and_every_reference_is_in_the_bundle() {
    for outcome in [outcome(), hostile()] {
        let bundle: Tree = serde_json::from_slice(&stix::write(&outcome)).unwrap();
        let objects = bundle["objects"].as_array().unwrap();
        let ids: Vec<&str> = objects.iter().map(|o| o["id"].as_str().unwrap()).collect();
        let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
        // Hostile actors share one key, so their objects share ids; real keys are distinct.
        assert!(distinct.len() == ids.len() || outcome == hostile());
        for object in objects {
            assert!(object["id"].as_str().unwrap().starts_with(&format!("{}--", object["type"].as_str().unwrap())));
            let refs = object["object_refs"].as_array().into_iter().flatten();
            let single = ["created_by_ref", "source_ref", "target_ref"].map(|k| &object[k]);
            for r in refs.chain(single).filter_map(Tree::as_str) {
                assert!(ids.contains(&r), "{r}");
            }
        }
    }
}

#[test]
fn sarif_results_point_at_their_rules_and_artifacts() {
    let log: Tree = serde_json::from_slice(&sarif::write(&outcome())).unwrap();
    let run = &log["runs"][0];
    let first = &run["results"][0];
    assert_eq!(first["ruleId"], run["tool"]["driver"]["rules"][first["ruleIndex"].as_u64().unwrap() as usize]["id"]);
    let line = &first["locations"][1]["physicalLocation"];
    assert_eq!((line["artifactLocation"]["index"].as_u64(), line["region"]["startLine"].as_u64()), (Some(1), Some(77)));
    assert!(first["locations"][0]["physicalLocation"]["region"].is_null(), "an entry of a capture has no line");
}

#[test]
fn timesketch_events_are_sorted_and_complete() {
    let out = text(timesketch::write(&outcome()));
    let events: Vec<Tree> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    for event in &events {
        for key in ["message", "datetime", "timestamp_desc"] {
            assert!(event[key].is_string(), "{key}");
        }
        assert!(event["tag"].is_array() && event["timestamp"].is_i64());
        let stamp = iso(event["datetime"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!((stamp.zoned, Some(stamp.at)), (true, event["timestamp"].as_i64()));
    }
    assert!(events.is_sorted_by_key(|e| e["timestamp"].as_i64()));
    // 2 intruders, 2 findings, 3 tenants, 5 rows of the ledger, 1 gap, each with a beginning and an end.
    assert_eq!(events.len(), 26);
}

#[test]
fn the_policy_allows_exactly_the_style_sheet() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let page = text(Html { outcome: Some(&outcome()) }.write(&build_outcome(&outcome(), &OutcomeOptions::default())));
    let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style.as_bytes()));
    assert!(page.contains(&format!("default-src 'none'; style-src 'sha256-{digest}'")));
    assert_eq!(page.matches("<style").count(), 1);
    assert!(!page.contains("style=") && !page.contains("<script"));
}
