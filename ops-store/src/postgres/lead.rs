//! Who leads a task: one session holds the task's lock, and the leader writes on that session alone. A session that ends
//! takes lock and writing with it, so a deposed leader cannot write.

use std::sync::Arc;

use async_trait::async_trait;
use deadpool_postgres::ClientWrapper;

use super::{Connections, PostgresStore, READ_WITHIN, session::Way, unavailable};
use crate::{
    Store,
    port::{Candidate, Leaders, ReadError},
};

/// The database ends a session that has said nothing for so long, in milliseconds: whoever stands still or cannot be
/// reached is deposed, and another one leads within this time and the candidates' next look. A leader must be heard
/// more often, see [`Candidate::leads`].
const SILENT_MS: u32 = 6000;

#[async_trait]
impl Leaders for PostgresStore {
    async fn candidate(&self, task: &'static str) -> Result<Box<dyn Candidate>, ReadError> {
        let also = format!(
            "SET idle_session_timeout = {SILENT_MS}; SET idle_in_transaction_session_timeout = {SILENT_MS}; \
             SET application_name = 'ops-daemon {task}';"
        );
        let way = Way::to(&self.settings).map_err(unavailable)?;
        let pool = way.pool(1, also, Arc::clone(&self.epoch)).map_err(unavailable)?;
        let session = pool.get().await.map_err(unavailable)?;
        let one = Connections::One(Arc::new(tokio::sync::Mutex::new(session)));
        Ok(Box::new(OneSession { store: Self { connections: one, ..self.clone() }, task, holds: false }))
    }
}

struct OneSession {
    store: PostgresStore,
    task: &'static str,
    holds: bool,
}

#[async_trait]
impl Candidate for OneSession {
    async fn leads(&mut self) -> Result<bool, ReadError> {
        let connection = self.store.connection().await.map_err(ReadError::Unavailable)?;
        let asked = async {
            if self.holds { still_there(&connection).await } else { take(&connection, self.task).await }
        };
        let answered = tokio::time::timeout(READ_WITHIN, asked).await;
        self.holds = answered.map_err(unavailable)?.map_err(unavailable)?;
        Ok(self.holds)
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone())
    }
}

/// The lock is the session's: that it answers is all there is to know.
async fn still_there(session: &ClientWrapper) -> Result<bool, tokio_postgres::Error> {
    session.batch_execute("SELECT 1").await.map(|()| true)
}

async fn take(session: &ClientWrapper, task: &str) -> Result<bool, tokio_postgres::Error> {
    let taken =
        session.prepare_cached("SELECT pg_try_advisory_lock(hashtextextended('ops.task.' || $1, 0))").await?;
    session.query_one(&taken, &[&task]).await?.try_get(0)
}
