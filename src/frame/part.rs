//! Writing one Parquet part: one row group, written by one worker, the same bytes for the same rows.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use polars::error::PolarsError;
use polars_arrow::datatypes::{ArrowSchema, Field};
use polars_parquet::parquet::error::ParquetError;
use polars_parquet::write::{
    CompressionOptions, Compressor, DynIter, DynStreamingIterator, FileWriter, StatisticsOptions, Version,
    WriteOptions, ZstdLevel, array_to_columns, to_parquet_type,
};
use sha2::{Digest as _, Sha256};

use super::column::{Finished, dtype};
use super::schema::{Column, Table};

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

/// Hashes what passes through.
struct HashingWriter<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
    /// What the file system said: the Parquet writer passes it on as a malformed file.
    refused: Rc<RefCell<Option<std::io::Error>>>,
}

impl<W: std::io::Write> HashingWriter<W> {
    fn note<T>(&self, result: std::io::Result<T>) -> std::io::Result<T> {
        if let Err(e) = &result {
            let copy = e
                .raw_os_error()
                .map_or_else(|| std::io::Error::new(e.kind(), e.to_string()), std::io::Error::from_raw_os_error);
            *self.refused.borrow_mut() = Some(copy);
        }
        result
    }
}

impl<W: std::io::Write> std::io::Write for HashingWriter<W> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(buffer);
        let n = self.note(written)?;
        self.hash.update(buffer.get(..n).unwrap_or_default());
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let flushed = self.inner.flush();
        self.note(flushed)
    }
}

/// zstd 1: larger levels came out larger and slower on these columns.
fn options(statistics: bool) -> Result<WriteOptions, PartError> {
    // The writer wants statistics of all pages or of none: null counts are the cheapest.
    let statistics = StatisticsOptions {
        min_value: statistics,
        max_value: statistics,
        distinct_count: false,
        null_count: true,
        ..StatisticsOptions::empty()
    };
    let level = ZstdLevel::try_new(1).map_err(PartError::polars)?;
    Ok(WriteOptions {
        statistics,
        version: Version::V1,
        compression: CompressionOptions::Zstd(Some(level)),
        data_page_size: None,
    })
}

/// Writes the columns of `table` to `path` and makes sure that they are on disk.
pub fn write(path: &Path, table: Table, rows: usize, columns: Vec<Finished>) -> Result<Written, PartError> {
    let schema_columns = table.columns();
    if schema_columns.len() != columns.len() {
        return Err(PartError::Polars(format!("{} columns for table {}", columns.len(), table.name())));
    }
    let file = File::create(path).map_err(PartError::io(path))?;
    let refused = Rc::new(RefCell::new(None));
    let io_or_bug = |e: PolarsError| match (refused.borrow_mut().take(), e) {
        (Some(source), _) => PartError::Io { path: path.to_owned(), source },
        (None, PolarsError::IO { error, .. }) => {
            PartError::Io { path: path.to_owned(), source: std::io::Error::new(error.kind(), error.to_string()) }
        }
        (None, other) => PartError::Polars(other.to_string()),
    };
    let inner = BufWriter::with_capacity(1 << 20, file);
    let sink = HashingWriter { inner, hash: Sha256::new(), bytes: 0, refused: Rc::clone(&refused) };
    let mut writer = FileWriter::try_new(sink, schema(&schema_columns), options(true)?).map_err(io_or_bug)?;
    let mut pages = Vec::with_capacity(columns.len());
    for (column, finished) in schema_columns.iter().zip(columns) {
        pages.push(encode(column, finished)?);
    }
    writer.write(rows as u64, DynIter::new(pages.into_iter().map(Ok))).map_err(io_or_bug)?;
    // Without the Arrow schema in the metadata every reader sees plain Parquet types.
    writer.end(Some(Vec::new())).map_err(io_or_bug)?;
    let mut sink = writer.into_inner();
    sink.flush().map_err(PartError::io(path))?;
    let file = sink.inner.into_inner().map_err(|e| PartError::Io { path: path.to_owned(), source: e.into_error() })?;
    file.sync_data().map_err(PartError::io(path))?;
    Ok(Written { rows: rows as u64, bytes: sink.bytes, sha256: sink.hash.finalize().into() })
}

fn schema(columns: &[Column]) -> ArrowSchema {
    columns.iter().map(|c| Field::new(c.name.into(), dtype(c.kind), true)).map(|f| (f.name.clone(), f)).collect()
}

type Pages = DynStreamingIterator<'static, polars_parquet::write::CompressedPage, PolarsError>;

fn encode(column: &Column, finished: Finished) -> Result<Pages, PartError> {
    let field = Field::new(column.name.into(), dtype(column.kind), true);
    let parquet_type = to_parquet_type(&field).map_err(PartError::polars)?;
    let options = options(finished.statistics)?;
    let encoded =
        array_to_columns(finished.array, parquet_type, options, &[finished.encoding]).map_err(PartError::polars)?;
    let pages =
        encoded.into_iter().next().ok_or_else(|| PartError::Polars(format!("column {} has no pages", column.name)))?;
    let pages = DynIter::new(pages.map(|page| page.map_err(|e| ParquetError::OutOfSpec(e.to_string()))));
    Ok(DynStreamingIterator::new(Compressed(Compressor::new(pages, options.compression, Vec::new()))))
}

/// Maps the compressor's error to the writer's.
struct Compressed<I: Iterator<Item = Result<polars_parquet::write::Page, ParquetError>>>(Compressor<I>);

impl<I: Iterator<Item = Result<polars_parquet::write::Page, ParquetError>>>
    polars_parquet::write::FallibleStreamingIterator for Compressed<I>
{
    type Item = polars_parquet::write::CompressedPage;
    type Error = PolarsError;

    fn advance(&mut self) -> Result<(), PolarsError> {
        self.0.advance().map_err(|e| PolarsError::ComputeError(e.to_string().into()))
    }

    fn get(&self) -> Option<&Self::Item> {
        self.0.get()
    }
}
