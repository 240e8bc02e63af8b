//! Committing a change on SQLite: in a savepoint of the writer's group.

use async_trait::async_trait;
use ops_core::Change;
use rusqlite::ErrorCode;

use super::{SqliteStore, open::FAILED, value, writer::NotWritten};
use crate::{
    port::{Commit, CommitError, Committed, Receipt, ServiceReads as _, refused_by_name},
    sql::{plan::plan, refusal},
};

#[async_trait]
impl Commit for SqliteStore {
    async fn commit(&self, change: Change, receipt: Option<Receipt>) -> Result<Committed, CommitError> {
        let plan = plan(&change, receipt.as_ref())?;
        let written = self
            .writer
            .write(move |connection| plan.iter().try_for_each(|s| value::execute(connection, s).map(drop)))
            .await
            .map_err(|error| match error {
                NotWritten::Unknown(_) => CommitError::OutcomeUnknown(error.into()),
                NotWritten::Stopped | NotWritten::Full | NotWritten::RolledBack(_) => {
                    CommitError::Unavailable(error.into())
                }
            })?;
        let Err(error) = written else { return Ok(Committed::Done) };
        match refused(&error) {
            Refused::Expectation(name) => {
                if name == "epoch" {
                    // whoever decides again must not meet the same wall
                    self.epoch().await.map_err(|error| CommitError::Unavailable(error.into()))?;
                }
                Err(CommitError::Conflict(name))
            }
            Refused::Constraint(name) => match refusal::meaning(&name) {
                Some(meaning) => refused_by_name(self, meaning, &change, receipt).await,
                None => Err(CommitError::Unmapped { code: "constraint".into(), constraint: name }),
            },
            Refused::Disk => Err(CommitError::Unavailable(error.into())),
            Refused::Other(code) => Err(CommitError::Unmapped { code, constraint: error.to_string() }),
        }
    }
}

enum Refused {
    Expectation(String),
    Constraint(String),
    Disk,
    Other(String),
}

/// SQLite names the *columns* of a violated unique index, and the constraint of a CHECK.
fn refused(error: &rusqlite::Error) -> Refused {
    let rusqlite::Error::SqliteFailure(failure, Some(message)) = error else {
        return Refused::Other("sqlite".into());
    };
    if let Some(name) = message.strip_prefix(FAILED) {
        return Refused::Expectation(name.to_owned());
    }
    match failure.code {
        ErrorCode::ConstraintViolation => match message.split_once(": ") {
            Some(("UNIQUE constraint failed", columns)) => Refused::Constraint(index_of(columns).to_owned()),
            Some((_, name)) => Refused::Constraint(name.to_owned()),
            None => Refused::Constraint(message.clone()),
        },
        ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::SystemIoFailure => Refused::Disk,
        code => Refused::Other(format!("{code:?}")),
    }
}

/// The name of a unique index, out of the columns that SQLite tells.
fn index_of(columns: &str) -> &str {
    match columns {
        "operator.code" => "operator_code_taken",
        "operator.name_key" => "operator_display_name_taken",
        "operator.external_id" => "operator_external_id_taken",
        "connection.operator_id, connection.name" => "connection_name_taken",
        "account.host, account.port, account.system_id, account.system_type, account.direction" => {
            "account_taken"
        }
        "credential.connection_id, credential.version" => "credential_version_taken",
        // two partial indexes share this column; both mean that somebody else was faster
        "credential.connection_id" => "credential_active_taken",
        "receipt.issuer, receipt.subject, receipt.route, receipt.key" => "idempotency_key_taken",
        other => other,
    }
}
