//! Samples come in by the log; the judge reads what they add up to.

use async_trait::async_trait;
use jiff::Timestamp;
use ops_core::{
    connection,
    health::{ConnectionHealth, OperatorInput, Sample, WindowSums},
    id::OperatorId,
};

use super::{Engine, EngineExt, LastHeard, ReadError};
use crate::sql;

/// Takes samples: it only appends, and adds to windows and to the latest row of each session. It is no `Change`.
#[async_trait]
pub trait HealthLog: Send + Sync {
    /// Answers after they are committed, one entry per sample and in their order. After [`ReadError::OutcomeUnknown`]
    /// they may be kept or not, and sending them again is safe.
    async fn append(&self, arrived: Arrived) -> Result<Vec<Taken>, ReadError>;
}

/// Samples as they came in.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Checked one by one; none is too old or in the future.
    pub samples: Vec<Sample>,
    /// By our clock.
    pub received_at: Timestamp,
    /// Length of a judged window, in seconds.
    pub eval_s: i64,
}

/// What became of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Stored.
    Accepted {
        /// After its window was closed: stored, and never judged.
        late: bool,
    },
    /// It was there already.
    Duplicate,
    /// No such connection, or it is deleted.
    UnknownConnection,
}

/// Reads judged health and what the judge needs.
#[async_trait]
pub trait HealthReads: Send + Sync {
    /// The connections of an operator, by name; nothing when there is no such operator.
    async fn health_of(&self, operator: OperatorId) -> Result<Option<Vec<ConnectionHealthRow>>, ReadError>;
    /// What the judge looks at: operators that a connector has ever spoken of, with the windows closed by `now`.
    async fn judge_input(&self, now: Timestamp) -> Result<Vec<OperatorInput>, ReadError>;
    /// Keeps the counters of connections whose state did not move; the judge's own bookkeeping.
    async fn keep_progress(&self, progress: &[ConnectionHealth]) -> Result<(), ReadError>;
}

/// The health of one connection, and what was last heard.
#[derive(Debug, Clone)]
pub struct ConnectionHealthRow {
    /// As judged.
    pub health: ConnectionHealth,
    /// Its name.
    pub name: String,
    /// Whether it may be used.
    pub status: connection::Status,
    /// Whether it counts for its operator\'s state.
    pub counts_for_operator: bool,
    /// What connectors last said.
    pub heard: LastHeard,
    /// The sums of its last window.
    pub last_window: Option<WindowSums>,
}

#[async_trait]
impl<T: Engine> HealthReads for T {
    async fn health_of(&self, operator: OperatorId) -> Result<Option<Vec<ConnectionHealthRow>>, ReadError> {
        let [connections, sessions, windows] = sql::health::of_operator(operator);
        let [operators, connections, sessions, windows] =
            self.read_all([sql::operator::by_id(operator), connections, sessions, windows]).await?;
        if operators.is_empty() {
            return Ok(None);
        }
        Ok(Some(sql::health::read_of_operator(&connections, &sessions, &windows)?))
    }

    async fn judge_input(&self, now: Timestamp) -> Result<Vec<OperatorInput>, ReadError> {
        let [connections, windows, sessions] = self.read_all(sql::health::judge_input(now)).await?;
        Ok(sql::health::read_judge_input(&connections, &windows, &sessions)?)
    }

    async fn keep_progress(&self, progress: &[ConnectionHealth]) -> Result<(), ReadError> {
        if !progress.is_empty() {
            self.write(progress.iter().map(sql::health::keep_progress).collect()).await?;
        }
        Ok(())
    }
}
