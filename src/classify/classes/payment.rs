//! Cards, accounts, payment addresses, wallets.

use super::lists::{UPI_HANDLES, has, is_country};
use super::rule::{HIDDEN, Mask, as_is, classes, compact, digits, like, lower, number, shaped, signs, text, verified};
use crate::classify::{
    checksum::{aba, base58check, bech32, eip55, luhn},
    class::{Check, Leaf},
};

/// Whether an issuer has cards with this beginning and length. Ranges: ISO/IEC 7812 register as the networks
/// publish them; `RuPay` by NPCI.
fn issued(d: &[u8]) -> bool {
    let head = |n: usize| number(d.get(..n)).unwrap_or_default();
    let n = d.len();
    match d.first() {
        Some(b'4') => matches!(n, 13 | 16 | 19),
        Some(b'2') => n == 16 && matches!(head(4), 2200..=2204 | 2221..=2720),
        Some(b'3') => match head(2) {
            34 | 37 => n == 15,
            36 | 38 | 39 => (14..=19).contains(&n),
            30 => n == 14 || n == 16,
            35 => n >= 16 && ((3528..=3589).contains(&head(4)) || matches!(head(3), 353 | 356)),
            _ => false,
        },
        Some(b'5') => match head(2) {
            51..=55 => n == 16,
            50 | 56..=58 => n >= 13,
            _ => false,
        },
        Some(b'6') => match head(2) {
            60 | 62 | 64 | 65 => n >= 16,
            63 | 67 => n >= 13,
            _ => false,
        },
        Some(b'8') => n == 16 && matches!(head(2), 81 | 82),
        _ => false,
    }
}

fn card(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 13, 19).filter(|d| issued(d.get())) else { return Check::No };
    // Written in groups or in one piece, not with a blank behind every digit.
    if leaf.shape.spaces + leaf.shape.dashes > 6 || d.get().iter().all(|b| Some(b) == d.get().last()) {
        return Check::No;
    }
    verified(luhn(d.get()))
}

fn expiry(leaf: &Leaf<'_>) -> Check {
    if !(3..=7).contains(&leaf.shape.length) || leaf.shape.digits < 3 {
        return Check::No;
    }
    let Some(text) = text(leaf) else { return Check::No };
    let (month, year) = match text.split_once(['/', '-']) {
        Some((a, b)) if a.len() == 4 => (b, a),
        Some(pair) => pair,
        None => {
            text.split_at_checked(text.len().saturating_sub(2) & !1).filter(|(m, _)| m.len() == 2).unwrap_or_default()
        }
    };
    let month = number(Some(month.as_bytes())).is_some_and(|m| (1..13).contains(&m));
    let year = match (year.len(), number(Some(year.as_bytes()))) {
        (2, Some(y)) => (10..60).contains(&y),
        (4, Some(y)) => (2010..2060).contains(&y),
        _ => false,
    };
    shaped(month && year)
}

fn cvv(leaf: &Leaf<'_>) -> Check {
    shaped(matches!(leaf.shape.length, 3 | 4) && leaf.shape.digits == leaf.shape.length)
}

fn track(leaf: &Leaf<'_>) -> Check {
    if leaf.shape.length < 20 || leaf.shape.digits < 17 {
        return Check::No;
    }
    let Some(text) = text(leaf) else { return Check::No };
    let number = text
        .strip_prefix("%B")
        .and_then(|rest| rest.split_once('^'))
        .or_else(|| text.strip_prefix(';').and_then(|rest| rest.split_once('=')));
    match number {
        Some((n, rest)) if (13..=19).contains(&n.len()) && rest.len() > 3 && n.bytes().all(|b| b.is_ascii_digit()) => {
            verified(luhn(n.as_bytes()))
        }
        _ => Check::No,
    }
}

fn upi(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    if shape.ats != 1 || shape.spaces > 0 || !(5..=320).contains(&shape.length) {
        return Check::No;
    }
    let Some((local, handle)) = text(leaf).and_then(|t| t.strip_prefix("upi:").unwrap_or(t).split_once('@')) else {
        return Check::No;
    };
    let local_ok =
        (2..=256).contains(&local.len()) && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    // A dot behind the sign makes it an e-mail address; ABHA has addresses of its own.
    let handle_ok = (2..=64).contains(&handle.len()) && handle.bytes().all(|b| b.is_ascii_alphanumeric());
    if !local_ok || !handle_ok || handle == "abdm" {
        return Check::No;
    }
    let handle = handle.to_ascii_lowercase();
    if has(UPI_HANDLES, handle.as_bytes()) {
        Check::Valid
    } else {
        shaped(!handle.starts_with(|c: char| c.is_ascii_digit()))
    }
}

fn upi_mask(text: &str, out: &mut String) {
    let (local, handle) = text.split_once('@').unwrap_or((text, ""));
    out.extend(local.chars().take(if local.len() > 4 { 2 } else { 0 }));
    out.push_str(HIDDEN);
    out.push('@');
    out.push_str(handle);
}

fn account(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 9, 18) else { return Check::No };
    shaped(d.get().iter().any(|b| Some(b) != d.get().first()))
}

fn iban(leaf: &Leaf<'_>) -> Check {
    let Some(c) = compact(leaf, 15, 34).filter(|_| leaf.shape.dashes == 0) else { return Check::No };
    let shape = c.get().get(..4).is_some_and(|head| like(head, "AA99")) && c.get().get(..2).is_some_and(is_country);
    if !shape {
        return Check::No;
    }
    match std::str::from_utf8(c.get()).map(str::parse::<iban::Iban>) {
        Ok(Ok(_)) => Check::Valid,
        Ok(Err(iban::ParseIbanError::UnknownCountry(_) | iban::ParseIbanError::InvalidBban(_))) => Check::Shape,
        _ => Check::Invalid,
    }
}

fn bic(leaf: &Leaf<'_>) -> Check {
    if !matches!(leaf.shape.length, 8 | 11) || leaf.shape.upper < 6 {
        return Check::No;
    }
    let Some(c) = compact(leaf, 8, 11) else { return Check::No };
    let c = c.get();
    let fits = (like(c, "AAAAAA**") || like(c, "AAAAAA*****")) && c.get(4..6).is_some_and(is_country);
    shaped(fits)
}

fn routing(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 9, 9).filter(|_| leaf.shape.length == 9) else { return Check::No };
    let area = number(d.get().get(..2)).is_some_and(|n| matches!(n, 0..=12 | 21..=32 | 61..=72 | 80));
    if area { verified(aba(d.get())) } else { Check::No }
}

fn wallet(leaf: &Leaf<'_>) -> Check {
    let length = leaf.shape.length;
    if !(26..=90).contains(&length) || leaf.shape.digits < 2 || leaf.shape.spaces + leaf.shape.other > 0 {
        return Check::No;
    }
    let Some(text) = text(leaf) else { return Check::No };
    if let Some(hex) = text.strip_prefix("0x") {
        let fits = hex.len() == 40 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        let mixed = hex.bytes().any(|b| b.is_ascii_uppercase()) && hex.bytes().any(|b| b.is_ascii_lowercase());
        return if fits && mixed { verified(eip55(hex.as_bytes())) } else { shaped(fits) };
    }
    let small = text.to_ascii_lowercase();
    if ["bc1", "tb1", "ltc1"].iter().any(|prefix| small.starts_with(prefix)) {
        let one_case = text == small || text == text.to_ascii_uppercase();
        return if one_case { verified(bech32(small.as_bytes())) } else { Check::No };
    }
    let begins = text.starts_with(['1', '3', 'T', 'L', 'M', 'D']) && length <= 35;
    // A base58 shape alone is any token: what fails the digest is not called a wallet at all.
    if begins && leaf.shape.dashes == 0 && base58check(text.as_bytes()) { Check::Valid } else { Check::No }
}

const CARD: &[&str] = &[
    "card",
    "card_no",
    "cardno",
    "card_number",
    "cardnumber",
    "card_num",
    "cardnum",
    "cc",
    "cc_no",
    "cc_number",
    "ccnum",
    "cc_num",
    "ccnumber",
    "credit_card",
    "creditcard",
    "debit_card",
    "debitcard",
    "pan",
    "primary_account_number",
    "card_pan",
    "kartennummer",
    "kreditkarte",
    "numero_carte",
    "carte",
    "tarjeta",
    "numero_tarjeta",
    "dc_no",
    "kard",
    "account_number_card",
];

classes! {
    /// Payment card number.
    CARD_NUMBER {
        id: "card-number", title: "Payment card number", Financial, identifies;
        keys: CARD;
        not: &["order_no", "order_id", "order_number", "gift_card", "loyalty", "imei", "iccid", "barcode", "timestamp", "trace", "tracking", "awb", "vid", "invoice_no"];
        weights: (0, 45, 0, 97);
        by: "13 to 19 digits of an issuer's range and length, Luhn (ISO/IEC 7812)";
        check: card, normal: signs, mask: Mask::Ends(6, 4);
        samples: [
            ("4111 1111 1111 1111", Valid, "411111••••••1111"), ("378282246310005", Valid, ""), ("6521111111111110", Valid, ""),
            ("4111111111111112", Invalid, ""), ("9111111111111111", No, ""), ("411111111111", No, ""),
        ]
    }
    /// Card verification value.
    CARD_CVV {
        id: "card-cvv", title: "Card verification value", Financial;
        keys: &["cvv", "cvv2", "cvc", "cvc2", "csc", "card_cvv", "security_code", "card_code", "cid_code", "cvn", "cvvno", "cvv_no", "pruefziffer_karte"];
        not: &["cvv_length", "length", "required", "length_cvv", "status", "result"];
        weights: (0, 0, 90, 90);
        by: "3 or 4 digits under its key; must never be stored (PCI DSS 3.3)";
        check: cvv, normal: signs, mask: Mask::All;
        samples: [("914", Shape, "•••"), ("0042", Shape, "•••"), ("91", No, ""), ("9a4", No, "")]
    }
    /// Card's last month.
    CARD_EXPIRY {
        id: "card-expiry", title: "Card expiry", Financial;
        keys: &["card_expiry", "expiry", "exp", "exp_date", "expiry_date", "expdate", "valid_thru", "valid_till", "valid_upto", "validthru", "card_exp", "cc_exp", "expiration", "expiration_date"];
        not: &["token", "session", "otp", "coupon", "offer", "cache", "jwt", "iat", "batch", "ratio"];
        weights: (0, 0, 75, 75);
        by: "month and year from 2010 to 2059";
        check: expiry, normal: signs, mask: Mask::All;
        samples: [("08/27", Shape, "•••"), ("0827", Shape, ""), ("2027-08", Shape, ""), ("13/27", No, ""), ("08/99", No, ""), ("8271", No, "")]
    }
    /// Magnetic stripe.
    CARD_TRACK {
        id: "card-track", title: "Card track data", Financial, identifies;
        keys: &["track", "track1", "track2", "track_data", "magstripe", "swipe"]; not: &[];
        weights: (0, 95, 0, 99);
        by: "track 1 or 2 with a number that passes Luhn (ISO/IEC 7813)";
        check: track, normal: as_is, mask: Mask::All;
        samples: [
            (";4111111111111111=27081010000000000000?", Valid, "•••"), ("%B4111111111111111^RAO/ASHA^2708101?", Valid, "•••"),
            (";4111111111111112=27081010000000000000?", Invalid, ""), (";4111=2708", No, ""),
        ]
    }
    /// Address of an account in UPI.
    UPI_VPA {
        id: "upi-vpa", title: "UPI address", Financial, identifies;
        keys: &[
            "upi", "upiid", "upi_id", "vpa", "vpaid", "vpa_id", "payer", "payee", "payer_vpa", "payee_vpa", "upi_address", "upi_handle", "upi_vpa", "virtual_payment_address",
            "collect", "payment_address", "pa", "bhim", "gpay", "phonepe", "paytm",
        ];
        not: &["handle_social", "twitter", "instagram", "email", "ssh", "git", "mention"];
        weights: (10, 85, 85, 98);
        by: "name, @, a handle without a dot; confirmed by NPCI's handles";
        check: upi, normal: lower, mask: Mask::By(upi_mask);
        samples: [
            ("asha.rao@okaxis", Valid, "as•••@okaxis"), ("9876501234@ybl", Valid, "98•••@ybl"), ("asha@newbank", Shape, "•••@newbank"),
            ("asha@example.com", No, ""), ("@asha", No, ""), ("icon@2x", No, ""), ("a@b c", No, ""),
        ]
    }
    /// Bank account number.
    BANK_ACCOUNT {
        id: "bank-account", title: "Bank account number", Financial, identifies;
        keys: &[
            "account_no", "account_number", "accountno", "accountnumber", "acct_no", "acctno", "acct", "acct_num", "acc_no", "accno", "acc_num", "acc_number", "a_c_no", "ac_no",
            "bank_account", "bank_account_number", "bankaccount", "beneficiary_account", "ben_acc_no", "beneficiary_account_number", "khata", "khata_no", "kontonummer", "konto", "numero_compte",
            "compte_bancaire", "numero_cuenta", "cuenta", "savings_account", "current_account", "payout_account",
        ];
        not: &["account_id", "account_type", "account_name", "aws_account", "account_status", "timestamp", "permanent_account_number", "primary_account_number"];
        weights: (0, 0, 85, 85);
        by: "9 to 18 digits under its key; banks have no common check digit";
        check: account, normal: signs, mask: Mask::Ends(0, 4);
        samples: [("50100234567891", Shape, "••••••7891"), ("000000000", No, ""), ("12345678", No, ""), ("ACC50100234567", No, "")]
    }
    /// International bank account number.
    IBAN {
        id: "iban", title: "IBAN", Financial, identifies;
        keys: &["iban", "iban_no", "iban_number", "bank_account", "account", "konto", "kontonummer"]; not: &[];
        weights: (0, 92, 60, 99);
        by: "country, its length and layout, modulus 97 (ISO 13616)";
        check: iban, normal: signs, mask: Mask::Ends(4, 4);
        samples: [
            ("GB82 WEST 1234 5698 7654 32", Valid, "GB82••••••5432"), ("GB82WEST12345698765433", Invalid, ""),
            ("XX82WEST12345698765432", No, ""), ("GB82", No, ""),
        ]
    }
    /// Bank by SWIFT.
    BIC {
        id: "bic", title: "SWIFT/BIC", Simple;
        keys: &["bic", "swift", "swift_code", "swiftcode", "bic_code", "swift_bic", "bank_identifier"]; not: &[];
        weights: (0, 0, 90, 90);
        by: "bank, country (ISO 3166), place, branch (ISO 9362)";
        check: bic, normal: signs, mask: Mask::Keep;
        samples: [("AGRIFRPP882", Shape, "AGRIFRPP882"), ("AGRIXXPP", No, ""), ("AGRI1RPP", No, "")]
    }
    /// US routing number.
    ABA {
        id: "aba-routing", title: "US bank routing number", Simple;
        keys: &["routing", "routing_number", "routing_no", "aba", "aba_number", "rtn", "ach_routing"]; not: &["queue", "routing_key"];
        weights: (0, 10, 0, 92);
        by: "9 digits of a Federal Reserve district, weights 3-7-1 (American Bankers Association)";
        check: routing, normal: signs, mask: Mask::Keep;
        samples: [("111000025", Valid, "111000025"), ("111000026", Invalid, ""), ("991000025", No, ""), ("11100002", No, "")]
    }
    /// Address of a cryptocurrency.
    CRYPTO_WALLET {
        id: "crypto-wallet", title: "Cryptocurrency address", Financial, identifies;
        keys: &["wallet", "wallet_address", "btc", "eth", "bitcoin", "ethereum", "usdt", "crypto", "crypto_address", "deposit_address"];
        not: &["tx_hash", "hash", "contract"];
        weights: (30, 90, 85, 98);
        by: "base58 with double SHA-256, bech32 (BIP 173, 350), case of EIP-55";
        check: wallet, normal: as_is, mask: Mask::Ends(6, 0);
        samples: [
            ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", Valid, "1A1zP1••••••"), ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", Valid, ""),
            ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Valid, ""), ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", Invalid, ""),
            ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", Shape, ""), ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", No, ""),
            ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", Invalid, ""), ("3e85974244cdd48d9aaa4ee8282b5919", No, ""),
        ]
    }
}
