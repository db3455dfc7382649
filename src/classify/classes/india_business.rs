//! What Indian authorities and networks issue to businesses, and references of payments.

use super::lists::{BANKS, VEHICLE_STATES, has};
use super::rule::{Mask, classes, compact, digits, like, number, shaped, signs};
use crate::classify::{
    checksum::gstin,
    class::{Check, Leaf},
};

fn gst(leaf: &Leaf<'_>) -> Check {
    let Some(c) = compact(leaf, 15, 15).filter(|_| leaf.shape.length == 15) else { return Check::No };
    let c = c.get();
    let state = number(c.get(..2)).is_some_and(|s| matches!(s, 1..=38 | 97 | 99));
    if !state || !like(c, "99AAAAA9999A***") {
        return Check::No;
    }
    // The 14th sign is Z for ordinary taxpayers; others (TDS, e-commerce) have letters of their own.
    match (gstin(c), c.get(13)) {
        (false, _) => Check::Invalid,
        (true, Some(b'Z')) => Check::Valid,
        (true, _) => Check::Shape,
    }
}

fn ifsc(leaf: &Leaf<'_>) -> Check {
    let Some(c) = compact(leaf, 11, 11).filter(|c| like(c.get(), "AAAA0******")) else { return Check::No };
    let bank = c.get().get(..4).is_some_and(|b| has(BANKS, b));
    if bank && leaf.shape.length == 11 { Check::Valid } else { Check::Shape }
}

fn micr(leaf: &Leaf<'_>) -> Check {
    // City as the first digits of its postal code, bank, branch.
    shaped(digits(leaf, 9, 9).is_some_and(|d| matches!(d.get(), [b'1'..=b'8', ..]) && leaf.shape.length == 9))
}

fn tan(leaf: &Leaf<'_>) -> Check {
    shaped(compact(leaf, 10, 10).is_some_and(|c| like(c.get(), "AAAA99999A") && leaf.shape.length == 10))
}

fn cin(leaf: &Leaf<'_>) -> Check {
    let Some(c) = compact(leaf, 21, 21).filter(|_| leaf.shape.length == 21) else { return Check::No };
    let c = c.get();
    let listed = matches!(c.first(), Some(b'L' | b'U' | b'F'));
    let state = c.get(6..8).is_some_and(|s| has(VEHICLE_STATES, s));
    let year = number(c.get(8..12)).is_some_and(|y| (1850..2040).contains(&y));
    if listed && state && year && like(c, "A99999AA9999AAA999999") { Check::Valid } else { Check::No }
}

fn fssai(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 14, 14).filter(|_| leaf.shape.length == 14) else { return Check::No };
    let kind = matches!(d.get().first(), Some(b'1' | b'2'));
    let state = number(d.get().get(1..3)).is_some_and(|s| (0..39).contains(&s));
    if kind && state { Check::Valid } else { shaped(kind) }
}

fn rrn(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 12, 12).filter(|_| leaf.shape.length == 12) else { return Check::No };
    let day = number(d.get().get(1..4)).is_some_and(|day| (1..367).contains(&day));
    if day { Check::Valid } else { Check::Shape }
}

fn utr(leaf: &Leaf<'_>) -> Check {
    let Some(c) = compact(leaf, 16, 22).filter(|_| matches!(leaf.shape.length, 16 | 22)) else { return Check::No };
    let (Some(bank), Some(rest)) = (c.get().get(..4), c.get().get(5..)) else { return Check::No };
    let shape = bank.iter().all(u8::is_ascii_uppercase) && rest.iter().filter(|b| b.is_ascii_digit()).count() > 8;
    if shape && has(BANKS, bank) { Check::Valid } else { shaped(shape) }
}

classes! {
    /// Goods and services tax registration.
    GSTIN {
        id: "gstin", title: "GSTIN", Financial;
        keys: &["gst", "gstin", "gst_no", "gstno", "gst_number", "gstnumber", "gst_in", "gstin_no", "tax_id", "uin", "vat_no", "taxid"];
        not: &["coupon"];
        weights: (0, 90, 90, 98);
        by: "state, PAN, entity, Z, check sign modulus 36 (GST Network)";
        check: gst, normal: signs, mask: Mask::Ends(2, 3);
        // python-stdnum's.
        samples: [("27AAPFU0939F1ZV", Valid, "27••••••1ZV"), ("27AAPFU0939F1ZA", Invalid, ""), ("40AAPFU0939F1ZV", No, ""), ("AAPFU0939F", No, "")]
    }
    /// Bank branch.
    IFSC {
        id: "ifsc", title: "IFSC (bank branch)", Simple;
        keys: &["ifsc", "ifsccode", "ifsc_code", "branch_code", "bank_code", "rtgs", "neft", "bank_ifsc"]; not: &["sku"];
        weights: (20, 75, 90, 98);
        by: "bank, 0, branch; confirmed by a bank code of RBI's list";
        check: ifsc, normal: signs, mask: Mask::Keep;
        samples: [("HDFC0001234", Valid, "HDFC0001234"), ("QQQQ0001234", Shape, ""), ("HDFC1001234", No, "")]
    }
    /// Cheque clearing code.
    MICR {
        id: "micr", title: "MICR code", Simple;
        keys: &["micr", "micr_code", "micrcode"]; not: &[];
        weights: (0, 0, 85, 85);
        by: "9 digits: city, bank, branch (RBI)";
        check: micr, normal: signs, mask: Mask::Keep;
        samples: [("560240002", Shape, "560240002"), ("060240002", No, ""), ("56024", No, "")]
    }
    /// Tax deduction account.
    TAN {
        id: "tan", title: "Tax deduction account (TAN)", Business;
        keys: &["tan", "tan_no", "tan_number", "tanno", "deductor_tan"]; not: &["coupon", "sku"];
        weights: (15, 15, 90, 90);
        by: "4 letters, 5 digits, letter (Income Tax Department)";
        check: tan, normal: signs, mask: Mask::Keep;
        samples: [("BLRA01234B", Shape, "BLRA01234B"), ("BLRAA1234B", No, "")]
    }
    /// Company identification number.
    CIN {
        id: "cin", title: "Company number (CIN)", Business;
        keys: &["cin", "cin_no", "cin_number", "company_identification_number"]; not: &[];
        weights: (0, 85, 0, 98);
        by: "listing, industry, state, year, kind, number (Ministry of Corporate Affairs)";
        check: cin, normal: signs, mask: Mask::Keep;
        samples: [("U72200KA2009PTC012345", Valid, "U72200KA2009PTC012345"), ("U72200ZZ2009PTC012345", No, ""), ("U72200KA1009PTC012345", No, "")]
    }
    /// Food licence.
    FSSAI {
        id: "fssai", title: "Food licence (FSSAI)", Business;
        keys: &["fssai", "fssai_no", "fssai_license", "fssai_licence", "fssai_number", "food_license", "food_licence", "lic_no", "fssailicno"];
        not: &["abha", "health_id", "epoch", "timestamp"];
        weights: (0, 20, 85, 95);
        by: "14 digits, 1 licence or 2 registration, then the state (FSSAI)";
        check: fssai, normal: signs, mask: Mask::Keep;
        samples: [("11219333000123", Valid, "11219333000123"), ("19919333000123", Shape, ""), ("31219333000123", No, "")]
    }
    /// Reference of a UPI or card payment.
    RRN {
        id: "rrn", title: "Payment reference (RRN)", Behavioural;
        keys: &[
            "rrn", "rrn_no", "bank_rrn", "utr", "utr_no", "upi_ref", "upi_ref_no", "upi_txn_id", "bank_ref", "bank_ref_no", "bank_reference", "ref_no",
            "reference_no", "txn_ref", "retrieval_reference_number", "npci_txn_id", "payment_ref", "transaction_reference", "approval_ref_no", "customer_ref",
        ];
        not: &["aadhaar", "aadhar", "mobile", "phone", "uan"];
        weights: (0, 20, 70, 90);
        by: "12 digits: year, day of the year, hour, sequence (ISO 8583 field 37 as NPCI fills it)";
        check: rrn, normal: signs, mask: Mask::Ends(0, 4);
        samples: [("421715558117", Valid, "••••••8117"), ("499915558117", Shape, ""), ("42171555811", No, "")]
    }
    /// Reference of a bank transfer.
    UTR {
        id: "utr", title: "Bank transfer reference (UTR)", Behavioural;
        keys: &["utr", "utr_no", "utr_number", "utrno", "neft_ref", "rtgs_ref", "imps_ref", "bank_ref", "bank_ref_no", "transfer_id", "settlement_utr"]; not: &[];
        weights: (0, 55, 80, 95);
        by: "bank, channel, date and sequence, 16 (NEFT) or 22 (RTGS) signs; confirmed by a bank code of RBI's list";
        check: utr, normal: signs, mask: Mask::Ends(4, 4);
        samples: [("HDFCR52024083112345678", Valid, "HDFC••••••5678"), ("QQQQR52024083112345678", Shape, ""), ("HDFCR520", No, "")]
    }
}
