//! Path segments of one host as a trie. Nodes are numbers, segments are symbols: the learner
//! compares neither strings nor pointers.

use hashbrown::HashMap;

use super::ShapeCount;
use super::word;

/// Symbol of a segment that varies.
pub(super) const PARAM: u32 = 0;
/// The root's number.
pub(super) const ROOT: u32 = 0;
/// Segments of a path that count; what follows is left out. Deeper paths are file trees
/// and attacks, and the learner recurses.
pub(super) const MAX_SEGMENTS: usize = 24;
/// Not a template.
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    /// Symbol and node.
    pub(super) kids: Vec<(u32, u32)>,
    /// Which methods end here: bits numbered by first sight, the 31st for all others.
    pub(super) methods: u32,
    /// Exchanges that end here or below.
    pub(super) total: u64,
    /// Of a parameter: exchanges by kind (a symbol such as `{n}`).
    pub(super) kinds: Vec<(u32, u64)>,
    template: u32,
}

#[derive(Debug)]
pub(super) struct Trie {
    pub(super) nodes: Vec<Node>,
    symbols: HashMap<String, u32>,
    pub(super) words: Vec<word::Word>,
    texts: Vec<String>,
    edges: HashMap<(u32, u32), u32>,
    methods: Vec<String>,
}

impl Default for Trie {
    fn default() -> Self {
        let mut trie = Self {
            nodes: vec![Node { template: NONE, ..Node::default() }],
            symbols: HashMap::new(),
            words: Vec::new(),
            texts: Vec::new(),
            edges: HashMap::new(),
            methods: Vec::new(),
        };
        trie.symbol("{}");
        trie
    }
}

/// A segment without its matrix parameters.
pub(super) fn without_matrix(segment: &str) -> &str {
    segment.split_once(';').map_or(segment, |(value, _)| value)
}

/// The segments of a shape or a path that count.
pub(super) fn segments(path: &str) -> impl Iterator<Item = &str> + Clone {
    path.split('/').map(without_matrix).filter(|s| !s.is_empty())
}

/// Whether a segment of a shape is a placeholder.
pub(super) fn is_placeholder(segment: &str) -> bool {
    segment.len() > 2 && segment.starts_with('{') && segment.ends_with('}')
}

impl Trie {
    pub(super) fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)
    }

    pub(super) fn text(&self, symbol: u32) -> &str {
        self.texts.get(symbol as usize).map_or("", String::as_str)
    }

    pub(super) fn word(&self, symbol: u32) -> word::Word {
        self.words.get(symbol as usize).copied().unwrap_or_default()
    }

    pub(super) fn symbol(&mut self, text: &str) -> u32 {
        if let Some(symbol) = self.symbols.get(text) {
            return *symbol;
        }
        let symbol = self.texts.len() as u32;
        self.symbols.insert(text.to_owned(), symbol);
        self.texts.push(text.to_owned());
        self.words.push(word::Word::of(text));
        symbol
    }

    fn method_bit(&mut self, method: &str) -> u32 {
        let at = self.methods.iter().position(|m| m == method).unwrap_or_else(|| {
            self.methods.push(method.to_owned());
            self.methods.len() - 1
        });
        1 << at.min(31)
    }

    fn child(&mut self, parent: u32, symbol: u32) -> u32 {
        if let Some(child) = self.edges.get(&(parent, symbol)) {
            return *child;
        }
        let child = self.nodes.len() as u32;
        self.nodes.push(Node { template: NONE, ..Node::default() });
        self.edges.insert((parent, symbol), child);
        if let Some(node) = self.nodes.get_mut(parent as usize) {
            node.kids.push((symbol, child));
        }
        child
    }

    /// Adds one shape. Placeholders become parameters, and so does what an override names.
    pub(super) fn insert(&mut self, shape: &ShapeCount<'_>, forced: &Forced<'_>) {
        let rule = forced.of(shape.path_shape);
        let weight = shape.count.max(1);
        let mut at = ROOT;
        self.add(at, weight);
        for (depth, segment) in segments(shape.path_shape).take(MAX_SEGMENTS).enumerate() {
            let named = rule.and_then(|r| r.get(depth)).copied();
            let kind = match named {
                Some(name) if is_placeholder(name) => Some(self.symbol(name)),
                // The analyst says that this one is no value.
                Some(_) => None,
                None => is_placeholder(segment).then(|| self.symbol(segment)),
            };
            let symbol = if kind.is_some() { PARAM } else { self.symbol(segment) };
            at = self.child(at, symbol);
            self.add(at, weight);
            let Some(node) = self.nodes.get_mut(at as usize) else { return };
            if let Some(kind) = kind {
                // The analyst's name outweighs all traffic.
                add_kind(&mut node.kinds, kind, if named.is_some() { u64::MAX } else { weight });
            }
        }
        let bit = self.method_bit(shape.method);
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.methods |= bit;
        }
    }

    fn add(&mut self, at: u32, weight: u64) {
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.total = node.total.saturating_add(weight);
        }
    }

    pub(super) fn set_template(&mut self, node: u32, template: usize) {
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.template = template as u32;
        }
    }

    /// Children by hash again, after the learner has joined nodes.
    pub(super) fn index(&mut self) {
        self.edges.clear();
        let mut open = vec![ROOT];
        while let Some(at) = open.pop() {
            let Some(node) = self.nodes.get(at as usize) else { continue };
            for (symbol, kid) in &node.kids {
                self.edges.insert((at, *symbol), *kid);
                open.push(*kid);
            }
        }
    }

    /// The template of a shape: words before parameters, and back where that leads nowhere.
    pub(super) fn find(&self, shape: &str) -> Option<usize> {
        self.find_from(ROOT, segments(shape).take(MAX_SEGMENTS).map(|s| self.symbols.get(s).copied()))
    }

    fn find_from<I: Iterator<Item = Option<u32>> + Clone>(&self, at: u32, mut rest: I) -> Option<usize> {
        let Some(symbol) = rest.next() else {
            return self.node(at).filter(|n| n.template != NONE).map(|n| n.template as usize);
        };
        let fixed = symbol.and_then(|symbol| self.edges.get(&(at, symbol)));
        fixed
            .and_then(|kid| self.find_from(*kid, rest.clone()))
            .or_else(|| self.find_from(*self.edges.get(&(at, PARAM))?, rest))
    }
}

pub(super) fn add_kind(kinds: &mut Vec<(u32, u64)>, kind: u32, weight: u64) {
    match kinds.iter_mut().find(|(k, _)| *k == kind) {
        Some((_, sum)) => *sum = sum.saturating_add(weight),
        None => kinds.push((kind, weight)),
    }
}

/// The analyst's templates, longest first.
#[derive(Debug)]
pub(super) struct Forced<'o>(Vec<Vec<&'o str>>);

impl<'o> Forced<'o> {
    pub(super) fn new(overrides: &'o [String]) -> Self {
        let mut rules: Vec<Vec<&str>> = overrides.iter().map(|o| segments(o).collect()).collect();
        // Of two as long, the one with more fixed segments; then by text, so that order means nothing.
        let key = |rule: &Vec<&'o str>| (rule.len(), rule.iter().filter(|s| !is_placeholder(s)).count());
        rules.sort_by(|a, b| key(b).cmp(&key(a)).then_with(|| a.cmp(b)));
        Self(rules)
    }

    /// The rule for a shape: the longest that the shape begins with.
    fn of(&self, shape: &str) -> Option<&[&'o str]> {
        if self.0.is_empty() {
            return None;
        }
        let path: Vec<&str> = segments(shape).collect();
        let fits = |rule: &&Vec<&str>| {
            rule.len() <= path.len() && rule.iter().zip(&path).all(|(r, s)| is_placeholder(r) || r == s)
        };
        self.0.iter().find(fits).map(Vec::as_slice)
    }

    /// Whether a rule describes the whole shape.
    pub(super) fn settles(&self, shape: &str) -> bool {
        self.of(shape).is_some_and(|rule| rule.len() == segments(shape).count())
    }
}
