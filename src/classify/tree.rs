//! Places in bodies: each pointer at each endpoint once, with what its key says. Objects come with the
//! same keys in the same order again and again, so each place remembers which one came next.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::domain::Location;
use crate::domain::limits::FIELD_VALUES_MAX;

use super::hints::KeyHints;
use super::identify::{self, Name};
use super::set::ClassSet;
use super::words;

/// Number of a place.
pub(crate) type PlaceId = u32;

/// None, for links between places.
pub(crate) const NONE: PlaceId = u32::MAX;

/// Parents whose words are read with a key.
const PARENTS_READ: usize = 4;

/// One pointer at one endpoint.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) root: u32,
    pub(crate) location: Location,
    pub(crate) pointer: Box<str>,
    pub(crate) key: KeyHints,
    /// Name of the identifier that stands here.
    pub(crate) names: Option<Name>,
    /// Which part of an order it is; see [`identify::part`].
    pub(crate) part: u8,
    pub(crate) counts: Counts,
    parent: PlaceId,
    raw: Box<[u8]>,
    words: Box<[String]>,
    /// First member of this object the last time.
    first: PlaceId,
    /// What came after this one the last time.
    next: PlaceId,
    /// The elements of this list.
    many: PlaceId,
}

/// How many values there were here and what they were taken for.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) values: u32,
    pub(crate) passing: Vec<(u16, u32)>,
    sketch: Vec<u64>,
}

impl Counts {
    /// Counts a value unless one like it was counted; whether it was.
    pub(crate) fn see(&mut self, text: &[u8]) -> bool {
        if self.sketch.is_empty() {
            self.sketch.resize(FIELD_VALUES_MAX / 64, 0);
        }
        let hash = xxh3_64_with_seed(text, 0) as usize % FIELD_VALUES_MAX;
        let Some(word) = self.sketch.get_mut(hash / 64) else { return false };
        let bit = 1 << (hash % 64);
        let fresh = *word & bit == 0;
        *word |= bit;
        self.values += u32::from(fresh);
        fresh
    }

    /// Counts a value that was seen just now for a class.
    pub(crate) fn pass(&mut self, class: u16) {
        match self.passing.iter_mut().find(|(c, _)| *c == class) {
            Some((_, n)) => *n += 1,
            None => self.passing.push((class, 1)),
        }
    }
}

/// All places that were seen.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    places: Vec<Place>,
    children: HashTable<PlaceId>,
}

fn hash(parent: PlaceId, key: &[u8]) -> u64 {
    xxh3_64_with_seed(key, u64::from(parent))
}

/// Appends a key as a segment of a JSON pointer (RFC 6901).
fn push_segment(key: &[u8], out: &mut String) {
    out.push('/');
    for c in String::from_utf8_lossy(key).chars() {
        match c {
            '~' => out.push_str("~0"),
            '/' => out.push_str("~1"),
            c => out.push(c),
        }
    }
}

impl Tree {
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn clear(&mut self) {
        self.places.clear();
        self.children.clear();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Place> {
        self.places.iter()
    }

    pub(crate) fn get(&self, at: PlaceId) -> Option<&Place> {
        self.places.get(at as usize)
    }

    pub(crate) fn get_mut(&mut self, at: PlaceId) -> Option<&mut Place> {
        self.places.get_mut(at as usize)
    }

    /// A part of the exchanges of one endpoint; `root` is the endpoint's number.
    pub(crate) fn add_root(&mut self, root: u32, location: Location) -> PlaceId {
        self.push(Place {
            root,
            location,
            pointer: Box::from(""),
            key: KeyHints::default(),
            names: None,
            part: 0,
            counts: Counts::default(),
            parent: NONE,
            raw: Box::default(),
            words: Box::default(),
            first: NONE,
            next: NONE,
            many: NONE,
        })
    }

    fn push(&mut self, place: Place) -> PlaceId {
        self.places.push(place);
        (self.places.len() - 1) as u32
    }

    /// The member of this key that came after `last` the last time, if `text` goes on with it and a
    /// quote: then neither its end nor its place needs a search.
    #[inline]
    pub(crate) fn expected(&self, object: PlaceId, last: PlaceId, text: &[u8]) -> Option<(PlaceId, usize)> {
        let at = if last == NONE { self.get(object)?.first } else { self.get(last)?.next };
        let place = self.get(at)?;
        let (key, rest) = text.split_at_checked(place.raw.len())?;
        (*key == *place.raw && rest.first() == Some(&b'"')).then_some((at, key.len()))
    }

    /// The member of this key (escapes not undone); `plain` is its text.
    pub(crate) fn member(
        &mut self,
        object: PlaceId,
        last: PlaceId,
        raw: &[u8],
        plain: &[u8],
        set: &ClassSet,
    ) -> PlaceId {
        let at = self.find(object, raw).unwrap_or_else(|| {
            let location = self.get(object).map_or(Location::Path, |p| p.location);
            let above = self.above(object);
            let names = identify::name(plain, &above, location);
            self.add(object, raw, plain, plain, names, set)
        });
        let link = if last == NONE {
            self.get_mut(object).map(|p| &mut p.first)
        } else {
            self.get_mut(last).map(|p| &mut p.next)
        };
        if let Some(link) = link {
            *link = at;
        }
        at
    }

    /// A segment of the path: shown by its name or number, read by the segment before it.
    pub(crate) fn segment(
        &mut self,
        path: PlaceId,
        shown: &[u8],
        before: &[u8],
        names: Option<Name>,
        set: &ClassSet,
    ) -> PlaceId {
        self.find(path, shown).unwrap_or_else(|| self.add(path, shown, shown, before, names, set))
    }

    fn find(&self, object: PlaceId, raw: &[u8]) -> Option<PlaceId> {
        let is = |at: &PlaceId| self.get(*at).is_some_and(|p| p.parent == object && *p.raw == *raw);
        self.children.find(hash(object, raw), is).copied()
    }

    /// The words of the keys that lead to a place, itself included, outermost first.
    fn above(&self, object: PlaceId) -> Vec<&[String]> {
        let mut above: Vec<&[String]> = Vec::new();
        let mut up = object;
        while let Some(place) = self.get(up).filter(|_| above.len() < PARENTS_READ) {
            if !place.words.is_empty() {
                above.push(&place.words);
            }
            up = place.parent;
        }
        above.reverse();
        above
    }

    fn add(
        &mut self,
        object: PlaceId,
        raw: &[u8],
        plain: &[u8],
        read: &[u8],
        names: Option<Name>,
        set: &ClassSet,
    ) -> PlaceId {
        let own = set.lexicon().words_of(read);
        let key = set.lexicon().hints(&self.above(object), &own);
        let Some(parent) = self.get(object) else { return object };
        let mut pointer = parent.pointer.to_string();
        if matches!(parent.location, Location::RequestBody | Location::ResponseBody) || !pointer.is_empty() {
            push_segment(plain, &mut pointer);
        } else {
            pointer.push_str(&String::from_utf8_lossy(plain));
        }
        let names_order = names.as_ref().is_some_and(|n| n.text.starts_with("order_") || n.text.starts_with("bill_"));
        let place = Place {
            root: parent.root,
            location: parent.location,
            pointer: pointer.into_boxed_str(),
            key,
            names,
            part: identify::part(&own) | u8::from(names_order),
            counts: Counts::default(),
            parent: object,
            raw: raw.into(),
            words: own.into_boxed_slice(),
            first: NONE,
            next: NONE,
            many: NONE,
        };
        let at = self.push(place);
        let places = &self.places;
        self.children
            .insert_unique(hash(object, raw), at, |at| places.get(*at as usize).map_or(0, |p| hash(p.parent, &p.raw)));
        at
    }

    /// The elements of a list, or the members of an object whose keys are values: one place, with the
    /// list's own hints.
    pub(crate) fn elements(&mut self, list: PlaceId) -> PlaceId {
        let Some(parent) = self.get(list) else { return list };
        if parent.many != NONE {
            return parent.many;
        }
        let mut pointer = parent.pointer.to_string();
        pointer.push_str("/*");
        let place = Place {
            root: parent.root,
            location: parent.location,
            pointer: pointer.into_boxed_str(),
            key: parent.key.clone(),
            names: parent.names.clone(),
            part: 0,
            counts: Counts::default(),
            parent: list,
            raw: Box::from(&b"*"[..]),
            words: Box::default(),
            first: NONE,
            next: NONE,
            many: NONE,
        };
        let at = self.push(place);
        if let Some(parent) = self.get_mut(list) {
            parent.many = at;
        }
        at
    }
}

/// Whether a key is a value, so that its members stand at one place.
pub(crate) fn is_dynamic(key: &[u8]) -> bool {
    words::is_dynamic(key)
}
