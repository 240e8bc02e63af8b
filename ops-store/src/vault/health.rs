//! Whether it would answer: it is unsealed, and our token may read where our secrets lie.
//!
//! A server that is well but refuses us is no secret store for us, so the second half counts as much as the first. It
//! reads a path that no credential has; "nothing lies there" is the answer of a server, a mount, a token and a policy that
//! all work.

use ops_core::id::OperatorId;
use serde::Deserialize;
use uuid::Uuid;

use super::{VaultStore, answer::read, document::Found, fault::Fault, server::Ask};
use crate::port::{SecretError, SecretPath};

/// The server's own word, from the active server and from a standby, which passes requests on. Both HashiCorp Vault and
/// OpenBao answer these two fields; the rest differs.
const PLACE: &str = "sys/health?standbyok=true&perfstandbyok=true";

#[derive(Deserialize)]
struct Health {
    initialized: bool,
    sealed: bool,
}

impl VaultStore {
    pub(super) async fn check_health(&self) -> Result<(), SecretError> {
        Ok(self.within(|_| self.serves_us()).await?)
    }

    async fn serves_us(&self) -> Result<(), Fault> {
        let health: Health = read(&self.server().ask_itself(Ask::get(PLACE)).await?.given()?)?;
        if !health.initialized {
            return Err(Fault::Uninitialised);
        }
        if health.sealed {
            return Err(Fault::Sealed);
        }
        match self.as_us(|token| self.look(token, nowhere())).await? {
            Found::Nothing | Found::Tombstone | Found::Secret(_) | Found::Unreadable => Ok(()),
        }
    }
}

/// A path that no credential has: the ids of credentials hold a time.
fn nowhere() -> SecretPath {
    let none = Uuid::nil();
    SecretPath { operator: OperatorId::from(none), connection: none.into(), credential: none.into() }
}
