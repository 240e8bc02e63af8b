//! The server goes away, hangs, or is not heard: what was committed is on the stream afterwards, each event once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    ground::{Ground, drain, pass, until},
    proxy::Cutter,
};
use ops_store::{
    nats::NatsStream,
    port::{EventReads, StreamError},
    relay::Relay,
    testing::{
        nats::{NatsServer, settings},
        outbox,
        postgres::Database,
    },
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_is_killed_under_load_again_and_again_costs_no_event_and_doubles_none() {
    let mut ground = Ground::forgetful().await;
    let done = Arc::new(AtomicBool::new(false));
    let (database, stop) = (ground.database.store(4), Arc::clone(&done));
    let (url, relay) = (ground.server.settings(), Relay::default());
    let relaying = tokio::spawn(async move {
        let stream = NatsStream::connect(&url).await.unwrap();
        let (mut published, mut failed) = (0, 0);
        while !stop.load(Ordering::SeqCst) {
            let passed = pass(&relay, &database, &stream).await;
            published += passed.published;
            failed += u32::from(passed.ended.is_err());
            // paced: the clock of the relay, somewhat faster
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        published += drain(&relay, &database, &stream).await;
        (published, failed)
    });
    let mut kills = 0;
    for round in 0..8 {
        ground.commit(100).await;
        let before = ground.server.info().await.state.last_sequence;
        until("the relay is at work", async || ground.server.info().await.state.last_sequence > before).await;
        // paced: another moment of the window each round
        tokio::time::sleep(Duration::from_millis(round * 7)).await;
        ground.server.kill();
        kills += 1;
        ground.commit(5).await;
        ground.server.start_again();
    }
    until("everything is there", async || ground.server.info().await.state.messages == 8 * 105 * 20).await;
    done.store(true, Ordering::SeqCst);
    let (published, failed) = relaying.await.unwrap();
    println!("{kills} kills, {published} acknowledged, {failed} passes failed");
    assert!(published <= 8 * 105 * 20);
    ground.stream_equals_outbox().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acknowledgements_that_are_never_heard_double_nothing() {
    let ground = Ground::forgetful().await;
    let cutter = Cutter::before(ground.server.port(), 9_000).await;
    let stream = NatsStream::connect(&settings(&cutter.url())).await.unwrap();
    ground.commit(50).await;
    let (relay, mut heard) = (Relay::default(), 0);
    until("connections were cut in the middle of windows", async || {
        heard += pass(&relay, &ground.store, &stream).await.published;
        cutter.cuts() >= 5
    })
    .await;
    cutter.heal();
    heard += drain(&relay, &ground.store, &stream).await;
    println!("{} cuts, {heard} of 1000 acknowledgements heard", cutter.cuts());
    assert!(heard < 1000, "some acknowledgement was lost");
    ground.stream_equals_outbox().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_hangs_holds_nobody_for_two_seconds_and_the_backlog_is_drained_afterwards() {
    let ground = Ground::new().await;
    ground.commit(5).await;
    ground.drain().await;
    ground.server.pause();
    ground.commit(5).await;
    for _ in 0..3 {
        let started = Instant::now();
        let error = ground.refused().await;
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        assert!(matches!(error, StreamError::Unavailable(_)), "{error:?}");
    }
    let numbered = ground.events().await.len();
    assert_eq!(numbered, 200, "events get their numbers all the same");
    ground.server.resume();
    // whatever it had received before it hung is taken now, and nobody hears of it
    ground.drain().await;
    ground.stream_equals_outbox().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_client_that_starts_before_its_server_finds_it_later() {
    let (database, mut server) = (Database::create().await, NatsServer::prepare());
    let (store, stream, relay) = (database.store(2), server.stream().await, Relay::default());
    outbox::fill(&database, 2, 10).await;
    let passed = pass(&relay, &store, &stream).await;
    assert!(passed.ended.is_err() && passed.published == 0, "{passed:?}");
    assert_eq!(store.events_after(ops_core::Mark::START, 100).await.unwrap().len(), 20);
    server.start_again();
    server.ensure().await;
    assert_eq!(drain(&relay, &store, &stream).await, 20);
}
