//! `case.toml`: what the analyst says about the case.

use serde::{Deserialize, Serialize};

use super::error::CaseError;
use crate::domain::address::{Network, TrustedProxies};
use crate::facts::Lens;

/// Version of `case.toml` and of the folder's layout.
pub(super) const CASE_VERSION: u32 = 1;

/// Settings of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseSettings {
    /// Version of the folder's layout.
    pub version: u32,
    /// Zone of logs that name none: an IANA name (`Asia/Kolkata`) or `UTC`.
    #[serde(default = "utc")]
    pub zone: String,
    /// Proxies that may speak for a client, as addresses or CIDR blocks.
    #[serde(default)]
    pub trusted_proxies: Vec<String>,
    /// What is known of the API.
    #[serde(default, skip_serializing_if = "Lens::is_empty")]
    pub lens: Lens,
    /// Key of the fingerprints for a case that is being made; a random one where none is given. It is
    /// never written here.
    #[serde(skip)]
    pub key: Option<[u8; 32]>,
}

fn utc() -> String {
    "UTC".to_owned()
}

impl Default for CaseSettings {
    fn default() -> Self {
        Self { version: CASE_VERSION, zone: utc(), trusted_proxies: Vec::new(), lens: Lens::default(), key: None }
    }
}

impl CaseSettings {
    /// Reads the text of `case.toml`.
    pub fn parse(text: &str, path: &std::path::Path) -> Result<Self, CaseError> {
        /// Only the version, so that a newer file is told from a wrong one.
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let fail = |e: toml::de::Error| CaseError::Settings {
            path: path.to_owned(),
            problem: e.to_string().trim_end().to_owned(),
        };
        let version: Version = toml::from_str(text).map_err(fail)?;
        if version.version > CASE_VERSION {
            return Err(CaseError::Newer { path: path.to_owned(), found: version.version, known: CASE_VERSION });
        }
        toml::from_str(text).map_err(fail)
    }

    /// The zone, looked up.
    pub fn time_zone(&self) -> Result<jiff::tz::TimeZone, String> {
        jiff::tz::TimeZone::get(&self.zone)
            .map_err(|e| format!("zone {:?}: {e}; write an IANA name such as Asia/Kolkata, or UTC", self.zone))
    }

    /// The trusted proxies, parsed.
    pub fn trusted(&self) -> Result<TrustedProxies, String> {
        let networks: Result<Vec<Network>, _> = self.trusted_proxies.iter().map(|n| n.parse()).collect();
        networks.map(TrustedProxies).map_err(|e| e.to_string())
    }
}
