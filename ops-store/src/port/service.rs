//! The one row of the service: its epoch, and whether secrets may be swept in it.

use std::sync::atomic::Ordering;

use async_trait::async_trait;

use super::{Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// Reads the service's own row.
#[async_trait]
pub trait ServiceReads: Send + Sync {
    /// The epoch as it was last met: raised after a restore, so that versions that repeat are told apart. A change that
    /// relied on an older one is refused when it is committed.
    fn known_epoch(&self) -> i64;
    /// The epoch as it stands now; known from then on.
    async fn epoch(&self) -> Result<i64, ReadError>;
    /// Whether destructive sweeps may run: not after a restore, until a person has confirmed them.
    async fn sweeps_confirmed(&self) -> Result<bool, ReadError>;
}

/// What is done after a restore.
#[async_trait]
pub trait Restored: Send + Sync {
    /// Begins the epoch after `from`, unless there is a later one already, moves the view into it, and answers the epoch
    /// now. `from` may be later than what is stored: somebody remembers it.
    async fn raise_epoch(&self, from: i64) -> Result<i64, ReadError>;
    /// Allows destructive sweeps in `epoch`; false when that is no longer the epoch.
    async fn confirm_sweeps(&self, epoch: i64) -> Result<bool, ReadError>;
}

#[async_trait]
impl<T: Engine> ServiceReads for T {
    fn known_epoch(&self) -> i64 {
        self.known().load(Ordering::Acquire)
    }

    async fn epoch(&self) -> Result<i64, ReadError> {
        let [rows] = self.read_all([sql::service::row()]).await?;
        let epoch = rows.first().ok_or_else(no_row)?.int(0)?;
        self.known().fetch_max(epoch, Ordering::AcqRel);
        Ok(epoch)
    }

    async fn sweeps_confirmed(&self) -> Result<bool, ReadError> {
        let [rows] = self.read_all([sql::service::row()]).await?;
        let row = rows.first().ok_or_else(no_row)?;
        Ok(row.int(0)? == row.int(1)?)
    }
}

fn no_row() -> Corrupt {
    Corrupt { column: 0, why: "the row of service".into() }
}
