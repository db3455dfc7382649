//! From arguments to what ingest is told.

use std::io::Read as _;
use std::path::Path;

use super::args::ReadingArgs;
use super::config::Config;
use super::error::CliError;
use crate::case::{Case, CaseSettings};
use crate::domain::safe_text::escape;
use crate::ingest::Settings;
use crate::parse::custom::CustomFormat;
use crate::parse::{Format, FormatSet, formats, mapping};

/// More threads than any machine has cores for; each holds a chunk.
const THREADS_MAX: usize = 256;

/// A mapping file is a page of text.
const MAPPING_BYTES_MAX: u64 = 1 << 20;

/// Settings of a new case: flags and environment, then the configuration file.
pub(super) fn case_settings(args: &ReadingArgs, config: &Config) -> Result<CaseSettings, CliError> {
    let mut settings = CaseSettings::default();
    if let Some(zone) = args.zone.clone().or_else(|| config.zone.clone()) {
        settings.zone = zone;
    }
    settings.trusted_proxies =
        if args.trusted_proxy.is_empty() { config.trusted_proxies.clone() } else { args.trusted_proxy.clone() };
    settings.key = args.key.as_deref().map(super::redact::read_key).transpose()?;
    Ok(settings)
}

/// What ingest is told. Zone and proxies are the case's unless a flag says otherwise.
pub(super) fn settings(args: &ReadingArgs, config: &Config, case: &CaseSettings) -> Result<Settings, CliError> {
    let mut case = case.clone();
    if let Some(zone) = &args.zone {
        case.zone.clone_from(zone);
    }
    if !args.trusted_proxy.is_empty() {
        case.trusted_proxies.clone_from(&args.trusted_proxy);
    }
    let defaults = Settings::default();
    let threads = args.threads.or(config.threads).unwrap_or(defaults.threads);
    if !(1..=THREADS_MAX).contains(&threads) {
        return Err(CliError::Usage(format!("--threads {threads}: between 1 and {THREADS_MAX} threads can parse")));
    }
    Ok(Settings {
        threads,
        zone: case.time_zone().map_err(CliError::Usage)?,
        trusted: case.trusted().map_err(CliError::Usage)?,
        formats: format_set(args)?,
        ..defaults
    })
}

/// Settings with the classes of the case, to which those that flags name are added.
pub(super) fn with_classes(settings: Settings, args: &ReadingArgs, case: &Case) -> Result<Settings, CliError> {
    for path in &args.classes {
        case.add_classes(path)?;
    }
    Ok(Settings { classes: case.classes()?, ..settings })
}

/// The formats to try: the user's own first; with `--format`, only those named (and the user's).
pub(super) fn format_set(args: &ReadingArgs) -> Result<FormatSet, CliError> {
    let mut set = if args.format.is_empty() {
        FormatSet::built_in()
    } else {
        let named = args.format.iter().map(|id| by_id(id)).collect::<Result<Vec<_>, _>>()?;
        FormatSet::of(named)
    };
    let usage = |flag: &str, e: &dyn std::fmt::Display| CliError::Usage(format!("--{flag}: {e}"));
    for text in &args.nginx_format {
        set.prefer(CustomFormat::nginx(text).map_err(|e| usage("nginx-format", &e))?);
    }
    for text in &args.apache_format {
        set.prefer(CustomFormat::apache(text).map_err(|e| usage("apache-format", &e))?);
    }
    for text in &args.envoy_format {
        set.prefer(CustomFormat::envoy(text).map_err(|e| usage("envoy-format", &e))?);
    }
    for text in &args.log_regex {
        set.prefer(CustomFormat::pattern(text).map_err(|e| usage("log-regex", &e))?);
    }
    for path in &args.mapping {
        set.prefer(read_mapping(path)?);
    }
    Ok(set)
}

fn by_id(id: &str) -> Result<&'static dyn Format, CliError> {
    formats::by_id(id)
        .ok_or_else(|| CliError::Usage(format!("--format {id}: no such format; `breachwalk formats` lists them")))
}

fn read_mapping(path: &Path) -> Result<&'static dyn Format, CliError> {
    let shown = escape(path.as_os_str().as_encoded_bytes());
    let no_file =
        |e: std::io::Error| CliError::Failed(format!("{shown}: {e}; name a TOML file that maps keys to columns"));
    let file = std::fs::File::open(path).map_err(no_file)?;
    let mut text = String::new();
    file.take(MAPPING_BYTES_MAX).read_to_string(&mut text).map_err(no_file)?;
    mapping::parse(&text).map_err(|e| CliError::Failed(format!("{shown}: {e}")))
}
