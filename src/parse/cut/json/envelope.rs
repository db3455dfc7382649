//! The structure around the records, token by token.

use super::paths::List;
use super::scan::{Expect, string_end};
use super::{BAD, BLANK, ENVELOPE, Frame, JsonCutter, Mode, ODD, Purpose, Role};
use super::{Reason, Repair, What};

/// Bytes of an envelope's key or value that are kept: no key that is looked for is longer, and a
/// program's name needs no more.
const TOKEN_BYTES_MAX: usize = 256;

/// What the grammar allows, once more without the detail that only brackets need.
fn wants_value(expect: Expect) -> bool {
    matches!(expect, Expect::Value | Expect::ValueOrEnd)
}

impl JsonCutter {
    /// Reads tokens until a span ends, the mode changes or the window does.
    pub(super) fn envelope(&mut self, window: &[u8]) {
        let suspect = self.suspect;
        while let Some(&byte) = window.get(self.at) {
            if self.suspect != suspect {
                return;
            }
            let Some(frame) = self.stack.last().copied() else {
                self.mode = Mode::Top;
                return;
            };
            if self.expect == Expect::Literal && matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'}' | b']') {
                self.literal_end();
            }
            if self.whole_string() && matches!(byte, b',' | b'}' | b']' | b'{' | b'[') {
                return self.string_record();
            }
            let blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            if self.here == ODD && !self.held && matches!(byte, b',' | b'}' | b']') {
                self.turn(self.text_end.max(self.done), ENVELOPE);
            }
            match byte {
                _ if blank => self.at += 1,
                b'{' | b'[' => return self.open(byte == b'{', frame),
                b'"' => return self.quote(frame),
                b'}' | b']' => return self.close(byte == b']', frame),
                b',' => {
                    self.at += 1;
                    if self.expect == Expect::Colon {
                        self.damage(self.text_start);
                    }
                    self.expect = if frame.array { Expect::Value } else { Expect::Key };
                }
                b':' if frame.list.is_some() => return self.lose(self.text_start),
                b':' => {
                    self.at += 1;
                    if self.expect != Expect::Colon {
                        self.damage(self.text_start);
                    }
                    self.expect = Expect::Value;
                }
                _ => {
                    if self.literal(byte, frame) {
                        return;
                    }
                }
            }
        }
    }

    /// One byte of a number or word. True when the mode changed.
    fn literal(&mut self, byte: u8, frame: Frame) -> bool {
        if self.expect != Expect::Literal {
            if !wants_value(self.expect) {
                if frame.list.is_some() {
                    self.lose(self.text_start);
                    return true;
                }
                self.damage(self.text_start);
            }
            self.text_start = self.at;
            self.expect = Expect::Literal;
            self.token.clear();
            if frame.list.is_some() && !self.pending {
                self.turn(self.at, ODD);
            }
            if frame.array {
                self.value_node = None;
            }
        }
        self.token_push(byte);
        self.at += 1;
        false
    }

    fn literal_end(&mut self) {
        self.expect = Expect::After;
        self.text_end = self.at;
        self.scalar(false);
    }

    fn token_push(&mut self, byte: u8) {
        if self.token.len() < TOKEN_BYTES_MAX {
            self.token.push(byte);
        }
    }

    /// A scalar of the header was read.
    fn scalar(&mut self, string: bool) {
        if let Some(capture) = self.value_node.take().and_then(|n| self.paths.capture(n)) {
            self.har.keep(capture, &self.token, string);
        }
    }

    /// Structure that cannot be followed any more.
    fn lose(&mut self, token: usize) {
        self.damage(token);
        self.held = false;
        self.here = BAD;
        self.mode = Mode::Lost;
    }

    /// A string that may be a record is complete and kept.
    pub(super) fn whole_string(&self) -> bool {
        self.held && !self.pending && matches!(self.mode, Mode::Envelope)
    }

    /// It is one.
    pub(super) fn string_record(&mut self) {
        self.commit(self.text_end, What::Record);
        self.held = false;
        self.here = ENVELOPE;
    }

    /// The records of a top-level object have been met: what came before is its envelope.
    pub(super) fn met(&mut self) {
        if !self.pending {
            return;
        }
        self.pending = false;
        if self.held {
            self.held = false;
            self.here = ENVELOPE;
            if self.suspect {
                self.turn(self.bad_from, BAD);
            }
        }
    }

    fn open(&mut self, object: bool, frame: Frame) {
        let at = self.at;
        if let Some(list) = frame.list {
            return self.element(object, list);
        }
        let mut node = if frame.array { Some(frame.node) } else { self.value_node.take() };
        if !wants_value(self.expect) {
            self.damage(at);
            node = None;
        }
        self.at += 1;
        let below = match node {
            Some(n) if object && self.paths.has_members(n) => Some(Frame { array: false, node: n, list: None }),
            Some(n) if !object => {
                self.paths.element(n).map(|e| Frame { array: true, node: e, list: self.paths.list(e) })
            }
            _ => None,
        };
        let Some(below) = below else {
            self.mode = self.deep(Purpose::Skip, object);
            return;
        };
        self.enter(below);
    }

    /// Goes into a container of the envelope whose bracket was just read.
    pub(super) fn enter(&mut self, frame: Frame) {
        self.mode = Mode::Envelope;
        self.expect = if frame.array { Expect::ValueOrEnd } else { Expect::KeyOrEnd };
        self.stack.push(frame);
        if let Some(list) = frame.list
            && list.eager
        {
            self.met();
            self.har.document |= list.har;
        }
    }

    /// A bracket opens an element of a list of records.
    fn element(&mut self, object: bool, list: List) {
        let at = self.at;
        if !wants_value(self.expect) && self.expect != Expect::After {
            return self.lose(at);
        }
        self.at += 1;
        if !object {
            if !self.pending {
                self.turn(at, ODD);
            }
            self.mode = self.deep(if self.pending { Purpose::Skip } else { Purpose::Odd }, false);
            self.watch(true);
            return;
        }
        if self.expect == Expect::After {
            self.repairs.add(Repair::ResyncedEntry);
        }
        self.met();
        self.hold(at, list.limit);
        self.mode = self.deep(Purpose::Record, true);
        self.watch(list.har);
    }

    /// An element of `log.entries` holds no entries, nor does a list in a list.
    fn watch(&mut self, watch: bool) {
        if let Mode::Deep(_, container) = &mut self.mode {
            container.watch = watch;
        }
    }

    fn quote(&mut self, frame: Frame) {
        let at = self.at;
        self.token.clear();
        self.escaped = false;
        let role = if let Some(list) = frame.list {
            if !wants_value(self.expect) {
                return self.lose(self.text_start);
            }
            if list.strings {
                self.met();
                self.hold(at, list.limit);
                Role::Record
            } else if self.pending {
                Role::Value
            } else {
                self.turn(at, ODD);
                Role::Odd
            }
        } else if frame.array {
            if !wants_value(self.expect) {
                self.damage(self.text_start);
            }
            Role::Value
        } else {
            match self.expect {
                Expect::Value => Role::Value,
                Expect::Key | Expect::KeyOrEnd => Role::Key,
                _ => {
                    self.damage(self.text_start);
                    Role::Key
                }
            }
        };
        self.text_start = at;
        self.at += 1;
        self.mode = Mode::Text(role);
    }

    /// The inside of a string.
    pub(super) fn text(&mut self, window: &[u8], role: Role) {
        let end = string_end(window, self.at, &mut self.escaped);
        let to = end.unwrap_or(window.len());
        if matches!(role, Role::Key | Role::Value) {
            let room = TOKEN_BYTES_MAX.saturating_sub(self.token.len());
            let part = window.get(self.at..to).unwrap_or_default();
            self.token.extend_from_slice(part.get(..room.min(part.len())).unwrap_or_default());
        }
        self.at = to;
        if end.is_none() {
            return;
        }
        self.at += 1;
        self.mode = Mode::Envelope;
        self.expect = Expect::After;
        match role {
            // Whether it was an element shows in what follows.
            Role::Record | Role::Odd => self.text_end = self.at,
            Role::Value => self.scalar(true),
            Role::Key => {
                self.expect = Expect::Colon;
                let node = self.stack.last().map(|f| f.node);
                self.value_node = node.and_then(|n| self.paths.member(n, &self.token));
                if self.stack.len() == 1 && self.token == b"startedDateTime" {
                    self.har.bare = true;
                }
            }
        }
    }

    fn close(&mut self, array: bool, frame: Frame) {
        let at = self.at;
        if array != frame.array {
            if frame.list.is_some() {
                return self.lose(at);
            }
            self.damage(at);
        } else if self.expect == Expect::Colon || self.expect == Expect::Value && !frame.array {
            self.damage(at);
        }
        self.at += 1;
        self.expect = Expect::After;
        self.stack.pop();
        if self.stack.is_empty() {
            self.document_end();
        }
    }

    fn document_end(&mut self) {
        if self.pending {
            let deep = self.pending_deep;
            if self.har.bare {
                self.repairs.add(Repair::BareEntry);
            }
            self.release(if deep { What::Reject(Reason::TooDeep) } else { What::Record });
        }
        if self.har.close() {
            self.repairs.add(Repair::HarVersion);
        }
        self.pending = false;
        self.suspect = false;
        self.turn(self.at, BLANK);
        self.documents += 1;
        self.mode = Mode::Top;
    }
}
