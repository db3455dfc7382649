//! What lets whoever holds it act for somebody: tokens, passwords, keys. Patterns as in gitleaks (MIT) and the
//! providers' own pages. Nothing found is ever sent anywhere.

use super::rule::{HIDDEN, Mask, as_is, classes, entropy, shaped, text};
use crate::classify::class::{Check, Leaf};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// The value without the scheme of an Authorization header.
fn bare<'a>(leaf: &Leaf<'a>) -> Option<&'a str> {
    let text = text(leaf)?;
    let schemed =
        ["Bearer ", "bearer ", "BEARER ", "Token ", "token ", "JWT "].iter().find_map(|s| text.strip_prefix(s));
    Some(schemed.unwrap_or(text).trim())
}

/// Signs that tokens are written in.
fn tokenish(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~+/=:%|*!".contains(&b))
}

#[derive(serde::Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: std::borrow::Cow<'a, str>,
}

fn jwt(leaf: &Leaf<'_>) -> Check {
    if leaf.shape.dots < 2 || leaf.shape.length < 20 || memchr::memmem::find(leaf.text, b"eyJ").is_none() {
        return Check::No;
    }
    let Some(token) = bare(leaf).filter(|t| t.starts_with("eyJ")) else { return Check::No };
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(_)) = (parts.next(), parts.next(), parts.next()) else { return Check::No };
    let Ok(header) = URL_SAFE_NO_PAD.decode(header.trim_end_matches('=')) else { return Check::No };
    let alg = serde_json::from_slice::<Header<'_>>(&header).is_ok_and(|h| !h.alg.is_empty());
    // Five parts are an encrypted token; its second part may be empty.
    let rest = payload.len() > 1 || parts.count() == 2;
    if alg && rest && tokenish(token) { Check::Valid } else { Check::No }
}

fn header_only(text: &str, out: &mut String) {
    let token = text.rsplit(' ').next().unwrap_or_default();
    match token.split_once('.') {
        Some((header, _)) => {
            out.extend(header.chars().take(24));
            out.push_str(".•••");
        }
        None => out.push_str(HIDDEN),
    }
}

fn session(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    if shape.length < 16 || shape.spaces > 1 || leaf.number {
        return Check::No;
    }
    let Some(token) = bare(leaf).filter(|t| t.len() >= 16 && tokenish(t)) else { return Check::No };
    // A JWT and HTTP Basic are classes of their own; an address of the web is none.
    if token.starts_with("eyJ") && jwt(leaf) == Check::Valid || token.contains("://") {
        return Check::No;
    }
    let digits = shape.digits > 0 && shape.digits < shape.length;
    shaped(digits && entropy(token.as_bytes()) >= 3.0)
}

/// What stands where no password is shown.
const NO_PASSWORD: &[&str] = &[
    "true",
    "false",
    "null",
    "none",
    "undefined",
    "password",
    "required",
    "optional",
    "string",
    "enabled",
    "disabled",
    "hidden",
    "redacted",
    "[redacted]",
    "<redacted>",
    "[filtered]",
    "yes",
    "nil",
    "masked",
    "expired",
    "reset",
    "otp",
    "sso",
    "changed",
    "invalid",
    "incorrect",
];

fn password(leaf: &Leaf<'_>) -> Check {
    let Some(text) = text(leaf).filter(|t| (3..=128).contains(&t.chars().count())) else { return Check::No };
    let stars = text.chars().all(|c| matches!(c, '*' | '•' | 'x' | 'X' | '.'));
    let sentence = leaf.shape.spaces > 3 || text.contains("://") || text.starts_with(['{', '[']);
    shaped(!stars && !sentence && !NO_PASSWORD.contains(&text.to_ascii_lowercase().as_str()))
}

fn pin(leaf: &Leaf<'_>) -> Check {
    let digits = leaf.shape.digits == leaf.shape.length;
    match leaf.shape.length {
        4 if digits => Check::Valid,
        5 | 6 => shaped(digits),
        _ => Check::No,
    }
}

fn otp(leaf: &Leaf<'_>) -> Check {
    shaped((4..=8).contains(&leaf.shape.length) && leaf.shape.digits == leaf.shape.length)
}

/// The user of `user:password` in base64, with or without the scheme.
fn basic_user(text: &str) -> Option<String> {
    let code = text.strip_prefix("Basic ").or_else(|| text.strip_prefix("basic "))?.trim();
    let code = code.trim_end_matches('=');
    let plain = STANDARD_NO_PAD.decode(code).or_else(|_| URL_SAFE_NO_PAD.decode(code)).ok()?;
    let plain = String::from_utf8(plain).ok()?;
    plain.split_once(':').map(|(user, _)| user.to_owned())
}

fn basic(leaf: &Leaf<'_>) -> Check {
    if leaf.shape.spaces == 0 || leaf.shape.length < 10 || leaf.shape.length > 2048 {
        return Check::No;
    }
    match text(leaf) {
        Some(t) if basic_user(t).is_some() => Check::Valid,
        _ => Check::No,
    }
}

fn user_only(text: &str, out: &mut String) {
    let user = basic_user(text).unwrap_or_default();
    out.push_str("Basic ");
    super::rule::ends(&user, 1, 1, out);
    out.push_str(":•••");
}

/// Scheme, user, password and the rest of an address with credentials.
fn with_user(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user_info, host) = authority.rsplit_once('@')?;
    let (user, password) = user_info.split_once(':')?;
    let named = !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    (named && !password.is_empty() && !host.is_empty() && !password.starts_with(['{', '$', '<', '*']))
        .then_some((scheme, user, password, host))
}

fn url_credentials(leaf: &Leaf<'_>) -> Check {
    if leaf.shape.ats == 0 || leaf.shape.colons < 2 || leaf.shape.slashes < 2 || leaf.shape.spaces > 0 {
        return Check::No;
    }
    if text(leaf).and_then(with_user).is_some() { Check::Valid } else { Check::No }
}

fn host_only(text: &str, out: &mut String) {
    match with_user(text) {
        Some((scheme, _, _, host)) => out.extend([scheme, "://•••:•••@", host]),
        None => out.push_str(HIDDEN),
    }
}

fn private_key(leaf: &Leaf<'_>) -> Check {
    let begins = leaf.shape.dashes >= 10 && memchr::memmem::find(leaf.text, b"-----BEGIN ").is_some();
    if begins && memchr::memmem::find(leaf.text, b"PRIVATE KEY").is_some() { Check::Valid } else { Check::No }
}

fn signed_url(leaf: &Leaf<'_>) -> Check {
    if leaf.shape.equals < 2 || leaf.shape.length < 30 {
        return Check::No;
    }
    let has = |word: &str| memchr::memmem::find(leaf.text, word.as_bytes()).is_some();
    let aws = has("X-Amz-Signature=") || has("X-Goog-Signature=");
    let older = has("Signature=") && (has("Expires=") || has("Policy=")) && has("?");
    let azure = has("sig=") && has("sv=") && (has("se=") || has("sp="));
    if aws || older || azure { Check::Valid } else { Check::No }
}

fn no_query(text: &str, out: &mut String) {
    match text.split_once('?') {
        Some((address, _)) => {
            out.push_str(address);
            out.push_str("?•••");
        }
        None => out.push_str(HIDDEN),
    }
}

fn api_key(leaf: &Leaf<'_>) -> Check {
    let Some(key) = bare(leaf).filter(|t| (16..=512).contains(&t.len()) && tokenish(t)) else { return Check::No };
    let mixed = leaf.shape.digits > 0 && leaf.shape.upper + leaf.shape.lower > 3;
    shaped(mixed && !leaf.number && entropy(key.as_bytes()) >= 3.0 && !key.contains("://") && jwt(leaf) == Check::No)
}

fn aws_secret(leaf: &Leaf<'_>) -> Check {
    let signs = leaf.text.iter().all(|b| b.is_ascii_alphanumeric() || b"+/".contains(b));
    let fits =
        leaf.shape.length == 40 && signs && leaf.shape.upper > 3 && leaf.shape.lower > 3 && leaf.shape.digits > 0;
    shaped(fits && entropy(leaf.text) >= 4.0 && STANDARD.decode(leaf.text).is_ok())
}

classes! {
    /// Private key.
    PRIVATE_KEY {
        id: "private-key", title: "Private key", Credential;
        keys: &["private_key", "privatekey", "pem", "ssh_key", "tls_key", "service_account"]; not: &[];
        weights: (0, 99, 0, 99);
        by: "-----BEGIN … PRIVATE KEY (RFC 7468)";
        check: private_key, normal: as_is, mask: Mask::All;
        samples: [("-----BEGIN RSA PRIVATE KEY-----", Valid, "•••"), ("-----BEGIN CERTIFICATE-----", No, "")]
    }
    /// JSON Web Token.
    JWT {
        id: "jwt", title: "JSON Web Token", Credential;
        keys: &["token", "jwt", "authorization", "auth", "access_token", "id_token", "bearer", "auth_token", "refresh_token", "session"]; not: &[];
        weights: (0, 96, 0, 99);
        by: "the first part decodes to JSON with alg (RFC 7519)";
        check: jwt, normal: as_is, mask: Mask::By(header_only);
        samples: [
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", Valid, "eyJhbGciOiJIUzI1NiJ9.•••"), ("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", Valid, ""),
            ("eyJzdWIiOiIxIn0.eyJzdWIiOiIxIn0.c2ln", No, ""), ("eyJhbGciOiJIUzI1NiJ9", No, ""),
        ]
    }
    /// HTTP Basic credentials.
    BASIC_AUTH {
        id: "basic-auth", title: "HTTP Basic credentials", Credential;
        keys: &["authorization", "proxy_authorization", "auth", "basic"]; not: &[];
        weights: (0, 95, 0, 98);
        by: "Basic and base64 of user:password (RFC 7617)";
        check: basic, normal: as_is, mask: Mask::By(user_only);
        // base64 of `asha01:hunter2`, made with coreutils.
        samples: [("Basic YXNoYTAxOmh1bnRlcjI=", Valid, "Basic a••••1:•••"), ("Basic auth is off", No, ""), ("YXNoYTAxOmh1bnRlcjI=", No, "")]
    }
    /// User and password in an address.
    URL_CREDENTIALS {
        id: "url-credentials", title: "Password in a URL", Credential;
        keys: &["url", "uri", "dsn", "database_url", "connection_string", "mongo_uri", "redis_url", "amqp"]; not: &[];
        weights: (0, 92, 0, 97);
        by: "scheme://user:password@host (RFC 3986)";
        check: url_credentials, normal: as_is, mask: Mask::By(host_only);
        samples: [("mongodb://app:s3cret@db.example/pos", Valid, "mongodb://•••:•••@db.example"), ("https://a.example:8080/x@y:z", No, ""), ("https://u@a.example:80/", No, "")]
    }
    /// Address that carries its own permission.
    SIGNED_URL {
        id: "signed-url", title: "Signed URL", Credential;
        keys: &["url", "download_url", "signed_url", "presigned_url", "file_url", "image_url", "invoice_url", "link", "href"]; not: &[];
        weights: (0, 85, 0, 92);
        by: "signature parameters of S3, Cloud Storage, CloudFront or Azure SAS";
        check: signed_url, normal: as_is, mask: Mask::By(no_query);
        samples: [
            ("https://b.s3.example/i.pdf?X-Amz-Date=1&X-Amz-Signature=0a1b2c", Valid, "https://b.s3.example/i.pdf?•••"), ("https://b.example/i.pdf?a=1&b=2&c=333", No, ""),
        ]
    }
    /// AWS secret access key.
    AWS_SECRET {
        id: "aws-secret", title: "AWS secret key", Credential;
        keys: &["aws_secret", "aws_secret_access_key", "secret_access_key", "secretaccesskey", "aws_secret_key", "s3_secret"]; not: &[];
        weights: (0, 0, 92, 92);
        by: "40 base64 signs of entropy 4 or more beside an access key";
        check: aws_secret, normal: as_is, mask: Mask::Ends(2, 0);
        samples: [("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Shape, "wJ••••••"), ("3e85974244cdd48d9aaa4ee8282b591900000000", No, "")]
    }
    /// Password.
    PASSWORD {
        id: "password", title: "Password", Credential;
        keys: &[
            "password", "passwords", "pwd", "passwd", "pass", "passcode", "passphrase", "pass_phrase", "user_password", "userpassword", "new_password", "old_password", "current_password", "confirm_password", "pword", "pswd", "psw",
            "login_password", "db_password", "wifi_password", "smtp_password", "mpin", "upi_pin", "tpin", "atm_pin", "secret_answer", "security_answer", "kennwort", "passwort", "mot_de_passe", "motdepasse", "mdp", "contrasena", "contraseña", "clave",
            "senha", "parola", "wachtwoord", "shabd", "password_hash", "hashed_password", "pass_hash",
        ];
        not: &[
            "password_policy", "policy", "reset", "forgot", "strength", "hint", "expiry", "expires", "expired", "password_updated", "updated_at", "changed_at", "last_changed", "required", "min_length", "max_length", "length", "enabled", "type", "url", "link",
            "pincode", "pin_code", "boarding_pass", "pass_type", "pass_id", "pass_count", "passed", "is_password", "has_password", "attempts", "error", "message", "label", "placeholder", "field", "test_pass",
        ];
        weights: (0, 0, 85, 85);
        by: "any text under its key but words such as true or redacted";
        check: password, normal: as_is, mask: Mask::All;
        samples: [("Hunter2!", Shape, "•••"), ("********", No, ""), ("true", No, ""), ("must be at least eight characters", No, "")]
    }
    /// PIN.
    PIN {
        id: "pin", title: "PIN", Credential;
        keys: &["pin", "mpin", "tpin", "upi_pin", "atm_pin", "card_pin", "login_pin", "security_pin", "delivery_pin", "user_pin", "pin_number", "staff_pin"];
        not: &["pincode", "pin_code", "postal", "zip", "pin_length", "address", "city", "state", "map"];
        weights: (0, 0, 45, 82);
        by: "4 digits under its key; six are more often an Indian postal code, and count below the threshold";
        check: pin, normal: as_is, mask: Mask::All;
        samples: [("4821", Valid, "•••"), ("560001", Shape, ""), ("48", No, ""), ("48a1", No, "")]
    }
    /// One-time password.
    OTP {
        id: "otp", title: "One-time password", Credential;
        keys: &[
            "otp", "otp_code", "otpcode", "otp_value", "one_time_password", "onetimepassword", "one_time_code", "verification_code", "verificationcode", "verify_code", "verification_otp", "auth_code", "sms_code", "smscode", "totp", "mfa_code", "tfa_code",
            "two_factor_code", "login_code", "login_otp", "delivery_otp", "pickup_otp", "security_otp", "confirmation_pin", "passcode",
        ];
        not: &["otp_id", "otp_expiry", "otp_length", "otp_ref", "otp_count", "expiry", "expires", "expires_in", "length", "retry", "attempts", "timeout", "ttl", "validity", "resend", "table"];
        weights: (0, 0, 90, 90);
        by: "4 to 8 digits under its key";
        check: otp, normal: as_is, mask: Mask::All;
        samples: [("479711", Shape, "•••"), ("9009", Shape, ""), ("123", No, ""), ("sent", No, "")]
    }
    /// Token of a session.
    SESSION_TOKEN {
        id: "session-token", title: "Session token", Credential;
        keys: &[
            "session", "sessionid", "session_id", "session_key", "session_token", "sessiontoken", "sess", "sessid", "sid", "ssid_session", "phpsessid", "jsessionid", "connect_sid", "asp_net_sessionid", "laravel_session", "ci_session", "token", "tokens",
            "access_token", "accesstoken", "auth_token", "authtoken", "refresh_token", "refreshtoken", "id_token", "bearer", "bearer_token", "authorization", "auth", "x_auth_token", "x_access_token", "user_token", "usertoken", "login_token", "remember_token", "remember_me",
            "api_token", "jwt", "csrf_token", "xsrf_token", "csrftoken", "oauth_token", "oauth", "magic_link_token", "reset_token", "sso_token", "credential", "credentials", "cookie", "set_cookie",
        ];
        not: &["page_token", "next_token", "next_page_token", "continuation_token", "cursor", "etag", "trace", "trace_id", "request_id", "token_type", "device_token", "fcm_token", "push_token", "token_no", "token_number", "order_token", "expires", "session_type", "build", "hash", "checksum"];
        weights: (0, 0, 80, 80);
        by: "16 signs or more of entropy 3 or more under its key or in a cookie";
        check: session, normal: as_is, mask: Mask::Ends(4, 0);
        samples: [("s%3A9f8b7c6d5e4f3a2b1c0d.Qz7x", Shape, "s3A9••••••"), ("aaaaaaaaaaaaaaaaaaaa1", No, ""), ("short1", No, ""), ("the quick brown fox 1", No, "")]
    }
    /// Key or secret of some service.
    API_KEY {
        id: "api-key", title: "API key or secret", Credential;
        keys: &[
            "api_key", "apikey", "api_secret", "apisecret", "x_api_key", "app_key", "appkey", "app_secret", "appsecret", "client_secret", "clientsecret", "consumer_key", "consumer_secret", "secret", "secret_key", "secretkey", "shared_secret", "access_key", "accesskey", "private_token",
            "signing_key", "signing_secret", "encryption_key", "hmac_key", "hmac_secret", "webhook_secret", "gateway_key", "gatewaykey", "gateway_secret", "merchant_key", "merchantkey", "merchant_salt", "salt", "master_key", "service_key", "auth_key", "authkey", "subscription_key",
            "license_key", "jwt_secret", "token_secret", "subscriptionkey", "ocp_apim_subscription_key", "paytm_key", "payu_key", "working_key", "checksum_key", "aes_key",
        ];
        not: &["idempotency_key", "cache_key", "sort_key", "partition_key", "primary_key", "foreign_key", "public_key", "publishable_key", "key_id", "routing_key", "translation_key", "s3_key", "file_key", "object_key", "etag", "hash"];
        weights: (0, 0, 85, 85);
        by: "16 signs or more of entropy 3 or more under its key";
        check: api_key, normal: as_is, mask: Mask::Ends(4, 0);
        samples: [("9f8B7c6D5e4F3a2B1c0D", Shape, "9f8B••••••"), ("aaaaaaaaaaaaaaaa1111", No, ""), ("production", No, "")]
    }
}
