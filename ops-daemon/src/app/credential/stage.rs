//! Move a credential: activate a staged one, or discard it.

use ops_client::wire;
use ops_core::{
    Change, Stamp,
    credential::{Credential, Stage, activate, discard},
    id::ConnectionId,
};
use ops_store::{Store, port::Reply};

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// What the core makes of a move: the credential afterwards, nothing when it is there already, or from where it cannot.
type Moved = Result<Option<(Credential, Change)>, Stage>;

/// Moves a credential to a stage.
pub struct Move {
    connection: ConnectionId,
    version: i64,
    to: Stage,
    decide: fn(&Credential, &[Credential], &Stamp) -> Moved,
}

impl Move {
    /// Takes a staged one into use.
    #[must_use]
    pub fn activate(connection: ConnectionId, version: i64) -> Self {
        let decide = |one: &Credential, all: &[Credential], stamp: &Stamp| {
            activate::activate(one, all, stamp).map_err(|not| not.from)
        };
        Self { connection, version, to: Stage::Active, decide }
    }

    /// Gives a staged one up.
    #[must_use]
    pub fn discard(connection: ConnectionId, version: i64) -> Self {
        let decide = |one: &Credential, _: &[Credential], stamp: &Stamp| {
            discard::discard(one, stamp).map_err(|not| not.from)
        };
        Self { connection, version, to: Stage::Discarded, decide }
    }
}

impl UseCase for Move {
    type Loaded = Vec<Credential>;

    async fn load(&self, store: &dyn Store) -> Result<Self::Loaded, Refusal> {
        store.credentials_of(self.connection).await?.ok_or(Refusal::NotFound)
    }

    fn decide(&self, all: Self::Loaded, stamp: &Stamp, _: i64) -> Result<Decided, Refusal> {
        let one =
            all.iter().find(|credential| credential.version == self.version).ok_or(Refusal::NotFound)?;
        let moved = (self.decide)(one, &all, stamp);
        match moved.map_err(|from| Refusal::IllegalStage { from, to: self.to })? {
            None => Ok(Decided::Unchanged(reply(one)?)),
            Some((next, change)) => Ok(Decided::Commit(Box::new(change), reply(&next)?)),
        }
    }
}

/// The metadata; it has no version of its own that a caller could match.
fn reply(credential: &Credential) -> Result<Reply, Refusal> {
    let body =
        serde_json::to_string(&wire::credential::Credential::of(credential)).map_err(Refusal::internal)?;
    Ok(Reply { status: 200, etag: None, location: None, body: Some(body) })
}
