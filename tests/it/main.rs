//! The one integration-test binary.
// Clippy lets tests do this, but takes their helpers for other code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::doc_markdown,
    reason = "a test that cannot go on shall stop, and says why"
)]

#[cfg(feature = "case")]
mod cli;
mod dataset;
mod hostile;
mod oracle;
#[cfg(feature = "case")]
mod proof;
mod registries;
mod support;
mod tidy;
mod tiling;
