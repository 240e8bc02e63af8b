//! A put and a destroy whose answers are lost: what was done is found, and what was not is said.

use std::sync::Arc;

use ops_store::{
    SecretStore,
    port::SecretError,
    testing::vault::Bao,
    vault::{Fault, VaultStore},
};
use reqwest::Method;

use crate::{
    estate::{at, fault, secret},
    wire::{Do, Wire, answer, say},
};

async fn open() -> (Bao, Wire, VaultStore) {
    let server = Bao::dev().await;
    let wire = Wire::before(&server).await;
    let mut settings =
        server.approle(std::time::Duration::from_hours(1), std::time::Duration::from_hours(24)).await;
    settings.address = wire.address();
    (server, wire, VaultStore::open(settings).unwrap())
}

fn is_write(line: &str) -> bool {
    line.starts_with("POST /v1/secret/data/")
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_found_and_reported_as_done() {
    let (server, wire, store) = open().await;
    let spoiled = [Do::PassAndCut, Do::PassAndStall];
    for (n, spoil) in (1..).zip(spoiled) {
        wire.rule(move |line| if is_write(line) { spoil.clone() } else { Do::Pass });
        store.put(at(n), &secret("password")).await.unwrap();
        let place = format!("secret/data/ops/{}", at(n));
        let (_, there) = server.ask(Method::GET, &place, None).await;
        assert_eq!(there["data"]["data"]["password"], "password");
        assert_eq!(there["data"]["metadata"]["version"], 1, "written once");
        assert_eq!(wire.requests_to(&place), 2, "one write, one look");
    }
}

#[tokio::test]
async fn a_write_that_did_not_happen_is_an_outage_and_leaves_nothing() {
    let (server, wire, store) = open().await;
    for (n, spoil, cause) in [
        (1, Do::Reset, Fault::Broken),
        (2, say(500, r#"{"errors":["c4n4ry"]}"#), Fault::Failing(500)),
        (3, Do::SayAndStall(Vec::new()), Fault::TimedOut),
        (4, say(200, "<html>hello"), Fault::NotItsApi),
        (5, say(400, r#"{"errors":["c4n4ry"]}"#), Fault::Refused(400)),
    ] {
        wire.rule(move |line| if is_write(line) { spoil.clone() } else { Do::Pass });
        let refused = store.put(at(n), &secret("password")).await.unwrap_err();
        assert_eq!(fault(&refused), cause, "{n}");
        let (status, _) = server.ask(Method::GET, &format!("secret/data/ops/{}", at(n)), None).await;
        assert_eq!(status, 404, "{n}");
    }
    wire.rule(|_| Do::Pass);
    store.put(at(1), &secret("password")).await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_about_another_secret_is_not_taken_for_ours() {
    let (_server, wire, store) = open().await;
    store.put(at(1), &secret("first")).await.unwrap();
    wire.rule(|line| if is_write(line) { Do::PassAndCut } else { Do::Pass });
    let refused = store.put(at(1), &secret("second")).await.unwrap_err();
    assert!(matches!(refused, SecretError::Exists(path) if path == at(1)), "{refused:?}");
}

#[tokio::test]
async fn a_put_again_needs_no_new_login_though_the_policy_answers_it_like_a_dead_token() {
    let (_server, wire, store) = open().await;
    for _ in 0..5 {
        store.put(at(1), &secret("password")).await.unwrap();
    }
    assert_eq!(wire.requests_to("/login"), 1);
}

#[tokio::test]
async fn a_destroy_may_fail_at_each_step_and_is_done_by_the_next_one() {
    let (server, wire, store) = open().await;
    for (n, step) in
        (1..).zip(["GET /v1/secret/metadata", "POST /v1/secret/destroy", "DELETE /v1/secret/metadata"])
    {
        for spoil in [Do::Reset, Do::PassAndCut] {
            wire.rule(|_| Do::Pass);
            store.put(at(n), &secret("password")).await.unwrap();
            wire.rule(move |line| if line.starts_with(step) { spoil.clone() } else { Do::Pass });
            let refused = store.destroy(at(n)).await.unwrap_err();
            assert_eq!(fault(&refused), Fault::Broken, "{step}");
            wire.rule(|_| Do::Pass);
            store.destroy(at(n)).await.unwrap();
            assert!(matches!(store.get(at(n)).await, Err(SecretError::Missing(_))));
            let metadata = format!("secret/metadata/ops/{}", at(n));
            assert_eq!(server.ask(Method::GET, &metadata, None).await.0, 404, "{step}: nothing is left");
        }
    }
}

#[tokio::test]
async fn after_half_a_destroy_the_secret_is_missing_and_its_path_is_still_listed_and_taken() {
    let (_server, wire, store) = open().await;
    store.put(at(1), &secret("password")).await.unwrap();
    wire.rule(|line| if line.starts_with("DELETE") { Do::Reset } else { Do::Pass });
    store.destroy(at(1)).await.unwrap_err();
    wire.rule(|_| Do::Pass);
    assert!(matches!(store.get(at(1)).await, Err(SecretError::Missing(_))));
    assert_eq!(store.paths(at(1).operator).await.unwrap(), [at(1)], "the sweep finds it again");
    assert!(matches!(store.put(at(1), &secret("password")).await, Err(SecretError::Exists(_))));
    store.destroy(at(1)).await.unwrap();
    assert!(store.operators().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_secret_that_was_soft_deleted_by_somebody_is_missing() {
    let (server, _wire, store) = open().await;
    store.put(at(1), &secret("password")).await.unwrap();
    let place = format!("secret/data/ops/{}", at(1));
    assert_eq!(server.ask(Method::DELETE, &place, None).await.0, 204);
    assert!(matches!(store.get(at(1)).await, Err(SecretError::Missing(path)) if path == at(1)));
    store.destroy(at(1)).await.unwrap();
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_a_store_that_works() {
    let (_server, wire, store) = open().await;
    let stalled = Arc::new(tokio::sync::Notify::new());
    let told = Arc::clone(&stalled);
    wire.rule(move |line| {
        if is_write(line) {
            told.notify_one();
            Do::SayAndStall(answer(200, "")[..10].to_vec())
        } else {
            Do::Pass
        }
    });
    for _ in 0..100 {
        let put = tokio::spawn({
            let store = store.clone();
            async move { store.put(at(1), &secret("password")).await }
        });
        stalled.notified().await;
        put.abort();
        assert!(put.await.unwrap_err().is_cancelled());
    }
    wire.rule(|_| Do::Pass);
    store.put(at(1), &secret("password")).await.unwrap();
}
