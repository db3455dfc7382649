//! Traffic made up from API descriptions, learnt, and compared with the described templates.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::{NOUNS, shape};
use crate::facts::inventory::{document, read};
use crate::facts::template::{ShapeCount, Templates, learn};

/// Marsaglia's xorshift64.
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }

    /// Few are common, many are rare.
    fn skewed(&mut self, n: usize) -> usize {
        let most = self.below(n) + 1;
        self.below(most)
    }
}

const FIRST: [&str; 20] = [
    "asha", "ravi", "meera", "arjun", "lata", "vikram", "sunita", "imran", "fatima", "joseph", "grace", "kabir",
    "nisha", "rohan", "tara", "yusuf", "anil", "devika", "gopal", "hema",
];
const MORE: [&str; 16] = [
    "spice", "royal", "green", "blue", "old", "golden", "coastal", "urban", "silver", "happy", "little", "grand",
    "north", "south", "madras", "punjab",
];

/// How a string is written where its description does not say.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Number,
    Uuid,
    Slug,
    Name,
    Title,
    Code,
    Date,
    Email,
    Phone,
    Hex,
}

/// The value with this number; each parameter has up to a few hundred.
fn value(kind: Kind, n: usize) -> String {
    let hash = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (a, b) = (MORE[n % MORE.len()], NOUNS[n / MORE.len() % NOUNS.len()]);
    match kind {
        Kind::Number => (100 + n * 7).to_string(),
        Kind::Uuid => format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            hash >> 32,
            hash & 0xffff,
            n & 0xfff,
            (n * 3) & 0xfff,
            hash >> 16
        ),
        Kind::Slug if n < 128 => format!("{a}-{b}"),
        Kind::Slug => format!("{a}-{b}-{}", n / 128),
        // A quarter of the people have digits after their name.
        Kind::Name if n.is_multiple_of(4) => format!("{}{}", FIRST[n % 20], n / 20 + 80),
        Kind::Name => {
            format!("{}{}", FIRST[n % 20], ["", "rao", "iyer", "khan", "das", "nair", "singh", "bose"][n / 20 % 8])
        }
        Kind::Title => format!("The%20{a}%20{b}{n}"),
        Kind::Code => format!("{}{}", a.to_uppercase(), 100 + n),
        Kind::Date => format!("2031-{:02}-{:02}", n / 28 % 12 + 1, n % 28 + 1),
        Kind::Email => format!("{}.{n}@example.org", FIRST[n % 20]),
        Kind::Phone => format!("+9198{:08}", n * 7919),
        Kind::Hex => format!("{hash:016x}{n:08x}"),
    }
}

/// What a parameter is described as: its own values, or a kind.
fn kind(root: &Value, path: &str, method: &str, name: &str, seed: u64) -> Result<Vec<String>, Kind> {
    let item = &root["paths"][path];
    let both = [&item[method.to_ascii_lowercase()]["parameters"], &item["parameters"]];
    let followed = both.into_iter().filter_map(Value::as_array).flatten().map(|p| {
        let pointer = p["$ref"].as_str().and_then(|r| r.strip_prefix('#'));
        pointer.and_then(|r| root.pointer(r)).unwrap_or(p)
    });
    let found = followed.into_iter().find(|p| p["name"] == name && p["in"] == "path").cloned().unwrap_or_default();
    let mut schema = if found["schema"].is_object() { &found["schema"] } else { &found };
    if let Some(at) = schema["$ref"].as_str().and_then(|r| root.pointer(r.trim_start_matches('#'))) {
        schema = at;
    }
    if let Some(values) = schema["enum"].as_array() {
        return Ok(values.iter().map(|v| v.as_str().map_or(v.to_string(), str::to_owned)).collect());
    }
    let lower = name.to_ascii_lowercase();
    Err(match (schema["type"].as_str().unwrap_or_default(), schema["format"].as_str().unwrap_or_default()) {
        ("integer" | "number", _) => Kind::Number,
        (_, "uuid") => Kind::Uuid,
        (_, "date" | "date-time") => Kind::Date,
        (_, "email") => Kind::Email,
        _ if lower.contains("date") || lower == "day" => Kind::Date,
        _ if lower.contains("mail") => Kind::Email,
        _ if lower.contains("phone") => Kind::Phone,
        _ if lower.contains("slug") => Kind::Slug,
        _ if lower.contains("title") => Kind::Title,
        _ if lower.contains("name") => Kind::Name,
        // The rest is as the maker of the API likes it, the same for each parameter of a name.
        _ => {
            let all = [Kind::Number, Kind::Uuid, Kind::Slug, Kind::Code, Kind::Hex, Kind::Name];
            let sum = name.bytes().fold(seed + 7, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
            all[sum as usize % all.len()]
        }
    })
}

/// A request: its truth (method and described path) and its path.
type Request = (String, String, String);

/// From `least` to eight times as many requests an operation.
fn traffic(root: &Value, operations: &[(String, String)], least: usize, seed: u64) -> Vec<Request> {
    let mut chance = Chance::new(seed);
    let mut out = Vec::new();
    for (method, path) in operations {
        let count = least + chance.below(7 * least);
        let mut fill: BTreeMap<&str, Result<Vec<String>, Kind>> = BTreeMap::new();
        for name in path.split('{').skip(1).filter_map(|p| p.split('}').next()) {
            fill.insert(name, kind(root, path, method, name, seed));
        }
        for _ in 0..count {
            let mut text = path.clone();
            for (name, how) in &fill {
                let value = match how {
                    Ok(values) => values[chance.below(values.len())].clone(),
                    Err(kind) => value(*kind, chance.skewed(300)),
                };
                text = text.replace(&format!("{{{name}}}"), &value);
            }
            match chance.below(40) {
                0 => text.push('/'),
                1 => text.insert(0, '/'),
                2 => text.push_str(";jsessionid=0A1B2C"),
                _ => {}
            }
            out.push((method.clone(), path.clone(), text));
        }
    }
    out
}

fn learnt(requests: &[Request], reversed: bool) -> Templates {
    let mut sums: BTreeMap<(&str, String), u64> = BTreeMap::new();
    for (method, _, path) in requests {
        *sums.entry((method, shape(path))).or_default() += 1;
    }
    let mut shapes: Vec<ShapeCount<'_>> = sums
        .iter()
        .map(|((method, path_shape), n)| ShapeCount {
            method,
            host: "api.example",
            path_shape,
            count: *n,
            answered: *n,
        })
        .collect();
    if reversed {
        shapes.reverse();
        let third = shapes.len() / 3;
        shapes.rotate_left(third);
    }
    learn(&shapes, &[])
}

/// Pairs of requests: all, together in the truth, together in the templates, together in both.
#[derive(Default, Clone, Copy)]
struct Pairs {
    all: u64,
    truth: u64,
    found: u64,
    both: u64,
}

impl Pairs {
    fn of(requests: &[Request], templates: &Templates) -> Self {
        let two = |n: &u64| n * n.saturating_sub(1) / 2;
        let (mut truth, mut found, mut both) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (method, path, raw) in requests {
            let template = templates.apply("api.example", &shape(raw), raw).0;
            *truth.entry((method, path)).or_default() += 1;
            *found.entry((method, template)).or_default() += 1;
            *both.entry((method, path, template)).or_default() += 1;
        }
        Self {
            all: two(&(requests.len() as u64)),
            truth: truth.values().map(two).sum(),
            found: found.values().map(two).sum(),
            both: both.values().map(two).sum(),
        }
    }

    fn add(&mut self, other: Self) {
        self.all += other.all;
        self.truth += other.truth;
        self.found += other.found;
        self.both += other.both;
    }

    #[allow(clippy::cast_precision_loss)] // counts far below 2^52
    /// Rand (1971): share of pairs on which the two groupings agree.
    fn rand(self) -> f64 {
        (self.all + 2 * self.both - self.truth - self.found) as f64 / self.all.max(1) as f64
    }

    #[allow(clippy::cast_precision_loss)] // counts far below 2^52
    fn f1(self) -> f64 {
        2.0 * self.both as f64 / (self.truth + self.found).max(1) as f64
    }
}

/// Learns from made-up traffic of a description with several seeds; the operations include the base
/// of the first server.
fn score(bytes: &[u8], least: usize, report: &mut String) -> Option<Pairs> {
    let inventory = read(bytes).ok()?;
    let root = document(bytes).ok()?;
    let operations: Vec<(String, String)> =
        inventory.operations.iter().map(|o| (o.method.clone(), o.path.clone())).collect();
    if operations.is_empty() {
        return None;
    }
    let mut sum = Pairs::default();
    for seed in 1..=6 {
        let requests = traffic(&root, &operations, least, seed);
        let templates = learnt(&requests, false);
        assert_eq!(templates.all(), learnt(&requests, true).all(), "the order of the traffic changes templates");
        let pairs = Pairs::of(&requests, &templates);
        if pairs.f1() < 0.98 {
            let all: BTreeSet<&str> = templates.all().iter().map(|t| t.path.as_str()).collect();
            let shown: Vec<&str> = all.into_iter().take(60).collect();
            writeln!(report, "  seed {seed}: F1 {:.4}: {}", pairs.f1(), shown.join(" ")).unwrap();
        }
        sum.add(pairs);
    }
    Some(sum)
}

#[test]
fn the_described_apis_of_the_corpus() {
    let Some(corpora) = std::env::var_os("BREACHWALK_CORPORA") else {
        println!("skipped: BREACHWALK_CORPORA is not set");
        return;
    };
    // A short capture shows few values of each parameter, and ten is the least that can be learnt from.
    for (least, wanted) in [(60, 0.98), (20, 0.90)] {
        let mut total = Pairs::default();
        let mut files = 0;
        for path in
            ["specs/openapi", "specs/arazzo"].iter().flat_map(|folder| listed(&Path::new(&corpora).join(folder)))
        {
            let mut report = String::new();
            let Some(pairs) = score(&std::fs::read(&path).unwrap(), least, &mut report) else { continue };
            files += 1;
            if !report.is_empty() {
                println!("{:.4} {:.4} {}\n{report}", pairs.rand(), pairs.f1(), path.display());
            }
            total.add(pairs);
        }
        println!("{files} descriptions from {least}: Rand index {:.4}, F1 of pairs {:.4}", total.rand(), total.f1());
        assert!(files >= 20, "{files}");
        assert!(total.rand() >= wanted && total.f1() >= wanted);
    }
}

fn listed(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths
}

/// An invented restaurant platform with what makes templating hard.
const PLATFORM: &str = "
openapi: 3.0.3
paths:
  /external/merchant/{merchantId}/stores: {get: {parameters: [{name: merchantId, in: path, schema: {type: integer}}]}, post: {}}
  /external/merchant/{merchantId}/stores/{storeId}/orders/live: {get: {}}
  /external/merchant/{merchantId}/sales/{date}: {get: {}}
  /external/merchant/{merchantId}/sales/summary: {get: {}}
  /r/{slug}: {get: {}}
  /r/{slug}/menu: {get: {}}
  /r/{slug}/menu/{dishSlug}: {get: {}}
  /r/{slug}/tables/{tableId}/order: {post: {}}
  /r/search: {get: {}}
  /v1/orders/{orderId}: {get: {}, delete: {}}
  /v2/orders/{orderId}: {get: {}, patch: {}}
  /v2/orders: {get: {}, post: {}}
  /v2/orders/export: {get: {}}
  /v2/orders/{orderId}.json: {get: {parameters: [{name: orderId, in: path, schema: {type: integer}}]}}
  /v2/customers/phone/{phone}: {get: {}}
  /v2/customers/email/{email}/points: {get: {}}
  /v2/users/{username}: {get: {}, put: {}}
  /v2/users/{username}/addresses: {get: {}}
  /v2/users/me: {get: {}}
  /v2/coupons/{couponName}/apply: {post: {}}
  /api/getBanner: {get: {}}
  /api/listCities: {get: {}}
  /api/sendOtp: {post: {}}
  /api/verifyOtp: {post: {}}
  /api/cities: {get: {}}
  /api/offers: {get: {}}
  /api/banners: {get: {}}
  /api/feed: {get: {}}
  /api/wallet: {get: {}}
  /api/help: {get: {}}
  /api/terms: {get: {}}
  /api/cuisines: {get: {}}
";

#[test]
fn an_invented_platform() {
    let mut report = String::new();
    let pairs = score(PLATFORM.as_bytes(), 60, &mut report).unwrap();
    println!("Rand index {:.4}, F1 of pairs {:.4}\n{report}", pairs.rand(), pairs.f1());
    assert!(pairs.rand() >= 0.98 && pairs.f1() >= 0.98);
}

/// 300,000 distinct shapes; the limit is for release builds.
#[test]
fn many_shapes_are_learnt_at_once() {
    let texts: Vec<String> = (0..300_000_usize)
        .map(|n| match n % 3 {
            0 => format!("/r/{}/menu/{}", value(Kind::Slug, n % 30_000), value(Kind::Slug, n)),
            1 => format!("/files/{}/{}.css", value(Kind::Slug, n % 900), value(Kind::Slug, n)),
            _ => format!("/v1/users/{}-{n:x}/orders", FIRST[n % 20]),
        })
        .collect();
    let shapes: Vec<ShapeCount<'_>> = texts
        .iter()
        .map(|t| ShapeCount { method: "GET", host: "api.example", path_shape: t, count: 3, answered: 3 })
        .collect();
    let begin = std::time::Instant::now();
    let templates = learn(&shapes, &[]);
    let took = begin.elapsed();
    let begin = std::time::Instant::now();
    let found = texts.iter().filter(|t| templates.find("api.example", t).is_some()).count();
    println!(
        "{} shapes: {took:?}; found again in {:?}; {} templates",
        texts.len(),
        begin.elapsed(),
        templates.all().len()
    );
    assert_eq!(found, texts.len());
    assert!(templates.all().len() < 20, "{:?}", templates.all().iter().map(|t| &t.path).take(40).collect::<Vec<_>>());
    assert!(cfg!(debug_assertions) || took.as_secs_f64() < 1.0, "{took:?}");
}
