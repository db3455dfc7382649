//! The ledger: who got what of whom, how surely, how far it could have gone; estimators and
//! severity. Pure.

pub mod estimate;
pub mod ledger;
pub mod outcome;
pub mod severity;
pub mod subjects;

pub use outcome::Outcome;
