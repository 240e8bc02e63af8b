//! Reading connections.

use async_trait::async_trait;
use ops_core::{
    connection::Connection,
    credential::Credential,
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
