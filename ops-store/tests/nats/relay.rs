//! The relay on a good day, and several of them at once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::ground::{Ground, OPERATORS, drain, pass, until};
use ops_core::Mark;
use ops_store::{
    port::{Backlog, Outbox},
    relay::Relay,
    testing::outbox,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_committed_is_on_the_stream_once_in_order_and_as_its_wire_form() {
    let ground = Ground::new().await;
    assert_eq!(ground.drain().await, 0, "an empty outbox is nothing to do");
    ground.commit(130).await;
    assert_eq!(ground.drain().await, 2600);
    ground.stream_equals_outbox().await;
    let body: serde_json::Value = serde_json::from_slice(&ground.server.messages().await[0].body).unwrap();
    assert_eq!(body["traceparent"], outbox::TRACEPARENT);
    assert_eq!(body["specversion"], "1.0");

    ground.commit(1).await;
    assert_eq!(ground.drain().await, 20, "what came later, and nothing again");
    ground.stream_equals_outbox().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_relay_that_starts_anew_goes_on_behind_the_last_message_of_the_stream() {
    let mut ground = Ground::new().await;
    for _ in 0..3 {
        ground.commit(30).await;
        ground.relay = Relay::default();
        // whatever was stored about the stream does not count while it has messages
        let wrong = "INSERT INTO relay_mark VALUES (true, now(), 7, 1, 3) ON CONFLICT (one) DO UPDATE SET position = 3";
        ground.database.client("ops").await.batch_execute(wrong).await.unwrap();
        assert_eq!(ground.drain().await, 600);
    }
    ground.stream_equals_outbox().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_several_relays_none_is_fooled_and_each_event_comes_once() {
    let ground = Arc::new(Ground::forgetful().await);
    let done = Arc::new(AtomicBool::new(false));
    let relays: Vec<_> = (0..3)
        .map(|_| {
            let (ground, done) = (Arc::clone(&ground), Arc::clone(&done));
            tokio::spawn(async move {
                let (relay, store, stream) =
                    (Relay::default(), ground.database.store(2), ground.server.stream().await);
                let (mut published, mut moved) = (0, 0);
                while !done.load(Ordering::SeqCst) {
                    let passed = pass(&relay, &store, &stream).await;
                    published += passed.published;
                    moved += passed.moved;
                    tokio::task::yield_now().await;
                }
                published += drain(&relay, &store, &stream).await;
                (published, moved)
            })
        })
        .collect();
    for _ in 0..30 {
        ground.commit(10).await;
    }
    until("all is numbered and on the stream", async || {
        ground.server.info().await.state.messages == 30 * 10 * 20
    })
    .await;
    done.store(true, Ordering::SeqCst);
    let (mut published, mut moved) = (0, 0);
    for relay in relays {
        let (one, refusals) = relay.await.unwrap();
        published += one;
        moved += refusals;
    }
    println!("{published} events acknowledged, {moved} times the stream had moved");
    assert!(moved > 0, "they never met");
    assert!(published <= 6000, "an event was taken twice");
    ground.stream_equals_outbox().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_mark_follows_the_stream_and_tells_what_waits() {
    let ground = Ground::new().await;
    ground.commit(10).await;
    assert_eq!(ground.store.relay_mark().await.unwrap(), None);
    let backlog = ground.store.backlog(Mark::START).await.unwrap();
    assert_eq!(backlog.events, 200);
    assert!(backlog.oldest.is_some());
    ground.drain().await;
    ground.mark_is_stored().await;
    let mark = ground.store.relay_mark().await.unwrap().unwrap();
    assert_eq!((mark.stream_sequence, mark.position), (200, Mark::new(1, 200)));
    assert_eq!(ground.store.backlog(mark.position).await.unwrap(), Backlog::default());
    ground.commit(1).await;
    assert_eq!(ground.store.backlog(mark.position).await.unwrap().events, u64::try_from(OPERATORS).unwrap());
}
