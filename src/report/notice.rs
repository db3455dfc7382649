//! Drafts of the notices that laws ask for, as Markdown. Every field of a regime is there: what the
//! evidence can fill is filled, with how surely it is known; what it cannot is a question marked
//! `[to be answered: …]`. Rules of law stand in this project's own words; those that were not read in
//! their source say "check with counsel".
//!
//! Regimes are a table (`regimes`), times are computed (`deadline`), texts are made of the
//! outcome (`fill`).

mod deadline;
pub(super) mod fill;
mod regimes;

use std::fmt::Write as _;

use self::regimes::Field;
use super::markdown::plain;
use crate::domain::Micros;
use crate::exposure::Outcome;

/// Whose rules a notice follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Regime {
    /// Regulation (EU) 2016/679, articles 33 and 34.
    Gdpr,
    /// India, Digital Personal Data Protection Act 2023 and Rules 2025, rule 7.
    Dpdp,
    /// India, CERT-In directions of 28 April 2022.
    CertIn,
    /// United States, Form 8-K, item 1.05.
    Sec,
    /// United States, 45 CFR 164.402 to 164.414.
    Hipaa,
}

impl Regime {
    /// All of them, in order.
    pub const ALL: &'static [Self] = &[Self::Gdpr, Self::Dpdp, Self::CertIn, Self::Sec, Self::Hipaa];

    /// The word on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gdpr => "gdpr",
            Self::Dpdp => "dpdp",
            Self::CertIn => "cert-in",
            Self::Sec => "sec",
            Self::Hipaa => "hipaa",
        }
    }

    /// The regime of this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|r| r.code() == code)
    }
}

/// A draft. `aware_at` is when the organisation became aware (for the SEC: when it judged the incident
/// to be material); deadlines count from it.
pub fn draft(outcome: &Outcome, regime: Regime, aware_at: Micros) -> String {
    let law = regimes::law(regime);
    let mut out = format!("# {}\n\n", law.title);
    let _ = writeln!(
        out,
        "Draft made by {} from the evidence listed at the end. This is not legal advice: have counsel check every line. \
         What stands in square brackets has to be answered by people.",
        plain(&outcome.tool)
    );
    let _ = write!(out, "\n{}\n\n## Deadlines\n\n", law.basis);
    let _ = writeln!(out, "Aware since {}.\n", deadline::moment(aware_at, law.zone));
    out.push_str("| What | Until | How it is counted |\n| --- | --- | --- |\n");
    for due in law.deadlines {
        let _ = writeln!(out, "| {} | {} | {} |", due.what, deadline::until(due.when, aware_at, law.zone), due.counted);
    }
    for part in law.parts {
        let _ = write!(out, "\n## {}\n\n{}\n", part.title, part.rule);
        for field in part.fields {
            out.push_str(&answer(outcome, field));
        }
    }
    appendix(outcome, &mut out);
    out
}

fn answer(outcome: &Outcome, field: &Field) -> String {
    let mut out = format!("\n### {}\n\n", field.title);
    for fill in field.fills {
        for line in fill::lines(outcome, *fill) {
            let _ = writeln!(out, "- {line}");
        }
    }
    for question in field.asks {
        let _ = writeln!(out, "- [to be answered: {question}]");
    }
    out
}

/// What the numbers rest on.
fn appendix(outcome: &Outcome, out: &mut String) {
    out.push_str("\n## What the numbers rest on\n\n");
    out.push_str(
        "Confirmed: the data stands in an answer that was kept. Probable: the answer was a success where such data is \
         returned, and was not kept. Reachable: an estimate of what could have been fetched in the same way.\n\n",
    );
    for e in &outcome.evidence {
        let _ = writeln!(out, "- {}, SHA-256 {}", plain(&e.name), plain(&e.sha256));
    }
    for limit in &outcome.limits {
        let _ = writeln!(out, "- Limit: {}", plain(limit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_members_agree() {
        for regime in Regime::ALL {
            assert_eq!(Regime::from_code(regime.code()), Some(*regime));
        }
        assert_eq!(Regime::from_code("other"), None);
    }
}
