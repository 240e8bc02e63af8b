//! Store a credential: the secret first, then the row that refers to it. A row that is not committed leaves a secret
//! that nobody refers to; never the other way round.

use ops_client::{paths, wire};
use ops_core::{
    Change, Mark, Stamp,
    change::Write,
    connection::Connection,
    credential::{
        self, Credential, Secret,
        create::{self, NotStored},
    },
    id::ConnectionId,
};
use ops_store::{Store, port::SecretPath};

use crate::{
    app::{
        App,
        decide::{Decided, UseCase},
        refusal::Refusal,
    },
    telemetry::SecretOperation,
};

/// Stores a credential of a connection.
pub struct Create {
    connection: ConnectionId,
    command: create::Create,
    secret: Secret,
}

impl Create {
    /// From what the caller sent.
    #[must_use]
    pub fn new(connection: ConnectionId, body: wire::credential::Create) -> Self {
        let (command, secret) = body.into_command();
        Self { connection, command, secret }
    }
}

impl UseCase for Create {
    type Loaded = (Connection, Vec<Credential>);
    const PREPARES: bool = true;

    async fn load(&self, store: &dyn Store) -> Result<Self::Loaded, Refusal> {
        let (_, connection, credentials) =
            store.connection_file(self.connection).await?.ok_or(Refusal::NotFound)?;
        if connection.deleted_at.is_some() { Err(Refusal::NotFound) } else { Ok((connection, credentials)) }
    }

    fn decide(
        &self,
        (connection, existing): Self::Loaded,
        stamp: &Stamp,
        epoch: i64,
    ) -> Result<Decided, Refusal> {
        let stored = create::create(&connection, &existing, self.command.clone(), stamp);
        let (credential, change) = stored.map_err(|not| match not {
            NotStored::AlreadyStaged { version } => Refusal::AlreadyStaged(version),
            NotStored::NewAccountNeedsNewConnection => Refusal::NewAccountNeedsNewConnection,
            NotStored::Refused(faults) => Refusal::Invalid(faults),
        })?;
        let view = wire::credential::Credential::of(&credential);
        let mut reply = crate::app::reply(201, Mark::new(epoch, credential.version), &view)?;
        reply.etag = None; // a credential's metadata has no version of its own that a caller could match
        let of = paths::CONNECTION_CREDENTIALS.replace("{connection_id}", &connection.id.to_string());
        reply.location = Some(format!("{of}/{}", credential.version));
        Ok(Decided::Commit(Box::new(change), reply))
    }

    async fn prepare(&self, app: &App, change: &Change) -> Result<(), Refusal> {
        for write in &change.writes {
            if let Write::Credential(credential::Write::Insert(credential)) = write {
                let put = app.secrets.put(SecretPath::of(credential), &self.secret).await;
                app.metrics.secret_requested(SecretOperation::Put, super::outcome(&put));
                put?;
            }
        }
        Ok(())
    }
}
