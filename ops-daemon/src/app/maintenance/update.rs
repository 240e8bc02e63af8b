//! Move a window, or describe it anew.

use ops_core::{
    Stamp,
    id::MaintenanceId,
    maintenance::{
        Calendar, Maintenance, Phase,
        update::{self, NotChanged},
    },
};
use ops_store::Store;

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Changes a window.
pub struct Update(pub MaintenanceId, pub update::Update);

impl UseCase for Update {
    type Loaded = (Calendar, Maintenance);

    async fn load(&self, store: &dyn Store) -> Result<Self::Loaded, Refusal> {
        super::load(store, self.0).await
    }

    fn version(&self, (_, window): &Self::Loaded) -> Option<i64> {
        Some(window.version)
    }

    fn decide(
        &self,
        (calendar, window): Self::Loaded,
        stamp: &Stamp,
        epoch: i64,
    ) -> Result<Decided, Refusal> {
        let changed = update::update(&calendar, &window, self.1.clone(), stamp).map_err(|not| match not {
            NotChanged::Over { from } => Refusal::WindowOver { from, to: Phase::Planned },
            NotChanged::Invalid(faults) => Refusal::Invalid(faults),
        })?;
        match changed {
            None => Ok(Decided::Unchanged(super::reply(200, &calendar, &window, epoch)?)),
            Some((next, change)) => {
                Ok(Decided::Commit(Box::new(change), super::reply(200, &calendar, &next, epoch)?))
            }
        }
    }
}
