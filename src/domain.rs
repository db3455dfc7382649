//! The words of the project: what an exchange is made of, where it was found, what was mended,
//! and the limits everything works within. Uses the standard library only.

pub mod address;
pub mod exchange;
pub mod field;
pub mod limits;
pub mod place;
pub mod safe_text;
pub mod sensitive;
pub mod time;
pub mod verdict;

pub use exchange::{Auth, Body, Exchange, Transfer};
pub use field::{Int, Text};
pub use place::Place;
pub use sensitive::{Certainty, Credential, Fingerprint, Location, Severity};
pub use time::Micros;
pub use verdict::{Ignorable, Reason, Repair, Repairs};
