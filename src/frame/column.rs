//! Columns while they are filled. A text column builds its dictionary as values come, so that
//! encoding costs nothing twice; one whose values hardly repeat turns itself into plain text.
//! Columns are cleared and filled again for the next part: fresh memory costs page faults.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use super::schema::Kind;

/// Values after which a column first decides whether a dictionary pays. It decides again whenever
/// their number has doubled: the values of some columns begin to differ late.
const DECIDE_ROWS: usize = 1024;

/// Bytes of room that a column keeps for the next part: one huge record must not hold memory for
/// the rest of an ingest.
const KEPT_BYTES_MAX: usize = 8 << 20;

/// Empties a buffer; gives its room back where that is much.
fn empty<T>(buffer: &mut Vec<T>) {
    buffer.clear();
    if buffer.capacity() * size_of::<T>() > KEPT_BYTES_MAX {
        *buffer = Vec::new();
    }
}

/// A column as the writer takes it.
#[derive(Debug, Clone, Copy)]
pub enum Filled<'a> {
    /// All rows are null.
    Null,
    /// All rows hold this integer.
    Same(i64),
    /// Text.
    Text(&'a TextColumn),
    /// Integers or times.
    Int(&'a IntColumn),
    /// Booleans.
    Bool(&'a BoolColumn),
    /// The values of the column of this index, which stands before this one.
    SameAs(usize),
}

/// Which rows have a value. Rows that were never mentioned are null.
#[derive(Debug, Clone, Default)]
pub struct Validity {
    /// One past the last row with a value.
    rows: usize,
    /// Bits of the rows, the first one lowest; empty up to the first null: most columns have a
    /// value in all rows or in none.
    words: Vec<u64>,
}

impl Validity {
    /// Notes that `row`, which is behind all rows noted so far, has a value.
    #[inline]
    fn set(&mut self, row: usize) {
        if self.words.is_empty() && row == self.rows {
            self.rows += 1;
            return;
        }
        self.set_behind_null(row);
    }

    fn set_behind_null(&mut self, row: usize) {
        if self.words.is_empty() {
            self.words.resize(self.rows / 64, u64::MAX);
            if !self.rows.is_multiple_of(64) {
                self.words.push((1 << (self.rows % 64)) - 1);
            }
        }
        let at = row / 64;
        if self.words.len() <= at {
            self.words.resize(at + 1, 0);
        }
        if let Some(word) = self.words.get_mut(at) {
            *word |= 1 << (row % 64);
        }
        self.rows = row + 1;
    }

    /// Whether any of so many rows is null.
    pub fn has_nulls(&self, rows: usize) -> bool {
        !self.words.is_empty() || self.rows < rows
    }

    /// Bits of the 64 rows from `64 * at` on.
    pub fn word(&self, at: usize) -> u64 {
        if self.words.is_empty() {
            return match self.rows.saturating_sub(64 * at) {
                0 => 0,
                n @ 1..64 => (1 << n) - 1,
                _ => u64::MAX,
            };
        }
        self.words.get(at).copied().unwrap_or(0)
    }

    fn clear(&mut self) {
        self.rows = 0;
        empty(&mut self.words);
    }
}

/// A text column.
#[derive(Debug, Clone)]
pub struct TextColumn {
    pub(super) validity: Validity,
    /// Dictionary code of each value; empty in plain mode, and while all are the first one.
    pub(super) codes: Vec<u32>,
    /// Hash and code of each value: with the hash beside it, a miss touches neither bytes nor ends.
    index: HashTable<(u64, u32)>,
    /// Dictionary values, or in plain mode all values, one after another.
    pub(super) bytes: Vec<u8>,
    /// Ends of the values in `bytes`, with a leading 0.
    pub(super) ends: Vec<usize>,
    pub(super) plain: bool,
    /// Code of the last value: runs are common.
    last: u32,
    pub(super) valued: usize,
}

impl Default for TextColumn {
    fn default() -> Self {
        Self {
            validity: Validity::default(),
            codes: Vec::new(),
            index: HashTable::new(),
            bytes: Vec::new(),
            ends: vec![0],
            plain: false,
            last: u32::MAX,
            valued: 0,
        }
    }
}

#[inline]
fn value_at<'a>(bytes: &'a [u8], ends: &[usize], code: u32) -> &'a [u8] {
    let code = code as usize;
    let (Some(start), Some(end)) = (ends.get(code), ends.get(code + 1)) else { return &[] };
    bytes.get(*start..*end).unwrap_or_default()
}

impl TextColumn {
    /// Sets the value of `row`, which must not be before the last one. Bytes that are no UTF-8 are
    /// stored as `\xHH`; returns whether that was needed. `ascii`: the caller knows that the value
    /// holds nothing else, so it need not be looked at again.
    pub fn push(&mut self, row: usize, value: &[u8], ascii: bool) -> bool {
        self.validity.set(row);
        self.valued += 1;
        if self.plain {
            return self.append(value, ascii);
        }
        let (code, escaped) = self.code(value, ascii);
        if self.codes.is_empty() {
            if code == 0 {
                return escaped;
            }
            self.codes.resize(self.valued - 1, 0);
        }
        self.codes.push(code);
        if self.valued >= DECIDE_ROWS && self.valued.is_power_of_two() && self.ends.len() > self.valued / 2 {
            self.become_plain();
        }
        escaped
    }

    /// The dictionary code of a value, new or known.
    fn code(&mut self, value: &[u8], ascii: bool) -> (u32, bool) {
        if self.last != u32::MAX && value_at(&self.bytes, &self.ends, self.last) == value {
            return (self.last, false);
        }
        let hash = xxh3_64(value);
        let found =
            self.index.find(hash, |(known, code)| *known == hash && value_at(&self.bytes, &self.ends, *code) == value);
        if let Some((_, code)) = found {
            self.last = *code;
            return (self.last, false);
        }
        let code = (self.ends.len() - 1) as u32;
        let escaped = self.append(value, ascii);
        self.index.insert_unique(hash, (hash, code), |(known, _)| *known);
        // An escaped value differs from what was asked for: it must not be found by it again, or
        // the repair would be noted only once.
        self.last = if escaped { u32::MAX } else { code };
        (code, escaped)
    }

    #[inline]
    fn append(&mut self, value: &[u8], ascii: bool) -> bool {
        let valid = ascii || std::str::from_utf8(value).is_ok();
        if valid {
            self.bytes.extend_from_slice(value);
        } else {
            for chunk in value.utf8_chunks() {
                self.bytes.extend_from_slice(chunk.valid().as_bytes());
                for byte in chunk.invalid() {
                    self.bytes.extend_from_slice(format!("\\x{byte:02X}").as_bytes());
                }
            }
        }
        self.ends.push(self.bytes.len());
        !valid
    }

    fn become_plain(&mut self) {
        let (bytes, ends) = (std::mem::take(&mut self.bytes), std::mem::replace(&mut self.ends, vec![0]));
        for code in &self.codes {
            self.bytes.extend_from_slice(value_at(&bytes, &ends, *code));
            self.ends.push(self.bytes.len());
        }
        self.codes.clear();
        self.index.clear();
        self.plain = true;
    }

    /// Forgets all values and keeps the room.
    pub fn clear(&mut self) {
        self.validity.clear();
        empty(&mut self.codes);
        empty(&mut self.bytes);
        empty(&mut self.ends);
        self.ends.push(0);
        if self.index.capacity() * size_of::<(u64, u32)>() > KEPT_BYTES_MAX {
            self.index = HashTable::new();
        }
        self.index.clear();
        (self.plain, self.last, self.valued) = (false, u32::MAX, 0);
    }

    /// For the writer.
    pub fn filled(&self) -> Filled<'_> {
        if self.valued == 0 { Filled::Null } else { Filled::Text(self) }
    }
}

/// How an integer column is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    /// Neighbours are near each other: differences.
    Rising,
    /// Few distinct numbers: a dictionary.
    Few,
    /// None (hashes): as they are.
    Random,
}

/// An integer or timestamp column.
#[derive(Debug, Clone)]
pub struct IntColumn {
    pub(super) validity: Validity,
    pub(super) values: Vec<i64>,
    pub(super) kind: Kind,
    pub(super) pattern: Pattern,
}

impl IntColumn {
    /// A column whose values mostly grow, stay near each other or are small.
    pub fn rising(kind: Kind) -> Self {
        Self { validity: Validity::default(), values: Vec::new(), kind, pattern: Pattern::Rising }
    }

    /// A column of few distinct numbers: looks for them, which costs more than packing them would.
    pub fn few(kind: Kind) -> Self {
        Self { pattern: Pattern::Few, ..Self::rising(kind) }
    }

    /// A column of numbers that hold no pattern (hashes).
    pub fn random(kind: Kind) -> Self {
        Self { pattern: Pattern::Random, ..Self::rising(kind) }
    }

    /// Sets the value of `row`, which must not be before the last one.
    #[inline]
    pub fn push(&mut self, row: usize, value: i64) {
        self.validity.set(row);
        self.values.push(value);
    }

    /// Forgets all values and keeps the room.
    pub fn clear(&mut self) {
        self.validity.clear();
        empty(&mut self.values);
    }

    /// For the writer.
    pub fn filled(&self) -> Filled<'_> {
        if self.values.is_empty() { Filled::Null } else { Filled::Int(self) }
    }
}

/// A boolean column without nulls.
#[derive(Debug, Clone, Default)]
pub struct BoolColumn {
    rows: usize,
    pub(super) words: Vec<u64>,
}

impl BoolColumn {
    /// Adds a row.
    #[inline]
    pub fn push(&mut self, value: bool) {
        if self.rows.is_multiple_of(64) {
            self.words.push(0);
        }
        if let Some(word) = self.words.last_mut() {
            *word |= u64::from(value) << (self.rows % 64);
        }
        self.rows += 1;
    }

    /// Forgets all values and keeps the room.
    pub fn clear(&mut self) {
        self.rows = 0;
        empty(&mut self.words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validity_tells_which_rows_were_set() {
        for rows in [vec![0, 1, 2], vec![3], vec![0, 2, 63, 64, 200], (0..130).collect(), (0..65).chain([70]).collect()]
        {
            let mut validity = Validity::default();
            for row in &rows {
                validity.set(*row);
            }
            let last = rows.last().unwrap() + 1;
            for row in 0..last + 70 {
                assert_eq!(validity.word(row / 64) >> (row % 64) & 1 == 1, rows.contains(&row), "{row} of {rows:?}");
            }
            assert_eq!(validity.has_nulls(last), rows.len() < last, "{rows:?}");
            assert!(validity.has_nulls(last + 1));
        }
    }
}
