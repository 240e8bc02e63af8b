//! Enable, drain or disable a connection.

use ops_core::{
    Change, Stamp,
    connection::{Connection, status},
    id::ConnectionId,
};
use ops_store::Store;

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// The move, as the core decides it.
type Move = fn(&Connection, &Stamp) -> Option<(Connection, Change)>;

/// Moves a connection's status.
pub struct Status(ConnectionId, Move);

impl Status {
    /// It may be used from now on.
    #[must_use]
    pub const fn enable(id: ConnectionId) -> Self {
        Self(id, status::enable)
    }

    /// It takes no new traffic from now on.
    #[must_use]
    pub const fn drain(id: ConnectionId) -> Self {
        Self(id, status::drain)
    }

    /// It may not be used from now on.
    #[must_use]
    pub const fn disable(id: ConnectionId) -> Self {
        Self(id, status::disable)
    }
}

impl UseCase for Status {
    type Loaded = Connection;

    async fn load(&self, store: &dyn Store) -> Result<Connection, Refusal> {
        super::load(store, self.0).await
    }

    fn version(&self, connection: &Connection) -> Option<i64> {
        Some(connection.version)
    }

    fn decide(&self, connection: Connection, stamp: &Stamp, epoch: i64) -> Result<Decided, Refusal> {
        match (self.1)(&connection, stamp) {
            None => Ok(Decided::Unchanged(super::reply(200, &connection, epoch)?)),
            Some((next, change)) => Ok(Decided::Commit(Box::new(change), super::reply(200, &next, epoch)?)),
        }
    }
}
