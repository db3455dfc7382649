//! How a person is reached: phones, e-mail, postal address, position.

mod keys;

use super::lists::CALLING_CODES;
use super::rule::{HIDDEN, Mask, as_is, classes, digits, lower, shaped, signs, text, words};
use crate::classify::class::{Check, Leaf};
use keys::{ADDRESS, GEO, NOT_ADDRESS, NOT_PHONE, PHONE, STREET_WORDS};

/// The national number (10 digits) of an Indian phone, and whether it was written with its country.
fn indian(text: &[u8]) -> Option<(&[u8], bool)> {
    let (rest, country) = match text {
        [b'0', b'0', b'9', b'1', rest @ ..] | [b'9', b'1', rest @ ..] if rest.len() == 10 => (rest, true),
        [b'0', rest @ ..] if rest.len() == 10 => (rest, false),
        _ if text.len() == 10 => (text, false),
        _ => return None,
    };
    Some((rest, country))
}

/// Whether a value is digits in the ways that phones are written; returns the digits and the plus.
fn phone(leaf: &Leaf<'_>) -> Option<(super::rule::Compact, bool)> {
    let shape = &leaf.shape;
    if !(6..=16).contains(&shape.digits) || shape.upper + shape.lower > 4 || shape.length > 26 || shape.pluses > 1 {
        return None;
    }
    let text = text(leaf)?;
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let plus = text.starts_with('+') || text.starts_with("(+");
    let compact = super::rule::Compact::of(text, b" -+().")?;
    (compact.get().iter().all(u8::is_ascii_digit) && (shape.pluses == 0 || plus) && shape.dots < 5)
        .then_some((compact, plus))
}

/// Not one digit over and over, not 1234567890 or 9876543210.
fn plausible(national: &[u8]) -> bool {
    let distinct = (b'0'..=b'9').filter(|d| national.contains(d)).count();
    distinct > 2 && national != b"9876543210" && national != b"1234567890"
}

fn indian_mobile(leaf: &Leaf<'_>) -> Check {
    let Some((digits, plus)) = phone(leaf) else { return Check::No };
    let Some((national, country)) = indian(digits.get()) else { return Check::No };
    if !matches!(national.first(), Some(b'6'..=b'9')) || (plus && !country) || (leaf.shape.dots > 0 && !plus) {
        return Check::No;
    }
    if plus && plausible(national) { Check::Valid } else { Check::Shape }
}

fn indian_landline(leaf: &Leaf<'_>) -> Check {
    let Some((digits, plus)) = phone(leaf) else { return Check::No };
    let Some((national, country)) = indian(digits.get()) else { return Check::No };
    let trunk = digits.get().first() == Some(&b'0') || country;
    let area = matches!(national.first(), Some(b'1'..=b'8')) && plausible(national);
    let mobile = matches!(national.first(), Some(b'6'..=b'9')) && leaf.shape.dashes + leaf.shape.spaces == 0;
    if !trunk || !area || mobile || (plus && !country) || leaf.shape.dots > 0 {
        return Check::No;
    }
    if plus { Check::Valid } else { Check::Shape }
}

/// Whether `+` and these digits can be a number: the code exists and has numbers of this length.
fn e164(digits: &[u8]) -> bool {
    (1..4).any(|split| {
        let Some((code, national)) = digits.split_at_checked(split) else { return false };
        let code = super::rule::number(Some(code)).unwrap_or_default() as u16;
        let lengths = CALLING_CODES.binary_search_by_key(&code, |row| row.0).ok().and_then(|at| CALLING_CODES.get(at));
        digits.first() != Some(&b'0')
            && lengths.is_some_and(|row| national.len() < 16 && row.1 >> national.len() & 1 == 1)
    })
}

fn international(leaf: &Leaf<'_>) -> Check {
    let Some((digits, plus)) = phone(leaf) else { return Check::No };
    let bare = digits.get();
    let (bare, plus) = match bare.strip_prefix(b"00") {
        Some(rest) if !plus => (rest, true),
        _ => (bare, plus),
    };
    let indian = bare.len() == 12 && bare.starts_with(b"91");
    if indian || !(7..=15).contains(&bare.len()) || (leaf.shape.dots > 1 && !plus) {
        return Check::No;
    }
    match plus {
        true if e164(bare) => Check::Valid,
        true => Check::Invalid,
        // Without the plus only the key can say it; ten digits from 6 on are the Indian class' own.
        false => shaped(!(bare.len() == 10 && matches!(bare.first(), Some(b'6'..=b'9')))),
    }
}

fn phone_normal(text: &str, out: &mut Vec<u8>) {
    let mut all = Vec::with_capacity(16);
    signs(text.strip_prefix("tel:").unwrap_or(text), &mut all);
    match indian(&all) {
        Some((national, country)) if country || !text.starts_with('+') => {
            out.extend_from_slice(b"91");
            out.extend_from_slice(national);
        }
        _ => out.extend_from_slice(all.strip_prefix(b"00").unwrap_or(&all)),
    }
}

fn phone_mask(text: &str, out: &mut String) {
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let mut all = Vec::with_capacity(16);
    signs(text, &mut all);
    match (indian(&all), text.starts_with('+')) {
        (Some((national, country)), plus) if !plus || country => {
            super::rule::ends(std::str::from_utf8(national).unwrap_or_default(), 2, 2, out);
        }
        (_, plus) => {
            out.push_str(if plus { "+" } else { "" });
            super::rule::ends(text, 2, 2, out);
        }
    }
}

/// Signs that RFC 6531 adds to a local part: everything beyond ASCII that can be seen.
fn beyond(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !c.is_control()
}

/// Local part and domain of an e-mail address; more than syntax: labels and lengths.
fn split_email(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let (local, domain) = text.split_once('@')?;
    let local_ok = (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c) || beyond(c));
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let last = domain.rsplit('.').next()?;
    let domain_ok = domain.len() <= 253 && domain.contains('.') && domain.split('.').all(label_ok);
    (local_ok && domain_ok && last.chars().count() > 1 && !last.bytes().all(|b| b.is_ascii_digit()))
        .then_some((local, domain))
}

fn email(leaf: &Leaf<'_>) -> Check {
    if leaf.shape.ats != 1 || leaf.shape.dots == 0 || leaf.shape.spaces > 2 || leaf.shape.length > 320 {
        return Check::No;
    }
    let Some((local, domain)) = text(leaf).and_then(split_email) else { return Check::No };
    let first = domain.split('.').next().unwrap_or_default();
    // `sprite@2x.mov`, `git@github.com` are no mailboxes of persons.
    let density = first.strip_suffix('x').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    if density || local == "git" {
        return Check::No;
    }
    let domain = domain.to_lowercase();
    let known = psl::suffix(domain.as_bytes()).is_some_and(|s| s.is_known() && s.as_bytes().len() < domain.len());
    if known || !domain.is_ascii() { Check::Valid } else { Check::Shape }
}

fn email_normal(text: &str, out: &mut Vec<u8>) {
    lower(text.strip_prefix("mailto:").unwrap_or(text), out);
}

fn email_mask(text: &str, out: &mut String) {
    let Some((local, domain)) = split_email(text) else { return out.push_str(HIDDEN) };
    let (host, rest) = domain.split_once('.').unwrap_or((domain, ""));
    out.extend(local.chars().take(1).filter(|_| local.chars().count() > 2));
    out.push_str("•••@");
    out.extend(host.chars().take(1));
    out.push_str("•••.");
    out.push_str(rest);
}

fn address(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    let letters = shape.upper + shape.lower + shape.high;
    if leaf.number || !(4..=400).contains(&shape.length) || letters < 3 || shape.ats > 0 || shape.equals > 0 {
        return Check::No;
    }
    let Some(text) = text(leaf) else { return Check::No };
    if text.contains("://") || text.starts_with(['{', '[', '<']) {
        return Check::No;
    }
    let known = text.split([',', ' ', '-', '/']).filter(|word| {
        let word = word.trim_matches('.').to_lowercase();
        STREET_WORDS.contains(&word.as_str())
            || ["nagar", "puram", "pura", "wadi", "strasse", "straße", "palya", "halli"]
                .iter()
                .any(|end| word.ends_with(end))
    });
    let confirmed = known.count() > 0 && shape.digits > 0 && shape.spaces > 1;
    // One word under `street` or `landmark` may be an enum (`home`): a blank, a digit or another script is wanted.
    let some = shape.spaces + shape.digits + shape.high > 0;
    if confirmed { Check::Valid } else { shaped(some) }
}

fn address_mask(text: &str, out: &mut String) {
    out.push_str(HIDDEN);
    let mut parts = text.rsplit(',').map(str::trim).filter(|part| !part.is_empty());
    let last = parts.find(|part| !part.chars().any(|c| c.is_ascii_digit()));
    if let (Some(city), Some(_)) = (last, parts.next()) {
        out.push_str(", ");
        out.push_str(city);
    }
}

fn postal(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    if shape.length > 10 || shape.digits < 2 || shape.dots + shape.other + shape.high > 0 {
        return Check::No;
    }
    let Some(code) = text(leaf).and_then(|t| super::rule::Compact::of(t, b" -")) else { return Check::No };
    match code.get() {
        // India Post's zones: 1 to 8, and 9 for the army. 29, 35, 54, 55, 65, 66, 86 to 89 are not used.
        [first @ b'1'..=b'9', second @ b'0'..=b'9', rest @ ..] if rest.len() == 4 && shape.digits == 6 => {
            let unused = matches!(
                (first, second),
                (b'2', b'9') | (b'3', b'5') | (b'5', b'4' | b'5') | (b'6', b'5' | b'6') | (b'8', b'6'..=b'9')
            );
            if unused { Check::Shape } else { Check::Valid }
        }
        // United States, Germany, France, Spain, Italy; ZIP+4.
        code if matches!(code.len(), 4 | 5 | 9) && code.iter().all(u8::is_ascii_digit) => Check::Shape,
        // United Kingdom and Canada.
        code => {
            let known = ["A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA", "A9A9A9"];
            shaped(known.iter().any(|template| super::rule::like(code, template)))
        }
    }
}

fn postal_mask(text: &str, out: &mut String) {
    super::rule::ends(text, 3.min(text.len() / 2), 0, out);
}

/// Decimal degrees of one coordinate, with how many places follow the point.
fn degrees(text: &str, most: f64) -> Option<usize> {
    let unsigned = text.trim().trim_start_matches(['-', '+']);
    let (whole, places) = unsigned.split_once('.')?;
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let ok = whole.len() < 4 && digits(whole) && digits(places) && unsigned.parse::<f64>().is_ok_and(|d| d <= most);
    (ok && places.len() > 1).then_some(places.len())
}

fn coordinate(leaf: &Leaf<'_>) -> Check {
    if leaf.shape.dots != 1 || leaf.shape.digits < 3 || leaf.shape.length > 24 {
        return Check::No;
    }
    match text(leaf).and_then(|t| degrees(t, 180.0)) {
        Some(4..) => Check::Valid,
        found => shaped(found.is_some()),
    }
}

fn coordinates(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    if shape.dots != 2 || shape.length > 48 || shape.upper + shape.lower > 0 || shape.digits < 6 {
        return Check::No;
    }
    let pair = text(leaf).and_then(|t| t.trim_matches(['(', ')', '[', ']']).split_once([',', ';', ' ']));
    let places = pair.and_then(|(a, b)| Some((degrees(a, 90.0)?, degrees(b, 180.0)?)));
    match places {
        Some((4.., 4..)) => Check::Valid,
        found => shaped(found.is_some()),
    }
}

/// Two decimals are about a kilometre. At least one digit is always taken away.
fn round(text: &str, out: &mut String) {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    out.push_str(whole.trim_start_matches(['(', '[']));
    out.push('.');
    let keep = places.bytes().take_while(u8::is_ascii_digit).count().saturating_sub(1).min(2);
    out.push_str(places.get(..keep).unwrap_or_default());
    out.push('…');
}

fn round_both(text: &str, out: &mut String) {
    for (i, part) in text.split([',', ';', ' ']).filter(|part| !part.is_empty()).enumerate() {
        if i > 0 {
            out.push(',');
        }
        round(part, out);
    }
}

fn landline(leaf: &Leaf<'_>) -> Check {
    // A bare number of ten digits without trunk prefix may still be a landline where the key says so.
    match indian_landline(leaf) {
        Check::No => shaped(digits(leaf, 10, 11).is_some_and(|d| matches!(d.get(), [b'0', b'1'..=b'8', ..]))),
        check => check,
    }
}

classes! {
    /// Indian mobile phone.
    PHONE_IN {
        id: "phone-in", title: "Indian mobile phone", Simple, identifies;
        keys: PHONE; not: NOT_PHONE;
        weights: (35, 85, 90, 97);
        by: "10 digits from 6 to 9; confirmed by +91 (Department of Telecommunications, National Numbering Plan 2003)";
        check: indian_mobile, normal: phone_normal, mask: Mask::By(phone_mask);
        samples: [
            ("+91 98765 43219", Valid, "98••••••19"), ("9876501234", Shape, "98••••••34"),
            ("09876501234", Shape, "98••••••34"), ("919876501234", Shape, "98••••••34"),
            ("98765-01234", Shape, ""), ("tel:+919876501234", Valid, "98••••••34"),
            ("1725148800", No, ""), ("+44 7911 123456", No, ""), ("98765", No, ""), ("9876.501234", No, ""),
        ]
    }
    /// Phone of another country.
    PHONE_INTL {
        id: "phone-intl", title: "Phone, international", Simple, identifies;
        keys: PHONE; not: NOT_PHONE;
        weights: (0, 80, 70, 95);
        by: "E.164: a country code that exists and a length that it has (libphonenumber metadata 9.0.33); needs + or a key";
        check: international, normal: phone_normal, mask: Mask::By(phone_mask);
        samples: [
            ("+44 7911 123456", Valid, "+44••••••56"), ("+1 (202) 555-0143", Valid, "+12••••••43"),
            ("0044 7911 123456", Valid, ""), ("+999 123456789", Invalid, ""), ("+1 202 555", Invalid, ""),
            ("+91 98765 43219", No, ""), ("12.5", No, ""),
        ]
    }
    /// Indian landline.
    PHONE_LANDLINE {
        id: "phone-landline-in", title: "Indian landline", Simple;
        keys: PHONE; not: NOT_PHONE;
        weights: (10, 75, 85, 92);
        by: "0 or +91, area code and subscriber number, 10 digits together (National Numbering Plan 2003)";
        check: landline, normal: phone_normal, mask: Mask::Ends(0, 2);
        samples: [
            ("080-25634512", Shape, "••••••12"), ("+91 22 2563 4512", Valid, "••••••12"),
            ("02225634512", Shape, ""), ("1234567890", No, ""), ("2563", No, ""),
        ]
    }
    /// E-mail address.
    EMAIL {
        id: "email", title: "E-mail address", Simple, identifies;
        keys: &[
            "email", "emails", "e_mail", "mail", "emailid", "email_id", "emailaddress", "email_address", "mailid", "mail_id",
            "user_email", "correo", "courriel", "mailadresse", "login", "username", "user_name", "upn", "recipient", "reply_to",
        ];
        not: &["sprite", "image", "icon", "asset", "src", "vpa", "upi", "git", "package", "repository", "template"];
        weights: (0, 90, 70, 98);
        by: "RFC 5321 syntax; the domain ends in a public suffix (publicsuffix.org)";
        check: email, normal: email_normal, mask: Mask::By(email_mask);
        samples: [
            ("Asha.Rao@example.co.in", Valid, "A•••@e•••.co.in"), ("x@mail.internal", Shape, "•••@m•••.internal"),
            ("o’neil@example.com", Valid, "o•••@e•••.com"),
            ("icon-16@2x.png", No, ""), ("asha@okaxis", No, ""), ("pkg@1.2.3", No, ""), ("git@github.com", No, ""),
            ("a b@example.com", No, ""),
        ]
    }
    /// Postal address.
    STREET_ADDRESS {
        id: "street-address", title: "Postal address", Simple;
        keys: ADDRESS; not: NOT_ADDRESS;
        weights: (0, 45, 80, 92);
        by: "confirmed by a number beside a word such as road, nagar, flat, strasse";
        check: address, normal: words, mask: Mask::By(address_mask);
        samples: [
            ("12/4, Lake View Road, Jayanagar, Bengaluru", Valid, "•••, Bengaluru"), ("Near water tank", Shape, "•••"),
            ("home", No, ""), ("10.0.0.1", No, ""), ("https://a.example/12 road", No, ""),
        ]
    }
    /// Postal code.
    POSTAL_CODE {
        id: "postal-code", title: "Postal code", Simple;
        keys: &[
            "pincode", "pin_code", "pin", "pincodes", "postal", "postal_code", "postalcode", "postcode", "post_code", "zip", "zipcode",
            "zip_code", "plz", "postleitzahl", "code_postal", "codepostal", "cp", "codigo_postal", "cap", "area_code", "zip5",
        ];
        not: &["hsn", "sac", "price", "paise", "amount", "otp", "mpin", "upi_pin", "tpin", "port", "zip_file", "cap_amount", "std"];
        weights: (0, 0, 75, 92);
        by: "six digits of a zone in use (India Post); other countries by shape only";
        check: postal, normal: signs, mask: Mask::By(postal_mask);
        samples: [
            ("560001", Valid, "560•••"), ("560 001", Valid, ""), ("290001", Shape, ""), ("SW1A 1AA", Shape, "SW1••••"),
            ("012345", No, ""), ("5600.01", No, ""),
        ]
    }
    /// Latitude and longitude in one value.
    GEO_PAIR {
        id: "geo-pair", title: "Position", Behavioural;
        keys: GEO; not: &["price", "version", "range", "amount"];
        weights: (20, 65, 80, 95);
        by: "two decimals within ±90 and ±180; confirmed by four places each";
        check: coordinates, normal: as_is, mask: Mask::By(round_both);
        samples: [
            ("12.971599,77.594566", Valid, "12.97…,77.59…"), ("12.97, 77.59", Shape, "12.9…,77.5…"),
            ("95.123456,77.594566", No, ""), ("1.2,3", No, ""),
        ]
    }
    /// Latitude or longitude.
    GEO_COORDINATE {
        id: "geo-coordinate", title: "Latitude or longitude", Behavioural;
        keys: GEO; not: &["price", "version", "amount", "latency", "rate", "distance", "score"];
        weights: (0, 0, 70, 92);
        by: "a decimal within ±180; confirmed by four places";
        check: coordinate, normal: as_is, mask: Mask::By(round);
        samples: [
            ("12.971599", Valid, "12.97…"), ("-77.59", Shape, "-77.5…"), ("181.5000", No, ""), ("12", No, ""), ("12.5.1", No, ""),
        ]
    }
}
