//! A redacted capture holds no raw value and can still be analysed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{HAR, there};
use crate::cli::{Desk, bundled};

fn people(tree: &Value, out: &mut BTreeSet<String>) {
    match tree {
        Value::Object(map) => {
            if let (Some(Value::String(name)), Some(Value::String(phone))) = (map.get("name"), map.get("phone")) {
                out.extend([name.clone(), phone.clone()]);
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

#[test]
fn a_redacted_capture_can_be_handed_on() {
    let desk = Desk::new();
    let before = std::fs::read_to_string(bundled().join(HAR)).unwrap();
    let mut raw = BTreeSet::new();
    people(&serde_json::from_str(&before).unwrap(), &mut raw);
    // What a till writes for whoever gives no name.
    raw.remove("Guest");
    assert!(raw.len() > 100, "{}", raw.len());
    let out = desk.path("out.har");
    there(&desk, &["redact", HAR, "-o", out.to_str().unwrap()]).ends(0);
    let after = std::fs::read_to_string(&out).unwrap();
    let left: Vec<&String> = raw.iter().filter(|v| after.contains(v.as_str())).collect();
    assert!(left.is_empty(), "{left:?}");
    let certificate = std::fs::read_to_string(desk.path("out.har.certificate.json")).unwrap();
    assert!(raw.iter().all(|v| !certificate.contains(v.as_str())), "the certificate");
    // Pseudonyms are no numbers that anybody can have, so their class is another.
    // What joins values stays: as many exchanges, as many different phones.
    let of = |file: &std::path::Path, case: &str| {
        desk.run(&["ingest", "-c", case, file.to_str().unwrap()]).ends(0);
        let ask = |sql: &str| desk.run(&["query", sql, case, "-f", "jsonl"]).ends(0).out.lines().count();
        (
            desk.manifest(case)["evidence"][0]["exchanges"].clone(),
            desk.manifest(case)["evidence"][0]["rejects"].clone(),
            ask("select distinct fingerprint from sightings where data_class like 'phone%' and confidence >= 50"),
            ask("select distinct path_shape from exchanges"),
        )
    };
    let (was, is) = (of(&bundled().join(HAR), "before"), of(&out, "after"));
    assert_eq!(was.0, 83);
    assert_eq!(was, is, "exchanges, rejects, phones, endpoints");
    desk.run(&["redact", out.to_str().unwrap(), "-o", out.to_str().unwrap(), "--force"]).ends(2);
}
