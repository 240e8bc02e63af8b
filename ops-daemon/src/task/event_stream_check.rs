//! Asks whether the event stream is there, on every replica: any of them may be the one that is looked at, and only the
//! leader of the relay would notice by itself.

use std::time::Duration;

use ops_store::port::StreamError;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, only_by_clock, run};
use crate::{
    app::{App, refusal::Refusal},
    readiness::Dependency,
};

/// Half of the two seconds that the list of what is degraded may lag.
const TASK: Task = Task { name: "event_stream_check", period: Duration::from_secs(1) };

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    if app.stream.is_some() {
        run(app, running, stop, TASK, only_by_clock, check);
    }
}

async fn check(app: App) -> Result<(), Refusal> {
    let Some(stream) = &app.stream else { return Ok(()) };
    let asked = stream.tail().await;
    app.metrics.set_event_stream_missing(matches!(asked, Err(StreamError::Missing)));
    app.readiness.depend(Dependency::EventStream, asked.is_ok());
    asked.map(drop).map_err(|error| Refusal::EventStream(error.into()))
}
