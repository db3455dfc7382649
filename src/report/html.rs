//! HTML: one file that loads nothing and runs nothing. A policy in the file says so to the browser:
//! `default-src 'none'`, and the one style sheet is allowed by its digest. Whatever came from the
//! evidence is escaped; colours and sizes come from classes, never from attributes.

mod figures;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::value::{grouped, safe_name};
use super::{Report, Section, Value, Writer};
use crate::exposure::Outcome;

/// The style sheet; what stands between the tags is exactly what the policy's digest is of.
const STYLE: &str = include_str!("html/page.css");

/// The writer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Html<'a> {
    /// What figures are drawn from; without it the page holds tables only.
    pub outcome: Option<&'a Outcome>,
}

impl Writer for Html<'_> {
    fn write(&self, report: &Report) -> Vec<u8> {
        let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'; \
             base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>Report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>Report</h1>\n"
        );
        out.push_str("<ul class=\"summary\">\n");
        for line in &report.summary {
            let _ = writeln!(out, "<li>{}</li>", text(line));
        }
        out.push_str("</ul>\n<nav aria-label=\"Sections\">\n");
        for section in &report.sections {
            let _ = writeln!(out, "<a href=\"#{}\">{}</a>", section.id, text(section.title));
        }
        out.push_str("</nav>\n<main>\n");
        for section in &report.sections {
            self.section(section, &mut out);
        }
        let _ = write!(
            out,
            "</main>\n<footer>{}</footer>\n</body>\n</html>\n",
            concat!("breachwalk ", env!("CARGO_PKG_VERSION"))
        );
        out.into_bytes()
    }
}

impl Html<'_> {
    fn section(self, section: &Section, out: &mut String) {
        let _ = write!(out, "<section id=\"{}\">\n<h2>{}</h2>\n", section.id, text(section.title));
        match (section.id, self.outcome) {
            ("timeline", Some(outcome)) => figures::timeline(&outcome.timeline, out),
            ("tenant-classes", Some(outcome)) => figures::heat(outcome, out),
            _ => {}
        }
        if section.rows.is_empty() {
            out.push_str("<p class=\"note\">none</p>\n");
        } else {
            table(section, out);
        }
        if section.rows_cut > 0 {
            let _ = writeln!(out, "<p class=\"note\">… and {} more.</p>", grouped(section.rows_cut));
        }
        for note in &section.notes {
            let _ = writeln!(out, "<p class=\"note\">{}</p>", text(note));
        }
        out.push_str("</section>\n");
    }
}

fn table(section: &Section, out: &mut String) {
    let visible = section.visible();
    let class = |at: usize| if section.is_number(at) { " class=\"n\"" } else { "" };
    let classes: Vec<&str> = visible.iter().map(|at| class(*at)).collect();
    out.push_str("<div class=\"scroll\"><table>\n<thead><tr>");
    for (at, class) in visible.iter().zip(&classes) {
        let title = section.columns.get(*at).map_or("", |c| c.title);
        let _ = write!(out, "<th scope=\"col\"{class}>{}</th>", text(title));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &section.rows {
        out.push_str("<tr>");
        for (at, class) in visible.iter().zip(&classes) {
            let _ = write!(out, "<td{class}>{}</td>", row.get(*at).map(cell).unwrap_or_default());
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
}

/// A cell. There is room, so that names and digests stand in full.
fn cell(value: &Value) -> String {
    match value {
        Value::Name(whole) | Value::Digest(whole) => text(whole),
        other => markup(&other.pretty()),
    }
}

/// Text made harmless: characters that hide or act become visible, those of HTML become entities.
pub(super) fn text(text: &str) -> String {
    markup(&safe_name(text))
}

/// Entities for what HTML reads, in elements and in quoted attributes.
fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_hidden_characters_stay_text() {
        assert_eq!(text("<img src=x onerror='a'>\u{202e}&"), "&lt;img src=x onerror=&#39;a&#39;&gt;\\u{202e}&amp;");
    }

    /// The policy is worth nothing if the style sheet could end its element or load something.
    #[test]
    fn the_style_sheet_is_plain() {
        for word in ["</", "url(", "@import", "expression(", "<!--"] {
            assert!(!STYLE.contains(word), "{word}");
        }
    }
}
