//! How fast the relay is, beside what its server takes by itself in the same run, and how long an event takes from its commit
//! to the stream. Needs the servers of `cargo xtask stack`; `cargo run --release -p ops-daemon --features stack
//! --example relay_bench -- EVENTS ROUNDS`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement that cannot be made must end, and its table is what it is for"
)]

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt as _;
use ops_client::wire::event::CloudEvent;
use ops_core::event::Stored;
use ops_store::{
    nats::NatsStream,
    port::{EventReads, EventStream, Message, StreamError},
    postgres::PostgresStore,
    relay::{Ends, Relay, number},
    testing::{nats::NatsServer, outbox, postgres::Database},
};
use tokio::sync::Notify;
use uuid::Uuid;

/// Acknowledgements that are waited for at once, by the relay as by the bare client.
const OUTSTANDING: usize = 256;
/// Events per second of the second measurement, and for how long.
const PACE: u32 = 1000;
const SECONDS: u32 = 10;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<i64>().unwrap());
    let events = arguments.next().unwrap_or(50_000);
    let rounds = arguments.next().unwrap_or(5);
    println!("{events} events per round\n");
    println!(
        "| round | numbering and relay /s | relay alone /s | raw publish /s | relay ÷ raw |\n|--:|--:|--:|--:|--:|"
    );
    for round in 1..=rounds {
        let whole = relayed(events, false).await;
        let alone = relayed(events, true).await;
        let raw = raw(events).await;
        println!("| {round} | {whole:.0} | {alone:.0} | {raw:.0} | {:.2} |", alone / raw);
    }
    let mut latencies = latencies().await;
    latencies.sort_unstable();
    let at = |share: f64| latencies[(latencies.len() as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!(
        "\ncommit → a consumer of the stream has it at {PACE}/s, {} events: p50 {:.1} ms, p99 {:.1} ms",
        latencies.len(),
        at(0.5),
        at(0.99)
    );
}

fn write(stored: Stored) -> Result<Message, StreamError> {
    let id = stored.id;
    let event = CloudEvent::of(stored, "urn:bench");
    Ok(Message { id, subject: event.subject().to_owned(), body: serde_json::to_vec(&event).unwrap() })
}

async fn ground() -> (Database, PostgresStore, NatsServer, NatsStream) {
    let (database, server) = (Database::create().await, NatsServer::start());
    server.ensure().await;
    let (store, stream) = (database.store(4), server.stream().await);
    stream.tail().await.unwrap();
    (database, store, server, stream)
}

/// Events per second of the relay, from a backlog that was or was not numbered before.
async fn relayed(events: i64, numbered: bool) -> f64 {
    let (database, store, _server, stream) = ground().await;
    outbox::fill(&database, 1000, events / 1000).await;
    if numbered {
        number(&store).await.unwrap();
    }
    let started = Instant::now();
    let passed = Relay::default().pass(Ends { store: &store, stream: &stream, write: &write }).await;
    passed.ended.unwrap();
    passed.published as f64 / started.elapsed().as_secs_f64()
}

/// Messages per second that the server takes from the bare client: of the same size, with as many acknowledgements
/// outstanding as the relay has.
async fn raw(events: i64) -> f64 {
    let (database, store, server, _stream) = ground().await;
    outbox::fill(&database, 1000, 1).await;
    number(&store).await.unwrap();
    let some = store.events_after(ops_core::Mark::START, 1).await.unwrap();
    let message = write(some.into_iter().next().unwrap()).unwrap();
    let took = server.publish_bare(usize::try_from(events).unwrap(), &message.body, OUTSTANDING).await;
    events as f64 / took.as_secs_f64()
}

/// Times from the commit of an event to when a consumer of the stream has it.
async fn latencies() -> Vec<Duration> {
    let (database, store, server, stream) = ground().await;
    let all = (PACE * SECONDS) as usize;
    let mut reader = Box::pin(server.follow().await);
    let read = tokio::spawn(async move {
        let mut read = HashMap::with_capacity(all);
        while read.len() < all {
            let id = reader.next().await.unwrap();
            read.insert(id.parse::<Uuid>().unwrap(), Instant::now());
        }
        read
    });
    let client = database.client("ops").await;
    let rung = Arc::new(Notify::new());
    let ring = Arc::clone(&rung);
    let commits = tokio::spawn(async move {
        let insert = "INSERT INTO outbox (id, operator_id, epoch, sequence, type, at, data) \
             VALUES (gen_random_uuid(), gen_random_uuid(), 1, 1, 'operator.updated', now(), $1) RETURNING id";
        let data = format!("{{\"note\":\"{}\"}}", "x".repeat(600));
        let insert = client.prepare(insert).await.unwrap();
        let mut clock = tokio::time::interval(Duration::from_secs(1) / PACE);
        let mut committed = Vec::with_capacity(all);
        for _ in 0..all {
            clock.tick().await;
            let row = client.query_one(&insert, &[&data]).await.unwrap();
            committed.push((row.get::<_, Uuid>(0), Instant::now()));
            ring.notify_one();
        }
        committed
    });
    let relay = Relay::default();
    while !read.is_finished() {
        let passed = relay.pass(Ends { store: &store, stream: &stream, write: &write }).await;
        passed.ended.unwrap();
        // as the daemon's task: by signal, and by clock
        drop(tokio::time::timeout(Duration::from_millis(500), rung.notified()).await);
    }
    let read = read.await.unwrap();
    let committed = commits.await.unwrap();
    committed.into_iter().map(|(id, at)| read[&id].saturating_duration_since(at)).collect()
}
