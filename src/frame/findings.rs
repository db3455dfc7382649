//! Rows of `sightings`, `identifiers`, `signals` and `fields` while a chunk is classified.

use super::builder::PlaceColumns;
use super::column::{Finished, IntColumn, TextColumn, uniform};
use super::part::PartError;
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

    fn finish(self) -> Result<Vec<Finished>, PartError> {
        let rows = self.place.rows;
        let mut out = self.place.finish()?;
        let (mut texts, mut ints) = (self.texts.into_iter(), self.ints.into_iter());
        for kind in self.kinds {
            match kind {
                Kind::Text => out.push(texts.next().unwrap_or_default().finish(rows)?),
                _ => out.push(ints.next().unwrap_or_else(|| IntColumn::few(Kind::Int)).finish(rows)?),
            }
        }
        Ok(out)
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
    evidence_id: i64,
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
            evidence_id,
            place: Place::default(),
        }
    }

    /// Table, rows and columns of each part that has rows.
    pub fn finish(self, fields: &[FieldTotal]) -> Result<Vec<(Table, usize, Vec<Finished>)>, PartError> {
        let mut out = Vec::new();
        let tables = [
            (Table::Sightings, self.sightings),
            (Table::Identifiers, self.identifiers),
            (Table::Signals, self.signals),
        ];
        for (table, rows) in tables {
            if rows.place.rows > 0 {
                out.push((table, rows.place.rows, rows.finish()?));
            }
        }
        if !fields.is_empty() {
            out.push((Table::Fields, fields.len(), finish_fields(self.evidence_id, fields)?));
        }
        Ok(out)
    }
}

fn finish_fields(evidence_id: i64, fields: &[FieldTotal]) -> Result<Vec<Finished>, PartError> {
    let rows = fields.len();
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
    let mut out = vec![uniform(Some(evidence_id.to_le_bytes().to_vec()), rows)];
    for column in texts {
        out.push(column.finish(rows)?);
    }
    for column in ints {
        out.push(column.finish(rows)?);
    }
    Ok(out)
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
