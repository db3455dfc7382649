//! Text as it was logged with what is personal or secret in it masked: frames keep request lines as
//! they were, screens do not show them so.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::class::Sensitivity;
use super::engine::Classifier;
use super::request::percent_decode;
use super::{CANDIDATE_MIN, ClassSet, Fingerprinter, REPORTED_MIN};
use crate::domain::{Body, Exchange, Text, Transfer};

/// What stands for text in which a value was found and could not be told from the rest.
const HIDDEN: &str = "•••";
/// Distinct texts that are remembered; paths repeat.
const KNOWN_MAX: usize = 1 << 16;

/// Masks text. One a thread; the same text gives the same mask, whatever came before.
pub struct Concealer {
    classifier: Classifier,
    set: Arc<ClassSet>,
    known: HashMap<(Text, Box<str>), Option<Box<str>>>,
}

impl fmt::Debug for Concealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Concealer").field("known", &self.known.len()).finish_non_exhaustive()
    }
}

impl Concealer {
    /// With these classes.
    pub fn new(set: Arc<ClassSet>) -> Self {
        // No fingerprint leaves this module: any key will do.
        let classifier = Classifier::new(Arc::clone(&set), Fingerprinter::new([0; 32]));
        Self { classifier, set, known: HashMap::new() }
    }

    /// Columns of `exchanges` that hold text as it was logged.
    pub const COLUMNS: &'static [Text] = &[
        Text::Path,
        Text::Query,
        Text::RequestLine,
        Text::Referer,
        Text::RedirectUrl,
        Text::RequestHeaders,
        Text::ResponseHeaders,
        Text::RemoteUser,
        Text::Consumer,
        Text::Extensions,
    ];

    /// The text of such a column with its values masked; `None` where nothing is to be masked.
    pub fn conceal(&mut self, column: Text, text: &str) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        if let Some(known) = self.known.get(&(column, text.into())) {
            return known.as_deref().map(str::to_owned);
        }
        let masked = self.masked(column, text);
        if self.known.len() >= KNOWN_MAX {
            self.known.clear();
        }
        self.known.insert((column, text.into()), masked.as_deref().map(Into::into));
        masked
    }

    fn masked(&mut self, column: Text, text: &str) -> Option<String> {
        let values = self.values(column, text);
        if values.is_empty() {
            return None;
        }
        let mut out = text.to_owned();
        for (raw, mask) in &values {
            match replaced(&out, raw, mask) {
                Some(new) => out = new,
                // It stands in an encoding of its own: nothing of the text is shown.
                None => return Some(HIDDEN.to_owned()),
            }
        }
        Some(out)
    }

    /// What is personal or secret in a text, the longest first, with its masks.
    fn values(&mut self, column: Text, text: &str) -> Vec<(Vec<u8>, String)> {
        let mut x = Exchange::default();
        x.set(Text::Method, b"GET");
        let bytes = text.as_bytes();
        let user;
        match column {
            Text::RequestLine => {
                let target = text.split(' ').nth(1).unwrap_or(text);
                let (path, query) = target.split_once('?').unwrap_or((target, ""));
                x.set(Text::Path, path.as_bytes());
                x.set(Text::Query, query.as_bytes());
            }
            Text::RemoteUser | Text::Consumer => {
                // A user that is an address or a number is a person's, whatever its domain.
                let key = if text.contains('@') { "email" } else { "phone" };
                user = format!("{key}={text}");
                x.set(Text::Query, user.as_bytes());
            }
            Text::Referer | Text::RedirectUrl => {
                let url = text.split_once("://").map_or(text, |(_, rest)| rest);
                let path = url.split_once('/').map_or("", |(_, path)| path);
                x.set(Text::Path, path.split('?').next().unwrap_or_default().as_bytes());
                x.set(Text::Referer, bytes);
            }
            Text::Extensions => x.response_body = Some(Body { raw: bytes, transfer: Transfer::Plain, complete: true }),
            _ => x.set(column, bytes),
        }
        let mut values: Vec<(Vec<u8>, String)> = Vec::new();
        // In a path a number of ten digits is a number; under a parameter's name a doubt is enough.
        let least = if column == Text::Path { REPORTED_MIN } else { CANDIDATE_MIN };
        self.find(&x, least, &mut values);
        // Links in headers and extensions.
        for query in text.split('?').skip(1) {
            let query = query.split(['"', ' ', '#', '\\']).next().unwrap_or_default();
            let mut link = Exchange::default();
            link.set(Text::Query, query.as_bytes());
            self.find(&link, CANDIDATE_MIN, &mut values);
        }
        values.sort_by(|a, b| (b.0.len(), &a.0, &a.1).cmp(&(a.0.len(), &b.0, &b.1)));
        values.dedup_by(|a, b| a.0 == b.0);
        values
    }

    fn find(&mut self, x: &Exchange<'_>, least: u8, values: &mut Vec<(Vec<u8>, String)>) {
        let Self { classifier, set, .. } = self;
        classifier.in_clear(x, &mut |v| {
            let business = set.get(v.class).is_none_or(|c| c.meta().sensitivity == Sensitivity::Business);
            if !business && v.confidence >= least && !v.text.is_empty() {
                values.push((v.text.to_vec(), v.masked.to_owned()));
            }
        });
    }
}

/// Bytes that end a value in a request line, a link or a list of headers.
fn ends(c: char) -> bool {
    matches!(c, '/' | '?' | '&' | '=' | ';' | '#' | '"' | '\\' | ',' | ' ' | ':' | '[' | ']' | '{' | '}')
}

/// The text with every occurrence of a value replaced, as it is or percent-encoded; `None` where there
/// is none.
fn replaced(text: &str, raw: &[u8], mask: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut found = false;
    let mut rest = text;
    let mut plain = Vec::new();
    while !rest.is_empty() {
        let length = rest.find(ends).unwrap_or(rest.len());
        let (token, more) = rest.split_at_checked(length).unwrap_or((rest, ""));
        plain.clear();
        percent_decode(token.as_bytes(), true, &mut plain);
        let is = !token.is_empty()
            && (plain == raw || plain.trim_ascii() == raw || raw.strip_prefix(b"+") == Some(plain.trim_ascii()));
        out.push_str(if is { mask } else { token });
        found |= is;
        let mut ending = more.chars();
        out.extend(ending.next());
        rest = ending.as_str();
    }
    if let Ok(raw) = std::str::from_utf8(raw)
        && out.contains(raw)
    {
        return Some(out.replace(raw, mask));
    }
    found.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conceal(column: Text, text: &str) -> String {
        let mut concealer = Concealer::new(Arc::new(ClassSet::built_in()));
        let first = concealer.conceal(column, text);
        assert_eq!(concealer.conceal(column, text), first, "the second time it is remembered");
        first.unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn values_of_a_query_are_masked_and_nothing_else() {
        for (text, gone) in [
            ("phone=9000009902&page=2", "9000009902"),
            ("page=2&mobile=%2B919000009902", "9000009902"),
            ("email=asha.rao%40mail.example&page=2", "asha"),
            ("page=2&token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhc2hhIn0.c2lnbmF0dXJlLXRoYXQtaXM", "eyJzdWIiOiJhc2hhIn0"),
        ] {
            let shown = conceal(Text::Query, text);
            assert!(!shown.contains(gone), "{shown}");
            assert!(shown.contains("page=2"), "{shown}");
        }
        assert_eq!(conceal(Text::Query, "lang=en-IN&service=dinein"), "lang=en-IN&service=dinein");
        assert_eq!(conceal(Text::Path, "/v1/stores/20417/orders/5652"), "/v1/stores/20417/orders/5652");
    }

    #[test]
    fn so_are_those_of_links_lines_and_headers() {
        let line = conceal(Text::RequestLine, "GET /v1/past-fav?phone=9000009902 HTTP/1.1");
        assert!(line.starts_with("GET /v1/past-fav?phone=") && line.ends_with(" HTTP/1.1"), "{line}");
        assert!(!line.contains("9000009902"), "{line}");
        let referer = conceal(Text::Referer, "https://menu.example/orders?phone=9000009902#top");
        assert!(referer.starts_with("https://menu.example/orders?phone=") && !referer.contains("9000009902"));
        let link = r#"[[":path","/past-fav?phone=9000009902"],["referer","https://a.example/?q=1&mobile=9000009901"]]"#;
        let headers = conceal(Text::RequestHeaders, link);
        assert!(!headers.contains("90000099") && headers.contains("q=1"), "{headers}");
        let headers = conceal(Text::RequestHeaders, r#"[["accept","*/*"],["x-customer-phone","9000009902"]]"#);
        assert!(headers.contains(r#"["accept","*/*"]"#) && !headers.contains("9000009902"), "{headers}");
        assert!(!conceal(Text::RemoteUser, "asha.rao@mail.example").contains("asha.rao"));
    }
}
