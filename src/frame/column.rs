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

/// Rows after which a column decides whether a dictionary pays.
const DECIDE_ROWS: usize = 4096;

/// A finished column: its values and how Parquet shall encode them.
#[derive(Debug)]
pub struct Finished {
    /// The values.
    pub array: Box<dyn Array>,
    /// The encoding.
    pub encoding: Encoding,
    /// Whether minimum and maximum are worth computing.
    pub statistics: bool,
}

/// Which rows have a value. Rows that were never mentioned are null.
#[derive(Debug, Default)]
struct Validity {
    bits: MutableBitmap,
    nulls: bool,
}

impl Validity {
    /// Makes all rows up to `row` null; returns how many were added.
    fn pad(&mut self, row: usize) -> usize {
        let missing = row.saturating_sub(self.bits.len());
        if missing > 0 {
            self.bits.extend_constant(missing, false);
            self.nulls = true;
        }
        missing
    }

    fn take(&mut self) -> Option<polars_arrow::bitmap::Bitmap> {
        let bits = std::mem::take(&mut self.bits);
        std::mem::take(&mut self.nulls).then(|| bits.into())
    }
}

/// A text column.
#[derive(Debug)]
pub struct TextColumn {
    validity: Validity,
    /// Dictionary code of each row; empty in plain mode.
    codes: Vec<u32>,
    index: HashTable<u32>,
    hashes: Vec<u64>,
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
            hashes: Vec::new(),
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
    /// stored as `\xHH`; returns whether that was needed.
    pub fn push(&mut self, row: usize, value: &[u8]) -> bool {
        let missing = self.validity.pad(row);
        self.validity.bits.push(true);
        self.valued += 1;
        if self.plain {
            let end = self.ends.last().copied().unwrap_or(0);
            self.ends.extend(std::iter::repeat_n(end, missing));
            return self.append(value);
        }
        self.codes.extend(std::iter::repeat_n(0, missing));
        let (code, escaped) = self.code(value);
        self.codes.push(code);
        if self.valued == DECIDE_ROWS && self.ends.len() > DECIDE_ROWS / 2 {
            self.become_plain();
        }
        escaped
    }

    /// The dictionary code of a value, new or known.
    fn code(&mut self, value: &[u8]) -> (u32, bool) {
        if value_at(&self.bytes, &self.ends, self.last) == value && self.last != u32::MAX {
            return (self.last, false);
        }
        let hash = xxh3_64(value);
        let found = self.index.find(hash, |code| {
            self.hashes.get(*code as usize) == Some(&hash) && value_at(&self.bytes, &self.ends, *code) == value
        });
        if let Some(code) = found {
            self.last = *code;
            return (self.last, false);
        }
        let code = self.hashes.len() as u32;
        let escaped = self.append(value);
        self.hashes.push(hash);
        let hashes = &self.hashes;
        self.index.insert_unique(hash, code, |c| hashes.get(*c as usize).copied().unwrap_or(0));
        // An escaped value differs from what was asked for: it must not be found by it again, or
        // the repair would be noted only once.
        self.last = if escaped { u32::MAX } else { code };
        (code, escaped)
    }

    fn append(&mut self, value: &[u8]) -> bool {
        let valid = std::str::from_utf8(value).is_ok();
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
            if self.validity.bits.get(row) {
                self.bytes.extend_from_slice(value_at(&bytes, &ends, code));
            }
            self.ends.push(self.bytes.len() as i64);
        }
        self.index = HashTable::new();
        self.hashes = Vec::new();
        self.plain = true;
    }

    /// Ends the column at `rows` rows.
    pub fn finish(mut self, rows: usize) -> Result<Finished, PartError> {
        if self.valued == 0 {
            return Ok(all_null(Kind::Text, rows));
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
            return Ok(Finished { array: array.boxed(), encoding: Encoding::DeltaLengthByteArray, statistics: false });
        }
        self.codes.extend(std::iter::repeat_n(0, missing));
        let values = Utf8Array::<i64>::try_new(ArrowDataType::LargeUtf8, offsets(self.ends)?, self.bytes.into(), None)
            .map_err(PartError::polars)?;
        let keys = PrimitiveArray::<u32>::try_new(ArrowDataType::UInt32, self.codes.into(), self.validity.take())
            .map_err(PartError::polars)?;
        let dtype = ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(ArrowDataType::LargeUtf8), false);
        let array = DictionaryArray::try_new(dtype, keys, values.boxed()).map_err(PartError::polars)?;
        Ok(Finished { array: array.boxed(), encoding: Encoding::RleDictionary, statistics: true })
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
    /// A column whose values mostly grow or stay near each other.
    pub fn rising(kind: Kind) -> Self {
        Self { validity: Validity::default(), values: Vec::new(), kind, encoding: Encoding::DeltaBinaryPacked }
    }

    /// A column of any numbers; few distinct ones become a dictionary.
    pub fn any(kind: Kind) -> Self {
        Self { encoding: Encoding::RleDictionary, ..Self::rising(kind) }
    }

    /// A column of numbers that hold no pattern (hashes).
    pub fn random(kind: Kind) -> Self {
        Self { encoding: Encoding::Plain, ..Self::rising(kind) }
    }

    /// Sets the value of `row`, which must not be before the last one.
    pub fn push(&mut self, row: usize, value: i64) {
        let missing = self.validity.pad(row);
        self.values.extend(std::iter::repeat_n(0, missing));
        self.validity.bits.push(true);
        self.values.push(value);
    }

    /// Ends the column at `rows` rows.
    pub fn finish(mut self, rows: usize) -> Result<Finished, PartError> {
        if self.values.is_empty() {
            return Ok(all_null(self.kind, rows));
        }
        let missing = self.validity.pad(rows);
        self.values.extend(std::iter::repeat_n(0, missing));
        // Delta encoding of nullable columns packs the gaps too; plain is as small after zstd.
        let encoding = if self.validity.nulls && self.encoding == Encoding::DeltaBinaryPacked {
            Encoding::Plain
        } else {
            self.encoding
        };
        let array = PrimitiveArray::<i64>::try_new(dtype(self.kind), self.values.into(), self.validity.take())
            .map_err(PartError::polars)?;
        Ok(Finished { array: array.boxed(), encoding, statistics: true })
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
        Ok(Finished { array: array.boxed(), encoding: Encoding::Plain, statistics: false })
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
pub fn all_null(kind: Kind, rows: usize) -> Finished {
    let array = polars_arrow::array::new_null_array(dtype(kind), rows);
    Finished { array, encoding: Encoding::Plain, statistics: false }
}
