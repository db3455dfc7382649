//! What the analyst knows of the API, and what is inferred where he says nothing.

use std::collections::BTreeMap;

use super::table::Role;

/// What the analyst says. Everything is optional; what is absent is inferred.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lens {
    /// Names of identifiers that name a tenant: `store_id`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tenant: Vec<String>,
    /// Names of identifiers that name a record: `order_id`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub record: Vec<String>,
    /// Names of identifiers that name a person: `customer_id`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subject: Vec<String>,
    /// Names that name nothing of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// Path templates that win over the learnt ones: `/menu/{slug}`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<String>,
    /// Templates of endpoints that need authentication.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authenticated: Vec<String>,
    /// Templates of endpoints that anybody may read: nothing they show counts as exposed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub public: Vec<String>,
    /// Data classes that an endpoint's answers hold, by template, where no body was kept.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub returns: BTreeMap<String, Vec<String>>,
    /// How many there are: `store_id = 37529`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub population: BTreeMap<String, u64>,
    /// Captures that are not an actor's of a log although their requests agree: `capture:3`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unlinked: Vec<String>,
    /// OpenAPI file that describes the API, its path from the case's folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openapi: Option<String>,
}

/// Nouns of a tenant. A word counts where it is the name or stands before `_id`, `_no` and the like.
const TENANTS: &[&str] = &[
    "branch",
    "brand",
    "business",
    "cafe",
    "company",
    "establishment",
    "franchise",
    "hotel",
    "merchant",
    "mid",
    "org",
    "organisation",
    "organization",
    "outlet",
    "partner",
    "restaurant",
    "retailer",
    "seller",
    "shop",
    "store",
    "tenant",
    "vendor",
    "venue",
    "warehouse",
    "workspace",
];

/// Nouns of a record.
const RECORDS: &[&str] = &[
    "application",
    "appointment",
    "bill",
    "booking",
    "card",
    "cart",
    "charge",
    "claim",
    "coupon",
    "delivery",
    "document",
    "file",
    "invoice",
    "job",
    "kot",
    "message",
    "order",
    "parcel",
    "payment",
    "policy",
    "post",
    "prescription",
    "profile",
    "purchase",
    "receipt",
    "refund",
    "report",
    "request",
    "reservation",
    "shipment",
    "statement",
    "subscription",
    "table",
    "ticket",
    "transaction",
    "trip",
    "txn",
    "vehicle",
];

/// Nouns of a person.
const SUBJECTS: &[&str] = &[
    "account",
    "beneficiary",
    "citizen",
    "contact",
    "consumer",
    "cust",
    "customer",
    "diner",
    "driver",
    "email",
    "employee",
    "guest",
    "holder",
    "lead",
    "member",
    "mobile",
    "patient",
    "payer",
    "people",
    "person",
    "phone",
    "player",
    "recipient",
    "resident",
    "rider",
    "staff",
    "student",
    "subscriber",
    "traveller",
    "user",
    "username",
    "visitor",
    "waiter",
];

/// Endings that make a name of a noun.
const ENDINGS: &[&str] = &[
    "_id", "_ids", "_uuid", "_guid", "_code", "_no", "_num", "_number", "_key", "_ref", "_slug", "_name", "_handle",
    "_pk",
];

impl Lens {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What a name stands for: the analyst's word, else by its noun.
    pub fn role(&self, name: &str) -> Role {
        let says = |list: &[String]| list.iter().any(|n| n == name);
        if says(&self.ignore) {
            Role::Other
        } else if says(&self.tenant) {
            Role::Tenant
        } else if says(&self.record) {
            Role::Record
        } else if says(&self.subject) {
            Role::Subject
        } else {
            infer(name)
        }
    }
}

/// Beginnings of names that point to another object.
const OTHERS: &[&str] =
    &["last_", "previous_", "prev_", "next_", "first_", "parent_", "original_", "related_", "linked_", "latest_"];

/// What a name stands for by its noun: `merchant_store_id` is a tenant because its last noun is one.
pub fn infer(name: &str) -> Role {
    // `last_order_no` is a fact about a person, not the order that the object is.
    if OTHERS.iter().any(|o| name.starts_with(o)) {
        return Role::Other;
    }
    let noun = ENDINGS.iter().find_map(|e| name.strip_suffix(e)).unwrap_or(name);
    let is = |list: &[&str], word: &str| list.contains(&word);
    let last = noun.rsplit('_').next().unwrap_or(noun);
    for word in [noun, last] {
        if is(RECORDS, word) {
            return Role::Record;
        }
        if is(TENANTS, word) {
            return Role::Tenant;
        }
        if is(SUBJECTS, word) {
            return Role::Subject;
        }
    }
    Role::Other
}

/// Records that other records refer to: an order names its table, its coupon, its card.
const REFERRED_TO: &[&str] = &["card", "coupon", "table", "vehicle"];

/// Tenants that others belong to: a merchant has stores.
const GROUPS: &[&str] = &[
    "brand",
    "business",
    "company",
    "franchise",
    "merchant",
    "org",
    "organisation",
    "organization",
    "partner",
    "retailer",
    "seller",
    "tenant",
    "vendor",
    "workspace",
];

/// Whether a tenant of this name is a group of others, where one of them is named beside it.
pub fn is_group(name: &str) -> bool {
    GROUPS.contains(&last_noun(name))
}

fn last_noun(name: &str) -> &str {
    let noun = ENDINGS.iter().find_map(|e| name.strip_suffix(e)).unwrap_or(name);
    noun.rsplit('_').next().unwrap_or(noun)
}

/// Whether a record of this name stands beside the one that an object is, where it is not alone.
pub fn is_referred_to(name: &str) -> bool {
    REFERRED_TO.contains(&last_noun(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_tell_roles() {
        for (name, role) in [
            ("store_id", Role::Tenant),
            ("restaurant", Role::Tenant),
            ("merchant_store_id", Role::Tenant),
            ("order_id", Role::Record),
            ("store_order_id", Role::Record),
            ("table_no", Role::Record),
            ("customer_id", Role::Subject),
            ("phone", Role::Subject),
            ("last_order_no", Role::Other),
            ("item_id", Role::Other),
            ("id", Role::Other),
        ] {
            assert_eq!(infer(name), role, "{name}");
        }
    }

    #[test]
    fn a_table_is_what_an_order_refers_to() {
        assert!(is_referred_to("table_id") && is_referred_to("own_table_no"));
        assert!(!is_referred_to("order_no") && !is_referred_to("id"));
        assert!(is_group("merchant_id") && !is_group("merchant_store_id"));
    }

    #[test]
    fn the_analyst_wins() {
        let lens = Lens { tenant: vec!["id".into()], ignore: vec!["store_id".into()], ..Lens::default() };
        assert_eq!(lens.role("id"), Role::Tenant);
        assert_eq!(lens.role("store_id"), Role::Other);
        assert_eq!(lens.role("order_id"), Role::Record);
    }
}
