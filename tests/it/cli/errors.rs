//! Whatever goes wrong: an exit code that scripts can test, a message with file and remedy, and
//! nothing half-written.

use std::process::Stdio;

use super::{Desk, combined};

#[test]
fn what_is_not_there_or_no_evidence_is_named() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("empty")).unwrap();
    let ingest = |evidence: &str| desk.run(&["ingest", "-c", "case", evidence]);
    ingest("none.log").ends(1).says(&["none.log: no such file", "check the path"]);
    ingest("*.none").ends(1).says(&["*.none: no file fits this glob"]);
    ingest("[").ends(1).says(&["[: not a valid glob"]);
    ingest("empty").ends(1).says(&["empty: the folder holds no file", "name the folder"]);
    assert!(!desk.path("case").exists(), "a case was made of nothing");
    desk.run(&["report", "none.log"]).ends(1).says(&["none.log: no such file"]);
    desk.run(&["formats", "explain", "none.log"]).ends(1).says(&["none.log: no such file"]);
}

#[test]
#[cfg(unix)]
fn a_device_is_refused() {
    let desk = Desk::new();
    desk.write("a.log", combined(10, 1));
    let ran = desk.run(&["ingest", "-c", "case", "/dev/zero", "a.log"]).ends(1);
    ran.says(&["/dev/zero: it is a device", "copy what it gives"]);
    assert_eq!(desk.manifest("case")["evidence"][0]["exchanges"], 10, "the others go on");
    desk.nothing_left_over("case");
    desk.run(&["case", "verify", "case"]).ends(0);
}

#[test]
fn a_folder_that_is_no_case_is_left_alone() {
    let desk = Desk::new();
    desk.write("a.log", combined(10, 1));
    let kept = desk.write("mine/letter.txt", "mine");
    desk.run(&["ingest", "-c", "mine", "a.log"]).ends(1).says(&["mine: the folder is not empty", "name another"]);
    assert_eq!(std::fs::read_dir(desk.path("mine")).unwrap().count(), 1);
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "mine");
    for verb in ["verify", "log", "digest"] {
        desk.run(&["case", verb, "mine"]).ends(1).says(&["mine: no case here", "breachwalk ingest --case"]);
    }
}

#[test]
fn a_newer_or_damaged_case_is_refused() {
    let desk = Desk::new();
    desk.write("a.log", combined(10, 1));
    desk.run(&["ingest", "-c", "case", "a.log"]).ends(0);
    let toml = std::fs::read_to_string(desk.path("case/case.toml")).unwrap();
    let manifest = std::fs::read_to_string(desk.path("case/manifest.json")).unwrap();
    let all = |parts: &[&str]| {
        for args in [&["report", "case"][..], &["case", "verify", "case"], &["ingest", "-c", "case", "a.log"]] {
            desk.run(args).ends(1).says(parts);
        }
    };
    desk.write("case/case.toml", "version = 2\nsomething_new = true\n");
    all(&["case.toml: the case has version 2", "install a newer breachwalk"]);
    desk.write("case/case.toml", "version = \n");
    all(&["case.toml", "correct the file"]);
    desk.write("case/case.toml", toml);
    desk.write("case/manifest.json", "{\"schema_version\": 99, \"new\": []}");
    all(&["manifest.json: the case has version 99", "install a newer breachwalk"]);
    desk.write("case/manifest.json", &manifest[..manifest.len() / 2]);
    all(&["manifest.json"]);
    desk.write("case/manifest.json", manifest);
    desk.run(&["case", "verify", "case"]).ends(0);
}

/// A file-size limit stands for a full disk: a write fails in the middle.
#[test]
#[cfg(target_os = "linux")]
fn on_a_full_disk_nothing_is_half_written_and_the_same_command_completes() {
    let desk = Desk::new();
    desk.write("a.log", combined(60_000, 1));
    desk.write("b.log", combined(100, 2));
    desk.run(&["ingest", "-c", "whole", "a.log", "b.log"]).ends(0);
    let program = env!("CARGO_BIN_EXE_breachwalk");
    let limited = |kilobytes: u32, args: &str| -> super::Ran {
        let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec '{program}' {args}");
        desk.program("bash").args(["-c", &script]).output().unwrap().into()
    };
    for kilobytes in [0, 1, 4, 16, 64, 200] {
        let case = format!("case{kilobytes}");
        limited(kilobytes, &format!("ingest -c {case} a.log b.log"))
            .ends(1)
            .says(&[&case, "run the same command again"]);
        desk.run(&["ingest", "-c", &case, "a.log", "b.log"]).ends(0);
        desk.nothing_left_over(&case);
        desk.run(&["case", "verify", &case]).ends(0);
        assert_eq!(desk.digest(&case), desk.digest("whole"));
    }
    limited(1, "report whole -f json -o out.json").ends(1).says(&["out.json", "nothing was written"]);
    assert!(!desk.path("out.json").exists());
}

#[test]
fn an_existing_file_is_kept_unless_forced() {
    let desk = Desk::new();
    desk.write("a.log", combined(10, 1));
    desk.write("out.txt", "mine");
    let text = || std::fs::read_to_string(desk.path("out.txt")).unwrap();
    desk.run(&["report", "a.log", "-o", "out.txt"]).ends(1).says(&["out.txt: the file exists", "--force"]);
    assert_eq!(text(), "mine");
    desk.run(&["report", "a.log", "-o", "out.txt", "--force"]).ends(0);
    assert!(text().contains("10 exchanges"));
}

#[test]
fn wrong_usage_ends_with_2_and_makes_no_folder() {
    let desk = Desk::new();
    desk.write("a.log", combined(10, 1));
    for (flags, parts) in [
        (&["--threads", "0"][..], &["--threads 0", "between 1 and 256"][..]),
        (&["--zone", "Mars/Olympus"], &["Mars/Olympus", "Asia/Kolkata"]),
        (&["--trusted-proxy", "10.0.0.0/99"], &["10.0.0.0/99", "write e.g. 10.0.0.0/8"]),
        (&["--nginx-format", "no variable"], &["--nginx-format"]),
        (&["--log-regex", "("], &["--log-regex"]),
        (&["--format", "nonsense"], &["--format nonsense", "breachwalk formats"]),
        (&["--no-such-flag"], &["--no-such-flag"]),
    ] {
        let mut ingest = vec!["ingest", "-c", "case", "a.log"];
        ingest.extend(flags);
        desk.run(&ingest).ends(2).says(parts);
        assert!(!desk.path("case").exists(), "{flags:?} made a case");
        let mut report = vec!["report", "a.log"];
        report.extend(flags);
        desk.run(&report).ends(2).says(parts);
        assert!(!desk.path("cache").exists(), "{flags:?} made a case in the cache");
    }
    desk.run(&["report", "a.log", "--section", "nonsense"]).ends(2).says(&["nonsense", "endpoints"]);
    desk.run(&["report", "a.log", "--since", "yesterday"]).ends(2).says(&["--since", "2024-09-11"]);
    desk.run(&[]).ends(2);
    assert!(desk.run(&["--help"]).ends(0).out.contains("Exit codes"));
}

#[test]
fn exit_codes_tell_no_evidence_from_rejects() {
    let desk = Desk::new();
    desk.write("poem.txt", "no log at all\nreally none\n");
    desk.write("mixed.log", combined(10, 1) + "no log at all\n");
    desk.run(&["report", "poem.txt"]).ends(3).says(&["no exchange was found", "formats explain"]);
    desk.run(&["ingest", "-c", "poem", "poem.txt"]).ends(3).says(&["poem.txt: no exchange found"]);
    desk.run(&["formats", "explain", "poem.txt"]).ends(3);
    desk.run(&["report", "mixed.log"]).ends(0);
    desk.run(&["report", "mixed.log", "--strict"]).ends(4);
    desk.run(&["ingest", "-c", "mixed", "mixed.log", "--strict"]).ends(4);
}

#[test]
#[cfg(unix)]
fn a_closed_stdout_is_no_error() {
    let desk = Desk::new();
    desk.write("a.log", combined(50, 1));
    let case = ["ingest", "-c", "case", "a.log"];
    for args in [&case[..], &["report", "case"], &["formats"], &["case", "log", "case"], &["case", "verify", "case"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = desk.command(args).stdout(Stdio::from(writer)).stderr(Stdio::piped()).output().unwrap();
        super::Ran::from(ran).ends(0);
    }
}
