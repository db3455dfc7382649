//! What the analyst says of the API in `case.toml` changes the report as `src/facts/lens.rs` says.

use serde_json::Value;

use super::{BODIES, HAR, INTRUDER, LOG, ask, case_of, lens, number, row, rows};
use crate::cli::Desk;

fn report(desk: &Desk) -> Value {
    desk.run(&["report", "case", "-f", "json", "--top", "0", "--actor", INTRUDER]).ends(0).json()
}

/// Distinct values of a column of the intruder's rows.
fn distinct(desk: &Desk, column: &str) -> Vec<String> {
    let sql = format!("select distinct {column} from exposure where actor = '{INTRUDER}'");
    let folder = desk.path("case");
    let rows = ask(desk, &sql, &[folder.to_str().unwrap()]);
    rows.iter().map(|r| r[column].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn names_decide_what_is_a_tenant_and_what_a_record() {
    let desk = Desk::new();
    case_of(&desk, &[BODIES]);
    assert!(distinct(&desk, "tenant").iter().filter(|t| t.starts_with("store_id=")).count() == 69);
    lens(&desk, "case", "ignore = [\"store_id\", \"merchant_id\"]");
    assert!(distinct(&desk, "tenant").iter().all(|t| !t.starts_with("store_id=")), "ignored");
    assert_eq!(rows(&report(&desk), "tenants").len(), 0);
    lens(&desk, "case", "tenant = [\"table_id\"]\nignore = [\"store_id\"]");
    assert!(distinct(&desk, "tenant").iter().any(|t| t.starts_with("table_id=")), "another tenant");
    lens(&desk, "case", "record = [\"table_id\"]\nignore = [\"order_no\", \"order_id\", \"last_order_no\"]");
    let records = distinct(&desk, "record");
    assert!(records.iter().any(|r| r.starts_with("table_id=")), "{records:?}");
    assert!(records.iter().all(|r| !r.starts_with("order")), "{records:?}");
    // What the analyst names keeps its own name.
    lens(&desk, "case", "record = [\"order_no\"]");
    assert!(distinct(&desk, "record").iter().any(|r| r.starts_with("order_no=")));
}

#[test]
fn what_is_public_is_not_exposed() {
    let desk = Desk::new();
    case_of(&desk, &[BODIES]);
    let people = |report: &Value| number(&rows(report, "intruders")[0], "subjects");
    let before = people(&report(&desk));
    lens(
        &desk,
        "case",
        "public = [\"/v1/stores/{store_id}/orders/live\", \"/v1/stores/{store_id}/orders/{order_id}\"]",
    );
    let after = report(&desk);
    assert!(people(&after) < before, "{} of {before}", people(&after));
    let still = distinct(&desk, "endpoint");
    assert!(still.iter().all(|e| !e.contains("orders/live")), "{still:?}");
    assert!(still.iter().any(|e| e.ends_with("/customers")), "{still:?}");
}

#[test]
fn templates_and_populations_are_taken_as_said() {
    let desk = Desk::new();
    case_of(&desk, &[BODIES]);
    lens(&desk, "case", "templates = [\"/v1/stores/{outlet_id}/orders/live\"]\npopulation = { store_id = 37529 }");
    let report = report(&desk);
    let endpoints = rows(&report, "sensitive-endpoints");
    let live = endpoints.iter().find(|e| e["template"].as_str().unwrap().ends_with("/orders/live")).unwrap();
    assert_eq!(live["template"], "/v1/stores/{outlet_id}/orders/live");
    let said = rows(&report, "estimates");
    let stores = said.iter().find(|e| e["what"] == "values of store_id that exist").unwrap();
    assert_eq!((number(stores, "low"), number(stores, "high")), (37_529, 37_529), "{stores}");
    assert!(stores["method"].as_str().unwrap().contains("analyst"), "{stores}");
    let reachable = row(&rows(&report, "totals"), "certainty", "reachable");
    assert_eq!(
        reachable["tenants"].as_str().map_or(reachable["tenants"].to_string(), str::to_owned).replace(',', ""),
        "37529"
    );
}

#[test]
fn what_answers_hold_can_be_said_where_no_body_was_kept() {
    let desk = Desk::new();
    case_of(&desk, &[LOG]);
    let classes = |report: &Value| -> Vec<String> {
        rows(report, "classes").iter().map(|c| c["class"].as_str().unwrap().to_owned()).collect()
    };
    assert!(!classes(&report(&desk)).contains(&"phone-in".to_owned()));
    lens(&desk, "case", "[lens.returns]\n\"/v1/stores/{store_id}/orders/live\" = [\"phone-in\"]");
    let report = report(&desk);
    assert!(classes(&report).contains(&"phone-in".to_owned()), "{:?}", classes(&report));
    let phones = row(&rows(&report, "classes"), "class", "phone-in");
    assert_eq!(number(&phones, "confirmed"), 0);
    assert!(number(&phones, "probable") >= 120, "{phones}");
}

#[test]
fn a_capture_is_linked_and_can_be_unlinked() {
    let desk = Desk::new();
    case_of(&desk, &[LOG, HAR]);
    let his = |report: &Value| number(&rows(report, "intruders")[0], "exchanges");
    let linked = report(&desk);
    assert!(linked.to_string().contains("capture:2 is counted as"), "the report says so");
    lens(&desk, "case", "unlinked = [\"capture:2\"]");
    let apart = report(&desk);
    assert!(!apart.to_string().contains("capture:2 is counted as"));
    // 188 of the log; with the capture its 83 entries come on top.
    assert_eq!((his(&linked), his(&apart)), (188 + 83, 188));
}

#[test]
fn a_mistake_in_the_lens_is_told_with_its_file() {
    let desk = Desk::new();
    case_of(&desk, &[HAR]);
    lens(&desk, "case", "tenants = [\"store_id\"]");
    desk.run(&["report", "case"]).ends(1).says(&["case.toml", "tenants"]);
}
