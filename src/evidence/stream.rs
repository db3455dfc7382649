//! A source while it is read: raw bytes → decompressed → UTF-8, with the digest on the way.

use super::archive;
use super::decode::{Bounds, Compression, Decoder, Method};
use super::error::EvidenceError;
use super::raw::{Input, Raw};
use super::source::Source;
use super::transcode::{self, Encoding, Transcoder};
use crate::domain::{Place, Repair, Repairs};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

/// Where a stream ended before its time, and why. Everything before was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Offset in the decoded stream: its length.
    pub offset: u64,
    /// What happened, for people; safe to print.
    pub message: String,
}

/// What is known of a source once it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// SHA-256 of the raw bytes: of the file as it lies on disk, of a member of an
    /// archive as that hands it over (decompressed once). For a member that is damaged, of what could be had.
    pub sha256: [u8; 32],
    /// Raw bytes: those that the digest covers.
    pub bytes: u64,
    /// Bytes of the decoded stream that were handed over.
    pub decoded_bytes: u64,
    /// Told by content. A gzip inside a zip is gzip.
    pub compression: Compression,
    /// Told by content.
    pub encoding: Encoding,
    /// What was mended: [`Repair::Utf16`].
    pub repairs: Repairs,
    /// Why the decoded stream ended early, if it did.
    pub damage: Option<Damage>,
}

/// A source while it is read. See [`Source::open`].
pub struct Stream {
    raw: Raw,
    bounds: Bounds,
    started: bool,
    compression: Compression,
    encoding: Encoding,
    decoder: Option<Decoder>,
    transcoder: Option<Transcoder>,
    /// Decompressed bytes that were read to recognise the content.
    ahead: Vec<u8>,
    handed: u64,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream")
            .field("name", &self.raw.name())
            .field("compression", &self.compression)
            .field("encoding", &self.encoding)
            .field("handed", &self.handed)
            .finish_non_exhaustive()
    }
}

impl Stream {
    pub(super) fn new(raw: Raw, bounds: Bounds) -> Self {
        Self {
            raw,
            bounds,
            started: false,
            compression: Compression::None,
            encoding: Encoding::Utf8,
            decoder: None,
            transcoder: None,
            ahead: Vec::new(),
            handed: 0,
        }
    }

    /// Sends a copy of all raw bytes to `tee` as they are read, for what cannot be read again. To
    /// be called before the first [`Stream::fill`]. Its errors come back from `fill` and `finish`
    /// as [`EvidenceError::Tee`].
    pub fn tee_raw(&mut self, tee: Box<dyn Write + Send>) {
        self.raw.set_tee(tee);
    }

    /// Appends decoded bytes until `buffer` holds `target` of them. False when the stream ended:
    /// then fewer may be there, and calling again adds nothing.
    pub fn fill(&mut self, buffer: &mut Vec<u8>, target: usize) -> Result<bool, EvidenceError> {
        self.start()?;
        let before = buffer.len();
        let result = self.append(buffer, target);
        self.handed += (buffer.len() - before) as u64;
        result.map(|()| buffer.len() >= target)
    }

    /// Bytes on disk consumed so far: what [`Source::size`] counts. For progress.
    pub fn bytes_read(&self) -> u64 {
        self.raw.bytes_on_disk()
    }

    /// Reads whatever raw bytes remain, and tells what is known now. To be called after
    /// [`Stream::fill`] gave false; earlier, the rest of the evidence is hashed but not handed over.
    pub fn finish(mut self) -> Result<Finished, EvidenceError> {
        self.start()?;
        self.raw.drain()?;
        // A container that gave too little explains what the decoder stumbled over.
        let message = self.raw.damage().or(self.decoder.as_ref().and_then(Decoder::damage));
        let damage = message.map(|message| Damage { offset: self.handed, message: message.to_owned() });
        let mut repairs = Repairs::default();
        if self.encoding != Encoding::Utf8 {
            repairs.add(Repair::Utf16);
        }
        let (compression, encoding, decoded_bytes) = (self.compression, self.encoding, self.handed);
        let (sha256, bytes) = self.raw.finish()?;
        Ok(Finished { sha256, bytes, decoded_bytes, compression, encoding, repairs, damage })
    }

    /// Recognises the content, once.
    fn start(&mut self) -> Result<(), EvidenceError> {
        if self.started {
            return Ok(());
        }
        let head = self.raw.head()?;
        refuse_container(head).map_or(Ok(()), |kind| Err(packed(self.raw.name(), kind)))?;
        let head = self.raw.head()?;
        self.compression = Compression::of(head);
        self.decoder = Decoder::new(Method::Whole(self.compression), self.bounds);
        if let Some(decoder) = &mut self.decoder {
            let mut ahead = vec![0; transcode::HEAD];
            let count = decoder.read(&mut self.raw, &mut ahead)?;
            ahead.truncate(count);
            refuse_container(&ahead).map_or(Ok(()), |kind| Err(packed(self.raw.name(), kind)))?;
            self.encoding = Encoding::of(&ahead);
            self.ahead = ahead;
        } else {
            self.encoding = Encoding::of(head);
        }
        self.transcoder = self.encoding.transcoder();
        self.started = true;
        Ok(())
    }

    fn append(&mut self, buffer: &mut Vec<u8>, target: usize) -> Result<(), EvidenceError> {
        let Self { raw, decoder, transcoder, ahead, .. } = self;
        if buffer.len() >= target {
            return Ok(());
        }
        let Some(transcoder) = transcoder else {
            return decompress(raw, decoder.as_mut(), ahead, buffer, target);
        };
        while buffer.len() < target {
            let count = transcoder.read(buffer, target - buffer.len(), |units, count| {
                decompress(raw, decoder.as_mut(), ahead, units, count)?;
                Ok(units.len())
            })?;
            if count == 0 {
                break;
            }
        }
        Ok(())
    }

    /// The file itself, where the decoded stream is the file byte for byte.
    fn into_plain_file(mut self) -> Result<Result<File, Self>, EvidenceError> {
        self.start()?;
        let plain = self.decoder.is_none() && self.transcoder.is_none() && matches!(self.raw.input(), Input::File(_));
        if !plain {
            return Ok(Err(self));
        }
        match self.raw.into_input() {
            Input::File(file) => Ok(Ok(file)),
            Input::Stdin(_) | Input::Member(_) | Input::Tar(_) => Err(EvidenceError::NoInput),
        }
    }
}

/// Appends decompressed bytes until `buffer` holds `target`, fewer at the end only.
fn decompress(
    raw: &mut Raw,
    decoder: Option<&mut Decoder>,
    ahead: &mut Vec<u8>,
    buffer: &mut Vec<u8>,
    target: usize,
) -> Result<(), EvidenceError> {
    let Some(decoder) = decoder else {
        return raw.read_into(buffer, target.saturating_sub(buffer.len())).map(drop);
    };
    let early = ahead.len().min(target.saturating_sub(buffer.len()));
    buffer.extend(ahead.drain(..early));
    let mut length = buffer.len();
    let mut result = Ok(());
    while length < target {
        // Room grows with what is there, so that a small file does not cost a large buffer.
        let room = target.min(length + length.max(256 << 10));
        buffer.resize(room, 0);
        let Some(output) = buffer.get_mut(length..) else { break };
        match decoder.read(raw, output) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) => {
                result = Err(error);
                break;
            }
        }
    }
    buffer.truncate(length);
    result
}

fn refuse_container(head: &[u8]) -> Option<&'static str> {
    archive::container(head)
}

fn packed(name: &str, kind: &str) -> EvidenceError {
    let nested = format!("this is a {kind}");
    EvidenceError::Unfit { name: name.to_owned(), problem: nested, remedy: "unpack it first and add what it holds" }
}

/// SHA-256 and length of the raw bytes, without decoding: what [`Finished`] has of an undamaged
/// source.
pub fn digest(source: &Source) -> Result<([u8; 32], u64), EvidenceError> {
    let mut raw = source.raw(true, Bounds::default())?;
    raw.drain()?;
    raw.finish()
}

/// Reads spans of the decoded stream again, in the order asked for. A compressed source is decoded
/// once from its start to the last place; a plain one is only touched where the places are.
pub fn read_place(source: &Source, places: &[Place]) -> Result<Vec<Vec<u8>>, EvidenceError> {
    if !source.is_repeatable()? {
        return Err(EvidenceError::OnlyOnce { name: source.name() });
    }
    let stream = Stream::new(source.raw(false, Bounds::default())?, Bounds::default());
    match stream.into_plain_file()? {
        Ok(mut file) => places.iter().map(|place| read_span(source, &mut file, place)).collect(),
        Err(stream) => read_spans(source, stream, places),
    }
}

fn read_span(source: &Source, file: &mut File, place: &Place) -> Result<Vec<u8>, EvidenceError> {
    let broken = |error| EvidenceError::read(source.name(), place.offset, error);
    let length = file.metadata().map_err(broken)?.len();
    if place.end() > length {
        return Err(gone(source, place, length));
    }
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(place.offset)).map_err(broken)?;
    file.take(place.length).read_to_end(&mut bytes).map_err(broken)?;
    if (bytes.len() as u64) < place.length {
        return Err(gone(source, place, place.offset + bytes.len() as u64));
    }
    Ok(bytes)
}

/// Bytes that are skipped at once.
const SKIP: usize = 1 << 20;

fn read_spans(source: &Source, mut stream: Stream, places: &[Place]) -> Result<Vec<Vec<u8>>, EvidenceError> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|index| places.get(*index).map(|place| place.offset));
    let mut spans = vec![Vec::new(); places.len()];
    let (mut window, mut base) = (Vec::new(), 0_u64);
    for index in order {
        let (Some(place), Some(span)) = (places.get(index), spans.get_mut(index)) else { continue };
        while base + (window.len() as u64) < place.offset {
            base += window.len() as u64;
            window.clear();
            if !stream.fill(&mut window, SKIP)? && window.is_empty() {
                return Err(gone(source, place, base));
            }
        }
        window.drain(..(place.offset - base) as usize);
        base = place.offset;
        let length = usize::try_from(place.length).unwrap_or(usize::MAX);
        stream.fill(&mut window, length)?;
        match window.get(..length) {
            Some(bytes) => span.extend_from_slice(bytes),
            None => return Err(gone(source, place, base + window.len() as u64)),
        }
    }
    Ok(spans)
}

fn gone(source: &Source, place: &Place, length: u64) -> EvidenceError {
    EvidenceError::Gone { name: source.name(), offset: place.offset, end: place.end(), length }
}
