//! Line formats that are a row of fields between literal text. They are written down in the syntax
//! of the server that logs them (nginx `log_format`, Apache `LogFormat`, Envoy format strings), so
//! a user's own format and the built-in ones go the same way.

use crate::domain::exchange::Traced;
use crate::domain::limits::QUOTE_RETRIES_MAX;
use crate::domain::{Exchange, Reason, Repair};

use super::target::{Scratch, Shape, Target};

/// Where a field's name stands for a target; `None` where the name is not known.
pub type Names = fn(&str) -> Option<Target>;

/// One piece of a compiled template.
#[derive(Debug, Clone)]
enum Piece {
    Literal(Box<[u8]>),
    Field { name: Box<str>, target: Option<Target>, quoted: bool },
}

/// A compiled line format.
#[derive(Debug, Clone)]
pub struct Template {
    pieces: Vec<Piece>,
    tail: Tail,
}

/// What may follow the last piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Nothing but blanks.
    None,
    /// Further fields after a blank, which are not understood; kept as evidence only.
    Any,
}

/// Why a format string could not be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Two fields touch: nothing says where one ends.
    #[error(
        "`{0}` and `{1}` stand side by side with nothing between them, so where one ends cannot be told; put a blank or a quote between"
    )]
    Adjacent(String, String),
    /// There is no field at all.
    #[error("the format names no field; nginx fields look like $remote_addr, Apache's like %h")]
    NoField,
    /// An opening brace without its end.
    #[error("`{0}` has no closing brace")]
    Unclosed(String),
}

/// The syntax that a format string is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// `$name` and `${name}`.
    Nginx,
    /// `%h`, `%>s`, `%{Name}i`, `%{fmt}t`.
    Apache,
    /// `%NAME%`, `%REQ(:METHOD)%`, `%START_TIME(…)%`.
    Envoy,
}

impl Template {
    /// Compiles a format string; `names` says what the fields mean. Unknown fields are matched and
    /// reported as not understood.
    pub fn compile(text: &str, syntax: Syntax, names: Names, tail: Tail) -> Result<Self, TemplateError> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut literal = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let Some((name, after)) = field_at(rest, syntax)? else {
                let (head, tail) = rest.split_at(c.len_utf8());
                literal.extend_from_slice(head.as_bytes());
                rest = tail;
                continue;
            };
            let quoted = literal.last() == Some(&b'"');
            if literal.is_empty()
                && let Some(Piece::Field { name: before, .. }) = pieces.last()
            {
                return Err(TemplateError::Adjacent(before.to_string(), name.to_owned()));
            }
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal).into_boxed_slice()));
            }
            pieces.push(Piece::Field { name: name.into(), target: names(name), quoted });
            rest = after;
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.into_boxed_slice()));
        }
        if !pieces.iter().any(|p| matches!(p, Piece::Field { .. })) {
            return Err(TemplateError::NoField);
        }
        Ok(Self { pieces, tail })
    }

    /// Names of the fields that are matched but not understood.
    pub fn unknown_names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|p| match p {
            Piece::Field { name, target: None, .. } => Some(&**name),
            _ => None,
        })
    }

    /// Reads one line, its ending already taken off.
    pub fn read<'a>(&self, line: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
        let mut budget = QUOTE_RETRIES_MAX;
        self.run(0, line, x, s, &mut budget)
    }

    /// Matches the pieces from `at` on. A quoted field whose end was guessed wrong because it
    /// holds a stray quote is tried again with the next possible end.
    fn run<'a>(
        &self,
        mut at: usize,
        mut rest: &'a [u8],
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
        budget: &mut usize,
    ) -> Result<(), Reason> {
        while let Some(piece) = self.pieces.get(at) {
            at += 1;
            match piece {
                Piece::Literal(text) => rest = rest.strip_prefix(&**text).ok_or(Reason::NotThisFormat)?,
                Piece::Field { name, target, quoted } => {
                    let until: &[u8] = match self.pieces.get(at) {
                        Some(Piece::Literal(text)) => text,
                        _ => b"",
                    };
                    if *quoted && until.first() == Some(&b'"') {
                        return self.quoted(at, name, *target, until, rest, x, s, budget);
                    }
                    let end = self.field_end(at, rest, until).ok_or(Reason::NotThisFormat)?;
                    let (value, after) = rest.split_at_checked(end).ok_or(Reason::NotThisFormat)?;
                    store(name, *target, value, x, s)?;
                    rest = after;
                }
            }
        }
        match self.tail {
            Tail::None if rest.trim_ascii().is_empty() => Ok(()),
            Tail::None => Err(Reason::NotThisFormat),
            Tail::Any => tail(rest, x),
        }
    }

    /// Where an unquoted field ends: at the literal behind it, or at the end of the line.
    fn field_end(&self, at: usize, rest: &[u8], until: &[u8]) -> Option<usize> {
        match until {
            [] if at >= self.pieces.len() && self.tail == Tail::Any => {
                Some(memchr::memchr(b' ', rest).unwrap_or(rest.len()))
            }
            [] => Some(rest.len()),
            [one] => memchr::memchr(*one, rest),
            [first, ..] => {
                memchr::memchr_iter(*first, rest).find(|i| rest.get(*i..).is_some_and(|r| r.starts_with(until)))
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the matcher's own state, passed down")]
    fn quoted<'a>(
        &self,
        at: usize,
        name: &str,
        target: Option<Target>,
        until: &[u8],
        rest: &'a [u8],
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
        budget: &mut usize,
    ) -> Result<(), Reason> {
        let mut from = 0;
        let mut stray = false;
        let mut reason = Reason::NotThisFormat;
        while let Some(quote) = rest.get(from..).and_then(|r| memchr::memchr(b'"', r)).map(|i| i + from) {
            from = quote + 1;
            let (value, after) = rest.split_at_checked(quote).ok_or(Reason::NotThisFormat)?;
            if !after.starts_with(until) {
                // Either escaped or stray. Which one is told by the backslashes before it.
                stray |= !is_escaped(value);
                continue;
            }
            if is_escaped(value) {
                continue;
            }
            if *budget == 0 {
                return Err(Reason::NotThisFormat);
            }
            let tried = unescape(value, x, s);
            match store(name, target, tried, x, s).and_then(|()| self.run(at, after, x, s, budget)) {
                Ok(()) => {
                    if stray {
                        x.repair(Repair::StrayQuote);
                    }
                    return Ok(());
                }
                Err(why) => reason = why,
            }
            *budget = budget.saturating_sub(1);
            stray = true;
        }
        Err(reason)
    }
}

/// Whether an odd number of backslashes ends the text: the quote behind it is escaped.
pub(crate) fn is_escaped(before: &[u8]) -> bool {
    before.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
}

/// Records a field for `formats explain` and stores it.
pub(crate) fn store<'a>(
    name: &str,
    target: Option<Target>,
    value: &'a [u8],
    x: &mut Exchange<'a>,
    s: &mut Scratch<'a>,
) -> Result<(), Reason> {
    if let Some(trace) = &mut x.trace {
        trace.push(Traced { source: name.to_owned(), target: target.map(Target::describe), raw: value.to_vec() });
    }
    match target {
        Some(target) => target.apply(value, Shape::Text, x, s),
        None => Ok(()),
    }
}

/// Fields after the known ones: matched, shown by `formats explain`, not stored.
fn tail(rest: &[u8], x: &mut Exchange<'_>) -> Result<(), Reason> {
    if !rest.is_empty() && !rest.starts_with(b" ") {
        return Err(Reason::NotThisFormat);
    }
    if let Some(trace) = &mut x.trace
        && !rest.trim_ascii().is_empty()
    {
        trace.push(Traced { source: "tail".into(), target: None, raw: rest.trim_ascii().to_vec() });
    }
    Ok(())
}

/// Undoes the escaping of Apache (`\"`, `\\`, `\n`, `\xhh`) and nginx (`\xHH`). A backslash that
/// starts no escape stays: lighttpd and IIS do not escape at all.
pub fn unescape<'a>(value: &'a [u8], x: &mut Exchange<'_>, s: &Scratch<'a>) -> &'a [u8] {
    let Some(first) = memchr::memchr(b'\\', value) else {
        return value;
    };
    let mut out = bumpalo::collections::Vec::with_capacity_in(value.len(), s.arena);
    let (head, mut rest) = value.split_at(first);
    out.extend_from_slice(head);
    while let Some((b, tail)) = rest.split_first() {
        rest = tail;
        if *b != b'\\' {
            out.push(*b);
            continue;
        }
        let (byte, used) = match tail {
            [b'"', ..] => (b'"', 1),
            [b'\\', ..] => (b'\\', 1),
            [b'n', ..] => (b'\n', 1),
            [b'r', ..] => (b'\r', 1),
            [b't', ..] => (b'\t', 1),
            [b'x', a, b, ..] => match (hex(*a), hex(*b)) {
                (Some(a), Some(b)) => (a * 16 + b, 3),
                _ => (b'\\', 0),
            },
            _ => (b'\\', 0),
        };
        if used == 0 {
            x.repair(Repair::BadEscape);
        }
        out.push(byte);
        rest = rest.get(used..).unwrap_or_default();
    }
    out.into_bump_slice()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// The field that begins right here, without its marks, and what follows it.
fn field_at(text: &str, syntax: Syntax) -> Result<Option<(&str, &str)>, TemplateError> {
    match syntax {
        Syntax::Nginx => {
            let Some(after) = text.strip_prefix('$') else {
                return Ok(None);
            };
            if let Some(braced) = after.strip_prefix('{') {
                return braced.split_once('}').map(Some).ok_or_else(|| TemplateError::Unclosed(text.to_owned()));
            }
            let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
            Ok((end > 0).then(|| after.split_at(end)))
        }
        Syntax::Apache => apache_field(text),
        Syntax::Envoy => {
            let Some(after) = text.strip_prefix('%') else {
                return Ok(None);
            };
            after
                .split_once('%')
                .filter(|(n, _)| !n.is_empty())
                .map(Some)
                .ok_or_else(|| TemplateError::Unclosed(text.to_owned()))
        }
    }
}

/// `%h`, `%>s`, `%!200,304{Referer}i`, `%^FB`: the name keeps braces and the final letter.
fn apache_field(text: &str) -> Result<Option<(&str, &str)>, TemplateError> {
    let Some(after) = text.strip_prefix('%') else {
        return Ok(None);
    };
    if after.starts_with('%') {
        return Ok(None);
    }
    let start =
        after.find(|c: char| !(c.is_ascii_digit() || matches!(c, '!' | ',' | '<' | '>'))).unwrap_or(after.len());
    let body = after.get(start..).unwrap_or_default();
    let end = if body.starts_with('{') {
        body.find('}').map(|at| at + 2).ok_or_else(|| TemplateError::Unclosed(text.to_owned()))?
    } else if body.starts_with('^') {
        3
    } else {
        1
    };
    Ok(body.split_at_checked(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Int, Text};
    use bumpalo::Bump;

    fn names(name: &str) -> Option<Target> {
        Some(match name {
            "remote_addr" => Target::Peer,
            "request" => Target::RequestLine,
            "status" => Target::Status,
            "body_bytes_sent" => Target::Int(Int::ResponseBodyBytes),
            "http_user_agent" => Target::Text(Text::UserAgent),
            _ => return None,
        })
    }

    fn read(line: &str) -> Result<String, Reason> {
        let t = Template::compile(
            r#"$remote_addr "$request" $status $body_bytes_sent "$http_user_agent""#,
            Syntax::Nginx,
            names,
            Tail::Any,
        )
        .unwrap();
        let arena = Bump::new();
        let mut x = Exchange::default();
        let line = arena.alloc_slice_copy(line.as_bytes());
        t.read(line, &mut x, &mut Scratch::new(&arena))?;
        Ok(x.texts()
            .map(|(_, v)| String::from_utf8_lossy(v).into_owned())
            .chain(x.ints().map(|(_, v)| v.to_string()))
            .collect::<Vec<_>>()
            .join("|"))
    }

    #[test]
    fn stray_and_escaped_quotes() {
        assert_eq!(read(r#"::1 "GET /a HTTP/1.1" 200 5 "ua""#).unwrap(), "GET|/a|HTTP/1.1|ua|::1|200|5");
        assert_eq!(
            read(r#"::1 "GET /<script>alert("x") HTTP/1.1" 200 5 "u a" tail"#).unwrap(),
            r#"GET|/<script>alert("x")|HTTP/1.1|u a|::1|200|5"#
        );
        assert_eq!(read(r#"::1 "GET /a" b HTTP/1.1" 200 5 "ua""#).unwrap(), r#"GET|/a" b|HTTP/1.1|ua|::1|200|5"#);
        assert_eq!(read(r#"::1 "GET /\"\x22\\ HTTP/1.1" 200 - "-""#).unwrap(), r#"GET|/""\|HTTP/1.1|::1|200"#);
        assert_eq!(read(r#"::1 "GET /a HTTP/1.1" x 5 "ua""#), Err(Reason::BadStatus));
        assert_eq!(read("::1 "), Err(Reason::NotThisFormat));
    }

    #[test]
    fn a_million_quotes_stay_linear() {
        let line = format!("::1 \"{} 200 5", "\" a".repeat(200_000));
        assert!(read(&line).is_err());
    }

    #[test]
    fn format_strings() {
        let names = |_: &str| None;
        assert_eq!(
            Template::compile("$a$b", Syntax::Nginx, names, Tail::None).unwrap_err(),
            TemplateError::Adjacent("a".into(), "b".into())
        );
        assert_eq!(Template::compile("x", Syntax::Nginx, names, Tail::None).unwrap_err(), TemplateError::NoField);
        let t = Template::compile(
            r#"%h %l %>s %{Referer}i %!200,304{User-agent}i %^FB"#,
            Syntax::Apache,
            names,
            Tail::None,
        )
        .unwrap();
        assert_eq!(t.unknown_names().collect::<Vec<_>>(), ["h", "l", "s", "{Referer}i", "{User-agent}i", "^FB"]);
        let t = Template::compile("[%START_TIME%] %REQ(:METHOD)%", Syntax::Envoy, names, Tail::None).unwrap();
        assert_eq!(t.unknown_names().collect::<Vec<_>>(), ["START_TIME", "REQ(:METHOD)"]);
    }
}
