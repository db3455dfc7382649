//! Evidence into a case: one thread reads, hashes, decompresses and cuts; the others parse chunks
//! and write Parquet parts. Memory is bounded by the number of chunks in flight, and what comes out
//! does not depend on how many threads there are.

mod actor;
mod collector;
mod pipeline;
mod settings;
mod tally;

pub use collector::to_utc;
pub use pipeline::{IngestError, Outcome, Summary, ingest};
pub use settings::{Progress, Settings, Silent};
