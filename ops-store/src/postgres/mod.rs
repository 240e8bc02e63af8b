//! PostgreSQL: the store of production, and the judge of concurrency.

mod settings;
mod session;
mod self_test;
mod commit;
mod read;
mod ingest;
mod service;
mod lead;
mod bell;
mod migrate;
pub(crate) mod value;

use std::{
    ops::Deref,
    path::PathBuf,
    sync::{Arc, atomic::AtomicI64},
    time::Duration,
};

use deadpool_postgres::{ClientWrapper, Object, Pool};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::error::Elapsed,
};

#[cfg(feature = "testing")]
pub(crate) use migrate::fingerprint;
#[cfg(feature = "testing")]
pub use migrate::migrate_through;
pub use migrate::{MigrateError, Migrated, apply_roles, migrate, schema_version};
pub use self_test::{Unfit, self_test};
pub use settings::{Settings, Tls};

use crate::port::ReadError;

/// How long a request waits for a connection that others use. After that, nothing was sent.
const CONNECTION_WITHIN: Duration = Duration::from_millis(200);
/// How long a read may take.
const READ_WITHIN: Duration = Duration::from_secs(2);
/// How long a commit may take before its outcome is called unknown.
const COMMIT_WITHIN: Duration = Duration::from_secs(2);

/// After how long without an answer a connection is closed. The server's own limits have ended every statement long before
/// that, so nothing will come; kept, it would hold its place in the pool for ever.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(5);

/// The service's facts in PostgreSQL.
#[derive(Clone)]
pub struct PostgresStore {
    settings: Arc<Settings>,
    connections: Connections,
    epoch: session::KnownEpoch,
}

/// Where a statement finds its connection.
#[derive(Clone)]
enum Connections {
    /// Any of the pool's.
    Pool(Pool),
    /// The one that holds a leader's lock, and no other after it.
    One(Arc<Mutex<Object>>),
}

/// A connection for one flight.
enum Lent {
    Pooled(Box<Object>),
    One(OwnedMutexGuard<Object>),
}

impl Deref for Lent {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        match self {
            Self::Pooled(object) => object,
            Self::One(guard) => guard,
        }
    }
}

impl Lent {
    /// Does `work` on it; it goes back where it came from, unless no answer comes.
    async fn work<T>(self, work: impl AsyncFnOnce(&ClientWrapper) -> T) -> Result<T, Elapsed> {
        let ended = tokio::time::timeout(GIVEN_UP_AFTER, work(&self)).await;
        if ended.is_err() {
            self.close();
        }
        ended
    }

    /// Ends it; the pool makes another one. A leader's ends with its candidate, who is not answered either.
    fn close(self) {
        tracing::warn!("a connection to the database that does not answer is closed");
        if let Self::Pooled(object) = self {
            drop(Object::take(*object));
        }
    }
}

/// The address of the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// It is no address of PostgreSQL. The text is not repeated: it may hold a password.
    #[error("the PostgreSQL address cannot be read; write it as postgres://USER@HOST:PORT/DATABASE")]
    Address,
    /// The pool cannot be made.
    #[error("the connection pool cannot be made")]
    Pool(#[from] deadpool_postgres::BuildError),
    /// The authorities that may sign the server's certificate cannot be read.
    #[error("{}: {why}; give it the PEM certificates of the authority that signed the database's certificate", file.display())]
    Authorities {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// TLS cannot be set up.
    #[error("TLS to the database cannot be set up")]
    Tls(#[from] rustls::Error),
}

impl PostgresStore {
    /// A pool of connections. It connects when it is first asked.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn new(settings: Settings) -> Result<Self, ConnectError> {
        let epoch = Arc::new(AtomicI64::new(1));
        let way = session::Way::to(&settings)?;
        let pool = way.pool(settings.pool_size, String::new(), Arc::clone(&epoch))?;
        Ok(Self { settings: Arc::new(settings), connections: Connections::Pool(pool), epoch })
    }

    async fn connection(&self) -> Result<Lent, Box<dyn std::error::Error + Send + Sync>> {
        match &self.connections {
            Connections::Pool(pool) => Ok(Lent::Pooled(Box::new(pool.get().await?))),
            Connections::One(one) => Ok(Lent::One(Arc::clone(one).lock_owned().await)),
        }
    }

    /// Connections of the pool at rest and at work, and callers that wait for one.
    #[must_use]
    pub fn connections(&self) -> (usize, usize, usize) {
        let Connections::Pool(pool) = &self.connections else { return (0, 1, 0) };
        let status = pool.status();
        (status.available, status.size.saturating_sub(status.available), status.waiting)
    }
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ReadError {
    ReadError::Unavailable(error.into())
}
