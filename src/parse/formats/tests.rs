mod corpus_json;
mod corpus_text;

use bumpalo::Bump;

mod corpus_gate;
mod gate;

use super::ALL;
use crate::domain::{Exchange, Int, Repair, Text, time::rfc3339};
use crate::parse::{Read, format::Format, target::Scratch};

/// A column of an exchange as text.
fn column(x: &Exchange<'_>, name: &str) -> Option<String> {
    match name {
        "time" => x.time.map(rfc3339),
        "auth" => Some(x.auth.code().to_owned()),
        "zone_assumed" => Some(x.zone_assumed.to_string()),
        "repairs" => Some(x.repairs.iter().map(Repair::code).collect::<Vec<_>>().join(",")),
        "request_body" => x.request_body.map(|b| String::from_utf8_lossy(b.raw).into_owned()),
        "response_body" => x.response_body.map(|b| String::from_utf8_lossy(b.raw).into_owned()),
        _ => match (Text::from_column(name), Int::from_column(name)) {
            (Some(f), _) => x.get(f).map(|v| String::from_utf8_lossy(v).into_owned()),
            (_, Some(f)) => x.get_int(f).map(|v| v.to_string()),
            _ => panic!("no column {name}"),
        },
    }
}

/// Every line of a record that begins with `#` is a directive; the rest is the record.
fn check(format: &dyn Format) {
    assert!(!format.samples().is_empty(), "{} has no sample", format.meta().id);
    for sample in format.samples() {
        let arena = Bump::new();
        let mut s = Scratch::new(&arena);
        let mut x = Exchange::default();
        let mut reader = format.reader();
        let mut record = sample.record;
        while record.starts_with('#') {
            let (line, rest) = record.split_once('\n').unwrap_or((record, ""));
            assert!(reader.directive(line.as_bytes()), "{}: directive {line}", format.meta().id);
            record = rest;
        }
        let record = arena.alloc_slice_copy(record.as_bytes());
        assert_eq!(format.is_json(), format.claims_json(record), "{}: claims its own sample", format.meta().id);
        let read = reader.read(record, &mut x, &mut s);
        if let [("ignorable", what)] = sample.expect {
            let Ok(Read::Other(other)) = read else { panic!("{}: {read:?} of {}", format.meta().id, sample.record) };
            assert_eq!(other.code(), *what, "{}: {}", format.meta().id, sample.record);
            continue;
        }
        assert_eq!(read, Ok(Read::Exchange), "{}: {}", format.meta().id, sample.record);
        for (name, want) in sample.expect {
            assert_eq!(
                column(&x, name).as_deref(),
                Some(*want),
                "{}: {name} of {}\n{x:?}",
                format.meta().id,
                sample.record
            );
        }
    }
}

#[test]
fn every_format_reads_its_samples() {
    for format in ALL {
        check(*format);
    }
}

/// What a user hands over names no format: every sample must be taken for what it is.
#[test]
fn every_sample_is_recognised_by_content() {
    for format in ALL {
        for sample in format.samples() {
            let mut set = crate::parse::FormatSet::built_in();
            set.sniff(format!("{}\n", sample.record).as_bytes());
            assert_eq!(set.best(), Some(format.meta().id), "{}", sample.record);
        }
    }
}

#[test]
fn ids_are_unique_words() {
    let mut ids: Vec<_> = ALL.iter().map(|f| f.meta().id).collect();
    assert!(ids.iter().all(|id| { id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') }));
    ids.sort_unstable();
    let n = ids.len();
    ids.dedup();
    assert_eq!(n, ids.len());
}
