//! The one row of the service: its epoch, and the one in which secrets may be swept.

use super::{Statement, args, plan::expectation};

pub(crate) fn row() -> Statement {
    Statement::new("SELECT epoch, sweeps_epoch FROM service", [])
}

/// A decision was taken in this epoch: its entity tags and its If-Match mean nothing in another one.
pub(crate) fn expect_epoch(epoch: i64) -> Statement {
    expectation("epoch", "(SELECT epoch FROM service) = $1", args![epoch], &epoch)
}
