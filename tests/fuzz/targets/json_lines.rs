//! Any bytes as lines that begin as JSON objects do, so that the JSON formats are reached at once.
#![no_main]

use breachwalk::parse::cut::Layout;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut lines = Vec::with_capacity(data.len() + 16);
    for line in data.split_inclusive(|b| *b == b'\n') {
        if line.first() != Some(&b'{') {
            lines.push(b'{');
        }
        lines.extend_from_slice(line);
    }
    breachwalk_fuzz::hold(&lines, Layout::Lines);
});
