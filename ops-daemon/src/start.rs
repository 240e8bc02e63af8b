//! From a configuration to a process that takes requests, and back to one that has ended.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{sync::Arc, time::Duration};

use ops_store::{SecretStore, Store, postgres::PostgresStore, relay::Relay, sqlite::SqliteStore};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    adapters::{NotOpened, OpenSecrets, OpenStore, open_secrets, open_store, open_stream},
    app::{
        App, Parts,
        audit::{self, chain::SealKey, witness::Witness},
        event::bus::Bus,
        refusal::Refusal,
        stamp::now,
        view::ViewHolder,
    },
    config::{self, Config},
    http::{
        access::Access,
        client::Identities,
        issuer_keys::{IssuerKeys, NoKeys},
        tls_files::{NotServed, TlsFiles},
        token::{Expected, Verifier},
    },
    listeners::{self, End, NotListening},
    readiness::{Readiness, Stage},
    sole::Sole,
    task,
    telemetry::Metrics,
};

/// How long tasks may take to end after the listeners have.
const TASKS_END_WITHIN: Duration = Duration::from_secs(5);
/// How long the last seal of the audit trail may take.
const SEALED_WITHIN: Duration = Duration::from_secs(2);

/// Why the process does not start.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// A listener cannot be opened.
    #[error(transparent)]
    Listener(#[from] NotListening),
    /// An adapter cannot be opened.
    #[error(transparent)]
    Adapter(#[from] NotOpened),
    /// The issuer's keys cannot be read from their file.
    #[error("auth.jwks_file: {0}")]
    Keys(Arc<NoKeys>),
    /// Certificates cannot be read any more.
    #[error(transparent)]
    Certificates(#[from] NotServed),
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
    sqlite: Option<(SqliteStore, Sole)>,
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
    let (bound, tls_files) = listeners::bind(config).await?;
    let OpenStore { store, pool, sqlite } = open_store(&config.store).await?;
    let issuer_keys = Arc::new(IssuerKeys::new(config.auth.keys.clone()));
    let OpenSecrets { secrets, vault } = open_secrets(&config.secrets)?;
    let app = app(config, store, pool, secrets, &issuer_keys).await?;
    first_keys(&app, &issuer_keys, &config.auth.keys).await?;
    measure_certificates(&app, &tls_files)?;
    task::view_refresh::refresh(app.clone()).await?;
    let (tasks, stop_tasks) = (TaskTracker::new(), CancellationToken::new());
    task::start(&app, &tasks, &stop_tasks);
    if let Some(vault) = vault {
        task::secret_store_login::start(&app, &tasks, &stop_tasks, vault);
    }
    task::key_set_refresh::start(&app, &tasks, &stop_tasks, issuer_keys);
    task::certificate_reload::start(&app, &tasks, &stop_tasks, tls_files);
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
        self.app.bus.ending.cancel();
        self.apis.drain().await;
        seal_the_rest(&self.app).await;
        self.stop_tasks.cancel();
        self.tasks.close();
        if tokio::time::timeout(TASKS_END_WITHIN, self.tasks.wait()).await.is_err() {
            tracing::warn!("some tasks did not end in time");
        }
        self.ops.drain().await;
        drop(self.app);
        if let Some((sqlite, sole)) = self.sqlite {
            sqlite.close().await;
            drop(sole);
        }
    }
}

async fn app(
    config: &Config,
    store: Arc<dyn Store>,
    pool: Option<PostgresStore>,
    secrets: Arc<dyn SecretStore>,
    issuer_keys: &IssuerKeys,
) -> Result<App, NotStarted> {
    let expected = Expected { issuer: config.auth.issuer.clone(), audience: config.auth.audience.clone() };
    let verifier = Verifier::without_keys(expected, issuer_keys.renewal());
    let identities = Identities::new(config.internal.identities.clone());
    let keys = &config.keys;
    store.epoch().await.map_err(Refusal::from)?;
    let parts = Parts {
        view: ViewHolder::default(),
        stream: open_stream(&config.events).await?,
        relay: Relay::default(),
        committed: Notify::new(),
        to_tell: Notify::new(),
        pool,
        readiness: Readiness::default(),
        metrics: metrics(config),
        access: Arc::new(Access::new(verifier, identities, &keys.idempotency, &keys.cursor, Arc::new(now))),
        events_source: config.events.source.clone(),
        purge_after_days: config.operators.purge_after_days,
        denied_cidrs: config.endpoints.denied_cidrs.clone(),
        eval_s: i64::from(config.health.eval_s),
        bus: Arc::new(Bus::default()),
        seal_key: seal_key(keys),
        witness: Witness::default(),
        secrets,
    };
    Ok(App::new(store, parts))
}

/// What was written last is sealed before a night in which nobody vouches for it. Another replica may do that at the same
/// time, or the database be away: then whoever leads next does it.
async fn seal_the_rest(app: &App) {
    match tokio::time::timeout(SEALED_WITHIN, audit::seal::seal(app)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            let error = &error as &dyn std::error::Error;
            tracing::info!(error, "the end of the audit trail is left to others to seal");
        }
        Err(_) => tracing::info!("the end of the audit trail is left to others to seal"),
    }
}

/// Tells the public key: seals that it makes can be verified with that when it is a former one.
fn seal_key(keys: &config::Keys) -> SealKey {
    let key = SealKey::new(&keys.audit, keys.former_audit_keys.clone());
    tracing::info!(public_key = STANDARD.encode(key.public()), "seals the audit trail");
    key
}

/// Made with the names of what serves each port.
fn metrics(config: &Config) -> Metrics {
    let Config { store, secrets, events, .. } = config;
    Metrics::new(env!("CARGO_PKG_VERSION"), store.name(), secrets.name(), events.name())
}

/// Before the first request. An issuer that does not answer is no reason not to start: what needs no token goes on.
async fn first_keys(app: &App, keys: &IssuerKeys, at: &config::KeysAt) -> Result<(), NotStarted> {
    match (task::key_set_refresh::refresh(app, keys).await, at) {
        (Err(error), config::KeysAt::File(_)) => Err(NotStarted::Keys(error)),
        // the task tells it, and repeats the fetch
        (Ok(()) | Err(_), _) => Ok(()),
    }
}

fn measure_certificates(app: &App, files: &[TlsFiles]) -> Result<(), NotStarted> {
    Ok(files.iter().try_for_each(|files| files.measure(&app.metrics))?)
}
