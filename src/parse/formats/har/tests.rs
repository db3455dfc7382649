use bumpalo::Bump;
use proptest::prelude::*;

use super::*;
use crate::domain::{Body, Int, Repair, Text, Transfer, time::rfc3339};
use crate::parse::body::{BodyLimits, decode};

/// An entry that the `har` crate takes as it is.
const PLAIN: &str = r#"{"pageref":"p","startedDateTime":"2024-09-10T21:24:00.000Z","time":5,"request":{"method":"GET","url":"http://api.example/a","httpVersion":"HTTP/1.1","cookies":[],"headers":[],"queryString":[],"headersSize":10,"bodySize":0},"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","cookies":[],"headers":[],"content":{"size":2,"mimeType":"text/plain","text":"ok"},"redirectURL":"","headersSize":20,"bodySize":2},"cache":{},"timings":{"send":1,"wait":2,"receive":2},"serverIPAddress":"192.0.2.7","connection":"9"}"#;

fn with<R>(record: &[u8], look: impl FnOnce(Result<Read, Reason>, &Exchange<'_>) -> R) -> R {
    let arena = Bump::new();
    let record = arena.alloc_slice_copy(record);
    let mut x = Exchange::default();
    let read = HarReader::default().read(record, &mut x, &mut Scratch::new(&arena));
    look(read, &x)
}

/// Columns that are set, as `name=value`.
fn columns(x: &Exchange<'_>) -> String {
    let mut out: Vec<String> = x
        .texts()
        .map(|(f, v)| format!("{}={}", f.column(), String::from_utf8_lossy(v)))
        .chain(x.ints().map(|(f, v)| format!("{}={v}", f.column())))
        .collect();
    out.extend(x.time.map(|t| format!("time={}", rfc3339(t))));
    out.push(format!("auth={}", x.auth.code()));
    out.push(format!("zone_assumed={}", x.zone_assumed));
    let body = |b: Option<Body<'_>>| {
        b.and_then(|b| decode(&b, None, BodyLimits::default()).ok().map(|v| String::from_utf8_lossy(&v).into_owned()))
    };
    out.extend(body(x.request_body).map(|b| format!("request_body={b}")));
    out.extend(body(x.response_body).map(|b| format!("response_body={b}")));
    format!("\n{}\n", out.join("\n"))
}

/// [`PLAIN`] with `from` replaced by `to`.
fn varied(from: &str, to: &str) -> String {
    assert_eq!(PLAIN.matches(from).count(), 1, "{from} stands once in the entry");
    PLAIN.replacen(from, to, 1)
}

/// Each: what is replaced, by what, columns that must be there, columns that must not be there
/// (their beginning), repairs.
type Case<'c> = (&'c str, &'c str, &'c [&'c str], &'c [&'c str], &'c [Repair]);

fn check(cases: &[Case<'_>]) {
    for (from, to, there, absent, repairs) in cases {
        let record = varied(from, to);
        with(record.as_bytes(), |read, x| {
            assert_eq!(read, Ok(Read::Exchange), "{to}");
            let got = columns(x);
            for want in *there {
                assert!(got.contains(&format!("\n{want}\n")), "{want} of {to}\nin {got}");
            }
            for bad in *absent {
                assert!(!got.contains(&format!("\n{bad}")), "{bad} of {to}\nin {got}");
            }
            assert_eq!(x.repairs.iter().collect::<Vec<_>>(), *repairs, "{to}");
        });
        assert_eq!(kind(record.as_bytes()), Some(Kind::Entry), "{to}");
    }
}

use Repair::{
    BadBase64, BadTime, BadUrl, DuplicateKey, InvalidUtf8, LoneSurrogate, LooseJson, MissingField, NanLiteral,
    NoResponse, NullField, WrongType,
};

const CONTENT: &str = r#"{"size":2,"mimeType":"text/plain","text":"ok"}"#;
const TIMINGS: &str = r#"{"send":1,"wait":2,"receive":2}"#;
const RESPONSE: &str = r#"{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","cookies":[],"headers":[],"content":{"size":2,"mimeType":"text/plain","text":"ok"},"redirectURL":"","headersSize":20,"bodySize":2}"#;
const STARTED: &str = r#""startedDateTime":"2024-09-10T21:24:00.000Z","#;
const Q_HEADERS: &str = r#""cookies":[],"headers":[],"queryString":[]"#;
const P_HEADERS: &str = r#""cookies":[],"headers":[],"content""#;
const Q_SIZES: &str = r#""headersSize":10,"bodySize":0"#;
const P_SIZES: &str = r#""headersSize":20,"bodySize":2"#;

#[test]
fn what_the_crate_takes_needs_no_repair() {
    check(&[
        (
            "OK",
            "OK",
            &[
                "method=GET",
                "scheme=http",
                "host=api.example",
                "path=/a",
                "status=200",
                "request_bytes=10",
                "response_bytes=22",
                "time=2024-09-10T21:24:00Z",
                "auth=unknown",
                "duration_us=5000",
                "send_us=1000",
                "server_address=192.0.2.7",
                "connection=9",
                "page_ref=p",
                "response_body=ok",
                "response_body_state=present",
                "response_content_type=text/plain",
            ],
            &["dns_us", "extensions", "redirect_url", "request_body="],
            &[],
        ),
        (
            TIMINGS,
            r#"{"blocked":-1,"dns":0.5,"send":0,"wait":1.2345,"receive":0}"#,
            &["dns_us=500", "send_us=0", "wait_us=1235"],
            &["blocked_us"],
            &[],
        ),
        (r#""time":5"#, r#""time":-3.5"#, &[], &["duration_us"], &[]),
        ("\"status\":200", "\"status\":-2", &["status=-2"], &[], &[]),
        ("\"status\":200", "\"status\":-999", &["status=-999"], &[], &[]),
        ("\"status\":200", "\"status\":0", &["status=0"], &[], &[]),
        (P_SIZES, r#""headersSize":-1,"bodySize":-1"#, &[], &["response_bytes", "response_body_bytes"], &[]),
        ("192.0.2.7", "", &[], &["server_address"], &[]),
        ("192.0.2.7", "[2001:db8::7]", &["server_address=2001:db8::7"], &[], &[]),
        ("192.0.2.7", "2001:db8::7", &["server_address=2001:db8::7"], &[], &[]),
        (r#""redirectURL":"","#, r#""redirectURL":null,"#, &[], &["redirect_url"], &[]),
        (r#""mimeType":"text/plain""#, r#""mimeType":"""#, &[], &["response_content_type"], &[]),
    ]);
}

/// Facts of the wild and of probing the `har` crate: every one of these costs it the whole file.
#[test]
fn what_the_crate_refuses_is_read_and_said() {
    check(&[
        (r#""cache":{},"#, "", &[], &[], &[MissingField]),
        (r#""cache":{}"#, r#""cache":[]"#, &[], &[], &[WrongType]),
        (r#""cache":{}"#, r#""cache":null"#, &[], &[], &[NullField]),
        (
            r#""cache":{}"#,
            r#""cache":{"afterRequest":{"expires":"x","fetchCount":"3","lastFetched":"y"}}"#,
            &["status=200"],
            &[],
            &[MissingField],
        ),
        (r#""timings":{"send":1,"wait":2,"receive":2},"#, "", &[], &["send_us", "wait_us"], &[MissingField]),
        (TIMINGS, "{}", &[], &["send_us"], &[MissingField]),
        (TIMINGS, r#"{"wait":2,"receive":2}"#, &["wait_us=2000"], &["send_us"], &[MissingField]),
        (TIMINGS, r#"{"send":null,"wait":null,"receive":2}"#, &["receive_us=2000"], &["wait_us"], &[NullField]),
        (TIMINGS, "null", &[], &["send_us"], &[NullField]),
        (r#""time":5,"#, r#""time":null,"#, &[], &["duration_us"], &[NullField]),
        (r#""time":5,"#, "", &[], &["duration_us"], &[MissingField]),
        (r#""time":5,"#, r#""time":"5","#, &["duration_us=5000"], &[], &[WrongType]),
        (r#""connection":"9""#, r#""connection":443"#, &["connection=443"], &[], &[WrongType]),
        (r#""connection":"9""#, r#""connection":null"#, &[], &["connection"], &[]),
        (r#""pageref":"p""#, r#""pageref":3"#, &["page_ref=3"], &[], &[WrongType]),
        (Q_HEADERS, r#""headers":[],"queryString":[]"#, &[], &[], &[MissingField]),
        (Q_HEADERS, r#""cookies":[],"headers":[]"#, &[], &[], &[MissingField]),
        (Q_HEADERS, r#""cookies":[],"queryString":[]"#, &[], &["request_headers"], &[MissingField]),
        (Q_HEADERS, r#""cookies":null,"headers":null,"queryString":null"#, &["auth=unknown"], &[], &[NullField]),
        (Q_SIZES, r#""bodySize":0"#, &["request_body_bytes=0"], &["request_bytes"], &[MissingField]),
        (Q_SIZES, r#""headersSize":10,"bodySize":null"#, &[], &["request_body_bytes"], &[NullField]),
        (Q_SIZES, r#""headersSize":10,"bodySize":7.0"#, &["request_body_bytes=7"], &[], &[WrongType]),
        (P_SIZES, r#""headersSize":null,"bodySize":null"#, &[], &["response_bytes"], &[NullField]),
        (
            r#""url":"http://api.example/a","httpVersion":"HTTP/1.1","#,
            r#""url":"http://api.example/a","#,
            &["http_version=HTTP/1.1"],
            &[],
            &[MissingField],
        ),
        (
            r#""url":"http://api.example/a","httpVersion":"HTTP/1.1","#,
            r#""url":"http://api.example/a","httpVersion":null,"#,
            &["http_version=HTTP/1.1"],
            &[],
            &[NullField],
        ),
    ]);
}

#[test]
fn what_the_crate_refuses_of_bodies_and_responses_is_read() {
    check(&[
        (
            Q_SIZES,
            r#""postData":{"text":"a=1"},"headersSize":10,"bodySize":3"#,
            &["request_body=a=1"],
            &["request_content_type"],
            &[MissingField],
        ),
        (
            Q_SIZES,
            r#""postData":{"mimeType":null,"text":"a=1"},"headersSize":10,"bodySize":3"#,
            &["request_body=a=1"],
            &[],
            &[NullField],
        ),
        (Q_SIZES, r#""postData":{},"headersSize":10,"bodySize":0"#, &[], &["request_body="], &[MissingField]),
        (Q_SIZES, r#""postData":"a=1","headersSize":10,"bodySize":3"#, &["request_body=a=1"], &[], &[WrongType]),
        (r#""queryString":[]"#, r#""queryString":[{"name":"q"}]"#, &["query=q="], &[], &[MissingField]),
        (
            r#""response":{"status":200,"#,
            r#""response":{"status":null,"#,
            &["response_body=ok"],
            &["status="],
            &[NullField],
        ),
        (r#""response":{"status":200,"#, r#""response":{"#, &["response_body=ok"], &["status="], &[MissingField]),
        (r#""response":{"status":200,"#, r#""response":{"status":"200","#, &["status=200"], &[], &[WrongType]),
        (r#""statusText":"OK","#, r#""statusText":null,"#, &["status=200"], &[], &[NullField]),
        (r#""statusText":"OK","#, "", &["status=200"], &[], &[MissingField]),
        (RESPONSE, "null", &["method=GET"], &["status=", "response"], &[NoResponse]),
        (RESPONSE, "\"none\"", &["method=GET"], &["status="], &[WrongType, NoResponse]),
        (RESPONSE, "{}", &["method=GET"], &["status="], &[MissingField]),
        (CONTENT, "null", &["status=200", "response_body_state=incomplete"], &[], &[NullField]),
        (r#","content":{"size":2,"mimeType":"text/plain","text":"ok"}"#, "", &["status=200"], &[], &[MissingField]),
        (CONTENT, r#"{"size":null,"text":"ok"}"#, &["response_body=ok"], &["response_decoded_bytes"], &[NullField]),
        (CONTENT, r#"{"size":1.0,"text":"o"}"#, &["response_decoded_bytes=1"], &[], &[WrongType]),
        (CONTENT, r#"{"size":-1,"text":{"a":1}}"#, &[r#"response_body={"a":1}"#], &[], &[WrongType]),
        (STARTED, "", &["method=GET"], &["time="], &[MissingField]),
        ("2024-09-10T21:24:00.000Z", "NaN-NaN-NaNTNaN:NaN:NaN.NaN+NaN:NaN", &[], &["time="], &[BadTime]),
        (r#""2024-09-10T21:24:00.000Z""#, "1726003440000", &["time=2024-09-10T21:24:00Z"], &[], &[WrongType]),
        (r#""method":"GET","#, r#""method":null,"#, &["path=/a"], &["method="], &[NullField]),
        (r#""method":"GET","#, r#""method":"","#, &["path=/a"], &["method="], &[]),
    ]);
}

/// A capture that somebody edited: the entry's fields inside the request, the request's inside
/// postData.
#[test]
fn fields_one_level_too_deep_are_found() {
    let record = r#"{"timings":{"send":1,"wait":2,"receive":3},"response":{"status":200,"statusText":"","httpVersion":"","cookies":[],"headers":[],"content":{}},"request":{"startedDateTime":"2024-09-10T21:24:00Z","time":6,"cache":{},"postData":{"method":"GET","url":"http://h/a","mimeType":"","httpVersion":"","headers":[],"cookies":[],"queryString":[]},"headersSize":-1,"bodySize":-1}}"#;
    assert_eq!(kind(record.as_bytes()), Some(Kind::Entry));
    with(record.as_bytes(), |read, x| {
        assert_eq!(read, Ok(Read::Exchange));
        assert_eq!(x.repairs.iter().collect::<Vec<_>>(), [MissingField]);
        let got = columns(x);
        for want in ["method=GET", "path=/a", "time=2024-09-10T21:24:00Z", "duration_us=6000", "status=200"] {
            assert!(got.contains(&format!("\n{want}\n")), "{want} in {got}");
        }
    });
}

#[test]
fn collections_of_all_shapes() {
    let q = |headers: &str| Q_HEADERS.replace(r#""headers":[]"#, &format!(r#""headers":{headers}"#));
    let p = |headers: &str| P_HEADERS.replace(r#""headers":[]"#, &format!(r#""headers":{headers}"#));
    let cookies = |cookies: &str| Q_HEADERS.replace(r#""cookies":[]"#, &format!(r#""cookies":{cookies}"#));
    let pair = &[r#"request_headers=[["A","1"],["B","2"]]"#][..];
    let twice = &[r#"response_headers=[["A","1"],["A","2"]]"#][..];
    let sid = &["cookie_names=sid", "auth=present", "auth_scheme=cookie"][..];
    check(&[
        (Q_HEADERS, &q(r#"[["A","1"],["B","2"]]"#), pair, &[], &[WrongType]),
        (Q_HEADERS, &q(r#"{"A":"1","B":"2"}"#), pair, &[], &[WrongType]),
        (Q_HEADERS, &q(r#"["A: 1","B: 2"]"#), pair, &[], &[WrongType]),
        (Q_HEADERS, &q(r#""A: 1\r\nB: 2\r\n""#), pair, &[], &[WrongType]),
        (Q_HEADERS, &q(r#"[{"name":"A","value":1},{"name":"B","value":"2"}]"#), pair, &[], &[WrongType]),
        (Q_HEADERS, &q(r#"[{"name":"A","value":null}]"#), &[r#"request_headers=[["A",""]]"#], &[], &[NullField]),
        (Q_HEADERS, &q(r#"[{"name":"A"}]"#), &[r#"request_headers=[["A",""]]"#], &[], &[MissingField]),
        (
            Q_HEADERS,
            &q(r#"[{"name":"A","value":{"b":1}}]"#),
            &[r#"request_headers=[["A","{\"b\":1}"]]"#],
            &[],
            &[WrongType],
        ),
        (P_HEADERS, &p(r#"[{"_fromType":"array","name":"A","value":["1","2"]}]"#), twice, &[], &[WrongType]),
        (P_HEADERS, &p(r#"[{"name":"A","value":"1"},{"name":"A","value":"2"}]"#), twice, &[], &[]),
        (
            P_HEADERS,
            &p(r#"[{"name":"Set-Cookie","value":"a=1\nb=22"}]"#),
            &[r#"response_headers=[["Set-Cookie","a<hidden: 8 bytes>"]]"#],
            &[],
            &[],
        ),
        (Q_HEADERS, &cookies(r#"{"sid":"1"}"#), sid, &[], &[WrongType]),
        (Q_HEADERS, &cookies(r#"[{"name":"sid"}]"#), sid, &[], &[MissingField]),
        (Q_HEADERS, &cookies(r#"[{"name":"sid","value":"1","expires":-1}]"#), sid, &[], &[WrongType]),
        (
            Q_HEADERS,
            &cookies(r#"[{"name":"sid","value":"1","expires":"soon","httpOnly":"true"}]"#),
            sid,
            &[],
            &[WrongType],
        ),
        (Q_HEADERS, &cookies(r#"[{"name":"sid","value":"1","expires":null}]"#), sid, &[], &[]),
        (
            Q_HEADERS,
            &q(r#"[{"name":"Authorization","value":"Basic eDp5"}]"#),
            &["auth=present", "auth_scheme=Basic"],
            &[],
            &[],
        ),
    ]);
}

#[test]
fn urls_times_and_versions_of_all_kinds() {
    let url = r#""url":"http://api.example/a""#;
    let odd = r#""httpVersion":"HTTP/1.1","cookies":[],"headers":[],"queryString""#;
    let version = |v: &str| odd.replace("HTTP/1.1", v);
    let time = "2024-09-10T21:24:00.000Z";
    let at = &["time=2024-09-10T21:24:00Z", "zone_assumed=false"][..];
    check(&[
        (url, r#""url":"/a?b=1""#, &["path=/a", "query=b=1"], &["host="], &[]),
        (url, r#""url":"stores/7""#, &["path=stores/7"], &["host="], &[BadUrl]),
        (url, r#""url":"data:image/png;base64,AAAA""#, &["scheme=data", "path=image/png;base64"], &[], &[BadUrl]),
        (
            url,
            r#""url":"chrome-extension://abc/x.js""#,
            &["scheme=chrome-extension", "host=abc", "path=/x.js"],
            &[],
            &[],
        ),
        (url, r#""url":"about:blank""#, &["scheme=about", "path=blank"], &[], &[BadUrl]),
        (url, r#""url":"wss://api.example/live""#, &["scheme=wss", "path=/live"], &[], &[]),
        (url, r#""url":"http://api.example/ठंडा""#, &["path=/ठंडा"], &[], &[]),
        (odd, &version("h3"), &["http_version=h3"], &[], &[]),
        (odd, &version("unknown"), &["http_version=unknown"], &[], &[]),
        (odd, &version(""), &["http_version=HTTP/1.1"], &[], &[]),
        (time, "2024-09-11T02:54:00+05:30", at, &[], &[]),
        (time, "2024-09-11T02:54:00.000+0530", at, &[], &[]),
        (time, "2024-09-10T21:24:00.0000000Z", at, &[], &[]),
        (time, "2024-09-10T21:24:00", &["zone_assumed=true"], &[], &[]),
    ]);
}

#[test]
fn bodies_and_whether_they_are_whole() {
    let long = "x".repeat(200);
    let content = |size: i64, rest: &str| format!(r#"{{"size":{size},"mimeType":"text/plain"{rest}}}"#);
    let whole = &["response_body_state=present"][..];
    let part = &["response_body_state=incomplete"][..];
    let post = |rest: &str| format!(r#""postData":{{"mimeType":"text/plain",{rest}}},"headersSize":10,"bodySize":3"#);
    check(&[
        (CONTENT, &content(5000, ""), part, &[], &[]),
        (CONTENT, &content(5000, r#","text":"""#), part, &[], &[]),
        (CONTENT, &content(5000, &format!(r#","text":"{long}""#)), part, &[], &[]),
        // Line ends that were normalised.
        (CONTENT, &content(210, &format!(r#","text":"{long}""#)), whole, &[], &[]),
        (CONTENT, &content(-1, r#","text":"ok""#), whole, &["response_decoded_bytes"], &[]),
        (CONTENT, &content(20, &format!(r#","text":"{long}""#)), whole, &[], &[]),
        // "hello", which no length can tell from its base64 text.
        (
            CONTENT,
            &content(5, r#","text":"aGVsbG8=","encoding":"base64""#),
            &["response_body=hello", "response_decoded_bytes=5", "response_body_state=present"],
            &[],
            &[],
        ),
        (CONTENT, &content(5000, r#","text":"aGVsbG8=","encoding":"base64""#), part, &[], &[]),
        (CONTENT, &content(5, r#","text":"aGVs\r\nbG8=","encoding":"base64""#), &["response_body=hello"], &[], &[]),
        (
            CONTENT,
            &content(5, r#","text":"<html>","encoding":"base64""#),
            &["response_body_state=undecodable"],
            &[],
            &[BadBase64],
        ),
        (CONTENT, &content(2, r#","text":"ok","encoding":"utf-8""#), &["response_body=ok"], &[], &[]),
        (CONTENT, &content(2, r#","te\u0078t":"ok""#), &["response_body=ok"], &[], &[]),
        (
            Q_SIZES,
            &post(r#""text":"a=1","params":[{"name":"a","value":"1"}]"#),
            &["request_body=a=1", "request_body_state=present"],
            &[],
            &[],
        ),
        (
            Q_SIZES,
            &post(r#""params":[{"name":"a","value":"1"}]"#),
            &[r#"request_body=[{"name":"a","value":"1"}]"#],
            &[],
            &[],
        ),
        (Q_SIZES, &post(r#""text":"YT0x","encoding":"base64""#), &["request_body=a=1"], &[], &[]),
        (Q_SIZES, &post(r#""text":"YT0x","_encoding":"base64""#), &["request_body=a=1"], &[], &[]),
        (Q_SIZES, &post(r#""comment":"""#), &["request_body_state=incomplete"], &[], &[]),
    ]);
    with(varied(CONTENT, &content(0, "")).as_bytes(), |_, x| {
        assert_eq!(x.get(Text::ResponseBodyState), Some(&b"incomplete"[..]), "bodySize says that 2 bytes came");
    });
    with(PLAIN.as_bytes(), |_, x| {
        assert_eq!(x.response_body, Some(Body { raw: b"ok", transfer: Transfer::Plain, complete: true }));
        assert_eq!(x.request_body, None);
        assert_eq!(x.get(Text::RequestBodyState), None);
    });
}

#[test]
fn a_bomb_is_not_decoded() {
    use base64::Engine as _;
    use std::io::Write as _;
    let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    w.write_all(&vec![0; 4 << 20]).unwrap();
    let text = base64::engine::general_purpose::STANDARD.encode(w.finish().unwrap());
    let record = varied(CONTENT, &format!(r#"{{"size":10,"text":"{text}","encoding":"base64"}}"#))
        .replace(P_HEADERS, r#""cookies":[],"headers":[{"name":"Content-Encoding","value":"gzip"}],"content""#);
    with(record.as_bytes(), |read, x| {
        assert_eq!(read, Ok(Read::Exchange));
        assert_eq!(x.get(Text::ResponseBodyState), Some(&b"too-large"[..]));
        assert!(x.repairs.has(Repair::BodyTooLarge));
    });
}

#[test]
fn json_that_strict_readers_refuse() {
    check(&[
        ("\"OK\"", "NaN", &["status=200"], &[], &[NullField, NanLiteral]),
        ("\"time\":5", "\"time\":-Infinity", &[], &["duration_us"], &[NullField, NanLiteral]),
        ("\"ok\"", r#""\ud83d ok""#, &["response_body=\u{fffd} ok"], &[], &[LoneSurrogate]),
        ("\"ok\"", r#""\ud83d\ude00""#, &["response_body=😀"], &[], &[]),
        ("\"ok\"", "\"o\tk\"", &["response_body=o\tk"], &[], &[LooseJson]),
        ("\"receive\":2}", "\"receive\":2,}", &["receive_us=2000"], &[], &[LooseJson]),
        ("\"status\":200", "\"status\":500,\"status\":201", &["status=201"], &["status=500"], &[DuplicateKey]),
        ("\"time\":5", "\"time\":5,\"time\":6", &["duration_us=6000"], &[], &[DuplicateKey]),
        ("\"text\":\"ok\"", "\"text\":\"no\",\"text\":\"ok\"", &["response_body=ok"], &[], &[DuplicateKey]),
    ]);
    let mut record = PLAIN.as_bytes().to_vec();
    let at = PLAIN.find("\"OK\"").unwrap() + 1;
    record[at] = 0xff;
    with(&record, |read, x| {
        assert_eq!(read, Ok(Read::Exchange));
        assert_eq!(x.repairs.iter().collect::<Vec<_>>(), [InvalidUtf8]);
    });
}

#[test]
fn fields_beyond_the_specification_are_kept() {
    check(&[
        (
            r#""cache":{}"#,
            r#""cache":{},"_fromCache":"disk""#,
            &[r#"extensions={"entry":{"_fromCache":"disk"}}"#],
            &[],
            &[],
        ),
        (
            P_SIZES,
            r#""headersSize":20,"bodySize":2,"_error":"net::ERR_ABORTED""#,
            &["error=net::ERR_ABORTED"],
            &["extensions"],
            &[],
        ),
        (P_SIZES, r#""headersSize":20,"bodySize":2,"_transferSize":-2"#, &["response_bytes=22"], &[], &[]),
        (
            r#""cache":{}"#,
            r#""cache":{},"_requestHeaders":"Cookie: sid=1","_headersCount":4"#,
            &[r#"extensions={"entry":{"_requestHeaders":"<hidden: 13 bytes>","_headersCount":4}}"#],
            &[],
            &[],
        ),
        (
            r#""cache":{}"#,
            r#""cache":{},"_x":{"a":[{"authToken":"s3cret","n":1},{"name":"Cookie","value":"sid=1"}],"url":"https://u:pw@h/","Password":7,"ok":"yes"}"#,
            &[
                r#"extensions={"entry":{"_x":{"a":[{"authToken":"<hidden: 6 bytes>","n":1},{"name":"Cookie","value":"<hidden: 5 bytes>"}],"url":"https://<hidden>@h/","Password":7,"ok":"yes"}}}"#,
            ],
            &[],
            &[],
        ),
        // Strict JSON even where the entry was none.
        (
            r#""cache":{}"#,
            r#""cache":{},"_x":[NaN,]"#,
            &[r#"extensions={"entry":{"_x":[null]}}"#],
            &[],
            &[NanLiteral, LooseJson],
        ),
    ]);
    let big = format!(r#""cache":{{}},"_big":"{}","_small":1"#, "x".repeat(70_000));
    check(&[(r#""cache":{}"#, &big, &[r#"extensions={"entry":{"_small":1},"omitted": 1}"#], &[], &[])]);
}

#[test]
fn other_json_is_left_alone() {
    for record in [
        // Kong, APISIX, a log line, a problem document, an empty object.
        r#"{"request":{"method":"GET","uri":"/a","url":"http://h/a","headers":{}},"response":{"status":200,"headers":{}},"latencies":{"request":1},"client_ip":"192.0.2.1","started_at":1726003440123}"#,
        r#"{"request":{"method":"GET","uri":"/a","url":"http://h/a","headers":{},"querystring":{}},"response":{"status":200,"headers":{},"size":1},"route_id":"1","client_ip":"192.0.2.1","start_time":1726003440123,"latency":1}"#,
        r#"{"method":"GET","url":"/a","status":200,"headers":{"a":"b"}}"#,
        r#"{"method":"GET","url":"/a"}"#,
        r#"{"request":"GET / HTTP/1.1","response":200}"#,
        r#"{"time":1,"cache":"HIT"}"#,
        "{}",
    ] {
        assert_eq!(kind(record.as_bytes()), None, "{record}");
        with(record.as_bytes(), |read, _| assert_eq!(read, Err(Reason::NotThisFormat), "{record}"));
    }
    with(&PLAIN.as_bytes()[..PLAIN.len() - 1], |read, _| assert_eq!(read, Err(Reason::Truncated)));
    with(format!("{PLAIN} x").as_bytes(), |read, _| assert_eq!(read, Err(Reason::BadJson)));
    let nothing_asked = varied(r#""url":"http://api.example/a""#, r#""url":"""#).replace("\"GET\"", "\"\"");
    with(nothing_asked.as_bytes(), |read, _| assert_eq!(read, Err(Reason::MissingRequest)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever a byte of an entry is turned into, reading ends, and the slow way agrees with the
    /// fast one where that reads.
    #[test]
    fn mutated_entries_never_panic(
        which in 0_usize..5,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..6),
    ) {
        let mut record = samples::SAMPLES[which].record.as_bytes().to_vec();
        for (at, byte, how) in changes {
            let at = at.index(record.len());
            match how {
                0 => record[at] = byte,
                1 => drop(record.remove(at)),
                2 => record.insert(at, byte),
                _ => record[at] = b"{}[]\",:\\0n-"[usize::from(byte) % 11],
            }
        }
        with(&record, |_, x| {
            if let Some(extensions) = x.get(Text::Extensions) {
                let valid = serde_json::from_slice::<serde::de::IgnoredAny>(extensions).is_ok();
                prop_assert!(valid, "{}", String::from_utf8_lossy(extensions));
            }
            Ok(())
        })?;
        let _ = mend::entry(&record, true);
    }

    #[test]
    fn arbitrary_bytes_never_panic(record in proptest::collection::vec(any::<u8>(), 0..300)) {
        with(&record, |_, _| {});
        let _ = mend::entry(&record, false);
    }
}

/// The slow way must say the same as the fast one, without a repair, of what the fast one reads.
#[test]
fn both_ways_agree() {
    for record in [PLAIN, samples::SAMPLES[0].record] {
        let mended = mend::entry(record.as_bytes(), false).unwrap();
        let typed: Entries = serde_json::from_str(record).unwrap();
        assert!(mended.repairs.is_empty());
        // The crate puts -1 where an optional time is absent; so does nobody else.
        let mut typed_timings = typed.timings.clone();
        for (part, mended) in [
            (&mut typed_timings.blocked, mended.entry.timings.blocked),
            (&mut typed_timings.dns, mended.entry.timings.dns),
            (&mut typed_timings.connect, mended.entry.timings.connect),
            (&mut typed_timings.ssl, mended.entry.timings.ssl),
        ] {
            if mended.is_none() && *part == Some(-1.0) {
                *part = None;
            }
        }
        assert_eq!(mended.entry, Entries { timings: typed_timings, ..typed });
    }
}

/// Every element of `log.entries` of every capture that is JSON as a whole must be read. Needs
/// captures: set `BREACHWALK_CORPORA` to a folder with a `har` folder inside.
#[test]
fn every_entry_of_the_corpora_is_read() {
    let Ok(root) = std::env::var("BREACHWALK_CORPORA") else {
        println!("skipped: BREACHWALK_CORPORA is not set");
        return;
    };
    let mut files: Vec<_> =
        std::fs::read_dir(std::path::Path::new(&root).join("har")).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let (mut documents, mut entries, mut mended, mut incomplete, mut failures) = (0, 0, 0, 0, Vec::new());
    for file in files.iter().filter(|f| f.is_file()) {
        let bytes = std::fs::read(file).unwrap();
        let Ok(document) = serde_json::from_slice::<&serde_json::value::RawValue>(&bytes) else {
            continue;
        };
        let document = document.get().as_bytes();
        documents += 1;
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let mut each = |index: usize, entry: &[u8]| {
            entries += 1;
            with(entry, |read, x| {
                mended += usize::from(!x.repairs.is_empty());
                incomplete += usize::from(x.get(Text::ResponseBodyState) == Some(b"incomplete"));
                if read != Ok(Read::Exchange) {
                    failures.push(format!("{name} entry {index}: {read:?}"));
                } else if kind(entry).is_none() {
                    failures.push(format!("{name} entry {index}: not claimed"));
                } else if x.get(Text::Path).or(x.get(Text::Method)).is_none() && x.get_int(Int::Status).is_none() {
                    failures.push(format!("{name} entry {index}: nothing in it"));
                }
            });
        };
        if let Some(list) = find(document, "log.entries") {
            let mut index = 0;
            members(list, |_, entry, _| {
                each(index, entry);
                index += 1;
            });
        } else if find(document, "url").is_some() || find(document, "request").is_some() {
            each(0, document);
        }
    }
    println!("{documents} documents, {entries} entries, {mended} mended, {incomplete} incomplete bodies");
    assert!(documents > 0, "no captures there");
    assert!(failures.is_empty(), "{} of {entries}:\n{}", failures.len(), failures.join("\n"));
}
