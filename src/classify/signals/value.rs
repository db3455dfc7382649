//! One value through all checks: undone as often as it was escaped, three times at most.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::classify::{Findings, Signal};
use crate::domain::{Location, safe_text};

use super::bytes::{Plus, decode, kind, kinds};
use super::sql::Sql;
use super::words::{families, family};
use super::{command, expression, forging, path, scanner, script, ssrf};

/// Times that escapes are undone. Real servers undo them once or twice; a third pass finds what was
/// meant for the second.
const ROUNDS: usize = 3;
/// Bytes of a value that are looked at.
const VALUE_MAX: usize = 64 << 10;
/// Characters of a pointer that are shown: a name can be the attack itself.
const POINTER_MAX: usize = 64;
/// Shortest value that is tried as base64.
pub(super) const BASE64_MIN: usize = 12;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
pub(super) const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Where signals of one exchange go: each signal once for each part of the exchange.
pub(super) struct Report<'o> {
    out: &'o mut dyn Findings,
    seen: Vec<(&'static str, Location)>,
    hits: usize,
}

impl<'o> Report<'o> {
    pub(super) fn new(out: &'o mut dyn Findings) -> Self {
        Self { out, seen: Vec::new(), hits: 0 }
    }

    pub(super) fn add(&mut self, signal: &'static str, location: Location, pointer: &[u8], detail: &str) {
        self.hits += 1;
        if self.seen.contains(&(signal, location)) {
            return;
        }
        self.seen.push((signal, location));
        let pointer = safe_text::excerpt(pointer, POINTER_MAX);
        self.out.signal(&Signal { signal, location, pointer: &pointer, detail });
    }

    /// How many were found so far, those that were told before included.
    pub(super) fn hits(&self) -> usize {
        self.hits
    }
}

/// A value and its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'v> {
    pub(super) location: Location,
    /// Name of the parameter, header, cookie; pointer into the body.
    pub(super) pointer: &'v [u8],
    /// What `+` means there.
    pub(super) plus: Plus,
    /// The request's own host is an inner one.
    pub(super) inner: bool,
}

impl Spot<'_> {
    /// Words that mean something there: addresses stand in every Referer.
    fn families(&self) -> u16 {
        if self.is_parameter() { u16::MAX } else { !family::ADDRESS }
    }

    /// Values of parameters and bodies, which a program takes as data.
    fn is_parameter(&self) -> bool {
        matches!(self.location, Location::Query | Location::RequestBody)
    }
}

/// Runs the checks; keeps room between values.
#[derive(Debug, Default)]
pub(super) struct Checker {
    sql: Sql,
    one: Vec<u8>,
    two: Vec<u8>,
    lower: Vec<u8>,
}

impl Checker {
    /// Looks at one value as it stands in the evidence.
    pub(super) fn value(&mut self, raw: &[u8], spot: Spot<'_>, report: &mut Report<'_>) {
        let raw = raw.get(..raw.len().min(VALUE_MAX)).unwrap_or_default();
        let bits = kinds(raw);
        if bits & (kind::SUSPECT | kind::ESCAPED) == 0 {
            let words = families(raw) & spot.families();
            if words != 0 {
                self.text(raw, words, bits, spot, report);
            }
            self.base64(raw, spot, report);
            return;
        }
        let mut text = std::mem::take(&mut self.one);
        let mut next = std::mem::take(&mut self.two);
        let mut plus = spot.plus;
        decode(raw, plus, &mut text);
        for round in 1..=ROUNDS {
            let bits = kinds(&text);
            let words = families(&text) & spot.families();
            if words != 0 || bits & (kind::SUSPECT | kind::ESCAPED) != 0 {
                self.text(&text, words, bits, spot, report);
            }
            plus = Plus::Itself;
            if round == ROUNDS || bits & (kind::ESCAPED | kind::HIGH) == 0 || !decode(&text, plus, &mut next) {
                break;
            }
            std::mem::swap(&mut text, &mut next);
        }
        self.base64(&text, spot, report);
        self.one = text;
        self.two = next;
    }

    /// A path, whole: its dots and what it looks for; then as a value.
    pub(super) fn path(&mut self, raw: &[u8], spot: Spot<'_>, report: &mut Report<'_>) {
        let raw = raw.get(..raw.len().min(VALUE_MAX)).unwrap_or_default();
        if kinds(raw) & (kind::SUSPECT | kind::ESCAPED) == 0 && families(raw) & (family::PATH | family::PROBE) == 0 {
            return;
        }
        let mut text = raw.to_ascii_lowercase();
        let mut next = Vec::new();
        for _ in 0..ROUNDS {
            if let Some(why) = path::check(&text, true) {
                report.add("injection.traversal", spot.location, spot.pointer, why);
            }
            if let Some(probe) = scanner::probe(&text) {
                report.add("scanner.probe", spot.location, spot.pointer, probe);
            }
            if !decode(&text, Plus::Itself, &mut next) {
                break;
            }
            next.make_ascii_lowercase();
            std::mem::swap(&mut text, &mut next);
        }
        self.value(raw, spot, report);
    }

    /// What base64 holds, where a value looks like it and its begin decodes to text or to an object.
    pub(super) fn base64(&mut self, raw: &[u8], spot: Spot<'_>, report: &mut Report<'_>) {
        let raw = raw.trim_ascii();
        if raw.len() < BASE64_MIN || raw.starts_with(b"eyJ") {
            return;
        }
        let head = raw.get(..BASE64_MIN).unwrap_or_default();
        let start = BASE64.decode(head).or_else(|_| BASE64_URL.decode(head)).unwrap_or_default();
        let text = !start.is_empty() && start.iter().all(|b| matches!(b, 0x20..0x7f | b'\t' | b'\r' | b'\n'));
        let object = start.starts_with(&[0xAC, 0xED])
            || start.starts_with(&[0, 1, 0, 0, 0])
            || matches!(start.get(..2), Some([0x80, 2..=5]));
        if !text && !object {
            serialised(raw, None, spot, report);
            return;
        }
        let Ok(inner) = BASE64.decode(raw).or_else(|_| BASE64_URL.decode(raw)) else { return };
        serialised(raw, Some(&inner), spot, report);
        let printable = inner.iter().filter(|b| matches!(b, 0x20..=0x7e | b'\t' | b'\r' | b'\n' | 128..)).count();
        if text && printable == inner.len() {
            let bits = kinds(&inner);
            let words = families(&inner) & spot.families();
            self.text(&inner, words, bits, spot, report);
        }
    }

    /// One decoded text: only the checks that its bytes and words leave possible.
    fn text(&mut self, text: &[u8], words: u16, bits: u16, spot: Spot<'_>, report: &mut Report<'_>) {
        let mut lower = std::mem::take(&mut self.lower);
        lower.clear();
        lower.extend(text.iter().map(u8::to_ascii_lowercase));
        self.checks(text, &lower, words, bits, &mut |id, why| report.add(id, spot.location, spot.pointer, why), spot);
        self.lower = lower;
    }

    fn checks(
        &mut self,
        text: &[u8],
        lower: &[u8],
        words: u16,
        bits: u16,
        add: &mut dyn FnMut(&'static str, &str),
        spot: Spot<'_>,
    ) {
        let any = |mask: u16| bits & mask != 0;
        let says = |mask: u16| words & mask != 0;
        let compares = any(kind::EQUALS | kind::ANGLE) && any(kind::SPACE | kind::PAREN | kind::OTHER);
        if (any(kind::QUOTE) || says(family::SQL) || compares)
            && let Some(why) = self.sql.check(lower)
        {
            add("injection.sql", why);
        }
        let mut when = |reason: bool, id: &'static str, check: &dyn Fn() -> Option<&'static str>| {
            if reason && let Some(why) = check() {
                add(id, why);
            }
        };
        when(
            any(kind::ANGLE) || says(family::SCRIPT) || any(kind::QUOTE) && any(kind::EQUALS),
            "injection.xss",
            &|| script::check(lower),
        );
        let separated = any(kind::BREAK | kind::CONTROL)
            || any(kind::BRACE) && any(kind::PAREN)
            || any(kind::AND) && any(kind::SPACE);
        let called = any(kind::PAREN) && any(kind::QUOTE | kind::BRACE | kind::SPACE);
        let fetches = says(family::ADDRESS) && any(kind::SPACE | kind::ESCAPE);
        when(separated || called || fetches || says(family::CODE | family::PATH), "injection.command", &|| {
            command::check(lower, says(family::CODE))
        });
        when(any(kind::BRACE | kind::ANGLE), "injection.template", &|| expression::template(lower));
        when(any(kind::BRACE), "injection.log4j", &|| expression::log4j(lower));
        when(says(family::XML), "injection.xxe", &|| expression::entity(lower));
        when(any(kind::PAREN) && any(kind::EQUALS) || says(family::CODE), "injection.ldap", &|| {
            expression::ldap(lower)
        });
        when(any(kind::CONTROL), "injection.log-forging", &|| {
            forging::check(text, spot.location == Location::RequestBody)
        });
        when(any(kind::HIGH), "injection.log-forging", &|| forging::wide(text));
        when(says(family::PROTOTYPE), "injection.prototype", &|| expression::prototype(lower));
        when(says(family::CALLBACK), "scanner.callback", &|| {
            scanner::callback(lower).then_some("a host of a testing service")
        });
        when(says(family::SCHEMA), "scanner.introspection", &|| scanner::introspection(lower).then_some("__schema"));
        if spot.location != Location::Path {
            when(says(family::PATH), "injection.traversal", &|| path::check(lower, false));
        }
        if spot.is_parameter() {
            let name = spot.pointer.to_ascii_lowercase();
            when(any(kind::BRACE) || name.contains(&b'$'), "injection.nosql", &|| expression::document(&name, lower));
            if says(family::ADDRESS)
                && let Some((id, what)) = ssrf::check(&name, lower, spot.inner)
            {
                add(id, what);
            }
        }
    }
}

fn serialised(raw: &[u8], inner: Option<&[u8]>, spot: Spot<'_>, report: &mut Report<'_>) {
    if let Some(why) = command::object(raw, inner) {
        let id = if spot.location == Location::Cookie { "injection.cookie" } else { "injection.deserialization" };
        report.add(id, spot.location, spot.pointer, why);
    }
}
