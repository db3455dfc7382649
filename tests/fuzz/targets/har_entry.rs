//! Any bytes where a HAR has its entries.
#![no_main]

use breachwalk::parse::cut::Layout;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let har = [&br#"{"log":{"version":"1.2","creator":{"name":"f","version":"1"},"entries":["#[..], data, b"]}}"];
    breachwalk_fuzz::hold(&har.concat(), Layout::Json);
});
