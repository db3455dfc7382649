//! What tokens tell by themselves: a JWT's algorithm and life (RFC 7519), keys that can be guessed,
//! credentials in addresses, whose token it is.

use base64::Engine as _;
use hashbrown::HashMap;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::domain::{Credential, Exchange, Int, Location, Text};
use crate::parse::headers::query_has_credential;
use crate::parse::json::{find, unescape_into};

use super::bytes::tail;
use super::value::{BASE64, BASE64_URL, Report};

/// Tokens whose signature was tried are remembered up to this many, then forgotten.
const TRIED_MAX: usize = 4096;
/// Longest token that is read.
const TOKEN_BYTES: usize = 16 << 10;
/// Life above which a stolen token is good for too long: a day, in seconds.
const LONG_LIFE: i64 = 24 * 3600;

/// Keys from tutorials, test suites and defaults of frameworks; own list.
const KEYS: &[&str] = &[
    "",
    "secret",
    "secretkey",
    "secret_key",
    "secret-key",
    "mysecret",
    "my-secret",
    "my_secret",
    "mysecretkey",
    "my-secret-key",
    "my_secret_key",
    "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret",
    "your_secret_key",
    "your-secret-key",
    "your_jwt_secret",
    "jwt",
    "jwtsecret",
    "jwt_secret",
    "jwt-secret",
    "jwt_secret_key",
    "jwt-secret-key",
    "jwtkey",
    "key",
    "private",
    "privatekey",
    "password",
    "password1",
    "passw0rd",
    "pass",
    "admin",
    "admin123",
    "root",
    "test",
    "test123",
    "testing",
    "test-secret",
    "changeme",
    "change-me",
    "changeit",
    "default",
    "dev",
    "development",
    "production",
    "example",
    "example_key",
    "demo",
    "hello",
    "helloworld",
    "token",
    "tokensecret",
    "auth",
    "api",
    "apikey",
    "api_key",
    "api-secret",
    "node",
    "express",
    "nodejs",
    "laravel",
    "django",
    "flask",
    "spring",
    "supersecret",
    "super-secret",
    "super_secret",
    "supersecretkey",
    "topsecret",
    "shhhhh",
    "shhhhhhared-secret",
    "keyboard cat",
    "letmein",
    "qwerty",
    "abc123",
    "12345",
    "123456",
    "1234567890",
    "0123456789abcdef",
    "random",
    "sekret",
    "crapi",
    "a-string-secret-at-least-256-bits-long",
    "thisisasecret",
    "this is my secret",
    "somesecret",
    "some-secret",
    "ThisIsASecretKey",
    "guest",
    "user",
    "signingkey",
    "signing-key",
    "insecure",
];

/// Bits of what a token says whenever it is seen.
const NONE: u8 = 1;
const NO_EXPIRY: u8 = 2;
const LONG: u8 = 4;
const WEAK: u8 = 8;

/// Judges tokens; a token that comes again is not tried again.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    tried: HashMap<Box<[u8]>, (u8, Option<i64>)>,
}

/// A JWT's decoded parts.
struct Jwt {
    header: Vec<u8>,
    claims: Vec<u8>,
}

impl Tokens {
    /// All credentials of an exchange.
    pub(super) fn exchange(&mut self, x: &Exchange<'_>, report: &mut Report<'_>) {
        if let Some(value) = x.credential(Credential::Authorization) {
            if basic(value).is_some() {
                let plain = x.get(Text::Scheme).is_some_and(|s| s.eq_ignore_ascii_case(b"http"));
                report.add(
                    "token.basic",
                    Location::RequestHeader,
                    b"authorization",
                    if plain { "over http" } else { "over https or unknown" },
                );
            }
            let token = value.split(|b| *b == b' ').next_back().unwrap_or_default();
            self.token(token, x, Location::RequestHeader, b"authorization", report);
        }
        if let Some(value) = x.credential(Credential::Key) {
            self.token(value, x, Location::RequestHeader, b"key", report);
        }
        if let Some(cookies) = x.credential(Credential::Cookie) {
            for cookie in cookies.split(|b| *b == b';') {
                let at = memchr::memchr(b'=', cookie).unwrap_or(cookie.len());
                let name = cookie.get(..at).unwrap_or_default().trim_ascii();
                self.token(tail(cookie, at + 1), x, Location::Cookie, name, report);
            }
        }
        if let Some(query) = x.get(Text::Query) {
            self.query(query, x, report);
        }
        if let Some(path) = x.get(Text::Path)
            && memchr::memmem::find(path, b"/eyJ").is_some()
        {
            for (at, segment) in path.split(|b| *b == b'/').enumerate() {
                if self.token(segment, x, Location::Path, at.to_string().as_bytes(), report) {
                    report.add("token.in-url", Location::Path, at.to_string().as_bytes(), "a JWT in the path");
                }
            }
        }
    }

    fn query(&mut self, query: &[u8], x: &Exchange<'_>, report: &mut Report<'_>) {
        let credential = query_has_credential(query);
        if !credential && memchr::memmem::find(query, b"=eyJ").is_none() {
            return;
        }
        for pair in query.split(|b| *b == b'&') {
            let Some(at) = memchr::memchr(b'=', pair) else { continue };
            let (name, value) = (pair.get(..at).unwrap_or_default(), tail(pair, at + 1));
            let jwt = self.token(value, x, Location::Query, name, report);
            if jwt {
                report.add("token.in-url", Location::Query, name, "a JWT in the query");
            } else if query_has_credential(pair) && !value.is_empty() && !name.eq_ignore_ascii_case(b"sig") {
                report.add("token.in-url", Location::Query, name, "a credential in the query");
            }
        }
        let foreign = x
            .get(Text::Referer)
            .and_then(url_host)
            .zip(x.get(Text::Host))
            .is_some_and(|(from, to)| !same_site(from, to));
        if foreign && credential {
            report.add(
                "third-party.referer",
                Location::Query,
                b"",
                "sent from another site's page with a credential in the query",
            );
        }
    }

    /// One value that may be a JWT; whether it is.
    fn token(
        &mut self,
        token: &[u8],
        x: &Exchange<'_>,
        location: Location,
        pointer: &[u8],
        report: &mut Report<'_>,
    ) -> bool {
        let token = token.trim_ascii();
        if !token.starts_with(b"eyJ") || token.len() > TOKEN_BYTES {
            return false;
        }
        let (bits, end) = if let Some(known) = self.tried.get(token) {
            *known
        } else {
            let Some(jwt) = read(token) else { return false };
            let judged = judge(token, &jwt);
            if self.tried.len() >= TRIED_MAX {
                self.tried.clear();
            }
            self.tried.insert(token.into(), judged);
            judged
        };
        for (bit, id, detail) in [
            (NONE, "token.alg-none", "alg is none or the signature is empty"),
            (NO_EXPIRY, "token.no-expiry", "no exp claim"),
            (LONG, "token.long-life", "more than 24 h from iat to exp"),
            (WEAK, "token.weak-hmac", "signed with a key of a small word list"),
        ] {
            if bits & bit != 0 {
                report.add(id, location, pointer, detail);
            }
        }
        let accepted = x.get_int(Int::Status).is_some_and(|s| (200..300).contains(&s));
        if let (Some(end), Some(now), true) = (end, x.time, accepted)
            // Clocks differ a little: the minute that most libraries grant.
            && end.saturating_add(60) < now / 1_000_000
        {
            report.add("token.expired-accepted", location, pointer, "exp lies before the request, which succeeded");
        }
        true
    }
}

fn segment(part: &[u8]) -> Option<Vec<u8>> {
    BASE64_URL.decode(part).or_else(|_| BASE64.decode(part)).ok()
}

fn read(token: &[u8]) -> Option<Jwt> {
    let mut parts = token.split(|b| *b == b'.');
    let jwt = Jwt { header: segment(parts.next()?)?, claims: segment(parts.next()?)? };
    // Five parts are an encrypted token: nothing to read.
    let signed = parts.next().is_some() && parts.next().is_none();
    (signed && jwt.header.starts_with(b"{") && jwt.claims.starts_with(b"{") && find(&jwt.header, "alg").is_some())
        .then_some(jwt)
}

fn judge(token: &[u8], jwt: &Jwt) -> (u8, Option<i64>) {
    let algorithm = find(&jwt.header, "alg").unwrap_or_default();
    let signature = token.rsplit(|b| *b == b'.').next().unwrap_or_default();
    let number = |claim: &str| find(&jwt.claims, claim).and_then(seconds);
    let (issued, end) = (number("iat").or_else(|| number("nbf")), number("exp"));
    let mut bits = 0;
    if algorithm.eq_ignore_ascii_case(b"none") || signature.is_empty() {
        bits |= NONE;
    } else if guessed(token, algorithm, signature) {
        bits |= WEAK;
    }
    match (issued, end) {
        (_, None) => bits |= NO_EXPIRY,
        (Some(issued), Some(end)) if end.saturating_sub(issued) > LONG_LIFE => bits |= LONG,
        _ => {}
    }
    (bits, end)
}

/// `NumericDate`: seconds, perhaps with a fraction; milliseconds where somebody mistook it.
fn seconds(raw: &[u8]) -> Option<i64> {
    let whole = raw.split(|b| *b == b'.').next()?;
    let n: i64 = std::str::from_utf8(whole).ok()?.parse().ok()?;
    Some(if n > 100_000_000_000 { n / 1000 } else { n })
}

fn guessed(token: &[u8], algorithm: &[u8], signature: &[u8]) -> bool {
    let Some(signature) = segment(signature) else { return false };
    let Some(dot) = memchr::memrchr(b'.', token) else { return false };
    let signed = token.get(..dot).unwrap_or_default();
    let guessed = |sign: fn(&[u8], &[u8]) -> Vec<u8>| KEYS.iter().any(|key| sign(key.as_bytes(), signed) == signature);
    match algorithm {
        b"HS256" => guessed(hmac::<Sha256, 64>),
        b"HS384" => guessed(hmac::<Sha384, 128>),
        b"HS512" => guessed(hmac::<Sha512, 128>),
        _ => false,
    }
}

/// HMAC (RFC 2104) of a short key, with blocks of this many bytes. The crate would turn on a feature of
/// the digests that polars shares.
fn hmac<D: Digest, const BLOCK: usize>(key: &[u8], text: &[u8]) -> Vec<u8> {
    let pad = |with: u8| {
        let mut block = [with; BLOCK];
        block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
        D::new_with_prefix(block)
    };
    let inner = pad(0x36).chain_update(text).finalize();
    pad(0x5c).chain_update(inner).finalize().to_vec()
}

/// User and password of a Basic header.
fn basic(value: &[u8]) -> Option<Vec<u8>> {
    let (scheme, rest) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    BASE64.decode(rest.trim_ascii()).ok().filter(|t| t.contains(&b':'))
}

/// Claims that name whose token it is, the most telling first.
const SUBJECTS: &[&str] = &[
    "sub",
    "user_id",
    "userId",
    "uid",
    "user.id",
    "data.id",
    "data.user_id",
    "id",
    "customer_id",
    "customerId",
    "merchant_id",
    "merchantId",
    "phone",
    "phone_number",
    "mobile",
    "email",
    "username",
    "user_name",
    "preferred_username",
    "unique_name",
    "upn",
    "client_id",
    "azp",
    "sid",
    "jti",
];

/// Whose credential an exchange carries, where the credential itself says so: the claim's name and the
/// subject's bytes, of a JWT in the Authorization header, a key header, a cookie or the query, or
/// `basic` and the user's name. The subject may be personal: fingerprint it, never store it.
pub fn token_subject(x: &Exchange<'_>) -> Option<(&'static str, Vec<u8>)> {
    if let Some(value) = x.credential(Credential::Authorization) {
        if let Some(pair) = basic(value) {
            let user = pair.split(|b| *b == b':').next().unwrap_or_default();
            return Some(("basic", user.to_vec()));
        }
        if let Some(subject) = subject(value.split(|b| *b == b' ').next_back().unwrap_or_default()) {
            return Some(subject);
        }
    }
    let cookies = x.credential(Credential::Cookie).into_iter().flat_map(|c| c.split(|b| *b == b';'));
    let query = x.get(Text::Query).into_iter().flat_map(|q| q.split(|b| *b == b'&'));
    let values = cookies.chain(query).filter_map(|pair| memchr::memchr(b'=', pair).map(|at| tail(pair, at + 1)));
    x.credential(Credential::Key).into_iter().chain(values).find_map(subject)
}

fn subject(token: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    let token = token.trim_ascii();
    if !token.starts_with(b"eyJ") || token.len() > TOKEN_BYTES {
        return None;
    }
    let jwt = read(token)?;
    SUBJECTS.iter().find_map(|claim| {
        let raw = find(&jwt.claims, claim)?;
        if raw.is_empty() || matches!(raw.first(), Some(b'{' | b'[')) || matches!(raw, b"null" | b"true" | b"false") {
            return None;
        }
        let mut text = Vec::with_capacity(raw.len());
        unescape_into(raw, |b| text.extend_from_slice(b), |_| {});
        Some((*claim, text))
    })
}

/// The host of an absolute URL, without port.
pub(super) fn url_host(url: &[u8]) -> Option<&[u8]> {
    let at = memchr::memmem::find(url, b"://")?;
    let authority = tail(url, at + 3).split(|b| matches!(b, b'/' | b'?' | b'#')).next()?;
    let host = authority.rsplit(|b| *b == b'@').next()?;
    let host = if host.starts_with(b"[") { host } else { host.split(|b| *b == b':').next()? };
    (!host.is_empty()).then_some(host)
}

/// Whether two hosts are of one registrable domain: by their last two labels, three where the second
/// is one that registries sell under (`co.in`). Not the public suffix list: a wrong answer costs a
/// signal of low weight.
pub(super) fn same_site(a: &[u8], b: &[u8]) -> bool {
    fn site(host: &[u8]) -> Vec<u8> {
        const SECOND: &[&[u8]] = &[
            b"co", b"com", b"net", b"org", b"gov", b"ac", b"edu", b"gen", b"firm", b"ind", b"nic", b"or", b"ne", b"go",
        ];
        let lower = host.to_ascii_lowercase();
        let labels: Vec<&[u8]> = lower.trim_ascii().split(|b| *b == b'.').filter(|l| !l.is_empty()).collect();
        let address = labels.iter().all(|l| l.iter().all(u8::is_ascii_digit));
        let country = labels.last().is_some_and(|l| l.len() == 2);
        let second = labels.len().checked_sub(2).and_then(|at| labels.get(at)).is_some_and(|l| SECOND.contains(l));
        let keep = if address {
            4
        } else if country && second {
            3
        } else {
            2
        };
        labels.get(labels.len().saturating_sub(keep)..).unwrap_or_default().join(&b'.')
    }
    site(a) == site(b)
}
