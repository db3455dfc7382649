//! Expectations in the Elastic Common Schema: Elastic's `*-expected.json`, SEKOIA's
//! `{"input":{"message"},"expected":{…}}`, and `OpenSearch`'s samples, which are close to it.

use serde_json::Value;

use super::{Expected, Field, Verdict, lines};
use crate::support;

/// A value by dotted path, as text.
fn get(value: &Value, path: &str) -> Option<String> {
    let mut at = value;
    for key in path.split('.') {
        at = at.get(key)?;
    }
    match at {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

fn first(value: &Value, paths: &[&str]) -> Option<String> {
    paths.iter().find_map(|p| get(value, p))
}

fn expected(event: &Value) -> Expected {
    let mut expected = Expected::default();
    let path_and_query = get(event, "url.path").map(|path| match get(event, "url.query") {
        Some(query) => format!("{path}?{query}"),
        None => path,
    });
    expected.state(Field::Time, get(event, "@timestamp"));
    expected.state(Field::Client, first(event, &["source.address", "source.ip", "client.ip"]));
    expected.state(Field::Method, get(event, "http.request.method"));
    // Some give `original` without the query, and the query apart.
    let original = get(event, "url.original").filter(|o| o.contains('?') || get(event, "url.query").is_none());
    expected.state(Field::Target, original.or(path_and_query));
    expected.state(Field::Status, get(event, "http.response.status_code"));
    expected.state(Field::Bytes, first(event, &["http.response.body.bytes", "http.response.bytes"]));
    expected.state(Field::Agent, get(event, "user_agent.original"));
    expected.state(Field::Host, get(event, "url.domain"));
    expected
}

#[test]
fn elastic_agrees() {
    let Some(folder) = support::corpora() else { return };
    let mut verdict = Verdict::default();
    for path in support::files(&folder.join("logs")) {
        let name = support::name(&folder, &path);
        let Some(log) = path.to_str().and_then(|p| p.strip_suffix("-expected.json")) else { continue };
        let bytes = support::read(log.as_ref());
        let items = support::parse_bytes(&bytes);
        let spans = lines(&bytes);
        let document: Value = serde_json::from_slice(&support::read(&path)).unwrap();
        let mut taken = vec![false; spans.len()];
        for event in document["expected"].as_array().unwrap() {
            let original = get(event, "event.original").unwrap();
            // The n-th of equal lines is the n-th of equal events. An event of several lines is its first.
            let original = original.lines().next().unwrap_or_default().trim().as_bytes();
            let at = (0..spans.len()).find(|at| !taken[*at] && bytes[spans[*at].clone()].trim_ascii() == original);
            let at = at.unwrap_or_else(|| panic!("{name}: no line for an event"));
            taken[at] = true;
            verdict.compare(
                name.trim_end_matches("-expected.json"),
                &bytes,
                &items,
                spans[at].clone(),
                &expected(event),
            );
        }
    }
    verdict.settle("elastic", 30);
}

#[test]
fn sekoia_agrees() {
    let Some(folder) = support::corpora() else { return };
    let mut verdict = Verdict::default();
    for path in support::files(&folder.join("logs")) {
        let name = support::name(&folder, &path);
        if !name.contains("/SEKOIA-IO__") {
            continue;
        }
        let document: Value = serde_json::from_slice(&support::read(&path)).unwrap();
        let bytes = format!("{}\n", document["input"]["message"].as_str().unwrap()).into_bytes();
        let items = support::parse_bytes(&bytes);
        verdict.compare(&name, &bytes, &items, 0..bytes.len(), &expected(&document["expected"]));
    }
    verdict.settle("sekoia", 40);
}

/// Samples whose `body` is the line. `http.url` is the target; statuses are text.
#[test]
fn opensearch_agrees() {
    let Some(folder) = support::corpora() else { return };
    let mut verdict = Verdict::default();
    for path in support::files(&folder.join("logs")) {
        let name = support::name(&folder, &path);
        if !name.contains("/opensearch-project__") || path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let document: Value = serde_json::from_slice(&support::read(&path)).unwrap();
        let events: Vec<&Value> = document.as_array().unwrap().iter().filter(|e| e["body"].is_string()).collect();
        let bytes: Vec<u8> =
            events.iter().flat_map(|e| format!("{}\n", e["body"].as_str().unwrap()).into_bytes()).collect();
        let items = support::parse_bytes(&bytes);
        for (event, span) in events.into_iter().zip(lines(&bytes)) {
            let mut stated = Expected::default();
            stated.state(Field::Method, get(event, "http.request.method"));
            stated.state(Field::Target, get(event, "http.url"));
            stated.state(Field::Status, get(event, "http.response.status_code"));
            stated.state(Field::Bytes, get(event, "http.response.bytes"));
            verdict.compare(&name, &bytes, &items, span, &stated);
        }
    }
    verdict.settle("opensearch", 100);
}
