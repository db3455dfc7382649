//! Records inside JSON documents: HAR, `{"records": […]}`, lists, pretty-printed objects one after
//! another. The document is never held as a whole: only the record that is being read is, or the
//! head of a top-level object until it is known whether it holds records or is one.
//!
//! The cutter follows brackets, quotes and commas. Where they contradict each other a record may
//! have lost its end, so from there it also looks for the beginning of the next one; whichever
//! comes first, the end or the next beginning, decides.

use super::{Cut, Cutter, Span, What};
use crate::domain::limits::{JSON_DEPTH_MAX, RECORD_BYTES_MAX};
use crate::domain::{Ignorable, Reason, Repair, Repairs};

mod envelope;
mod har;
mod head;
mod paths;
mod scan;
mod sync;
mod top;

#[cfg(test)]
mod tests;

pub use head::looks_like;

use har::Har;
use paths::{List, Paths};
use scan::{Container, Expect, Scan};

const ENVELOPE: What = What::Ignorable(Ignorable::Envelope);
const BLANK: What = What::Ignorable(Ignorable::Blank);
const BAD: What = What::Reject(Reason::BadJson);
const ODD: What = What::Reject(Reason::NotThisFormat);
/// Bytes that are searched for a record's beginning ahead of the scan. Small, so that damage in
/// every record costs a few times its size and not the rest of the buffer.
const SEARCH_BYTES: usize = 4 << 10;
const TOO_LONG: What = What::Reject(Reason::TooLong);

/// What a bracketed value is that is followed by brackets alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// An element of a list of records.
    Record,
    /// Something else in the envelope.
    Skip,
    /// An element of a list of records that is a list.
    Odd,
}

/// What a string is that is read in the envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Key,
    Value,
    Record,
    Odd,
}

#[derive(Debug, Clone)]
enum Mode {
    /// Between top-level values.
    Top,
    /// In text between top-level values that is no JSON.
    Junk,
    /// In the envelope, token by token.
    Envelope,
    /// In a string of the envelope.
    Text(Role),
    /// In a bracketed value.
    Deep(Purpose, Container),
    /// After damage that leaves no structure to follow.
    Lost,
}

/// An open container of the envelope. Its depth is that of [`Paths`] at most.
#[derive(Debug, Clone, Copy)]
struct Frame {
    array: bool,
    /// The object's own node, or that of the list's elements.
    node: usize,
    /// Set for a list of records.
    list: Option<List>,
}

/// Whether to go on with the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Go,
    Starved,
}

#[expect(clippy::struct_excessive_bools, reason = "independent facts about the stream, not one state")]
/// Cuts JSON documents. All offsets count from the first byte that was not taken yet.
#[derive(Debug)]
pub struct JsonCutter {
    target: usize,
    /// Longest top-level record.
    top_limit: usize,
    paths: Paths,
    mode: Mode,
    expect: Expect,
    stack: Vec<Frame>,
    /// Node of the value that comes next.
    value_node: Option<usize>,
    /// Scan position.
    at: usize,
    /// Bytes before this are in `spans`.
    done: usize,
    spans: Vec<Span>,
    /// Bytes from `done` on are kept together: they may become one record.
    held: bool,
    /// What the bytes from `done` on are when they are not held.
    here: What,
    /// The top-level object has shown no records yet: it may be one.
    pending: bool,
    pending_deep: bool,
    /// The structure contradicted itself at `bad_from`; beginnings are looked for from `sync_at`.
    suspect: bool,
    bad_from: usize,
    sync_at: usize,
    strong_only: bool,
    /// The damage stands outside of any list.
    top_level: bool,
    /// Longest record of what is held.
    limit: usize,
    /// The last string or literal of the envelope, or where it goes on behind something else.
    text_start: usize,
    text_end: usize,
    token: Vec<u8>,
    escaped: bool,
    learned: Vec<u8>,
    tail: Vec<u8>,
    har: Har,
    repairs: Repairs,
    jsonp: bool,
    documents: u64,
}

impl JsonCutter {
    /// A cutter that aims at this chunk size.
    pub fn new(target: usize) -> Self {
        Self {
            target: target.max(1),
            top_limit: RECORD_BYTES_MAX,
            paths: Paths::new(),
            mode: Mode::Top,
            expect: Expect::Value,
            stack: Vec::new(),
            value_node: None,
            at: 0,
            done: 0,
            spans: Vec::new(),
            held: false,
            here: BLANK,
            pending: false,
            pending_deep: false,
            suspect: false,
            bad_from: 0,
            sync_at: 0,
            strong_only: false,
            top_level: false,
            limit: RECORD_BYTES_MAX,
            text_start: 0,
            text_end: 0,
            token: Vec::new(),
            escaped: false,
            learned: Vec::new(),
            tail: Vec::new(),
            har: Har::default(),
            repairs: Repairs::default(),
            jsonp: false,
            documents: 0,
        }
    }

    /// Closes the span that ends at `to`.
    fn commit(&mut self, to: usize, what: What) {
        if to <= self.done {
            return;
        }
        match self.spans.last_mut() {
            Some(last) if last.what == what && matches!(what, What::Ignorable(_)) => last.end = to,
            _ => self.spans.push(Span { start: self.done, end: to, what }),
        }
        self.done = to;
    }

    /// From `at` on the bytes are something else.
    fn turn(&mut self, at: usize, what: What) {
        if what != self.here {
            self.commit(at, self.here);
            self.here = what;
        }
    }

    /// Begins what may become a record.
    fn hold(&mut self, at: usize, limit: usize) {
        self.commit(at, self.here);
        self.here = ENVELOPE;
        self.held = true;
        self.limit = limit;
        self.suspect = false;
    }

    /// Ends what was held, or the rest of it when it grew too long.
    fn release(&mut self, what: What) {
        let what = if self.held { what } else { self.here };
        self.commit(self.at, what);
        self.held = false;
        self.suspect = false;
        self.here = ENVELOPE;
    }

    /// The structure is impossible at a token.
    fn damage(&mut self, token: usize) {
        if self.suspect {
            return;
        }
        self.suspect = true;
        self.strong_only = matches!(&self.mode, Mode::Deep(_, c) if c.too_deep);
        self.top_level = self.list().is_none();
        self.bad_from = token.max(self.done);
        self.sync_at = self.bad_from;
        // The record's own beginning is none to go on at.
        if self.held && self.sync_at == self.done {
            self.sync_at += 1;
        }
        if !self.held && !matches!(self.here, What::Reject(_)) {
            self.turn(self.bad_from, BAD);
        }
    }

    /// The innermost list of records that is open.
    fn list(&self) -> Option<(usize, List)> {
        self.stack.iter().enumerate().rev().find_map(|(i, f)| f.list.map(|l| (i, l)))
    }

    /// First beginning of a record between the place where damage was seen and `to`, and whether
    /// it is one for certain or more bytes are needed.
    fn beginning(&mut self, buffer: &[u8], to: usize, last: bool) -> Option<(usize, bool)> {
        let context = sync::Context {
            learned: &self.learned,
            top_level: self.top_level,
            strong_only: self.strong_only,
            last,
            tail: &self.tail,
        };
        loop {
            let rest = buffer.get(self.sync_at..to).unwrap_or_default();
            let Some(found) = memchr::memchr(b'{', rest) else {
                self.sync_at = self.sync_at.max(to);
                return None;
            };
            let at = self.sync_at + found;
            match sync::begins(buffer, at, context) {
                Some(true) => return Some((at, true)),
                None => return Some((at, false)),
                Some(false) => self.sync_at = at + 1,
            }
        }
    }

    /// Gives up what was being read and goes on at the beginning of a record.
    fn resume(&mut self, at: usize) {
        let deep = matches!(&self.mode, Mode::Deep(_, c) if c.too_deep);
        let what = match (self.held, deep) {
            (true, true) => What::Reject(Reason::TooDeep),
            (true, false) => BAD,
            (false, _) => self.here,
        };
        self.commit(at, what);
        self.at = at;
        self.text_start = at;
        self.held = false;
        self.suspect = false;
        self.pending = false;
        self.repairs.add(Repair::ResyncedEntry);
        if let Some((list, _)) = self.list() {
            self.stack.truncate(list + 1);
            self.mode = Mode::Envelope;
            self.expect = Expect::Value;
            self.here = ENVELOPE;
        } else {
            self.stack.clear();
            self.mode = Mode::Top;
            self.here = BLANK;
        }
    }

    fn step(&mut self, buffer: &[u8], last: bool) -> Step {
        let bound = if self.held { self.done.saturating_add(self.limit) } else { self.target };
        let mut end = buffer.len().min(bound);
        if self.suspect {
            end = end.min(self.at.saturating_add(SEARCH_BYTES));
            match self.beginning(buffer, end.max(self.at).saturating_add(1).min(buffer.len()), last) {
                Some((at, true)) if at <= self.at => {
                    self.resume(at);
                    return Step::Go;
                }
                Some((at, false)) if at <= self.at => return Step::Starved,
                Some((at, _)) => end = end.min(at),
                None => {}
            }
        }
        if self.at < end {
            let window = buffer.get(..end).unwrap_or(buffer);
            return self.advance(window, buffer, last);
        }
        if self.held && self.at >= bound && self.at < buffer.len() {
            self.outgrown();
            return Step::Go;
        }
        if !self.held && self.at >= self.target { Step::Go } else { Step::Starved }
    }

    /// Reads on in the window, which begins the buffer.
    fn advance(&mut self, window: &[u8], buffer: &[u8], last: bool) -> Step {
        match &mut self.mode {
            Mode::Top => return self.top(window, buffer, last),
            Mode::Junk => self.junk(window),
            Mode::Envelope => self.envelope(window),
            Mode::Text(role) => {
                let role = *role;
                self.text(window, role);
            }
            Mode::Lost => self.at = window.len(),
            Mode::Deep(purpose, container) => {
                let purpose = *purpose;
                match container.scan(window, &mut self.at) {
                    Scan::More => {}
                    Scan::Closed => {
                        let deep = container.too_deep;
                        self.closed(purpose, deep, buffer);
                    }
                    Scan::Broken(token) => self.damage(token),
                }
            }
        }
        Step::Go
    }

    /// A bracketed value has ended at the scan position.
    fn closed(&mut self, purpose: Purpose, deep: bool, buffer: &[u8]) {
        self.mode = Mode::Envelope;
        self.expect = Expect::After;
        (self.text_start, self.text_end) = (self.at, self.at);
        match purpose {
            Purpose::Record => {
                if self.learned.is_empty() {
                    self.learned = sync::first_key(buffer.get(self.done..self.at).unwrap_or_default()).to_vec();
                }
                self.release(if deep { What::Reject(Reason::TooDeep) } else { What::Record });
            }
            Purpose::Skip => self.pending_deep |= deep,
            Purpose::Odd => {
                self.suspect = false;
            }
        }
    }

    /// What is held is longer than allowed: it is no longer kept, only its end is looked for.
    fn outgrown(&mut self) {
        self.held = false;
        if self.suspect && !self.pending {
            self.here = BAD;
            self.mode = Mode::Lost;
        } else {
            self.here = TOO_LONG;
        }
        self.commit(self.at, self.here);
    }

    /// The stream ends at `len`.
    fn finish(&mut self, len: usize) {
        self.at = len;
        if self.whole_string() {
            self.string_record();
        }
        if self.held {
            let deep = self.pending_deep && self.pending || matches!(&self.mode, Mode::Deep(_, c) if c.too_deep);
            let what = match (deep, self.suspect) {
                (true, _) => Reason::TooDeep,
                (false, true) => Reason::BadJson,
                (false, false) => Reason::Truncated,
            };
            self.commit(len, What::Reject(what));
        }
        self.commit(len, self.here);
    }

    fn take(&mut self, buffer: &[u8]) -> Cut {
        let len = self.done;
        let spans = std::mem::take(&mut self.spans);
        self.at = self.at.saturating_sub(len);
        self.sync_at = self.sync_at.saturating_sub(len);
        self.bad_from = self.bad_from.saturating_sub(len);
        self.text_start = self.text_start.saturating_sub(len);
        self.text_end = self.text_end.saturating_sub(len);
        self.done = 0;
        if let Mode::Deep(_, container) = &mut self.mode {
            container.shift(len);
        }
        let taken = buffer.get(..len).unwrap_or(buffer);
        self.tail.extend_from_slice(taken.get(taken.len().saturating_sub(sync::REACH)..).unwrap_or(taken));
        self.tail.drain(..self.tail.len().saturating_sub(sync::REACH));
        let records = spans.iter().filter(|s| s.what == What::Record).count() as u64;
        Cut::Take { len, spans, records }
    }

    /// A container of dead structure that is followed by its brackets.
    fn deep(&self, purpose: Purpose, object: bool) -> Mode {
        let outside = if purpose == Purpose::Record { 0 } else { self.stack.len() };
        Mode::Deep(purpose, Container::open(object, JSON_DEPTH_MAX.saturating_sub(outside)))
    }
}

impl Cutter for JsonCutter {
    fn cut(&mut self, buffer: &[u8], last: bool) -> Cut {
        loop {
            if self.done >= self.target {
                return self.take(buffer);
            }
            // A beginning in the last string must be seen before its bytes are taken.
            let searched = !self.suspect || self.sync_at >= self.at;
            if !self.held && self.at >= self.target && searched {
                self.commit(self.at, self.here);
                continue;
            }
            if self.step(buffer, last) == Step::Starved {
                break;
            }
        }
        if !last || buffer.is_empty() {
            return Cut::More;
        }
        self.finish(buffer.len());
        self.take(buffer)
    }

    fn repairs(&self) -> Repairs {
        let mut repairs = self.repairs;
        if !matches!(self.mode, Mode::Top | Mode::Junk | Mode::Lost) && !self.suspect {
            repairs.add(Repair::TruncatedFile);
        }
        if self.har.odd_version() {
            repairs.add(Repair::HarVersion);
        }
        repairs
    }

    fn producer(&self) -> Option<String> {
        self.har.producer()
    }
}
