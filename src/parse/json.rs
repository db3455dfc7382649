//! JSON records without a tree: one walk over the bytes that follows a table of paths. Gateways
//! write the same keys in the same order line after line, so each object remembers which key came
//! next the last time and compares that one first; another order costs a search, never a failure.
//!
//! The walk is tolerant where nothing is lost by it (it does not validate numbers or UTF-8) and
//! strict in what decides where values begin and end.

use crate::domain::limits::{JSON_DEPTH_MAX, JSON_KEYS_LEARNED_MAX};
use crate::domain::{Exchange, Reason, Repair, exchange::Traced};

use super::target::{Scratch, Shape, Target};

mod block;
mod deep;
mod escape;
#[cfg(test)]
mod tests;

pub use block::string_end;
pub(crate) use block::{near_mark, quote_in_blocks, simple_length};
pub use deep::nested_members;
pub use escape::{unescape, unescape_into};

/// A path into a JSON record and where its value goes. Path segments are separated by `.`; a
/// segment `[]` is every element of a list; a literal dot in a key is written `\.`.
pub type Rule = (&'static str, Target);

/// What is done with the value of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// Not in the table.
    Unknown,
    Apply(Target),
    /// Follow the table into the value. If the value is no object it is unknown.
    Descend(u16),
    /// Apply to scalars and strings, descend into objects: `request` may be either.
    Both(Target, u16),
}

#[derive(Debug, Clone)]
struct Key {
    name: Box<[u8]>,
    action: Action,
    /// Index of the key that came after this one the last time.
    next: u16,
    /// Bits of the needs that this key's presence meets.
    marks: u64,
}

#[derive(Debug, Clone, Default)]
struct Node {
    keys: Vec<Key>,
    /// Index of the key that came first the last time.
    first: u16,
    learned: usize,
}

/// A compiled table of paths.
#[derive(Debug, Clone)]
pub struct Table {
    nodes: Vec<Node>,
    /// Bit sets: a record is of the format when it meets all of one of them. Empty: any record is.
    needs: Vec<u64>,
}

/// Splits a rule's path at unescaped dots.
fn segments(path: &str) -> Vec<Box<[u8]>> {
    let mut out = vec![Vec::new()];
    let mut chars = path.bytes().peekable();
    while let Some(b) = chars.next() {
        match b {
            b'\\' if chars.peek() == Some(&b'.') => {
                if let (Some(last), Some(dot)) = (out.last_mut(), chars.next()) {
                    last.push(dot);
                }
            }
            b'.' => out.push(Vec::new()),
            b => {
                if let Some(last) = out.last_mut() {
                    last.push(b);
                }
            }
        }
    }
    out.into_iter().map(Vec::into_boxed_slice).collect()
}

impl Table {
    /// Compiles rules. A later rule for the same path wins.
    pub fn new<'r>(rules: impl IntoIterator<Item = (&'r str, Target)>) -> Self {
        let mut table = Self { nodes: vec![Node::default()], needs: Vec::new() };
        for (path, target) in rules {
            let segments = segments(path);
            let mut node = 0_u16;
            for (i, segment) in segments.iter().enumerate() {
                let last = i + 1 == segments.len();
                node = table.step(node, segment, last.then_some(target));
            }
        }
        table
    }

    /// Demands that a record has every path of one of these sets; `a|b` is met by either path.
    /// Without it a reader that read the last record would also read the next one, of whatever
    /// format it is.
    #[must_use]
    pub fn needing<'r, S>(mut self, sets: impl IntoIterator<Item = S>) -> Self
    where
        S: IntoIterator<Item = &'r str>,
    {
        let mut known: Vec<&str> = Vec::new();
        for set in sets {
            let mut bits = 0;
            for need in set {
                let at = known.iter().position(|k| *k == need).unwrap_or_else(|| {
                    known.push(need);
                    known.len() - 1
                });
                // Past 64 needs a bit stands for two: a format would ask for less, not for more.
                let bit = 1 << (at % 64);
                bits |= bit;
                need.split('|').for_each(|path| self.mark(path, bit));
            }
            self.needs.push(bits);
        }
        self
    }

    fn mark(&mut self, path: &str, bit: u64) {
        let segments = segments(path);
        let mut node = 0;
        for segment in segments.iter().take(segments.len().saturating_sub(1)) {
            node = self.step(node, segment, None);
        }
        let (Some(last), Some(here)) = (segments.last(), self.nodes.get_mut(node as usize)) else {
            return;
        };
        if let Some(key) = here.keys.iter_mut().find(|k| k.name == *last) {
            key.marks |= bit;
        } else {
            let next = u16::try_from(here.keys.len() + 1).unwrap_or(u16::MAX);
            here.keys.push(Key { name: last.clone(), action: Action::Apply(Target::Skip), next, marks: bit });
        }
    }

    /// Adds one segment below a node; returns the node below it.
    fn step(&mut self, node: u16, name: &[u8], target: Option<Target>) -> u16 {
        let below = u16::try_from(self.nodes.len()).unwrap_or(u16::MAX);
        let Some(here) = self.nodes.get_mut(node as usize) else {
            return node;
        };
        if let Some(key) = here.keys.iter_mut().find(|k| *k.name == *name) {
            let (action, out) = match (key.action, target) {
                (Action::Descend(d) | Action::Both(_, d), Some(t)) => (Action::Both(t, d), d),
                (Action::Descend(d) | Action::Both(_, d), None) => (key.action, d),
                (_, Some(t)) => (Action::Apply(t), below),
                (Action::Apply(t), None) => (Action::Both(t, below), below),
                (Action::Unknown, None) => (Action::Descend(below), below),
            };
            key.action = action;
            if out == below && target.is_none() {
                self.nodes.push(Node::default());
            }
            return out;
        }
        let action = target.map_or(Action::Descend(below), Action::Apply);
        let next = u16::try_from(here.keys.len() + 1).unwrap_or(u16::MAX);
        here.keys.push(Key { name: name.into(), action, next, marks: 0 });
        if target.is_none() {
            self.nodes.push(Node::default());
        }
        below
    }
}

/// Reads records by a table; remembers key orders from record to record.
#[derive(Debug, Clone)]
pub struct JsonReader {
    nodes: Vec<Node>,
    needs: Vec<u64>,
    /// Needs that this record met.
    seen: u64,
}

/// The walk's place in one record.
struct Walk<'a> {
    text: &'a [u8],
    at: usize,
    /// Whether the last string held a backslash.
    escaped: bool,
}

impl<'a> Walk<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline]
    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Reason> {
        self.skip_blanks();
        if self.peek() != Some(byte) {
            return Err(if self.at >= self.text.len() { Reason::Truncated } else { Reason::BadJson });
        }
        self.at += 1;
        Ok(())
    }

    /// The inside of a string; the cursor stands on its opening quote.
    fn string(&mut self) -> Result<&'a [u8], Reason> {
        let from = self.at + 1;
        let (end, escaped) = string_end(self.text, from).ok_or(Reason::Truncated)?;
        self.escaped = escaped;
        self.at = end + 1;
        self.text.get(from..end).ok_or(Reason::Truncated)
    }

    /// A value of any kind; returns its bytes and shape, the inside of a string.
    #[inline]
    fn value(&mut self) -> Result<(&'a [u8], Shape), Reason> {
        match self.peek() {
            Some(b'"') => Ok((self.string()?, Shape::JsonString)),
            Some(b'{' | b'[') => {
                let from = self.at;
                self.at = container_end(self.text, from)?;
                Ok((self.text.get(from..self.at).ok_or(Reason::Truncated)?, Shape::JsonValue))
            }
            Some(_) => {
                let from = self.at;
                let rest = self.text.get(from..).unwrap_or_default();
                let len = rest
                    .iter()
                    .position(|b| {
                        matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'{' | b'[' | b':')
                    })
                    .unwrap_or(rest.len());
                if len == 0 {
                    return Err(Reason::BadJson);
                }
                self.at = from + len;
                Ok((rest.get(..len).unwrap_or_default(), Shape::JsonValue))
            }
            None => Err(Reason::Truncated),
        }
    }
}

/// One past the bracket that closes the container which opens at `from`.
pub fn container_end(text: &[u8], from: usize) -> Result<usize, Reason> {
    let mut depth = 0_usize;
    let mut at = from;
    let mut next_block = from + 1;
    loop {
        if at >= next_block {
            (at, depth) = block::skip(text, at, depth);
            next_block = at + block::BLOCK;
        }
        match text.get(at).ok_or(Reason::Truncated)? {
            b'"' => at = string_end(text, at + 1).ok_or(Reason::Truncated)?.0,
            b'{' | b'[' => {
                depth += 1;
                if depth > JSON_DEPTH_MAX {
                    return Err(Reason::TooDeep);
                }
            }
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

impl JsonReader {
    /// A reader with a memory of its own.
    pub fn new(table: &Table) -> Self {
        Self { nodes: table.nodes.clone(), needs: table.needs.clone(), seen: 0 }
    }

    /// Reads one record: an object. What stands after it, blanks apart, is an error. A value that
    /// its column cannot hold is left out and noted: the keys tell the format, not the values.
    pub fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<(), Reason> {
        let mut walk = Walk { text: record, at: 0, escaped: false };
        walk.skip_blanks();
        self.seen = 0;
        self.object(0, &mut walk, 1, &mut Vec::new(), x, s)?;
        walk.skip_blanks();
        if walk.at < record.len() {
            return Err(Reason::BadJson);
        }
        let met = |need: &u64| self.seen & need == *need;
        if self.needs.is_empty() || self.needs.iter().any(met) { Ok(()) } else { Err(Reason::NotThisFormat) }
    }

    fn object<'a>(
        &mut self,
        node: u16,
        walk: &mut Walk<'a>,
        depth: usize,
        path: &mut Vec<u8>,
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
    ) -> Result<(), Reason> {
        if depth > JSON_DEPTH_MAX {
            return Err(Reason::TooDeep);
        }
        walk.expect(b'{')?;
        walk.skip_blanks();
        if walk.peek() == Some(b'}') {
            walk.at += 1;
            return Ok(());
        }
        let mut last = None;
        loop {
            walk.skip_blanks();
            if walk.peek() != Some(b'"') {
                return Err(if walk.peek().is_none() { Reason::Truncated } else { Reason::BadJson });
            }
            let (name, at, action) = if let Some(found) = self.expected(node, last, walk) {
                found
            } else {
                let name = walk.string()?;
                walk.expect(b':')?;
                let (at, action) = self.look_up(node, last, name);
                (name, at, action)
            };
            walk.skip_blanks();
            last = Some(at);
            self.member(action, name, walk, depth, path, x, s)?;
            walk.skip_blanks();
            match walk.peek() {
                Some(b',') => walk.at += 1,
                Some(b'}') => {
                    walk.at += 1;
                    return Ok(());
                }
                None => return Err(Reason::Truncated),
                Some(_) => return Err(Reason::BadJson),
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the walk's own state, passed down")]
    fn member<'a>(
        &mut self,
        action: Action,
        name: &[u8],
        walk: &mut Walk<'a>,
        depth: usize,
        path: &mut Vec<u8>,
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
    ) -> Result<(), Reason> {
        let tracing = x.trace.is_some();
        let back = path.len();
        if tracing {
            if back > 0 {
                path.push(b'.');
            }
            path.extend_from_slice(name);
        }
        match (action, walk.peek()) {
            (Action::Descend(below) | Action::Both(_, below), Some(b'{')) => {
                self.object(below, walk, depth + 1, path, x, s)?;
            }
            (Action::Descend(below), Some(b'[')) => self.list(below, walk, depth + 1, path, x, s)?,
            (Action::Apply(target) | Action::Both(target, _), _) => {
                let (raw, shape) = walk.value()?;
                if tracing {
                    note(x, path, Some(target), raw);
                }
                // Nothing escaped: the text is what it says, and need not be searched for escapes.
                let shape = if shape == Shape::JsonString && !walk.escaped { Shape::Text } else { shape };
                match target.apply(raw, shape, x, s) {
                    Ok(()) => {}
                    Err(Reason::BadTime) => x.repair(Repair::BadTime),
                    Err(Reason::BadNumber | Reason::BadStatus) => x.repair(Repair::BadNumber),
                    Err(why) => return Err(why),
                }
            }
            (Action::Unknown | Action::Descend(_), _) => {
                let (raw, _) = walk.value()?;
                if tracing {
                    note(x, path, None, raw);
                }
            }
        }
        path.truncate(back);
        Ok(())
    }

    /// The elements of a list, each by the node below the `[]` segment.
    fn list<'a>(
        &mut self,
        node: u16,
        walk: &mut Walk<'a>,
        depth: usize,
        path: &mut Vec<u8>,
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
    ) -> Result<(), Reason> {
        if depth > JSON_DEPTH_MAX {
            return Err(Reason::TooDeep);
        }
        let (_, action) = self.look_up(node, None, b"[]");
        walk.expect(b'[')?;
        walk.skip_blanks();
        if walk.peek() == Some(b']') {
            walk.at += 1;
            return Ok(());
        }
        loop {
            walk.skip_blanks();
            self.member(action, b"[]", walk, depth, path, x, s)?;
            walk.skip_blanks();
            match walk.peek() {
                Some(b',') => walk.at += 1,
                Some(b']') => {
                    walk.at += 1;
                    return Ok(());
                }
                None => return Err(Reason::Truncated),
                Some(_) => return Err(Reason::BadJson),
            }
        }
    }

    /// The key that came here the last time, if it is there again, colon and all: then its end
    /// need not be searched.
    #[inline]
    fn expected<'a>(&mut self, node: u16, last: Option<u16>, walk: &mut Walk<'a>) -> Option<(&'a [u8], u16, Action)> {
        let node = self.nodes.get(node as usize)?;
        let at = match last {
            None => node.first,
            Some(last) => node.keys.get(last as usize)?.next,
        };
        let key = node.keys.get(at as usize)?;
        let (name, rest) = walk.text.get(walk.at + 1..)?.split_at_checked(key.name.len())?;
        if *name != *key.name || !rest.starts_with(b"\":") {
            return None;
        }
        walk.at += name.len() + 3;
        self.seen |= key.marks;
        Some((name, at, key.action))
    }

    /// Finds a key, first where it stood the last time.
    fn look_up(&mut self, node: u16, last: Option<u16>, name: &[u8]) -> (u16, Action) {
        let Some(node) = self.nodes.get_mut(node as usize) else {
            return (0, Action::Unknown);
        };
        let guess = match last {
            None => node.first,
            Some(last) => node.keys.get(last as usize).map_or(0, |k| k.next),
        };
        if let Some(key) = node.keys.get(guess as usize)
            && *key.name == *name
        {
            self.seen |= key.marks;
            return (guess, key.action);
        }
        let at = match node.keys.iter().position(|k| *k.name == *name) {
            Some(at) => at,
            None if node.learned < JSON_KEYS_LEARNED_MAX => {
                node.learned += 1;
                node.keys.push(Key { name: name.into(), action: Action::Unknown, next: 0, marks: 0 });
                node.keys.len() - 1
            }
            None => return (last.unwrap_or(0), Action::Unknown),
        };
        let at = u16::try_from(at).unwrap_or(0);
        match last {
            None => node.first = at,
            Some(last) => {
                if let Some(key) = node.keys.get_mut(last as usize) {
                    key.next = at;
                }
            }
        }
        let Some(key) = node.keys.get(at as usize) else {
            return (at, Action::Unknown);
        };
        self.seen |= key.marks;
        (at, key.action)
    }
}

fn note(x: &mut Exchange<'_>, path: &[u8], target: Option<Target>, raw: &[u8]) {
    if let Some(trace) = &mut x.trace {
        trace.push(Traced {
            source: String::from_utf8_lossy(path).into_owned(),
            target: target.map(Target::describe),
            raw: raw.to_vec(),
        });
    }
}

/// Calls `each` for every member of an object, or `(empty, element)` of a list; false where the
/// bytes are neither. For the few places that look into a value the table does not follow.
pub fn members<'a>(container: &'a [u8], mut each: impl FnMut(&'a [u8], &'a [u8], Shape)) -> bool {
    let mut walk = Walk { text: container, at: 0, escaped: false };
    walk.skip_blanks();
    let object = match walk.peek() {
        Some(b'{') => true,
        Some(b'[') => false,
        _ => return false,
    };
    walk.at += 1;
    loop {
        walk.skip_blanks();
        match walk.peek() {
            Some(b'}' | b']') | None => return true,
            Some(b',') => {
                walk.at += 1;
                continue;
            }
            Some(_) => {}
        }
        let mut name: &[u8] = b"";
        if object {
            if walk.peek() != Some(b'"') {
                return false;
            }
            let Ok(key) = walk.string() else { return false };
            name = key;
            if walk.expect(b':').is_err() {
                return false;
            }
            walk.skip_blanks();
        }
        let Ok((value, shape)) = walk.value() else {
            return false;
        };
        each(name, value, shape);
    }
}

/// The value at a dotted path, for identifying a record; strings come without their quotes.
pub fn find<'a>(record: &'a [u8], path: &str) -> Option<&'a [u8]> {
    let mut here = record;
    for segment in segments(path) {
        let mut found = None;
        members(here, |name, value, _| {
            if *name == *segment || (*segment == *b"[]" && name.is_empty() && found.is_none()) {
                found = Some(value);
            }
        });
        here = found?;
    }
    Some(here)
}

/// Whether a top-level key holds this string. The usual spelling is found without a walk: inside a
/// string its quotes would be escaped.
pub fn says(record: &[u8], key: &str, value: &str) -> bool {
    let mut usual = Vec::with_capacity(key.len() + value.len() + 5);
    for part in ["\"", key, "\":\"", value, "\""] {
        usual.extend_from_slice(part.as_bytes());
    }
    memchr::memmem::find(record, &usual).is_some() || find(record, key) == Some(value.as_bytes())
}
