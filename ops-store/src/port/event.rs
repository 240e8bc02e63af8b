//! Reading events, and numbering them.

use async_trait::async_trait;
use ops_core::{Mark, event::Stored};

use super::{Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// Reads committed and numbered events.
#[async_trait]
pub trait EventReads: Send + Sync {
    /// Those after a position that are kept, in order.
    async fn events_after(&self, after: Mark, limit: usize) -> Result<Vec<Stored>, ReadError>;
    /// The same for a reader who must not miss any. From [`Mark::START`] on, that is every one that is kept.
    async fn every_event_after(&self, after: Mark, limit: usize) -> Result<Following, ReadError>;
}

/// What follows a reader's position.
#[derive(Debug, Clone, PartialEq)]
pub enum Following {
    /// The next events, in order.
    Kept(Vec<Stored>),
    /// Some of the events are not kept any more.
    Forgotten,
}

/// Gives committed events a position without gaps: the cursor of everybody's order.
#[async_trait]
pub trait Sequencer: Send + Sync {
    /// Numbers up to `batch` events and answers how many it numbered. Safe to run twice and by several at once.
    async fn number_events(&self, batch: usize) -> Result<u64, ReadError>;
}

#[async_trait]
impl<T: Engine> EventReads for T {
    async fn events_after(&self, after: Mark, limit: usize) -> Result<Vec<Stored>, ReadError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let [rows] = self.read_all([sql::outbox::after(after, limit)]).await?;
        Ok(rows.iter().map(sql::outbox::read).collect::<Result<_, Corrupt>>()?)
    }

    async fn every_event_after(&self, after: Mark, limit: usize) -> Result<Following, ReadError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let statements = [sql::outbox::forgotten(), sql::outbox::after(after, limit)];
        let [forgotten, rows] = self.read_all(statements).await?;
        let forgotten = forgotten.first().map(sql::outbox::read_position).transpose()?;
        if after > Mark::START && forgotten.is_some_and(|forgotten| after < forgotten) {
            return Ok(Following::Forgotten);
        }
        Ok(Following::Kept(rows.iter().map(sql::outbox::read).collect::<Result<_, Corrupt>>()?))
    }
}

#[async_trait]
impl<T: Engine> Sequencer for T {
    async fn number_events(&self, batch: usize) -> Result<u64, ReadError> {
        // asked first: when there is nothing to number, nothing is locked, written or flushed
        let [unnumbered] = self.read_all([sql::outbox::unnumbered()]).await?;
        if !unnumbered.first().is_some_and(|row| row.bool(0) == Ok(true)) {
            return Ok(0);
        }
        let batch = i64::try_from(batch).unwrap_or(i64::MAX);
        let [lock, number, head] = sql::outbox::number(batch);
        self.write_counting(vec![lock, number, head], 1).await
    }
}
