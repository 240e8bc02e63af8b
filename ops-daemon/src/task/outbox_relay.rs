//! The relay: gives committed events their position without gaps, so that readers can go on from where they were, and brings
//! them to the event stream in that order. Without a stream it only numbers.

use std::time::Duration;

use ops_client::wire::event::CloudEvent;
use ops_core::event::Stored;
use ops_store::{
    port::{Message, StreamError},
    relay::{self, Ends, Passed, RelayError},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Task, lead};
use crate::{
    app::{App, refusal::Refusal},
    readiness::{Dependency, Readiness},
    telemetry::{Metrics, PublishFailure},
};

/// The clock finds what a lost signal left, and a stream that is away or back, within half of the two seconds that the list
/// of what is degraded may lag.
const TASK: Task = Task { name: "outbox_relay", period: Duration::from_millis(500) };

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    let committed = |app: App| async move { app.committed.notified().await };
    lead(app, running, stop, TASK, committed, relay);
}

async fn relay(app: App) -> Result<(), Refusal> {
    let Some(stream) = &app.stream else {
        return Ok(relay::number(&*app.store).await?);
    };
    let write = |stored| message(stored, &app.events_source);
    let passed = app.relay.pass(Ends { store: &*app.store, stream: &**stream, write: &write }).await;
    tell(&app.metrics, &app.readiness, &passed);
    passed.ended.map_err(|error| match error {
        RelayError::Store(error) => error.into(),
        RelayError::Stream(error) => Refusal::EventStream(error.into()),
    })
}

/// An event as it leaves.
fn message(stored: Stored, source: &str) -> Result<Message, StreamError> {
    let id = stored.id;
    let event = CloudEvent::of(stored, source);
    let body = serde_json::to_vec(&event)
        .map_err(|error| StreamError::Refused(format!("the event {id} has no JSON form: {error}")))?;
    Ok(Message { id, subject: event.subject().to_owned(), body })
}

/// Shows what came of a pass.
fn tell(metrics: &Metrics, readiness: &Readiness, passed: &Passed) {
    metrics.events_published(passed.published);
    metrics.events_refused(PublishFailure::Moved, u64::from(passed.moved));
    let failure = match &passed.ended {
        Ok(()) => None,
        Err(RelayError::Stream(error)) => match error {
            StreamError::Missing => Some(PublishFailure::Missing),
            StreamError::Unavailable(_) => Some(PublishFailure::Unavailable),
            StreamError::Refused(_) => Some(PublishFailure::Refused),
            // counted above; the stream is well, and another relay is at work
            StreamError::Moved { .. } => return,
        },
        // the stream was not asked, or not to the end
        Err(RelayError::Store(_)) => return,
    };
    if let Some(reason) = failure {
        metrics.events_refused(reason, 1);
    }
    metrics.set_event_stream_missing(failure == Some(PublishFailure::Missing));
    readiness.depend(Dependency::EventStream, failure.is_none());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(ended: Result<(), RelayError>) -> Passed {
        Passed { published: 3, moved: 2, ended }
    }

    #[test]
    fn every_end_of_a_pass_is_shown_in_metrics_and_in_the_list_of_what_is_degraded() {
        let (metrics, readiness) =
            (Metrics::new("1", "postgres", "sealed", "jetstream"), Readiness::default());
        let refused = |error| Err(RelayError::Stream(error));
        let degraded = || readiness.shown().degraded.contains(&Dependency::EventStream);
        let shown = |line: &str| {
            assert!(metrics.render().lines().any(|told| told == line), "{line}\n{}", metrics.render());
        };

        tell(&metrics, &readiness, &passed(refused(StreamError::Missing)));
        assert!(degraded());
        shown("ops_event_stream_missing 1");
        shown("ops_event_publish_failures_total{reason=\"missing\"} 1");
        tell(&metrics, &readiness, &passed(Ok(())));
        assert!(!degraded());
        shown("ops_event_stream_missing 0");
        tell(&metrics, &readiness, &passed(refused(StreamError::Unavailable("x".into()))));
        assert!(degraded());
        shown("ops_event_publish_failures_total{reason=\"unavailable\"} 1");
        tell(&metrics, &readiness, &passed(refused(StreamError::Moved { original: None })));
        assert!(degraded(), "that the stream has moved does not tell whether it takes events");
        tell(&metrics, &readiness, &passed(Ok(())));
        tell(&metrics, &readiness, &passed(refused(StreamError::Refused("x".into()))));
        assert!(degraded());
        shown("ops_event_publish_failures_total{reason=\"refused\"} 1");
        shown("ops_event_publish_failures_total{reason=\"moved\"} 12");
        shown("ops_events_published_total 18");
    }
}
