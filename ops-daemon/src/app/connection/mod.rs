//! Verbs of a connection.

pub mod create;
pub mod update;
pub mod status;
pub mod delete;

use ops_client::wire;
use ops_core::{Mark, connection::Connection, id::ConnectionId};
use ops_store::{Store, port::Reply};

use super::refusal::Refusal;

/// The connection, unless it is deleted.
///
/// # Errors
/// [`Refusal::NotFound`], or the database's failure.
pub async fn load(store: &dyn Store, id: ConnectionId) -> Result<Connection, Refusal> {
    store.connection(id).await?.filter(|found| found.deleted_at.is_none()).ok_or(Refusal::NotFound)
}

fn reply(status: u16, connection: &Connection, epoch: i64) -> Result<Reply, Refusal> {
    super::reply(status, Mark::new(epoch, connection.version), &wire::connection::Connection::of(connection))
}
