//! Vault (HashiCorp Vault or OpenBao): the secret store of production. KV version 2, one path per credential, written
//! once. Own calls over `reqwest`: see `docs/adr/0011-the-vault-adapter.md` for why, and for what happens when the server
//! is slow, away, sealed or refuses us.

mod settings;
mod limits;
mod fault;
mod paths;
mod put;
mod get;
mod destroy;
mod list;
mod health;
mod document;
mod session;
mod login;
mod token;
mod pause;
mod flights;
mod breaker;
mod server;
mod answer;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use ops_core::{credential::Secret, id::OperatorId};
use tokio::time::Instant;

use crate::port::{SecretError, SecretPath, SecretStore};
pub use fault::Fault;
pub use server::OpenError;
pub use settings::{Login, Settings};

use flights::Flights;
use paths::Paths;
use server::Server;
use session::Session;
use token::Token;

/// Secrets in HashiCorp Vault or OpenBao. A clone is the same store: it shares login, limits and connections.
///
/// No call takes longer than a second. What went wrong is a [`Fault`], as the source of [`SecretError::Unavailable`].
#[derive(Clone)]
pub struct VaultStore(Arc<Parts>);

struct Parts {
    server: Server,
    paths: Paths,
    session: Session,
    flights: Flights,
}

impl VaultStore {
    /// A store that is not logged in yet. Nothing is sent; `ca_file` is read now and not again.
    ///
    /// # Errors
    /// [`OpenError`], when the settings cannot be used.
    pub fn open(settings: Settings) -> Result<Self, OpenError> {
        if let Login::Kubernetes { mount, .. } | Login::AppRole { mount, .. } = &settings.login {
            server::checked("the login's mount", mount)?;
        }
        Ok(Self(Arc::new(Parts {
            server: Server::open(&settings)?,
            paths: Paths::new(&settings)?,
            session: Session::new(settings.login),
            flights: Flights::new(),
        })))
    }

    /// Logs in, renews or replaces the token, whichever is due, and tells in what time it wants to be called again: at
    /// most an hour. It may be called at any time, and by several at once; every other call also does what is due, so a
    /// store that nobody keeps logged in works too.
    ///
    /// # Errors
    /// [`SecretError::Unavailable`]; then call it again in a second. Pauses between logins that are refused are kept in
    /// here.
    pub async fn keep_logged_in(&self) -> Result<Duration, SecretError> {
        Ok(self.within(|_| self.0.session.keep(self.server())).await?)
    }

    /// How long the token at hand still lives; nothing when we are not logged in, and when it has no end.
    #[must_use]
    pub fn token_expires_in(&self) -> Option<Duration> {
        self.0.session.remaining()
    }

    /// Whether calls are refused for a moment, because the server was away several times in a row.
    #[must_use]
    pub fn rests(&self) -> bool {
        self.0.flights.rest()
    }

    fn server(&self) -> &Server {
        &self.0.server
    }

    fn paths(&self) -> &Paths {
        &self.0.paths
    }

    /// Does `work` within the limits of every call; it is told when its time ends.
    async fn within<T, W: Future<Output = Result<T, Fault>>>(
        &self,
        work: impl FnOnce(Instant) -> W,
    ) -> Result<T, Fault> {
        self.0.flights.fly(work).await
    }

    /// Does `work` with our token, and once more with another one when the server refuses it.
    async fn as_us<T, W: Future<Output = Result<T, Fault>>>(
        &self,
        work: impl Fn(Arc<Token>) -> W,
    ) -> Result<T, Fault> {
        let (server, session) = (self.server(), &self.0.session);
        let token = session.token(server).await?;
        match work(Arc::clone(&token)).await {
            Err(Fault::Forbidden) => work(session.replace(server, &token).await?).await,
            done => done,
        }
    }
}

#[async_trait]
impl SecretStore for VaultStore {
    async fn put(&self, path: SecretPath, secret: &Secret) -> Result<(), SecretError> {
        self.put_secret(path, secret).await
    }

    async fn get(&self, path: SecretPath) -> Result<Secret, SecretError> {
        self.get_secret(path).await
    }

    async fn destroy(&self, path: SecretPath) -> Result<(), SecretError> {
        self.destroy_secret(path).await
    }

    async fn operators(&self) -> Result<Vec<OperatorId>, SecretError> {
        self.list_operators().await
    }

    async fn paths(&self, operator: OperatorId) -> Result<Vec<SecretPath>, SecretError> {
        self.list_paths(operator).await
    }

    async fn health(&self) -> Result<(), SecretError> {
        self.check_health().await
    }
}
