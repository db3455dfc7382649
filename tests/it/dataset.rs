//! The bundled evidence: what the program says of it against numbers that come from elsewhere, and
//! the evidence against its generator.

#[path = "../bench/dataset.rs"]
#[expect(clippy::module_inception, reason = "the generator's own name")]
mod dataset;

use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/qr-walk")
}

#[test]
fn the_evidence_is_what_the_generator_writes() {
    for (name, content) in dataset::files() {
        let path = match name {
            "truth.json" => folder().join(name),
            "walk.har" => folder().join("evidence").join(name),
            _ => folder().join("evidence").join(format!("{name}.gz")),
        };
        assert!(crate::support::read(&path) == content.as_bytes(), "{name} differs from what the generator writes");
    }
}

/// Numbers by other means: `zcat | wc -l`, `awk`, and a JSON reader over HAR and Kong's lines.
#[cfg(feature = "case")]
mod numbers {
    use serde_json::Value;

    use super::folder;
    use crate::cli::{Desk, Ran};

    fn sections(flags: &[&str]) -> Value {
        let desk = Desk::new();
        let mut args = vec!["report", "evidence", "-f", "json", "--top", "0"];
        args.extend(flags);
        let mut tree = Ran::from(desk.command(&args).current_dir(folder()).output().unwrap()).ends(0).json();
        tree["sections"].take()
    }

    fn truth() -> Value {
        serde_json::from_slice(&std::fs::read(folder().join("truth.json")).unwrap()).unwrap()
    }

    #[test]
    fn every_record_is_read() {
        let sections = sections(&[]);
        let of = |name: &str| -> Value {
            let rows = sections["evidence"]["rows"].as_array().unwrap();
            rows.iter().find(|r| r["name"].as_str().unwrap().ends_with(name)).unwrap().clone()
        };
        let truth = truth();
        for (file, records) in [("walk.har", 83), ("gateway.log", 4483), ("gateway-bodies.jsonl", 371)] {
            let row = of(&if file == "walk.har" { file.to_owned() } else { format!("{file}.gz") });
            assert_eq!(row["exchanges"], records, "{file}");
            assert_eq!(row["rejects"], 0, "{file}");
            let told = &truth[file];
            assert_eq!(told.get("lines").or(told.get("entries")).unwrap(), records, "{file}");
        }
        assert_eq!(of("gateway.log.gz")["first_time"], "2024-09-16T18:30:17Z");
        assert_eq!(of("gateway.log.gz")["last_time"], "2024-09-18T18:25:17Z");
    }

    #[test]
    fn statuses_clients_hosts_and_the_gap() {
        let sections = sections(&[]);
        let sum = |key: &str| -> u64 {
            let rows = sections["endpoints"]["rows"].as_array().unwrap();
            rows.iter().map(|r| r[key].as_u64().unwrap()).sum()
        };
        // Log: 200 4094, 201 172, 204 172, 404 29, 500 9, 502 7. HAR: 200 74, 201 2, 204 2, 404 5.
        // Kong: 200 325, 201 20, 204 20, 404 5, 500 1.
        assert_eq!(sum("status_2xx"), 4094 + 172 + 172 + 74 + 2 + 2 + 325 + 20 + 20);
        assert_eq!(sum("status_3xx"), 0);
        assert_eq!(sum("status_4xx"), 29 + 5 + 5);
        assert_eq!(sum("status_5xx"), 9 + 7 + 1);
        assert_eq!(sum("exchanges"), 4483 + 83 + 371);
        let row = |section: &str, key: &str, value: &str| -> Value {
            let rows = sections[section]["rows"].as_array().unwrap();
            rows.iter().find(|r| r[key] == value).unwrap_or_else(|| panic!("{section} has no {value}")).clone()
        };
        // 238 lines of the log begin with the café's address, 154 of Kong's name it as client_ip;
        // the HAR names no client.
        let cafe = truth()["intruder"]["address"].as_str().unwrap().to_owned();
        assert_eq!(row("clients", "client_address", &cafe)["exchanges"], 238 + 154);
        assert_eq!(row("clients", "client_address", "192.0.2.250")["exchanges"], 569 + 7);
        // 137 addresses, and the HAR's none.
        assert_eq!(sections["clients"]["rows"].as_array().unwrap().len(), 137 + 1);
        assert_eq!(row("hosts", "host", "api.tablewise.example")["exchanges"], 68 + 371);
        // `authorization` stands in 43 of Kong's lines; the HAR is sanitised, `combined` has no headers.
        let auth = sections["auth"]["rows"].as_array().unwrap();
        let counts: Vec<_> = auth.iter().map(|r| r["exchanges"].as_u64().unwrap()).collect();
        assert_eq!(counts, [43, 371 - 43, 4483 + 83]);
        // By `awk` over the log, numbers in paths replaced.
        let live = |path: &str| -> u64 {
            let rows = sections["endpoints"]["rows"].as_array().unwrap();
            let of_log = |r: &&Value| r["path"] == path && r["method"] == "GET" && r["host"].is_null();
            rows.iter().find(of_log).unwrap()["exchanges"].as_u64().unwrap()
        };
        assert_eq!(live("/v1/stores/{n}/orders/live"), 1891);
        assert_eq!(live("/v1/stores/{n}/orders/{n}/status"), 528);
        assert_eq!(live("/v1/stores/{n}"), 345);
        assert_eq!(row("hosts", "host", "menu.tablewise.example")["exchanges"], 15);
        let gaps = sections["gaps"]["rows"].as_array().unwrap();
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        // The lines around it: 16:04:50 and 16:40:07, +0530.
        assert_eq!(gaps[0]["from"], "2024-09-18T10:34:50Z");
        assert_eq!(gaps[0]["to"], "2024-09-18T11:10:07Z");
    }

    /// The café's address in the log while the intruder was there: his requests and his neighbours'.
    #[test]
    fn the_intruder_is_in_the_window_of_the_truth() {
        let truth = truth();
        let first = truth["sweep"]["first"].as_str().unwrap();
        let sections = sections(&["--since", first, "--until", "2024-09-18T20:04:00+05:30"]);
        let rows = sections["clients"]["rows"].as_array().unwrap();
        let cafe = rows.iter().find(|r| r["client_address"] == truth["intruder"]["address"]).unwrap();
        assert!(cafe["exchanges"].as_u64().unwrap() >= 120, "{cafe}");
    }
}
