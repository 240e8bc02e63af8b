//! Asks the secret store whether it would answer, so that its absence is seen before somebody needs a secret.

use std::time::Duration;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, only_by_clock, run};
use crate::{
    app::{App, refusal::Refusal},
    readiness::Dependency,
};

/// Half of the two seconds that the list of what is degraded may lag.
const TASK: Task = Task { name: "secret_store_check", period: Duration::from_secs(1) };

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    run(app, running, stop, TASK, only_by_clock, check);
}

async fn check(app: App) -> Result<(), Refusal> {
    let asked = app.secrets.health().await;
    app.metrics.set_secret_store_up(asked.is_ok());
    app.readiness.depend(Dependency::SecretStore, asked.is_ok());
    asked?;
    // told by every replica, since any of them may be the one that is looked at
    app.metrics.set_sweep_disabled(!app.store.sweeps_confirmed().await?);
    Ok(())
}
