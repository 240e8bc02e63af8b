//! After a restore, and what only several replicas need, on SQLite.

use std::sync::Arc;

use async_trait::async_trait;

use super::SqliteStore;
use crate::{
    Store,
    port::{
        Bell, Bells, Candidate, Engine as _, EngineExt as _, Leaders, ReadError, Restored, ServiceReads as _,
    },
    sql::{Statement, args},
};

#[async_trait]
impl Restored for SqliteStore {
    async fn raise_epoch(&self, from: i64) -> Result<i64, ReadError> {
        let raise = "UPDATE service SET epoch = $1 + 1 WHERE epoch <= $1";
        let view = "UPDATE routing_head SET epoch = (SELECT epoch FROM service), version = 1 \
                    WHERE epoch < (SELECT epoch FROM service)";
        self.write(vec![Statement::new(raise, args![from]), Statement::new(view, [])]).await?;
        self.epoch().await
    }

    async fn confirm_sweeps(&self, epoch: i64) -> Result<bool, ReadError> {
        let sql = "UPDATE service SET sweeps_epoch = $1 WHERE epoch = $1";
        Ok(self.write_counting(vec![Statement::new(sql, args![epoch])], 0).await? == 1)
    }
}

/// One process has the file, so it leads everything.
#[async_trait]
impl Leaders for SqliteStore {
    async fn candidate(&self, _: &'static str) -> Result<Box<dyn Candidate>, ReadError> {
        Ok(Box::new(Only(self.clone())))
    }
}

struct Only(SqliteStore);

#[async_trait]
impl Candidate for Only {
    async fn leads(&mut self) -> Result<bool, ReadError> {
        Ok(true)
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }
}

/// Nobody else is there to hear it.
#[async_trait]
impl Bells for SqliteStore {
    async fn bell(&self) -> Result<Option<Box<dyn Bell>>, ReadError> {
        Ok(None)
    }
}
