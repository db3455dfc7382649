//! Masked by default: no output of any format holds a raw value of the evidence.

use std::collections::BTreeSet;
use std::io::Read as _;

use base64::Engine as _;
use serde_json::Value;

use super::{BODIES, HAR, INTRUDER, LOG, SHAPES, actions, case_of, there};
use crate::cli::{Desk, bundled};
use crate::support::files;

/// Names and phones of objects that have both, from JSON by hand.
fn people(tree: &Value, out: &mut BTreeSet<String>) {
    match tree {
        Value::Object(map) => {
            let phone = map.get("phone").or_else(|| map.get("mobile")).and_then(Value::as_str);
            if let (Some(name), Some(phone)) = (map.get("name").and_then(Value::as_str), phone) {
                out.extend([name.to_owned(), phone.to_owned()]);
            }
            map.values().for_each(|v| people(v, out));
        }
        Value::Array(list) => list.iter().for_each(|v| people(v, out)),
        Value::String(text) if text.starts_with(['{', '[']) => {
            if let Ok(inner) = serde_json::from_str::<Value>(text) {
                people(&inner, out);
            }
        }
        _ => {}
    }
}

/// All people of the bundled evidence.
fn raw_values() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let har = std::fs::read_to_string(bundled().join(HAR)).unwrap();
    people(&serde_json::from_str(&har).unwrap(), &mut out);
    let mut kong = String::new();
    let file = std::fs::File::open(bundled().join(BODIES)).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut kong).unwrap();
    kong.lines().for_each(|l| people(&serde_json::from_str(l).unwrap(), &mut out));
    assert!(out.len() > 500, "{}", out.len());
    out
}

/// Ways in which a value may stand in an output.
fn forms(value: &str) -> Vec<String> {
    let percent: String = value
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    let json = serde_json::to_string(value).unwrap().trim_matches('"').to_owned();
    let mut all = vec![value.to_owned(), percent, value.replace(' ', "+"), json];
    // base64 depends on where in three bytes the value begins; what its neighbours decide is cut off.
    for lead in 0..3 {
        let text = [&b"\0\0"[..lead], value.as_bytes()].concat();
        let code = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&text);
        let from = [0, 2, 3][lead];
        let whole = text.len() / 3 * 4;
        all.push(code[from..whole].to_owned());
    }
    all.sort();
    all.dedup();
    all
}

#[track_caller]
fn holds_none(what: &str, text: &str, forms: &aho_corasick::AhoCorasick) {
    if let Some(found) = forms.find(text) {
        let from = text[..found.start()].char_indices().rev().nth(60).map_or(0, |c| c.0);
        let to = text[found.end()..].char_indices().nth(60).map_or(text.len(), |c| found.end() + c.0);
        panic!("{what} shows {:?}: …{}…", &text[found.range()], &text[from..to]);
    }
}

fn searcher(values: &BTreeSet<String>) -> aho_corasick::AhoCorasick {
    let forms: BTreeSet<String> = values.iter().flat_map(|v| forms(v)).collect();
    aho_corasick::AhoCorasick::new(forms.iter().filter(|f| f.len() >= 6)).unwrap()
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let forms = searcher(&BTreeSet::from(["Asha Rao".to_owned(), "9000000001".to_owned()]));
    for text in ["Asha Rao", "asha=Asha%20Rao", "x=Asha+Rao", "tel 9000000001."] {
        assert!(forms.find(text).is_some(), "{text}");
    }
    for lead in ["", "a", "ab", "abc"] {
        let code = base64::engine::general_purpose::STANDARD.encode(format!("{lead}9000000001 and more"));
        assert!(forms.find(&code).is_some(), "{code}");
    }
    assert!(forms.find("Asha 900000000").is_none());
}

#[test]
fn no_report_of_any_format_shows_a_raw_value() {
    let desk = Desk::new();
    let forms = searcher(&raw_values());
    let files = [LOG, BODIES, HAR];
    for shape in SHAPES {
        for more in [&[][..], &["--explain", "--actor", INTRUDER]] {
            let mut args = vec!["report"];
            args.extend(files);
            args.extend(["-f", shape, "--top", "0"]);
            args.extend(more);
            let ran = there(&desk, &args).ends(0);
            holds_none(shape, &ran.out, &forms);
            holds_none(shape, &ran.err, &forms);
        }
    }
    for regime in ["gdpr", "dpdp", "cert-in", "sec", "hipaa"] {
        let aware = ["--notice", regime, "--aware-at", "2024-09-19T09:00:00+05:30", "--actor", INTRUDER];
        let mut args = vec!["report"];
        args.extend(files);
        args.extend(aware);
        holds_none(regime, &there(&desk, &args).ends(0).out, &forms);
    }
    let letter = there(&desk, &["report", LOG, BODIES, HAR, "--actor", INTRUDER, "--tenant", "20417"]).ends(0);
    assert!(letter.out.contains("20417"), "{}", letter.out);
    holds_none("--tenant", &letter.out, &forms);
    let folder = desk.path("letters");
    let folder = folder.to_str().unwrap();
    there(&desk, &["report", LOG, BODIES, HAR, "--actor", INTRUDER, "--per-tenant", folder]).ends(0);
    let letters = self::files(&desk.path("letters"));
    assert!(letters.len() > 60, "{}", letters.len());
    for path in letters {
        holds_none(&path.display().to_string(), &std::fs::read_to_string(&path).unwrap(), &forms);
    }
}

#[test]
fn neither_search_nor_sql_nor_the_case_shows_a_raw_value() {
    let desk = Desk::new();
    let values = raw_values();
    let forms = searcher(&values);
    case_of(&desk, &[LOG, BODIES, HAR]);
    let some: Vec<&String> = values.iter().filter(|v| v.starts_with('9')).take(2).collect();
    for value in [some[0].as_str(), some[1].as_str(), "9000009902", "store_id=20417"] {
        for shape in ["table", "json", "jsonl", "csv", "md"] {
            let ran = desk.run(&["find", value, "case", "-f", shape, "--top", "0"]).ends(0);
            holds_none(&format!("find {value} -f {shape}"), &ran.out, &forms);
        }
    }
    for table in [
        "evidence",
        "exchanges",
        "sightings",
        "identifiers",
        "signals",
        "fields",
        "rejects",
        "exposure",
        "findings",
        "actors",
        "endpoints",
    ] {
        for shape in ["jsonl", "csv"] {
            let ran = desk.run(&["query", &format!("select * from {table}"), "case", "-f", shape]).ends(0);
            holds_none(&format!("query {table} -f {shape}"), &ran.out, &forms);
        }
    }
    // The friend's phone stands in a query of the log, of Kong's line and of the capture.
    let seen =
        desk.run(&["query", "select path, query from exchanges where query like 'phone=%'", "case", "-f", "csv"]);
    assert!(seen.out.lines().count() >= 3, "{}", seen.out);
    for verb in [&["classes"][..], &["detectors"], &["case", "log", "case"], &["case", "verify", "case"]] {
        holds_none(&format!("{verb:?}"), &desk.run(verb).out, &forms);
    }
    assert!(actions(&desk, "case").iter().any(|(a, _)| a == "find"));
    // In the case's own files only request lines are as they were logged; that is the friend's phone.
    let mut but_him = values.clone();
    but_him.remove("9000009902");
    let forms = searcher(&but_him);
    for path in files(&desk.path("case")) {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        holds_none(&path.display().to_string(), &text, &forms);
    }
}

/// What the bundled evidence has none of: e-mails, cards, names and tokens in links and headers.
#[test]
fn links_and_headers_are_masked_in_sql() {
    let desk = Desk::new();
    let raw = ["asha.rao@mail.example", "9000012345", "4111111111111111", "ABCPE1234F"];
    desk.write(
        "a.log",
        "192.0.2.1 - - [11/Sep/2024:02:54:00 +0530] \"GET /find?email=asha.rao%40mail.example&phone=9000012345&page=3 HTTP/1.1\" 200 5 \"https://a.example/x?mobile=9000012345&card_number=4111111111111111\" \"a\"\n\
         192.0.2.1 - asha.rao@mail.example [11/Sep/2024:02:54:01 +0530] \"GET /guests/9000012345?pan=ABCPE1234F HTTP/1.1\" 200 5 \"-\" \"a\"\n",
    );
    let forms = searcher(&raw.iter().map(|v| (*v).to_owned()).collect());
    for shape in ["table", "json", "jsonl", "csv", "md"] {
        let ran = desk.run(&["query", "select * from exchanges", "a.log", "-f", shape]).ends(0);
        holds_none(shape, &ran.out, &forms);
    }
    let ran = desk.run(&["query", "select query from exchanges", "a.log", "-f", "csv"]).ends(0);
    assert!(ran.out.contains("page=3"), "what is not personal stays: {}", ran.out);
    for shape in SHAPES {
        let ran = desk.run(&["report", "a.log", "-f", shape, "--top", "0", "--explain"]).ends(0);
        holds_none(shape, &ran.out, &forms);
    }
}

/// A reason opens a value, and the custody log keeps the reason.
#[test]
fn a_value_is_revealed_for_a_reason_that_is_kept() {
    let desk = Desk::new();
    case_of(&desk, &[LOG, BODIES, HAR]);
    let phone = "9000009902";
    desk.run(&["find", phone, "case", "--reveal", " "]).ends(2).says(&["--reveal", "say why"]);
    assert!(!actions(&desk, "case").iter().any(|(a, _)| a == "reveal"));
    let spelled = "+91-90000-09902";
    let ran = desk.run(&["find", spelled, "case", "--reveal", "ticket 4711", "-f", "jsonl", "--top", "0"]).ends(0);
    let hits: Vec<Value> = ran.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(hits.len(), 5, "{}", ran.out);
    assert!(hits.iter().all(|h| h["value"] == phone), "{}", ran.out);
    let log = actions(&desk, "case");
    let (_, detail) = log.iter().find(|(a, _)| a == "reveal").expect("an entry");
    assert_eq!(detail["reason"], "ticket 4711");
    assert_eq!(detail["values"], 5);
    assert_eq!(detail["fingerprints"][0].as_str().unwrap().len(), 32);
    assert!(!detail.to_string().contains(phone));
    desk.run(&["case", "verify", "case"]).ends(0);
}

#[test]
fn what_changed_or_cannot_be_logged_is_not_revealed() {
    let desk = Desk::new();
    desk.write(
        "a.log",
        crate::cli::combined(50, 1).replace("/api/v1/stores/8/orders?", "/api/v1/past?phone=9000012345&"),
    );
    desk.run(&["ingest", "-c", "case", "a.log"]).ends(0);
    let ran = desk.run(&["find", "9000012345", "case", "--reveal", "why", "-f", "jsonl"]).ends(0);
    assert!(ran.out.contains("9000012345"), "{}", ran.out);
    let text = std::fs::read_to_string(desk.path("a.log")).unwrap();
    desk.write("a.log", text.replacen("phone=9000012345", "phone=9000054321", 1));
    let ran = desk.run(&["find", "9000012345", "case", "--reveal", "why"]).ends(1);
    assert!(!ran.out.contains("90000") && ran.err.contains("not what it was"), "{}{}", ran.out, ran.err);
    // A log that another process holds cannot have the entry.
    desk.write("a.log", text);
    let lock = std::fs::File::options().write(true).open(desk.path("case/.lock")).unwrap();
    lock.lock().unwrap();
    let ran = desk.run(&["find", "9000012345", "case", "--reveal", "why"]).ends(1);
    assert!(ran.out.is_empty() && ran.err.contains("nothing is revealed"), "{}{}", ran.out, ran.err);
}
