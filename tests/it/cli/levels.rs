//! The same evidence in every wrapping, and evidence that is too much, too deep or cut off.

use std::io::Write as _;
use std::process::Stdio;

use polars::prelude::*;

use super::{Desk, combined};

/// All exchanges of a case without the number of their evidence.
fn rows(desk: &Desk, case: &str) -> DataFrame {
    let pattern = desk.path(case).join("exchanges/*.parquet");
    let frame = LazyFrame::scan_parquet(PlRefPath::new(pattern.to_str().unwrap()), ScanArgsParquet::default()).unwrap();
    frame.collect().unwrap().drop("evidence_id").unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    out.start_file(name, ::zip::write::SimpleFileOptions::default()).unwrap();
    out.write_all(bytes).unwrap();
    out.finish().unwrap().into_inner()
}

#[test]
fn every_wrapping_gives_the_same_exchanges() {
    let desk = Desk::new();
    let text = combined(2000, 1);
    let bytes = text.as_bytes();
    desk.write("plain/a.log", bytes);
    desk.run(&["ingest", "-c", "plain-case", "plain/a.log"]).ends(0);
    let plain = rows(&desk, "plain-case");
    assert_eq!(plain.height(), 2000);
    let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz.write_all(bytes).unwrap();
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    xz.write_all(bytes).unwrap();
    for (name, wrapped) in [
        ("a.log.gz", gzip(bytes)),
        ("a.log.bz2", bz.finish().unwrap()),
        ("a.log.xz", xz.finish().unwrap()),
        ("a.log.zst", zstd::encode_all(bytes, 1).unwrap()),
        ("a.zip", zip("logs/a.log", bytes)),
        ("gzip-in.zip", zip("a.log.gz", &gzip(bytes))),
        ("no-ending", gzip(bytes)),
    ] {
        desk.write(name, wrapped);
        let case = format!("case-{name}");
        desk.run(&["ingest", "-c", &case, name]).ends(0);
        assert!(rows(&desk, &case).equals_missing(&plain), "{name}");
        desk.run(&["case", "verify", &case]).ends(0);
    }
    for (case, input) in [("folder", "plain"), ("glob", "pl*/*.log")] {
        desk.run(&["ingest", "-c", case, input]).ends(0);
        assert_eq!(desk.digest(case), desk.digest("plain-case"), "{input}");
    }
    desk.run_with_stdin(&["ingest", "-c", "stdin-case", "-"], bytes).ends(0);
    assert!(rows(&desk, "stdin-case").equals_missing(&plain));
    desk.run(&["case", "verify", "stdin-case"]).ends(0);
    desk.nothing_left_over("stdin-case");
}

#[test]
fn a_utf16_capture_is_read() {
    let desk = Desk::new();
    let har = std::fs::read_to_string(super::bundled().join("walk.har")).unwrap();
    let units = std::iter::once(0xfeff).chain(har.encode_utf16());
    desk.write("wide.har", units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    desk.run(&["ingest", "-c", "case", "wide.har"]).ends(0);
    assert_eq!(desk.manifest("case")["evidence"][0]["encoding"], "utf-16le");
    assert_eq!(desk.manifest("case")["evidence"][0]["exchanges"], 83);
    desk.run(&["case", "verify", "case"]).ends(0);
}

#[test]
fn a_cut_off_gzip_keeps_what_it_has_and_says_so() {
    let desk = Desk::new();
    let whole = gzip(combined(5000, 1).as_bytes());
    desk.write("cut.log.gz", &whole[..whole.len() / 2]);
    desk.run(&["ingest", "-c", "case", "cut.log.gz"]).says(&["cut.log.gz: at byte"]);
    let n = desk.manifest("case")["evidence"][0]["exchanges"].as_u64().unwrap();
    assert!((1000..4000).contains(&n), "{n}");
    assert!(desk.run(&["report", "case"]).ends(0).out.contains("is damaged"));
    desk.run(&["case", "verify", "case"]).ends(0);
}

/// 300 MB of zeros in 300 kB of gzip. The address space is bounded: reading it into memory fails.
#[test]
#[cfg(target_os = "linux")]
fn a_decompression_bomb_is_refused_in_bounded_memory() {
    let desk = Desk::new();
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 20];
    (0..300).for_each(|_| bomb.write_all(&zeros).unwrap());
    desk.write("bomb.gz", bomb.finish().unwrap());
    desk.write("a.log", combined(10, 1));
    let program = env!("CARGO_BIN_EXE_breachwalk");
    let script = format!(
        "'{program}' ingest -c case --threads 1 bomb.gz a.log & P=$!; M=0; while kill -0 $P 2>/dev/null; do N=$(awk '/VmHWM/{{print $2}}' /proc/$P/status 2>/dev/null); M=${{N:-$M}}; sleep 0.01; done; wait $P; C=$?; echo peak $M; exit $C"
    );
    let ran: super::Ran = desk.program("bash").args(["-c", &script]).stdin(Stdio::null()).output().unwrap().into();
    let ran = ran.says(&["bomb.gz"]);
    let peak: u64 = ran.out.lines().rev().find_map(|l| l.strip_prefix("peak ")).unwrap().parse().unwrap();
    assert!(peak < 512 << 10, "{peak} kB");
    let manifest = desk.manifest("case");
    let evidence = manifest["evidence"].as_array().unwrap();
    assert!(evidence.iter().any(|e| e["name"] == "a.log" && e["exchanges"] == 10), "the others go on");
    let told = ran.err.contains("bomb.gz")
        && (evidence.len() == 1 || evidence[0]["damage"].is_string() || evidence[0]["rejects"] != 0);
    assert!(told, "{}\n{manifest}", ran.err);
    desk.run(&["case", "verify", "case"]).ends(0);
}

#[test]
fn long_deep_and_empty_are_counted() {
    let desk = Desk::new();
    let line = combined(1, 1);
    desk.write("long.log", [line.as_bytes(), &vec![b'x'; 40 << 20], b"\n", line.as_bytes()].concat());
    desk.write("deep.jsonl", format!("{}\n{}{}\n", line.trim_end(), "{\"a\":".repeat(100_000), "}".repeat(100_000)));
    desk.write("deep.har", format!("{{\"log\":{{\"entries\":[{}", "[".repeat(1_000_000)));
    desk.write("empty.log", "");
    desk.run(&["ingest", "-c", "case", "long.log", "deep.jsonl", "deep.har", "empty.log"]).ends(0);
    let manifest = desk.manifest("case");
    let evidence = manifest["evidence"].as_array().unwrap();
    let counts: Vec<_> =
        evidence.iter().map(|e| (e["exchanges"].as_u64().unwrap(), e["rejects"].as_u64().unwrap())).collect();
    assert_eq!(counts[0].0, 2, "long.log");
    assert!((1..=3).contains(&counts[0].1), "long.log: {}", counts[0].1);
    assert_eq!(counts[1], (1, 1), "deep.jsonl");
    assert_eq!(counts[2].0, 0, "deep.har");
    assert!(counts[2].1 >= 1, "deep.har");
    assert_eq!(counts[3], (0, 0), "empty.log");
    desk.run(&["case", "verify", "case"]).ends(0);
}

#[test]
fn trusted_proxies_decide_who_the_client_was() {
    let desk = Desk::new();
    let tail = "- - [11/Sep/2024:02:54:00 +0530] \"GET / HTTP/1.1\" 200 5 \"-\" \"a\"";
    let mut log = String::new();
    for (peer, chain) in [
        ("10.0.0.1", "203.0.113.9, 198.51.100.7"),
        ("192.0.2.5", "203.0.113.9"),
        ("10.0.0.2", "198.51.100.1, 10.0.0.9"),
        ("10.0.0.3", "-"),
    ] {
        log.extend([peer, " ", tail, " \"", chain, "\"\n"]);
    }
    desk.write("a.log", log);
    let clients = |case: &str, flags: &[&str]| -> Vec<String> {
        let mut args = vec!["ingest", "-c", case, "a.log"];
        args.extend(flags);
        desk.run(&args).ends(0);
        let frame = rows(&desk, case);
        let column = frame.column("client_address").unwrap().cast(&DataType::String).unwrap();
        column.str().unwrap().iter().map(|v| v.unwrap_or("-").to_owned()).collect()
    };
    // Nobody is trusted: whoever connected is the client, what the header claims is a claim.
    assert_eq!(clients("none", &[]), ["10.0.0.1", "192.0.2.5", "10.0.0.2", "10.0.0.3"]);
    // From the right, the first hop that is no trusted proxy.
    let trusting = clients("ten", &["--trusted-proxy", "10.0.0.0/8"]);
    assert_eq!(trusting, ["198.51.100.7", "192.0.2.5", "198.51.100.1", "10.0.0.3"]);
}

#[test]
fn the_zone_shifts_only_logs_that_name_none() {
    let desk = Desk::new();
    desk.write("a.log", combined(1, 1));
    desk.write(
        "c.log",
        "192.0.2.1, -, 09/11/24, 2:54:00, W3SVC2, SALES1, 198.51.100.45, 4502, 163, 3223, 200, 0, GET, /x.gif, -,\n",
    );
    let times = |case: &str, flags: &[&str]| -> Vec<Option<i64>> {
        let mut args = vec!["ingest", "-c", case, "a.log", "c.log"];
        args.extend(flags);
        desk.run(&args).ends(0);
        let manifest = desk.manifest(case);
        manifest["evidence"].as_array().unwrap().iter().map(|e| e["first_time"].as_i64()).collect()
    };
    let utc = times("utc", &[]);
    let kolkata = times("kolkata", &["--zone", "Asia/Kolkata"]);
    assert_eq!(utc[0], kolkata[0], "the log names its zone");
    let hours = 19_800_000_000;
    assert_eq!(utc[1].unwrap() - kolkata[1].unwrap(), hours);
    // 2024-09-11 02:54:00 UTC.
    assert_eq!(utc[1], Some(1_726_023_240_000_000));
}
