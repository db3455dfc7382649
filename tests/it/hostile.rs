//! Hostile strings in every field that a stranger fills: kept to the byte, or a counted reject;
//! never a panic, never slow, never raw on a terminal.

mod cost;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use breachwalk::domain::Transfer;
use breachwalk::domain::safe_text::{escape, excerpt};
use breachwalk::parse::formats::ALL;
use proptest::strategy::Strategy as _;
use serde_json::Value;

use super::support::{self, Kind, Seen, parse_bytes};

/// A string that somebody may send.
struct Hostile {
    id: String,
    bytes: Vec<u8>,
    slow: bool,
}

/// Invented, so that the tests mean something without the real list.
const BUILT_IN: &[(&str, &[u8])] = &[
    ("title", b"\x1b]0;seized\x07"),
    ("clipboard", b"\x1b]52;c;aGVsbG8=\x07"),
    ("link", b"\x1b]8;;http://bad.example/\x1b\\here\x1b]8;;\x1b\\"),
    ("clear", b"\x1b[2J\x1b[H"),
    ("c1", "\u{9b}31mred".as_bytes()),
    ("c1-raw", b"\x9b31m"),
    ("backspace", b"drop\x08\x08\x08\x08keep"),
    ("cr", b"bad\rgood"),
    ("crlf-forge", b"x\r\n192.0.2.1 - - [11/Sep/2024:02:54:00 +0000] \"GET /forged HTTP/1.1\" 200 1"),
    ("nul", b"a\0b"),
    ("del", b"a\x7fb"),
    ("rlo", "ab\u{202e}cd".as_bytes()),
    ("isolate", "ab\u{2066}cd\u{2069}".as_bytes()),
    ("zero-width", "4\u{200b}2".as_bytes()),
    ("line-separator", "a\u{2028}b\u{2029}c\u{85}d".as_bytes()),
    ("tag", "a\u{e0041}b".as_bytes()),
    ("bom", "\u{feff}a".as_bytes()),
    ("cut", b"caf\xc3"),
    ("overlong", b"\xc0\xae\xc0\xae/"),
    ("surrogate", b"\xed\xa0\x80"),
    ("latin", b"caf\xe9"),
    ("formula", b"=1+2|'calc'!A0"),
    ("markup", b"</script><img src=x onerror=alert(1)>"),
    ("quote-break", b"\" 200 1 \"-\" \"x"),
    ("quotes", b"\"\"\"\"'''"),
    ("backslashes", b"\\\\\\\"\\x41\\u0041\\"),
    ("escape-text", b"\\x1b[31m \\u{202e}"),
    ("json", b"{\"a\":[1,{\"b\":\"}\"}]}"),
    ("json-open", b"{\"log\":{\"entries\":[{"),
    ("braces", b"}}]]\",\"x\":{"),
    ("percent", b"%00%0d%0a%2e%2e%2f%zz%"),
    ("format", b"%s%n{0:>99}$(id)`id`;id"),
    ("path", b"../../../../etc/passwd"),
    ("pipes", b"|||  ||| "),
    ("tabs", b"\ta\tb\t"),
    ("blank", b"   "),
    ("dash", b"-"),
    ("null", b"null"),
    ("comma", b"a,b;c=d&e=f?g#h"),
    ("combining", "a\u{300}\u{301}\u{302}\u{303}".as_bytes()),
    ("wide", "漢字🏴\u{e0067}\u{e007f}".as_bytes()),
];

/// The built-in strings, what makes careless parsers slow, and the real list where it is there.
fn strings() -> Vec<Hostile> {
    let mut out: Vec<Hostile> =
        BUILT_IN.iter().map(|(id, bytes)| Hostile { id: (*id).into(), bytes: bytes.to_vec(), slow: false }).collect();
    for unit in
        ["\"", "\\", "\\\"", "{", "[", "}", " ", "\" \"", "=\"", "|", ",", "%", "\t", "a.", ":", "{\"a\":", "[\"", "- "]
    {
        out.push(Hostile {
            id: format!("many {unit:?}"),
            bytes: unit.repeat(4_000 / unit.len()).into_bytes(),
            slow: true,
        });
    }
    let Some(folder) = support::corpora() else { return out };
    let list = support::read(&folder.join("hostile_inputs.jsonl"));
    for line in list.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
        let row: Value = serde_json::from_slice(line).unwrap();
        // Rows without bytes are recipes: see `recipes`.
        let Some(bytes) = row["bytes_b64"].as_str() else { continue };
        let bytes = BASE64.decode(bytes).unwrap();
        out.push(Hostile { id: row["id"].as_str().unwrap().into(), slow: bytes.len() > 1_000, bytes });
    }
    assert!(out.len() > 100, "the list looks incomplete: {}", out.len());
    out
}

/// As nginx writes a variable (`escape=default`).
fn nginx(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for b in bytes {
        match b {
            b'"' | b'\\' | 0..0x20 | 0x7f.. => out.extend_from_slice(format!("\\x{b:02X}").as_bytes()),
            _ => out.push(*b),
        }
    }
    out
}

/// As Apache writes a header.
fn apache(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for b in bytes {
        match b {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *b]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 | 0x7f.. => out.extend_from_slice(format!("\\x{b:02x}").as_bytes()),
            _ => out.push(*b),
        }
    }
    out
}

/// As a program writes a JSON string that copies bytes it does not understand.
fn json(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for b in bytes {
        match b {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *b]),
            0..0x20 => out.extend_from_slice(format!("\\u{b:04x}").as_bytes()),
            _ => out.push(*b),
        }
    }
    out
}

/// Text that a log writes for nothing, in whole values.
fn is_nothing(bytes: &[u8]) -> bool {
    breachwalk::parse::target::is_null(bytes.trim_ascii())
}

/// Whether two values are the same but for blanks around them: those are no part of a header's
/// value (RFC 9110 section 5.5), and a column comes without them.
fn same(got: Option<&Vec<u8>>, want: &[u8]) -> bool {
    let want = Some(want.trim_ascii()).filter(|w| !is_nothing(w));
    got.map(|g| g.trim_ascii()).filter(|g| !g.is_empty()) == want
}

fn only(stream: &[u8]) -> Result<Seen, String> {
    support::tiles(stream, usize::MAX >> 8)?;
    let items = parse_bytes(stream);
    match items.iter().filter_map(|i| i.seen()).collect::<Vec<_>>().as_slice() {
        [seen] => Ok((*seen).clone()),
        others => Err(format!("{} exchanges, {:?}", others.len(), items.first().map(|i| &i.kind))),
    }
}

/// Combined lines with the string in path, referer and user agent, as the two servers escape it:
/// every byte comes back, and one record stays one record.
#[test]
fn combined_lines_keep_every_byte() {
    let mut failures = Vec::new();
    for hostile in strings() {
        let s = &hostile.bytes;
        for (server, write) in [("nginx", nginx as fn(&[u8]) -> Vec<u8>), ("apache", apache)] {
            let w = write(s);
            let head = b"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] \"GET /q?x=";
            let line = [head, &w[..], b" HTTP/1.1\" 200 512 \"", &w[..], b"\" \"", &w[..], b"\"\n"].concat();
            let seen = match only(&line) {
                Ok(seen) => seen,
                Err(why) => {
                    failures.push(format!("{} by {server}: {why}", hostile.id));
                    continue;
                }
            };
            let query = [b"x=", &s[..]].concat();
            for (column, want) in [("user_agent", s), ("referer", s), ("query", &query)] {
                if !same(seen.columns.get(column), want) {
                    failures.push(format!("{} by {server}: {column} differs, read by {}", hostile.id, seen.format));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), support::list(&failures, 60));
}

/// The servers that escape nothing: a line may fall apart, but no byte of it is lost, and a string
/// without quotes, backslashes and line ends is kept exactly.
#[test]
fn unescaped_lines_lose_nothing() {
    let mut failures = Vec::new();
    for hostile in strings() {
        let s = &hostile.bytes;
        let head = b"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] \"GET /q HTTP/1.1\" 200 512 \"-\" \"";
        let line = [head, &s[..], b"\"\n"].concat();
        let plain = !s.iter().any(|b| matches!(b, b'"' | b'\\' | b'\n' | 0)) && !is_nothing(s);
        match only(&line) {
            Ok(seen) if plain && !same(seen.columns.get("user_agent"), s) => {
                failures.push(format!("{}: differs", hostile.id));
            }
            Err(why) if plain => failures.push(format!("{}: {why}", hostile.id)),
            _ => {}
        }
        if let Err(why) = support::tiles(&line, 64) {
            failures.push(format!("{}: {why}", hostile.id));
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), support::list(&failures, 60));
}

/// Columns that this test cannot reach, with the reason.
const EXEMPT: &[(&str, &str, &str)] = &[
    ("tyk-json", "path", "the whole request stands in the record a second time, in base64, and counts more"),
    ("cloudfront-json", "user_agent", "the log percent-encodes headers, which is undone"),
    ("cloudfront-realtime", "user_agent", "as above"),
];

/// Every format's own samples with the string behind a value that a stranger chooses. What comes
/// back is the value and the string, decoded or as the log has it; or the record is a reject.
#[test]
fn every_format_keeps_every_byte() {
    let strings = strings();
    let mut failures = Vec::new();
    let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
    for format in ALL {
        for sample in format.samples().iter().take(2) {
            for (column, value) in sample.expect {
                let free = matches!(*column, "user_agent" | "referer" | "path" | "query");
                let mut places = sample.record.match_indices(value);
                let (Some((at, _)), None) = (places.next(), places.next()) else { continue };
                let has_query = sample.expect.iter().any(|(c, _)| *c == "query");
                if !free || EXEMPT.iter().any(|(id, c, _)| *id == format.meta().id && c == column) {
                    continue;
                }
                let end = at + value.len();
                let (before, after) = (&sample.record.as_bytes()[..end], &sample.record.as_bytes()[end..]);
                let quoted = after.first() == Some(&b'"') || *column != "user_agent" && after.starts_with(b" HTTP/");
                for hostile in &strings {
                    let s = &hostile.bytes;
                    let splits = *column == "path" && has_query && s.iter().any(|b| matches!(b, b'?' | b'#'));
                    // Envoy refuses a request whose path holds a blank, so nothing says where one would end.
                    let envoy = matches!(format.meta().id, "envoy" | "istio") && matches!(*column, "path" | "query");
                    let no_path = envoy && s.contains(&b' ');
                    let not_json = format.meta().id == "har" && std::str::from_utf8(s).is_err();
                    if hostile.slow || splits || no_path || not_json {
                        continue;
                    }
                    let written = match (format.is_json(), quoted) {
                        (true, _) => json(s),
                        (false, true) => nginx(s),
                        // A bare field cannot hold what ends it.
                        (false, false) if s.iter().all(|b| b.is_ascii_alphanumeric() || b"./%-_".contains(b)) => {
                            s.clone()
                        }
                        (false, false) => continue,
                    };
                    let stream = [before, &written[..], after, b"\n"].concat();
                    let what = format!("{} {column} {}", format.meta().id, hostile.id);
                    let items = parse_bytes(&stream);
                    if let Err(why) = support::tiling(&items, stream.len()) {
                        failures.push(format!("{what}: {why}"));
                        continue;
                    }
                    let exchanges: Vec<&Seen> = items.iter().filter_map(|i| i.seen()).collect();
                    let [seen] = exchanges.as_slice() else {
                        let counted = items.iter().any(|i| matches!(i.kind, Kind::Reject(_)));
                        if !counted || exchanges.len() > 1 {
                            failures.push(format!("{what}: {} exchanges and no reject", exchanges.len()));
                        }
                        continue;
                    };
                    if holds(seen, column, value, &[s, &written]) {
                        *kept.entry(format.meta().id).or_default() += 1;
                    } else {
                        let got = excerpt(seen.columns.get(*column).map_or(&b""[..], |v| v), 60);
                        failures.push(format!("{what}: read by {} as {got}", seen.format));
                    }
                }
            }
        }
    }
    let mut by_format: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &failures {
        *by_format.entry(line.split(' ').next().unwrap_or_default()).or_default() += 1;
    }
    assert!(failures.is_empty(), "{}, {by_format:?}:\n{}", failures.len(), support::list(&failures, 120));
    assert!(kept.len() > 20 && kept.values().all(|n| *n > 0), "{kept:?}");
}

/// Whether a column holds the value and the string behind it. A `?` or `#` in a path or query
/// begins the next part, so those are compared as one.
fn holds(seen: &Seen, column: &str, value: &str, tails: &[&Vec<u8>]) -> bool {
    let get = |column| seen.columns.get(column).cloned().unwrap_or_default();
    let target = [get("path"), get("query")].join(&b'?');
    tails.iter().any(|tail| {
        let want = [value.as_bytes(), tail].concat();
        let want = want.trim_ascii();
        match column {
            "path" => {
                let whole = target.strip_suffix(b"?").unwrap_or(&target);
                whole.starts_with(want) || get("path").starts_with(want) || get("path").ends_with(want)
            }
            "query" => get("query").trim_ascii() == want,
            _ => get(column).trim_ascii() == want,
        }
    })
}

/// A HAR of one entry whose strings are the given, already escaped.
fn har(s: &[u8]) -> Vec<u8> {
    [
        &br#"{"log":{"version":"1.2","creator":{"name":"invented","version":"1"},"entries":[{"startedDateTime":"2024-09-11T02:54:00Z","time":1,"request":{"method":"POST","url":"https://api.example/q?x="#[..],
        s,
        br#"","httpVersion":"HTTP/1.1","cookies":[],"headers":[{"name":"User-Agent","value":""#,
        s,
        br#""},{"name":"X-Odd","value":""#,
        s,
        br#""},{"name":""#,
        s,
        br#"","value":"1"}],"queryString":[{"name":"x","value":""#,
        s,
        br#""}],"postData":{"mimeType":"text/plain","text":""#,
        s,
        br#""},"headersSize":-1,"bodySize":-1},"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","cookies":[],"headers":[],"content":{"size":1,"mimeType":"text/plain","text":""#,
        s,
        br#""},"redirectURL":"","headersSize":-1,"bodySize":-1},"cache":{},"timings":{"send":0,"wait":1,"receive":0}}]}}"#,
    ]
    .concat()
}

/// Decodes a body as the exchange points at it.
fn body(seen: &Seen, which: usize) -> Option<Vec<u8>> {
    let (raw, transfer) = seen.bodies[which].as_ref()?;
    match transfer {
        Transfer::Plain => Some(raw.clone()),
        Transfer::Base64 => BASE64.decode(raw).ok(),
        Transfer::JsonEscaped => {
            let text = [b"\"", &raw[..], b"\""].concat();
            serde_json::from_slice::<String>(&text).ok().map(String::into_bytes)
        }
    }
}

/// URL, headers and bodies of a HAR entry.
#[test]
fn har_entries_keep_every_character() {
    let mut failures = Vec::new();
    for hostile in strings() {
        let s = &hostile.bytes;
        let stream = har(&json(s));
        for target in [64, usize::MAX >> 8] {
            if let Err(why) = support::tiles(&stream, target) {
                failures.push(format!("{} in chunks of {target}: {why}", hostile.id));
            }
        }
        let items = parse_bytes(&stream);
        let seen = items.iter().find_map(|i| i.seen());
        // JSON is UTF-8: anything else may be refused, but must be counted.
        let (Ok(text), Some(seen)) = (std::str::from_utf8(s), seen) else {
            let counted = items.iter().any(|i| matches!(i.kind, Kind::Reject(_)));
            if seen.is_none() && (!counted || std::str::from_utf8(s).is_ok()) {
                failures.push(format!("{}: no exchange", hostile.id));
            }
            continue;
        };
        if !same(seen.columns.get("user_agent"), s) {
            failures.push(format!("{}: user_agent differs", hostile.id));
        }
        let query = seen.text("query").unwrap_or_default();
        let (query, text) = (query.trim_end(), text.trim_end());
        if query != format!("x={}", text.split('#').next().unwrap_or_default()) && query != format!("x={text}") {
            failures.push(format!("{}: query differs", hostile.id));
        }
        for which in [0, 1] {
            if body(seen, which).as_ref() != Some(s) {
                failures.push(format!("{}: body {which} differs", hostile.id));
            }
        }
        let headers = seen.text("request_headers").unwrap_or_default();
        let pairs: Vec<(String, String)> = serde_json::from_str(&headers).unwrap_or_default();
        let is = |a: &str| a.trim() == text.trim();
        if !pairs.iter().any(|(n, v)| n == "X-Odd" && is(v))
            || !pairs.iter().any(|(n, v)| is(n) && (v == "1" || v.starts_with("<hidden")))
        {
            failures.push(format!("{}: headers differ", hostile.id));
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), support::list(&failures, 60));
}

/// What a terminal would act on, or a reader would not see.
fn acts(c: char) -> bool {
    matches!(c, '\0'..='\x08' | '\x0a'..='\x1f' | '\x7f'..='\u{9f}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

#[test]
fn nothing_reaches_a_terminal_raw() {
    let mut shown: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for hostile in strings() {
        let text = escape(&hostile.bytes);
        assert!(!text.chars().any(acts), "{}: {:?}", hostile.id, text.chars().find(|c| acts(*c)));
        assert!(!excerpt(&hostile.bytes, 20).chars().any(acts), "{}", hostile.id);
        assert!(excerpt(&hostile.bytes, 20).chars().count() <= 20, "{}", hostile.id);
        // Two strings that look alike would hide one behind the other.
        if let Some(other) = shown.insert(text, hostile.bytes.clone()) {
            assert_eq!(other, hostile.bytes, "{} looks like another", hostile.id);
        }
        // What is shown can itself be written down and shown: it must not look like the first.
        let written = escape(&hostile.bytes).into_bytes();
        if written != hostile.bytes {
            assert_ne!(escape(&written), escape(&hostile.bytes), "{} and its escape look alike", hostile.id);
        }
    }
}

proptest::proptest! {
    #[test]
    fn escaping_is_exact(a in proptest::collection::vec(near(), 0..6), b in proptest::collection::vec(near(), 0..6)) {
        let (a, b) = (a.concat(), b.concat());
        proptest::prop_assert_eq!(a == b, escape(&a) == escape(&b), "{:?} {:?}", a, b);
        proptest::prop_assert!(!escape(&a).chars().any(acts));
    }
}

/// Pieces that come close to each other once escaped.
fn near() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"\\",
        b"\\\\",
        b"x",
        b"\\x",
        b"1b",
        b"\x1b",
        b"\\x1b",
        b"u",
        b"{",
        b"202e",
        b"}",
        b"\\u{202e}",
        "\u{202e}".as_bytes(),
        b"\x9b",
        "\u{9b}".as_bytes(),
        b"9b",
        b"\xc2",
        b"\xe2\x80",
        b"\xae",
        b"a",
        b"\xff",
        b"c2",
        b"ff",
    ];
    proptest::sample::select(pieces).prop_map(<[u8]>::to_vec)
}

#[test]
fn the_lists_have_no_doubles() {
    let ids: BTreeSet<&str> = BUILT_IN.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids.len(), BUILT_IN.len());
    assert!(ids.len() >= 25);
}
