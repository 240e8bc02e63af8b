//! Opens what the configuration names: the store, and where secrets lie. Commands that only look open no more than this.

use std::sync::Arc;

use ops_store::{
    EventStream, SecretStore, Store,
    nats::{self, NatsStream},
    postgres::{self, ConnectError, MigrateError, PostgresStore, Unfit},
    sealed::{SealedError, SealedFile},
    sqlite::{OpenError, SqliteStore},
    vault::{self, VaultStore},
};

use crate::{
    config,
    sole::{NotSole, Sole},
};

/// Why an adapter cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// The database's address cannot be used.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// What is reached is no database that can be worked with.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The database cannot be asked for its schema.
    #[error(transparent)]
    Schema(#[from] MigrateError),
    /// The schema is older than this binary needs.
    #[error(
        "the schema is at version {found}, and this binary needs {needed}: run `ops-daemon migrate` first"
    )]
    OldSchema {
        /// In the database.
        found: i64,
        /// Needed.
        needed: i64,
    },
    /// The embedded database cannot be opened.
    #[error("the database file cannot be opened")]
    Sqlite(#[from] OpenError),
    /// Another process has the embedded database.
    #[error(transparent)]
    NotSole(#[from] NotSole),
    /// The file of secrets cannot be opened.
    #[error(transparent)]
    Sealed(#[from] SealedError),
    /// The secret store's settings cannot be used.
    #[error(transparent)]
    Vault(#[from] vault::OpenError),
    /// The event stream's settings cannot be used. A server that is away is no reason.
    #[error(transparent)]
    EventStream(#[from] nats::ConnectError),
}

/// A store, and what only one kind of store has.
pub struct OpenStore {
    /// Where facts are kept.
    pub store: Arc<dyn Store>,
    /// The pool of connections, to be measured.
    pub pool: Option<PostgresStore>,
    /// The embedded database, to be closed, and the lock that keeps other processes off it.
    pub sqlite: Option<(SqliteStore, Sole)>,
}

/// Opens the store, when it can be worked with.
///
/// # Errors
/// [`NotOpened`].
pub async fn open_store(store: &config::Store) -> Result<OpenStore, NotOpened> {
    match store {
        config::Store::Postgres(of) => {
            let settings = postgres_settings(of);
            postgres::self_test(&settings).await?;
            let (found, needed) = postgres::schema_version(&settings).await?;
            if found < needed {
                return Err(NotOpened::OldSchema { found, needed });
            }
            let store = PostgresStore::new(settings)?;
            Ok(OpenStore { store: Arc::new(store.clone()), pool: Some(store), sqlite: None })
        }
        config::Store::Sqlite(of) => {
            let sole = Sole::claim(&of.file)?;
            let store = SqliteStore::open(&of.file)?;
            Ok(OpenStore { store: Arc::new(store.clone()), pool: None, sqlite: Some((store, sole)) })
        }
    }
}

/// A secret store, and what only one kind of secret store has.
pub struct OpenSecrets {
    /// Where secrets are kept.
    pub secrets: Arc<dyn SecretStore>,
    /// The server that we must stay logged in to.
    pub vault: Option<VaultStore>,
}

/// Opens the secret store. A server is not asked yet: that it is away is no reason not to start.
///
/// # Errors
/// [`NotOpened`].
pub fn open_secrets(secrets: &config::Secrets) -> Result<OpenSecrets, NotOpened> {
    match secrets {
        config::Secrets::Vault(settings) => {
            let vault = VaultStore::open(settings.clone())?;
            Ok(OpenSecrets { secrets: Arc::new(vault.clone()), vault: Some(vault) })
        }
        config::Secrets::Sealed(of) => {
            let sealed = SealedFile::open(&of.file, *of.key.expose())?;
            Ok(OpenSecrets { secrets: Arc::new(sealed), vault: None })
        }
    }
}

/// Opens the event stream, when there is one.
///
/// # Errors
/// [`NotOpened`].
pub async fn open_stream(events: &config::Events) -> Result<Option<Arc<dyn EventStream>>, NotOpened> {
    let Some(settings) = &events.stream else { return Ok(None) };
    Ok(Some(Arc::new(NatsStream::connect(settings).await?)))
}

/// How the configuration says that the database is reached.
#[must_use]
pub fn postgres_settings(of: &config::Postgres) -> postgres::Settings {
    let tls = match &of.tls {
        config::PostgresTls::Off => postgres::Tls::Off,
        config::PostgresTls::Require { ca_file } => postgres::Tls::Require { ca_file: ca_file.clone() },
    };
    let pool_size = usize::try_from(of.pool_size).unwrap_or(usize::MAX);
    postgres::Settings { url: of.url.expose().into(), tls, pool_size }
}
