//! Words for what must not leave in clear: where a value stood, how it is known without being
//! stored, how surely it was exposed, how bad that is.

use std::fmt;

macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every member, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word that frames and reports carry.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The member of this word.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|m| m.code() == code)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.code())
            }
        }
    };
}

codes! {
    /// Part of an exchange in which a value stands.
    Location {
        /// A segment of the path; the pointer is the segment's name, else its 1-based number.
        Path = "path",
        /// The query string; the pointer is the parameter's name.
        Query = "query",
        /// A request header; the pointer is its name in lower case.
        RequestHeader = "request-header",
        /// A cookie the client sent; the pointer is its name.
        Cookie = "cookie",
        /// The request body; the pointer is a JSON pointer with `*` for list positions, or a form
        /// field's name behind `/`.
        RequestBody = "request-body",
        /// A response header.
        ResponseHeader = "response-header",
        /// A cookie the server set.
        SetCookie = "set-cookie",
        /// The response body, as for the request.
        ResponseBody = "response-body",
    }
}

impl Location {
    /// Whether the server said it; else the client did.
    pub const fn is_response(self) -> bool {
        matches!(self, Self::ResponseHeader | Self::SetCookie | Self::ResponseBody)
    }
}

codes! {
    /// How sure it is that somebody got a value.
    Certainty {
        /// Estimated: could have been fetched in the same way.
        Reachable = "reachable",
        /// The answer was a success on an endpoint that returns it; its body was not kept.
        Probable = "probable",
        /// The value stands in a response body.
        Confirmed = "confirmed",
    }
}

codes! {
    /// How bad a finding is.
    Severity {
        /// Worth knowing.
        Info = "info",
        /// Little harm by itself.
        Low = "low",
        /// Harm under conditions.
        Medium = "medium",
        /// Personal or secret data of others is exposed.
        High = "high",
        /// Exposed at scale, or whoever reads it can act for others.
        Critical = "critical",
    }
}

codes! {
    /// Kind of a credential that a request or answer carried.
    Credential {
        /// The Authorization header.
        Authorization = "authorization",
        /// The Cookie header, whole.
        Cookie = "cookie",
        /// An API key or token in a header of its own.
        Key = "key",
        /// A Set-Cookie header of the answer (the last one where there are several).
        SetCookie = "set-cookie",
    }
}

/// A value known by its keyed digest: HMAC-SHA-256 with the case's key, the first 128 bits. Equal
/// values of one case have equal fingerprints; nobody without the key can test a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub u128);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_members_agree() {
        for location in Location::ALL {
            assert_eq!(Location::from_code(location.code()), Some(*location));
        }
        assert!(Certainty::Confirmed > Certainty::Probable && Certainty::Probable > Certainty::Reachable);
        assert!(Severity::Critical > Severity::High);
    }

    #[test]
    fn a_fingerprint_is_32_hex_digits() {
        let f = Fingerprint(0xab);
        assert_eq!(f.to_string(), "000000000000000000000000000000ab");
        assert_eq!(f.to_string().parse(), Ok(f));
    }
}
