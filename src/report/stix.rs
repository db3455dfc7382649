//! STIX 2.1: what may be told to others about the intruders and nobody else. One bundle: the tool,
//! the incident, and for each intruder with an address the observation and an indicator. Tenants,
//! records and people are not in it, counts are.
//!
//! OASIS, "STIX Version 2.1" (10 June 2021). Ids are `UUIDv5`: of an address in the namespace that the
//! standard sets for cyber observables (2.9), of all else in this project's own, from the digests of
//! the evidence. Times are those of the evidence; no clock is read.

use serde_json::{Value as Tree, json};
use uuid::Uuid;

use super::json::document;
use super::parts::counted;
use crate::domain::Micros;
use crate::domain::safe_text::escape;
use crate::domain::time::rfc3339;
use crate::exposure::Outcome;
use crate::exposure::outcome::{ActorSummary, Verdict};

/// Namespace of ids of cyber observables (STIX 2.1, 2.9).
const OBSERVABLES: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);
/// Namespace of all other ids; the standard forbids its own for them.
const OWN: Uuid = Uuid::from_u128(0x06c9_2865_61c7_4802_9bb7_3fa2_1e08_b77d);
/// `number_observed` ends here (STIX 2.1, 4.14).
const OBSERVED_MOST: u64 = 999_999_999;

/// The bundle.
pub fn write(outcome: &Outcome) -> Vec<u8> {
    let bundle = Bundle::new(outcome);
    let mut objects = vec![bundle.object(
        "identity",
        "tool",
        json!({ "name": escape(outcome.tool.as_bytes()), "identity_class": "system" }),
    )];
    let incident = bundle.id("incident", "incident");
    objects.push(bundle.authored(
        "incident",
        "incident",
        json!({ "name": "Data taken through an HTTP API", "description": description(outcome) }),
    ));
    for actor in outcome.intruders() {
        bundle.actor(actor, &incident, &mut objects);
    }
    let refs: Vec<Tree> = objects.iter().filter_map(|o| o.get("id").cloned()).collect();
    objects.push(bundle.authored(
        "report",
        "report",
        json!({
            "name": "Who took data through an HTTP API",
            "description": description(outcome),
            "report_types": ["indicator", "observed-data"],
            "published": bundle.at,
            "object_refs": refs,
        }),
    ));
    document(&json!({ "type": "bundle", "id": bundle.id("bundle", "bundle"), "objects": objects }))
}

/// Counts only.
fn description(outcome: &Outcome) -> String {
    let taken = &outcome.totals.taken;
    format!(
        "{} got {} of {} confirmed, and {} more probable.",
        counted(outcome.intruders().count() as u64, "intruder"),
        counted(taken.confirmed.records, "record"),
        counted(taken.confirmed.subjects, "person"),
        counted(taken.probable.records, "record"),
    )
}

/// What all objects share.
struct Bundle {
    /// Digests of all evidence: the same evidence, the same ids.
    seed: String,
    /// `created` and `modified`: the last moment that the evidence shows.
    at: String,
    first: Micros,
    last: Micros,
}

impl Bundle {
    fn new(outcome: &Outcome) -> Self {
        let last = outcome.window.last.unwrap_or(0);
        let digests: Vec<&str> = outcome.evidence.iter().map(|e| e.sha256.as_str()).collect();
        let seed = format!("{}\n{}\n{}", outcome.tool, digests.join("\n"), rfc3339(last));
        Self { seed, at: stamp(last), first: outcome.window.first.unwrap_or(last), last }
    }

    fn id(&self, kind: &str, name: &str) -> String {
        // Lengths stand before the parts, so that no name can be made to look like another's seed.
        let content = format!("{}:{kind}{}:{name}{}", kind.len(), name.len(), self.seed);
        format!("{kind}--{}", Uuid::new_v5(&OWN, content.as_bytes()))
    }

    /// An object of its kind's own members and the common ones.
    fn object(&self, kind: &str, name: &str, members: Tree) -> Tree {
        let mut object = members;
        if let Some(map) = object.as_object_mut() {
            map.insert("type".into(), kind.into());
            map.insert("spec_version".into(), "2.1".into());
            map.insert("id".into(), self.id(kind, name).into());
            map.insert("created".into(), self.at.clone().into());
            map.insert("modified".into(), self.at.clone().into());
        }
        object
    }

    /// The same, made by the tool.
    fn authored(&self, kind: &str, name: &str, members: Tree) -> Tree {
        let mut object = self.object(kind, name, members);
        if let Some(map) = object.as_object_mut() {
            map.insert("created_by_ref".into(), self.id("identity", "tool").into());
        }
        object
    }

    fn relationship(&self, kind: &str, source: &str, target: &str) -> Tree {
        let members = json!({ "relationship_type": kind, "source_ref": source, "target_ref": target });
        self.authored("relationship", &format!("{source} {kind} {target}"), members)
    }

    /// Address, observation, indicator; nothing for an actor whose address the evidence does not hold.
    fn actor(&self, actor: &ActorSummary, incident: &str, objects: &mut Vec<Tree>) {
        let Some((address, kind)) = address(actor) else { return };
        let value = address.to_string();
        let observable = observable_id(kind, &value);
        let known = |o: &Tree| o.get("id").and_then(Tree::as_str) == Some(observable.as_str());
        if !objects.iter().any(known) {
            objects.push(json!({ "type": kind, "spec_version": "2.1", "id": observable, "value": value }));
        }
        let first = actor.span.first.unwrap_or(self.first);
        let last = actor.span.last.unwrap_or(self.last).max(first);
        objects.push(self.authored(
            "observed-data",
            &actor.key,
            json!({
                "first_observed": stamp(first),
                "last_observed": stamp(last),
                "number_observed": actor.exchanges.clamp(1, OBSERVED_MOST),
                "object_refs": [observable],
            }),
        ));
        let (word, meaning) = match actor.verdict {
            Verdict::Intruder => ("malicious-activity", "an analyst says so"),
            _ => ("anomalous-activity", "findings accuse it, no analyst has judged"),
        };
        objects.push(self.authored(
            "indicator",
            &actor.key,
            json!({
                "name": format!("Requests from {value}"),
                "description": format!("Sent {}; {meaning}.", counted(actor.exchanges, "request")),
                "indicator_types": [word],
                "pattern": pattern(kind, &value, &actor.user_agent),
                "pattern_type": "stix",
                "pattern_version": "2.1",
                "valid_from": stamp(first),
            }),
        ));
        let (indicator, observed) = (self.id("indicator", &actor.key), self.id("observed-data", &actor.key));
        objects.push(self.relationship("based-on", &indicator, &observed));
        objects.push(self.relationship("related-to", &indicator, incident));
    }
}

fn address(actor: &ActorSummary) -> Option<(std::net::IpAddr, &'static str)> {
    let address: std::net::IpAddr = actor.address.parse().ok()?;
    Some((address, if address.is_ipv4() { "ipv4-addr" } else { "ipv6-addr" }))
}

/// Of the only contributing property, `value`, as canonical JSON (RFC 8785).
fn observable_id(kind: &str, value: &str) -> String {
    let canonical = json!({ "value": value }).to_string();
    format!("{kind}--{}", Uuid::new_v5(&OBSERVABLES, canonical.as_bytes()))
}

/// The address, together with the user agent where one is known: alone, a browser's name accuses
/// everybody who uses it.
fn pattern(kind: &str, address: &str, user_agent: &str) -> String {
    if user_agent.is_empty() {
        return format!("[{kind}:value = {}]", literal(address));
    }
    format!(
        "[network-traffic:src_ref.type = '{kind}' AND network-traffic:src_ref.value = {} AND \
         network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'[*] = {}]",
        literal(address),
        literal(user_agent)
    )
}

/// A string of the pattern language: quotes and backslashes take a backslash (STIX 2.1, 9.6).
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// RFC 3339 to the millisecond, as `created` and `modified` must be (STIX 2.1, 3.2).
fn stamp(at: Micros) -> String {
    let whole = rfc3339(at - at.rem_euclid(1_000_000));
    format!("{}.{:03}Z", whole.trim_end_matches('Z'), at.rem_euclid(1_000_000) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the OASIS library (python stix2 3.0.2) gives the same addresses.
    #[test]
    fn ids_of_addresses_are_those_of_the_standard() {
        assert_eq!(observable_id("ipv4-addr", "198.51.100.3"), "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
        assert_eq!(observable_id("ipv6-addr", "2001:db8::7"), "ipv6-addr--9ed76cd5-ab3b-55a5-b6ec-b55c3efb0be2");
    }

    #[test]
    fn patterns_cannot_be_left() {
        assert_eq!(literal(r"a' OR \'"), r"'a\' OR \\\''");
        assert_eq!(pattern("ipv4-addr", "203.0.113.9", ""), "[ipv4-addr:value = '203.0.113.9']");
    }

    #[test]
    fn times_have_milliseconds() {
        assert_eq!(stamp(1_726_000_000_123_999), "2024-09-10T20:26:40.123Z");
        assert_eq!(stamp(0), "1970-01-01T00:00:00.000Z");
    }
}
