//! Measures what waits for the event stream, on every replica, by what the relay stored last. Without a stream nothing waits.

use std::time::Duration;

use ops_core::Mark;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, only_by_clock, run};
use crate::app::{App, refusal::Refusal, stamp::now};

const TASK: Task = Task { name: "outbox_backlog", period: Duration::from_secs(2) };

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    run(app, running, stop, TASK, only_by_clock, measure);
}

async fn measure(app: App) -> Result<(), Refusal> {
    if app.stream.is_none() {
        return Ok(());
    }
    let published = app.store.relay_mark().await?.map_or(Mark::START, |mark| mark.position);
    let backlog = app.store.backlog(published).await?;
    let age = backlog.oldest.map(|oldest| now().duration_since(oldest));
    app.metrics.set_outbox(backlog.events, age.map_or(0.0, |age| age.as_secs_f64().max(0.0)));
    Ok(())
}
