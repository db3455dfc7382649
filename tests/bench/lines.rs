//! The three shapes that have one request a line.

use super::bytes::{hex, int, member, put};
use super::rng::Rng;
use super::text::{clf, iso_local, padded};
use super::traffic::Hit;

/// Appends nginx's `combined` line, without its end.
pub fn combined(out: &mut Vec<u8>, hit: &Hit, agent: &str) {
    out.extend_from_slice(&hit.address);
    put(out, " - - [");
    clf(out, hit.ms / 1000);
    put(out, "] \"");
    put(out, hit.method);
    out.push(b' ');
    out.extend_from_slice(&hit.uri);
    put(out, " HTTP/1.1\" ");
    int(out, hit.status);
    out.push(b' ');
    int(out, hit.bytes);
    put(out, " \"");
    out.extend_from_slice(&hit.referer);
    put(out, "\" \"");
    put(out, agent);
    out.push(b'"');
}

/// The members of one JSON line, kept apart so that their order can change.
#[derive(Debug, Default)]
pub struct Members {
    text: Vec<u8>,
    ends: Vec<usize>,
    order: Vec<usize>,
}

impl Members {
    fn end(&mut self) {
        self.ends.push(self.text.len());
    }

    fn text(&mut self, key: &str, value: &[u8]) {
        member(&mut self.text, key, value);
        self.end();
    }

    fn number(&mut self, key: &str, value: u64) {
        self.key(key);
        int(&mut self.text, value);
        self.end();
    }

    fn seconds(&mut self, key: &str, ms: u64) {
        self.key(key);
        int(&mut self.text, ms / 1000);
        self.text.push(b'.');
        padded(&mut self.text, ms % 1000, 3);
        self.end();
    }

    fn key(&mut self, key: &str) {
        self.text.push(b'"');
        put(&mut self.text, key);
        put(&mut self.text, "\":");
    }

    /// Fills in what nginx's `log_format … escape=json` writes, and the bodies if there are any.
    pub fn fill(&mut self, rng: &mut Rng, hit: &Hit, agent: &str, bodies: Option<(&[u8], &[u8])>) {
        self.text.clear();
        self.ends.clear();
        put(&mut self.text, "\"time_iso8601\":\"");
        iso_local(&mut self.text, hit.ms / 1000);
        self.text.push(b'"');
        self.end();
        self.text("remote_addr", &hit.address);
        self.text("request_method", hit.method.as_bytes());
        self.text("request_uri", &hit.uri);
        self.number("status", hit.status);
        self.number("body_bytes_sent", hit.bytes);
        self.seconds("request_time", hit.took_ms);
        self.text("http_user_agent", agent.as_bytes());
        self.text("http_referer", &hit.referer);
        self.text("host", b"api.tablewise.example");
        put(&mut self.text, "\"request_id\":\"");
        hex(&mut self.text, rng.next(), 16);
        hex(&mut self.text, rng.next(), 16);
        self.text.push(b'"');
        self.end();
        put(&mut self.text, "\"upstream_addr\":\"172.16.4.");
        int(&mut self.text, 10 + hit.item % 12);
        put(&mut self.text, ":8080\"");
        self.end();
        self.seconds("upstream_response_time", hit.took_ms - hit.took_ms / 8);
        let forwarded: &[u8] = if hit.item.is_multiple_of(10) { &hit.address } else { b"" };
        self.text("http_x_forwarded_for", forwarded);
        if let Some((request, response)) = bodies {
            self.text("request_body", request);
            self.text("response_body", response);
        }
    }

    /// Appends the object: in the order of writing, or in one that differs from line to line.
    pub fn write(&mut self, out: &mut Vec<u8>, shuffle: Option<&mut Rng>) {
        out.push(b'{');
        if let Some(rng) = shuffle {
            self.order.clear();
            self.order.extend(0..self.ends.len());
            for at in (1..self.order.len()).rev() {
                self.order.swap(at, rng.below(at as u64 + 1) as usize);
            }
            for (nth, &at) in self.order.iter().enumerate() {
                self.piece(out, nth, at);
            }
        } else {
            for at in 0..self.ends.len() {
                self.piece(out, at, at);
            }
        }
        out.push(b'}');
    }

    fn piece(&self, out: &mut Vec<u8>, nth: usize, at: usize) {
        if nth > 0 {
            out.push(b',');
        }
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        out.extend_from_slice(&self.text[from..self.ends[at]]);
    }
}

/// Spoils the line that begins at `from`, in one of the ways that logs are spoilt: cut off by a full
/// disk, a byte that is no UTF-8, a run of zeros after a crash, a quote that nobody escaped. The
/// line's end is not touched, so the number of lines stays.
pub fn damage(rng: &mut Rng, out: &mut Vec<u8>, from: usize) {
    let at = from + 1 + rng.below((out.len() - from - 1) as u64) as usize;
    match rng.below(4) {
        0 => out.truncate(at),
        1 => out[at] = 0xff,
        2 => out[at..].fill(0),
        _ => out.insert(at, b'"'),
    }
}
