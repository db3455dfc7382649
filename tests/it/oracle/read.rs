//! Logs without an expectation beside them: all of their records are read, but for the rows below.

use std::collections::BTreeMap;

use crate::support::{self, Kind};

/// A log that is not read whole.
struct Exception {
    /// How the file's name ends.
    file: &'static str,
    /// How many spans of it are rejects.
    rejects: usize,
    /// Whether it holds no exchange at all.
    none: bool,
    #[expect(dead_code, reason = "for people")]
    reason: &'static str,
}

const EXCEPTIONS: &[Exception] = &[
    Exception { file: "test_log_anonlog.cfg", rejects: 10, none: true, reason: "a configuration file" },
    Exception { file: "test_log_dictionary", rejects: 6036, none: true, reason: "a list of words" },
    Exception {
        file: "logfile_syslog_with_access_log.0",
        rejects: 3,
        none: false,
        reason: "lines 1, 4 and 5 are other programs' syslog",
    },
    Exception {
        file: "stdlib_parse_apache_log.lines.log",
        rejects: 2,
        none: false,
        reason: "two lines are source code",
    },
    Exception {
        file: "stdlib_parse_common_log.lines.log",
        rejects: 2,
        none: false,
        reason: "two lines are source code",
    },
    Exception {
        file: "stdlib_parse_nginx_log.lines.log",
        rejects: 4,
        none: false,
        reason: "four lines are source code",
    },
    Exception {
        file: "stdlib_parse_aws_alb_log.lines.log",
        rejects: 2,
        none: false,
        reason: "two lines are source code",
    },
    Exception {
        file: "policies_SC.CloudLogging.xml",
        rejects: 69,
        none: true,
        reason: "a policy that describes a log",
    },
    Exception { file: "awslogs_alb_test.lines.log", rejects: 2, none: true, reason: "pieces of records" },
    Exception {
        file: "amazon_s3_data_sample.json",
        rejects: 5,
        none: true,
        reason: "an index's documents; the line is in their body",
    },
    Exception {
        file: "aws_waf_data_samples.json",
        rejects: 38,
        none: true,
        reason: "an index's documents; the record is inside aws.waf",
    },
    Exception { file: "haproxy_data_sample.json", rejects: 8, none: true, reason: "an index's documents" },
    Exception {
        file: "nginx_data_sample.json",
        rejects: 990,
        none: true,
        reason: "an index's documents; the line is in their body",
    },
    Exception { file: "testdata_cloudflare_tests.yml", rejects: 324, none: true, reason: "YAML with records inside" },
    Exception { file: "logfile_w3c.2", rejects: 0, none: true, reason: "FTP in the W3C format" },
    Exception {
        file: "modsecurity-logs-nginx_modsecurity-logs-nginx.log",
        rejects: 0,
        none: true,
        reason: "error log",
    },
    Exception { file: "modsecurity-nginx_modsecurity-nginx.log", rejects: 0, none: true, reason: "error log" },
    Exception { file: "pfsense-rfc5424-nginx.log", rejects: 0, none: true, reason: "error log" },
    Exception { file: "trace-with-expired-edges.json", rejects: 0, none: true, reason: "no HTTP span in it" },
    Exception { file: "otlp2jaeger-in.json", rejects: 0, none: true, reason: "no HTTP span in it" },
    Exception { file: "examples_metrics.json", rejects: 0, none: true, reason: "no HTTP span in it" },
    Exception { file: "examples_trace.json", rejects: 0, none: true, reason: "no HTTP span in it" },
    Exception {
        file: "opentelemetry-proto__examples_events.json",
        rejects: 1,
        none: true,
        reason: "a log record that is no span",
    },
    Exception { file: "suricata-eve-detect.log", rejects: 0, none: true, reason: "alerts only" },
    Exception { file: "suricata-logs-evelog_suricata-logs-evelog.log", rejects: 0, none: true, reason: "alerts only" },
];

#[test]
fn every_log_is_read() {
    let Some(folder) = support::corpora() else { return };
    let mut failures = Vec::new();
    for path in support::files(&folder.join("logs")) {
        let name = support::name(&folder, &path);
        // Expectations, and logs inside test descriptions, which have tests of their own.
        if name.ends_with("-expected.json")
            || name.ends_with(".assert")
            || name.contains("/SEKOIA-IO__")
            || name.contains("/wazuh__")
        {
            continue;
        }
        let bytes = support::read(&path);
        let mut formats: BTreeMap<String, usize> = BTreeMap::new();
        let mut rejects: Vec<String> = Vec::new();
        for item in support::parse_bytes(&bytes) {
            match item.kind {
                Kind::Exchange(seen) => *formats.entry(seen.format).or_default() += 1,
                Kind::Reject(reason) => {
                    rejects.push(format!("{}:{}", support::line_of(&bytes, item.place.offset as usize), reason.code()));
                }
                Kind::Ignorable(_) => {}
            }
        }
        let exception = EXCEPTIONS.iter().find(|e| name.ends_with(e.file));
        let allowed = exception.map_or(0, |e| e.rejects);
        if rejects.len() != allowed || formats.is_empty() != exception.is_some_and(|e| e.none) {
            let shown: Vec<&String> = rejects.iter().take(6).collect();
            failures.push(format!("{name}: {formats:?}, {} rejects (expected {allowed}): {shown:?}", rejects.len()));
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), support::list(&failures, 400));
}
