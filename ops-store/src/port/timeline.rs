//! Reading what has happened around one operator.

use async_trait::async_trait;
use ops_core::{audit::AuditEntry, event::Stored, id::OperatorId, maintenance::Maintenance, note::Note};
use uuid::Uuid;

use super::{AuditFilter, Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// Reads the timeline of an operator.
#[async_trait]
pub trait TimelineReads: Send + Sync {
    /// Of each kind up to `limit` entries before an id, the newest first, all from one snapshot; nothing when there is no
    /// such operator.
    async fn happened(
        &self,
        operator: OperatorId,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Option<Happened>, ReadError>;
}

/// What happened around an operator, each kind the newest first. Ids of all kinds are minted in the order of time.
#[derive(Debug, Clone, Default)]
pub struct Happened {
    /// Who did what.
    pub audit: Vec<AuditEntry>,
    /// What was published.
    pub events: Vec<Stored>,
    /// What was planned.
    pub maintenances: Vec<Maintenance>,
    /// What was noted.
    pub notes: Vec<Note>,
    /// Its planned windows that are not over, wherever they stand in the timeline.
    pub open_maintenances: Vec<Maintenance>,
}

#[async_trait]
impl<T: Engine> TimelineReads for T {
    async fn happened(
        &self,
        operator: OperatorId,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Option<Happened>, ReadError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let [known, audit, events, maintenances, notes, open] = self
            .read_all([
                sql::operator::known(operator),
                sql::audit::page(
                    &AuditFilter {
                        operator_id: Some(operator),
                        before: before.map(Into::into),
                        ..AuditFilter::default()
                    },
                    limit,
                ),
                sql::outbox::of_operator(operator, before, limit),
                sql::maintenance::page(operator, None, before, limit),
                sql::note::page(operator, before, limit),
                sql::maintenance::open_of(operator),
            ])
            .await?;
        if known.is_empty() {
            return Ok(None);
        }
        Ok(Some(Happened {
            audit: audit.iter().map(sql::audit::read).collect::<Result<_, Corrupt>>()?,
            events: events.iter().map(sql::outbox::read).collect::<Result<_, Corrupt>>()?,
            maintenances: maintenances.iter().map(sql::maintenance::read).collect::<Result<_, Corrupt>>()?,
            open_maintenances: open.iter().map(sql::maintenance::read).collect::<Result<_, Corrupt>>()?,
            notes: notes.iter().map(sql::note::read).collect::<Result<_, Corrupt>>()?,
        }))
    }
}
