//! Where secrets lie: one path per credential, written once.

use async_trait::async_trait;
use ops_core::{
    credential::{Credential, Secret},
    id::{ConnectionId, CredentialId, OperatorId},
};

/// The path of one secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// Keeps secrets.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// Puts a secret where none is. Putting the same secret again is no error; another one is [`SecretError::Exists`].
    async fn put(&self, path: SecretPath, secret: &Secret) -> Result<(), SecretError>;
    /// The secret of a path.
    async fn get(&self, path: SecretPath) -> Result<Secret, SecretError>;
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
