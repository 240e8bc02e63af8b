//! The one row of the service.

use async_trait::async_trait;

use super::{Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// Reads the service's own row.
#[async_trait]
pub trait ServiceReads: Send + Sync {
    /// The epoch: raised after a restore, so that versions that repeat are told apart.
    async fn epoch(&self) -> Result<i64, ReadError>;
}

#[async_trait]
impl<T: Engine> ServiceReads for T {
    async fn epoch(&self) -> Result<i64, ReadError> {
        let [rows] = self.read_all([sql::service::epoch()]).await?;
        let row = rows.first().ok_or(Corrupt { column: 0, why: "the row of service".into() })?;
        Ok(row.int(0)?)
    }
}
