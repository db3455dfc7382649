//! The paths that lead to records, and those that tell who wrote a HAR, as one tree.

use crate::domain::limits::{HAR_ENTRY_BYTES_MAX, RECORD_BYTES_MAX};
use crate::parse::nested::RECORD_PATHS;

/// A value of the HAR header that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capture {
    Version,
    Creator,
    CreatorName,
    CreatorVersion,
    BrowserName,
    BrowserVersion,
}

/// Where the header values of a HAR stand.
const CAPTURES: &[(&[&str], Capture)] = &[
    (&["log", "version"], Capture::Version),
    (&["log", "creator"], Capture::Creator),
    (&["log", "creator", "name"], Capture::CreatorName),
    (&["log", "creator", "version"], Capture::CreatorVersion),
    (&["log", "browser", "name"], Capture::BrowserName),
    (&["log", "browser", "version"], Capture::BrowserVersion),
];

/// A list of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct List {
    /// Longest record.
    pub(super) limit: usize,
    /// Strings are records too.
    pub(super) strings: bool,
    /// The list alone says that the document is one of records, even when empty.
    pub(super) eager: bool,
    /// `log.entries`.
    pub(super) har: bool,
}

#[derive(Debug, Clone, Default)]
struct Node {
    below: Vec<(&'static str, usize)>,
    list: Option<List>,
    capture: Option<Capture>,
}

/// The tree. Node 0 is a top-level value.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    nodes: Vec<Node>,
}

impl Paths {
    pub(super) fn new() -> Self {
        let mut paths = Self { nodes: vec![Node::default()] };
        for path in RECORD_PATHS {
            let at = paths.add(path);
            let har = *path == ["log", "entries", "[]"];
            let entries = har || *path == ["entries", "[]"];
            let list = List {
                limit: if entries { HAR_ENTRY_BYTES_MAX } else { RECORD_BYTES_MAX },
                strings: !entries && !path.contains(&"spans"),
                eager: har || *path == ["[]"],
                har,
            };
            if let Some(node) = paths.nodes.get_mut(at) {
                node.list = Some(list);
            }
        }
        for (path, capture) in CAPTURES {
            let at = paths.add(path);
            if let Some(node) = paths.nodes.get_mut(at) {
                node.capture = Some(*capture);
            }
        }
        paths
    }

    fn add(&mut self, path: &[&'static str]) -> usize {
        let mut here = 0;
        for segment in path {
            let known = self.step(here, segment.as_bytes());
            let below = known.unwrap_or(self.nodes.len());
            if known.is_none() {
                self.nodes.push(Node::default());
                if let Some(node) = self.nodes.get_mut(here) {
                    node.below.push((segment, below));
                }
            }
            here = below;
        }
        here
    }

    fn step(&self, node: usize, segment: &[u8]) -> Option<usize> {
        self.nodes.get(node)?.below.iter().find(|(s, _)| s.as_bytes() == segment).map(|(_, n)| *n)
    }

    /// The node of a member.
    pub(super) fn member(&self, node: usize, key: &[u8]) -> Option<usize> {
        (key != b"[]").then(|| self.step(node, key))?
    }

    /// The node of the elements of a list.
    pub(super) fn element(&self, node: usize) -> Option<usize> {
        self.step(node, b"[]")
    }

    /// Whether an object here can hold something that is looked for.
    pub(super) fn has_members(&self, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|n| n.below.iter().any(|(s, _)| *s != "[]"))
    }

    /// The list whose elements stand at this node.
    pub(super) fn list(&self, node: usize) -> Option<List> {
        self.nodes.get(node)?.list
    }

    /// What is kept of a scalar here.
    pub(super) fn capture(&self, node: usize) -> Option<Capture> {
        self.nodes.get(node)?.capture
    }
}

#[cfg(test)]
impl Paths {
    /// Small limits for tests.
    pub(super) fn limit_lists(&mut self, limit: usize) {
        for list in self.nodes.iter_mut().filter_map(|n| n.list.as_mut()) {
            list.limit = limit;
        }
    }
}
