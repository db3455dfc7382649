//! What a person is like: age, sex, health, belief, and what was written about them.

use super::rule::{HIDDEN, Mask, classes, lower, number, shaped, text, words};
use crate::classify::class::{Check, Leaf};

/// Year, month and day of a date as people and programs write it; day first where both orders are possible.
fn date(text: &str) -> Option<(u64, u64, u64)> {
    let day = text.split(['T', ' ']).next().filter(|d| d.len() >= 8).unwrap_or(text);
    let mut parts = day.split(['-', '/', '.']);
    let (Some(a), Some(b), Some(c), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return worded(text);
    };
    let value = |t: &str| number(Some(t.as_bytes())).filter(|_| (1..=4).contains(&t.len()));
    let (year, month, day) = match (a.len(), c.len()) {
        (4, _) => (value(a)?, value(b)?, value(c)?),
        (_, 4) if value(b)? > 12 => (value(c)?, value(a)?, value(b)?),
        (_, 4) => (value(c)?, value(b)?, value(a)?),
        _ => return worded(text),
    };
    real(year, month, day).then_some((year, month, day))
}

/// `12 Nov 1997`, `12-Nov-1997`, `Nov 12, 1997`.
fn worded(text: &str) -> Option<(u64, u64, u64)> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (mut year, mut month, mut day) = (None, None, None);
    for part in text.split([' ', '-', ',', '/']).filter(|p| !p.is_empty()) {
        match number(Some(part.as_bytes())) {
            Some(n) if part.len() == 4 => year = Some(n),
            Some(n) if part.len() < 3 => day = Some(n),
            Some(_) => return None,
            None => {
                let head = part.get(..3)?.to_ascii_lowercase();
                month = Some(MONTHS.iter().position(|m| *m == head)? as u64 + 1);
            }
        }
    }
    let found = (year?, month?, day?);
    real(found.0, found.1, found.2).then_some(found)
}

fn real(year: u64, month: u64, day: u64) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

fn birth(leaf: &Leaf<'_>) -> Check {
    if leaf.shape.digits < 5 || !(8..=35).contains(&leaf.shape.length) {
        return Check::No;
    }
    // Nobody alive is older than 120; who is younger than four has no account. No clock is read.
    match text(leaf).and_then(date) {
        Some((1905..=2022, ..)) => Check::Valid,
        _ => Check::No,
    }
}

fn birth_normal(text: &str, out: &mut Vec<u8>) {
    match date(text) {
        Some((y, m, d)) => out.extend_from_slice(format!("{y:04}-{m:02}-{d:02}").as_bytes()),
        None => lower(text, out),
    }
}

fn year_only(text: &str, out: &mut String) {
    match date(text) {
        Some((year, ..)) => out.extend([&year.to_string(), "-••-••"]),
        None => out.push_str(HIDDEN),
    }
}

fn age(leaf: &Leaf<'_>) -> Check {
    let short = leaf.shape.length <= 3 && leaf.shape.digits == leaf.shape.length;
    shaped(short && number(Some(leaf.text)).is_some_and(|n| (1..=120).contains(&n)))
}

fn gender(leaf: &Leaf<'_>) -> Check {
    const WORDS: &[&str] = &[
        "m",
        "f",
        "male",
        "female",
        "man",
        "woman",
        "other",
        "others",
        "transgender",
        "trans",
        "nonbinary",
        "non-binary",
        "masculin",
        "féminin",
        "homme",
        "femme",
        "männlich",
        "weiblich",
        "divers",
        "mann",
        "frau",
        "masculino",
        "femenino",
        "hombre",
        "mujer",
        "purush",
        "mahila",
        "stree",
        "पुरुष",
        "महिला",
        "स्त्री",
        "t",
        "o",
        "x",
    ];
    if leaf.shape.length > 24 || leaf.shape.digits > 0 {
        return Check::No;
    }
    shaped(text(leaf).is_some_and(|t| WORDS.contains(&t.to_lowercase().as_str())))
}

/// Words of health, diet by belief, religion, caste, pregnancy and the like (GDPR Art. 9). Longer words only, so that
/// whole words of a value are compared.
const HINTS: &[&str] = &[
    "allergy",
    "allergic",
    "allergies",
    "allergen",
    "anaphylaxis",
    "diabetic",
    "diabetes",
    "celiac",
    "coeliac",
    "lactose",
    "gluten",
    "asthma",
    "hypertension",
    "bp",
    "cancer",
    "hiv",
    "pregnant",
    "pregnancy",
    "disabled",
    "disability",
    "wheelchair",
    "epilepsy",
    "kidney",
    "dialysis",
    "depression",
    "insulin",
    "cholesterol",
    "thyroid",
    "jain",
    "halal",
    "kosher",
    "hindu",
    "muslim",
    "islam",
    "christian",
    "sikh",
    "buddhist",
    "parsi",
    "jewish",
    "brahmin",
    "dalit",
    "obc",
    "vrat",
    "upvas",
    "fasting",
    "ramzan",
    "ramadan",
    "navratri",
    "nut-free",
    "peanut",
    "peanuts",
    "shellfish",
    "satvik",
    "vegan",
    "medication",
    "surgery",
    "allergie",
    "allergisch",
    "schwanger",
    "enceinte",
    "diabetique",
    "alergia",
    "embarazada",
    "मधुमेह",
    "एलर्जी",
    "जैन",
    "व्रत",
    "गर्भवती",
];

fn hint(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    if leaf.number || !(2..=400).contains(&shape.length) || shape.lower + shape.upper + shape.high == 0 {
        return Check::No;
    }
    let Some(text) = text(leaf) else { return Check::No };
    let lower = text.to_lowercase();
    if ["none", "no", "nil", "na", "n/a", "null", "true", "false", "not specified", "unknown"].contains(&lower.as_str())
    {
        return Check::No;
    }
    let blood = matches!(
        lower.as_str(),
        "a+" | "a-"
            | "b+"
            | "b-"
            | "ab+"
            | "ab-"
            | "o+"
            | "o-"
            | "a+ve"
            | "b+ve"
            | "o+ve"
            | "ab+ve"
            | "a-ve"
            | "b-ve"
            | "o-ve"
            | "ab-ve"
    );
    let word = lower.split(|c: char| c.is_whitespace() || ",.;:/()!".contains(c)).any(|w| HINTS.contains(&w));
    if blood || word { Check::Valid } else { Check::Shape }
}

fn free_text(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    let letters = shape.lower + shape.upper + shape.high;
    shaped(!leaf.number && shape.spaces >= 2 && shape.length > 12 && letters * 2 > shape.length)
}

fn span(text: &str, out: &mut String) {
    out.push_str(HIDDEN);
    out.extend([" (", &text.split_whitespace().count().to_string(), " words)"]);
}

classes! {
    /// Day of birth.
    DATE_OF_BIRTH {
        id: "date-of-birth", title: "Date of birth", Simple;
        keys: &[
            "dob", "d_o_b", "date_of_birth", "dateofbirth", "birth", "birthday", "birthdate", "birth_date", "birth_day", "bday", "b_day", "born", "anniversary", "wedding_anniversary",
            "geburtstag", "geburtsdatum", "date_naissance", "date_de_naissance", "naissance", "fecha_nacimiento", "fecha_de_nacimiento", "nacimiento", "data_di_nascita", "janm_tithi", "janam_tithi", "janmdin",
        ];
        not: &["birth_place", "birthplace", "order_date", "created_at", "updated_at", "company_anniversary"];
        weights: (0, 0, 0, 94);
        by: "a day of the calendar from 1905 to 2022 under its key";
        check: birth, normal: birth_normal, mask: Mask::By(year_only);
        samples: [
            ("1997-11-12", Valid, "1997-••-••"), ("25/01/1957", Valid, "1957-••-••"), ("29-02-1996", Valid, ""), ("12 Nov 1997", Valid, "1997-••-••"), ("1997-11-12T00:00:00Z", Valid, ""),
            ("29-02-1997", No, ""), ("2030-01-01", No, ""), ("1997-13-45", No, ""), ("19971112", No, ""),
        ]
    }
    /// Age in years.
    AGE {
        id: "age", title: "Age", Simple;
        keys: &["age", "customer_age", "user_age", "age_years", "alter", "edad", "umar", "umra"];
        not: &["max_age", "min_age", "age_limit", "age_group", "cache", "session_age", "age_days", "ttl", "image", "account_age", "age_ms", "seconds", "header"];
        weights: (0, 0, 65, 65);
        by: "1 to 120 under its key";
        check: age, normal: lower, mask: Mask::All;
        samples: [("34", Shape, "•••"), ("120", Shape, ""), ("0", No, ""), ("121", No, ""), ("3a", No, "")]
    }
    /// Sex or gender.
    GENDER {
        id: "gender", title: "Gender", Simple;
        keys: &["gender", "sex", "gendr", "geschlecht", "sexe", "genre_personne", "genero", "sexo", "ling"]; not: &["product", "category", "item"];
        weights: (0, 0, 75, 75);
        by: "a word of a list under its key";
        check: gender, normal: lower, mask: Mask::All;
        samples: [("Female", Shape, "•••"), ("m", Shape, ""), ("महिला", Shape, ""), ("yes", No, ""), ("1", No, "")]
    }
    /// Hints at health, diet by belief, religion.
    HEALTH_BELIEF {
        id: "health-belief", title: "Health, diet or belief", Sensitive;
        keys: &[
            "allergy", "allergies", "allergen_note", "diet", "dietary", "dietary_preference", "dietary_preferences", "dietary_restrictions", "diet_type", "food_preference", "food_preferences", "health", "health_condition",
            "medical", "medical_condition", "medical_history", "diagnosis", "disease", "illness", "disability", "medication", "blood_group", "bloodgroup", "blood_type", "pregnant", "pregnancy", "religion", "caste", "sub_caste",
            "ethnicity", "race", "sexual_orientation", "political", "faith", "preferences", "special_needs", "allergie", "allergien", "krankheit", "religión", "dharm", "dharma", "jati", "alergias", "union_membership", "biometric",
        ];
        not: &["menu", "item", "items", "dish", "product", "products", "category", "filter", "filters", "tag", "tags", "health_check", "healthcheck", "service_health", "health_id", "health_status", "status", "cuisine", "notification_preferences", "theme", "race_condition"];
        weights: (0, 0, 60, 85);
        by: "confirmed by a word of a list or a blood group (GDPR Art. 9, DPDP Rules, SPDI Rules 2011)";
        check: hint, normal: words, mask: Mask::All;
        samples: [("Jain, no onion", Valid, "•••"), ("allergic to peanuts", Valid, ""), ("O+", Valid, ""), ("spicy", Shape, ""), ("none", No, ""), ("42", No, "")]
    }
    /// What somebody wrote: may hold anything; the engine looks into it as well.
    FREE_TEXT {
        id: "free-text", title: "Free text about a person", Simple;
        keys: &[
            "note", "notes", "customer_note", "remark", "remarks", "comment", "comments", "feedback", "review", "review_text", "instruction", "instructions", "delivery_instructions", "cooking_instructions", "special_instructions",
            "special_request", "special_requests", "suggestion", "suggestions", "complaint", "message", "chat", "query_text", "internal_note", "memo", "narration", "bemerkung", "notiz", "kommentar", "commentaire", "comentario", "tippani", "customization_note",
        ];
        not: &["menu", "item_description", "error", "error_message", "status_message", "response_message", "success", "release_notes", "terms", "template", "log"];
        weights: (0, 0, 55, 55);
        by: "three words or more under a key for remarks";
        check: free_text, normal: words, mask: Mask::By(span);
        samples: [("ring the bell twice please", Shape, "••• (5 words)"), ("ok", No, ""), ("2024 01 01 12 30", No, "")]
    }
}
