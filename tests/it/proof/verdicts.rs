//! Verdicts, comparisons, exit codes and what the custody log has of them.

use super::{BODIES, INTRUDER, actions, case_of, rows, there};
use crate::cli::Desk;

const NEIGHBOUR: &str = "192.0.2.172";

fn intruders(desk: &Desk, flags: &[&str]) -> Vec<(String, String)> {
    let mut args = vec!["report", "case", "-f", "json", "--top", "0"];
    args.extend(flags);
    let report = desk.run(&args).ends(0).json();
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    rows(&report, "intruders").iter().map(|r| (text(&r["actor_key"]), text(&r["verdict"]))).collect()
}

#[test]
fn notes_are_verdicts_and_flags_win() {
    let desk = Desk::new();
    case_of(&desk, &[BODIES]);
    let proposed = vec![(INTRUDER.to_owned(), "proposed".to_owned())];
    assert_eq!(intruders(&desk, &[]), proposed);
    let note = |actor: &str, verdict: &str| {
        desk.run(&["case", "note", "case", "--actor", actor, "--verdict", verdict, "--why", "he said so"]).ends(0);
    };
    note(INTRUDER, "intruder");
    assert_eq!(intruders(&desk, &[]), [(INTRUDER.to_owned(), "intruder".to_owned())]);
    let said = desk.run(&["report", "case"]).ends(0);
    assert!(said.out.contains("he said so"), "{}", said.out);
    note(INTRUDER, "legitimate");
    assert_eq!(intruders(&desk, &[]), []);
    assert_eq!(intruders(&desk, &["--actor", INTRUDER]), [(INTRUDER.to_owned(), "intruder".to_owned())], "a flag wins");
    note(INTRUDER, "open");
    assert_eq!(intruders(&desk, &[]), proposed, "taken back");
    note("nobody:at-all", "legitimate");
    assert_eq!(intruders(&desk, &["--legitimate", "192.0.2.61"]), [], "by address");
    desk.run(&["case", "note", "case", "--actor", "x", "--verdict", "guilty"]).ends(2);
    desk.run(&["case", "verify", "case"]).ends(0);
}

#[test]
fn the_custody_log_has_every_look() {
    let desk = Desk::new();
    case_of(&desk, &[BODIES]);
    desk.run(&["report", "case", "--actor", NEIGHBOUR]).ends(0);
    desk.run(&["find", "9000009902", "case"]).ends(0);
    desk.run(&["query", "select count(*) as n from exchanges", "case"]).ends(0);
    desk.run(&["case", "note", "case", "--actor", NEIGHBOUR, "--verdict", "legitimate", "--why", "till of 20417"])
        .ends(0);
    let log = actions(&desk, "case");
    let words: Vec<&str> = log.iter().map(|(a, _)| a.as_str()).collect();
    assert_eq!(words, ["case-created", "evidence-added", "report", "find", "query", "note"]);
    assert_eq!(log[2].1["actors"][0], NEIGHBOUR);
    assert!(!log[3].1.to_string().contains("9000009902"), "the value stays out: {}", log[3].1);
    assert_eq!(log[4].1["sql"], "select count(*) as n from exchanges");
    assert_eq!(log[5].1["why"], "till of 20417");
    desk.run(&["case", "verify", "case"]).ends(0);
    // A line that is taken out is noticed.
    let path = desk.path("case/custody.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let cut: String = text.lines().take(5).fold(String::new(), |all, line| all + line + "\n");
    std::fs::write(&path, cut).unwrap();
    desk.run(&["case", "verify", "case"]).ends(1);
}

#[test]
fn a_baseline_leaves_what_is_new() {
    let desk = Desk::new();
    case_of(&desk, &[BODIES]);
    let report = |baseline: &str| {
        let args =
            ["report", "case", "-f", "json", "--top", "0", "--explain", "--actor", INTRUDER, "--baseline", baseline];
        desk.run(&args).ends(0).json()
    };
    // Compared with itself nothing is new.
    let same = report("case");
    assert_eq!((rows(&same, "findings").len(), rows(&same, "ledger").len()), (0, 0));
    // A case that has nothing takes nothing away.
    desk.write("a.log", crate::cli::combined(10, 1));
    desk.run(&["ingest", "-c", "other", "a.log"]).ends(0);
    let all = report("other");
    assert!(!rows(&all, "findings").is_empty() && !rows(&all, "ledger").is_empty());
    // `--fail-on` counts new findings only.
    let fail = ["report", "case", "--fail-on", "info", "--actor", INTRUDER];
    desk.run(&fail).ends(10);
    desk.run(&[&fail[..], &["--baseline", "case"]].concat()).ends(0);
    desk.run(&["report", "case", "--baseline", "a.log"]).ends(2).says(&["--baseline", "not a case"]);
}

#[test]
fn codes_tell_found_from_failed() {
    let desk = Desk::new();
    there(&desk, &["report", BODIES, "--fail-on", "high"]).ends(10);
    there(&desk, &["report", BODIES, "--fail-on", "critical"]).ends(0);
    there(&desk, &["report", BODIES, "--fail-on", "terrible"]).ends(2);
    desk.write("quiet.log", crate::cli::combined(10, 1));
    desk.run(&["report", "quiet.log", "--fail-on", "high"]).ends(0);
    desk.write("poem.txt", "no request stands here\n");
    desk.run(&["report", "poem.txt", "--fail-on", "info"]).ends(3);
    desk.write("mixed.log", crate::cli::combined(10, 1) + "no request stands here\n");
    desk.run(&["report", "mixed.log", "--strict"]).ends(4);
    desk.run(&["report", "mixed.log"]).ends(0);
    // Rejects are told before findings: what was not read may hold more.
    let mut text = crate::support::read(&crate::cli::bundled().join(BODIES));
    text.extend_from_slice(b"no request stands here\n");
    desk.write("b.jsonl", text);
    desk.run(&["report", "b.jsonl", "--strict", "--fail-on", "high"]).ends(4);
    desk.run(&["report", "b.jsonl", "--notice", "gdpr"]).ends(2).says(&["--aware-at"]);
    desk.run(&["report", "b.jsonl", "--notice", "moon", "--aware-at", "2024-09-19"]).ends(2);
    desk.run(&["report", "b.jsonl", "--tenant", "999999"]).ends(1).says(&["no intruder got anything of it"]);
}
