//! The rules of the house that no compiler checks.

use std::path::{Path, PathBuf};

use crate::support::files;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every Rust file below a folder: its path below the root, and its text.
fn rust(folder: &str) -> Vec<(String, String)> {
    let all = files(&root().join(folder));
    let rust = all.iter().filter(|p| p.extension().is_some_and(|e| e == "rs"));
    rust.map(|p| (p.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/"), text(p))).collect()
}

/// The code of a file: what stands before its unit tests, without line comments.
fn code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    text.lines().map(|l| if l.trim_start().starts_with("//") { "" } else { l }).collect::<Vec<_>>().join("\n")
}

/// `src/parse/cut.rs` and `src/parse.rs` are of layer `parse`.
fn layer(path: &str) -> &str {
    path.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default()
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("/samples.rs")
}

const LAYERS: &[&str] = &[
    "domain", "evidence", "parse", "classify", "facts", "detect", "exposure", "frame", "case", "ingest", "report",
    "cli",
];

/// Layers that `path` may not use.
fn forbidden(path: &str) -> Vec<&'static str> {
    let own = layer(path);
    let Some(at) = LAYERS.iter().position(|l| *l == own) else { return Vec::new() };
    let allowed: &[&str] = if matches!(own, "evidence" | "parse") { &["domain"] } else { &LAYERS[..at] };
    LAYERS.iter().copied().filter(|l| *l != own && !allowed.contains(l)).collect()
}

#[test]
fn a_layer_uses_only_those_below_it() {
    assert_eq!(
        forbidden("src/parse/cut.rs"),
        ["evidence", "classify", "facts", "detect", "exposure", "frame", "case", "ingest", "report", "cli"]
    );
    let mut wrong = Vec::new();
    for (path, text) in rust("src") {
        let code = code(&text);
        for layer in forbidden(&path) {
            let named = |c: char| c.is_alphanumeric() || c == '_';
            for (at, _) in code.match_indices(&format!("crate::{layer}")) {
                if !code[at + 7 + layer.len()..].starts_with(named) {
                    wrong.push(format!("{path} uses crate::{layer}"));
                }
            }
        }
        assert!(!code.contains("use crate::{"), "{path}: one `use crate::layer` a layer, so that this test sees it");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn polars_stays_in_the_frame() {
    for (path, text) in rust("src").iter().filter(|(p, _)| layer(p) != "frame") {
        let code = code(text);
        for word in ["polars::", "polars_arrow", "polars_parquet", "col(\""] {
            assert!(!code.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn parsers_do_no_input_output_and_read_no_clock() {
    for (path, text) in rust("src/parse").iter().filter(|(p, _)| !is_test(p)) {
        // Decoders speak `Read`; over bytes in memory it is no input.
        let code = code(text).replace("use std::io::Read;", "");
        let code = code.split("\n#[cfg(test)]\nmod ").next().unwrap();
        for word in ["std::fs", "std::io", "std::net::Tcp", "std::net::Udp", "std::process", "SystemTime", "Instant"] {
            assert!(!code.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn only_one_file_prints() {
    for (path, text) in rust("src").iter().filter(|(p, _)| !is_test(p) && p != "src/cli/output.rs") {
        let code = code(text);
        for word in ["println!", "print!(", "dbg!("] {
            assert!(!code.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn there_is_no_unsafe_code() {
    for (path, text) in rust("src").iter().chain(&rust("tests/bench")) {
        let unsafe_code = code(text).lines().any(|l| l.contains("unsafe {") || l.contains("unsafe fn"));
        assert!(!unsafe_code, "{path}");
    }
}

/// Files that were longer when this test was written: to be split, not to grow.
const LONG: &[(&str, usize)] = &[("src/parse/json.rs", 605), ("tests/it/hostile.rs", 618)];

#[test]
fn files_are_short() {
    let long: Vec<String> = rust("src")
        .iter()
        .chain(&rust("tests"))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(path, lines)| *lines > LONG.iter().find(|l| l.0 == *path).map_or(600, |l| l.1))
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "over 600 lines:\n{}", long.join("\n"));
}

/// `pub(super) static FORMAT: Combined = …` stands in the registry as `&combined::FORMAT`.
#[test]
fn every_format_is_registered() {
    let registry = text(&root().join("src/parse/formats.rs"));
    let all = registry.split("pub static ALL").nth(1).unwrap().split("];").next().unwrap();
    let mut defined = 0;
    for (path, text) in rust("src/parse/formats").iter().filter(|(p, _)| !is_test(p)) {
        let module = path.trim_start_matches("src/parse/formats/").trim_end_matches(".rs").replace('/', "::");
        for line in text.lines().filter(|l| l.starts_with("pub") && l.contains(" static ")) {
            let Some((name, kind)) = line.split(" static ").nth(1).and_then(|l| l.split_once(':')) else { continue };
            if name.chars().any(char::is_lowercase) || kind.trim_start().starts_with("&[") {
                continue;
            }
            defined += 1;
            assert!(all.contains(&format!("&{module}::{name},")), "{path}: {name} is not in formats::ALL");
        }
    }
    assert_eq!(defined, breachwalk::parse::formats::ALL.len(), "formats defined and formats registered");
}

#[test]
fn the_readme_names_every_format() {
    let path = root().join("README.md");
    let Some(table) = std::fs::read_to_string(path).ok().filter(|t| t.contains("<!-- formats -->")) else {
        eprintln!("skipped: README.md has no table of formats yet");
        return;
    };
    for format in breachwalk::parse::formats::ALL {
        let id = format.meta().id;
        assert!(table.contains(&format!("| `{id}` |")), "README.md does not name {id}");
    }
}

#[test]
fn every_dependency_has_a_reason() {
    let cargo = text(&root().join("Cargo.toml"));
    let mut section = "";
    let mut previous = "";
    for line in cargo.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.contains("dependencies") && line.contains(" = ") && !line.starts_with([' ', '#']) {
            assert!(line.contains(" # ") || previous.starts_with('#'), "no reason: {line}");
        }
        previous = line;
    }
}

#[test]
fn the_top_level_is_tidy() {
    const KNOWN: &[&str] = &[
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "scenarios",
        "datasets",
        "tests",
        "notebooks",
        "README.md",
        "LICENSE",
        // What git ignores, where tests and fuzzing leave it.
        "target",
        "proptest-regressions",
    ];
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(name.starts_with('.') || KNOWN.contains(&name.as_str()), "{name}: a new entry at the top");
    }
}
