//! How templates are written: parameters are named after the segment before them.

use super::trie::{Node, PARAM, ROOT, Trie, is_placeholder};
use super::word::{is_version, singular};
use super::{Parameter, Template};

/// The templates of a trie: node and text.
pub(super) fn write(trie: &Trie, host: &str) -> Vec<(u32, Template)> {
    let mut out = Vec::new();
    let root = Template { host: host.to_owned(), path: String::new(), parameters: Vec::new() };
    walk(trie, ROOT, &root, &mut Vec::new(), &mut out);
    out
}

fn walk<'t>(trie: &'t Trie, at: u32, so_far: &Template, words: &mut Vec<&'t str>, out: &mut Vec<(u32, Template)>) {
    let Some(node) = trie.node(at) else { return };
    if node.methods != 0 {
        let mut template = so_far.clone();
        if template.path.is_empty() {
            template.path.push('/');
        }
        out.push((at, template));
    }
    for (symbol, kid) in &node.kids {
        let Some(child) = trie.node(*kid) else { continue };
        let mut next = so_far.clone();
        let text = trie.text(*symbol);
        next.path.push('/');
        let placeholder = text.find('}').filter(|_| text.starts_with('{') && *symbol != PARAM);
        if *symbol == PARAM {
            add(&mut next, &name(trie, child, words), words.len(), "");
        } else if let Some(end) = placeholder {
            let suffix = text.get(end + 1..).unwrap_or_default();
            add(&mut next, &after(words, "id"), words.len(), suffix);
        } else {
            next.path.push_str(text);
        }
        words.push(if *symbol == PARAM || placeholder.is_some() { "" } else { text });
        walk(trie, *kid, &next, words, out);
        words.pop();
    }
}

/// Appends a parameter under a name that the template does not have yet.
fn add(template: &mut Template, wanted: &str, segment: usize, suffix: &str) {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while template.parameters.iter().any(|p| p.name == name) {
        name = format!("{wanted}_{number}");
        number += 1;
    }
    template.path.push('{');
    template.path.push_str(&name);
    template.path.push('}');
    template.path.push_str(suffix);
    template.parameters.push(Parameter { name, segment, suffix: suffix.len() });
}

/// The name of a parameter: of its kind if nearly all values are of one that says what it is.
fn name(trie: &Trie, node: &Node, words: &[&str]) -> String {
    let (mut kinds, total) = (node.kinds.clone(), node.total);
    kinds.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| trie.text(*a).cmp(trie.text(*b))));
    if let Some((kind, weight)) = kinds.first() {
        let text = trie.text(*kind);
        let inner = if is_placeholder(text) { text.get(1..text.len() - 1).unwrap_or_default() } else { "" };
        // An override weighs more than all traffic.
        if *weight == u64::MAX {
            return inner.to_owned();
        }
        // 80 % of the traffic.
        if u128::from(*weight) * 5 >= u128::from(total) * 4 {
            match inner {
                "locale" => return "lang".to_owned(),
                "date" | "email" | "phone" | "ip" => return inner.to_owned(),
                "geo" => return "location".to_owned(),
                _ => {}
            }
        }
    }
    after(words, "id")
}

/// `store_id` after `stores`; versions, parameters and prefixes such as `api` name nothing.
fn after(words: &[&str], what: &str) -> String {
    let named =
        |word: &&&str| !word.is_empty() && !is_version(&word.to_ascii_lowercase()) && !matches!(**word, "api" | "rest");
    match words.iter().rev().find(named) {
        Some(word) => {
            let word = snake(&singular(word));
            if word.is_empty() { what.to_owned() } else { format!("{word}_{what}") }
        }
        None => what.to_owned(),
    }
}

/// `menuItem` and `menu-item` are `menu_item`; whatever no name holds is left out.
fn snake(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 4);
    for c in word.chars() {
        if c.is_ascii_uppercase()
            && !out.is_empty()
            && !out.ends_with('_')
            && !out.ends_with(|c: char| c.is_ascii_uppercase())
        {
            out.push('_');
        }
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'A'..='Z' => out.push(c.to_ascii_lowercase()),
            _ if !c.is_ascii() && c.is_alphanumeric() => out.push(c),
            _ if !out.is_empty() && !out.ends_with('_') => out.push('_'),
            _ => {}
        }
    }
    out.trim_end_matches('_').to_owned()
}
