//! What hostile strings may cost: time, and the records beside them.

use std::time::{Duration, Instant};

use breachwalk::domain::limits::RECORD_BYTES_MAX;
use breachwalk::domain::{Ignorable, Reason};

use super::{har, json, nginx, strings};
use crate::support::{self, Kind, parse_bytes};

/// Open: quotes in a log that escapes nothing let a template that begins with quoted fields try its
/// ends many times. Linear, but up to 3 µs a byte.
const OPEN_NS: f64 = 8_000.0;

/// Time a byte is at most five times that of plain text of the same shape, whatever the bytes.
#[test]
fn nothing_is_slow() {
    const STREAM: usize = 32 << 10;
    /// Below this no ratio is looked at: 3 MB/s in a build that is hardly optimised.
    const FINE_NS: f64 = 300.0;
    /// Sniffing tries every format on up to 256 KB, once a file: three seconds of that.
    const SNIFF_FINE_NS: f64 = 12_000.0;
    type Shape = (&'static str, fn(&[u8]) -> Vec<u8>);
    let shapes: [Shape; 5] = [
        ("combined", |s| {
            let w = nginx(s);
            [
                &b"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] \"GET /q?"[..],
                &w,
                b" HTTP/1.1\" 200 5 \"-\" \"",
                &w,
                b"\"\n",
            ]
            .concat()
        }),
        ("unescaped", |s| {
            [
                &b"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] \"GET /q?"[..],
                s,
                b" HTTP/1.1\" 200 5 \"-\" \"",
                s,
                b"\"\n",
            ]
            .concat()
        }),
        ("junk", |s| [s, b"\n"].concat()),
        ("json", |s| {
            let w = json(s);
            [&br#"{"request":{"method":"GET","url":"http://a.example/q","headers":{"user-agent":""#[..], &w, br#""}},"response":{"status":200},"latencies":{},"client_ip":"203.0.113.9","started_at":1726003440123,"odd":""#, &w, b"\"}\n"].concat()
        }),
        ("har", |s| [har(&json(s)), b"\n".to_vec()].concat()),
    ];
    let words = b"the quick brown fox jumps over the lazy dog and eats ";
    let mut failures = Vec::new();
    for hostile in strings().iter().filter(|h| h.slow) {
        let mut s: Vec<u8> = hostile.bytes.iter().copied().take(8 << 10).collect();
        s.retain(|b| *b != b'\n');
        for (shape, make) in shapes {
            let line = make(&s);
            let plain: Vec<u8> = words.iter().copied().cycle().take(s.len()).collect();
            let stream = line.repeat(1 + STREAM / line.len());
            let plain = make(&plain);
            let plain = plain.repeat(1 + STREAM / plain.len());
            let per_byte = |stream: &[u8]| support::times(stream, 2).map(|t| t.as_nanos() as f64 / stream.len() as f64);
            let ([sniff_plain, plain], [sniff, ours]) = (per_byte(&plain), per_byte(&stream));
            let open = s.contains(&b'"') && matches!(shape, "unescaped" | "junk");
            if ours > if open { OPEN_NS } else { (5.0 * plain).max(FINE_NS) } {
                failures.push(format!("{} in {shape}: {ours:.0} ns a byte, plain text {plain:.0}", hostile.id));
            }
            if sniff > (5.0 * sniff_plain).max(SNIFF_FINE_NS) {
                failures.push(format!(
                    "{} in {shape}: sniffed at {sniff:.0} ns a byte, plain text {sniff_plain:.0}",
                    hostile.id
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), support::list(&failures, 60));
}

/// Things that are built, not listed: deep, wide and long.
#[test]
fn recipes() {
    let deep_entry = |n: usize| {
        har(b"a")
            .strip_suffix(b"]}}")
            .unwrap()
            .to_vec()
            .into_iter()
            .chain(b",".iter().copied())
            .chain(b"{\"a\":[".repeat(n))
            .collect::<Vec<u8>>()
    };
    let many = |n: usize, one: fn(usize) -> String| (0..n).map(one).collect::<Vec<_>>().join(",");
    let headers = many(100_000, |n| format!("{{\"name\":\"h{n}\",\"value\":\"{n}\"}}"));
    let keys = many(200_000, |n| format!("\"key{n}\":{n}"));
    let wide = String::from_utf8(har(b"a"))
        .unwrap()
        .replace(r#""headers":[{"name":"User-Agent""#, &format!("\"headers\":[{headers},{{\"name\":\"User-Agent\""));
    let streams: Vec<(&str, Vec<u8>)> = vec![
        ("brackets", vec![b'['; 1_000_000]),
        ("braces", b"{\"a\":".repeat(200_000)),
        ("deep entry", deep_entry(100_000)),
        ("keys", format!("{{{keys}}}\n").into_bytes()),
        ("headers", wide.into_bytes()),
        ("zeros", vec![0; 4 << 20]),
        ("line ends", vec![b'\n'; 1 << 20]),
        ("no line end", vec![b'a'; 4 << 20]),
        ("comments", b"#Fields: ".repeat(100_000)),
        ("directives", b"#Fields: a b c\n".repeat(50_000)),
    ];
    let mut failures = Vec::new();
    for (name, bytes) in streams {
        for target in [64 << 10, usize::MAX >> 8] {
            let from = Instant::now();
            if let Err(why) = support::tiles(&bytes, target) {
                failures.push(format!("{name} in chunks of {target}: {why}"));
            }
            // Seconds would be quadratic: a megabyte takes some ten milliseconds.
            if from.elapsed() > Duration::from_secs(8) {
                failures.push(format!("{name} in chunks of {target}: {:?} for {} bytes", from.elapsed(), bytes.len()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", support::list(&failures, 40));
}

/// A record over the limit is one reject that covers it, and the next one is read.
#[test]
fn a_record_over_the_limit_costs_itself() {
    let clf = b"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] \"GET /q HTTP/1.1\" 200 5 \"-\" \"curl\"\n";
    let long = vec![b'x'; RECORD_BYTES_MAX + 1];
    let stream = [&clf[..], &long, b"\n", clf].concat();
    let items = parse_bytes(&stream);
    let kinds: Vec<bool> = items.iter().map(|i| i.kind == Kind::Reject(Reason::TooLong)).collect();
    assert_eq!(kinds, [false, true, false]);
    assert!(items[0].seen().is_some() && items[2].seen().is_some());
    assert_eq!(items[2].place.record, 3);
}

/// Times at the ends of what can be written: read or left out, never a panic, never a wrong sign.
#[test]
fn extreme_times() {
    for time in [
        "01/Jan/0001:00:00:00 +0000",
        "31/Dec/9999:23:59:60 -1200",
        "29/Feb/2023:00:00:00 +0000",
        "11/Sep/2024:24:00:00 +1400",
        "11/Sep/2024:02:54:60 +0000",
        "00/Sep/2024:00:00:00 +0000",
        "11/Sep/99999:00:00:00 +0000",
        "11/Sep/2024:02:54:00 +9999",
        "11/Sep/2024:02:54:00 -0000",
        "11/Sep/2024:02:54:00 +00:00:00",
        "-1",
        "",
    ] {
        let line = format!("203.0.113.9 - - [{time}] \"GET /q HTTP/1.1\" 200 5 \"-\" \"curl\"\n");
        assert!(support::tiles(line.as_bytes(), 1 << 20).is_ok(), "{time}");
        let items = parse_bytes(line.as_bytes());
        assert_eq!(items.len(), 1, "{time}");
        assert!(!matches!(items[0].kind, Kind::Ignorable(Ignorable::Blank)), "{time}");
    }
    for number in [
        "0",
        "-1",
        "1e400",
        "1e18",
        "-9223372036854775808",
        "9223372036854775807",
        "99999999999999999999",
        "0.0000000001",
        "1726003440.999999999999",
    ] {
        let line = format!(
            "{{\"request\":{{\"method\":\"GET\",\"url\":\"http://a.example/\",\"size\":{number}}},\"response\":{{\"status\":{number}}},\"latencies\":{{\"request\":{number}}},\"client_ip\":\"::1\",\"started_at\":{number}}}\n"
        );
        assert!(support::tiles(line.as_bytes(), 1 << 20).is_ok(), "{number}");
    }
}
