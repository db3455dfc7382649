//! Formats that the user describes: the server's own format string, as it stands in its
//! configuration or pasted with the whole directive, or a regular expression with named groups.
//!
//! Each constructor leaks one small value, because a [`Format`] lives as long as the program: a
//! run makes a handful of them, from its options.

use std::fmt;
use std::sync::Arc;

use regex::bytes::{CaptureLocations, Regex, RegexBuilder};

use crate::domain::{Exchange, Int, Reason, Text};

use super::format::{Format, Meta, Read, Reader, Sample};
use super::formats::names;
use super::line_format::{LineReader, any_request};
use super::target::{Clock, Scratch, Shape, Target, Unit};
use super::template::{Names, Syntax, Tail, Template, TemplateError};

/// Bytes that a compiled pattern may take: a user's typing error must not eat the memory.
const PATTERN_BYTES_MAX: usize = 10 << 20;

/// Deepest nesting of groups in a pattern.
const PATTERN_NEST_MAX: u32 = 50;

/// Why a user's format cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustomError {
    /// The format string itself is at fault.
    #[error("{syntax} format: {error}")]
    Template {
        /// nginx, Apache or Envoy.
        syntax: &'static str,
        /// What is wrong.
        error: TemplateError,
    },
    /// A quote is never closed.
    #[error("the quote at character {at} is never closed; paste the directive to its end, the closing quote included")]
    OpenQuote {
        /// 1-based character.
        at: usize,
    },
    /// A directive without a format string.
    #[error(
        "`{directive}` holds no format string in quotes; paste the directive that defines the format, with all its lines"
    )]
    NoString {
        /// What was pasted.
        directive: String,
    },
    /// No line could become an exchange.
    #[error(
        "the format names neither a request nor a method, path, host or status, so that no line tells of an exchange; add {remedy}"
    )]
    NothingAsked {
        /// A field that would do.
        remedy: &'static str,
    },
    /// The regular expression does not compile.
    #[error("the pattern cannot be used: {0}")]
    Pattern(String),
    /// A group whose name means nothing.
    #[error(
        "group `{0}` is neither a column nor an nginx variable; name it after a column of the exchanges frame (`path`, `status`, `peer_address` …), or write (?:…) to match without keeping"
    )]
    UnknownGroup(String),
    /// A pattern without named groups.
    #[error("the pattern has no named group; write e.g. (?<peer_address>\\S+) for what shall be read")]
    NoGroup,
}

/// How records are read.
enum How {
    Template(Arc<[Template]>),
    Pattern(Arc<Pattern>),
}

/// A format of the user's.
pub struct CustomFormat {
    meta: Meta,
    how: How,
    json: bool,
}

impl fmt::Debug for CustomFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomFormat").field("id", &self.meta.id).finish_non_exhaustive()
    }
}

impl CustomFormat {
    /// A format from nginx's `log_format`: the string, or the whole directive as people paste it
    /// (`log_format main escape=json '…' '…';`). Leaked: see the module.
    pub fn nginx(text: &str) -> Result<&'static dyn Format, CustomError> {
        let text = nginx_string(text.trim())?;
        let names: Names = if text.contains("$realip_remote_addr") { names::nginx_realip } else { names::nginx };
        Self::template(&text, Syntax::Nginx, names)
    }

    /// A format from Apache's `LogFormat`: the string, or the whole `LogFormat` or `CustomLog`
    /// line. Leaked: see the module.
    pub fn apache(text: &str) -> Result<&'static dyn Format, CustomError> {
        let text = apache_string(text.trim())?;
        let names: Names = if text.contains("%{c}a") { names::apache_remoteip } else { names::apache };
        Self::template(&text, Syntax::Apache, names)
    }

    /// A format from an Envoy format string, with or without its `\n`. Leaked: see the module.
    pub fn envoy(text: &str) -> Result<&'static dyn Format, CustomError> {
        let text = text.trim();
        let text = text.strip_suffix("\\n").unwrap_or(text);
        Self::template(&text.replace("\\\"", "\""), Syntax::Envoy, names::envoy)
    }

    /// A format from a regular expression; named groups are columns of the exchanges frame or
    /// nginx variables. Leaked: see the module.
    pub fn pattern(text: &str) -> Result<&'static dyn Format, CustomError> {
        let how = How::Pattern(Arc::new(Pattern::compile(text)?));
        let json = text.trim_start_matches('^').trim_start_matches('\\').starts_with('{');
        let meta = Meta {
            id: "custom-regex",
            title: "User's pattern",
            source: "the command line or configuration",
            notes: "what its groups say",
        };
        Ok(Box::leak(Box::new(Self { meta, how, json })))
    }

    fn template(text: &str, syntax: Syntax, names: Names) -> Result<&'static dyn Format, CustomError> {
        let (name, id, remedy) = match syntax {
            Syntax::Nginx => ("nginx", "custom-nginx", "$request"),
            Syntax::Apache => ("Apache", "custom-apache", "%r"),
            Syntax::Envoy => ("Envoy", "custom-envoy", "%REQ(:METHOD)% and %REQ(:PATH)%"),
        };
        let template = Template::compile(text, syntax, names, Tail::None)
            .map_err(|error| CustomError::Template { syntax: name, error })?;
        if !template.targets().any(asks) {
            return Err(CustomError::NothingAsked { remedy });
        }
        let meta = Meta {
            id,
            title: "User's format string",
            source: "the command line or configuration",
            notes: "what its fields say",
        };
        let how = How::Template(Arc::from([template]));
        Ok(Box::leak(Box::new(Self { meta, how, json: text.starts_with('{') })))
    }
}

impl Format for CustomFormat {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn reader(&self) -> Box<dyn Reader> {
        match &self.how {
            How::Template(templates) => Box::new(LineReader::new(Arc::clone(templates), any_request)),
            How::Pattern(pattern) => {
                Box::new(PatternReader { pattern: Arc::clone(pattern), found: pattern.regex.capture_locations() })
            }
        }
    }

    fn samples(&self) -> &'static [Sample] {
        &[]
    }

    fn is_json(&self) -> bool {
        self.json
    }

    fn claims_json(&self, _record: &[u8]) -> bool {
        self.json
    }
}

/// Whether a field tells that somebody asked for something.
fn asks(target: Target) -> bool {
    matches!(
        target,
        Target::RequestLine | Target::Uri | Target::Url | Target::Host | Target::Status | Target::Text(Text::Method)
    )
}

/// The quoted strings of a configuration line, in order, each with what its escapes stand for.
fn quoted_strings(text: &str, quotes: &[char]) -> Result<Vec<String>, CustomError> {
    let mut out = Vec::new();
    let mut chars = text.chars().enumerate();
    while let Some((at, open)) = chars.next() {
        if !quotes.contains(&open) {
            continue;
        }
        let mut inner = String::new();
        loop {
            match chars.next() {
                None => return Err(CustomError::OpenQuote { at: at + 1 }),
                Some((_, '\\')) => match chars.next() {
                    Some((_, c)) => unescape_char(c, &mut inner),
                    None => return Err(CustomError::OpenQuote { at: at + 1 }),
                },
                Some((_, c)) if c == open => break,
                Some((_, c)) => inner.push(c),
            }
        }
        out.push(inner);
    }
    Ok(out)
}

fn unescape_char(c: char, out: &mut String) {
    match c {
        't' => out.push('\t'),
        'n' => {}
        '"' | '\'' | '\\' => out.push(c),
        other => out.extend(['\\', other]),
    }
}

/// nginx joins all strings of the directive.
fn nginx_string(text: &str) -> Result<String, CustomError> {
    let directive = text.split_whitespace().next() == Some("log_format");
    if !directive && !text.starts_with('\'') {
        return Ok(text.to_owned());
    }
    let strings = quoted_strings(text, &['\'', '"'])?;
    if strings.is_empty() {
        return Err(CustomError::NoString { directive: text.chars().take(80).collect() });
    }
    Ok(strings.concat())
}

/// Of Apache's directives the string that holds the format is the one with directives in it.
fn apache_string(text: &str) -> Result<String, CustomError> {
    let word = text.split_whitespace().next().unwrap_or_default();
    let directive = ["LogFormat", "CustomLog", "TransferLog"].iter().any(|d| d.eq_ignore_ascii_case(word));
    if !directive {
        let mut out = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match (c, c == '\\') {
                (_, true) => chars.next().into_iter().for_each(|c| unescape_char(c, &mut out)),
                (c, false) => out.push(c),
            }
        }
        return Ok(out);
    }
    quoted_strings(text, &['"'])?
        .into_iter()
        .find(|s| s.contains('%'))
        .ok_or_else(|| CustomError::NoString { directive: text.chars().take(80).collect() })
}

/// A compiled regular expression and where its groups go.
#[derive(Debug)]
struct Pattern {
    regex: Regex,
    /// Index of the group, its target.
    groups: Vec<(usize, Target)>,
}

impl Pattern {
    fn compile(text: &str) -> Result<Self, CustomError> {
        let regex = RegexBuilder::new(text)
            .size_limit(PATTERN_BYTES_MAX)
            .dfa_size_limit(PATTERN_BYTES_MAX)
            .nest_limit(PATTERN_NEST_MAX)
            .build()
            .map_err(|why| CustomError::Pattern(why.to_string()))?;
        let mut groups = Vec::new();
        for (at, name) in regex.capture_names().enumerate() {
            if let Some(name) = name {
                groups.push((at, column(name).ok_or_else(|| CustomError::UnknownGroup(name.to_owned()))?));
            }
        }
        if groups.is_empty() {
            return Err(CustomError::NoGroup);
        }
        if !groups.iter().any(|(_, target)| asks(*target)) {
            return Err(CustomError::NothingAsked { remedy: "(?<method>…) and (?<path>…)" });
        }
        Ok(Self { regex, groups })
    }
}

/// A column of the exchanges frame, by name, read as what usually stands for it in a log; or an
/// nginx variable.
fn column(name: &str) -> Option<Target> {
    Some(match name {
        "time" | "timestamp" => Target::Time(Clock::Any),
        "request" => Target::RequestLine,
        "url" => Target::Url,
        "path" => Target::Uri,
        "host" => Target::Host,
        "peer_address" => Target::Peer,
        "client_address" => Target::Client,
        "server_address" => Target::ServerAddress,
        "remote_user" => Target::User,
        "status" => Target::Status,
        "authorization" => Target::Authorization,
        "cookie" | "cookies" | "cookie_names" => Target::Cookies,
        "tls_version" => Target::TlsVersion,
        "query" => Target::Query,
        "request_headers" => Target::RequestHeaders,
        "response_headers" => Target::ResponseHeaders,
        _ => match (Text::from_column(name), Int::from_column(name)) {
            (Some(text), _) => Target::Text(text),
            (_, Some(int)) if name.ends_with("_us") => Target::Duration(int, Unit::Us),
            (_, Some(int)) => Target::Int(int),
            _ => return names::nginx(name),
        },
    })
}

/// Reads records by a pattern.
struct PatternReader {
    pattern: Arc<Pattern>,
    found: CaptureLocations,
}

impl fmt::Debug for PatternReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PatternReader").field("pattern", &self.pattern).finish_non_exhaustive()
    }
}

impl Reader for PatternReader {
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        if self.pattern.regex.captures_read(&mut self.found, record).is_none() {
            return Err(Reason::NotThisFormat);
        }
        for (group, target) in &self.pattern.groups {
            if let Some(value) = self.found.get(*group).and_then(|(from, to)| record.get(from..to)) {
                target.apply(value, Shape::Text, x, s)?;
            }
        }
        any_request(x)
    }
}

#[cfg(test)]
mod tests;
