use bumpalo::Bump;

use super::*;
use crate::domain::time::rfc3339;

/// `column=value` of what a format reads from a line, in column order.
fn read(format: &dyn Format, line: &str) -> String {
    let arena = Bump::new();
    let mut x = Exchange::default();
    let line = arena.alloc_slice_copy(line.as_bytes());
    if let Err(why) = format.reader().read(line, &mut x, &mut Scratch::new(&arena)) {
        return why.code().to_owned();
    }
    x.time
        .map(|t| format!("time={}", rfc3339(t)))
        .into_iter()
        .chain(x.texts().map(|(f, v)| format!("{}={}", f.column(), String::from_utf8_lossy(v))))
        .chain(x.ints().map(|(f, v)| format!("{}={v}", f.column())))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn nginx_directive_as_pasted() {
    let pasted = r#"log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_x_api_key" rt=$request_time '
                      'us="$upstream_response_time"';"#;
    let line =
        r#"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /a?b HTTP/1.1" 200 5 "k3y" rt=0.012 us="0.005, 0.006""#;
    let want = "time=2024-09-10T21:24:00Z method=GET path=/a query=b http_version=HTTP/1.1 peer_address=203.0.113.9 \
                auth_scheme=api-key status=200 response_body_bytes=5 duration_us=12000 upstream_duration_us=11000";
    assert_eq!(read(CustomFormat::nginx(pasted).unwrap(), line), want);
    let bare = r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_x_api_key" rt=$request_time us="$upstream_response_time""#;
    assert_eq!(read(CustomFormat::nginx(bare).unwrap(), line), want);
}

#[test]
fn nginx_json_and_joined_variables() {
    let json = r#"log_format j escape=json '{"t":"$time_iso8601","u":"$scheme://$host$request_uri","s":$status}';"#;
    let format = CustomFormat::nginx(json).unwrap();
    assert!(format.is_json() && format.claims_json(b"{}"));
    assert_eq!(
        read(format, r#"{"t":"2024-09-11T02:54:00+05:30","u":"https://menu.example/a?b=1","s":200}"#),
        "time=2024-09-10T21:24:00Z scheme=https host=menu.example path=/a query=b=1 status=200"
    );
    let format = CustomFormat::nginx("$realip_remote_addr $remote_addr $request_method $uri$is_args$args").unwrap();
    assert_eq!(
        read(format, "10.0.0.1 203.0.113.9 GET /a?b"),
        "method=GET path=/a query=b client_address=203.0.113.9 peer_address=10.0.0.1"
    );
}

#[test]
fn apache_directive_as_pasted() {
    let pasted =
        r#"LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\" %D 100%%" vhost_combined"#;
    let line =
        r#"menu.example:443 203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] "GET /a HTTP/1.1" 200 5 "-" "curl" 1500 100%"#;
    assert_eq!(
        read(CustomFormat::apache(pasted).unwrap(), line),
        "time=2024-09-10T21:24:00Z method=GET host=menu.example path=/a http_version=HTTP/1.1 user_agent=curl \
         peer_address=203.0.113.9 status=200 server_port=443 response_bytes=5 duration_us=1500"
    );
    let custom_log =
        r#"CustomLog "logs/access.log" "%{c}a %a [%{%Y-%m-%dT%H:%M:%S%z}t] \"%m %U%q %H\" %s %{ms}T" env=!x"#;
    assert_eq!(
        read(
            CustomFormat::apache(custom_log).unwrap(),
            r#"10.0.0.1 203.0.113.9 [2024-09-11T02:54:00+0530] "GET /a?b HTTP/1.1" 200 12"#
        ),
        "time=2024-09-10T21:24:00Z method=GET path=/a query=b http_version=HTTP/1.1 client_address=203.0.113.9 \
         peer_address=10.0.0.1 status=200 duration_us=12000"
    );
}

#[test]
fn envoy_string() {
    let format = CustomFormat::envoy(
        r#"[%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%] %DOWNSTREAM_DIRECT_REMOTE_ADDRESS% "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH):200%" %RESPONSE_CODE% %DURATION%\n"#,
    )
    .unwrap();
    assert_eq!(
        read(format, r#"[2024-09-10T21:24:00.123Z] 203.0.113.9:5000 "GET /a" 200 7"#),
        "time=2024-09-10T21:24:00.123Z method=GET path=/a peer_address=203.0.113.9 status=200 client_port=5000 \
         duration_us=7000"
    );
}

#[test]
fn pattern_groups() {
    let format = CustomFormat::pattern(
        r"^(?<peer_address>\S+) at (?<time>\S+): (?<method>[A-Z]+) (?<path>\S+) -> (?<status>\d+) in (?<request_time>\S+)$",
    )
    .unwrap();
    assert_eq!(
        read(format, "203.0.113.9:81 at 2024-09-10T21:24:00Z: GET /a?b -> 200 in 0.5"),
        "time=2024-09-10T21:24:00Z method=GET path=/a query=b peer_address=203.0.113.9 status=200 client_port=81 \
         duration_us=500000"
    );
    assert_eq!(read(format, "else"), "not-this-format");
}

#[test]
fn errors_name_place_and_remedy() {
    let nginx = |text| CustomFormat::nginx(text).unwrap_err();
    assert_eq!(
        nginx("$remote_addr$request"),
        CustomError::Template {
            syntax: "nginx",
            error: TemplateError::Adjacent("remote_addr".into(), "request".into())
        }
    );
    assert_eq!(nginx("log_format main '$request"), CustomError::OpenQuote { at: 17 });
    assert!(matches!(nginx("log_format main;"), CustomError::NoString { .. }));
    assert_eq!(nginx("$time_local"), CustomError::NothingAsked { remedy: "$request" });
    assert!(matches!(
        CustomFormat::apache("CustomLog logs/access.log combined").unwrap_err(),
        CustomError::NoString { .. }
    ));
    assert!(matches!(CustomFormat::apache("%h %{Referer").unwrap_err(), CustomError::Template { .. }));
    let pattern = |text| CustomFormat::pattern(text).unwrap_err();
    assert_eq!(pattern("(?<nonsense>.)"), CustomError::UnknownGroup("nonsense".into()));
    assert_eq!(pattern("(.)"), CustomError::NoGroup);
    assert!(matches!(pattern("(?<path>"), CustomError::Pattern(_)));
    assert!(matches!(pattern(r"(?<path>\w{5000}{5000})"), CustomError::Pattern(_)), "too large");
    assert!(matches!(pattern(&format!("{}(?<path>a){}", "(".repeat(60), ")".repeat(60))), CustomError::Pattern(_)));
}
