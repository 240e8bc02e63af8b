//! What somebody else laid where our secrets lie: it is unreadable or left alone, and never taken for ours.

use ops_store::{SecretStore, port::SecretError, testing::vault::Bao};
use reqwest::Method;
use serde_json::json;

use crate::estate::{at, secret, words};

#[tokio::test]
async fn a_document_of_another_form_is_unreadable_and_not_overwritten() {
    let server = Bao::dev().await;
    let store = server.store().await;
    for (n, document) in (1..).zip([
        json!({}),
        json!({"system_id": "c4n4ry"}),
        json!({"password": "c4n4ry"}),
        json!({"system_id": "acme", "password": "c4n4ry", "more": 1}),
        json!({"system_id": "acme", "password": 12_345}),
        json!({"system_id": "acme", "password": format!("c4n4ry-{}", "x".repeat(58))}),
        json!({"system_id": format!("c4n4ry-{}", "x".repeat(26)), "password": "c4n4ry"}),
        json!({"system_id": ["acme"], "password": "c4n4ry"}),
    ]) {
        let place = format!("secret/data/ops/{}", at(n));
        assert_eq!(server.ask(Method::POST, &place, Some(json!({"data": document}))).await.0, 200);
        let read = store.get(at(n)).await.err().unwrap();
        let put = store.put(at(n), &secret("password")).await.unwrap_err();
        for refused in [read, put] {
            assert!(
                matches!(refused, SecretError::Unreadable(path) if path == at(n)),
                "{document}: {refused:?}"
            );
            assert!(!words(&refused).contains("c4n4ry"), "{refused:?}");
        }
        let (_, there) = server.ask(Method::GET, &place, None).await;
        assert_eq!(there["data"]["data"], document);
        store.destroy(at(n)).await.unwrap();
    }
}

#[tokio::test]
async fn names_that_are_not_ours_are_neither_listed_nor_touched() {
    let server = Bao::dev().await;
    let store = server.store().await;
    store.put(at(1), &secret("password")).await.unwrap();
    let (operator, connection) = (at(1).operator, at(1).connection);
    let aliens = [
        "alien".to_owned(),
        "alien/connections/x/y".to_owned(),
        operator.to_string(),
        operator.to_string().to_uppercase() + "/x",
        format!("{operator}/x"),
        format!("{operator}/connections/x"),
        format!("{operator}/connections/x/y"),
        format!("{operator}/connections/{connection}"),
        format!("{operator}/connections/{connection}/x"),
        format!("{operator}/connections/{connection}/{}/x", at(1).credential),
    ];
    for alien in &aliens {
        let place = format!("secret/data/ops/operators/{alien}");
        let (status, told) = server.ask(Method::POST, &place, Some(json!({"data": {"a": "b"}}))).await;
        assert_eq!(status, 200, "{alien}: {told}");
    }
    assert_eq!(store.operators().await.unwrap(), [operator]);
    assert_eq!(store.paths(operator).await.unwrap(), [at(1)]);
    store.destroy(at(1)).await.unwrap();
    assert!(store.paths(operator).await.unwrap().is_empty());
    for alien in &aliens {
        let place = format!("secret/data/ops/operators/{alien}");
        assert_eq!(
            server.ask(Method::GET, &place, None).await.1["data"]["data"],
            json!({"a": "b"}),
            "{alien}"
        );
    }
}

#[tokio::test]
async fn all_versions_that_somebody_wrote_are_destroyed() {
    let server = Bao::dev().await;
    let store = server.store().await;
    let path = at(1);
    for n in 0..3 {
        let body = json!({"data": {"system_id": "acme", "password": format!("pw{n}")}});
        assert_eq!(server.ask(Method::POST, &format!("secret/data/ops/{path}"), Some(body)).await.0, 200);
    }
    assert_eq!(store.get(path).await.ok().unwrap().password.expose(), "pw2");
    store.destroy(path).await.unwrap();
    assert_eq!(server.ask(Method::GET, &format!("secret/metadata/ops/{path}"), None).await.0, 404);
}
