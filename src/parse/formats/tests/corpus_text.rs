//! Runs the text formats over a collection of real logs, which is no part of the repository. Set
//! `BREACHWALK_CORPORA` to the folder that holds `logs/<format>/…`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bumpalo::Bump;

use crate::domain::{Exchange, Ignorable, Place, Reason};
use crate::parse::target::Scratch;
use crate::parse::{FormatSet, Session, Sink};

const FOLDERS: &[&str] = &[
    "apache",
    "apache-vhost",
    "nginx",
    "nginx-proxy-manager",
    "envoy",
    "traefik-clf",
    "lighttpd",
    "litespeed",
    "atlassian",
    "upsun",
    "zoraxy",
];

/// Beginnings of lines that are no access-log record, or one of another kind of format.
const NO_RECORD: &[(&str, &str)] = &[
    ("parse_", "source code around a log line"),
    ("s'", "source code around a log line"),
    ("1.2.3.4 5.6.7.8 2015-12-07 ", "W3C columns"),
    ("Jan  3 09:47:02 ", "syslog of other programs"),
    ("Mar 24 14:02:51 ", "syslog of other programs"),
    ("Mar 24 14:26:01 ", "syslog of other programs"),
];

#[derive(Default)]
struct Seen {
    formats: BTreeMap<String, usize>,
    others: usize,
    last: Option<Reason>,
}

impl Sink for Seen {
    fn exchange(&mut self, _: Place, format: &str, _: &[u8], _: &Exchange<'_>) {
        *self.formats.entry(format.to_owned()).or_default() += 1;
    }
    fn reject(&mut self, _: Place, reason: Reason) {
        self.last = Some(reason);
    }
    fn ignorable(&mut self, _: Place, what: Ignorable) {
        self.others += usize::from(what == Ignorable::OtherRecord);
    }
}

fn logs(folder: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            let packed = [".gz", ".bz2", ".json", ".assert", ".cfg"].iter().any(|end| name.ends_with(end));
            (name.contains(".log") || name.contains("_log.") || name.contains("raw")) && !packed
        })
        .collect();
    out.sort();
    out
}

/// Rejected lines of one file; prints which formats read the others.
fn rejects(path: &Path) -> Vec<(Reason, String)> {
    let bytes = std::fs::read(path).unwrap();
    let mut set = FormatSet::built_in();
    set.sniff(&bytes);
    let mut session = Session::new(&set);
    let arena = Bump::new();
    let mut seen = Seen::default();
    let mut rejects = Vec::new();
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let line = arena.alloc_slice_copy(line);
        session.line(Place::default(), line, &mut Exchange::default(), &mut Scratch::new(&arena), &mut seen);
        if let Some(reason) = seen.last.take() {
            rejects.push((reason, String::from_utf8_lossy(line).trim_end().to_owned()));
        }
    }
    let name = path.file_name().unwrap().to_string_lossy();
    println!("{name}: {:?}, {} other records, {} rejects", seen.formats, seen.others, rejects.len());
    rejects
}

#[test]
fn every_access_log_line_of_the_corpus_is_read() {
    let Some(corpora) = std::env::var_os("BREACHWALK_CORPORA") else {
        println!("skipped: BREACHWALK_CORPORA is not set");
        return;
    };
    let mut unread = Vec::new();
    for folder in FOLDERS {
        let files = logs(&Path::new(&corpora).join("logs").join(folder));
        assert!(!files.is_empty(), "no logs in {folder}");
        for path in files {
            for (reason, line) in rejects(&path) {
                // JSON, also behind a prefix, is the business of the JSON formats' tests.
                if line.contains("{\"") {
                    continue;
                }
                match NO_RECORD.iter().find(|(start, _)| line.starts_with(start)) {
                    Some((_, why)) => println!("  {why}: {line:.120}"),
                    None => unread.push(format!("{}: {}: {line:.300}", path.display(), reason.code())),
                }
            }
        }
    }
    assert!(unread.is_empty(), "{} lines:\n{}", unread.len(), unread.join("\n"));
}
