//! Where evidence bytes come from.
