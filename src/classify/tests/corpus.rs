//! Precision and recall on labelled bodies, with the verdicts of fields applied as over one case.
//! The labels stand outside the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};

use serde::Deserialize;

use super::*;

/// Least precision and recall of a class with [`LABELS_MIN`] labels.
const ENOUGH: f64 = 0.97;
const LABELS_MIN: usize = 50;

#[derive(Debug, Clone, Deserialize)]
struct Labelled {
    #[serde(rename = "gen")]
    generator: String,
    body: String,
    labels: Vec<Label>,
}

#[derive(Debug, Clone, Deserialize)]
struct Label {
    path: String,
    class: String,
    value: String,
}

/// Which of our classes a label stands for.
const LABELS: &[(&str, &[&str])] = &[
    ("PERSON_NAME", &["person-name"]),
    ("PHONE", &["phone-in", "phone-intl", "phone-landline-in"]),
    ("EMAIL", &["email"]),
    ("UPI_VPA", &["upi-vpa"]),
    ("GEO_COORD", &["geo-pair", "geo-coordinate"]),
    ("STREET_ADDRESS", &["street-address"]),
    ("POSTAL_CODE", &["postal-code"]),
    ("CARD_PAN", &["card-number", "card-track"]),
    ("CARD_CVV", &["card-cvv"]),
    ("DATE_OF_BIRTH", &["date-of-birth"]),
    ("IP_ADDRESS", &["ip-address"]),
    ("IN_AADHAAR", &["aadhaar", "aadhaar-vid"]),
    ("IN_GSTIN", &["gstin"]),
    ("IN_VEHICLE", &["vehicle-in"]),
    ("IN_PAN", &["pan"]),
    ("IN_IFSC", &["ifsc"]),
    ("BANK_ACCOUNT", &["bank-account"]),
    ("JWT", &["jwt"]),
    ("IN_VOTER_ID", &["voter-id"]),
    ("IN_PASSPORT", &["passport-in"]),
    ("AWS_ACCESS_KEY", &["aws-key"]),
    ("OTP_PIN", &["otp", "pin"]),
    ("API_SECRET", &["api-key", "cloud-key", "payment-key", "service-token"]),
    ("IMEI", &["imei"]),
    ("PASSWORD", &["password"]),
    ("ORDER_AMOUNT", &["order-amount", "revenue"]),
];

fn load() -> Option<Vec<Labelled>> {
    let Ok(corpora) = std::env::var("BREACHWALK_CORPORA") else {
        eprintln!("skipped: BREACHWALK_CORPORA is not set");
        return None;
    };
    let file = std::fs::File::open(format!("{corpora}/pii/labelled.jsonl.gz")).unwrap();
    let lines = BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines();
    Some(lines.map(|l| serde_json::from_str(&l.unwrap()).unwrap()).collect())
}

/// A pointer with `*` for list positions.
fn template(path: &str) -> String {
    path.split('/')
        .map(|k| if !k.is_empty() && k.bytes().all(|b| b.is_ascii_digit()) { "*" } else { k })
        .collect::<Vec<_>>()
        .join("/")
}

#[derive(Default)]
struct All {
    /// Body, pointer, class, fingerprint, confidence.
    seen: Vec<(usize, String, String, Fingerprint, u8, String)>,
    body: usize,
}

impl Findings for All {
    fn sighting(&mut self, s: &Sighting<'_>) {
        self.seen.push((
            self.body,
            s.pointer.to_owned(),
            s.class.to_owned(),
            s.fingerprint,
            s.confidence,
            s.masked.to_owned(),
        ));
    }
    fn identifier(&mut self, _: &Identifier<'_>) {}
    fn signal(&mut self, s: &Signal<'_>) {
        panic!("{}", s.signal);
    }
}

#[derive(Default, Clone, Copy)]
struct Score {
    labels: usize,
    right: usize,
    wrong: usize,
    missed: usize,
}

/// Table by label class, with the commonest mistakes.
#[expect(clippy::too_many_lines, reason = "one table, filled once")]
fn measure(bodies: &[Labelled]) -> BTreeMap<&'static str, Score> {
    let set = Arc::new(ClassSet::built_in());
    let f = Fingerprinter::new([3; 32]);
    let mut c = Classifier::new(Arc::clone(&set), f.clone());
    let mut all = All::default();
    for (at, body) in bodies.iter().enumerate() {
        all.body = at;
        c.exchange(&with_body(&body.body), Some(body.generator.as_bytes()), &mut all);
    }
    let totals = c.take_fields();
    let judged = fields::judge_all(&set, totals.iter().map(FieldTotal::as_count));
    let verdicts: BTreeMap<_, _> = judged
        .iter()
        .map(|j| ((j.field.endpoint.as_str(), j.field.pointer.as_str(), j.field.class.as_str()), j.verdict))
        .collect();
    let mut scores: BTreeMap<&'static str, Score> = LABELS.iter().map(|(l, _)| (*l, Score::default())).collect();
    let mut mistakes: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut mistake = |text: String, example: &str| {
        let slot = mistakes.entry(text).or_insert_with(|| (0, example.to_owned()));
        slot.0 += 1;
    };
    // What is labelled at a body's pointer: fingerprints of each label's value for each of its classes.
    let mut wanted: BTreeMap<(usize, String), Vec<(usize, &Label)>> = BTreeMap::new();
    let mut number = 0;
    for (at, body) in bodies.iter().enumerate() {
        for label in &body.labels {
            wanted.entry((at, template(&label.path))).or_default().push((number, label));
            number += 1;
        }
    }
    let mut found: BTreeSet<usize> = BTreeSet::new();
    for (body, pointer, class, fingerprint, confidence, masked) in &all.seen {
        let generator = &bodies[*body].generator;
        let endpoint = format!(" {generator}");
        let verdict =
            verdicts.get(&(endpoint.as_str(), pointer.as_str(), class.as_str())).copied().unwrap_or(FieldVerdict::Keep);
        if !verdict.counts(*confidence) {
            continue;
        }
        let labels: Vec<&str> =
            LABELS.iter().filter(|(_, ours)| ours.contains(&class.as_str())).map(|(l, _)| *l).collect();
        let here = wanted.get(&(*body, pointer.clone())).map(Vec::as_slice).unwrap_or_default();
        let same = |label: &Label| {
            let is = set.by_id(class).unwrap();
            let text = label.value.as_bytes();
            let mut normal = Vec::new();
            is.normalise(&Leaf { text, number: false, shape: Shape::of(text) }, &mut normal);
            f.fingerprint(&normal) == *fingerprint
        };
        let right = here.iter().find(|(n, l)| labels.contains(&l.class.as_str()) && !found.contains(n) && same(l));
        if let Some((n, label)) = right {
            found.insert(*n);
            let slot = LABELS.iter().find(|(l, _)| *l == label.class).unwrap().0;
            scores.get_mut(slot).unwrap().right += 1;
        } else if let Some(label) = labels.first() {
            scores.get_mut(label).unwrap().wrong += 1;
            mistake(
                format!("wrong {label} ({class}) at {generator}{pointer}"),
                &format!("{masked} {confidence} {verdict:?}"),
            );
        }
    }
    let mut number = 0;
    for body in bodies {
        for label in &body.labels {
            let slot = scores.get_mut(label.class.as_str()).unwrap_or_else(|| panic!("unknown label {}", label.class));
            slot.labels += 1;
            if !found.contains(&number) {
                slot.missed += 1;
                mistake(format!("missed {} at {}{}", label.class, body.generator, template(&label.path)), &label.value);
            }
            number += 1;
        }
    }
    let mut list: Vec<_> = mistakes.into_iter().collect();
    list.sort_by_key(|(_, n)| std::cmp::Reverse(n.0));
    for (text, (n, example)) in list.iter().take(40) {
        eprintln!("{n:6} {text}: {example}");
    }
    scores
}

fn judge(scores: &BTreeMap<&'static str, Score>) {
    let mut bad = Vec::new();
    eprintln!("{:16} {:>6} {:>9} {:>6}", "class", "labels", "precision", "recall");
    for (class, s) in scores {
        let precision = s.right as f64 / (s.right + s.wrong).max(1) as f64;
        let recall = s.right as f64 / s.labels.max(1) as f64;
        eprintln!("{class:16} {:6} {precision:9.4} {recall:6.4}", s.labels);
        assert_eq!(s.labels, s.right + s.missed);
        let ours = LABELS.iter().find(|(l, _)| l == class).unwrap().1;
        if !ours.iter().any(|id| classes::by_id(id).is_some()) {
            eprintln!("{class:16} has no class");
            continue;
        }
        if s.labels >= LABELS_MIN && (precision < ENOUGH || recall < ENOUGH) {
            bad.push(*class);
        }
    }
    assert!(bad.is_empty(), "below {ENOUGH}: {bad:?}");
}

#[test]
fn labelled_bodies() {
    let Some(bodies) = load() else { return };
    judge(&measure(&bodies));
}

/// The same bodies under keys that nobody tuned to: other words, other cases.
#[test]
fn labelled_bodies_under_other_keys() {
    const OTHER: &[(&str, &[&str])] = &[
        ("customer_name", &["customerFullName", "cust-nm", "guest_name"]),
        ("mobile", &["mob_nbr", "customerPhone", "contact-number"]),
        ("email", &["mail_address", "customerEmail", "E-Mail"]),
        ("order_total", &["grandTotal", "bill-amt", "total_amount"]),
        ("upi_id", &["payerVpa", "upi-handle", "UPI"]),
        ("address", &["deliveryAddress", "addr-line-1", "street_address"]),
        ("pincode", &["postalCode", "zip-code", "PIN_CODE"]),
        ("lat", &["latitude", "geoLat", "lat"]),
        ("lng", &["longitude", "geoLng", "lon"]),
        ("client_ip", &["remoteIp", "ip-addr", "userIPAddress"]),
        ("gstin", &["gstNumber", "gst-no", "GSTIN"]),
        ("pan_no", &["panCard", "pan-number", "PAN"]),
        ("aadhaar_no", &["aadharNumber", "aadhaar-card-no", "uidai_number"]),
        ("card_number", &["cardNo", "cc-number", "debit_card_number"]),
        ("auth_token", &["accessToken", "id-token", "jwt"]),
        ("dob", &["birthDate", "date-of-birth", "customer_dob"]),
        ("otp", &["otpCode", "one-time-password", "OTP"]),
        ("kyc", &["documents", "kycDetails", "identity"]),
        ("payment", &["pay", "paymentInfo", "tender"]),
        ("delivery", &["shipment", "dropInfo", "ship-to"]),
    ];
    let Some(mut bodies) = load() else { return };
    for (at, body) in bodies.iter_mut().enumerate().filter(|(_, b)| b.generator == "A") {
        let way = at % 3;
        for (key, others) in OTHER {
            let new = others[way];
            body.body = body.body.replace(&format!("\"{key}\":"), &format!("\"{new}\":"));
            for label in &mut body.labels {
                label.path =
                    label.path.split('/').map(|k| if k == *key { new } else { k }).collect::<Vec<_>>().join("/");
            }
        }
    }
    judge(&measure(&bodies));
}
