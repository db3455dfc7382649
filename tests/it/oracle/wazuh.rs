//! Wazuh's rule tests: `.ini` sections of `log N pass = LINE` with the decoder that must take them.

use crate::support;

/// The lines of a section with the decoder's name.
fn sections(text: &str) -> Vec<(String, Vec<String>)> {
    let mut out: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') && line.ends_with(']') {
            out.push((String::new(), Vec::new()));
        }
        let Some((key, value)) = line.split_once(" = ") else { continue };
        let Some(section) = out.last_mut() else { continue };
        if key.starts_with("log ") {
            section.1.push(value.to_owned());
        } else if key == "decoder" {
            value.trim().clone_into(&mut section.0);
        }
    }
    out
}

/// Access-log lines are exchanges; lines of error logs are not taken for answered requests: they
/// carry no status.
#[test]
fn wazuh_agrees() {
    let Some(folder) = support::corpora() else { return };
    let (mut failures, mut access) = (Vec::new(), 0);
    for path in support::files(&folder.join("logs")) {
        let name = support::name(&folder, &path);
        if !name.contains("/wazuh__") {
            continue;
        }
        for (n, (decoder, lines)) in sections(&String::from_utf8_lossy(&support::read(&path))).iter().enumerate() {
            for line in lines {
                let items = support::parse_bytes(format!("{line}\n").as_bytes());
                let seen = items.iter().find_map(|i| i.seen());
                let is_access = decoder.contains("access");
                access += usize::from(is_access);
                if is_access && seen.is_none_or(|s| s.text("status").is_none()) {
                    failures.push(format!("{name} section {}: no exchange of {decoder}", n + 1));
                }
                if !is_access && seen.is_some_and(|s| s.columns.contains_key("status")) {
                    failures.push(format!("{name} section {}: {decoder} taken for an answered request", n + 1));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", support::list(&failures, 40));
    assert!(access > 0, "no access-log section found");
}
