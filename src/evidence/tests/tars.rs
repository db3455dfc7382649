use super::*;
use crate::domain::limits;
use std::io::Write;

/// A tar with these members; a name that ends in `/` is a folder.
fn tar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = ::tar::Header::new_gnu();
        let folder = name.ends_with('/');
        header.set_entry_type(if folder { ::tar::EntryType::Directory } else { ::tar::EntryType::Regular });
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn long_name() -> String {
    format!("{}/access.log", "folder-with-a-long-name/".repeat(8))
}

#[test]
fn members_of_a_tar_are_sources_of_their_own_however_it_is_compressed() {
    let folder = Folder::new();
    let big = log(9_000);
    let long = long_name();
    let plain =
        tar_of(&[("z/", b""), ("z/big.log", &big), (&long, b"abc"), ("same", b"1"), ("same", b"22"), ("empty", b"")]);
    for (name, bytes) in
        [("a.tar", plain.clone()), ("a.tar.gz", gz(&plain)), ("a.tgz", zstd::encode_all(&plain[..], 1).unwrap())]
    {
        folder.write(name, &bytes);
        let names = folder.names(&[name]);
        let want: Vec<String> =
            ["z/big.log", long.as_str(), "same", "same#2", "empty"].iter().map(|m| format!("{name}!{m}")).collect();
        assert_eq!(names, want);
        let sources = collect(&[folder.path(name)]).unwrap();
        let read: Vec<_> = sources.iter().map(|s| read(s.open().unwrap())).collect();
        assert!(read[0].0 == big);
        assert_eq!(read[1].0, b"abc");
        assert_eq!((hex(&read[1].1.sha256).as_str(), read[1].1.bytes), (SHA_ABC, 3), "the member is what is hashed");
        assert_eq!(
            (read[2].0.as_slice(), read[3].0.as_slice(), read[4].0.as_slice()),
            (&b"1"[..], &b"22"[..], &b""[..])
        );
        assert!(read.iter().all(|(_, finished)| finished.damage.is_none()));
        let (sha, length) = sources[0].container_digest().unwrap().unwrap();
        assert_eq!((sha, length), digest(&Source::file(folder.0.join(name))).unwrap(), "custody knows the archive too");
        let again = Source::locate(sources[3].path().unwrap(), sources[3].member()).unwrap();
        let place = Place { offset: 1, length: 1, record: 0 };
        assert_eq!(read_place(&again, &[place]).unwrap(), [b"2".to_vec()]);
        assert!(Source::locate(sources[0].path().unwrap(), Some("gone")).is_err());
    }
}

#[test]
fn a_tar_that_was_cut_off_gives_what_it_holds_and_says_so() {
    let folder = Folder::new();
    let big = log(3_000);
    let plain = tar_of(&[("one.log", b"GET /1\n"), ("two.log", &big), ("three.log", b"GET /3\n")]);
    let cut = &plain[..512 * 3 + 10_000];
    folder.write("cut.tar", cut);
    let whole = gz(&plain);
    folder.write("cut.tar.gz", &whole[..whole.len() / 2]);
    for name in ["cut.tar", "cut.tar.gz"] {
        let sources = collect(&[folder.path(name)]).unwrap();
        assert_eq!(read(sources[0].open().unwrap()).0, b"GET /1\n", "{name}");
        let last = sources.last().unwrap();
        assert_eq!(last.member(), None);
        let why = last.open().unwrap_err().to_string();
        assert!(why.contains("cannot be read to its end"), "{name}: {why}");
        let (bytes, finished) = read(sources[1].open().unwrap());
        assert!(!bytes.is_empty() && big.starts_with(&bytes), "{name}");
        assert!(finished.damage.is_some(), "{name}");
    }
}

#[test]
fn what_only_looks_like_a_tar_is_a_file() {
    let folder = Folder::new();
    folder.write("short", b"ustar");
    folder.write("blank", &[0; 2_048]);
    let text = log(40);
    folder.write("log.gz", &gz(&text));
    for name in ["short", "blank", "log.gz"] {
        assert_eq!(folder.names(&[name]), [name]);
    }
    let mut old = tar_of(&[("a.log", b"GET /\n")]);
    // What was written before POSIX had a word for it: the checksum alone tells.
    old[257..265].fill(0);
    let sum: u32 =
        old[..512].iter().enumerate().map(|(at, b)| if (148..156).contains(&at) { 32 } else { u32::from(*b) }).sum();
    old[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    folder.write("old.tar", &old);
    assert_eq!(folder.names(&["old.tar"]), ["old.tar!a.log"]);
}

#[test]
fn an_archive_in_an_archive_and_too_many_members_are_refused() {
    let folder = Folder::new();
    let inner = tar_of(&[("a.log", b"GET /\n")]);
    folder.write("outer.tar", &tar_of(&[("inner.tar", &inner), ("inner.tar.gz", &gz(&inner))]));
    for source in collect(&[folder.path("outer.tar")]).unwrap() {
        let error = source.open().unwrap().fill(&mut Vec::new(), 10).unwrap_err().to_string();
        assert!(error.contains("tar archive") && error.contains("unpack"), "{error}");
    }
    let names: Vec<String> = (0..=limits::ARCHIVE_MEMBERS_MAX).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b""[..])).collect();
    folder.write("many.tar", &tar_of(&many));
    let [only] = &collect(&[folder.path("many.tar")]).unwrap()[..] else { panic!("members of it were taken") };
    assert!(only.open().unwrap_err().to_string().contains("ARCHIVE_MEMBERS_MAX"));
}

#[test]
fn a_bomb_in_a_tar_ends_where_the_guard_says() {
    let folder = Folder::new();
    let zeros = vec![0; 4 << 20];
    let source = folder.write("bomb.tar.gz", &gz(&tar_of(&[("zeros", &zeros)])));
    let sources = collect(&[source.path().unwrap().to_str().unwrap().to_owned()]).unwrap();
    let bounds = decode::Bounds { ratio: 10, free: 1 << 20 };
    let (bytes, finished) = read(sources[0].open_within(bounds).unwrap());
    assert!(bytes.len() < zeros.len());
    assert!(finished.damage.unwrap().message.contains("STREAM_RATIO_MAX"));
}
