//! Puts a secret where none is.

use std::sync::Arc;

use bytes::Bytes;
use ops_core::credential::Secret;
use tokio::time::{Instant, timeout_at};

use super::{
    VaultStore,
    document::{self, Found, same},
    fault::Fault,
    limits,
    server::Ask,
    token::Token,
};
use crate::port::{SecretError, SecretPath};

/// How a put ended.
enum Put {
    /// The secret lies there.
    Done,
    /// Another one lies there, or did.
    Taken,
    /// Something lies there that is no secret.
    Unreadable,
}

impl VaultStore {
    pub(super) async fn put_secret(&self, path: SecretPath, secret: &Secret) -> Result<(), SecretError> {
        let body = document::request(secret)?;
        let put = self.within(|end| async move {
            let body = &body;
            self.as_us(|token| self.write_or_look(token, path, body.clone(), secret, end)).await
        });
        match put.await? {
            Put::Done => Ok(()),
            Put::Taken => Err(SecretError::Exists(path)),
            Put::Unreadable => Err(SecretError::Unreadable(path)),
        }
    }

    /// Writes, and looks what lies there when the answer leaves that open. It does after a lost answer, and also after a
    /// refusal: where something lies already, a role without the right to update is told 403, as a dead token is, and who
    /// was a moment too late is told 400.
    async fn write_or_look(
        &self,
        token: Arc<Token>,
        path: SecretPath,
        body: Bytes,
        secret: &Secret,
        end: Instant,
    ) -> Result<Put, Fault> {
        let now = Instant::now();
        let share = end.saturating_duration_since(now) * limits::WRITE_PERCENT / 100;
        let written = timeout_at(now + share, self.write(&token, path, body)).await;
        let fault = match written.unwrap_or(Err(Fault::TimedOut)) {
            Ok(()) => return Ok(Put::Done),
            Err(fault) if fault.leaves_open_what_lies_there() => fault,
            Err(fault) => return Err(fault),
        };
        match self.look(token, path).await {
            Ok(Found::Secret(found)) if same(&found, secret) => Ok(Put::Done),
            Ok(Found::Secret(_) | Found::Tombstone) => Ok(Put::Taken),
            Ok(Found::Unreadable) => Ok(Put::Unreadable),
            Ok(Found::Nothing) | Err(_) => Err(fault),
        }
    }

    async fn write(&self, token: &Token, path: SecretPath, body: Bytes) -> Result<(), Fault> {
        let place = self.paths().data(path);
        let answer = self.server().ask(Ask::post(&place, body).with(token.header())).await?;
        document::is_written(&answer.given()?)
    }
}
