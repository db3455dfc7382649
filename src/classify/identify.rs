//! Names of identifiers: which values say what a request or a record is about.

use crate::domain::Location;

use super::words;

/// Businesses, business objects and people that an API names.
const NOUNS: &[&str] = &[
    "store",
    "restaurant",
    "merchant",
    "outlet",
    "shop",
    "branch",
    "tenant",
    "org",
    "company",
    "vendor",
    "seller",
    "kitchen",
    "cafe",
    "hotel",
    "site",
    "location",
    "franchise",
    "brand",
    "partner",
    "business",
    "property",
    "venue",
    "clinic",
    "hospital",
    "school",
    "warehouse",
    "order",
    "bill",
    "invoice",
    "booking",
    "reservation",
    "table",
    "kot",
    "ticket",
    "cart",
    "receipt",
    "payment",
    "refund",
    "record",
    "report",
    "file",
    "document",
    "shipment",
    "delivery",
    "subscription",
    "case",
    "appointment",
    "policy",
    "claim",
    "statement",
    "address",
];

/// People: a value that names one may itself be personal.
const SUBJECTS: &[&str] = &[
    "customer",
    "user",
    "member",
    "guest",
    "account",
    "person",
    "employee",
    "staff",
    "rider",
    "driver",
    "patient",
    "student",
    "profile",
    "contact",
    "client",
    "buyer",
    "owner",
    "subscriber",
    "passenger",
];

/// Ends of keys that name one of many, whatever stands before.
const IDS: &[&str] = &["id", "uuid", "guid", "slug"];

/// Ends that do so only behind one of the nouns: a currency has a code too.
const CODES: &[&str] = &["code", "no", "number", "ref", "key", "num"];

/// Words of keys that name a call, a device or a credential, not what the call is about.
const OTHERS: &[&str] = &[
    "request",
    "trace",
    "span",
    "correlation",
    "session",
    "csrf",
    "xsrf",
    "nonce",
    "etag",
    "device",
    "ad",
    "advertising",
    "transaction",
    "api",
    "access",
    "secret",
    "private",
    "public",
    "auth",
    "token",
    "gateway",
    "app",
    "connection",
    "event",
    "message",
    "msg",
    "tracking",
    "phone",
    "mobile",
    "email",
    "aadhaar",
    "aadhar",
    "pan",
    "gst",
    "gstin",
    "tax",
    "postal",
    "zip",
    "pin",
    "country",
    "currency",
    "idempotency",
    "build",
    "version",
    "error",
    "status",
    "hsn",
    "card",
    "passport",
    "voter",
    "upi",
    "ifsc",
    "client",
    "google",
    "facebook",
    "fb",
    "analytics",
    "pixel",
    "gtm",
    "experiment",
    "template",
];

/// Wrappers that do not name what is inside.
const WRAPPERS: &[&str] = &[
    "data", "result", "response", "payload", "item", "list", "detail", "info", "body", "entry", "node", "obj", "object",
];

/// What an identifier is called, and how much its value must look like one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// `store_id`.
    pub(crate) text: Box<str>,
    /// The key is a bare noun: `store`, `customer`; a value in words is a name, not an identifier.
    pub(crate) bare: bool,
    /// It names a person.
    pub(crate) subject: bool,
}

fn has(list: &[&str], word: &str) -> bool {
    list.contains(&word)
}

/// Whether an identifier of this name stands for a person.
pub(crate) fn names_a_person(name: &str) -> bool {
    SUBJECTS.iter().any(|s| name.contains(s))
}

/// The identifier that stands under a key; parents outermost first.
pub(crate) fn name(key: &[u8], parents: &[&[String]], location: Location) -> Option<Name> {
    let own: Vec<String> = words::split(key).iter().map(|w| plain(w)).collect();
    let last = own.last()?.as_str();
    let named =
        |text: String, bare: bool| Some(Name { subject: names_a_person(&text), text: text.into_boxed_str(), bare });
    if own.len() == 1 {
        if has(NOUNS, last) || has(SUBJECTS, last) {
            return named(format!("{last}_id"), true);
        }
        let parent = parents.iter().rev().find_map(|p| p.last().filter(|w| !has(WRAPPERS, w)));
        return match parent {
            Some(p) if has(IDS, last) && !has(OTHERS, p) => named(format!("{p}_{last}"), false),
            Some(p) if has(CODES, last) && (has(NOUNS, p) || has(SUBJECTS, p)) => named(format!("{p}_{last}"), false),
            None if has(IDS, last) || matches!(location, Location::Query) && last == "no" => {
                named(last.to_owned(), false)
            }
            _ => None,
        };
    }
    let before = own.get(..own.len() - 1)?;
    if before.iter().any(|w| has(OTHERS, w)) {
        return None;
    }
    let noun = before.iter().any(|w| has(NOUNS, w) || has(SUBJECTS, w));
    if has(IDS, last) || has(CODES, last) && noun {
        return named(own.join("_"), false);
    }
    None
}

fn plain(word: &str) -> String {
    match word {
        "cust" => "customer".to_owned(),
        "rest" => "restaurant".to_owned(),
        _ => words::singular(word).to_owned(),
    }
}

/// The identifier in a path segment behind `before`: `stores` → `store_id`.
pub(crate) fn name_in_path(before: &[u8]) -> Option<String> {
    let words = words::split(before);
    let last = words.last()?;
    if words.is_empty()
        || words.len() > 4
        || last.bytes().all(|b| b.is_ascii_digit())
        || words.iter().any(|w| w.len() > 32)
    {
        return None;
    }
    // `/api/v1/77`: a version names nothing.
    if words.len() == 2 && words.first().is_some_and(|w| w == "v") {
        return None;
    }
    let mut singular: Vec<String> = words.iter().map(|w| plain(w)).collect();
    if !singular.last().is_some_and(|w| has(IDS, w) || has(CODES, w)) {
        singular.push("id".to_owned());
    }
    Some(singular.join("_"))
}

/// Whether a text can be an identifier's value.
pub(crate) fn fits(name: &Name, text: &[u8]) -> bool {
    if text.is_empty() || text.len() > 128 || text.iter().any(|b| *b < 0x21 || *b == b'"' || *b == 0x7f) {
        return false;
    }
    if !name.bare {
        return !matches!(text, b"true" | b"false" | b"null") && !is_fraction(text);
    }
    text.iter().any(u8::is_ascii_digit) && !is_fraction(text)
}

fn is_fraction(text: &[u8]) -> bool {
    let mut dots = 0;
    text.iter().all(|b| {
        dots += u8::from(*b == b'.');
        b.is_ascii_digit() || *b == b'.'
    }) && dots == 1
}

/// Whether a path segment that no shape replaced looks like a value.
pub(crate) fn looks_like_a_value(segment: &[u8]) -> bool {
    let digits = segment.iter().filter(|b| b.is_ascii_digit()).count();
    let version =
        segment.len() <= 4 && segment.first().is_some_and(|b| b | 0x20 == b'v') && digits + 1 == segment.len();
    // A file's name: `app.3f9c.js`.
    let file = segment.iter().rev().take(6).any(|b| *b == b'.') && !segment.contains(&b'@');
    !version && (digits > 0 && !file || segment.contains(&b'@') || segment.contains(&b'%'))
}

/// Part of an order, as a bit; 0 where it is none.
pub(crate) fn part(own: &[String]) -> u8 {
    let says = |word: &str| own.iter().any(|w| w == word);
    let order = ["order", "bill", "invoice", "kot"].iter().any(|w| says(w));
    let Some(last) = own.last().map(String::as_str) else { return 0 };
    if order && matches!(last, "id" | "no" | "ref" | "code") {
        return 1;
    }
    match last {
        "item" | "cart" | "dish" | "product" if own.len() <= 2 => 2,
        "total" | "amount" if order || own.len() == 1 || says("total") || says("grand") => 4,
        "table" => 8,
        "no" | "id" | "name" if says("table") => 8,
        "status" if own.len() == 1 || order => 16,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str) -> Option<String> {
        let words: Vec<Vec<String>> =
            path.split('/').map(|k| words::split(k.as_bytes()).iter().map(|w| words::canonical(w)).collect()).collect();
        let parents: Vec<&[String]> = words.iter().take(words.len() - 1).map(Vec::as_slice).collect();
        let key = path.rsplit('/').next().unwrap();
        name(key.as_bytes(), &parents, Location::ResponseBody).map(|n| n.text.into())
    }

    #[test]
    fn identifiers_are_named_by_key_and_parent() {
        for (path, want) in [
            ("storeId", "store_id"),
            ("orders/id", "order_id"),
            ("data/orders/id", "order_id"),
            ("_id", "id"),
            ("restaurant", "restaurant_id"),
            ("order_no", "order_no"),
            ("billNumber", "bill_number"),
            ("merchant/code", "merchant_code"),
            ("user_uuid", "user_uuid"),
            ("stores/slug", "store_slug"),
        ] {
            assert_eq!(named(path).as_deref(), Some(want), "{path}");
        }
        for path in ["request_id", "currency/code", "phone_no", "name", "api_key", "status_code", "price", "aadhaar_no"]
        {
            assert_eq!(named(path), None, "{path}");
        }
        assert_eq!(name_in_path(b"stores").as_deref(), Some("store_id"));
        assert_eq!(name_in_path(b"order-uuid").as_deref(), Some("order_uuid"));
        assert_eq!(name_in_path(b"v1"), None);
    }

    #[test]
    fn a_bare_noun_needs_a_value_that_is_no_name() {
        let bare = name(b"customer", &[], Location::Query).unwrap();
        assert!(fits(&bare, b"C-1009") && !fits(&bare, b"Asha") && !fits(&bare, b"12.5"));
        assert!(looks_like_a_value(b"4711") && looks_like_a_value(b"a%40b.example"));
        assert!(!looks_like_a_value(b"v2") && !looks_like_a_value(b"app.3f9c.js") && !looks_like_a_value(b"orders"));
    }

    #[test]
    fn parts_of_an_order() {
        let part =
            |key: &str| part(&words::split(key.as_bytes()).iter().map(|w| words::canonical(w)).collect::<Vec<_>>());
        assert_eq!(["orderId", "items", "order_total", "table_no", "status"].map(part), [1, 2, 4, 8, 16]);
        assert_eq!(["name", "id", "item_name", "unit_amount"].map(part), [0; 4]);
    }
}
