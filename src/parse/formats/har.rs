//! Entries of HTTP Archive files (HAR 1.1 to 1.3) as browsers, proxies and test tools write them.
//!
//! An entry goes straight from its bytes into the `har` crate's types. What those refuse (55 % of
//! the files seen in the wild hold such an entry or header) is read as a tree and mended field by
//! field, each repair recorded: [`mend`]. Bodies and fields beyond the specification, which the
//! types drop or copy, are taken from the bytes: [`scan`].

use har::v1_3::Entries;

use crate::domain::exchange::Traced;
use crate::domain::{Exchange, Reason};
use crate::parse::format::{Format, Meta, Read, Reader, Sample};
use crate::parse::json::{find, members};
use crate::parse::target::Scratch;

mod bodies;
mod fill;
mod mend;
mod samples;
mod scan;
mod tree;

/// The format.
pub(super) static FORMAT: Har = Har {
    meta: Meta {
        id: "har",
        title: "HAR entry (HTTP Archive 1.1, 1.2, 1.3)",
        source: "http://www.softwareishard.com/blog/har-12-spec/ and https://docs.rs/har",
        notes: "startedDateTime is the request's begin on the client's clock; times are milliseconds; \
                sizes of -1 mean unknown; sizes and addresses are what the client saw (a proxy's or service worker's \
                answer included); an entry without credentials leaves auth unknown, as browsers export without them; \
                the query comes from queryString where the URL has none; a form without text has its params as body",
    },
};

/// HAR, as a format.
#[derive(Debug)]
pub(super) struct Har {
    meta: Meta,
}

/// What an entry lacks that its types cannot say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Gaps {
    no_response: bool,
    no_status: bool,
}

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An element of `log.entries`.
    Entry,
    /// A `request` object by itself, as Insomnia and Postman hand them on.
    Bare,
}

/// Members of an entry: the specification's and those of k6's dialect.
const ENTRY_KEYS: &[&[u8]] = &[
    b"pageref",
    b"startedDateTime",
    b"time",
    b"request",
    b"response",
    b"cache",
    b"timings",
    b"serverIPAddress",
    b"connection",
    b"comment",
    b"index",
    b"variables",
    b"checks",
];

/// Members of a request.
const REQUEST_KEYS: &[&[u8]] = &[
    b"method",
    b"url",
    b"httpVersion",
    b"cookies",
    b"headers",
    b"queryString",
    b"postData",
    b"headersSize",
    b"bodySize",
    b"comment",
];

/// Members by which gateways tell their own records that look like entries (Kong, APISIX).
const FOREIGN_KEYS: &[&[u8]] = &[b"latencies", b"route_id", b"client_ip", b"started_at"];

fn known(key: &[u8], keys: &[&[u8]]) -> bool {
    key.first() == Some(&b'_') || keys.contains(&key)
}

/// Tells what a record is by its members, without reading it.
fn kind(record: &[u8]) -> Option<Kind> {
    let (mut started, mut foreign, mut all_known, mut all_request) = (false, false, true, true);
    let (mut timings, mut cache, mut content) = (false, false, false);
    let mut request: Option<&[u8]> = None;
    let (mut url, mut method, mut version, mut lists) = (false, false, false, 0_u8);
    members(record, |key, value, _| {
        foreign |= FOREIGN_KEYS.contains(&key);
        all_known &= known(key, ENTRY_KEYS);
        all_request &= known(key, REQUEST_KEYS);
        match key {
            b"request" => request = Some(value),
            b"startedDateTime" => started = true,
            b"timings" => timings = true,
            b"cache" => cache = true,
            b"response" => content = has(value, b"content"),
            b"url" => url = true,
            b"method" => method = true,
            b"httpVersion" | b"postData" => version = true,
            b"headers" | b"cookies" | b"queryString" => lists += u8::from(value.first() == Some(&b'[')),
            _ => {}
        }
    });
    if foreign && !started {
        return None;
    }
    let Some(request) = request else {
        let bare = all_request && url && method && (version || lists > 1);
        return bare.then_some(Kind::Bare);
    };
    let has_url = has(request, b"url");
    let telling = timings || cache || content;
    let entry = started && (has_url || telling || has(request, b"method"))
        || has_url && (telling || all_known)
        || timings && content;
    entry.then_some(Kind::Entry)
}

fn has(object: &[u8], wanted: &[u8]) -> bool {
    let mut found = false;
    members(object, |key, _, _| found |= key == wanted);
    found
}

impl Format for Har {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(HarReader::default())
    }

    fn samples(&self) -> &'static [Sample] {
        samples::SAMPLES
    }

    fn is_json(&self) -> bool {
        true
    }

    fn claims_json(&self, record: &[u8]) -> bool {
        kind(record).is_some()
    }
}

/// Reads entries; what it keeps is room.
#[derive(Default)]
struct HarReader {
    /// An entry without the texts of its bodies.
    shorter: String,
}

impl Reader for HarReader {
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        let mut scan = scan::Scan::of(record, false);
        // One check of the whole is cheaper than one of every string.
        let typed = std::str::from_utf8(record).ok().and_then(|text| {
            let shorter = scan.without_texts(text, &mut self.shorter);
            serde_json::from_str::<Entries>(if shorter { &self.shorter } else { text }).ok()
        });
        let mended = typed.is_none();
        if let Some(entry) = typed {
            fill::entry(&entry, Gaps::default(), &scan, x, s);
        } else {
            let bare = kind(record).ok_or(Reason::NotThisFormat)? == Kind::Bare;
            let mended = mend::entry(record, bare)?;
            x.repairs.merge(mended.repairs);
            scan = scan::Scan::of(record, bare);
            fill::entry(&mended.entry, mended.gaps, &scan, x, s);
        }
        scan.store(mended, x, s);
        trace(record, x);
        if x.has_request() { Ok(Read::Exchange) } else { Err(Reason::MissingRequest) }
    }
}

/// Where the fields of an entry go, in words.
const TRACED: &[(&str, &str)] = &[
    ("startedDateTime", "time"),
    ("time", "duration_us (from milliseconds)"),
    ("pageref", "page_ref"),
    ("serverIPAddress", "server_address"),
    ("connection", "connection"),
    ("request.method", "method"),
    ("request.url", "scheme, host, port, path, query"),
    ("request.httpVersion", "http_version"),
    ("request.headers", "request_headers and what they tell"),
    ("request.cookies", "auth, cookie_names (values not kept)"),
    ("request.postData", "request body, request_content_type"),
    ("request.headersSize", "request_bytes"),
    ("request.bodySize", "request_body_bytes, request_bytes"),
    ("response.status", "status"),
    ("response.headers", "response_headers and what they tell"),
    ("response.redirectURL", "redirect_url"),
    ("response.content", "response body, response_content_type, response_decoded_bytes"),
    ("response.headersSize", "response_bytes"),
    ("response.bodySize", "response_body_bytes, response_bytes"),
    ("response._transferSize", "response_bytes"),
    ("response._error", "error"),
    ("timings", "blocked_us, dns_us, connect_us, tls_us, send_us, wait_us, receive_us (from milliseconds)"),
    ("_initiator", "initiator"),
    ("_resourceType", "resource_type"),
    ("_webSocketMessages", "websocket_messages (how many)"),
];

fn trace(record: &[u8], x: &mut Exchange<'_>) {
    if let Some(trace) = &mut x.trace {
        for (path, target) in TRACED {
            if let Some(raw) = find(record, path) {
                trace.push(Traced {
                    source: (*path).to_owned(),
                    target: Some((*target).to_owned()),
                    raw: raw.to_vec(),
                });
            }
        }
    }
}

/// A loose entry as strict JSON; `None` where nothing of it can be read.
pub(crate) fn mended(record: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(record.len());
    tree::parse(record, &mut crate::domain::Repairs::default()).ok()?.render(&mut text);
    Some(text)
}

#[cfg(test)]
mod tests;
