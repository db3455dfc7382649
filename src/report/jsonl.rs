//! JSON lines: one row a line, with the section it belongs to.

use super::json::{escaped, object};
use super::{Report, Writer};

/// The writer.
#[derive(Debug, Clone, Copy)]
pub struct Jsonl;

impl Writer for Jsonl {
    fn write(&self, report: &Report) -> Vec<u8> {
        let mut out = String::new();
        for section in &report.sections {
            for row in &section.rows {
                let mut line = serde_json::Map::new();
                line.insert("section".into(), section.id.into());
                line.extend(object(section, row));
                out.push_str(&escaped(&serde_json::Value::Object(line).to_string()));
                out.push('\n');
            }
        }
        out.into_bytes()
    }
}
