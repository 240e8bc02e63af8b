//! Reading the metadata of credentials.

use async_trait::async_trait;
use ops_core::{
    credential::{Credential, lease::Asked},
    id::{ConnectionId, OperatorId},
};

use super::{Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// Reads credentials; never a secret.
#[async_trait]
pub trait CredentialReads: Send + Sync {
    /// Those of a connection, by version; nothing when there is no such connection or it is deleted.
    async fn credentials_of(&self, connection: ConnectionId) -> Result<Option<Vec<Credential>>, ReadError>;
    /// Those of an operator and all its connections, deleted or not.
    async fn credentials_of_operator(&self, operator: OperatorId) -> Result<Vec<Credential>, ReadError>;
    /// The operators that have credentials, ascending.
    async fn operators_with_credentials(&self) -> Result<Vec<OperatorId>, ReadError>;
    /// What a lease request asks for, in one flight and in its order.
    async fn asked_for(&self, connections: &[ConnectionId]) -> Result<Vec<Asked>, ReadError>;
}

#[async_trait]
impl<T: Engine> CredentialReads for T {
    async fn credentials_of(&self, connection: ConnectionId) -> Result<Option<Vec<Credential>>, ReadError> {
        let [connections, credentials] = self
            .read_all([sql::connection::by_id(connection), sql::credential::of_connection(connection)])
            .await?;
        match connections.first().map(sql::connection::read).transpose()? {
            Some(found) if found.deleted_at.is_none() => {
                Ok(Some(credentials.iter().map(sql::credential::read).collect::<Result<_, Corrupt>>()?))
            }
            _ => Ok(None),
        }
    }

    async fn credentials_of_operator(&self, operator: OperatorId) -> Result<Vec<Credential>, ReadError> {
        let [rows] = self.read_all([sql::credential::of_operator(operator)]).await?;
        Ok(rows.iter().map(sql::credential::read).collect::<Result<_, Corrupt>>()?)
    }

    async fn operators_with_credentials(&self) -> Result<Vec<OperatorId>, ReadError> {
        let [rows] = self.read_all([sql::credential::operators()]).await?;
        Ok(rows.iter().map(|row| row.uuid(0)).collect::<Result<_, Corrupt>>()?)
    }

    async fn asked_for(&self, connections: &[ConnectionId]) -> Result<Vec<Asked>, ReadError> {
        let statements = connections.iter().flat_map(|id| {
            [
                sql::connection::by_id(*id),
                sql::operator::of_connection(*id),
                sql::credential::of_connection(*id),
            ]
        });
        let rows = self.read(statements.collect()).await?;
        let answers = connections.iter().zip(rows.chunks_exact(3));
        let asked = answers.map(|(id, rows)| {
            let [connection, operator, credentials] = rows else {
                return Err(Corrupt { column: 0, why: "three answers for a connection".into() });
            };
            let found = match (operator.first(), connection.first()) {
                (Some(operator), Some(connection)) => {
                    Some((sql::operator::read(operator)?, sql::connection::read(connection)?))
                }
                _ => None,
            };
            let credentials =
                credentials.iter().map(sql::credential::read).collect::<Result<_, Corrupt>>()?;
            Ok(Asked { connection_id: *id, found, credentials })
        });
        Ok(asked.collect::<Result<_, Corrupt>>()?)
    }
}
