//! Real logs of gateways, load balancers and proxies, read whole; and records whose parse somebody
//! else wrote down. Needs `BREACHWALK_CORPORA`; without it nothing is tested and a line says so.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::domain::time::{iso, rfc3339};
use crate::domain::{Exchange, Ignorable, Int, Place, Reason, Text};
use crate::parse::cut::{Chunk, Cut, cutter, layout};
use crate::parse::{FormatSet, Session, Sink};

const FOLDERS: &[&str] = &[
    "haproxy",
    "aws-alb",
    "aws-elb",
    "aws-s3",
    "aws-cloudfront",
    "iis-w3c",
    "zeek-tsv",
    "squid",
    "tyk",
    "modsecurity",
];

fn corpora() -> Option<PathBuf> {
    let found = std::env::var_os("BREACHWALK_CORPORA").map(PathBuf::from);
    if found.is_none() {
        println!("skipped: BREACHWALK_CORPORA is not set");
    }
    found
}

/// What became of a file.
#[derive(Default)]
struct Outcome {
    exchanges: usize,
    others: usize,
    rejects: Vec<(Place, Reason)>,
    last: Vec<(String, Fields)>,
    end: u64,
}

/// Time, client, method, path, status, bytes.
#[derive(Debug, PartialEq, Clone, Default)]
struct Fields {
    time: Option<String>,
    client: Option<String>,
    method: Option<String>,
    path: Option<String>,
    query: Option<String>,
    status: Option<i64>,
    bytes: Option<i64>,
}

impl Sink for Outcome {
    fn exchange(&mut self, place: Place, format: &str, _raw: &[u8], x: &Exchange<'_>) {
        self.tile(place);
        self.exchanges += 1;
        let text = |f| x.get(f).map(|v: &[u8]| String::from_utf8_lossy(v).into_owned());
        self.last.push((
            format.to_owned(),
            Fields {
                time: x.time.map(rfc3339),
                client: text(Text::ClientAddress).or(text(Text::PeerAddress)),
                method: text(Text::Method),
                path: text(Text::Path),
                query: text(Text::Query),
                status: x.get_int(Int::Status),
                bytes: x.get_int(Int::ResponseBytes).or(x.get_int(Int::ResponseBodyBytes)),
            },
        ));
    }
    fn reject(&mut self, place: Place, reason: Reason) {
        self.tile(place);
        self.rejects.push((place, reason));
    }
    fn ignorable(&mut self, place: Place, what: Ignorable) {
        self.tile(place);
        self.others += usize::from(what == Ignorable::OtherRecord);
    }
}

impl Outcome {
    fn tile(&mut self, place: Place) {
        assert_eq!(place.offset, self.end, "spans must tile the file");
        self.end = place.end();
    }
}

fn read(bytes: &[u8]) -> Outcome {
    let mut out = Outcome::default();
    let mut set = FormatSet::built_in();
    set.sniff(bytes);
    let mut cutter = cutter(layout(bytes), 64 << 10);
    let (mut from, mut index, mut records_before) = (0, 0, 0);
    while from < bytes.len() {
        let Cut::Take { len, spans, records } = cutter.cut(&bytes[from..], true) else {
            panic!("the cutter took nothing");
        };
        let chunk = Chunk {
            index,
            offset: from as u64,
            records_before,
            bytes: bytes[from..from + len].to_vec(),
            context: cutter.context().to_vec(),
            spans,
        };
        Session::new(&set).parse(&chunk, &mut out);
        from += len;
        index += 1;
        records_before += records;
    }
    assert_eq!(out.end, bytes.len() as u64);
    out
}

fn files(folder: &Path, ending: &[&str]) -> Vec<PathBuf> {
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| ending.iter().any(|e| p.to_str().unwrap().ends_with(e)))
        .collect();
    all.sort();
    all
}

/// Lines that are no access-log records: parts of the file's name, and how many rejects it may have.
const NO_RECORDS: &[(&str, usize)] = &[
    // Request columns alone, from a unit test.
    ("awslogs_alb_test.lines", 2),
    // Whole lines in quotes, from a unit test.
    ("vrl__src_stdlib_parse_aws_alb_log.lines", 2),
];

#[test]
fn whole_logs() {
    let Some(root) = corpora() else { return };
    let mut report = String::new();
    let mut surprises = 0;
    for folder in FOLDERS {
        for path in files(&root.join("logs").join(folder), &[".log", ".0", ".2", ".4", ".tsv"]) {
            let bytes = std::fs::read(&path).unwrap();
            let out = read(&bytes);
            let name = path.file_name().unwrap().to_str().unwrap();
            let allowed = NO_RECORDS
                .iter()
                .find(|(part, _)| name.ends_with(&format!("{}.log", part.trim_end_matches(".log"))))
                .map_or(0, |(_, n)| *n);
            let formats: std::collections::BTreeSet<_> = out.last.iter().map(|(f, _)| f.as_str()).collect();
            let _ = writeln!(
                report,
                "{folder}/{name}: {} exchanges {formats:?}, {} other, {} rejects",
                out.exchanges,
                out.others,
                out.rejects.len()
            );
            if let Some((format, first)) = out.last.first() {
                // On request only: what stands in the corpora is nobody's to print.
                if std::env::var_os("BREACHWALK_SHOW").is_some() {
                    let _ = writeln!(report, "    {format} {first:?}");
                }
            }
            let mut unexpected = 0;
            for (place, reason) in &out.rejects {
                // JSON among these logs is what other tests look at.
                if bytes.get(usize::try_from(place.offset).unwrap()) == Some(&b'{') {
                    continue;
                }
                unexpected += 1;
                let _ = writeln!(report, "    {} {}", place.record, reason.code());
            }
            surprises += usize::from(unexpected != allowed);
        }
    }
    if std::env::var_os("BREACHWALK_SHOW").is_some() {
        println!("{report}");
    }
    assert_eq!(surprises, 0, "files with other rejects than expected\n{report}");
}

fn text_at(value: &serde_json::Value, path: &str) -> Option<String> {
    value.pointer(path).and_then(|v| v.as_str().map(str::to_owned))
}

/// `input.message` beside what another parser makes of it (ECS).
#[test]
fn ecs_records_agree() {
    let Some(root) = corpora() else { return };
    let mut compared = 0;
    for folder in ["haproxy", "squid", "iis-w3c"] {
        for path in files(&root.join("logs").join(folder), &[".json"]) {
            let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let Some(message) = text_at(&json, "/input/message") else { continue };
            let want = &json["expected"];
            // A line is what a log holds: one message with a line end inside is read as one record
            // only where it comes wrapped.
            let record = if message.trim_end().contains('\n') {
                serde_json::json!({ "message": message }).to_string()
            } else {
                message
            };
            let out = read(record.as_bytes());
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            assert_eq!(out.exchanges, 1, "{name}: {:?}", out.rejects);
            let (_, got) = &out.last[0];
            let same = |what: &str, want: Option<String>, got: Option<String>| {
                if want.is_some() {
                    assert_eq!(got, want, "{name}: {what}");
                }
            };
            same("client", text_at(want, "/source/ip"), got.client.clone());
            same("method", text_at(want, "/http/request/method"), got.method.clone());
            same("path", text_at(want, "/url/path"), got.path.clone());
            same("query", text_at(want, "/url/query"), got.query.clone());
            same(
                "time",
                text_at(want, "/@timestamp").and_then(|t| iso(t.as_bytes())).map(|t| rfc3339(t.at)),
                got.time.clone(),
            );
            let number = |p: &str| want.pointer(p).and_then(serde_json::Value::as_i64).map(|n| n.to_string());
            same("status", number("/http/response/status_code"), got.status.map(|n| n.to_string()));
            same("bytes", number("/http/response/bytes"), got.bytes.map(|n| n.to_string()));
            compared += 1;
        }
    }
    assert!(compared >= 16, "only {compared} records were compared");
}

/// The value of `….Meta["key"] == "value"` and the record it is about.
fn assertion<'l>(line: &'l str, parser: &str, key: &str) -> Option<(usize, &'l str)> {
    let rest = line.strip_prefix(&format!("results[\"s01-parse\"][\"{parser}\"]["))?;
    let (at, rest) = rest.split_once(']')?;
    let value = rest.strip_prefix(&format!(".Evt.Meta[\"{key}\"] == \""))?.strip_suffix('"')?;
    Some((at.parse().ok()?, value))
}

/// crowdsec's hub keeps what its parsers make of a log beside it.
#[test]
fn crowdsec_records_agree() {
    let Some(root) = corpora() else { return };
    let mut compared = 0;
    for (folder, log, asserts, parser) in [
        ("aws-alb", "aws-alb-logs_aws-alb-logs.log", "aws-alb-logs_parser.assert", "crowdsecurity/aws-alb"),
        (
            "aws-cloudfront",
            "aws-cloudfront-logs_aws-cloudfront-logs.log",
            "aws-cloudfront-logs_parser.assert",
            "crowdsecurity/aws-cloudfront",
        ),
        ("haproxy", "haproxy-logs_haproxy-logs.log", "haproxy-logs_parser.assert", "crowdsecurity/haproxy-logs"),
        ("iis-w3c", "iis-xml-logs_iis-logs.log", "iis-xml-logs_parser.assert", "crowdsecurity/iis-logs"),
    ] {
        let folder = root.join("logs").join(folder);
        let only = |ending: &str| std::fs::read(&files(&folder, &[ending])[0]).unwrap();
        let out = read(&only(log));
        let text = String::from_utf8(only(asserts)).unwrap();
        for line in text.lines() {
            for key in ["source_ip", "http_verb", "http_path", "http_status"] {
                let Some((at, want)) = assertion(line, parser, key) else { continue };
                let Some((_, got)) = out.last.get(at) else {
                    assert!(key == "source_ip", "{parser}[{at}] is no exchange: {line}");
                    continue;
                };
                let uri = match &got.query {
                    Some(query) => format!("{}?{query}", got.path.clone().unwrap_or_default()),
                    None => got.path.clone().unwrap_or_default(),
                };
                let same = match key {
                    "source_ip" => got.client.as_deref() == Some(want),
                    "http_verb" => got.method.as_deref() == Some(want),
                    // Some of the parsers keep the query in the path.
                    "http_path" => uri == want.replace("\\\\", "\\") || got.path.as_deref() == Some(want),
                    _ => got.status.map(|s| s.to_string()).as_deref() == Some(want),
                };
                assert!(same, "{parser}[{at}]: {line}\n{got:?}");
                compared += 1;
            }
        }
    }
    assert!(compared >= 60, "only {compared} values were compared");
}

/// Elastic's pipeline test of the application load balancer.
#[test]
fn elastic_record_agrees() {
    let Some(root) = corpora() else { return };
    let folder = root.join("logs").join("aws-alb");
    let out = read(&std::fs::read(&files(&folder, &["test-alb.log"])[0]).unwrap());
    let json = std::fs::read(&files(&folder, &["test-alb.log-expected.json"])[0]).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let want = &json["expected"][0];
    let got = &out.last[0].1;
    assert_eq!(got.client, text_at(want, "/source/ip"));
    assert_eq!(got.method.as_ref().map(|m| m.to_lowercase()), text_at(want, "/http/request/method"));
    assert_eq!(got.path, text_at(want, "/url/path"));
    assert_eq!(got.status, want["http"]["response"]["status_code"].as_i64());
    assert_eq!(got.bytes, want["http"]["response"]["body"]["bytes"].as_i64());
    // Elastic cuts the time at milliseconds.
    let time = text_at(want, "/@timestamp").unwrap();
    assert!(got.time.as_ref().unwrap().starts_with(time.trim_end_matches('Z')));
}
