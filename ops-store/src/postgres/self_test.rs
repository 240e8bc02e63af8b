//! Whether a session stays one session. A pooler that hands sessions around between transactions would break the locks
//! of leaders and the bell without a word, so it is refused at the start.

use tokio_postgres::{Client, Error, error::SqlState};

use super::{ConnectError, Settings, session, session::Way};

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// The address cannot be used.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// It does not answer.
    #[error("the database refuses or does not answer")]
    Database(#[from] Error),
    /// What is reached is a pooler in transaction mode.
    #[error(
        "the database is reached through a pooler that hands sessions around between transactions, and locks and LISTEN do \
         not survive that: connect to PostgreSQL itself, or set the pooler to session mode (PgBouncer: pool_mode = session)"
    )]
    Pooler,
}

/// Refuses a pooler in transaction mode: there, whoever comes back finds its session taken by somebody else.
///
/// # Errors
/// [`Unfit`].
pub async fn self_test(settings: &Settings) -> Result<(), Unfit> {
    let way = Way::to(settings)?;
    let (one, other) = (client(&way).await?, client(&way).await?);
    let before = backend(&one).await?;
    // holds whatever session it gets, which with a pooler is the one that was just given back
    other.batch_execute("BEGIN").await.map_err(as_pooler)?;
    let held = backend(&other).await?;
    one.batch_execute("BEGIN").await.map_err(as_pooler)?;
    let after = backend(&one).await?;
    if before == after && before != held { Ok(()) } else { Err(Unfit::Pooler) }
}

/// A pooler cannot give the second session that it does not have, or does not know a prepared statement any more.
fn as_pooler(error: Error) -> Unfit {
    match error.code() {
        Some(code) if *code == SqlState::INVALID_SQL_STATEMENT_NAME => Unfit::Pooler,
        _ => Unfit::Database(error),
    }
}

async fn client(way: &Way) -> Result<Client, Error> {
    let (client, connection) = way.connect().await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection of the self-test ended");
        }
    });
    Ok(client)
}

/// The server process behind a session, asked without a prepared statement.
async fn backend(client: &Client) -> Result<Option<i64>, Unfit> {
    Ok(session::number(&client.simple_query("SELECT pg_backend_pid()").await.map_err(as_pooler)?))
}
