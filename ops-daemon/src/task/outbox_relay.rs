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
    telemetry::{Metrics, PublishFailure},
};

/// The clock finds what a lost signal left, and a stream that is back.
const TASK: Task = Task { name: "outbox_relay", period: Duration::from_millis(500) };

/// How long a relay that was woken waits for more commits, so that one transaction numbers the events of all of them: each
/// numbering waits for the disk like a commit of a caller.
const GATHER: Duration = Duration::from_millis(3);

pub(super) fn start(app: &App, running: &TaskTracker, stop: &CancellationToken) {
    let committed = |app: App| async move {
        app.committed.notified().await;
        tokio::time::sleep(GATHER).await;
    };
    lead(app, running, stop, TASK, committed, relay);
}

async fn relay(app: App) -> Result<(), Refusal> {
    let Some(stream) = &app.stream else {
        relay::number(&*app.store).await?;
        app.bus.numbered.notify_one();
        return Ok(());
    };
    let write = |stored| message(stored, &app.events_source);
    let passed = app.relay.pass(Ends { store: &*app.store, stream: &**stream, write: &write }).await;
    app.bus.numbered.notify_one();
    tell(&app.metrics, &passed);
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

/// Shows what came of a pass. Whether the stream is there is told by `event_stream_check`, on every replica.
fn tell(metrics: &Metrics, passed: &Passed) {
    metrics.events_published(passed.published);
    metrics.events_refused(PublishFailure::Moved, u64::from(passed.moved));
    let Err(RelayError::Stream(error)) = &passed.ended else { return };
    let reason = match error {
        StreamError::Missing => PublishFailure::Missing,
        StreamError::Unavailable(_) => PublishFailure::Unavailable,
        StreamError::Refused(_) => PublishFailure::Refused,
        // counted above; the stream is well, and another relay is at work
        StreamError::Moved { .. } => return,
    };
    metrics.events_refused(reason, 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_of_a_pass_is_counted() {
        let metrics = Metrics::new("1", "postgres", "sealed", "jetstream");
        let refused = |error| Err(RelayError::Stream(error));
        let ends = [
            Ok(()),
            refused(StreamError::Missing),
            refused(StreamError::Unavailable("x".into())),
            refused(StreamError::Refused("x".into())),
            refused(StreamError::Moved { original: None }),
        ];
        for ended in ends {
            tell(&metrics, &Passed { published: 3, moved: 2, ended });
        }
        let rendered = metrics.render();
        for line in [
            "ops_events_published_total 15",
            "ops_event_publish_failures_total{reason=\"missing\"} 1",
            "ops_event_publish_failures_total{reason=\"unavailable\"} 1",
            "ops_event_publish_failures_total{reason=\"refused\"} 1",
            "ops_event_publish_failures_total{reason=\"moved\"} 10",
        ] {
            assert!(rendered.lines().any(|told| told == line), "{line}\n{rendered}");
        }
    }
}
