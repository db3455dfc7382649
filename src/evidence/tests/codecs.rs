use super::*;
use crate::evidence::decode::Bounds;
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(1));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut options = lzma_rust2::XzOptions::with_preset(1);
    options.set_block_size(std::num::NonZeroU64::new(4 << 10));
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

type Encode = fn(&[u8]) -> Vec<u8>;
const ALL: [(Compression, Encode); 4] =
    [(Compression::Gzip, gzip), (Compression::Zstd, zstd), (Compression::Bzip2, bzip2), (Compression::Xz, xz)];

#[test]
fn every_codec_gives_back_what_went_in_whatever_its_name() {
    let folder = Folder::new();
    let truth = log(13_000);
    for (compression, encode) in ALL {
        let packed = encode(&truth);
        let source = folder.write("access.log", &packed);
        for portion in [1 << 22, 65_537, 1 << 16] {
            let (bytes, finished) = read_by(source.open().unwrap(), portion);
            assert!(bytes == truth, "{}", compression.code());
            assert_eq!(finished.compression, compression);
            assert_eq!(finished.bytes, packed.len() as u64);
            assert_eq!((finished.damage, finished.encoding), (None, Encoding::Utf8));
            assert_eq!((finished.sha256, finished.bytes), digest(&source).unwrap(), "the digest is of the raw bytes");
        }
    }
}

#[test]
fn concatenated_members_and_padding_are_one_stream() {
    let folder = Folder::new();
    let (one, two) = (log(900), log(70));
    for (compression, encode) in ALL {
        let mut packed = [encode(&one), encode(b""), encode(&two)].concat();
        let truth = [one.as_slice(), &two].concat();
        let (bytes, finished) = read(folder.write("a", &packed).open().unwrap());
        assert!(bytes == truth, "{}", compression.code());
        assert_eq!(finished.damage, None, "{}", compression.code());
        packed.extend([0; 512]);
        let (bytes, finished) = read(folder.write("a", &packed).open().unwrap());
        assert!(bytes == truth);
        assert_eq!(finished.damage, None, "{}: zeros fill a block", compression.code());
        packed.extend(b"and then some");
        let (bytes, finished) = read(folder.write("a", &packed).open().unwrap());
        assert!(bytes == truth);
        assert_eq!(finished.damage.unwrap().offset, truth.len() as u64, "{}", compression.code());
        assert_eq!(finished.bytes, packed.len() as u64, "what follows damage is hashed all the same");
    }
}

#[test]
fn garbage_right_after_a_member_is_damage() {
    let folder = Folder::new();
    for (compression, encode) in ALL {
        for garbage in [b"not it".as_slice(), b"\x1f", b"\x1f\x8b\x08", b"BZ", b"(\xb5"] {
            let packed = [encode(b"GET / 200\n").as_slice(), garbage].concat();
            let (bytes, finished) = read(folder.write("a", &packed).open().unwrap());
            assert_eq!(bytes, b"GET / 200\n");
            assert!(finished.damage.is_some(), "{} {garbage:?}", compression.code());
        }
    }
}

#[test]
fn skippable_zstd_frames_are_skipped_wherever_they_stand() {
    let folder = Folder::new();
    let skippable = b"\x5a\x2a\x4d\x18\x03\x00\x00\x00abc".as_slice();
    let packed = [skippable, &zstd(b"one "), skippable, &zstd(b"two"), skippable].concat();
    let (bytes, finished) = read(folder.write("a", &packed).open().unwrap());
    assert_eq!((bytes.as_slice(), finished.damage), (b"one two".as_slice(), None));
    assert_eq!(finished.compression, Compression::Zstd);
}

#[test]
fn a_truncated_stream_gives_what_was_there() {
    let folder = Folder::new();
    let truth = log(250);
    for (compression, encode) in ALL {
        let packed = encode(&truth);
        let mut longest = 0;
        // Below six bytes a head may say nothing: then the bytes are taken as they are.
        for cut in (7..packed.len()).step_by(37).chain([packed.len() - 1]) {
            let (bytes, finished) = read(folder.write("a", &packed[..cut]).open().unwrap());
            let place = format!("{} cut at {cut}", compression.code());
            assert!(truth.starts_with(&bytes), "{place}");
            let damage = finished.damage.expect(&place);
            assert_eq!(damage.offset, bytes.len() as u64, "{place}");
            assert!(bytes.len() >= longest, "{place}: more bytes tell no less");
            longest = bytes.len();
        }
        if compression == Compression::Gzip {
            assert_eq!(longest, truth.len(), "only the trailer was missing");
        }
    }
}

#[test]
fn a_flipped_byte_never_panics_and_is_noticed() {
    let folder = Folder::new();
    let truth = log(200);
    for (compression, encode) in ALL {
        let packed = encode(&truth);
        // Before the tenth byte it is the magic of bzip2 that breaks: then it is no bzip2.
        for at in (10..packed.len()).step_by(67) {
            let mut broken = packed.clone();
            broken[at] ^= 0x55;
            let (bytes, finished) = read(folder.write("a", &broken).open().unwrap());
            let noticed = finished.damage.is_some();
            // The first bytes of a gzip header (time, system) bear no data and no checksum.
            assert!(noticed || bytes == truth, "{} at {at}", compression.code());
        }
    }
}

#[test]
fn damage_in_the_middle_keeps_what_came_before() {
    let folder = Folder::new();
    let (one, two) = (log(3_000), log(50));
    for (compression, encode) in ALL {
        let mut packed = encode(&one);
        let whole = packed.len();
        packed.extend(encode(&two));
        packed[whole + 1] ^= 0xff;
        let (bytes, finished) = read(folder.write("a", &packed).open().unwrap());
        assert!(bytes == one, "{}: {} of {}", compression.code(), bytes.len(), one.len());
        assert!(finished.damage.is_some());
    }
}

#[test]
fn a_bomb_is_stopped_and_named() {
    let folder = Folder::new();
    let bomb = vec![0; 8 << 20];
    for (compression, encode) in ALL {
        let source = folder.write("a", &encode(&bomb));
        let (bytes, finished) = read(source.open_within(Bounds { ratio: 20, free: 1 << 20 }).unwrap());
        assert!(bytes.len() < 4 << 20, "{}: {}", compression.code(), bytes.len());
        assert!(finished.damage.unwrap().message.contains("STREAM_RATIO_MAX"));
        assert_eq!((finished.sha256, finished.bytes), digest(&source).unwrap());
        let (bytes, finished) = read(source.open_within(Bounds { ratio: 20, free: 16 << 20 }).unwrap());
        assert_eq!((bytes.len(), finished.damage), (8 << 20, None), "small enough not to be asked");
    }
}

#[test]
fn text_that_begins_like_a_codec_is_text() {
    let folder = Folder::new();
    for text in ["BZh9 is a user\n", "PKI login\n", "P*M of something\n", "", "B", "\n"] {
        let (bytes, finished) = read(folder.write("a", text.as_bytes()).open().unwrap());
        assert_eq!((bytes.as_slice(), finished.compression), (text.as_bytes(), Compression::None));
        assert_eq!(finished.damage, None);
    }
}

#[test]
fn places_are_read_again_in_any_order() {
    let folder = Folder::new();
    let truth = log(13_000);
    let end = truth.len() as u64;
    let places: Vec<Place> = [(0, 10), (1_100_000, 900), (17, 40), (17, 40), (30, 700_000), (end - 5, 5), (end, 0)]
        .iter()
        .map(|&(offset, length)| Place { offset, length, record: 0 })
        .collect();
    for encode in ALL.iter().map(|(_, encode)| *encode).chain([<[u8]>::to_vec as Encode]) {
        let source = folder.write("a", &encode(&truth));
        let spans = read_place(&source, &places).unwrap();
        for (place, span) in places.iter().zip(spans) {
            assert!(span == truth[place.offset as usize..place.end() as usize], "{place:?}");
        }
        for (offset, length) in [(end - 5, 6), (end + 7, 1), (u64::MAX / 4, 1)] {
            let gone = read_place(&source, &[Place { offset, length, record: 0 }]).unwrap_err();
            assert!(matches!(gone, EvidenceError::Gone { length, .. } if length == end), "{gone}");
        }
    }
}
