//! What is in a case is proved, and every change to it is found and named.

use super::{Desk, combined};

fn case_of(desk: &Desk, files: &[&str]) {
    let mut args = vec!["ingest", "-c", "case"];
    args.extend(files);
    desk.run(&args).ends(0);
    desk.run(&["case", "verify", "case"]).ends(0);
}

/// Verifies that the check of `what` fails with `detail`.
#[track_caller]
fn found(desk: &Desk, what: &str, detail: &str) {
    let ran = desk.run(&["case", "verify", "case"]).ends(1);
    let line = ran.out.lines().find(|l| !l.starts_with("ok") && l.contains(what) && l.contains(detail));
    assert!(line.is_some(), "no line names {what} and {detail}:\n{}{}", ran.out, ran.err);
    let json = desk.run(&["case", "verify", "case", "--json"]).ends(1).json();
    assert!(json["checks"].as_array().unwrap().iter().any(|c| c["outcome"] != "ok"));
}

#[test]
fn the_same_evidence_is_added_once() {
    let desk = Desk::new();
    let text = combined(500, 1);
    desk.write("a.log", &text);
    desk.write("b.log", &text);
    case_of(&desk, &["a.log"]);
    let (manifest, digest) = (desk.manifest("case"), desk.digest("case"));
    for name in ["a.log", "b.log"] {
        desk.run(&["ingest", "-c", "case", name]).ends(0).says(&[name, "already in the case as evidence 1 (a.log)"]);
    }
    desk.run_with_stdin(&["ingest", "-c", "case", "-"], text.as_bytes()).ends(0).says(&["evidence 1 (a.log)"]);
    assert_eq!(desk.manifest("case"), manifest);
    assert_eq!(desk.digest("case"), digest);
    desk.nothing_left_over("case");
    desk.run(&["case", "verify", "case"]).ends(0);
}

#[test]
fn twice_in_one_ingest_is_once_and_leaves_no_gap_in_the_numbers() {
    let desk = Desk::new();
    let text = combined(300, 1);
    desk.write("e/1.log", &text);
    desk.write("e/2.log", &text);
    desk.write("e/3.log", combined(300, 2));
    desk.run(&["ingest", "-c", "case", "e"]).ends(0).says(&["e/2.log: already in the case as evidence 1"]);
    let ids: Vec<_> =
        desk.manifest("case")["evidence"].as_array().unwrap().iter().map(|e| e["evidence_id"].clone()).collect();
    assert_eq!(ids, [1, 2]);
    desk.nothing_left_over("case");
    desk.run(&["case", "verify", "case"]).ends(0);
}

#[test]
fn a_changed_part_is_found() {
    let desk = Desk::new();
    desk.write("a.log", combined(200, 1));
    case_of(&desk, &["a.log"]);
    let (name, mut bytes) = desk.parts("case").remove(0);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(desk.path("case").join(&name), &bytes).unwrap();
    found(&desk, "frames", &name);
    std::fs::remove_file(desk.path("case").join(&name)).unwrap();
    found(&desk, "frames", &name);
}

#[test]
fn changed_evidence_is_found() {
    let desk = Desk::new();
    let text = combined(200, 1);
    desk.write("a.log", &text);
    case_of(&desk, &["a.log"]);
    desk.write("a.log", text.replacen("404", "200", 1));
    found(&desk, "evidence 1 a.log", "changed");
    std::fs::rename(desk.path("a.log"), desk.path("away.log")).unwrap();
    let ran = desk.run(&["case", "verify", "case"]).ends(1);
    assert!(ran.out.contains("MISSING evidence 1 a.log"), "{}", ran.out);
}

#[test]
fn a_changed_custody_line_is_found() {
    let desk = Desk::new();
    desk.write("a.log", combined(200, 1));
    case_of(&desk, &["a.log"]);
    let path = desk.path("case/custody.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("a.log", "z.log", 1)).unwrap();
    found(&desk, "custody", "line 2");
}

#[test]
fn a_manifest_with_wrong_counts_is_found() {
    let desk = Desk::new();
    desk.write("a.log", combined(200, 1) + "no exchange at all\n");
    case_of(&desk, &["a.log"]);
    let path = desk.path("case/manifest.json");
    let text = std::fs::read_to_string(&path).unwrap();
    for key in ["exchanges", "rejects", "exchange_bytes", "reject_bytes", "ignorable_bytes", "decoded_bytes"] {
        let mut manifest = desk.manifest("case");
        let entry = &mut manifest["evidence"][0][key];
        *entry = (entry.as_u64().unwrap() + 1).into();
        std::fs::write(&path, manifest.to_string()).unwrap();
        let ran = desk.run(&["case", "verify", "case"]);
        assert_eq!(ran.code, 1, "evidence.{key} was changed and not found:\n{}", ran.out);
        assert!(ran.out.contains("FAILED  evidence 1"), "{key}: {}", ran.out);
    }
    for key in ["rows", "bytes"] {
        let mut manifest = desk.manifest("case");
        if key == "rows" {
            std::fs::write(&path, &text).unwrap();
            manifest = desk.manifest("case");
        }
        let entry = &mut manifest["parts"][0][key];
        *entry = (entry.as_u64().unwrap() + 1).into();
        std::fs::write(&path, manifest.to_string()).unwrap();
        let ran = desk.run(&["case", "verify", "case"]);
        assert_eq!(ran.code, 1, "parts.{key} was changed and not found:\n{}", ran.out);
        std::fs::write(&path, &text).unwrap();
    }
    desk.run(&["case", "verify", "case"]).ends(0);
}

#[test]
fn the_log_lists_what_was_done_in_order() {
    let desk = Desk::new();
    desk.write("a.log", combined(20, 1));
    desk.write("b.log", combined(20, 2));
    case_of(&desk, &["a.log"]);
    desk.run(&["ingest", "-c", "case", "b.log"]).ends(0);
    let log = desk.run(&["case", "log", "case"]).ends(0).out;
    let words: Vec<&str> = log.lines().map(|l| l.split_whitespace().nth(3).unwrap()).collect();
    assert_eq!(words, ["case-created", "evidence-added", "evidence-added"]);
    let json = desk.run(&["case", "log", "case", "--json"]).ends(0).out;
    let entries: Vec<serde_json::Value> = json.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(entries[1]["detail"]["name"], "a.log");
    assert_eq!(entries[2]["prev"], entries[1]["hash"]);
}

#[test]
fn threads_and_repetition_change_nothing() {
    let desk = Desk::new();
    desk.write("key", [7; 32]);
    // Three chunks, so that threads have something to overtake each other with.
    desk.write("big.log", combined(620_000, 1));
    for i in 0..5 {
        desk.write(&format!("e/{i}.log"), combined(1000, i + 2));
    }
    for (case, threads) in [("one", "1"), ("two", "2"), ("seven", "7"), ("again", "2")] {
        desk.run(&["ingest", "-c", case, "--key", "key", "--threads", threads, "big.log", "e"]).ends(0);
    }
    let parts = desk.parts("one");
    assert!(parts.iter().filter(|(name, _)| name.contains("part-0001")).count() >= 3, "big.log is one chunk");
    for case in ["two", "seven", "again"] {
        assert_eq!(desk.digest(case), desk.digest("one"));
        assert!(desk.parts(case) == parts, "{case}: the parts differ");
    }
}
