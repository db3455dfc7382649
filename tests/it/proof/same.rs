//! The same evidence and the same key: the same bytes, whatever the number of threads.

use super::{BODIES, HAR, INTRUDER, LOG, SHAPES, there};
use crate::cli::Desk;

#[test]
fn reports_do_not_depend_on_threads_or_on_the_run() {
    let desk = Desk::new();
    let cases = [("one", "1"), ("two", "2"), ("seven", "7"), ("again", "2")];
    for (case, threads) in cases {
        let folder = desk.path(case);
        there(&desk, &["ingest", "-c", folder.to_str().unwrap(), "--threads", threads, LOG, BODIES, HAR]).ends(0);
    }
    for shape in SHAPES {
        for more in [&[][..], &["--top", "0", "--explain", "--actor", INTRUDER]] {
            let report = |case: &str| {
                let mut args = vec!["report", case, "-f", shape];
                args.extend(more);
                desk.run(&args).ends(0).out
            };
            let first = report("one");
            assert!(!first.is_empty());
            for (case, _) in &cases[1..] {
                assert!(report(case) == first, "{case}: -f {shape} {more:?} differs");
            }
        }
    }
    for (case, _) in &cases[1..] {
        assert_eq!(desk.digest(case), desk.digest("one"));
    }
}

#[test]
fn another_key_gives_other_fingerprints_and_the_same_numbers() {
    let desk = Desk::new();
    let file = crate::cli::bundled().join(BODIES);
    let file = file.to_str().unwrap();
    let report = |key: u8| {
        let path = desk.write(&format!("key{key}"), [key; 32]);
        let case = format!("case{key}");
        desk.run(&["ingest", "-c", &case, "--key", path.to_str().unwrap(), file]).ends(0);
        let all = desk.run(&["query", "select distinct fingerprint from sightings", &case, "-f", "jsonl"]).ends(0).out;
        let mut totals = desk.run(&["report", &case, "-f", "json", "--section", "totals,classes"]).ends(0).json();
        for class in totals["sections"]["classes"]["rows"].as_array_mut().unwrap() {
            // Which of many is the example depends on the fingerprints' order.
            class["example"].take();
        }
        let prints: std::collections::BTreeSet<String> = all.lines().map(str::to_owned).collect();
        (prints, totals["sections"].clone())
    };
    let ((one, totals_one), (two, totals_two)) = (report(1), report(2));
    assert_eq!(totals_one, totals_two);
    assert_eq!(one.len(), two.len());
    assert!(one.is_disjoint(&two), "a fingerprint does not depend on the key");
}
