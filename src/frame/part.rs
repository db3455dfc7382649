//! Writing one Parquet part: one row group, written by one worker, the same bytes for the same rows.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use polars::error::PolarsError;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field, TimeUnit};
use polars_parquet::parquet::CowBuffer;
use polars_parquet::parquet::compression::Compression;
use polars_parquet::parquet::metadata::Descriptor;
use polars_parquet::parquet::page::{CompressedDataPage, CompressedDictPage, DataPageHeader, DataPageHeaderV1};
use polars_parquet::parquet::statistics::ParquetStatistics;
use polars_parquet::write::{
    CompressedPage, CompressionOptions, DynIter, DynStreamingIterator, Encoding, FileWriter, ParquetType,
    StatisticsOptions, Version, WriteOptions, to_parquet_type,
};
use sha2::{Digest as _, Sha256};

use super::column::Filled;
use super::encode::{Encoder, Sink};
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
    #[error("Parquet: {0}; where `breachwalk case verify` finds the case sound, this is a bug in breachwalk")]
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

/// Bytes at a page's begin that decide whether compressing a column of numbers pays: packed
/// differences hold no pattern any more, and hashes never did.
const SAMPLE_BYTES: usize = 16 << 10;

/// Pages are encoded and compressed here, not by the writer.
fn options() -> WriteOptions {
    WriteOptions {
        statistics: StatisticsOptions::empty(),
        version: Version::V1,
        compression: CompressionOptions::Uncompressed,
        data_page_size: None,
    }
}

/// The Arrow type of a kind. Parquet stores text as plain UTF-8 whatever its Arrow type.
fn dtype(kind: Kind) -> ArrowDataType {
    match kind {
        Kind::Text => ArrowDataType::LargeUtf8,
        Kind::Int => ArrowDataType::Int64,
        Kind::Bool => ArrowDataType::Boolean,
        Kind::Time => ArrowDataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
    }
}

/// Writes parts. Its buffers serve all of them: fresh memory costs page faults.
pub struct PartWriter {
    encoder: Encoder,
    compressor: Compressor,
    file: Vec<u8>,
}

impl std::fmt::Debug for PartWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PartWriter").finish_non_exhaustive()
    }
}

impl PartWriter {
    /// A writer with empty buffers.
    pub fn new() -> Result<Self, PartError> {
        Ok(Self { encoder: Encoder::default(), compressor: Compressor::new()?, file: Vec::new() })
    }

    /// Writes the columns of `table` to `path` and makes sure that they are on disk.
    pub fn write(
        &mut self,
        path: &Path,
        table: Table,
        rows: usize,
        columns: &[Filled<'_>],
    ) -> Result<Written, PartError> {
        let schema_columns = table.columns();
        if schema_columns.len() != columns.len() {
            return Err(PartError::Polars(format!("{} columns for table {}", columns.len(), table.name())));
        }
        let mut chunks: Vec<Vec<Compressed>> = Vec::with_capacity(columns.len());
        for (column, filled) in schema_columns.iter().zip(columns) {
            let pages = match filled {
                Filled::SameAs(other) => chunks.get(*other).cloned().unwrap_or_default(),
                _ => self.pages(column, *filled, rows)?,
            };
            chunks.push(pages);
        }
        // Into memory first: a part is a few megabytes, and the file system's own errors stay its own.
        let mut bytes = std::mem::take(&mut self.file);
        bytes.clear();
        let mut writer = FileWriter::try_new(bytes, schema(&schema_columns), options()).map_err(PartError::polars)?;
        let pages =
            chunks.into_iter().map(|c| Ok(DynStreamingIterator::new(Ready { pages: c.into_iter(), current: None })));
        writer.write(rows as u64, DynIter::new(pages)).map_err(PartError::polars)?;
        // Without the Arrow schema in the metadata every reader sees plain Parquet types.
        writer.end(Some(Vec::new())).map_err(PartError::polars)?;
        let bytes = writer.into_inner();
        let mut file = File::create(path).map_err(PartError::io(path))?;
        file.write_all(&bytes).and_then(|()| file.sync_data()).map_err(PartError::io(path))?;
        let written = Written { rows: rows as u64, bytes: bytes.len() as u64, sha256: Sha256::digest(&bytes).into() };
        self.file = bytes;
        Ok(written)
    }

    fn pages(&mut self, column: &Column, filled: Filled<'_>, rows: usize) -> Result<Vec<Compressed>, PartError> {
        let field = Field::new(column.name.into(), dtype(column.kind), true);
        let ParquetType::PrimitiveType(primitive_type) = to_parquet_type(&field).map_err(PartError::polars)? else {
            return Err(PartError::Polars("a column is no primitive".into()));
        };
        let descriptor = Descriptor { primitive_type, max_def_level: 0, max_rep_level: 0 };
        let mut pages =
            Pages { compressor: &mut self.compressor, descriptor, codec: None, dictionary: None, pages: Vec::new() };
        self.encoder.column(filled, rows, &mut pages)?;
        Ok(pages.pages)
    }
}

fn schema(columns: &[Column]) -> ArrowSchema {
    columns.iter().map(|c| Field::new(c.name.into(), dtype(c.kind), true)).map(|f| (f.name.clone(), f)).collect()
}

/// The pages of one column as they are compressed.
#[expect(clippy::struct_field_names, reason = "pages is what they are")]
struct Pages<'c> {
    compressor: &'c mut Compressor,
    descriptor: Descriptor,
    /// One codec for all pages of a column is Parquet's rule.
    codec: Option<Compression>,
    /// Waits for the first page, which decides on the codec.
    dictionary: Option<(Vec<u8>, usize)>,
    pages: Vec<Compressed>,
}

impl Pages<'_> {
    fn codec(&mut self, page: &[u8], encoding: Encoding) -> Result<Compression, PartError> {
        if let Some(codec) = self.codec {
            return Ok(codec);
        }
        let pays = !matches!(encoding, Encoding::DeltaBinaryPacked | Encoding::Plain) || self.compressor.pays(page)?;
        let codec = if pays { Compression::Zstd } else { Compression::Uncompressed };
        self.codec = Some(codec);
        Ok(codec)
    }

    fn pack(&mut self, bytes: &[u8], codec: Compression) -> Result<CowBuffer, PartError> {
        if codec == Compression::Zstd { self.compressor.bytes(bytes) } else { Ok(CowBuffer::Owned(bytes.to_vec())) }
    }
}

impl Sink for Pages<'_> {
    fn dictionary(&mut self, bytes: &[u8], values: usize) -> Result<(), PartError> {
        self.dictionary = Some((bytes.to_vec(), values));
        Ok(())
    }

    fn data(
        &mut self,
        bytes: &[u8],
        rows: usize,
        encoding: Encoding,
        statistics: ParquetStatistics,
    ) -> Result<(), PartError> {
        let codec = self.codec(bytes, encoding)?;
        if let Some((dictionary, values)) = self.dictionary.take() {
            let (buffer, size) = (self.pack(&dictionary, codec)?, dictionary.len());
            self.pages.push(Compressed::Dict { buffer, codec, size, values, sorted: false });
        }
        let header = DataPageHeader::V1(DataPageHeaderV1 {
            num_values: rows as i32,
            encoding: encoding.into(),
            definition_level_encoding: Encoding::Rle.into(),
            repetition_level_encoding: Encoding::Rle.into(),
            statistics: Some(statistics),
        });
        let (buffer, descriptor) = (self.pack(bytes, codec)?, self.descriptor.clone());
        self.pages.push(Compressed::Data { header, buffer, codec, size: bytes.len(), descriptor, rows });
        Ok(())
    }
}

/// One compressor for all pages of all parts: the writer's own sets up a new one a page.
struct Compressor {
    zstd: zstd::bulk::Compressor<'static>,
    scratch: Vec<u8>,
}

impl Compressor {
    fn new() -> Result<Self, PartError> {
        let zstd = zstd::bulk::Compressor::new(ZSTD_LEVEL).map_err(PartError::polars)?;
        Ok(Self { zstd, scratch: Vec::new() })
    }

    fn compress(&mut self, bytes: &[u8]) -> Result<(), PartError> {
        self.scratch.clear();
        self.scratch.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
        self.zstd.compress_to_buffer(bytes, &mut self.scratch).map_err(PartError::polars)?;
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<CowBuffer, PartError> {
        self.compress(bytes)?;
        Ok(CowBuffer::Owned(self.scratch.clone()))
    }

    /// Whether a page that begins so becomes smaller by a sixteenth.
    fn pays(&mut self, bytes: &[u8]) -> Result<bool, PartError> {
        let sample = bytes.get(..SAMPLE_BYTES).unwrap_or(bytes);
        self.compress(sample)?;
        Ok(self.scratch.len() + sample.len() / 16 < sample.len())
    }
}

/// A compressed page that can be written twice.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly all are data pages")]
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
