//! From what was named on a command line to sources, in a fixed order.

use super::archive::{self, AnyMember, Refusal};
use super::error::EvidenceError;
use super::source::{Kind, Source, display, is_pipe, kind};
use super::tar;
use crate::domain::safe_text;
use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The sources behind `inputs`: files, folders, globs, `-` for standard input. Order: inputs as
/// they come, what a folder or glob gives in byte order of the paths, members of a zip or tar archive
/// as its directory or its order lists them. What was named twice (the same file by its canonical
/// path) is taken once, where it came first.
///
/// Nothing is skipped silently: hidden files, too, are evidence, and what cannot be read becomes a
/// source that says why when it is opened. Left out are only folders themselves, folders that are a
/// case, and symbolic links that lead back to a folder they are in.
pub fn collect(inputs: &[String]) -> Result<Vec<Source>, EvidenceError> {
    let mut found = Found::default();
    for input in inputs {
        found.add_input(input)?;
    }
    if inputs.is_empty() {
        return Err(EvidenceError::NoInput);
    }
    Ok(found.sources)
}

#[derive(Default)]
struct Found {
    sources: Vec<Source>,
    seen: HashSet<PathBuf>,
    stdin: bool,
}

impl Found {
    fn add_input(&mut self, input: &str) -> Result<(), EvidenceError> {
        let name = || safe_text::escape(input.as_bytes());
        if input == "-" {
            if !self.stdin {
                self.sources.push(Source::stdin());
            }
            self.stdin = true;
            return Ok(());
        }
        let path = Path::new(input);
        match fs::metadata(path) {
            // A name that exists is meant literally, whatever stars it holds.
            Ok(kind) => self.add_named(path, kind.is_dir()),
            Err(error)
                if !matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::InvalidFilename) =>
            {
                Err(EvidenceError::open(name(), error))
            }
            Err(_) if !input.contains(['*', '?', '[']) => Err(EvidenceError::Missing { name: name() }),
            Err(_) => self.add_glob(input),
        }
    }

    /// A path that a person named.
    fn add_named(&mut self, path: &Path, is_dir: bool) -> Result<(), EvidenceError> {
        if !is_dir {
            self.add_file(path.to_owned());
            return Ok(());
        }
        // What the folder itself refuses concerns what was named, so it stops everything.
        fs::read_dir(path).map_err(|error| EvidenceError::open(display(path), error))?;
        let mut paths = Vec::new();
        walk(path, &mut paths);
        if paths.is_empty() {
            return Err(EvidenceError::EmptyFolder { name: display(path) });
        }
        self.add_found(paths);
        Ok(())
    }

    fn add_glob(&mut self, pattern: &str) -> Result<(), EvidenceError> {
        let name = || safe_text::escape(pattern.as_bytes());
        let matches = glob::glob(pattern).map_err(|error| EvidenceError::BadGlob {
            name: name(),
            at: error.pos,
            problem: error.msg,
        })?;
        let mut paths = Vec::new();
        for path in matches.map(|entry| entry.unwrap_or_else(|error| error.path().to_owned())) {
            walk(&path, &mut paths);
        }
        if paths.is_empty() {
            return Err(EvidenceError::NoMatch { name: name() });
        }
        self.add_found(paths);
        Ok(())
    }

    /// Paths that nobody named one by one.
    fn add_found(&mut self, mut paths: Vec<PathBuf>) {
        paths.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
        for path in paths {
            if fs::metadata(&path).is_ok_and(|m| is_pipe(m.file_type())) {
                // Reading it might wait for ever, and nobody asked for it.
                let problem = "it is a pipe that was not named itself".to_owned();
                let refusal = Some(Refusal { problem, remedy: "name it as an input of its own to read from it" });
                self.sources.push(Source { refusal, ..Source::file(path) });
            } else {
                self.add_file(path);
            }
        }
    }

    fn add_file(&mut self, path: PathBuf) {
        // What has no canonical path (the other end of a pipe, a link to nothing) is its own.
        let canonical = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if self.seen.insert(canonical) {
            self.sources.extend(expand(path));
        }
    }
}

/// A file, or the members that it has if it is a zip or tar archive. What of an archive cannot be
/// listed is a source of its own, which says why when it is opened.
pub(super) fn expand(path: PathBuf) -> Vec<Source> {
    let Some(kind) = kind(&path) else { return vec![Source::file(path)] };
    let Ok(file) = File::open(&path) else { return vec![Source::file(path)] };
    let (members, refusal): (Vec<AnyMember>, _) = match kind {
        Kind::Zip => match archive::members(file) {
            Ok(members) => (members.into_iter().map(AnyMember::Zip).collect(), None),
            Err(refusal) => (Vec::new(), Some(refusal)),
        },
        Kind::Tar => {
            let found = tar::members(file);
            (found.members.into_iter().map(AnyMember::Tar).collect(), found.refusal)
        }
    };
    let rest = refusal.map(|refusal| Source { refusal: Some(refusal), ..Source::file(path.clone()) });
    let of_member = |member: AnyMember| Source {
        place: Some(path.clone()),
        size: Some(member.bytes()),
        member: Some(member),
        refusal: None,
    };
    members.into_iter().map(of_member).chain(rest).collect()
}

/// The files below a folder, or the file itself.
fn walk(path: &Path, paths: &mut Vec<PathBuf>) {
    // A case in the folder is what evidence became, not evidence.
    let is_case =
        |e: &walkdir::DirEntry| e.depth() > 0 && e.file_type().is_dir() && e.path().join("case.toml").is_file();
    for entry in WalkDir::new(path).follow_links(true).into_iter().filter_entry(|e| !is_case(e)) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => paths.push(entry.into_path()),
            Err(error) if error.loop_ancestor().is_some() => {}
            // A folder that cannot be listed, a link to nothing: opening it tells why.
            Err(error) => paths.extend(error.path().map(Path::to_owned)),
        }
    }
}
