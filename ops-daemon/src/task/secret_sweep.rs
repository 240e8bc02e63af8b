//! Destroys secrets that no credential refers to, and tells of credentials whose secret is gone. After a restore it only
//! tells, until a person has confirmed that the rows are what they should be.

use std::time::Duration;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, lead, only_by_clock};
use crate::app::{App, credential::sweep, refusal::Refusal, stamp::now};

const TASK: Task = Task { name: "secret_sweep", period: Duration::from_secs(3600) };

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    lead(app, running, stop, TASK, only_by_clock, sweep);
}

async fn sweep(app: App) -> Result<(), Refusal> {
    let swept = sweep::look(&*app.store, &*app.secrets, now()).await?;
    app.metrics.set_secret_dangling(swept.dangling.len());
    for path in &swept.dangling {
        tracing::error!(%path, "a credential's secret is gone: store the credential anew");
    }
    // asked after the look, on the leader's own connection: a restore meanwhile has raised the epoch
    if app.store.sweeps_confirmed().await? {
        sweep::destroy(&*app.secrets, &swept.orphans).await?;
    }
    Ok(())
}
