//! HAR 1.2 as Chrome exports it, one entry after the other.

use super::bytes::{base64, hex, int, member, put};
use super::rng::Rng;
use super::text::{iso_utc, padded};
use super::traffic::{Hit, Kind};

const PAGES: u64 = 40;

/// Appends everything before the first entry. HAR names its pages first, so how many there are
/// cannot depend on how many entries will follow.
pub fn begin(out: &mut Vec<u8>) {
    put(
        out,
        "{\n  \"log\": {\n    \"version\": \"1.2\",\n    \"creator\": {\"name\": \"WebInspector\", \"version\": \"537.36\"},\n    \"pages\": [",
    );
    for page in 0..PAGES {
        put(out, if page > 0 { ",\n      {\"startedDateTime\": \"" } else { "\n      {\"startedDateTime\": \"" });
        iso_utc(out, 1_726_252_200_000 + page * 60_000);
        put(out, "\", \"id\": \"page_");
        int(out, page + 1);
        put(
            out,
            "\", \"title\": \"https://menu.tablewise.example/\", \"pageTimings\": {\"onContentLoad\": 412.6, \"onLoad\": 903.1}}",
        );
    }
    put(out, "\n    ],\n    \"entries\": [\n");
}

/// Appends everything after the last entry.
pub fn end(out: &mut Vec<u8>) {
    put(out, "\n    ]\n  }\n}\n");
}

fn header(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    put(out, "\n            {\"name\": \"");
    put(out, name);
    put(out, "\", ");
    member(out, "value", value);
    put(out, "},");
}

/// Appends one entry, without what stands between two.
pub fn entry(out: &mut Vec<u8>, rng: &mut Rng, hit: &Hit, agent: &str, request: &[u8], response: &[u8]) {
    let page = hit.item % PAGES + 1;
    put(out, "      {\n        \"_connectionId\": \"");
    int(out, 4000 + hit.item % 90);
    put(
        out,
        "\",\n        \"_initiator\": {\"type\": \"script\", \"stack\": {\"callFrames\": [{\"functionName\": \"request\", \"scriptId\": \"14\", \"url\": \"https://menu.tablewise.example/assets/app.8f3c.js\", \"lineNumber\": 1, \"columnNumber\": ",
    );
    int(out, hit.took_ms * 31);
    put(out, "}]}},\n        \"_priority\": \"High\",\n        \"_resourceType\": \"");
    put(out, if hit.kind == Kind::Image { "image" } else { "xhr" });
    put(out, "\",\n        \"cache\": {},\n        \"connection\": \"443\",\n        \"pageref\": \"page_");
    int(out, page);
    put(out, "\",\n        \"request\": {\n          \"method\": \"");
    put(out, hit.method);
    put(out, "\",\n          \"url\": \"https://api.tablewise.example");
    out.extend_from_slice(&hit.uri);
    put(out, "\",\n          \"httpVersion\": \"http/2.0\",\n          \"headers\": [");
    request_headers(out, hit, agent);
    put(out, "\n          ],\n          \"queryString\": [");
    query(out, &hit.uri);
    put(out, "],\n          \"cookies\": [{\"name\": \"tw_sid\", \"value\": \"");
    hex(out, hit.store * 0x9E37_79B9_7F4A, 16);
    put(
        out,
        "\", \"path\": \"/\", \"domain\": \"api.tablewise.example\", \"expires\": \"2024-10-14T18:30:00.000Z\", \"httpOnly\": true, \"secure\": true, \"sameSite\": \"Lax\"}],\n          \"headersSize\": -1,\n          \"bodySize\": ",
    );
    int(out, request.len() as u64);
    if !request.is_empty() {
        put(out, ",\n          \"postData\": {\"mimeType\": \"application/json\", ");
        member(out, "text", request);
        out.push(b'}');
    }
    put(out, "\n        },\n");
    answer(out, rng, hit, response);
}

fn request_headers(out: &mut Vec<u8>, hit: &Hit, agent: &str) {
    header(out, ":authority", b"api.tablewise.example");
    header(out, ":method", hit.method.as_bytes());
    header(out, ":path", &hit.uri);
    header(out, ":scheme", b"https");
    header(out, "accept", b"application/json, text/plain, */*");
    header(out, "accept-encoding", b"gzip, deflate, br, zstd");
    header(out, "accept-language", b"en-IN,en;q=0.9,hi;q=0.8");
    header(out, "origin", b"https://menu.tablewise.example");
    header(out, "referer", &hit.referer);
    header(out, "sec-ch-ua-platform", b"\"Android\"");
    header(out, "sec-fetch-mode", b"cors");
    header(out, "user-agent", agent.as_bytes());
    out.pop();
}

fn query(out: &mut Vec<u8>, uri: &[u8]) {
    let Some(mark) = uri.iter().position(|&byte| byte == b'?') else { return };
    for (nth, pair) in uri[mark + 1..].split(|&byte| byte == b'&').enumerate() {
        let cut = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
        put(out, if nth > 0 { ", {" } else { "{" });
        member(out, "name", &pair[..cut]);
        put(out, ", ");
        member(out, "value", pair.get(cut + 1..).unwrap_or_default());
        out.push(b'}');
    }
}

fn answer(out: &mut Vec<u8>, rng: &mut Rng, hit: &Hit, body: &[u8]) {
    let image = hit.kind == Kind::Image;
    let mime = if image { "image/webp" } else { "application/json; charset=utf-8" };
    put(out, "        \"response\": {\n          \"status\": ");
    int(out, hit.status);
    put(out, ",\n          \"statusText\": \"\",\n          \"httpVersion\": \"http/2.0\",\n          \"headers\": [");
    header(out, "access-control-allow-origin", b"https://menu.tablewise.example");
    header(out, "cache-control", if image { b"public, max-age=86400" } else { b"no-store" });
    header(out, "content-type", mime.as_bytes());
    header(out, "server", b"nginx");
    header(out, "strict-transport-security", b"max-age=31536000");
    header(out, "vary", b"Origin, Accept-Encoding");
    put(out, "\n            {\"name\": \"x-request-id\", \"value\": \"");
    hex(out, rng.next(), 16);
    hex(out, rng.next(), 16);
    put(out, "\"}\n          ],\n          \"cookies\": [],\n          \"content\": {\"size\": ");
    let mut picture = [0_u8; 320];
    let shown = if image && hit.status == 200 {
        for chunk in picture.chunks_mut(8) {
            chunk.copy_from_slice(&rng.next().to_le_bytes());
        }
        &picture[..]
    } else {
        body
    };
    int(out, shown.len() as u64);
    put(out, ", \"mimeType\": \"");
    put(out, mime);
    put(out, "\", ");
    if image {
        put(out, "\"text\": \"");
        base64(out, shown);
        put(out, "\", \"encoding\": \"base64\"");
    } else {
        member(out, "text", shown);
    }
    put(
        out,
        "},\n          \"redirectURL\": \"\",\n          \"headersSize\": -1,\n          \"bodySize\": -1,\n          \"_transferSize\": ",
    );
    int(out, shown.len() as u64 + 240);
    put(
        out,
        ",\n          \"_error\": null,\n          \"_fetchedViaServiceWorker\": false\n        },\n        \"serverIPAddress\": \"192.0.2.80\",\n        \"startedDateTime\": \"",
    );
    iso_utc(out, hit.ms - hit.took_ms);
    put(out, "\",\n        \"time\": ");
    int(out, hit.took_ms);
    out.push(b'.');
    padded(out, hit.item % 1000, 3);
    put(
        out,
        ",\n        \"timings\": {\"blocked\": 1.2, \"dns\": -1, \"ssl\": -1, \"connect\": -1, \"send\": 0.2, \"wait\": ",
    );
    int(out, hit.took_ms.saturating_sub(2));
    put(out, ".1, \"receive\": 0.5, \"_blocked_queueing\": 0.8}\n      }");
}
