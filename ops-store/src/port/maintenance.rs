//! Reading planned windows.

use async_trait::async_trait;
use jiff::Timestamp;
use ops_core::{
    id::{MaintenanceId, OperatorId},
    maintenance::{Maintenance, Phase},
};

use super::{Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// Reads planned windows.
#[async_trait]
pub trait MaintenanceReads: Send + Sync {
    /// One, over or not.
    async fn maintenance(&self, id: MaintenanceId) -> Result<Option<Maintenance>, ReadError>;
    /// Those of an operator before one, the newest first, and where the next page begins; with those that are not over.
    async fn maintenances(
        &self,
        operator: OperatorId,
        phase: Option<Phase>,
        before: Option<MaintenanceId>,
        limit: usize,
    ) -> Result<MaintenancePage, ReadError>;
    /// Some operators with a window whose phase has to change by `now`, the longest due first.
    async fn due_maintenances(&self, now: Timestamp, limit: usize) -> Result<Vec<OperatorId>, ReadError>;
}

/// A page of windows.
#[derive(Debug, Clone)]
pub struct MaintenancePage {
    /// The page.
    pub items: Vec<Maintenance>,
    /// The last one of it, when there are more.
    pub next: Option<MaintenanceId>,
    /// The operator's windows that are not over, whatever the page shows.
    pub open: Vec<Maintenance>,
}

#[async_trait]
impl<T: Engine> MaintenanceReads for T {
    async fn maintenance(&self, id: MaintenanceId) -> Result<Option<Maintenance>, ReadError> {
        let [rows] = self.read_all([sql::maintenance::by_id(id)]).await?;
        Ok(rows.first().map(sql::maintenance::read).transpose()?)
    }

    async fn maintenances(
        &self,
        operator: OperatorId,
        phase: Option<Phase>,
        before: Option<MaintenanceId>,
        limit: usize,
    ) -> Result<MaintenancePage, ReadError> {
        let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let before = before.map(MaintenanceId::uuid);
        let page = sql::maintenance::page(operator, phase, before, one_more);
        let [page, open] = self.read_all([page, sql::maintenance::open_of(operator)]).await?;
        let windows =
            |rows: &[sql::Row]| rows.iter().map(sql::maintenance::read).collect::<Result<Vec<_>, Corrupt>>();
        let (mut items, open) = (windows(&page)?, windows(&open)?);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| last.id);
        Ok(MaintenancePage { items, next, open })
    }

    async fn due_maintenances(&self, now: Timestamp, limit: usize) -> Result<Vec<OperatorId>, ReadError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let [rows] = self.read_all([sql::maintenance::due(now, limit)]).await?;
        Ok(rows.iter().map(|row| row.uuid(0)).collect::<Result<_, Corrupt>>()?)
    }
}
