//! The detectors, one a file; [`ALL`] is their registry.

mod credential_guessing;
mod cross_tenant;
mod derived_exposure;
mod enumeration;
mod excessive_fields;
mod flow_abuse;
mod function_abuse;
mod identifier_swap;
mod injection;
mod log_gap;
mod mass_assignment;
mod misconfiguration;
mod missing_auth;
mod oracle;
mod otp_guessing;
mod resource_consumption;
mod scanner;
mod signals_by_actor;
mod ssrf;
mod third_party;
mod weak_token;

use super::Detector;

/// Every detector, in the order of reports: what was taken, how it was possible, what else was tried,
/// what is wrong with the platform, what the evidence cannot say.
pub static ALL: &[&dyn Detector] = &[
    &enumeration::Enumeration,
    &cross_tenant::CrossTenant,
    &identifier_swap::IdentifierSwap,
    &oracle::Oracle,
    &derived_exposure::DerivedExposure,
    &function_abuse::FunctionAbuse,
    &flow_abuse::FlowAbuse,
    &mass_assignment::MassAssignment,
    &credential_guessing::CredentialGuessing,
    &otp_guessing::OtpGuessing,
    &injection::Injection,
    &ssrf::Ssrf,
    &scanner::Scanner,
    &resource_consumption::ResourceConsumption,
    &missing_auth::MissingAuth,
    &excessive_fields::ExcessiveFields,
    &weak_token::WeakToken,
    &third_party::ThirdParty,
    &misconfiguration::Misconfiguration,
    &log_gap::LogGap,
];
