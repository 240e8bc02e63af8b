//! Reading operators.

use async_trait::async_trait;
use jiff::Timestamp;
use ops_core::{
    connection::Connection,
    credential::Credential,
    health::State,
    id::{ConnectionId, OperatorId, RuleId},
    maintenance::Maintenance,
    network::Plmn,
    operator::{CountryCode, LabelKey, LabelValue, Operator, Status},
};

use super::{Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// Ids that are looked up in one flight.
const KNOWN_AT_ONCE: usize = 500;

/// Reads operators.
#[async_trait]
pub trait OperatorReads: Send + Sync {
    /// One, deleted or not.
    async fn operator(&self, id: OperatorId) -> Result<Option<Operator>, ReadError>;
    /// Those of the ids that are operators of this database, deleted or not, in the order of the ids.
    async fn known_operators(&self, ids: &[OperatorId]) -> Result<Vec<OperatorId>, ReadError>;
    /// A page in the filter's order, and where the next one begins.
    async fn operators(
        &self,
        filter: &OperatorFilter,
        limit: usize,
    ) -> Result<(Vec<Operator>, Option<(String, OperatorId)>), ReadError>;
    /// An operator with everything that hangs off it, in one flight: what decisions about its status look at.
    async fn dossier(&self, id: OperatorId) -> Result<Option<Dossier>, ReadError>;
    /// Some operators whose drain ends by `now`, the longest due first.
    async fn drained_by(&self, now: Timestamp, limit: usize) -> Result<Vec<Operator>, ReadError>;
    /// Some deleted operators that are to be purged by `now`, or whose purge is not done, the longest due first.
    async fn to_purge(&self, now: Timestamp, limit: usize) -> Result<Vec<Operator>, ReadError>;
    /// How many operators that are not deleted stand where.
    async fn count_by_status(&self) -> Result<Vec<(Status, u64)>, ReadError>;
}

/// An operator and what hangs off it.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// Itself.
    pub operator: Operator,
    /// Its connections that are not deleted.
    pub connections: Vec<Connection>,
    /// The credentials of all its connections.
    pub credentials: Vec<Credential>,
    /// Some of the rules that target it.
    pub targeting_rules: Vec<RuleId>,
    /// When connections last had a session which can submit.
    pub last_bound: Vec<(ConnectionId, Timestamp)>,
    /// Its planned windows that are not over.
    pub open_maintenances: Vec<Maintenance>,
}

/// Which operators a list shows.
#[derive(Debug, Clone, Default)]
pub struct OperatorFilter {
    /// Prefix of the code or of the folded display name.
    pub q: Option<String>,
    /// Only these.
    pub status: Option<Status>,
    /// Only those in this judged state.
    pub health: Option<State>,
    /// Only those that work there.
    pub country: Option<CountryCode>,
    /// Only those that terminate this network.
    pub network: Option<Plmn>,
    /// Only those with this label, and with this value when there is one.
    pub label: Option<(LabelKey, Option<LabelValue>)>,
    /// Whether deleted ones are shown.
    pub deleted: Deleted,
    /// In which order.
    pub sort: OperatorSort,
    /// The last row of the page before: its sort key and id.
    pub after: Option<(String, OperatorId)>,
}

/// Whether a list shows deleted operators.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Deleted {
    /// Only those that are not deleted.
    #[default]
    Exclude,
    /// Both.
    Include,
    /// Only the deleted.
    Only,
}

/// In which order a list shows operators.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OperatorSort {
    /// By code.
    #[default]
    Code,
    /// By creation: stable under change.
    CreatedAt,
    /// By folded display name.
    DisplayName,
}

#[async_trait]
impl<T: Engine> OperatorReads for T {
    async fn operator(&self, id: OperatorId) -> Result<Option<Operator>, ReadError> {
        let [rows] = self.read_all([sql::operator::by_id(id)]).await?;
        Ok(rows.first().map(sql::operator::read).transpose()?)
    }

    async fn known_operators(&self, ids: &[OperatorId]) -> Result<Vec<OperatorId>, ReadError> {
        let mut known = Vec::new();
        for some in ids.chunks(KNOWN_AT_ONCE) {
            let rows = self.read(some.iter().map(|id| sql::operator::known(*id)).collect()).await?;
            known.extend(some.iter().zip(&rows).filter(|(_, rows)| !rows.is_empty()).map(|(id, _)| *id));
        }
        Ok(known)
    }

    async fn operators(
        &self,
        filter: &OperatorFilter,
        limit: usize,
    ) -> Result<(Vec<Operator>, Option<(String, OperatorId)>), ReadError> {
        let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let [rows] = self.read_all([sql::operator::page(filter, one_more)]).await?;
        let shown = rows.get(..limit).unwrap_or(&rows);
        let operators = shown.iter().map(sql::operator::read).collect::<Result<Vec<_>, Corrupt>>()?;
        let next = match (rows.len() > limit, shown.last(), operators.last()) {
            (true, Some(row), Some(last)) => {
                Some((sql::operator::sort_key(row, last, filter.sort)?, last.id))
            }
            _ => None,
        };
        Ok((operators, next))
    }

    async fn dossier(&self, id: OperatorId) -> Result<Option<Dossier>, ReadError> {
        let [operator, connections, credentials, targeting, bound, open] = self
            .read_all([
                sql::operator::by_id(id),
                sql::connection::of_operator(id),
                sql::credential::of_operator(id),
                sql::routing::targeting(id),
                sql::health_session::last_bound(id),
                sql::maintenance::open_of(id),
            ])
            .await?;
        let Some(operator) = operator.first() else { return Ok(None) };
        Ok(Some(Dossier {
            operator: sql::operator::read(operator)?,
            connections: connections.iter().map(sql::connection::read).collect::<Result<_, Corrupt>>()?,
            credentials: credentials.iter().map(sql::credential::read).collect::<Result<_, Corrupt>>()?,
            targeting_rules: targeting.iter().map(|row| row.uuid(0)).collect::<Result<_, Corrupt>>()?,
            last_bound: bound
                .iter()
                .map(|row| Ok((row.uuid(0)?, row.time(1)?)))
                .collect::<Result<_, Corrupt>>()?,
            open_maintenances: open.iter().map(sql::maintenance::read).collect::<Result<_, Corrupt>>()?,
        }))
    }

    async fn drained_by(&self, now: Timestamp, limit: usize) -> Result<Vec<Operator>, ReadError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let [rows] = self.read_all([sql::operator::drained_by(now, limit)]).await?;
        Ok(rows.iter().map(sql::operator::read).collect::<Result<_, Corrupt>>()?)
    }

    async fn to_purge(&self, now: Timestamp, limit: usize) -> Result<Vec<Operator>, ReadError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let [rows] = self.read_all([sql::operator::to_purge(now, limit)]).await?;
        Ok(rows.iter().map(sql::operator::read).collect::<Result<_, Corrupt>>()?)
    }

    async fn count_by_status(&self) -> Result<Vec<(Status, u64)>, ReadError> {
        let [rows] = self.read_all([sql::operator::count_by_status()]).await?;
        Ok(rows.iter().map(|row| Ok((row.word(0)?, row.count(1)?))).collect::<Result<_, Corrupt>>()?)
    }
}
