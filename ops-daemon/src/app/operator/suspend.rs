//! Suspend an operator.

use ops_core::{
    Stamp,
    id::OperatorId,
    operator::{
        Operator, Status,
        suspend::{self, NotSuspended},
    },
};
use ops_store::Store;

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Suspends an operator for a reason.
pub struct Suspend(pub OperatorId, pub suspend::Suspend);

impl UseCase for Suspend {
    type Loaded = Operator;

    async fn load(&self, store: &dyn Store) -> Result<Operator, Refusal> {
        super::load(store, self.0).await
    }

    fn version(&self, operator: &Operator) -> Option<i64> {
        Some(operator.version)
    }

    fn decide(&self, operator: Operator, stamp: &Stamp, epoch: i64) -> Result<Decided, Refusal> {
        let suspended = suspend::suspend(&operator, self.1.clone(), stamp);
        let suspended = suspended.map_err(|not| match not {
            NotSuspended::IllegalTransition { from } => {
                Refusal::IllegalTransition { from, to: Status::Suspended }
            }
            NotSuspended::Invalid(faults) => Refusal::Invalid(faults),
        })?;
        match suspended {
            None => Ok(Decided::Unchanged(super::reply(200, &operator, epoch)?)),
            Some((next, change)) => Ok(Decided::Commit(Box::new(change), super::reply(200, &next, epoch)?)),
        }
    }
}
