//! Speed of classification: megabytes of bodies for each second of processor time, one thread.
//!
//! `cargo run --release --no-default-features --example classify-speed [FILE.jsonl]`: bodies of
//! synthetic traffic, or the lines of a file.

#![allow(missing_docs, unreachable_pub, clippy::print_stdout, reason = "a program of its own, not an interface")]
#![allow(clippy::indexing_slicing, dead_code, reason = "tables of constants; other programs use the rest")]

mod bodies;
mod bytes;
mod people;
mod rng;
mod text;
mod traffic;

use std::sync::Arc;
use std::time::Instant;

use breachwalk::classify::{ClassSet, Classifier, Findings, Fingerprinter, Identifier, Sighting, Signal};
use breachwalk::domain::{Body, Exchange, Text, Transfer};

use bodies::Book;
use traffic::Traffic;

/// Bodies to walk, in bytes; several times what caches hold.
const BYTES: usize = 32 << 20;
const ROUNDS: usize = 5;

#[derive(Debug, Default)]
struct Count {
    sightings: u64,
    identifiers: u64,
    signals: u64,
}

impl Findings for Count {
    fn sighting(&mut self, _: &Sighting<'_>) {
        self.sightings += 1;
    }
    fn identifier(&mut self, _: &Identifier<'_>) {
        self.identifiers += 1;
    }
    fn signal(&mut self, _: &Signal<'_>) {
        self.signals += 1;
    }
}

/// Seconds on a processor (Linux), else seconds since the begin.
fn seconds(begin: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = stat.and_then(|s| s.split_whitespace().next().and_then(|n| n.parse::<f64>().ok()));
    nanos.map_or_else(|| begin.elapsed().as_secs_f64(), |n| n / 1e9)
}

fn synthetic() -> Vec<(String, Vec<u8>)> {
    let (mut traffic, mut hit, book) = (Traffic::new(1), Traffic::blank(), Book::new());
    let mut out = Vec::new();
    let mut bytes = 0;
    while bytes < BYTES {
        traffic.next(&mut hit);
        let (mut request, mut response) = (Vec::new(), Vec::new());
        book.fill(traffic.rng(), &mut hit, 3, &mut request, &mut response);
        for body in [request, response] {
            bytes += body.len();
            out.push((format!("/{:?}", hit.kind), body));
        }
    }
    out
}

fn main() {
    let bodies: Vec<(String, Vec<u8>)> = match std::env::args().nth(1) {
        None => synthetic(),
        Some(file) => {
            let text = std::fs::read(&file).unwrap_or_default();
            let lines: Vec<Vec<u8>> =
                text.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(<[u8]>::to_vec).collect();
            let each: usize = lines.iter().map(Vec::len).sum::<usize>().max(1);
            lines.iter().cycle().take(lines.len() * (BYTES / each + 1)).map(|l| ("/x".to_owned(), l.clone())).collect()
        }
    };
    let bytes: usize = bodies.iter().map(|b| b.1.len()).sum();
    let set = Arc::new(ClassSet::built_in());
    let begin = Instant::now();
    let mut best = f64::MAX;
    let mut count = Count::default();
    for _ in 0..ROUNDS {
        let mut classifier = Classifier::new(Arc::clone(&set), Fingerprinter::new([1; 32]));
        count = Count::default();
        let from = seconds(begin);
        for (path, body) in &bodies {
            let mut x = Exchange::default();
            x.set(Text::Method, b"GET");
            x.response_body = Some(Body { raw: body, transfer: Transfer::Plain, complete: true });
            classifier.exchange(&x, Some(path.as_bytes()), &mut count);
        }
        let fields = classifier.take_fields().len();
        let took = seconds(begin) - from;
        best = best.min(took);
        println!("{:.1} MB/s, {fields} fields", bytes as f64 / took / 1e6);
    }
    println!(
        "{} bodies, {bytes} bytes, {count:?}; best {:.1} MB per CPU second",
        bodies.len(),
        bytes as f64 / best / 1e6
    );
}
