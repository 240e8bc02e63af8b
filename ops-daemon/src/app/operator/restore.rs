//! Restore a deleted operator.

use ops_core::{
    Stamp,
    id::OperatorId,
    operator::{
        Operator, Status,
        restore::{self, NotRestored},
    },
};
use ops_store::Store;

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Restores an operator.
pub struct Restore(pub OperatorId);

impl UseCase for Restore {
    type Loaded = Operator;

    async fn load(&self, store: &dyn Store) -> Result<Operator, Refusal> {
        super::load(store, self.0).await
    }

    fn version(&self, operator: &Operator) -> Option<i64> {
        Some(operator.version)
    }

    fn decide(&self, operator: Operator, stamp: &Stamp, epoch: i64) -> Result<Decided, Refusal> {
        let (next, change) = restore::restore(&operator, stamp).map_err(|not| match not {
            NotRestored::NotDeleted { from } => Refusal::IllegalTransition { from, to: Status::Suspended },
            NotRestored::TooLate => Refusal::NotRestorable,
        })?;
        Ok(Decided::Commit(Box::new(change), super::reply(200, &next, epoch)?))
    }
}
