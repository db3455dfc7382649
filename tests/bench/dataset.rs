//! Writes the evidence in `datasets/qr-walk`: always the same bytes. What happened, and what each
//! file is for, stands in the README beside them.
//!
//! `cargo run --no-default-features --example generate-dataset -- FOLDER`

#![allow(missing_docs, unreachable_pub, reason = "a program of its own, not an interface")]
#![allow(clippy::print_stderr, reason = "its only way to complain")]
#![allow(clippy::format_push_string, reason = "written once, not in a hurry")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "tables of constants and own, ASCII text")]

mod call;
mod crowd;
mod people;
mod rng;
mod text;
mod truth;
mod views;
mod walk;
mod world;

use std::path::Path;
use std::process::ExitCode;

use call::{API, Call};
use world::{CAFE, DAY, World, first_after};

/// The gateway wrote nothing in these seconds of the day: from 16:05 for 35 minutes.
pub const GAP_S: (u64, u64) = (DAY + 57_900, DAY + 60_000);
/// Bodies were kept in these seconds only: from 19:28:00, until the middle of the sweep.
pub const BODIES_S: (u64, u64) = (DAY + 70_080, DAY + 72_180);

/// The files: name and content. `.log` and `.jsonl` are committed compressed.
pub fn files() -> [(&'static str, String); 4] {
    let world = World {
        own: first_after(CAFE, DAY + 19 * 3600 + 44 * 60),
        other: first_after(CAFE, DAY + 20 * 3600 + 13 * 60),
    };
    let walk = walk::calls(&world);
    let crowd = crowd::calls(&world);
    let mut captured: Vec<&Call> = walk.iter().filter(|call| call.cause.is_some()).collect();
    captured.sort_by_key(|call| call.start_ms);
    let mut logged: Vec<&Call> = walk
        .iter()
        .chain(&crowd)
        .filter(|call| call.host == API)
        .filter(|call| !(GAP_S.0..GAP_S.1).contains(&(call.logged_ms() / 1000)))
        .collect();
    logged.sort_by_key(|call| call.logged_ms());
    let kept: Vec<&Call> =
        logged.iter().copied().filter(|call| (BODIES_S.0..BODIES_S.1).contains(&(call.logged_ms() / 1000))).collect();
    let truth = truth::json(&walk, &captured, &logged, &kept);
    [
        ("walk.har", views::har(&captured)),
        ("gateway.log", views::log(&logged)),
        ("gateway-bodies.jsonl", views::kong(&kept)),
        ("truth.json", truth),
    ]
}

#[allow(dead_code, reason = "unused where a test takes this file as a module")]
fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("Usage: generate-dataset FOLDER");
        return ExitCode::from(2);
    };
    for (name, content) in files() {
        let path = Path::new(&folder).join(name);
        if let Err(error) = std::fs::write(&path, content) {
            eprintln!("cannot write {}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
