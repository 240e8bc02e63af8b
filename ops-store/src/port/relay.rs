//! What the relay keeps and asks: where events stand, how far the stream is, how much waits, what may be forgotten.

use async_trait::async_trait;
use jiff::Timestamp;
use ops_core::{Mark, id::EventId};

use super::{Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// A stream of that making, up to that message, holds every event up to that position. Stored now and then, so it may lag;
/// it counts only while the stream is empty and still says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayMark {
    /// When the stream was made.
    pub stream_created: Timestamp,
    /// Its last message.
    pub stream_sequence: u64,
    /// The event of that message.
    pub position: Mark,
}

/// Events that the stream does not have yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// How many.
    pub events: u64,
    /// When the oldest of them was decided.
    pub oldest: Option<Timestamp>,
}

/// The relay's view of the outbox.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// The position of each event that is in the outbox and has one, in the order of the ids.
    async fn positions_of(&self, ids: &[EventId]) -> Result<Vec<Option<Mark>>, ReadError>;
    /// What was stored last about the stream.
    async fn relay_mark(&self) -> Result<Option<RelayMark>, ReadError>;
    /// Stores how far the stream is.
    async fn keep_relay_mark(&self, mark: RelayMark) -> Result<(), ReadError>;
    /// What waits behind a position, numbered or not.
    async fn backlog(&self, behind: Mark) -> Result<Backlog, ReadError>;
    /// Forgets events that were decided before `before` and stand at or before `published`, looking at the oldest `batch`
    /// only, and answers how many went. The event at `published` itself stays: the relay finds its place by it.
    async fn expire_events(&self, before: Timestamp, published: Mark, batch: usize)
    -> Result<u64, ReadError>;
    /// The position of the newest numbered event.
    async fn last_position(&self) -> Result<Mark, ReadError>;
}

#[async_trait]
impl<T: Engine> Outbox for T {
    async fn positions_of(&self, ids: &[EventId]) -> Result<Vec<Option<Mark>>, ReadError> {
        let found = self.read(ids.iter().map(|id| sql::outbox::position_of(*id)).collect()).await?;
        let position = |rows: &Vec<sql::Row>| rows.first().map(sql::outbox::read_position).transpose();
        Ok(found.iter().map(position).collect::<Result<_, Corrupt>>()?)
    }

    async fn relay_mark(&self) -> Result<Option<RelayMark>, ReadError> {
        let [rows] = self.read_all([sql::relay::mark()]).await?;
        Ok(rows.first().map(sql::relay::read).transpose()?)
    }

    async fn keep_relay_mark(&self, mark: RelayMark) -> Result<(), ReadError> {
        self.write(vec![sql::relay::keep(mark)]).await.map(drop)
    }

    async fn backlog(&self, behind: Mark) -> Result<Backlog, ReadError> {
        let [counts, oldest] =
            self.read_all([sql::outbox::count_behind(behind), sql::outbox::oldest_behind(behind)]).await?;
        let counted = counts.first().ok_or(Corrupt { column: 0, why: "a count".into() })?;
        let oldest = oldest.first().map(|row| row.time(0)).transpose()?;
        Ok(Backlog { events: counted.count(0)?, oldest })
    }

    async fn expire_events(
        &self,
        before: Timestamp,
        published: Mark,
        batch: usize,
    ) -> Result<u64, ReadError> {
        let batch = i64::try_from(batch).unwrap_or(i64::MAX);
        self.write_counting(sql::outbox::expire(before, published, batch).into(), 1).await
    }

    async fn last_position(&self) -> Result<Mark, ReadError> {
        let [rows] = self.read_all([sql::outbox::last_position()]).await?;
        Ok(rows.first().map(sql::outbox::read_position).transpose()?.unwrap_or(Mark::START))
    }
}
