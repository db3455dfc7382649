//! What really happened, counted from the same calls that the evidence was written from.

use std::collections::BTreeSet;

use super::call::{API, CAFE_WIFI, Call, intruder};
use super::text::{clf, iso_local};
use super::walk::SWEPT;
use super::world::{CAFE, FRIEND_PHONE, OTHER_TABLE, OWN_PHONE, OWN_TABLE};
use super::{BODIES_S, GAP_S};

fn local(ms: u64) -> String {
    let mut out = Vec::new();
    iso_local(&mut out, ms / 1000);
    String::from_utf8_lossy(&out).into_owned()
}

/// What a set of calls gave away, as JSON members.
fn taken(calls: &[&Call]) -> String {
    let good = || calls.iter().filter(|call| call.answer.status < 300);
    let orders: BTreeSet<_> = good().flat_map(|call| &call.answer.orders).collect();
    let phones: BTreeSet<_> = good().flat_map(|call| &call.answer.phones).collect();
    let own = phones.contains(&OWN_PHONE.to_owned());
    let stores = stores(calls);
    let live: BTreeSet<_> = good().filter(|call| call.uri.ends_with("/orders/live")).map(|call| &call.uri).collect();
    let order_stores: BTreeSet<_> = orders.iter().map(|(store, _)| store).collect();
    format!(
        r#""requests": {}, "stores": {}, "stores_live_orders_read": {}, "stores_with_orders": {}, "orders": {}, "phones": {}, "phones_of_others": {}"#,
        calls.len(),
        stores.len(),
        live.len(),
        order_stores.len(),
        orders.len(),
        phones.len(),
        phones.len() - usize::from(own)
    )
}

/// Stores that the calls named in a path and that answered.
fn stores(calls: &[&Call]) -> BTreeSet<u64> {
    calls
        .iter()
        .filter(|call| call.answer.status < 300)
        .filter_map(|call| call.uri.strip_prefix("/v1/stores/"))
        .filter_map(|rest| rest.split(['/', '?']).next()?.parse().ok())
        .collect()
}

fn span(calls: &[&Call]) -> String {
    let first = calls.iter().map(|call| call.logged_ms()).min().unwrap_or(0);
    let last = calls.iter().map(|call| call.logged_ms()).max().unwrap_or(0);
    let (mut first_line, mut last_line) = (Vec::new(), Vec::new());
    clf(&mut first_line, first / 1000);
    clf(&mut last_line, last / 1000);
    format!(
        r#""first": "{}", "last": "{}", "first_in_log": "{}", "last_in_log": "{}""#,
        local(first),
        local(last),
        String::from_utf8_lossy(&first_line),
        String::from_utf8_lossy(&last_line)
    )
}

/// The whole file. `walk` is everything of the intruder, the others are what each file shows.
pub fn json(walk: &[Call], captured: &[&Call], logged: &[&Call], kept: &[&Call]) -> String {
    let him = intruder("HTTP/2.0");
    let is_him = |call: &&Call| call.client.address == him.address && call.client.agent == him.agent;
    let all: Vec<&Call> = walk.iter().filter(|call| call.host == API).collect();
    let seen: Vec<&Call> = captured.iter().copied().filter(|call| call.host == API).collect();
    let his: Vec<&Call> = logged.iter().copied().filter(is_him).collect();
    let his_kept: Vec<&Call> = kept.iter().copied().filter(is_him).collect();
    let either: Vec<&Call> = all
        .iter()
        .copied()
        .filter(|call| call.cause.is_some() || his_kept.iter().any(|kept| std::ptr::eq(*kept, *call)))
        .collect();
    let reached: Vec<String> = stores(&all).iter().map(u64::to_string).collect();
    let sweep: Vec<&Call> = his.iter().copied().filter(|call| call.cause.is_none()).collect();
    let count = |status: u64| his.iter().filter(|call| call.answer.status == status).count();
    format!(
        r#"{{
  "intruder": {{ "address": "{address}", "user_agent": "{agent}", "token": false }},
  "also_at_this_address": {{ "user_agents": {others}, "why": "guests of the same cafe share its Wi-Fi; they read their own orders only" }},
  "same_user_agent_elsewhere": {{ "address": "203.0.113.77", "why": "a guest with the same browser" }},
  "cafe": {{ "store": {CAFE}, "own_table": {OWN_TABLE}, "other_table": {OTHER_TABLE}, "own_phone": "{OWN_PHONE}", "friend_phone": "{FRIEND_PHONE}" }},
  "time": {{ {span} }},
  "sweep": {{ "stores_from": 1, "stores_to": {SWEPT}, {sweep_span} }},
  "api_requests": {{ {all} }},
  "statuses": {{ "200": {ok}, "201": {made}, "204": {empty}, "404": {lost} }},
  "walk.har": {{ "entries": {entries}, {seen} }},
  "gateway.log": {{ "lines": {lines}, "gap_from": "{gap_from}", "gap_to": "{gap_to}", {his} }},
  "gateway-bodies.jsonl": {{ "lines": {kept_lines}, "from": "{kept_from}", "to": "{kept_to}", {his_kept} }},
  "bodies_kept_anywhere": {{ {either} }},
  "stores_reached": [{reached}]
}}
"#,
        address = him.address,
        agent = him.agent,
        others = logged
            .iter()
            .filter(|call| call.client.address == CAFE_WIFI && call.client.agent != him.agent)
            .map(|call| &call.client.agent)
            .collect::<BTreeSet<_>>()
            .len(),
        span = span(&his),
        sweep_span = span(&sweep),
        all = taken(&all),
        ok = count(200),
        made = count(201),
        empty = count(204),
        lost = count(404),
        entries = captured.len(),
        seen = taken(&seen),
        lines = logged.len(),
        gap_from = local(GAP_S.0 * 1000),
        gap_to = local(GAP_S.1 * 1000),
        his = taken(&his),
        kept_lines = kept.len(),
        kept_from = local(BODIES_S.0 * 1000),
        kept_to = local(BODIES_S.1 * 1000),
        his_kept = taken(&his_kept),
        either = taken(&either),
        reached = reached.join(", ")
    )
}
