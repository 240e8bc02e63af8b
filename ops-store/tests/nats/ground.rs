//! What the tests stand on: a database, a server, a relay between them, and the comparison of the two at the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use async_nats::jetstream::stream::Config;
use ops_client::wire::event::CloudEvent;
use ops_core::{Mark, event::Stored};
use ops_store::{
    nats::NatsStream,
    port::{EventReads, EventStream, Message, Outbox, StreamError},
    postgres::PostgresStore,
    relay::{Ends, Passed, Relay, RelayError},
    testing::{
        Rows,
        nats::{NatsServer, OnStream},
        outbox,
        postgres::Database,
    },
};

/// How long anything may take to become true.
const WITHIN: Duration = Duration::from_secs(60);
/// Operators that events are about.
pub(crate) const OPERATORS: i64 = 20;

/// A database, a server with a stream, and a relay.
pub(crate) struct Ground {
    pub(crate) database: Database,
    pub(crate) store: PostgresStore,
    pub(crate) rows: Rows,
    pub(crate) server: NatsServer,
    pub(crate) stream: NatsStream,
    pub(crate) relay: Relay,
}

impl Ground {
    /// With the stream made.
    pub(crate) async fn new() -> Self {
        let ground = Self::without_stream("").await;
        ground.server.ensure().await;
        ground
    }

    /// With a stream that forgets at once which ids it has taken: it cannot help against repetitions.
    pub(crate) async fn forgetful() -> Self {
        let ground = Self::new().await;
        let context = ground.server.jetstream().await;
        let config =
            Config { duplicate_window: Duration::from_millis(100), ..ground.server.info().await.config };
        context.update_stream(config).await.unwrap();
        ground
    }

    /// Without a stream, on a server that is also told this.
    pub(crate) async fn without_stream(more: &str) -> Self {
        let database = Database::create().await;
        let server = NatsServer::start_with(more);
        let (store, rows, stream) = (database.store(4), database.rows().await, server.stream().await);
        Self { database, store, rows, server, stream, relay: Relay::default() }
    }

    /// Commits so many events about each operator.
    pub(crate) async fn commit(&self, of_each: i64) {
        outbox::fill(&self.database, OPERATORS, of_each).await;
    }

    /// One pass.
    pub(crate) async fn pass(&self) -> Passed {
        pass(&self.relay, &self.store, &self.stream).await
    }

    /// Passes until one ends with an empty outbox; how many events were published.
    pub(crate) async fn drain(&self) -> u64 {
        drain(&self.relay, &self.store, &self.stream).await
    }

    /// The refusal that passes end with, and go on ending with.
    pub(crate) async fn refused(&self) -> StreamError {
        match self.pass().await.ended {
            Err(RelayError::Stream(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    /// Every event of the outbox, by position.
    pub(crate) async fn events(&self) -> Vec<Stored> {
        self.store.events_after(Mark::START, 1_000_000).await.unwrap()
    }

    /// The stream holds exactly the events of the outbox, each once, each as its wire form, in the order of positions.
    pub(crate) async fn stream_equals_outbox(&self) {
        let on_stream = self.server.messages().await;
        let events = self.events().await;
        assert_eq!(on_stream.len(), events.len());
        let waiting = self.rows.number("SELECT count(*) FROM outbox WHERE position IS NULL", []).await;
        assert_eq!(waiting, 0, "every event has its number");
        for (message, event) in on_stream.iter().zip(&events) {
            as_written(message, event);
        }
        in_order(&on_stream);
    }

    /// The mark that was stored equals where stream and outbox end, after a pass or two.
    pub(crate) async fn mark_is_stored(&self) {
        let last = self.store.last_position().await.unwrap();
        until("the mark is stored", async || {
            self.drain().await;
            self.store.relay_mark().await.unwrap().is_some_and(|mark| mark.position == last)
        })
        .await;
    }
}

/// One message is the wire form of one event.
pub(crate) fn as_written(message: &OnStream, event: &Stored) {
    let written = write(event.clone()).unwrap();
    assert_eq!(message.id.as_deref(), Some(event.id.to_string().as_str()));
    assert_eq!(message.subject, written.subject);
    assert_eq!(message.body, written.body, "octet for octet");
    assert_eq!(message.content_type.as_deref(), Some("application/cloudevents+json"));
}

/// No id comes twice, and each operator's sequences count up without a gap within an epoch.
pub(crate) fn in_order(messages: &[OnStream]) {
    let ids: BTreeSet<_> = messages.iter().map(|message| message.id.as_deref().unwrap()).collect();
    assert_eq!(ids.len(), messages.len(), "an event came twice");
    let mut last: BTreeMap<String, String> = BTreeMap::new();
    for message in messages {
        let event: serde_json::Value = serde_json::from_slice(&message.body).unwrap();
        let (source, sequence) = (event["source"].as_str().unwrap(), event["sequence"].as_str().unwrap());
        let before = last.insert(source.to_owned(), sequence.to_owned());
        let next = |before: &str| {
            let (epoch, n) = before.split_at(4);
            let within = format!("{epoch}{:016}", n.parse::<u64>().unwrap() + 1);
            sequence == within || (&sequence[..4] > epoch && sequence.ends_with("0000000000000001"))
        };
        let follows = before.as_deref().map_or(sequence.ends_with("0000000000000001"), next);
        assert!(follows, "{source}: {sequence} after {before:?}");
    }
}

/// An event as the service writes it.
pub(crate) fn write(stored: Stored) -> Result<Message, StreamError> {
    let id = stored.id;
    let event = CloudEvent::of(stored, "urn:test");
    Ok(Message { id, subject: event.subject().to_owned(), body: serde_json::to_vec(&event).unwrap() })
}

pub(crate) async fn pass(relay: &Relay, store: &PostgresStore, stream: &dyn EventStream) -> Passed {
    relay.pass(Ends { store, stream, write: &write }).await
}

pub(crate) async fn drain(relay: &Relay, store: &PostgresStore, stream: &dyn EventStream) -> u64 {
    let (started, mut published) = (Instant::now(), 0);
    loop {
        let passed = pass(relay, store, stream).await;
        published += passed.published;
        match passed.ended {
            Ok(()) => return published,
            Err(error) => assert!(started.elapsed() < WITHIN, "the outbox is not drained: {error:?}"),
        }
        // paced: after a failure the clock wakes the relay, here somewhat sooner
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until something is true.
pub(crate) async fn until(what: &str, mut is_true: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !is_true().await {
        assert!(started.elapsed() < WITHIN, "not in time: {what}");
        // paced: rows and files tell nobody that they have changed
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
