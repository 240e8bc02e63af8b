//! Reading connections.

use async_trait::async_trait;
use ops_core::{
    connection::{Connection, Host, Protocol, SpecOverrides, Status},
    credential::{Credential, SystemId},
    health::State,
    id::{ConnectionId, OperatorId, RuleId},
    operator::Operator,
};

use super::{Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// Reads connections.
#[async_trait]
pub trait ConnectionReads: Send + Sync {
    /// One, deleted or not.
    async fn connection(&self, id: ConnectionId) -> Result<Option<Connection>, ReadError>;
    /// Those of an operator that are not deleted, by name; nothing when there is no such operator.
    async fn connections_of(&self, operator: OperatorId) -> Result<Option<Vec<Connection>>, ReadError>;
    /// An operator and its connections that are not deleted, in one flight.
    async fn operator_and_connections(
        &self,
        id: OperatorId,
    ) -> Result<Option<(Operator, Vec<Connection>)>, ReadError>;
    /// A page of those of all operators that are not deleted, in the order of their ids, and where the next one begins.
    async fn connections(
        &self,
        filter: &ConnectionFilter,
        limit: usize,
    ) -> Result<(Vec<Connection>, Option<ConnectionId>), ReadError>;
    /// The spec overrides of every connection that has some and is not deleted.
    async fn spec_overrides(&self) -> Result<Vec<SpecOverrides>, ReadError>;
    /// A connection and some of the rules that target it, in one flight.
    async fn connection_and_rules(
        &self,
        id: ConnectionId,
    ) -> Result<Option<(Connection, Vec<RuleId>)>, ReadError>;
    /// A connection with its operator and its credentials, in one flight.
    async fn connection_file(
        &self,
        id: ConnectionId,
    ) -> Result<Option<(Operator, Connection, Vec<Credential>)>, ReadError>;
}

/// Which connections a search shows.
#[derive(Debug, Clone, Default)]
pub struct ConnectionFilter {
    /// Only those that lead there.
    pub host: Option<Host>,
    /// Only those with a staged or active credential of this account.
    pub system_id: Option<SystemId>,
    /// Only those of this protocol.
    pub protocol: Option<Protocol>,
    /// Only those that stand there.
    pub status: Option<Status>,
    /// Only those in this judged state.
    pub health: Option<State>,
    /// Only those of this operator.
    pub operator_id: Option<OperatorId>,
    /// The last row of the page before.
    pub after: Option<ConnectionId>,
}

#[async_trait]
impl<T: Engine> ConnectionReads for T {
    async fn connection(&self, id: ConnectionId) -> Result<Option<Connection>, ReadError> {
        let [rows] = self.read_all([sql::connection::by_id(id)]).await?;
        Ok(rows.first().map(sql::connection::read).transpose()?)
    }

    async fn connections_of(&self, operator: OperatorId) -> Result<Option<Vec<Connection>>, ReadError> {
        Ok(self.operator_and_connections(operator).await?.map(|(_, connections)| connections))
    }

    async fn operator_and_connections(
        &self,
        id: OperatorId,
    ) -> Result<Option<(Operator, Vec<Connection>)>, ReadError> {
        let [operators, connections] =
            self.read_all([sql::operator::by_id(id), sql::connection::of_operator(id)]).await?;
        let Some(operator) = operators.first() else { return Ok(None) };
        let connections = connections.iter().map(sql::connection::read).collect::<Result<_, Corrupt>>()?;
        Ok(Some((sql::operator::read(operator)?, connections)))
    }

    async fn connections(
        &self,
        filter: &ConnectionFilter,
        limit: usize,
    ) -> Result<(Vec<Connection>, Option<ConnectionId>), ReadError> {
        let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let [rows] = self.read_all([sql::connection::page(filter, one_more)]).await?;
        let shown = rows.get(..limit).unwrap_or(&rows);
        let found = shown.iter().map(sql::connection::read).collect::<Result<Vec<_>, Corrupt>>()?;
        let next = found.last().filter(|_| rows.len() > limit).map(|last| last.id);
        Ok((found, next))
    }

    async fn spec_overrides(&self) -> Result<Vec<SpecOverrides>, ReadError> {
        let [rows] = self.read_all([sql::connection::spec_overrides()]).await?;
        Ok(rows.iter().map(|row| row.json(0)).collect::<Result<_, Corrupt>>()?)
    }

    async fn connection_and_rules(
        &self,
        id: ConnectionId,
    ) -> Result<Option<(Connection, Vec<RuleId>)>, ReadError> {
        let [connections, rules] =
            self.read_all([sql::connection::by_id(id), sql::connection::targeting(id)]).await?;
        let Some(connection) = connections.first() else { return Ok(None) };
        let rules = rules.iter().map(|row| row.uuid(0)).collect::<Result<_, Corrupt>>()?;
        Ok(Some((sql::connection::read(connection)?, rules)))
    }

    async fn connection_file(
        &self,
        id: ConnectionId,
    ) -> Result<Option<(Operator, Connection, Vec<Credential>)>, ReadError> {
        let [connection, operator, credentials] = self
            .read_all([
                sql::connection::by_id(id),
                sql::operator::of_connection(id),
                sql::credential::of_connection(id),
            ])
            .await?;
        let (Some(connection), Some(operator)) = (connection.first(), operator.first()) else {
            return Ok(None);
        };
        Ok(Some((
            sql::operator::read(operator)?,
            sql::connection::read(connection)?,
            credentials.iter().map(sql::credential::read).collect::<Result<_, Corrupt>>()?,
        )))
    }
}
