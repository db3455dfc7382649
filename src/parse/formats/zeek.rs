//! Zeek's http.log as tab-separated values, and the names of its fields.
#![expect(clippy::unnecessary_wraps, reason = "functions that store a column share one signature")]

use crate::domain::{Exchange, Ignorable, Int, Reason, Repair, Text};
use crate::parse::format::{Format, Meta, Read, Reader, Sample};
use crate::parse::row_format::To;
use crate::parse::target::{Clock, Scratch, Target};

/// What the fields of Zeek's http.log mean (scripts/base/protocols/http/main.zeek, `HTTP::Info`),
/// under the names that its TSV and its JSON use.
pub(crate) fn target(name: &str) -> Option<Target> {
    Some(match name {
        "ts" => Target::Time(Clock::Any),
        "uid" => Target::Text(Text::Connection),
        "id.orig_h" | "id_orig_h" => Target::Peer,
        "id.orig_p" | "id_orig_p" => Target::ClientPort,
        "id.resp_h" | "id_resp_h" => Target::ServerAddress,
        "id.resp_p" | "id_resp_p" => Target::Int(Int::ServerPort),
        "method" => Target::Text(Text::Method),
        "host" => Target::Host,
        "uri" => Target::Uri,
        "referrer" => Target::Text(Text::Referer),
        "version" => Target::Text(Text::HttpVersion),
        "user_agent" => Target::Text(Text::UserAgent),
        "origin" => Target::Text(Text::Origin),
        "request_body_len" => Target::Int(Int::RequestBodyBytes),
        "response_body_len" => Target::Int(Int::ResponseBodyBytes),
        "status_code" => Target::Status,
        "username" => Target::User,
        "password" => Target::Credential,
        "orig_mime_types" => Target::Text(Text::RequestContentType),
        "resp_mime_types" => Target::Text(Text::ResponseContentType),
        "_system_name" => Target::Text(Text::Server),
        "trans_depth" | "status_msg" | "info_code" | "info_msg" | "tags" | "orig_fuids" | "orig_filenames"
        | "resp_fuids" | "resp_filenames" | "_write_ts" | "_stream" | "_path" => Target::Skip,
        _ => return None,
    })
}

/// The format.
#[derive(Debug)]
pub(super) struct Zeek;

/// The format.
pub(super) static TSV: Zeek = Zeek;

static META: Meta = Meta {
    id: "zeek-tsv",
    title: "Zeek http.log, tab separated",
    source: "https://docs.zeek.org/en/master/logs/http.html",
    notes: "seen on the wire, not by the server: time is the request's first byte; lengths are the bodies' without transfer coding; no status where no answer was seen; content types are what Zeek made of the body; logs of other protocols are no exchanges",
};

impl Format for Zeek {
    fn meta(&self) -> &Meta {
        &META
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Rows {
            separator: b'\t',
            set: b',',
            empty: b"(empty)"[..].into(),
            unset: b"-"[..].into(),
            http: true,
            columns: Vec::new(),
        })
    }

    fn samples(&self) -> &'static [Sample] {
        &[Sample {
            record: "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\thttp\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tmethod\thost\turi\tuser_agent\tresponse_body_len\tstatus_code\tusername\tpassword\tproxied\tresp_mime_types\n#types\ttime\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tstring\tcount\tcount\tstring\tstring\tset[string]\tvector[string]\n1726003440.123456\tCHhAvV\t203.0.113.9\t54102\t198.51.100.7\t8080\tPOST\tapi.example\t/a\\x09b?q=\\x2d\t(empty)\t60731\t200\tasha\t-\tX-FORWARDED-FOR -> 192.0.2.1,VIA -> 1.1 cache\ttext/html,text/plain",
            expect: &[
                ("time", "2024-09-10T21:24:00.123456Z"),
                ("connection", "CHhAvV"),
                ("peer_address", "203.0.113.9"),
                ("client_port", "54102"),
                ("server_address", "198.51.100.7"),
                ("server_port", "8080"),
                ("method", "POST"),
                ("host", "api.example"),
                ("path", "/a\tb"),
                ("query", "q=-"),
                ("status", "200"),
                ("response_body_bytes", "60731"),
                ("remote_user", "asha"),
                ("auth", "present"),
                ("auth_scheme", "Basic"),
                ("forwarded_for", "192.0.2.1"),
                ("response_content_type", "text/html"),
                ("user_agent", ""),
            ],
        }]
    }
}

struct ZeekColumn {
    name: String,
    target: Option<To>,
    /// A set or a vector: its members are joined by the set separator.
    first_only: bool,
}

struct Rows {
    separator: u8,
    set: u8,
    empty: Box<[u8]>,
    unset: Box<[u8]>,
    /// Whether `#path` says http, or says nothing.
    http: bool,
    columns: Vec<ZeekColumn>,
}

impl Rows {
    /// The text behind the directive's word; `#separator` alone uses a blank.
    fn argument<'l>(&self, line: &'l [u8], word: &[u8]) -> Option<&'l [u8]> {
        let rest = line.strip_prefix(word)?;
        match rest.split_first() {
            Some((b, rest)) if *b == self.separator || *b == b' ' => Some(rest),
            _ => None,
        }
    }
}

impl Reader for Rows {
    fn directive(&mut self, line: &[u8]) -> bool {
        if let Some(text) = self.argument(line, b"#separator") {
            let byte = match text {
                [b'\\', b'x', a, b] => hex(*a).zip(hex(*b)).map(|(a, b)| a * 16 + b),
                [one] => Some(*one),
                _ => None,
            };
            self.separator = byte.unwrap_or(b'\t');
        } else if let Some(text) = self.argument(line, b"#set_separator") {
            self.set = text.first().copied().unwrap_or(b',');
        } else if let Some(text) = self.argument(line, b"#empty_field") {
            self.empty = text.into();
        } else if let Some(text) = self.argument(line, b"#unset_field") {
            self.unset = text.into();
        } else if let Some(text) = self.argument(line, b"#path") {
            self.http = text == b"http" || text.starts_with(b"http_");
        } else if let Some(text) = self.argument(line, b"#fields") {
            let separator = self.separator;
            self.columns = text
                .split(|b| *b == separator)
                .map(|name| {
                    let name = String::from_utf8_lossy(name).into_owned();
                    let target = match name.as_str() {
                        "proxied" => Some(To::Take(proxied, "forwarded_for")),
                        other => target(other).map(To::Target),
                    };
                    let first_only = name.ends_with("_mime_types");
                    ZeekColumn { name, target, first_only }
                })
                .collect();
        } else {
            return [&b"#types"[..], b"#open", b"#close"].iter().any(|word| self.argument(line, word).is_some());
        }
        true
    }

    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        if self.columns.is_empty() || memchr::memchr(self.separator, record).is_none() {
            return Err(Reason::NotThisFormat);
        }
        if memchr::memchr_iter(self.separator, record).count() + 1 != self.columns.len() {
            return Err(Reason::FieldCount);
        }
        if !self.http {
            return Ok(Read::Other(Ignorable::OtherRecord));
        }
        for (column, value) in self.columns.iter().zip(record.split(|b| *b == self.separator)) {
            if value == &*self.unset {
                continue;
            }
            let value =
                if column.first_only { value.split(|b| *b == self.set).next().unwrap_or_default() } else { value };
            if value == &*self.empty {
                // Sent, and empty: that is something else than not sent.
                if let Some(To::Target(Target::Text(field))) = column.target {
                    x.set(field, b"");
                }
                continue;
            }
            let value = unescape(value, s);
            match To::store(column.target, &column.name, value, x, s) {
                // The header vouches for the row, so a time that was masked costs no exchange.
                Err(Reason::BadTime) => x.repair(Repair::BadTime),
                other => other?,
            }
        }
        if x.get(Text::RemoteUser).is_some() {
            x.set(Text::AuthScheme, b"Basic");
        }
        if x.has_request() || x.get_int(Int::Status).is_some() {
            Ok(Read::Exchange)
        } else {
            // A connection on an HTTP port in which Zeek saw neither request nor response.
            Ok(Read::Other(Ignorable::OtherRecord))
        }
    }
}

/// `X-FORWARDED-FOR -> 192.0.2.1,VIA -> …`: the chain is what follows the first arrow.
fn proxied<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    const NAMES: [&[u8]; 2] = [b"X-FORWARDED-FOR -> ", b"FORWARDED -> "];
    for name in NAMES {
        if let Some(at) = memchr::memmem::find(value, name) {
            let chain = value.get(at + name.len()..).unwrap_or_default();
            // The next header of the set, if any, has its own arrow: it ends this one.
            let end = memchr::memmem::find(chain, b" -> ")
                .and_then(|arrow| memchr::memrchr(b',', chain.get(..arrow)?))
                .unwrap_or(chain.len());
            x.set(Text::ForwardedFor, chain.get(..end).unwrap_or(chain));
            break;
        }
    }
    Ok(())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// Undoes `\xHH`, the only escape that Zeek's TSV writer has (`\\` included).
fn unescape<'a>(value: &'a [u8], s: &Scratch<'a>) -> &'a [u8] {
    let Some(first) = memchr::memchr(b'\\', value) else {
        return value;
    };
    let (head, mut rest) = value.split_at(first);
    let mut out = bumpalo::collections::Vec::with_capacity_in(value.len(), s.arena);
    out.extend_from_slice(head);
    while let Some((b, tail)) = rest.split_first() {
        rest = tail;
        let (byte, used) = match (b, tail) {
            (b'\\', [b'x', a, b, ..]) => hex(*a).zip(hex(*b)).map_or((b'\\', 0), |(a, b)| (a * 16 + b, 3)),
            (b'\\', [b'\\', ..]) => (b'\\', 1),
            (b, _) => (*b, 0),
        };
        out.push(byte);
        rest = rest.get(used..).unwrap_or_default();
    }
    out.into_bump_slice()
}
