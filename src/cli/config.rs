//! Configuration: built in < `config.toml` in the XDG folder < `BREACHWALK_*` < flags. Flags and
//! environment are clap's; this is the file.

use etcetera::BaseStrategy as _;
use serde::Deserialize;

use super::error::CliError;
use crate::domain::safe_text::escape;

/// `$XDG_CONFIG_HOME/breachwalk/config.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// As `--zone`.
    pub(super) zone: Option<String>,
    /// As `--trusted-proxy`.
    #[serde(default)]
    pub(super) trusted_proxies: Vec<String>,
    /// As `--threads`.
    pub(super) threads: Option<usize>,
}

impl Config {
    /// Reads the file; none is the default.
    pub(super) fn load() -> Result<Self, CliError> {
        let Ok(folders) = etcetera::choose_base_strategy() else { return Ok(Self::default()) };
        let path = folders.config_dir().join("breachwalk").join("config.toml");
        let Ok(text) = std::fs::read_to_string(&path) else { return Ok(Self::default()) };
        toml::from_str(&text).map_err(|e| {
            CliError::Failed(format!(
                "{}: {}; correct the file",
                escape(path.as_os_str().as_encoded_bytes()),
                e.to_string().trim_end()
            ))
        })
    }
}
