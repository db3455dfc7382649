use super::*;

const YAML: &str = r##"
openapi: 3.1.0
info: {title: Invented restaurants, version: "7"}
servers:
  - url: "{scheme}://{region}.api.example/platform/"
    variables:
      scheme: {default: https}
      region: {default: in, enum: [in, ae]}
security: [{bearer: []}]
paths:
  x-note: nothing
  /stores/{storeId}:
    parameters: [{name: storeId, in: path, required: true}]
    get: {responses: {200: {description: found}}}
    delete: {deprecated: true, security: []}
  /stores/search:
    get: {security: [{}, {bearer: []}]}
  /old:
    servers: [{url: /legacy}]
    post: {servers: [{url: "https://old.example:8443"}]}
  /shared: {$ref: "#/components/pathItems/shared"}
  /elsewhere: {$ref: "other.yaml#/x"}
  /nowhere: {$ref: "#/components/pathItems/none"}
  /loop: {$ref: "#/components/pathItems/loop"}
  noslash: {get: {}}
  /broken: {get: 7, put: {}}
components:
  pathItems:
    shared: {patch: {}}
    loop: {$ref: "#/components/pathItems/loop"}
"##;

fn operation<'i>(inventory: &'i Inventory, method: &str, path: &str) -> &'i Operation {
    inventory.operations.iter().find(|o| o.method == method && o.path == path).unwrap()
}

#[test]
fn a_description_is_read_and_what_cannot_be_followed_is_named() {
    let i = read(YAML.as_bytes()).unwrap();
    assert_eq!((i.title.as_str(), i.version.as_str()), ("Invented restaurants", "3.1.0"));
    let all: Vec<_> = i.operations.iter().map(|o| format!("{} {}", o.method, o.path)).collect();
    assert_eq!(
        all,
        [
            "PUT /broken",
            "POST /old",
            "PATCH /shared",
            "GET /stores/search",
            "DELETE /stores/{storeId}",
            "GET /stores/{storeId}",
        ]
    );
    let get = operation(&i, "GET", "/stores/{storeId}");
    assert_eq!(get.place, "#/paths/~1stores~1{storeId}/get");
    assert_eq!(get.authentication, Authentication::Required);
    let hosts: Vec<_> = get.servers.iter().map(|s| (s.host.as_str(), s.base.as_str())).collect();
    assert_eq!(hosts, [("ae.api.example", "/platform"), ("in.api.example", "/platform")]);
    let delete = operation(&i, "DELETE", "/stores/{storeId}");
    assert!(delete.deprecated && delete.authentication == Authentication::NotNeeded);
    assert_eq!(operation(&i, "GET", "/stores/search").authentication, Authentication::Optional);
    assert_eq!(
        operation(&i, "POST", "/old").servers,
        [Server { host: "old.example:8443".into(), base: String::new() }]
    );
    let skipped: Vec<_> = i.skipped.iter().map(|s| s.place.as_str()).collect();
    let mut expected =
        vec!["#/paths/~1elsewhere", "#/paths/~1nowhere", "#/paths/~1loop", "#/paths/noslash", "#/paths/~1broken/get"];
    let mut sorted = skipped.clone();
    sorted.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sorted, expected);
}

#[test]
fn swagger_in_json_and_a_header_that_stands_for_security() {
    let json = br##"{"swagger":"2.0","host":"API.example","basePath":"/v1/","paths":{"/me":{
        "parameters":[{"$ref":"#/parameters/auth"}],"get":{},"put":{"parameters":[{"name":"X-Api-Key","in":"header"}]}},
        "/free":{"get":{}}},"parameters":{"auth":{"name":"Authorization","in":"header","required":true}}}"##;
    let i = read(json).unwrap();
    assert_eq!(i.operations[0].servers, [Server { host: "api.example".into(), base: "/v1".into() }]);
    assert_eq!(operation(&i, "GET", "/me").authentication, Authentication::Required);
    assert_eq!(operation(&i, "PUT", "/me").authentication, Authentication::Optional);
    assert_eq!(operation(&i, "GET", "/free").authentication, Authentication::Unsaid);
}

#[test]
fn errors_name_the_place() {
    let error = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
    assert!(
        error("openapi: 3.0.0\npaths: [unclosed").contains("line "),
        "{}",
        error("openapi: 3.0.0\npaths: [unclosed")
    );
    assert!(error("{\"openapi\": \"3.0.0\",\n \"paths\": {,}}").starts_with("line 2, column "));
    assert!(error("a: b").starts_with("#/openapi: neither"));
    assert!(error("swagger: \"1.2\"").starts_with("#/swagger: version 1.2"));
    assert!(error("openapi: 3.0.0\npaths: 7").starts_with("#/paths: no object"));
    assert!(error("- a").starts_with("#: no object"));
    // YAML that grows when its aliases are expanded is refused, not expanded.
    let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (a, b) in ('a'..'j').zip('b'..'k') {
        let nine = vec![format!("*{a}"); 9].join(",");
        bomb = format!("{bomb}{b}: &{b} [{nine}]\n");
    }
    assert!(error(&bomb).contains("line"), "{}", error(&bomb));
}

fn observed<'a>(method: &'a str, template: &'a str, answered: u64, days: &'a [i32]) -> Observed<'a> {
    Observed { method, host: "in.api.example", template, answered, days }
}

fn standings(c: &Comparison, endpoint: usize) -> Vec<Standing> {
    let v = c.verdicts.iter().find(|v| v.endpoint == endpoint).unwrap();
    v.standings.iter().map(|(s, _)| *s).collect()
}

#[test]
fn documented_shadow_zombie_and_orphan() {
    let i = read(YAML.as_bytes()).unwrap();
    let seen = [
        observed("GET", "/platform/stores/{store_id}", 90, &[1]),
        observed("DELETE", "/platform/stores/{store_id}", 2, &[1]),
        observed("PATCH", "/platform/stores/{store_id}", 3, &[1]),
        observed("GET", "/platform/debug", 1, &[1]),
        observed("OPTIONS", "/platform/shared", 1, &[1]),
        observed("GET", "{scan}", 0, &[]),
        Observed { host: "old.example:8443", ..observed("POST", "/old", 4, &[1]) },
        observed("POST", "/platform/old", 4, &[1]),
    ];
    let c = i.compare(&seen);
    assert_eq!(c.assumptions, Vec::<String>::new());
    assert_eq!(standings(&c, 0), [Standing::Documented]);
    assert_eq!(c.verdicts[0].authentication, Authentication::Required);
    assert_eq!(standings(&c, 1), [Standing::Documented, Standing::Zombie]);
    assert_eq!(standings(&c, 2), [Standing::Shadow]);
    assert_eq!(c.verdicts[2].standings[0].1, "answered 3 times, path described for DELETE, GET only");
    assert_eq!(standings(&c, 3), [Standing::Shadow]);
    assert_eq!(standings(&c, 4), [Standing::Documented]);
    assert!(c.verdicts.iter().all(|v| v.endpoint != 5));
    assert_eq!(standings(&c, 6), [Standing::Documented]);
    assert_eq!(standings(&c, 7), [Standing::Shadow]);
    let orphans: Vec<_> =
        c.orphans.iter().map(|o| (i.operations[o.operation].path.as_str(), o.reason.as_str())).collect();
    assert_eq!(
        orphans,
        [
            ("/broken", "described, not seen in this evidence"),
            ("/shared", "described, not seen in this evidence"),
            ("/stores/search", "not seen by itself; requests to it may be among those of /platform/stores/{store_id}"),
        ]
    );
}

#[test]
fn a_development_description_is_compared_without_its_host_and_base() {
    let i =
        read(b"openapi: 3.0.0\nservers: [{url: 'http://localhost:8888/dev'}]\npaths: {'/orders/{id}.json': {get: {}}}")
            .unwrap();
    let c = i.compare(&[observed("GET", "/orders/{order_id}.json", 1, &[1])]);
    assert_eq!(standings(&c, 0), [Standing::Documented]);
    assert_eq!(c.assumptions.len(), 2);
}

#[test]
fn older_versions_and_sleepers_are_zombies() {
    let i = Inventory::default();
    let always: Vec<i32> = (0..100).collect();
    let woke = [1, 2, 60];
    let seen = [
        observed("GET", "/v1/orders/{order_id}", 5, &[1]),
        observed("GET", "/v2/orders/{id}", 95, &[1]),
        observed("GET", "/v1/menu", 5, &[1]),
        observed("GET", "/v2/menu", 94, &[1]),
        observed("GET", "/export", 3, &woke),
        observed("GET", "/v2/ping", 200, &always),
    ];
    let c = i.compare(&seen);
    assert_eq!(standings(&c, 0), [Standing::Shadow, Standing::Zombie]);
    assert_eq!(c.verdicts[0].standings[1].1, "newer versions up to v2 have 95.0 % of the traffic of this endpoint");
    assert_eq!(standings(&c, 1), [Standing::Shadow]);
    // 94 of 99 are 94.9 %; of the whole API v2 has 389 of 399, 97.4 %.
    assert_eq!(c.verdicts[2].standings[1].1, "newer versions up to v2 have 97.4 % of the traffic of this API");
    assert_eq!(
        c.verdicts[4].standings[1].1,
        "unseen for 57 days while others of the host were in use, then used again"
    );
    // Without other traffic the evidence has the gap.
    let alone = i.compare(&seen[..5]);
    assert_eq!(standings(&alone, 4), [Standing::Shadow]);
}
