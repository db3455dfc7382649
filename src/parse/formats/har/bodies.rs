//! Bodies of an entry: pointed at where they stand in the record, and whether they are whole.

use har::v1_3::{Request, Response};

use crate::domain::{Body, Exchange, Int, Text, Transfer};
use crate::parse::body::{BodyLimits, BodyState, decode};
use crate::parse::json;
use crate::parse::target::{Scratch, Shape};

use super::scan::{Raw, Scan};

/// A body is incomplete when it is shorter than its stated size by more than a sixteenth and 64
/// bytes: line ends that were normalised and byte order marks that were dropped account for less.
const SLACK_SHARE: u64 = 16;
const SLACK_BYTES: u64 = 64;

/// What an entry says of a body beside its text.
struct Said<'b> {
    /// Bytes, if the entry knows them.
    size: Option<u64>,
    /// Bytes of the text as UTF-8, JSON escapes undone.
    text_bytes: u64,
    base64: bool,
    coding: Option<&'b [u8]>,
}

/// A body as it is stored, and what is known of it.
struct Found<'a> {
    body: Body<'a>,
    state: BodyState,
    /// Bytes after decoding, where decoding was needed.
    decoded: Option<u64>,
}

pub(super) fn request<'a>(request: &Request, scan: &Scan<'a>, x: &mut Exchange<'a>, s: &Scratch<'a>) {
    let size = u64::try_from(request.body_size).ok().filter(|b| *b > 0);
    let post = request.post_data.as_ref();
    let text = post.and_then(|p| p.text.as_deref());
    let empty = scan.post_taken.is_none() && text.is_none_or(str::is_empty);
    let params = scan.post_params.filter(|p| empty && has_elements(p));
    let found = if let Some(params) = params {
        // A form that only its fields are known of: their JSON is the body, as it stands.
        let body = Body { raw: params, transfer: Transfer::Plain, complete: true };
        Some(Found { body, state: BodyState::Present, decoded: None })
    } else {
        let said = post.and_then(|p| p.encoding.as_deref()).map(str::as_bytes).or(scan.post_encoding);
        let coding = request.headers.iter().find(|h| h.name.eq_ignore_ascii_case("content-encoding"));
        let said = Said {
            size,
            text_bytes: scan.post_taken.unwrap_or(text.map_or(0, |t| t.len() as u64)),
            base64: is_base64(said),
            coding: coding.map(|h| h.value.as_bytes()),
        };
        find(text.filter(|_| !empty), scan.post_text, &said, x, s)
    };
    if let Some(found) = found {
        x.set(Text::RequestBodyState, found.state.code().as_bytes());
        x.request_body = Some(found.body);
    }
}

pub(super) fn response<'a>(response: &Response, method: &str, scan: &Scan<'a>, x: &mut Exchange<'a>, s: &Scratch<'a>) {
    let content = &response.content;
    let text = content.text.as_deref();
    let empty = scan.content_taken.is_none() && text.is_none_or(str::is_empty);
    let positive = |n: i64| u64::try_from(n).ok().filter(|n| *n > 0);
    // Bytes went over the wire and no text is there: something is missing, whatever size says.
    let size = positive(content.size)
        .or_else(|| positive(response.body_size).filter(|_| empty))
        .filter(|_| !method.eq_ignore_ascii_case("HEAD"));
    let said = Said {
        size,
        text_bytes: scan.content_taken.unwrap_or(text.map_or(0, |t| t.len() as u64)),
        base64: is_base64(content.encoding.as_deref().map(str::as_bytes)),
        coding: x.get(Text::ContentEncoding),
    };
    if let Some(found) = find(text.filter(|_| !empty), scan.content_text, &said, x, s) {
        if let Some(decoded) = found.decoded.filter(|_| found.body.complete) {
            x.set_int(Int::ResponseDecodedBytes, decoded as i64);
        }
        x.set(Text::ResponseBodyState, found.state.code().as_bytes());
        x.response_body = Some(found.body);
    }
}

fn has_elements(list: &[u8]) -> bool {
    let mut any = false;
    json::members(list, |_, _, _| any = true);
    any
}

fn is_base64(encoding: Option<&[u8]>) -> bool {
    encoding.is_some_and(|e| e.trim_ascii().eq_ignore_ascii_case(b"base64"))
}

/// `text` is what the types hold of one that is not empty, `raw` the same where it stands in the record.
fn find<'a>(
    text: Option<&str>,
    raw: Option<Raw<'a>>,
    said: &Said<'_>,
    x: &mut Exchange<'a>,
    s: &Scratch<'a>,
) -> Option<Found<'a>> {
    let Some(text) = text else {
        said.size?;
        let body = Body { raw: &[], transfer: Transfer::Plain, complete: false };
        return Some(Found { body, state: BodyState::Incomplete, decoded: None });
    };
    // No raw text only where its key is written with escapes.
    let (raw, shape) = raw.unwrap_or_else(|| (s.arena.alloc_slice_copy(text.as_bytes()), Shape::Text));
    let escaped = shape == Shape::JsonString && memchr::memchr(b'\\', raw).is_some();
    let (raw, transfer) = match (said.base64, escaped) {
        (true, true) => (json::unescape(raw, s.arena, x), Transfer::Base64),
        (true, false) => (raw, Transfer::Base64),
        (false, true) => (raw, Transfer::JsonEscaped),
        (false, false) => (raw, Transfer::Plain),
    };
    let mut body = Body { raw, transfer, complete: true };
    if transfer != Transfer::Base64 {
        body.complete = !is_short(said.text_bytes, said.size);
        let state = if body.complete { BodyState::Present } else { BodyState::Incomplete };
        return Some(Found { body, state, decoded: None });
    }
    match decode(&body, said.coding, BodyLimits::default()) {
        Ok(bytes) => {
            let decoded = bytes.len() as u64;
            // Some writers count the base64 text.
            body.complete = said.size == Some(raw.len() as u64) || !is_short(decoded, said.size);
            let state = if body.complete { BodyState::Present } else { BodyState::Incomplete };
            Some(Found { body, state, decoded: Some(decoded) })
        }
        Err(why) => {
            if let Some(repair) = why.repair() {
                x.repair(repair);
            }
            Some(Found { body, state: why.state(), decoded: None })
        }
    }
}

fn is_short(bytes: u64, size: Option<u64>) -> bool {
    size.is_some_and(|size| size > bytes + bytes / SLACK_SHARE + SLACK_BYTES)
}
