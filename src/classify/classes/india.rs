//! What Indian authorities issue to persons.

use super::lists::{VEHICLE_STATES, has};
use super::rule::{Mask, classes, compact, digits, like, number, shaped, signs, verified};
use crate::classify::{
    checksum::{luhn, verhoeff},
    class::{Check, Leaf},
};

/// Names of things that are numbered like ids and are none.
const GOODS: &[&str] = &[
    "sku",
    "batch",
    "batch_no",
    "lot",
    "coupon",
    "coupon_code",
    "promo",
    "promo_code",
    "voucher",
    "kot",
    "kot_no",
    "invoice",
    "invoice_no",
    "order_id",
    "order_no",
    "item",
    "product",
    "barcode",
    "ref",
    "asset",
    "model",
    "part_no",
    "serial",
];

fn aadhaar(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 12, 12) else { return Check::No };
    let d = d.get();
    if !matches!(d.first(), Some(b'2'..=b'9')) || leaf.shape.length > 14 {
        return Check::No;
    }
    verified(verhoeff(d) && !d.iter().eq(d.iter().rev()))
}

fn virtual_id(leaf: &Leaf<'_>) -> Check {
    digits(leaf, 16, 16).map_or(Check::No, |d| verified(verhoeff(d.get())))
}

fn last_four(text: &str, out: &mut String) {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    out.push_str("XXXX XXXX ");
    out.push_str(digits.get(digits.len().saturating_sub(4)..).unwrap_or_default());
}

fn pan(leaf: &Leaf<'_>) -> Check {
    if leaf.shape.digits != 4 {
        return Check::No;
    }
    let Some(c) = compact(leaf, 10, 10) else { return Check::No };
    let holder = c.get().get(3).is_some_and(|h| b"ABCFGHJLPTK".contains(h));
    shaped(holder && like(c.get(), "AAAAA9999A") && c.get().get(5..9) != Some(b"0000") && leaf.shape.length == 10)
}

fn voter(leaf: &Leaf<'_>) -> Check {
    let Some(c) = compact(leaf, 10, 10).filter(|c| like(c.get(), "AAA9999999")) else { return Check::No };
    if c.get().get(3..).is_some_and(luhn) { Check::Valid } else { Check::Shape }
}

fn passport(leaf: &Leaf<'_>) -> Check {
    let Some(c) = compact(leaf, 8, 8).filter(|c| like(c.get(), "A9999999")) else { return Check::No };
    let [letter, first, .., last] = c.get() else { return Check::No };
    shaped(!b"QX".contains(letter) && *first != b'0' && *last != b'0')
}

fn state(code: &[u8]) -> bool {
    code.get(..2).is_some_and(|s| has(VEHICLE_STATES, s))
}

fn licence(leaf: &Leaf<'_>) -> Check {
    let Some(c) = super::rule::text(leaf)
        .filter(|_| (9..=15).contains(&leaf.shape.digits) && leaf.shape.length < 20)
        .and_then(|t| super::rule::Compact::of(t, b" -/"))
    else {
        return Check::No;
    };
    let c = c.get();
    if !state(c) {
        return Check::No;
    }
    // As issued since Sarathi: state, office, year of issue, seven digits. Older ones only by shape.
    let year = number(c.get(4..8)).is_some_and(|y| (1950..2040).contains(&y));
    match like(c, "AA9999999999999") {
        true if year => Check::Valid,
        true => Check::No,
        false => shaped(like(c, "AA99999999999") || like(c, "AA999999999999") || like(c, "AA99A9999999999")),
    }
}

fn vehicle(leaf: &Leaf<'_>) -> Check {
    let Some(c) = compact(leaf, 6, 11).filter(|_| leaf.shape.length < 15 && leaf.shape.digits > 2) else {
        return Check::No;
    };
    let c = c.get();
    let bharat = like(c, "99BH9999A") || like(c, "99BH9999AA");
    let ordinary = ["AA99A9999", "AA99AA9999", "AA99AAA9999", "AA9A9999", "AA9AA9999", "AA9AAA9999", "AA999999"]
        .iter()
        .any(|template| like(c, template));
    // Office numbers start at 1 and the number behind is never all zeros.
    let numbered = !c.ends_with(b"0000") && c.get(2..4) != Some(b"00");
    if bharat || (ordinary && state(c) && numbered) { Check::Valid } else { Check::No }
}

fn abha(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 14, 14).filter(|d| d.get().first() != Some(&b'0')) else { return Check::No };
    let _ = d;
    let grouped = leaf.shape.dashes == 3 && leaf.text.split(|b| *b == b'-').map(<[u8]>::len).eq([2, 4, 4, 4]);
    if grouped { Check::Valid } else { Check::Shape }
}

fn abha_address(leaf: &Leaf<'_>) -> Check {
    if leaf.shape.ats != 1 || leaf.shape.spaces > 0 {
        return Check::No;
    }
    let local = leaf.text.strip_suffix(b"@abdm").or_else(|| leaf.text.strip_suffix(b"@sbx"));
    match local {
        Some(local) if (4..=18).contains(&local.len()) => Check::Valid,
        _ => Check::No,
    }
}

fn uan(leaf: &Leaf<'_>) -> Check {
    shaped(digits(leaf, 12, 12).is_some_and(|d| d.get().starts_with(b"10") && leaf.shape.length == 12))
}

fn esic(leaf: &Leaf<'_>) -> Check {
    shaped(leaf.shape.length < 22 && (digits(leaf, 17, 17).is_some() || digits(leaf, 10, 10).is_some()))
}

fn provident(leaf: &Leaf<'_>) -> Check {
    let Some(text) = super::rule::text(leaf).filter(|_| (10..=26).contains(&leaf.shape.length)) else {
        return Check::No;
    };
    let Some(c) = super::rule::Compact::of(text, b"/ -") else { return Check::No };
    let Some((region, rest)) = c.get().split_at_checked(5) else { return Check::No };
    let numbered = (8..=17).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit);
    shaped(region.iter().all(u8::is_ascii_uppercase) && state(region) && numbered)
}

classes! {
    /// Aadhaar number.
    AADHAAR {
        id: "aadhaar", title: "Aadhaar number", Sensitive, identifies;
        keys: &[
            "aadhaar", "aadhar", "adhaar", "adhar", "aadhaar_no", "aadhaar_number", "aadhaarno", "aadharno", "aadhaarnumber",
            "aadharnumber", "uid", "uid_no", "uid_number", "uidnumber", "uidno", "uidai", "uidai_no", "aadhaar_id", "aadhaarid",
            "enrolment_no",
        ];
        not: &["rrn", "utr", "txn", "mobile", "phone", "msisdn", "timestamp", "vid", "uan", "barcode", "order_id"];
        weights: (0, 40, 0, 97);
        by: "12 digits from 2, Verhoeff, no palindrome (UIDAI)";
        check: aadhaar, normal: signs, mask: Mask::By(last_four);
        samples: [
            ("9999 4105 7058", Valid, "XXXX XXXX 7058"), ("999971658847", Valid, ""), ("999941057059", Invalid, ""),
            ("199941057058", No, ""), ("99994105705", No, ""), ("222222222222", Invalid, ""),
        ]
    }
    /// Aadhaar virtual id.
    AADHAAR_VID {
        id: "aadhaar-vid", title: "Aadhaar virtual ID", Sensitive, identifies;
        keys: &["vid", "virtual_id", "aadhaar_vid", "virtualid", "uidai_vid"];
        not: &["card", "order_no", "video", "vendor"];
        weights: (0, 15, 0, 92);
        by: "16 digits, Verhoeff (UIDAI circular 1 of 2018)";
        check: virtual_id, normal: signs, mask: Mask::Ends(0, 4);
        // 2363 is the published vector; zeros in front do not change a Verhoeff sum.
        samples: [("0000000000002363", Valid, "••••••2363"), ("0000000000002364", Invalid, ""), ("2363", No, "")]
    }
    /// Income-tax PAN.
    PAN {
        id: "pan", title: "Income-tax PAN", Financial, identifies;
        keys: &[
            "pan", "panno", "pan_no", "pan_number", "pannumber", "pan_card", "pancard", "pancard_no", "permanent_account_number",
            "kyc", "kyc_id", "tax_id", "taxid", "it_pan", "doc_no", "document_number", "id_number",
        ];
        not: GOODS;
        weights: (40, 40, 93, 93);
        by: "5 letters, the 4th a kind of holder, 4 digits, letter (Income Tax Department; its check letter is not published)";
        check: pan, normal: signs, mask: Mask::Ends(3, 1);
        samples: [
            ("ABCPX1234K", Shape, "ABC••••••K"), ("abcpx1234k", Shape, ""), ("ABCDX1234K", No, ""), ("ABCPX0000K", No, ""),
            ("ABCPX12345", No, ""), ("ABCP X1234K", No, ""),
        ]
    }
    /// Voter's identity card.
    VOTER_ID {
        id: "voter-id", title: "Voter ID (EPIC)", Financial, identifies;
        keys: &["voter", "voterid", "voter_id", "voter_no", "voter_card", "epic", "epicno", "epic_no", "epic_number", "election_id"];
        not: GOODS;
        weights: (10, 25, 90, 95);
        by: "3 letters, 7 digits; confirmed by Luhn over the digits, which older cards do not obey (Election Commission)";
        check: voter, normal: signs, mask: Mask::Ends(3, 2);
        // The first is python-stdnum's.
        samples: [("WKH1186253", Valid, "WKH•••••53"), ("WKH1186254", Shape, ""), ("WK11186253", No, "")]
    }
    /// Indian passport.
    PASSPORT {
        id: "passport-in", title: "Indian passport", Financial, identifies;
        keys: &["passport", "passportno", "passport_no", "passport_number", "passportnumber", "travel_document", "ppno"];
        not: GOODS;
        weights: (10, 10, 92, 92);
        by: "a letter but Q, X and 7 digits, neither end 0 (Passport Seva)";
        check: passport, normal: signs, mask: Mask::Ends(1, 2);
        samples: [("J8369854", Shape, "J•••••54"), ("Q8369854", No, ""), ("J0369854", No, ""), ("JJ369854", No, "")]
    }
    /// Indian driving licence.
    DRIVING_LICENCE {
        id: "driving-licence-in", title: "Indian driving licence", Financial, identifies;
        keys: &[
            "dl", "dl_no", "dlno", "dl_number", "driving_licence", "driving_license", "drivinglicence", "drivinglicense",
            "licence", "license", "licence_no", "license_no", "license_number", "licence_number", "driver_license", "drivers_license",
        ];
        not: &["fssai", "software", "license_key", "invoice", "invoice_no", "order_id", "food_license", "license_plate", "plate"];
        weights: (5, 45, 70, 95);
        by: "state in use, office, year 1950 to 2039, 7 digits (Sarathi)";
        check: licence, normal: signs, mask: Mask::Ends(0, 4);
        samples: [
            ("KA01 20190001234", Valid, "••••••1234"), ("MH-0220210005678", Valid, ""), ("ZZ0120190001234", No, ""),
            ("KA0118990001234", No, ""), ("KA01", No, ""),
        ]
    }
    /// Indian vehicle registration.
    VEHICLE {
        id: "vehicle-in", title: "Indian vehicle registration", Simple, identifies;
        keys: &[
            "vehicle", "vehicleno", "vehicle_no", "vehicle_number", "vehiclenumber", "veh_no", "vehno", "reg_no", "regno",
            "registration_no", "registration_number", "registration", "plate", "number_plate", "plate_no", "license_plate",
            "licence_plate", "rc", "rc_no", "rcno", "car_no", "car_number", "bike", "bike_no", "bike_number", "cab", "rider_vehicle",
            "gaadi_no", "gadi_no", "truck_no",
        ];
        not: &[
            "batch", "batch_no", "lot", "sku", "vehicle_type", "vehicle_model", "coupon", "invoice", "kot", "table", "order_id",
            "model", "company_registration",
        ];
        weights: (0, 40, 0, 93);
        by: "state in use, office, series, number, or the BH series (Central Motor Vehicles Rules)";
        check: vehicle, normal: signs, mask: Mask::Ends(4, 4);
        samples: [
            ("KA01MJ1234", Valid, "KA01••1234"), ("KA-01-HAA-1234", Valid, "KA01•••1234"), ("22BH1234AB", Valid, ""), ("DL3CAB1234", Valid, ""), ("WE03D5355", No, ""),
            ("KA01MJ0000", No, ""), ("KA01", No, ""),
        ]
    }
    /// Ayushman Bharat health account.
    ABHA {
        id: "abha", title: "ABHA health account", Sensitive, identifies;
        keys: &["abha", "abha_id", "abha_no", "abha_number", "abhanumber", "health_id", "healthid", "health_id_number", "ndhm", "abdm"];
        not: &["fssai", "licence", "license", "barcode"];
        weights: (0, 65, 90, 96);
        by: "14 digits; confirmed by the grouping 2-4-4-4 (National Health Authority)";
        check: abha, normal: signs, mask: Mask::Ends(0, 4);
        samples: [("91-1234-5678-9012", Valid, "••••••9012"), ("91123456789012", Shape, ""), ("01123456789012", No, ""), ("911234", No, "")]
    }
    /// Address of such an account.
    ABHA_ADDRESS {
        id: "abha-address", title: "ABHA address", Sensitive, identifies;
        keys: &["abha", "abha_address", "phr_address", "health_id", "phr"]; not: &[];
        weights: (0, 85, 0, 97);
        by: "ends in @abdm (National Health Authority)";
        check: abha_address, normal: super::rule::lower, mask: Mask::Ends(2, 4);
        samples: [("asha.rao@abdm", Valid, "as•••••abdm"), ("asha.rao@example.com", No, "")]
    }
    /// Provident fund's universal account number.
    UAN {
        id: "uan", title: "Provident fund UAN", Financial, identifies;
        keys: &["uan", "uan_no", "uan_number", "uanno", "universal_account_number"]; not: &["rrn", "utr", "timestamp"];
        weights: (5, 5, 90, 90);
        by: "12 digits that begin with 10 (EPFO)";
        check: uan, normal: signs, mask: Mask::Ends(0, 4);
        samples: [("100123456789", Shape, "••••••6789"), ("200123456789", No, ""), ("10012345678", No, "")]
    }
    /// Employees' state insurance number.
    ESIC {
        id: "esic", title: "ESIC number", Sensitive, identifies;
        keys: &["esic", "esi", "esic_no", "esi_no", "esi_number", "esic_number", "insurance_no_esi"]; not: &[];
        weights: (0, 0, 88, 88);
        by: "17 digits of an employer or 10 of an insured person (ESIC)";
        check: esic, normal: signs, mask: Mask::Ends(0, 4);
        samples: [("31001234560000999", Shape, "••••••0999"), ("310012", No, "")]
    }
    /// Provident fund member id.
    PF {
        id: "pf-member", title: "Provident fund member ID", Financial, identifies;
        keys: &["pf", "pf_no", "pf_number", "pf_account", "epf", "epf_no", "member_id", "pf_member_id"]; not: &["pf_type"];
        weights: (25, 25, 90, 90);
        by: "5 letters that begin with a state, establishment and member number (EPFO)";
        check: provident, normal: signs, mask: Mask::Ends(0, 4);
        samples: [("MHBAN00123450000123456", Shape, "••••••3456"), ("MH/BAN/0012345/000/0123456", Shape, ""), ("ZZBAN0012345", No, "")]
    }
}
