//! Tools that look for holes: by the name they give, by the paths they try, by the hosts they wait at.

use super::bytes::{has, has_any, is_word, tail};

/// Names in User-Agent headers. From the tools' own defaults, as also listed by OWASP CRS 4
/// (`scanners-user-agents.data`) and Sigma (`web_susp_useragents`); own selection.
const AGENTS: &[&str] = &[
    "sqlmap",
    "nikto",
    "nuclei",
    "wfuzz",
    "ffuf",
    "fuzz faster u fool",
    "gobuster",
    "feroxbuster",
    "dirbuster",
    "dirsearch",
    "masscan",
    "zgrab",
    "nmap",
    "nessus",
    "openvas",
    "acunetix",
    "netsparker",
    "invicti",
    "arachni",
    "w3af",
    "wpscan",
    "whatweb",
    "joomscan",
    "burpcollaborator",
    "burp suite",
    "zaproxy",
    "owasp zap",
    "havij",
    "absinthe",
    "jaeles",
    "commix",
    "hydra",
    "paros",
    "skipfish",
    "vega/",
    "webinspect",
    "appscan",
    "qualys",
    "detectify",
    "xsstrike",
    "dalfox",
    "arjun",
    "kiterunner",
    "katana",
    "httpx - open-source",
    "subfinder",
    "censysinspect",
    "expanse",
    "l9explore",
    "l9tcpid",
    "leakix",
    "zoomeye",
    "shodan",
    "internet-measurement",
    "project sonar",
    "netcraft",
    "dirb ",
    "grabber/",
    "webshag",
    "brutus",
    "core-project/",
    "cgichk",
    "morfeus",
    "zmeu",
    "muieblackcat",
    "dotdotpwn",
    "golismero",
    "grendel-scan",
    "jbrofuzz",
    "metis",
    "n-stealth",
    "nsauditor",
    "pangolin",
    "pmafind",
    "security scan",
    "springenwerk",
    "sysscan",
    "vulnerability scan",
    "webtrends security",
    "whisker",
    "xspider",
    "bilbo",
    "bsqlbf",
    "crowbar",
    "domino hunter",
    "fhscan",
    "fimap",
    "floodgate",
    "prog.customcrawler",
    "revolt",
    "sitelockspider",
    "sqlninja",
    "uil2pn",
    "websiteexplorer",
    "openvasvt",
    "nasl",
    "cve-20",
    "interact.sh",
    "hello, world",
    "hello world/",
    "gospider",
    "hakrawler",
    "rustbuster",
    "patator",
];

/// Names that are also parts of ordinary words: only at a word's begin.
fn agent(lower: &[u8]) -> Option<&'static str> {
    AGENTS.iter().copied().find(|name| {
        memchr::memmem::find_iter(lower, name.as_bytes())
            .any(|at| at.checked_sub(1).and_then(|b| lower.get(b)).is_none_or(|b| !is_word(*b)))
    })
}

/// The tool that a User-Agent names.
pub(super) fn user_agent(text: &[u8]) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    // yum's `urlgrabber` and others that only fetch.
    let found = agent(&lower)?;
    (!(found == "grabber/" && has(&lower, b"-grabber/"))).then_some(found)
}

/// Paths that only a scan asks for where no such software runs.
pub(super) const PROBES: &[&str] = &[
    "/.git/",
    "/.git",
    "/.svn/",
    "/.hg/",
    "/.env",
    "/.aws/",
    "/.ssh/",
    "/.docker/",
    "/.kube/",
    "/.vscode/",
    "/.idea/",
    "/.ds_store",
    "/.htaccess",
    "/.htpasswd",
    "/.npmrc",
    "/.bash_history",
    "/.dockerenv",
    "/wp-login.php",
    "/wp-admin",
    "/wp-config",
    "/xmlrpc.php",
    "/wp-includes/",
    "/wp-content/plugins/",
    "/phpmyadmin",
    "/pma/",
    "/myadmin",
    "/adminer",
    "/phpinfo",
    "/info.php",
    "/cgi-bin/",
    "/vendor/phpunit",
    "/eval-stdin.php",
    "/actuator",
    "/jolokia",
    "/heapdump",
    "/manager/html",
    "/solr/admin",
    "/jenkins/",
    "/console/login",
    "/hnap1",
    "/boaform",
    "/goform",
    "/setup.cgi",
    "/owa/auth",
    "/ecp/",
    "/autodiscover/",
    "/remote/login",
    "/dana-na/",
    "/vpn/index.html",
    "/server-status",
    "/server-info",
    "/config.json.bak",
    "/backup.sql",
    "/dump.sql",
    "/backup.zip",
    "/database.sql",
    "/web.config",
    "/telescope/requests",
    "/_ignition/",
    "/laravel.log",
    "/druid/index",
    "/nacos/",
    "/geoserver/",
    "/struts",
    "/c99.php",
    "/r57.php",
    "/shell.php",
    "/cmd.php",
    "/webshell",
    "/alfa.php",
    "/_profiler/",
    "/elmah.axd",
    "/trace.axd",
    "/debug/pprof",
    "/.well-known/../",
    "/sdk/vimservice",
    "/evox/about",
    "/nmaplowercheck",
    "/nice%20ports",
    "/latest/meta-data",
    "/.claude/",
    "/.cursor/",
    "/.github/",
    "/.gitlab-ci",
    "/credentials.json",
];

/// The probe that a path (decoded, lower case) is.
pub(super) fn probe(path: &[u8]) -> Option<&'static str> {
    PROBES.iter().copied().find(|probe| {
        memchr::memmem::find_iter(path, probe.as_bytes()).any(|at| {
            let after = tail(path, at + probe.len());
            // `/.git` ends there, `/.github` is another; a folder or a prefix with an extension goes on.
            probe.ends_with('/')
                || after.first().is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'_'))
        })
    })
}

/// Services that tell a tester that a server called them.
pub(super) const CALLBACKS: &[&[u8]] = &[
    b".interact.sh",
    b".interactsh.com",
    b".oast.me",
    b".oast.pro",
    b".oast.live",
    b".oast.site",
    b".oast.online",
    b".oast.fun",
    b".burpcollaborator.net",
    b".oastify.com",
    b".dnslog.cn",
    b".ceye.io",
    b".requestbin.net",
    b".canarytokens.com",
    b".bxss.me",
    b".xss.ht",
    b".r87.me",
    b"burpcol'+'laborator",
];

/// Whether a value names such a service.
pub(super) fn callback(lower: &[u8]) -> bool {
    has_any(lower, CALLBACKS)
}

/// Whether a query or body asks a GraphQL server for its whole schema.
pub(super) fn introspection(lower: &[u8]) -> bool {
    memchr::memmem::find(lower, b"__schema").is_some_and(|at| tail(lower, at + 8).trim_ascii_start().starts_with(b"{"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_name_themselves() {
        assert_eq!(user_agent(b"Mozilla/5.0 zgrab/0.x"), Some("zgrab"));
        assert_eq!(user_agent(b"sqlmap/1.7.4#stable (https://sqlmap.org)"), Some("sqlmap"));
        assert_eq!(user_agent(b"Fuzz Faster U Fool v2.0.0"), Some("fuzz faster u fool"));
        for ordinary in [
            "urlgrabber/3.10 yum/3.4.3",
            "Mozilla/5.0 (X11; Linux x86_64) Chrome/120",
            "okhttp/4.9",
            "curl/8.1",
            "mozilla/5.0 ecairn-grabber/1.0",
        ] {
            assert_eq!(user_agent(ordinary.as_bytes()), None, "{ordinary}");
        }
    }

    #[test]
    fn probes_end_where_they_end() {
        assert!(probe(b"/.git/config").is_some() && probe(b"/.env").is_some() && probe(b"/app/.env.local").is_some());
        assert!(probe(b"/wp-login.php").is_some() && probe(b"/actuator/env").is_some());
        for path in
            ["/.environment", "/api/stores/7/orders", "/actuators", "/git/", "/.well-known/assetlinks.json", "/info"]
        {
            assert_eq!(probe(path.as_bytes()), None, "{path}");
        }
        assert!(callback(b"http://x1.oast.me/a") && !callback(b"toast.me"));
    }
}
