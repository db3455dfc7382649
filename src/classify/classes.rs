//! The data classes, in a fixed order: the more specific before the more general. One family a file; each class
//! is a row (`rule`) with its words, test, normal form, mask and samples.

mod business;
mod contact;
mod device;
mod india;
mod india_business;
mod lists;
mod names;
mod national;
mod payment;
mod person;
pub(super) mod rule;
mod secrets;
mod services;

#[cfg(test)]
mod tests;

use crate::classify::class::Class;

/// Every class that is built in. The order is part of the contract: it never depends on the evidence.
pub static ALL: &[&dyn Class] = &[
    // Secrets known by how they are written.
    &secrets::PRIVATE_KEY,
    &secrets::JWT,
    &secrets::BASIC_AUTH,
    &secrets::SIGNED_URL,
    &secrets::URL_CREDENTIALS,
    &services::AWS_KEY,
    &services::PAYMENT_KEY,
    &services::SERVICE_TOKEN,
    &services::CLOUD_KEY,
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
    &device::IMEI,
    &device::ICCID,
    &national::IT_CF,
    &national::FI_HETU,
    &national::ES_NIF,
    &national::SG_NRIC,
    &national::UK_NINO,
    &national::BR_CPF,
    &national::PL_PESEL,
    &national::DE_TAX_ID,
    &national::SE_PERSONNUMMER,
    &national::ZA_ID,
    &national::UK_NHS,
    &national::US_SSN,
    &national::US_ITIN,
    &national::CA_SIN,
    &national::AU_TFN,
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
    // Addresses of machines, of mailboxes, of accounts.
    &device::IP_ADDRESS,
    &device::MAC,
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
    &device::IMSI,
    &payment::BANK_ACCOUNT,
    &payment::CARD_CVV,
    &payment::CARD_EXPIRY,
    &contact::GEO_PAIR,
    &contact::GEO_COORDINATE,
    &contact::POSTAL_CODE,
    &secrets::OTP,
    &secrets::PIN,
    &person::DATE_OF_BIRTH,
    &person::AGE,
    // Secrets that only their key tells.
    &secrets::AWS_SECRET,
    &device::PUSH_TOKEN,
    &device::DEVICE_ID,
    &secrets::SESSION_TOKEN,
    &secrets::API_KEY,
    &secrets::PASSWORD,
    // A business' own.
    &business::ORDER_AMOUNT,
    &business::REVENUE,
    &business::ORDER_RECORD,
    &business::TABLE_NUMBER,
    // Words.
    &person::GENDER,
    &person::HEALTH_BELIEF,
    &names::PERSON_NAME,
    &contact::STREET_ADDRESS,
    &person::FREE_TEXT,
];

/// The class of an id.
pub fn by_id(id: &str) -> Option<&'static dyn Class> {
    ALL.iter().copied().find(|class| class.meta().id == id)
}
