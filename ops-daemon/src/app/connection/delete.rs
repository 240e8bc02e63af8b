//! Delete a connection.

use ops_core::{
    Stamp,
    connection::{
        Connection,
        delete::{self, InUse},
    },
    id::{ConnectionId, RuleId},
};
use ops_store::{Store, port::Reply};

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Deletes a connection.
pub struct Delete(pub ConnectionId);

impl UseCase for Delete {
    type Loaded = (Connection, Vec<RuleId>);

    async fn load(&self, store: &dyn Store) -> Result<Self::Loaded, Refusal> {
        let found = store.connection_and_rules(self.0).await?;
        // what is gone is gone: a delete without a key that comes twice is told so
        found.filter(|(connection, _)| connection.deleted_at.is_none()).ok_or(Refusal::NotFound)
    }

    fn version(&self, (connection, _): &Self::Loaded) -> Option<i64> {
        Some(connection.version)
    }

    fn decide(&self, (connection, rules): Self::Loaded, stamp: &Stamp, _: i64) -> Result<Decided, Refusal> {
        let change = delete::delete(&connection, &rules, stamp)
            .map_err(|InUse { rules }| Refusal::ConnectionInUse(rules))?;
        Ok(Decided::Commit(Box::new(change), Reply { status: 204, etag: None, location: None, body: None }))
    }
}
