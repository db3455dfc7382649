//! ENISA's severity with the inputs that the evidence gives.

use super::fill::Parts;
use crate::classify::Sensitivity;
use crate::exposure::outcome::{Circumstance, Enisa, Outcome};
use crate::exposure::severity::{Context, MANY_INDIVIDUALS};

/// The severity; none where no class of persons was seen in answers that count: those to intruders,
/// or without any, those that anybody could read.
pub(super) fn enisa(_: &Parts<'_>, out: &Outcome) -> Option<Enisa> {
    let some = |c: &&crate::exposure::outcome::ClassSummary| {
        c.taken.confirmed + c.taken.probable > 0 || (out.intruders().next().is_none() && c.open > 0)
    };
    let classes: Vec<_> = out.classes.iter().filter(some).filter(|c| c.sensitivity != Sensitivity::Business).collect();
    let worst = classes.iter().max_by_key(|c| (Context::new(c.sensitivity, 0), std::cmp::Reverse(&c.id)))?;
    let dpc = Context::new(worst.sensitivity, 0)?.score();
    let named = classes.iter().any(|c| c.id == "person-name");
    let contact = classes.iter().find(|c| c.identifies);
    let (ei, ei_why) = match (contact, named) {
        (Some(c), true) => (100, format!("name together with {}", c.title)),
        (Some(c), false) => (75, format!("{} without a name", c.title)),
        (None, true) => (50, "a name alone".to_owned()),
        (None, false) => (25, "nothing that identifies a person directly".to_owned()),
    };
    let mut circumstances = Vec::new();
    let mut add = |what: &str, hundredths: u16, why: String| {
        circumstances.push(Circumstance { what: what.into(), hundredths, why });
    };
    let unauthenticated = out.endpoints.iter().any(|e| e.open_success > 0 && !e.classes.is_empty());
    let intruders = out.intruders().count();
    match (intruders, unauthenticated) {
        (_, true) => {
            add("confidentiality", 50, "answers without credentials: an unknown number could read them".into());
        }
        (0, false) => add("confidentiality", 0, "no sign that anybody took it".into()),
        (n, false) => add("confidentiality", 25, format!("{n} known recipients")),
    }
    let writes: u64 = out.intruders().map(|a| a.writes).sum();
    if writes > 0 {
        add("integrity", 25, format!("{writes} successful requests of intruders that may change something"));
    } else {
        add("integrity", 0, "no successful request of an intruder that changes something".into());
    }
    add("availability", 0, "nothing in the evidence speaks of it".into());
    add("malicious intent", 0, "a question for the analyst: +0.5 where somebody meant harm".into());
    let cb: u16 = circumstances.iter().map(|c| c.hundredths).sum();
    let people = out.totals.taken.confirmed.subjects.max(out.totals.open.confirmed.subjects);
    Some(Enisa {
        dpc,
        dpc_why: worst.id.clone(),
        ei_hundredths: ei,
        ei_why,
        circumstances,
        score_hundredths: u16::from(dpc) * ei + cb,
        over_hundred: people > MANY_INDIVIDUALS,
        unintelligible: false,
    })
}
