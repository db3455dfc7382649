//! Keys as words: `customerMobileNo`, `customer_mobile_no` and `customer-mobile-number` are one.

/// Words of one key that are looked at.
const WORDS_MAX: usize = 12;

/// Bytes of a key that are looked at.
const KEY_BYTES_MAX: usize = 96;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    Gap,
}

fn kind(byte: u8) -> Kind {
    match byte {
        b'A'..=b'Z' => Kind::Upper,
        b'0'..=b'9' => Kind::Digit,
        b'a'..=b'z' | 128.. => Kind::Lower,
        _ => Kind::Gap,
    }
}

/// The words of a key in lower case: cut at gaps, at digits, where capitals begin, and before the
/// last of several capitals (`GSTINNo`).
pub(crate) fn split(key: &[u8]) -> Vec<String> {
    let key = key.get(..KEY_BYTES_MAX).unwrap_or(key);
    let mut out: Vec<String> = Vec::new();
    let mut word: Vec<u8> = Vec::new();
    let mut end = |word: &mut Vec<u8>| {
        if !word.is_empty() && out.len() < WORDS_MAX {
            out.push(String::from_utf8_lossy(word).to_lowercase());
        }
        word.clear();
    };
    let mut last = Kind::Gap;
    for (at, byte) in key.iter().enumerate() {
        let now = kind(*byte);
        let next = key.get(at + 1).map_or(Kind::Gap, |b| kind(*b));
        let cut = match (last, now) {
            (_, Kind::Gap) => true,
            (Kind::Upper, Kind::Upper) => next == Kind::Lower,
            (Kind::Upper, Kind::Lower) => false,
            (before, now) => before != now,
        };
        if cut {
            end(&mut word);
        }
        if now != Kind::Gap {
            word.push(*byte);
        }
        last = now;
    }
    end(&mut word);
    out
}

/// One of several: `customers` → `customer`. English as API designers write it, no dictionary.
pub(crate) fn singular(word: &str) -> &str {
    const AS_IT_IS: &[&str] = &["address", "status", "gps", "sms", "pos", "dns", "series", "news", "https", "whatsapp"];
    let cut = |n: usize| word.get(..word.len().saturating_sub(n)).unwrap_or(word);
    if word.len() < 4
        || AS_IT_IS.contains(&word)
        || word.ends_with("ss")
        || word.ends_with("us")
        || word.ends_with("is")
    {
        return word;
    }
    if ["sses", "xes", "ches", "shes", "zes"].iter().any(|e| word.ends_with(e)) {
        return cut(2);
    }
    if word.ends_with('s') { cut(1) } else { word }
}

/// A word in the spelling that keys and hints share.
pub(crate) fn canonical(word: &str) -> String {
    let one = match word.strip_suffix("ies") {
        Some(stem) if stem.len() > 1 && word != "cookies" && word != "series" => return canonical(&format!("{stem}y")),
        _ => singular(word),
    };
    let same = match one {
        "number" | "num" | "nbr" | "nos" | "numb" | "nr" => "no",
        "cust" | "custmr" => "customer",
        "addr" | "adr" | "addrs" => "address",
        "nm" | "nme" => "name",
        "acct" | "acc" | "acnt" | "accnt" => "account",
        "ph" | "phn" | "fone" => "phone",
        "mob" | "mbl" | "cell" | "cellphone" => "mobile",
        "tel" | "telephone" | "telno" => "tel",
        "pwd" | "passwd" | "passwrd" | "pswd" => "password",
        "amt" | "amnt" => "amount",
        "mail" => "email",
        "lon" | "longitude" | "long" => "lng",
        "latitude" => "lat",
        "identifier" => "id",
        "pswrd" => "password",
        "exp" | "expiration" | "expires" => "expiry",
        "usr" => "user",
        "org" | "organisation" | "organization" => "org",
        "ord" => "order",
        "txn" | "trxn" | "trx" | "transaction" => "txn",
        "ref" | "reference" | "refno" => "ref",
        "dt" => "date",
        "licence" => "license",
        "veh" => "vehicle",
        "reg" | "regn" | "registration" => "registration",
        other => other,
    };
    same.to_owned()
}

/// Cuts a word that was run together (`mobileno`, `customername`) into known words; `None` where it
/// is not made of them. The longest known word is tried first.
pub(crate) fn unglue(word: &str, known: &dyn Fn(&str) -> bool) -> Option<Vec<String>> {
    if word.is_empty() {
        return Some(Vec::new());
    }
    let mut ends: Vec<usize> = word.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
    ends.reverse();
    for end in ends {
        let (head, rest) = word.split_at_checked(end)?;
        // Two letters are a word only at the end (`no`, `id`) or known as an abbreviation at the begin.
        let long_enough = head.len() >= 3 || rest.is_empty() && matches!(head, "no" | "id" | "nm" | "ip");
        if long_enough
            && known(head)
            && let Some(mut tail) = unglue(rest, known)
        {
            tail.insert(0, head.to_owned());
            return Some(tail);
        }
    }
    None
}

/// Whether a key is a value of its own rather than a name: `{"9800000000": {…}}`, a UUID, an e-mail.
pub(crate) fn is_dynamic(key: &[u8]) -> bool {
    let digits = key.iter().filter(|b| b.is_ascii_digit()).count();
    let hex = key.iter().filter(|b| b.is_ascii_hexdigit()).count();
    let dashes = key.iter().filter(|b| **b == b'-').count();
    !key.is_empty() && digits == key.len()
        || digits >= 8 && digits + 4 >= key.len()
        || key.len() >= 16 && digits > 0 && hex + dashes == key.len()
        || key.contains(&b'@')
        || key.len() > KEY_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_every_case_are_the_same_words() {
        for key in
            ["customerMobileNo", "customer_mobile_no", "customer-mobile-no", "CustomerMobileNO", "CUSTOMER_MOBILE_NO"]
        {
            assert_eq!(split(key.as_bytes()), ["customer", "mobile", "no"], "{key}");
        }
        assert_eq!(split(b"GSTINNo"), ["gstin", "no"]);
        assert_eq!(split(b"line1"), ["line", "1"]);
        assert_eq!(split(b"x-client-IP"), ["x", "client", "ip"]);
        assert_eq!(split(b"_id"), ["id"]);
        assert_eq!(split(b"$.a[0].b"), ["a", "0", "b"]);
        assert_eq!(split("ग्राहक".as_bytes()), ["ग्राहक"]);
        assert!(split(b"--").is_empty());
    }

    #[test]
    fn plurals_and_abbreviations() {
        for (many, one) in [
            ("orders", "order"),
            ("addresses", "address"),
            ("branches", "branch"),
            ("status", "status"),
            ("companies", "company"),
            ("nbr", "no"),
            ("telephone", "tel"),
            ("cust", "customer"),
            ("boxes", "box"),
        ] {
            assert_eq!(canonical(many), one);
        }
    }

    #[test]
    fn words_run_together() {
        let known = |w: &str| ["mobile", "customer", "name", "no", "phone", "note"].contains(&w);
        assert_eq!(unglue("mobileno", &known).unwrap(), ["mobile", "no"]);
        assert_eq!(unglue("customername", &known).unwrap(), ["customer", "name"]);
        assert!(unglue("notable", &known).is_none());
    }

    #[test]
    fn keys_that_are_values() {
        for key in ["9800000000", "123e4567-e89b-12d3-a456-426614174000", "a@b.example", "+919800000000"] {
            assert!(is_dynamic(key.as_bytes()), "{key}");
        }
        for key in ["line1", "address_2", "md5", "oauth2Token", "facade"] {
            assert!(!is_dynamic(key.as_bytes()), "{key}");
        }
    }
}
