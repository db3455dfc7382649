//! What is registered is complete, and the README says the same.

use breachwalk::classify::classes;
use breachwalk::classify::signals::SIGNALS;
use breachwalk::detect;

use crate::tidy::{is_test, root, rust, text};

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

/// The text between two lines of the README. With `UPDATE_GOLDEN=1` it is written again.
fn readme_says(marker: &str, table: &str) {
    let path = root().join("README.md");
    let readme = text(&path);
    let (open, close) = (format!("<!-- {marker} -->\n"), format!("<!-- /{marker} -->"));
    let Some((before, rest)) = readme.split_once(&open) else { panic!("README.md has no {open}") };
    let Some((said, after)) = rest.split_once(&close) else { panic!("README.md has no {close}") };
    if std::env::var_os("UPDATE_GOLDEN").is_some() && said != table {
        std::fs::write(&path, format!("{before}{open}{table}{close}{after}")).unwrap();
        return;
    }
    let first = said.lines().zip(table.lines()).find(|(a, b)| a != b);
    assert!(said == table, "README.md, {marker}: {first:?}; UPDATE_GOLDEN=1 writes the table again");
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn the_readme_lists_the_classes() {
    let mut table = "| id | class | kind |\n|---|---|---|\n".to_owned();
    for m in classes::ALL.iter().map(|c| c.meta()) {
        let kind = format!("{:?}", m.sensitivity).to_lowercase();
        table += &format!("| `{}` | {} | {kind} |\n", m.id, cell(m.title));
    }
    readme_says("classes", &table);
}

#[test]
fn the_readme_lists_the_detectors() {
    let mut table = "| id | detector | OWASP |\n|---|---|---|\n".to_owned();
    for m in detect::ALL.iter().map(|d| d.meta()) {
        table += &format!("| `{}` | {} | {} |\n", m.id, cell(m.title), m.owasp.join(" "));
    }
    readme_says("detectors", &table);
}

/// A file under `src/detect/rules` that holds a detector stands in the registry.
#[test]
fn every_detector_is_registered() {
    let registry = text(&root().join("src/detect/rules.rs"));
    let all = registry.split("pub static ALL").nth(1).unwrap().split("];").next().unwrap();
    let mut defined = 0;
    for (path, text) in rust("src/detect/rules").iter().filter(|(p, _)| !is_test(p)) {
        for line in text.lines().filter(|l| l.starts_with("impl Detector for ")) {
            let name = line.trim_start_matches("impl Detector for ").split([' ', '{']).next().unwrap();
            let module = path.trim_start_matches("src/detect/rules/").trim_end_matches(".rs").replace('/', "::");
            defined += 1;
            assert!(all.contains(&format!("&{module}::{name},")), "{path}: {name} is not in rules::ALL");
        }
    }
    assert_eq!(defined, detect::ALL.len(), "detectors defined and detectors registered");
}

/// `pub(super) static PHONE_IN: Rule = …` stands in the registry as `&contact::PHONE_IN`.
#[test]
fn every_class_is_registered() {
    let registry = text(&root().join("src/classify/classes.rs"));
    let all = registry.split("pub static ALL").nth(1).unwrap().split("];").next().unwrap();
    let named = all.lines().filter(|l| l.trim_start().starts_with('&')).count();
    assert_eq!(named, classes::ALL.len());
    let mut ids: Vec<&str> = classes::ALL.iter().map(|c| c.meta().id).collect();
    for module in rust("src/classify/classes").iter().filter(|(p, _)| !is_test(p)) {
        let name = module.0.trim_start_matches("src/classify/classes/").trim_end_matches(".rs");
        let holds = module.1.contains("classes! {");
        assert!(!holds || all.contains(&format!("&{}::", name.split('/').next().unwrap())), "{name} is in no registry");
    }
    let n = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), n, "an id stands twice");
}

/// Every `family.word` that the checks write down is in the table, and each of the table is written.
#[test]
fn every_signal_is_registered() {
    let families: Vec<&str> = SIGNALS.iter().filter_map(|s| s.id.split('.').next()).collect();
    let mut written = std::collections::BTreeSet::new();
    let mut files = rust("src/classify/signals");
    files.push(("src/classify/signals.rs".to_owned(), text(&root().join("src/classify/signals.rs"))));
    for (_, text) in files.iter().filter(|(p, _)| !is_test(p) && !p.ends_with("registry.rs")) {
        for quoted in text.split('"').skip(1).step_by(2) {
            let is_id = quoted.split_once('.').is_some_and(|(f, w)| {
                families.contains(&f)
                    && !w.is_empty()
                    && w.bytes().all(|b| b.is_ascii_lowercase() || b"-0123456789".contains(&b))
            });
            if is_id {
                written.insert(quoted.to_owned());
            }
        }
    }
    let ids: std::collections::BTreeSet<String> = SIGNALS.iter().map(|s| s.id.to_owned()).collect();
    let unknown: Vec<_> = written.difference(&ids).collect();
    assert!(unknown.is_empty(), "not in the table: {unknown:?}");
    let unused: Vec<_> = ids.difference(&written).collect();
    assert!(unused.is_empty(), "in the table, and nothing writes it: {unused:?}");
}
