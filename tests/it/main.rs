//! The one integration-test binary.

#[cfg(feature = "case")]
mod cli;
mod dataset;
mod hostile;
mod oracle;
mod support;
mod tidy;
mod tiling;
