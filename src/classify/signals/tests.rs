//! Whole exchanges: labelled attacks, ordinary traffic, tokens, configuration.

mod corpus;
mod exchanges;
mod ordinary;

use bumpalo::Bump;

use super::Inspector;
use crate::classify::{Findings, Identifier, Sighting, Signal};
use crate::domain::{Body, Exchange, Text, Transfer};
use crate::parse::headers::HeaderList;
use crate::parse::target::Scratch;
use crate::parse::url;

/// Keeps ids and places of signals.
#[derive(Debug, Default)]
pub(super) struct Kept(pub(super) Vec<(String, String, String, String)>);

impl Findings for Kept {
    fn sighting(&mut self, _: &Sighting<'_>) {}
    fn identifier(&mut self, _: &Identifier<'_>) {}
    fn signal(&mut self, s: &Signal<'_>) {
        assert!(super::signal(s.signal).is_some(), "{} is not in the table", s.signal);
        assert!(s.detail.chars().count() <= 80 && s.detail.is_ascii(), "{}", s.detail);
        self.0.push((s.signal.into(), s.location.code().into(), s.pointer.into(), s.detail.into()));
    }
}

/// A request for tests.
#[derive(Debug, Default)]
pub(super) struct Request<'r> {
    pub(super) method: &'r str,
    pub(super) target: &'r [u8],
    pub(super) headers: Vec<(&'r str, &'r [u8])>,
    pub(super) body: Option<&'r [u8]>,
}

impl Request<'_> {
    /// Signals of it, by an inspector that may have seen others.
    pub(super) fn signals(&self, inspector: &mut Inspector) -> Kept {
        let arena = Bump::new();
        let s = Scratch::new(&arena);
        let mut x = Exchange::default();
        x.set(Text::Method, arena.alloc_slice_copy(self.method.as_bytes()));
        url::target(arena.alloc_slice_copy(self.target), &mut x, &s);
        let mut list = HeaderList::new(true, &s);
        for (name, value) in &self.headers {
            list.add(arena.alloc_slice_copy(name.as_bytes()), arena.alloc_slice_copy(value), &mut x, &s);
        }
        list.finish(&mut x);
        if let Some(body) = self.body {
            x.request_body =
                Some(Body { raw: arena.alloc_slice_copy(body), transfer: Transfer::Plain, complete: true });
        }
        let mut kept = Kept::default();
        inspector.exchange(&x, &mut kept);
        kept
    }
}

/// Those that speak of an attack.
pub(super) fn attacks(kept: &Kept) -> Vec<&str> {
    let is = |id: &str| ["injection.", "scanner.", "ssrf."].iter().any(|p| id.starts_with(p));
    kept.0.iter().map(|s| s.0.as_str()).filter(|id| is(id)).collect()
}
