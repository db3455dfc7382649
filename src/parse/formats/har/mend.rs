//! An entry that the `har` crate's types refuse, brought into them field by field. A repair is
//! recorded exactly where the types would have refused; values are converted, never guessed.

use har::v1_3::{
    Cache, CacheEntity, Content, Cookies, Entries, Headers, Params, PostData, QueryString, Request, Response, Timings,
};

use crate::domain::{Reason, Repair, Repairs};

use super::Gaps;
use super::tree::{Json, Object, parse};

/// An entry with what its types cannot say.
#[derive(Debug)]
pub(super) struct Mended {
    pub(super) entry: Entries,
    pub(super) gaps: Gaps,
    pub(super) repairs: Repairs,
}

/// Reads one entry, or one request that stands alone.
pub(super) fn entry(record: &[u8], bare: bool) -> Result<Mended, Reason> {
    let mut repairs = Repairs::default();
    let Json::Object(mut top) = parse(record, &mut repairs)? else {
        return Err(Reason::NotThisFormat);
    };
    let mut m = Mender { repairs, gaps: Gaps::default() };
    let entry = if bare {
        m.repairs.add(Repair::BareEntry);
        m.repairs.add(Repair::NoResponse);
        m.gaps = Gaps { no_response: true, no_status: true };
        let none = Timings { send: NONE, wait: NONE, receive: NONE, ..Timings::default() };
        Entries { request: m.request(top), response: no_response(), time: NONE, timings: none, ..Entries::default() }
    } else {
        m.entry(&mut top)
    };
    Ok(Mended { entry, gaps: m.gaps, repairs: m.repairs })
}

/// What HAR writes where there is no time.
const NONE: f64 = -1.0;

fn no_response() -> Response {
    Response {
        headers_size: -1,
        body_size: -1,
        content: Content { size: -1, ..Content::default() },
        ..Response::default()
    }
}

/// What the `har` types make of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Missing and null are refused.
    Required,
    /// Null is refused.
    NotNull,
    /// Neither is.
    Optional,
}

/// How a collection looks that was written as one string.
#[derive(Debug, Clone, Copy)]
struct Flat {
    between: char,
    inside: char,
}

const HEADER_LINES: Flat = Flat { between: '\n', inside: ':' };
const COOKIE_HEADER: Flat = Flat { between: ';', inside: '=' };
const FORM: Flat = Flat { between: '&', inside: '=' };

struct Mender {
    repairs: Repairs,
    gaps: Gaps,
}

impl Mender {
    fn wrong<T>(&mut self, value: T) -> T {
        self.repairs.add(Repair::WrongType);
        value
    }

    /// A member that is there and not null.
    fn value<'t>(&mut self, o: &mut Object<'t>, key: &str, need: Need) -> Option<Json<'t>> {
        match o.take(key) {
            None => {
                if need == Need::Required {
                    self.repairs.add(Repair::MissingField);
                }
                None
            }
            Some(Json::Null) => {
                if need != Need::Optional {
                    self.repairs.add(Repair::NullField);
                }
                None
            }
            some => some,
        }
    }

    fn text(&mut self, o: &mut Object<'_>, key: &str, need: Need) -> Option<String> {
        let value = self.value(o, key, need)?;
        Some(self.as_text(value))
    }

    fn as_text(&mut self, value: Json<'_>) -> String {
        match value {
            Json::Text(text) => text.into_owned(),
            Json::Number(n) => self.wrong(n.to_owned()),
            other => {
                let mut out = String::new();
                other.render(&mut out);
                self.wrong(out)
            }
        }
    }

    fn float(&mut self, o: &mut Object<'_>, key: &str, need: Need) -> Option<f64> {
        match self.value(o, key, need)? {
            Json::Number(n) => n.parse().ok(),
            Json::Text(t) => self.wrong(t.trim().parse().ok()).filter(|f: &f64| f.is_finite()),
            _ => self.wrong(None),
        }
    }

    fn int(&mut self, o: &mut Object<'_>, key: &str, need: Need) -> Option<i64> {
        match self.value(o, key, need)? {
            Json::Number(n) => match n.parse() {
                Ok(int) => Some(int),
                Err(_) => self.wrong(whole(n)),
            },
            Json::Text(t) => self.wrong(whole(t.trim())),
            _ => self.wrong(None),
        }
    }

    fn flag(&mut self, o: &mut Object<'_>, key: &str) -> Option<bool> {
        match self.value(o, key, Need::Optional)? {
            Json::Bool(b) => Some(b),
            Json::Text(t) => self.wrong(Some(t.eq_ignore_ascii_case("true"))),
            Json::Number(n) => self.wrong(Some(n != "0")),
            _ => self.wrong(None),
        }
    }

    /// An object; an empty one where there is none.
    fn object<'t>(&mut self, o: &mut Object<'t>, key: &str, need: Need) -> Object<'t> {
        match self.value(o, key, need) {
            Some(Json::Object(inner)) => inner,
            Some(_) => self.wrong(Object::default()),
            None => Object::default(),
        }
    }

    /// Name, value and the rest of each element of a collection, however it is written down: a
    /// list of `{name, value}`, of `[name, value]` (Slack), of `"Name: value"`, one object
    /// `{name: value}`, or one string.
    fn pairs<'t>(&mut self, value: Option<Json<'t>>, flat: Flat) -> Vec<(String, Option<String>, Object<'t>)> {
        let mut out = Vec::new();
        match value {
            None => {}
            Some(Json::List(items)) => {
                for item in items {
                    self.pair(item, flat, &mut out);
                }
            }
            Some(Json::Object(members)) => {
                self.repairs.add(Repair::WrongType);
                for (name, value) in members.0 {
                    self.named(&name, Some(value), Object::default(), &mut out);
                }
            }
            Some(Json::Text(text)) => {
                self.repairs.add(Repair::WrongType);
                for part in text.split(flat.between).filter(|p| !p.trim().is_empty()) {
                    out.push(split(part, flat));
                }
            }
            Some(_) => self.wrong(()),
        }
        out
    }

    fn pair<'t>(&mut self, item: Json<'t>, flat: Flat, out: &mut Vec<(String, Option<String>, Object<'t>)>) {
        match item {
            Json::Object(mut o) => {
                let name = self.text(&mut o, "name", Need::Required).unwrap_or_default();
                let value = o.take("value");
                self.named(&name, value, o, out);
            }
            Json::List(both) => {
                self.repairs.add(Repair::WrongType);
                let mut both = both.into_iter();
                let name = both.next().map(|n| self.as_text(n)).unwrap_or_default();
                self.named(&name, both.next(), Object::default(), out);
            }
            Json::Text(text) => {
                self.repairs.add(Repair::WrongType);
                out.push(split(&text, flat));
            }
            _ => self.repairs.add(Repair::WrongType),
        }
    }

    /// One name with its value. A list of values (Polly.JS) is that many pairs.
    fn named<'t>(
        &mut self,
        name: &str,
        value: Option<Json<'t>>,
        mut rest: Object<'t>,
        out: &mut Vec<(String, Option<String>, Object<'t>)>,
    ) {
        match value {
            Some(Json::List(values)) => {
                self.repairs.add(Repair::WrongType);
                for value in values {
                    let value = Some(self.as_text(value));
                    out.push((name.to_owned(), value, rest.clone()));
                }
            }
            Some(Json::Null) => {
                rest.0.push(("value".into(), Json::Null));
                out.push((name.to_owned(), None, rest));
            }
            value => {
                let value = value.map(|v| self.as_text(v));
                out.push((name.to_owned(), value, rest));
            }
        }
    }

    /// A value that the types require.
    fn required(&mut self, value: Option<String>, rest: &Object<'_>) -> String {
        value.unwrap_or_else(|| {
            self.repairs.add(if rest.has("value") { Repair::NullField } else { Repair::MissingField });
            String::new()
        })
    }

    fn entry(&mut self, o: &mut Object<'_>) -> Entries {
        use Need::{Optional, Required};
        let mut request = self.object(o, "request", Required);
        // Edited captures (haralyzer's fixtures) have fields one level too deep.
        self.lift(&["startedDateTime", "time", "cache", "connection", "pageref"], &mut request, o);
        Entries {
            pageref: self.text(o, "pageref", Optional),
            started_date_time: self.text(o, "startedDateTime", Required).unwrap_or_default(),
            time: self.float(o, "time", Required).unwrap_or(NONE),
            request: self.request(request),
            response: self.response(o),
            cache: self.cache(o),
            timings: self.timings(o),
            server_ip_address: self.text(o, "serverIPAddress", Optional),
            connection: self.text(o, "connection", Optional),
            comment: self.text(o, "comment", Optional),
        }
    }

    /// Takes members out of an object where they do not belong into the one where they do.
    fn lift<'t>(&mut self, keys: &[&'static str], from: &mut Object<'t>, to: &mut Object<'t>) {
        for key in keys.iter().filter(|k| !to.has(k)).copied().collect::<Vec<_>>() {
            if let Some(value) = from.take(key) {
                to.0.push((key.into(), value));
                self.repairs.add(Repair::MissingField);
            }
        }
    }

    fn request(&mut self, mut o: Object<'_>) -> Request {
        use Need::{NotNull, Optional, Required};
        if let Some(mut post) = o.take("postData") {
            if let Json::Object(post) = &mut post {
                self.lift(&["method", "url", "httpVersion", "headers", "cookies", "queryString"], post, &mut o);
            }
            o.0.push(("postData".into(), post));
        }
        let o = &mut o;
        Request {
            method: self.text(o, "method", Required).unwrap_or_default(),
            url: self.text(o, "url", Required).unwrap_or_default(),
            http_version: self.text(o, "httpVersion", Required).unwrap_or_default(),
            cookies: self.cookies(o),
            headers: self.headers(o),
            query_string: self.query_string(o),
            post_data: self.post_data(o),
            headers_size: self.int_or_null(o, "headersSize"),
            body_size: self.int(o, "bodySize", NotNull).unwrap_or(-1),
            comment: self.text(o, "comment", Optional),
            headers_compression: self.int(o, "headersCompression", Optional),
        }
    }

    /// The request's `headersSize`: the types take null and refuse absence.
    fn int_or_null(&mut self, o: &mut Object<'_>, key: &str) -> i64 {
        if !o.has(key) {
            self.repairs.add(Repair::MissingField);
        }
        self.int(o, key, Need::Optional).unwrap_or(-1)
    }

    fn response(&mut self, top: &mut Object<'_>) -> Response {
        use Need::{NotNull, Optional, Required};
        let mut inner = match top.take("response") {
            Some(Json::Object(inner)) => inner,
            other => {
                if !matches!(other, None | Some(Json::Null)) {
                    self.repairs.add(Repair::WrongType);
                }
                self.repairs.add(Repair::NoResponse);
                self.gaps = Gaps { no_response: true, no_status: true };
                return no_response();
            }
        };
        let o = &mut inner;
        let status = self.int(o, "status", Required);
        self.gaps.no_status = status.is_none();
        Response {
            status: status.unwrap_or_default(),
            status_text: self.text(o, "statusText", Required).unwrap_or_default(),
            http_version: self.text(o, "httpVersion", Required).unwrap_or_default(),
            cookies: self.cookies(o),
            headers: self.headers(o),
            content: self.content(o),
            redirect_url: self.text(o, "redirectURL", Optional),
            headers_size: self.int(o, "headersSize", NotNull).unwrap_or(-1),
            body_size: self.int(o, "bodySize", NotNull).unwrap_or(-1),
            comment: self.text(o, "comment", Optional),
            headers_compression: self.int(o, "headersCompression", Optional),
        }
    }

    fn content(&mut self, o: &mut Object<'_>) -> Content {
        use Need::{NotNull, Optional, Required};
        let o = &mut self.object(o, "content", Required);
        Content {
            size: self.int(o, "size", NotNull).unwrap_or(-1),
            compression: self.int(o, "compression", Optional),
            mime_type: self.text(o, "mimeType", Optional),
            text: self.text(o, "text", Optional),
            encoding: self.text(o, "encoding", Optional),
            comment: self.text(o, "comment", Optional),
        }
    }

    fn post_data(&mut self, o: &mut Object<'_>) -> Option<PostData> {
        use Need::{Optional, Required};
        let mut inner = match self.value(o, "postData", Optional)? {
            Json::Object(inner) => inner,
            // The body itself where its wrapper should be.
            other => {
                let text = Some(self.as_text(other));
                self.repairs.add(Repair::WrongType);
                return Some(PostData { text, ..PostData::default() });
            }
        };
        let o = &mut inner;
        Some(PostData {
            mime_type: self.text(o, "mimeType", Required).unwrap_or_default(),
            text: self.text(o, "text", Optional),
            params: o.has("params").then(|| self.params(o)),
            comment: self.text(o, "comment", Optional),
            encoding: self.text(o, "encoding", Optional),
        })
    }

    fn params(&mut self, o: &mut Object<'_>) -> Vec<Params> {
        use Need::Optional;
        let list = self.value(o, "params", Optional);
        let mut out = Vec::new();
        for (name, value, mut rest) in self.pairs(list, FORM) {
            out.push(Params {
                name,
                value,
                file_name: self.text(&mut rest, "fileName", Optional),
                content_type: self.text(&mut rest, "contentType", Optional),
                comment: None,
                encoding: self.text(&mut rest, "encoding", Optional),
            });
        }
        out
    }

    fn headers(&mut self, o: &mut Object<'_>) -> Vec<Headers> {
        let list = self.value(o, "headers", Need::Required);
        let mut out = Vec::new();
        for (name, value, rest) in self.pairs(list, HEADER_LINES) {
            out.push(Headers { name, value: self.required(value, &rest), comment: None });
        }
        out
    }

    fn query_string(&mut self, o: &mut Object<'_>) -> Vec<QueryString> {
        let list = self.value(o, "queryString", Need::Required);
        let mut out = Vec::new();
        for (name, value, rest) in self.pairs(list, FORM) {
            out.push(QueryString { name, value: self.required(value, &rest), comment: None });
        }
        out
    }

    fn cookies(&mut self, o: &mut Object<'_>) -> Vec<Cookies> {
        use Need::Optional;
        let list = self.value(o, "cookies", Need::Required);
        let mut out = Vec::new();
        for (name, value, mut rest) in self.pairs(list, COOKIE_HEADER) {
            let value = self.required(value, &rest);
            out.push(Cookies {
                name,
                value,
                path: self.text(&mut rest, "path", Optional),
                domain: self.text(&mut rest, "domain", Optional),
                expires: self.text(&mut rest, "expires", Optional),
                http_only: self.flag(&mut rest, "httpOnly"),
                secure: self.flag(&mut rest, "secure"),
                comment: None,
            });
        }
        out
    }

    fn cache(&mut self, o: &mut Object<'_>) -> Cache {
        let mut inner = self.object(o, "cache", Need::Required);
        Cache {
            before_request: self.cached(&mut inner, "beforeRequest"),
            after_request: self.cached(&mut inner, "afterRequest"),
        }
    }

    fn cached(&mut self, o: &mut Object<'_>, key: &str) -> Option<CacheEntity> {
        use Need::{Optional, Required};
        let Json::Object(mut inner) = self.value(o, key, Optional)? else {
            return self.wrong(None);
        };
        let o = &mut inner;
        Some(CacheEntity {
            expires: self.text(o, "expires", Optional),
            last_access: self.text(o, "lastAccess", Required).unwrap_or_default(),
            e_tag: self.text(o, "eTag", Required).unwrap_or_default(),
            hit_count: self.int(o, "hitCount", Required).unwrap_or_default(),
            comment: None,
        })
    }

    fn timings(&mut self, o: &mut Object<'_>) -> Timings {
        use Need::{Optional, Required};
        // One repair for the object is enough; a part of one that is there is a repair of its own.
        let (mut inner, need) = match self.value(o, "timings", Required) {
            Some(Json::Object(inner)) => (inner, Required),
            Some(_) => self.wrong((Object::default(), Optional)),
            None => (Object::default(), Optional),
        };
        let o = &mut inner;
        Timings {
            blocked: self.float(o, "blocked", Optional),
            dns: self.float(o, "dns", Optional),
            connect: self.float(o, "connect", Optional),
            send: self.float(o, "send", need).unwrap_or(NONE),
            wait: self.float(o, "wait", need).unwrap_or(NONE),
            receive: self.float(o, "receive", need).unwrap_or(NONE),
            ssl: self.float(o, "ssl", Optional),
            comment: self.text(o, "comment", Optional),
        }
    }
}

/// A number that is no integer, rounded.
fn whole(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let value: f64 = text.parse().ok()?;
        (value.is_finite() && value.abs() < 9.0e15).then_some(value.round() as i64)
    })
}

fn split<'t>(part: &str, flat: Flat) -> (String, Option<String>, Object<'t>) {
    let (name, value) = part.split_once(flat.inside).unwrap_or((part, ""));
    (name.trim().to_owned(), Some(value.trim().to_owned()), Object::default())
}
