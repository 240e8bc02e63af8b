//! From a configuration to a process that takes requests, and back to one that has ended.

use std::{path::Path, sync::Arc, time::Duration};

use ops_store::{Store, postgres::PostgresStore, sqlite::SqliteStore};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    adapters::{NotOpened, OpenStore, open_secrets, open_store},
    app::{App, Parts, refusal::Refusal, stamp::now, view::ViewHolder},
    config::Config,
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
    /// An adapter cannot be opened.
    #[error(transparent)]
    Adapter(#[from] NotOpened),
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
    let OpenStore { store, pool, sqlite } = open_store(&config.store).await?;
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

async fn app(config: &Config, store: Arc<dyn Store>, pool: Option<PostgresStore>) -> Result<App, NotStarted> {
    let secrets = open_secrets(&config.secrets)?;
    let expected = Expected { issuer: config.auth.issuer.clone(), audience: config.auth.audience.clone() };
    let verifier = Verifier::new(expected, key_set(&config.auth.jwks_file)?);
    let identities = Identities::new(config.internal.identities.clone());
    let keys = &config.keys;
    store.epoch().await.map_err(Refusal::from)?;
    let parts = Parts {
        view: ViewHolder::default(),
        committed: Notify::new(),
        to_tell: Notify::new(),
        pool,
        readiness: Readiness::default(),
        metrics: Metrics::new(env!("CARGO_PKG_VERSION"), config.store.name(), config.secrets.name()),
        access: Arc::new(Access::new(verifier, identities, &keys.idempotency, &keys.cursor, Arc::new(now))),
        events_source: config.events.source.clone(),
        eval_s: i64::from(config.health.eval_s),
        secrets,
    };
    Ok(App::new(store, parts))
}

fn key_set(file: &Path) -> Result<KeySet, NotStarted> {
    let name = || file.display().to_string();
    let document = std::fs::read(file).map_err(|error| NotStarted::File { file: name(), error })?;
    KeySet::read(&document).map_err(|error| NotStarted::KeySet { file: name(), error })
}
