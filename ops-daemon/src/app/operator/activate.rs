//! Activate an operator.

use ops_core::{
    Stamp,
    id::OperatorId,
    operator::{
        Status,
        activate::{self, NotActivated},
    },
};
use ops_store::{Store, port::Dossier};

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Activates an operator.
pub struct Activate(pub OperatorId);

impl UseCase for Activate {
    type Loaded = Dossier;

    async fn load(&self, store: &dyn Store) -> Result<Dossier, Refusal> {
        super::load_dossier(store, self.0).await
    }

    fn version(&self, dossier: &Dossier) -> Option<i64> {
        Some(dossier.operator.version)
    }

    fn decide(&self, dossier: Dossier, stamp: &Stamp, epoch: i64) -> Result<Decided, Refusal> {
        let dependents = super::dependents(&dossier);
        match activate::activate(&dossier.operator, &dependents, stamp) {
            Ok(None) => Ok(Decided::Unchanged(super::reply(200, &dossier.operator, epoch)?)),
            Ok(Some((next, change))) => {
                Ok(Decided::Commit(Box::new(change), super::reply(200, &next, epoch)?))
            }
            Err(NotActivated::NotReady(list)) => Err(Refusal::NotReady(list)),
            Err(NotActivated::InMaintenance { from }) => Err(Refusal::InMaintenance { from }),
            Err(NotActivated::IllegalTransition { from }) => {
                Err(Refusal::IllegalTransition { from, to: Status::Active })
            }
        }
    }
}
