//! A HAR that can be handed on: sensitive values replaced by pseudonyms of the same kind, equal ones
//! by equal ones, so that it can still be read, counted and joined. Bytes in, bytes out.
//!
//! Twice over the document, an entry at a time: first the classifier says which values are sensitive,
//! then every occurrence of them is replaced, where it was found and anywhere else, percent-encoded,
//! in base64 and in JSON within strings. Credentials are replaced by the name of their field.
//! What cannot be read is left out, or kept and said in the [`Certificate`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bumpalo::Bump;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::domain::{Body, Credential, Exchange, Text, Transfer};
use crate::parse::cut::{Cut, Layout, What, cutter};
use crate::parse::formats::{by_id, har};
use crate::parse::json::{find, members};
use crate::parse::target::{Scratch, Shape};

use super::class::Sensitivity;
use super::set::REPORTED_MIN;
use super::{ClassSet, Classifier, Fingerprinter};
use book::Book;
use text::{is_secret, quote, unescape};

mod book;
mod entry;
mod pseudonym;
#[cfg(test)]
mod tests;
mod text;

/// What the person who redacts can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Values of a business (order numbers, sales figures), too.
    pub business: bool,
    /// Bodies that are no text stay as they are.
    pub keep_unreadable: bool,
    /// Of these, pictures, fonts, sound and films stay.
    pub keep_static: bool,
    /// Confidence from which a value counts, 0 to 100.
    pub confidence: u8,
}

impl Default for Options {
    fn default() -> Self {
        Self { business: false, keep_unreadable: false, keep_static: false, confidence: REPORTED_MIN }
    }
}

/// What was done, to go with the file. Holds no value of the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// Program and version.
    pub tool: String,
    /// SHA-256 of the document as it came, hex.
    pub evidence_sha256: String,
    /// SHA-256 of the document as it leaves.
    pub output_sha256: String,
    /// How pseudonyms are made.
    pub scheme: String,
    /// Entries that were written.
    pub entries: u64,
    /// Entries, and spans where one may have been, that could not be read and were left out.
    pub entries_left_out: u64,
    /// Replacements by class, then by place.
    pub replaced: BTreeMap<String, BTreeMap<String, u64>>,
    /// Distinct sensitive values by class, in different ways of writing counted apart.
    pub distinct: BTreeMap<String, u64>,
    /// What was not looked into, and how often.
    pub not_looked_into: BTreeMap<String, u64>,
}

/// Why nothing was redacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedactError {
    /// No entry in it.
    #[error("no HAR entry was found; name a HAR file, and unpack it first")]
    NoEntries,
    /// See [`crate::domain::limits::REDACT_VALUES_MAX`].
    #[error(
        "more sensitive values than can be remembered (limit REDACT_VALUES_MAX); split the capture and redact the parts"
    )]
    TooManyValues,
}

/// Redacts one document; shared state of both passes.
pub(super) struct Redactor {
    options: Options,
    keyed: Fingerprinter,
    set: Arc<ClassSet>,
    classifier: Classifier,
    book: Book,
    replaced: BTreeMap<String, BTreeMap<String, u64>>,
    notes: BTreeMap<String, u64>,
    /// Replacements so far.
    changes: u64,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").field("book", &self.book).finish_non_exhaustive()
    }
}

/// Redacts a HAR document with these classes and a key; `put` takes the new document in pieces.
pub fn document(
    har: &[u8],
    set: &Arc<ClassSet>,
    key: [u8; 32],
    options: Options,
    put: &mut dyn FnMut(&[u8]),
) -> Result<Certificate, RedactError> {
    let keyed = Fingerprinter::new(key);
    let mut redactor = Redactor {
        options,
        keyed: keyed.clone(),
        set: Arc::clone(set),
        classifier: Classifier::new(Arc::clone(set), keyed),
        book: Book::default(),
        replaced: BTreeMap::new(),
        notes: BTreeMap::new(),
        changes: 0,
    };
    let mut entries = 0_u64;
    each_entry(har, &mut |entry| {
        entries += u64::from(entry.is_some());
        if let Some(entry) = entry {
            redactor.learn(entry);
        }
    });
    redactor.learn_header(har);
    if entries == 0 {
        return Err(RedactError::NoEntries);
    }
    redactor.book.close();
    if redactor.book.full {
        return Err(RedactError::TooManyValues);
    }
    Ok(redactor.write(har, put))
}

/// Calls `each` with every entry, mended where it is no strict JSON, and with nothing for every span that could not be read.
fn each_entry(document: &[u8], each: &mut dyn FnMut(Option<&[u8]>)) {
    let mut cutter = cutter(Layout::Json, crate::domain::limits::CHUNK_BYTES);
    let mut from = 0;
    while let Some(rest) = document.get(from..).filter(|rest| !rest.is_empty()) {
        let Cut::Take { len, spans, .. } = cutter.cut(rest, true) else { return };
        for span in &spans {
            match span.what {
                What::Record => {
                    let entry = rest.get(span.start..span.end).unwrap_or_default();
                    let mended = if is_json(entry) { None } else { har::mended(entry) };
                    each(Some(mended.as_deref().map_or(entry, str::as_bytes)));
                }
                What::Reject(_) => each(None),
                What::Ignorable(_) => {}
            }
        }
        from += len.max(1);
    }
}

impl Redactor {
    fn count(&mut self, class: &str, place: &str) {
        self.changes += 1;
        *self.replaced.entry(class.to_owned()).or_default().entry(place.to_owned()).or_default() += 1;
    }

    fn note(&mut self, what: &str) {
        *self.notes.entry(what.to_owned()).or_default() += 1;
    }

    /// First pass: what is sensitive in an entry.
    fn learn(&mut self, entry: &[u8]) {
        let arena = Bump::new();
        let mut x = Exchange::default();
        let read = by_id("har").map(|f| f.reader().read(entry, &mut x, &mut Scratch::new(&arena)));
        if !matches!(read, Some(Ok(_))) {
            return;
        }
        self.learn_from(&x);
        for kind in [Credential::Authorization, Credential::Key] {
            if let Some(value) = x.credential(kind) {
                self.learn_secret(&String::from_utf8_lossy(value));
            }
        }
        for part in ["request", "response"] {
            for list in ["headers", "cookies", "queryString"] {
                members(find(entry, &format!("{part}.{list}")).unwrap_or_default(), |_, item, _| {
                    self.learn_pair(list, item);
                });
            }
        }
        // Frames of web sockets and fields beyond the specification are bodies of their own.
        members(find(entry, "_webSocketMessages").unwrap_or_default(), |_, message, _| {
            let mut data = None;
            members(message, |key, value, shape| {
                if key == b"data" && shape == Shape::JsonString {
                    data = Some(unescape(value));
                }
            });
            self.learn_body(data.unwrap_or_default().as_bytes());
        });
        for part in ["", "request", "response"] {
            let object = if part.is_empty() { Some(entry) } else { find(entry, part) };
            members(object.unwrap_or_default(), |key, value, shape| {
                if (key.first() == Some(&b'_') || key == b"comment") && key != b"_webSocketMessages" {
                    let name = unescape(key);
                    let value = String::from_utf8_lossy(value);
                    let value = if shape == Shape::JsonString { format!("\"{value}\"") } else { value.into_owned() };
                    self.learn_body(format!("{{{}:{value}}}", quote(name.trim_start_matches('_'))).as_bytes());
                }
            });
        }
    }

    /// Titles and comments of pages.
    fn learn_header(&mut self, har: &[u8]) {
        for part in ["pages", "comment"] {
            if let Some(value) = find(har, &format!("log.{part}")) {
                self.learn_body(value);
            }
        }
    }

    fn learn_body(&mut self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        let mut x = Exchange::default();
        x.set(Text::Method, b"GET");
        x.set(Text::Path, b"/");
        x.response_body = Some(Body { raw: text, transfer: Transfer::Plain, complete: true });
        self.learn_from(&x);
    }

    fn learn_from(&mut self, x: &Exchange<'_>) {
        let Self { set, classifier, book, options, .. } = self;
        let whole = classifier.in_clear(x, &mut |value| {
            let Some(class) = set.get(value.class) else { return };
            let wanted = options.business || class.meta().sensitivity != Sensitivity::Business;
            if wanted && value.confidence >= options.confidence {
                let key = value.pointer.rsplit('/').find(|k| !k.is_empty() && *k != "*").unwrap_or_default();
                let id = (class.meta().id, value.class);
                book.add(value.text, key.as_bytes(), id, value.confidence, value.fingerprint);
            }
        });
        if !whole {
            self.note("values beyond a limit of classification");
        }
    }

    /// A name and value of a list of headers, cookies or parameters.
    fn learn_pair(&mut self, list: &str, item: &[u8]) {
        let (mut name, mut value) = (String::new(), String::new());
        members(item, |key, text, shape| match key {
            b"name" if shape == Shape::JsonString => name = unescape(text),
            b"value" if shape == Shape::JsonString => value = unescape(text),
            _ => {}
        });
        match (list, name.to_ascii_lowercase().as_str()) {
            ("cookies", _) => self.learn_secret(&value),
            ("headers", "cookie") => value.split(';').for_each(|pair| self.learn_cookie(pair)),
            ("headers", "set-cookie") => {
                value.split('\n').filter_map(|l| l.split(';').next()).for_each(|pair| self.learn_cookie(pair));
            }
            ("headers", "authorization" | "proxy-authorization") => {
                self.learn_secret(value.split_once(' ').map_or(value.as_str(), |(_, rest)| rest));
            }
            _ if is_secret(&name) => self.learn_secret(&value),
            _ => {}
        }
    }

    fn learn_cookie(&mut self, pair: &str) {
        if let Some((_, value)) = pair.split_once('=') {
            self.learn_secret(value);
        }
    }

    /// Short ones and words that anybody writes (`true`, `english`) are replaced in their place only.
    fn learn_secret(&mut self, value: &str) {
        let value = value.trim();
        let telling = value.len() >= 8 && (value.len() >= 16 || value.bytes().any(|b| b.is_ascii_digit()));
        if telling {
            let fingerprint = self.keyed.fingerprint(value.as_bytes());
            self.book.add(value.as_bytes(), b"", ("credential", u16::MAX), 100, fingerprint);
        }
    }

    /// Second pass.
    fn write(mut self, har: &[u8], put: &mut dyn FnMut(&[u8])) -> Certificate {
        let mut digest = Sha256::new();
        let mut put = |bytes: &[u8]| {
            digest.update(bytes);
            put(bytes);
        };
        put(b"{\"log\":{");
        let mut named = (false, false);
        members(find(har, "log").unwrap_or_default(), |key, value, shape| {
            let key = unescape(key);
            if key == "entries" {
                return;
            }
            named.0 |= key == "version";
            named.1 |= key == "creator";
            let value = self.around(value, shape, &key);
            put(format!("{}:{value},", quote(&key)).as_bytes());
        });
        if !named.0 {
            put(b"\"version\":\"1.2\",");
        }
        if !named.1 {
            put(b"\"creator\":{\"name\":\"breachwalk redact\",\"version\":\"1\"},");
        }
        put(b"\"entries\":[");
        let (mut entries, mut left_out) = (0, 0);
        each_entry(har, &mut |entry| {
            let new = entry.filter(|e| is_json(e)).map(|entry| self.rewrite(entry)).filter(|n| is_json(n.as_bytes()));
            let Some(new) = new else {
                left_out += 1;
                return;
            };
            put(if entries == 0 { b"\n" } else { b",\n" });
            put(new.as_bytes());
            entries += 1;
        });
        put(b"\n]}}\n");
        Certificate {
            tool: concat!("breachwalk ", env!("CARGO_PKG_VERSION")).to_owned(),
            evidence_sha256: hex(&Sha256::digest(har)),
            output_sha256: hex(&digest.finalize()),
            scheme: pseudonym::SCHEME.to_owned(),
            entries,
            entries_left_out: left_out,
            replaced: self.replaced,
            distinct: self.book.distinct(),
            not_looked_into: self.notes,
        }
    }
}

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
