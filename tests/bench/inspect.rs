//! How fast single exchanges are looked at for signals: lines of an access log are parsed once, then
//! inspected again and again; the figure is bytes of request text (path, query, referer, user agent)
//! for each second of one thread.
//!
//! `cargo run --release --no-default-features --example inspect-speed -- access.log`

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a program of its own, not an interface"
)]

use std::process::ExitCode;
use std::time::UNIX_EPOCH;

use breachwalk::classify::signals::Inspector;
use breachwalk::classify::{Findings, Identifier, Sighting, Signal};
use breachwalk::domain::{Exchange, Ignorable, Place, Reason, Text};
use breachwalk::parse::target::Scratch;
use breachwalk::parse::{FormatSet, Session, Sink};

#[derive(Default)]
struct Count(usize, std::collections::BTreeMap<String, usize>);

impl Findings for Count {
    fn sighting(&mut self, _: &Sighting<'_>) {}
    fn identifier(&mut self, _: &Identifier<'_>) {}
    fn signal(&mut self, signal: &Signal<'_>) {
        self.0 += 1;
        *self.1.entry(signal.signal.to_owned()).or_default() += 1;
    }
}

/// What this thread has computed, where Linux says so; else the time of day.
fn cpu_seconds() -> f64 {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = said.and_then(|s| s.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| UNIX_EPOCH.elapsed().map_or(0.0, |d| d.as_secs_f64()), |n| n / 1e9)
}

const FIELDS: [Text; 4] = [Text::Path, Text::Query, Text::Referer, Text::UserAgent];

/// Keeps the request text of every exchange.
#[derive(Default)]
struct Requests(Vec<[Option<Vec<u8>>; 4]>);

impl Sink for Requests {
    fn exchange(&mut self, _: Place, _: &str, _: &[u8], x: &Exchange<'_>) {
        self.0.push(FIELDS.map(|f| x.get(f).map(<[u8]>::to_vec)));
    }
    fn reject(&mut self, _: Place, _: Reason) {}
    fn ignorable(&mut self, _: Place, _: Ignorable) {}
}

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("Usage: inspect-speed ACCESS_LOG");
        return ExitCode::from(2);
    };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) => {
            eprintln!("{path}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let mut requests = Requests::default();
    let mut set = FormatSet::built_in();
    set.sniff(bytes.get(..bytes.len().min(64 << 10)).unwrap_or_default());
    let mut session = Session::new(&set);
    let arena = bumpalo::Bump::new();
    let (mut x, mut s) = (Exchange::default(), Scratch::new(&arena));
    for line in bytes.split(|b| *b == b'\n') {
        let place = Place { offset: 0, length: line.len() as u64, record: 0 };
        x.clear();
        session.line(place, line, &mut x, &mut s, &mut requests);
    }
    let text: usize = requests.0.iter().flatten().flatten().map(Vec::len).sum();
    let mut inspector = Inspector::new();
    for round in 0..5 {
        let (mut count, start) = (Count::default(), cpu_seconds());
        for request in &requests.0 {
            let mut x = Exchange::default();
            for (field, value) in FIELDS.iter().zip(request) {
                if let Some(value) = value {
                    x.set(*field, value);
                }
            }
            inspector.exchange(&x, &mut count);
        }
        let seconds = cpu_seconds() - start;
        let (all, rate) = (requests.0.len(), text as f64 / seconds / 1e6);
        println!("round {round}: {all} requests, {text} bytes of request text, {} signals, {rate:.0} MB/s", count.0);
        if round == 0 {
            println!("{:?}", count.1);
        }
    }
    ExitCode::SUCCESS
}
