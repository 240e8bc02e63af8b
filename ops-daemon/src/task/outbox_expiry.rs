//! Forgets published events after [`limits::EVENTS_KEPT_DAYS`].

use std::time::Duration;

use jiff::SignedDuration;
use ops_core::limits;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, lead, only_by_clock};
use crate::app::{App, refusal::Refusal, stamp::now};

const TASK: Task = Task { name: "outbox_expiry", period: Duration::from_secs(60) };
/// Events of one transaction.
const BATCH: usize = 500;

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    lead(app, running, stop, TASK, only_by_clock, expire);
}

async fn expire(app: App) -> Result<(), Refusal> {
    let before = now() - SignedDuration::from_hours(24 * limits::EVENTS_KEPT_DAYS);
    // what the stream does not have yet stays, however old it is
    let published = match (&app.stream, app.store.relay_mark().await?) {
        (Some(_), None) => return Ok(()),
        (Some(_), Some(mark)) => mark.position,
        (None, _) => app.store.last_position().await?,
    };
    let batch = u64::try_from(BATCH).unwrap_or(u64::MAX);
    while app.store.expire_events(before, published, BATCH).await? == batch {}
    Ok(())
}
