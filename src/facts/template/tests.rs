mod accuracy;

use super::*;
use crate::facts::path_shape;
use proptest::prelude::*;

/// Learns from requests as they come: method, path, status is 404.
pub(super) fn learn_paths(host: &str, requests: &[(&str, &str, bool)], overrides: &[&str]) -> Templates {
    let mut sums: std::collections::BTreeMap<(String, String), (u64, u64)> = std::collections::BTreeMap::new();
    for (method, path, missing) in requests {
        let sum = sums.entry(((*method).to_owned(), shape(path))).or_default();
        sum.0 += 1;
        sum.1 += u64::from(!missing);
    }
    let shapes: Vec<ShapeCount<'_>> = sums
        .iter()
        .map(|((method, path_shape), (count, answered))| ShapeCount {
            method,
            host,
            path_shape,
            count: *count,
            answered: *answered,
        })
        .collect();
    learn(&shapes, &overrides.iter().map(|o| (*o).to_owned()).collect::<Vec<_>>())
}

pub(super) fn shape(path: &str) -> String {
    let mut out = Vec::new();
    path_shape(path.as_bytes(), &mut out);
    String::from_utf8(out).unwrap()
}

fn of(templates: &Templates, path: &str) -> String {
    templates.apply("api.example", &shape(path), path).0.to_owned()
}

fn values(templates: &Templates, path: &str) -> Vec<(String, String)> {
    let (_, values) = templates.apply("api.example", &shape(path), path);
    values.map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

fn gets(paths: &[String]) -> Vec<(&str, &str, bool)> {
    paths.iter().map(|p| ("GET", p.as_str(), false)).collect()
}

const ADJECTIVES: [&str; 8] = ["spice", "royal", "green", "blue", "old", "golden", "coastal", "urban"];
const NOUNS: [&str; 8] = ["villa", "kitchen", "garden", "tiffin", "dhaba", "bowl", "corner", "table"];

/// 64 invented restaurants.
fn slugs() -> Vec<String> {
    ADJECTIVES.iter().flat_map(|a| NOUNS.iter().map(move |n| format!("{a}-{n}"))).collect()
}

#[test]
fn typed_segments_are_named_after_what_is_before_them() {
    let paths = [
        "/v1/stores/12/orders/99".to_owned(),
        "/v1/stores/12".to_owned(),
        "/external/merchant/77/categories/3/dishes".to_owned(),
        "/77".to_owned(),
        "/api/menuItems/8".to_owned(),
        "/board/1/2".to_owned(),
        "/sales/2031-03-07".to_owned(),
        "/customers/by-phone/+919800000000".to_owned(),
        "/customers/by-email/asha@example.org/points".to_owned(),
        "/orders/4711.json".to_owned(),
    ];
    let t = learn_paths("api.example", &gets(&paths), &[]);
    assert_eq!(of(&t, "/v1/stores/5/orders/6"), "/v1/stores/{store_id}/orders/{order_id}");
    assert_eq!(of(&t, "/v1//stores/5/"), "/v1/stores/{store_id}");
    assert_eq!(
        of(&t, "/external/merchant/1/categories/2/dishes"),
        "/external/merchant/{merchant_id}/categories/{category_id}/dishes"
    );
    assert_eq!(of(&t, "/1"), "/{id}");
    assert_eq!(of(&t, "/api/menuItems/9"), "/api/menuItems/{menu_item_id}");
    assert_eq!(of(&t, "/board/3/1"), "/board/{board_id}/{board_id_2}");
    assert_eq!(of(&t, "/sales/2031-04-01"), "/sales/{date}");
    assert_eq!(of(&t, "/customers/by-phone/%2B919811111111"), "/customers/by-phone/{phone}");
    assert_eq!(of(&t, "/customers/by-email/b%40example.org/points"), "/customers/by-email/{email}/points");
    assert_eq!(of(&t, "/orders/1.json"), "/orders/{order_id}.json");
    assert_eq!(values(&t, "/orders/1.json"), [("order_id".into(), "1".into())]);
    assert_eq!(
        values(&t, "//v1/stores;x=1/5;y=2/orders/6/"),
        [("store_id".into(), "5".into()), ("order_id".into(), "6".into())]
    );
}

#[test]
fn slugs_collapse_and_routes_beside_them_stay() {
    let mut paths = Vec::new();
    for (at, slug) in slugs().iter().enumerate() {
        paths.push(format!("/r/{slug}/menu"));
        if at % 3 == 0 {
            paths.push(format!("/r/{slug}"));
            paths.push(format!("/r/{slug}/reviews"));
        }
    }
    for _ in 0..50 {
        paths.push("/r/search".to_owned());
        paths.push("/r/offers/terms".to_owned());
    }
    let t = learn_paths("api.example", &gets(&paths), &[]);
    assert_eq!(of(&t, "/r/spice-villa/menu"), "/r/{r_id}/menu");
    assert_eq!(of(&t, "/r/never-seen/menu"), "/r/{r_id}/menu");
    assert_eq!(of(&t, "/r/royal-tiffin"), "/r/{r_id}");
    assert_eq!(of(&t, "/r/search"), "/r/search");
    assert_eq!(of(&t, "/r/offers/terms"), "/r/offers/terms");
    assert_eq!(values(&t, "/r/spice-villa/menu"), [("r_id".into(), "spice-villa".into())]);
}

#[test]
fn collections_operations_and_small_captures_do_not_collapse() {
    let resources = [
        "orders", "stores", "dishes", "tables", "coupons", "bills", "users", "drivers", "taxes", "refunds", "addons",
        "shifts", "invoices", "printers",
    ];
    let mut paths = Vec::new();
    for resource in resources {
        for n in 0..20 {
            paths.push(format!("/api/v1/{resource}"));
            paths.push(format!("/api/v1/{resource}/{n}"));
        }
    }
    for operation in [
        "getMenu",
        "getTable",
        "placeOrder",
        "cancelOrder",
        "listStores",
        "sendOtp",
        "verifyOtp",
        "addItem",
        "removeItem",
        "setAddress",
        "applyCoupon",
        "trackOrder",
    ] {
        paths.push(format!("/rpc/{operation}"));
    }
    for page in [
        "config", "menu", "cart", "offers", "profile", "address", "wallet", "points", "feed", "banner", "track", "help",
    ] {
        paths.push(format!("/app/{page}"));
    }
    let t = learn_paths("api.example", &gets(&paths), &[]);
    for path in ["/api/v1/orders", "/rpc/getMenu", "/app/wallet"] {
        assert_eq!(of(&t, path), path);
    }
    assert_eq!(of(&t, "/api/v1/taxes/3"), "/api/v1/taxes/{tax_id}");
    assert_eq!(of(&t, "/api/v1/unknown"), SCAN);
}

#[test]
fn versions_stay_apart_and_languages_come_together() {
    let mut paths = Vec::new();
    for language in ["en", "hi", "ta"] {
        paths.push(format!("/{language}/menu"));
        paths.push(format!("/{language}/offers/7"));
    }
    paths.extend(["/v1/orders/3", "/v2/orders/3", "/v10/orders/3"].map(str::to_owned));
    let t = learn_paths("api.example", &gets(&paths), &[]);
    assert_eq!(of(&t, "/v1/orders/9"), "/v1/orders/{order_id}");
    assert_eq!(of(&t, "/v2/orders/9"), "/v2/orders/{order_id}");
    assert_eq!(of(&t, "/hi/menu"), "/{lang}/menu");
    assert_eq!(values(&t, "/ta/offers/7"), [("lang".into(), "ta".into()), ("offer_id".into(), "7".into())]);
}

#[test]
fn what_was_never_answered_goes_to_the_scan_bucket_unless_described() {
    let mut requests = vec![("GET", "/stores/1/orders", false), ("GET", "/stores/2/orders", true)];
    let probes: Vec<String> = (0..40).map(|n| format!("/admin{n}/backup.zip")).collect();
    requests.extend(probes.iter().map(|p| ("GET", p.as_str(), true)));
    requests.push(("GET", "/stores/3/secrets", true));
    requests.push(("DELETE", "/stores/3/orders", true));
    let t = learn_paths("api.example", &requests, &[]);
    assert_eq!(t.all().iter().map(|t| t.path.as_str()).collect::<Vec<_>>(), ["/stores/{store_id}/orders", SCAN]);
    let seen: Vec<_> =
        t.seen().iter().map(|s| (s.method.as_str(), s.template, s.shapes, s.count, s.answered)).collect();
    // Shapes `/admin{0..9}` and `/admin{10..39}` keep their digits: fewer than three. 40 + 1 of secrets.
    assert_eq!(seen, [("DELETE", 0, 1, 1, 0), ("GET", 0, 1, 2, 1), ("GET", 1, 41, 41, 0)]);
}

#[test]
fn the_analyst_wins() {
    let paths = ["/menu/thali", "/menu/thali/items", "/menu/today", "/search/42"].map(str::to_owned);
    let t = learn_paths("api.example", &gets(&paths), &["/menu/{slug}", "/menu/today"]);
    assert_eq!(of(&t, "/menu/thali"), "/menu/{slug}");
    assert_eq!(of(&t, "/menu/dosa/items"), "/menu/{slug}/items");
    assert_eq!(of(&t, "/menu/today"), "/menu/today");
    assert_eq!(of(&t, "/search/42"), "/search/{search_id}");
}

#[test]
fn requests_without_host_belong_to_the_only_one() {
    let count = |host, path_shape| ShapeCount { method: "GET", host, path_shape, count: 1, answered: 1 };
    let one = learn(&[count("API.example", "/a/{n}"), count("", "/b/{n}")], &[]);
    assert_eq!(
        one.all().iter().map(|t| (t.host.as_str(), t.path.as_str())).collect::<Vec<_>>(),
        [("api.example", "/a/{a_id}"), ("api.example", "/b/{b_id}"), ("api.example", SCAN),]
    );
    assert_eq!(one.apply("", "/a/{n}", "/a/3").0, "/a/{a_id}");
    let two = learn(&[count("x.example", "/a/{n}"), count("y.example", "/a/{n}"), count("", "/b/{n}")], &[]);
    assert_eq!(two.apply("", "/a/{n}", "/a/3").0, SCAN);
    assert_eq!(two.apply("", "/b/{n}", "/b/3").0, "/b/{b_id}");
    assert_eq!(two.apply("z.example", "/b/{n}", "/b/3").0, SCAN);
}

fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec!["orders", "menu", "r", "api", "v1", "me", "search", "", "en", "hi", "{n}"])
            .prop_map(str::to_owned),
        prop::sample::select(slugs()),
        (0_u32..2000).prop_map(|n| n.to_string()),
        "[a-z;%.@-]{1,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn order_means_nothing_and_every_answered_path_has_a_template(
        paths in prop::collection::vec((prop::collection::vec(segment(), 0..5), 0_u64..3, any::<bool>()), 1..120),
        turn in any::<prop::sample::Index>(),
    ) {
        let paths: Vec<(String, String, u64, bool)> = paths
            .into_iter()
            .map(|(s, n, post)| (format!("/{}", s.join("/")), n, post))
            .map(|(path, n, post)| (shape(&path), path, n, post))
            .collect();
        let mut counts: Vec<ShapeCount<'_>> = paths
            .iter()
            .map(|(s, _, n, post)| ShapeCount { method: if *post { "POST" } else { "GET" }, host: "h", path_shape: s, count: 2, answered: *n })
            .collect();
        let first = learn(&counts, &[]);
        for (shape, path, answered, _) in &paths {
            let (template, values) = first.apply("h", shape, path);
            prop_assert!(*answered == 0 || template != SCAN, "{path} {shape}");
            if template == SCAN {
                continue;
            }
            // The template with its values put in is the path again.
            let mut values = values;
            let rebuilt: Vec<String> = template.split('/').skip(1).map(|segment| {
                match segment.split_once('}') {
                    Some((_, suffix)) if segment.starts_with('{') => values.next().map_or("?".to_owned(), |(_, v)| v.to_owned()) + suffix,
                    _ => segment.to_owned(),
                }
            }).filter(|s| !s.is_empty()).collect();
            prop_assert_eq!(rebuilt, trie::segments(path).map(str::to_owned).collect::<Vec<_>>(), "{} of {}", template, path);
        }
        let half = turn.index(counts.len());
        counts.rotate_left(half);
        counts.reverse();
        let second = learn(&counts, &[]);
        prop_assert_eq!(first.all(), second.all());
        prop_assert_eq!(first.seen(), second.seen());
    }
}
