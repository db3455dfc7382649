//! The JSON Schema against what is written. Of the vocabulary (draft 2020-12) only what the schema
//! uses is checked, and that nothing else is used is checked too.

use serde_json::Value as Tree;

use super::super::samples::{hostile, outcome};
use super::super::{Json, OUTCOME_SECTIONS, OutcomeOptions, SCHEMA, Writer as _, build_outcome};
use crate::exposure::Outcome;

const KNOWN: &[&str] = &[
    "$schema",
    "$id",
    "$defs",
    "$ref",
    "title",
    "description",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "const",
    "enum",
    "minimum",
];

fn check(root: &Tree, schema: &Tree, value: &Tree, at: &str, wrong: &mut Vec<String>) {
    let Some(rules) = schema.as_object() else { return };
    wrong
        .extend(rules.keys().filter(|k| !KNOWN.contains(&k.as_str())).map(|k| format!("{at}: keyword {k} is unknown")));
    if let Some(target) = rules.get("$ref").and_then(Tree::as_str) {
        let target = root.pointer(target.trim_start_matches('#')).unwrap_or_else(|| panic!("{target} leads nowhere"));
        check(root, target, value, at, wrong);
    }
    let kinds: Vec<&str> = match rules.get("type") {
        Some(Tree::Array(kinds)) => kinds.iter().filter_map(Tree::as_str).collect(),
        Some(kind) => kind.as_str().into_iter().collect(),
        None => Vec::new(),
    };
    let is = |kind: &str| match kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("type {other}"),
    };
    if !kinds.is_empty() && !kinds.iter().any(|k| is(k)) {
        wrong.push(format!("{at}: {value} is none of {kinds:?}"));
    }
    if rules.get("const").is_some_and(|c| c != value)
        || rules.get("enum").and_then(Tree::as_array).is_some_and(|e| !e.contains(value))
    {
        wrong.push(format!("{at}: {value} is another value"));
    }
    if let (Some(least), Some(n)) = (rules.get("minimum").and_then(Tree::as_i64), value.as_i64())
        && n < least
    {
        wrong.push(format!("{at}: {n} < {least}"));
    }
    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
        rules.get("items").into_iter().for_each(|s| check(root, s, item, &format!("{at}/{i}"), wrong));
    }
    let Some(object) = value.as_object() else { return };
    for key in rules.get("required").and_then(Tree::as_array).into_iter().flatten().filter_map(Tree::as_str) {
        if !object.contains_key(key) {
            wrong.push(format!("{at}: {key} is missing"));
        }
    }
    for (key, member) in object {
        match rules.get("properties").and_then(|p| p.get(key)) {
            Some(schema) => check(root, schema, member, &format!("{at}/{key}"), wrong),
            None if rules.get("additionalProperties") == Some(&Tree::Bool(false)) => {
                wrong.push(format!("{at}: {key} is not in the schema"));
            }
            None => {}
        }
    }
}

fn written(outcome: &Outcome) -> Tree {
    let all = OutcomeOptions { top: 0, sections: OUTCOME_SECTIONS.iter().map(|s| (*s).to_owned()).collect() };
    serde_json::from_slice(&Json.write(&build_outcome(outcome, &all))).unwrap()
}

fn faults(document: &Tree) -> Vec<String> {
    let schema: Tree = serde_json::from_str(SCHEMA).unwrap();
    let mut wrong = Vec::new();
    check(&schema, &schema, document, "", &mut wrong);
    wrong
}

#[test]
fn json_is_what_the_schema_says() {
    for outcome in [outcome(), hostile(), Outcome::default()] {
        let wrong = faults(&written(&outcome));
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn the_schema_refuses_what_is_not_so() {
    let mut document = written(&outcome());
    document["sections"]["intruders"]["rows"][0]["exchanges"] = "many".into();
    document["sections"]["ledger"]["rows"][0]["certainty"] = "perhaps".into();
    document["sections"]["ledger"]["rows"][1]["odd"] = 1.into();
    document["report_version"] = 0.into();
    document["sections"]["gaps"].as_object_mut().unwrap().remove("rows");
    assert_eq!(faults(&document).len(), 5, "{:?}", faults(&document));
}

/// Columns and schema grow together.
#[test]
fn every_section_and_column_is_in_the_schema() {
    let schema: Tree = serde_json::from_str(SCHEMA).unwrap();
    let sections = schema["properties"]["sections"]["properties"].as_object().unwrap();
    let mut ids: Vec<&str> = sections.keys().map(String::as_str).collect();
    let mut wanted = OUTCOME_SECTIONS.to_vec();
    ids.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(ids, wanted);
    for section in build_outcome(&outcome(), &OutcomeOptions::default()).sections {
        let row = &sections[section.id]["properties"]["rows"]["items"];
        let mut required: Vec<&str> = row["required"].as_array().unwrap().iter().filter_map(Tree::as_str).collect();
        let mut columns: Vec<&str> = section.columns.iter().map(|c| c.key).collect();
        required.sort_unstable();
        columns.sort_unstable();
        assert_eq!(required, columns, "{}", section.id);
    }
}
