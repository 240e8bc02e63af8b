//! After a restore, on PostgreSQL: functions with the rights of their owner, since the application may not write the row.

use std::sync::atomic::Ordering;

use async_trait::async_trait;

use super::PostgresStore;
use crate::{
    port::{EngineExt as _, ReadError, Restored},
    sql::{Corrupt, Row, Statement, args},
};

#[async_trait]
impl Restored for PostgresStore {
    async fn raise_epoch(&self, from: i64) -> Result<i64, ReadError> {
        let epoch = self.call(Statement::new("SELECT raise_epoch($1)", args![from])).await?.int(0)?;
        self.epoch.fetch_max(epoch, Ordering::AcqRel);
        Ok(epoch)
    }

    async fn confirm_sweeps(&self, epoch: i64) -> Result<bool, ReadError> {
        Ok(self.call(Statement::new("SELECT confirm_sweeps($1)", args![epoch])).await?.bool(0)?)
    }
}

impl PostgresStore {
    /// One statement that calls a function; alone, it is a transaction of its own that may write.
    async fn call(&self, function: Statement) -> Result<Row, ReadError> {
        let [rows] = self.read_all([function]).await?;
        Ok(rows.into_iter().next().ok_or(Corrupt { column: 0, why: "the answer of a function".into() })?)
    }
}
