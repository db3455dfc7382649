//! One request and its response as the evidence shows it: what every parser yields.

use std::fmt;

use super::{Credential, Int, Micros, Repair, Repairs, Text};

/// Whether the request carried credentials. No token in the evidence is not no token sent:
/// browsers export sanitised captures and most logs record no headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub enum Auth {
    /// The evidence shows credentials.
    Present,
    /// The evidence records what would hold credentials, and there are none.
    Absent,
    /// The evidence cannot tell.
    #[default]
    Unknown,
}

impl Auth {
    /// The word that frames and reports carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Absent => "absent",
            Self::Unknown => "unknown",
        }
    }
}

/// How a body is written down in the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// As it is.
    Plain,
    /// Inside a JSON string, still escaped.
    JsonEscaped,
    /// Base64 text.
    Base64,
}

/// A body where it stands in the evidence, not yet decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body<'a> {
    /// The bytes as the evidence holds them.
    pub raw: &'a [u8],
    /// How they are written down.
    pub transfer: Transfer,
    /// Whether the evidence says that a part is missing.
    pub complete: bool,
}

/// What a parser noticed of one field; collected only for `formats explain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// The field's name in the evidence: `$request_time`, `httpRequest.clientIp`, `cs-uri-stem`.
    pub source: String,
    /// Where it went, in words; `None` where it was not understood.
    pub target: Option<String>,
    /// The value as it stands in the evidence.
    pub raw: Vec<u8>,
}

/// A state of an [`Exchange`] to go back to when a guess about a record proves wrong.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    text_set: u64,
    int_set: u64,
    time: Option<Micros>,
    zone_assumed: bool,
    auth: Auth,
    request_body: Option<Body<'a>>,
    response_body: Option<Body<'a>>,
    credentials: [Option<&'a [u8]>; Credential::ALL.len()],
    repairs: Repairs,
    traced: usize,
}

/// One exchange. Text is borrowed from the chunk or from the chunk's arena, so that filling one
/// allocates nothing. Reused for every record of a chunk: [`Exchange::clear`] forgets the last.
pub struct Exchange<'a> {
    texts: [&'a [u8]; Text::COUNT],
    text_set: u64,
    ints: [i64; Int::COUNT],
    int_set: u64,
    /// When, as the evidence says it.
    pub time: Option<Micros>,
    /// The evidence named no zone: `time` was read as if its clock were UTC.
    pub zone_assumed: bool,
    /// Whether the request carried credentials.
    pub auth: Auth,
    /// The request's body.
    pub request_body: Option<Body<'a>>,
    /// The response's body.
    pub response_body: Option<Body<'a>>,
    /// Credentials as they stand in the evidence: looked into and fingerprinted, never stored.
    credentials: [Option<&'a [u8]>; Credential::ALL.len()],
    /// What had to be mended.
    pub repairs: Repairs,
    /// Filled only when somebody asked for an explanation.
    pub trace: Option<Vec<Traced>>,
}

impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        map.entry(&"time", &self.time).entry(&"auth", &self.auth);
        for (field, value) in self.texts() {
            map.entry(&field.column(), &String::from_utf8_lossy(value));
        }
        for (field, value) in self.ints() {
            map.entry(&field.column(), &value);
        }
        map.finish()
    }
}

impl Default for Exchange<'_> {
    fn default() -> Self {
        Self {
            texts: [&[]; Text::COUNT],
            text_set: 0,
            ints: [0; Int::COUNT],
            int_set: 0,
            time: None,
            zone_assumed: false,
            auth: Auth::Unknown,
            request_body: None,
            response_body: None,
            credentials: [None; Credential::ALL.len()],
            repairs: Repairs::default(),
            trace: None,
        }
    }
}

// The two bit sets are words: a column more than they hold is a compile error here.
const _: () = assert!(Text::COUNT <= 64 && Int::COUNT <= 64);

impl<'a> Exchange<'a> {
    /// Forgets everything but whether a trace is wanted.
    pub fn clear(&mut self) {
        self.text_set = 0;
        self.int_set = 0;
        self.time = None;
        self.zone_assumed = false;
        self.auth = Auth::Unknown;
        self.request_body = None;
        self.response_body = None;
        self.credentials = [None; Credential::ALL.len()];
        self.repairs = Repairs::default();
        if let Some(trace) = &mut self.trace {
            trace.clear();
        }
    }

    /// What is set right now; [`Exchange::reset`] goes back to it.
    pub fn mark(&self) -> Mark<'a> {
        Mark {
            text_set: self.text_set,
            int_set: self.int_set,
            time: self.time,
            zone_assumed: self.zone_assumed,
            auth: self.auth,
            request_body: self.request_body,
            response_body: self.response_body,
            credentials: self.credentials,
            repairs: self.repairs,
            traced: self.trace.as_ref().map_or(0, Vec::len),
        }
    }

    /// Forgets what was set since the mark was taken. A field that was set before and again since
    /// keeps its later value.
    pub fn reset(&mut self, mark: &Mark<'a>) {
        self.text_set = mark.text_set;
        self.int_set = mark.int_set;
        self.time = mark.time;
        self.zone_assumed = mark.zone_assumed;
        self.auth = mark.auth;
        self.request_body = mark.request_body;
        self.response_body = mark.response_body;
        self.credentials = mark.credentials;
        self.repairs = mark.repairs;
        if let Some(trace) = &mut self.trace {
            trace.truncate(mark.traced);
        }
    }

    /// Sets a text field; a later call wins.
    pub fn set(&mut self, field: Text, value: &'a [u8]) {
        if let Some(slot) = self.texts.get_mut(field as usize) {
            *slot = value;
            self.text_set |= 1 << field as u64;
        }
    }

    /// Sets a text field unless it is set already.
    pub fn set_default(&mut self, field: Text, value: &'a [u8]) {
        if self.text_set & (1 << field as u64) == 0 {
            self.set(field, value);
        }
    }

    /// Takes a text field back.
    pub fn unset(&mut self, field: Text) {
        self.text_set &= !(1 << field as u64);
    }

    /// Sets an integer field; a later call wins.
    pub fn set_int(&mut self, field: Int, value: i64) {
        if let Some(slot) = self.ints.get_mut(field as usize) {
            *slot = value;
            self.int_set |= 1 << field as u64;
        }
    }

    /// Takes an integer field back.
    pub fn unset_int(&mut self, field: Int) {
        self.int_set &= !(1 << field as u64);
    }

    /// Sets an integer field unless it is set already.
    pub fn set_int_default(&mut self, field: Int, value: i64) {
        if self.int_set & (1 << field as u64) == 0 {
            self.set_int(field, value);
        }
    }

    /// A text field.
    pub fn get(&self, field: Text) -> Option<&'a [u8]> {
        if self.text_set & (1 << field as u64) == 0 {
            return None;
        }
        self.texts.get(field as usize).copied()
    }

    /// An integer field.
    pub fn get_int(&self, field: Int) -> Option<i64> {
        if self.int_set & (1 << field as u64) == 0 {
            return None;
        }
        self.ints.get(field as usize).copied()
    }

    /// The text fields that are set, in column order.
    pub fn texts(&self) -> impl Iterator<Item = (Text, &'a [u8])> + '_ {
        Text::ALL.iter().copied().filter_map(|f| self.get(f).map(|v| (f, v)))
    }

    /// The integer fields that are set, in column order.
    pub fn ints(&self) -> impl Iterator<Item = (Int, i64)> + '_ {
        Int::ALL.iter().copied().filter_map(|f| self.get_int(f).map(|v| (f, v)))
    }

    /// Bit set of the text fields, bit `Text as u8`: lets a builder visit only what is there.
    pub fn text_bits(&self) -> u64 {
        self.text_set
    }

    /// Bit set of the integer fields.
    pub fn int_bits(&self) -> u64 {
        self.int_set
    }

    /// Hands over a credential for classification; the frames never see it.
    pub fn withhold(&mut self, kind: Credential, value: &'a [u8]) {
        if let Some(slot) = self.credentials.get_mut(kind as usize) {
            *slot = Some(value);
        }
    }

    /// A credential as it stands in the evidence.
    pub fn credential(&self, kind: Credential) -> Option<&'a [u8]> {
        self.credentials.get(kind as usize).copied().flatten()
    }

    /// Records a repair.
    pub fn repair(&mut self, repair: Repair) {
        self.repairs.add(repair);
    }

    /// Whether this can count as an exchange: somebody asked for something.
    pub fn has_request(&self) -> bool {
        const ASKED: u64 =
            1 << Text::Method as u64 | 1 << Text::Path as u64 | 1 << Text::RequestLine as u64 | 1 << Text::Host as u64;
        self.text_set & ASKED != 0
    }
}
