//! Odd records of gateways, load balancers and proxies.

use bumpalo::Bump;

use super::column;
use crate::domain::{Exchange, Ignorable, Reason};
use crate::parse::formats::{ALL, by_id};
use crate::parse::{Read, target::Scratch};

const OTHER: Result<Read, Reason> = Ok(Read::Other(Ignorable::OtherRecord));

/// Reads lines by one format; `#` lines are directives. Says what became of the last one.
fn last(id: &str, lines: &str) -> Result<Read, Reason> {
    columns(id, lines, &[]).0
}

fn columns(id: &str, lines: &str, names: &[&str]) -> (Result<Read, Reason>, Vec<Option<String>>) {
    let mut reader = by_id(id).unwrap().reader();
    let mut result = (Err(Reason::UnknownFormat), Vec::new());
    for line in lines.lines() {
        if line.starts_with('#') {
            assert!(reader.directive(line.as_bytes()), "{line}");
            continue;
        }
        let arena = Bump::new();
        let mut x = Exchange::default();
        let read = reader.read(line.as_bytes(), &mut x, &mut Scratch::new(&arena));
        result = (read, names.iter().map(|n| column(&x, n)).collect());
    }
    result
}

fn some(values: &[&str]) -> Vec<Option<String>> {
    values.iter().map(|v| Some((*v).to_owned())).collect()
}

#[test]
fn haproxy_lines_that_carry_no_request() {
    let tcp = "203.0.113.9:33320 [10/Sep/2024:21:24:00.376] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0";
    assert_eq!(last("haproxy", tcp), OTHER);
    let tls = "203.0.113.9:33320 [10/Sep/2024:21:24:00.376] fnt/1: SSL handshake failure";
    assert_eq!(last("haproxy", tls), OTHER);
    assert_eq!(last("haproxy", "Server bck/srv1 is DOWN"), Err(Reason::NotThisFormat));
}

#[test]
fn haproxy_cuts_long_requests() {
    let cut =
        "203.0.113.9:3 [10/Sep/2024:21:24:00.376] fnt bck/srv1 0/0/0/1/1 200 212 - - ---- 1/1/0/0/0 0/0 \"GET /long";
    let (read, got) = columns("haproxy", cut, &["method", "path", "repairs"]);
    assert_eq!(read, Ok(Read::Exchange));
    assert_eq!(got, some(&["GET", "/long", "missing-field"]));
}

#[test]
fn load_balancer_lines_of_tcp_listeners() {
    let line = r#"2024-09-10T21:24:00.5Z edge 203.0.113.9:2817 10.0.0.1:80 0.001 0.000028 0.000041 - - 82 305 "- - - " "-" - -"#;
    assert_eq!(last("aws-elb", line), OTHER);
}

#[test]
fn s3_lines_of_its_own_work() {
    let line = "79a5 menus [10/Sep/2024:21:24:00 +0000] - AmazonS3 3E57 S3.EXPIRE.OBJECT a.json \"-\" - - - 2 - - \"-\" \"-\" -";
    assert_eq!(last("aws-s3", line), OTHER);
}

#[test]
fn w3c_columns_change_in_mid_file() {
    let text = "#Fields: date time c-ip cs-method cs-uri-stem sc-status\n\
                2024-09-10 21:24:00 203.0.113.9 GET /a 200\n\
                #Fields: time sc-status cs-uri-stem cs-method c-ip\n\
                #Date: 2024-09-11 00:00:00\n\
                00:00:01 404 /b HEAD 203.0.113.8";
    let (read, got) = columns("w3c", text, &["time", "status", "path", "method", "peer_address"]);
    assert_eq!(read, Ok(Read::Exchange));
    assert_eq!(got, some(&["2024-09-11T00:00:01Z", "404", "/b", "HEAD", "203.0.113.8"]));
}

#[test]
fn w3c_rows_that_do_not_fit() {
    let head = "#Fields: date time c-ip cs-method cs-uri-stem sc-status\n";
    let row = |r: &str| last("w3c", &format!("{head}{r}"));
    assert_eq!(row("2024-09-10 21:24:00 203.0.113.9 GET /a"), Err(Reason::FieldCount));
    assert_eq!(row("2024-09-10 21:24:00 203.0.113.9 GET /a b 200"), Err(Reason::FieldCount));
    assert_eq!(row("2024-09-10 25:24:00 203.0.113.9 GET /a 200"), Err(Reason::BadTime));
    assert_eq!(row("2024-09-10 21:24:00 203.0.113.9 GET /a ok"), Err(Reason::BadStatus));
    assert_eq!(row("2024-09-10 21:24:00   203.0.113.9 GET   /a 200"), Ok(Read::Exchange), "runs of blanks");
    assert_eq!(
        last("w3c", "2024-09-10 21:24:00 W3SVC1 203.0.113.9 GET /a x y z 200"),
        Err(Reason::NoFields),
        "no header, and no layout that is known"
    );
    assert_eq!(last("w3c", "203.0.113.9 - - [x] y"), Err(Reason::NotThisFormat));
}

#[test]
fn w3c_logs_of_other_things() {
    let ftp = "#Date: 2024-09-10 00:00:00\n#Fields: time c-ip cs-method cs-uri-stem sc-status\n21:24:00 203.0.113.9 [2]USER anonymous 331";
    assert_eq!(last("w3c", ftp), OTHER);
    let firewall = "#Version: 1.5\n#Fields: date time action protocol src-ip dst-ip src-port\n2024-09-10 21:24:00 DROP TCP 203.0.113.9 198.51.100.7 4711";
    assert_eq!(last("w3c", firewall), OTHER);
    let idle = "#Fields: date time c-ip c-port cs-version cs-method cs-uri sc-status s-reason\n2024-09-10 21:24:00 203.0.113.9 4711 - - - - Timer_ConnectionIdle";
    assert_eq!(last("w3c", idle), OTHER);
}

#[test]
fn w3c_units_follow_the_program() {
    let text = |software: &str| {
        format!(
            "#Software: {software}\n#Fields: date time c-ip cs-method cs-uri-stem sc-status time-taken\n2024-09-10 21:24:00 203.0.113.9 GET /a 200 2"
        )
    };
    let us = |software: &str| columns("w3c", &text(software), &["duration_us"]).1;
    assert_eq!(us("Microsoft Internet Information Services 10.0"), some(&["2000"]));
    assert_eq!(us("Netscaler Web Logging(NSWL)"), some(&["2000000"]));
}

#[test]
fn w3c_local_time_is_said_to_be_local() {
    let text = "#Fields: date-local time-local c-ip cs-method cs-uri-stem sc-status\n2024-09-10 21:24:00.25 203.0.113.9 GET /a 200";
    let (read, got) = columns("w3c", text, &["time", "zone_assumed"]);
    assert_eq!(read, Ok(Read::Exchange));
    assert_eq!(got, some(&["2024-09-10T21:24:00.250Z", "true"]));
}

#[test]
fn zeek_rows() {
    let head = "#separator \\x09\n#unset_field\t-\n#path\thttp\n#fields\tts\tid.orig_h\tmethod\turi\n";
    assert_eq!(last("zeek-tsv", &format!("{head}1726003440.1\t203.0.113.9\tGET")), Err(Reason::FieldCount));
    let (read, got) = columns("zeek-tsv", &format!("{head}XXXX.X\t203.0.113.9\tGET\t/"), &["repairs", "path"]);
    assert_eq!(read, Ok(Read::Exchange));
    assert_eq!(got, some(&["time-unreadable", "/"]));
    assert_eq!(last("zeek-tsv", &format!("{head}1726003440.1\t203.0.113.9\t-\t-")), OTHER);
    let conn = "#path\tconn\n#fields\tts\tuid\n1726003440.1\tCx";
    assert_eq!(last("zeek-tsv", conn), OTHER);
    assert_eq!(last("zeek-tsv", "1726003440.1\tCx"), Err(Reason::NotThisFormat));
    assert_eq!(last("zeek-tsv", "#separator |\n#fields|ts|method|uri\n1726003440.1|GET|/"), Ok(Read::Exchange));
}

#[test]
fn tyk_says_other_things_too() {
    let line = r#"time="2024-09-10T21:24:00Z" level=info msg="API reload complete" prefix=main"#;
    assert_eq!(last("tyk", line), OTHER);
    assert_eq!(last("logfmt", line), Err(Reason::NotThisFormat));
    assert_eq!(last("tyk", "GET /a?b=c HTTP/1.1"), Err(Reason::NotThisFormat));
}

#[test]
fn squid_dates() {
    let at = |date: &str| {
        let line = format!("203.0.113.9 - - [{date} 21:24:00] \"GET http://a.example/ HTTP/1.1\" 200 7");
        columns("squid-clf", &line, &["time"])
    };
    assert_eq!(at("09/10/2024").1, some(&["2024-09-10T21:24:00Z"]), "month first");
    assert_eq!(at("13/10/2024").1, some(&["2024-10-13T21:24:00Z"]), "no thirteenth month");
    assert_eq!(at("13/13/2024").0, Err(Reason::BadTime));
}

#[test]
fn modsecurity_blocks_that_lack_something() {
    let (read, got) = {
        let text = "--6f3a1b2c-A--\n[10/Sep/2024:21:24:00 -0000] id 203.0.113.9 1 198.51.100.7 80\n--6f3a1b2c-B--\nGET / HTTP/1.1\nHost: a.example\n\n--6f3a1b2c-F--\nHTTP/1.1 200 OK\nContent-Length: 10\n\n--6f3a1b2c-E--\nabc\n--6f3a1b2c-Z--\n";
        let arena = Bump::new();
        let mut x = Exchange::default();
        let read = by_id("modsecurity").unwrap().reader().read(text.as_bytes(), &mut x, &mut Scratch::new(&arena));
        (read, x.response_body.map(|b| (b.raw.to_vec(), b.complete)))
    };
    assert_eq!(read, Ok(Read::Exchange));
    assert_eq!(got, Some((b"abc".to_vec(), false)), "ten bytes were announced");
    let read = |text: &str| {
        let arena = Bump::new();
        by_id("modsecurity").unwrap().reader().read(
            text.as_bytes(),
            &mut Exchange::default(),
            &mut Scratch::new(&arena),
        )
    };
    let a = "--6f3a1b2c-A--\n[10/Sep/2024:21:24:00 +0000] id 203.0.113.9 1 198.51.100.7 80\n";
    assert_eq!(read(&format!("{a}--6f3a1b2c-B--\nGET / HTTP/1.1\n")), Err(Reason::Truncated));
    assert_eq!(read(&format!("{a}--6f3a1b2c-H--\nMessage: x\n--6f3a1b2c-Z--\n")), Err(Reason::BadBlock));
    assert_eq!(read("--6f3a1b2c-A--\n[yesterday] id\n--6f3a1b2c-Z--\n"), Err(Reason::BadTime));
    assert_eq!(read("--6f3a1b2c-B--\nx\n"), Err(Reason::NotThisFormat));
}

/// Every prefix of every sample, and every sample with one byte replaced: no reader may panic, and
/// a reader that was shown damage reads the whole sample as before.
#[test]
fn damage_never_panics_and_is_not_remembered() {
    for format in ALL {
        for sample in format.samples() {
            let mut reader = format.reader();
            let mut record = sample.record;
            while record.starts_with('#') {
                let (line, rest) = record.split_once('\n').unwrap();
                for end in 0..line.len() {
                    format.reader().directive(line.get(..end).unwrap_or_default().as_bytes());
                }
                reader.directive(line.as_bytes());
                record = rest;
            }
            let mut read = |bytes: &[u8]| {
                let arena = Bump::new();
                let bytes = arena.alloc_slice_copy(bytes);
                let mut x = Exchange::default();
                x.trace = Some(Vec::new());
                reader.read(bytes, &mut x, &mut Scratch::new(&arena)).map(|_| format!("{x:?}"))
            };
            let whole = read(record.as_bytes()).unwrap();
            for end in 0..record.len() {
                let _ = read(&record.as_bytes()[..end]);
                for byte in [b'"', b' ', b'\\', b'[', b'{', b'/', 0, 0xff] {
                    let mut bytes = record.as_bytes().to_vec();
                    bytes[end] = byte;
                    let _ = read(&bytes);
                }
            }
            assert_eq!(read(record.as_bytes()).unwrap(), whole, "{}", format.meta().id);
        }
    }
}
