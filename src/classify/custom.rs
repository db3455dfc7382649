//! Classes that a user describes in TOML, for ids that only one company has:
//! ```toml
//! [[class]]
//! id = "loyalty-card"            # lower case, digits, dashes; none of the built-in ones
//! title = "Loyalty card"
//! sensitivity = "behavioural"    # business, simple, behavioural, financial, sensitive, credential
//! pattern = "LC-[0-9]{9}"        # the whole value must match
//! checksum = "luhn"              # over letters and digits; what fails is never reported
//! keys = ["loyalty", "card_no"]  # words of keys that speak for it
//! not_keys = ["gift"]            # and against
//! identifies = true              # one value is one person
//! mask = "last4"                 # all, keep, first4, last2, last4, ends
//! alone = 60                     # confidence without a key, 0 to 100; 50 is reported
//! examples = ["LC-790000098"]    # must be taken, else the file is refused
//! refused = ["LC-790000099"]     # must not
//! ```

use std::fmt;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::checksum::{NAMED, Named};
use super::class::{Check, Class, ClassMeta, Leaf, Sample, Sensitivity, Shape};
use super::classes::by_id;
use super::classes::rule::{HIDDEN, Mask, as_is, signs, text, weights};
use crate::domain::limits::CLASSES_MAX;

/// Bytes that a compiled pattern may take: a repetition of repetitions is refused, not compiled.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// Bytes of a value that a pattern is shown: ids are short, bodies are not.
const VALUE_BYTES_MAX: u32 = 1024;

/// What is wrong with a file of classes.
#[derive(Debug, thiserror::Error)]
pub enum CustomError {
    /// Not TOML, or a field that is unknown, missing or of another type; the message has line and column.
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    /// A field says something that cannot be.
    #[error("class {class:?}: {field}: {problem}")]
    Field {
        /// Id of the class, or its number in the file where the id is what is wrong.
        class: String,
        /// Name of the field.
        field: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    class: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    title: String,
    sensitivity: String,
    pattern: String,
    checksum: Option<String>,
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    not_keys: Vec<String>,
    #[serde(default)]
    identifies: bool,
    mask: Option<String>,
    alone: Option<i64>,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    refused: Vec<String>,
}

struct Own {
    meta: ClassMeta,
    pattern: Regex,
    checksum: Option<&'static Named>,
    mask: Mask,
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own")
            .field("id", &self.meta.id)
            .field("pattern", &self.pattern.as_str())
            .finish_non_exhaustive()
    }
}

impl Class for Own {
    fn meta(&self) -> &ClassMeta {
        &self.meta
    }

    fn check(&self, leaf: &Leaf<'_>) -> Check {
        let text = if leaf.shape.length > VALUE_BYTES_MAX { None } else { text(leaf) };
        let Some(text) = text.filter(|t| self.pattern.is_match(t)) else { return Check::No };
        let Some(checksum) = self.checksum else { return Check::Shape };
        let mut counted = Vec::with_capacity(text.len());
        signs(text, &mut counted);
        // A fixed prefix is no part of a number's checksum: where letters fail, the digits are tried.
        let digits: Vec<u8> = counted.iter().copied().filter(u8::is_ascii_digit).collect();
        if (checksum.holds)(&counted) || (checksum.holds)(&digits) { Check::Valid } else { Check::Invalid }
    }

    fn normalise(&self, leaf: &Leaf<'_>, out: &mut Vec<u8>) {
        match text(leaf) {
            Some(text) => as_is(text, out),
            None => out.extend_from_slice(leaf.text),
        }
    }

    fn mask(&self, leaf: &Leaf<'_>, out: &mut String) {
        match text(leaf) {
            Some(text) => self.mask.apply(text, out),
            None => out.push_str(HIDDEN),
        }
    }

    fn samples(&self) -> &'static [Sample] {
        &[]
    }
}

/// Reads the text of such a file. The words of the classes stay in memory until the program ends, as those of
/// the built-in ones do: read a file once.
///
/// # Errors
/// The first thing that is wrong, with class and field.
pub fn parse(file: &str) -> Result<Vec<Box<dyn Class>>, CustomError> {
    let file: File = toml::from_str(file)?;
    let mut out: Vec<Box<dyn Class>> = Vec::new();
    for (at, row) in file.class.into_iter().enumerate() {
        if super::classes::ALL.len() + out.len() >= CLASSES_MAX {
            return Err(error(
                &row.id,
                "id",
                format!("there is room for {CLASSES_MAX} classes with the built-in ones"),
            ));
        }
        if row.id.is_empty() || !row.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            let found = format!("{:?} is not lower case letters, digits and dashes", row.id);
            return Err(error(&format!("number {}", at + 1), "id", found));
        }
        if by_id(&row.id).is_some() || out.iter().any(|c| c.meta().id == row.id) {
            return Err(error(&row.id, "id", "there is a class of this id already".to_owned()));
        }
        out.push(Box::new(own(&row)?));
    }
    Ok(out)
}

fn error(class: &str, field: &'static str, problem: String) -> CustomError {
    CustomError::Field { class: class.to_owned(), field, problem }
}

const SENSITIVITIES: &[(&str, Sensitivity)] = &[
    ("business", Sensitivity::Business),
    ("simple", Sensitivity::Simple),
    ("behavioural", Sensitivity::Behavioural),
    ("financial", Sensitivity::Financial),
    ("sensitive", Sensitivity::Sensitive),
    ("credential", Sensitivity::Credential),
];

const MASKS: &[(&str, Mask)] = &[
    ("all", Mask::All),
    ("keep", Mask::Keep),
    ("first4", Mask::Ends(4, 0)),
    ("last2", Mask::Ends(0, 2)),
    ("last4", Mask::Ends(0, 4)),
    ("ends", Mask::Ends(2, 2)),
];

/// The member that a word names; else an error that lists the words.
fn pick<T: Copy>(id: &str, field: &'static str, word: &str, all: &[(&'static str, T)]) -> Result<T, CustomError> {
    all.iter().find(|(name, _)| *name == word).map(|(_, member)| *member).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        error(id, field, format!("{word:?} is none of {}", names.join(", ")))
    })
}

fn key_words(id: &str, field: &'static str, keys: &[String]) -> Result<&'static [&'static str], CustomError> {
    let mut out = Vec::with_capacity(keys.len());
    for key in keys {
        if key.is_empty() || key != &key.to_lowercase() || key.contains(|c: char| !c.is_alphanumeric() && c != '_') {
            return Err(error(
                id,
                field,
                format!("{key:?}: words in lower case joined by _ are wanted, as in card_no"),
            ));
        }
        out.push(leak(key));
    }
    Ok(Box::leak(out.into_boxed_slice()))
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn own(row: &Row) -> Result<Own, CustomError> {
    let id = row.id.as_str();
    let sensitivity = pick(id, "sensitivity", &row.sensitivity, SENSITIVITIES)?;
    let mask = row.mask.as_deref().map_or(Ok(Mask::All), |word| pick(id, "mask", word, MASKS))?;
    if matches!(mask, Mask::Keep) && (row.identifies || sensitivity >= Sensitivity::Financial) {
        return Err(error(
            id,
            "mask",
            "keep shows the value, which is refused for what identifies or is financial or worse".to_owned(),
        ));
    }
    let checksums: Vec<(&'static str, &'static Named)> = NAMED.iter().map(|named| (named.name, named)).collect();
    let checksum = row.checksum.as_deref().map(|word| pick(id, "checksum", word, &checksums)).transpose()?;
    let pattern = RegexBuilder::new(&format!("^(?:{})$", row.pattern))
        .size_limit(PATTERN_BYTES_MAX)
        .dfa_size_limit(PATTERN_BYTES_MAX)
        .build()
        .map_err(|e| error(id, "pattern", e.to_string()))?;
    if pattern.is_match("") {
        return Err(error(id, "pattern", "matches an empty value".to_owned()));
    }
    let alone = match row.alone {
        None if !row.keys.is_empty() => {
            if checksum.is_some() {
                40
            } else {
                0
            }
        }
        None => 60,
        Some(value) => u8::try_from(value)
            .ok()
            .filter(|v| *v <= 100)
            .ok_or_else(|| error(id, "alone", format!("{value} is not 0 to 100")))?,
    };
    let keyed = if checksum.is_some() { 97 } else { 85 };
    let meta = ClassMeta {
        id: leak(id),
        title: leak(&row.title),
        sensitivity,
        identifies: row.identifies,
        keys: key_words(id, "keys", &row.keys)?,
        not_keys: key_words(id, "not_keys", &row.not_keys)?,
        weights: weights(if checksum.is_some() { 0 } else { alone }, alone, keyed.max(alone), keyed.max(alone)),
        check: checksum.map_or("a pattern of the user", |named| named.name),
    };
    let class = Own { meta, pattern, checksum, mask };
    for (field, values, wanted) in [("examples", &row.examples, true), ("refused", &row.refused, false)] {
        for value in values {
            let leaf = Leaf { text: value.as_bytes(), number: false, shape: Shape::of(value.as_bytes()) };
            let check = class.check(&leaf);
            if (check >= Check::Shape) != wanted {
                let what = if check == Check::Invalid {
                    "fails the checksum"
                } else if wanted {
                    "does not match"
                } else {
                    "is taken"
                };
                return Err(error(id, field, format!("{value:?} {what}")));
            }
        }
    }
    Ok(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    // 79927398713 is the number of the Wikipedia article on Luhn.
    const LOYALTY: &str = r#"
        [[class]]
        id = "loyalty-card"
        title = "Loyalty card"
        sensitivity = "behavioural"
        pattern = "LC-[0-9]{11}"
        checksum = "luhn"
        keys = ["loyalty", "card_no"]
        identifies = true
        mask = "last4"
        examples = ["LC-79927398713"]
        refused = ["LC-79927398714", "79927398713"]
    "#;

    fn problem(file: &str) -> String {
        parse(file).unwrap_err().to_string()
    }

    #[test]
    fn a_described_class_judges_and_masks() {
        let classes = parse(LOYALTY).unwrap();
        let [class] = &classes[..] else { panic!("one class") };
        let leaf =
            |text: &'static str| Leaf { text: text.as_bytes(), number: false, shape: Shape::of(text.as_bytes()) };
        assert_eq!(class.check(&leaf("LC-79927398713")), Check::Valid);
        assert_eq!(class.check(&leaf("LC-79927398714")), Check::Invalid);
        assert_eq!(class.check(&leaf("xLC-79927398713")), Check::No, "the pattern is anchored");
        let mut masked = String::new();
        class.mask(&leaf("LC-79927398713"), &mut masked);
        assert_eq!(masked, "••••••8713");
        assert_eq!(class.meta().weights, weights(0, 40, 97, 97));
        assert!(parse("").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_said_with_class_and_field() {
        let with = |from: &str, to: &str| problem(&LOYALTY.replace(from, to));
        assert_eq!(
            with("\"behavioural\"", "\"secret\""),
            "class \"loyalty-card\": sensitivity: \"secret\" is none of business, simple, behavioural, financial, sensitive, credential"
        );
        assert!(with("\"luhn\"", "\"crc\"").starts_with("class \"loyalty-card\": checksum: \"crc\" is none of aba, "));
        assert!(with("[0-9]{11}", "[0-9").starts_with("class \"loyalty-card\": pattern: "));
        assert!(with("LC-[0-9]{11}", "(([a-z]{1,500}){1,500}){1,500}").contains("pattern"));
        assert_eq!(
            with("\"loyalty\"", "\"Card No\""),
            "class \"loyalty-card\": keys: \"Card No\": words in lower case joined by _ are wanted, as in card_no"
        );
        assert_eq!(with("loyalty-card", "email"), "class \"email\": id: there is a class of this id already");
        assert_eq!(
            with("loyalty-card", "A b"),
            "class \"number 1\": id: \"A b\" is not lower case letters, digits and dashes"
        );
        assert_eq!(
            with("examples = [\"LC-79927398713", "examples = [\"LC-79927398710"),
            "class \"loyalty-card\": examples: \"LC-79927398710\" fails the checksum"
        );
        assert_eq!(
            with("\"79927398713\"", "\"LC-79927398713\""),
            "class \"loyalty-card\": refused: \"LC-79927398713\" is taken"
        );
        assert!(with("\"last4\"", "\"keep\"").contains("mask: keep shows the value"));
        assert_eq!(with("identifies = true", "alone = 101"), "class \"loyalty-card\": alone: 101 is not 0 to 100");
        assert!(with("identifies", "identifie").contains("unknown field `identifie`"));
        assert_eq!(problem(&LOYALTY.repeat(2)), "class \"loyalty-card\": id: there is a class of this id already");
    }
}
