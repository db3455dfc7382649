//! Endpoint templates, learnt from the shapes of a case's paths: `/r/spice-villa/menu` and its
//! siblings become `/r/{r_id}/menu`.
//!
//! Each host has a trie of path segments. What [`path_shape`](super::path_shape) has typed is a
//! parameter already. Static siblings become one where they behave like values of one thing, which
//! `grow` weighs; the rest stay. Requests that only ever met 404 teach nothing: a path that no
//! template describes goes to the bucket [`SCAN`]. What comes out depends on the set of shapes, not
//! on their order.

mod grow;
mod name;
mod trie;
mod word;

#[cfg(test)]
mod tests;

use hashbrown::HashMap;

use trie::{Forced, Trie};

/// Template of paths that nothing answers: scanning, typing errors, dead links.
pub const SCAN: &str = "{scan}";

/// One distinct shape of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShapeCount<'a> {
    /// As logged.
    pub method: &'a str,
    /// As logged; empty where the log names none.
    pub host: &'a str,
    /// As [`path_shape`](super::path_shape) writes it.
    pub path_shape: &'a str,
    /// Exchanges.
    pub count: u64,
    /// Of these, exchanges not answered 404.
    pub answered: u64,
}

/// A segment that varies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// `store_id`; unique within the template.
    pub name: String,
    /// 0-based segment of the path, empty segments not counted.
    pub segment: usize,
    /// Bytes of a fixed extension after the value: 5 for `{order_id}.json`.
    suffix: usize,
}

/// One path template of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Lower case; empty where the logs name none.
    pub host: String,
    /// `/stores/{store_id}/orders`, or [`SCAN`].
    pub path: String,
    /// In the order of the path.
    pub parameters: Vec<Parameter>,
}

/// A method on a template, with its traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// As logged.
    pub method: String,
    /// Index into [`Templates::all`].
    pub template: usize,
    /// Distinct shapes.
    pub shapes: u64,
    /// Exchanges.
    pub count: u64,
    /// Of these, exchanges not answered 404.
    pub answered: u64,
}

/// All templates of a case.
#[derive(Debug)]
pub struct Templates {
    /// Sorted by host and path.
    all: Vec<Template>,
    /// Sorted by template and method.
    seen: Vec<Seen>,
    hosts: HashMap<String, usize>,
    tries: Vec<Trie>,
    /// Template of [`SCAN`] by trie.
    scans: Vec<usize>,
}

/// Learns the templates. `overrides` are path templates that the analyst gave (`/menu/{slug}`): each
/// settles the segments it names, for the paths that begin with it too; the longest wins.
pub fn learn(shapes: &[ShapeCount<'_>], overrides: &[String]) -> Templates {
    let mut hosts: Vec<String> =
        shapes.iter().map(|s| host_key(s.host)).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    // Logs without hosts beside logs of one host are of that host.
    if let [first, _] = hosts.as_slice()
        && first.is_empty()
    {
        hosts.remove(0);
    }
    let index: HashMap<String, usize> = hosts.iter().enumerate().map(|(at, host)| (host.clone(), at)).collect();
    let forced = Forced::new(overrides);
    let mut tries: Vec<Trie> = hosts.iter().map(|_| Trie::default()).collect();
    for shape in shapes {
        let at = find_host(&index, shape.host);
        let certain = shape.answered > 0 || forced.settles(shape.path_shape);
        if let Some(trie) = at.and_then(|at| tries.get_mut(at))
            && certain
        {
            trie.insert(shape, &forced);
        }
    }
    let mut found = Templates { all: Vec::new(), seen: Vec::new(), hosts: index, tries, scans: Vec::new() };
    for trie in &mut found.tries {
        grow::collapse(trie);
    }
    found.write(&hosts);
    found.count(shapes);
    found
}

fn host_key(host: &str) -> String {
    host.to_ascii_lowercase()
}

fn find_host(index: &HashMap<String, usize>, host: &str) -> Option<usize> {
    if host.bytes().any(|b| b.is_ascii_uppercase()) {
        return index.get(&host_key(host)).copied();
    }
    index.get(host).copied().or_else(|| (host.is_empty() && index.len() == 1).then_some(0))
}

impl Templates {
    /// Sorted by host and path; each host has one [`SCAN`] if anything goes there.
    pub fn all(&self) -> &[Template] {
        &self.all
    }

    /// What was seen of each method and template, sorted by template and method.
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// The template of a shape, as an index into [`Templates::all`]; of a host never learnt, none.
    pub fn find(&self, host: &str, shape: &str) -> Option<usize> {
        let at = find_host(&self.hosts, host)?;
        self.tries.get(at)?.find(shape).or_else(|| self.scans.get(at).copied())
    }

    /// The template of an exchange and the values of its parameters. The method decides nothing
    /// yet: a path is the same thing under each. Of a host never learnt it is [`SCAN`].
    pub fn apply<'t, 'p>(&'t self, host: &str, shape: &str, path: &'p str) -> (&'t str, Values<'t, 'p>) {
        match self.find(host, shape).and_then(|at| self.all.get(at)) {
            Some(template) => (&template.path, template.values(path)),
            None => (SCAN, Values { parameters: [].iter(), segments: path.split('/'), next: 0 }),
        }
    }

    /// Gives every template node its text; the list is sorted by host and path.
    fn write(&mut self, hosts: &[String]) {
        let mut written: Vec<(usize, u32, Template)> = Vec::new();
        for (at, (trie, host)) in self.tries.iter().zip(hosts).enumerate() {
            written.extend(name::write(trie, host).into_iter().map(|(node, template)| (at, node, template)));
            let scan = Template { host: host.clone(), path: SCAN.to_owned(), parameters: Vec::new() };
            written.push((at, u32::MAX, scan));
        }
        written.sort_by(|(a, _, x), (b, _, y)| (a, &x.path).cmp(&(b, &y.path)));
        self.scans = vec![0; hosts.len()];
        for (at, node, template) in written {
            // Two nodes may read the same: `{n}.json` beside `{uuid}.json`.
            if self.all.last().is_none_or(|last| last.host != template.host || last.path != template.path) {
                self.all.push(template);
            }
            let index = self.all.len() - 1;
            if node == u32::MAX {
                if let Some(scan) = self.scans.get_mut(at) {
                    *scan = index;
                }
            } else if let Some(trie) = self.tries.get_mut(at) {
                trie.set_template(node, index);
            }
        }
    }

    fn count(&mut self, shapes: &[ShapeCount<'_>]) {
        let mut sums: HashMap<(usize, &str), (u64, u64, u64)> = HashMap::new();
        for shape in shapes {
            let Some(at) = self.find(shape.host, shape.path_shape) else { continue };
            let sum = sums.entry((at, shape.method)).or_default();
            sum.0 += 1;
            sum.1 = sum.1.saturating_add(shape.count);
            sum.2 = sum.2.saturating_add(shape.answered);
        }
        self.seen = sums
            .into_iter()
            .map(|((template, method), (shapes, count, answered))| Seen {
                method: method.to_owned(),
                template,
                shapes,
                count,
                answered,
            })
            .collect();
        self.seen.sort_by(|a, b| (a.template, &a.method).cmp(&(b.template, &b.method)));
    }
}

impl Template {
    /// The values of the parameters in a path of this template, as logged but without matrix
    /// parameters and the fixed extension.
    pub fn values<'t, 'p>(&'t self, path: &'p str) -> Values<'t, 'p> {
        Values { parameters: self.parameters.iter(), segments: path.split('/'), next: 0 }
    }
}

/// Parameter names and raw segments, in the order of the path.
#[derive(Debug, Clone)]
pub struct Values<'t, 'p> {
    parameters: std::slice::Iter<'t, Parameter>,
    segments: std::str::Split<'p, char>,
    /// Number of the segment that comes next.
    next: usize,
}

impl<'t, 'p> Iterator for Values<'t, 'p> {
    type Item = (&'t str, &'p str);

    fn next(&mut self) -> Option<Self::Item> {
        let parameter = self.parameters.next()?;
        loop {
            let segment = trie::without_matrix(self.segments.next()?);
            if segment.is_empty() {
                continue;
            }
            self.next += 1;
            if self.next > parameter.segment {
                let end = segment.len().saturating_sub(parameter.suffix);
                return Some((&parameter.name, segment.get(..end).unwrap_or(segment)));
            }
        }
    }
}
