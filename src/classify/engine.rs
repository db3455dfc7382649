//! One walk over an exchange: request, then answer, each part in a fixed order.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::domain::limits::{IDENTIFIERS_MAX, PLACES_MAX, SIGHTINGS_MAX};
use crate::domain::{Exchange, Fingerprint, Location, Text};

use super::class::{Check, Leaf};
use super::fields::FieldTotal;
use super::fingerprint::Fingerprinter;
use super::set::ClassSet;
use super::siblings::Kin;
use super::tree::{PlaceId, Tree};
use super::{Findings, Identifier, Sighting, Signal};

/// Finds sensitive values and identifiers in exchanges. One for each thread; what it remembers makes
/// it faster and changes nothing.
pub struct Classifier {
    pub(super) set: Arc<ClassSet>,
    pub(super) fingerprinter: Fingerprinter,
    pub(super) tree: Tree,
    /// Endpoint, part of the exchange: where its places begin.
    roots: HashMap<(u32, Location), PlaceId>,
    endpoints: HashMap<Box<[u8]>, u32>,
    endpoint: u32,
    totals: BTreeMap<(String, Location, String, String), (u64, u64)>,
    pub(super) found: Vec<Found>,
    pub(super) named: Vec<Named>,
    /// Masked values and identifiers of this exchange.
    pub(super) words: String,
    pub(super) frames: Vec<Frame>,
    pub(super) leaves: u32,
    pub(super) limited: bool,
    /// Buffers for decoded text, one for each nesting.
    pub(super) pool: Vec<Vec<u8>>,
    reasons: HashMap<(PlaceId, u16, Evidence), Box<str>>,
    /// Raw values of this exchange's sightings; kept for a redactor only.
    raw: Option<Vec<Vec<u8>>>,
}

/// A sensitive value in clear: for redaction, which has to find it again. Goes into no frame or report.
#[derive(Debug, Clone, Copy)]
pub(super) struct InClear<'a> {
    pub(super) class: u16,
    pub(super) pointer: &'a str,
    pub(super) text: &'a [u8],
    pub(super) masked: &'a str,
    pub(super) confidence: u8,
    pub(super) fingerprint: Fingerprint,
}

/// Drops what is found.
struct Nothing;

impl Findings for Nothing {
    fn sighting(&mut self, _: &Sighting<'_>) {}
    fn identifier(&mut self, _: &Identifier<'_>) {}
    fn signal(&mut self, _: &Signal<'_>) {}
}

impl fmt::Debug for Classifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Classifier").field("places", &self.tree.len()).finish_non_exhaustive()
    }
}

/// What a sighting rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Evidence {
    pub(super) valid: bool,
    pub(super) keyed: bool,
    pub(super) beside: bool,
    pub(super) free_text: bool,
}

/// A sighting that waits for its neighbours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) class: u16,
    pub(super) place: PlaceId,
    pub(super) leaf: u32,
    pub(super) confidence: u8,
    pub(super) evidence: Evidence,
    pub(super) fingerprint: Fingerprint,
    /// Span of the masked value in `words`.
    pub(super) masked: (usize, usize),
    pub(super) scope: (u32, u32),
    /// Objects that were open.
    pub(super) depth: usize,
    /// Number of its raw value, where those are kept.
    pub(super) raw: usize,
}

/// An identifier that waits for the end of its object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) place: PlaceId,
    pub(super) leaf: u32,
    pub(super) value: (usize, usize),
    pub(super) personal: Option<Fingerprint>,
    pub(super) scope: (u32, u32),
    pub(super) depth: usize,
}

/// An object or list that is being walked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) place: PlaceId,
    /// The member before; the member whose value comes next.
    pub(super) last: PlaceId,
    pub(super) key: PlaceId,
    pub(super) list: bool,
    pub(super) first_leaf: u32,
    pub(super) first_found: usize,
    pub(super) first_named: usize,
    pub(super) kin: Kin,
    pub(super) parts: u8,
    /// Span of the order's number in `words`.
    pub(super) order: (usize, usize),
}

/// Where a walk is: which part, how many encodings deep.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) place: PlaceId,
    pub(super) nested: usize,
}

impl Classifier {
    /// With these classes and the case's key.
    pub fn new(set: Arc<ClassSet>, fingerprinter: Fingerprinter) -> Self {
        Self {
            set,
            fingerprinter,
            tree: Tree::default(),
            roots: HashMap::new(),
            endpoints: HashMap::new(),
            endpoint: 0,
            totals: BTreeMap::new(),
            found: Vec::new(),
            named: Vec::new(),
            words: String::new(),
            frames: Vec::new(),
            leaves: 0,
            limited: false,
            pool: Vec::new(),
            reasons: HashMap::new(),
            raw: None,
        }
    }

    /// Walks one exchange. `path_shape` is its path with identifiers replaced (`/stores/{n}/orders`);
    /// with the method it names the endpoint that fields are counted for.
    pub fn exchange(&mut self, x: &Exchange<'_>, path_shape: Option<&[u8]>, out: &mut dyn Findings) {
        if self.tree.len() > PLACES_MAX {
            self.forget();
        }
        self.found.clear();
        self.named.clear();
        self.words.clear();
        self.leaves = 0;
        self.limited = false;
        self.enter_endpoint(x, path_shape);
        self.request(x, path_shape);
        self.response(x);
        self.emit(out);
    }

    /// Walks one exchange and hands over its sensitive values in clear. False where a limit left
    /// something out.
    pub(super) fn in_clear(&mut self, x: &Exchange<'_>, each: &mut dyn FnMut(InClear<'_>)) -> bool {
        self.raw = Some(Vec::new());
        self.exchange(x, None, &mut Nothing);
        let raw = self.raw.take().unwrap_or_default();
        for found in &self.found {
            let (Some(place), Some(text)) = (self.tree.get(found.place), raw.get(found.raw)) else { continue };
            each(InClear {
                class: found.class,
                pointer: &place.pointer,
                text,
                masked: self.words.get(found.masked.0..found.masked.1).unwrap_or_default(),
                confidence: found.confidence,
                fingerprint: found.fingerprint,
            });
        }
        !self.limited
    }

    /// The values of one exchange with one of these fingerprints, in clear, each once: for an analyst who
    /// gave a reason. Never for a frame or a log.
    pub fn reveal(&mut self, x: &Exchange<'_>, fingerprints: &[Fingerprint]) -> Vec<(Fingerprint, Vec<u8>)> {
        let mut out: Vec<(Fingerprint, Vec<u8>)> = Vec::new();
        self.in_clear(x, &mut |value| {
            let said = out.iter().any(|(f, text)| *f == value.fingerprint && text == value.text);
            if fingerprints.contains(&value.fingerprint) && !said {
                out.push((value.fingerprint, value.text.to_vec()));
            }
        });
        out
    }

    /// How often values at each field passed for a class since the last call, in order.
    pub fn take_fields(&mut self) -> Vec<FieldTotal> {
        self.forget();
        let totals = std::mem::take(&mut self.totals);
        let total = |((endpoint, location, pointer, class), (values, passing))| FieldTotal {
            endpoint,
            location,
            pointer,
            class,
            values,
            passing,
        };
        totals.into_iter().map(total).collect()
    }

    /// Adds up what places counted and starts afresh.
    fn forget(&mut self) {
        let mut names = vec![String::new(); self.endpoints.len()];
        for (name, at) in &self.endpoints {
            if let Some(slot) = names.get_mut(*at as usize) {
                *slot = String::from_utf8_lossy(name).into_owned();
            }
        }
        for place in self.tree.iter() {
            for (class, passing) in &place.counts.passing {
                let Some(class) = self.set.get(*class) else { continue };
                let endpoint = names.get(place.root as usize).cloned().unwrap_or_default();
                let key = (endpoint, place.location, place.pointer.to_string(), class.meta().id.to_owned());
                let sum = self.totals.entry(key).or_default();
                sum.0 += u64::from(place.counts.values);
                sum.1 += u64::from(*passing);
            }
        }
        self.tree.clear();
        self.roots.clear();
        self.endpoints.clear();
        self.reasons.clear();
    }

    fn enter_endpoint(&mut self, x: &Exchange<'_>, path_shape: Option<&[u8]>) {
        let method = x.get(Text::Method).unwrap_or_default();
        let path = path_shape.or_else(|| x.get(Text::Path)).unwrap_or_default();
        let mut name = self.pool.pop().unwrap_or_default();
        name.clear();
        name.extend_from_slice(method);
        name.push(b' ');
        name.extend_from_slice(path);
        self.endpoint = match self.endpoints.get(name.as_slice()) {
            Some(at) => *at,
            None => {
                let at = self.endpoints.len() as u32;
                self.endpoints.insert(name.clone().into_boxed_slice(), at);
                at
            }
        };
        self.pool.push(name);
    }

    /// Where a part of the exchange's places begin.
    pub(super) fn root(&mut self, location: Location) -> PlaceId {
        let endpoint = self.endpoint;
        *self.roots.entry((endpoint, location)).or_insert_with(|| self.tree.add_root(endpoint, location))
    }

    /// Writes down a value of a class.
    pub(super) fn take(&mut self, place: PlaceId, class: u16, confidence: u8, leaf: &Leaf<'_>, evidence: Evidence) {
        if self.found.len() >= SIGHTINGS_MAX {
            self.limited = true;
            return;
        }
        let Some(is) = self.set.get(class) else { return };
        let mut normal = self.pool.pop().unwrap_or_default();
        normal.clear();
        is.normalise(leaf, &mut normal);
        let fingerprint = self.fingerprinter.fingerprint(&normal);
        self.pool.push(normal);
        let from = self.words.len();
        is.mask(leaf, &mut self.words);
        let masked = (from, self.words.len());
        let depth = self.frames.len();
        let at = self.leaves.saturating_sub(1);
        let scope = (0, u32::MAX);
        let mut raw = 0;
        if let Some(all) = &mut self.raw {
            raw = all.len();
            all.push(leaf.text.to_vec());
        }
        self.found.push(Found { class, place, leaf: at, confidence, evidence, fingerprint, masked, scope, depth, raw });
        if confidence >= super::set::REPORTED_MIN
            && let Some(frame) = self.frames.last_mut()
        {
            frame.kin = frame.kin.and(self.set.kin(class));
        }
    }

    /// Begins an object or a list.
    pub(super) fn open(&mut self, place: PlaceId, list: bool) {
        self.frames.push(Frame {
            place,
            last: super::tree::NONE,
            key: super::tree::NONE,
            list,
            first_leaf: self.leaves,
            first_found: self.found.len(),
            first_named: self.named.len(),
            kin: Kin::default(),
            parts: 0,
            order: (0, 0),
        });
    }

    /// Ends it: its values speak for each other, its identifiers govern its leaves.
    pub(super) fn close(&mut self) {
        let depth = self.frames.len();
        let Some(frame) = self.frames.pop() else { return };
        for found in self.found.iter_mut().skip(frame.first_found).filter(|f| f.depth == depth) {
            found.scope = (frame.first_leaf, self.leaves);
            let boost = self.set.kin(found.class).boost(frame.kin);
            if boost > 0 {
                found.confidence = found.confidence.saturating_add(boost).min(99);
                found.evidence.beside = true;
            }
        }
        for named in self.named.iter_mut().skip(frame.first_named).filter(|n| n.depth == depth) {
            named.scope = (frame.first_leaf, self.leaves);
        }
        if !frame.list && frame.parts.count_ones() >= 3 {
            self.order(&frame);
        }
    }

    /// An object that is an order.
    fn order(&mut self, frame: &Frame) {
        let Some(class) = self.set.order_record() else { return };
        let mut id = self.pool.pop().unwrap_or_default();
        id.clear();
        id.extend_from_slice(self.words.get(frame.order.0..frame.order.1).unwrap_or_default().as_bytes());
        let leaf = Leaf { text: &id, number: false, shape: super::Shape::of(&id) };
        let evidence = Evidence { valid: true, keyed: false, beside: true, free_text: false };
        self.take(frame.place, class, 90, &leaf, evidence);
        if let Some(last) = self.found.last_mut() {
            last.leaf = frame.first_leaf;
            last.scope = (frame.first_leaf, self.leaves);
        }
        self.pool.push(id);
    }

    /// Writes down an identifier; `personal` where its value must not be shown.
    pub(super) fn name(&mut self, place: PlaceId, text: &[u8], personal: Option<(Fingerprint, (usize, usize))>) {
        if self.named.len() >= IDENTIFIERS_MAX {
            self.limited = true;
            return;
        }
        let value = if let Some((_, masked)) = personal {
            masked
        } else {
            let from = self.words.len();
            self.words.push_str(&String::from_utf8_lossy(text));
            (from, self.words.len())
        };
        let personal = personal.map(|(fingerprint, _)| fingerprint);
        let (leaf, depth) = (self.leaves.saturating_sub(1), self.frames.len());
        self.named.push(Named { place, leaf, value, personal, scope: (0, u32::MAX), depth });
    }

    fn emit(&mut self, out: &mut dyn Findings) {
        let Self { set, tree, found, named, words, reasons, .. } = self;
        found.sort_by_key(|f| f.leaf);
        for f in &*found {
            let (Some(class), Some(place)) = (set.get(f.class), tree.get(f.place)) else { continue };
            let why = reasons
                .entry((f.place, f.class, f.evidence))
                .or_insert_with(|| reason(class.meta().check, &place.pointer, f.evidence));
            out.sighting(&Sighting {
                class: class.meta().id,
                location: place.location,
                pointer: &place.pointer,
                leaf: f.leaf,
                scope: f.scope,
                confidence: f.confidence,
                masked: words.get(f.masked.0..f.masked.1).unwrap_or_default(),
                fingerprint: f.fingerprint,
                why,
            });
        }
        for n in &*named {
            let Some(place) = tree.get(n.place) else { continue };
            let Some(name) = &place.names else { continue };
            out.identifier(&Identifier {
                location: place.location,
                pointer: &place.pointer,
                name: &name.text,
                value: words.get(n.value.0..n.value.1).unwrap_or_default(),
                personal: n.personal,
                leaf: n.leaf,
                scope: n.scope,
            });
        }
        if self.limited {
            out.signal(&Signal {
                signal: "limit.classify",
                location: Location::ResponseBody,
                pointer: "",
                detail: "too many or too deep values: what came after the limit was not looked at",
            });
        }
    }
}

/// What made a value one, in words.
fn reason(check: &str, pointer: &str, e: Evidence) -> Box<str> {
    let mut out = String::new();
    let clause = check.split([';', '.', '(']).next().unwrap_or(check).trim();
    if e.valid && !clause.is_empty() {
        out.push_str("passes: ");
        out.push_str(clause);
    } else {
        out.push_str("shape only");
    }
    if e.keyed {
        out.push_str("; key ");
        let key = pointer.rsplit('/').find(|k| !k.is_empty() && *k != "*").unwrap_or(pointer);
        out.extend(key.chars().take(40));
    }
    if e.beside {
        out.push_str("; by its neighbours");
    }
    if e.free_text {
        out.push_str("; inside free text");
    }
    out.into_boxed_str()
}

impl Evidence {
    pub(super) const fn new(check: Check, keyed: bool) -> Self {
        Self { valid: matches!(check, Check::Valid), keyed, beside: false, free_text: false }
    }
}
