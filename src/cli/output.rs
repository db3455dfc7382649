//! stdout is data, stderr is talk.
#![expect(clippy::print_stderr, reason = "this is the place")]
#![expect(clippy::unused_self, reason = "who holds an Output may speak; nobody else does")]

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use super::error::CliError;
use crate::domain::Micros;
use crate::domain::safe_text::is_unsafe;

/// Where a command writes to.
#[derive(Debug)]
pub(super) struct Output {
    quiet: bool,
}

impl Output {
    pub(super) fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Data.
    pub(super) fn data(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        let mut out = std::io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).map_err(CliError::Stdout)
    }

    /// Data to a file, or to stdout where none is named. An existing file is kept unless `force`.
    pub(super) fn data_to(&mut self, file: Option<&Path>, force: bool, bytes: &[u8]) -> Result<(), CliError> {
        let Some(path) = file else { return self.data(bytes) };
        let shown = crate::domain::safe_text::escape(path.as_os_str().as_encoded_bytes());
        if path.exists() && !force {
            return Err(CliError::Failed(format!(
                "{shown}: the file exists; name another, or add --force to replace it"
            )));
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let write = || -> std::io::Result<()> {
            let mut staged = tempfile::NamedTempFile::new_in(folder)?;
            staged.write_all(bytes)?;
            staged.as_file().sync_all()?;
            staged.persist(path).map_err(|e| e.error)?;
            Ok(())
        };
        write().map_err(|e| CliError::Failed(format!("{shown}: {e}; nothing was written")))
    }

    /// Talk, silenced by `--quiet`.
    pub(super) fn say(&mut self, text: &str) {
        if !self.quiet {
            eprintln!("{}", harmless(text));
        }
    }

    /// A warning: said even with `--quiet`.
    pub(super) fn warn(&mut self, text: &str) {
        eprintln!("warning: {}", harmless(text));
    }

    pub(super) fn error(&mut self, error: &CliError) {
        eprintln!("error: {}", harmless(&error.to_string()));
    }

    /// Whether progress may be drawn.
    pub(super) fn may_draw(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }
}

/// A mistake on the command line, in colours unless it quotes what would act on the terminal.
pub(super) fn usage(error: &clap::Error) {
    let plain = error.render().to_string();
    let safe = harmless(&plain);
    if plain == safe {
        drop(error.print());
    } else {
        eprint!("{safe}");
    }
}

/// Names in messages are escaped where they are put in; messages of libraries may quote an argument
/// as it was typed. What is escaped already stays as it is.
pub(super) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || !is_unsafe(c) { out.push(c) } else { out.extend(c.escape_unicode()) }
    }
    out
}

/// Columns that a table may fill: the terminal's, `COLUMNS`, or 100 into a file.
pub(super) fn width() -> u16 {
    let from_environment = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let mut table = comfy_table::Table::new();
    from_environment
        .or_else(|| table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic).width())
        .unwrap_or(100)
        .max(40)
}

/// Whether colours may be used on stdout.
pub(super) fn colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// The clock.
pub(super) fn now() -> Micros {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
