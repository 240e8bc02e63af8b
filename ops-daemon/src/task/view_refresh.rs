//! Keeps the routing view in memory: read anew when a write of ours moved it, and when the clock finds another version.

use std::{collections::BTreeMap, time::Duration};

use ops_core::{
    Mark,
    health::{counts, operator_state},
    routing::View,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, run};
use crate::{
    app::{App, refusal::Refusal},
    readiness::Dependency,
};

/// What other replicas and a lost signal cost at the most.
const TASK: Task = Task { name: "view_refresh", period: Duration::from_millis(500) };

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    let wished = |app: App| async move { app.view.wished().await };
    run(app, running, stop, TASK, wished, refresh);
}

/// Reads the view if its version moved. Wishes from before the read are met by it.
///
/// # Errors
/// The database does not answer; the old view stays.
pub async fn refresh(app: App) -> Result<(), Refusal> {
    let wish = app.view.last_wish();
    let read = read(&app).await;
    app.readiness.depend(Dependency::Database, read.is_ok());
    match read? {
        None => app.view.confirm(wish),
        Some(view) => {
            measure(&app, &view);
            app.view.replace(view, wish);
        }
    }
    Ok(())
}

async fn read(app: &App) -> Result<Option<View>, Refusal> {
    let known = app.view.current().version();
    let mut found = app.store.view_version().await?;
    if found < known {
        // versions only grow: the database was put back to an earlier state, and nobody has said so
        let epoch = app.store.raise_epoch(known.epoch).await?;
        tracing::error!(%known, %found, epoch, "the database has forgotten versions that were seen: a new epoch begins");
        found = app.store.view_version().await?;
    }
    if found.epoch > app.epoch() {
        app.store.epoch().await?;
    }
    Ok(if known == Mark::START || found != known { Some(app.store.view().await?) } else { None })
}

fn measure(app: &App, view: &View) {
    let mut of_operator: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut connections = BTreeMap::new();
    for eligibility in view.connections().values() {
        *connections.entry(eligibility.health).or_default() += 1;
        of_operator.entry(eligibility.operator_id).or_default().push((
            counts(eligibility.connection_status, eligibility.counts_for_operator),
            eligibility.health,
        ));
    }
    let operators: BTreeMap<_, _> =
        of_operator.into_iter().map(|(id, states)| (id, operator_state(states))).collect();
    let mut counts = BTreeMap::new();
    for state in operators.values() {
        *counts.entry(*state).or_default() += 1;
    }
    app.metrics.set_view(view.version(), view.rules().len());
    app.metrics.set_connections(&connections);
    app.metrics.set_operators(&counts);
    app.metrics.set_connections_not_healthy(view.connections().iter().map(|(id, of)| (*id, of.health)));
    app.metrics.set_operators_not_healthy(operators);
}
