//! The classes that are asked, and what can be said of them beforehand.

use std::fmt;

use crate::domain::Fingerprint;
use crate::domain::limits::CLASSES_MAX;

use super::bits::Bits;
use super::class::{Check, Class, ClassMeta, Leaf, Sensitivity, Shape};
use super::fingerprint::Fingerprinter;
use super::gate;
use super::hints::{KeyHints, Lexicon, Strength};
use super::siblings::Kin;
use super::value::Taken;

/// Confidence below which a value is not even a candidate.
pub const CANDIDATE_MIN: u8 = 20;

/// Confidence from which a sighting counts by itself; a candidate below it counts if its field is
/// raised ([`super::fields`]).
pub const REPORTED_MIN: u8 = 50;

/// Worth of a class by itself from which a number under a key that names something else is still
/// taken for it: tokens, e-mails, keys with a prefix of their own.
pub const UNMISTAKABLE: u8 = 80;

/// Confidence under its own key from which no class that the key does not name is asked.
pub(super) const SETTLED: u8 = 90;

/// Taken off where the key has the class' word and names another thing.
const PART_COST: u8 = 15;

/// Confidence of a value whose key only ends like one of the class': `name`.
const WEAK: u8 = 30;

/// Confidence that a mobile number which stands for a person is one.
const PHONE_AS_ID: u8 = 55;

/// Confidence that ten digits from 6 on in a sentence are a phone.
const PHONE_IN_TEXT: u8 = 55;

/// Likewise where the sentence says `call`.
const CALLED: u8 = 75;

enum Handle {
    BuiltIn(&'static dyn Class),
    Own(Box<dyn Class>),
}

/// Classes with their key words, shared by all threads.
pub struct ClassSet {
    classes: Vec<Handle>,
    lexicon: Lexicon,
    gates: gate::Table,
    /// For values whose key says nothing.
    open_gates: gate::Table,
    /// Classes that a value may be of whatever its key.
    open: Bits,
    /// Open classes that a checked value is taken for under any key.
    unmistakable: Bits,
    kin: Vec<Kin>,
    order_record: Option<u16>,
    phone: Option<u16>,
    session: Option<u16>,
}

impl fmt::Debug for ClassSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClassSet").field("classes", &self.classes.len()).finish_non_exhaustive()
    }
}

impl ClassSet {
    /// The classes that breachwalk knows by itself.
    pub fn built_in() -> Self {
        Self::new(super::classes::ALL, Vec::new())
    }

    /// These built-in classes and the user's own; what exceeds [`CLASSES_MAX`] is left out.
    pub fn new(built_in: &[&'static dyn Class], own: Vec<Box<dyn Class>>) -> Self {
        let handles = built_in.iter().map(|c| Handle::BuiltIn(*c)).chain(own.into_iter().map(Handle::Own));
        let mut set = Self {
            classes: handles.take(CLASSES_MAX).collect(),
            lexicon: Lexicon::default(),
            gates: gate::Table::default(),
            open_gates: gate::Table::default(),
            open: Bits::default(),
            unmistakable: Bits::default(),
            kin: Vec::new(),
            order_record: None,
            phone: None,
            session: None,
        };
        let metas: Vec<(u16, ClassMeta)> = set.iter().map(|(n, c)| (n, c.meta().clone())).collect();
        for (number, meta) in metas {
            set.lexicon.add(number, meta.keys, meta.not_keys);
            let alone = meta.weights.shape.max(meta.weights.valid);
            if alone >= CANDIDATE_MIN {
                set.open.add(number);
            }
            if alone >= UNMISTAKABLE {
                set.unmistakable.add(number);
            }
            set.gates.add(number, gate::of(meta.id));
            set.open_gates.add(number, gate::open(meta.id));
            set.kin.push(Kin::of(meta.id));
            match meta.id {
                "order-record" => set.order_record = Some(number),
                "phone-in" => set.phone = Some(number),
                "session-token" => set.session = Some(number),
                _ => {}
            }
        }
        set
    }

    /// All classes with their numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &dyn Class)> {
        self.classes.iter().enumerate().map(|(n, h)| (n as u16, h.class()))
    }

    /// The class of this number.
    pub fn get(&self, number: u16) -> Option<&dyn Class> {
        self.classes.get(usize::from(number)).map(Handle::class)
    }

    /// The class of this id.
    pub fn by_id(&self, id: &str) -> Option<&dyn Class> {
        self.number(id).and_then(|n| self.get(n))
    }

    /// The number of the class of this id.
    pub fn number(&self, id: &str) -> Option<u16> {
        self.iter().find(|(_, c)| c.meta().id == id).map(|(n, _)| n)
    }

    /// Fingerprints that a value typed by a person may have in a case, one for each class it can be
    /// of: what `find` looks up.
    pub fn normalise_for_search(&self, fingerprinter: &Fingerprinter, text: &str) -> Vec<(&str, Fingerprint)> {
        let text = text.trim().as_bytes();
        let leaf = Leaf { text, number: false, shape: Shape::of(text) };
        let mut out = Vec::new();
        let mut normal = Vec::new();
        for (_, class) in self.iter() {
            if class.check(&leaf) >= Check::Shape {
                normal.clear();
                class.normalise(&leaf, &mut normal);
                out.push((class.meta().id, fingerprinter.fingerprint(&normal)));
            }
        }
        out
    }

    /// A value that names a person and is a mobile number is one: `/customers/98…`.
    pub(super) fn phone_as_id(&self, leaf: &Leaf<'_>) -> Option<Taken> {
        let class = self.phone?;
        let check = self.get(class)?.check(leaf);
        (check >= Check::Shape).then(|| Taken::new(class, PHONE_AS_ID, check, None))
    }

    /// A mobile number in a sentence, and whether the sentence asks to call.
    pub(super) fn phone_in_text(&self, leaf: &Leaf<'_>, calling: bool) -> Option<(u8, u16, Check)> {
        let class = self.phone?;
        let check = self.get(class)?.check(leaf);
        (check >= Check::Shape).then_some((if calling { CALLED } else { PHONE_IN_TEXT }, class, check))
    }

    /// Cookies that are nothing else.
    pub(super) const fn session(&self) -> Option<u16> {
        self.session
    }

    pub(super) fn is_unmistakable(&self, class: u16) -> bool {
        self.unmistakable.has(class)
    }

    /// What the last name of a pointer says for a class; `None` where it says nothing.
    pub(crate) fn names(&self, class: u16, pointer: &str) -> Option<Strength> {
        let words: Vec<Vec<String>> = pointer
            .split('/')
            .filter(|k| !k.is_empty() && *k != "*")
            .map(|k| self.lexicon.words_of(k.as_bytes()))
            .collect();
        let (own, parents) = words.split_last()?;
        let parents: Vec<&[String]> = parents.iter().map(Vec::as_slice).collect();
        self.lexicon.hints(&parents, own).of(class).map(|h| h.strength)
    }

    pub(super) const fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    pub(super) fn kin(&self, class: u16) -> Kin {
        self.kin.get(usize::from(class)).copied().unwrap_or_default()
    }

    pub(super) const fn order_record(&self) -> Option<u16> {
        self.order_record
    }

    /// Classes that the key hints at and a value of this shape may be of.
    #[inline]
    pub(super) fn hinted(&self, shape: &Shape, key: &KeyHints) -> Bits {
        Bits::pick(self.gates.admitted(shape), &key.hinted, &key.against)
    }

    /// The other classes that it may be of.
    #[inline]
    pub(super) fn unhinted(&self, shape: &Shape, key: &KeyHints) -> Bits {
        let open = if key.mute { &self.unmistakable } else { &self.open };
        let open = Bits::pick(self.open_gates.admitted(shape), open, &key.against);
        Bits::pick(&open, &open, &key.hinted)
    }

    /// Confidence that a value is of a class, from its own check and its key.
    pub(super) fn score(&self, class: u16, check: Check, key: &KeyHints) -> u8 {
        let Some(w) = self.get(class).map(|c| c.meta().weights) else { return 0 };
        let alone = match check {
            Check::No | Check::Invalid => return 0,
            Check::Shape => w.shape,
            Check::Valid => w.valid,
        };
        let alone = if key.mute && alone < UNMISTAKABLE { 0 } else { alone };
        let keyed = if check == Check::Valid { w.key_valid } else { w.key_shape };
        match key.of(class).map(|h| h.strength) {
            Some(Strength::Full) => keyed.max(alone),
            Some(Strength::Part) if check == Check::Valid => keyed.saturating_sub(PART_COST).max(alone),
            Some(Strength::Weak) if self.kin(class).is_name() => alone.max(WEAK),
            _ => alone,
        }
    }

    /// Whether a value of the class must not be written down where it serves as an identifier.
    pub(super) fn is_personal(&self, class: u16) -> bool {
        self.get(class).is_some_and(|c| {
            let meta = c.meta();
            meta.identifies || meta.sensitivity >= Sensitivity::Financial
        })
    }

    pub(super) fn is_credential(&self, class: u16) -> bool {
        self.get(class).is_some_and(|c| c.meta().sensitivity == Sensitivity::Credential)
    }
}

impl Handle {
    fn class(&self) -> &dyn Class {
        match self {
            Self::BuiltIn(class) => *class,
            Self::Own(class) => class.as_ref(),
        }
    }
}
