//! Verbs of a credential.

pub mod create;
pub mod stage;
pub mod lease;
pub mod lease_budget;
pub mod sweep;

use ops_store::port::SecretError;

use crate::telemetry::SecretOutcome;

/// How a request to the secret store ended, for the metric.
fn outcome<T>(asked: &Result<T, SecretError>) -> SecretOutcome {
    match asked {
        Ok(_) => SecretOutcome::Ok,
        Err(SecretError::Missing(_)) => SecretOutcome::Missing,
        Err(SecretError::Exists(_)) => SecretOutcome::Exists,
        Err(SecretError::Unavailable(_)) => SecretOutcome::Unavailable,
        Err(SecretError::Unreadable(_)) => SecretOutcome::Corrupt,
    }
}
