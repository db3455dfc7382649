//! The outcome from facts, ledger, findings and verdicts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::verdicts::Judged;
use super::{Options, answers, estimates, severity};
use crate::case::Case;
use crate::classify::Sensitivity;
use crate::detect::{self, Finding, Meta};
use crate::domain::{Certainty, Fingerprint, Micros};
use crate::exposure::ledger::{ExposureEntry, Ledger};
use crate::exposure::outcome::{
    ActorSummary, ClassCount, ClassSummary, Counts, Coverage, EndpointSummary, EvidenceSummary, ExposureRow,
    FindingSummary, Gap as OutcomeGap, Outcome, Scope, Span, Step, TenantSummary, Timeline, Totals, Verdict,
};
use crate::facts::{ActorId, Endpoint, EndpointId, Facts, Role};
use crate::frame::summary::Gap;

const HOUR: Micros = 3_600_000_000;
/// Steps of a timeline beyond which it is told by days.
const STEPS_MAX: usize = 24 * 14;

/// What an outcome is made of.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) case: &'a Case,
    pub(super) options: &'a Options,
    pub(super) facts: &'a Facts,
    pub(super) ledger: &'a Ledger,
    pub(super) findings: &'a [Finding],
    pub(super) judged: &'a [Judged],
    pub(super) gaps: &'a [Gap],
}

impl Parts<'_> {
    pub(super) fn is_intruder(&self, actor: ActorId) -> bool {
        self.judged.get(actor.at()).is_some_and(|j| j.verdict.is_intruder())
    }

    /// Rows of what intruders got.
    pub(super) fn taken(&self) -> impl Iterator<Item = &ExposureEntry> {
        self.ledger.rows.iter().filter(|r| self.is_intruder(r.actor))
    }
}

/// Class and tenant numbers of the outcome.
struct Index<'a> {
    classes: BTreeMap<&'a str, u32>,
    tenants: BTreeMap<&'a str, u32>,
    actors: HashMap<ActorId, u32>,
}

/// Makes the outcome.
pub(super) fn outcome(parts: &Parts<'_>) -> Outcome {
    let (actors, order) = actors(parts);
    let classes = class_order(parts);
    let tenants = tenant_order(parts);
    let index = Index {
        classes: classes.iter().enumerate().map(|(at, id)| (*id, at as u32)).collect(),
        tenants: tenants.iter().enumerate().map(|(at, key)| (*key, at as u32)).collect(),
        actors: order,
    };
    let mut out = Outcome {
        tool: concat!("breachwalk ", env!("CARGO_PKG_VERSION")).to_owned(),
        evidence: evidence(parts.case),
        window: Span { first: parts.facts.first, last: parts.facts.last },
        coverage: coverage(parts),
        tenant_word: tenant_word(parts),
        actors,
        tenants: self::tenants(parts, &index),
        classes: self::classes(parts, &classes, &index),
        endpoints: endpoints(parts, &index),
        timeline: timeline(parts),
        ledger: rows(parts, &index),
        totals: totals(parts),
        estimates: Vec::new(),
        severity: None,
        findings: findings(parts, &index),
        rules: rules(parts.findings),
        gaps: parts.gaps.iter().map(|g| OutcomeGap { source: g.format.clone(), from: g.from, to: g.to }).collect(),
        limits: Vec::new(),
    };
    for (at, actor) in out.actors.iter_mut().enumerate() {
        actor.classes = index
            .actors
            .iter()
            .find(|(_, n)| **n as usize == at)
            .map(|(id, _)| {
                let rows: Vec<&ExposureEntry> = parts.ledger.rows.iter().filter(|r| r.actor == *id).collect();
                counts_by_class(&rows, &index)
            })
            .unwrap_or_default();
    }
    estimates::add(parts, &mut out);
    out.severity = severity::enisa(parts, &out);
    out.limits = limits(parts, &out);
    out
}

fn evidence(case: &Case) -> Vec<EvidenceSummary> {
    case.manifest
        .evidence
        .iter()
        .map(|e| EvidenceSummary {
            id: e.evidence_id as u32,
            name: e.name.clone(),
            format: e.format.clone().unwrap_or_default(),
            sha256: e.sha256.clone(),
            bytes: e.bytes,
            exchanges: e.exchanges,
            rejects: e.rejects,
            by_line: e.layout == "lines",
            span: Span { first: e.first_time, last: e.last_time },
        })
        .collect()
}

fn coverage(parts: &Parts<'_>) -> Coverage {
    let unknown = parts.facts.endpoints.iter().map(|e| e.auth_unknown).sum();
    Coverage {
        exchanges: parts.facts.exchanges,
        actors: parts.facts.actors.len() as u64,
        bodies_kept: parts.facts.bodies_kept,
        auth_unknown: unknown,
        without_time: 0,
        rejects: parts.case.manifest.evidence.iter().map(|e| e.rejects).sum(),
        vulnerable: Span::default(),
        covered_us: None,
    }
}

/// What a tenant is called: the noun of the name that most requests use.
fn tenant_word(parts: &Parts<'_>) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for t in parts.facts.touches.iter().filter(|t| parts.facts.role(t.name) == Role::Tenant) {
        *counts.entry(parts.facts.name(t.name)).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(name, n)| (*n, std::cmp::Reverse(*name)));
    let name = most.map_or("tenant", |(name, _)| name);
    let noun = ["_id", "_no", "_code", "_number", "_uuid", "_slug"].iter().find_map(|e| name.strip_suffix(e));
    noun.unwrap_or(name).replace('_', " ")
}

/// Actors that the outcome tells of: intruders and whoever findings name, then the busiest others.
const OTHERS_MAX: usize = 100;

fn actors(parts: &Parts<'_>) -> (Vec<ActorSummary>, HashMap<ActorId, u32>) {
    let named: HashSet<ActorId> = parts.findings.iter().flat_map(|f| f.actors.iter().copied()).collect();
    let ids = (0..parts.facts.actors.len() as u32).map(ActorId);
    let told =
        |id: &ActorId| parts.judged.get(id.at()).is_some_and(|j| j.verdict != Verdict::Open) || named.contains(id);
    let (mut shown, mut others): (Vec<ActorId>, Vec<ActorId>) = ids.partition(told);
    let requests = |id: &ActorId| parts.facts.actor(*id).map_or(0, |a| a.statuses.total());
    others.sort_by_key(|id| (std::cmp::Reverse(requests(id)), *id));
    shown.extend(others.into_iter().take(OTHERS_MAX));
    let verdict = |id: &ActorId| parts.judged.get(id.at()).map_or(Verdict::Open, |j| j.verdict);
    shown.sort_by_key(|id| (verdict(id), *id));
    let index: HashMap<ActorId, u32> = shown.iter().enumerate().map(|(at, id)| (*id, at as u32)).collect();
    let mut got: HashMap<ActorId, Vec<&ExposureEntry>> = HashMap::new();
    for row in parts.ledger.rows.iter().filter(|r| index.contains_key(&r.actor)) {
        got.entry(row.actor).or_default().push(row);
    }
    let mut writes: HashMap<ActorId, u64> = HashMap::new();
    for v in &parts.facts.visits {
        let method = parts.facts.endpoint(v.endpoint).map_or("", |e| e.method.as_str());
        if matches!(method, "POST" | "PUT" | "PATCH" | "DELETE") {
            *writes.entry(v.actor).or_default() += v.statuses.success;
        }
    }
    let summary = |id: &ActorId| actor(parts, *id, got.get(id).map_or(&[], Vec::as_slice), writes.get(id).copied());
    (shown.iter().map(summary).collect(), index)
}

fn actor(parts: &Parts<'_>, id: ActorId, got: &[&ExposureEntry], writes: Option<u64>) -> ActorSummary {
    let Some(a) = parts.facts.actor(id) else { return ActorSummary::default() };
    let judged = parts.judged.get(id.at()).cloned().unwrap_or_default();
    let distinct = |of: &dyn Fn(&ExposureEntry) -> Option<String>| {
        got.iter().filter_map(|r| of(r)).collect::<HashSet<_>>().len() as u64
    };
    ActorSummary {
        key: a.key.clone(),
        label: a.label.clone(),
        verdict: judged.verdict,
        reasons: judged.reasons,
        address: a.address.clone(),
        addresses: a.addresses,
        user_agent: a.user_agent.clone(),
        span: Span { first: a.first, last: a.last },
        exchanges: a.statuses.total(),
        success: a.statuses.success,
        refused: a.statuses.refused,
        throttled: a.statuses.throttled,
        writes: writes.unwrap_or(0),
        response_bytes: a.response_bytes,
        tenants: distinct(&|r| (!r.tenant.is_empty()).then(|| r.tenant.clone())),
        records: distinct(&|r| (!r.record.is_empty()).then(|| format!("{}\0{}", r.tenant, r.record))),
        subjects: distinct(&|r| r.subject.map(|s| s.to_string())),
        classes: Vec::new(),
    }
}

/// Ids of all classes in the ledger: the worst sensitivity first, then by id.
fn class_order<'a>(parts: &Parts<'a>) -> Vec<&'a str> {
    let ids: BTreeSet<&str> = parts.ledger.rows.iter().map(|r| r.class.as_str()).collect();
    let mut ids: Vec<&str> = ids.into_iter().collect();
    ids.sort_by_key(|id| (std::cmp::Reverse(sensitivity(parts, id)), *id));
    ids
}

fn sensitivity(parts: &Parts<'_>, class: &str) -> Sensitivity {
    parts
        .options
        .classes
        .by_id(class)
        .map(super::super::classify::class::Class::meta)
        .map_or(Sensitivity::Business, |m| m.sensitivity)
}

/// Counts of each class in some rows.
fn counts_by_class(rows: &[&ExposureEntry], index: &Index<'_>) -> Vec<ClassCount> {
    let mut by: BTreeMap<u32, Vec<&ExposureEntry>> = BTreeMap::new();
    for row in rows {
        if let Some(class) = index.classes.get(row.class.as_str()) {
            by.entry(*class).or_default().push(row);
        }
    }
    by.into_iter().map(|(class, rows)| count(class, &rows)).collect()
}

fn count(class: u32, rows: &[&ExposureEntry]) -> ClassCount {
    let confirmed = |r: &&&ExposureEntry| r.certainty == Certainty::Confirmed;
    let sum = |of: Certainty| rows.iter().filter(|r| r.certainty == of).map(|r| r.count).sum();
    ClassCount {
        class,
        values: rows.iter().filter_map(|r| r.value).collect::<HashSet<_>>().len() as u64,
        subjects: rows.iter().filter(confirmed).filter_map(|r| r.subject).collect::<HashSet<_>>().len() as u64,
        records: rows
            .iter()
            .filter(|r| !r.record.is_empty())
            .map(|r| (&r.tenant, &r.record))
            .collect::<HashSet<_>>()
            .len() as u64,
        confirmed: sum(Certainty::Confirmed),
        probable: sum(Certainty::Probable),
    }
}

fn span(rows: &[&ExposureEntry]) -> Span {
    Span { first: rows.iter().filter_map(|r| r.first).min(), last: rows.iter().filter_map(|r| r.last).max() }
}

/// Tenants of which intruders got something: most people first, then most records, then by key.
fn tenant_order<'a>(parts: &Parts<'a>) -> Vec<&'a str> {
    let mut by: BTreeMap<&str, (HashSet<u128>, HashSet<&str>)> = BTreeMap::new();
    for row in parts.ledger.rows.iter().filter(|r| parts.is_intruder(r.actor) && !r.tenant.is_empty()) {
        let (people, records) = by.entry(&row.tenant).or_default();
        people.extend(row.subject);
        records.insert(&row.record);
    }
    let mut order: Vec<(&str, usize, usize)> = by.into_iter().map(|(t, (p, r))| (t, p.len(), r.len())).collect();
    let number = |t: &str| t.rsplit('=').next().and_then(|n| n.parse::<u64>().ok());
    order.sort_by(|a, b| (b.1, b.2, number(a.0), a.0).cmp(&(a.1, a.2, number(b.0), b.0)));
    order.into_iter().map(|o| o.0).collect()
}

fn tenants(parts: &Parts<'_>, index: &Index<'_>) -> Vec<TenantSummary> {
    let mut by: BTreeMap<u32, (&str, Vec<&ExposureEntry>)> = BTreeMap::new();
    for row in parts.taken() {
        if let Some(at) = index.tenants.get(row.tenant.as_str()) {
            by.entry(*at).or_insert_with(|| (&row.tenant, Vec::new())).1.push(row);
        }
    }
    by.into_values()
        .map(|(tenant, rows)| {
            let (name, key) = tenant.split_once('=').unwrap_or(("", tenant));
            let whole = count(0, &rows);
            let mut actors: Vec<u32> = rows.iter().filter_map(|r| index.actors.get(&r.actor).copied()).collect();
            actors.sort_unstable();
            actors.dedup();
            TenantSummary {
                key: key.to_owned(),
                name: name.to_owned(),
                label: String::new(),
                span: span(&rows),
                exchanges: rows.iter().flat_map(|r| &r.places).collect::<HashSet<_>>().len() as u64,
                confirmed: whole.confirmed,
                probable: whole.probable,
                records: whole.records,
                subjects: whole.subjects,
                classes: counts_by_class(&rows, index),
                actors,
            }
        })
        .collect()
}

fn classes(parts: &Parts<'_>, order: &[&str], index: &Index<'_>) -> Vec<ClassSummary> {
    let mut by: HashMap<&str, Vec<&ExposureEntry>> = HashMap::new();
    for row in &parts.ledger.rows {
        by.entry(&row.class).or_default().push(row);
    }
    let example = |id: &str| parts.ledger.people.iter().find(|p| p.1 == id).map_or("", |p| p.2.as_str());
    order
        .iter()
        .map(|id| {
            let rows = by.get(id).map_or(&[][..], Vec::as_slice);
            let taken: Vec<&ExposureEntry> = rows.iter().copied().filter(|r| parts.is_intruder(r.actor)).collect();
            let meta = parts.options.classes.by_id(id).map(super::super::classify::class::Class::meta);
            let values = |open: bool| {
                rows.iter().filter(|r| !open || r.open > 0).filter_map(|r| r.value).collect::<HashSet<_>>().len() as u64
            };
            ClassSummary {
                id: (*id).to_owned(),
                title: match meta {
                    Some(m) => m.title.to_owned(),
                    None if *id == answers::ANSWER => "answer of unknown content".to_owned(),
                    None => (*id).to_owned(),
                },
                sensitivity: sensitivity(parts, id),
                identifies: meta.is_some_and(|m| m.identifies),
                taken: count(index.classes.get(id).copied().unwrap_or(0), &taken),
                tenants: taken.iter().map(|r| &r.tenant).filter(|t| !t.is_empty()).collect::<HashSet<_>>().len() as u64,
                open: values(true),
                seen: values(false),
                example: example(id).to_owned(),
            }
        })
        .collect()
}

/// `GET api.example/stores/{store_id}/orders`.
pub(super) fn endpoint_name(e: &Endpoint) -> String {
    format!("{} {}{}", e.method, e.host, e.template)
}

fn endpoints(parts: &Parts<'_>, index: &Index<'_>) -> Vec<EndpointSummary> {
    let named: BTreeSet<EndpointId> = parts.findings.iter().flat_map(|f| f.endpoints.iter().copied()).collect();
    let mut intruders: HashMap<EndpointId, u64> = HashMap::new();
    for v in parts.facts.visits.iter().filter(|v| parts.is_intruder(v.actor)) {
        *intruders.entry(v.endpoint).or_default() += v.statuses.total();
    }
    let lens = &parts.case.settings.lens;
    let mut out = Vec::new();
    for (at, e) in parts.facts.endpoints.iter().enumerate() {
        let id = EndpointId(at as u32);
        let mut classes: Vec<u32> = e
            .classes
            .iter()
            .filter(|c| c.location.is_response())
            .filter_map(|c| index.classes.get(c.class.as_str()).copied())
            .collect();
        classes.sort_unstable();
        classes.dedup();
        if classes.is_empty() && !named.contains(&id) && !intruders.contains_key(&id) {
            continue;
        }
        out.push(EndpointSummary {
            method: e.method.clone(),
            host: e.host.clone(),
            template: e.template.clone(),
            auth_present: e.auth_present,
            auth_absent: e.auth_absent,
            auth_unknown: e.auth_unknown,
            exchanges: e.statuses.total(),
            success: e.statuses.success,
            open_success: e.open_success,
            intruder_exchanges: intruders.get(&id).copied().unwrap_or(0),
            should_authenticate: lens.authenticated.contains(&e.template).then_some(true),
            classes,
        });
    }
    out
}

fn timeline(parts: &Parts<'_>) -> Timeline {
    let hours: BTreeSet<i64> = parts.facts.hours.iter().map(|h| h.1).collect();
    let spread = hours.first().zip(hours.last()).map_or(0, |(a, b)| (b - a) as usize);
    let step_us = if hours.is_empty() {
        0
    } else if spread > STEPS_MAX {
        24 * HOUR
    } else {
        HOUR
    };
    let mut steps: BTreeMap<Micros, Step> = BTreeMap::new();
    for (actor, hour, count) in &parts.facts.hours {
        let start = (hour * HOUR).div_euclid(step_us) * step_us;
        let step = steps.entry(start).or_insert(Step { start, ..Step::default() });
        *(if parts.is_intruder(*actor) { &mut step.intruders } else { &mut step.others }) += count;
    }
    let mut first_record: HashMap<(&str, &str), Micros> = HashMap::new();
    let mut first_subject: HashMap<u128, Micros> = HashMap::new();
    for row in parts.taken() {
        let Some(at) = row.first else { continue };
        if !row.record.is_empty() {
            let slot = first_record.entry((&row.tenant, &row.record)).or_insert(at);
            *slot = (*slot).min(at);
        }
        if let Some(subject) = row.subject {
            let slot = first_subject.entry(subject).or_insert(at);
            *slot = (*slot).min(at);
        }
    }
    let mut add = |at: Micros, of: fn(&mut Step) -> &mut u64| {
        if step_us > 0
            && let Some(step) = steps.get_mut(&(at.div_euclid(step_us) * step_us))
        {
            *of(step) += 1;
        }
    };
    first_record.into_values().for_each(|at| add(at, |s| &mut s.new_records));
    first_subject.into_values().for_each(|at| add(at, |s| &mut s.new_subjects));
    Timeline { step_us, steps: steps.into_values().collect() }
}

/// Rows of the outcome's ledger: those of intruders, values put together.
fn rows(parts: &Parts<'_>, index: &Index<'_>) -> Vec<ExposureRow> {
    let mut out: Vec<ExposureRow> = Vec::new();
    for r in parts.taken() {
        let (Some(actor), Some(class)) = (index.actors.get(&r.actor), index.classes.get(r.class.as_str())) else {
            continue;
        };
        let row = ExposureRow {
            actor: *actor,
            tenant: index.tenants.get(r.tenant.as_str()).copied(),
            class: *class,
            record: r.record.clone(),
            subject: r.subject.map(Fingerprint),
            span: Span { first: r.first, last: r.last },
            count: r.count,
            certainty: r.certainty,
            places: r.places.clone(),
        };
        match out.last_mut() {
            Some(last)
                if (last.actor, last.tenant, last.class, &last.record, last.subject)
                    == (row.actor, row.tenant, row.class, &row.record, row.subject) =>
            {
                last.span.first = last.span.first.into_iter().chain(row.span.first).min();
                last.span.last = last.span.last.into_iter().chain(row.span.last).max();
                last.count += row.count;
                last.certainty = last.certainty.max(row.certainty);
                last.places.extend(row.places);
                last.places.sort_unstable();
                last.places.dedup();
                last.places.truncate(3);
            }
            _ => out.push(row),
        }
    }
    out
}

/// Distinct things in some rows. A thing counts where it is surest.
fn scope<'r>(rows: impl Iterator<Item = &'r ExposureEntry>) -> Scope {
    let mut scope = Scope::default();
    let (mut sure, mut likely) = (Things::default(), Things::default());
    for row in rows {
        if row.certainty == Certainty::Confirmed { sure.add(row) } else { likely.add(row) }
    }
    scope.confirmed = sure.counts(None);
    scope.probable = likely.counts(Some(&sure));
    scope
}

#[derive(Default)]
struct Things<'r> {
    exchanges: u64,
    tenants: HashSet<&'r str>,
    records: HashSet<(&'r str, &'r str)>,
    subjects: HashSet<u128>,
    values: HashSet<(&'r str, u128)>,
}

impl<'r> Things<'r> {
    fn add(&mut self, row: &'r ExposureEntry) {
        self.exchanges += row.count;
        if !row.tenant.is_empty() {
            self.tenants.insert(&row.tenant);
        }
        if !row.record.is_empty() {
            self.records.insert((&row.tenant, &row.record));
        }
        self.subjects.extend(row.subject);
        self.values.extend(row.value.map(|v| (row.class.as_str(), v)));
    }

    fn counts(&self, without: Option<&Self>) -> Counts {
        let empty = Self::default();
        let without = without.unwrap_or(&empty);
        Counts {
            exchanges: self.exchanges,
            tenants: self.tenants.difference(&without.tenants).count() as u64,
            records: self.records.difference(&without.records).count() as u64,
            subjects: self.subjects.difference(&without.subjects).count() as u64,
            values: self.values.difference(&without.values).count() as u64,
        }
    }
}

fn totals(parts: &Parts<'_>) -> Totals {
    let rows = || parts.ledger.rows.iter();
    Totals {
        taken: scope(parts.taken()),
        open: scope(rows().filter(|r| r.open > 0)),
        rightful: scope(rows().filter(|r| !parts.is_intruder(r.actor))),
    }
}

fn findings(parts: &Parts<'_>, index: &Index<'_>) -> Vec<FindingSummary> {
    parts
        .findings
        .iter()
        .map(|f| FindingSummary {
            rule: f.rule.to_owned(),
            title: rule(f.rule).map_or(f.rule, |m| m.title).to_owned(),
            severity: f.severity,
            confidence: f.confidence,
            actors: f.actors.iter().filter_map(|a| index.actors.get(a).copied()).collect(),
            endpoints: f.endpoints.iter().filter_map(|e| parts.facts.endpoint(*e)).map(endpoint_name).collect(),
            sentence: f.sentence.clone(),
            accuses: f.accuses,
            span: Span { first: f.first, last: f.last },
            exchanges: f.exchanges,
            examples: f.examples.clone(),
        })
        .collect()
}

fn rule(id: &str) -> Option<&'static Meta> {
    let own = super::inventory::RULES.iter().copied();
    detect::ALL.iter().map(|d| d.meta()).chain(own).find(|m| m.id == id)
}

fn rules(findings: &[Finding]) -> Vec<&'static Meta> {
    let ids: BTreeSet<&str> = findings.iter().map(|f| f.rule).collect();
    ids.into_iter().filter_map(rule).collect()
}

/// What the analysis cannot say.
fn limits(parts: &Parts<'_>, out: &Outcome) -> Vec<String> {
    let mut limits = Vec::new();
    let c = &out.coverage;
    if c.bodies_kept == 0 {
        limits.push(
            "No response body was kept: what answers held is inferred from endpoints and identifiers, not read."
                .to_owned(),
        );
    } else if c.bodies_kept < c.exchanges {
        limits.push(format!(
            "Response bodies were kept of {} of {} exchanges; what the others held is inferred.",
            c.bodies_kept, c.exchanges
        ));
    }
    if c.auth_unknown == c.exchanges && c.exchanges > 0 {
        limits.push("None of the evidence records whether requests carried credentials.".to_owned());
    }
    if c.rejects > 0 {
        limits.push(format!("{} records of the evidence could not be read.", c.rejects));
    }
    if !out.gaps.is_empty() {
        limits.push(format!("The logs have {} gaps; what happened then is not known.", out.gaps.len()));
    }
    if parts.ledger.limit_hit {
        limits.push("The ledger's limit was hit: records and people are lower bounds.".to_owned());
    }
    if out.intruders().next().is_none() {
        limits.push("Nobody was named as an intruder and no finding proposes one: --actor says who it was.".to_owned());
    } else if out.intruders().all(|a| a.verdict == Verdict::Proposed) {
        limits.push("Intruders are proposed by findings; no analyst has confirmed them.".to_owned());
    }
    let names = parts.options.verdicts.unmatched(parts.facts);
    if !names.is_empty() {
        limits.push(format!("No exchange is of: {}.", names.join(", ")));
    }
    limits
}
