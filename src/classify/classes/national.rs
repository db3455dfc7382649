//! National identity and tax numbers of other countries. Each is checked by its own arithmetic; alone a bare number
//! says little, so most need their key or a column that passes throughout.

use super::rule::{Mask, classes, compact, digits, like, number, shaped, signs, text, verified};
use crate::classify::{
    checksum::{codice_fiscale, cpf, hetu, luhn, mod11_10, nhs, nif, nric, pesel, tfn},
    class::{Check, Leaf},
};

/// Groups of three, two and four digits, and whether they were written with dashes.
fn social(leaf: &Leaf<'_>) -> Option<(u64, u64, u64, bool)> {
    let d = digits(leaf, 9, 9).filter(|_| matches!(leaf.shape.length, 9 | 11))?;
    let d = d.get();
    let dashed = leaf.shape.dashes == 2 && leaf.text.split(|b| *b == b'-').map(<[u8]>::len).eq([3, 2, 4]);
    (dashed || leaf.shape.length == 9 || leaf.shape.spaces == 2).then_some((
        number(d.get(..3))?,
        number(d.get(3..5))?,
        number(d.get(5..))?,
        dashed,
    ))
}

fn ssn(leaf: &Leaf<'_>) -> Check {
    let Some((area, group, serial, dashed)) = social(leaf) else { return Check::No };
    // Never issued: area 000, 666, 9xx; group 00; serial 0000; the number of a wallet advertisement.
    if matches!(area, 0 | 666 | 900..) || group == 0 || serial == 0 || (area, group, serial) == (78, 5, 1120) {
        return Check::No;
    }
    if dashed { Check::Valid } else { Check::Shape }
}

fn itin(leaf: &Leaf<'_>) -> Check {
    let Some((area, group, _, dashed)) = social(leaf) else { return Check::No };
    if area < 900 || !matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99) {
        return Check::No;
    }
    if dashed { Check::Valid } else { Check::Shape }
}

fn nhs_number(leaf: &Leaf<'_>) -> Check {
    digits(leaf, 10, 10).map_or(Check::No, |d| verified(nhs(d.get())))
}

fn nino(leaf: &Leaf<'_>) -> Check {
    let Some(c) = compact(leaf, 9, 9).filter(|c| like(c.get(), "AA999999A")) else { return Check::No };
    let [a, b, .., suffix] = c.get() else { return Check::No };
    let blocked = [*b"BG", *b"GB", *b"NK", *b"KN", *b"TN", *b"NT", *b"ZZ"].contains(&[*a, *b]);
    let letters = !b"DFIQUV".contains(a) && !b"DFIOQUV".contains(b) && (b'A'..=b'D').contains(suffix);
    shaped(!blocked && letters)
}

fn sin(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 9, 9).filter(|d| !matches!(d.get().first(), Some(b'0' | b'8'))) else {
        return Check::No;
    };
    verified(luhn(d.get()))
}

fn tax_file(leaf: &Leaf<'_>) -> Check {
    digits(leaf, 8, 9).map_or(Check::No, |d| verified(tfn(d.get())))
}

fn spanish(leaf: &Leaf<'_>) -> Check {
    let Some(c) = compact(leaf, 9, 9) else { return Check::No };
    let foreigner = like(c.get(), "A9999999A") && matches!(c.get().first(), Some(b'X'..=b'Z'));
    if foreigner || like(c.get(), "99999999A") { verified(nif(c.get())) } else { Check::No }
}

fn italian(leaf: &Leaf<'_>) -> Check {
    let Some(c) = compact(leaf, 16, 16).filter(|_| leaf.shape.length == 16) else { return Check::No };
    let month = c.get().get(8).is_some_and(|m| b"ABCDEHLMPRST".contains(m));
    if !month || !like(c.get(), "AAAAAA**A**A***A") { Check::No } else { verified(codice_fiscale(c.get())) }
}

fn polish(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 11, 11).filter(|_| leaf.shape.length == 11) else { return Check::No };
    // The century is added to the month: 80 for 1800, 0, 20, 40, 60.
    let month = number(d.get().get(2..4)).is_some_and(|m| (1..=12).contains(&(m % 20)));
    let day = number(d.get().get(4..6)).is_some_and(|d| (1..=31).contains(&d));
    if month && day { verified(pesel(d.get())) } else { Check::No }
}

fn german(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 11, 11).filter(|d| d.get().first() != Some(&b'0')) else { return Check::No };
    // Among the first ten digits exactly one stands twice or three times (BZSt).
    let body = d.get().get(..10).unwrap_or_default();
    let times = |digit: u8| body.iter().filter(|b| **b == digit).count();
    let repeated = (b'0'..=b'9').filter(|d| times(*d) > 1).count();
    if repeated == 1 && (b'0'..=b'9').all(|d| times(d) < 4) { verified(mod11_10(d.get())) } else { Check::No }
}

fn swedish(leaf: &Leaf<'_>) -> Check {
    if !(10..=13).contains(&leaf.shape.length) || leaf.shape.digits < 10 {
        return Check::No;
    }
    let Some(c) = text(leaf).and_then(|t| super::rule::Compact::of(t, b"-+")) else { return Check::No };
    let d = match c.get() {
        [b'1', b'9', rest @ ..] | [b'2', b'0', rest @ ..] if rest.len() == 10 => rest,
        d => d,
    };
    let month = number(d.get(2..4)).is_some_and(|m| (1..=12).contains(&m));
    // Coordination numbers add 60 to the day.
    let day = number(d.get(4..6)).is_some_and(|d| (1..=31).contains(&d) || (61..=91).contains(&d));
    if d.len() == 10 && month && day { verified(luhn(d)) } else { Check::No }
}

fn finnish(leaf: &Leaf<'_>) -> Check {
    if leaf.shape.length != 11 || leaf.shape.digits < 9 {
        return Check::No;
    }
    let upper = leaf.text.to_ascii_uppercase();
    let (Some(date), Some(sign), Some(serial), Some(check)) =
        (upper.get(..6), upper.get(6), upper.get(7..10), upper.get(10))
    else {
        return Check::No;
    };
    let day = number(date.get(..2)).is_some_and(|d| (1..=31).contains(&d));
    let month = number(date.get(2..4)).is_some_and(|m| (1..=12).contains(&m));
    let body = [date, serial].concat();
    if day && month && b"+-ABCDEFUVWXY".contains(sign) && number(Some(&body)).is_some() {
        verified(hetu(&body, *check))
    } else {
        Check::No
    }
}

fn singapore(leaf: &Leaf<'_>) -> Check {
    let Some(c) = compact(leaf, 9, 9).filter(|c| like(c.get(), "A9999999A")) else { return Check::No };
    if c.get().first().is_some_and(|p| b"STFGM".contains(p)) { verified(nric(c.get())) } else { Check::No }
}

fn south_african(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 13, 13) else { return Check::No };
    let month = number(d.get().get(2..4)).is_some_and(|m| (1..=12).contains(&m));
    let day = number(d.get().get(4..6)).is_some_and(|d| (1..=31).contains(&d));
    let citizen = matches!(d.get().get(10), Some(b'0' | b'1'));
    if month && day && citizen { verified(luhn(d.get())) } else { Check::No }
}

fn brazilian(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    if shape.digits != 11 || shape.digits + shape.dots + shape.dashes != shape.length || shape.length > 14 {
        return Check::No;
    }
    text(leaf).and_then(|t| super::rule::Compact::of(t, b".-")).map_or(Check::No, |c| verified(cpf(c.get())))
}

/// What is numbered with nine to thirteen digits and is nobody's identity.
const OTHER: &[&str] =
    &["mobile", "phone", "msisdn", "order_id", "order_no", "timestamp", "barcode", "ean", "account_no", "sku"];

classes! {
    /// United States social security number.
    US_SSN {
        id: "us-ssn", title: "US social security number", Sensitive, identifies;
        keys: &["ssn", "social_security", "social_security_number", "socialsecurity", "ssn_no", "ss_no", "ssnumber", "tax_id", "tin"];
        not: &["part_no", "sku"];
        weights: (0, 60, 85, 96);
        by: "area, group and serial that are issued; confirmed by the dashes (Social Security Administration)";
        check: ssn, normal: signs, mask: Mask::Ends(0, 4);
        samples: [("536-90-4399", Valid, "•••••4399"), ("536904399", Shape, ""), ("666-90-4399", No, ""), ("078-05-1120", No, ""), ("53-690-4399", No, "")]
    }
    /// United States individual taxpayer number.
    US_ITIN {
        id: "us-itin", title: "US taxpayer number (ITIN)", Financial, identifies;
        keys: &["itin", "tax_id", "tin", "taxpayer_id", "individual_taxpayer"]; not: &["part_no", "sku"];
        weights: (0, 55, 80, 94);
        by: "9xx and the groups that are issued (IRS)";
        check: itin, normal: signs, mask: Mask::Ends(0, 4);
        samples: [("912-90-3456", Valid, "•••••3456"), ("912903456", Shape, ""), ("912-93-3456", No, ""), ("512-90-3456", No, "")]
    }
    /// British NHS number.
    UK_NHS {
        id: "uk-nhs", title: "UK NHS number", Sensitive, identifies;
        keys: &["nhs", "nhs_no", "nhs_number", "nhsnumber"]; not: OTHER;
        weights: (0, 10, 0, 96);
        by: "10 digits, modulus 11 (NHS Data Dictionary)";
        check: nhs_number, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("943-476-5870", Valid, "••••••870"), ("9434765871", Invalid, ""), ("94347658", No, "")]
    }
    /// British national insurance number.
    UK_NINO {
        id: "uk-nino", title: "UK national insurance number", Financial, identifies;
        keys: &["nino", "ni_no", "ni_number", "national_insurance", "national_insurance_number", "nin"]; not: &["sku", "batch"];
        weights: (35, 35, 92, 92);
        by: "two letters that are issued, 6 digits, A to D (HMRC)";
        check: nino, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("AB 12 34 56 C", Shape, "••••••56C"), ("BG123456C", No, ""), ("QQ123456C", No, ""), ("AB123456E", No, "")]
    }
    /// Canadian social insurance number.
    CA_SIN {
        id: "ca-sin", title: "Canadian social insurance number", Financial, identifies;
        keys: &["sin", "sin_no", "sin_number", "social_insurance", "social_insurance_number", "nas"]; not: OTHER;
        weights: (0, 10, 0, 94);
        by: "9 digits, Luhn (Government of Canada)";
        check: sin, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("123-456-782", Valid, "••••••782"), ("123-456-783", Invalid, ""), ("12345678", No, "")]
    }
    /// Australian tax file number.
    AU_TFN {
        id: "au-tfn", title: "Australian tax file number", Financial, identifies;
        keys: &["tfn", "tax_file_number", "taxfilenumber", "tax_file_no"]; not: OTHER;
        weights: (0, 10, 0, 94);
        by: "8 or 9 digits, weights modulus 11 (Australian Taxation Office)";
        check: tax_file, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("123 456 782", Valid, "••••••782"), ("999999999", Invalid, ""), ("1234567", No, "")]
    }
    /// Spanish DNI, NIE.
    ES_NIF {
        id: "es-nif", title: "Spanish DNI/NIE", Sensitive, identifies;
        keys: &["nif", "dni", "nie", "cif_persona", "documento", "documento_identidad", "numero_documento"]; not: &["sku", "batch"];
        weights: (0, 65, 0, 97);
        by: "8 digits, letter modulus 23 (Real Decreto 1553/2005)";
        check: spanish, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("54362315-K", Valid, "••••••15K"), ("x-2482300w", Valid, ""), ("54362315Z", Invalid, ""), ("5436231K", No, "")]
    }
    /// Italian codice fiscale.
    IT_CF {
        id: "it-codice-fiscale", title: "Italian codice fiscale", Sensitive, identifies;
        keys: &["cf", "codice_fiscale", "codicefiscale", "cod_fiscale", "fiscal_code"]; not: &[];
        weights: (0, 88, 0, 99);
        by: "16 signs, check letter modulus 26 (D.M. 23 December 1976)";
        check: italian, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("RCCMNL83S18D969H", Valid, "••••••69H"), ("RCCMNL83S18D969G", Invalid, ""), ("RCCMNL83Z18D969H", No, "")]
    }
    /// Polish PESEL.
    PL_PESEL {
        id: "pl-pesel", title: "Polish PESEL", Sensitive, identifies;
        keys: &["pesel", "nr_pesel", "numer_pesel"]; not: OTHER;
        weights: (0, 20, 0, 97);
        by: "11 digits with a date, weights 1-3-7-9 (Polish population register)";
        check: polish, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("44051401359", Valid, "••••••359"), ("44051401358", Invalid, ""), ("44991401359", No, "")]
    }
    /// German tax id.
    DE_TAX_ID {
        id: "de-tax-id", title: "German tax ID", Financial, identifies;
        keys: &["steuer_id", "steuerid", "steuer_identifikationsnummer", "identifikationsnummer", "idnr", "tin", "steuernummer", "steuer_nr"]; not: OTHER;
        weights: (0, 15, 0, 96);
        by: "11 digits, one repeated, ISO 7064 MOD 11,10 (Bundeszentralamt für Steuern)";
        check: german, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("36 574 261 809", Valid, "••••••809"), ("36574261890", Invalid, ""), ("36574261111", No, ""), ("36574261808", Invalid, ""), ("01234567890", No, "")]
    }
    /// Swedish personal number.
    SE_PERSONNUMMER {
        id: "se-personnummer", title: "Swedish personal number", Sensitive, identifies;
        keys: &["personnummer", "personnr", "pnr", "person_nr", "samordningsnummer"]; not: OTHER;
        weights: (0, 20, 0, 96);
        by: "date, serial, Luhn over ten digits (Skatteverket)";
        check: swedish, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("880320-0016", Valid, "••••••016"), ("880320-0018", Invalid, ""), ("881320-0016", No, "")]
    }
    /// Finnish personal identity code.
    FI_HETU {
        id: "fi-hetu", title: "Finnish identity code", Sensitive, identifies;
        keys: &["hetu", "henkilotunnus", "henkilötunnus", "personal_identity_code", "sotu"]; not: &[];
        weights: (0, 75, 0, 98);
        by: "date, century, serial, check sign modulus 31 (Digital and Population Data Services Agency)";
        check: finnish, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("131052-308T", Valid, "••••••08T"), ("131052-308U", Invalid, ""), ("131352-308T", No, "")]
    }
    /// Singapore NRIC and FIN.
    SG_NRIC {
        id: "sg-nric", title: "Singapore NRIC/FIN", Sensitive, identifies;
        keys: &["nric", "nric_no", "fin", "fin_no", "uinfin", "nricfin"]; not: &["sku", "batch"];
        weights: (0, 65, 0, 97);
        by: "letter, 7 digits, weights and table by the first letter";
        check: singapore, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("S1234567D", Valid, "••••••67D"), ("S1234567E", Invalid, ""), ("A1234567D", No, "")]
    }
    /// South African id.
    ZA_ID {
        id: "za-id", title: "South African ID number", Sensitive, identifies;
        keys: &["za_id", "sa_id", "id_number", "idnumber", "rsa_id", "identity_number"]; not: OTHER;
        weights: (0, 20, 0, 95);
        by: "13 digits with a date, Luhn (Department of Home Affairs)";
        check: south_african, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("7503305044089", Valid, "••••••089"), ("7503305044088", Invalid, ""), ("7513305044089", No, "")]
    }
    /// Brazilian CPF.
    BR_CPF {
        id: "br-cpf", title: "Brazilian CPF", Sensitive, identifies;
        keys: &["cpf", "cpf_cnpj", "cpf_number", "numero_cpf", "documento_cpf"]; not: OTHER;
        weights: (0, 45, 0, 98);
        by: "11 digits, two check digits modulus 11 (Receita Federal)";
        check: brazilian, normal: signs, mask: Mask::Ends(0, 3);
        samples: [("390.533.447-05", Valid, "••••••705"), ("23100299900", Invalid, ""), ("1234567890", No, "")]
    }
}
