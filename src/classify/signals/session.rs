//! Which cookie names a session, since actors are told apart by it.

use super::bytes::tail;

/// Names of session cookies of frameworks and products, in lower case, the surest first.
const NAMES: &[&[u8]] = &[
    b"jsessionid",
    b"phpsessid",
    b"asp.net_sessionid",
    b"connect.sid",
    b"laravel_session",
    b"sessionid",
    b"session_id",
    b"sessid",
    b"session",
    b"_session_id",
    b"sid",
    b"ci_session",
    b".aspnetcore.session",
    b".aspxauth",
    b"rack.session",
    b"koa.sess",
    b"koa:sess",
    b"express.sid",
    b"play_session",
    b"symfony",
    b"cakephp",
    b"zend_session_id",
    b"auth_token",
    b"access_token",
    b"accesstoken",
    b"authtoken",
    b"auth",
    b"token",
    b"jwt",
    b"id_token",
    b"user_session",
    b"remember_token",
    b"cfid",
    b"cftoken",
    b"next-auth.session-token",
    b"__session",
    b"s_id",
    b"sess",
    b"ssid",
    b"userid",
    b"user_id",
    b"uid",
    b"device_id",
];

/// The session's cookie in a Cookie header: its name and value. `None` where no name is known.
pub fn session_cookie(header: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut best: Option<(usize, &[u8], &[u8])> = None;
    for cookie in header.split(|b| *b == b';') {
        let Some(at) = memchr::memchr(b'=', cookie) else { continue };
        let name = cookie.get(..at).unwrap_or_default().trim_ascii();
        let value = tail(cookie, at + 1).trim_ascii();
        let lower = name.to_ascii_lowercase();
        let plain = lower.strip_prefix(b"__host-").or_else(|| lower.strip_prefix(b"__secure-")).unwrap_or(&lower);
        let rank = NAMES.iter().position(|n| *n == plain).or_else(|| spoken(plain).then_some(NAMES.len()));
        if let Some(rank) = rank
            && !value.is_empty()
            && !matches!(value, b"null" | b"undefined" | b"deleted" | b"\"\"")
            && best.is_none_or(|(r, ..)| rank < r)
        {
            best = Some((rank, name, value));
        }
    }
    best.map(|(_, name, value)| (name, value))
}

/// `myapp_session`, `shop-sid`, `wordpress_logged_in_…`.
fn spoken(name: &[u8]) -> bool {
    [&b"_session"[..], b"-session", b"_sid", b"-sid", b".sid", b"sessionid", b"_token", b"-token"]
        .iter()
        .any(|e| name.ends_with(e))
        && !name.windows(4).any(|w| matches!(w, b"csrf" | b"xsrf"))
        || name.starts_with(b"wordpress_logged_in")
        || name.starts_with(b"aspsessionid")
}

#[cfg(test)]
mod tests {
    use super::session_cookie;

    fn name(header: &str) -> Option<&str> {
        session_cookie(header.as_bytes()).and_then(|(n, _)| std::str::from_utf8(n).ok())
    }

    #[test]
    fn the_surest_name_wins() {
        assert_eq!(name("theme=dark; uid=7; JSESSIONID=ab12"), Some("JSESSIONID"));
        assert_eq!(name("_ga=GA1.2; shop_session=xyz"), Some("shop_session"));
        assert_eq!(name("__Host-session=1; token=2"), Some("__Host-session"));
        assert_eq!(name("csrf_token=1; theme=dark"), None);
        assert_eq!(name("session=; sid=null"), None);
        assert_eq!(session_cookie(b"a=b; connect.sid=s%3Ax=y"), Some((&b"connect.sid"[..], &b"s%3Ax=y"[..])));
    }
}
