//! Tasks that must have one runner among all replicas: each stands for the lead, and works only while it has it, through
//! the connection that holds it. A leader that stands still or cannot be reached is followed within ten seconds.

use std::{future::Future, time::Duration};

use ops_store::port::Candidate;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Rounds, Task};
use crate::{
    app::{App, refusal::Refusal},
    telemetry::TaskScope,
};

/// How often a candidate looks whether the lead is free.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often a leader says that it is still here; the database deposes whoever is silent for three times as long.
const HEARD_EVERY: Duration = Duration::from_secs(2);

/// Runs `work` as [`run`](super::run) does, on one replica at a time. `work` must write through the store of the [`App`]
/// that it is given.
pub(super) fn lead<Wake, Work>(
    app: &App,
    running: &TaskTracker,
    stop: &CancellationToken,
    task: Task,
    woken: impl FnMut(App) -> Wake + Send + 'static,
    work: impl FnMut(App) -> Work + Send + 'static,
) where
    Wake: Future<Output = ()> + Send,
    Work: Future<Output = Result<(), Refusal>> + Send,
{
    let (app, stop) = (app.clone(), stop.clone());
    let told = app.metrics.task(task.name, TaskScope::Leader, task.period);
    let mut rounds = Rounds { told, task, woken, work };
    running.spawn(async move {
        let leading = async {
            loop {
                app.metrics.set_task_leader(task.name, false);
                let Some(candidate) = elected(&app, task.name).await else {
                    tokio::time::sleep(LOOK_EVERY).await;
                    continue;
                };
                tracing::info!(task = task.name, "leads a task");
                app.metrics.set_task_leader(task.name, true);
                let led = app.by_way_of(candidate.store());
                tokio::select! {
                    () = keep(candidate) => tracing::warn!(task = task.name, "no longer leads a task"),
                    () = rounds.forever(led) => {}
                }
            }
        };
        stop.run_until_cancelled(leading).await;
    });
}

/// A candidate that leads; nothing when the database does not answer.
async fn elected(app: &App, task: &'static str) -> Option<Box<dyn Candidate>> {
    let told = |error| tracing::debug!(task, %error, "nobody can be elected");
    let mut candidate = app.store.candidate(task).await.map_err(told).ok()?;
    while !candidate.leads().await.map_err(told).ok()? {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Some(candidate)
}

/// Says that the leader is here, until it leads no more.
async fn keep(mut candidate: Box<dyn Candidate>) {
    loop {
        tokio::time::sleep(HEARD_EVERY).await;
        match candidate.leads().await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return tracing::debug!(%error, "the leader's session ended"),
        }
    }
}
