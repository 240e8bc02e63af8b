//! Drain an operator.

use ops_core::{
    Stamp,
    id::OperatorId,
    operator::{
        Operator, Status,
        drain::{self, NotDrained},
    },
};
use ops_store::Store;

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Drains an operator for a reason.
pub struct Drain(pub OperatorId, pub drain::Drain);

impl UseCase for Drain {
    type Loaded = Operator;

    async fn load(&self, store: &dyn Store) -> Result<Operator, Refusal> {
        super::load(store, self.0).await
    }

    fn version(&self, operator: &Operator) -> Option<i64> {
        Some(operator.version)
    }

    fn decide(&self, operator: Operator, stamp: &Stamp, epoch: i64) -> Result<Decided, Refusal> {
        let drained = drain::drain(&operator, self.1.clone(), stamp);
        let drained = drained.map_err(|not| match not {
            NotDrained::IllegalTransition { from } => {
                Refusal::IllegalTransition { from, to: Status::Draining }
            }
            NotDrained::Invalid(faults) => Refusal::Invalid(faults),
        })?;
        match drained {
            None => Ok(Decided::Unchanged(super::reply(200, &operator, epoch)?)),
            Some((next, change)) => Ok(Decided::Commit(Box::new(change), super::reply(200, &next, epoch)?)),
        }
    }
}
