//! The last look at lines in the family of the common log format. They have no key words, so a
//! line of something else can fall into the same row of columns: what the columns hold decides.

use crate::domain::address::split_port;
use crate::domain::{Exchange, Reason, Text};
use crate::parse::format::Read;

/// Time, somebody who asked, and a request or a status.
pub(super) fn line(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    columns(x)?;
    if x.get(Text::RequestLine).is_some_and(is_two_columns) {
        return Err(Reason::NotThisFormat);
    }
    asked(x)
}

fn columns(x: &Exchange<'_>) -> Result<(), Reason> {
    if x.time.is_none() {
        return Err(Reason::NotThisFormat);
    }
    // `- -` in front of the time and a number of columns more than expected end up in the user.
    if x.get(Text::RemoteUser).is_some_and(is_several_columns) {
        return Err(Reason::NotThisFormat);
    }
    let peer = x.get(Text::PeerAddress);
    if peer.is_some_and(|peer| !is_peer(peer)) {
        return Err(Reason::NotThisFormat);
    }
    // `host address user`: the host came first, so the line belongs to a virtual-host format. A
    // request line may name a host too, with a scheme or after CONNECT.
    if let Some(host) = x.get(Text::Host)
        && x.get(Text::Scheme).is_none()
        && x.get(Text::Method) != Some(b"CONNECT")
        && peer.is_none_or(|peer| split_port(peer).is_none())
        && split_port(host).is_some()
    {
        return Err(Reason::NotThisFormat);
    }
    Ok(())
}

/// As [`line`], where a request line that looks like two columns is one all the same.
pub(super) fn any_line(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    columns(x).and_then(|()| asked(x))
}

/// A column in quotes and the request behind it, taken for one: what is in front of a `" "` is no
/// method, what is behind it is a request line.
fn is_two_columns(line: &[u8]) -> bool {
    let is_method = |word: &[u8]| !word.is_empty() && word.len() <= 20 && word.iter().all(u8::is_ascii_uppercase);
    let protocol = line.rsplit(|b| *b == b' ').next().unwrap_or_default();
    protocol.starts_with(b"HTTP/")
        && memchr::memmem::find_iter(line, b"\" \"").any(|at| {
            is_method(line.get(at + 3..).unwrap_or_default().split(|b| *b == b' ').next().unwrap_or_default())
        })
}

/// As [`line`], where the peer must be an address: formats that have a host name in front of it.
pub(super) fn address_line(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    if x.get(Text::PeerAddress).is_none_or(|peer| split_port(peer).is_none()) {
        return Err(Reason::NotThisFormat);
    }
    line(x)
}

/// As [`address_line`], with a host that can be one.
pub(super) fn host_line(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    if x.get(Text::Host).is_some_and(|host| !is_host(host)) {
        return Err(Reason::NotThisFormat);
    }
    if x.get(Text::PeerAddress).is_none_or(|peer| split_port(peer).is_none()) || x.time.is_none() {
        return Err(Reason::NotThisFormat);
    }
    if x.get(Text::RemoteUser).is_some_and(is_several_columns) {
        return Err(Reason::NotThisFormat);
    }
    asked(x)
}

/// Fields that are set apart (method, path) rather than a request line: both must make sense.
pub(super) fn method_and_path(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    let method = x.get(Text::Method).unwrap_or_default();
    if method.is_empty()
        || method.len() > 20
        || !method.iter().all(|b| b.is_ascii_uppercase() || matches!(b, b'-' | b'_'))
    {
        return Err(Reason::NotThisFormat);
    }
    if x.get(Text::Path).is_none() && x.get(Text::Host).is_none() {
        return Err(Reason::MissingRequest);
    }
    Ok(Read::Exchange)
}

/// A user that is other columns: `- -`, or a null in quotes.
fn is_several_columns(user: &[u8]) -> bool {
    user.first() == Some(&b'"') || user.split(|b| *b == b' ').any(|word| word == b"-")
}

/// A request or a status must be there.
fn asked(x: &Exchange<'_>) -> Result<Read, Reason> {
    if x.has_request() || x.get_int(crate::domain::Int::Status).is_some() {
        Ok(Read::Exchange)
    } else {
        Err(Reason::MissingRequest)
    }
}

/// An address (also one made unreadable: `1.2.3.x`), a host name, or nginx's `unix:`.
fn is_peer(peer: &[u8]) -> bool {
    is_name(peer)
        || peer == b"unix:"
        || memchr::memchr_iter(b':', peer).count() > 1
            && peer.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.' | b'x' | b'X' | b'%'))
}

/// A host name or an address.
fn is_host(host: &[u8]) -> bool {
    is_name(host) || split_port(host).is_some()
}

/// Letters, digits, `.`, `-`, `_` and `*`: anything else is in no host name; `_` stands for nginx's
/// catch-all server. Bytes beyond ASCII pass: names need not be punycode in a log.
fn is_name(text: &[u8]) -> bool {
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, within the table's length")]
    const PASS: [bool; 256] = {
        let mut pass = [false; 256];
        let mut b = 0;
        while b < 256 {
            let byte = b as u8;
            pass[b] = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'*') || byte >= 0x80;
            b += 1;
        }
        pass
    };
    text.iter().all(|b| PASS.get(usize::from(*b)).copied().unwrap_or(false))
}
