//! The bell between replicas: tells the others of our commits, and wakes our own tasks for theirs. Rings come as one while
//! the last one is on its way; one that is lost costs no more than a task's period.

use std::time::Duration;

use ops_store::port::{Bell, ReadError};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::Task;
use crate::{
    app::{App, stamp::now},
    telemetry::TaskScope,
};

/// How often it is shown that the bell works, and how soon a broken one is replaced.
const TASK: Task = Task { name: "bell", period: Duration::from_secs(1) };

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    let (app, stop) = (app.clone(), stop.clone());
    running.spawn(async move {
        stop.run_until_cancelled(ring_and_hear(app)).await;
    });
}

async fn ring_and_hear(app: App) {
    let mut failing = false;
    loop {
        match app.store.bell().await {
            Ok(Some(bell)) => {
                if std::mem::take(&mut failing) {
                    tracing::info!("the bell between replicas rings again");
                }
                let Err(error) = with(&app, bell).await;
                tracing::debug!(%error, "the bell's session ended");
            }
            // no other replica can be there
            Ok(None) => return,
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    tracing::warn!(%error, "the bell between replicas is broken: they hear of each other by the clock");
                }
            }
        }
        tokio::time::sleep(TASK.period).await;
    }
}

async fn with(app: &App, mut bell: Box<dyn Bell>) -> Result<std::convert::Infallible, ReadError> {
    let told = app.metrics.task(TASK.name, TaskScope::Replica, TASK.period);
    // whatever rang before this bell was there
    wake(app);
    loop {
        told.succeeded(now());
        tokio::select! {
            () = app.to_tell.notified() => bell.ring().await?,
            heard = bell.heard() => {
                heard?;
                wake(app);
            }
            () = tokio::time::sleep(TASK.period) => {}
        }
    }
}

/// Another replica committed something: an event to relay, or a view to read.
fn wake(app: &App) {
    app.committed.notify_one();
    app.view.wish();
}
