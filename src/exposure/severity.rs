//! Severity of a personal data breach: SE = DPC × EI + CB (ENISA, "Recommendations for a methodology
//! of the assessment of severity of personal data breaches", version 1.0, December 2013).
//!
//! The result is never given without its inputs: [`Score`] keeps them and [`Score::explain`] prints
//! them. Scores are hundredths, so that they are stored and compared exactly.

use std::fmt;

use crate::classify::Sensitivity;

/// Individuals above which a breach is marked beside its score.
pub const MANY_INDIVIDUALS: u64 = 100;

/// Data processing context: how telling the kind of data is, 1 to 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Context(u8);

impl Context {
    /// Base of a category, moved by what the data tells in this case, kept within 1 to 4. The base is
    /// 1 simple, 2 behavioural, 3 financial, 4 sensitive. A credential has no base of its own: it
    /// inherits that of what it unlocks; where that is not known, 3.
    /// Business data is no personal data: `None`.
    pub fn new(category: Sensitivity, adjustment: i8) -> Option<Self> {
        let base: i8 = match category {
            Sensitivity::Business => return None,
            Sensitivity::Simple => 1,
            Sensitivity::Behavioural => 2,
            Sensitivity::Financial | Sensitivity::Credential => 3,
            Sensitivity::Sensitive => 4,
        };
        Some(Self(base.saturating_add(adjustment).clamp(1, 4) as u8))
    }

    /// Of several categories the highest counts.
    pub fn highest(categories: impl IntoIterator<Item = (Sensitivity, i8)>) -> Option<Self> {
        categories.into_iter().filter_map(|(category, by)| Self::new(category, by)).max()
    }

    /// 1 to 4.
    pub const fn score(self) -> u8 {
        self.0
    }
}

/// How easily a person is recognised from the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identification {
    /// 0.25: a name that many share.
    Negligible,
    /// 0.5: a name that few share.
    Limited,
    /// 0.75: with some further search.
    Significant,
    /// 1: at once, as by phone or e-mail with a name.
    Maximum,
}

impl Identification {
    /// Hundredths.
    pub const fn hundredths(self) -> u32 {
        match self {
            Self::Negligible => 25,
            Self::Limited => 50,
            Self::Significant => 75,
            Self::Maximum => 100,
        }
    }
}

/// Who got the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidentiality {
    /// 0: exposed, no sign that anybody took it.
    NoEvidence,
    /// 0.25: a known number of recipients.
    KnownRecipients,
    /// 0.5: an unknown number, as with data that anybody on the Internet could ask for.
    UnknownRecipients,
}

/// Whether data was changed, or access to it lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Damage {
    /// 0.
    None,
    /// 0.25: changed and can be put right; unavailable for a time.
    Recoverable,
    /// 0.5: for good.
    Permanent,
}

impl Damage {
    const fn hundredths(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Recoverable => 25,
            Self::Permanent => 50,
        }
    }
}

/// Circumstances of the breach; their points are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// Who got it.
    pub confidentiality: Confidentiality,
    /// Was it changed.
    pub integrity: Damage,
    /// Is it there.
    pub availability: Damage,
    /// +0.5 where somebody meant harm.
    pub malicious: bool,
}

impl Circumstances {
    /// Hundredths.
    pub const fn hundredths(&self) -> u32 {
        let confidentiality = match self.confidentiality {
            Confidentiality::NoEvidence => 0,
            Confidentiality::KnownRecipients => 25,
            Confidentiality::UnknownRecipients => 50,
        };
        let intent = if self.malicious { 50 } else { 0 };
        confidentiality + self.integrity.hundredths() + self.availability.hundredths() + intent
    }
}

/// What a score means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// Below 2: inconveniences.
    Low,
    /// 2 to below 3: significant inconveniences that can be overcome.
    Medium,
    /// 3 to below 4: significant consequences.
    High,
    /// From 4: significant or irreversible consequences.
    VeryHigh,
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::VeryHigh => "very high",
        })
    }
}

/// A severity with everything that went into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// DPC.
    pub context: Context,
    /// EI.
    pub identification: Identification,
    /// CB.
    pub circumstances: Circumstances,
    /// Persons concerned, as far as known.
    pub individuals: u64,
    /// Encrypted, with the key safe. A mark beside the score, as in the method.
    pub unintelligible: bool,
}

impl Score {
    /// DPC × EI + CB in hundredths: 25 to 600 (4 × 1 + 0.5 + 0.5 + 0.5 + 0.5).
    pub const fn hundredths(&self) -> u32 {
        self.context.0 as u32 * self.identification.hundredths() + self.circumstances.hundredths()
    }

    /// The band it falls into.
    pub const fn band(&self) -> Band {
        match self.hundredths() {
            0..200 => Band::Low,
            200..300 => Band::Medium,
            300..400 => Band::High,
            _ => Band::VeryHigh,
        }
    }

    /// More than 100 individuals.
    pub const fn many(&self) -> bool {
        self.individuals > MANY_INDIVIDUALS
    }

    /// `SE 2.75 (medium) = DPC 2 × EI 1.00 + CB 0.75; more than 100 individuals`.
    pub fn explain(&self) -> String {
        let two = |h: u32| format!("{}.{:02}", h / 100, h % 100);
        let mut text = format!(
            "SE {} ({}) = DPC {} × EI {} + CB {}",
            two(self.hundredths()),
            self.band(),
            self.context.score(),
            two(self.identification.hundredths()),
            two(self.circumstances.hundredths())
        );
        if self.many() {
            text.push_str("; more than 100 individuals");
        }
        if self.unintelligible {
            text.push_str("; data unintelligible to its recipients");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(context: Context, malicious: bool) -> Score {
        Score {
            context,
            identification: Identification::Maximum,
            circumstances: Circumstances {
                confidentiality: Confidentiality::UnknownRecipients,
                integrity: Damage::Recoverable,
                availability: Damage::None,
                malicious,
            },
            individuals: 101,
            unintelligible: false,
        }
    }

    #[test]
    fn order_histories_by_phone() {
        // Worked by hand in the literature notes: 2×1+0.75, 3×1+0.75, and 0.5 more for intent.
        let two = Context::new(Sensitivity::Behavioural, 0).unwrap();
        let three = Context::new(Sensitivity::Behavioural, 1).unwrap();
        assert_eq!((score(two, false).hundredths(), score(two, false).band()), (275, Band::Medium));
        assert_eq!((score(three, false).hundredths(), score(three, false).band()), (375, Band::High));
        assert_eq!((score(three, true).hundredths(), score(three, true).band()), (425, Band::VeryHigh));
        assert_eq!(
            score(two, false).explain(),
            "SE 2.75 (medium) = DPC 2 × EI 1.00 + CB 0.75; more than 100 individuals"
        );
    }

    #[test]
    fn the_highest_category_counts_and_stays_within_the_scale() {
        let all = [(Sensitivity::Simple, 0), (Sensitivity::Sensitive, -1), (Sensitivity::Business, 9)];
        assert_eq!(Context::highest(all).map(Context::score), Some(3));
        assert_eq!(Context::new(Sensitivity::Financial, -9).map(Context::score), Some(1));
        assert_eq!(Context::new(Sensitivity::Sensitive, 9).map(Context::score), Some(4));
        assert_eq!(Context::highest([(Sensitivity::Business, 0)]), None);
    }

    #[test]
    fn the_ends_of_the_scale_and_of_the_bands() {
        let mut worst = score(Context::new(Sensitivity::Sensitive, 0).unwrap(), true);
        worst.circumstances.integrity = Damage::Permanent;
        worst.circumstances.availability = Damage::Permanent;
        assert_eq!(worst.hundredths(), 600);
        let least = Score {
            context: Context::new(Sensitivity::Simple, 0).unwrap(),
            identification: Identification::Negligible,
            circumstances: Circumstances {
                confidentiality: Confidentiality::NoEvidence,
                integrity: Damage::None,
                availability: Damage::None,
                malicious: false,
            },
            individuals: 100,
            unintelligible: true,
        };
        assert_eq!((least.hundredths(), least.band(), least.many()), (25, Band::Low, false));
        // Exactly 2, 3 and 4 belong to the band above: 2×1, 3×1, 4×1 without circumstances.
        for (base, band) in [(2, Band::Medium), (3, Band::High), (4, Band::VeryHigh)] {
            let exact = Score { context: Context(base), identification: Identification::Maximum, ..least };
            assert_eq!(exact.band(), band);
        }
    }
}
