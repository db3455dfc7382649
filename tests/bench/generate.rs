//! Writes synthetic traffic of an ordering platform, the input of the measurements in `peers.py`.
//! Same options, same bytes. Nothing is kept in memory but a buffer.
//!
//! An `[[example]]` of the crate and not a `[[bench]]`: `cargo bench` would run it without being
//! asked and fill the screen. It uses only the standard library, so
//! `cargo build --release --no-default-features --example generate-evidence` needs no polars.

#![allow(missing_docs, unreachable_pub, clippy::print_stderr, reason = "a program of its own, not an interface")]
#![allow(clippy::indexing_slicing, reason = "tables of constants and a program's own buffers")]

mod bodies;
mod bytes;
mod har;
mod lines;
mod people;
mod rng;
mod text;
mod traffic;

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;

use bodies::Book;
use lines::Members;
use rng::Rng;
use traffic::Traffic;

const HELP: &str = "\
Usage: generate-evidence SHAPE [--bytes N[k|M|G]] [--records N] [--seed N]
                         [--shuffle-keys] [--damage PER_MILLE] [-o FILE]

SHAPE   combined     access log, about 270 bytes a line
        json         JSON lines as nginx writes them with escape=json, about 560 bytes
        json-bodies  the same with request and response bodies, about 1.4 kB
        har          HAR 1.2 with bodies, about 3.8 kB an entry

Stops after the record that reaches --bytes (default 100M) or --records, whichever comes first.
--shuffle-keys and --damage are for shapes of lines. The last line on stderr says what was written,
as JSON.
";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Combined,
    Json,
    JsonBodies,
    Har,
}

#[derive(Debug)]
struct Options {
    shape: Shape,
    bytes: u64,
    records: u64,
    seed: u64,
    shuffle: bool,
    damage: u64,
    out: Option<String>,
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let sink: io::Result<Box<dyn Write>> = match &options.out {
        Some(path) => File::create(path).map(|file| Box::new(file) as Box<dyn Write>),
        None => Ok(Box::new(io::stdout().lock())),
    };
    match sink.and_then(|mut sink| write(&options, &mut sink)) {
        Ok(written) => {
            eprintln!("{written}");
            ExitCode::SUCCESS
        }
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write {}: {error}", options.out.as_deref().unwrap_or("to stdout"));
            ExitCode::FAILURE
        }
    }
}

fn options(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
    let shape = match args.next().as_deref() {
        Some("combined") => Shape::Combined,
        Some("json") => Shape::Json,
        Some("json-bodies") => Shape::JsonBodies,
        Some("har") => Shape::Har,
        other => return Err(format!("{} is not a shape", other.unwrap_or("nothing"))),
    };
    let mut options = Options { shape, bytes: 0, records: u64::MAX, seed: 1, shuffle: false, damage: 0, out: None };
    while let Some(arg) = args.next() {
        if arg == "--shuffle-keys" {
            options.shuffle = true;
            continue;
        }
        let value = args.next().ok_or_else(|| format!("{arg} needs a value, or is not known"))?;
        match arg.as_str() {
            "--bytes" => options.bytes = number(&value)?,
            "--records" => options.records = number(&value)?,
            "--seed" => options.seed = number(&value)?,
            "--damage" => options.damage = number(&value)?.min(1000),
            "-o" => options.out = Some(value),
            _ => return Err(format!("{arg} is not an option")),
        }
    }
    if options.bytes == 0 {
        options.bytes = if options.records == u64::MAX { 100_000_000 } else { u64::MAX };
    }
    if shape == Shape::Har && (options.shuffle || options.damage > 0) {
        return Err("--shuffle-keys and --damage need a shape of lines".to_owned());
    }
    if shape == Shape::Combined && options.shuffle {
        return Err("a combined line has no keys to shuffle".to_owned());
    }
    Ok(options)
}

fn number(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.strip_suffix(['k', 'M', 'G']) {
        Some(digits) if text.ends_with('k') => (digits, 1_000),
        Some(digits) if text.ends_with('M') => (digits, 1_000_000),
        Some(digits) => (digits, 1_000_000_000),
        None => (text, 1),
    };
    digits.parse::<u64>().map(|n| n * unit).map_err(|_| format!("{text} is not a number"))
}

fn write(options: &Options, sink: &mut dyn Write) -> io::Result<String> {
    const FLUSH: usize = 1 << 20;
    let mut buffer = Vec::with_capacity(FLUSH + (64 << 10));
    let (mut traffic, mut hit) = (Traffic::new(options.seed), Traffic::blank());
    // Streams of their own: shuffled or damaged, the traffic stays the same.
    let (mut shuffle, mut harm) = (Rng::of(2, options.seed), Rng::of(3, options.seed));
    let (book, mut members) = (Book::new(), Members::default());
    let (mut request, mut response) = (Vec::new(), Vec::new());
    let (mut records, mut damaged, mut flushed) = (0_u64, 0_u64, 0_u64);
    if options.shape == Shape::Har {
        har::begin(&mut buffer);
    }
    while records < options.records && flushed + (buffer.len() as u64) < options.bytes {
        traffic.next(&mut hit);
        let agent = traffic.agents[hit.agent].clone();
        let rng = traffic.rng();
        if options.shape == Shape::Har && records > 0 {
            buffer.extend_from_slice(b",\n");
        }
        let from = buffer.len();
        match options.shape {
            Shape::Combined => lines::combined(&mut buffer, &hit, &agent),
            Shape::Json => members.fill(rng, &hit, &agent, None),
            Shape::JsonBodies => {
                book.fill(rng, &mut hit, 9, &mut request, &mut response);
                members.fill(rng, &hit, &agent, Some((&request, &response)));
            }
            Shape::Har => {
                book.fill(rng, &mut hit, 5, &mut request, &mut response);
                har::entry(&mut buffer, rng, &hit, &agent, &request, &response);
            }
        }
        if matches!(options.shape, Shape::Json | Shape::JsonBodies) {
            members.write(&mut buffer, options.shuffle.then_some(&mut shuffle));
        }
        if options.damage > 0 && harm.chance(options.damage) {
            lines::damage(&mut harm, &mut buffer, from);
            damaged += 1;
        }
        if options.shape != Shape::Har {
            buffer.push(b'\n');
        }
        records += 1;
        if buffer.len() >= FLUSH {
            sink.write_all(&buffer)?;
            flushed += buffer.len() as u64;
            buffer.clear();
        }
    }
    if options.shape == Shape::Har {
        har::end(&mut buffer);
    }
    sink.write_all(&buffer)?;
    sink.flush()?;
    flushed += buffer.len() as u64;
    Ok(format!("{{\"records\":{records},\"bytes\":{flushed},\"damaged\":{damaged}}}"))
}
