//! Parquet pages straight from the columns' own buffers (Parquet, "Encodings"): levels, then values.

use polars_parquet::parquet::encoding::hybrid_rle;
use polars_parquet::parquet::statistics::ParquetStatistics;
use polars_parquet::write::Encoding;

use super::column::{BoolColumn, Filled, IntColumn, Pattern, TextColumn, Validity};
use super::delta::{self, varint};
use super::part::PartError;
use super::schema::Kind;

/// Longest text that is written as its column's minimum and maximum.
const STATISTICS_BYTES_MAX: usize = 64;

/// Bytes of plain text after which a page ends: what is encoded is still in the cache when it is
/// compressed.
const PAGE_BYTES: usize = 512 << 10;

/// Distinct numbers up to which a dictionary of them is made.
const FEW: usize = 64;

/// Whoever takes the pages of a column, the dictionary first. The bytes are good for the call only.
pub(super) trait Sink {
    /// A dictionary of so many values.
    fn dictionary(&mut self, bytes: &[u8], values: usize) -> Result<(), PartError>;
    /// A page of so many rows.
    fn data(
        &mut self,
        bytes: &[u8],
        rows: usize,
        encoding: Encoding,
        stats: ParquetStatistics,
    ) -> Result<(), PartError>;
}

/// Buffers of the encoders, used again and again.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    page: Vec<u8>,
    dictionary: Vec<u8>,
    codes: Vec<u32>,
    prefixes: Vec<i64>,
    lengths: Vec<i64>,
}

/// Appends one run of the hybrid encoding (Parquet, "RLE/Bit-Packing Hybrid"): so many times this
/// value, which takes one byte.
fn run(rows: usize, value: u8, out: &mut Vec<u8>) {
    varint((rows as u64) << 1, out);
    out.push(value);
}

/// Appends the bits of words, as many as there are rows.
fn bits(words: impl Iterator<Item = u64>, rows: usize, out: &mut Vec<u8>) {
    let end = out.len() + rows.div_ceil(8);
    for word in words {
        out.extend_from_slice(&word.to_le_bytes());
    }
    out.truncate(end);
}

/// Appends the definition levels of `rows` rows from `from` on, a multiple of 64: which have a value.
fn levels(validity: Option<&Validity>, from: usize, rows: usize, nulls: bool, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    match validity {
        Some(validity) if nulls => {
            varint((rows.div_ceil(8) as u64) << 1 | 1, out);
            bits((from / 64..(from + rows).div_ceil(64)).map(|at| validity.word(at)), rows, out);
        }
        _ => run(rows, 1, out),
    }
    let length = (out.len() - start - 4) as u32;
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&length.to_le_bytes());
    }
}

fn statistics(nulls: usize, least_and_most: Option<(&[u8], &[u8])>) -> ParquetStatistics {
    let shown = least_and_most.filter(|(a, b)| a.len().max(b.len()) <= STATISTICS_BYTES_MAX);
    ParquetStatistics {
        null_count: Some(nulls as i64),
        distinct_count: None,
        max_value: shown.map(|(_, most)| most.to_vec()),
        min_value: shown.map(|(least, _)| least.to_vec()),
        min: None,
        max: None,
        is_max_value_exact: None,
        is_min_value_exact: None,
    }
}

/// Bits that a code of a dictionary of so many values takes; not none, which confuses some readers.
fn code_bits(values: usize) -> u8 {
    (usize::BITS - values.saturating_sub(1).leading_zeros()).max(1) as u8
}

/// How many bytes two texts begin with alike.
#[inline]
fn common(a: &[u8], b: &[u8]) -> usize {
    let mut at = 0;
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        let (Some(a), Some(b)) = (a.first_chunk::<8>(), b.first_chunk::<8>()) else { break };
        let difference = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if difference != 0 {
            return at + (difference.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = a.get(at..).unwrap_or_default().iter().zip(b.get(at..).unwrap_or_default());
    at + rest.take_while(|(a, b)| a == b).count()
}

impl Encoder {
    /// Hands the pages of a column of `rows` rows to `sink`.
    pub(super) fn column(&mut self, column: Filled<'_>, rows: usize, sink: &mut dyn Sink) -> Result<(), PartError> {
        match column {
            _ if rows == 0 => Ok(()),
            Filled::SameAs(_) => Ok(()),
            Filled::Null => self.null(rows, sink),
            Filled::Same(value) => self.uniform(&value.to_le_bytes(), None, rows, sink),
            Filled::Text(column) => self.text(column, rows, sink),
            Filled::Int(column) => self.int(column, rows, sink),
            Filled::Bool(column) => self.bool(column, rows, sink),
        }
    }

    fn null(&mut self, rows: usize, sink: &mut dyn Sink) -> Result<(), PartError> {
        self.page.clear();
        self.page.extend_from_slice(&[0; 4]);
        run(rows, 0, &mut self.page);
        let length = (self.page.len() - 4) as u32;
        if let Some(place) = self.page.get_mut(..4) {
            place.copy_from_slice(&length.to_le_bytes());
        }
        sink.data(&self.page, rows, Encoding::Plain, statistics(rows, None))
    }

    /// A dictionary of one value and one run of its code, which are most columns of most logs.
    fn uniform(
        &mut self,
        value: &[u8],
        length: Option<u32>,
        rows: usize,
        sink: &mut dyn Sink,
    ) -> Result<(), PartError> {
        self.dictionary.clear();
        if let Some(length) = length {
            self.dictionary.extend_from_slice(&length.to_le_bytes());
        }
        self.dictionary.extend_from_slice(value);
        sink.dictionary(&self.dictionary, 1)?;
        self.page.clear();
        levels(None, 0, rows, false, &mut self.page);
        self.page.push(1);
        run(rows, 0, &mut self.page);
        sink.data(&self.page, rows, Encoding::RleDictionary, statistics(0, Some((value, value))))
    }

    fn text(&mut self, column: &TextColumn, rows: usize, sink: &mut dyn Sink) -> Result<(), PartError> {
        let nulls = column.validity.has_nulls(rows);
        if column.plain {
            return self.plain(column, rows, nulls, sink);
        }
        if !nulls && column.ends.len() == 2 {
            return self.uniform(&column.bytes, Some(column.bytes.len() as u32), rows, sink);
        }
        self.dictionary.clear();
        let (mut least, mut most): (Option<&[u8]>, Option<&[u8]>) = (None, None);
        for value in values(column, 0, column.ends.len() - 1) {
            self.dictionary.extend_from_slice(&(value.len() as u32).to_le_bytes());
            self.dictionary.extend_from_slice(value);
            least = Some(least.map_or(value, |v| v.min(value)));
            most = Some(most.map_or(value, |v| v.max(value)));
        }
        sink.dictionary(&self.dictionary, column.ends.len() - 1)?;
        self.page.clear();
        levels(Some(&column.validity), 0, rows, nulls, &mut self.page);
        self.page.push(code_bits(column.ends.len() - 1));
        if column.codes.is_empty() {
            run(column.valued, 0, &mut self.page);
        } else {
            pack(&column.codes, column.ends.len() - 1, &mut self.page)?;
        }
        sink.data(&self.page, rows, Encoding::RleDictionary, statistics(rows - column.valued, least.zip(most)))
    }

    /// Text that hardly repeats: what a value shares with the one before it is left out where that
    /// is worth it (URLs, addresses; not random identifiers).
    fn plain(&mut self, column: &TextColumn, rows: usize, nulls: bool, sink: &mut dyn Sink) -> Result<(), PartError> {
        let (mut from, mut first) = (0, 0);
        let mut shares = None;
        while from < rows {
            let (mut to, mut next) = (from, first);
            let begin = column.ends.get(first).copied().unwrap_or(0);
            while to < rows && column.ends.get(next).is_some_and(|end| end - begin < PAGE_BYTES) {
                next += column.validity.word(to / 64).count_ones() as usize;
                to = (to + 64).min(rows);
            }
            self.page.clear();
            levels(Some(&column.validity), from, to - from, nulls, &mut self.page);
            self.prefixes.clear();
            self.lengths.clear();
            let (mut before, mut shared): (&[u8], usize) = (b"", 0);
            for value in values(column, first, next) {
                let prefix = if shares == Some(false) { 0 } else { common(before, value) };
                shared += prefix;
                self.prefixes.push(prefix as i64);
                self.lengths.push((value.len() - prefix) as i64);
                before = value;
            }
            let bytes = column.ends.get(next).copied().unwrap_or(0) - begin;
            let sharing = *shares.get_or_insert(shared * 6 > bytes);
            if sharing {
                delta::encode(self.prefixes.iter().copied(), &mut self.page);
                delta::encode(self.lengths.iter().copied(), &mut self.page);
                for (value, prefix) in values(column, first, next).zip(&self.prefixes) {
                    self.page.extend_from_slice(value.get(*prefix as usize..).unwrap_or_default());
                }
            } else {
                let lengths = self.lengths.iter().zip(&self.prefixes).map(|(length, prefix)| length + prefix);
                delta::encode(lengths, &mut self.page);
                self.page.extend_from_slice(column.bytes.get(begin..begin + bytes).unwrap_or_default());
            }
            let encoding = if sharing { Encoding::DeltaByteArray } else { Encoding::DeltaLengthByteArray };
            sink.data(&self.page, to - from, encoding, statistics(to - from - (next - first), None))?;
            (from, first) = (to, next);
        }
        Ok(())
    }

    fn int(&mut self, column: &IntColumn, rows: usize, sink: &mut dyn Sink) -> Result<(), PartError> {
        let nulls = column.validity.has_nulls(rows);
        let (Some(least), Some(most)) = (column.values.iter().min(), column.values.iter().max()) else {
            return self.null(rows, sink);
        };
        if !nulls && least == most {
            return self.uniform(&least.to_le_bytes(), None, rows, sink);
        }
        let stats = statistics(rows - column.values.len(), Some((&least.to_le_bytes(), &most.to_le_bytes())));
        self.page.clear();
        levels(Some(&column.validity), 0, rows, nulls, &mut self.page);
        let encoding = match column.pattern {
            Pattern::Few if self.few(&column.values) => {
                sink.dictionary(&self.dictionary, self.dictionary.len() / 8)?;
                self.page.push(code_bits(self.dictionary.len() / 8));
                pack(&self.codes, self.dictionary.len() / 8, &mut self.page)?;
                Encoding::RleDictionary
            }
            Pattern::Few | Pattern::Rising => {
                delta::encode(column.values.iter().copied(), &mut self.page);
                Encoding::DeltaBinaryPacked
            }
            Pattern::Random => {
                self.page.reserve(column.values.len() * 8);
                for value in &column.values {
                    self.page.extend_from_slice(&value.to_le_bytes());
                }
                Encoding::Plain
            }
        };
        debug_assert!(matches!(column.kind, Kind::Int | Kind::Time));
        sink.data(&self.page, rows, encoding, stats)
    }

    /// Makes a dictionary of numbers; false where they are too many.
    fn few(&mut self, values: &[i64]) -> bool {
        let mut distinct: Vec<i64> = Vec::new();
        self.codes.clear();
        let (mut last, mut code) = (values.first().copied().unwrap_or(0).wrapping_add(1), 0);
        for value in values {
            if *value != last {
                code = distinct.iter().position(|v| v == value).unwrap_or_else(|| {
                    distinct.push(*value);
                    distinct.len() - 1
                });
                last = *value;
                if distinct.len() > FEW {
                    return false;
                }
            }
            self.codes.push(code as u32);
        }
        self.dictionary.clear();
        self.dictionary.extend(distinct.iter().flat_map(|v| v.to_le_bytes()));
        true
    }

    fn bool(&mut self, column: &BoolColumn, rows: usize, sink: &mut dyn Sink) -> Result<(), PartError> {
        self.page.clear();
        levels(None, 0, rows, false, &mut self.page);
        bits(column.words.iter().copied(), rows, &mut self.page);
        sink.data(&self.page, rows, Encoding::Plain, statistics(0, None))
    }
}

/// Values of a column, of a dictionary those of its codes.
fn values(column: &TextColumn, from: usize, to: usize) -> impl Iterator<Item = &[u8]> {
    let ends = column.ends.get(from..=to).unwrap_or_default();
    ends.iter().zip(ends.iter().skip(1)).map(|(start, end)| column.bytes.get(*start..*end).unwrap_or_default())
}

/// Appends codes of a dictionary of so many values in the hybrid encoding.
fn pack(codes: &[u32], values: usize, out: &mut Vec<u8>) -> Result<(), PartError> {
    let bits = u32::from(code_bits(values));
    hybrid_rle::encode(out, codes.iter().copied(), bits).map_err(PartError::polars)
}
