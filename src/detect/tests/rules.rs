//! Each detector on the smallest facts that it must tell, and on their harmless neighbours.

use std::collections::BTreeSet;

use crate::classify::Sensitivity;
use crate::detect::{ALL, Finding, judge};
use crate::domain::{Location, Micros, Severity};
use crate::facts::{
    Actor, ActorId, Endpoint, EndpointId, Facts, NameId, PageSize, Place, Role, SLOT, SeenClass, SignalCount, Slot,
    Statuses, Touch, Visit,
};

const SECOND: Micros = 1_000_000;

fn endpoint(method: &str, template: &str) -> Endpoint {
    Endpoint { method: method.to_owned(), template: template.to_owned(), ..Endpoint::default() }
}

fn class(id: &str, sensitivity: Sensitivity, location: Location) -> SeenClass {
    SeenClass {
        class: id.to_owned(),
        sensitivity,
        identifies: false,
        location,
        pointer: format!("/{id}"),
        sightings: 3,
        unauthenticated: 0,
        example: Place::default(),
    }
}

fn actors(count: usize) -> Vec<Actor> {
    (0..count)
        .map(|i| Actor { key: format!("session:{i}"), label: format!("session {i}"), ..Actor::default() })
        .collect()
}

fn visit(actor: u32, endpoint: u32, statuses: &[(u16, u64)]) -> Visit {
    let mut all = Statuses::default();
    for (status, count) in statuses {
        (0..*count).for_each(|_| all.add(Some(*status)));
    }
    Visit {
        actor: ActorId(actor),
        endpoint: EndpointId(endpoint),
        statuses: all,
        first: Some(7200 * SECOND),
        last: Some(7300 * SECOND),
        ..Visit::default()
    }
}

fn touch(actor: u32, endpoint: u32, time: Micros, value: u64, status: u16) -> Touch {
    Touch {
        endpoint: EndpointId(endpoint),
        name: NameId(0),
        actor: ActorId(actor),
        time,
        value,
        number: None,
        status,
        place: Place { evidence: 1, record: time.unsigned_abs() },
        given: false,
        tenant: None,
    }
}

fn signal(id: &str, count: u64, success: u64) -> SignalCount {
    SignalCount {
        signal: id.to_owned(),
        actor: ActorId(0),
        endpoint: EndpointId(0),
        location: Location::Query,
        pointer: "q".to_owned(),
        count,
        success,
        detail: "a tautology".to_owned(),
        example: Place::default(),
        first: None,
        last: None,
    }
}

fn of<'a>(found: &'a [Finding], rule: &str) -> Vec<&'a Finding> {
    found.iter().filter(|f| f.rule == rule).collect()
}

#[test]
fn ids_are_unique_and_everything_is_said() {
    let ids: BTreeSet<&str> = ALL.iter().map(|d| d.meta().id).collect();
    assert_eq!(ids.len(), ALL.len());
    for meta in ALL.iter().map(|d| d.meta()) {
        assert!(!meta.title.is_empty() && !meta.method.is_empty() && !meta.quiet.is_empty() && !meta.cwe.is_empty());
    }
    assert!(judge(&Facts::default()).is_empty());
}

#[test]
fn private_data_without_credentials() {
    let order = class("order-record", Sensitivity::Behavioural, Location::ResponseBody);
    let mut open = endpoint("GET", "/stores/{store_id}/orders");
    open.classes = vec![order.clone()];
    open.statuses.success = 10;
    open.open_success = 4;
    open.auth_present = 6;
    let mut unknown = open.clone();
    (unknown.open_success, unknown.auth_present, unknown.auth_unknown) = (0, 0, 10);
    let mut closed = open.clone();
    closed.open_success = 0;
    let mut login = endpoint("POST", "/login");
    login.classes = vec![class("session-token", Sensitivity::Credential, Location::ResponseBody)];
    (login.statuses.success, login.open_success) = (9, 9);
    let found = judge(&Facts { endpoints: vec![open, unknown, closed, login], ..Facts::default() });
    let found = of(&found, "missing-auth");
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].severity, found[0].confidence, found[0].exchanges), (Severity::High, 95, 4));
    assert!(found[1].confidence < 50 && found[1].sentence.contains("not known"));
}

#[test]
fn secrets_in_answers() {
    let mut profile = endpoint("GET", "/users/{user}");
    profile.classes = vec![class("password-hash", Sensitivity::Credential, Location::ResponseBody)];
    let mut token = endpoint("POST", "/oauth/token");
    token.classes = profile.classes.clone();
    let mut row = endpoint("GET", "/rows");
    row.classes = ["phone", "email", "name", "birth", "card"]
        .map(|c| class(c, Sensitivity::Simple, Location::ResponseBody))
        .to_vec();
    let mut four = row.clone();
    four.classes.pop();
    let found = judge(&Facts { endpoints: vec![profile, token, row, four], ..Facts::default() });
    let found = of(&found, "excessive-fields");
    let at: Vec<u32> = found.iter().map(|f| f.endpoints[0].0).collect();
    assert_eq!(at, [0, 2]);
    assert!(found.iter().all(|f| !f.accuses));
}

#[test]
fn signals_become_findings_and_one_odd_string_accuses_nobody() {
    let facts = |count| Facts {
        endpoints: vec![endpoint("GET", "/")],
        actors: actors(1),
        signals: vec![signal("injection.sql", count, 0)],
        ..Facts::default()
    };
    assert!(!judge(&facts(1))[0].accuses);
    assert!(judge(&facts(3))[0].accuses);
    for (id, rule, severity) in [
        ("token.alg-none", "weak-token", Severity::Critical),
        ("config.hsts-missing", "misconfiguration", Severity::Low),
        ("third-party.phone", "third-party", Severity::Medium),
        ("ssrf.metadata", "ssrf", Severity::High),
        ("scanner.agent", "scanner", Severity::Medium),
    ] {
        let facts = Facts { signals: vec![signal(id, 2, 1)], ..facts(0) };
        let found = judge(&facts);
        assert_eq!(found.iter().map(|f| (f.rule, f.severity)).collect::<Vec<_>>(), [(rule, severity)], "{id}");
    }
}

#[test]
fn a_list_of_phones_and_a_till() {
    let facts = |pause: Micros, miss_every: u64, elsewhere: u64| Facts {
        endpoints: vec![endpoint("GET", "/guests"), endpoint("GET", "/menu")],
        actors: actors(1),
        names: vec!["phone".to_owned()],
        roles: vec![Role::Subject],
        touches: (0..60)
            .map(|i| touch(0, 0, i as Micros * pause, i, if i % miss_every == 0 { 404 } else { 200 }))
            .collect(),
        visits: vec![visit(0, 0, &[(200, 60)]), visit(0, 1, &[(200, elsewhere)])],
        ..Facts::default()
    };
    let accuses = |f: &Facts| of(&judge(f), "oracle").iter().any(|f| f.accuses);
    assert!(accuses(&facts(SECOND, 2, 0)));
    // A shared address that also reads menus, as often.
    assert!(!accuses(&facts(SECOND, 2, 60)));
    // Regulars looked up at irregular pauses of minutes, hardly one unknown.
    let mut till = facts(1, 59, 0);
    let mut time = 0;
    for (at, touch) in till.touches.iter_mut().enumerate() {
        time += (60 + (at as Micros * 7919) % 1500) * SECOND;
        touch.time = time;
    }
    assert!(!accuses(&till));
}

#[test]
fn passwords_by_one_and_by_many() {
    let mut login = endpoint("POST", "/login");
    // Ten hours with 2 refusals in 5 minutes, then 40 for four slots.
    login.slots = (0..120)
        .map(|i| {
            let refused = if (100..104).contains(&i) { 40 } else { 2 };
            let statuses = Statuses { refused, ..Statuses::default() };
            Slot { start: i * SLOT, statuses }
        })
        .collect();
    let facts = Facts {
        endpoints: vec![login],
        actors: actors(2),
        names: vec!["email".to_owned()],
        roles: vec![Role::Subject],
        touches: (0..30)
            .map(|i| touch(0, 0, i, i as u64, 401))
            .chain((0..30).map(|i| touch(1, 0, i, 7, 401)))
            .collect(),
        visits: vec![visit(0, 0, &[(401, 30)]), visit(1, 0, &[(401, 30)])],
        ..Facts::default()
    };
    let found = judge(&facts);
    let found = of(&found, "credential-guessing");
    assert_eq!(found.len(), 3);
    let accused: Vec<u32> = found.iter().filter(|f| f.accuses).flat_map(|f| &f.actors).map(|a| a.0).collect();
    assert_eq!(accused, [0], "30 accounts; one account is a program with an old password");
    let burst = found.iter().find(|f| f.sentence.contains("usual")).unwrap();
    assert_eq!((burst.first, burst.exchanges), (Some(100 * SLOT), 160));
}

#[test]
fn codes_tried_for_one_person() {
    let facts = |tries: i64| Facts {
        endpoints: vec![endpoint("POST", "/otp/check")],
        actors: actors(1),
        names: vec!["phone".to_owned()],
        roles: vec![Role::Subject],
        touches: (0..tries).map(|i| touch(0, 0, i, 7, 401)).collect(),
        visits: vec![visit(0, 0, &[(401, tries as u64)])],
        ..Facts::default()
    };
    assert!(of(&judge(&facts(4)), "otp-guessing").is_empty());
    assert!(!of(&judge(&facts(7)), "otp-guessing")[0].accuses);
    assert!(of(&judge(&facts(25)), "otp-guessing")[0].accuses);
}

#[test]
fn sales_and_prices_of_many_restaurants() {
    let facts = |stores: u64, again: u64| {
        let mut touches: Vec<Touch> = Vec::new();
        for store in 0..stores {
            for turn in 0..again {
                touches.push(touch(0, 0, (store * 10 + turn) as Micros, store, 200));
            }
            touches.push(touch(0, 1, store as Micros, store, 200));
        }
        Facts {
            endpoints: vec![endpoint("GET", "/purchase/history"), endpoint("GET", "/menu")],
            actors: actors(1),
            names: vec!["store_id".to_owned()],
            roles: vec![Role::Tenant],
            touches,
            ..Facts::default()
        }
    };
    let accuses = |f: &Facts| of(&judge(f), "derived-exposure").iter().any(|f| f.accuses);
    assert!(accuses(&facts(25, 1)));
    assert!(!accuses(&facts(3, 1)) && !accuses(&facts(25, 9)));
    assert_eq!(of(&judge(&facts(3, 1)), "derived-exposure").len(), 1);
}

#[test]
fn rare_fields_pages_gaps_and_staff() {
    let mut order = endpoint("POST", "/orders");
    order.statuses.success = 1000;
    order.parameters = vec![(NameId(0), Location::RequestBody, 2), (NameId(1), Location::RequestBody, 1000)];
    let mut reports = endpoint("GET", "/admin/reports");
    reports.auth_present = 50;
    let mut people = actors(40);
    people[0].auth = [0, 5, 0];
    people[1].auth = [50, 0, 0];
    let page = |actor: u32, largest| PageSize {
        actor: ActorId(actor),
        endpoint: EndpointId(1),
        name: NameId(2),
        largest,
        requests: 1,
        example: Place::default(),
    };
    let facts = Facts {
        endpoints: vec![order, reports],
        actors: people,
        names: vec!["is_admin".to_owned(), "items".to_owned(), "limit".to_owned()],
        roles: vec![Role::Other; 3],
        visits: vec![visit(0, 1, &[(200, 5)]), visit(1, 1, &[(200, 50)])],
        page_sizes: (2..30).map(|a| page(a, 20)).chain([page(0, 5000)]).collect(),
        gaps: vec![(10 * SECOND, 610 * SECOND), (5, 5)],
        first: Some(0),
        last: Some(1000 * SECOND),
        ..Facts::default()
    };
    let found = judge(&facts);
    assert!(of(&found, "mass-assignment")[0].sentence.contains("is_admin in 2 of 1000"));
    let pages = of(&found, "resource-consumption");
    assert_eq!((pages.len(), pages[0].actors[0]), (1, ActorId(0)));
    let gaps = of(&found, "log-gap");
    assert!(gaps.len() == 1 && gaps[0].sentence.contains("10 min (60.0 %"));
    let staff = of(&found, "function-abuse");
    assert_eq!((staff.len(), staff[0].actors[0], staff[0].accuses), (1, ActorId(0), true));
}
