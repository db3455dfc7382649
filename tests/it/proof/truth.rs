//! What the program says of the bundled evidence against what its generator wrote down.

use super::{BODIES, HAR, INTRUDER, LOG, ask, number, row, rows, there, truth};
use crate::cli::Desk;

fn report(desk: &Desk, files: &[&str], flags: &[&str]) -> serde_json::Value {
    let mut args = vec!["report"];
    args.extend(files);
    args.extend(["-f", "json", "--top", "0"]);
    args.extend(flags);
    there(desk, &args).ends(0).json()
}

/// Distinct pairs of tenant and record among what the intruder got of orders.
fn orders(desk: &Desk, file: &str, certainty: &str) -> Vec<(String, String)> {
    let sql = format!(
        "select distinct tenant, record from exposure where actor = '{INTRUDER}' and certainty = '{certainty}' and record like 'order_id=%'"
    );
    let text = |r: &serde_json::Value, key: &str| r[key].as_str().unwrap_or_default().to_owned();
    ask(desk, &sql, &[file]).iter().map(|r| (text(r, "tenant"), text(r, "record"))).collect()
}

#[test]
fn people_orders_and_stores_of_kept_bodies() {
    let desk = Desk::new();
    let truth = truth()["gateway-bodies.jsonl"].clone();
    let said = report(&desk, &[BODIES], &["--actor", INTRUDER]);
    let intruders = rows(&said, "intruders");
    assert_eq!(intruders.len(), 1, "{intruders:?}");
    assert_eq!(intruders[0]["actor_key"], INTRUDER);
    assert_eq!(intruders[0]["exchanges"], truth["requests"]);
    // His own phone is among them: whose it is cannot be seen.
    assert_eq!(intruders[0]["subjects"], truth["phones"]);
    assert_eq!(intruders[0]["tenants"], truth["stores"]);
    let taken = row(&rows(&said, "totals"), "certainty", "confirmed");
    assert_eq!(taken["subjects"], truth["phones"]);
    let phones = row(&rows(&said, "classes"), "class", "phone-in");
    assert_eq!(phones["values"], truth["phones"]);
    let orders = orders(&desk, BODIES, "confirmed");
    assert_eq!(orders.len() as u64, number(&truth, "orders"));
    let mut stores: Vec<&str> = orders.iter().map(|o| o.0.as_str()).collect();
    stores.sort_unstable();
    stores.dedup();
    assert_eq!(stores.len() as u64, number(&truth, "stores_with_orders"));
    let sql = format!(
        "select distinct tenant from exposure where actor = '{INTRUDER}' and endpoint like 'GET %/orders/live' and certainty = 'confirmed'"
    );
    assert_eq!(ask(&desk, &sql, &[BODIES]).len() as u64, number(&truth, "stores_live_orders_read"));
}

#[test]
fn the_capture_says_what_it_holds() {
    let desk = Desk::new();
    let truth = truth()["walk.har"].clone();
    let said = report(&desk, &[HAR], &["--actor", "capture:1"]);
    let intruders = rows(&said, "intruders");
    assert_eq!(intruders.len(), 1, "{intruders:?}");
    assert_eq!(intruders[0]["subjects"], truth["phones"]);
}

#[test]
fn without_bodies_the_truth_lies_within_the_bounds() {
    let desk = Desk::new();
    let truth = truth()["gateway.log"].clone();
    let said = report(&desk, &[LOG], &["--actor", INTRUDER]);
    let him = rows(&said, "intruders")[0].clone();
    assert_eq!(him["exchanges"], truth["requests"]);
    assert_eq!(him["tenants"], truth["stores"], "paths name every store");
    // Nobody is known without a body, and the report does not say zero where it cannot know.
    assert_eq!(him["subjects"], 0);
    let summary = said["summary"].to_string();
    assert!(summary.contains("cannot be counted"), "{summary}");
    let totals = rows(&said, "totals");
    let probable = number(&row(&totals, "certainty", "probable"), "records");
    let orders = number(&truth, "orders");
    assert!(probable <= orders, "{probable} probable records, {orders} are true");
    let exist = rows(&said, "estimates");
    let of = |what: &str| exist.iter().find(|e| e["what"] == what).unwrap_or_else(|| panic!("{what}: {exist:?}"));
    let records = of("values of order_id that exist");
    assert!(orders <= number(records, "high"), "{records}");
    let stores = of("values of store_id that exist");
    let reached = number(&truth, "stores");
    assert!(reached <= number(stores, "high"), "{stores}");
    assert_eq!(row(&totals, "certainty", "confirmed")["records"], 0);
}

/// No flag: the evidence itself must point at him, and at nobody else.
#[test]
fn findings_propose_the_intruder_and_nobody_else() {
    let desk = Desk::new();
    for files in [&[BODIES][..], &[LOG, BODIES], &[LOG, BODIES, HAR]] {
        let said = report(&desk, files, &[]);
        let findings = rows(&said, "findings");
        let walks = findings.iter().filter(|f| f["rule"] == "enumeration" && f["accuses"] == "yes");
        let accused: Vec<&str> = walks.map(|f| f["actors"].as_str().unwrap()).collect();
        let proposed: Vec<String> =
            rows(&said, "intruders").iter().map(|i| i["actor_key"].as_str().unwrap().to_owned()).collect();
        assert_eq!(proposed, [INTRUDER], "{files:?}: {accused:?}");
        assert!(!accused.is_empty() && accused.iter().all(|a| *a == INTRUDER), "{files:?}: {accused:?}");
    }
}

/// Counted with a JSON reader over HAR and Kong's lines, and `grep -c` over the log.
#[test]
fn the_two_phones_are_found() {
    let desk = Desk::new();
    let truth = truth();
    for (key, actors) in [("own_phone", 1), ("friend_phone", 2)] {
        let phone = truth["cafe"][key].as_str().unwrap();
        let spaced = format!("+91 {} {}", &phone[..5], &phone[5..]);
        let found =
            |value: &str| there(&desk, &["find", value, LOG, BODIES, HAR, "-f", "json", "--top", "0"]).ends(0).json();
        let (plain, other) = (found(phone), found(&spaced));
        assert_eq!(plain["sections"], other["sections"], "{key}: however it is written");
        let hits = rows(&plain, "hits");
        let mut by: Vec<&str> = hits.iter().filter_map(|h| h["actor"].as_str()).collect();
        by.sort_unstable();
        by.dedup();
        assert!(by.contains(&INTRUDER), "{key}: {by:?}");
        assert!(by.len() >= actors, "{key}: {by:?}");
        for (place, id) in [("2:", BODIES), ("3:", HAR)] {
            let there = hits.iter().any(|h| h["place"].as_str().is_some_and(|p| p.starts_with(place)));
            assert!(there, "{key} stands in {id}: {hits:?}");
        }
        assert!(hits.iter().any(|h| h["certainty"] == "confirmed: in an answer"), "{key}");
    }
    let asked = there(&desk, &["find", "9000000000", LOG, BODIES, HAR]).ends(0);
    assert!(asked.out.contains("No exchange of the evidence names it"), "{}", asked.out);
}
