//! Change an operator's own fields.

use ops_core::{
    Stamp,
    id::OperatorId,
    operator::{Operator, Status, update},
};
use ops_store::Store;

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Changes an operator.
pub struct Update(pub OperatorId, pub update::Update);

impl UseCase for Update {
    type Loaded = Operator;

    async fn load(&self, store: &dyn Store) -> Result<Operator, Refusal> {
        super::load(store, self.0).await
    }

    fn version(&self, operator: &Operator) -> Option<i64> {
        Some(operator.version)
    }

    fn decide(&self, operator: Operator, stamp: &Stamp, epoch: i64) -> Result<Decided, Refusal> {
        if operator.status == Status::Deleted {
            return Err(Refusal::NotFound);
        }
        match update::update(&operator, self.1.clone(), stamp).map_err(Refusal::Invalid)? {
            None => Ok(Decided::Unchanged(super::reply(200, &operator, epoch)?)),
            Some((next, change)) => Ok(Decided::Commit(Box::new(change), super::reply(200, &next, epoch)?)),
        }
    }
}
