//! Writing one Parquet part: one row group, written by one worker, the same bytes for the same rows.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use polars::error::PolarsError;
use polars_arrow::datatypes::{ArrowSchema, Field};
use polars_parquet::parquet::CowBuffer;
use polars_parquet::parquet::compression::Compression;
use polars_parquet::parquet::metadata::Descriptor;
use polars_parquet::parquet::page::{
    CompressedDataPage, CompressedDictPage, DataPage, DataPageHeader, DataPageHeaderV1, DictPage,
};
use polars_parquet::parquet::statistics::ParquetStatistics;
use polars_parquet::write::{
    CompressedPage, CompressionOptions, DynIter, DynStreamingIterator, Encoding, FileWriter, Page, ParquetType,
    StatisticsOptions, Version, WriteOptions, array_to_columns, to_parquet_type,
};
use sha2::{Digest as _, Sha256};

use super::column::{Finished, Values, dtype};
use super::schema::{Column, Kind, Table};

/// A part could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// The file system refused.
    #[error("{}: {source}; free space or fix permissions and run the same command again, the case is as it was", crate::domain::safe_text::escape(path.as_os_str().as_encoded_bytes()))]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// Polars refused: a bug here, not in the evidence.
    #[error("Parquet: {0}; this is a bug in breachwalk")]
    Polars(String),
}

impl PartError {
    /// From any of the errors of polars.
    pub fn polars(error: impl std::fmt::Display) -> Self {
        Self::Polars(error.to_string())
    }

    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// A part as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Rows in it.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
}

/// zstd's level: larger ones came out larger and slower on these columns, -1 gained nothing that could be
/// told from noise for a fifth more bytes and up.
const ZSTD_LEVEL: i32 = 1;

/// Longest value that is written as its column's minimum and maximum.
const STATISTICS_BYTES_MAX: usize = 64;

/// Pages are compressed here, not by the writer.
fn options(statistics: bool) -> WriteOptions {
    // The writer wants statistics of all pages or of none: null counts are the cheapest.
    let statistics = StatisticsOptions {
        min_value: statistics,
        max_value: statistics,
        distinct_count: false,
        null_count: true,
        ..StatisticsOptions::empty()
    };
    WriteOptions {
        statistics,
        version: Version::V1,
        compression: CompressionOptions::Uncompressed,
        data_page_size: None,
    }
}

/// Writes the columns of `table` to `path` and makes sure that they are on disk.
pub fn write(path: &Path, table: Table, rows: usize, columns: Vec<Finished>) -> Result<Written, PartError> {
    let schema_columns = table.columns();
    if schema_columns.len() != columns.len() {
        return Err(PartError::Polars(format!("{} columns for table {}", columns.len(), table.name())));
    }
    // Into memory first: a part is a few megabytes, and the file system's own errors stay its own.
    let mut writer =
        FileWriter::try_new(Vec::new(), schema(&schema_columns), options(true)).map_err(PartError::polars)?;
    let mut compressor = Compressor::new()?;
    let mut chunks: Vec<Vec<Compressed>> = Vec::with_capacity(columns.len());
    for (column, finished) in schema_columns.iter().zip(columns) {
        let pages = match finished.values {
            Values::SameAs(other) => chunks.get(other).cloned().unwrap_or_default(),
            _ => compressor.column(column, finished)?,
        };
        chunks.push(pages);
    }
    let pages =
        chunks.into_iter().map(|c| Ok(DynStreamingIterator::new(Ready { pages: c.into_iter(), current: None })));
    writer.write(rows as u64, DynIter::new(pages)).map_err(PartError::polars)?;
    // Without the Arrow schema in the metadata every reader sees plain Parquet types.
    writer.end(Some(Vec::new())).map_err(PartError::polars)?;
    let bytes = writer.into_inner();
    let mut file = File::create(path).map_err(PartError::io(path))?;
    file.write_all(&bytes).and_then(|()| file.sync_data()).map_err(PartError::io(path))?;
    Ok(Written { rows: rows as u64, bytes: bytes.len() as u64, sha256: Sha256::digest(&bytes).into() })
}

fn schema(columns: &[Column]) -> ArrowSchema {
    columns.iter().map(|c| Field::new(c.name.into(), dtype(c.kind), true)).map(|f| (f.name.clone(), f)).collect()
}

fn encode(column: &Column, finished: Finished) -> Result<Box<dyn Iterator<Item = Result<Page, PartError>>>, PartError> {
    let field = Field::new(column.name.into(), dtype(column.kind), true);
    let parquet_type = to_parquet_type(&field).map_err(PartError::polars)?;
    let array = match finished.values {
        Values::Array(array) => array,
        Values::Uniform { value, rows } => {
            let pages = uniform(column.kind, parquet_type, value.as_deref(), rows)?;
            return Ok(Box::new(pages.into_iter().map(Ok)));
        }
        Values::SameAs(_) => return Ok(Box::new(std::iter::empty())),
    };
    let options = options(finished.statistics);
    let encoded = array_to_columns(array, parquet_type, options, &[finished.encoding]).map_err(PartError::polars)?;
    let pages =
        encoded.into_iter().next().ok_or_else(|| PartError::Polars(format!("column {} has no pages", column.name)))?;
    Ok(Box::new(pages.map(|page| page.map_err(PartError::polars))))
}

/// Appends one run of the hybrid encoding (Parquet, "RLE/Bit-Packing Hybrid"): so many times this
/// value, which takes one byte.
fn run(rows: usize, value: u8, out: &mut Vec<u8>) {
    let mut header = (rows as u64) << 1;
    while header >= 0x80 {
        out.push(header as u8 | 0x80);
        header >>= 7;
    }
    out.push(header as u8);
    out.push(value);
}

/// The pages of a column whose rows are all the same: one run of levels and, where there is a
/// value, a dictionary of it and one run of its code.
fn uniform(kind: Kind, parquet_type: ParquetType, value: Option<&[u8]>, rows: usize) -> Result<Vec<Page>, PartError> {
    let ParquetType::PrimitiveType(primitive_type) = parquet_type else {
        return Err(PartError::Polars("a column is no primitive".into()));
    };
    if rows == 0 {
        return Ok(Vec::new());
    }
    let mut levels = Vec::new();
    run(rows, u8::from(value.is_some()), &mut levels);
    let mut buffer = (levels.len() as u32).to_le_bytes().to_vec();
    buffer.append(&mut levels);
    let mut pages = Vec::new();
    if let Some(value) = value {
        let mut entry = Vec::new();
        if kind == Kind::Text {
            entry.extend_from_slice(&(value.len() as u32).to_le_bytes());
        }
        entry.extend_from_slice(value);
        pages.push(Page::Dict(DictPage::new(CowBuffer::Owned(entry), 1, false)));
        // Codes of one bit: no bit at all confuses some readers.
        buffer.push(1);
        run(rows, 0, &mut buffer);
    }
    let shown = value.filter(|v| v.len() <= STATISTICS_BYTES_MAX).map(<[u8]>::to_vec);
    let statistics = ParquetStatistics {
        null_count: Some(if value.is_some() { 0 } else { rows as i64 }),
        distinct_count: None,
        max_value: shown.clone(),
        min_value: shown,
        min: None,
        max: None,
        is_max_value_exact: None,
        is_min_value_exact: None,
    };
    let encoding = if value.is_some() { Encoding::RleDictionary } else { Encoding::Plain };
    let header = DataPageHeader::V1(DataPageHeaderV1 {
        num_values: rows as i32,
        encoding: encoding.into(),
        definition_level_encoding: Encoding::Rle.into(),
        repetition_level_encoding: Encoding::Rle.into(),
        statistics: Some(statistics),
    });
    let descriptor = Descriptor { primitive_type, max_def_level: 0, max_rep_level: 0 };
    pages.push(Page::Data(DataPage::new(header, CowBuffer::Owned(buffer), descriptor, rows)));
    Ok(pages)
}

/// One compressor for all pages of a part: the writer's own sets up a new one a page.
struct Compressor {
    zstd: zstd::bulk::Compressor<'static>,
    scratch: Vec<u8>,
}

impl Compressor {
    fn new() -> Result<Self, PartError> {
        let zstd = zstd::bulk::Compressor::new(ZSTD_LEVEL).map_err(PartError::polars)?;
        Ok(Self { zstd, scratch: Vec::new() })
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<CowBuffer, PartError> {
        self.scratch.clear();
        self.scratch.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
        self.zstd.compress_to_buffer(bytes, &mut self.scratch).map_err(PartError::polars)?;
        Ok(CowBuffer::Owned(self.scratch.clone()))
    }

    fn column(&mut self, column: &Column, finished: Finished) -> Result<Vec<Compressed>, PartError> {
        // What holds no pattern is stored as it is.
        let plain = finished.encoding == Encoding::Plain && column.kind == Kind::Int;
        encode(column, finished)?.map(|page| self.page(page?, plain)).collect()
    }

    fn page(&mut self, page: Page, plain: bool) -> Result<Compressed, PartError> {
        let codec = if plain { Compression::Uncompressed } else { Compression::Zstd };
        Ok(match page {
            Page::Data(mut page) => {
                let size = page.buffer().len();
                let buffer = if plain {
                    CowBuffer::Owned(std::mem::take(page.buffer_mut()))
                } else {
                    self.bytes(page.buffer())?
                };
                let (header, rows) = (page.header().clone(), page.num_values());
                Compressed::Data { header, buffer, codec, size, descriptor: page.descriptor, rows }
            }
            Page::Dict(page) => {
                let size = page.buffer.len();
                let buffer = if plain { page.buffer } else { self.bytes(&page.buffer)? };
                Compressed::Dict { buffer, codec, size, values: page.num_values, sorted: page.is_sorted }
            }
        })
    }
}

/// A compressed page that can be written twice.
#[derive(Clone)]
enum Compressed {
    Data {
        header: DataPageHeader,
        buffer: CowBuffer,
        codec: Compression,
        size: usize,
        descriptor: Descriptor,
        rows: usize,
    },
    Dict {
        buffer: CowBuffer,
        codec: Compression,
        size: usize,
        values: usize,
        sorted: bool,
    },
}

impl From<Compressed> for CompressedPage {
    fn from(page: Compressed) -> Self {
        match page {
            Compressed::Data { header, buffer, codec, size, descriptor, rows } => {
                Self::Data(CompressedDataPage::new(header, buffer, codec, size, descriptor, rows))
            }
            Compressed::Dict { buffer, codec, size, values, sorted } => {
                Self::Dict(CompressedDictPage::new(buffer, codec, size, values, sorted))
            }
        }
    }
}

/// Pages that only wait to be written.
struct Ready {
    pages: std::vec::IntoIter<Compressed>,
    current: Option<CompressedPage>,
}

impl polars_parquet::write::FallibleStreamingIterator for Ready {
    type Item = CompressedPage;
    type Error = PolarsError;

    fn advance(&mut self) -> Result<(), PolarsError> {
        self.current = self.pages.next().map(CompressedPage::from);
        Ok(())
    }

    fn get(&self) -> Option<&Self::Item> {
        self.current.as_ref()
    }
}
