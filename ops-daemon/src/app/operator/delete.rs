//! Delete an operator, softly.

use ops_core::{
    Stamp,
    id::OperatorId,
    operator::{
        Status,
        delete::{self, NotDeleted},
    },
};
use ops_store::{
    Store,
    port::{Dossier, Reply},
};

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Deletes an operator.
pub struct Delete {
    /// Which.
    pub id: OperatorId,
    /// Days for which it can be restored.
    pub kept_days: u32,
}

impl UseCase for Delete {
    type Loaded = Dossier;

    async fn load(&self, store: &dyn Store) -> Result<Dossier, Refusal> {
        let dossier = super::load_dossier(store, self.id).await?;
        // what is gone is gone: a delete without a key that comes twice is told so
        if dossier.operator.deleted_at.is_some() { Err(Refusal::NotFound) } else { Ok(dossier) }
    }

    fn version(&self, dossier: &Dossier) -> Option<i64> {
        Some(dossier.operator.version)
    }

    fn decide(&self, dossier: Dossier, stamp: &Stamp, _: i64) -> Result<Decided, Refusal> {
        let change = delete::delete(&dossier.operator, &dossier.targeting_rules, self.kept_days, stamp)
            .map_err(|not| match not {
                NotDeleted::IllegalTransition { from } => {
                    Refusal::IllegalTransition { from, to: Status::Deleted }
                }
                NotDeleted::InUse { rules } => Refusal::OperatorInUse(rules),
            })?;
        Ok(Decided::Commit(Box::new(change), Reply { status: 204, etag: None, location: None, body: None }))
    }
}
