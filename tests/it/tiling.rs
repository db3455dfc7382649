//! Nothing is lost: exchanges, rejects and ignorable spans tile every stream, whatever its bytes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use breachwalk::domain::limits::CHUNK_BYTES;
use breachwalk::parse::cut::{self, Layout};
use proptest::prelude::*;

use super::support::{self, Item, Kind, Random};

/// Larger files are left out: the largest real capture has 4 MB.
const FILE_BYTES_MAX: u64 = 20 << 20;
/// Streams made by damage.
const DAMAGED: usize = 10_000;
/// A damaged stream is cut down to this, so that ten thousand of them take seconds.
const DAMAGED_BYTES_MAX: usize = 3 << 10;
/// Chunk sizes that the damaged streams are cut to.
const TARGETS: [usize; 3] = [64, 1024, CHUNK_BYTES];

/// Runs a check so that a panic names the stream instead of ending the test.
fn guarded<T>(check: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(format!(
            "panic: {}",
            text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_default()
        ))
    })
}

/// The real files that are evidence or could be taken for it.
fn real_files() -> Option<(PathBuf, Vec<PathBuf>)> {
    let folder = support::corpora()?;
    let mut files = vec![folder.join("hostile_access.log")];
    for part in ["har", "logs", "labelled"] {
        files.extend(support::files(&folder.join(part)));
    }
    files.retain(|path| path.metadata().is_ok_and(|m| m.len() <= FILE_BYTES_MAX));
    assert!(files.len() > 400, "the corpora look incomplete: {} files", files.len());
    Some((folder, files))
}

#[test]
fn real_files_tile() {
    let Some((folder, files)) = real_files() else { return };
    let mut failures = Vec::new();
    for path in &files {
        let bytes = support::read(path);
        // Small chunks cost a session each, so only small files get them.
        let targets = match bytes.len() {
            0..0x2000 => &[64, 4096, CHUNK_BYTES][..],
            0x2000..0x4_0000 => &[16 << 10, CHUNK_BYTES][..],
            _ => &[CHUNK_BYTES][..],
        };
        for target in targets {
            if let Err(why) = guarded(|| support::tiles(&bytes, *target)) {
                failures.push(format!("{} in chunks of {target}: {why}", support::name(&folder, path)));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {} files:\n{}", failures.len(), files.len(), support::list(&failures, 40));
}

/// What became of each record, without what a session may decide otherwise: where two formats can
/// read a line, the one that read the line before goes first, so the format is compared only where
/// the whole stream has one.
fn outcome(items: &[Item]) -> Vec<(u64, u64, u64, Option<&Item>)> {
    let mut formats: Vec<&str> = items.iter().filter_map(Item::seen).map(|s| s.format.as_str()).collect();
    formats.sort_unstable();
    formats.dedup();
    items
        .iter()
        .filter(|item| matches!(item.kind, Kind::Exchange(_)))
        .map(|item| (item.place.offset, item.place.length, item.place.record, (formats.len() == 1).then_some(item)))
        .collect()
}

/// Lines are read the same whatever the chunk size, as long as no line is longer than a chunk and
/// no directive (`#…`) stands in the stream: places, ordinals and columns of all exchanges agree.
#[test]
fn exchanges_of_lines_do_not_depend_on_the_chunk_size() {
    let mut streams: Vec<(String, Vec<u8>)> = Vec::new();
    for (id, sample) in support::samples() {
        streams.push((format!("sample of {id}, nine times"), sample.repeat(9)));
    }
    if let Some((folder, files)) = real_files() {
        for path in files {
            let bytes = support::read(&path);
            if bytes.len() <= 256 << 10 {
                streams.push((support::name(&folder, &path), bytes));
            }
        }
    }
    let mut failures = Vec::new();
    let mut compared = 0;
    for (name, bytes) in &streams {
        let longest = bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::len).max().unwrap_or(0);
        if bytes.starts_with(b"#")
            || memchr::memmem::find(bytes, b"\n#").is_some()
            || cut::layout(bytes) != Layout::Lines
            || longest >= bytes.len()
        {
            continue;
        }
        compared += 1;
        let whole = support::parse_bytes(bytes);
        for target in [longest + 1, 4 * longest] {
            let pieces = support::parse_cut(bytes, target);
            if outcome(&whole) != outcome(&pieces) {
                failures.push(format!(
                    "{name} in chunks of {target}: {} exchanges, whole {}",
                    outcome(&pieces).len(),
                    outcome(&whole).len()
                ));
            }
        }
    }
    assert!(compared > 0);
    assert!(failures.is_empty(), "{} of {compared} streams:\n{}", failures.len(), support::list(&failures, 40));
}

/// A damaged stream: one of the pool, or two spliced, with a few of the ways in which files break.
fn damage(random: &mut Random, pool: &[(String, Vec<u8>)]) -> (String, Vec<u8>) {
    const INSERTS: [&[u8]; 16] = [
        b"\0",
        b"\0\0\0\0\0\0\0\0",
        b"\"",
        b"'",
        b"{",
        b"}",
        b"[",
        b"]",
        b"\\",
        b"\\u",
        b"\n",
        b"\r\n",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\t",
        b",",
    ];
    let pick = |random: &mut Random| {
        let (name, bytes) = &pool[random.below(pool.len())];
        // Any window of it, the beginning more often: that is what sniffing sees.
        let most = bytes.len().min(DAMAGED_BYTES_MAX);
        let from = if random.below(2) == 0 { 0 } else { random.below(bytes.len() - most + 1) };
        (name.clone(), bytes[from..from + most].to_vec())
    };
    let (mut name, mut bytes) = pick(random);
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let most = 1 << random.below(9);
        let len = random.below(1 + (bytes.len() - at).min(most));
        match random.below(9) {
            0 => bytes.truncate(at),
            1 => (0..=random.below(8)).for_each(|_| {
                let at = random.below(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random.next() as u8;
                }
            }),
            2 => drop(bytes.drain(at..at + len)),
            3 => {
                let span = bytes[at..at + len].to_vec();
                bytes.splice(at..at, span);
            }
            4 => {
                let noise: Vec<u8> = (0..len).map(|_| random.next() as u8).collect();
                bytes.splice(at..at, noise);
            }
            5 => {
                let (other, tail) = pick(random);
                name = format!("{name} + {other}");
                bytes.truncate(at);
                bytes.extend_from_slice(&tail[random.below(tail.len() + 1)..]);
            }
            6 => {
                let crlf = memchr::memmem::find(&bytes, b"\r\n").is_some();
                let (from, to): (&[u8], &[u8]) = if crlf { (b"\r\n", b"\n") } else { (b"\n", b"\r\n") };
                bytes = replace(&bytes, from, to);
            }
            _ => {
                let what = INSERTS[random.below(INSERTS.len())];
                bytes.splice(at..at, what.iter().copied());
            }
        }
    }
    (name, bytes)
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for hit in memchr::memmem::find_iter(bytes, from) {
        out.extend_from_slice(&bytes[at..hit]);
        out.extend_from_slice(to);
        at = hit + from.len();
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

/// Invented streams of every layout, so that damage reaches them without the real files.
fn invented() -> Vec<(String, Vec<u8>)> {
    let har = br#"{"log":{"version":"1.2","creator":{"name":"invented","version":"1"},"pages":[{"id":"p","title":"]}"}],"entries":[
      {"startedDateTime":"2024-09-11T02:54:00.123+05:30","time":12.5,"pageref":"p","request":{"method":"GET","url":"https://api.example/stores/7/orders?page=2","httpVersion":"HTTP/1.1","headers":[{"name":"Host","value":"api.example"},{"name":"X-Odd","value":"}]\"[{"}],"cookies":[],"queryString":[],"headersSize":-1,"bodySize":0},"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[],"cookies":[],"content":{"size":17,"mimeType":"application/json","text":"{\"orders\":[1,2]}"},"redirectURL":"","headersSize":-1,"bodySize":17},"cache":{},"timings":{"send":0,"wait":12,"receive":0.5}},
      {"startedDateTime":"2024-09-11T02:54:01Z","time":3,"request":{"method":"POST","url":"https://api.example/login","httpVersion":"h2","headers":[],"cookies":[],"queryString":[],"headersSize":-1,"bodySize":4,"postData":{"mimeType":"text/plain","text":"a=\u00e9\ud83d\ude00"}},"response":{"status":0,"statusText":"","httpVersion":"","headers":[],"cookies":[],"content":{"size":0,"mimeType":"","text":"AAECAw==","encoding":"base64"},"redirectURL":"","headersSize":-1,"bodySize":-1},"cache":{},"timings":{"send":-1,"wait":-1,"receive":-1}}]}}"#;
    let envelope = br#"{"records":[{"time":"2024-09-11T02:54:00Z","properties":{"requestUri":"/a","httpMethod":"GET","httpStatus":200}},
 {"time":"2024-09-11T02:54:01Z","properties":{"requestUri":"/b","httpMethod":"GET","httpStatus":"404"}}]}"#;
    let blocks = b"--5f3a2b1c-A--\n[11/Sep/2024:02:54:00 +0530] abcDEF123 203.0.113.9 50000 192.0.2.1 443\n--5f3a2b1c-B--\nGET /stores/7/orders HTTP/1.1\nHost: api.example\n\n--5f3a2b1c-F--\nHTTP/1.1 403 Forbidden\nContent-Length: 9\n\n--5f3a2b1c-H--\nMessage: Access denied\n\n--5f3a2b1c-Z--\n\n";
    let iis = b"#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2024-09-11 00:00:00\r\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\r\n2024-09-11 02:54:00 192.0.2.1 GET /stores/7 a=b 443 - 203.0.113.9 curl/8.0 - 200 0 0 15\r\n";
    let clf = b"203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] \"GET /stores/7/orders?page=2 HTTP/1.1\" 200 512 \"-\" \"curl/8.0\"\n";
    vec![
        ("invented HAR".into(), har.to_vec()),
        ("invented envelope".into(), envelope.to_vec()),
        ("invented audit log".into(), blocks.repeat(3)),
        ("invented W3C log".into(), iis.to_vec()),
        ("invented combined log".into(), clf.repeat(5)),
    ]
}

#[test]
fn invented_streams_tile() {
    for (name, bytes) in invented() {
        for target in [1, 7, 64, 4096, CHUNK_BYTES] {
            assert!(support::tiles(&bytes, target).is_ok(), "{name} in chunks of {target}");
        }
    }
}

/// The pool that damage draws from: samples and invented streams always, the head of each real
/// file where there are some.
fn pool() -> Vec<(String, Vec<u8>)> {
    let mut pool = invented();
    pool.extend(support::samples().into_iter().map(|(id, s)| (format!("sample of {id}"), s)));
    if let Some((folder, files)) = real_files() {
        for path in files {
            let mut bytes = support::read(&path);
            bytes.truncate(256 << 10);
            pool.push((support::name(&folder, &path), bytes));
        }
    }
    pool.retain(|(_, bytes)| !bytes.is_empty());
    pool
}

#[test]
fn damaged_streams_tile() {
    let pool = pool();
    let mut random = Random(0x5eed);
    let began = Instant::now();
    let (mut failures, mut slowest) = (Vec::new(), (Duration::ZERO, String::new()));
    for n in 0..DAMAGED {
        let seed = random.0;
        let (name, bytes) = damage(&mut random, &pool);
        let target = TARGETS[n % TARGETS.len()];
        let from = Instant::now();
        if let Err(why) = guarded(|| support::tiles(&bytes, target)) {
            failures.push(format!("seed {seed:#x}, {name}, {} bytes in chunks of {target}: {why}", bytes.len()));
        }
        if from.elapsed() > slowest.0 {
            slowest = (from.elapsed(), name);
        }
    }
    assert!(failures.is_empty(), "{} of {DAMAGED}:\n{}", failures.len(), support::list(&failures, 40));
    // Three kilobytes take well under ten milliseconds; a hundred times that is an accident.
    assert!(slowest.0 < Duration::from_secs(2), "{} took {:?}", slowest.1, slowest.0);
    assert!(began.elapsed() < Duration::from_mins(5), "{:?} for all", began.elapsed());
}

/// Chunks depend on the bytes alone: however they arrive, the cuts are the same.
#[test]
fn cuts_do_not_depend_on_arrival() {
    let pool = pool();
    let mut random = Random(0xa771);
    let mut failures = Vec::new();
    for n in 0..1_000 {
        let seed = random.0;
        let (name, bytes) = damage(&mut random, &pool);
        let target = [16, 256, 4096][n % 3];
        let step = 1 + random.below(200);
        let whole = guarded(|| Ok(support::cuts(&bytes, target, usize::MAX >> 1)));
        let pieces = guarded(|| Ok(support::cuts(&bytes, target, step)));
        if whole.is_err() || whole != pieces {
            let at = match (&whole, &pieces) {
                (Ok(a), Ok(b)) => a.iter().zip(b).position(|(a, b)| a != b),
                _ => None,
            };
            failures.push(format!("seed {seed:#x}, {name}, target {target}, step {step}: differ from cut {at:?}"));
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), support::list(&failures, 20));
}

/// Pieces that the cutters and readers look for, so that random streams get past the first byte.
fn token() -> impl Strategy<Value = Vec<u8>> {
    let known: Vec<&'static str> = vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\\"",
        "\\",
        "\n",
        "\r\n",
        " ",
        "-",
        "\0",
        "\u{feff}",
        "null",
        "true",
        "-1.5e3",
        "{\"log\":{\"entries\":[",
        "\"request\":{\"method\":\"GET\",\"url\":\"http://a.example/b\"}",
        "\"response\":{\"status\":200}",
        "\"startedDateTime\":\"2024-09-11T02:54:00Z\"",
        "{\"records\":[",
        "\"message\":\"",
        "--5f3a2b1c-A--\n",
        "--5f3a2b1c-B--\n",
        "--5f3a2b1c-Z--\n",
        "---xYz0---A--\n",
        "#Fields: date time c-ip cs-method cs-uri-stem\n",
        "#Date: 2024-09-11 02:54:00\n",
        "#separator \\x09\n",
        "203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] \"GET /a?b=c HTTP/1.1\" 200 512 \"-\" \"curl\"\n",
        "<134>Sep 11 02:54:00 host nginx: ",
        "CEF:0|a|b|c|d|e|3|",
        "callback(",
        ");",
        "\"headers\":[{\"name\":\"Host\",\"value\":\"a\"}]",
    ];
    prop_oneof![
        4 => proptest::sample::select(known).prop_map(|t| t.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..12),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_tile(bytes in proptest::collection::vec(any::<u8>(), 0..600), target in 1_usize..400) {
        prop_assert_eq!(support::tiles(&bytes, target).err(), None);
    }

    #[test]
    fn arbitrary_structure_tiles(tokens in proptest::collection::vec(token(), 0..40), target in 1_usize..400, step in 1_usize..90) {
        let bytes = tokens.concat();
        prop_assert_eq!(support::tiles(&bytes, target).err(), None);
        prop_assert_eq!(support::tiles(&bytes, CHUNK_BYTES).err(), None);
        prop_assert_eq!(support::cuts(&bytes, target, step), support::cuts(&bytes, target, 1 << 20));
    }
}
