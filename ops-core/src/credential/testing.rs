//! Credentials for tests.

use super::{
    Credential, Stage,
    create::{Create, create},
};
use crate::{
    connection::Connection,
    testing::{stamp, text},
};

/// What stores a credential of the account `sys`.
pub(crate) fn command() -> Create {
    Create { system_id: text("sys"), note: None, long_password: false }
}

/// The credential that `of` gets next, under an id that follows from `seed`.
pub(crate) fn stored(of: &Connection, existing: &[Credential], seed: u8) -> Credential {
    create(of, existing, command(), &stamp(seed)).unwrap().0
}

/// A credential of `of` that stands there.
pub(crate) fn at(of: &Connection, stage: Stage, seed: u8) -> Credential {
    Credential { stage, ..stored(of, &[], seed) }
}
