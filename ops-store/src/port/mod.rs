//! The ports: one small trait per noun, all object-safe. [`Store`] is their sum.

mod commit;
mod operator;
mod connection;
mod maintenance;
mod timeline;
mod credential;
mod routing;
mod health;
mod event;
mod relay;
mod stream;
mod audit;
mod audit_seal;
mod receipt;
mod service;
mod replica;
mod secret;

use std::sync::atomic::AtomicI64;

use async_trait::async_trait;

pub use audit::{AuditFilter, AuditReads};
pub use audit_seal::{AuditSeals, ChainEnd, Link, Linked, Record, Seal};
pub(crate) use commit::refused_by_name;
pub use commit::{Commit, CommitError, Committed};
pub use connection::{ConnectionFilter, ConnectionReads};
pub use credential::CredentialReads;
pub use event::{EventReads, Following, Sequencer};
pub use health::{Arrived, ConnectionHealthRow, HealthLog, HealthReads, Taken as SampleTaken};
pub use maintenance::{MaintenancePage, MaintenanceReads};
pub use operator::{Deleted, Dossier, OperatorFilter, OperatorReads, OperatorSort};
pub use receipt::{Receipt, ReceiptScope, Receipts, Reply, StoredReceipt};
pub use relay::{Backlog, Outbox, RelayMark};
pub use replica::{Bell, Bells, Candidate, Leaders};
pub use routing::{RoutingReads, RuleFilter};
pub use secret::{NotAPath, SecretError, SecretPath, SecretStore};
pub use service::{Restored, ServiceReads};
pub use stream::{End, EventStream, Message, Messages, Newest, Published, StreamError, Tail};
pub use timeline::{Happened, TimelineReads};

pub use crate::sql::health_session::LastHeard;

/// Everything the service keeps, in one place that can be asked.
pub trait Store:
    Commit
    + OperatorReads
    + ConnectionReads
    + CredentialReads
    + MaintenanceReads
    + TimelineReads
    + RoutingReads
    + HealthLog
    + HealthReads
    + EventReads
    + Sequencer
    + Outbox
    + AuditReads
    + AuditSeals
    + Receipts
    + ServiceReads
    + Restored
    + Leaders
    + Bells
{
}

impl<T> Store for T where
    T: Commit
        + OperatorReads
        + ConnectionReads
        + CredentialReads
        + MaintenanceReads
        + TimelineReads
        + RoutingReads
        + HealthLog
        + HealthReads
        + EventReads
        + Sequencer
        + Outbox
        + Outbox
        + AuditReads
        + AuditSeals
        + Receipts
        + ServiceReads
        + Restored
        + Leaders
        + Bells
{
}

/// Why a read has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No connection, or no answer in time. The chain says what happened, and holds no values of rows.
    #[error("the database does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Something was sent to be kept, and no answer came: it may be kept or not.
    #[error("the outcome of a write is unknown")]
    OutcomeUnknown(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored row cannot be read.
    #[error("a stored row cannot be read")]
    Corrupt(#[from] crate::sql::Corrupt),
}

/// What an adapter offers to the shared reads: statements in, rows out, in one snapshot and one flight.
#[async_trait]
pub(crate) trait Engine: Send + Sync {
    /// The rows of each statement, in order, all from one snapshot.
    async fn read(
        &self,
        statements: Vec<crate::sql::Statement>,
    ) -> Result<Vec<Vec<crate::sql::Row>>, ReadError>;
    /// The highest epoch that was met.
    fn known(&self) -> &AtomicI64;
    /// All of the statements or none of them, for bookkeeping that is no `Change`; the rows that each changed.
    async fn write(&self, statements: Vec<crate::sql::Statement>) -> Result<Vec<u64>, ReadError>;
}

impl<T: Engine + ?Sized> EngineExt for T {}

/// Reads with the number of answers known at compile time.
#[async_trait]
pub(crate) trait EngineExt: Engine {
    /// The rows of each statement.
    async fn read_all<const N: usize>(
        &self,
        statements: [crate::sql::Statement; N],
    ) -> Result<[Vec<crate::sql::Row>; N], ReadError> {
        let rows = self.read(statements.into()).await?;
        rows.try_into()
            .map_err(|_| ReadError::Unavailable("another number of answers than of statements".into()))
    }

    /// As [`Engine::write`]: the rows that the statement at `place` changed.
    async fn write_counting(
        &self,
        statements: Vec<crate::sql::Statement>,
        place: usize,
    ) -> Result<u64, ReadError> {
        Ok(self.write(statements).await?.get(place).copied().unwrap_or(0))
    }
}
