//! From the `har` types into an [`Exchange`].

use bumpalo::collections::Vec as BumpVec;
use har::v1_3::{Entries, Headers, Request, Response, Timings};

use crate::domain::{Auth, Exchange, Int, Repair, Text};
use crate::parse::headers::HeaderList;
use crate::parse::target::{Clock, Scratch, address, is_null, time};
use crate::parse::url;

use super::{Gaps, bodies, scan::Scan};

/// Everything that an entry tells.
pub(super) fn entry<'a>(entry: &Entries, gaps: Gaps, scan: &Scan<'a>, x: &mut Exchange<'a>, s: &mut Scratch<'a>) {
    started(&entry.started_date_time, x, s);
    request(&entry.request, x, s);
    if !gaps.no_response {
        response(&entry.response, gaps, x, s);
    }
    timings(entry.time, &entry.timings, x);
    if let Some(server) = entry.server_ip_address.as_deref().map(str::trim).filter(|a| !is_null(a.as_bytes())) {
        address(copy(server, s), x, Text::ServerAddress, Int::ServerPort);
    }
    set(Text::PageRef, entry.pageref.as_deref(), x, s);
    set(Text::Connection, entry.connection.as_deref(), x, s);
    bodies::request(&entry.request, scan, x, s);
    if !gaps.no_response {
        bodies::response(&entry.response, &entry.request.method, scan, x, s);
    }
}

fn copy<'a>(text: &str, s: &Scratch<'a>) -> &'a [u8] {
    s.arena.alloc_slice_copy(text.as_bytes())
}

fn set<'a>(field: Text, value: Option<&str>, x: &mut Exchange<'a>, s: &Scratch<'a>) {
    if let Some(value) = value.filter(|v| !v.is_empty()) {
        x.set(field, copy(value, s));
    }
}

fn started(text: &str, x: &mut Exchange<'_>, s: &mut Scratch<'_>) {
    let text = text.trim().as_bytes();
    if text.is_empty() {
        return;
    }
    match time(text, Clock::Any, &mut s.dates) {
        Some(stamp) => {
            x.time = Some(stamp.at);
            x.zone_assumed = !stamp.zoned;
        }
        None => x.repair(Repair::BadTime),
    }
}

fn request<'a>(request: &Request, x: &mut Exchange<'a>, s: &mut Scratch<'a>) {
    set(Text::Method, Some(request.method.trim()), x, s);
    address_of(&request.url, x, s);
    set(Text::HttpVersion, Some(request.http_version.trim()), x, s);
    if x.get(Text::Query).is_none() && !request.query_string.is_empty() {
        // Writers that keep the URL bare (k6, Insomnia) put the query here alone.
        let mut query = BumpVec::new_in(s.arena);
        for pair in &request.query_string {
            if !query.is_empty() {
                query.push(b'&');
            }
            query.extend_from_slice(pair.name.as_bytes());
            query.push(b'=');
            query.extend_from_slice(pair.value.as_bytes());
        }
        x.set(Text::Query, query.into_bump_slice());
    }
    headers(true, &request.headers, x, s);
    if let Some(kind) = request.post_data.as_ref().map(|p| p.mime_type.trim()).filter(|k| !k.is_empty()) {
        let kind = copy(kind, s);
        x.set_default(Text::RequestContentType, kind);
    }
    if !request.cookies.is_empty() {
        x.auth = Auth::Present;
        x.set_default(Text::AuthScheme, b"cookie");
        if x.get(Text::CookieNames).is_none() {
            let mut names = BumpVec::new_in(s.arena);
            for name in request.cookies.iter().map(|c| c.name.as_bytes()).filter(|n| !n.is_empty() && n.len() <= 256) {
                if !names.is_empty() {
                    names.push(b',');
                }
                names.extend_from_slice(name);
            }
            x.set(Text::CookieNames, names.into_bump_slice());
        }
    }
    // Browsers export without Authorization and Cookie unless asked otherwise, and whether one did
    // so cannot be told from one entry: an entry without credentials proves nothing.
    if x.auth == Auth::Absent {
        x.auth = Auth::Unknown;
    }
    sizes(request.headers_size, request.body_size, Int::RequestBytes, Int::RequestBodyBytes, x);
}

fn address_of<'a>(text: &str, x: &mut Exchange<'a>, s: &Scratch<'a>) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    // The data of a `data:` URL is no path and may be megabytes.
    let head = if text.starts_with("data:") { text.split_inclusive(',').next().unwrap_or_default() } else { text };
    url::absolute(copy(head, s), x, s);
}

fn headers<'a>(is_request: bool, headers: &[Headers], x: &mut Exchange<'a>, s: &Scratch<'a>) {
    // Room for all of it at once: a list that grows leaves its old selves in the arena.
    let room = headers.iter().map(|h| h.name.len() + h.value.len() + 8).sum::<usize>() + 2;
    let mut list = HeaderList::with_capacity(is_request, room, s);
    for header in headers {
        list.add(copy(&header.name, s), copy(&header.value, s), x, s);
    }
    list.finish(x);
}

fn response<'a>(response: &Response, gaps: Gaps, x: &mut Exchange<'a>, s: &mut Scratch<'a>) {
    if !gaps.no_status {
        x.set_int(Int::Status, response.status);
    }
    if x.get(Text::HttpVersion).is_none() {
        set(Text::HttpVersion, Some(response.http_version.trim()), x, s);
    }
    set(Text::RedirectUrl, response.redirect_url.as_deref().map(str::trim), x, s);
    sizes(response.headers_size, response.body_size, Int::ResponseBytes, Int::ResponseBodyBytes, x);
    headers(false, &response.headers, x, s);
    if let Some(kind) = response.content.mime_type.as_deref().map(str::trim).filter(|k| !k.is_empty()) {
        let kind = copy(kind, s);
        x.set_default(Text::ResponseContentType, kind);
    }
    if response.content.size >= 0 {
        x.set_int(Int::ResponseDecodedBytes, response.content.size);
    }
}

/// Sizes of headers and body, -1 where the writer did not know.
fn sizes(headers: i64, body: i64, whole_field: Int, body_field: Int, x: &mut Exchange<'_>) {
    if body >= 0 {
        x.set_int(body_field, body);
        if let (true, Some(whole)) = (headers >= 0, headers.checked_add(body)) {
            x.set_int(whole_field, whole);
        }
    }
}

fn timings(time: f64, t: &Timings, x: &mut Exchange<'_>) {
    let parts = [
        (Int::DurationUs, Some(time)),
        (Int::BlockedUs, t.blocked),
        (Int::DnsUs, t.dns),
        (Int::ConnectUs, t.connect),
        (Int::TlsUs, t.ssl),
        (Int::SendUs, Some(t.send)),
        (Int::WaitUs, Some(t.wait)),
        (Int::ReceiveUs, Some(t.receive)),
    ];
    for (field, ms) in parts {
        if let Some(us) = ms.and_then(micros) {
            x.set_int(field, us);
        }
    }
}

/// Milliseconds as microseconds; negative ones mean that there is none.
fn micros(ms: f64) -> Option<i64> {
    (0.0..9.0e15).contains(&ms).then(|| (ms * 1000.0).round() as i64)
}
