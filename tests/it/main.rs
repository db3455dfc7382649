//! The one integration-test binary.

mod hostile;
mod oracle;
mod support;
mod tiling;
