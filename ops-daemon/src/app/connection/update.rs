//! Change a connection.

use ops_client::wire;
use ops_core::{
    Stamp,
    connection::{
        Connection,
        update::{self, CredentialPermissionRequired},
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
pub struct Update {
    /// Which.
    pub id: ConnectionId,
    /// What the caller sent.
    pub patch: wire::connection::Update,
    /// Whether the caller may store credentials.
    pub may_redirect: bool,
}

impl UseCase for Update {
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
        let changed = update::update(&connection, command, &credentials, self.may_redirect, stamp);
        match changed.map_err(|_: CredentialPermissionRequired| Refusal::CredentialPermissionRequired)? {
            None => Ok(Decided::Unchanged(super::reply(200, &connection, epoch)?)),
            Some((next, change)) => Ok(Decided::Commit(Box::new(change), super::reply(200, &next, epoch)?)),
        }
    }
}
