//! What values of one object say about each other.

/// What a class is to its neighbours: a set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Kin(u8);

const NAME: u8 = 1;
const CONTACT: u8 = 2;
const GEO: u8 = 4;
const BANK_CODE: u8 = 8;
const ACCOUNT: u8 = 16;

/// Added to a candidate that has such a neighbour.
const BOOST: u8 = 30;

impl Kin {
    /// Of a class, by its id.
    pub(crate) fn of(id: &str) -> Self {
        let is = |part: &str| id.contains(part);
        Self(match id {
            _ if is("name") && !is("user") => NAME,
            _ if is("phone") || is("email") || is("mobile") => CONTACT,
            _ if is("geo") || is("latitude") || is("longitude") => GEO,
            _ if is("ifsc") => BANK_CODE,
            _ if is("bank") && is("account") => ACCOUNT,
            _ => 0,
        })
    }

    /// A person's name.
    pub(crate) const fn is_name(self) -> bool {
        self.0 & NAME != 0
    }

    /// Both.
    #[must_use]
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Confidence that the neighbours `all` (itself included) add to a value of this kin.
    pub(crate) const fn boost(self, all: Self) -> u8 {
        let helped = match self.0 {
            NAME => all.0 & CONTACT != 0,
            CONTACT => all.0 & NAME != 0,
            ACCOUNT => all.0 & BANK_CODE != 0,
            _ => false,
        };
        if helped { BOOST } else { 0 }
    }
}
