//! Headers as logs and captures write them.

use super::*;
use bumpalo::Bump;

#[test]
fn the_list_of_names_and_the_look_up_agree() {
    for name in CREDENTIAL_HEADERS {
        assert!(matches!(known(name.as_bytes()), Known::Credential | Known::FormToken), "{name}");
    }
}

fn read(raw: &str) -> (Auth, String, String) {
    let arena = Bump::new();
    let mut x = Exchange::default();
    let raw = arena.alloc_slice_copy(raw.as_bytes());
    request_json(raw, &mut x, &mut Scratch::new(&arena)).unwrap();
    let text = |f| String::from_utf8_lossy(x.get(f).unwrap_or_default()).into_owned();
    (x.auth, text(Text::RequestHeaders), text(Text::UserAgent))
}

#[test]
fn three_ways_to_write_headers_are_one() {
    let want = (
        Auth::Present,
        r#"[["User-Agent","curl"],["Authorization","Bearer<hidden: 10 bytes>"]]"#.to_owned(),
        "curl".to_owned(),
    );
    assert_eq!(read(r#"{"User-Agent":"curl","Authorization":"Bearer abc"}"#), want);
    assert_eq!(read(r#"{"User-Agent":["curl"],"Authorization":["Bearer abc"]}"#), want);
    assert_eq!(read(r#"[{"name":"User-Agent","value":"curl"},{"name":"Authorization","value":"Bearer abc"}]"#), want);
    assert_eq!(read(r#"[["User-Agent","curl"],["Authorization","Bearer abc"]]"#), want);
}

/// A value that looks like an escaped object must not make the collection look like one: a
/// client could hide its headers, or forge others.
#[test]
fn a_client_cannot_unwrap_its_own_value() {
    let (auth, _, agent) = read(r#"{"user-agent":"x{\"authorization\":\"Bearer a\"}","accept":"*/*"}"#);
    assert_eq!((auth, agent.as_str()), (Auth::Absent, r#"x{"authorization":"Bearer a"}"#));
    assert_eq!(read(r#"{\"User-Agent\":\"curl\"}"#).2, "curl");
}

#[test]
fn a_name_that_speaks_of_a_secret_is_one() {
    for name in [
        "X-Forwarded-Access-Token",
        "Cf-Access-Jwt-Assertion",
        "X-Client-Secret",
        "DPoP",
        "Authentication",
        "X-Parse-Session-Token",
    ] {
        let (auth, headers, _) = read(&format!(r#"{{"accept":"*/*","{name}":"hush"}}"#));
        assert_eq!(auth, Auth::Present, "{name}");
        assert!(!headers.contains("hush"), "{headers}");
    }
    assert_eq!(read(r#"{":authority":"h","X-CSRF-Token":"a"}"#).0, Auth::Absent);
    assert!(query_has_credential(b"a=1&access_token=x") && !query_has_credential(b"token=&table=7"));
}

#[test]
fn headers_without_credentials_prove_their_absence() {
    assert_eq!(read(r#"{"accept":"*/*"}"#).0, Auth::Absent);
    assert_eq!(read("{}").0, Auth::Unknown);
}
