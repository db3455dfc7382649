//! What each signal means; documentation and the table that findings take their severity from.

use crate::domain::Severity;

/// What is known of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignalMeta {
    /// Stable word for frames and reports: `injection.sql`.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// Risk of the OWASP API Security Top 10 (2023), `API8`; A-numbers are the web Top 10 of 2021.
    pub owasp: &'static str,
    /// CWE number.
    pub cwe: u16,
    /// How bad one such exchange is by itself: an attempt, not a success.
    pub severity: Severity,
}

macro_rules! signals {
    ($($id:literal $title:literal $owasp:literal $cwe:literal $severity:ident;)+) => {
        /// Every signal of a single exchange, by id.
        pub static SIGNALS: &[SignalMeta] = &[$(SignalMeta {
            id: $id, title: $title, owasp: $owasp, cwe: $cwe, severity: Severity::$severity,
        },)+];
    };
}

signals! {
    "config.cors-any" "Any site may read answers with the user's credentials" "API8" 942 Medium;
    "config.no-hsts" "HTTPS answer without Strict-Transport-Security" "API8" 319 Info;
    "config.no-nosniff" "Answer without X-Content-Type-Options: nosniff" "API8" 693 Info;
    "config.old-tls" "TLS before 1.2" "API8" 326 Medium;
    "config.plain-http" "Credentials sent without TLS" "API8" 319 Medium;
    "config.server-version" "Software and version told in a header" "API8" 200 Info;
    "config.stack-trace" "Inner error shown in an answer" "API8" 209 Low;
    "config.trace-method" "TRACE answered with success" "API8" 693 Low;
    "injection.command" "Shell command or code in a value" "A03" 78 High;
    "injection.cookie" "Object that runs code in a cookie" "A08" 502 High;
    "injection.deserialization" "Object that runs code when read back" "A08" 502 High;
    "injection.ldap" "LDAP filter in a value" "A03" 90 Medium;
    "injection.log-forging" "Line ends that forge log lines or headers" "A09" 117 Medium;
    "injection.log4j" "log4j look-up in a value" "A06" 917 High;
    "injection.nosql" "Database operator in a value" "A03" 943 Medium;
    "injection.prototype" "Prototype pollution" "A08" 1321 Medium;
    "injection.sql" "SQL in a value" "A03" 89 High;
    "injection.template" "Template expression in a value" "A03" 1336 High;
    "injection.traversal" "Path that leaves its folder" "A01" 22 Medium;
    "injection.xss" "Script in a value" "A03" 79 Medium;
    "injection.xxe" "XML entity that fetches" "A05" 611 High;
    "scanner.agent" "Client names itself as a scanner" "API9" 200 Low;
    "scanner.callback" "Value names a host that testers wait at" "API9" 918 Medium;
    "scanner.introspection" "GraphQL schema asked for" "API9" 200 Low;
    "scanner.probe" "Path that only scans ask for" "API9" 538 Low;
    "ssrf.disguised" "Address in a notation that hides it" "API7" 918 High;
    "ssrf.metadata" "Cloud metadata address as a value" "API7" 918 High;
    "ssrf.private" "Inner address as a value" "API7" 918 Medium;
    "ssrf.scheme" "Scheme that only a server follows" "API7" 918 Medium;
    "third-party.referer" "Credential of one site's address told to another" "API10" 598 Medium;
    "token.alg-none" "JWT without a signature" "API2" 347 Critical;
    "token.basic" "Password in every request (Basic)" "API2" 522 Low;
    "token.expired-accepted" "JWT accepted after its end" "API2" 613 High;
    "token.in-url" "Credential in the address" "API2" 598 Medium;
    "token.long-life" "JWT valid for more than a day" "API2" 613 Low;
    "token.no-expiry" "JWT without an end" "API2" 613 Medium;
    "token.weak-hmac" "JWT signed with a guessable key" "API2" 1391 Critical;
}

/// The signal of this id.
pub fn signal(id: &str) -> Option<&'static SignalMeta> {
    SIGNALS.binary_search_by_key(&id, |s| s.id).ok().and_then(|at| SIGNALS.get(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_found() {
        assert!(SIGNALS.windows(2).all(|w| w[0].id < w[1].id));
        assert_eq!(signal("token.alg-none").map(|s| s.cwe), Some(347));
        assert_eq!(signal("nope"), None);
    }
}
