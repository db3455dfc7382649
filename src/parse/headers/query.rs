//! Credentials in a query.

/// Whether a query holds what stands for a login: `access_token=…`, a signature, a session id. A key
/// in a URL is a credential, and one that every log on the way has written down.
pub fn query_has_credential(query: &[u8]) -> bool {
    let mut rest = query;
    loop {
        let end = memchr::memchr(b'&', rest).unwrap_or(rest.len());
        let (pair, more) = rest.split_at_checked(end).unwrap_or((rest, b""));
        // No name is longer than what is looked at for its end.
        let name = pair.iter().take(17).position(|b| *b == b'=').and_then(|at| pair.get(..at));
        if let Some(name) = name
            && name.len() + 1 < pair.len()
            && is_credential_name(name)
        {
            return true;
        }
        let Some(next) = more.get(1..) else { return false };
        rest = next;
    }
}

/// The names of parameters that are credentials, by their length: every query of a log comes here.
fn is_credential_name(name: &[u8]) -> bool {
    let names: &[&[u8]] = match name.len() {
        3 => &[b"jwt", b"sig", b"sid"],
        4 => &[b"auth"],
        5 => &[b"token"],
        6 => &[b"apikey", b"passwd"],
        7 => &[b"api_key", b"api-key", b"session"],
        8 => &[b"id_token", b"password"],
        9 => &[b"signature", b"sessionid", b"phpsessid"],
        10 => &[b"auth_token", b"session_id", b"jsessionid"],
        12 => &[b"access_token"],
        13 => &[b"authorization", b"client_secret"],
        15 => &[b"x-amz-signature"],
        16 => &[b"x-goog-signature"],
        _ => return false,
    };
    names.iter().any(|n| n.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_their_names() {
        for query in ["a=1&access_token=x", "SID=1", "x=&x-goog-signature=ab", "client_secret=s&a", "a&sid=1"] {
            assert!(query_has_credential(query.as_bytes()), "{query}");
        }
        for query in ["token=&table=7", "", "sid", "&&=x", "tokens=1", "x-goog-signature2=ab", "q=sid=1"] {
            assert!(!query_has_credential(query.as_bytes()), "{query}");
        }
    }
}
