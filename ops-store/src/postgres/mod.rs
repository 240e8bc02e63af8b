//! PostgreSQL: the store of production, and the judge of concurrency.

mod commit;
mod ingest;
mod migrate;
mod read;
pub(crate) mod value;

use std::{str::FromStr, time::Duration};

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use tokio_postgres::{Config, NoTls};

#[cfg(feature = "testing")]
pub(crate) use migrate::fingerprint;
pub use migrate::{MigrateError, Migrated, apply_roles, migrate, schema_version};

use crate::port::ReadError;

/// How long a request waits for a connection that others use. After that, nothing was sent.
const CONNECTION_WITHIN: Duration = Duration::from_millis(200);
/// How long making a connection may take. Longer than the wait: a connection that is given up half-way is made again from
/// its start by the next request, and never gets there.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// How long a read may take.
const READ_WITHIN: Duration = Duration::from_secs(2);
/// How long a commit may take before its outcome is called unknown.
const COMMIT_WITHIN: Duration = Duration::from_secs(2);
/// After how long without an answer at the TCP level a connection is given up.
const PEER_GONE_AFTER: Duration = Duration::from_secs(10);
/// What every session is told. Nothing else bounds the wait of a flight; the limits lie below ours, so that the
/// database gives up first and the outcome is known.
const SESSION: &str = "-c search_path=ops -c timezone=UTC -c lock_timeout=1500 -c statement_timeout=1800 \
     -c idle_in_transaction_session_timeout=10000";

/// The service's facts in PostgreSQL.
#[derive(Clone)]
pub struct PostgresStore {
    pool: Pool,
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
}

impl PostgresStore {
    /// A pool of up to `pool_size` connections. It connects when it is first asked.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn new(url: &str, pool_size: usize) -> Result<Self, ConnectError> {
        let manager = Manager::from_config(
            session(url)?,
            NoTls,
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let pool = Pool::builder(manager)
            .max_size(pool_size)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(CONNECTION_WITHIN))
            .create_timeout(Some(CONNECT_WITHIN))
            .recycle_timeout(Some(CONNECTION_WITHIN))
            .post_create(Hook::async_fn(|client, _| {
                let client: &deadpool_postgres::ClientWrapper = client;
                Box::pin(async move {
                    // whoever gets this connection first finds the common statements known to it
                    let prepares = crate::sql::hot()
                        .into_iter()
                        .map(|sql| async move { client.prepare_cached(&sql).await.map(drop) });
                    futures::future::try_join_all(prepares).await.map_err(HookError::Backend)?;
                    Ok(())
                })
            }))
            .build()?;
        Ok(Self { pool })
    }

    async fn connection(&self) -> Result<Object, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.pool.get().await?)
    }

    /// Connections of the pool at rest and at work, and callers that wait for one.
    #[must_use]
    pub fn connections(&self) -> (usize, usize, usize) {
        let status = self.pool.status();
        (status.available, status.size.saturating_sub(status.available), status.waiting)
    }
}

/// An address with what every session of ours is told.
fn session(url: &str) -> Result<Config, ConnectError> {
    let mut config = Config::from_str(url).map_err(|_| ConnectError::Address)?;
    config.options(SESSION).application_name("ops-daemon").connect_timeout(CONNECT_WITHIN);
    // a peer that vanished without a word would hold its connection, and a place in the pool, for two hours
    config
        .tcp_user_timeout(PEER_GONE_AFTER)
        .keepalives_idle(PEER_GONE_AFTER)
        .keepalives_interval(PEER_GONE_AFTER / 5);
    Ok(config)
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ReadError {
    ReadError::Unavailable(error.into())
}
