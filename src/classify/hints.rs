//! What a key says for and against the classes; asked once for each place in a body, never for a value.

use std::collections::{HashMap, HashSet};

use super::bits::Bits;
use super::words;

/// Words that carry no meaning of their own: a hint may stand before them (`mobile_no`), and a key of
/// nothing else is read with its parent (`phone: {"number": …}`).
const GENERIC: &[&str] = &[
    "no",
    "id",
    "value",
    "val",
    "text",
    "txt",
    "str",
    "string",
    "data",
    "raw",
    "info",
    "detail",
    "line",
    "primary",
    "secondary",
    "main",
    "default",
    "current",
    "home",
    "work",
    "office",
    "personal",
    "full",
    "input",
    "field",
    "code",
    "alternate",
    "alt",
    "new",
    "old",
    "complete",
    "digit",
    "display",
    "formatted",
    "original",
    "actual",
    "plain",
    "str",
];

/// Parents that only wrap: looked through for the one that names the thing.
const WRAPPERS: &[&str] = &[
    "data",
    "detail",
    "info",
    "payload",
    "response",
    "result",
    "body",
    "object",
    "obj",
    "dto",
    "model",
    "record",
    "list",
    "array",
    "item",
    "content",
    "attribute",
    "attr",
    "doc",
    "document",
    "meta",
    "entry",
    "node",
    "edge",
    "row",
    "profile",
    "variable",
    "input",
    "param",
    "request",
    "property",
    "field",
    "hit",
    "source",
];

/// Heads of keys whose values are times, amounts, counts, versions and numbers of things: a number or
/// code there is no phone, card or national id unless its class' own key words say so.
const MUTING: &[&str] = &[
    "time",
    "ts",
    "timestamp",
    "at",
    "ms",
    "epoch",
    "date",
    "price",
    "amount",
    "total",
    "subtotal",
    "tax",
    "qty",
    "quantity",
    "count",
    "port",
    "size",
    "width",
    "height",
    "duration",
    "version",
    "ver",
    "build",
    "barcode",
    "ean",
    "upc",
    "sku",
    "hsn",
    "sac",
    "etag",
    "hash",
    "checksum",
    "trace",
    "span",
    "index",
    "offset",
    "limit",
    "page",
    "lat",
    "lng",
    "color",
    "colour",
    "image",
    "img",
    "icon",
    "sprite",
    "thumbnail",
    "css",
    "class",
    "rating",
    "score",
    "weight",
    "sequence",
    "seq",
    "rank",
    "position",
    "ttl",
    "expiry",
    "fee",
    "cost",
    "discount",
    "balance",
    "percent",
    "rate",
    "day",
    "month",
    "year",
    "hour",
    "minute",
    "second",
    "created",
    "updated",
    "modified",
    "batch",
    "lot",
    "serial",
    "geohash",
];

/// What a key says for one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) class: u16,
    pub(crate) strength: Strength,
    /// Words that matched: more are more specific.
    pub(crate) words: u8,
}

/// How much a hint is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// The key ends as one of the class' phrases does: `name` for `customer_name`.
    Weak,
    /// The class' word is there and another thing is named: `phone_verified`.
    Part,
    /// The key, or a key that says nothing together with its parent, names the class.
    Full,
}

/// What a key says for and against all classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KeyHints {
    /// One a class.
    pub(crate) hints: Box<[Hint]>,
    /// The classes of `hints`.
    pub(crate) hinted: Bits,
    /// Classes that are not to be reported here.
    pub(crate) against: Bits,
    /// The head names a time, an amount, a count: see [`MUTING`].
    pub(crate) mute: bool,
}

impl KeyHints {
    /// What the key says for this class.
    pub(crate) fn of(&self, class: u16) -> Option<Hint> {
        self.hints.iter().find(|h| h.class == class).copied()
    }
}

#[derive(Debug, Clone)]
struct Phrase {
    words: Box<[String]>,
    class: u16,
    against: bool,
}

/// Every class' key words, ready to be looked up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lexicon {
    /// By first word.
    phrases: HashMap<String, Vec<Phrase>>,
    /// Phrases of several words, by the last one.
    endings: HashMap<String, Vec<u16>>,
    words: HashSet<String>,
}

/// The best match of one class so far.
#[derive(Clone, Copy, Default)]
struct Best {
    class: u16,
    /// End and length of the best phrase for the class.
    plus: Option<(usize, usize)>,
    /// Likewise against it.
    minus: Option<(usize, usize)>,
}

impl Lexicon {
    /// Adds a class' words.
    pub(crate) fn add(&mut self, class: u16, keys: &[&str], not_keys: &[&str]) {
        for (list, against) in [(keys, false), (not_keys, true)] {
            for key in list {
                let words: Box<[String]> = words::split(key.as_bytes()).iter().map(|w| words::canonical(w)).collect();
                let (Some(first), Some(last)) = (words.first().cloned(), words.last().cloned()) else { continue };
                self.words.extend(words.iter().filter(|w| w.len() > 1).cloned());
                if !against && words.len() > 1 {
                    self.endings.entry(last).or_default().push(class);
                }
                self.phrases.entry(first).or_default().push(Phrase { words, class, against });
            }
        }
    }

    /// A key's words in canonical spelling, words that were run together apart.
    pub(crate) fn words_of(&self, key: &[u8]) -> Vec<String> {
        let known =
            |w: &str| self.words.contains(&words::canonical(w)) || GENERIC.contains(&w) || WRAPPERS.contains(&w);
        let mut out = Vec::new();
        for word in words::split(key) {
            let plain = words::canonical(&word);
            // Cut only words that nothing knows, of a length that people run together.
            let parts =
                (word.len() > 4 && word.len() <= 32 && !known(&word)).then(|| words::unglue(&word, &known)).flatten();
            match parts {
                Some(parts) => out.extend(parts.iter().map(|p| words::canonical(p))),
                None => out.push(plain),
            }
        }
        out
    }

    /// What a key with these words says, below parents with those (outermost first).
    pub(crate) fn hints(&self, parents: &[&[String]], own: &[String]) -> KeyHints {
        let names = |w: &&String| !WRAPPERS.contains(&w.as_str()) && !w.bytes().all(|b| b.is_ascii_digit());
        let near: Vec<&String> = parents
            .iter()
            .rev()
            .map(|p| p.iter().filter(names).collect::<Vec<_>>())
            .find(|p| !p.is_empty())
            .unwrap_or_default();
        let line: Vec<&String> = near.iter().copied().chain(own).collect();
        let begin = near.len();
        let trailing = own.iter().rev().take_while(|w| is_generic(w)).count();
        let generic = trailing == own.len();
        let head = line.len() - if generic { 0 } else { trailing };
        let mut best: Vec<Best> = Vec::new();
        // Classes that the parent speaks against: nothing to a key that names one, enough where it half does.
        let mut wary = Bits::default();
        for (at, word) in line.iter().enumerate() {
            for phrase in self.phrases.get(*word).into_iter().flatten() {
                let end = at + phrase.words.len();
                let here = line.get(at..end).is_some_and(|l| l.iter().zip(&phrase.words).all(|(a, b)| *a == b));
                if !here || end <= begin && !generic {
                    if here && phrase.against {
                        wary.add(phrase.class);
                    }
                    continue;
                }
                let slot = best.iter().position(|b| b.class == phrase.class).unwrap_or_else(|| {
                    best.push(Best { class: phrase.class, ..Best::default() });
                    best.len() - 1
                });
                let Some(slot) = best.get_mut(slot) else { continue };
                let side = if phrase.against { &mut slot.minus } else { &mut slot.plus };
                *side = (*side).max(Some((end, phrase.words.len())));
            }
        }
        let mut out = KeyHints {
            mute: own.iter().rev().find(|w| !is_generic(w)).is_some_and(|w| mutes(w)),
            ..KeyHints::default()
        };
        let mut hints = Vec::new();
        for b in best {
            // Whichever speaks later in the key names the thing; of two that end together, the longer.
            if b.minus > b.plus {
                out.against.add(b.class);
            } else if let Some((end, words)) = b.plus {
                let strength = if end >= head || generic { Strength::Full } else { Strength::Part };
                hints.push(Hint { class: b.class, strength, words: words as u8 });
            }
        }
        if let [only] = own {
            for class in self.endings.get(only).into_iter().flatten() {
                if !out.against.has(*class) && !wary.has(*class) && !hints.iter().any(|h| h.class == *class) {
                    hints.push(Hint { class: *class, strength: Strength::Weak, words: 0 });
                }
            }
        }
        hints.iter().for_each(|h| out.hinted.add(h.class));
        out.hints = hints.into_boxed_slice();
        out
    }
}

fn is_generic(word: &str) -> bool {
    GENERIC.contains(&word) || word.bytes().all(|b| b.is_ascii_digit())
}

fn mutes(word: &str) -> bool {
    MUTING.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: u16 = 0;
    const NAME: u16 = 1;
    const CARD: u16 = 2;
    const IP: u16 = 3;

    fn lexicon() -> Lexicon {
        let mut l = Lexicon::default();
        l.add(PHONE, &["mobile", "phone", "contact_no"], &["order", "id"]);
        l.add(NAME, &["customer_name", "full_name", "first_name"], &["restaurant", "item"]);
        l.add(CARD, &["card", "card_no"], &["gift"]);
        l.add(IP, &["ip", "client_ip"], &["version"]);
        l
    }

    fn strength(path: &str, class: u16) -> Option<Strength> {
        let l = lexicon();
        let words: Vec<Vec<String>> = path.split('/').map(|k| l.words_of(k.as_bytes())).collect();
        let (own, parents) = words.split_last().unwrap();
        let parents: Vec<&[String]> = parents.iter().map(Vec::as_slice).collect();
        let hints = l.hints(&parents, own);
        assert!(!(hints.against.has(class) && hints.of(class).is_some()));
        hints.of(class).map(|h| h.strength)
    }

    #[test]
    fn keys_name_classes() {
        for path in [
            "mobile",
            "customerMobileNo",
            "mob_nbr",
            "mobileno",
            "MOBILE_NUMBER_1",
            "phone/number",
            "customer/phone/0/value",
            "order/phone",
            "orderPhone",
        ] {
            assert_eq!(strength(path, PHONE), Some(Strength::Full), "{path}");
        }
        for path in ["phone_verified", "mobileAppName"] {
            assert_eq!(strength(path, PHONE), Some(Strength::Part), "{path}");
        }
        for path in ["phone_order", "order_id", "total", "phone/type"] {
            assert_eq!(strength(path, PHONE), None, "{path}");
        }
    }

    #[test]
    fn parents_count_where_the_key_says_nothing() {
        assert_eq!(strength("customer/name", NAME), Some(Strength::Full));
        assert_eq!(strength("customers/details/name", NAME), Some(Strength::Full));
        assert_eq!(strength("name", NAME), Some(Strength::Weak));
        assert_eq!(strength("customername", NAME), Some(Strength::Full));
        assert_eq!(strength("payment/card/number", CARD), Some(Strength::Full));
        assert_eq!(strength("gift_card_no", CARD), Some(Strength::Full), "the longer phrase that ends last");
    }

    #[test]
    fn some_keys_speak_against() {
        let l = lexicon();
        let own = l.words_of(b"app_version");
        let hints = l.hints(&[], &own);
        assert!(hints.against.has(IP) && hints.mute);
        assert!(!l.hints(&[], &l.words_of(b"client_ip")).mute);
    }
}
