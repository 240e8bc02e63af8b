//! Measures what of the audit trail is not sealed yet, on every replica.

use std::time::Duration;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, only_by_clock, run};
use crate::app::{App, refusal::Refusal, stamp::now};

const TASK: Task = Task { name: "audit_backlog", period: Duration::from_secs(5) };

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    run(app, running, stop, TASK, only_by_clock, measure);
}

async fn measure(app: App) -> Result<(), Refusal> {
    let sealed = app.store.newest_seal().await?.map_or(0, |seal| seal.n);
    let age = app.store.oldest_unlinked().await?.map(|oldest| now().duration_since(oldest));
    app.metrics.set_audit(sealed, age.map_or(0.0, |age| age.as_secs_f64().max(0.0)));
    Ok(())
}
