//! Exit codes. They are an interface: scripts test them. "Found" and "failed" never share one.

/// Done.
pub(super) const DONE: u8 = 0;
/// Something failed; stderr says what and what to do.
pub(super) const ERROR: u8 = 1;
/// The command line was wrong.
pub(super) const USAGE: u8 = 2;
/// None of the evidence could be read as exchanges.
pub(super) const NO_EVIDENCE: u8 = 3;
/// Some evidence was rejected and `--strict` was given.
pub(super) const REJECTS: u8 = 4;
/// There are findings at or above `--fail-on`.
pub(super) const FINDINGS: u8 = 10;

/// For `--help`.
pub(super) const HELP: &str = "\
Exit codes:
  0    done
  1    something failed
  2    wrong usage
  3    no readable evidence
  4    some evidence was rejected and --strict was given
  10   a finding is at or above --fail-on
  130  interrupted (the case is as the last finished evidence left it)";
