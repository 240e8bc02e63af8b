//! A server that is away: nobody waits for it twice, it is sealed, killed and comes back, and its certificate is checked.

use std::time::Duration;

use futures::future::join_all;
use ops_store::{
    SecretStore,
    testing::{certificate::Certificate, vault::Bao},
    vault::{Fault, VaultStore},
};

use crate::{
    estate::{at, fault, secret},
    wire::{Do, Wire, say},
};

/// Moves the clock that the store looks at.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn after_five_failures_nobody_asks_until_one_has_tried() {
    let wire = Wire::alone(|_| say(500, "{}")).await;
    let store = VaultStore::open(wire.settings()).unwrap();
    for _ in 0..5 {
        assert!(!store.rests());
        assert_eq!(fault(&store.get(at(1)).await.err().unwrap()), Fault::Failing(500));
    }
    assert!(store.rests());
    for _ in 0..100 {
        assert_eq!(fault(&store.get(at(1)).await.err().unwrap()), Fault::Resting);
        assert_eq!(fault(&store.health().await.unwrap_err()), Fault::Resting);
    }
    assert_eq!(wire.requests_to("/v1/secret/"), 5);

    // the rest is over: of many who ask one tries, and it fails
    pass(Duration::from_secs(1)).await;
    let all = join_all((0..50).map(|_| store.get(at(1)))).await;
    let faults: Vec<Fault> = all.into_iter().map(|got| fault(&got.err().unwrap())).collect();
    assert_eq!(faults.iter().filter(|found| **found == Fault::Failing(500)).count(), 1, "{faults:?}");
    assert_eq!(faults.iter().filter(|found| **found == Fault::Resting).count(), 49);
    assert_eq!(wire.requests_to("/v1/secret/"), 6);

    // and when it succeeds everybody asks again
    wire.rule(|_| say(404, r#"{"errors":[]}"#));
    pass(Duration::from_secs(1)).await;
    for _ in 0..10 {
        assert!(matches!(store.get(at(1)).await, Err(ops_store::port::SecretError::Missing(_))));
    }
    assert_eq!(wire.requests_to("/v1/secret/"), 16);
}

#[tokio::test]
async fn refusals_that_are_no_outage_bring_no_rest() {
    let wire = Wire::alone(|_| say(200, "<html>")).await;
    let store = VaultStore::open(wire.settings()).unwrap();
    for _ in 0..30 {
        assert_eq!(fault(&store.get(at(1)).await.err().unwrap()), Fault::NotItsApi);
    }
    assert!(!store.rests());
}

#[tokio::test]
async fn a_silent_server_holds_no_more_than_thirty_two_calls_at_once() {
    let wire = Wire::alone(|_| Do::SayAndStall(Vec::new())).await;
    let store = VaultStore::open(wire.settings()).unwrap();
    store.keep_logged_in().await.unwrap();
    let all = join_all((0..200).map(|_| store.get(at(1)))).await;
    let faults: Vec<Fault> = all.into_iter().map(|got| fault(&got.err().unwrap())).collect();
    assert_eq!(wire.requests_to("/v1/secret/"), 32);
    assert_eq!(faults.iter().filter(|found| **found == Fault::TimedOut).count(), 32);
    assert_eq!(faults.iter().filter(|found| **found == Fault::Busy).count(), 168);
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_the_token_in_use_and_is_not_tried_by_every_call() {
    let wire =
        Wire::alone(
            |line| if line.contains("/renew-self") { say(500, "{}") } else { say(404, r#"{"errors":[]}"#) },
        )
        .await;
    let store = VaultStore::open(wire.settings()).unwrap();
    store.keep_logged_in().await.unwrap();
    pass(Duration::from_secs(3000)).await;
    for _ in 0..20 {
        assert!(matches!(store.get(at(1)).await, Err(ops_store::port::SecretError::Missing(_))));
    }
    assert_eq!(wire.requests_to("/renew-self"), 1);
    assert_eq!(
        fault(&store.keep_logged_in().await.unwrap_err()),
        Fault::Failing(500),
        "and whoever asks is told"
    );
    assert_eq!((wire.requests_to("/renew-self"), wire.requests_to("/login")), (1, 1));
}

#[tokio::test]
async fn sealed_killed_and_started_again_it_is_told_as_what_it_is_and_nothing_is_lost() {
    let mut server = Bao::raft().await;
    let store = server.store().await;
    store.put(at(1), &secret("password")).await.unwrap();
    store.health().await.unwrap();

    server.seal().await;
    assert_eq!(fault(&store.get(at(1)).await.err().unwrap()), Fault::Sealed);
    assert_eq!(fault(&store.health().await.unwrap_err()), Fault::Sealed);
    server.unseal().await;
    assert!(store.get(at(1)).await.is_ok());

    server.kill();
    let away = fault(&store.get(at(1)).await.err().unwrap());
    assert!(matches!(away, Fault::Unreachable | Fault::Broken), "{away:?}");
    assert_eq!(fault(&store.health().await.unwrap_err()), Fault::Unreachable);
    server.restart().await;
    assert_eq!(fault(&store.health().await.unwrap_err()), Fault::Sealed);
    server.unseal().await;
    assert_eq!(store.get(at(1)).await.ok().unwrap().password.expose(), "password");
    store.put(at(2), &secret("other")).await.unwrap();
    store.health().await.unwrap();
}

#[tokio::test]
async fn a_stopped_server_is_answered_for_within_a_second_and_then_at_once() {
    let server = Bao::raft().await;
    let store = server.store().await;
    store.put(at(1), &secret("password")).await.unwrap();
    server.process().signal("STOP");
    let faults = join_all((0..5).map(|_| store.get(at(1)))).await;
    for got in faults {
        let fault = fault(&got.err().unwrap());
        assert!(matches!(fault, Fault::TimedOut | Fault::Unreachable), "{fault:?}");
    }
    assert_eq!(fault(&store.get(at(1)).await.err().unwrap()), Fault::Resting);
    server.process().signal("CONT");
    pass(Duration::from_secs(1)).await;
    assert!(store.get(at(1)).await.is_ok());
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_not_trusted() {
    let server = Bao::raft().await;
    let mut settings = server.approle(Duration::from_hours(1), Duration::from_hours(1)).await;
    let other = tempfile::tempdir().unwrap();
    settings.ca_file = Some(Certificate::create(other.path()).authority);
    let store = VaultStore::open(settings.clone()).unwrap();
    assert_eq!(fault(&store.get(at(1)).await.err().unwrap()), Fault::Untrusted);
    // several authorities in one file: each of them counts
    let both = other.path().join("both.pem");
    let files = [settings.ca_file.unwrap(), server.ca_file().unwrap()];
    let text: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    std::fs::write(&both, text).unwrap();
    settings.ca_file = Some(both);
    let store = VaultStore::open(settings).unwrap();
    store.health().await.unwrap();
}

#[tokio::test]
async fn where_nobody_listens_it_is_unreachable_and_nothing_was_sent() {
    let wire = Wire::alone(|_| Do::Reset).await;
    let mut settings = wire.settings();
    settings.address = format!("http://127.0.0.1:{}", ops_store::testing::server::free_port());
    let store = VaultStore::open(settings).unwrap();
    assert_eq!(fault(&store.put(at(1), &secret("password")).await.unwrap_err()), Fault::Unreachable);
}
