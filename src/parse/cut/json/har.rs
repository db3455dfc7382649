//! What a HAR says of itself.

use super::paths::Capture;

/// Characters of a producer's name that are kept.
const PRODUCER_CHARS_MAX: usize = 200;

/// The header of a HAR, as far as it was met.
#[derive(Debug, Clone, Default)]
pub(super) struct Har {
    /// The current document holds `log.entries`.
    pub(super) document: bool,
    /// The current top-level object has a key that only entries have.
    pub(super) bare: bool,
    known_version: bool,
    creator: Program,
    browser: Program,
}

#[derive(Debug, Clone, Default)]
struct Program {
    name: String,
    version: String,
}

impl Har {
    /// Keeps a value: the inside of a string, or a literal. The first document's counts.
    pub(super) fn keep(&mut self, what: Capture, raw: &[u8], string: bool) {
        let target = match what {
            Capture::Version => {
                self.known_version = string && (raw == b"1.2" || raw == b"1.3");
                return;
            }
            Capture::Creator | Capture::CreatorName => &mut self.creator.name,
            Capture::CreatorVersion => &mut self.creator.version,
            Capture::BrowserName => &mut self.browser.name,
            Capture::BrowserVersion => &mut self.browser.version,
        };
        if target.is_empty() && raw != b"null" {
            *target = plain(raw);
        }
    }

    /// The open document has a version that is missing or unknown.
    pub(super) fn odd_version(&self) -> bool {
        self.document && !self.known_version
    }

    /// Ends the document; true if its version was missing or unknown.
    pub(super) fn close(&mut self) -> bool {
        let odd = self.odd_version();
        self.document = false;
        self.bare = false;
        self.known_version = false;
        odd
    }

    /// `creator version (browser version)`.
    pub(super) fn producer(&self) -> Option<String> {
        let creator = self.creator.line();
        let browser = self.browser.line();
        let line = match (creator.is_empty(), browser.is_empty()) {
            (true, true) => return None,
            (false, true) => creator,
            (true, false) => browser,
            (false, false) => format!("{creator} ({browser})"),
        };
        Some(line.chars().take(PRODUCER_CHARS_MAX).collect())
    }
}

impl Program {
    fn line(&self) -> String {
        format!("{} {}", self.name, self.version).trim().to_owned()
    }
}

/// The text of a string's inside; as it stands where its escapes are no JSON.
fn plain(raw: &[u8]) -> String {
    let quoted = [b"\"", raw, b"\""].concat();
    serde_json::from_slice(&quoted).unwrap_or_else(|_| String::from_utf8_lossy(raw).into_owned())
}
