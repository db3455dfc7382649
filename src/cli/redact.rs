//! `breachwalk redact`: a HAR that can be handed on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::RedactArgs;
use super::error::CliError;
use super::exit;
use super::output::Output;
use crate::classify::ClassSet;
use crate::classify::redact::{self, Options};
use crate::domain::limits::CHUNK_BYTES;
use crate::domain::safe_text::escape;
use crate::evidence;

fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}

pub(super) fn run(args: &RedactArgs, output: &mut Output) -> Result<u8, CliError> {
    let key = key(args)?;
    let certificate_path = args.certificate.clone().unwrap_or_else(|| {
        let mut name = args.output.clone().into_os_string();
        name.push(".certificate.json");
        PathBuf::from(name)
    });
    for path in [&args.output, &certificate_path] {
        if path.exists() && !args.force {
            return Err(CliError::Failed(format!(
                "{}: the file exists; name another, or add --force to replace it",
                shown(path)
            )));
        }
        if std::fs::canonicalize(path).ok().zip(std::fs::canonicalize(&args.file).ok()).is_some_and(|(a, b)| a == b) {
            return Err(CliError::Usage(format!("{}: evidence is never written to; name another file", shown(path))));
        }
    }
    let sources = evidence::collect(std::slice::from_ref(&args.file))?;
    let [source] = sources.as_slice() else {
        return Err(CliError::Usage(format!("{}: name one HAR file", escape(args.file.as_bytes()))));
    };
    let mut stream = source.open()?;
    let mut document = Vec::new();
    let mut target = CHUNK_BYTES;
    while stream.fill(&mut document, target)? {
        target = document.len() + CHUNK_BYTES;
    }
    let finished = stream.finish()?;
    let options = Options {
        business: args.business,
        keep_unreadable: args.keep_unreadable,
        keep_static: args.keep_static,
        ..Options::default()
    };
    let mut redacted = Vec::new();
    let classes = Arc::new(ClassSet::built_in());
    let certificate = redact::document(&document, &classes, key, options, &mut |b| redacted.extend_from_slice(b))
        .map_err(|e| CliError::Failed(format!("{}: {e}", escape(args.file.as_bytes()))))?;
    output.data_to(Some(&args.output), args.force, &redacted)?;
    let mut json = serde_json::to_value(&certificate).map_err(|e| CliError::Failed(e.to_string()))?;
    if let Some(object) = json.as_object_mut() {
        object.insert("file_sha256".into(), crate::case::hex(&finished.sha256).into());
    }
    let mut text = serde_json::to_vec_pretty(&json).map_err(|e| CliError::Failed(e.to_string()))?;
    text.push(b'\n');
    output.data_to(Some(&certificate_path), args.force, &text)?;
    let replaced: u64 = certificate.replaced.values().flat_map(|places| places.values()).sum();
    output.say(&format!(
        "{}: {} entries, {replaced} values replaced; {} says what was done",
        shown(&args.output),
        certificate.entries,
        shown(&certificate_path)
    ));
    for (what, count) in &certificate.not_looked_into {
        output.say(&format!("not looked into: {what} ({count})"));
    }
    Ok(if certificate.entries_left_out > 0 { exit::REJECTS } else { exit::DONE })
}

/// The pseudonyms' key: of the file that is named, else a fresh one, so that nobody can test guesses.
fn key(args: &RedactArgs) -> Result<[u8; 32], CliError> {
    let Some(path) = &args.key else {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|e| CliError::Failed(format!("no random numbers: {e}")))?;
        return Ok(key);
    };
    read_key(path)
}

/// 32 bytes of a key file; a case's `key` is one.
pub(super) fn read_key(path: &Path) -> Result<[u8; 32], CliError> {
    let bytes = std::fs::read(path).map_err(|e| CliError::Failed(format!("{}: {e}", shown(path))))?;
    bytes.try_into().map_err(|_| {
        CliError::Usage(format!("{}: a key file has 32 bytes; `head -c 32 /dev/urandom > FILE` makes one", shown(path)))
    })
}
