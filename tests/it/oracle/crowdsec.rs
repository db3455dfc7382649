//! `CrowdSec`'s hub: `parser.assert` files hold one line of Go a statement about what its parsers
//! made of the log beside them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Expected, Field, Verdict, lines};
use crate::support;

/// `results["stage"]["parser"][index].Evt.Group["key"] == "value"` taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Statement {
    stage: String,
    parser: String,
    index: usize,
    /// `Parsed.remote_addr`, `Meta.source_ip`, `Success` …
    what: String,
    value: String,
}

/// A Go string literal at the front of the text, and what follows it.
fn literal(text: &str) -> Option<(String, &str)> {
    let rest = text.strip_prefix('"')?;
    let mut end = None;
    let mut escaped = false;
    for (at, b) in rest.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => {
                end = Some(at);
                break;
            }
            _ => {}
        }
    }
    let end = end?;
    Some((unquote(&rest[..end])?, &rest[end + 1..]))
}

/// The escapes of a Go string that the files use.
fn unquote(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let mut utf8 = [0; 4];
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
            continue;
        }
        let hex = |n: usize, chars: &mut std::str::Chars<'_>| {
            u32::from_str_radix(&chars.by_ref().take(n).collect::<String>(), 16).ok()
        };
        match chars.next()? {
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'a' => out.push(7),
            'b' => out.push(8),
            'f' => out.push(12),
            'v' => out.push(11),
            'x' => out.push(hex(2, &mut chars)? as u8),
            'u' => out.extend_from_slice(char::from_u32(hex(4, &mut chars)?)?.encode_utf8(&mut utf8).as_bytes()),
            'U' => out.extend_from_slice(char::from_u32(hex(8, &mut chars)?)?.encode_utf8(&mut utf8).as_bytes()),
            c @ ('\\' | '"' | '\'') => out.push(c as u8),
            _ => return None,
        }
    }
    String::from_utf8(out).ok()
}

fn statement(line: &str) -> Option<Statement> {
    let rest = line.trim().strip_prefix("results[")?;
    let (stage, rest) = literal(rest)?;
    let (parser, rest) = literal(rest.strip_prefix("][")?)?;
    let (index, rest) = rest.strip_prefix("][")?.split_once(']')?;
    let rest = rest.strip_prefix('.')?;
    let rest = rest.strip_prefix("Evt.").unwrap_or(rest);
    let (what, value) =
        if let Some((group, rest)) = rest.split_once('[').filter(|(g, _)| g.bytes().all(|b| b.is_ascii_alphabetic())) {
            let (key, rest) = literal(rest)?;
            (format!("{group}.{key}"), rest.strip_prefix(']')?.trim_start().strip_prefix("==")?.trim())
        } else {
            let (what, value) = rest.split_once("==")?;
            (what.trim().to_owned(), value.trim())
        };
    let value = literal(value).map_or_else(|| value.to_owned(), |(v, _)| v);
    Some(Statement { stage, parser, index: index.parse().ok()?, what, value })
}

/// What is stated of one line, by `Group.key`.
type Facts = BTreeMap<String, String>;

/// The facts of each line, keyed by message and by how often that message came before. A later
/// stage repeats what an earlier one found and adds to it.
fn facts(asserts: &str) -> BTreeMap<(String, usize), Facts> {
    let mut stages: BTreeMap<(String, String, usize), Facts> = BTreeMap::new();
    for s in asserts.lines().filter_map(statement) {
        stages.entry((s.stage, s.parser, s.index)).or_default().insert(s.what, s.value);
    }
    let mut seen: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    let mut out: BTreeMap<(String, usize), Facts> = BTreeMap::new();
    for ((stage, parser, _), facts) in stages {
        if stage == "s00-raw" || facts.get("Success").is_none_or(|s| s != "true") {
            continue;
        }
        let Some(message) = facts.get("Parsed.message").cloned() else { continue };
        let nth = seen.entry((stage, parser, message.clone())).or_default();
        out.entry((message, *nth)).or_default().extend(facts);
        *nth += 1;
    }
    out
}

fn expected(facts: &Facts) -> Expected {
    let first = |keys: &[&str]| keys.iter().find_map(|k| facts.get(*k).cloned());
    let mut expected = Expected::default();
    expected.state(Field::Time, first(&["Enriched.MarshaledTime", "Meta.timestamp"]));
    expected.state(Field::Client, first(&["Meta.source_ip", "Parsed.remote_addr", "Parsed.remote_ip"]));
    expected.state(Field::Method, first(&["Meta.http_verb", "Parsed.verb", "Parsed.http_method"]));
    expected.state(Field::Target, first(&["Meta.http_path", "Parsed.request"]));
    expected.state(Field::Status, first(&["Meta.http_status", "Parsed.status"]));
    expected.state(Field::Bytes, first(&["Parsed.body_bytes_sent", "Parsed.sent_bytes", "Parsed.sc_bytes"]));
    expected.state(Field::Agent, first(&["Meta.http_user_agent", "Parsed.http_user_agent"]));
    expected.state(Field::Host, first(&["Parsed.x_host_header", "Meta.http_host", "Meta.target_fqdn"]));
    expected
}

#[test]
fn crowdsec_agrees() {
    let Some(folder) = support::corpora() else { return };
    let mut verdict = Verdict::default();
    let mut unplaced = Vec::new();
    let all = support::files(&folder.join("logs"));
    for path in &all {
        let name = support::name(&folder, path);
        let Some(stem) = name.strip_suffix("_parser.assert") else { continue };
        let log = all.iter().find(|p| support::name(&folder, p).starts_with(&format!("{stem}_")) && *p != path);
        let log = log.unwrap_or_else(|| panic!("{name}: no log beside it"));
        let bytes = support::read(log);
        let items = support::parse_bytes(&bytes);
        let spans = lines(&bytes);
        let facts = facts(&String::from_utf8_lossy(&support::read(path)));
        for ((message, nth), stated) in &facts {
            // The message is the line without what a shipper put in front of it; of an error log
            // it is a part in the middle.
            let ends = |s: &&Range<usize>| bytes[(*s).clone()].trim_ascii().ends_with(message.trim().as_bytes());
            let holds =
                |s: &&Range<usize>| memchr::memmem::find(&bytes[(*s).clone()], message.trim().as_bytes()).is_some();
            let mut hits = spans.iter().filter(ends).chain(spans.iter().filter(|s| !ends(s)).filter(holds));
            let span = match hits.nth(*nth) {
                Some(span) => span.clone(),
                None if facts.len() == 1 => 0..bytes.len(),
                None => {
                    unplaced.push(name.clone());
                    continue;
                }
            };
            verdict.compare(&support::name(&folder, log), &bytes, &items, span, &expected(stated));
        }
    }
    assert!(unplaced.is_empty(), "{}", support::list(&unplaced, 20));
    verdict.settle("crowdsec", 80);
}

#[test]
fn statements_are_taken_apart() {
    let line = r#"results["s01-parse"]["a/b"][3].Evt.Parsed["message"] == "x \"GET\" \\x41 \u003c""#;
    let want = Statement {
        stage: "s01-parse".into(),
        parser: "a/b".into(),
        index: 3,
        what: "Parsed.message".into(),
        value: r#"x "GET" \x41 <"#.into(),
    };
    assert_eq!(statement(line), Some(want));
    assert_eq!(statement(r#"results["s"]["p"][0].Success == true"#).unwrap().what, "Success");
    assert_eq!(statement("len(results) == 4"), None);
}
