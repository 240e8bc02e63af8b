//! From a configuration to a process that takes requests, and back to one that has ended.

use std::{path::Path, sync::Arc, time::Duration};

use ops_store::{
    EventStream, SecretStore, Store,
    nats::{self, NatsStream},
    postgres::{self, ConnectError, MigrateError, PostgresStore},
    relay::Relay,
    sealed::{SealedError, SealedFile},
    sqlite::{OpenError, SqliteStore},
};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    app::{App, Parts, refusal::Refusal, stamp::now, view::ViewHolder},
    config::{self, Config},
    http::{
        BadKeys, KeySet,
        access::Access,
        client::Identities,
        token::{Expected, Verifier},
    },
    listeners::{self, End, NotListening},
    readiness::{Readiness, Stage},
    task,
    telemetry::Metrics,
};

/// How long tasks may take to end after the listeners have.
const TASKS_END_WITHIN: Duration = Duration::from_secs(5);

/// Why the process does not start.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// A listener cannot be opened.
    #[error(transparent)]
    Listener(#[from] NotListening),
    /// The database's address cannot be used.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database cannot be asked for its schema, or migrated.
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
    /// The file of secrets cannot be opened.
    #[error(transparent)]
    Sealed(#[from] SealedError),
    /// The event stream's settings cannot be used. A server that is away is no reason.
    #[error(transparent)]
    EventStream(#[from] nats::ConnectError),
    /// The key set cannot be read.
    #[error("{file}: {error}")]
    KeySet {
        /// The file.
        file: String,
        /// What is wrong.
        error: BadKeys,
    },
    /// A file cannot be read.
    #[error("{file}: {error}")]
    File {
        /// The file.
        file: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// What the first look at the database came to.
    #[error("the first look at the database failed")]
    First(#[from] Refusal),
    /// The process cannot listen for its signals.
    #[error("signals cannot be listened for")]
    Signals(#[source] std::io::Error),
}

/// A process that takes requests.
pub struct Running {
    /// What handlers and tasks share.
    pub app: App,
    sqlite: Option<SqliteStore>,
    apis: End,
    ops: End,
    tasks: TaskTracker,
    stop_tasks: CancellationToken,
}

/// Starts everything. When this answers, the routing view is loaded and requests are taken.
///
/// # Errors
/// [`NotStarted`].
pub async fn start(config: &Config) -> Result<Running, NotStarted> {
    let bound = listeners::bind(config).await?;
    let (store, pool, sqlite) = open_store(&config.store).await?;
    let app = app(config, store, pool).await?;
    listeners::measure_certificates(config, &app)?;
    task::view_refresh::refresh(app.clone()).await?;
    let (tasks, stop_tasks) = (TaskTracker::new(), CancellationToken::new());
    task::start(&app, &tasks, &stop_tasks);
    let (apis, ops) = (End::default(), End::default());
    listeners::serve(bound, config, &app, &apis, &ops);
    app.readiness.enter(Stage::Ready);
    app.metrics.set_ready(true);
    Ok(Running { app, sqlite, apis, ops, tasks, stop_tasks })
}

impl Running {
    /// Refuses new work, finishes what is in flight, stops the tasks, closes the store.
    pub async fn stop(self) {
        self.app.readiness.enter(Stage::Draining);
        self.app.metrics.set_ready(false);
        self.apis.drain().await;
        self.stop_tasks.cancel();
        self.tasks.close();
        if tokio::time::timeout(TASKS_END_WITHIN, self.tasks.wait()).await.is_err() {
            tracing::warn!("some tasks did not end in time");
        }
        self.ops.drain().await;
        drop(self.app);
        if let Some(sqlite) = self.sqlite {
            sqlite.close().await;
        }
    }
}

type OpenStore = (Arc<dyn Store>, Option<PostgresStore>, Option<SqliteStore>);

async fn open_store(store: &config::Store) -> Result<OpenStore, NotStarted> {
    match store {
        config::Store::Postgres(of) => {
            let url = of.url.expose();
            let (found, needed) = postgres::schema_version(url).await?;
            if found < needed {
                return Err(NotStarted::OldSchema { found, needed });
            }
            let store = PostgresStore::new(url, usize::try_from(of.pool_size).unwrap_or(usize::MAX))?;
            Ok((Arc::new(store.clone()), Some(store), None))
        }
        config::Store::Sqlite(of) => {
            let store = SqliteStore::open(&of.file)?;
            Ok((Arc::new(store.clone()), None, Some(store)))
        }
    }
}

async fn app(config: &Config, store: Arc<dyn Store>, pool: Option<PostgresStore>) -> Result<App, NotStarted> {
    let sealed = &config.secrets.sealed;
    let secrets: Arc<dyn SecretStore> = Arc::new(SealedFile::open(&sealed.file, *sealed.key.expose())?);
    let expected = Expected { issuer: config.auth.issuer.clone(), audience: config.auth.audience.clone() };
    let verifier = Verifier::new(expected, key_set(&config.auth.jwks_file)?);
    let identities = Identities::new(config.internal.identities.clone());
    let keys = &config.keys;
    let epoch = store.epoch().await.map_err(Refusal::from)?;
    Ok(App::new(Parts {
        view: ViewHolder::default(),
        stream: event_stream(config).await?,
        relay: Relay::default(),
        committed: Notify::new(),
        pool,
        readiness: Readiness::default(),
        metrics: Metrics::new(env!("CARGO_PKG_VERSION"), config.store.name(), config.secrets.name()),
        access: Arc::new(Access::new(verifier, identities, &keys.idempotency, &keys.cursor, Arc::new(now))),
        epoch,
        events_source: config.events.source.clone(),
        eval_s: i64::from(config.health.eval_s),
        secrets,
        store,
    }))
}

/// The client of the event stream. It connects in the background: nobody waits for a server that is away.
async fn event_stream(config: &Config) -> Result<Option<Arc<dyn EventStream>>, NotStarted> {
    let Some(settings) = stream_settings(config) else { return Ok(None) };
    Ok(Some(Arc::new(NatsStream::connect(&settings).await?)))
}

/// The stream that a configuration names.
pub(crate) const fn stream_settings(_config: &Config) -> Option<nats::Settings> {
    None
}

fn key_set(file: &Path) -> Result<KeySet, NotStarted> {
    let name = || file.display().to_string();
    let document = std::fs::read(file).map_err(|error| NotStarted::File { file: name(), error })?;
    KeySet::read(&document).map_err(|error| NotStarted::KeySet { file: name(), error })
}
