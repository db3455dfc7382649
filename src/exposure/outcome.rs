//! What came out: the plain value that the ledger fills and that every report, notice, letter and
//! export is made of. Integers only: a share is a part and a whole, an estimate is rounded, a score
//! is in hundredths. Personal values are masked or fingerprints, never in clear. Text may hold
//! whatever the evidence held; escaping is the writers' part.
//!
//! Lists refer to each other by index: [`ActorIndex`] into [`Outcome::actors`], [`TenantIndex`] into
//! [`Outcome::tenants`], [`ClassIndex`] into [`Outcome::classes`]. Their order is the filler's and
//! must not depend on threads or hashing; writers keep it.
//!
//! "Intruders" are actors of verdict [`Verdict::Intruder`] or [`Verdict::Proposed`]; whoever prints
//! a sum over both says how many are only proposed.

use crate::classify::Sensitivity;
use crate::detect::Meta;
use crate::domain::{Certainty, Fingerprint, Micros, Severity};
use crate::facts::Place;

/// Index into [`Outcome::actors`].
pub type ActorIndex = u32;
/// Index into [`Outcome::tenants`].
pub type TenantIndex = u32;
/// Index into [`Outcome::classes`].
pub type ClassIndex = u32;

/// Everything that is known when the evidence has been read and judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// `breachwalk 0.1.0`.
    pub tool: String,
    /// What was read, by `evidence_id`.
    pub evidence: Vec<EvidenceSummary>,
    /// Earliest and latest exchange, or what `--since` and `--until` left of it.
    pub window: Span,
    /// How much of what happened the evidence can show.
    pub coverage: Coverage,
    /// What a tenant is called in sentences, singular: `restaurant`.
    pub tenant_word: String,
    /// Who asked. Intruders first, then by key.
    pub actors: Vec<ActorSummary>,
    /// Whose data it is, as far as intruders got some; by key.
    pub tenants: Vec<TenantSummary>,
    /// Data classes that were seen, by sensitivity from the worst, then by id.
    pub classes: Vec<ClassSummary>,
    /// Endpoints that answered with sensitive data or that a finding names; by host, template, method.
    pub endpoints: Vec<EndpointSummary>,
    /// Requests over time.
    pub timeline: Timeline,
    /// The ledger. By actor, tenant, class, record, subject.
    pub ledger: Vec<ExposureRow>,
    /// Sums.
    pub totals: Totals,
    /// How far it could have gone.
    pub estimates: Vec<Estimate>,
    /// ENISA severity; none where no class of persons was seen.
    pub severity: Option<Enisa>,
    /// What detectors saw, worst first.
    pub findings: Vec<FindingSummary>,
    /// The detectors behind `findings`, each once, by id.
    pub rules: Vec<&'static Meta>,
    /// Stretches of which the evidence tells nothing.
    pub gaps: Vec<Gap>,
    /// What this analysis cannot say, one sentence each. Holds no personal value.
    pub limits: Vec<String>,
}

impl Outcome {
    /// An actor.
    pub fn actor(&self, at: ActorIndex) -> Option<&ActorSummary> {
        self.actors.get(at as usize)
    }

    /// A tenant.
    pub fn tenant(&self, at: TenantIndex) -> Option<&TenantSummary> {
        self.tenants.get(at as usize)
    }

    /// A class.
    pub fn class(&self, at: ClassIndex) -> Option<&ClassSummary> {
        self.classes.get(at as usize)
    }

    /// The actors of verdict intruder or proposed.
    pub fn intruders(&self) -> impl Iterator<Item = &ActorSummary> {
        self.actors.iter().filter(|a| a.verdict.is_intruder())
    }

    /// What a tenant is called; `tenant` where nobody said.
    pub fn tenant_called(&self) -> &str {
        if self.tenant_word.is_empty() { "tenant" } else { &self.tenant_word }
    }

    /// Intruders that an analyst judged, and those that are only proposed.
    pub fn judged_and_proposed(&self) -> (u64, u64) {
        let count = |verdict: Verdict| self.actors.iter().filter(|a| a.verdict == verdict).count() as u64;
        (count(Verdict::Intruder), count(Verdict::Proposed))
    }

    /// Name of a piece of evidence.
    pub fn evidence_name(&self, id: u32) -> Option<&str> {
        self.evidence.iter().find(|e| e.id == id).map(|e| e.name.as_str())
    }
}

/// Two moments. Empty where the evidence has no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Earliest.
    pub first: Option<Micros>,
    /// Latest.
    pub last: Option<Micros>,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EvidenceSummary {
    /// `evidence.evidence_id`, to which a [`Place`] refers.
    pub id: u32,
    /// As handed over.
    pub name: String,
    /// Id of the format, empty where none was recognised.
    pub format: String,
    /// SHA-256 of the file, 64 hex digits in lower case.
    pub sha256: String,
    /// Length of the file.
    pub bytes: u64,
    /// Exchanges read from it.
    pub exchanges: u64,
    /// Spans that could not be read.
    pub rejects: u64,
    /// Whether [`Place::record`] counts lines of it (else entries or records).
    pub by_line: bool,
    /// Earliest and latest exchange.
    pub span: Span,
}

/// How much the evidence can show. The counts are exchanges unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// All of them.
    pub exchanges: u64,
    /// Actors that sent them; [`Outcome::actors`] has those worth telling of.
    pub actors: u64,
    /// Those whose response body was kept: only these can confirm.
    pub bodies_kept: u64,
    /// Those of which it is unknown whether they carried credentials.
    pub auth_unknown: u64,
    /// Those without a time.
    pub without_time: u64,
    /// Spans of evidence that could not be read.
    pub rejects: u64,
    /// When the weakness was open, as the analyst says (lens); empty where nobody said.
    pub vulnerable: Span,
    /// How much of `vulnerable` the evidence covers, gaps taken off, in microseconds; none where
    /// `vulnerable` is not known.
    pub covered_us: Option<i64>,
}

/// What is thought of an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Verdict {
    /// An analyst says: an intruder.
    Intruder,
    /// Findings accuse it; no analyst has judged.
    Proposed,
    /// Nothing accuses it; nobody has judged.
    #[default]
    Open,
    /// An analyst, or the lens, says: allowed to.
    Legitimate,
}

impl Verdict {
    /// The word for reports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Intruder => "intruder",
            Self::Proposed => "proposed",
            Self::Open => "open",
            Self::Legitimate => "legitimate",
        }
    }

    /// Whether sums over intruders take it in.
    pub const fn is_intruder(self) -> bool {
        matches!(self, Self::Intruder | Self::Proposed)
    }
}

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActorSummary {
    /// Stable key, as [`crate::facts::Actor::key`].
    pub key: String,
    /// For people: user, masked subject, address with its program.
    pub label: String,
    /// What is thought of it.
    pub verdict: Verdict,
    /// Why: sentences of findings that accuse, or the analyst's words.
    pub reasons: Vec<String>,
    /// Client address most seen; empty where none was logged.
    pub address: String,
    /// How many addresses.
    pub addresses: u32,
    /// User agent most seen; empty where none was logged.
    pub user_agent: String,
    /// Earliest and latest request.
    pub span: Span,
    /// Requests.
    pub exchanges: u64,
    /// Those answered 2xx.
    pub success: u64,
    /// Those answered 401 or 403.
    pub refused: u64,
    /// Those answered 429.
    pub throttled: u64,
    /// Successful requests that change something: POST, PUT, PATCH, DELETE, unless known to read.
    pub writes: u64,
    /// Bytes of answers.
    pub response_bytes: u64,
    /// Distinct tenants whose data it got (confirmed or probable).
    pub tenants: u64,
    /// Distinct records it got (confirmed or probable).
    pub records: u64,
    /// Distinct people of whom it got something: fingerprints, hence confirmed only.
    pub subjects: u64,
    /// What it got, by class.
    pub classes: Vec<ClassCount>,
}

/// How much of one data class. Distinct things are counted once within whatever holds this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClassCount {
    /// Which class.
    pub class: ClassIndex,
    /// Distinct values seen in answers (confirmed).
    pub values: u64,
    /// Distinct people whose value it was (confirmed).
    pub subjects: u64,
    /// Distinct records that held it (confirmed or probable).
    pub records: u64,
    /// Exchanges whose kept body shows it.
    pub confirmed: u64,
    /// Further exchanges that succeeded on an endpoint that returns it, body not kept.
    pub probable: u64,
}

/// Whose data it is on the business side. Counts are what intruders got; the ordinary use of the
/// platform is not in them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TenantSummary {
    /// Value of the identifier, as in requests: `4711`.
    pub key: String,
    /// Name of the identifier: `store_id`.
    pub name: String,
    /// Name for people, if the lens or an answer gives one; else empty.
    pub label: String,
    /// Earliest and latest exchange of an intruder that got something.
    pub span: Span,
    /// Exchanges of intruders that named it.
    pub exchanges: u64,
    /// Those whose kept body shows its data.
    pub confirmed: u64,
    /// Further ones that succeeded on an endpoint that returns data, body not kept.
    pub probable: u64,
    /// Distinct records (confirmed or probable).
    pub records: u64,
    /// Distinct people (confirmed).
    pub subjects: u64,
    /// By class.
    pub classes: Vec<ClassCount>,
    /// The intruders that got something of it.
    pub actors: Vec<ActorIndex>,
}

/// A data class over the whole case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassSummary {
    /// Id of the class: `phone-in`.
    pub id: String,
    /// For people.
    pub title: String,
    /// Kind of data.
    pub sensitivity: Sensitivity,
    /// Whether a value of it identifies one person.
    pub identifies: bool,
    /// What intruders got.
    pub taken: ClassCount,
    /// Tenants of which intruders got it.
    pub tenants: u64,
    /// Distinct values in answers to requests without credentials, whoever asked.
    pub open: u64,
    /// Distinct values in any answer, whoever asked.
    pub seen: u64,
    /// One value, masked by its class' rule; empty where no body was kept.
    pub example: String,
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndpointSummary {
    /// In upper case as sent.
    pub method: String,
    /// Empty where the evidence names none.
    pub host: String,
    /// `/stores/{store_id}/orders`.
    pub template: String,
    /// Requests with credentials.
    pub auth_present: u64,
    /// Requests without.
    pub auth_absent: u64,
    /// Requests that may have had some.
    pub auth_unknown: u64,
    /// Requests in all.
    pub exchanges: u64,
    /// Those answered 2xx.
    pub success: u64,
    /// Those answered 2xx that carried no credentials.
    pub open_success: u64,
    /// Requests of intruders.
    pub intruder_exchanges: u64,
    /// Whether it should ask for credentials, as the lens says; none where nobody said.
    pub should_authenticate: Option<bool>,
    /// Classes in its answers.
    pub classes: Vec<ClassIndex>,
}

/// Requests over time, in steps of equal length.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline {
    /// Length of a step in microseconds: an hour, or a day where hours would be too many. 0 where
    /// there are no steps.
    pub step_us: i64,
    /// Steps with at least one exchange, in order.
    pub steps: Vec<Step>,
}

/// One step. Counts of intruders include proposed ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Step {
    /// Its beginning; a whole multiple of the step's length.
    pub start: Micros,
    /// Requests of intruders.
    pub intruders: u64,
    /// Requests of everybody else.
    pub others: u64,
    /// Records that intruders got here for the first time.
    pub new_records: u64,
    /// People of whom intruders got something here for the first time.
    pub new_subjects: u64,
}

/// One row of the ledger: this actor got this class of this record about this person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposureRow {
    /// Who.
    pub actor: ActorIndex,
    /// Of which tenant; none where the exchange names none.
    pub tenant: Option<TenantIndex>,
    /// What kind of data.
    pub class: ClassIndex,
    /// Value of the record's identifier, masked where its class asks for it; empty where none.
    pub record: String,
    /// Whom it is about, if that is known.
    pub subject: Option<Fingerprint>,
    /// First and last time.
    pub span: Span,
    /// Exchanges.
    pub count: u64,
    /// How surely.
    pub certainty: Certainty,
    /// The first exchanges of it.
    pub places: Vec<Place>,
}

/// Sums over the ledger. What one scope holds may also stand in another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// What intruders got.
    pub taken: Scope,
    /// What answers to requests without credentials held, whoever asked: anyone could read it.
    pub open: Scope,
    /// What actors got of whom nothing is held against: the ordinary use.
    pub rightful: Scope,
}

/// Sums of one scope. `confirmed` and `probable` are disjoint: a thing counts where it is surest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scope {
    /// In a response body.
    pub confirmed: Counts,
    /// A success on an endpoint that returns it, body not kept. No people: without a body nobody is
    /// known; filled only where the request itself names a person.
    pub probable: Counts,
    /// Could have been fetched in the same way, what was fetched included; none where no estimate holds.
    pub reachable: Reachable,
}

/// Distinct things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Exchanges (not distinct things, but what they are traced to).
    pub exchanges: u64,
    /// Tenants.
    pub tenants: u64,
    /// Records.
    pub records: u64,
    /// People.
    pub subjects: u64,
    /// Values.
    pub values: u64,
}

/// Estimates, in the units of [`Counts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reachable {
    /// Tenants.
    pub tenants: Option<Interval>,
    /// Records.
    pub records: Option<Interval>,
    /// People.
    pub subjects: Option<Interval>,
}

/// An estimate with its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// Best guess.
    pub point: u64,
    /// Lower bound.
    pub low: u64,
    /// Upper bound.
    pub high: u64,
}

/// One estimate with all that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Estimate {
    /// What is estimated, with its unit: `stores that exist`.
    pub what: String,
    /// Name of the estimator: `German tank, 95 % one-sided`.
    pub method: String,
    /// The result.
    pub interval: Interval,
    /// Level of the interval in percent: 95.
    pub level: u8,
    /// What went in: `distinct ids seen`, 870.
    pub inputs: Vec<(String, u64)>,
    /// What must hold for it to be right, one sentence each.
    pub assumptions: Vec<String>,
}

/// Severity after ENISA, "Recommendations for a methodology of the assessment of severity of
/// personal data breaches" (v1.0, December 2013): SE = DPC × EI + CB. In hundredths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enisa {
    /// Data processing context, 1 to 4, of the worst class.
    pub dpc: u8,
    /// Id of the class that set it, and what adjusted it.
    pub dpc_why: String,
    /// Ease of identification: 25, 50, 75 or 100.
    pub ei_hundredths: u16,
    /// Why.
    pub ei_why: String,
    /// Circumstances of the breach, summed.
    pub circumstances: Vec<Circumstance>,
    /// SE × 100: 275 is 2.75.
    pub score_hundredths: u16,
    /// Flag beside the score: more than 100 people.
    pub over_hundred: bool,
    /// Flag beside the score: the data are unintelligible to whoever got them.
    pub unintelligible: bool,
}

impl Enisa {
    /// Low below 2, medium below 3, high below 4, else very high.
    pub const fn band(&self) -> &'static str {
        match self.score_hundredths {
            0..200 => "low",
            200..300 => "medium",
            300..400 => "high",
            _ => "very high",
        }
    }

    /// Sum of the circumstances, in hundredths.
    pub fn cb_hundredths(&self) -> u16 {
        self.circumstances.iter().fold(0, |sum, c| sum.saturating_add(c.hundredths))
    }
}

/// A circumstance of the breach.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Circumstance {
    /// `confidentiality`, `integrity`, `availability`, `malicious intent`.
    pub what: String,
    /// What it adds: 0, 25 or 50.
    pub hundredths: u16,
    /// Why.
    pub why: String,
}

/// What a detector saw, with its names resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingSummary {
    /// Id of the detector, as in [`Outcome::rules`].
    pub rule: String,
    /// Title of the detector.
    pub title: String,
    /// How bad, if true.
    pub severity: Severity,
    /// How surely, 0 to 100.
    pub confidence: u8,
    /// Who; empty where it is about the platform.
    pub actors: Vec<ActorIndex>,
    /// Where: `GET api.example/stores/{store_id}/orders`.
    pub endpoints: Vec<String>,
    /// What was seen, with its numbers. Holds no personal value.
    pub sentence: String,
    /// Whether it says that its actors are intruders.
    pub accuses: bool,
    /// Earliest and latest exchange of it.
    pub span: Span,
    /// Exchanges it rests on.
    pub exchanges: u64,
    /// The first of them.
    pub examples: Vec<Place>,
}

/// A stretch of which the evidence tells nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gap {
    /// Which log.
    pub source: String,
    /// Last exchange before.
    pub from: Micros,
    /// First exchange after.
    pub to: Micros,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked cases of the method: 2 × 1 + 0.75, 3 × 1 + 0.75, 3 × 1 + 1.25, and the band's edges.
    #[test]
    fn bands_begin_at_two_three_and_four() {
        let band = |score| Enisa { score_hundredths: score, ..Enisa::default() }.band();
        assert_eq!([band(275), band(375), band(425)], ["medium", "high", "very high"]);
        assert_eq!(
            [band(199), band(200), band(299), band(300), band(400)],
            ["low", "medium", "medium", "high", "very high"]
        );
    }
}
