//! Use cases: load, let the core decide, commit. No HTTP here, and no SQL.

pub mod decide;
pub mod refusal;
pub mod stamp;
pub mod view;

pub mod operator;
pub mod connection;
pub mod credential;
pub mod maintenance;
pub mod note;
pub mod routing;
pub mod health;
pub mod audit;
pub mod event;

use std::sync::Arc;

use axum::extract::FromRef;
use ops_core::connection::DeniedCidrs;
use ops_store::{EventStream, SecretStore, Store, postgres::PostgresStore, relay::Relay};
use tokio::sync::Notify;

use self::{
    audit::{chain::SealKey, witness::Witness},
    event::bus::Bus,
};
use crate::{http::access::Access, readiness::Readiness, telemetry::Metrics};

/// What every handler and task shares.
#[derive(Clone)]
pub struct App {
    /// Where facts are kept; for a task that leads, by the connection that holds its lead.
    pub store: Arc<dyn Store>,
    parts: Arc<Parts>,
}

/// The parts of [`App`].
pub struct Parts {
    /// Where secrets are kept.
    pub secrets: Arc<dyn SecretStore>,
    /// What a resolve answers from.
    pub view: view::ViewHolder,
    /// Where events leave to; without it they are read through the API only.
    pub stream: Option<Arc<dyn EventStream>>,
    /// Brings them there.
    pub relay: Relay,
    /// Rung after a commit with events, here or by another replica: the relay takes them on.
    pub committed: Notify,
    /// Rung after a commit that other replicas should hear of.
    pub to_tell: Notify,
    /// The pool of connections, when the store has one.
    pub pool: Option<PostgresStore>,
    /// Whether this process takes requests, and what it misses.
    pub readiness: Readiness,
    /// What is measured.
    pub metrics: Metrics,
    /// Who callers are and what they may.
    pub access: Arc<Access>,
    /// CloudEvents `source` of this service, equal on all replicas.
    pub events_source: String,
    /// Days for which a deleted operator can be restored.
    pub purge_after_days: u32,
    /// Where no connection may lead.
    pub denied_cidrs: DeniedCidrs,
    /// Length of a judged window, in seconds.
    pub eval_s: i64,
    /// Where events are heard.
    pub bus: Arc<Bus>,
    /// Seals the audit trail.
    pub seal_key: SealKey,
    /// What was seen of its chain.
    pub witness: Witness,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, parts: Parts) -> Self {
        Self { store, parts: Arc::new(parts) }
    }

    /// The same, working through another store.
    #[must_use]
    pub fn by_way_of(&self, store: Arc<dyn Store>) -> Self {
        Self { store, parts: Arc::clone(&self.parts) }
    }

    /// The epoch that entity tags carry: the one that this process has last met.
    #[must_use]
    pub fn epoch(&self) -> i64 {
        self.store.known_epoch()
    }
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl FromRef<App> for Arc<Access> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.access)
    }
}

/// An answer with an entity tag and a JSON body.
fn reply(
    status: u16,
    version: ops_core::Mark,
    body: &impl serde::Serialize,
) -> Result<ops_store::port::Reply, refusal::Refusal> {
    Ok(ops_store::port::Reply {
        status,
        etag: Some(format!("\"{version}\"")),
        location: None,
        body: Some(serde_json::to_string(body).map_err(refusal::Refusal::internal)?),
    })
}
