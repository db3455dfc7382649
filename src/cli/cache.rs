//! Cases of verbs that were given evidence instead of a case: they live in the cache folder under a
//! name made of what was handed over, so that the same files open the same case.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use etcetera::BaseStrategy as _;
use sha2::{Digest as _, Sha256};

use super::args::ReadingArgs;
use super::config::Config;
use super::error::CliError;
use super::output::{Output, now};
use super::{ingest, reading};
use crate::case::{Case, CaseError, CaseSettings, hex};
use crate::classify::ClassSet;
use crate::evidence::{self, Source};
use crate::frame::schema::SCHEMA_VERSION;
use crate::report::LeftOut;

/// What a verb works on.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) case: Case,
    /// What was named and is not in the case.
    pub(super) left_out: Vec<LeftOut>,
}

/// Opens the one case that is named, or a case of the evidence that is named.
pub(super) fn open(inputs: &[String], args: &ReadingArgs, output: &mut Output) -> Result<Opened, CliError> {
    if let [one] = inputs
        && Path::new(one).join("case.toml").is_file()
    {
        if !args.is_default() {
            output
                .warn("how to read evidence has no effect on a case, which is read already; name the evidence instead");
        }
        return Ok(Opened { case: Case::open(Path::new(one))?, left_out: Vec::new() });
    }
    if let Some(case) = inputs.iter().find(|i| Path::new(i).join("case.toml").is_file()) {
        return Err(CliError::Usage(format!(
            "{case}: a case stands alone; add the evidence to it with `breachwalk ingest --case {case} …`"
        )));
    }
    let config = Config::load()?;
    let sources = evidence::collect(inputs)?;
    // Mistakes in flags are told before a folder is made.
    let new_settings = reading::case_settings(args, &config)?;
    reading::settings(args, &config, &new_settings)?;
    // Standard input has no identity until it is read: a fresh case each time.
    let stdin = sources.iter().any(|s| s.path().is_none());
    let folder = folder(&sources, args, stdin)?;
    let mut case = wait_for(&folder, &new_settings, output)?;
    let settings = reading::settings(args, &config, &case.settings)?;
    let settings = reading::with_classes(settings, args, &case)?;
    let left_out = ingest::run_quietly(&mut case, &sources, &settings, output)?;
    Ok(Opened { case, left_out })
}

/// What a file system says of a file beside its times of change, which a copy can carry over: the
/// inode, and when that was changed.
fn identity(path: Option<&Path>) -> String {
    #[cfg(unix)]
    if let Some(meta) = path.and_then(|p| p.metadata().ok()) {
        use std::os::unix::fs::MetadataExt as _;
        return format!("{} {} {}", meta.ino(), meta.ctime(), meta.ctime_nsec());
    }
    let _ = path;
    String::new()
}

/// A name for these files as they are now, read in this way.
fn folder(sources: &[Source], args: &ReadingArgs, fresh: bool) -> Result<PathBuf, CliError> {
    let base = etcetera::choose_base_strategy().map_err(|e| {
        CliError::Failed(format!(
            "no cache folder: {e}; set XDG_CACHE_HOME, or make a case with `breachwalk ingest --case DIR`"
        ))
    })?;
    let mut hash = Sha256::new();
    hash.update(format!("{} {SCHEMA_VERSION} {args:?}\n", env!("CARGO_PKG_VERSION")));
    // Other classes find other things.
    for (_, class) in ClassSet::built_in().iter() {
        hash.update(format!("{} ", class.meta().id));
    }
    for source in sources {
        let path = source.path().map(|p| std::path::absolute(p).unwrap_or_else(|_| p.to_owned()));
        let changed = path.as_deref().and_then(|p| p.metadata().ok()).and_then(|m| m.modified().ok());
        let changed = changed.and_then(|t| t.duration_since(UNIX_EPOCH).ok()).map(|d| d.as_nanos());
        hash.update(format!(
            "{path:?} {:?} {:?} {changed:?} {}\n",
            source.member(),
            source.size(),
            identity(path.as_deref())
        ));
    }
    if fresh {
        hash.update(format!("{} {}", std::process::id(), now()));
    }
    let name: String = hex(&hash.finalize()).chars().take(24).collect();
    Ok(base.cache_dir().join("breachwalk").join("cases").join(name))
}

/// Opens the cached case. Another process that reads the same evidence at the same time is waited
/// for: what it makes is what is wanted.
fn wait_for(folder: &Path, settings: &CaseSettings, output: &mut Output) -> Result<Case, CliError> {
    let mut said = false;
    loop {
        match Case::open_or_create(folder, settings.clone(), now()) {
            Err(CaseError::Locked(_)) => {}
            other => return Ok(other?),
        }
        if !said {
            output.say("waiting for another breachwalk that reads the same evidence");
            said = true;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
}
