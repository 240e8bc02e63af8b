//! Change a connection.

use ops_client::wire;
use ops_core::{
    Stamp,
    connection::{
        Connection,
        update::{self, NotUpdated, Terms},
    },
    credential::Credential,
    id::ConnectionId,
};
use ops_store::Store;

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Changes a connection.
pub struct Update<'a> {
    /// Which.
    pub id: ConnectionId,
    /// What the caller sent.
    pub patch: wire::connection::Update,
    /// What the caller may, and where it may not lead.
    pub terms: Terms<'a>,
}

impl UseCase for Update<'_> {
    type Loaded = (Connection, Vec<Credential>);

    async fn load(&self, store: &dyn Store) -> Result<Self::Loaded, Refusal> {
        let file = store.connection_file(self.id).await?;
        let (_, connection, credentials) = file.ok_or(Refusal::NotFound)?;
        if connection.deleted_at.is_some() { Err(Refusal::NotFound) } else { Ok((connection, credentials)) }
    }

    fn version(&self, (connection, _): &Self::Loaded) -> Option<i64> {
        Some(connection.version)
    }

    fn decide(
        &self,
        (connection, credentials): Self::Loaded,
        stamp: &Stamp,
        epoch: i64,
    ) -> Result<Decided, Refusal> {
        let command = self.patch.clone().into_command(&connection).map_err(Refusal::Invalid)?;
        let changed = update::update(&connection, command, &credentials, self.terms, stamp);
        let changed = changed.map_err(|not| match not {
            NotUpdated::CredentialPermissionRequired => Refusal::CredentialPermissionRequired,
            NotUpdated::Refused(faults) => Refusal::Invalid(faults),
        });
        match changed? {
            None => Ok(Decided::Unchanged(super::reply(200, &connection, epoch)?)),
            Some((next, change)) => Ok(Decided::Commit(Box::new(change), super::reply(200, &next, epoch)?)),
        }
    }
}
