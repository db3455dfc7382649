//! SQL over a case, and the API's own description against the traffic.

use super::{BODIES, INTRUDER, LOG, ask, case_of, rows, there, truth};
use crate::cli::Desk;

#[test]
fn questions_are_answered() {
    let desk = Desk::new();
    // 371 lines of Kong, 43 with a token, as `grep -c` says.
    let auth = ask(&desk, "select auth, count(*) as n from exchanges group by auth order by auth", &[BODIES]);
    let auth: Vec<(&str, u64)> = auth.iter().map(|r| (r["auth"].as_str().unwrap(), r["n"].as_u64().unwrap())).collect();
    assert_eq!(auth, [("absent", 371 - 43), ("present", 43)]);
    let sql = format!(
        "select count(distinct s.fingerprint) as n from sightings s join exchanges e on s.evidence_id = e.evidence_id and s.\"offset\" = e.\"offset\" where e.actor = '{INTRUDER}' and s.data_class = 'phone-in' and s.location = 'response-body'"
    );
    assert_eq!(ask(&desk, &sql, &[BODIES])[0]["n"], truth()["gateway-bodies.jsonl"]["phones"]);
    let busiest = ask(&desk, "select actor, exchanges from actors order by exchanges desc limit 1", &[LOG]);
    // The probe: 569 lines of the log.
    assert_eq!(
        (&busiest[0]["exchanges"], busiest[0]["actor"].as_str().unwrap().starts_with("address:192.0.2.250/")),
        (&569.into(), true)
    );
    let rules = ask(&desk, "select distinct rule from findings where severity = 'high' order by rule", &[BODIES]);
    assert!(rules.iter().any(|r| r["rule"] == "enumeration"), "{rules:?}");
    let none = ask(&desk, "select * from rejects", &[BODIES]);
    assert!(none.is_empty());
}

#[test]
fn a_wrong_question_is_a_usage_error() {
    let desk = Desk::new();
    case_of(&desk, &[BODIES]);
    for sql in ["selec 1", "select nothing_of_the_kind from exchanges", "select * from no_such_table", ""] {
        let ran = desk.run(&["query", sql, "case"]).ends(2);
        assert!(ran.err.contains("tables: evidence, exchanges") || sql.is_empty(), "{sql}: {}", ran.err);
        assert!(!ran.err.contains("bug in breachwalk") && ran.out.is_empty(), "{sql}: {}", ran.err);
    }
    desk.run(&["query", "select 1 as n", "case", "-f", "html"]).ends(2);
}

/// An invented description of the invented API.
const SPEC: &str = r#"openapi: 3.0.3
info: { title: Tablewise ordering, version: "1" }
servers: [{ url: "https://api.tablewise.example/v1" }]
components: { securitySchemes: { staff: { type: http, scheme: bearer } } }
paths:
  /stores/{id}:
    get: { responses: { "200": { description: ok } } }
  /stores/{id}/menu:
    get: { deprecated: true, responses: { "200": { description: ok } } }
  /stores/{id}/orders/live:
    get: { security: [{ staff: [] }], responses: { "200": { description: ok } } }
  /stores/{id}/payouts:
    get: { responses: { "200": { description: ok } } }
  /orders:
    post: { responses: { "201": { description: made } } }
"#;

#[test]
fn the_description_shows_shadows_zombies_and_orphans() {
    let desk = Desk::new();
    let spec = desk.write("spec.yaml", SPEC);
    let report = there(&desk, &["report", BODIES, "-f", "json", "--top", "0", "--openapi", spec.to_str().unwrap()]);
    let report = report.ends(0).json();
    let findings = rows(&report, "findings");
    let endpoints = |rule: &str| -> Vec<String> {
        let of = findings.iter().filter(|f| f["rule"] == rule);
        of.map(|f| f["endpoints"].as_str().unwrap().to_owned()).collect()
    };
    let ends = |rule: &str, path: &str| endpoints(rule).iter().any(|e| e.ends_with(path));
    assert!(ends("shadow-endpoint", "/customers"), "{:?}", endpoints("shadow-endpoint"));
    assert!(ends("shadow-endpoint", "/past-fav"), "{:?}", endpoints("shadow-endpoint"));
    assert!(!ends("shadow-endpoint", "/orders/live") && !ends("shadow-endpoint", "/menu"));
    assert!(ends("zombie-endpoint", "/menu"), "{:?}", endpoints("zombie-endpoint"));
    assert!(ends("described-authentication", "/orders/live"), "{:?}", endpoints("described-authentication"));
    let limits = report["sections"]["limits"].to_string();
    assert!(limits.contains("orphans") && limits.contains("/payouts"), "{limits}");
    let without = there(&desk, &["report", BODIES, "-f", "json", "--top", "0"]).ends(0).json();
    assert!(rows(&without, "findings").iter().all(|f| f["rule"] != "shadow-endpoint"));
    desk.write("wrong.yaml", "title: nothing\n");
    let wrong = desk.path("wrong.yaml");
    there(&desk, &["report", BODIES, "--openapi", wrong.to_str().unwrap()]).ends(1).says(&["wrong.yaml", "OpenAPI"]);
}
