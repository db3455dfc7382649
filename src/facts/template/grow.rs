//! Which siblings are values of one parameter.
//!
//! Bottom up, at every node: the static children that may be values are compared by what lies below
//! them. Those that share it (or end here with the usual methods) form a group; the group becomes a
//! parameter if it has at least [`SIBLINGS`] members and enough speaks for it ([`evidence`]). The
//! subtrees are then joined, looked at again, and the siblings that fit the result follow.
//!
//! The tests follow what Akto (ten similar siblings), Metlo (share of a token among its siblings)
//! and Good and Turing (unseen mass: share of the traffic on children seen once) offer; the weights
//! are this project's own, tried on described APIs.

use hashbrown::{HashMap, HashSet};

use super::trie::{Node, PARAM, ROOT, Trie, add_kind};
use super::word::{Word, is_version};

/// Fewer siblings are never a parameter.
const SIBLINGS: usize = 10;
/// Share of a child's labels that the group must share: the facts' Jaccard threshold.
const ALIKE: f64 = 0.7;
/// A leaf with more of the group's traffic than this is a route of its own.
const HEAVY: f64 = 0.05;
/// Unseen mass (Good-Turing) above which new values keep coming.
const GROWING: f64 = 0.05;
/// Weight of evidence that makes a parameter.
const ENOUGH: f64 = 3.0;
/// Levels below a child that are compared.
const LEVELS: u32 = 3;

/// Collapses the whole trie.
pub(super) fn collapse(trie: &mut Trie) {
    below(trie, ROOT, &mut Vec::new());
    trie.index();
}

fn below(trie: &mut Trie, at: u32, path: &mut Vec<u32>) {
    let kids = trie.node(at).map(|n| n.kids.clone()).unwrap_or_default();
    for (symbol, kid) in kids {
        path.push(symbol);
        below(trie, kid, path);
        path.pop();
    }
    languages(trie, at);
    // What is left may be alike once the commonest group is gone.
    while siblings(trie, at, path) {}
}

/// A child that may be a value.
struct Child {
    node: u32,
    word: Word,
    total: u64,
    methods: u32,
    /// Level and symbol of everything below it, sorted.
    labels: Vec<(u32, u32)>,
}

impl Child {
    fn is_leaf(&self) -> bool {
        self.labels.is_empty()
    }
}

/// Makes one group a parameter, if there is one. Each time at least [`SIBLINGS`] nodes fewer are left.
fn siblings(trie: &mut Trie, at: u32, path: &mut Vec<u32>) -> bool {
    let Some(node) = trie.node(at) else { return false };
    if node.kids.len() < SIBLINGS {
        return false;
    }
    let children = candidates(trie, node);
    if children.len() < SIBLINGS {
        return false;
    }
    let known = node.kids.iter().find(|(symbol, _)| *symbol == PARAM).map(|(_, kid)| *kid);
    let shared = Shared::of(trie, &children, known);
    let alike: Vec<&Child> = children.iter().filter(|c| shared.alike(c)).collect();
    let total: u64 = alike.iter().map(|c| c.total).sum();
    let slugs = mean_slug(&alike);
    let group: Vec<&Child> = alike.into_iter().filter(|c| !stands_out(c, total, slugs)).collect();
    if group.len() < SIBLINGS || evidence(trie, path, &group, &shared, known.is_some()) < ENOUGH {
        return false;
    }
    let taken: HashSet<u32> = group.iter().map(|c| c.node).collect();
    let merged = join(trie, at, &taken);
    path.push(PARAM);
    again(trie, merged, path);
    // What has too little traffic to show the whole subtree, but nothing that the others lack.
    let more: HashSet<u32> = children
        .iter()
        .filter(|c| !taken.contains(&c.node) && !stands_out(c, total, slugs) && fits(trie, c.node, merged))
        .map(|c| c.node)
        .collect();
    if let Some(node) = trie.nodes.get_mut(at as usize) {
        node.kids.retain(|(_, kid)| !more.contains(kid));
    }
    // Sums only: the order of the set means nothing.
    for child in more {
        absorb(trie, child, merged);
    }
    path.pop();
    true
}

/// Joined subtrees have more children: each level is looked at again.
fn again(trie: &mut Trie, at: u32, path: &mut Vec<u32>) {
    below(trie, at, path);
}

fn candidates(trie: &Trie, node: &Node) -> Vec<Child> {
    let child = |&(symbol, kid): &(u32, u32)| {
        let word = trie.word(symbol);
        if symbol == PARAM || word.fixed {
            return None;
        }
        let node = trie.node(kid)?;
        let mut labels = Vec::new();
        collect(trie, node, 1, &mut labels);
        labels.sort_unstable();
        labels.dedup();
        Some(Child { node: kid, word, total: node.total, methods: node.methods, labels })
    };
    node.kids.iter().filter_map(child).collect()
}

fn collect(trie: &Trie, node: &Node, level: u32, labels: &mut Vec<(u32, u32)>) {
    for (symbol, kid) in &node.kids {
        labels.push((level, *symbol));
        if level < LEVELS
            && let Some(kid) = trie.node(*kid)
        {
            collect(trie, kid, level + 1, labels);
        }
    }
}

/// What many of the children have in common.
struct Shared {
    /// Labels by how many children have them; rare ones left out.
    labels: HashMap<(u32, u32), usize>,
    /// Methods that are common where a child is an endpoint itself.
    methods: u32,
    children: usize,
}

impl Shared {
    fn of(trie: &Trie, children: &[Child], known: Option<u32>) -> Self {
        let mut labels: HashMap<(u32, u32), usize> = HashMap::new();
        let mut bits = [0_usize; 32];
        for child in children {
            for label in &child.labels {
                *labels.entry(*label).or_default() += 1;
            }
            for (bit, count) in bits.iter_mut().enumerate() {
                *count += usize::from(child.methods & (1 << bit) != 0);
            }
        }
        let enough = children.len().div_ceil(5).max(3);
        labels.retain(|_, n| *n >= enough);
        let mut methods = 0;
        let ends = children.iter().filter(|c| c.methods != 0).count();
        for (bit, count) in bits.iter().enumerate() {
            if *count > 0 && *count * 10 >= ends {
                methods |= 1 << bit;
            }
        }
        // A parameter already there says what its values have below them.
        if let Some(node) = known.and_then(|at| trie.node(at)) {
            let mut own = Vec::new();
            collect(trie, node, 1, &mut own);
            for label in own {
                labels.entry(label).or_insert(enough);
            }
            methods |= node.methods;
        }
        Self { labels, methods, children: children.len() }
    }

    fn alike(&self, child: &Child) -> bool {
        let share = |from: u32, to: u32| {
            let own = child.labels.iter().filter(|(level, _)| (from..=to).contains(level));
            let (all, shared) = own.fold((0, 0), |(a, s), l| (a + 1, s + usize::from(self.labels.contains_key(l))));
            all > 0 && ratio(shared, all) >= ALIKE
        };
        // Values of a second parameter differ from child to child: then one level that agrees counts.
        // A rare method is no sign where the words below agree.
        child.is_leaf() && child.methods & !self.methods == 0
            || share(1, LEVELS)
            || (1..=LEVELS).any(|level| share(level, level))
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { to_f64(part as u64) / to_f64(whole as u64) }
}

#[allow(clippy::cast_precision_loss)] // counts far below 2^52
fn to_f64(n: u64) -> f64 {
    n as f64
}

/// 0 to 1.
fn mean_slug(group: &[&Child]) -> f64 {
    let sum: u64 = group.iter().map(|c| u64::from(c.word.slug)).sum();
    ratio(sum as usize, group.len() * 10)
}

/// Whether a leaf has a share of the traffic that no value of many would have. What looks like the
/// other values may be the popular one.
fn stands_out(child: &Child, total: u64, slugs: f64) -> bool {
    child.is_leaf()
        && to_f64(child.total) > to_f64(total) * HEAVY.max(0.5 * slugs)
        && child.total >= 20
        && child.word.slug == 0
}

/// What speaks for a parameter and against it. One point is roughly a factor of two.
fn evidence(trie: &Trie, path: &[u32], group: &[&Child], shared: &Shared, known: bool) -> f64 {
    let count = group.len();
    let hits: u64 = group.iter().map(|c| c.total).sum();
    let once = group.iter().filter(|c| c.total == 1).count();
    let share = |test: fn(&Child) -> bool| ratio(group.iter().filter(|c| test(c)).count(), count);
    // Many siblings: one point each time they double.
    let mut score = (ratio(count, SIBLINGS)).log2().min(5.0);
    // Routes are soon all known however much traffic there is; values keep coming.
    if to_f64(count as u64) < 0.3 * to_f64(hits).sqrt() {
        score -= 1.0;
    }
    // Where everything was seen once nothing can be said.
    let unseen = to_f64(once as u64) / to_f64(hits.max(1));
    if unseen > GROWING && hits >= 3 * count as u64 / 2 {
        score += 1.0;
    }
    score += 3.0 * mean_slug(group);
    // The same words below each: `/r/…/menu`.
    let common = shared.labels.iter().filter(|((_, s), n)| *s != PARAM && **n * 2 >= shared.children).count();
    score += match common {
        0 => 0.0,
        1 => 2.0,
        _ => 3.0,
    };
    if known {
        score += 2.0;
    }
    score += place(trie, path);
    // Collections and operations are routes.
    if share(|c| c.word.plural) >= 0.4 {
        score -= 3.0;
    }
    if share(|c| c.word.verb) >= 0.3 {
        score -= 3.0;
    }
    let modal = group.iter().map(|c| c.methods).filter(|m| *m != 0).fold(HashMap::<u32, usize>::new(), |mut sum, m| {
        *sum.entry(m).or_default() += 1;
        sum
    });
    let ends: usize = modal.values().sum();
    if ratio(modal.values().copied().max().unwrap_or(0), ends.max(1)) < 0.6 && ends > 0 && hits < 5 * count as u64 {
        score -= 1.0;
    }
    score
}

/// What the words before say: a value follows a collection, a route follows `api`.
fn place(trie: &Trie, path: &[u32]) -> f64 {
    let meaningful = |s: &&u32| **s != PARAM && !is_version(trie.text(**s));
    let Some(last) = path.iter().rev().find(meaningful) else { return -1.0 };
    let (text, word) = (trie.text(*last), trie.word(*last));
    match text {
        "api" | "apis" | "rest" | "rpc" | "ajax" | "services" | "external" | "internal" | "public" => -2.0,
        // `/r/spice-villa`, `/u/asha`.
        _ if text.len() <= 2 || word.plural => 2.0,
        _ => 0.0,
    }
}

/// Whether everything at and below `child` is described by `model`.
fn fits(trie: &Trie, child: u32, model: u32) -> bool {
    let (Some(child), Some(model)) = (trie.node(child), trie.node(model)) else { return false };
    let find = |symbol: u32| model.kids.iter().find(|(s, _)| *s == symbol).map(|(_, kid)| *kid);
    child.methods & !model.methods == 0
        && child.kids.iter().all(|(symbol, kid)| {
            let open = if trie.word(*symbol).fixed { None } else { find(PARAM) };
            find(*symbol).or(open).is_some_and(|m| fits(trie, *kid, m))
        })
}

/// Adds a subtree that [`fits`] to its model, which gets no new nodes by it.
fn absorb(trie: &mut Trie, child: u32, model: u32) {
    let Some(child) = trie.nodes.get_mut(child as usize).map(std::mem::take) else { return };
    let Some(node) = trie.nodes.get_mut(model as usize) else { return };
    node.methods |= child.methods;
    node.total = node.total.saturating_add(child.total);
    for (kind, weight) in child.kinds {
        add_kind(&mut node.kinds, kind, weight);
    }
    let kids = node.kids.clone();
    for (symbol, kid) in child.kids {
        let find = |wanted: u32| kids.iter().find(|(s, _)| *s == wanted).map(|(_, kid)| *kid);
        if let Some(model) = find(symbol).or_else(|| find(PARAM)) {
            absorb(trie, kid, model);
        }
    }
}

/// Joins some children of a node, with its parameter if it has one, into its parameter.
fn join(trie: &mut Trie, at: u32, taken: &HashSet<u32>) -> u32 {
    let Some(node) = trie.nodes.get_mut(at as usize) else { return at };
    let (mut moved, mut kept): (Vec<_>, Vec<_>) =
        std::mem::take(&mut node.kids).into_iter().partition(|(s, kid)| *s == PARAM || taken.contains(kid));
    // The parameter first: it keeps its number.
    moved.sort_unstable_by_key(|(s, _)| *s != PARAM);
    let Some((_, target)) = moved.first().copied() else { return at };
    kept.push((PARAM, target));
    node.kids = kept;
    let others = moved.into_iter().skip(1).map(|(_, kid)| kid).collect();
    merge(trie, target, others);
    target
}

/// Adds subtrees to a node: children with the same symbol become one.
fn merge(trie: &mut Trie, target: u32, others: Vec<u32>) {
    let mut kids: Vec<(u32, u32)> = trie.node(target).map(|n| n.kids.clone()).unwrap_or_default();
    for other in others {
        let Some(other) = trie.nodes.get_mut(other as usize) else { continue };
        let other = std::mem::take(other);
        kids.extend(other.kids);
        let Some(node) = trie.nodes.get_mut(target as usize) else { return };
        node.methods |= other.methods;
        node.total = node.total.saturating_add(other.total);
        for (kind, weight) in other.kinds {
            add_kind(&mut node.kinds, kind, weight);
        }
    }
    // By symbol, not by number of node, which is the order of insertion; that one only breaks ties.
    kids.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::with_capacity(kids.len().min(64));
    for same in kids.chunk_by(|a, b| a.0 == b.0) {
        let Some(((symbol, first), rest)) = same.split_first() else { continue };
        if !rest.is_empty() {
            merge(trie, *first, rest.iter().map(|(_, kid)| *kid).collect());
        }
        joined.push((*symbol, *first));
    }
    if let Some(node) = trie.nodes.get_mut(target as usize) {
        node.kids = joined;
    }
}

/// Two or more languages side by side, with the same below them, are one parameter.
fn languages(trie: &mut Trie, at: u32) {
    let Some(node) = trie.node(at) else { return };
    let found: Vec<(u32, u32)> = node.kids.iter().filter(|(s, _)| trie.word(*s).language).copied().collect();
    if found.len() < 2 {
        return;
    }
    let mut seen: HashMap<u32, usize> = HashMap::new();
    let mut leaves = 0;
    for (_, kid) in &found {
        let kids = trie.node(*kid).map(|n| n.kids.as_slice()).unwrap_or_default();
        leaves += usize::from(kids.is_empty());
        for (symbol, _) in kids {
            *seen.entry(*symbol).or_default() += 1;
        }
    }
    if seen.values().any(|n| *n >= 2) || leaves == found.len() && leaves >= 3 {
        let taken = found.iter().map(|(_, kid)| *kid).collect();
        let total = found.iter().filter_map(|(_, kid)| trie.node(*kid)).map(|n| n.total).sum();
        let merged = join(trie, at, &taken);
        let kind = trie.symbol("{locale}");
        if let Some(node) = trie.nodes.get_mut(merged as usize) {
            add_kind(&mut node.kinds, kind, total);
        }
    }
}
