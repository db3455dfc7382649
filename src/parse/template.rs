//! Line formats that are a row of fields between literal text. They are written down in the syntax
//! of the server that logs them (nginx `log_format`, Apache `LogFormat`, Envoy format strings), so
//! a user's own format and the built-in ones go the same way.

use crate::domain::address::split_port;
use crate::domain::exchange::Traced;
use crate::domain::limits::QUOTE_RETRIES_MAX;
use crate::domain::{Exchange, Reason, Repair, Text};

use super::target::{Scratch, Shape, Target};
use syntax::field_at;

mod syntax;

/// Where a field's name stands for a target; `None` where the name is not known.
pub type Names = fn(&str) -> Option<Target>;

/// How the end of a field is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// At the literal behind it.
    Plain,
    /// At an unescaped quote with the rest of the literal behind it.
    Quoted,
    /// At a blank that does not stand inside a list: nginx joins the values of retried upstreams
    /// with `, ` and ` : `, and address chains hold `, `.
    List,
}

/// A field and the literal text behind it.
#[derive(Debug, Clone)]
struct Field {
    name: Box<str>,
    target: Option<Target>,
    kind: Kind,
    /// Empty only for a field that ends the template.
    until: Box<[u8]>,
}

/// A compiled line format.
#[derive(Debug, Clone)]
pub struct Template {
    head: Box<[u8]>,
    fields: Vec<Field>,
    tail: Tail,
}

/// What may follow the last piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Nothing but blanks.
    None,
    /// Further fields after a blank, which are not understood; kept as evidence only.
    Any,
    /// As [`Tail::Any`]; where the first of them is a quoted list of addresses it is the
    /// X-Forwarded-For chain, the column most often added to the combined format. Tails of formats
    /// that extend the combined one are refused, so that their columns are not lost.
    Forwarded,
    /// As [`Tail::Any`], but not referer and user agent, nor a duration with its unit: lines that
    /// have them are of a format that reads them.
    Unnamed,
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
    #[error(
        "the format names no field; nginx fields look like $remote_addr, Apache's like %h, Envoy's like %PROTOCOL%"
    )]
    NoField,
    /// An opening mark without its end.
    #[error("the field that begins at `{0}` is never closed; add the missing `}}` or `%`")]
    Unclosed(String),
}

/// The syntax that a format string is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// `$name` and `${name}`.
    Nginx,
    /// `%h`, `%>s`, `%{Name}i`, `%{fmt}t`. `%t` is read with the brackets that Apache writes.
    Apache,
    /// `%NAME%`, `%REQ(:METHOD)%`, `%START_TIME(…)%`.
    Envoy,
}

/// What the attempts at one line share.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    /// The line holds a backslash somewhere, so quoted values may hold escapes.
    escapes: bool,
    /// Whether an unmatched quote may stand in the tail, and a quote behind a backslash end a field.
    lenient: bool,
    /// Quotes that may still be tried.
    budget: usize,
}

/// Fields and literals as they are collected from a format string.
#[derive(Default)]
struct Pieces {
    head: Vec<u8>,
    literal: Vec<u8>,
    fields: Vec<Field>,
}

impl Pieces {
    /// Ends the literal under way: it is the head, or what ends the last field.
    fn close_literal(&mut self) {
        let literal = std::mem::take(&mut self.literal);
        let Some(last) = self.fields.last_mut() else {
            self.head = literal;
            return;
        };
        last.kind = match last.kind {
            Kind::Quoted if literal.first() != Some(&b'"') => Kind::Plain,
            Kind::List if literal.first() != Some(&b' ') => Kind::Plain,
            kind => kind,
        };
        last.until = literal.into_boxed_slice();
    }

    fn field(&mut self, name: &str, target: Option<Target>) -> Result<(), TemplateError> {
        if self.literal.is_empty()
            && let Some(before) = self.fields.last()
        {
            return Err(TemplateError::Adjacent(before.name.to_string(), name.to_owned()));
        }
        let kind = if self.literal.last() == Some(&b'"') {
            Kind::Quoted
        } else if name.starts_with("upstream_") || target == Some(Target::ForwardedFor) {
            Kind::List
        } else {
            Kind::Plain
        };
        self.close_literal();
        self.fields.push(Field { name: name.into(), target, kind, until: Box::default() });
        Ok(())
    }
}

impl Template {
    /// Compiles a format string; `names` says what the fields mean. Unknown fields are matched and
    /// reported as not understood.
    pub fn compile(text: &str, syntax: Syntax, names: Names, tail: Tail) -> Result<Self, TemplateError> {
        let mut pieces = Pieces::default();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if syntax == Syntax::Apache
                && let Some(after) = rest.strip_prefix("%%")
            {
                pieces.literal.push(b'%');
                rest = after;
                continue;
            }
            let Some((name, after)) = field_at(rest, syntax)? else {
                let (head, tail) = rest.split_at(c.len_utf8());
                pieces.literal.extend_from_slice(head.as_bytes());
                rest = tail;
                continue;
            };
            let bracketed = syntax == Syntax::Apache && name == "t";
            if bracketed {
                pieces.literal.push(b'[');
            }
            pieces.field(name, names(name))?;
            if bracketed {
                pieces.literal.push(b']');
            }
            rest = after;
        }
        if pieces.fields.is_empty() {
            return Err(TemplateError::NoField);
        }
        pieces.close_literal();
        Ok(Self { head: pieces.head.into_boxed_slice(), fields: pieces.fields, tail })
    }

    /// Names of the fields that are matched but not understood.
    pub fn unknown_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|f| f.target.is_none()).map(|f| &*f.name)
    }

    /// Where its fields go.
    pub fn targets(&self) -> impl Iterator<Item = Target> + '_ {
        self.fields.iter().filter_map(|f| f.target)
    }

    /// Reads one line, its ending already taken off.
    pub fn read<'a>(&self, line: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
        let rest = line.strip_prefix(&*self.head).ok_or(Reason::NotThisFormat)?;
        let escapes = memchr::memchr(b'\\', rest).is_some();
        let mut attempt = Attempt { escapes, lenient: false, budget: QUOTE_RETRIES_MAX };
        let mark = x.mark();
        let (reason, ambiguous) = match self.straight(rest, attempt, x, s) {
            Ok(()) => return Ok(()),
            Err(why) => why,
        };
        x.reset(&mark);
        if !ambiguous {
            return Err(reason);
        }
        if self.run(0, rest, x, s, &mut attempt).is_ok() {
            return Ok(());
        }
        x.reset(&mark);
        attempt = Attempt { escapes, lenient: true, budget: QUOTE_RETRIES_MAX };
        self.run(0, rest, x, s, &mut attempt)
    }

    /// The first guess: every quoted field ends at the first quote that can be its end. Right for
    /// all but the odd line. The error says whether another guess could do better.
    fn straight<'a>(
        &self,
        mut rest: &'a [u8],
        attempt: Attempt,
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
    ) -> Result<(), (Reason, bool)> {
        let mut ambiguous = false;
        for (at, field) in self.fields.iter().enumerate() {
            let fail = (Reason::NotThisFormat, ambiguous);
            let (end, quoted) = match field.kind {
                Kind::Quoted => {
                    let (end, stray) = closing_quote(rest, 0, field, false).ok_or(fail)?;
                    if stray {
                        x.repair(Repair::StrayQuote);
                    }
                    ambiguous = true;
                    (end, true)
                }
                _ => (self.field_end(field, rest).ok_or(fail)?, false),
            };
            let (value, after) = rest.split_at_checked(end).ok_or(fail)?;
            let value = if quoted && attempt.escapes { unescape(value, x, s) } else { value };
            store(&field.name, field.target, value, x, s).map_err(|why| (self.blame(at, why), ambiguous))?;
            rest = after.get(field.until.len()..).unwrap_or_default();
        }
        self.end(rest, attempt, x, s).map_err(|why| (why, ambiguous))
    }

    /// A bad value is the line's fault only where more than blanks showed that it has this format.
    fn blame(&self, at: usize, why: Reason) -> Reason {
        let anchored = self.fields.iter().take(at + 1).any(|f| f.until.iter().any(|b| *b != b' '));
        if anchored { why } else { Reason::NotThisFormat }
    }

    /// Matches the fields from `at` on. A quoted field whose end was guessed wrong because it
    /// holds a stray quote is tried again with the next possible end.
    fn run<'a>(
        &self,
        at: usize,
        mut rest: &'a [u8],
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
        attempt: &mut Attempt,
    ) -> Result<(), Reason> {
        for (at, field) in self.fields.iter().enumerate().skip(at) {
            if field.kind == Kind::Quoted {
                return self.quoted(at, field, rest, x, s, attempt);
            }
            let end = self.field_end(field, rest).ok_or(Reason::NotThisFormat)?;
            let (value, after) = rest.split_at_checked(end).ok_or(Reason::NotThisFormat)?;
            store(&field.name, field.target, value, x, s)?;
            rest = after.get(field.until.len()..).unwrap_or_default();
        }
        self.end(rest, *attempt, x, s)
    }

    fn quoted<'a>(
        &self,
        at: usize,
        field: &Field,
        rest: &'a [u8],
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
        attempt: &mut Attempt,
    ) -> Result<(), Reason> {
        let mark = x.mark();
        let mut from = 0;
        let mut stray = false;
        let mut reason = Reason::NotThisFormat;
        while let Some((quote, passed)) = closing_quote(rest, from, field, attempt.lenient) {
            if attempt.budget == 0 {
                return Err(Reason::NotThisFormat);
            }
            attempt.budget -= 1;
            stray |= passed;
            let (value, after) = rest.split_at_checked(quote).ok_or(Reason::NotThisFormat)?;
            let tried = if attempt.escapes { unescape(value, x, s) } else { value };
            let after = after.get(field.until.len()..).unwrap_or_default();
            match store(&field.name, field.target, tried, x, s).and_then(|()| self.run(at + 1, after, x, s, attempt)) {
                Ok(()) => {
                    if stray {
                        x.repair(Repair::StrayQuote);
                    }
                    return Ok(());
                }
                Err(why) => reason = why,
            }
            x.reset(&mark);
            stray = true;
            from = quote + 1;
        }
        Err(reason)
    }

    /// Where an unquoted field ends: at the literal behind it, or at the end of the line.
    fn field_end(&self, field: &Field, rest: &[u8]) -> Option<usize> {
        match &*field.until {
            [] if self.tail == Tail::None => Some(rest.len()),
            [] => Some(memchr::memchr(b' ', rest).unwrap_or(rest.len())),
            until if field.kind == Kind::List => list_end(rest, until),
            [one] => find(*one, rest),
            [first, more @ ..] => {
                let at = find(*first, rest)?;
                if begins(rest.get(at + 1..)?, more) {
                    return Some(at);
                }
                memchr::memmem::find(rest.get(at + 1..)?, &field.until).map(|i| i + at + 1)
            }
        }
    }

    /// What stands behind the last field.
    fn end<'a>(
        &self,
        rest: &'a [u8],
        attempt: Attempt,
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
    ) -> Result<(), Reason> {
        if rest.is_empty() {
            return Ok(());
        }
        let more = rest.trim_ascii();
        if more.is_empty() {
            return Ok(());
        }
        if self.tail == Tail::None || !rest.starts_with(b" ") {
            return Err(Reason::NotThisFormat);
        }
        // A quote without its partner shows that the field before ended too early.
        if !attempt.lenient && memchr::memchr_iter(b'"', more).count() % 2 == 1 {
            return Err(Reason::NotThisFormat);
        }
        let elsewhere = match self.tail {
            Tail::Forwarded => extends_combined(more),
            Tail::Unnamed => {
                more.starts_with(b"\"") && memchr::memmem::find(more, b"\" \"").is_some() || more.ends_with(b" ms")
            }
            Tail::None | Tail::Any => false,
        };
        if elsewhere {
            return Err(Reason::NotThisFormat);
        }
        if self.tail == Tail::Forwarded
            && let Some(inner) = more.strip_prefix(b"\"")
            && let Some(chain) = memchr::memchr(b'"', inner).and_then(|at| inner.get(..at))
            && is_chain(chain)
        {
            return Target::ForwardedFor.apply(chain, Shape::Text, x, s);
        }
        // A client that wrote a quote into its request can have the line read in its own way: what the
        // server wrote then stands in the tail. Whoever looks at the exchange must be told.
        let ends_like_a_request =
            |v: &[u8]| v.ends_with(b" HTTP/1.1") || v.ends_with(b" HTTP/1.0") || v.ends_with(b" HTTP/2.0");
        if more.starts_with(b"HTTP/")
            || more.iter().filter(|b| **b == b'"').count() % 2 == 1
            || x.get(Text::UserAgent).is_some_and(ends_like_a_request)
            || x.get(Text::Referer).is_some_and(ends_like_a_request)
        {
            x.repair(Repair::StrayQuote);
        }
        if let Some(trace) = &mut x.trace {
            trace.push(Traced { source: "tail".into(), target: None, raw: more.to_vec() });
        }
        Ok(())
    }
}

/// The tails of nginx's ingress controller (`462 0.050 [service] …`) and of Traefik
/// (`7 "router" "url" 12ms`).
fn extends_combined(tail: &[u8]) -> bool {
    let number = tail.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = tail.get(number..).unwrap_or_default();
    if number == 0 {
        return false;
    }
    if rest.starts_with(b" \"") {
        return rest.ends_with(b"ms");
    }
    let seconds = rest.iter().skip(1).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    rest.get(seconds + 1..).is_some_and(|r| r.starts_with(b" ["))
}

/// Whether every item of a list is an address: only then is an unnamed column a forwarded chain.
pub fn is_chain(list: &[u8]) -> bool {
    list.split(|b| *b == b',').all(|hop| {
        let hop = hop.trim_ascii();
        hop == b"unknown" || split_port(hop).is_some()
    }) && memchr::memchr2(b'.', b':', list).is_some()
}

/// As `memchr`, for fields that are mostly shorter than its call is dear.
#[inline]
fn find(byte: u8, text: &[u8]) -> Option<usize> {
    const NEAR: usize = 4;
    let near = text.iter().take(NEAR).position(|b| *b == byte);
    near.or_else(|| memchr::memchr(byte, text.get(NEAR..)?).map(|at| at + NEAR))
}

/// As `starts_with`, for literals of a few bytes.
#[inline]
fn begins(text: &[u8], literal: &[u8]) -> bool {
    text.len() >= literal.len() && text.iter().zip(literal).all(|(a, b)| a == b)
}

/// The first quote from `from` on that is not escaped and has the field's `until` behind it (which
/// begins with the quote), and whether an unescaped one was passed by. When lenient, a backslash
/// escapes nothing: servers that do not escape log values that end in one.
fn closing_quote(rest: &[u8], from: usize, field: &Field, lenient: bool) -> Option<(usize, bool)> {
    let until: &[u8] = &field.until;
    let mut at = from;
    let mut stray = false;
    loop {
        let quote = at + memchr::memchr(b'"', rest.get(at..)?)?;
        at = quote + 1;
        let (before, after) = rest.split_at_checked(quote)?;
        if !lenient && before.last() == Some(&b'\\') && is_escaped(before) {
            continue;
        }
        let fits = match until {
            [_] => true,
            [_, second] => after.get(1) == Some(second),
            _ => begins(after, until),
        };
        if fits {
            return Some((quote, stray));
        }
        stray = true;
    }
}

/// The first blank that ends a list.
fn list_end(rest: &[u8], until: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b' ', rest).find(|at| {
        let (before, after) = rest.split_at_checked(*at).unwrap_or_default();
        let inside = before.ends_with(b",") || after.starts_with(b" : ") || before.ends_with(b" :");
        !inside && after.starts_with(until)
    })
}

/// Whether an odd number of backslashes ends the text: the quote behind it is escaped.
pub(crate) fn is_escaped(before: &[u8]) -> bool {
    before.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
}

/// Records a field for `formats explain` and stores it.
#[inline]
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

#[cfg(test)]
mod tests;
