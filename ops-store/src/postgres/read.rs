//! Reads and bookkeeping on PostgreSQL: statements pipelined in one flight.

use std::{
    future::Future,
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
};

use async_trait::async_trait;
use deadpool_postgres::ClientWrapper;
use futures::{FutureExt, StreamExt, TryFutureExt, TryStreamExt, future::join_all};
use tokio::time::error::Elapsed;
use tokio_postgres::Error;

use super::{PostgresStore, READ_WITHIN, unavailable, value};
use crate::{
    port::{Engine, ReadError},
    sql::{Row, Statement},
};

#[async_trait]
impl Engine for PostgresStore {
    async fn read(&self, statements: Vec<Statement>) -> Result<Vec<Vec<Row>>, ReadError> {
        let connection = self.connection().await.map_err(ReadError::Unavailable)?;
        let rows =
            to_its_end(connection.work(async move |connection| read(connection, &statements).await)).await?;
        let of_one =
            |rows: Vec<tokio_postgres::Row>| rows.iter().map(value::row).collect::<Result<Vec<_>, _>>();
        Ok(rows.into_iter().map(of_one).collect::<Result<_, _>>()?)
    }

    fn known(&self) -> &AtomicI64 {
        &self.epoch
    }

    async fn write(&self, statements: Vec<Statement>) -> Result<Vec<u64>, ReadError> {
        let connection = self.connection().await.map_err(ReadError::Unavailable)?;
        to_its_end(connection.work(async move |connection| transaction(connection, &statements).await)).await
    }
}

/// Runs in a task of its own: a caller that goes away must not hand a connection with an open transaction to the pool.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<Result<T, Error>, Elapsed>> + Send + 'static,
) -> Result<T, ReadError> {
    let ended = tokio::time::timeout(READ_WITHIN, tokio::spawn(work)).await;
    ended.map_err(unavailable)?.map_err(unavailable)?.map_err(unavailable)?.map_err(unavailable)
}

/// The rows of each statement. Several statements share a snapshot; BEGIN and COMMIT travel in the same flight.
async fn read(
    connection: &ClientWrapper,
    statements: &[Statement],
) -> Result<Vec<Vec<tokio_postgres::Row>>, Error> {
    let known = prepare(connection, statements).await?;
    let alone = statements.len() == 1;
    let begin = async {
        if alone {
            Ok(())
        } else {
            connection.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
        }
    };
    let queries = join_all(known.iter().zip(statements).map(|(prepared, statement)| async move {
        connection.query_raw(prepared, &statement.args).await?.boxed().try_collect().await
    }));
    let commit = async { if alone { Ok(()) } else { connection.batch_execute("COMMIT").await } };
    // polled in this order, so that the messages are queued in this order
    let (begun, rows, committed) = futures::join!(begin, queries, commit);
    begun?;
    let rows = rows.into_iter().collect::<Result<_, _>>()?;
    committed?;
    Ok(rows)
}

/// All of the statements or none, in one flight once this connection knows them; the rows that each changed.
/// Every future is polled once, in order, before any is waited for: all messages are queued before the first answer.
/// The first error in order is the cause: those after it say 25P02, and COMMIT says Ok after a rollback.
pub(super) async fn transaction(
    connection: &ClientWrapper,
    statements: &[Statement],
) -> Result<Vec<u64>, Error> {
    let known = prepare(connection, statements).await?;
    run(connection, &known, statements).await
}

/// The part of [`transaction`] from which on a change may be kept.
pub(super) async fn run(
    connection: &ClientWrapper,
    known: &[tokio_postgres::Statement],
    statements: &[Statement],
) -> Result<Vec<u64>, Error> {
    // a value that has no form of the column's type fails before anything of its statement is sent, and so before the end
    let unsent = AtomicBool::new(false);
    let mut flight = vec![connection.batch_execute("BEGIN").map_ok(|()| 0).boxed()];
    for (prepared, statement) in known.iter().zip(statements) {
        let failed = |_: &Error| unsent.store(true, Ordering::Relaxed);
        flight.push(connection.execute_raw(prepared, &statement.args).inspect_err(failed).boxed());
    }
    let end = async {
        let end = if unsent.load(Ordering::Relaxed) { "ROLLBACK" } else { "COMMIT" };
        connection.batch_execute(end).await.map(|()| 0)
    };
    flight.push(end.boxed());
    // join, not try_join: whoever decides again must find the locks gone, so the rollback's answer is waited for
    let changed: Vec<u64> = join_all(flight).await.into_iter().collect::<Result<_, _>>()?;
    Ok(changed.get(1..=statements.len()).unwrap_or_default().to_vec())
}

/// Statements by text: known to the connection already, or prepared, all in one flight.
pub(super) async fn prepare(
    connection: &ClientWrapper,
    statements: &[Statement],
) -> Result<Vec<tokio_postgres::Statement>, Error> {
    // each text once: a lease of 200 connections has 600 statements of 3 texts
    let mut texts: Vec<&str> = statements.iter().map(|statement| statement.sql.as_ref()).collect();
    texts.sort_unstable();
    texts.dedup();
    join_all(texts.into_iter().map(|sql| connection.prepare_cached(sql)))
        .await
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    // known now, so that these ask nobody
    join_all(statements.iter().map(|statement| connection.prepare_cached(&statement.sql)))
        .await
        .into_iter()
        .collect()
}

#[cfg(all(test, feature = "stack"))]
mod tests {
    use crate::{
        port::{Engine, RoutingReads, ServiceReads},
        sql::{Statement, args, routing},
        testing::postgres::Database,
    };

    #[tokio::test]
    async fn a_value_that_cannot_be_sent_leaves_nothing_of_its_transaction() {
        let database = Database::create().await;
        let store = database.store(1);
        let wrong = || Statement::new("SELECT expect('a text is asked for', true, $1)", args![7_i64]);
        for statements in [[routing::draw_view_version(), wrong()], [wrong(), routing::draw_view_version()]] {
            let refused = store.write(statements.into()).await.unwrap_err();
            assert!(format!("{refused:?}").contains("WrongType"), "{refused:?}");
            assert_eq!(store.epoch().await.unwrap(), 1, "the connection works");
            assert_eq!(store.view().await.unwrap().version().n, 0);
        }
        store.write(vec![routing::draw_view_version()]).await.unwrap();
        assert_eq!(store.view().await.unwrap().version().n, 1);
    }
}
