//! Traffic of people who attack nobody: no signal of an injection may come of it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Inspector, Kept, Request, attacks};
use crate::domain::{Exchange, Ignorable, Place, Reason, Text};
use crate::parse::cut::{Chunk, Cut, cutter, layout};
use crate::parse::{FormatSet, Session, Sink, formats};

/// Inspects what a session reads.
#[derive(Default)]
struct Inspected {
    inspector: Inspector,
    exchanges: usize,
    signals: BTreeMap<String, usize>,
    injections: Vec<String>,
}

impl Sink for Inspected {
    fn exchange(&mut self, _: Place, format: &str, _: &[u8], x: &Exchange<'_>) {
        let mut kept = Kept::default();
        self.inspector.exchange(x, &mut kept);
        self.exchanges += 1;
        for s in &kept.0 {
            *self.signals.entry(s.0.clone()).or_default() += 1;
            if ["injection.", "ssrf."].iter().any(|p| s.0.starts_with(p)) {
                let path = x.get(Text::Path).unwrap_or_default();
                self.injections.push(format!("{format} {s:?} {}", crate::domain::safe_text::excerpt(path, 60)));
            }
        }
    }
    fn reject(&mut self, _: Place, _: Reason) {}
    fn ignorable(&mut self, _: Place, _: Ignorable) {}
}

fn inspect(bytes: &[u8], out: &mut Inspected) {
    let mut set = FormatSet::built_in();
    set.sniff(&bytes[..bytes.len().min(64 << 10)]);
    let mut session = Session::new(&set);
    let mut cutter = cutter(layout(bytes), 8 << 20);
    let (mut at, mut index, mut records_before) = (0, 0, 0);
    while at < bytes.len() {
        let context = cutter.context().to_vec();
        let Cut::Take { len, spans, records } = cutter.cut(&bytes[at..], true) else { panic!("nothing taken") };
        let chunk =
            Chunk { index, offset: at as u64, records_before, bytes: bytes[at..at + len].to_vec(), context, spans };
        session.parse(&chunk, out);
        (at, index, records_before) = (at + len, index + 1, records_before + records);
    }
}

fn file(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    if path.extension().is_none_or(|e| e != "gz") {
        return bytes;
    }
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut out).unwrap();
    out
}

#[test]
fn the_dataset_holds_a_walk_and_no_injection() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("datasets/qr-walk/evidence");
    let mut seen = Inspected::default();
    for name in ["walk.har", "gateway.log.gz", "gateway-bodies.jsonl.gz"] {
        inspect(&file(&folder.join(name)), &mut seen);
    }
    assert!(seen.exchanges > 1000, "{}", seen.exchanges);
    eprintln!("qr-walk: {} exchanges, {:?}", seen.exchanges, seen.signals);
    assert!(seen.injections.is_empty(), "{:#?}", seen.injections);
}

#[test]
fn samples_of_formats_are_ordinary() {
    let mut seen = Inspected::default();
    for format in formats::ALL {
        for sample in format.samples() {
            inspect(sample.record.as_bytes(), &mut seen);
        }
    }
    assert!(seen.exchanges > 100, "{}", seen.exchanges);
    eprintln!("samples: {} exchanges, {:?}", seen.exchanges, seen.signals);
    // A sample of AWS WAF and the like shows what was blocked.
    let injections: Vec<_> = seen.injections.iter().filter(|i| !is_of_a_firewall(i)).collect();
    assert!(injections.is_empty(), "{injections:#?}");
}

/// Formats whose samples are requests that a firewall stopped.
fn is_of_a_firewall(of: &str) -> bool {
    ["aws-waf", "modsecurity", "akamai-siem", "cloudflare-firewall", "f5-xc", "openappsec", "suricata", "azure-appgw"]
        .iter()
        .any(|f| of.starts_with(f))
}

/// People's browsers, recorded: advertising, analytics, shops. Counted and bounded, not zero: some
/// of these captures are of people who tried things.
#[test]
fn captures_of_browsers() {
    let Some(root) = std::env::var_os("BREACHWALK_CORPORA").filter(|v| !v.is_empty()) else {
        eprintln!("skipped: BREACHWALK_CORPORA is not set");
        return;
    };
    let mut seen = Inspected::default();
    let mut folders = vec![PathBuf::from(root).join("har")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    for path in files {
        let before = seen.injections.len();
        inspect(&file(&path), &mut seen);
        if std::env::var_os("BREACHWALK_SHOW").is_some() {
            for injection in &seen.injections[before..] {
                eprintln!("har: {} {injection}", path.display());
            }
        }
    }
    eprintln!("captures: {} exchanges, {:?}", seen.exchanges, seen.signals);
    assert!(seen.injections.len() * 1000 < seen.exchanges, "{} of {}", seen.injections.len(), seen.exchanges);
}

#[test]
fn what_people_type() {
    let mut inspector = Inspector::new();
    for text in [
        "O'Brien",
        "Tom & Jerry",
        "D'Souza's Café & Bar",
        "2 < 3 and 5 > 4",
        "x = 1, y = 2",
        "**bold** and `code`",
        "[menu](https://shop.example/menu)",
        "Paneer (extra spicy); no onion",
        "Flat 4, 2nd floor\nOpp. park",
        "select * from the menu",
        "Use `SELECT name FROM users WHERE id = 5` to read a row",
        "call me @ 5 & bring change",
        "100% sure -- not!",
        "price: $5 {approx}",
        "a/b/c... d",
        "{\"a\":{\"b\":[1,2]}}",
        "C++ and C#",
        "who am i",
        "#1 pizza",
        "name='Asha' and city='Kochi'",
        "it's \"fine\"; really",
        "50/50 or 60/40",
        "=SUM(A1:A5)",
        "user@shop.example",
        "1-2-3 || 4",
        "tel:+91 00000 00000",
        "<3 you guys",
        "a <- b -> c",
        "drop by; table for 5",
        "¿Qué tal? – naïve",
        "मसाला चाय ☕",
        "sort=-created_at,name;limit=5",
        "order by phone, or walk in",
        "Ben & Jerry's or 'Amul'",
    ] {
        let encoded: String = text.bytes().fold(String::new(), |out, b| out + &format!("%{b:02X}"));
        let query = Request { method: "GET", target: format!("/s?q={encoded}").as_bytes(), ..Request::default() }
            .signals(&mut inspector);
        let body = serde_json::json!({ "note": text }).to_string();
        let body = Request {
            method: "POST",
            target: b"/s",
            headers: vec![("Content-Type", b"application/json")],
            body: Some(body.as_bytes()),
        }
        .signals(&mut inspector);
        for kept in [query, body] {
            assert!(attacks(&kept).is_empty(), "{text}: {:?}", kept.0);
        }
    }
}
