//! The command line: one command a file, exit codes, and the only place that writes to stdout and
//! stderr or asks the clock.

mod args;
mod baseline;
mod cache;
mod case;
mod catalogue;
mod config;
mod error;
mod exit;
mod explain;
mod find;
mod formats;
mod ingest;
mod output;
mod progress;
mod query;
mod reading;
mod redact;
mod report;
mod reveal;
mod shape;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Arguments, Command};
use output::Output;

/// Reads the arguments, runs the command, returns the exit code.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(e) => {
            // clap knows whether it is help (stdout, 0) or a mistake (stderr, 2).
            if e.use_stderr() {
                output::usage(&e);
                return exit::USAGE.into();
            }
            drop(e.print());
            return exit::DONE.into();
        }
    };
    let mut output = Output::new(arguments.quiet);
    let result = match arguments.command {
        Command::Ingest(args) => ingest::run(&args, &mut output),
        Command::Report(args) => report::run(&args, &mut output),
        Command::Find(args) => find::run(&args, &mut output),
        Command::Query(args) => query::run(&args, &mut output),
        Command::Redact(args) => redact::run(&args, &mut output),
        Command::Classes(args) => catalogue::classes(&args, &mut output),
        Command::Detectors(args) => catalogue::detectors(&args, &mut output),
        Command::Case(args) => case::run(&args, &mut output),
        Command::Formats(args) => formats::run(&args, &mut output),
    };
    match result {
        Ok(code) => code.into(),
        Err(e) if e.is_broken_pipe() => exit::DONE.into(),
        Err(e) => {
            output.error(&e);
            e.exit_code().into()
        }
    }
}
