//! Who asked, as one exchange tells it: the strongest mark that it bears.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64;

use crate::classify::{Fingerprinter, signals};
use crate::domain::{Credential, Exchange, Fingerprint, Text};

/// Works out actors; remembers the last credential, because runs of one client are common.
#[derive(Debug)]
pub(super) struct Actors {
    fingerprinter: Fingerprinter,
    pub(super) evidence_id: i64,
    seen: Vec<u8>,
    seen_fingerprint: Fingerprint,
    /// Key of the actor.
    pub(super) key: Vec<u8>,
    /// Fingerprint of the credential, hex.
    pub(super) credential: Option<[u8; 32]>,
}

/// A name that may be a person's contact: kept as a fingerprint.
fn is_personal(name: &[u8]) -> bool {
    name.contains(&b'@') || name.iter().filter(|b| b.is_ascii_digit()).count() >= 7
}

impl Actors {
    pub(super) fn new(fingerprinter: Fingerprinter, evidence_id: i64) -> Self {
        Self {
            fingerprinter,
            evidence_id,
            seen: Vec::new(),
            seen_fingerprint: Fingerprint(0),
            key: Vec::new(),
            credential: None,
        }
    }

    fn fingerprint(&mut self, value: &[u8]) -> Fingerprint {
        if self.seen != value {
            value.clone_into(&mut self.seen);
            self.seen_fingerprint = self.fingerprinter.fingerprint(value);
        }
        self.seen_fingerprint
    }

    /// Sets key and credential for an exchange. `client` is decided by the trusted-proxy setting.
    pub(super) fn see(&mut self, x: &Exchange<'_>, client: Option<&[u8]>) {
        self.key.clear();
        self.credential = None;
        let mark = [Credential::Authorization, Credential::Key, Credential::Cookie]
            .into_iter()
            .find_map(|kind| x.credential(kind));
        if let Some(value) = mark {
            let fingerprint = self.fingerprint(value);
            let hex = fingerprint.to_string();
            self.credential = <[u8; 32]>::try_from(hex.as_bytes()).ok();
        }
        if let Some((word, value)) = session(x) {
            let fingerprint = self.fingerprint(&value).to_string();
            self.named(word, fingerprint.get(..16).unwrap_or_default().as_bytes());
        } else if let Some(user) = x.get(Text::RemoteUser).or_else(|| x.get(Text::Consumer)) {
            if is_personal(user) {
                let fingerprint = self.fingerprint(user).to_string();
                self.named("user", fingerprint.get(..16).unwrap_or_default().as_bytes());
            } else {
                self.named("user", user);
            }
        } else if let Some(client) = client {
            let agent = xxh3_64(x.get(Text::UserAgent).unwrap_or_default()) as u32;
            self.named("address", client);
            self.key.extend_from_slice(format!("/{agent:08x}").as_bytes());
        } else {
            // A capture without clients was recorded by one person.
            let id = self.evidence_id.to_string();
            self.named("capture", id.as_bytes());
        }
    }

    fn named(&mut self, word: &str, name: &[u8]) {
        self.key.extend_from_slice(word.as_bytes());
        self.key.push(b':');
        self.key.extend_from_slice(name);
    }
}

/// What marks one login: subject of a token, session cookie, key, token.
fn session<'a>(x: &Exchange<'a>) -> Option<(&'static str, Cow<'a, [u8]>)> {
    // A capture shows one browser: its cookies of many sites are one person's.
    if x.get(Text::PeerAddress).is_none() && x.get(Text::ClientAddress).is_none() {
        return None;
    }
    if let Some((_, subject)) = signals::token_subject(x) {
        return Some(("subject", Cow::Owned(subject)));
    }
    if let Some(value) = x.credential(Credential::Authorization) {
        return Some(("token", Cow::Borrowed(value)));
    }
    if let Some(value) = x.credential(Credential::Key) {
        return Some(("key", Cow::Borrowed(value)));
    }
    let (_, value) = x.credential(Credential::Cookie).and_then(signals::session_cookie)?;
    Some(("session", Cow::Borrowed(value)))
}
