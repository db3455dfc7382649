//! A case survives the death of the process that writes it, and two processes at once.

use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{Desk, combined};

/// Some 30 MB in six files; the first and the fifth are the same, so one is discarded.
fn evidence(desk: &Desk) {
    for (i, lines) in [40_000, 20_000, 90_000, 1_000].into_iter().enumerate() {
        desk.write(&format!("e/{i}.log"), combined(lines, i));
    }
    desk.write("e/4.log", combined(40_000, 0));
    desk.write("e/5.log", combined(30_000, 5));
}

#[test]
#[cfg(unix)]
fn killed_at_any_moment_the_case_is_sound_and_can_be_completed() {
    let desk = Desk::new();
    evidence(&desk);
    let started = Instant::now();
    desk.run(&["ingest", "-c", "whole", "e"]).ends(0);
    let whole = started.elapsed();
    let digest = desk.digest("whole");
    let mut moments: Vec<Duration> = [1, 3, 6, 10, 15, 30, 60].into_iter().map(Duration::from_millis).collect();
    moments.extend((1..=14).map(|n| whole * n / 14));
    for (i, moment) in moments.into_iter().enumerate() {
        let case = format!("case{i}");
        let mut child =
            desk.command(&["ingest", "-c", &case, "e"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(moment);
        drop(child.kill());
        child.wait().unwrap();
        if desk.path(&case).join("case.toml").exists() {
            desk.run(&["report", &case, "--section", "evidence"]);
            let ran = desk.run(&["case", "verify", &case]);
            let sound = ran.out.lines().all(|l| l.starts_with("ok") || l.contains("an unfinished line"));
            assert!(sound && !ran.out.is_empty(), "killed after {moment:?}:\n{}{}", ran.out, ran.err);
        }
        desk.run(&["ingest", "-c", &case, "e"]).ends(0);
        desk.run(&["case", "verify", &case]).ends(0);
        desk.nothing_left_over(&case);
        let numbers = |case: &str| -> Vec<_> {
            let manifest = desk.manifest(case);
            let all = manifest["evidence"].as_array().unwrap();
            all.iter().map(|e| (e["evidence_id"].clone(), e["name"].clone())).collect()
        };
        assert_eq!(numbers(&case), numbers("whole"), "killed after {moment:?}");
        assert_eq!(desk.digest(&case), digest, "killed after {moment:?}");
        let log = desk.run(&["case", "log", &case, "--json"]).ends(0).out;
        assert_eq!(log.matches("\"evidence-added\"").count(), 5, "killed after {moment:?}:\n{log}");
        std::fs::remove_dir_all(desk.path(&case)).unwrap();
    }
}

#[test]
#[cfg(unix)]
fn killed_while_it_reads_standard_input_nothing_is_left() {
    let desk = Desk::new();
    let mut child = desk.command(&["ingest", "-c", "case", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(combined(20_000, 1).as_bytes()).unwrap();
    let incoming = desk.path("case/stdin/incoming");
    wait_for(|| incoming.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    drop(stdin);
    desk.run(&["case", "verify", "case"]).ends(0);
    desk.write("a.log", combined(10, 1));
    desk.run(&["ingest", "-c", "case", "a.log"]).ends(0);
    desk.nothing_left_over("case");
}

fn wait_for(ready: impl Fn() -> bool) {
    let from = Instant::now();
    while !ready() {
        assert!(from.elapsed() < Duration::from_mins(1), "waited in vain");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn two_at_once_the_second_is_turned_away() {
    let desk = Desk::new();
    desk.write("a.log", combined(10, 9));
    let text = combined(20_000, 1);
    let mut first = desk
        .command(&["ingest", "-c", "case", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = first.stdin.take().unwrap();
    stdin.write_all(&text.as_bytes()[..text.len() / 2]).unwrap();
    wait_for(|| desk.path("case/stdin/incoming").exists());
    desk.run(&["ingest", "-c", "case", "a.log"]).ends(1).says(&["case: another breachwalk", "wait for it"]);
    stdin.write_all(&text.as_bytes()[text.len() / 2..]).unwrap();
    drop(stdin);
    let mut said = String::new();
    first.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(first.wait().unwrap().code(), Some(0), "{said}");
    desk.run(&["case", "verify", "case"]).ends(0);
    assert_eq!(desk.manifest("case")["evidence"][0]["exchanges"], 20_000);
    desk.nothing_left_over("case");
    desk.run(&["ingest", "-c", "case", "a.log"]).ends(0);
}
