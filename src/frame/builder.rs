//! Rows of `exchanges` and `rejects` while a chunk is parsed.

use xxhash_rust::xxh3::xxh3_64;

use super::column::{BoolColumn, Filled, IntColumn, TextColumn};
use super::schema::{AFTER_PLACE, Kind, Table};
use crate::domain::{Exchange, Int, Micros, Place, Repair, Repairs, Text};

/// The columns of [`super::schema::PLACE`].
#[derive(Debug)]
pub(super) struct PlaceColumns {
    evidence_id: i64,
    pub(super) rows: usize,
    offset: IntColumn,
    length: IntColumn,
    record: IntColumn,
}

impl PlaceColumns {
    pub(super) fn new(evidence_id: i64) -> Self {
        Self {
            evidence_id,
            rows: 0,
            offset: IntColumn::rising(Kind::Int),
            length: IntColumn::rising(Kind::Int),
            record: IntColumn::rising(Kind::Int),
        }
    }

    pub(super) fn push(&mut self, place: Place) -> usize {
        let row = self.rows;
        self.offset.push(row, place.offset as i64);
        self.length.push(row, place.length as i64);
        self.record.push(row, place.record as i64);
        self.rows += 1;
        row
    }

    pub(super) fn clear(&mut self, evidence_id: i64) {
        self.evidence_id = evidence_id;
        self.rows = 0;
        self.offset.clear();
        self.length.clear();
        self.record.clear();
    }

    pub(super) fn columns(&self) -> Vec<Filled<'_>> {
        vec![Filled::Same(self.evidence_id), self.offset.filled(), self.length.filled(), self.record.filled()]
    }
}

/// What the caller knows of a row beside the exchange.
#[derive(Debug, Clone, Copy)]
pub struct Derived<'a> {
    /// The exchange's time with the case's zone applied.
    pub time: Option<Micros>,
    /// Who asked, by the trusted-proxy setting.
    pub client: Option<&'a [u8]>,
    /// The path's shape.
    pub path_shape: Option<&'a [u8]>,
    /// Who asked: key of the actor.
    pub actor: Option<&'a [u8]>,
    /// Fingerprint of the credential, hex.
    pub credential: Option<&'a [u8]>,
    /// State of the request body, where the parser did not say.
    pub request_body_state: Option<&'a str>,
    /// State of the response body, likewise.
    pub response_body_state: Option<&'a str>,
}

/// Builds rows of `exchanges`.
#[derive(Debug)]
pub struct ExchangeBuilder {
    place: PlaceColumns,
    hash: IntColumn,
    format: TextColumn,
    repairs: TextColumn,
    time: IntColumn,
    zone_assumed: BoolColumn,
    auth: TextColumn,
    actor: TextColumn,
    credential: TextColumn,
    path_shape: TextColumn,
    texts: Vec<TextColumn>,
    ints: Vec<IntColumn>,
    /// In all rows so far the client was the peer, or there was neither.
    client_is_peer: bool,
    /// Rows with a repair.
    pub repaired: u64,
}

impl ExchangeBuilder {
    /// A builder for rows of this evidence.
    pub fn new(evidence_id: i64) -> Self {
        Self {
            place: PlaceColumns::new(evidence_id),
            hash: IntColumn::random(Kind::Int),
            format: TextColumn::default(),
            repairs: TextColumn::default(),
            time: IntColumn::rising(Kind::Time),
            zone_assumed: BoolColumn::default(),
            auth: TextColumn::default(),
            actor: TextColumn::default(),
            credential: TextColumn::default(),
            path_shape: TextColumn::default(),
            texts: Text::ALL.iter().map(|_| TextColumn::default()).collect(),
            ints: Int::ALL
                .iter()
                .map(|field| match field {
                    Int::Status | Int::Port | Int::ServerPort | Int::Attempts => IntColumn::few(Kind::Int),
                    _ => IntColumn::rising(Kind::Int),
                })
                .collect(),
            client_is_peer: true,
            repaired: 0,
        }
    }

    /// Rows so far.
    pub fn rows(&self) -> usize {
        self.place.rows
    }

    /// Adds a row.
    pub fn push(&mut self, place: Place, format: &str, raw: &[u8], x: &Exchange<'_>, derived: &Derived<'_>) {
        let row = self.place.push(place);
        self.hash.push(row, xxh3_64(raw) as i64);
        self.format.push(row, format.as_bytes(), true);
        if let Some(at) = derived.time {
            self.time.push(row, at);
        }
        self.zone_assumed.push(x.zone_assumed);
        self.auth.push(row, x.auth.code().as_bytes(), true);
        let mut repairs = x.repairs;
        // One look at the record saves one at each of its fields.
        let ascii = raw.is_ascii();
        self.tell_client_apart(x, derived);
        if let Some(actor) = derived.actor {
            self.actor.push(row, actor, false);
        }
        if let Some(credential) = derived.credential {
            self.credential.push(row, credential, true);
        }
        if let Some(shape) = derived.path_shape {
            self.path_shape.push(row, shape, false);
        }
        let mut bits = x.text_bits();
        while bits != 0 {
            let at = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if let (Some(column), Some(field)) = (self.texts.get_mut(at), Text::ALL.get(at))
                && *field != Text::ClientAddress
                && let Some(value) = x.get(*field)
                && column.push(row, value, ascii && lies_in(raw, value))
            {
                repairs.add(Repair::InvalidUtf8);
            }
        }
        self.push_derived(row, derived);
        let mut bits = x.int_bits();
        while bits != 0 {
            let at = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if let (Some(column), Some(field)) = (self.ints.get_mut(at), Int::ALL.get(at))
                && let Some(value) = x.get_int(*field)
            {
                column.push(row, value);
            }
        }
        self.push_repairs(row, repairs);
    }

    /// Where no proxy is trusted every client is the peer. Up to the first row in which that is
    /// not so, the column of clients is not filled at all.
    fn tell_client_apart(&mut self, x: &Exchange<'_>, derived: &Derived<'_>) {
        if !self.client_is_peer || same(derived.client, x.get(Text::PeerAddress)) {
            return;
        }
        self.client_is_peer = false;
        let peers = self.texts.get(Text::PeerAddress as usize).cloned();
        if let (Some(clients), Some(peers)) = (self.texts.get_mut(Text::ClientAddress as usize), peers) {
            *clients = peers;
        }
    }

    fn push_derived(&mut self, row: usize, derived: &Derived<'_>) {
        let mut set = |field: Text, value: Option<&[u8]>| {
            if let (Some(column), Some(value)) = (self.texts.get_mut(field as usize), value) {
                column.push(row, value, false);
            }
        };
        if !self.client_is_peer {
            set(Text::ClientAddress, derived.client);
        }
        set(Text::RequestBodyState, derived.request_body_state.map(str::as_bytes));
        set(Text::ResponseBodyState, derived.response_body_state.map(str::as_bytes));
    }

    fn push_repairs(&mut self, row: usize, repairs: Repairs) {
        if repairs.is_empty() {
            return;
        }
        self.repaired += 1;
        self.repairs.push(row, repair_codes(repairs).as_bytes(), true);
    }

    /// Forgets all rows and begins with those of this evidence; keeps the room.
    pub fn clear(&mut self, evidence_id: i64) {
        self.place.clear(evidence_id);
        self.hash.clear();
        self.time.clear();
        self.zone_assumed.clear();
        for column in [
            &mut self.format,
            &mut self.repairs,
            &mut self.auth,
            &mut self.actor,
            &mut self.credential,
            &mut self.path_shape,
        ] {
            column.clear();
        }
        self.texts.iter_mut().for_each(TextColumn::clear);
        self.ints.iter_mut().for_each(IntColumn::clear);
        (self.client_is_peer, self.repaired) = (true, 0);
    }

    /// The columns of a part.
    pub fn columns(&self) -> Vec<Filled<'_>> {
        let mut out = self.place.columns();
        out.push(self.hash.filled());
        out.push(self.format.filled());
        out.push(self.repairs.filled());
        out.push(self.time.filled());
        out.push(Filled::Bool(&self.zone_assumed));
        out.push(self.auth.filled());
        out.push(self.actor.filled());
        out.push(self.credential.filled());
        out.push(self.path_shape.filled());
        let base = out.len();
        out.extend(self.texts.iter().map(TextColumn::filled));
        let (first, second) = CLIENT_AND_PEER;
        if self.client_is_peer {
            let peers = out.get(base + Text::PeerAddress as usize).copied().unwrap_or(Filled::Null);
            if let Some(column) = out.get_mut(base + first) {
                *column = peers;
            }
            if let Some(column) = out.get_mut(base + second) {
                *column = Filled::SameAs(base + first);
            }
        }
        out.extend(self.ints.iter().map(IntColumn::filled));
        out
    }
}

/// Indices of the two addresses among the text columns, the lower one first.
const CLIENT_AND_PEER: (usize, usize) = {
    let (client, peer) = (Text::ClientAddress as usize, Text::PeerAddress as usize);
    if client < peer { (client, peer) } else { (peer, client) }
};

/// Whether two values are the same bytes at the same place, which is cheaper to tell than whether
/// they are equal, or neither is there.
fn same(a: Option<&[u8]>, b: Option<&[u8]>) -> bool {
    a.map(<[u8]>::as_ptr_range) == b.map(<[u8]>::as_ptr_range)
}

/// Whether a value is a piece of the record and not made from it.
fn lies_in(record: &[u8], value: &[u8]) -> bool {
    let (whole, part) = (record.as_ptr_range(), value.as_ptr_range());
    whole.start <= part.start && part.end <= whole.end
}

/// Codes of a set of repairs, comma separated.
pub fn repair_codes(repairs: Repairs) -> String {
    repairs.iter().map(Repair::code).collect::<Vec<_>>().join(",")
}

/// Builds rows of `rejects`.
#[derive(Debug)]
pub struct RejectBuilder {
    place: PlaceColumns,
    kind: TextColumn,
    reason: TextColumn,
}

impl RejectBuilder {
    /// A builder for rows of this evidence.
    pub fn new(evidence_id: i64) -> Self {
        Self { place: PlaceColumns::new(evidence_id), kind: TextColumn::default(), reason: TextColumn::default() }
    }

    /// Rows so far.
    pub fn rows(&self) -> usize {
        self.place.rows
    }

    /// Adds a row of kind `reject` or `ignorable`.
    pub fn push(&mut self, place: Place, kind: &str, reason: &str) {
        let row = self.place.push(place);
        self.kind.push(row, kind.as_bytes(), true);
        self.reason.push(row, reason.as_bytes(), true);
    }

    /// Forgets all rows and begins with those of this evidence; keeps the room.
    pub fn clear(&mut self, evidence_id: i64) {
        self.place.clear(evidence_id);
        self.kind.clear();
        self.reason.clear();
    }

    /// The columns of a part.
    pub fn columns(&self) -> Vec<Filled<'_>> {
        let mut out = self.place.columns();
        out.push(self.kind.filled());
        out.push(self.reason.filled());
        out
    }
}

/// One value of a small table that is written as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Null.
    Null,
    /// Text.
    Text(String),
    /// Integer or timestamp.
    Int(i64),
}

/// A column of a small table.
#[derive(Debug)]
pub enum Small {
    /// Text.
    Text(TextColumn),
    /// Integers or times.
    Int(IntColumn),
    /// Nothing.
    Null,
}

impl Small {
    /// For the writer.
    pub fn filled(&self) -> Filled<'_> {
        match self {
            Self::Text(column) => column.filled(),
            Self::Int(column) => column.filled(),
            Self::Null => Filled::Null,
        }
    }
}

/// The columns of a small table from its rows.
pub fn from_rows(table: Table, rows: &[Vec<Cell>]) -> Vec<Small> {
    let mut out = Vec::new();
    for (at, column) in table.columns().iter().enumerate() {
        let cells = rows.iter().map(|row| row.get(at).unwrap_or(&Cell::Null)).enumerate();
        out.push(match column.kind {
            Kind::Text => {
                let mut c = TextColumn::default();
                for (row, cell) in cells {
                    if let Cell::Text(text) = cell {
                        c.push(row, text.as_bytes(), false);
                    }
                }
                Small::Text(c)
            }
            Kind::Int | Kind::Time => {
                let mut c = IntColumn::few(column.kind);
                for (row, cell) in cells {
                    if let Cell::Int(value) = cell {
                        c.push(row, *value);
                    }
                }
                Small::Int(c)
            }
            Kind::Bool => Small::Null,
        });
    }
    debug_assert!(AFTER_PLACE <= out.len());
    out
}
