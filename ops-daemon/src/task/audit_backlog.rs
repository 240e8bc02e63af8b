//! Measures what of the audit trail is not sealed yet, and whether its chain is still the one that was seen, on every replica.

use std::time::Duration;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, only_by_clock, run};
use crate::app::{
    App,
    audit::{recent, witness::Broken},
    refusal::Refusal,
    stamp::now,
};

const TASK: Task = Task { name: "audit_backlog", period: Duration::from_secs(5) };

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    run(app, running, stop, TASK, only_by_clock, measure);
}

async fn measure(app: App) -> Result<(), Refusal> {
    let looked = app.witness.look(&app).await;
    match &looked {
        Ok(end) => app.metrics.set_audit_sealed(end.seal.as_ref().map_or(0, |seal| seal.n)),
        // what the database does not tell is not known to be broken
        Err(Refusal::Internal(broken)) if broken.is::<Broken>() => app.metrics.set_audit_broken(),
        Err(_) => {}
    }
    let age = app.store.oldest_unlinked(recent(now())).await?.map(|oldest| now().duration_since(oldest));
    app.metrics.set_audit_age(age.map_or(0.0, |age| age.as_secs_f64().max(0.0)));
    looked.map(drop)
}
