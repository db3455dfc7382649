use bumpalo::Bump;

use super::*;
use crate::domain::{Int, Text};

fn read(rules: &[Rule], records: &[&str]) -> Vec<Result<String, Reason>> {
    let arena = Bump::new();
    let mut reader = JsonReader::new(&Table::new(rules.iter().copied()));
    let mut s = Scratch::new(&arena);
    records
        .iter()
        .map(|r| {
            let mut x = Exchange::default();
            let r = arena.alloc_slice_copy(r.as_bytes());
            reader.read(r, &mut x, &mut s)?;
            Ok(x.texts()
                .map(|(f, v)| format!("{}={}", f.column(), String::from_utf8_lossy(v)))
                .chain(x.ints().map(|(f, v)| format!("{}={v}", f.column())))
                .collect::<Vec<_>>()
                .join(" "))
        })
        .collect()
}

const RULES: &[Rule] = &[
    ("method", Target::Text(Text::Method)),
    ("request.host", Target::Text(Text::Host)),
    ("request.uri", Target::Uri),
    ("id\\.orig_h", Target::Peer),
    ("status", Target::Status),
    ("hops.[].ms", Target::Int(Int::Attempts)),
];

#[test]
fn order_does_not_matter() {
    let want = Ok("method=GET host=h path=/a query=b peer_address=::1 status=200".to_owned());
    let got = read(
        RULES,
        &[
            r#"{"method":"GET","x":{"deep":[1,"}"]},"request":{"host":"h","uri":"/a?b"},"id.orig_h":"::1","status":200}"#,
            r#" { "status" : "200" , "id.orig_h":"::1","request":{"uri":"/a?b","host":"h","new":null},"method":"GET" } "#,
            r#"{"method":"GET","request":{"host":"h","uri":"/a?b"},"id.orig_h":"::1","status":200}"#,
        ],
    );
    assert!(got.iter().all(|g| *g == want), "{got:?}");
}

#[test]
fn damage_is_told_apart() {
    let got = read(
        RULES,
        &["{\"method\":\"GE", "{\"method\" \"GET\"}", "[]", "{\"a\":1} x", "{\"hops\":[{\"ms\":1},{\"ms\":3}]}", "{}"],
    );
    assert_eq!(
        got,
        [
            Err(Reason::Truncated),
            Err(Reason::BadJson),
            Err(Reason::BadJson),
            Err(Reason::BadJson),
            Ok("attempts=3".into()),
            Ok(String::new())
        ]
    );
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(4000), "]".repeat(4000));
    assert_eq!(read(RULES, &[&deep]), [Err(Reason::TooDeep)]);
}

#[test]
fn escapes() {
    let arena = Bump::new();
    let mut x = Exchange::default();
    assert_eq!(unescape(br#"a\"\\\/\n\u00e9\ud83d\ude00"#, &arena, &mut x), "a\"\\/\né😀".as_bytes());
    assert!(x.repairs.is_empty());
    assert_eq!(unescape(br"\ud83d!", &arena, &mut x), "\u{fffd}!".as_bytes());
    assert!(x.repairs.has(Repair::LoneSurrogate));
    assert_eq!(unescape(br"\x22\u12", &arena, &mut x), br"\x22\u12");
    assert!(x.repairs.has(Repair::BadEscape));
}
