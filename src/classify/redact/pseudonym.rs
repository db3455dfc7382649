//! What stands for a sensitive value: of the same kind, always the same for the same value and key,
//! and telling nothing of it to whoever lacks the key.

use crate::domain::Fingerprint;

use super::super::fingerprint::Fingerprinter;

/// The scheme in words, for the certificate.
pub(super) const SCHEME: &str = "HMAC-SHA-256 of the normalised value with a key that is not in this file, cut to 128 bits; \
phones keep their layout and country, their number begins with 5; e-mails become user-<10 hex>@example.invalid, \
payment addresses user-<10 hex>@invalid, names Person <8 hex>, addresses Address <8 hex>; everything else keeps its \
length and which characters are digits, capitals and small letters";

/// The pseudonym of a value of a class, laid out like `text`.
pub(super) fn of(class: &str, fingerprint: Fingerprint, text: &str, keyed: &Fingerprinter) -> String {
    match class {
        "email" => format!("user-{:010x}@example.invalid", fingerprint.0 >> 88),
        "upi-vpa" | "abha-address" => format!("user-{:010x}@invalid", fingerprint.0 >> 88),
        "person-name" => format!("Person {:08x}", fingerprint.0 >> 96),
        "street-address" => format!("Address {:08x}", fingerprint.0 >> 96),
        _ if class.starts_with("phone") => phone(fingerprint, text, keyed),
        _ => same_shape(fingerprint, text, keyed),
    }
}

/// Bytes that follow from a fingerprint, as many as are wanted.
struct Stream<'f> {
    keyed: &'f Fingerprinter,
    seed: u128,
    block: u128,
    used: u32,
    number: u64,
}

impl<'f> Stream<'f> {
    fn new(fingerprint: Fingerprint, keyed: &'f Fingerprinter) -> Self {
        Self { keyed, seed: fingerprint.0, block: 0, used: 16, number: 0 }
    }

    fn byte(&mut self) -> u8 {
        if self.used == 16 {
            let mut input = b"pseudonym".to_vec();
            input.extend_from_slice(&self.seed.to_be_bytes());
            input.extend_from_slice(&self.number.to_be_bytes());
            self.block = self.keyed.fingerprint(&input).0;
            self.number += 1;
            self.used = 0;
        }
        let byte = (self.block >> (self.used * 8)) as u8;
        self.used += 1;
        byte
    }

    /// Below `count`; that some come a little more often than others does no harm here.
    fn below(&mut self, count: u8) -> u8 {
        self.byte() % count
    }
}

/// The last ten digits replaced, from the right, so that `+91 98…` and `098…` of one number agree. No
/// mobile number in India begins with 5.
fn phone(fingerprint: Fingerprint, text: &str, keyed: &Fingerprinter) -> String {
    let mut stream = Stream::new(fingerprint, keyed);
    let national: Vec<u8> = (0..10).map(|at| if at == 9 { b'5' } else { b'0' + stream.below(10) }).collect();
    let mut out: Vec<char> = text.chars().collect();
    for (c, new) in out.iter_mut().rev().filter(|c| c.is_ascii_digit()).zip(&national) {
        *c = char::from(*new);
    }
    out.into_iter().collect()
}

/// Each digit, capital and small letter by another of its kind; other characters of a script by `x`.
fn same_shape(fingerprint: Fingerprint, text: &str, keyed: &Fingerprinter) -> String {
    let mut stream = Stream::new(fingerprint, keyed);
    let mut one = |c: char, first: bool| match c {
        '0'..='9' if first => char::from(b'1' + stream.below(9)),
        '0'..='9' => char::from(b'0' + stream.below(10)),
        'a'..='z' => char::from(b'a' + stream.below(26)),
        'A'..='Z' => char::from(b'A' + stream.below(26)),
        c if c.is_ascii() => c,
        _ => 'x',
    };
    let out: String = text.chars().enumerate().map(|(at, c)| one(c, at == 0)).collect();
    if out != text {
        return out;
    }
    // One in ten single digits comes out as it went in.
    text.chars()
        .map(|c| {
            if c == '9' || c == 'z' || c == 'Z' {
                '1'
            } else if c.is_ascii_digit() {
                '9'
            } else {
                'x'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(class: &str, seed: u128, text: &str) -> String {
        of(class, Fingerprint(seed << 100 | seed), text, &Fingerprinter::new([7; 32]))
    }

    #[test]
    fn pseudonyms_are_of_the_same_kind() {
        let short = made("phone-in", 1, "9812345678");
        let long = made("phone-in", 1, "+91 98123-45678");
        assert_eq!(short.len(), 10);
        assert!(short.starts_with('5') && long.starts_with("+91 5"), "{short} {long}");
        assert_eq!(long.replace(['+', ' ', '-'], ""), format!("91{short}"), "however it is written");
        assert!(made("email", 2, "asha@cafe.example").ends_with("@example.invalid"));
        let pan = made("pan", 3, "ABCPE1234F");
        assert!(pan != "ABCPE1234F" && pan.len() == 10);
        let kind = |t: &str| t.chars().map(|c| if c.is_ascii_digit() { '9' } else { 'A' }).collect::<String>();
        assert_eq!(kind(&pan), "AAAAA9999A");
        for digit in 0..=9 {
            for seed in 1..40 {
                assert_ne!(made("otp", seed, &digit.to_string()), digit.to_string());
            }
        }
        assert_eq!(made("pan", 3, "ABCPE1234F"), pan);
        assert_ne!(made("pan", 4, "ABCPE1234F"), pan);
    }
}
