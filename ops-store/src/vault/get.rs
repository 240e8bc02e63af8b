//! The secret of a path.

use std::sync::Arc;

use ops_core::credential::Secret;

use super::{
    VaultStore,
    document::{Found, found},
    fault::Fault,
    server::Ask,
    token::Token,
};
use crate::port::{SecretError, SecretPath};

impl VaultStore {
    pub(super) async fn get_secret(&self, path: SecretPath) -> Result<Secret, SecretError> {
        let found = self.within(|_| self.as_us(|token| self.look(token, path)));
        match found.await? {
            Found::Secret(secret) => Ok(secret),
            Found::Unreadable => Err(SecretError::Unreadable(path)),
            Found::Tombstone | Found::Nothing => Err(SecretError::Missing(path)),
        }
    }

    pub(super) async fn look(&self, token: Arc<Token>, path: SecretPath) -> Result<Found, Fault> {
        let place = self.paths().data(path);
        found(self.server().ask(Ask::get(&place).with(token.header())).await?)
    }
}
