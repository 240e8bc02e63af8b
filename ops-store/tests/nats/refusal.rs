//! A stream that is not there, or does not take what it should: the outbox holds, and the refusal says what to do.

use crate::ground::{Ground, in_order};
use async_nats::jetstream::stream::Config;
use ops_store::{nats::STREAM, port::StreamError};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_missing_stream_is_told_and_never_made_and_the_outbox_holds_until_there_is_one() {
    let ground = Ground::without_stream("").await;
    ground.commit(10).await;
    for _ in 0..3 {
        assert!(matches!(ground.refused().await, StreamError::Missing));
    }
    let context = ground.server.jetstream().await;
    assert!(context.get_stream(STREAM).await.is_err(), "the relay made a stream");
    assert_eq!(ground.events().await.len(), 200, "readers of the outbox go on");
    ground.server.ensure().await;
    assert_eq!(ground.drain().await, 200);
    ground.stream_equals_outbox().await;

    context.delete_stream(STREAM).await.unwrap();
    ground.commit(1).await;
    assert!(
        matches!(ground.refused().await, StreamError::Missing),
        "found at once by a relay that was at work"
    );
    ground.server.ensure().await;
    assert_eq!(ground.drain().await, 220);
    ground.stream_equals_outbox().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_that_are_larger_than_the_server_takes_are_refused_with_what_to_do_and_sent_later() {
    let mut ground = Ground::without_stream("max_payload: 700").await;
    ground.server.ensure().await;
    ground.commit(5).await;
    for _ in 0..2 {
        let error = ground.refused().await;
        assert!(error.to_string().contains("raise it to 128 KiB"), "{error:?}");
    }
    assert_eq!(ground.server.info().await.state.messages, 0);
    ground.server.stop();
    ground.server.configure("");
    ground.server.start_again();
    assert_eq!(ground.drain().await, 100);
    ground.stream_equals_outbox().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stream_that_takes_no_message_of_this_size_or_no_subject_of_ours_is_told_with_what_to_do() {
    let ground = Ground::without_stream("").await;
    let context = ground.server.jetstream().await;
    let small = Config {
        name: STREAM.into(),
        subjects: vec!["ops.operator.>".into()],
        max_message_size: 500,
        ..Config::default()
    };
    context.create_stream(small).await.unwrap();
    ground.commit(1).await;
    let error = ground.refused().await;
    assert!(error.to_string().contains("max_msg_size"), "{error:?}");
    ground.server.ensure().await;
    assert_eq!(ground.drain().await, 20, "`stream ensure` mended it");

    context.delete_stream(STREAM).await.unwrap();
    let alien = Config { name: STREAM.into(), subjects: vec!["other.>".into()], ..Config::default() };
    context.create_stream(alien).await.unwrap();
    ground.commit(1).await;
    let error = ground.refused().await;
    assert!(error.to_string().contains("stream ensure"), "{error:?}");
    ground.server.ensure().await;
    assert_eq!(ground.drain().await, 40);
    in_order(&ground.server.messages().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_stream_that_refuses_is_told_and_drained_when_there_is_room() {
    let ground = Ground::without_stream("").await;
    let context = ground.server.jetstream().await;
    let full = Config {
        name: STREAM.into(),
        subjects: vec!["ops.operator.>".into()],
        max_messages: 10,
        discard: async_nats::jetstream::stream::DiscardPolicy::New,
        ..Config::default()
    };
    context.create_stream(full).await.unwrap();
    ground.commit(2).await;
    for _ in 0..3 {
        let error = ground.refused().await;
        assert!(matches!(error, StreamError::Refused(_)), "{error:?}");
    }
    assert_eq!(ground.server.info().await.state.messages, 10);
    ground.server.ensure().await;
    assert_eq!(ground.drain().await, 30);
    ground.stream_equals_outbox().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_without_jetstream_is_told_as_one_that_does_not_answer() {
    let ground = Ground::without_stream("").await;
    let mut ground = ground;
    ground.server.stop();
    let plain = format!("listen: \"127.0.0.1:{}\"", ground.server.port());
    std::fs::write(ground.server.folder().join("nats.conf"), plain).unwrap();
    ground.server.start_again();
    ground.commit(1).await;
    let error = ground.refused().await;
    assert!(matches!(error, StreamError::Unavailable(_)), "{error:?}");
}
