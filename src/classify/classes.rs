//! The data classes, in a fixed order: the more specific before the more general. One family a file; each class
//! is a row ([`rule`]) with its words, test, normal form, mask and samples.

mod contact;
mod india;
mod india_business;
mod lists;
mod names;
mod payment;
mod rule;

#[cfg(test)]
mod tests;

use crate::classify::class::Class;

/// Every class that is built in. The order is part of the contract: it never depends on the evidence.
pub static ALL: &[&dyn Class] = &[
    // Numbers with a checksum or a prefix of their own.
    &payment::CARD_TRACK,
    &payment::CRYPTO_WALLET,
    &payment::IBAN,
    &india_business::CIN,
    &india_business::GSTIN,
    &india_business::UTR,
    &india::ABHA_ADDRESS,
    &payment::CARD_NUMBER,
    &india::AADHAAR_VID,
    &india::AADHAAR,
    &payment::ABA,
    // Letters and digits in a fixed pattern.
    &india::PF,
    &india::PAN,
    &india_business::TAN,
    &india::VOTER_ID,
    &india::PASSPORT,
    &india::DRIVING_LICENCE,
    &india::VEHICLE,
    &india_business::IFSC,
    &payment::BIC,
    // Addresses with a sign in the middle.
    &contact::EMAIL,
    &payment::UPI_VPA,
    // Digits that only their key explains.
    &contact::PHONE_IN,
    &contact::PHONE_LANDLINE,
    &contact::PHONE_INTL,
    &india::ABHA,
    &india_business::FSSAI,
    &india::UAN,
    &india::ESIC,
    &india_business::RRN,
    &india_business::MICR,
    &payment::BANK_ACCOUNT,
    &payment::CARD_CVV,
    &payment::CARD_EXPIRY,
    &contact::GEO_PAIR,
    &contact::GEO_COORDINATE,
    &contact::POSTAL_CODE,
    // Words.
    &names::PERSON_NAME,
    &contact::STREET_ADDRESS,
];

/// The class of an id.
pub fn by_id(id: &str) -> Option<&'static dyn Class> {
    ALL.iter().copied().find(|class| class.meta().id == id)
}
