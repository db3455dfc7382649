//! Records inside JSON documents.
use super::{Cut, Cutter};

/// Stub until the real one lands.
pub fn looks_like(_head: &[u8]) -> bool {
    false
}

/// Cuts JSON documents.
#[derive(Debug)]
pub struct JsonCutter {}

impl JsonCutter {
    /// A cutter that aims at this chunk size.
    pub fn new(_target: usize) -> Self {
        Self {}
    }
}

impl Cutter for JsonCutter {
    fn cut(&mut self, _buffer: &[u8], _last: bool) -> Cut {
        Cut::More
    }
}
