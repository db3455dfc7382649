//! The ledger: who got what of whom, how surely, how far it could have gone; estimators and
//! severity. Pure.

pub mod ledger;
pub mod outcome;
pub mod subjects;
