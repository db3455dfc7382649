#![expect(clippy::string_slice, reason = "invented texts are ASCII where they are sliced")]

use super::*;
use proptest::prelude::*;

mod corpus;

/// A span with its text.
type Piece = (What, String);

struct Outcome {
    chunks: Vec<Chunks>,
    repairs: Repairs,
    producer: Option<String>,
}

type Chunks = (usize, Vec<Span>);

/// Feeds `text`; `steps` are the numbers of bytes that arrive, repeated. Checks that spans tile.
fn feed(mut cutter: JsonCutter, text: &[u8], steps: &[usize]) -> Outcome {
    let (mut chunks, mut from, mut to) = (Vec::new(), 0, 0);
    let mut steps = steps.iter().cycle();
    loop {
        let last = to == text.len();
        match cutter.cut(&text[from..to], last) {
            Cut::More if last => break,
            Cut::More => to = (to + steps.next().unwrap()).min(text.len()),
            Cut::Take { len, spans, records } => {
                assert!(len > 0);
                let mut at = 0;
                for span in &spans {
                    assert_eq!(span.start, at, "a gap");
                    assert!(span.end > at, "an empty span");
                    at = span.end;
                }
                assert_eq!(at, len, "spans end with the chunk");
                assert_eq!(records, spans.iter().filter(|s| s.what == What::Record).count() as u64);
                chunks.push((from, spans));
                from += len;
            }
        }
    }
    assert_eq!(from, text.len(), "all is taken");
    Outcome { chunks, repairs: cutter.repairs(), producer: cutter.producer() }
}

fn pieces(outcome: &Outcome, text: &[u8]) -> Vec<Piece> {
    let piece =
        |from: usize, s: &Span| (s.what, String::from_utf8_lossy(&text[from + s.start..from + s.end]).into_owned());
    outcome.chunks.iter().flat_map(|(from, spans)| spans.iter().map(|s| piece(*from, s))).collect()
}

/// All spans of a text that is cut as one chunk.
fn cut(text: &str) -> (Vec<Piece>, Repairs) {
    let outcome = feed(JsonCutter::new(1 << 20), text.as_bytes(), &[1 << 20]);
    let slow = feed(JsonCutter::new(1 << 20), text.as_bytes(), &[1]);
    assert_eq!(outcome.chunks, slow.chunks, "one chunk or bytes: {text}");
    assert_eq!(outcome.repairs, slow.repairs);
    (pieces(&outcome, text.as_bytes()), outcome.repairs)
}

fn only(pieces: &[Piece], what: What) -> Vec<&str> {
    pieces.iter().filter(|(w, _)| *w == what).map(|(_, t)| t.as_str()).collect()
}

fn records(text: &str) -> Vec<String> {
    only(&cut(text).0, What::Record).into_iter().map(str::to_owned).collect()
}

fn rejects(text: &str) -> Vec<(Reason, String)> {
    let reject = |(what, text): Piece| match what {
        What::Reject(reason) => Some((reason, text)),
        _ => None,
    };
    cut(text).0.into_iter().filter_map(reject).collect()
}

fn list(repairs: Repairs) -> Vec<Repair> {
    repairs.iter().collect()
}

#[test]
fn entries_of_a_har() {
    let text = concat!(
        r#"{"log":{"version":"1.2","creator":{"name":"We\u0062Tool","version":"5.1"},"#,
        r#""pages":[{"startedDateTime":"x","entries":[{"a":1}]}],"entries":[ {"a":"]}{[\"\\"},"#,
        "\n",
        r#"{"b":[{},[1,2.5e3,null]]} ],"browser":{"name":"Fox","version":"9"}}}"#,
        "\n\0\0 "
    );
    let (all, repairs) = cut(text);
    assert_eq!(only(&all, What::Record), [r#"{"a":"]}{[\"\\"}"#, r#"{"b":[{},[1,2.5e3,null]]}"#]);
    assert_eq!(only(&all, BLANK), ["\n\0\0 "]);
    assert_eq!(only(&all, ENVELOPE).len(), 3);
    assert!(repairs.is_empty(), "{:?}", list(repairs));
    let outcome = feed(JsonCutter::new(7), text.as_bytes(), &[3]);
    assert_eq!(outcome.producer.as_deref(), Some("WebTool 5.1 (Fox 9)"));
}

#[test]
fn versions_of_a_har() {
    let with = |version: &str| list(cut(&format!(r#"{{"log":{{{version}"entries":[]}}}}"#)).1);
    assert_eq!(with(r#""version":"1.2","#), []);
    assert_eq!(with(r#""version": "1.3","#), []);
    for odd in [r#""version":"1.1","#, r#""version":1.2,"#, r#""version":"","#, "", r#""Version":"1.2","#] {
        assert_eq!(with(odd), [Repair::HarVersion], "{odd}");
    }
    // After the entries it counts too, and an empty HAR is all envelope.
    let (all, repairs) = cut(r#"{"log":{"entries":[],"version":"1.2"}}"#);
    assert_eq!((all.len(), all[0].0, repairs.is_empty()), (1, ENVELOPE, true));
}

#[test]
fn wrappers() {
    let (all, repairs) = cut("\u{feff}onInputData({\"log\":{\"version\":\"1.2\",\"entries\":[{\"a\":1}]}});\n");
    assert_eq!(only(&all, What::Record), [r#"{"a":1}"#]);
    assert_eq!(only(&all, BLANK), ["\n"]);
    assert_eq!(list(repairs), [Repair::Bom, Repair::Jsonp]);
    let (all, repairs) = cut("cb.x_1 ([{\"a\":1}])");
    assert_eq!((all.len(), list(repairs)), (3, vec![Repair::Jsonp]));
    let (all, repairs) = cut("{\"records\":[{\"a\":1}]}\n);");
    assert_eq!((only(&all, ENVELOPE).last(), list(repairs)), (Some(&");"), vec![Repair::TrailingData]));
}

#[test]
fn documents_of_other_kinds() {
    assert_eq!(records(r#"{"records":[{"a":1},{"b":2}]}"#), [r#"{"a":1}"#, r#"{"b":2}"#]);
    assert_eq!(records("[\n{\"a\":1},\n{\"b\":2}\n]"), [r#"{"a":1}"#, r#"{"b":2}"#]);
    assert_eq!(records(r#"["line 1","li\"ne 2"]"#), [r#""line 1""#, r#""li\"ne 2""#]);
    assert_eq!(
        records(
            r#"{"resourceSpans":[{"resource":{"spans":[{"x":0}]},"scopeSpans":[{"spans":[{"a":1},{"b":2}]}]},{"scopeSpans":[{"spans":[{"c":3}]}]}]}"#
        ),
        [r#"{"a":1}"#, r#"{"b":2}"#, r#"{"c":3}"#]
    );
    for text in ["{\n\"a\": {\"entries\": [{}]}\n}\n{\n\"b\": []\n}\n", "{\"a\":1},\n{\"b\":2}", "{\"a\":1}{\"b\":2}"] {
        assert_eq!(records(text).len(), 2, "{text}");
        assert!(rejects(text).is_empty() && cut(text).1.is_empty());
    }
    // A key of that name does not make a record a batch unless objects stand in it.
    assert_eq!(records(r#"{"spans":[],"entries":[1,"a"],"z":1}"#).len(), 1);
}

#[test]
fn bare_entries() {
    let text = "{\n \"startedDateTime\": \"x\",\n \"request\": {}\n}\n";
    assert_eq!(records(text), [text.trim_end()]);
    assert_eq!(list(cut(text).1), [Repair::BareEntry]);
}

#[test]
fn elements_that_are_no_objects() {
    let text = r#"{"log":{"version":"1.2","entries":[null, {"a":1}, 17,"x" ,[{"b":2}],{"c":3}]}}"#;
    assert_eq!(records(text), [r#"{"a":1}"#, r#"{"c":3}"#]);
    let odd = |t: &str| (Reason::NotThisFormat, t.to_owned());
    assert_eq!(rejects(text), [odd("null"), odd("17"), odd("\"x\""), odd(r#"[{"b":2}]"#)]);
}

#[test]
fn data_behind_the_document() {
    let (all, repairs) = cut("{\"records\":[{\"a\":1}]}\n-- end of export --\n{\"b\":2}\n");
    assert_eq!(only(&all, What::Record), [r#"{"a":1}"#, r#"{"b":2}"#]);
    assert_eq!(only(&all, BAD), ["-- end of export --"]);
    assert_eq!(list(repairs), [Repair::TrailingData]);
}

#[test]
fn cut_off() {
    let whole = r#"{"log":{"version":"1.2","entries":[{"a":1},{"b":"}]}"}]}}"#;
    for at in 1..whole.len() {
        let (all, repairs) = cut(&whole[..at]);
        assert_eq!(list(repairs), [Repair::TruncatedFile], "{at}");
        let first = whole.find(r#",{"b"#).unwrap();
        let second = whole.find("]}}").unwrap();
        // Inside the string stands the same sequence: the last one counts.
        let second = whole.rfind("]}}").unwrap().max(second);
        let want = usize::from(at >= first) + usize::from(at >= second);
        assert_eq!(only(&all, What::Record).len(), want, "{at} {all:?}");
        let truncated = only(&all, What::Reject(Reason::Truncated)).len();
        let inside = at > first + 1 && at < second || at < first;
        assert_eq!(truncated, usize::from(inside && !(35..36).contains(&at)), "{at} {all:?}");
    }
}

/// Entries whose `at`-th is damaged by `hurt`; the others must be found.
fn damaged(hurt: impl Fn(&str) -> String) -> (Vec<Piece>, Repairs) {
    let entry = |i: usize| {
        format!(
            "{{\n \"startedDateTime\": \"t{i}\",\n \"request\": {{\"url\": \"u\", \"headers\": [{{\"name\": \"a\", \"value\": \"}}]\"}}, {{\"name\": \"b\"}}]}},\n \"response\": {{\"text\": \"function(){{return [1,{{\\\"startedDateTime\\\":2}}]}}\"}}\n}}"
        )
    };
    let entries: Vec<String> = (0..5).map(|i| if i == 2 { hurt(&entry(i)) } else { entry(i) }).collect();
    let text = format!("{{\"log\": {{\"version\": \"1.2\", \"entries\": [\n{}\n]}}}}\n", entries.join(",\n"));
    let out = cut(&text);
    for i in [0, 1, 3, 4] {
        let found = only(&out.0, What::Record).iter().filter(|r| **r == entry(i)).count();
        assert_eq!(found, 1, "entry {i} of {text}\n{:#?}", out.0);
    }
    out
}

#[test]
fn one_damaged_entry_costs_itself() {
    let whole = damaged(str::to_owned);
    assert_eq!(only(&whole.0, What::Record).len(), 5);
    assert!(whole.1.is_empty());
    let hurts: [(&str, &str); 10] = [
        ("\"}\n}", "\"\n}"),                    // a brace is missing at the end
        ("{\"url\"", "\"url\""),                // a brace is missing at the beginning
        ("\"t2\"", "\"t2"),                     // a closing quote
        ("\"t2\"", "t2\""),                     // an opening quote
        ("\"b\"}]", "\"b\"}"),                  // a bracket
        ("\"name\": \"a\",", "\"name\": \"a,"), // a quote deep inside
        ("\"response\": {", "\"response\": {{"),
        ("\"response\": {", "\"response\": {}}, {"),
        ("\"url\": \"u\"", "\"url\": \"u\"\"\""),
        ("\n}", "\n}}]}}"), // the document ends early
    ];
    for (from, to) in hurts {
        let (all, repairs) = damaged(|e| {
            assert!(e.contains(from));
            e.replacen(from, to, 1)
        });
        let sound = only(&all, What::Record).len();
        assert!((4..=6).contains(&sound), "{from} {all:?}");
        let mended = repairs.has(Repair::ResyncedEntry) || repairs.has(Repair::TrailingData);
        assert!(mended || sound == 5, "{from} {:?}", list(repairs));
    }
    // Cut in the middle: whatever is left of the entry, its neighbours stand.
    let length = whole.0.iter().find(|p| p.0 == What::Record).unwrap().1.len();
    for keep in 0..length {
        damaged(|e| e[..keep].to_owned());
        damaged(|e| e[length - keep..].to_owned());
    }
}

#[test]
fn damage_between_and_before_entries() {
    let entry = r#"{"startedDateTime":"t","request":{}}"#;
    for text in [
        format!(r#"{{"log":{{"version":"1.2","entries":[{entry} {entry}]}}}}"#),
        format!(r#"{{"log":{{"version":"1.2","entries":[{entry}, xx" {entry}]}}}}"#),
        format!(r#"{{"log":{{"version":"1.2","creator":{{"name":"x,"version":"1"}},"entries":[{entry},{entry}]}}}}"#),
        format!(r#"{{"log":{{"version":"1.2","pages":[{{"id":1],"entries":[{entry},{entry}]}}}}"#),
        format!(r#"{{"log":{{"version":"1.2","entries":[{entry},{{"a":1}}]}}}},{entry},{{"a":2}}]}}}}"#),
        format!(r"{entry},{entry}]}}}}"),
    ] {
        let found = records(&text);
        assert_eq!(found.iter().filter(|r| **r == entry).count(), 2, "{text}\n{:#?}", cut(&text).0);
    }
}

#[test]
fn learned_keys_and_lines() {
    let text = r#"{"records":[{"when":1,"x":{"when":2}},{"when":2,"x":[1,2},{"when":3},{"when":4}]}"#;
    assert_eq!(records(text), [r#"{"when":1,"x":{"when":2}}"#, r#"{"when":3}"#, r#"{"when":4}"#]);
    let text = "{\n \"a\": 1\n}\n{\n \"a\": \"x\n}\n{\n \"a\": 3\n}\n";
    assert_eq!(records(text), ["{\n \"a\": 1\n}", "{\n \"a\": 3\n}"]);
    assert_eq!(rejects(text), [(Reason::BadJson, "{\n \"a\": \"x\n}\n".to_owned())]);
}

#[test]
fn too_deep() {
    let deep = |n: usize| format!("{}{}", "{\"a\":".repeat(n), "0".to_owned() + &"}".repeat(n));
    let text = format!(r#"{{"records":[{},{},{{"b":1}}]}}"#, deep(JSON_DEPTH_MAX), deep(JSON_DEPTH_MAX + 1));
    assert_eq!(records(&text), [deep(JSON_DEPTH_MAX), r#"{"b":1}"#.to_owned()]);
    assert_eq!(rejects(&text), [(Reason::TooDeep, deep(JSON_DEPTH_MAX + 1))]);
    let bare = deep(JSON_DEPTH_MAX + 1);
    assert_eq!(rejects(&format!("{bare}\n{{\"b\":1}}")), [(Reason::TooDeep, bare.clone())]);
    assert_eq!(records(&deep(JSON_DEPTH_MAX)).len(), 1);
    // Never closed: the entries behind it are found all the same.
    let text =
        format!(r#"{{"log":{{"version":"1.2","entries":[{}{{}},{{"startedDateTime":1}}]}}}}"#, "{\"a\":[".repeat(500));
    assert_eq!(records(&text), [r#"{"startedDateTime":1}"#]);
}

#[test]
fn too_long() {
    let small = || {
        let mut cutter = JsonCutter::new(10);
        cutter.top_limit = 40;
        cutter
    };
    let text = format!("{{\"a\":\"{}\"}}\n{{\"b\":1}}\n", "x".repeat(100));
    let outcome = feed(small(), text.as_bytes(), &[7]);
    let all = pieces(&outcome, text.as_bytes());
    assert_eq!(only(&all, What::Record), [r#"{"b":1}"#]);
    assert_eq!(only(&all, TOO_LONG).concat(), text.lines().next().unwrap());
    assert!(outcome.chunks.iter().all(|(_, spans)| spans.last().unwrap().end <= 41), "{:?}", outcome.chunks);
    // A long head is told as such, its records are read.
    let text = format!("{{\"x\":\"{}\",\"records\":[{{\"b\":1}}]}}", "x".repeat(100));
    let all = pieces(&feed(small(), text.as_bytes(), &[7]), text.as_bytes());
    assert_eq!(only(&all, What::Record), [r#"{"b":1}"#]);
}

#[test]
fn layouts() {
    let json = [
        "{\n \"log\": {",
        "{",
        "\u{feff} {\n",
        "onInputData({\"log\":1});",
        r#"{"log":{"version":"1.2","entries":[]}}"#,
        "{\"log\":{\"version\":\"1.2\",\"entries\":[{}]}}\n",
        "[\n{\"a\":1},\n{\"a\":2}\n]\n",
        "{\"a\":1}{\"a\":2}\n",
        "{\"a\":1},\n{\"a\":2},\n",
        "{\"entries\":[\n{\"a\":1}\n]}\n",
        r#"{"records":[{"a":"not finished"#,
        "{\"a\":\n{\"b\":\"x\n\"}}",
    ];
    for text in json {
        assert!(looks_like(text.as_bytes()), "{text}");
    }
    let lines = [
        "",
        " \n",
        "{\"a\":1}\n{\"a\":2}\n",
        "\u{feff}{\"a\":1}\n{\"a\":2}\n",
        "{\"a\":1}",
        "{\"log\":\"x\"}\n",
        "{\"records\":[{\"a\":1}]}\n",
        "[{\"a\":1},{\"a\":2}]\n",
        "[Wed Oct 11 14:32:52 2000] [error] x\n",
        "[\"a\", \"b\"] text\n",
        "{foo} bar\n",
        "10.0.0.1 - - [x] \"GET / HTTP/1.1\" 200 1\n",
        "{\"a\":1} 10.0.0.1\n",
        "{\"a\":\"cut\n{\"a\":1}\n{\"a\":2}\n",
        "{\"a\":{\"b\":1}\n{\"a\":1}\n",
    ];
    for text in lines {
        assert!(!looks_like(text.as_bytes()), "{text}");
    }
}

/// Pieces of JSON and of damage, so that structure and its loss both happen.
fn fragments() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        r#"{"log":{"version":"1.2","entries":["#,
        r#"{"records":["#,
        r#"{"startedDateTime":"x"}"#,
        r#"{"startedDateTime":1,"a":{"b":["]","\""]}}"#,
        r#"{"a":1}"#,
        "\n{",
        "{",
        "}",
        "[",
        "]",
        "]}}",
        ",",
        ":",
        "\"",
        "\\",
        "\"a\":",
        "\"version\":\"1.1\",",
        "null",
        " ",
        "\n",
        "\0",
        "\u{feff}",
        "cb(",
        ");",
        "é",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "{  \n \"pageref\"  : 1}",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    ]);
    prop::collection::vec(parts, 0..40).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, max_global_rejects: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Spans tile whatever comes, and how it arrives changes nothing.
    #[test]
    fn arrival_changes_nothing(
        text in fragments(),
        steps in prop::collection::vec(1_usize..40, 1..10),
        target in 1_usize..200,
        limit in 1_usize..300,
    ) {
        let cutter = || {
            let mut cutter = JsonCutter::new(target);
            cutter.top_limit = limit;
            cutter.paths.limit_lists(limit);
            cutter
        };
        let text = text.as_bytes();
        let whole = feed(cutter(), text, &[text.len().max(1)]);
        for steps in [&steps[..], &[1]] {
            let split = feed(cutter(), text, steps);
            prop_assert_eq!(&whole.chunks, &split.chunks);
            prop_assert_eq!(whole.repairs, split.repairs);
            prop_assert_eq!(&whole.producer, &split.producer);
        }
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300), step in 1_usize..9) {
        let whole = feed(JsonCutter::new(50), &bytes, &[300]);
        prop_assert_eq!(whole.chunks, feed(JsonCutter::new(50), &bytes, &[step]).chunks);
        looks_like(&bytes);
    }

    /// Bytes lost or written over anywhere in the list cost the entries they touch and no others.
    /// The neighbour behind may go too: where its brace or first key is touched it cannot be known.
    #[test]
    fn a_splice_costs_what_it_touches(at in 0_usize..2000, cut in 0_usize..300, put in fragments(), pretty: bool) {
        // Another document's beginning makes what follows part of that document.
        prop_assume!(!put.contains("\"log\"") && !put.contains("\"records\""));
        let newline = if pretty { "\n  " } else { "" };
        let entry = |i: usize| {
            format!(
                "{{{newline}\"_connectionId\": \"c{i}\",{newline}\"startedDateTime\": \"t{i}\",{newline}\"request\": {{\"url\": \"u\", \"headers\": [{{\"name\": \"a\", \"value\": \"}}]\"}}, {{\"name\": \"b\"}}]}},{newline}\"response\": {{\"text\": \"f(){{return [1,{{\\\"startedDateTime\\\":2}}]}}\"}}}}"
            )
        };
        let entries: Vec<String> = (0..10).map(entry).collect();
        let front = "{\"log\":{\"version\":\"1.2\",\"entries\":[";
        let text = format!("{front}{}]}}}}", entries.join(","));
        let from = (front.len() + at).min(text.len() - 3);
        let to = (from + cut).min(text.len() - 3);
        let hurt = [&text.as_bytes()[..from], put.as_bytes(), &text.as_bytes()[to..]].concat();
        let outcome = feed(JsonCutter::new(1 << 20), &hurt, &[hurt.len()]);
        let all = pieces(&outcome, &hurt);
        let found = only(&all, What::Record);
        let mut start = front.len();
        for entry in &entries {
            let end = start + entry.len();
            // A list's comma belongs to the entry before it.
            if end < from || start > to + 1 {
                prop_assert!(found.contains(&entry.as_str()), "{entry}\n{}\n{all:#?}", String::from_utf8_lossy(&hurt));
            }
            start = end + 1;
        }
    }
}
