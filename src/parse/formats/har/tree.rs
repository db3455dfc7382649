//! A JSON reader for the entries that `serde_json` refuses: it reads what other HAR tools read and
//! says what it let pass. A tree, so it is for the slow path only.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::domain::limits::{HAR_VALUES_MAX, JSON_DEPTH_MAX};
use crate::domain::{Reason, Repair, Repairs};
use crate::parse::json::{string_end, unescape_into};

/// A JSON value. Numbers stay text: what they mean depends on the field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'t> {
    Null,
    Bool(bool),
    Number(&'t str),
    Text(Cow<'t, str>),
    List(Vec<Self>),
    Object(Object<'t>),
}

/// Members in the order of the evidence, doubles included.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Object<'t>(pub(super) Vec<(Cow<'t, str>, Json<'t>)>);

impl<'t> Object<'t> {
    /// Takes a member out; of two with one name the later.
    pub(super) fn take(&mut self, key: &str) -> Option<Json<'t>> {
        let at = self.0.iter().rposition(|(k, _)| k == key)?;
        Some(self.0.remove(at).1)
    }

    /// Whether there is such a member.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(k, _)| k == key)
    }
}

impl Json<'_> {
    /// Writes the value as strict JSON.
    pub(super) fn render(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            // A malformed number (`+1`, `.5`) is written as text: the result must be JSON.
            Self::Number(n) if odd_number(n) => quoted(n, out),
            Self::Number(n) => out.push_str(n),
            Self::Text(t) => quoted(t, out),
            Self::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.render(out);
                }
                out.push(']');
            }
            Self::Object(object) => {
                out.push('{');
                for (i, (key, value)) in object.0.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    quoted(key, out);
                    out.push(':');
                    value.render(out);
                }
                out.push('}');
            }
        }
    }
}

fn quoted(text: &str, out: &mut String) {
    // Writing a string into a string cannot fail.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// Reads one value, which must be all there is. What had to be let pass is added to `repairs`.
pub(super) fn parse<'t>(text: &'t [u8], repairs: &mut Repairs) -> Result<Json<'t>, Reason> {
    let mut p = Parser { text, at: 0, values: 0, repairs };
    let value = p.value(0)?;
    p.blanks();
    if p.at < text.len() { Err(Reason::BadJson) } else { Ok(value) }
}

struct Parser<'t, 'r> {
    text: &'t [u8],
    at: usize,
    values: usize,
    repairs: &'r mut Repairs,
}

impl<'t> Parser<'t, '_> {
    fn peek(&self) -> Result<u8, Reason> {
        self.text.get(self.at).copied().ok_or(Reason::Truncated)
    }

    fn blanks(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json<'t>, Reason> {
        self.values += 1;
        if depth > JSON_DEPTH_MAX {
            return Err(Reason::TooDeep);
        }
        if self.values > HAR_VALUES_MAX {
            return Err(Reason::TooLong);
        }
        self.blanks();
        match self.peek()? {
            b'"' => self.string().map(Json::Text),
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'t>, Reason> {
        self.at += 1;
        let mut members = Vec::new();
        while !self.closes(b'}')? {
            if self.peek()? != b'"' {
                return Err(Reason::BadJson);
            }
            let key = self.string()?;
            self.blanks();
            if self.peek()? != b':' {
                return Err(Reason::BadJson);
            }
            self.at += 1;
            members.push((key, self.value(depth + 1)?));
            self.separator(b'}')?;
        }
        if has_doubles(&members) {
            self.repairs.add(Repair::DuplicateKey);
        }
        Ok(Json::Object(Object(members)))
    }

    fn list(&mut self, depth: usize) -> Result<Json<'t>, Reason> {
        self.at += 1;
        let mut items = Vec::new();
        while !self.closes(b']')? {
            items.push(self.value(depth + 1)?);
            self.separator(b']')?;
        }
        Ok(Json::List(items))
    }

    /// Whether the container ends here; if so the bracket is eaten.
    fn closes(&mut self, bracket: u8) -> Result<bool, Reason> {
        self.blanks();
        let end = self.peek()? == bracket;
        if end {
            self.at += 1;
        }
        Ok(end)
    }

    /// A comma, or the end without one. A comma before the end is let pass.
    fn separator(&mut self, bracket: u8) -> Result<(), Reason> {
        self.blanks();
        match self.peek()? {
            b',' => {
                self.at += 1;
                self.blanks();
                if self.peek()? == bracket {
                    self.repairs.add(Repair::LooseJson);
                }
                Ok(())
            }
            b if b == bracket => Ok(()),
            _ => Err(Reason::BadJson),
        }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Reason> {
        let from = self.at + 1;
        let (end, escaped) = string_end(self.text, from).ok_or(Reason::Truncated)?;
        self.at = end + 1;
        let raw = self.text.get(from..end).ok_or(Reason::Truncated)?;
        if raw.iter().any(|b| *b < 0x20) {
            self.repairs.add(Repair::LooseJson);
        }
        if !escaped {
            return Ok(self.utf8(Cow::Borrowed(raw)));
        }
        let mut out = Vec::with_capacity(raw.len());
        let mut repairs = Repairs::default();
        unescape_into(raw, |b| out.extend_from_slice(b), |r| repairs.add(r));
        self.repairs.merge(repairs);
        Ok(self.utf8(Cow::Owned(out)))
    }

    /// Bytes that are no UTF-8 become `\xHH`.
    fn utf8(&mut self, bytes: Cow<'t, [u8]>) -> Cow<'t, str> {
        let lossy = |repairs: &mut Repairs, bytes: &[u8]| {
            repairs.add(Repair::InvalidUtf8);
            let mut out = String::with_capacity(bytes.len());
            for chunk in bytes.utf8_chunks() {
                out.push_str(chunk.valid());
                for byte in chunk.invalid() {
                    let _ = write!(out, "\\x{byte:02x}");
                }
            }
            Cow::Owned(out)
        };
        match bytes {
            Cow::Borrowed(b) => match std::str::from_utf8(b) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => lossy(self.repairs, b),
            },
            Cow::Owned(b) => match String::from_utf8(b) {
                Ok(text) => Cow::Owned(text),
                Err(e) => lossy(self.repairs, e.as_bytes()),
            },
        }
    }

    /// A number or a literal.
    fn word(&mut self) -> Result<Json<'t>, Reason> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest
            .iter()
            .position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'+' | b'-' | b'.'))
            .unwrap_or(rest.len());
        let word = std::str::from_utf8(rest.get(..len).unwrap_or_default()).unwrap_or_default();
        self.at += len;
        match word {
            "null" => Ok(Json::Null),
            "true" => Ok(Json::Bool(true)),
            "false" => Ok(Json::Bool(false)),
            "NaN" | "-NaN" | "Infinity" | "+Infinity" | "-Infinity" => {
                self.repairs.add(Repair::NanLiteral);
                Ok(Json::Null)
            }
            "undefined" => {
                self.repairs.add(Repair::LooseJson);
                Ok(Json::Null)
            }
            _ if self.at >= self.text.len() => Err(Reason::Truncated),
            _ if word.bytes().all(|b| !b.is_ascii_alphabetic() || matches!(b, b'e' | b'E')) => {
                let value: f64 = word.parse().map_err(|_| Reason::BadJson)?;
                if value.is_infinite() {
                    self.repairs.add(Repair::NanLiteral);
                    return Ok(Json::Null);
                }
                if odd_number(word) {
                    self.repairs.add(Repair::LooseJson);
                }
                Ok(Json::Number(word))
            }
            _ => Err(Reason::BadJson),
        }
    }
}

fn has_doubles(members: &[(Cow<'_, str>, Json<'_>)]) -> bool {
    const FEW: usize = 8;
    if members.len() <= FEW {
        return members.iter().enumerate().any(|(i, (key, _))| members.iter().skip(i + 1).any(|(k, _)| k == key));
    }
    let mut keys: Vec<&str> = members.iter().map(|(k, _)| &**k).collect();
    keys.sort_unstable();
    keys.windows(2).any(|w| w.first() == w.last())
}

/// Whether a number that Rust reads is none in JSON: `+1`, `.5`, `1.`, `007`.
fn odd_number(word: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(word).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> (Result<String, Reason>, Vec<Repair>) {
        let mut repairs = Repairs::default();
        let value = parse(text, &mut repairs).map(|v| {
            let mut out = String::new();
            v.render(&mut out);
            out
        });
        (value, repairs.iter().collect())
    }

    #[test]
    fn what_strict_readers_refuse() {
        for (text, want, repair) in [
            (&br#"{"a":[1,true,null,"x\n"],"b":{}}"#[..], r#"{"a":[1,true,null,"x\n"],"b":{}}"#, None),
            (b"[NaN,1]", "[null,1]", Some(Repair::NanLiteral)),
            (b"[-Infinity]", "[null]", Some(Repair::NanLiteral)),
            (b"[1e999]", "[null]", Some(Repair::NanLiteral)),
            (b"[1,]", "[1]", Some(Repair::LooseJson)),
            (b"{\"a\":1,\n}", r#"{"a":1}"#, Some(Repair::LooseJson)),
            (b"[\"a\tb\"]", r#"["a\tb"]"#, Some(Repair::LooseJson)),
            (b"[007]", r#"["007"]"#, Some(Repair::LooseJson)),
            (b"[\"\\ud83d!\"]", "[\"\u{fffd}!\"]", Some(Repair::LoneSurrogate)),
            (b"[\"a\xff\"]", r#"["a\\xff"]"#, Some(Repair::InvalidUtf8)),
            (br#"["\x41"]"#, r#"["\\x41"]"#, Some(Repair::BadEscape)),
            (br#"{"a":1,"a":2}"#, r#"{"a":1,"a":2}"#, Some(Repair::DuplicateKey)),
        ] {
            let shown = String::from_utf8_lossy(text);
            assert_eq!(read(text), (Ok(want.to_owned()), repair.into_iter().collect()), "{shown}");
        }
    }

    #[test]
    fn what_is_no_json() {
        for (text, want) in [
            (&b"{\"a\":1"[..], Reason::Truncated),
            (b"{\"a", Reason::Truncated),
            (b"", Reason::Truncated),
            (b"{\"a\" 1}", Reason::BadJson),
            (b"{a:1}", Reason::BadJson),
            (b"[1 2]", Reason::BadJson),
            (b"[1] x", Reason::BadJson),
            (b"[1..2]", Reason::BadJson),
            (b"[,]", Reason::BadJson),
        ] {
            assert_eq!(read(text).0, Err(want), "{}", String::from_utf8_lossy(text));
        }
        assert_eq!(read(&b"[".repeat(4000)).0, Err(Reason::TooDeep));
        let many = [&b"["[..], &b"1,".repeat(HAR_VALUES_MAX), b"1]"].concat();
        assert_eq!(read(&many).0, Err(Reason::TooLong));
    }

    #[test]
    fn the_later_double_counts() {
        let mut repairs = Repairs::default();
        let Ok(Json::Object(mut object)) = parse(br#"{"a":1,"b":0,"a":2}"#, &mut repairs) else { panic!() };
        assert_eq!(object.take("a"), Some(Json::Number("2")));
    }
}
