//! Rows of `sightings`, `identifiers`, `signals` and `fields` while a chunk is classified.

use super::builder::PlaceColumns;
use super::column::{Filled, IntColumn, TextColumn};
use super::schema::{Kind, Table};
use crate::classify::{FieldTotal, Findings, Identifier, Sighting, Signal};
use crate::domain::{Fingerprint, Place};

/// A row's texts and integers by column, in the order of the schema behind the place.
#[derive(Debug)]
struct Rows {
    place: PlaceColumns,
    texts: Vec<TextColumn>,
    ints: Vec<IntColumn>,
    /// Kinds of the columns behind the place.
    kinds: Vec<Kind>,
}

impl Rows {
    fn new(table: Table, evidence_id: i64) -> Self {
        let kinds: Vec<Kind> = table.columns().iter().skip(super::schema::AFTER_PLACE).map(|c| c.kind).collect();
        let count = |kind: Kind| kinds.iter().filter(|k| **k == kind).count();
        Self {
            place: PlaceColumns::new(evidence_id),
            texts: (0..count(Kind::Text)).map(|_| TextColumn::default()).collect(),
            ints: (0..count(Kind::Int)).map(|_| IntColumn::few(Kind::Int)).collect(),
            kinds,
        }
    }

    fn push(&mut self, place: Place, texts: &[Option<&[u8]>], ints: &[i64]) {
        let row = self.place.push(place);
        for (column, text) in self.texts.iter_mut().zip(texts) {
            if let Some(text) = text {
                column.push(row, text, false);
            }
        }
        for (column, value) in self.ints.iter_mut().zip(ints) {
            column.push(row, *value);
        }
    }

    fn clear(&mut self, evidence_id: i64) {
        self.place.clear(evidence_id);
        self.texts.iter_mut().for_each(TextColumn::clear);
        self.ints.iter_mut().for_each(IntColumn::clear);
    }

    fn columns(&self) -> Vec<Filled<'_>> {
        let mut out = self.place.columns();
        let (mut texts, mut ints) = (self.texts.iter(), self.ints.iter());
        for kind in &self.kinds {
            out.extend(match kind {
                Kind::Text => texts.next().map(TextColumn::filled),
                _ => ints.next().map(IntColumn::filled),
            });
        }
        out
    }
}

/// 32 hex digits of a fingerprint.
fn hex(fingerprint: Fingerprint) -> [u8; 32] {
    let mut out = [b'0'; 32];
    for (at, digit) in out.iter_mut().enumerate() {
        let nibble = (fingerprint.0 >> (124 - 4 * at) & 0xf) as u8;
        *digit = if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    }
    out
}

/// Collects what the classifier finds in the exchanges of a chunk.
#[derive(Debug)]
pub struct FindingsBuilder {
    sightings: Rows,
    identifiers: Rows,
    signals: Rows,
    /// Place of the exchange that is being classified.
    pub place: Place,
}

impl FindingsBuilder {
    /// A builder for rows of this evidence.
    pub fn new(evidence_id: i64) -> Self {
        Self {
            sightings: Rows::new(Table::Sightings, evidence_id),
            identifiers: Rows::new(Table::Identifiers, evidence_id),
            signals: Rows::new(Table::Signals, evidence_id),
            place: Place::default(),
        }
    }

    /// Forgets all rows and begins with those of this evidence; keeps the room.
    pub fn clear(&mut self, evidence_id: i64) {
        for rows in [&mut self.sightings, &mut self.identifiers, &mut self.signals] {
            rows.clear(evidence_id);
        }
    }

    /// Table, rows and columns of each part.
    pub fn columns(&self) -> [(Table, usize, Vec<Filled<'_>>); 3] {
        [(Table::Sightings, &self.sightings), (Table::Identifiers, &self.identifiers), (Table::Signals, &self.signals)]
            .map(|(table, rows)| (table, rows.place.rows, rows.columns()))
    }
}

/// Rows of `fields`.
#[derive(Debug)]
pub struct FieldsBuilder {
    evidence_id: i64,
    rows: usize,
    texts: [TextColumn; 4],
    ints: [IntColumn; 2],
}

impl FieldsBuilder {
    /// The counts of a chunk.
    pub fn new(evidence_id: i64, fields: &[FieldTotal]) -> Self {
        let mut texts = [(); 4].map(|()| TextColumn::default());
        let mut ints = [(); 2].map(|()| IntColumn::few(Kind::Int));
        for (row, field) in fields.iter().enumerate() {
            let words = [&*field.endpoint, field.location.code(), &*field.pointer, &*field.class];
            for (column, word) in texts.iter_mut().zip(words) {
                column.push(row, word.as_bytes(), false);
            }
            for (column, count) in ints.iter_mut().zip([field.values, field.passing]) {
                column.push(row, count as i64);
            }
        }
        Self { evidence_id, rows: fields.len(), texts, ints }
    }

    /// How many there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns of a part.
    pub fn columns(&self) -> Vec<Filled<'_>> {
        let texts = self.texts.iter().map(TextColumn::filled);
        let ints = self.ints.iter().map(IntColumn::filled);
        std::iter::once(Filled::Same(self.evidence_id)).chain(texts).chain(ints).collect()
    }
}

impl Findings for FindingsBuilder {
    fn sighting(&mut self, s: &Sighting<'_>) {
        let fingerprint = hex(s.fingerprint);
        let texts = [s.class, s.location.code(), s.pointer, s.masked].map(|t| Some(t.as_bytes()));
        let [class, location, pointer, masked] = texts;
        self.sightings.push(
            self.place,
            &[class, location, pointer, masked, Some(fingerprint.as_slice()), Some(s.why.as_bytes())],
            &[i64::from(s.leaf), i64::from(s.scope.0), i64::from(s.scope.1), i64::from(s.confidence)],
        );
    }

    fn identifier(&mut self, i: &Identifier<'_>) {
        let fingerprint = i.personal.map(hex);
        let [location, pointer, name, value] =
            [i.location.code(), i.pointer, i.name, i.value].map(|t| Some(t.as_bytes()));
        self.identifiers.push(
            self.place,
            &[location, pointer, name, value, fingerprint.as_ref().map(<[u8; 32]>::as_slice)],
            &[i64::from(i.leaf), i64::from(i.scope.0), i64::from(i.scope.1)],
        );
    }

    fn signal(&mut self, s: &Signal<'_>) {
        let texts = [s.signal, s.location.code(), s.pointer, s.detail].map(|t| Some(t.as_bytes()));
        self.signals.push(self.place, &texts, &[]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_the_display_form() {
        let f = Fingerprint(0x0123_4567_89ab_cdef_0011_2233_4455_6677);
        assert_eq!(std::str::from_utf8(&hex(f)).unwrap(), f.to_string());
    }
}
