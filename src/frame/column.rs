//! Columns while they are filled. A text column builds its dictionary as values come, so that
//! encoding costs nothing twice; one whose values hardly repeat turns itself into plain text.

use hashbrown::HashTable;
use polars_arrow::array::{Array, BooleanArray, DictionaryArray, PrimitiveArray, Utf8Array};
use polars_arrow::bitmap::MutableBitmap;
use polars_arrow::datatypes::{ArrowDataType, IntegerType, TimeUnit};
use polars_arrow::offset::OffsetsBuffer;
use polars_parquet::write::Encoding;
use xxhash_rust::xxh3::xxh3_64;

use super::part::PartError;
use super::schema::Kind;

/// Values after which a column first decides whether a dictionary pays. It decides again whenever
/// their number has doubled: the values of some columns begin to differ late.
const DECIDE_ROWS: usize = 1024;

/// A finished column: its values and how Parquet shall encode them.
#[derive(Debug)]
pub struct Finished {
    /// The values.
    pub values: Values,
    /// The encoding; of no meaning where all rows are the same.
    pub encoding: Encoding,
    /// Whether minimum and maximum are worth computing.
    pub statistics: bool,
}

/// Values of a finished column.
#[derive(Debug)]
pub enum Values {
    /// One a row.
    Array(Box<dyn Array>),
    /// All rows hold this one value, or all are null: most columns of most logs. Neither arrays nor
    /// encoders are worth their time there.
    Uniform {
        /// Bytes of the value, of an integer its little-endian ones.
        value: Option<Vec<u8>>,
        /// How many rows.
        rows: usize,
    },
    /// Those of the column of this index, which stands before this one.
    SameAs(usize),
}

/// Which rows have a value. Rows that were never mentioned are null.
#[derive(Debug, Clone, Default)]
struct Validity {
    rows: usize,
    /// Empty up to the first null: most columns have a value in all rows or in none.
    bits: MutableBitmap,
}

impl Validity {
    /// Makes all rows up to `row` null; returns how many were added.
    #[inline]
    fn pad(&mut self, row: usize) -> usize {
        let missing = row.saturating_sub(self.rows);
        if missing > 0 {
            if self.bits.is_empty() {
                self.bits.extend_constant(self.rows, true);
            }
            self.bits.extend_constant(missing, false);
            self.rows = row;
        }
        missing
    }

    /// Adds a row with a value.
    #[inline]
    fn set(&mut self) {
        if !self.bits.is_empty() {
            self.bits.push(true);
        }
        self.rows += 1;
    }

    fn has(&self, row: usize) -> bool {
        self.bits.is_empty() || self.bits.get(row)
    }

    fn has_nulls(&self) -> bool {
        !self.bits.is_empty()
    }

    fn take(&mut self) -> Option<polars_arrow::bitmap::Bitmap> {
        let bits = std::mem::take(&mut self.bits);
        (!bits.is_empty()).then(|| bits.into())
    }
}

/// A text column.
#[derive(Debug, Clone)]
pub struct TextColumn {
    validity: Validity,
    /// Dictionary code of each row; empty in plain mode, and while all rows have the first value.
    codes: Vec<u32>,
    /// Hash and code of each value: with the hash beside it, a miss touches neither bytes nor ends.
    index: HashTable<(u64, u32)>,
    /// Dictionary values, or in plain mode every row's value, one after another.
    bytes: Vec<u8>,
    /// Ends of the values in `bytes`, with a leading 0.
    ends: Vec<i64>,
    plain: bool,
    /// Code of the last value: runs are common.
    last: u32,
    valued: usize,
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

fn value_at<'a>(bytes: &'a [u8], ends: &[i64], code: u32) -> &'a [u8] {
    let code = code as usize;
    let (Some(start), Some(end)) = (ends.get(code), ends.get(code + 1)) else { return &[] };
    bytes.get(*start as usize..*end as usize).unwrap_or_default()
}

impl TextColumn {
    /// Sets the value of `row`, which must not be before the last one. Bytes that are no UTF-8 are
    /// stored as `\xHH`; returns whether that was needed. `ascii`: the caller knows that the value
    /// holds nothing else, so it need not be looked at again.
    pub fn push(&mut self, row: usize, value: &[u8], ascii: bool) -> bool {
        let missing = self.validity.pad(row);
        self.validity.set();
        self.valued += 1;
        if self.plain {
            if missing > 0 {
                let end = self.ends.last().copied().unwrap_or(0);
                self.ends.extend(std::iter::repeat_n(end, missing));
            }
            return self.append(value, ascii);
        }
        let (code, escaped) = self.code(value, ascii);
        if code == 0 && self.codes.is_empty() && !self.validity.has_nulls() {
            return escaped;
        }
        // Null rows have code 0 too: one fill for those before the first other value and a gap.
        self.codes.resize(self.validity.rows - 1, 0);
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
        self.ends.push(self.bytes.len() as i64);
        !valid
    }

    fn become_plain(&mut self) {
        let (bytes, ends) = (std::mem::take(&mut self.bytes), std::mem::replace(&mut self.ends, vec![0]));
        for (row, code) in std::mem::take(&mut self.codes).into_iter().enumerate() {
            if self.validity.has(row) {
                self.bytes.extend_from_slice(value_at(&bytes, &ends, code));
            }
            self.ends.push(self.bytes.len() as i64);
        }
        self.index = HashTable::new();
        self.plain = true;
    }

    /// Ends the column at `rows` rows.
    pub fn finish(mut self, rows: usize) -> Result<Finished, PartError> {
        if self.valued == 0 {
            return Ok(all_null(rows));
        }
        let missing = self.validity.pad(rows);
        let offsets = |ends: Vec<i64>| OffsetsBuffer::try_from(ends).map_err(PartError::polars);
        if self.plain {
            let end = self.ends.last().copied().unwrap_or(0);
            self.ends.extend(std::iter::repeat_n(end, missing));
            let validity = self.validity.take();
            let array =
                Utf8Array::<i64>::try_new(ArrowDataType::LargeUtf8, offsets(self.ends)?, self.bytes.into(), validity)
                    .map_err(PartError::polars)?;
            let values = Values::Array(array.boxed());
            return Ok(Finished { values, encoding: Encoding::DeltaLengthByteArray, statistics: false });
        }
        if !self.validity.has_nulls() && self.ends.len() == 2 {
            return Ok(uniform(Some(self.bytes), rows));
        }
        self.codes.resize(rows, 0);
        let values = Utf8Array::<i64>::try_new(ArrowDataType::LargeUtf8, offsets(self.ends)?, self.bytes.into(), None)
            .map_err(PartError::polars)?;
        let keys = PrimitiveArray::<u32>::try_new(ArrowDataType::UInt32, self.codes.into(), self.validity.take())
            .map_err(PartError::polars)?;
        let dtype = ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(ArrowDataType::LargeUtf8), false);
        let array = DictionaryArray::try_new(dtype, keys, values.boxed()).map_err(PartError::polars)?;
        Ok(Finished { values: Values::Array(array.boxed()), encoding: Encoding::RleDictionary, statistics: true })
    }
}

/// An integer or timestamp column.
#[derive(Debug)]
pub struct IntColumn {
    validity: Validity,
    values: Vec<i64>,
    kind: Kind,
    encoding: Encoding,
}

impl IntColumn {
    /// A column whose values mostly grow, stay near each other or are small.
    pub fn rising(kind: Kind) -> Self {
        Self { validity: Validity::default(), values: Vec::new(), kind, encoding: Encoding::DeltaBinaryPacked }
    }

    /// A column of few distinct numbers: looks for them, which costs more than packing them would.
    pub fn few(kind: Kind) -> Self {
        Self { encoding: Encoding::RleDictionary, ..Self::rising(kind) }
    }

    /// A column of numbers that hold no pattern (hashes).
    pub fn random(kind: Kind) -> Self {
        Self { encoding: Encoding::Plain, ..Self::rising(kind) }
    }

    /// Sets the value of `row`, which must not be before the last one.
    #[inline]
    pub fn push(&mut self, row: usize, value: i64) {
        if self.validity.pad(row) > 0 {
            self.values.resize(row, 0);
        }
        self.validity.set();
        self.values.push(value);
    }

    /// Ends the column at `rows` rows.
    pub fn finish(mut self, rows: usize) -> Result<Finished, PartError> {
        let Some(first) = self.values.first().copied() else { return Ok(all_null(rows)) };
        self.validity.pad(rows);
        if !self.validity.has_nulls() && self.values.iter().all(|v| *v == first) {
            return Ok(uniform(Some(first.to_le_bytes().to_vec()), rows));
        }
        self.values.resize(rows, 0);
        let array = PrimitiveArray::<i64>::try_new(dtype(self.kind), self.values.into(), self.validity.take())
            .map_err(PartError::polars)?;
        Ok(Finished { values: Values::Array(array.boxed()), encoding: self.encoding, statistics: true })
    }
}

/// A boolean column without nulls.
#[derive(Debug, Default)]
pub struct BoolColumn(MutableBitmap);

impl BoolColumn {
    /// Adds a row.
    pub fn push(&mut self, value: bool) {
        self.0.push(value);
    }

    /// Ends the column.
    pub fn finish(self) -> Result<Finished, PartError> {
        let array = BooleanArray::try_new(ArrowDataType::Boolean, self.0.into(), None).map_err(PartError::polars)?;
        Ok(Finished { values: Values::Array(array.boxed()), encoding: Encoding::Plain, statistics: false })
    }
}

/// The Arrow type of a kind. Parquet stores text as plain UTF-8 whatever its Arrow type.
pub fn dtype(kind: Kind) -> ArrowDataType {
    match kind {
        Kind::Text => ArrowDataType::LargeUtf8,
        Kind::Int => ArrowDataType::Int64,
        Kind::Bool => ArrowDataType::Boolean,
        Kind::Time => ArrowDataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
    }
}

/// A column without any value.
pub fn all_null(rows: usize) -> Finished {
    uniform(None, rows)
}

/// A column of one value.
pub fn uniform(value: Option<Vec<u8>>, rows: usize) -> Finished {
    Finished { values: Values::Uniform { value, rows }, encoding: Encoding::RleDictionary, statistics: true }
}
