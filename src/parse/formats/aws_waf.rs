//! AWS WAF's web ACL traffic log.

use std::sync::OnceLock;

use crate::domain::Text;
use crate::parse::format::{Meta, Sample};
use crate::parse::json_format::{JsonFormat, any_request};
use crate::parse::target::{Clock, Target};

/// The format.
pub(super) static FORMAT: JsonFormat = JsonFormat {
    meta: Meta {
        id: "aws-waf",
        title: "AWS WAF log",
        source: "https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html",
        notes: "timestamp is epoch milliseconds; the log is written before the answer: status is there only where a rule answered (responseCodeSent); action says what was done; headers and fields can be redacted; clientIp is the socket peer of the protected resource",
    },
    needs: &[&["httpRequest.clientIp", "webaclId|terminatingRuleId", "action"]],
    rules: &[
        ("timestamp", Target::Time(Clock::Epoch)),
        ("action", Target::Text(Text::Action)),
        ("terminatingRuleId", Target::Text(Text::Route)),
        ("httpSourceName", Target::Skip),
        ("httpSourceId", Target::Text(Text::Server)),
        ("responseCodeSent", Target::Status),
        ("httpRequest.clientIp", Target::Peer),
        ("httpRequest.country", Target::Text(Text::Country)),
        ("httpRequest.headers", Target::RequestHeaders),
        ("httpRequest.uri", Target::Uri),
        ("httpRequest.args", Target::Query),
        ("httpRequest.httpVersion", Target::Text(Text::HttpVersion)),
        ("httpRequest.httpMethod", Target::Text(Text::Method)),
        ("httpRequest.requestId", Target::Text(Text::RequestId)),
        ("httpRequest.scheme", Target::Text(Text::Scheme)),
        ("httpRequest.host", Target::Weak(&Target::Host)),
        ("ja3Fingerprint", Target::Skip),
    ],
    finish: any_request,
    samples: &[
        Sample {
            record: r#"{"timestamp":1726003440123,"formatVersion":1,"webaclId":"arn:aws:wafv2:eu-west-1:111111111111:regional/webacl/api/1","terminatingRuleId":"Default_Action","terminatingRuleType":"REGULAR","action":"ALLOW","terminatingRuleMatchDetails":[],"httpSourceName":"ALB","httpSourceId":"111111111111-app/api/1","ruleGroupList":[],"rateBasedRuleList":[],"nonTerminatingMatchingRules":[],"requestHeadersInserted":null,"responseCodeSent":null,"httpRequest":{"clientIp":"203.0.113.9","country":"IN","headers":[{"name":"Host","value":"api.example"},{"name":"User-Agent","value":"curl/8.5.0"},{"name":"authorization","value":"REDACTED"}],"uri":"/stores/7","args":"full=1","httpVersion":"HTTP/2.0","httpMethod":"GET","requestId":"1-65dfcfb5-1"}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00.123Z"),
                ("action", "ALLOW"),
                ("peer_address", "203.0.113.9"),
                ("client_country", "IN"),
                ("host", "api.example"),
                ("path", "/stores/7"),
                ("query", "full=1"),
                ("method", "GET"),
                ("auth", "present"),
                ("user_agent", "curl/8.5.0"),
                ("route", "Default_Action"),
            ],
        },
        Sample {
            record: r#"{"timestamp":1726003440000,"formatVersion":1,"webaclId":"arn:aws:wafv2:us-east-1:111111111111:global/webacl/x/2","terminatingRuleId":"block-sqli","terminatingRuleType":"REGULAR","action":"BLOCK","httpSourceName":"CF","httpSourceId":"E2","responseCodeSent":403,"httpRequest":{"clientIp":"2001:db8::7","country":"DE","headers":[{"name":"host","value":"shop.example"}],"uri":"/login","args":"","httpVersion":"HTTP/1.1","httpMethod":"POST","requestId":"n1"}}"#,
            expect: &[
                ("time", "2024-09-10T21:24:00Z"),
                ("action", "BLOCK"),
                ("status", "403"),
                ("peer_address", "2001:db8::7"),
                ("auth", "absent"),
                ("method", "POST"),
            ],
        },
    ],
    compiled: OnceLock::new(),
};
