use super::*;
use crate::domain::{Int, Text};
use bumpalo::Bump;

fn names(name: &str) -> Option<Target> {
    Some(match name {
        "remote_addr" => Target::Peer,
        "request" => Target::RequestLine,
        "status" => Target::Status,
        "body_bytes_sent" => Target::Int(Int::ResponseBodyBytes),
        "http_user_agent" => Target::Text(Text::UserAgent),
        _ => return None,
    })
}

fn read(line: &str) -> Result<String, Reason> {
    let t = Template::compile(
        r#"$remote_addr "$request" $status $body_bytes_sent "$http_user_agent""#,
        Syntax::Nginx,
        names,
        Tail::Any,
    )
    .unwrap();
    let arena = Bump::new();
    let mut x = Exchange::default();
    let line = arena.alloc_slice_copy(line.as_bytes());
    t.read(line, &mut x, &mut Scratch::new(&arena))?;
    Ok(x.texts()
        .map(|(_, v)| String::from_utf8_lossy(v).into_owned())
        .chain(x.ints().map(|(_, v)| v.to_string()))
        .chain(x.repairs.iter().map(|r| format!("!{}", r.code())))
        .collect::<Vec<_>>()
        .join("|"))
}

#[test]
fn a_forged_end_of_the_request_is_told() {
    // The client asked for `/fake HTTP/1.1" 200 1 "forged`; the server's own status is 404.
    let line = r#"::1 "GET /fake HTTP/1.1" 200 1 "forged HTTP/1.1" 404 512 "curl""#;
    assert!(read(line).unwrap().ends_with("!stray-quote"), "{:?}", read(line));
    let line = r#"::1 "GET /fake HTTP/1.1" 200 1 "x" HTTP/1.1" 404 512 "curl""#;
    assert!(read(line).unwrap().ends_with("!stray-quote"), "{:?}", read(line));
    assert!(!read(r#"::1 "GET /a HTTP/1.1" 200 1 "x" 0.003 "10.0.0.1""#).unwrap().contains('!'));
}

#[test]
fn stray_and_escaped_quotes() {
    assert_eq!(read(r#"::1 "GET /a HTTP/1.1" 200 5 "ua""#).unwrap(), "GET|/a|HTTP/1.1|ua|::1|200|5");
    assert_eq!(
        read(r#"::1 "GET /<script>alert("x") HTTP/1.1" 200 5 "u a" tail"#).unwrap(),
        r#"GET|/<script>alert("x")|HTTP/1.1|u a|::1|200|5|!stray-quote"#
    );
    assert_eq!(
        read(r#"::1 "GET /a" b HTTP/1.1" 200 5 "ua""#).unwrap(),
        r#"GET|/a" b|HTTP/1.1|ua|::1|200|5|!stray-quote"#
    );
    assert_eq!(read(r#"::1 "GET /\"\x22\\ HTTP/1.1" 200 - "-""#).unwrap(), r#"GET|/""\|HTTP/1.1|::1|200"#);
    assert_eq!(read(r#"::1 "GET /a HTTP/1.1" x 5 "ua""#), Err(Reason::BadStatus));
    assert_eq!(read("::1 "), Err(Reason::NotThisFormat));
}

#[test]
fn a_million_quotes_stay_linear() {
    let line = format!("::1 \"{} 200 5", "\" a".repeat(200_000));
    assert!(read(&line).is_err());
}

#[test]
fn format_strings() {
    let names = |_: &str| None;
    assert_eq!(
        Template::compile("$a$b", Syntax::Nginx, names, Tail::None).unwrap_err(),
        TemplateError::Adjacent("a".into(), "b".into())
    );
    assert_eq!(Template::compile("x", Syntax::Nginx, names, Tail::None).unwrap_err(), TemplateError::NoField);
    let t = Template::compile(r"%h %l %>s %{Referer}i %!200,304{User-agent}i %^FB", Syntax::Apache, names, Tail::None)
        .unwrap();
    assert_eq!(t.unknown_names().collect::<Vec<_>>(), ["h", "l", "s", "{Referer}i", "{User-agent}i", "^FB"]);
    let t = Template::compile("[%START_TIME%] %REQ(:METHOD)%", Syntax::Envoy, names, Tail::None).unwrap();
    assert_eq!(t.unknown_names().collect::<Vec<_>>(), ["START_TIME", "REQ(:METHOD)"]);
}
