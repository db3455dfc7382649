//! Any bytes as a stream of this layout.
#![no_main]

use breachwalk::parse::cut::Layout;

libfuzzer_sys::fuzz_target!(|data: &[u8]| breachwalk_fuzz::hold(data, Layout::Lines));
