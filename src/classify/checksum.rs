//! Check digits. Each function takes the value already cut down to the characters that count, says
//! whether the check holds, and names the source of the algorithm. None of them looks at format or
//! length beyond what its arithmetic needs.

use sha2::{Digest, Sha256};
use sha3::Keccak256;

/// The value of an ASCII digit.
fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

/// The value of a digit (0 to 9) or an upper-case letter (10 to 35).
fn base36(byte: u8) -> Option<u32> {
    match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 10),
        _ => None,
    }
}

/// Sum of digits times weights, as many as the shorter of both; none where a byte is no digit.
pub fn weighted(digits: &[u8], weights: &[u32]) -> Option<u32> {
    digits.iter().zip(weights).try_fold(0, |sum, (d, w)| Some(sum + digit(*d)? * w))
}

/// Luhn, check digit last. ISO/IEC 7812-1, annex B.
pub fn luhn(digits: &[u8]) -> bool {
    let sum = digits.iter().rev().enumerate().try_fold(0, |sum, (i, d)| {
        let d = digit(*d)? * (1 + i as u32 % 2);
        Some(sum + d / 10 + d % 10)
    });
    digits.len() > 1 && sum.is_some_and(|s| s % 10 == 0)
}

/// Multiplication in the dihedral group of order ten.
const DIHEDRAL: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

/// Permutation by position, from the right.
const PERMUTATION: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

/// Verhoeff, check digit last. J. Verhoeff, Error Detecting Decimal Codes, 1969.
pub fn verhoeff(digits: &[u8]) -> bool {
    let end = digits.iter().rev().enumerate().try_fold(0_u8, |c, (i, d)| {
        let p = *PERMUTATION.get(i % 8)?.get(digit(*d)? as usize)?;
        DIHEDRAL.get(c as usize)?.get(p as usize).copied()
    });
    digits.len() > 1 && end == Some(0)
}

/// The 15th character of a GSTIN: weights 1 and 2 alternate, quotient and remainder by 36 are
/// added. GST Network, GSTIN format; the same as Luhn mod 36 from the left.
pub fn gstin(text: &[u8]) -> bool {
    let Some((check, body)) = text.split_last() else { return false };
    let sum = body.iter().enumerate().try_fold(0, |sum, (i, c)| {
        let product = base36(*c)? * (1 + i as u32 % 2);
        Some(sum + product / 36 + product % 36)
    });
    body.len() == 14 && sum.is_some_and(|s| base36(*check) == Some((36 - s % 36) % 36))
}

/// Letters as 10 to 35, the whole read as a decimal number, remainder 1 by 97. ISO 7064 MOD 97-10;
/// for an IBAN the first four characters go to the end before (ISO 13616).
pub fn mod97(text: impl IntoIterator<Item = u8>) -> bool {
    let rest = text.into_iter().try_fold(0, |rest, c| {
        let value = base36(c)?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    });
    rest == Some(1)
}

/// ISO 7064 MOD 11,10, check digit last: the German tax id (§ 139b AO).
pub fn mod11_10(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let product = body.iter().try_fold(10, |product, d| {
        let sum = match (digit(*d)? + product) % 10 {
            0 => 10,
            sum => sum,
        };
        Some(sum * 2 % 11)
    });
    product.is_some_and(|p| digit(*check) == Some((11 - p) % 10))
}

/// US bank routing number, weights 3, 7, 1. American Bankers Association.
pub fn aba(digits: &[u8]) -> bool {
    digits.len() == 9 && weighted(digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_some_and(|s| s > 0 && s % 10 == 0)
}

/// UK NHS number, weights 10 to 2, modulus 11; a remainder that asks for 10 is never issued. NHS Data
/// Dictionary, NHS NUMBER.
pub fn nhs(digits: &[u8]) -> bool {
    digits.len() == 10 && weighted(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_some_and(|s| s > 0 && s % 11 == 0)
}

/// Australian tax file number of nine or eight digits. Australian Taxation Office.
pub fn tfn(digits: &[u8]) -> bool {
    let weights: &[u32] = match digits.len() {
        9 => &[1, 4, 3, 7, 5, 8, 6, 9, 10],
        8 => &[10, 7, 8, 4, 6, 3, 5, 1],
        _ => return false,
    };
    weighted(digits, weights).is_some_and(|s| s > 0 && s % 11 == 0)
}

/// Polish PESEL. Ustawa o ewidencji ludności, 2010.
pub fn pesel(digits: &[u8]) -> bool {
    digits.len() == 11 && weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_some_and(|s| s > 0 && s % 10 == 0)
}

/// Brazilian CPF, two check digits modulus 11. Receita Federal. Eleven equal digits pass the
/// arithmetic and are refused.
pub fn cpf(digits: &[u8]) -> bool {
    let Some((first, _)) = digits.split_first() else { return false };
    let check = |weights: &[u32]| weighted(digits, weights).map(|s| s * 10 % 11 % 10);
    let at = |i: usize| digits.get(i).copied().and_then(digit);
    digits.len() == 11
        && digits.iter().any(|d| d != first)
        && check(&[10, 9, 8, 7, 6, 5, 4, 3, 2]) == at(9)
        && check(&[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) == at(10)
}

/// Spanish DNI and NIE: the letter is the number modulus 23. Real Decreto 1553/2005.
pub fn nif(text: &[u8]) -> bool {
    let Some((letter, body)) = text.split_last() else { return false };
    let number = body.iter().enumerate().try_fold(0_u32, |n, (i, c)| {
        let d = match (i, c) {
            (0, b'X' | b'Y' | b'Z') => u32::from(c - b'X'),
            _ => digit(*c)?,
        };
        Some(n * 10 + d)
    });
    body.len() == 8 && number.is_some_and(|n| b"TRWAGMYFPDXBNJZSQVHLCKE".get(n as usize % 23) == Some(letter))
}

/// Italian codice fiscale: odd and even positions have tables of their own, modulus 26. Decreto
/// Ministeriale 23 dicembre 1976.
pub fn codice_fiscale(text: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let Some((check, body)) = text.split_last() else { return false };
    let sum = body.iter().enumerate().try_fold(0, |sum, (i, c)| {
        let value = base36(*c)?;
        let value = if value > 9 { value - 10 } else { value };
        Some(sum + if i % 2 == 0 { *ODD.get(value as usize)? } else { value })
    });
    body.len() == 15 && sum.is_some_and(|s| u32::from(*check) == u32::from(b'A') + s % 26)
}

/// Finnish henkilötunnus: nine digits (date and serial) modulus 31. Digi- ja väestötietovirasto.
pub fn hetu(digits: &[u8], check: u8) -> bool {
    let number = digits.iter().try_fold(0_u32, |n, d| Some(n * 10 + digit(*d)?));
    digits.len() == 9 && number.is_some_and(|n| b"0123456789ABCDEFHJKLMNPRSTUVWXY".get(n as usize % 31) == Some(&check))
}

/// Singapore NRIC and FIN: weights 2, 7, 6, 5, 4, 3, 2, an offset and a table by the first letter.
/// The algorithm is unpublished by the authority; as in python-stdnum and Presidio.
pub fn nric(text: &[u8]) -> bool {
    let [prefix, digits @ .., check] = text else { return false };
    let (offset, table): (u32, &[u8]) = match prefix {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"KLJNPQRTUWX"),
        _ => return false,
    };
    let sum = weighted(digits, &[2, 7, 6, 5, 4, 3, 2]).map(|s| (s + offset) as usize % 11);
    let index = |i: usize| if *prefix == b'M' { 10 - i } else { i };
    digits.len() == 7 && sum.is_some_and(|i| table.get(index(i)) == Some(check))
}

/// Base58 with four bytes of double SHA-256 at the end: Bitcoin, Litecoin, Dogecoin and Tron addresses of 25 bytes.
/// <https://en.bitcoin.it/wiki/Base58Check_encoding>
pub fn base58check(text: &[u8]) -> bool {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0_u8; 25];
    for c in text {
        let Some(value) = memchr::memchr(*c, ALPHABET) else { return false };
        let mut carry = value as u32;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        if carry != 0 {
            return false;
        }
    }
    let Some((body, check)) = bytes.split_at_checked(21) else { return false };
    Sha256::digest(Sha256::digest(body)).starts_with(check)
}

/// Bech32 and Bech32m over the whole address, in lower case. BIP 173 and BIP 350.
pub fn bech32(text: &[u8]) -> bool {
    const CHARSET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    fn step(state: u32, value: u32) -> u32 {
        let top = state >> 25;
        let mixed = (state & 0x01ff_ffff) << 5 ^ value;
        GENERATOR.iter().enumerate().filter(|(i, _)| top >> i & 1 == 1).fold(mixed, |s, (_, g)| s ^ g)
    }
    let Some((prefix, data)) = memchr::memrchr(b'1', text).and_then(|at| text.split_at_checked(at)) else {
        return false;
    };
    let state = prefix.iter().fold(1, |s, c| step(s, u32::from(c >> 5)));
    let state = prefix.iter().fold(step(state, 0), |s, c| step(s, u32::from(c & 31)));
    let state = data.iter().skip(1).try_fold(state, |s, c| Some(step(s, memchr::memchr(*c, CHARSET)? as u32)));
    matches!(state, Some(1 | 0x2bc8_30a3)) && data.len() > 6 && !prefix.is_empty()
}

/// The case of an Ethereum address' 40 hexadecimal digits, without `0x`. EIP-55.
pub fn eip55(hex: &[u8]) -> bool {
    let hash = Keccak256::digest(hex.to_ascii_lowercase());
    let nibbles = hash.iter().flat_map(|b| [b >> 4, b & 15]);
    hex.len() == 40
        && hex.iter().zip(nibbles).all(|(c, n)| match c {
            b'0'..=b'9' => true,
            b'a'..=b'f' => n < 8,
            b'A'..=b'F' => n >= 8,
            _ => false,
        })
}

/// A checksum that a user-defined class may name.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    /// The word in the file.
    pub name: &'static str,
    /// Takes letters and digits only, letters in upper case.
    pub holds: fn(&[u8]) -> bool,
}

/// The checksums that a user-defined class may name, by name.
pub const NAMED: &[Named] = &[
    Named { name: "aba", holds: aba },
    Named { name: "cpf", holds: cpf },
    Named { name: "gstin", holds: gstin },
    Named { name: "iban", holds: |t| mod97(t.iter().skip(4).chain(t.iter().take(4)).copied()) },
    Named { name: "luhn", holds: luhn },
    Named { name: "mod11-10", holds: mod11_10 },
    Named { name: "mod97", holds: |t| mod97(t.iter().copied()) },
    Named { name: "nhs", holds: nhs },
    Named { name: "pesel", holds: pesel },
    Named { name: "tfn", holds: tfn },
    Named { name: "verhoeff", holds: verhoeff },
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_vectors_hold() {
        // Visa's and Stripe's test cards; the Wikipedia article on Luhn.
        for ok in ["4111111111111111", "4242424242424242", "378282246310005", "79927398713"] {
            assert!(luhn(ok.as_bytes()), "{ok}");
        }
        // The Wikipedia article on Verhoeff; UIDAI's test numbers.
        for ok in ["2363", "123451", "1428570", "999941057058", "999971658847"] {
            assert!(verhoeff(ok.as_bytes()), "{ok}");
        }
        // The doc tests of python-stdnum, one line each.
        assert!(gstin(b"27AAPFU0939F1ZV") && !gstin(b"27AAPFU0939F1ZA"));
        assert!(mod11_10(b"36574261809") && !mod11_10(b"36574261890"));
        assert!(aba(b"111000025") && !aba(b"112000025"));
        assert!(nhs(b"9434765870") && !nhs(b"9434765871"));
        assert!(tfn(b"123456782") && tfn(b"38593474") && !tfn(b"999999999"));
        assert!(pesel(b"44051401359") && !pesel(b"44051401358"));
        assert!(cpf(b"39053344705") && !cpf(b"23100299900") && !cpf(b"11111111111"));
        assert!(nif(b"54362315K") && nif(b"X2482300W") && !nif(b"X2482300A") && !nif(b"54362315Z"));
        assert!(codice_fiscale(b"RCCMNL83S18D969H") && !codice_fiscale(b"RCCMNL83S18D969G"));
        assert!(hetu(b"131052308", b'T') && !hetu(b"131052308", b'U'));
        // ISO 13616's example, first four characters moved to the end.
        assert!(mod97(*b"WEST12345698765432GB82") && !mod97(*b"WEST12345698765432GB83"));
        // The Wikipedia article on the NRIC.
        assert!(nric(b"S1234567D") && !nric(b"S1234567E"));
    }

    #[test]
    fn published_wallets_hold() {
        // The genesis block's address; BIP 173 and BIP 350; EIP-55.
        assert!(base58check(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));
        assert!(!base58check(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
        assert!(bech32(b"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));
        assert!(!bech32(b"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"));
        assert!(bech32(b"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"));
        assert!(eip55(b"5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
        assert!(!eip55(b"5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"));
    }

    proptest! {
        #[test]
        fn one_wrong_digit_never_passes_luhn_or_verhoeff(body in "[0-9]{6,16}", at in 0usize..6, by in 1u8..10) {
            for holds in [luhn as fn(&[u8]) -> bool, verhoeff] {
                let right = (b'0'..=b'9').map(|c| [body.as_bytes(), &[c]].concat()).find(|t| holds(t));
                let right = right.expect("one of ten check digits is right");
                let mut wrong = right.clone();
                wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
                prop_assert!(!holds(&wrong));
            }
        }

        #[test]
        fn anything_is_answered(text in prop::collection::vec(any::<u8>(), 0..64)) {
            for named in NAMED {
                let _ = (named.holds)(&text);
            }
            let _ = (nif(&text), codice_fiscale(&text), nric(&text), base58check(&text), bech32(&text), eip55(&text));
        }
    }
}
