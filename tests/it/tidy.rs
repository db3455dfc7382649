//! The rules of the house that no compiler checks.

use std::path::{Path, PathBuf};

use crate::support::files;

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every Rust file below a folder: its path below the root, and its text.
pub(crate) fn rust(folder: &str) -> Vec<(String, String)> {
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

pub(crate) fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("/samples.rs")
}

const LAYERS: &[&str] = &[
    "domain", "evidence", "parse", "classify", "facts", "detect", "exposure", "frame", "case", "ingest", "analysis",
    "report", "cli",
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
        ["evidence", "classify", "facts", "detect", "exposure", "frame", "case", "ingest", "analysis", "report", "cli"]
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
fn pure_layers_do_no_input_output_and_read_no_clock() {
    for layer in ["domain", "parse", "classify", "facts", "detect", "exposure"] {
        let mut all = rust(&format!("src/{layer}"));
        all.push((format!("src/{layer}.rs"), text(&root().join(format!("src/{layer}.rs")))));
        for (path, text) in all.iter().filter(|(p, _)| !is_test(p)) {
            // Decoders speak `Read`; over bytes in memory it is no input.
            let code = code(text).replace("use std::io::Read;", "").replace("std::io::Error", "");
            let code = code.split("\n#[cfg(test)]\nmod ").next().unwrap();
            for word in
                ["std::fs", "std::io", "std::net::Tcp", "std::net::Udp", "std::process", "SystemTime", "Instant"]
            {
                assert!(!code.contains(word), "{path}: {word}");
            }
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

/// Longest file.
const FILE_LINES: usize = 600;
/// Longest function, its head included.
const FUNCTION_LINES: usize = 70;
/// Tables written as a `match`, one arm an entry: to be read by entry.
const TABLES: &[&str] = &["src/parse/headers.rs: known", "src/parse/target.rs: apply_value"];

#[test]
fn files_are_short() {
    let long: Vec<String> = rust("src")
        .iter()
        .chain(&rust("tests"))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > FILE_LINES)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "over {FILE_LINES} lines:\n{}", long.join("\n"));
}

/// Lines of a function's body, by the indentation of its head and of its end.
#[test]
fn functions_are_short() {
    let mut long = Vec::new();
    for (path, text) in rust("src").iter().chain(&rust("tests/it")) {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let head = line.trim_start().trim_start_matches("pub").trim_start_matches("(crate)");
            let head = head.trim_start_matches("(super)").trim_start().trim_start_matches("const ");
            if !head.starts_with("fn ") || line.ends_with([';', '}']) {
                continue;
            }
            let end = format!("{}}}", " ".repeat(indent));
            let length = lines[at..].iter().position(|l| *l == end).map_or(0, |n| n + 1);
            let name = head.trim_start_matches("fn ").split(['(', '<']).next().unwrap_or_default();
            if length > FUNCTION_LINES && !is_test(path) && !TABLES.contains(&format!("{path}: {name}").as_str()) {
                long.push(format!("{path}:{}: {length} lines", at + 1));
            }
        }
    }
    assert!(long.is_empty(), "over {FUNCTION_LINES} lines:\n{}", long.join("\n"));
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
