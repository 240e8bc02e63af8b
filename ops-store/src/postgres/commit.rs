//! Committing a change on PostgreSQL: one transaction, one flight.

use async_trait::async_trait;
use ops_core::Change;
use tokio_postgres::{Error, error::SqlState};

use super::{COMMIT_WITHIN, PostgresStore, READ_WITHIN, read};
use crate::{
    port::{Commit, CommitError, Committed, Receipt, ServiceReads as _, refused_by_name},
    sql::{Statement, plan::plan, refusal},
};

#[async_trait]
impl Commit for PostgresStore {
    async fn commit(&self, change: Change, receipt: Option<Receipt>) -> Result<Committed, CommitError> {
        let plan = plan(&change, receipt.as_ref())?;
        let Err(failed) = self.send(plan).await? else { return Ok(Committed::Done) };
        let Some(refused) = failed.as_db_error() else {
            return Err(CommitError::OutcomeUnknown(failed.into()));
        };
        let constraint = refused.constraint().unwrap_or_default();
        match refused.code().code() {
            "OP001" => {
                if constraint == "epoch" {
                    // whoever decides again must not meet the same wall
                    self.epoch().await.map_err(|error| CommitError::Unavailable(error.into()))?;
                }
                Err(CommitError::Conflict(constraint.to_owned()))
            }
            "40001" | "40P01" | "55P03" => Err(CommitError::Conflict(refused.code().code().to_owned())),
            "23505" => match refusal::meaning(constraint) {
                Some(meaning) => refused_by_name(self, meaning, &change, receipt).await,
                None => Err(unmapped(refused)),
            },
            // the server went away while it worked: before COMMIT or after it, nobody can tell
            code if code.starts_with("57P") => Err(CommitError::OutcomeUnknown(failed.into())),
            // it gave up within its own limit, and said so: nothing is kept
            code if code == SqlState::QUERY_CANCELED.code() || code.starts_with("53") => {
                Err(CommitError::Unavailable(failed.into()))
            }
            _ => Err(unmapped(refused)),
        }
    }
}

impl PostgresStore {
    /// Sends the flight. The outer error is for what we cannot know; the inner is the first error of the flight. It runs
    /// in a task of its own: a client that disconnects must not leave an open transaction in the pool.
    async fn send(&self, plan: Vec<Statement>) -> Result<Result<(), Error>, CommitError> {
        let connection = self.connection().await.map_err(CommitError::Unavailable)?;
        // until now nothing of the change was sent
        let known = tokio::time::timeout(READ_WITHIN, read::prepare(&connection, &plan)).await;
        let known = match known {
            Ok(known) => known,
            Err(late) => {
                connection.close();
                return Err(CommitError::Unavailable(late.into()));
            }
        };
        let known = known.map_err(|error| CommitError::Unavailable(error.into()))?;
        let run = async move |connection: &_| read::run(connection, &known, &plan).await.map(drop);
        let flight = tokio::spawn(connection.work(run));
        let ended = tokio::time::timeout(COMMIT_WITHIN, flight).await;
        let ended = ended.map_err(|late| CommitError::OutcomeUnknown(late.into()))?;
        let ended = ended.map_err(|lost| CommitError::OutcomeUnknown(lost.into()))?;
        ended.map_err(|late| CommitError::OutcomeUnknown(late.into()))
    }
}

fn unmapped(refused: &tokio_postgres::error::DbError) -> CommitError {
    CommitError::Unmapped {
        code: refused.code().code().to_owned(),
        constraint: refused.constraint().or(refused.column()).unwrap_or_default().to_owned(),
    }
}
