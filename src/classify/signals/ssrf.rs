//! Parameters that send the server somewhere: to itself, into its network, to a cloud's metadata.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::bytes::{has_any, tail};

/// What was found: the signal's id and what the address is.
pub(super) type Hit = (&'static str, &'static str);

/// Words of a parameter's name that the server is told to fetch or go to.
const KEYS: &[&[u8]] = &[
    b"url",
    b"uri",
    b"href",
    b"src",
    b"callback",
    b"webhook",
    b"dest",
    b"destination",
    b"redirect",
    b"next",
    b"target",
    b"host",
    b"proxy",
    b"feed",
    b"site",
    b"fetch",
    b"load",
    b"open",
    b"import",
    b"endpoint",
    b"continue",
    b"return",
    b"image",
    b"link",
    b"ssrf",
    b"server",
    b"remote",
    b"upstream",
    b"domain",
    b"file",
    b"path",
];

/// Names of parameters that report where a page stands.
const PAGE_KEYS: &[&[u8]] = &[
    b"dl",
    b"dr",
    b"ref",
    b"referrer",
    b"referer",
    b"page",
    b"page-url",
    b"page_url",
    b"pageurl",
    b"loc",
    b"location",
    b"origin",
];

/// Looks at one parameter, name and decoded value in lower case. `own_private`: the request's own
/// host is of the same kind (somebody develops), so such addresses are at home.
pub(super) fn check(name: &[u8], value: &[u8], own_private: bool) -> Option<Hit> {
    let value = value.trim_ascii();
    if has_any(
        value,
        &[
            b"169.254.169.254",
            b"metadata.google.internal",
            b"100.100.100.200",
            b"/computemetadata/v1",
            b"fd00:ec2::254",
            b"169.254.170.2",
        ],
    ) && value.len() < 512
    {
        return Some(("ssrf.metadata", "a cloud's metadata service"));
    }
    let (scheme, rest) = match memchr::memmem::find(value, b"://") {
        Some(at) if at <= 12 => (value.get(..at).unwrap_or_default(), tail(value, at + 3)),
        _ => (&b""[..], value.strip_prefix(b"//").unwrap_or(value)),
    };
    if [&b"gopher"[..], b"dict", b"ldap", b"ldaps", b"tftp", b"jar", b"netdoc", b"sftp"].contains(&scheme) {
        return Some(("ssrf.scheme", "a scheme that only a server follows"));
    }
    if scheme == b"file" {
        return Some(("ssrf.scheme", "a file as an address"));
    }
    let last = name.rsplit(|b| matches!(b, b'.' | b'/' | b']')).find(|n| !n.is_empty()).unwrap_or_default();
    let last = last.rsplit(|b| *b == b'[').next().unwrap_or_default();
    if PAGE_KEYS.contains(&last) || !has_any(last, KEYS) || own_private {
        return None;
    }
    let host = host(rest);
    let schemed = matches!(scheme, b"http" | b"https" | b"ftp");
    if !schemed && !host_key(last) {
        return None;
    }
    match address(host)? {
        Spelt::Plain(address) => place(address).map(|what| ("ssrf.private", what)),
        Spelt::Odd(address) => Some((
            "ssrf.disguised",
            if place(address).is_some() { "an inner address in another notation" } else { "an address as one number" },
        ))
        .filter(|_| schemed),
        Spelt::Name => Some(("ssrf.private", "the server itself")),
    }
}

/// Names under which a bare host stands.
fn host_key(name: &[u8]) -> bool {
    has_any(name, &[b"url", b"uri", b"webhook", b"callback", b"ssrf", b"proxy", b"endpoint", b"target", b"fetch"])
        || name == b"host"
        || name == b"dest"
}

fn host(rest: &[u8]) -> &[u8] {
    let authority = rest.split(|b| matches!(b, b'/' | b'?' | b'#' | b'\\')).next().unwrap_or_default();
    let host = authority.rsplit(|b| *b == b'@').next().unwrap_or_default();
    if let Some(inner) = host.strip_prefix(b"[") {
        return inner.split(|b| *b == b']').next().unwrap_or_default();
    }
    match host.iter().filter(|b| **b == b':').count() {
        1 => host.split(|b| *b == b':').next().unwrap_or_default(),
        _ => host,
    }
}

enum Spelt {
    Plain(Ipv4Addr),
    /// Octal, hexadecimal, one number, parts left out.
    Odd(Ipv4Addr),
    Name,
}

fn address(host: &[u8]) -> Option<Spelt> {
    let text = std::str::from_utf8(host).ok()?;
    if text == "localhost"
        || text.ends_with(".localhost")
        || text.ends_with(".localtest.me")
        || text.ends_with(".nip.io") && text.starts_with("127.")
    {
        return Some(Spelt::Name);
    }
    if let Ok(v4) = text.parse::<Ipv4Addr>() {
        return Some(Spelt::Plain(v4));
    }
    if let Ok(v6) = text.parse::<Ipv6Addr>() {
        if let Some(v4) = v6.to_ipv4_mapped() {
            return Some(Spelt::Odd(v4));
        }
        return (v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local())
            .then_some(Spelt::Name);
    }
    loose(text).map(Spelt::Odd)
}

/// As `inet_aton` reads: one to four parts, each decimal, octal (`0…`) or hexadecimal (`0x…`).
fn loose(text: &str) -> Option<Ipv4Addr> {
    let mut parts = [0u64; 4];
    let mut count = 0;
    for part in text.split('.') {
        let n = if let Some(hex) = part.strip_prefix("0x") {
            u64::from_str_radix(hex, 16).ok()?
        } else if part.len() > 1 && part.starts_with('0') {
            u64::from_str_radix(part, 8).ok()?
        } else {
            part.parse().ok()?
        };
        *parts.get_mut(count)? = n;
        count += 1;
    }
    let last = *parts.get(count.checked_sub(1)?)?;
    let mut value = 0u64;
    for n in parts.iter().take(count - 1) {
        value = value << 8 | (*n <= 255).then_some(*n)?;
    }
    let bits = 8 * (5 - count as u32);
    (last < 1 << bits).then_some(())?;
    // One number is an address only if it is a large one: `url=5` is an id.
    let value = value << bits | last;
    (count > 1 || text.len() >= 8).then(|| Ipv4Addr::from(value as u32))
}

fn place(address: Ipv4Addr) -> Option<&'static str> {
    if address.is_loopback() || address.is_unspecified() {
        Some("the server itself")
    } else if address.is_link_local() {
        Some("a link-local address")
    } else if address.is_private() {
        Some("a private address")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    fn id(name: &str, value: &str) -> Option<&'static str> {
        check(name.as_bytes(), value.as_bytes(), false).map(|h| h.0)
    }

    #[test]
    fn addresses_that_a_server_should_not_be_sent_to() {
        assert_eq!(id("url", "http://169.254.169.254/latest/meta-data/"), Some("ssrf.metadata"));
        assert_eq!(id("image_url", "http://10.0.0.7/x"), Some("ssrf.private"));
        assert_eq!(id("webhook", "http://localhost:6379/"), Some("ssrf.private"));
        assert_eq!(id("url", "http://2130706433/"), Some("ssrf.disguised"), "127.0.0.1 as one number");
        assert_eq!(id("url", "http://0x7f.1/"), Some("ssrf.disguised"));
        assert_eq!(id("url", "http://0177.0.0.1/"), Some("ssrf.disguised"));
        assert_eq!(id("x", "gopher://127.0.0.1:6379/_"), Some("ssrf.scheme"));
        assert_eq!(id("url", "http://user@[::1]/"), Some("ssrf.private"));
    }

    #[test]
    fn addresses_that_are_ordinary() {
        for (name, value) in [
            ("url", "https://shop.example/menu"),
            ("dl", "http://localhost:3000/"),
            ("ip", "192.168.1.4"),
            ("host", "shop.example"),
            ("target", "5"),
            ("url", "/home"),
            ("image", "12345678.png"),
        ] {
            assert_eq!(id(name, value), None, "{name}={value}");
        }
        assert_eq!(check(b"redirect", b"http://localhost:3000/", true), None, "a developer's own machine");
    }
}
