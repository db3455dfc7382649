//! The calls as three kinds of evidence: a browser's HAR, the gateway's access log, its JSON lines.

use super::call::{API, Call, Cause, JSON};
use super::rng::Rng;
use super::text::{clf, iso_utc};
use super::world::json;

fn utc(ms: u64) -> String {
    let mut out = Vec::new();
    iso_utc(&mut out, ms);
    String::from_utf8_lossy(&out).into_owned()
}

/// nginx: `combined` with `"$http_x_forwarded_for"` behind it.
pub fn log(calls: &[&Call]) -> String {
    let mut out = Vec::new();
    for call in calls {
        out.extend_from_slice(call.client.address.as_bytes());
        out.extend_from_slice(b" - - [");
        clf(&mut out, call.logged_ms() / 1000);
        let tail = format!(
            "] \"{} {} {}\" {} {} \"{}\" \"{}\" \"{}\"\n",
            call.method,
            call.uri,
            call.client.version,
            call.answer.status,
            call.answer.body.len(),
            call.referer.unwrap_or("-"),
            call.client.agent,
            call.client.forwarded.as_deref().unwrap_or("-")
        );
        out.extend_from_slice(tail.as_bytes());
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Kong's logging plugins, with the bodies that a custom field adds.
pub fn kong(calls: &[&Call]) -> String {
    calls.iter().map(|call| kong_line(call) + "\n").collect()
}

fn kong_line(call: &Call) -> String {
    let mut headers = format!(
        r#""host":"{API}","user-agent":"{}","accept":"application/json","x-forwarded-proto":"https","x-forwarded-for":"{}""#,
        call.client.agent,
        call.client
            .forwarded
            .as_ref()
            .map_or_else(|| call.client.address.clone(), |inner| format!("{inner}, {}", call.client.address))
    );
    if let Some(referer) = call.referer {
        headers += &format!(r#","referer":"{referer}""#);
    }
    if call.client.token {
        // Kong can be told to keep tokens out of its log; that there was one stays visible.
        headers += r#","authorization":"REDACTED""#;
    }
    let mut sent = String::new();
    if let Some(body) = &call.request {
        headers += &format!(r#","content-type":"application/json","content-length":"{}""#, body.len());
        sent = format!(r#","body":"{}""#, json(body));
    }
    let (path, query) = call.uri.split_once('?').unwrap_or((&call.uri, ""));
    let pairs: Vec<String> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| format!(r#""{name}":"{value}""#))
        .collect();
    let body = &call.answer.body;
    let mut rng = Rng::of(41, call.start_ms);
    let upstream = call.served_ms - 2;
    format!(
        concat!(
            r#"{{"request":{{"method":"{method}","uri":"{uri}","url":"https://{api}:443{uri}","size":{sent_size},"id":"{id:016x}{id2:016x}","querystring":{{{query}}},"headers":{{{headers}}}{sent}}},"#,
            r#""response":{{"status":{status},"size":{size},"headers":{{"content-type":"{mime}","content-length":"{length}","via":"1.1 kong/3.7.1"}},"body":"{body}"}},"#,
            r#""latencies":{{"request":{took},"kong":2,"proxy":{upstream}}},"upstream_uri":"{path}","upstream_status":"{status}","service":{{"name":"ordering"}},"route":{{"name":"v1"}},"workspace_name":"default","client_ip":"{ip}","started_at":{started}}}"#
        ),
        method = call.method,
        uri = call.uri,
        api = API,
        sent_size = headers.len() + call.uri.len() + call.request.as_ref().map_or(0, String::len) + 30,
        id = rng.next(),
        id2 = rng.next(),
        query = pairs.join(","),
        headers = headers,
        sent = sent,
        status = call.answer.status,
        size = body.len() + 214,
        mime = JSON,
        length = body.len(),
        body = json(body),
        took = call.served_ms,
        upstream = upstream,
        path = path,
        ip = call.client.address,
        started = call.received_ms(),
    )
}

/// HAR 1.2 as Chrome exports it "sanitised": without `Cookie` and `Authorization`.
pub fn har(calls: &[&Call]) -> String {
    let mut pages = Vec::new();
    for call in calls.iter().filter(|call| call.cause == Some(Cause::Document)) {
        pages.push(format!(
            "      {{\n        \"startedDateTime\": \"{}\",\n        \"id\": \"page_{}\",\n        \"title\": \"https://{}{}\",\n        \"pageTimings\": {{\n          \"onContentLoad\": {}.4,\n          \"onLoad\": {}.2\n        }}\n      }}",
            utc(call.start_ms), call.page, call.host, call.uri, 240 + call.served_ms, 690 + call.served_ms
        ));
    }
    let entries: Vec<String> = calls.iter().map(|call| entry(call)).collect();
    format!(
        "{{\n  \"log\": {{\n    \"version\": \"1.2\",\n    \"creator\": {{\n      \"name\": \"WebInspector\",\n      \"version\": \"537.36\"\n    }},\n    \"pages\": [\n{}\n    ],\n    \"entries\": [\n{}\n    ]\n  }}\n}}\n",
        pages.join(",\n"),
        entries.join(",\n")
    )
}

fn pairs(list: &[(&str, String)]) -> String {
    let rows: Vec<String> = list
        .iter()
        .map(|(name, value)| format!("            {{ \"name\": \"{name}\", \"value\": \"{}\" }}", json(value)))
        .collect();
    if rows.is_empty() { "[]".to_owned() } else { format!("[\n{}\n          ]", rows.join(",\n")) }
}

fn resource(cause: Option<Cause>) -> (&'static str, &'static str, String) {
    let frame = |function: &str, url: &str, line: u64| {
        format!(
            "{{ \"type\": \"script\", \"stack\": {{ \"callFrames\": [ {{ \"functionName\": \"{function}\", \"scriptId\": \"{}\", \"url\": \"{url}\", \"lineNumber\": {line}, \"columnNumber\": 0 }} ] }} }}",
            line * 3 + 11
        )
    };
    match cause {
        Some(Cause::Document) => ("document", "VeryHigh", "{ \"type\": \"other\" }".to_owned()),
        Some(Cause::Part(kind)) => (
            kind,
            "High",
            "{ \"type\": \"parser\", \"url\": \"https://menu.tablewise.example/\", \"lineNumber\": 1 }".to_owned(),
        ),
        Some(Cause::Preflight) => (
            "preflight",
            "High",
            "{ \"type\": \"preflight\", \"url\": \"https://api.tablewise.example/v1/orders\" }".to_owned(),
        ),
        Some(Cause::Console) => ("fetch", "High", frame("", "", 0)),
        _ => ("fetch", "High", frame("request", "https://menu.tablewise.example/assets/app.8f3c.js", 1)),
    }
}

fn request_headers(call: &Call) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        (":authority", call.host.to_owned()),
        (":method", call.method.to_owned()),
        (":path", call.uri.clone()),
        (":scheme", "https".to_owned()),
        ("accept", if call.host == API { "application/json" } else { "*/*" }.to_owned()),
        ("accept-language", "en-IN,en;q=0.9".to_owned()),
    ];
    if call.cause == Some(Cause::Preflight) {
        headers.push(("access-control-request-headers", "content-type".to_owned()));
        headers.push(("access-control-request-method", "POST".to_owned()));
    }
    if let Some(body) = &call.request {
        headers.push(("content-length", body.len().to_string()));
        headers.push(("content-type", "application/json".to_owned()));
    }
    if call.host == API {
        headers.push(("origin", "https://menu.tablewise.example".to_owned()));
    }
    if call.cause != Some(Cause::Document) {
        headers.push(("referer", "https://menu.tablewise.example/".to_owned()));
    }
    headers.push(("sec-ch-ua", "\"Chromium\";v=\"128\", \"Not;A=Brand\";v=\"24\"".to_owned()));
    headers.push(("sec-ch-ua-platform", "\"Linux\"".to_owned()));
    headers.push(("user-agent", call.client.agent.clone()));
    headers
}

fn response_headers(call: &Call, size: usize) -> Vec<(&'static str, String)> {
    let mut headers = vec![("date", http_date(call.logged_ms())), ("server", "nginx".to_owned())];
    if call.host == API {
        headers.push(("access-control-allow-origin", "*".to_owned()));
        headers.push(("cache-control", "no-store".to_owned()));
    } else {
        headers.push(("cache-control", "public, max-age=86400".to_owned()));
    }
    if call.cause == Some(Cause::Preflight) {
        headers.push(("access-control-allow-headers", "content-type".to_owned()));
        headers.push(("access-control-allow-methods", "GET, POST".to_owned()));
    } else {
        headers.push(("content-length", size.to_string()));
        headers.push(("content-type", call.mime.to_owned()));
    }
    headers
}

/// `Wed, 18 Sep 2024 14:12:07 GMT`; all of the evidence is of September 2024.
fn http_date(ms: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let text = utc(ms);
    let weekday = DAYS[(ms / 86_400_000 % 7) as usize];
    format!("{weekday}, {} Sep 2024 {} GMT", &text[8..10], &text[11..19])
}

fn entry(call: &Call) -> String {
    let (kind, priority, initiator) = resource(call.cause);
    // When the page is loaded again, its parts come out of the cache.
    let cached = call.page == 2 && matches!(call.cause, Some(Cause::Part(_)));
    let picture = call.mime == "image/webp";
    let body = &call.answer.body;
    let padding = body.bytes().rev().take_while(|&byte| byte == b'=').count();
    let size = if picture { body.len() / 4 * 3 - padding } else { body.len() };
    let query: Vec<(&str, String)> = call
        .uri
        .split_once('?')
        .map(|(_, query)| {
            query.split('&').filter_map(|pair| pair.split_once('=')).map(|(n, v)| (n, v.to_owned())).collect()
        })
        .unwrap_or_default();
    let posted = call.request.as_ref().map_or_else(String::new, |body| {
        format!(",\n          \"postData\": {{\n            \"mimeType\": \"application/json\",\n            \"text\": \"{}\"\n          }}", json(body))
    });
    let text = if body.is_empty() {
        String::new()
    } else if picture {
        format!(",\n            \"text\": \"{body}\",\n            \"encoding\": \"base64\"")
    } else {
        format!(",\n            \"text\": \"{}\"", json(body))
    };
    let wait = call.wire_ms + call.served_ms;
    format!(
        "      {{\n        \"_initiator\": {initiator},\n        \"_priority\": \"{priority}\",\n        \"_resourceType\": \"{kind}\",{cache}\n        \"cache\": {{}},\n        \"connection\": \"{connection}\",\n        \"pageref\": \"page_{page}\",\n        \"request\": {{\n          \"method\": \"{method}\",\n          \"url\": \"https://{host}{uri}\",\n          \"httpVersion\": \"http/2.0\",\n          \"headers\": {asked},\n          \"queryString\": {query},\n          \"cookies\": [],\n          \"headersSize\": -1,\n          \"bodySize\": {sent}{posted}\n        }},\n        \"response\": {{\n          \"status\": {status},\n          \"statusText\": \"\",\n          \"httpVersion\": \"http/2.0\",\n          \"headers\": {answered},\n          \"cookies\": [],\n          \"content\": {{\n            \"size\": {size},\n            \"mimeType\": \"{mime}\"{text}\n          }},\n          \"redirectURL\": \"\",\n          \"headersSize\": -1,\n          \"bodySize\": -1,\n          \"_transferSize\": {transfer},\n          \"_error\": null\n        }},\n        \"serverIPAddress\": \"{server}\",\n        \"startedDateTime\": \"{started}\",\n        \"time\": {time}.6,\n        \"timings\": {{ \"blocked\": 0.9, \"dns\": -1, \"ssl\": -1, \"connect\": -1, \"send\": 0.2, \"wait\": {wait}.1, \"receive\": 0.4, \"_blocked_queueing\": 0.5 }}\n      }}",
        cache = if cached { "\n        \"_fromCache\": \"disk\"," } else { "" },
        connection = if call.host == API { 5120 } else { 5117 },
        page = call.page,
        method = call.method,
        host = call.host,
        uri = call.uri,
        asked = pairs(&request_headers(call)),
        query = pairs(&query),
        sent = call.request.as_ref().map_or(0, String::len),
        status = call.answer.status,
        answered = pairs(&response_headers(call, size)),
        mime = if call.cause == Some(Cause::Preflight) { "x-unknown" } else { call.mime },
        transfer = if cached { 0 } else { size + 231 },
        server = if call.host == API { "203.0.113.250" } else { "203.0.113.251" },
        started = utc(call.start_ms),
        time = wait + 1,
    )
}
