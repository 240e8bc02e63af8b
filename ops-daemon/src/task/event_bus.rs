//! Feeds the bus: on every replica, each event once it has its position.

use std::{sync::Arc, time::Duration};

use ops_core::Mark;
use tokio::sync::Mutex;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, run};
use crate::app::{App, refusal::Refusal};

/// Another replica may number: the clock finds what it numbered.
const TASK: Task = Task { name: "event_bus", period: Duration::from_millis(250) };
/// Events of one look.
const PAGE: usize = 200;

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    let place = Arc::new(Mutex::new(None));
    let numbered = |app: App| async move { app.bus.numbered.notified().await };
    run(app, running, stop, TASK, numbered, move |app| feed(app, Arc::clone(&place)));
}

/// Tells what is new since the last time; at first nothing, because who listens reads what is stored by itself.
async fn feed(app: App, place: Arc<Mutex<Option<Mark>>>) -> Result<(), Refusal> {
    let mut place = place.lock().await;
    let mut after = match *place {
        Some(after) => after,
        None => {
            let newest = app.store.last_position().await?;
            *place = Some(newest);
            app.bus.open();
            newest
        }
    };
    loop {
        let events = app.store.events_after(after, PAGE).await?;
        let is_all = events.len() < PAGE;
        for event in events {
            after = event.position;
            app.bus.tell(event);
            *place = Some(after);
        }
        if is_all {
            return Ok(());
        }
    }
}
