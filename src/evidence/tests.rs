use super::*;
use crate::domain::{Place, Repair};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

mod codecs;
mod encodings;
mod sources;
mod tars;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("breachwalk-evidence-{}-{count}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Source {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        Source::file(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Names of what `collect` finds, without the folder.
    fn names(&self, inputs: &[&str]) -> Vec<String> {
        let inputs: Vec<String> = inputs.iter().map(|name| self.path(name)).collect();
        let folder = format!("{}/", self.0.display());
        collect(&inputs).unwrap().iter().map(|s| s.name().replace(&folder, "")).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn read(stream: Stream) -> (Vec<u8>, Finished) {
    read_by(stream, 1 << 20)
}

/// Reads in portions of `portion` bytes.
fn read_by(mut stream: Stream, portion: usize) -> (Vec<u8>, Finished) {
    let mut bytes = Vec::new();
    let mut before = 0;
    while stream.fill(&mut bytes, before + portion).unwrap() {
        assert_eq!(bytes.len(), before + portion, "true means that the target was reached");
        before = bytes.len();
    }
    let before = bytes.len();
    assert!(!stream.fill(&mut bytes, before + portion).unwrap(), "the end stays the end");
    assert_eq!(bytes.len(), before);
    let finished = stream.finish().unwrap();
    assert_eq!(finished.decoded_bytes, bytes.len() as u64);
    (bytes, finished)
}

/// Lines that compress like a log does: `count` of them, all different.
fn log(count: usize) -> Vec<u8> {
    (0..count)
        .flat_map(|n| {
            let (a, b) = (n * 7919 % 251, n * 104_729 % 9973);
            format!("198.51.100.{a} - - [07/Mar/2031:10:{:02}:{:02} +0530] \"GET /stores/{b}/orders?page={n} HTTP/1.1\" 200 {}\n", n / 60 % 60, n % 60, b * 31)
                .into_bytes()
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// FIPS 180-4 and RFC 6234 give these two.
const SHA_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const SHA_MILLION_A: &str = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
