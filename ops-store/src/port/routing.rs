//! Reading routing rules and the view.

use async_trait::async_trait;
use ops_core::{
    Mark,
    id::{ConnectionId, OperatorId, RuleId},
    routing::{Rule, TargetConnection, View},
};

use super::{Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// Reads routing rules.
#[async_trait]
pub trait RoutingReads: Send + Sync {
    /// One.
    async fn rule(&self, id: RuleId) -> Result<Option<Rule>, ReadError>;
    /// A page by precedence and id, and where the next one begins.
    async fn rules(
        &self,
        filter: &RuleFilter,
        limit: usize,
    ) -> Result<(Vec<Rule>, Option<(i64, RuleId)>), ReadError>;
    /// Those of the connections that are not deleted, with their operators: what a rule may target.
    async fn target_connections(&self, ids: &[ConnectionId]) -> Result<Vec<TargetConnection>, ReadError>;
    /// The version of the view.
    async fn view_version(&self) -> Result<Mark, ReadError>;
    /// Everything a resolve needs, in one snapshot.
    async fn view(&self) -> Result<View, ReadError>;
}

/// Which rules a list shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct RuleFilter {
    /// Only those that target this connection.
    pub connection_id: Option<ConnectionId>,
    /// Only those that target this operator.
    pub operator_id: Option<OperatorId>,
    /// The last row of the page before: its precedence and id.
    pub after: Option<(i64, RuleId)>,
}

#[async_trait]
impl<T: Engine> RoutingReads for T {
    async fn rule(&self, id: RuleId) -> Result<Option<Rule>, ReadError> {
        let [rules, targets] = self.read_all(sql::routing::by_id(id)).await?;
        Ok(sql::routing::read(&rules, &targets)?.into_iter().next())
    }

    async fn rules(
        &self,
        filter: &RuleFilter,
        limit: usize,
    ) -> Result<(Vec<Rule>, Option<(i64, RuleId)>), ReadError> {
        let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let [rules, targets] = self.read_all(sql::routing::page(filter, one_more)).await?;
        let mut rules = sql::routing::read(&rules, &targets)?;
        let more = rules.len() > limit;
        rules.truncate(limit);
        let next = rules.last().filter(|_| more).map(|last| (i64::from(last.precedence), last.id));
        Ok((rules, next))
    }

    async fn target_connections(&self, ids: &[ConnectionId]) -> Result<Vec<TargetConnection>, ReadError> {
        let rows = self.read(ids.iter().map(|id| sql::connection::operator_of(*id)).collect()).await?;
        let of_row = |row: &sql::Row| Ok(TargetConnection { id: row.uuid(0)?, operator_id: row.uuid(1)? });
        Ok(rows.iter().flatten().map(of_row).collect::<Result<_, Corrupt>>()?)
    }

    async fn view_version(&self) -> Result<Mark, ReadError> {
        let [head] = self.read_all([sql::routing::head()]).await?;
        Ok(sql::routing::read_head(&head)?)
    }

    async fn view(&self) -> Result<View, ReadError> {
        let [head, rules, targets, connections] = self.read_all(sql::routing::view()).await?;
        Ok(sql::routing::read_view(&head, &rules, &targets, &connections)?)
    }
}
