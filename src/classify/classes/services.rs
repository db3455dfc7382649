//! Keys of services, known by how they begin. Prefixes and lengths as in gitleaks' rules (MIT) and on the providers'
//! pages; the entropy floor keeps examples such as `AKIAAAAAAAAAAAAAAAAA` out.

use super::rule::{Mask, as_is, classes, entropy, text};
use crate::classify::class::{Check, Leaf};

/// How a key is written: what it begins with, how many signs follow, of which kind.
struct Key {
    prefix: &'static str,
    least: usize,
    most: usize,
    sign: fn(u8) -> bool,
}

const fn key(prefix: &'static str, least: usize, most: usize, sign: fn(u8) -> bool) -> Key {
    Key { prefix, least, most, sign }
}

const fn base32(b: u8) -> bool {
    b.is_ascii_uppercase() || matches!(b, b'2'..=b'7' | b'0' | b'1' | b'8' | b'9')
}

const fn alnum(b: u8) -> bool {
    b.is_ascii_alphanumeric()
}

const fn word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')
}

const fn dotted(b: u8) -> bool {
    word(b) || b == b'.'
}

const fn slashed(b: u8) -> bool {
    alnum(b) || b == b'/'
}

const fn hex(b: u8) -> bool {
    b.is_ascii_digit() || matches!(b, b'a'..=b'f')
}

const fn base64(b: u8) -> bool {
    alnum(b) || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_')
}

fn known(leaf: &Leaf<'_>, keys: &[Key], floor: f64) -> Check {
    if leaf.shape.spaces > 1 || !(16..=400).contains(&leaf.shape.length) || leaf.number {
        return Check::No;
    }
    let Some(text) = text(leaf) else { return Check::No };
    let text = text.strip_prefix("Bearer ").unwrap_or(text);
    let found = keys.iter().any(|key| {
        text.strip_prefix(key.prefix).is_some_and(|rest| {
            (key.least..=key.most).contains(&rest.len())
                && rest.bytes().all(key.sign)
                && entropy(rest.as_bytes()) >= floor
        })
    });
    if found { Check::Valid } else { Check::No }
}

const AWS: &[Key] = &[
    key("AKIA", 16, 16, base32),
    key("ASIA", 16, 16, base32),
    key("ABIA", 16, 16, base32),
    key("ACCA", 16, 16, base32),
    key("AROA", 16, 16, base32),
    key("AIDA", 16, 16, base32),
];

const CLOUD: &[Key] = &[
    key("AIza", 35, 35, word),
    key("ya29.", 20, 300, dotted),
    key("GOCSPX-", 28, 28, word),
    key("AAAA", 120, 200, |b| word(b) || b == b':'),
    key("AccountKey=", 80, 92, base64),
    key("SharedAccessKey=", 40, 60, base64),
    key("dop_v1_", 64, 64, hex),
    key("hvs.", 90, 120, word),
    key("pul-", 40, 40, hex),
];

const PAYMENT: &[Key] = &[
    key("rzp_live_", 14, 14, alnum),
    key("rzp_test_", 14, 14, alnum),
    key("sk_live_", 10, 99, alnum),
    key("sk_test_", 10, 99, alnum),
    key("rk_live_", 10, 99, alnum),
    key("rk_test_", 10, 99, alnum),
    key("whsec_", 20, 64, base64),
    key("cfsk_ma_prod_", 20, 80, word),
    key("cfsk_ma_test_", 20, 80, word),
    key("sq0atp-", 22, 22, word),
    key("sq0csp-", 43, 43, word),
    key("EAAA", 60, 60, word),
    key("access_token$production$", 40, 60, |b| alnum(b) || b == b'$'),
    key("FLWSECK-", 20, 60, word),
    key("FLWSECK_TEST-", 12, 60, word),
    key("key_live_", 16, 64, alnum),
    key("JUSPAY_", 16, 64, word),
];

const SAAS: &[Key] = &[
    key("ghp_", 36, 36, alnum),
    key("gho_", 36, 36, alnum),
    key("ghu_", 36, 36, alnum),
    key("ghs_", 36, 36, alnum),
    key("ghr_", 36, 76, alnum),
    key("github_pat_", 82, 82, word),
    key("glpat-", 20, 40, word),
    key("xoxb-", 20, 120, word),
    key("xoxp-", 20, 120, word),
    key("xoxa-", 20, 120, word),
    key("xapp-", 20, 160, word),
    key("https://hooks.slack.com/services/", 40, 60, slashed),
    key("SG.", 66, 66, dotted),
    key("SK", 32, 32, hex),
    key("shpat_", 32, 32, |b| b.is_ascii_hexdigit()),
    key("shpss_", 32, 32, |b| b.is_ascii_hexdigit()),
    key("shpca_", 32, 32, |b| b.is_ascii_hexdigit()),
    key("npm_", 36, 36, alnum),
    key("pypi-AgEIcHlwaS5vcmc", 50, 200, word),
    key("sk-ant-", 80, 120, word),
    key("sk-proj-", 40, 200, word),
    key("hf_", 34, 34, alnum),
    key("lin_api_", 40, 40, alnum),
    key("dckr_pat_", 27, 27, word),
    key("NRAK-", 27, 27, base32),
    key("xkeysib-", 81, 81, word),
    key("key-", 32, 32, hex),
    key("sntrys_", 60, 240, base64),
    key("secret_", 43, 43, alnum),
    key("ntn_", 46, 46, alnum),
    key("PMAK-", 59, 59, word),
    key("rdme_", 70, 70, alnum),
    key("atlasv1.", 60, 70, word),
];

fn saas(leaf: &Leaf<'_>) -> Check {
    // Telegram: a bot's number, a colon, 35 signs that begin with A.
    if leaf.shape.colons == 1 && (40..=52).contains(&leaf.shape.length) {
        let bot = text(leaf).and_then(|t| t.split_once(':')).is_some_and(|(id, token)| {
            (5..=16).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_digit())
                && token.len() == 35
                && token.starts_with("AA")
                && token.bytes().all(word)
        });
        if bot {
            return Check::Valid;
        }
    }
    known(leaf, SAAS, 2.5)
}

const KEYS: &[&str] = &[
    "key",
    "api_key",
    "apikey",
    "secret",
    "token",
    "access_key",
    "gateway_key",
    "client_secret",
    "key_id",
    "auth",
    "authorization",
    "credentials",
];

classes! {
    /// AWS access key.
    AWS_KEY {
        id: "aws-key", title: "AWS access key", Credential;
        keys: &["aws", "access_key", "accesskey", "access_key_id", "aws_access_key_id", "s3", "credential", "credentials"]; not: &[];
        weights: (0, 92, 0, 98);
        by: "AKIA, ASIA and the like, 16 signs of base32, entropy 2.5 (AWS IAM identifiers)";
        check: |leaf| known(leaf, AWS, 2.5), normal: as_is, mask: Mask::Ends(4, 0);
        samples: [("AKIAIOSFODNN7EXAMPLE", Valid, "AKIA••••••"), ("AKIAAAAAAAAAAAAAAAAA", No, ""), ("AKIAIOSFODNN7EXAMPL", No, "")]
    }
    /// Google, Azure and other clouds.
    CLOUD_KEY {
        id: "cloud-key", title: "Cloud key (Google, Azure …)", Credential;
        keys: KEYS; not: &[];
        weights: (0, 90, 0, 96);
        by: "prefix, length and entropy 3; AIza keys of web maps are public by design but chargeable";
        check: |leaf| known(leaf, CLOUD, 3.0), normal: as_is, mask: Mask::Ends(4, 0);
        samples: [("AIzaB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2", Valid, "AIza••••••"), ("AIzaB1cD2eF3", No, ""), ("AIzaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", No, "")]
    }
    /// Payment gateways.
    PAYMENT_KEY {
        id: "payment-key", title: "Payment gateway key", Credential;
        keys: KEYS; not: &[];
        weights: (0, 93, 0, 98);
        by: "prefix, length and entropy 2.5: Razorpay, Stripe, Cashfree, Square, Braintree, Flutterwave";
        check: |leaf| known(leaf, PAYMENT, 2.5), normal: as_is, mask: Mask::Ends(7, 0);
        samples: [("rzp_live_A1b2C3d4E5f6G7", Valid, "rzplive••••••"), ("rzp_live_A1b2", No, ""), ("pk_live_A1b2C3d4E5f6G7", No, "")]
    }
    /// Other services.
    SERVICE_TOKEN {
        id: "service-token", title: "Token of a hosted service", Credential;
        keys: KEYS; not: &[];
        weights: (0, 92, 0, 97);
        by: "prefix, length and entropy 2.5: GitHub, GitLab, Slack, SendGrid, Twilio, Shopify, Telegram, npm and others";
        check: saas, normal: as_is, mask: Mask::Ends(4, 0);
        samples: [
            ("ghp_0123456789abcdefghijABCDEFGHIJ012345", Valid, "ghp0••••••"), ("123456789:AAF0123456789abcdefghijklmnopqrstu_", Valid, "1234••••••"),
            ("ghp_short", No, ""), ("xoxb-aaaaaaaaaaaaaaaaaaaaaaaa", No, ""),
        ]
    }
}
