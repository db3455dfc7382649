//! Client addresses: what logs put in that column, and who the client was when proxies stood
//! between.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use super::limits::FORWARDED_HOPS_MAX;

/// Takes `1.2.3.4`, `1.2.3.4:80`, `[::1]:80`, `::1` apart. `None` when it is no address (a host
/// name, `unix:`); the caller keeps the text.
pub fn split_port(text: &[u8]) -> Option<(&[u8], Option<u16>)> {
    if is_plain_v4(text) {
        return Some((text, None));
    }
    // Host names are most of what comes here: no address begins with anything else.
    let first = *text.first()?;
    if !first.is_ascii_digit() && first != b'[' && !text.contains(&b':') {
        return None;
    }
    let s = std::str::from_utf8(text).ok()?;
    if IpAddr::from_str(s).is_ok() {
        return Some((text, None));
    }
    if let Ok(socket) = SocketAddr::from_str(s) {
        let colon = text.iter().rposition(|b| *b == b':')?;
        let host = text.get(..colon)?;
        let host = host.strip_prefix(b"[").and_then(|h| h.strip_suffix(b"]")).unwrap_or(host);
        return Some((host, Some(socket.port())));
    }
    let bare = text.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let v6 = std::str::from_utf8(bare).ok()?;
    Ipv6Addr::from_str(v6).is_ok().then_some((bare, None))
}

/// Four numbers up to 255 without leading zeros, as the standard library wants them. What nearly
/// every line has, so it is worth the short way.
pub fn is_plain_v4(text: &[u8]) -> bool {
    if text.len() > 15 {
        return false;
    }
    let (mut parts, mut digits, mut value) = (0, 0, 0_u32);
    for b in text {
        match b {
            b'0'..=b'9' if digits == 0 || value > 0 => {
                value = value * 10 + u32::from(b - b'0');
                digits += 1;
                if value > 255 {
                    return false;
                }
            }
            b'.' if digits > 0 => {
                parts += 1;
                digits = 0;
                value = 0;
            }
            _ => return false,
        }
    }
    parts == 3 && digits > 0
}

/// A block of addresses, e.g. `10.0.0.0/8`; a single address is a block of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

/// Why a text is no [`Network`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotANetwork(pub String);

impl std::fmt::Display for NotANetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} is no address or CIDR block; write e.g. 10.0.0.0/8", self.0)
    }
}

impl std::error::Error for NotANetwork {}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let fail = || NotANetwork(text.to_owned());
        let (base, bits) = match text.split_once('/') {
            Some((base, bits)) => (base, Some(bits.parse::<u8>().map_err(|_| fail())?)),
            None => (text, None),
        };
        let base: IpAddr = base.parse().map_err(|_| fail())?;
        let all = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(all);
        if bits > all {
            return Err(fail());
        }
        Ok(Self { base, bits })
    }
}

impl Network {
    /// Whether the address lies in the block. An IPv4-mapped IPv6 address counts as IPv4.
    pub fn holds(&self, address: IpAddr) -> bool {
        fn shared(a: u128, b: u128, width: u32, bits: u8) -> bool {
            let drop = width - u32::from(bits);
            drop >= 128 || (a ^ b) >> drop == 0
        }
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => shared(u32::from(a).into(), u32::from(b).into(), 32, self.bits),
            (IpAddr::V6(a), IpAddr::V6(b)) => shared(a.into(), b.into(), 128, self.bits),
            _ => false,
        }
    }
}

/// Which proxies may speak for a client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(pub Vec<Network>);

impl TrustedProxies {
    fn trusts(&self, text: &[u8]) -> bool {
        let Some((host, _)) = split_port(text) else {
            return false;
        };
        let Some(address) = std::str::from_utf8(host).ok().and_then(|s| s.parse::<IpAddr>().ok()) else {
            return false;
        };
        self.0.iter().any(|n| n.holds(address))
    }

    /// The client behind trusted proxies: walks the chain from the right, as long as who speaks is
    /// trusted. Without trust, or without a chain, it is the peer. A client can write anything
    /// into the left of the chain, so the leftmost entry is never taken on faith.
    pub fn client<'a>(&self, peer: Option<&'a [u8]>, chain: Option<&'a [u8]>) -> Option<&'a [u8]> {
        let (Some(speaker), Some(chain)) = (peer, chain) else {
            return peer;
        };
        if self.0.is_empty() || !self.trusts(speaker) {
            return peer;
        }
        let mut client = speaker;
        for hop in chain.rsplit(|b| *b == b',').take(FORWARDED_HOPS_MAX) {
            let hop = hop.trim_ascii();
            let Some((host, _)) = split_port(hop) else {
                break;
            };
            client = host;
            if !self.trusts(hop) {
                break;
            }
        }
        Some(client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_come_off() {
        assert_eq!(split_port(b"1.2.3.4:80"), Some((&b"1.2.3.4"[..], Some(80))));
        assert_eq!(split_port(b"[2001:db8::1]:443"), Some((&b"2001:db8::1"[..], Some(443))));
        assert_eq!(split_port(b"2001:db8::1"), Some((&b"2001:db8::1"[..], None)));
        assert_eq!(split_port(b"[::1]"), Some((&b"::1"[..], None)));
        assert_eq!(split_port(b"example.org"), None);
        assert_eq!(split_port(b""), None);
    }

    #[test]
    fn the_short_way_agrees_with_the_standard_library() {
        for text in [
            "1.2.3.4",
            "255.255.255.255",
            "0.0.0.0",
            "256.1.1.1",
            "01.2.3.4",
            "1.2.3",
            "1.2.3.4.5",
            "1..2.3",
            "",
            "1.2.3.",
            "00.0.0.0",
            "1.2.3.4 ",
        ] {
            assert_eq!(is_plain_v4(text.as_bytes()), text.parse::<std::net::Ipv4Addr>().is_ok(), "{text}");
        }
    }

    #[test]
    fn a_forged_chain_is_not_believed() {
        let trust = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
        let chain: &[u8] = b"6.6.6.6, 203.0.113.9, 10.0.0.2";
        assert_eq!(trust.client(Some(b"10.0.0.1"), Some(chain)), Some(&b"203.0.113.9"[..]));
        assert_eq!(
            trust.client(Some(b"198.51.100.1"), Some(chain)),
            Some(&b"198.51.100.1"[..]),
            "an untrusted peer speaks for nobody"
        );
        assert_eq!(TrustedProxies::default().client(Some(b"10.0.0.1"), Some(chain)), Some(&b"10.0.0.1"[..]));
        assert_eq!(trust.client(Some(b"10.0.0.1"), Some(b"unknown, 10.0.0.2")), Some(&b"10.0.0.2"[..]));
    }

    #[test]
    fn networks() {
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.holds("203.0.113.9".parse().unwrap()));
        assert!(!all.holds("2001:db8::1".parse().unwrap()));
        assert!(all.holds("::ffff:203.0.113.9".parse().unwrap()));
        let v6: Network = "::/0".parse().unwrap();
        assert!(v6.holds("2001:db8::1".parse().unwrap()));
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("x".parse::<Network>().is_err());
    }
}
