//! Who is an intruder: the analyst's word first, then what findings propose.

use std::collections::BTreeMap;

use crate::detect::Finding;
use crate::domain::Severity;
use crate::exposure::outcome::Verdict;
use crate::facts::{Actor, Facts};

/// A finding proposes its actors as intruders from this confidence on.
pub(super) const CONFIDENCE_PROPOSES: u8 = 60;

/// Findings that are told as an actor's reasons.
const REASONS_MAX: usize = 5;

/// What the analyst says of actors. A name matches an actor's key, its address, or its user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdicts {
    /// Intruders, with why.
    pub intruders: BTreeMap<String, String>,
    /// Allowed to do what they did, with why.
    pub legitimate: BTreeMap<String, String>,
}

/// The verdict on one actor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) reasons: Vec<String>,
}

fn said<'v>(list: &'v BTreeMap<String, String>, actor: &Actor) -> Option<&'v String> {
    let name = actor.key.split_once(':').map_or(actor.key.as_str(), |(_, name)| name);
    list.get(&actor.key)
        .or_else(|| list.get(name))
        .or_else(|| list.get(&actor.address).filter(|_| !actor.address.is_empty()))
}

impl Verdicts {
    /// Names that match no actor.
    pub fn unmatched(&self, facts: &Facts) -> Vec<String> {
        let mut out = Vec::new();
        for (name, why) in self.intruders.iter().chain(&self.legitimate) {
            let one = BTreeMap::from([(name.clone(), why.clone())]);
            if !facts.actors.iter().any(|a| said(&one, a).is_some()) {
                out.push(name.clone());
            }
        }
        out
    }

    /// Names that are addresses of several actors, with their keys.
    pub fn shared(&self, facts: &Facts) -> Vec<(String, Vec<String>)> {
        let mut out = Vec::new();
        for name in self.intruders.keys().chain(self.legitimate.keys()) {
            let at = facts.actors.iter().filter(|a| a.address == *name && a.key != *name);
            let keys: Vec<String> = at.map(|a| a.key.clone()).collect();
            if keys.len() > 1 {
                out.push((name.clone(), keys));
            }
        }
        out
    }

    /// The verdict on each actor, as long as the facts' actors. Where the analyst named intruders,
    /// findings propose nobody else: the scope is his.
    pub(super) fn judge(&self, facts: &Facts, findings: &[Finding]) -> Vec<Judged> {
        let mut judged: Vec<Judged> = facts
            .actors
            .iter()
            .map(|actor| {
                let (verdict, why) = match (said(&self.intruders, actor), said(&self.legitimate, actor)) {
                    (Some(why), _) => (Verdict::Intruder, Some(why)),
                    (None, Some(why)) => (Verdict::Legitimate, Some(why)),
                    (None, None) => (Verdict::Open, None),
                };
                Judged { verdict, reasons: why.filter(|w| !w.is_empty()).into_iter().cloned().collect() }
            })
            .collect();
        let may_propose = self.intruders.is_empty();
        let accusing = findings
            .iter()
            .filter(|f| f.accuses && f.confidence >= CONFIDENCE_PROPOSES && f.severity >= Severity::Medium);
        for finding in accusing {
            for actor in &finding.actors {
                let Some(j) = judged.get_mut(actor.at()) else { continue };
                if j.verdict == Verdict::Legitimate {
                    continue;
                }
                // Who got no answer took nothing: a scanner at closed doors is told among the findings.
                let got = facts.actor(*actor).is_some_and(|a| a.statuses.success > 0);
                if may_propose && got && j.verdict == Verdict::Open {
                    j.verdict = Verdict::Proposed;
                }
                if j.verdict.is_intruder() && j.reasons.len() < REASONS_MAX && !j.reasons.contains(&finding.sentence) {
                    j.reasons.push(finding.sentence.clone());
                }
            }
        }
        judged
    }
}
