//! Where we differ on purpose, and why. A row that nothing needs any more fails its test.

use super::Field;

/// One difference.
#[derive(Debug)]
pub(crate) struct Choice {
    /// Whose expectation: `elastic`, `sekoia`, `crowdsec`, `opensearch`.
    pub(crate) oracle: &'static str,
    /// How the file's name ends.
    pub(crate) file: &'static str,
    /// 1-based line; 0 for all.
    pub(crate) line: usize,
    /// The field.
    pub(crate) field: Field,
    /// Why ours is right or the difference is of no matter.
    #[expect(dead_code, reason = "for people: the README lists them")]
    pub(crate) reason: &'static str,
}

/// All of them.
pub(crate) const CHOICES: &[Choice] = &[];
