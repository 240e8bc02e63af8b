//! Reads and bookkeeping on SQLite: readers of their own, on threads that may block.

use std::sync::{Arc, Mutex, PoisonError, atomic::AtomicI64};

use async_trait::async_trait;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{SqliteStore, unavailable, value};
use crate::{
    port::{Engine, ReadError},
    sql::{Row, Statement},
};

/// Idle readers, and the right to take one.
pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    free: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(readers: Vec<Connection>) -> Self {
        Self { free: Arc::new(Semaphore::new(readers.len())), idle: Mutex::new(readers) }
    }

    fn take(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn give_back(&self, reader: Connection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
    }
}

#[async_trait]
impl Engine for SqliteStore {
    async fn read(&self, statements: Vec<Statement>) -> Result<Vec<Vec<Row>>, ReadError> {
        let readers = Arc::clone(&self.readers);
        let right = Arc::clone(&self.readers.free).acquire_owned().await.map_err(unavailable)?;
        let work = tokio::task::spawn_blocking(move || {
            // goes with the reader, not with the caller, who may go away before the reader is back
            let _right = right;
            let reader = readers.take().ok_or(rusqlite::Error::InvalidQuery)?;
            let rows = read(&reader, &statements);
            readers.give_back(reader);
            rows
        });
        work.await.map_err(unavailable)?.map_err(unavailable)
    }

    fn known(&self) -> &AtomicI64 {
        &self.epoch
    }

    async fn write(&self, statements: Vec<Statement>) -> Result<Vec<u64>, ReadError> {
        let written = self
            .writer
            .write(move |connection| {
                statements.iter().map(|statement| value::execute(connection, statement)).collect()
            })
            .await;
        written.map_err(unavailable)?.map_err(unavailable)
    }
}

/// The rows of each statement, all from one snapshot.
fn read(reader: &Connection, statements: &[Statement]) -> rusqlite::Result<Vec<Vec<Row>>> {
    let snapshot = reader.unchecked_transaction()?;
    let rows = statements
        .iter()
        .map(|statement| value::query(&snapshot, statement))
        .collect::<rusqlite::Result<_>>()?;
    snapshot.finish()?;
    Ok(rows)
}
