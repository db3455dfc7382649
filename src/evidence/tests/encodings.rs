use super::*;

fn utf16(text: &str, little: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

#[test]
fn utf16_is_streamed_to_utf8_over_any_boundary() {
    let folder = Folder::new();
    // Three bytes, four bytes (a surrogate pair) and one: nothing lies at even distances.
    let line = "{\"item\":\"मसाला चाय ☕ 🫖\",\"n\":1}\n";
    // The ASCII head lets the form without byte order mark be recognised.
    let text = "{\"log\":1}\n".repeat(200) + &line.repeat(9_000);
    for (little, encoding) in [(true, Encoding::Utf16Le), (false, Encoding::Utf16Be)] {
        for (bom, expected) in [("\u{feff}", format!("\u{feff}{text}")), ("", text.clone())] {
            let source = folder.write("a", &utf16(&format!("{bom}{text}"), little));
            for portion in [1, 4_099, 1 << 20] {
                if portion == 1 && !bom.is_empty() {
                    continue;
                }
                let (bytes, finished) = read_by(source.open().unwrap(), portion);
                assert!(bytes == expected.as_bytes(), "{} {portion}", encoding.code());
                assert_eq!(finished.encoding, encoding);
                assert!(finished.repairs.has(Repair::Utf16));
                assert_eq!(finished.damage, None);
            }
            let place = Place { offset: (expected.len() - line.len()) as u64, length: line.len() as u64, record: 0 };
            assert_eq!(read_place(&source, &[place]).unwrap(), [line.as_bytes()]);
        }
    }
}

#[test]
fn lone_surrogates_and_an_odd_byte_become_the_replacement_character() {
    let folder = Folder::new();
    let mut bytes = utf16("\u{feff}ab", true);
    bytes.extend([0x00, 0xd8]);
    bytes.extend(utf16("cd", true));
    bytes.push(b'e');
    let (text, finished) = read(folder.write("a", &bytes).open().unwrap());
    assert_eq!(String::from_utf8(text).unwrap(), "\u{feff}ab\u{fffd}cd\u{fffd}");
    assert_eq!(finished.encoding, Encoding::Utf16Le);
}

#[test]
fn what_is_not_clearly_utf16_is_left_as_it_is() {
    let folder = Folder::new();
    let binary: Vec<u8> = (0..2048_u32).map(|n| if n % 3 == 0 { 0 } else { n as u8 }).collect();
    let wide: Vec<u8> = "\u{feff}abcdef".chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
    let padded = [b"GET / 200\n".as_slice(), &[0; 900], b"GET /x 200\n"].concat();
    for bytes in [binary, wide, padded, vec![0; 3000], b"\xef\xbb\xbfGET /\n".to_vec(), b"a\0b\0".to_vec(), vec![0xff]]
    {
        let (read, finished) = read(folder.write("a", &bytes).open().unwrap());
        assert!(read == bytes);
        assert_eq!(finished.encoding, Encoding::Utf8);
        assert!(finished.repairs.is_empty());
    }
}

#[test]
fn compressed_utf16_is_both() {
    let folder = Folder::new();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &utf16("\u{feff}GET /tables\n", false)).unwrap();
    let (bytes, finished) = read(folder.write("a", &encoder.finish().unwrap()).open().unwrap());
    assert_eq!(bytes, "\u{feff}GET /tables\n".as_bytes());
    assert_eq!((finished.compression, finished.encoding), (Compression::Gzip, Encoding::Utf16Be));
}

#[test]
fn words_of_the_evidence_frame() {
    let encodings = [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be].map(Encoding::code);
    assert_eq!(encodings, ["utf-8", "utf-16le", "utf-16be"]);
    let all = [Compression::None, Compression::Gzip, Compression::Zstd, Compression::Bzip2, Compression::Xz];
    assert_eq!(all.map(Compression::code), ["none", "gzip", "zstd", "bzip2", "xz"]);
}
