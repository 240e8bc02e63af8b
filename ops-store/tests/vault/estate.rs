//! Paths and secrets that the tests use, and what they look for in a refusal.

use std::error::Error;

use ops_core::{
    credential::{Password, Secret},
    testing::text,
};
use ops_store::{
    port::{SecretError, SecretPath},
    vault::Fault,
};
use uuid::Uuid;

/// A path of its own for each number.
pub(crate) fn at(credential: u128) -> SecretPath {
    let id = |n: u128| Uuid::from_u128(0x0192_f0c1_7a2b_7c3d_8e4f_0000_0000_0000 + n);
    SecretPath { operator: id(1).into(), connection: id(2).into(), credential: id(credential).into() }
}

pub(crate) fn secret(password: &str) -> Secret {
    Secret { system_id: text("acme"), password: Password::parse(password.to_owned()).unwrap() }
}

/// Why the store had no answer.
pub(crate) fn fault(error: &SecretError) -> Fault {
    let fault = error.source().and_then(|source| source.downcast_ref::<Fault>());
    *fault.unwrap_or_else(|| panic!("{error:?} has no fault"))
}

/// Everything that a log could print of a refusal.
pub(crate) fn words(error: &SecretError) -> String {
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    format!("{error} {error:?} {error:#?} {source}")
}
