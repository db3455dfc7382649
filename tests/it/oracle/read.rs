//! Logs without an expectation beside them: all of their records are read, but for the rows below.

use std::collections::BTreeMap;

use crate::support::{self, Kind};

/// A log that is not read whole.
struct Exception {
    /// How the file's name ends.
    file: &'static str,
    /// How many spans of it are rejects.
    rejects: usize,
    /// Whether it holds no exchange at all.
    none: bool,
    #[expect(dead_code, reason = "for people")]
    reason: &'static str,
}

const EXCEPTIONS: &[Exception] = &[];

#[test]
fn every_log_is_read() {
    let Some(folder) = support::corpora() else { return };
    let mut failures = Vec::new();
    for path in support::files(&folder.join("logs")) {
        let name = support::name(&folder, &path);
        // Expectations, and logs inside test descriptions, which have tests of their own.
        if name.ends_with("-expected.json")
            || name.ends_with(".assert")
            || name.contains("/SEKOIA-IO__")
            || name.contains("/wazuh__")
        {
            continue;
        }
        let bytes = support::read(&path);
        let mut formats: BTreeMap<String, usize> = BTreeMap::new();
        let mut rejects: Vec<String> = Vec::new();
        for item in support::parse_bytes(&bytes) {
            match item.kind {
                Kind::Exchange(seen) => *formats.entry(seen.format).or_default() += 1,
                Kind::Reject(reason) => {
                    rejects.push(format!("{}:{}", support::line_of(&bytes, item.place.offset as usize), reason.code()));
                }
                Kind::Ignorable(_) => {}
            }
        }
        let exception = EXCEPTIONS.iter().find(|e| name.ends_with(e.file));
        let allowed = exception.map_or(0, |e| e.rejects);
        if rejects.len() != allowed || formats.is_empty() != exception.is_some_and(|e| e.none) {
            let shown: Vec<&String> = rejects.iter().take(6).collect();
            failures.push(format!("{name}: {formats:?}, {} rejects (expected {allowed}): {shown:?}", rejects.len()));
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), support::list(&failures, 400));
}
