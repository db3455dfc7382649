//! SARIF 2.1.0 (OASIS, errata 01): findings as results, detectors as rules, evidence as artifacts.
//! For code-scanning dashboards and whatever else collects findings of tools.

use std::fmt::Write as _;

use serde_json::{Value as Tree, json};
use sha2::{Digest as _, Sha256};

use super::json::document;
use crate::detect::Meta;
use crate::domain::Severity;
use crate::domain::safe_text::escape;
use crate::domain::time::rfc3339;
use crate::exposure::Outcome;
use crate::exposure::outcome::FindingSummary;
use crate::facts::Place;

/// Where the schema is published.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The log: one run.
pub fn write(outcome: &Outcome) -> Vec<u8> {
    let rules: Vec<Tree> = outcome.rules.iter().map(|meta| rule(outcome, meta)).collect();
    let artifacts: Vec<Tree> = outcome
        .evidence
        .iter()
        .map(|e| {
            json!({
                "location": { "uri": uri(&e.name) },
                "length": e.bytes,
                "hashes": { "sha-256": escape(e.sha256.as_bytes()) },
            })
        })
        .collect();
    let results: Vec<Tree> = outcome.findings.iter().map(|f| result(outcome, f)).collect();
    document(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "breachwalk",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "fullName": escape(outcome.tool.as_bytes()),
                "rules": rules,
            } },
            "artifacts": artifacts,
            "results": results,
        }],
    }))
}

fn rule(outcome: &Outcome, meta: &Meta) -> Tree {
    let worst = outcome.findings.iter().filter(|f| f.rule == meta.id).map(|f| f.severity).max();
    let severity = worst.unwrap_or(Severity::Info);
    let mut tags = vec!["security".to_owned()];
    tags.extend(meta.owasp.iter().map(|o| format!("owasp-api-2023/{o}")));
    tags.extend(meta.cwe.iter().map(|n| format!("external/cwe/cwe-{n}")));
    json!({
        "id": escape(meta.id.as_bytes()),
        "shortDescription": { "text": message(meta.title) },
        "fullDescription": { "text": message(meta.method) },
        "help": { "text": message(&format!("{} Not accused: {}", meta.method, meta.quiet)) },
        "defaultConfiguration": { "level": level(severity) },
        "properties": { "tags": tags, "security-severity": score(severity) },
    })
}

fn result(outcome: &Outcome, f: &FindingSummary) -> Tree {
    let locations: Vec<Tree> = f.examples.iter().map(|place| location(outcome, f, *place)).collect();
    let actors: Vec<String> =
        f.actors.iter().filter_map(|a| outcome.actor(*a)).map(|a| escape(a.key.as_bytes())).collect();
    let mut tree = json!({
        "ruleId": escape(f.rule.as_bytes()),
        "level": level(f.severity),
        "message": { "text": message(&f.sentence) },
        "rank": f.confidence.min(100),
        "locations": locations,
        "partialFingerprints": { "finding/v1": fingerprint(outcome, f) },
        "properties": {
            "severity": f.severity.code(),
            "confidence": f.confidence,
            "accuses": f.accuses,
            "exchanges": f.exchanges,
            "actors": actors,
            "firstTime": f.span.first.map(rfc3339),
            "lastTime": f.span.last.map(rfc3339),
        },
    });
    let index = outcome.rules.iter().position(|r| r.id == f.rule);
    if let (Some(index), Some(map)) = (index, tree.as_object_mut()) {
        map.insert("ruleIndex".into(), index.into());
    }
    tree
}

/// A line of a log is a region; an entry of a capture only has a name.
fn location(outcome: &Outcome, f: &FindingSummary, place: Place) -> Tree {
    let endpoints: Vec<Tree> =
        f.endpoints.iter().map(|e| json!({ "fullyQualifiedName": escape(e.as_bytes()), "kind": "resource" })).collect();
    let at = outcome.evidence.iter().position(|e| e.id == place.evidence);
    let Some((index, evidence)) = at.and_then(|at| outcome.evidence.get(at).map(|e| (at, e))) else {
        return json!({ "logicalLocations": endpoints });
    };
    let mut physical = json!({ "artifactLocation": { "uri": uri(&evidence.name), "index": index } });
    if let (true, Some(map)) = (evidence.by_line && place.record > 0, physical.as_object_mut()) {
        map.insert("region".into(), json!({ "startLine": place.record }));
    }
    json!({
        "physicalLocation": physical,
        "logicalLocations": endpoints,
        "message": { "text": format!("record {}", place.record) },
    })
}

/// The same finding in two runs: rule, actors, endpoints; not its numbers, which grow.
fn fingerprint(outcome: &Outcome, f: &FindingSummary) -> String {
    let mut hash = Sha256::new();
    let actors = f.actors.iter().filter_map(|a| outcome.actor(*a)).map(|a| a.key.as_str());
    for part in std::iter::once(f.rule.as_str()).chain(actors).chain(f.endpoints.iter().map(String::as_str)) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    digest.iter().take(16).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// GitHub's scale: from 9.0 critical, from 7.0 high, from 4.0 medium, above 0 low.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    }
}

/// Text of a message: brackets would make a link (3.11.6), braces a placeholder (3.11.5).
fn message(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text.as_bytes()).chars() {
        match c {
            '\\' | '[' | ']' => out.extend(['\\', c]),
            '{' | '}' => out.extend([c, c]),
            c => out.push(c),
        }
    }
    out
}

/// A relative reference (RFC 3986): everything else than unreserved characters and slashes is
/// percent-encoded, so that a name can be neither a scheme nor a host.
fn uri(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        match byte {
            b'/' if out == "/" => {}
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_hold_no_link_and_no_placeholder() {
        assert_eq!(message("[a](http://b) {0} \\"), r"\[a\](http://b) {{0}} \\");
    }

    #[test]
    fn names_are_relative_references() {
        assert_eq!(uri("logs/a b.gz"), "logs/a%20b.gz");
        assert_eq!(uri("javascript:x"), "javascript%3Ax");
        assert_eq!(uri("//host/x"), "/host/x");
        assert_eq!(uri("é\u{1b}"), "%C3%A9%1B");
    }
}
