//! Bodies for analysis: base64, JSON escapes and content codings undone, within limits. The
//! evidence keeps the encoded bytes.
//!
//! Captures mostly hold decoded text while the header still names the coding (161 of 351 HAR files
//! seen in the wild), so a coding is undone only where the bytes bear it out.

use std::borrow::Cow;
use std::io::Read;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use crate::domain::limits::{BODY_BYTES_MAX, BODY_CODINGS_MAX, BODY_RATIO_FREE_BYTES, BODY_RATIO_MAX};
use crate::domain::{Body, Repair, Transfer};

use super::json::unescape_into;

/// How large a decoded body may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimits {
    /// Decoded bytes, whatever the encoded size.
    pub bytes: usize,
    /// Decoded bytes for each encoded one.
    pub ratio: usize,
    /// Decoded bytes below which the ratio is not looked at.
    pub ratio_free: usize,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self { bytes: BODY_BYTES_MAX, ratio: BODY_RATIO_MAX, ratio_free: BODY_RATIO_FREE_BYTES }
    }
}

impl BodyLimits {
    /// Most bytes that `encoded` bytes may become.
    fn cap(self, encoded: usize) -> usize {
        encoded.saturating_mul(self.ratio).max(self.ratio_free).min(self.bytes)
    }
}

/// Why a body could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// It is said to be base64 and is not.
    BadBase64,
    /// It begins like the coding it is said to have, and is damaged or cut off.
    BadCoding,
    /// It decodes to more than the limits allow.
    TooLarge,
}

impl BodyError {
    /// The repair that says so; a damaged coding is told by [`BodyState::Undecodable`] alone.
    pub const fn repair(self) -> Option<Repair> {
        match self {
            Self::BadBase64 => Some(Repair::BadBase64),
            Self::BadCoding => None,
            Self::TooLarge => Some(Repair::BodyTooLarge),
        }
    }

    /// What the frame says of such a body.
    pub const fn state(self) -> BodyState {
        match self {
            Self::BadBase64 | Self::BadCoding => BodyState::Undecodable,
            Self::TooLarge => BodyState::TooLarge,
        }
    }
}

/// Content of the columns `request_body_state` and `response_body_state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyState {
    /// The evidence holds it.
    Present,
    /// The evidence holds less than it says there was: exposure is a lower bound.
    Incomplete,
    /// It is there and cannot be read.
    Undecodable,
    /// It is there and larger than the limit once decoded.
    TooLarge,
}

impl BodyState {
    /// The word that frames carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Incomplete => "incomplete",
            Self::Undecodable => "undecodable",
            Self::TooLarge => "too-large",
        }
    }
}

/// The body as the application saw it. `content_encoding` is the header's value, a list where
/// codings were stacked. Borrowed where nothing had to be undone.
pub fn decode<'b>(
    body: &Body<'b>,
    content_encoding: Option<&[u8]>,
    limits: BodyLimits,
) -> Result<Cow<'b, [u8]>, BodyError> {
    let cap = limits.cap(body.raw.len());
    let mut bytes = match body.transfer {
        Transfer::Plain => Cow::Borrowed(body.raw),
        Transfer::JsonEscaped if memchr::memchr(b'\\', body.raw).is_none() => Cow::Borrowed(body.raw),
        Transfer::JsonEscaped => {
            let mut out = Vec::with_capacity(body.raw.len());
            unescape_into(body.raw, |b| out.extend_from_slice(b), |_| {});
            Cow::Owned(out)
        }
        Transfer::Base64 => Cow::Owned(base64(body.raw)?),
    };
    if bytes.len() > limits.bytes {
        return Err(BodyError::TooLarge);
    }
    for coding in content_encoding.unwrap_or_default().rsplit(|b| *b == b',').take(BODY_CODINGS_MAX) {
        // Valid UTF-8 is the decoded text: no coding's output is, but for a few tiny ones.
        if coding.trim_ascii().is_empty() || std::str::from_utf8(&bytes).is_ok() {
            continue;
        }
        if let Some(decoded) = undo(coding.trim_ascii(), &bytes, cap)? {
            bytes = Cow::Owned(decoded);
        }
    }
    Ok(bytes)
}

/// Base64 in either alphabet, padded or not, with blanks or line ends inside.
fn base64(text: &[u8]) -> Result<Vec<u8>, BodyError> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    if let Ok(bytes) = LENIENT.decode(text) {
        return Ok(bytes);
    }
    let clean: Vec<u8> = text
        .iter()
        .filter(|b| !b.is_ascii_whitespace())
        .map(|b| match b {
            b'-' => b'+',
            b'_' => b'/',
            b => *b,
        })
        .collect();
    LENIENT.decode(clean).map_err(|_| BodyError::BadBase64)
}

/// Undoes one coding; `None` where the bytes are not in it.
fn undo(coding: &[u8], bytes: &[u8], cap: usize) -> Result<Option<Vec<u8>>, BodyError> {
    let is = |name: &str| coding.eq_ignore_ascii_case(name.as_bytes());
    if is("gzip") || is("x-gzip") {
        if !bytes.starts_with(&[0x1f, 0x8b]) {
            return Ok(None);
        }
        return read_all(flate2::read::MultiGzDecoder::new(bytes), cap).map(Some);
    }
    if is("zstd") {
        if !bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            return Ok(None);
        }
        let decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(|_| BodyError::BadCoding)?;
        return read_all(decoder, cap).map(Some);
    }
    if is("deflate") {
        return deflate(bytes, cap);
    }
    if is("br") {
        return brotli(bytes, cap);
    }
    Ok(None)
}

/// All that a decoder yields, if that is at most `cap` bytes.
fn read_all(decoder: impl Read, cap: usize) -> Result<Vec<u8>, BodyError> {
    let mut out = Vec::new();
    decoder.take(cap as u64 + 1).read_to_end(&mut out).map_err(|_| BodyError::BadCoding)?;
    if out.len() > cap { Err(BodyError::TooLarge) } else { Ok(out) }
}

/// zlib as RFC 9110 has it, or the bare stream that some servers send. The bare stream has no
/// mark: it counts when it decodes without error and to its very end.
fn deflate(bytes: &[u8], cap: usize) -> Result<Option<Vec<u8>>, BodyError> {
    if let [cmf, flags, ..] = bytes
        && cmf & 0x0f == 8
        && (u16::from(*cmf) << 8 | u16::from(*flags)).is_multiple_of(31)
    {
        return read_all(flate2::read::ZlibDecoder::new(bytes), cap).map(Some);
    }
    let mut decoder = flate2::read::DeflateDecoder::new(bytes);
    match read_all(&mut decoder, cap) {
        Ok(out) if !out.is_empty() && decoder.total_in() == bytes.len() as u64 => Ok(Some(out)),
        Err(BodyError::TooLarge) => Err(BodyError::TooLarge),
        _ => Ok(None),
    }
}

/// Brotli has no mark either: it counts when it decodes without error and to its very end.
fn brotli(bytes: &[u8], cap: usize) -> Result<Option<Vec<u8>>, BodyError> {
    const STEP: usize = 64 << 10;
    // Strict: no windows beyond RFC 7932's 16 MB, which would let 10 bytes ask for 1 GB.
    let mut state =
        BrotliState::new_strict(StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
    let (mut left, mut at, mut total) = (bytes.len(), 0, 0);
    let mut buffer = vec![0; STEP];
    let mut out = Vec::new();
    loop {
        let (mut free, mut filled) = (buffer.len(), 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut at,
            bytes,
            &mut free,
            &mut filled,
            &mut buffer,
            &mut total,
            &mut state,
        );
        out.extend_from_slice(buffer.get(..filled).unwrap_or_default());
        if out.len() > cap {
            return Err(BodyError::TooLarge);
        }
        match result {
            BrotliResult::NeedsMoreOutput if filled > 0 => {}
            BrotliResult::ResultSuccess if left == 0 && !out.is_empty() => return Ok(Some(out)),
            _ => return Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    const JSON: &[u8] = br#"{"orders":[{"id":7,"phone":"0000000000"},{"id":8,"phone":"0000000000"}]}"#;
    /// [`JSON`] through the reference encoder at quality 11.
    const JSON_BR: &[u8] = &[
        0x1b, 0x47, 0x00, 0xf8, 0x2d, 0x0e, 0x78, 0x73, 0xc4, 0x95, 0x28, 0x33, 0x33, 0xe8, 0x73, 0xa2, 0x89, 0x52,
        0x84, 0x6c, 0xaf, 0x60, 0xd2, 0x92, 0xa5, 0xab, 0x2f, 0x74, 0x5a, 0xe4, 0x06, 0x67, 0x0b, 0x38, 0xe4, 0x00,
        0xe4, 0x4e, 0x5f, 0x98, 0x07, 0x04, 0x35, 0x02, 0x2d, 0x0c, 0x51, 0x8b, 0x6c, 0x5c, 0x6f, 0xa4, 0x01, 0x35,
        0x41, 0x36,
    ];
    /// 3 MiB of `a`.
    const BOMB_BR: &[u8] = &[0x9b, 0xff, 0xff, 0x2f, 0xf8, 0x25, 0xc2, 0xe2, 0xb1, 0x40, 0x20, 0xf7, 0xfe, 0x05];

    fn run(raw: &[u8], transfer: Transfer, coding: &str) -> Result<Vec<u8>, BodyError> {
        let body = Body { raw, transfer, complete: true };
        let coding = Some(coding.as_bytes()).filter(|c| !c.is_empty());
        decode(&body, coding, BodyLimits::default()).map(Cow::into_owned)
    }

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        w.write_all(data).unwrap();
        w.finish().unwrap()
    }

    fn zlib(data: &[u8]) -> Vec<u8> {
        let mut w = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        w.write_all(data).unwrap();
        w.finish().unwrap()
    }

    fn raw_deflate(data: &[u8]) -> Vec<u8> {
        let mut w = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        w.write_all(data).unwrap();
        w.finish().unwrap()
    }

    #[test]
    fn base64_of_all_kinds() {
        // RFC 4648: bytes fb ff fe are "+//+" and, in the URL-safe alphabet, "-__-".
        for text in ["+//+", "-__-", " +/\r\n/+ ", "+/_-"] {
            assert_eq!(run(text.as_bytes(), Transfer::Base64, ""), Ok(vec![0xfb, 0xff, 0xfe]), "{text}");
        }
        for text in ["Zm8=", "Zm8", "Zm\n8=\n"] {
            assert_eq!(run(text.as_bytes(), Transfer::Base64, ""), Ok(b"fo".to_vec()), "{text}");
        }
        assert_eq!(run(b"", Transfer::Base64, ""), Ok(vec![]));
        for text in ["Z", "<html>", "Zm8=Zm8=!"] {
            assert_eq!(run(text.as_bytes(), Transfer::Base64, ""), Err(BodyError::BadBase64), "{text}");
        }
        assert_eq!(BodyError::BadBase64.repair(), Some(Repair::BadBase64));
    }

    #[test]
    fn json_escapes_come_off() {
        assert_eq!(run(br#"{\"a\":\"\u00e9\"}"#, Transfer::JsonEscaped, ""), Ok("{\"a\":\"é\"}".into()));
        let body = Body { raw: b"plain", transfer: Transfer::JsonEscaped, complete: true };
        assert!(matches!(decode(&body, None, BodyLimits::default()), Ok(Cow::Borrowed(b"plain"))));
    }

    #[test]
    fn codings_come_off_only_where_they_are() {
        let zstd = zstd::encode_all(JSON, 3).unwrap();
        for (coding, bytes) in [
            ("gzip", gzip(JSON)),
            ("x-gzip", gzip(JSON)),
            ("GZIP", gzip(JSON)),
            ("deflate", zlib(JSON)),
            ("deflate", raw_deflate(JSON)),
            ("zstd", zstd),
            ("br", JSON_BR.to_vec()),
            ("br, gzip", gzip(JSON_BR)),
            ("identity", JSON.to_vec()),
        ] {
            assert_eq!(run(&bytes, Transfer::Plain, coding).as_deref(), Ok(JSON), "{coding}");
            assert_eq!(run(JSON, Transfer::Plain, coding).as_deref(), Ok(JSON), "{coding}: already decoded");
            // A PNG's head: neither text nor in any coding.
            let image = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe";
            assert_eq!(run(image, Transfer::Plain, coding).as_deref(), Ok(&image[..]), "{coding}: an image");
        }
    }

    #[test]
    fn damage_is_said() {
        let whole = gzip(JSON);
        assert_eq!(run(&whole[..whole.len() / 2], Transfer::Plain, "gzip"), Err(BodyError::BadCoding));
        let cut = &JSON_BR[..JSON_BR.len() / 2];
        assert_eq!(run(cut, Transfer::Plain, "br").as_deref(), Ok(cut), "no mark: kept as it is");
    }

    #[test]
    fn bombs_are_refused() {
        // 3 MiB from a few kilobytes at most: above the free megabyte and above 1:200.
        let zeros = vec![b'a'; 3 << 20];
        let zstd = zstd::encode_all(&zeros[..], 3).unwrap();
        for (coding, bomb) in [
            ("gzip", gzip(&zeros)),
            ("deflate", zlib(&zeros)),
            ("deflate", raw_deflate(&zeros)),
            ("zstd", zstd),
            ("br", BOMB_BR.to_vec()),
            ("gzip, gzip", gzip(&gzip(&zeros))),
        ] {
            assert!(bomb.len() * BODY_RATIO_MAX < zeros.len(), "{coding} is a bomb");
            assert_eq!(run(&bomb, Transfer::Plain, coding), Err(BodyError::TooLarge), "{coding}");
            let free = BodyLimits { ratio_free: 4 << 20, ..BodyLimits::default() };
            let body = Body { raw: &bomb, transfer: Transfer::Plain, complete: true };
            assert_eq!(decode(&body, Some(coding.as_bytes()), free).as_deref(), Ok(&zeros[..]), "{coding}");
        }
        assert_eq!(BodyError::TooLarge.repair(), Some(Repair::BodyTooLarge));
        let small = BodyLimits { bytes: 3, ..BodyLimits::default() };
        let body = Body { raw: b"four", transfer: Transfer::Plain, complete: true };
        assert_eq!(decode(&body, None, small), Err(BodyError::TooLarge));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(
            raw in proptest::collection::vec(any::<u8>(), 0..200),
            coding in "(gzip|br|deflate|zstd|,| ){0,4}",
            head in 0_usize..5,
        ) {
            let mark: &[u8] = [&b""[..], &[0x1f, 0x8b, 8, 0], &[0x78, 0x9c], &[0x28, 0xb5, 0x2f, 0xfd], &[0x1b]][head];
            let raw = [mark, &raw].concat();
            for transfer in [Transfer::Plain, Transfer::JsonEscaped, Transfer::Base64] {
                let _ = run(&raw, transfer, &coding);
            }
        }
    }
}
