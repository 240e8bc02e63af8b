//! Samples on SQLite: one by one in the writer's group, then windows and sessions.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ops_core::id::{ConnectionId, OperatorId};
use rusqlite::Connection;

use super::{SqliteStore, unavailable, value, writer::NotWritten};
use crate::{
    port::{Arrived, HealthLog, ReadError, SampleTaken},
    sql,
};

#[async_trait]
impl HealthLog for SqliteStore {
    async fn append(&self, arrived: Arrived) -> Result<Vec<SampleTaken>, ReadError> {
        let written = self.writer.write(move |connection| append(connection, &arrived)).await;
        let written = written.map_err(|not| match not {
            NotWritten::Unknown(_) => ReadError::OutcomeUnknown(not.into()),
            NotWritten::Stopped | NotWritten::Full | NotWritten::RolledBack(_) => unavailable(not),
        });
        written?.map_err(unavailable)
    }
}

fn append(connection: &Connection, arrived: &Arrived) -> rusqlite::Result<Vec<SampleTaken>> {
    let mut operators: BTreeMap<ConnectionId, OperatorId> = BTreeMap::new();
    for id in arrived.samples.iter().map(|sample| sample.connection_id).collect::<BTreeSet<_>>() {
        if let Some(row) = value::query(connection, &sql::connection::operator_of(id))?.first() {
            operators.insert(id, row.uuid(1).map_err(unreadable)?);
        }
    }
    let mut stored = BTreeSet::new();
    for sample in &arrived.samples {
        let Some(operator) = operators.get(&sample.connection_id) else { continue };
        let late = sql::sample::is_late(sample, arrived);
        let insert =
            sql::sample::insert_sample(sample, *operator, arrived.received_at, late).map_err(unreadable)?;
        if value::execute(connection, &insert)? > 0 {
            stored.insert(sql::sample::identity(sample));
        }
    }
    let (taken, statements) = sql::sample::account(arrived, &operators, stored);
    for statement in &statements {
        value::execute(connection, statement)?;
    }
    Ok(taken)
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(Box::new(error))
}
