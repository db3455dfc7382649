//! Labelled requests of others. They run where `BREACHWALK_CORPORA` names their folder; texts of
//! theirs are not printed unless `BREACHWALK_SHOW` asks.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use serde_json::Value;

use super::{Inspector, Request, attacks};

fn labelled(file: &str) -> Option<Vec<u8>> {
    let Some(root) = std::env::var_os("BREACHWALK_CORPORA").filter(|v| !v.is_empty()) else {
        eprintln!("skipped: BREACHWALK_CORPORA is not set");
        return None;
    };
    let path = PathBuf::from(root).join("labelled").join(file);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    if path.extension().is_none_or(|e| e != "gz") {
        return Some(bytes);
    }
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut out).unwrap();
    Some(out)
}

/// Counts here are far below 2³².
fn share(part: usize, whole: usize) -> f64 {
    f64::from(part as u32) / f64::from(whole as u32)
}

/// Caught and all, by category.
#[derive(Default)]
struct Table(BTreeMap<String, [usize; 2]>);

impl Table {
    fn add(&mut self, category: &str, caught: bool) {
        let row = self.0.entry(category.into()).or_default();
        row[0] += usize::from(caught);
        row[1] += 1;
    }

    fn print(&self, title: &str) {
        eprintln!("{title}");
        for (category, [caught, all]) in &self.0 {
            eprintln!("  {category:<48} {caught:>6} of {all:>6}  {:.3}", share(*caught, *all));
        }
    }

    fn share(&self, category: &str) -> f64 {
        self.0.get(category).map_or(0.0, |[c, a]| share(*c, *a))
    }
}

/// `BREACHWALK_SHOW=miss:sqli` shows what was missed, `false:…` what was wrongly taken.
fn show(kind: &str, text: &str) {
    if std::env::var("BREACHWALK_SHOW").is_ok_and(|v| kind.starts_with(&v)) {
        eprintln!("{kind}  {}", crate::domain::safe_text::excerpt(text.as_bytes(), 300));
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn headers(value: &Value) -> Vec<(&str, &[u8])> {
    let map = value.get("headers").and_then(Value::as_object);
    map.into_iter().flatten().map(|(n, v)| (n.as_str(), v.as_str().unwrap_or_default().as_bytes())).collect()
}

/// ATRDF's first set: benign against malicious, by halves (rules were made looking at the first).
#[test]
fn atrdf_is_told_apart() {
    let Some(bytes) = labelled("atrdf/atrdf_dataset_1_train.shared.jsonl.gz") else { return };
    let mut inspector = Inspector::new();
    let mut table = Table::default();
    let mut confusion = [[0usize; 2]; 2];
    for (at, line) in String::from_utf8(bytes).unwrap().lines().enumerate() {
        let row: Value = serde_json::from_str(line).unwrap();
        let request = &row["request"];
        let tag = request.get("Attack_Tag").and_then(Value::as_str).unwrap_or("benign");
        let target = text(request, "url").trim_start_matches("http://127.0.0.1:5000");
        let kept = Request {
            method: text(request, "method"),
            target: target.as_bytes(),
            headers: headers(request),
            body: Some(text(request, "body").as_bytes()).filter(|b| !b.is_empty()),
        }
        .signals(&mut inspector);
        let caught = kept.0.iter().any(|s| s.0.starts_with("injection."));
        let half = if at % 2 == 0 { "seen half" } else { "unseen half" };
        table.add(&format!("{tag}, {half}"), caught);
        confusion[usize::from(tag != "benign")][usize::from(caught)] += 1;
        if caught != (tag != "benign") {
            show("atrdf", &format!("{tag} {target} {:?}", kept.0));
        }
    }
    table.print("ATRDF 1, train: requests with a signal injection.*");
    let [[_, false_alarms], [missed, found]] = confusion;
    let f1 = share(2 * found, 2 * found + missed + false_alarms);
    eprintln!("  F1 {f1:.4}, false alarms {false_alarms}, missed {missed}");
    assert_eq!((missed, false_alarms), (0, 0));
}

#[test]
fn crs_requests() {
    let Some(bytes) = labelled("crs/requests.jsonl.gz") else { return };
    let mut inspector = Inspector::new();
    let mut table = Table::default();
    for line in String::from_utf8(bytes).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let kept = Request {
            method: text(&row, "method"),
            target: text(&row, "uri").as_bytes(),
            headers: headers(&row),
            body: row.get("data").and_then(Value::as_str).map(str::as_bytes),
        }
        .signals(&mut inspector);
        let caught = !attacks(&kept).is_empty();
        let (category, label) = (text(&row, "category"), text(&row, "label"));
        table.add(&format!("{category} {label}"), caught);
        if caught != (label == "attack") {
            let kind = if caught { "false" } else { "miss" };
            let of = category.split('-').nth(1).unwrap_or_default();
            show(
                &format!("{kind}:crs{of}"),
                &format!(
                    "{} {} {:?} {} {:?}",
                    text(&row, "file"),
                    text(&row, "uri"),
                    row["headers"]["User-Agent"],
                    text(&row, "data"),
                    kept.0
                ),
            );
        }
    }
    table.print("OWASP CRS cases: requests with a signal of an attack");
}

fn parameter(inspector: &mut Inspector, value: &str) -> super::Kept {
    let encoded: String = value.bytes().fold(String::new(), |out, b| out + &format!("%{b:02X}"));
    Request { method: "GET", target: format!("/search?q={encoded}").as_bytes(), ..Request::default() }
        .signals(inspector)
}

#[test]
fn http_params() {
    let Some(bytes) = labelled("httpparams/Morzeux__HttpParamsDataset__payload_train.csv") else { return };
    let mut inspector = Inspector::new();
    let mut table = Table::default();
    for line in String::from_utf8_lossy(&bytes).lines().skip(1) {
        let Some(rest) = line.strip_prefix('"') else { continue };
        let mut fields = rest.rsplitn(4, ",\"");
        let (Some(_), Some(kind), Some(_), Some(payload)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let (kind, payload) =
            (kind.trim_end_matches('"'), payload.strip_suffix('"').unwrap_or(payload).replace("\"\"", "\""));
        let kept = parameter(&mut inspector, &payload);
        let caught = !attacks(&kept).is_empty();
        table.add(kind, caught);
        if caught != (kind != "norm") {
            show(
                &format!("{}:httpparams-{kind}", if caught { "false" } else { "miss" }),
                &format!("{payload} {:?}", kept.0),
            );
        }
    }
    table.print("HttpParams, train: values with a signal of an attack");
    assert!(table.share("norm") < 0.0005, "false alarms");
    assert!(table.share("sqli") > 0.95);
}

#[test]
fn modsec_learn() {
    let mut inspector = Inspector::new();
    let mut table = Table::default();
    for (file, label) in [("legitimate", "legitimate"), ("malicious", "malicious")] {
        let Some(bytes) = labelled(&format!("modsec-learn/pralab__modsec-learn__data_dataset_{file}_test.json")) else {
            return;
        };
        let rows: Vec<String> = serde_json::from_slice(&bytes).unwrap();
        for row in rows {
            let kept = Request { method: "GET", target: format!("/?{row}").as_bytes(), ..Request::default() }
                .signals(&mut inspector);
            let caught = !attacks(&kept).is_empty();
            table.add(label, caught);
            if caught != (label == "malicious") {
                show(&format!("{}:modsec", if caught { "false" } else { "miss" }), &format!("{row} {:?}", kept.0));
            }
        }
    }
    table.print("modsec-learn, test: queries with a signal of an attack");
    assert!(table.share("legitimate") < 0.002, "false alarms");
    assert!(table.share("malicious") > 0.95);
}

/// Payloads of a list in YAML, as far as these files use it.
fn payloads(yaml: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut inside = false;
    // A string that goes on in the next line.
    for line in yaml.replace("\\\n    ", "").lines() {
        if !line.starts_with([' ', '-']) && !line.is_empty() {
            inside = line.starts_with("payload:");
            continue;
        }
        let Some(item) = line.trim_start().strip_prefix("- ").filter(|_| inside) else { continue };
        let item = item.trim();
        out.push(if let Some(quoted) = item.strip_prefix('\'').and_then(|i| i.strip_suffix('\'')) {
            quoted.replace("''", "'")
        } else if item.starts_with('"') && item.ends_with('"') {
            serde_json::from_str(&item.replace("\\'", "'").replace("\\0", "\\u0000"))
                .unwrap_or_else(|_| item.trim_matches('"').into())
        } else {
            item.into()
        });
    }
    out
}

#[test]
fn gotestwaf() {
    if labelled("httpparams/Morzeux__HttpParamsDataset__LICENSE").is_none() {
        return;
    }
    let root = PathBuf::from(std::env::var_os("BREACHWALK_CORPORA").unwrap()).join("labelled/gotestwaf");
    let mut files: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut inspector = Inspector::new();
    let mut table = Table::default();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().replace("wallarm__gotestwaf__testcases_", "");
        for payload in payloads(&std::fs::read_to_string(&file).unwrap()) {
            let kept = match &*name {
                n if n.contains("user-agent") => Request {
                    method: "GET",
                    target: b"/",
                    headers: vec![("User-Agent", payload.as_bytes())],
                    body: None,
                }
                .signals(&mut inspector),
                n if n.contains("xml") || n.contains("xxe") => Request {
                    method: "POST",
                    target: b"/",
                    headers: vec![("Content-Type", b"text/xml")],
                    body: Some(payload.as_bytes()),
                }
                .signals(&mut inspector),
                n if n.contains("crlf") => {
                    Request { method: "GET", target: format!("/{payload}").as_bytes(), ..Request::default() }
                        .signals(&mut inspector)
                }
                n if n.contains("graphql") => Request {
                    method: "POST",
                    target: b"/graphql",
                    headers: vec![("Content-Type", b"application/json")],
                    body: Some(payload.as_bytes()),
                }
                .signals(&mut inspector),
                _ => parameter(&mut inspector, &payload),
            };
            let caught = !attacks(&kept).is_empty();
            table.add(&name, caught);
            if caught == name.starts_with("false-pos") {
                show(
                    &format!("{}:gotestwaf", if caught { "false" } else { "miss" }),
                    &format!("{name} {payload} {:?}", kept.0),
                );
            }
        }
    }
    table.print("GoTestWAF: payloads with a signal of an attack");
    assert_eq!(table.0["false-pos_texts"][0], 0, "false alarms");
}
