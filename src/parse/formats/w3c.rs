//! The W3C extended log format: IIS, HTTP.SYS, CloudFront, NetScaler, Imperva, SHOUTcast. A
//! `#Fields` line names the columns; it can come again with others.

use crate::domain::address::split_port;
use crate::domain::exchange::Traced;
use crate::domain::time::{Micros, clf, iso, of_day};
use crate::domain::{Exchange, Ignorable, Int, Reason, Repair, Text};
use crate::parse::format::{Format, Meta, Read, Reader, Sample};
use crate::parse::row_format::To;
use crate::parse::target::{Scratch, is_null};

pub(super) mod cloudfront;
mod columns;
pub(super) mod native;
pub(super) mod xml;

use columns::{Dialect, Role, layout_of, percent_decode, plus_to_blank, role};

/// Columns of a row that are looked at. Imperva names 41, the most that was seen.
const COLUMNS_MAX: usize = 128;

/// The format.
#[derive(Debug)]
pub(super) struct W3c;

/// The format.
pub(super) static FORMAT: W3c = W3c;

static META: Meta = Meta {
    id: "w3c",
    title: "W3C extended (IIS, HTTP.SYS, CloudFront, NetScaler, Imperva)",
    source: "https://www.w3.org/TR/WD-logfile, https://learn.microsoft.com/windows/win32/http/w3c-logging, https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html",
    notes: "times are UTC and mark the request's end; a file without date column takes the day from #Date; time-taken is milliseconds, but seconds in CloudFront and NetScaler; sc-bytes and cs-bytes count headers too; IIS logs the path decoded and blanks in the user agent as +; CloudFront percent-encodes headers, which is undone; files without #Fields are read where their columns are a default of IIS or CloudFront",
};

impl Format for W3c {
    fn meta(&self) -> &Meta {
        &META
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Rows::default())
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }
}

/// One row on its way: the time comes in two parts, in any order.
#[derive(Debug, Default)]
struct Row<'a> {
    date: Option<&'a [u8]>,
    time: Option<&'a [u8]>,
    local: bool,
}

impl<'a> Row<'a> {
    /// Stores one value by its role.
    fn put(
        &mut self,
        (name, role, dialect): (&str, Role, Dialect),
        value: &'a [u8],
        x: &mut Exchange<'a>,
        s: &mut Scratch<'a>,
    ) -> Result<(), Reason> {
        let (slot, local) = match role {
            Role::Date => (&mut self.date, false),
            Role::Time => (&mut self.time, false),
            Role::LocalDate => (&mut self.date, true),
            Role::LocalTime => (&mut self.time, true),
            Role::To(to) => return To::store(Some(to), name, value, x, s),
            Role::Encoded(to) => {
                let value = decode_header(value, dialect, x, s);
                return To::store(Some(to), name, value, x, s);
            }
            Role::EncodedUrl(to) => {
                let encoded = dialect == Dialect::CloudFront && memchr::memmem::find(value, b"%25").is_some();
                let value = if encoded { percent_decode(value, x, s) } else { value };
                return To::store(Some(to), name, value, x, s);
            }
            Role::Unknown => return To::store(None, name, value, x, s),
        };
        if slot.is_none() || !local {
            *slot = Some(value);
            self.local |= local;
        }
        if let Some(trace) = &mut x.trace {
            trace.push(Traced { source: name.to_owned(), target: Some("time".into()), raw: value.to_vec() });
        }
        Ok(())
    }

    /// Puts the time together. `base` is the day of a file whose rows name none.
    fn finish(&self, base: Option<Micros>, x: &mut Exchange<'a>) -> Result<Read, Reason> {
        let date = self.date.filter(|d| !is_null(d)).map(|d| day(d).ok_or(Reason::BadTime)).transpose()?;
        let time = self.time.filter(|t| !is_null(t)).map(|t| of_day(t).ok_or(Reason::BadTime)).transpose()?;
        match (date.or(base), time) {
            (Some(day), Some(clock)) => x.time = Some(day + clock),
            (None, Some(_)) => x.repair(Repair::BadTime),
            _ => {}
        }
        x.zone_assumed = self.local;
        let is_ftp = x.get(Text::Method).is_some_and(|m| m.first() == Some(&b'['));
        if is_ftp || !x.has_request() && x.get_int(Int::Status).is_none() {
            // An FTP command, or a connection that ended before a request (HTTPERR).
            return Ok(Read::Other(Ignorable::OtherRecord));
        }
        Ok(Read::Exchange)
    }
}

/// CloudFront: percent-encoded, in files before 2020 twice. Others: blanks as `+`, and those that
/// have no `+` but escapes are percent-encoded.
fn decode_header<'a>(value: &'a [u8], dialect: Dialect, x: &mut Exchange<'_>, s: &Scratch<'a>) -> &'a [u8] {
    let escaped = memchr::memchr(b'%', value).is_some();
    if dialect == Dialect::CloudFront || escaped && memchr::memchr2(b'+', b' ', value).is_none() {
        let once = percent_decode(value, x, s);
        return if memchr::memmem::find(value, b"%2520").is_some() { percent_decode(once, x, s) } else { once };
    }
    plus_to_blank(value, s)
}

/// `2024-09-10` as its midnight.
fn day(text: &[u8]) -> Option<Micros> {
    if !matches!(text, [_, _, _, _, b'-', _, _, b'-', _, _]) {
        return None;
    }
    let mut midnight = *b"0000-00-00T00:00:00";
    let (date, _) = midnight.split_first_chunk_mut::<10>()?;
    date.copy_from_slice(text);
    iso(&midnight).map(|stamp| stamp.at)
}

/// A column as the header names it.
#[derive(Debug)]
struct W3cColumn {
    name: Box<str>,
    role: Role,
}

#[derive(Debug)]
struct Layout {
    columns: Vec<W3cColumn>,
    dialect: Dialect,
    /// Whether any column tells of a request.
    http: bool,
}

impl Layout {
    fn new<'n>(names: impl Iterator<Item = &'n str>, software: &[u8]) -> Self {
        // A zero-width character stands in the header of Amazon's own example.
        let names: Vec<String> =
            names.map(|n| n.chars().filter(char::is_ascii).collect::<String>().to_ascii_lowercase()).collect();
        let has = |name: &str| names.iter().any(|n| n == name);
        let slow = [&b"Netscaler"[..], b"SHOUTcast"].iter().any(|p| memchr::memmem::find(software, p).is_some());
        let dialect = if has("x-edge-location") {
            Dialect::CloudFront
        } else if slow {
            Dialect::Seconds
        } else {
            Dialect::Iis
        };
        let has_query = has("cs-uri-query");
        let columns: Vec<W3cColumn> =
            names.iter().map(|n| W3cColumn { name: n.as_str().into(), role: role(n, dialect, has_query) }).collect();
        let http = names.iter().any(|n| n.starts_with("cs-uri") || matches!(n.as_str(), "cs-method" | "sc-status"));
        Self { columns, dialect, http }
    }
}

#[derive(Debug, Default)]
struct Rows {
    fields: Option<String>,
    software: Vec<u8>,
    layout: Option<Layout>,
    base: Option<Micros>,
    /// The layout that was guessed for the last row of a file without header.
    guessed: Option<(Vec<&'static str>, Layout)>,
}

impl Rows {
    fn rebuild(&mut self) {
        if let Some(fields) = &self.fields {
            self.layout = Some(Layout::new(fields.split_ascii_whitespace(), &self.software));
        }
    }
}

impl Reader for Rows {
    fn directive(&mut self, line: &[u8]) -> bool {
        let Some((word, rest)) = memchr::memchr(b':', line).and_then(|at| line.split_at_checked(at)) else {
            return false;
        };
        let rest = rest.get(1..).unwrap_or_default().trim_ascii();
        match word {
            b"#Fields" => {
                self.fields = Some(String::from_utf8_lossy(rest).into_owned());
                self.rebuild();
            }
            b"#Software" => {
                self.software = rest.to_vec();
                self.rebuild();
            }
            b"#Date" | b"#Start-Date" => {
                self.base = rest
                    .get(..10)
                    .and_then(day)
                    .or_else(|| clf(rest.get(..20)?).map(|stamp| stamp.at - stamp.at.rem_euclid(86_400 * 1_000_000)));
            }
            b"#Version" | b"#End-Date" | b"#Remark" => {}
            _ => return false,
        }
        true
    }

    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        let tabs = memchr::memchr(b'\t', record).is_some();
        let mut cells: [&'a [u8]; COLUMNS_MAX] = [b""; COLUMNS_MAX];
        let split = split(record, tabs, s, &mut cells).ok_or(Reason::NotThisFormat)?;
        let row = cells.get(..split.cells).unwrap_or_default();
        if let Some(layout) = &self.layout {
            return fill(layout, row, split, self.base, x, s);
        }
        let [date, time, ..] = row else {
            return Err(Reason::NotThisFormat);
        };
        if split.cells < 8 || day(date).is_none() || of_day(time).is_none() {
            return Err(Reason::NotThisFormat);
        }
        let Some(names) = layout_of(row, tabs) else {
            let has_address = row.iter().any(|c| split_port(c).is_some());
            return Err(if has_address { Reason::NoFields } else { Reason::NotThisFormat });
        };
        if self.guessed.as_ref().is_none_or(|(known, _)| *known != names) {
            let layout = Layout::new(names.iter().copied(), b"");
            self.guessed = Some((names, layout));
        }
        match &self.guessed {
            Some((_, layout)) => fill(layout, row, split, None, x, s),
            None => Err(Reason::NoFields),
        }
    }
}

/// Stores a row, once its cells are as many as its columns.
fn fill<'a>(
    layout: &Layout,
    row: &[&'a [u8]],
    split: Split,
    base: Option<Micros>,
    x: &mut Exchange<'a>,
    s: &mut Scratch<'a>,
) -> Result<Read, Reason> {
    let columns = layout.columns.len();
    let blanks_collapse = split.cells > columns && !split.tabs && split.cells - split.empty == columns;
    if split.cells < columns && split.quoted == split.cells && split.cells > 1 {
        // Imperva leaves empty columns at the end out.
        x.repair(Repair::MissingField);
    } else if split.cells != columns && !blanks_collapse {
        return Err(Reason::FieldCount);
    }
    if !layout.http {
        return Ok(Read::Other(Ignorable::OtherRecord));
    }
    let mut state = Row::default();
    let cells = row.iter().filter(|c| !blanks_collapse || !c.is_empty());
    for (column, value) in layout.columns.iter().zip(cells) {
        state.put((&column.name, column.role, layout.dialect), value, x, s)?;
    }
    state.finish(base, x)
}

/// How a row came apart.
#[derive(Debug, Clone, Copy, Default)]
struct Split {
    cells: usize,
    quoted: usize,
    empty: usize,
    tabs: bool,
}

/// Splits a row at its separator; a cell in quotes may hold it. Two blanks hold an empty cell
/// between them. `None` where there are more cells than can be.
fn split<'a>(record: &'a [u8], tabs: bool, s: &Scratch<'a>, cells: &mut [&'a [u8]; COLUMNS_MAX]) -> Option<Split> {
    let separator = if tabs { b'\t' } else { b' ' };
    let mut rest = if tabs { record } else { record.trim_ascii_end() };
    let mut out = Split { tabs, ..Split::default() };
    loop {
        let (cell, after) = if let Some(found) = quoted(rest, separator, s) {
            out.quoted += 1;
            found
        } else {
            let (cell, after) = rest.split_at_checked(memchr::memchr(separator, rest).unwrap_or(rest.len()))?;
            out.empty += usize::from(cell.is_empty());
            (cell, after)
        };
        *cells.get_mut(out.cells)? = cell;
        out.cells += 1;
        match after.split_first() {
            Some((_, next)) => rest = next,
            None => return Some(out),
        }
    }
}

/// A cell in quotes, in which a quote is written twice. `None` where the quotes never close.
fn quoted<'a>(rest: &'a [u8], separator: u8, s: &Scratch<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let inner = rest.strip_prefix(b"\"")?;
    let mut doubled = false;
    let mut quotes = memchr::memchr_iter(b'"', inner);
    while let Some(at) = quotes.next() {
        match inner.get(at + 1) {
            Some(b'"') => {
                doubled = true;
                quotes.next();
            }
            next if next.is_none_or(|b| *b == separator) => {
                let (cell, after) = inner.split_at_checked(at)?;
                let cell = if doubled { undouble(cell, s) } else { cell };
                return Some((cell, after.get(1..)?));
            }
            _ => {}
        }
    }
    None
}

fn undouble<'a>(cell: &'a [u8], s: &Scratch<'a>) -> &'a [u8] {
    let mut out = bumpalo::collections::Vec::with_capacity_in(cell.len(), s.arena);
    let mut pending = false;
    for b in cell {
        pending = *b == b'"' && !pending;
        if !pending {
            out.push(*b);
        }
    }
    out.into_bump_slice()
}

static SAMPLES: &[Sample] = &[
    Sample {
        record: "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0   // of the format\n#Date: 2024-09-10 00:00:00\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Cookie) cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken \n2024-09-10 21:24:00 198.51.100.7 GET /stores/7? full=1 443  203.0.113.9 Mozilla/5.0+(compatible;+bot/2.0;++http://bot.example) \"sid=1; theme=x\" https://menu.example/?q=a+b 200 0 0 1405 242 283",
        expect: &[
            ("time", "2024-09-10T21:24:00Z"),
            ("zone_assumed", "false"),
            ("server_address", "198.51.100.7"),
            ("server_port", "443"),
            ("method", "GET"),
            ("path", "/stores/7?"),
            ("query", "full=1"),
            ("peer_address", "203.0.113.9"),
            ("user_agent", "Mozilla/5.0 (compatible; bot/2.0; +http://bot.example)"),
            ("cookie_names", "sid,theme"),
            ("referer", "https://menu.example/?q=a+b"),
            ("status", "200"),
            ("response_bytes", "1405"),
            ("request_bytes", "242"),
            ("duration_us", "283000"),
        ],
    },
    Sample {
        record: "#Date: 2024-09-10 00:00:00\n#Fields: time c-ip cs-method cs-uri-stem sc-status\n21:24:00.5 203.0.113.9 GET /a?b=1 404",
        expect: &[("time", "2024-09-10T21:24:00.500Z"), ("path", "/a"), ("query", "b=1"), ("status", "404")],
    },
    Sample {
        record: "2024-09-10 21:24:00 198.51.100.7 POST /login - 443 asha 203.0.113.9 curl/8.5.0 - 302 0 0 15",
        expect: &[
            ("time", "2024-09-10T21:24:00Z"),
            ("remote_user", "asha"),
            ("auth", "present"),
            ("peer_address", "203.0.113.9"),
            ("status", "302"),
            ("duration_us", "15000"),
        ],
    },
    Sample {
        record: "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken\n2024-09-10\t21:24:00\tBOM51-C1\t703\t203.0.113.9\tGET\td111.cloudfront.net\t/a%20b\t200\thttps://x.example/?q=a%2520b\tMozilla/5.0%2520(X11)\tq=1\t-\tMiss\tedge-1\tcdn.example\thttps\t62\t0.113",
        expect: &[
            ("server", "BOM51-C1"),
            ("response_bytes", "703"),
            ("host", "cdn.example"),
            ("path", "/a%20b"),
            ("referer", "https://x.example/?q=a%20b"),
            ("user_agent", "Mozilla/5.0 (X11)"),
            ("query", "q=1"),
            ("cache_status", "Miss"),
            ("request_id", "edge-1"),
            ("scheme", "https"),
            ("duration_us", "113000"),
        ],
    },
    Sample {
        record: "2024-09-10\t21:24:00\tBOM51-C1\t703\t203.0.113.9\tGET\td111.cloudfront.net\t/a\t200\t-\tcurl/8.5.0\t-\t-\tHit\tedge-1",
        expect: &[("host", "d111.cloudfront.net"), ("status", "200"), ("cache_status", "Hit")],
    },
    Sample {
        record: "#Software: Incapsula LOGS API\n#Fields: date time c-ip cs(User-Agent) cs-countrycode cs-uri sc-action s-externalid cs-method cs-uri-query sc-status s-xff cs-rule\n\"2024-09-10\" \"21:24:00\" \"203.0.113.9\" \"Mozilla \"\"x\"\" +\" \"IN\" \"api.example/stores\" \"REQ_PASSED\" \"77\" \"GET\" \"\" \"200\" \"192.0.2.1\"",
        expect: &[
            ("user_agent", "Mozilla \"x\" +"),
            ("client_country", "IN"),
            ("host", "api.example"),
            ("path", "/stores"),
            ("action", "REQ_PASSED"),
            ("request_id", "77"),
            ("forwarded_for", "192.0.2.1"),
            ("repairs", "missing-field"),
        ],
    },
];
