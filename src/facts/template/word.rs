//! What a segment looks like, read once per distinct word.

/// Words that name an operation or a view, never a value.
const STOP: &[&str] = &[
    "account",
    "activate",
    "active",
    "add",
    "admin",
    "all",
    "api",
    "apply",
    "archive",
    "auth",
    "available",
    "batch",
    "bulk",
    "callback",
    "cancel",
    "cart",
    "check",
    "checkout",
    "config",
    "confirm",
    "count",
    "create",
    "current",
    "dashboard",
    "default",
    "delete",
    "details",
    "disable",
    "docs",
    "download",
    "edit",
    "enable",
    "export",
    "external",
    "features",
    "filter",
    "graphql",
    "health",
    "healthz",
    "history",
    "home",
    "import",
    "index",
    "info",
    "init",
    "internal",
    "latest",
    "list",
    "live",
    "login",
    "logout",
    "lookup",
    "manage",
    "me",
    "metrics",
    "mine",
    "nearby",
    "new",
    "next",
    "notify",
    "oauth",
    "otp",
    "password",
    "ping",
    "popular",
    "preview",
    "previous",
    "profile",
    "public",
    "query",
    "ready",
    "recent",
    "recommended",
    "refresh",
    "register",
    "remove",
    "reset",
    "save",
    "search",
    "self",
    "session",
    "settings",
    "signin",
    "signout",
    "signup",
    "static",
    "stats",
    "status",
    "subscribe",
    "suggest",
    "summary",
    "sync",
    "today",
    "token",
    "top",
    "trending",
    "unsubscribe",
    "update",
    "upload",
    "upsert",
    "validate",
    "verify",
    "version",
    "webhook",
    "webhooks",
    "websocket",
    "ws",
    "yesterday",
];

/// First words of operations: `getMenu`, `list_orders`, `create-coupon`.
const VERBS: &[&str] = &[
    "add",
    "apply",
    "assign",
    "calculate",
    "cancel",
    "change",
    "check",
    "clear",
    "close",
    "confirm",
    "contact",
    "convert",
    "create",
    "delete",
    "disable",
    "download",
    "edit",
    "enable",
    "export",
    "fetch",
    "find",
    "forget",
    "generate",
    "get",
    "import",
    "is",
    "list",
    "load",
    "mark",
    "merge",
    "notify",
    "open",
    "place",
    "post",
    "process",
    "put",
    "read",
    "receive",
    "refund",
    "register",
    "remove",
    "resend",
    "reset",
    "retry",
    "return",
    "save",
    "search",
    "send",
    "set",
    "start",
    "stop",
    "submit",
    "sync",
    "toggle",
    "track",
    "update",
    "upload",
    "validate",
    "verify",
    "view",
];

/// ISO 639-1 codes of the languages that sites are offered in, without those that are English words.
const LANGUAGES: &[&str] = &[
    "ar", "bn", "cs", "da", "de", "el", "en", "es", "fi", "fr", "gu", "he", "hi", "hu", "ja", "kn", "ko", "ml", "mr",
    "nl", "pa", "pl", "pt", "ro", "ru", "sv", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh",
];

/// Words that end in `s` and are one thing.
const SINGULAR_S: &[&str] =
    &["status", "news", "sms", "gps", "dns", "tls", "ss", "us", "is", "as", "series", "previous"];

/// What is known of a segment by itself.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools)] // independent observations, not a state
pub(super) struct Word {
    /// Operation, view, version or private name: never a value.
    pub(super) fixed: bool,
    /// A language code.
    pub(super) language: bool,
    /// A plain plural: a collection.
    pub(super) plural: bool,
    /// Begins with a verb.
    pub(super) verb: bool,
    /// How much it looks like a slug or a name, 0 to 10.
    pub(super) slug: u8,
}

impl Word {
    pub(super) fn of(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        Self {
            fixed: STOP.binary_search(&lower.as_str()).is_ok()
                || is_version(&lower)
                || text.starts_with('_')
                || text.starts_with('.')
                || text.starts_with('{'),
            language: LANGUAGES.contains(&text),
            plural: is_plural(&lower),
            verb: is_verb(text),
            slug: slug(text),
        }
    }
}

/// `v1`, `v4.0`, `2.0`, `1.0.3`.
pub(super) fn is_version(lower: &str) -> bool {
    let rest = lower.strip_prefix('v').unwrap_or(lower);
    let numbers = rest.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let known = rest.bytes().next().is_some_and(|b| b.is_ascii_digit()) && numbers && rest.len() <= 6;
    known && (lower.starts_with('v') || rest.contains('.'))
        || rest.bytes().next().is_some_and(|b| b.is_ascii_digit())
            && (rest.ends_with("beta") || rest.ends_with("alpha"))
}

fn is_plural(lower: &str) -> bool {
    lower.len() >= 4
        && lower.ends_with('s')
        && !lower.ends_with("ss")
        && !SINGULAR_S.contains(&lower)
        && lower.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'))
}

fn is_verb(text: &str) -> bool {
    let end = text.bytes().position(|b| b.is_ascii_uppercase() || matches!(b, b'-' | b'_')).unwrap_or(text.len());
    text.get(..end).is_some_and(|first| end < text.len() && VERBS.binary_search(&first).is_ok())
}

fn slug(text: &str) -> u8 {
    let count = |wanted: fn(&u8) -> bool| text.as_bytes().iter().filter(|b| wanted(b)).count();
    let (hyphens, digits) = (count(|b| *b == b'-'), count(u8::is_ascii_digit));
    let upper = text.bytes().next().is_some_and(|b| b.is_ascii_uppercase());
    if !text.is_ascii() || hyphens >= 2 {
        10
    } else if digits > 0 || hyphens == 1 && upper {
        8
    } else if text.contains(['.', '~']) {
        7
    } else if hyphens == 1 || upper {
        5
    } else {
        0
    }
}

/// One of many: `stores` is `store`, `categories` is `category`.
pub(super) fn singular(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    if !is_plural(&lower) && lower != "ids" {
        return word.to_owned();
    }
    let cut = |n: usize| word.get(..word.len().saturating_sub(n)).unwrap_or(word).to_owned();
    match lower.as_str() {
        "movies" | "cookies" | "pies" | "ties" | "calories" | "brownies" | "smoothies" => cut(1),
        w if w.ends_with("ies") => cut(3) + "y",
        w if ["sses", "xes", "ches", "shes", "zzes"].iter().any(|end| w.ends_with(end)) => cut(2),
        _ => cut(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_for_the_search() {
        assert!(STOP.is_sorted());
        assert!(VERBS.is_sorted());
    }

    #[test]
    fn plurals_and_versions() {
        for (many, one) in [
            ("stores", "store"),
            ("categories", "category"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("branches", "branch"),
            ("status", "status"),
            ("menu", "menu"),
            ("movies", "movie"),
            ("dishes", "dish"),
            ("purchases", "purchase"),
            ("address", "address"),
            ("access", "access"),
        ] {
            assert_eq!(singular(many), one);
        }
        for version in ["v1", "v12", "v4.0", "2.0", "1.0.3", "v2beta"] {
            assert!(is_version(version), "{version}");
        }
        for other in ["vegan", "v", "store", "12", "v1x"] {
            assert!(!is_version(other), "{other}");
        }
    }
}
