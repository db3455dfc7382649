//! Where we differ on purpose, and why. A row that nothing needs any more fails its test.

use super::Field;

/// One difference.
#[derive(Debug)]
pub(crate) struct Choice {
    /// Whose expectation: `elastic`, `sekoia`, `crowdsec`, `opensearch`.
    pub(crate) oracle: &'static str,
    /// How the file's name ends.
    pub(crate) file: &'static str,
    /// 1-based line; 0 for all.
    pub(crate) line: usize,
    /// The field.
    pub(crate) field: Field,
    /// Why ours is right or the difference is of no matter.
    #[expect(dead_code, reason = "for people: the README lists them")]
    pub(crate) reason: &'static str,
}

/// All of them. What begins with `open:` is ours to mend.
pub(crate) const CHOICES: &[Choice] = &[
    Choice {
        oracle: "crowdsec",
        file: "nginx-http-malformed_nginx_http-logs.log",
        line: 12,
        field: Field::Target,
        reason: "the request line is garbage that begins with a tab: blanks around a value are cut",
    },
    Choice {
        oracle: "crowdsec",
        file: "nginx-proxy-manager-malformed_nginx_http-logs.log",
        line: 12,
        field: Field::Target,
        reason: "as above",
    },
    Choice {
        oracle: "crowdsec",
        file: "aws-alb-logs_aws-alb-logs.log",
        line: 0,
        field: Field::Time,
        reason: "theirs is request_creation_time, ours is time: when the balancer answered, as AWS documents the column and Elastic reads it",
    },
    Choice {
        oracle: "crowdsec",
        file: "envoy-logs_envoy.log",
        line: 4,
        field: Field::Client,
        reason: "theirs believes the first X-Forwarded-For entry; ours keeps the chain and asks the trusted-proxy setting, because a client can write that header",
    },
    Choice {
        oracle: "crowdsec",
        file: "envoy-logs_envoy.log",
        line: 5,
        field: Field::Client,
        reason: "theirs believes the first X-Forwarded-For entry; ours keeps the chain and asks the trusted-proxy setting, because a client can write that header",
    },
    Choice {
        oracle: "crowdsec",
        file: "envoy-logs_envoy.log",
        line: 9,
        field: Field::Client,
        reason: "theirs believes the first X-Forwarded-For entry; ours keeps the chain and asks the trusted-proxy setting, because a client can write that header",
    },
    Choice {
        oracle: "crowdsec",
        file: "envoy-logs_envoy.log",
        line: 10,
        field: Field::Client,
        reason: "theirs believes the first X-Forwarded-For entry; ours keeps the chain and asks the trusted-proxy setting, because a client can write that header",
    },
    Choice {
        oracle: "crowdsec",
        file: "modsecurity-logs-nginx_modsecurity-logs-nginx.log",
        line: 0,
        field: Field::Record,
        reason: "an error-log line repeats a request that the access log holds; it has no status and would count twice",
    },
    Choice {
        oracle: "crowdsec",
        file: "nginx_http-logs_nginx_http-logs.log",
        line: 9,
        field: Field::Record,
        reason: "an error-log line repeats a request that the access log holds; it has no status and would count twice",
    },
    Choice {
        oracle: "crowdsec",
        file: "pfsense-rfc5424-nginx_pfsense-rfc5424-nginx.log",
        line: 0,
        field: Field::Record,
        reason: "an error-log line repeats a request that the access log holds; it has no status and would count twice",
    },
    Choice {
        oracle: "sekoia",
        file: "f5-distributed-cloud_tests_test_openapi_failure_event.json",
        line: 0,
        field: Field::Host,
        reason: "theirs is the load balancer's domain, ours the authority that was asked for",
    },
    Choice {
        oracle: "sekoia",
        file: "haproxy_tests_access2.json",
        line: 0,
        field: Field::Method,
        reason: "a line end stands inside the request line of their sample: HAProxy writes one line a request",
    },
    Choice {
        oracle: "sekoia",
        file: "haproxy_tests_access2.json",
        line: 0,
        field: Field::Target,
        reason: "as above: the second half is a reject",
    },
    Choice {
        oracle: "sekoia",
        file: "suricata_tests_alert_community_id.json",
        line: 0,
        field: Field::Record,
        reason: "an alert repeats the http event of its flow and would count twice",
    },
    Choice {
        oracle: "opensearch",
        file: "haproxy_data_sample.json",
        line: 0,
        field: Field::Record,
        reason: "their sample has no blank between backend and timers and the date behind them: HAProxy never writes that",
    },
    Choice {
        oracle: "sekoia",
        file: "aws-cloudfront_tests_miss_record.json",
        line: 0,
        field: Field::Client,
        reason: "the same address, as logged; theirs is shortened",
    },
    Choice {
        oracle: "sekoia",
        file: "aws-cloudfront_tests_miss_record.json",
        line: 0,
        field: Field::Agent,
        reason: "CloudFront percent-encodes headers; theirs leaves them encoded",
    },
    Choice {
        oracle: "sekoia",
        file: "aws-cloudfront_tests_refresh_record.json",
        line: 0,
        field: Field::Client,
        reason: "the same address, as logged; theirs is shortened",
    },
    Choice {
        oracle: "sekoia",
        file: "aws-cloudfront_tests_refresh_record.json",
        line: 0,
        field: Field::Agent,
        reason: "CloudFront percent-encodes headers; theirs leaves them encoded",
    },
    Choice {
        oracle: "sekoia",
        file: "f5-big-ip_tests_test_asm1.json",
        line: 0,
        field: Field::Host,
        reason: "theirs is the firewall's own name (dvchost), ours the Host header of the request",
    },
    Choice {
        oracle: "sekoia",
        file: "f5-big-ip_tests_test_asm2.json",
        line: 0,
        field: Field::Host,
        reason: "theirs is the firewall's own name (dvchost), ours the Host header of the request",
    },
    Choice {
        oracle: "sekoia",
        file: "imperva-waf_tests_access_security_blacklisted.json",
        line: 0,
        field: Field::Target,
        reason: "theirs leaves the host in front of the path",
    },
    Choice {
        oracle: "sekoia",
        file: "imperva-waf_tests_access_security_blocked.json",
        line: 0,
        field: Field::Target,
        reason: "theirs leaves the host in front of the path",
    },
    Choice {
        oracle: "sekoia",
        file: "imperva-waf_tests_access_security_cached.json",
        line: 0,
        field: Field::Target,
        reason: "theirs leaves the host in front of the path",
    },
    Choice {
        oracle: "sekoia",
        file: "imperva-waf_tests_access_security_cached_2.json",
        line: 0,
        field: Field::Target,
        reason: "theirs leaves the host in front of the path",
    },
    Choice {
        oracle: "sekoia",
        file: "imperva-waf_tests_access_security_challenged.json",
        line: 0,
        field: Field::Target,
        reason: "theirs leaves the host in front of the path; and the escape of CEF in the query",
    },
    Choice {
        oracle: "sekoia",
        file: "imperva-waf_tests_access_security_ipv6_not_supported.json",
        line: 0,
        field: Field::Target,
        reason: "theirs leaves the host in front of the path",
    },
    Choice {
        oracle: "sekoia",
        file: "imperva-waf_tests_access_security_unresolved.json",
        line: 0,
        field: Field::Target,
        reason: "theirs leaves the host in front of the path",
    },
    Choice {
        oracle: "sekoia",
        file: "imperva-waf_tests_access_security_challenged.json",
        line: 0,
        field: Field::Time,
        reason: "a start of nine digits, which Imperva does not write: theirs is no reading of it",
    },
];
