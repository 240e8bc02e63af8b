//! `stream ensure`: makes the stream, mends it, says what it did, and says what it cannot do.

use std::time::Duration;

use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use ops_store::{
    nats::{EnsureError, Ensured, NatsStream, STREAM, Wanted},
    testing::nats::{NatsServer, settings},
};

async fn ensure(server: &NatsServer, wanted: Wanted) -> Result<Ensured, EnsureError> {
    NatsStream::ensure(&server.settings(), wanted).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_made_once_as_it_should_be_and_left_alone_afterwards() {
    let server = NatsServer::start();
    let made = ensure(&server, Wanted::default()).await.unwrap();
    assert_eq!(
        made.to_string(),
        "the stream OPS_OPERATOR was created: ops.operator.>, in files, 7 days, 10737418240 octets at the most, 1 replica"
    );
    let config = server.info().await.config;
    assert_eq!(config.storage, StorageType::File);
    assert_eq!(config.subjects, ["ops.operator.>"]);
    assert_eq!(config.max_age, Duration::from_secs(7 * 24 * 3600));
    assert_eq!(config.duplicate_window, Duration::from_secs(600));
    assert_eq!((config.discard, config.retention), (DiscardPolicy::Old, RetentionPolicy::Limits));
    assert!(config.deny_delete && config.deny_purge);
    assert_eq!((config.num_replicas, config.max_bytes), (1, 10 << 30));

    let again = ensure(&server, Wanted::default()).await.unwrap();
    assert!(matches!(again, Ensured::Same { .. }), "{again}");
    assert_eq!(server.info().await.config, config);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_differs_is_changed_and_told_and_the_messages_stay() {
    let server = NatsServer::start();
    let context = server.jetstream().await;
    let theirs = Config { name: STREAM.into(), subjects: vec!["ops.>".into()], ..Config::default() };
    context.create_stream(theirs).await.unwrap();
    context.publish("ops.operator.x.created", "kept".into()).await.unwrap().await.unwrap();
    let mended = ensure(&server, Wanted { max_bytes: Some(5_000_000), replicas: None }).await.unwrap();
    let told = mended.to_string();
    for word in [
        "subjects",
        "max_age",
        "deny_delete",
        "deny_purge",
        "duplicate_window",
        "max_bytes from -1 to 5000000",
    ] {
        assert!(told.contains(word), "{word}: {told}");
    }
    let again = ensure(&server, Wanted::default()).await.unwrap();
    assert!(matches!(again, Ensured::Same { .. }), "{again}");
    let info = server.info().await;
    assert_eq!((info.config.max_bytes, info.state.messages), (5_000_000, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_changed_is_told_and_left_alone() {
    let server = NatsServer::start();
    let context = server.jetstream().await;
    let theirs = Config {
        name: STREAM.into(),
        subjects: vec!["ops.operator.>".into()],
        storage: StorageType::Memory,
        retention: RetentionPolicy::WorkQueue,
        ..Config::default()
    };
    context.create_stream(theirs).await.unwrap();
    let before = server.info().await.config;
    let refused = ensure(&server, Wanted::default()).await.unwrap_err().to_string();
    assert!(refused.contains("in memory") && refused.contains("forgets messages"), "{refused}");
    assert_eq!(server.info().await.config, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_does_not_take_is_told_in_a_sentence() {
    let server = NatsServer::start();
    let refused =
        ensure(&server, Wanted { max_bytes: None, replicas: Some(3) }).await.unwrap_err().to_string();
    assert!(refused.contains("did not take the stream"), "{refused}");
    let context = server.jetstream().await;
    let other = Config { name: "OTHER".into(), subjects: vec!["ops.>".into()], ..Config::default() };
    context.create_stream(other).await.unwrap();
    let refused = ensure(&server, Wanted::default()).await.unwrap_err().to_string();
    assert!(refused.contains("overlap"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_there_is_told_within_seconds() {
    let nobody = settings(&format!("nats://127.0.0.1:{}", ops_store::testing::server::free_port()));
    let refused = NatsStream::ensure(&nobody, Wanted::default()).await.unwrap_err();
    assert!(matches!(refused, EnsureError::Stream(_)), "{refused:?}");
}
