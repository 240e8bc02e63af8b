//! `/credential-leases`.

pub mod lease;
