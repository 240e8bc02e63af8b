//! The stream loses what it had, or the database does: whatever the outbox keeps is on the stream again, and nothing that is
//! known there is published twice.

use crate::ground::{Ground, as_written, in_order, until};
use async_nats::jetstream::stream::Config;
use ops_store::{nats::STREAM, relay::Relay};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stream_that_was_deleted_and_made_again_gets_all_that_the_outbox_keeps() {
    let ground = Ground::new().await;
    ground.commit(100).await;
    ground.drain().await;
    ground.mark_is_stored().await;
    ground.server.jetstream().await.delete_stream(STREAM).await.unwrap();
    ground.server.ensure().await;
    // the relay believes to stand behind the last message of the stream that was
    ground.commit(1).await;
    assert_eq!(ground.drain().await, 2020);
    ground.stream_equals_outbox().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_older_copy_of_the_store_that_was_put_back_while_the_relay_was_away_is_completed() {
    let mut ground = Ground::new().await;
    ground.commit(50).await;
    ground.drain().await;
    ground.server.stop();
    ground.server.copy_store();
    ground.server.start_again();
    ground.commit(70).await;
    assert_eq!(ground.drain().await, 1400);
    ground.server.stop();
    ground.server.put_store_back();
    ground.server.start_again();
    ground.relay = Relay::default();
    ground.commit(3).await;
    assert_eq!(ground.drain().await, 1460, "what the copy lacks, and what is new");
    ground.stream_equals_outbox().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_older_copy_that_was_put_back_behind_a_running_relays_back_is_completed() {
    let mut ground = Ground::new().await;
    ground.commit(50).await;
    ground.drain().await;
    ground.server.stop();
    ground.server.copy_store();
    ground.server.start_again();
    for round in 0..3 {
        ground.commit(70).await;
        ground.drain().await;
        ground.server.kill();
        ground.server.put_store_back();
        ground.server.start_again();
        // the same relay goes on, and has something to publish at once
        ground.commit(1).await;
        assert_eq!(ground.drain().await, 1400 * (round + 1) + 20 * (round + 1));
        ground.stream_equals_outbox().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lost_tail_is_found_without_anything_to_publish() {
    let mut ground = Ground::new().await;
    ground.commit(10).await;
    ground.drain().await;
    ground.server.stop();
    ground.server.copy_store();
    ground.server.start_again();
    ground.commit(10).await;
    ground.drain().await;
    ground.server.stop();
    ground.server.put_store_back();
    ground.server.start_again();
    until("the lost tail is there again", async || {
        ground.drain().await;
        ground.server.info().await.state.messages == 400
    })
    .await;
    ground.stream_equals_outbox().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stream_whose_messages_are_past_their_age_goes_on_where_it_stood() {
    let mut ground = Ground::new().await;
    ground.commit(10).await;
    ground.drain().await;
    ground.mark_is_stored().await;
    empty(&ground).await;
    ground.relay = Relay::default();
    assert_eq!(ground.drain().await, 0, "what is past its age is not published again");
    ground.commit(2).await;
    assert_eq!(ground.drain().await, 40);
    let on_stream = ground.server.messages().await;
    assert_eq!(on_stream[0].sequence, 201);
    let events = ground.events().await;
    for (message, event) in on_stream.iter().zip(&events[200..]) {
        as_written(message, event);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_empty_stream_that_the_mark_does_not_describe_gets_all_that_the_outbox_keeps() {
    let mut ground = Ground::new().await;
    ground.commit(10).await;
    ground.drain().await;
    ground.mark_is_stored().await;
    empty(&ground).await;
    let other = "UPDATE relay_mark SET stream_sequence = stream_sequence - 1";
    ground.database.client("ops").await.batch_execute(other).await.unwrap();
    ground.relay = Relay::default();
    assert_eq!(ground.drain().await, 200);
    ground.stream_equals_outbox().await;
}

/// Lets every message go past its age, as seven days would; the numbers of the stream go on.
async fn empty(ground: &Ground) {
    let context = ground.server.jetstream().await;
    let config = ground.server.info().await.config;
    let second = std::time::Duration::from_secs(1);
    let soon = Config { max_age: second, duplicate_window: second, ..config.clone() };
    context.update_stream(soon).await.unwrap();
    until("the stream is empty", async || ground.server.info().await.state.messages == 0).await;
    context.update_stream(config).await.unwrap();
}

/// A restore: everything behind a position is lost, and the epoch is raised.
async fn restore(ground: &Ground, to: i64, unnumbered: i64) {
    let client = ground.database.client("ops").await;
    let lose = format!(
        "DELETE FROM outbox WHERE position > {to}; \
         UPDATE outbox SET position = NULL, position_epoch = NULL WHERE position > {to} - {unnumbered}; \
         UPDATE outbox_head SET position = {to} - {unnumbered}; DELETE FROM relay_mark; SELECT raise_epoch(epoch) FROM service;"
    );
    client.batch_execute(&lose).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_a_restore_of_the_database_nothing_that_is_on_the_stream_is_published_again() {
    // the last rows of the backup had no number yet, or had one
    for unnumbered in [0, 15] {
        let mut ground = Ground::new().await;
        ground.commit(40).await;
        ground.drain().await;
        let before = ground.server.messages().await;
        restore(&ground, 300, unnumbered).await;
        ground.relay = Relay::default();
        assert_eq!(ground.drain().await, 0);
        ground.commit(2).await;
        assert_eq!(ground.drain().await, 40, "only what is new");
        let after = ground.server.messages().await;
        assert_eq!(after[..800], before[..], "the lost history stays as it was");
        in_order(&after);
        let events = ground.events().await;
        assert_eq!(events.len(), 340);
        for (message, event) in after[800..].iter().zip(&events[300..]) {
            as_written(message, event);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn messages_of_somebody_else_at_the_end_of_the_stream_are_walked_over() {
    let ground = Ground::new().await;
    ground.commit(10).await;
    ground.drain().await;
    let context = ground.server.jetstream().await;
    for n in 0..450 {
        context.publish(format!("ops.operator.alien.{n}"), "hello".into()).await.unwrap().await.unwrap();
    }
    ground.commit(1).await;
    assert_eq!(ground.drain().await, 20);
    let ours: Vec<_> =
        ground.server.messages().await.into_iter().filter(|message| message.id.is_some()).collect();
    assert_eq!(ours.len(), 220);
    in_order(&ours);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stream_of_nothing_but_strangers_gets_all_that_the_outbox_keeps() {
    let ground = Ground::new().await;
    let context = ground.server.jetstream().await;
    for n in 0..5 {
        context.publish(format!("ops.operator.alien.{n}"), "hello".into()).await.unwrap().await.unwrap();
    }
    ground.commit(2).await;
    assert_eq!(ground.drain().await, 40);
    in_order(&ground.server.messages().await[5..]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_that_stands_among_strangers_is_recognised_by_the_stream_and_passed_over() {
    let ground = Ground::new().await;
    ground.commit(3).await;
    ops_store::relay::number(&ground.store).await.unwrap();
    let events = ground.events().await;
    let context = ground.server.jetstream().await;
    // two events are there, too far back for the relay to look: as after a restore with a very long lost history
    for event in &events[..2] {
        let written = crate::ground::write(event.clone()).unwrap();
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("Nats-Msg-Id", event.id.to_string());
        context
            .publish_with_headers(written.subject, headers, written.body.into())
            .await
            .unwrap()
            .await
            .unwrap();
    }
    let client = context.client();
    for _ in 0..10_000 {
        client.publish("ops.operator.alien.x", "".into()).await.unwrap();
    }
    client.flush().await.unwrap();
    until("the strangers are there", async || ground.server.info().await.state.messages == 10_002).await;
    assert_eq!(ground.drain().await, 58, "all but the two that are there");
    let ours: Vec<_> =
        ground.server.messages().await.into_iter().filter(|message| message.id.is_some()).collect();
    assert_eq!(ours.len(), 60);
    in_order(&ours);
}
