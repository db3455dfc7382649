//! S3 server access logs.
#![expect(clippy::unnecessary_wraps, reason = "functions that store a column share one signature")]

use crate::domain::{Auth, Exchange, Ignorable, Int, Reason, Text};
use crate::parse::format::{Meta, Read, Sample};
use crate::parse::row_format::{Column, RowFormat, bare, quoted, take};
use crate::parse::target::{Clock, Scratch, Target, Unit, is_null};
use crate::parse::url;

/// The format.
pub(super) static FORMAT: RowFormat = RowFormat {
    meta: Meta {
        id: "aws-s3",
        title: "Amazon S3 server access log",
        source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html",
        notes: "time is when the request arrived; bytes are the body's; the path is the request's own, the key column is not kept; lines of work that S3 does by itself (expiry, copies, parts of a batch) hold no request and are no exchanges",
    },
    columns: &[
        bare("bucket_owner", Target::Skip),
        bare("bucket", Target::Text(Text::Service)),
        bare("time", Target::Time(Clock::Clf)),
        bare("remote_ip", Target::Peer),
        take("requester", requester, "remote_user, auth"),
        bare("request_id", Target::Text(Text::RequestId)),
        bare("operation", Target::Text(Text::Route)),
        bare("key", Target::Skip),
        quoted("request_uri", Target::RequestLine),
        bare("http_status", Target::Status),
        bare("error_code", Target::Text(Text::Error)),
        bare("bytes_sent", Target::Int(Int::ResponseBodyBytes)),
        bare("object_size", Target::Skip),
        bare("total_time", Target::Duration(Int::DurationUs, Unit::Ms)),
        bare("turn_around_time", Target::Duration(Int::UpstreamDurationUs, Unit::Ms)),
        quoted("referer", Target::Text(Text::Referer)),
        quoted("user_agent", Target::Text(Text::UserAgent)),
        bare("version_id", Target::Skip),
        bare("host_id", Target::Skip),
        bare("signature_version", Target::Text(Text::AuthScheme)),
        bare("cipher_suite", Target::Text(Text::TlsCipher)),
        bare("authentication_type", Target::Skip),
        HOST,
        bare("tls_version", Target::TlsVersion),
        bare("access_point_arn", Target::Skip),
        bare("acl_required", Target::Skip),
    ],
    least: 17,
    fits: |line| line.split(|b| *b == b' ').nth(2).is_some_and(|t| matches!(t, [b'[', _, _, b'/', ..])),
    finish: |x, _| {
        if x.has_request() {
            return Ok(Read::Exchange);
        }
        match x.get(Text::Route) {
            Some(operation) if memchr::memchr(b'.', operation).is_some() => Ok(Read::Other(Ignorable::OtherRecord)),
            _ => Err(Reason::NotThisFormat),
        }
    },
    samples: &[
        Sample {
            record: r#"79a5 menus [10/Sep/2024:21:24:00 +0000] 203.0.113.9 arn:aws:sts::123456789012:assumed-role/app/i-0 3E57427F3EXAMPLE REST.GET.OBJECT menu%2B1.json "GET /menu+1.json?versionId=x HTTP/1.1" 404 NoSuchKey 297 - 38 12 "-" "a "b" c/1.0" - BNaBsX SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader menus.s3.amazonaws.com TLSV1.2 - -"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("peer_address", "203.0.113.9"),
                ("remote_user", "arn:aws:sts::123456789012:assumed-role/app/i-0"),
                ("auth", "present"),
                ("auth_scheme", "SigV4"),
                ("service", "menus"),
                ("route", "REST.GET.OBJECT"),
                ("path", "/menu+1.json"),
                ("query", "versionId=x"),
                ("status", "404"),
                ("error", "NoSuchKey"),
                ("response_body_bytes", "297"),
                ("duration_us", "38000"),
                ("user_agent", "a \"b\" c/1.0"),
                ("repairs", "stray-quote"),
                ("host", "menus.s3.amazonaws.com"),
                ("scheme", "https"),
            ],
        },
        Sample {
            record: r#"79a5 menus [12/May/2014:07:54:01 +0000] 203.0.113.9 - 7ACC REST.GET.OBJECT foo/bar.html "GET /foo/bar.html HTTP/1.1" 304 - - 1718 10 - "-" "Mozilla/5.0" -"#,
            expect: &[("auth", "absent"), ("status", "304"), ("path", "/foo/bar.html"), ("user_agent", "Mozilla/5.0")],
        },
    ],
};

const HOST: Column = take("host_header", host, "host, port");

fn host<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    if !is_null(value) && x.get(Text::Host).is_none() {
        url::host(value, x);
    }
    Ok(())
}

/// `-` says that the request was not signed.
fn requester<'a>(value: &'a [u8], x: &mut Exchange<'a>, _s: &mut Scratch<'a>) -> Result<(), Reason> {
    if is_null(value) {
        x.auth = Auth::Absent;
    } else {
        x.set(Text::RemoteUser, value);
        x.auth = Auth::Present;
    }
    Ok(())
}
