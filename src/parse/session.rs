//! Reading a chunk: which format each record has, and what becomes of it.

use std::fmt;

use bumpalo::Bump;

use crate::domain::limits::{RECORD_BYTES_MAX, SNIFF_LINES};
use crate::domain::{Auth, Exchange, Ignorable, Place, Reason, Repair, Text};

use super::cut::{self, Chunk, What};
use super::format::{Format, Read, Reader, Sink};
use super::target::Scratch;
use super::{formats, headers, json, nested, prefix, url};

/// The formats that a stream may hold, the likely ones first.
#[derive(Clone)]
pub struct FormatSet {
    formats: Vec<&'static dyn Format>,
    /// Lines of the head that the format in the same place read.
    scores: Vec<usize>,
}

impl fmt::Debug for FormatSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.formats.iter().map(|f| f.meta().id)).finish()
    }
}

impl FormatSet {
    /// All built-in formats.
    pub fn built_in() -> Self {
        Self::of(formats::ALL.to_vec())
    }

    /// These formats, in this order.
    pub fn of(formats: Vec<&'static dyn Format>) -> Self {
        let scores = vec![0; formats.len()];
        Self { formats, scores }
    }

    /// Puts a format of the user's in front of all others.
    pub fn prefer(&mut self, format: &'static dyn Format) {
        self.formats.insert(0, format);
        self.scores.insert(0, 0);
    }

    /// Looks at the head of a stream and puts the formats that read most of it first. Ties keep
    /// their order. The head may hold anything; a format that reads none of it stays a candidate.
    pub fn sniff(&mut self, head: &[u8]) {
        self.scores = vec![0; self.formats.len()];
        let blocks = block_chunk(head);
        for (at, format) in self.formats.iter().enumerate() {
            let mut session = Session::new(&Self::of(vec![*format]));
            let mut count = Count(0);
            if let Some(chunk) = &blocks {
                session.parse(chunk, &mut count);
                if let Some(score) = self.scores.get_mut(at) {
                    *score = count.0;
                }
                continue;
            }
            let arena = Bump::new();
            for line in head.split_inclusive(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty()).take(SNIFF_LINES) {
                session.line(
                    Place { offset: 0, length: line.len() as u64, record: 0 },
                    line,
                    &mut Exchange::default(),
                    &mut Scratch::new(&arena),
                    &mut count,
                );
            }
            if let Some(score) = self.scores.get_mut(at) {
                *score = count.0;
            }
        }
        let mut order: Vec<usize> = (0..self.formats.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(self.scores.get(*at).copied().unwrap_or(0)));
        self.formats = order.iter().filter_map(|at| self.formats.get(*at).copied()).collect();
        self.scores = order.iter().filter_map(|at| self.scores.get(*at).copied()).collect();
    }

    /// The format that read most of the head, if any read some.
    pub fn best(&self) -> Option<&'static str> {
        self.ranking().next().map(|(id, _)| id)
    }

    /// Formats that read some of the head, with how many records each.
    pub fn ranking(&self) -> impl Iterator<Item = (&'static str, usize)> + '_ {
        self.formats.iter().zip(&self.scores).filter(|(_, n)| **n > 0).map(|(f, n)| (f.meta().id, *n))
    }
}

/// The head as a chunk, where its records are blocks of lines.
fn block_chunk(head: &[u8]) -> Option<Chunk> {
    if cut::layout(head) != cut::Layout::Blocks {
        return None;
    }
    match cut::cutter(cut::Layout::Blocks, head.len()).cut(head, true) {
        cut::Cut::Take { len, spans, .. } => Some(Chunk {
            index: 0,
            offset: 0,
            records_before: 0,
            bytes: head.get(..len)?.to_vec(),
            context: Vec::new(),
            spans,
        }),
        cut::Cut::More => None,
    }
}

/// Counts exchanges and records of other things that a format knows.
struct Count(usize);

impl Sink for Count {
    fn exchange(&mut self, _: Place, _: &str, _: &[u8], _: &Exchange<'_>) {
        self.0 += 1;
    }
    fn reject(&mut self, _: Place, _: Reason) {}
    fn ignorable(&mut self, _: Place, what: Ignorable) {
        self.0 += usize::from(what == Ignorable::OtherRecord);
    }
}

struct Candidate {
    format: &'static dyn Format,
    /// Made when it is first asked: most formats are never asked of a chunk.
    reader: Option<Box<dyn Reader>>,
    /// Whether it read some of the head.
    likely: bool,
}

impl Candidate {
    fn reader(&mut self) -> &mut dyn Reader {
        &mut **self.reader.get_or_insert_with(|| self.format.reader())
    }
}

/// What read the last record: most likely it reads the next.
#[derive(Debug, Clone, Copy)]
struct Current {
    candidate: usize,
    layers: u8,
}

/// Reads the records of one chunk.
pub struct Session {
    candidates: Vec<Candidate>,
    current: Option<Current>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("current", &self.current).finish_non_exhaustive()
    }
}

impl Session {
    /// A session with fresh readers.
    pub fn new(set: &FormatSet) -> Self {
        let scored = set.formats.iter().zip(&set.scores);
        let candidates = scored.map(|(f, n)| Candidate { format: *f, reader: None, likely: *n > 0 || f.is_json() });
        let candidates = candidates.collect();
        Self { candidates, current: None }
    }

    /// Reads a chunk; what it yields tiles the chunk.
    pub fn parse(&mut self, chunk: &Chunk, sink: &mut dyn Sink) {
        self.run(&Bump::new(), chunk, false, sink);
    }

    /// As [`Session::parse`], in an arena of the caller's: one that is used again and again costs
    /// no page faults.
    pub fn parse_in(&mut self, arena: &Bump, chunk: &Chunk, sink: &mut dyn Sink) {
        self.run(arena, chunk, false, sink);
    }

    /// As [`Session::parse`], and each exchange carries a trace of how its fields were mapped.
    pub fn explain(&mut self, chunk: &Chunk, sink: &mut dyn Sink) {
        self.run(&Bump::new(), chunk, true, sink);
    }

    fn run(&mut self, arena: &Bump, chunk: &Chunk, trace: bool, sink: &mut dyn Sink) {
        let mut s = Scratch::new(arena);
        let mut x = Exchange::default();
        x.trace = trace.then(Vec::new);
        for line in chunk.context.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            self.directive(line);
        }
        let mut record = chunk.records_before;
        if chunk.spans.is_empty() {
            let mut start = 0;
            for end in memchr::memchr_iter(b'\n', &chunk.bytes).map(|e| e + 1).chain([chunk.bytes.len()]) {
                let Some(line) = chunk.bytes.get(start..end).filter(|l| !l.is_empty()) else {
                    continue;
                };
                record += 1;
                let place = Place { offset: chunk.offset + start as u64, length: line.len() as u64, record };
                self.line(place, line, &mut x, &mut s, sink);
                start = end;
            }
            return;
        }
        for span in &chunk.spans {
            let Some(bytes) = chunk.bytes.get(span.start..span.end) else {
                continue;
            };
            let mut place = Place { offset: chunk.offset + span.start as u64, length: bytes.len() as u64, record: 0 };
            match span.what {
                What::Ignorable(what) => {
                    if what == Ignorable::Envelope {
                        formats::otlp::note_resource(bytes, &mut s);
                    }
                    sink.ignorable(place, what);
                }
                // Lines of a log behind a document, or around it.
                What::Reject(Reason::BadJson) if is_line_of_text(bytes) => {
                    self.record(place, bytes, &mut x, &mut s, sink);
                }
                What::Reject(reason) => sink.reject(place, reason),
                What::Record => {
                    record += 1;
                    place.record = record;
                    self.record(place, bytes, &mut x, &mut s, sink);
                }
            }
        }
    }

    /// Offers a `#` line to the formats; the one that knows it becomes the current one.
    fn directive(&mut self, line: &[u8]) -> bool {
        let line = line.trim_ascii_end();
        for (at, candidate) in self.candidates.iter_mut().enumerate() {
            if candidate.reader().directive(line) {
                self.current = Some(Current { candidate: at, layers: 0 });
                return true;
            }
        }
        false
    }

    /// Reads one line, its ending included.
    pub fn line<'a>(
        &mut self,
        place: Place,
        line: &'a [u8],
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
        sink: &mut dyn Sink,
    ) {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.len() > RECORD_BYTES_MAX {
            return sink.reject(place, Reason::TooLong);
        }
        if text.first() == Some(&b'#') {
            self.directive(text);
            return sink.ignorable(place, Ignorable::Comment);
        }
        self.record(place, text, x, s, sink);
    }

    /// Reads one record, a line or a span of a document.
    fn record<'a>(
        &mut self,
        place: Place,
        text: &'a [u8],
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
        sink: &mut dyn Sink,
    ) {
        x.clear();
        if let Some(current) = self.current
            && let Some(candidate) = self.candidates.get_mut(current.candidate)
            && let Some(inner) = peel(text, current.layers, x, s)
            && let Ok(read) = candidate.reader().read(inner, x, s)
        {
            return emit(read, place, candidate.format.meta().id, text, (x, s), sink);
        }
        self.search(place, text, x, s, sink);
    }

    /// Any format, any number of layers: the slow way, for the first record and the odd one.
    fn search<'a>(
        &mut self,
        place: Place,
        text: &'a [u8],
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
        sink: &mut dyn Sink,
    ) {
        x.clear();
        let is_padding = |b: &u8| b.is_ascii_whitespace() || *b == 0;
        if text.iter().all(is_padding) {
            return sink.ignorable(place, Ignorable::Blank);
        }
        let start = text.iter().position(|b| !is_padding(b)).unwrap_or(0);
        let end = text.iter().rposition(|b| !is_padding(b)).map_or(text.len(), |e| e + 1);
        let mut inner = text.get(start..end).unwrap_or(text);
        let padded = inner.len() < text.len();
        if start == 0
            && let Some(rest) = inner.strip_prefix("\u{feff}".as_bytes())
        {
            inner = rest;
        }
        let bom = start == 0 && text.starts_with("\u{feff}".as_bytes());
        let mut reason = Reason::UnknownFormat;
        for layers in 0..=prefix::LAYERS_MAX {
            match self.try_all(inner, x, s) {
                Ok((at, read)) => {
                    if !padded && !bom {
                        self.current = Some(Current { candidate: at, layers });
                    }
                    if padded && (text.first() == Some(&0) || text.last() == Some(&0)) {
                        x.repair(Repair::SpacePadding);
                    }
                    if bom {
                        x.repair(Repair::Bom);
                    }
                    let id = self.candidates.get(at).map_or("", |c| c.format.meta().id);
                    return emit(read, place, id, text, (x, s), sink);
                }
                Err(why) if reason == Reason::UnknownFormat => reason = why,
                Err(_) => {}
            }
            x.clear();
            if self.nested(place, text, inner, x, s, sink) {
                return;
            }
            match prefix::peel(inner, x, s) {
                Some(rest) => inner = rest,
                None => break,
            }
        }
        sink.reject(place, reason);
    }

    /// The first candidate that reads the text.
    fn try_all<'a>(
        &mut self,
        text: &'a [u8],
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
    ) -> Result<(usize, Read), Reason> {
        let json = text.first() == Some(&b'{');
        let mut reason = Reason::UnknownFormat;
        for (at, candidate) in self.candidates.iter_mut().enumerate() {
            if candidate.format.is_json() != json || json && !candidate.format.claims_json(text) {
                continue;
            }
            x.clear();
            match candidate.reader().read(text, x, s) {
                Ok(read) => return Ok((at, read)),
                // What a format says of a record counts only where the stream holds that format:
                // a lenient one finds a wrong status in any text.
                Err(why) if candidate.likely && !matches!(why, Reason::NotThisFormat | Reason::MissingRequest) => {
                    reason = why;
                }
                Err(_) => {}
            }
        }
        if json && reason == Reason::UnknownFormat {
            return Err(json::container_end(text, 0).map_or_else(
                |why| why,
                |end| {
                    if end == text.len() { reason } else { Reason::BadJson }
                },
            ));
        }
        Err(reason)
    }

    /// Records inside a record: a batch on one line. They and what stands around them tile it.
    fn nested<'a>(
        &mut self,
        place: Place,
        text: &'a [u8],
        inner: &'a [u8],
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
        sink: &mut dyn Sink,
    ) -> bool {
        // Inside an unescaped layer the offsets are no longer those of the evidence.
        let Some(base) = offset_in(text, inner) else {
            return false;
        };
        let spans = nested::records(inner);
        if spans.is_empty() {
            return false;
        }
        let mut at = place.offset;
        // A line stands for itself.
        s.service = None;
        for span in spans {
            let Some(record) = inner.get(span.clone()) else {
                continue;
            };
            let from = place.offset + (base + span.start) as u64;
            if from > at {
                let seen = ((at - place.offset) as usize).saturating_sub(base);
                formats::otlp::note_resource(inner.get(seen..span.start).unwrap_or_default(), s);
                sink.ignorable(Place { offset: at, length: from - at, record: 0 }, Ignorable::Envelope);
            }
            let own = Place { offset: from, length: record.len() as u64, record: place.record };
            self.record(own, record, x, s, sink);
            at = own.end();
        }
        if at < place.end() {
            let rest = Place { offset: at, length: place.end() - at, record: 0 };
            // A batch that does not end ends in a record that was cut off.
            match json::container_end(inner, 0) {
                Ok(_) => sink.ignorable(rest, Ignorable::Envelope),
                Err(why) => sink.reject(Place { record: place.record, ..rest }, why),
            }
        }
        true
    }
}

/// Where `part` begins in `whole`, if it is a piece of it.
fn offset_in(whole: &[u8], part: &[u8]) -> Option<usize> {
    let at = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    (at + part.len() <= whole.len()).then_some(at)
}

fn peel<'a>(text: &'a [u8], layers: u8, x: &mut Exchange<'_>, s: &Scratch<'a>) -> Option<&'a [u8]> {
    let mut inner = text;
    for _ in 0..layers {
        inner = prefix::peel(inner, x, s)?;
    }
    Some(inner)
}

/// Whether a span that is no JSON may be a line of a log: text of one line that begins unlike JSON.
fn is_line_of_text(bytes: &[u8]) -> bool {
    let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    !matches!(line.first(), None | Some(b'{' | b'[' | b'"' | b',' | b'}' | b']'))
        && memchr::memchr(b'\n', line).is_none()
}

fn emit<'a>(
    read: Read,
    place: Place,
    format: &str,
    raw: &[u8],
    (x, s): (&mut Exchange<'a>, &Scratch<'a>),
    sink: &mut dyn Sink,
) {
    for field in [Text::Referer, Text::Origin, Text::RedirectUrl] {
        if let Some(url) = x.get(field)
            && memchr::memchr(b'@', url).is_some()
        {
            x.set(field, url::without_user(url, s));
        }
    }
    if x.auth != Auth::Present
        && let Some(query) = x.get(Text::Query)
        && headers::query_has_credential(query)
    {
        x.auth = Auth::Present;
        x.set_default(Text::AuthScheme, b"query");
    }
    match read {
        Read::Exchange => sink.exchange(place, format, raw, x),
        Read::Other(what) => sink.ignorable(place, what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Words(Vec<&'static str>);

    impl Sink for Words {
        fn exchange(&mut self, _: Place, _: &str, _: &[u8], _: &Exchange<'_>) {
            self.0.push("exchange");
        }
        fn reject(&mut self, _: Place, reason: Reason) {
            self.0.push(reason.code());
        }
        fn ignorable(&mut self, _: Place, what: Ignorable) {
            self.0.push(what.code());
        }
    }

    /// Service and referer of exchanges.
    #[derive(Default)]
    struct Columns(Vec<String>);

    impl Sink for Columns {
        fn exchange(&mut self, _: Place, _: &str, _: &[u8], x: &Exchange<'_>) {
            let text = |f| x.get(f).map_or("-".into(), String::from_utf8_lossy);
            self.0.push(format!("{} {}", text(Text::Service), text(Text::Referer)));
        }
        fn reject(&mut self, _: Place, reason: Reason) {
            panic!("{}", reason.code());
        }
        fn ignorable(&mut self, _: Place, _: Ignorable) {}
    }

    fn columns(text: &str) -> Vec<String> {
        let mut cutter = cut::cutter(cut::layout(text.as_bytes()), 1 << 20);
        let cut::Cut::Take { len, spans, .. } = cutter.cut(text.as_bytes(), true) else { panic!("nothing taken") };
        let bytes = text.as_bytes().get(..len).unwrap().to_vec();
        assert_eq!(len, text.len());
        let chunk = Chunk { index: 0, offset: 0, records_before: 0, bytes, context: Vec::new(), spans };
        let mut columns = Columns::default();
        Session::new(&FormatSet::built_in()).parse(&chunk, &mut columns);
        columns.0
    }

    #[test]
    fn spans_take_the_service_of_their_resource() {
        let span = r#"{"traceId":"83a9","spanId":"e1","kind":2,"startTimeUnixNano":"1726003440000000000","attributes":[{"key":"http.method","value":{"stringValue":"GET"}}]}"#;
        let resource = |name: &str| {
            format!(
                r#"{{"resource":{{"attributes":[{{"key":"os","value":{{"stringValue":"x"}}}},{{"key":"service.name","value":{{"stringValue":"{name}"}}}}]}},"scopeSpans":[{{"spans":[{span},{span}]}}]}}"#
            )
        };
        let nameless = format!(r#"{{"resource":{{}},"scopeSpans":[{{"spans":[{span}]}}]}}"#);
        let batch = format!(r#"{{"resourceSpans":[{},{},{nameless}]}}"#, resource("orders"), resource("bi\\u006cls"));
        let want = ["orders -", "orders -", "bills -", "bills -", "- -"];
        assert_eq!(columns(&format!("{batch}\n")), want, "a line");
        assert_eq!(columns(&format!("{batch}\n{{\"resourceSpans\":[{nameless}]}}\n")).last().unwrap(), "- -");
        let pretty = batch.replace("\"resource\":", "\n  \"resource\" :\n ").replace("[{\"key\"", "[\n{\"key\"");
        assert_eq!(columns(&pretty), want, "a document");
    }

    #[test]
    fn no_referer_keeps_a_password() {
        let line = "203.0.113.9 - - [11/Sep/2024:02:54:00 +0530] \"GET /a HTTP/1.1\" 200 5 \"https://asha:pw@menu.example/?t=1\" \"curl\"\n";
        assert_eq!(columns(line), ["- https://<hidden>@menu.example/?t=1"]);
    }

    #[test]
    fn a_batch_that_is_cut_off_loses_nothing_silently() {
        let record = r#"{"request":{"method":"GET","url":"http://h/a"},"response":{"status":200},"latencies":{"request":1},"client_ip":"::1","started_at":1726003440123}"#;
        let arena = Bump::new();
        for (text, want) in [
            (format!("[{record}]\n"), vec!["envelope", "exchange", "envelope"]),
            (format!("[{record},{{\"request\":{{\"met\n"), vec!["envelope", "exchange", "truncated"]),
        ] {
            let mut words = Words::default();
            let line = arena.alloc_slice_copy(text.as_bytes());
            let place = Place { offset: 0, length: line.len() as u64, record: 1 };
            Session::new(&FormatSet::built_in()).line(
                place,
                line,
                &mut Exchange::default(),
                &mut Scratch::new(&arena),
                &mut words,
            );
            assert_eq!(words.0, want, "{text}");
        }
    }
}
