//! Cancel a window; one that is running ends at once.

use ops_core::{
    Stamp,
    id::MaintenanceId,
    maintenance::{Calendar, Maintenance, Phase, cancel},
};
use ops_store::{Store, port::Reply};

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Cancels a window.
pub struct Cancel(pub MaintenanceId);

impl UseCase for Cancel {
    type Loaded = (Calendar, Maintenance);

    async fn load(&self, store: &dyn Store) -> Result<Self::Loaded, Refusal> {
        super::load(store, self.0).await
    }

    fn version(&self, (_, window): &Self::Loaded) -> Option<i64> {
        Some(window.version)
    }

    fn decide(&self, (calendar, window): Self::Loaded, stamp: &Stamp, _: i64) -> Result<Decided, Refusal> {
        let change = cancel::cancel(&calendar, &window, stamp)
            .map_err(|over| Refusal::WindowOver { from: over.from, to: Phase::Cancelled })?;
        Ok(Decided::Commit(Box::new(change), Reply { status: 204, etag: None, location: None, body: None }))
    }
}
