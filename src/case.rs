//! The case: a folder that holds everything known of one incident. The manifest says which parts
//! count and is replaced atomically, so a case is always as some finished step left it.

mod classes;
mod custody;
mod error;
mod manifest;
mod notes;
mod settings;
mod store;
mod verify;

pub use custody::{Custody, Entry, Torn};
pub use error::CaseError;
pub use manifest::{EvidenceEntry, Manifest, Part, hex};
pub use notes::Note;
pub use settings::CaseSettings;
pub use store::Case;
pub use verify::{Check, Outcome, Verification, verify};
