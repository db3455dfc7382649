use super::*;
use crate::evidence::decode::Bounds;
use std::io::Write;
use std::sync::{Arc, Mutex};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let method = if name.contains("stored") { CompressionMethod::STORE } else { CompressionMethod::DEFLATE };
        if name.ends_with('/') {
            writer.add_directory(*name, SimpleFileOptions::default()).unwrap();
        } else {
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(bytes).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

/// Places where a header of the archive begins.
fn headers(zip: &[u8], magic: &[u8]) -> Vec<usize> {
    (0..zip.len()).filter(|at| zip[*at..].starts_with(magic)).collect()
}

fn read_all(sources: &[Source]) -> Vec<Vec<u8>> {
    sources.iter().map(|source| read(source.open().unwrap()).0).collect()
}

#[test]
fn the_digest_is_sha256_of_the_file() {
    let folder = Folder::new();
    let million = vec![b'a'; 1_000_000];
    for (bytes, expected) in [(b"abc".as_slice(), SHA_ABC), (&million, SHA_MILLION_A)] {
        let source = folder.write("a", bytes);
        let (sha, length) = digest(&source).unwrap();
        assert_eq!((hex(&sha).as_str(), length), (expected, bytes.len() as u64));
        for portion in [1 << 20, 4_096, 777] {
            let (decoded, finished) = read_by(source.open().unwrap(), portion);
            assert!(decoded == bytes);
            assert_eq!(hex(&finished.sha256), expected);
        }
        let unread = source.open().unwrap().finish().unwrap();
        assert_eq!((hex(&unread.sha256).as_str(), unread.decoded_bytes), (expected, 0));
    }
}

#[test]
fn fill_appends_and_reaches_its_target_exactly() {
    let folder = Folder::new();
    let truth = log(50_000);
    let source = folder.write("a", &truth);
    assert_eq!(source.size(), Some(truth.len() as u64));
    let mut stream = source.open().unwrap();
    let mut buffer = b"carried over".to_vec();
    assert!(stream.fill(&mut buffer, 3 << 20).unwrap());
    assert_eq!(buffer.len(), 3 << 20);
    assert!(buffer[12..] == truth[..(3 << 20) - 12]);
    assert_eq!(stream.bytes_read(), (3 << 20) - 12);
    assert!(stream.fill(&mut buffer, 100).unwrap(), "nothing to do");
    assert_eq!(buffer.len(), 3 << 20);
}

#[test]
fn a_file_that_grew_is_read_to_its_end() {
    let folder = Folder::new();
    let source = folder.write("a", b"one\n");
    let mut stream = source.open().unwrap();
    fs::OpenOptions::new().append(true).open(source.path().unwrap()).unwrap().write_all(b"two\n").unwrap();
    let mut buffer = Vec::new();
    assert!(!stream.fill(&mut buffer, 100).unwrap());
    assert_eq!(buffer, b"one\ntwo\n");
    assert_eq!(stream.finish().unwrap().bytes, 8);
}

#[test]
fn folders_and_globs_come_in_byte_order_and_nothing_comes_twice() {
    let folder = Folder::new();
    for name in ["b/z.log", "b/.hidden", "b.log", "a/1.log", "a/10.log", "a/2.log", "B.log"] {
        folder.write(name, name.as_bytes());
    }
    fs::create_dir(folder.0.join("b/empty")).unwrap();
    let all = ["B.log", "a/1.log", "a/10.log", "a/2.log", "b.log", "b/.hidden", "b/z.log"];
    assert_eq!(folder.names(&["."]).len(), all.len());
    let named: Vec<String> = folder.names(&["."]).iter().map(|name| name.replace("./", "")).collect();
    assert_eq!(named, all);
    assert_eq!(folder.names(&["a/*.log"]), ["a/1.log", "a/10.log", "a/2.log"]);
    assert_eq!(folder.names(&["*"]), ["B.log", "a/1.log", "a/10.log", "a/2.log", "b.log", "b/.hidden", "b/z.log"]);
    assert_eq!(folder.names(&["b.log", "a", "b/../b.log", "a/2.log"]), ["b.log", "a/1.log", "a/10.log", "a/2.log"]);
    folder.write("odd [1].log", b"");
    assert_eq!(folder.names(&["odd [1].log"]), ["odd [1].log"], "an existing name is no glob");
}

#[test]
fn what_is_not_there_is_an_error_that_says_so() {
    let folder = Folder::new();
    fs::create_dir(folder.0.join("empty")).unwrap();
    let fails = |name: &str| collect(&[folder.path(name)]).unwrap_err();
    assert!(matches!(fails("no\u{1b}c"), EvidenceError::Missing { name } if name.ends_with("no\\x1bc")));
    assert!(matches!(fails("*.har"), EvidenceError::NoMatch { .. }));
    assert!(matches!(fails("a[b"), EvidenceError::BadGlob { .. }));
    assert!(matches!(fails("empty"), EvidenceError::EmptyFolder { .. }));
    assert!(matches!(collect(&[]), Err(EvidenceError::NoInput)));
    let gone = Source::file(folder.0.join("gone")).open().unwrap_err();
    assert!(gone.to_string().contains("check the path"), "{gone}");
}

#[test]
fn standard_input_comes_once_and_cannot_be_read_again() {
    let sources = collect(&["-".to_owned(), "-".to_owned()]).unwrap();
    let [stdin] = sources.as_slice() else { panic!("{sources:?}") };
    assert_eq!((stdin.name().as_str(), stdin.path(), stdin.size()), ("-", None, None));
    assert!(read_place(stdin, &[]).unwrap_err().to_string().contains("save it to a file"));
}

#[test]
fn members_of_a_zip_are_sources_of_their_own() {
    let folder = Folder::new();
    let big = log(9_000);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"GET /inner\n").unwrap();
    let inner = encoder.finish().unwrap();
    let bytes = zip_of(&[
        ("z/", b""),
        ("z/big.log", &big),
        ("../../etc/\u{7}passwd", b"abc"),
        ("stored.har", b"{}"),
        ("old.gz", &inner),
    ]);
    folder.write("har.zip", &bytes);
    let names = ["har.zip!z/big.log", "har.zip!../../etc/\\x07passwd", "har.zip!stored.har", "har.zip!old.gz"];
    assert_eq!(folder.names(&["har.zip"]), names);
    let sources = collect(&[folder.path("har.zip"), folder.path("har.zip")]).unwrap();
    assert_eq!(read_all(&sources), [big.clone(), b"abc".to_vec(), b"{}".to_vec(), b"GET /inner\n".to_vec()]);

    let (_, finished) = read(sources[1].open().unwrap());
    assert_eq!(hex(&finished.sha256), SHA_ABC, "of the member as it is handed over");
    assert_eq!(digest(&sources[1]).unwrap(), (finished.sha256, 3));
    let (_, finished) = read(sources[3].open().unwrap());
    assert_eq!((finished.compression, finished.bytes), (Compression::Gzip, inner.len() as u64));

    let archive = digest(&Source::file(folder.0.join("har.zip"))).unwrap();
    assert_eq!(sources[0].container_digest().unwrap(), Some(archive));
    assert_eq!(archive.1, bytes.len() as u64);
    assert_eq!(Source::file(folder.0.join("har.zip")).container_digest().unwrap(), None);

    let place = Place { offset: 600_000, length: 50, record: 0 };
    assert_eq!(read_place(&sources[0], &[place]).unwrap(), [&big[600_000..600_050]]);
    for source in &sources {
        assert_eq!(Source::locate(source.path().unwrap(), source.member()).unwrap(), *source);
    }
    assert!(Source::locate(&folder.0.join("har.zip"), Some("none")).is_err());
    let mut stream = sources[0].open().unwrap();
    stream.fill(&mut Vec::new(), big.len() + 1).unwrap();
    assert_eq!(Some(stream.bytes_read()), sources[0].size(), "progress counts compressed bytes");
}

#[test]
fn members_of_one_name_are_all_read() {
    let folder = Folder::new();
    let mut bytes = zip_of(&[("a.log", b"one"), ("b.log", b"two")]);
    for at in (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"b.log")).collect::<Vec<_>>() {
        bytes[at] = b'a';
    }
    folder.write("x", &bytes);
    assert_eq!(folder.names(&["x"]), ["x!a.log", "x!a.log#2"]);
    assert_eq!(read_all(&collect(&[folder.path("x")]).unwrap()), [b"one", b"two"]);
}

#[test]
fn an_encrypted_member_fails_alone() {
    let folder = Folder::new();
    let mut bytes = zip_of(&[("open.log", b"one"), ("secret.log", b"two")]);
    for (magic, flags) in [(b"PK\x03\x04".as_slice(), 6), (b"PK\x01\x02", 8)] {
        let second = headers(&bytes, magic)[1];
        bytes[second + flags] |= 1;
    }
    folder.write("x.zip", &bytes);
    let sources = collect(&[folder.path("x.zip")]).unwrap();
    assert_eq!(read(sources[0].open().unwrap()).0, b"one");
    let error = sources[1].open().unwrap_err().to_string();
    assert!(error.contains("x.zip!secret.log: it is encrypted; unpack"), "{error}");
}

#[test]
fn a_damaged_member_gives_what_was_there() {
    let folder = Folder::new();
    let truth = log(2_000);
    let whole = zip_of(&[("a.log", &truth), ("stored.log", &truth)]);
    let mut wrong = whole.clone();
    let last = headers(&whole, b"PK\x01\x02")[0] - 9;
    wrong[last] ^= 1;
    let middle = headers(&whole, b"PK\x03\x04")[1] / 2;
    for byte in &mut wrong[middle..middle + 40] {
        *byte ^= 0xa5;
    }
    folder.write("x.zip", &wrong);
    for source in collect(&[folder.path("x.zip")]).unwrap() {
        let (bytes, finished) = read(source.open().unwrap());
        assert!(finished.damage.is_some(), "{}", source.name());
        assert!(bytes[..10_000] == truth[..10_000]);
        assert_eq!(digest(&source).unwrap(), (finished.sha256, finished.bytes));
    }
}

#[test]
fn an_archive_that_cannot_be_taken_apart_stops_no_other() {
    let folder = Folder::new();
    let whole = zip_of(&[("a.log", b"one"), ("b.log", b"two")]);
    folder.write("d/1.zip", &whole[..whole.len() - 30]);
    folder.write("d/2.zip", &zip_of(&[]));
    // Both entries of the directory point at the first member, which claims the whole archive.
    let mut overlap = whole.clone();
    for at in headers(&overlap, b"PK\x01\x02") {
        overlap[at + 20] = whole.len() as u8 - 30;
    }
    folder.write("d/3.zip", &overlap);
    folder.write("d/4.log", b"fine");
    let sources = collect(&[folder.path("d")]).unwrap();
    let problems: Vec<String> =
        sources.iter().map(|s| s.open().map_or_else(|e| e.to_string(), |_| String::new())).collect();
    for (problem, expected) in problems.iter().zip(["directory cannot be read", "no file", "overlap", ""]) {
        assert!(problem.contains(expected), "{problem}");
    }
    assert_eq!(problems.len(), 4);
    assert!(digest(&sources[0]).is_ok(), "its digest can still be taken");
}

#[test]
fn a_zip_bomb_is_stopped() {
    let folder = Folder::new();
    folder.write("x.zip", &zip_of(&[("bomb", &vec![0; 8 << 20])]));
    let sources = collect(&[folder.path("x.zip")]).unwrap();
    let (bytes, finished) = read(sources[0].open_within(Bounds { ratio: 20, free: 1 << 20 }).unwrap());
    assert!(bytes.len() < 4 << 20);
    assert!(finished.damage.unwrap().message.contains("STREAM_RATIO_MAX"));
}

#[test]
fn archives_within_are_named() {
    let folder = Folder::new();
    let cases = [
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04rest".to_vec(), "7-Zip"),
        ("x.zip", zip_of(&[("in.zip", &zip_of(&[("a", b"b")]))]), "zip archive"),
    ];
    for (name, bytes, kind) in cases {
        folder.write(name, &bytes);
        let source = collect(&[folder.path(name)]).unwrap().remove(0);
        let error = source.open().unwrap().fill(&mut Vec::new(), 10).unwrap_err().to_string();
        assert!(error.contains(kind) && error.contains("unpack it first"), "{error}");
    }
}

#[derive(Clone, Default)]
struct Copy(Arc<Mutex<Vec<u8>>>, usize);

impl Write for Copy {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut copied = self.0.lock().unwrap();
        if copied.len() + bytes.len() > self.1 {
            return Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
        }
        copied.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_tee_gets_every_raw_byte_once() {
    let folder = Folder::new();
    let truth = log(40_000);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&truth).unwrap();
    let packed = [encoder.finish().unwrap(), b"trailing".to_vec()].concat();
    for raw in [truth, packed] {
        let source = folder.write("a", &raw);
        let copy = Copy(Arc::default(), raw.len());
        let mut stream = source.open().unwrap();
        stream.tee_raw(Box::new(copy.clone()));
        read(stream);
        assert!(*copy.0.lock().unwrap() == raw);

        let mut stream = source.open().unwrap();
        stream.tee_raw(Box::new(Copy(Arc::default(), 100)));
        let error = stream.fill(&mut Vec::new(), 10).unwrap_err();
        assert!(matches!(error, EvidenceError::Tee { .. }), "{error}");
    }
}

#[test]
fn a_stream_can_go_to_another_thread() {
    fn sends<T: Send>() {}
    sends::<Stream>();
    sends::<EvidenceError>();
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_and_loops_end() {
        let folder = Folder::new();
        folder.write("real/a.log", b"one");
        symlink("..", folder.0.join("real/loop")).unwrap();
        symlink("real/a.log", folder.0.join("again.log")).unwrap();
        symlink("nowhere", folder.0.join("broken")).unwrap();
        let sources = collect(&[folder.path("")]).unwrap();
        let names: Vec<_> = sources.iter().map(|s| s.path().unwrap().file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["again.log", "broken"], "the same file by two names is taken once");
        assert!(sources[1].open().unwrap_err().to_string().contains("symbolic link"));
    }

    #[test]
    fn devices_are_refused_and_pipes_are_read_when_named() {
        let folder = Folder::new();
        let device = collect(&["/dev/zero".to_owned()]).unwrap();
        assert!(device[0].open().unwrap_err().to_string().contains("device"));
        let made = std::process::Command::new("mkfifo").arg(folder.path("pipe")).status();
        if !made.is_ok_and(|status| status.success()) {
            return;
        }
        let found = collect(&[folder.path(".")]).unwrap();
        assert!(
            found[0].open().unwrap_err().to_string().contains("pipe that was not named"),
            "nobody would write to it"
        );
        let named = collect(&[folder.path("pipe")]).unwrap();
        let path = folder.0.join("pipe");
        let writer = std::thread::spawn(move || {
            let mut pipe = fs::OpenOptions::new().write(true).open(path).unwrap();
            for part in log(20_000).chunks(1_337) {
                pipe.write_all(part).unwrap();
            }
        });
        let (bytes, finished) = read(named[0].open().unwrap());
        writer.join().unwrap();
        assert!(bytes == log(20_000));
        assert_eq!(finished.bytes, bytes.len() as u64);
        assert!(matches!(read_place(&named[0], &[]), Err(EvidenceError::OnlyOnce { .. })));
    }

    #[test]
    fn hostile_names_do_not_reach_the_terminal() {
        let folder = Folder::new();
        let name = std::ffi::OsStr::from_bytes(b"a\x1b[31m\xff\n.log");
        let path = folder.0.join(name);
        fs::write(&path, b"one").unwrap();
        let sources = collect(&[folder.path("")]).unwrap();
        assert_eq!(sources[0].path(), Some(Path::new(&path)));
        assert!(sources[0].name().ends_with("a\\x1b[31m\\xff\\x0a.log"));
        fs::remove_file(&path).unwrap();
        let error = sources[0].open().unwrap_err().to_string();
        assert!(!error.contains(|c: char| c.is_control()), "{error:?}");
    }
}
