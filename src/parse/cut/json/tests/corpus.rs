//! Real HARs, where they are at hand: `BREACHWALK_CORPORA` names their folder.

use super::*;
use serde_json::Value;

/// The document as a tree, wrappers off; `None` where it is no JSON.
fn tree(text: &[u8]) -> Option<Value> {
    let open = memchr::memchr(b'{', text)?;
    serde_json::Deserializer::from_slice(&text[open..]).into_iter().next()?.ok()
}

/// Entries that the tree holds; a document without them counts as one record.
fn expected(tree: &Value) -> usize {
    match tree.pointer("/log/entries") {
        Some(Value::Array(entries)) => entries.iter().filter(|e| e.is_object()).count(),
        _ => 1,
    }
}

#[test]
fn real_hars() {
    let Some(corpora) = std::env::var_os("BREACHWALK_CORPORA") else {
        eprintln!("skipped: BREACHWALK_CORPORA is not set");
        return;
    };
    let mut seen = 0;
    let mut wrong = Vec::new();
    for file in std::fs::read_dir(std::path::Path::new(&corpora).join("har")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut text = std::fs::read(&path).unwrap();
        if text.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(&text[..]), &mut plain).unwrap();
            text = plain;
        }
        seen += 1;
        let head = &text[..text.len().min(crate::domain::limits::SNIFF_BYTES)];
        let outcome = feed(JsonCutter::new(64 << 10), &text, &[8000]);
        assert_eq!(outcome.chunks, feed(JsonCutter::new(64 << 10), &text, &[text.len()]).chunks, "{name}");
        let all = pieces(&outcome, &text);
        let records = only(&all, What::Record).len();
        let sound = all.iter().all(|(w, _)| !matches!(w, What::Reject(_)));
        if let Some(tree) = tree(&text) {
            let parts = only(&all, What::Record).iter().all(|r| serde_json::from_str::<Value>(r).is_ok());
            if records != expected(&tree) || !sound || !parts {
                wrong.push(format!("{name}: {records} records, {} expected, sound {sound}", expected(&tree)));
            }
            let lines =
                tree.is_object() && tree.pointer("/log/entries").is_none() && !text.trim_ascii().contains(&b'\n');
            if looks_like(head) == lines {
                wrong.push(format!("{name}: layout"));
            }
        } else {
            wrong.push(format!("{name}: no tree, {records} records, sound {sound}, {:?}", list(outcome.repairs)));
        }
    }
    assert!(seen > 100, "{seen} files");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
