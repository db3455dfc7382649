//! Real logs of the JSON formats: every record of them is an exchange of the expected format, a
//! record of something else, or a reject that is listed here with its reason.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bumpalo::Bump;
use serde_json::Value;

use crate::domain::{Exchange, Ignorable, Int, Place, Reason, Text};
use crate::parse::format::{Format, Sink};
use crate::parse::formats::by_id;
use crate::parse::target::Scratch;
use crate::parse::{FormatSet, Session};

/// Folder; formats that its JSON exchanges may have; how many of them and of other records there
/// are; how many JSON records at most are rejects. Lines of text are other tests' matter.
const FOLDERS: &[(&str, &[&str], usize, usize, usize)] = &[
    ("nginx-json", &["nginx-json"], 2, 0, 0),
    // The reject is a line of the text format inside JSON.
    ("envoy", &["envoy-json"], 47, 0, 1),
    ("kong", &["kong"], 2, 0, 0),
    ("apisix", &["apisix"], 4, 0, 0),
    ("traefik-json", &["traefik-json"], 81, 0, 0),
    ("caddy", &["caddy"], 18, 36, 0),
    ("aws-apigateway", &["aws-apigateway"], 5, 0, 0),
    // The rejects are documents of a search engine that renamed the fields.
    ("aws-waf", &["aws-waf"], 44, 0, 38),
    ("azure-appgw", &["azure-appgw"], 2, 0, 0),
    ("azure-frontdoor", &["azure-frontdoor"], 1, 2, 0),
    ("gcp-http-lb", &["gcp-http-lb"], 3, 0, 0),
    ("cloudflare", &["cloudflare"], 2, 0, 0),
    ("cloudflare-fw", &["cloudflare-firewall"], 1, 0, 0),
    ("zeek-json", &["zeek-json"], 63, 0, 0),
    // Alerts, flows and statistics only.
    ("suricata-eve", &[], 0, 13, 0),
    // The reject is a log record that holds no line.
    ("otlp", &["otlp"], 9, 59, 1),
    ("openappsec", &["openappsec"], 9, 0, 0),
    ("akamai", &["akamai-siem"], 2, 0, 0),
    ("f5-xc", &["f5-xc"], 1, 1, 0),
];

#[derive(Default)]
struct Seen {
    exchanges: BTreeMap<String, usize>,
    other: usize,
    rejects: Vec<(Reason, String)>,
    line: String,
    bare: Vec<String>,
}

impl Sink for Seen {
    fn exchange(&mut self, _: Place, format: &str, _: &[u8], x: &Exchange<'_>) {
        *self.exchanges.entry(format.to_owned()).or_default() += 1;
        let empty = x.time.is_none()
            || x.get(Text::PeerAddress).is_none()
            || x.get(Text::Path).is_none()
            || x.get(Text::Method).is_none()
            || x.get_int(Int::Status).is_none()
            || !x.repairs.is_empty();
        if empty {
            // Names only: what stands in the corpora is nobody's to print.
            let missing = [Text::PeerAddress, Text::Path, Text::Method].into_iter().filter(|f| x.get(*f).is_none());
            let missing: Vec<_> = missing.map(Text::column).collect();
            self.bare.push(format!("{format}: without {missing:?}, {} repairs", x.repairs.iter().count()));
        }
    }
    fn reject(&mut self, _: Place, reason: Reason) {
        self.rejects.push((reason, self.line.clone()));
    }
    fn ignorable(&mut self, _: Place, what: Ignorable) {
        self.other += usize::from(what == Ignorable::OtherRecord);
    }
}

/// The records of a file: its lines, or what a document holds, or the input of a test by SEKOIA.
fn records(text: &str) -> Vec<String> {
    let compact = |t: &str| match serde_json::from_str::<Value>(t) {
        Ok(v) if v.is_object() || v.is_array() => v.to_string(),
        _ => t.to_owned(),
    };
    match serde_json::from_str::<Value>(text) {
        Ok(doc) => match doc.pointer("/input/message").and_then(Value::as_str) {
            Some(line) => vec![compact(line)],
            None => vec![doc.to_string()],
        },
        Err(_) => text.lines().map(str::to_owned).collect(),
    }
}

fn read(folder: &Path) -> Seen {
    let mut seen = Seen::default();
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.to_string_lossy().into_owned();
        if [".assert", ".yml", "-expected.json"].iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let records = records(&String::from_utf8_lossy(&fs::read(&file).unwrap()));
        let mut session = Session::new(&FormatSet::built_in());
        let arena = Bump::new();
        let mut s = Scratch::new(&arena);
        let mut x = Exchange::default();
        for record in &records {
            let json = matches!(record.as_bytes().first(), Some(b'{' | b'['));
            seen.line = format!("{name}: {}", if json { "JSON" } else { "text" });
            let record = arena.alloc_slice_copy(record.as_bytes());
            let place = Place { offset: 0, length: record.len() as u64, record: 1 };
            session.line(place, record, &mut x, &mut s, &mut seen);
        }
    }
    seen
}

#[test]
fn real_logs() {
    let Some(root) = std::env::var_os("BREACHWALK_CORPORA") else {
        eprintln!("skipped: BREACHWALK_CORPORA names no folder with real logs");
        return;
    };
    let mut wrong = Vec::new();
    for (folder, formats, exchanges, other, rejects) in FOLDERS {
        let seen = read(&Path::new(&root).join("logs").join(folder));
        for bare in &seen.bare {
            eprintln!("{folder}: {bare}");
        }
        for (reason, line) in &seen.rejects {
            eprintln!("{folder}: {reason:?} {line}");
        }
        let json = |id: &str| by_id(id).is_some_and(Format::is_json);
        let mut found = seen.exchanges.clone();
        found.retain(|id, _| json(id));
        let total: usize = found.values().sum();
        let rejected = seen.rejects.iter().filter(|(_, line)| line.ends_with("JSON")).count();
        if found.keys().any(|f| !formats.contains(&f.as_str()))
            || (total, seen.other) != (*exchanges, *other)
            || rejected > *rejects
        {
            wrong.push(format!("{folder}: {found:?}, {} other, {rejected} rejects", seen.other));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
