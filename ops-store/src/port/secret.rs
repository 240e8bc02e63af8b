//! Where secrets lie: one path per credential, written once.

use std::str::FromStr;

use async_trait::async_trait;
use ops_core::{
    credential::{Credential, Secret},
    id::{ConnectionId, CredentialId, OperatorId},
};
use uuid::Uuid;

/// The path of one secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretPath {
    /// Whose.
    pub operator: OperatorId,
    /// Of which connection.
    pub connection: ConnectionId,
    /// Of which credential.
    pub credential: CredentialId,
}

impl SecretPath {
    /// The path of a credential's secret.
    #[must_use]
    pub const fn of(credential: &Credential) -> Self {
        Self {
            operator: credential.operator_id,
            connection: credential.connection_id,
            credential: credential.id,
        }
    }
}

impl std::fmt::Display for SecretPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "operators/{}/connections/{}/{}", self.operator, self.connection, self.credential)
    }
}

/// A text is no path of a secret of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no path of a secret")]
pub struct NotAPath;

impl FromStr for SecretPath {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        let mut parts = text.split('/');
        let mut next = || parts.next().ok_or(NotAPath);
        let id = |part: &str| Uuid::try_parse(part).map_err(|_| NotAPath);
        let operator = (next()? == "operators").then(&mut next).ok_or(NotAPath)??;
        let connection = (next()? == "connections").then(&mut next).ok_or(NotAPath)??;
        let credential = next()?;
        let path = Self {
            operator: id(operator)?.into(),
            connection: id(connection)?.into(),
            credential: id(credential)?.into(),
        };
        // one spelling per path: what is read is what would be written
        if path.to_string() == text { Ok(path) } else { Err(NotAPath) }
    }
}

/// Keeps secrets.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// Puts a secret where none is. Putting the same secret again is no error; another one is [`SecretError::Exists`].
    async fn put(&self, path: SecretPath, secret: &Secret) -> Result<(), SecretError>;
    /// The secret of a path.
    async fn get(&self, path: SecretPath) -> Result<Secret, SecretError>;
    /// Leaves nothing at a path, for good. That nothing lies there is no error: it may be run twice.
    async fn destroy(&self, path: SecretPath) -> Result<(), SecretError>;
    /// The operators that secrets lie under, ascending.
    async fn operators(&self) -> Result<Vec<OperatorId>, SecretError>;
    /// The paths of an operator's secrets, ascending.
    async fn paths(&self, operator: OperatorId) -> Result<Vec<SecretPath>, SecretError>;
    /// Whether it would answer.
    async fn health(&self) -> Result<(), SecretError>;
}

/// Why a secret store has no answer. Never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It does not answer, or refuses us.
    #[error("the secret store does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Nothing lies at a path where something should.
    #[error("no secret lies at {0}")]
    Missing(SecretPath),
    /// Another secret lies there already.
    #[error("another secret lies at {0}")]
    Exists(SecretPath),
    /// What lies there cannot be opened with our key, or is no secret.
    #[error("the secret at {0} cannot be read")]
    Unreadable(SecretPath),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_as_it_was_written_and_has_one_spelling() {
        let id = |n: u128| Uuid::from_u128(0x0192_f0c1_7a2b_7c3d_8e4f_0000_0000_0000 + n);
        let path = SecretPath { operator: id(1).into(), connection: id(2).into(), credential: id(3).into() };
        let text = path.to_string();
        assert_eq!(text.parse(), Ok(path));
        for bad in
            ["", "operators", &text.to_uppercase(), &format!("{text}/x"), &text.replace("operators/", "o/")]
        {
            assert_eq!(bad.parse::<SecretPath>(), Err(NotAPath), "{bad}");
        }
    }
}
