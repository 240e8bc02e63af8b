//! The policy that we ship, on a real server: what it lets us do, that it lets us do nothing else, and that even we cannot
//! overwrite a secret.

use std::time::Duration;

use ops_store::{SecretStore, testing::vault::Bao};
use reqwest::Method;
use serde_json::{Value, json};

use crate::estate::{at, secret};

const HOUR: Duration = Duration::from_hours(1);

fn list() -> Method {
    Method::from_bytes(b"LIST").unwrap()
}

fn document() -> Value {
    json!({"data": {"system_id": "acme", "password": "other"}})
}

#[tokio::test]
async fn within_our_paths_we_may_create_read_list_destroy_and_delete() {
    let server = Bao::dev().await;
    let token = server.token(HOUR, true).await;
    let path = format!("ops/{}", at(1));
    let folder = path.rsplit_once('/').unwrap().0;
    for (method, place, body, status) in [
        (Method::POST, format!("secret/data/{path}"), Some(document()), 200),
        (Method::GET, format!("secret/data/{path}"), None, 200),
        (Method::GET, format!("secret/metadata/{path}"), None, 200),
        (list(), "secret/metadata/ops/operators".to_owned(), None, 200),
        (Method::GET, "secret/metadata/ops/operators/?list=true".to_owned(), None, 200),
        (list(), format!("secret/metadata/{folder}"), None, 200),
        (Method::POST, format!("secret/destroy/{path}"), Some(json!({"versions": [1]})), 204),
        (Method::DELETE, format!("secret/metadata/{path}"), None, 204),
        (Method::GET, "auth/token/lookup-self".to_owned(), None, 200),
        (Method::POST, "auth/token/renew-self".to_owned(), Some(json!({})), 200),
    ] {
        let (found, told) = server.ask_as(&token, method.clone(), &place, body).await;
        assert_eq!(found, status, "{method} {place}: {told}");
    }
}

#[tokio::test]
async fn everything_else_is_forbidden() {
    let server = Bao::dev().await;
    let token = server.token(HOUR, true).await;
    server.store().await.put(at(1), &secret("password")).await.unwrap();
    let engine = json!({"type": "kv", "options": {"version": "2"}});
    assert_eq!(server.ask(Method::POST, "sys/mounts/other", Some(engine)).await.0, 204);
    for place in ["secret/data/team/x", "secret/data/ops/x", "other/data/ops/operators/x"] {
        assert_eq!(server.ask(Method::POST, place, Some(document())).await.0, 200, "{place}");
    }
    let mut asked = Vec::new();
    // other prefixes, other mounts, the folders above ours, and names that begin like ours
    for place in [
        "secret/data/team/x",
        "secret/data/ops/x",
        "secret/data/ops",
        "secret/data/ops/operators",
        "secret/data/ops/operatorsx/a",
        "secret/data/opsx/operators/a",
        "secret/data/operators/a",
        "other/data/ops/operators/x",
        "cubbyhole/x",
    ] {
        asked.push((Method::GET, place.to_owned(), None));
        asked.push((Method::POST, place.to_owned(), Some(document())));
        asked.push((Method::DELETE, place.to_owned(), None));
    }
    for place in [
        "secret/metadata",
        "secret/metadata/",
        "secret/metadata/ops",
        "secret/metadata/ops/",
        "secret/metadata/team",
        "other/metadata/ops/operators",
        "cubbyhole",
        "identity/entity/id",
        "sys/policies/acl",
        "sys/leases/lookup",
        "auth/token/accessors",
        "auth/approle/role",
    ] {
        asked.push((list(), place.to_owned(), None));
    }
    // what the engine can do with our own path beside what we do
    let path = format!("ops/{}", at(1));
    for (method, place, body) in [
        (Method::PATCH, format!("secret/data/{path}"), Some(document())),
        (Method::DELETE, format!("secret/data/{path}"), None),
        (Method::POST, format!("secret/delete/{path}"), Some(json!({"versions": [1]}))),
        (Method::POST, format!("secret/undelete/{path}"), Some(json!({"versions": [1]}))),
        (Method::GET, format!("secret/subkeys/{path}"), None),
        (Method::POST, format!("secret/metadata/{path}"), Some(json!({"max_versions": 1}))),
        (Method::PATCH, format!("secret/metadata/{path}"), Some(json!({"max_versions": 1}))),
        (Method::GET, "secret/config".to_owned(), None),
        (Method::POST, "secret/config".to_owned(), Some(json!({"max_versions": 1}))),
        (Method::POST, "secret/destroy/team/x".to_owned(), Some(json!({"versions": [1]}))),
        (Method::DELETE, "secret/metadata/team/x".to_owned(), None),
        (Method::GET, "secret/metadata/ops/x".to_owned(), None),
        // the server itself
        (Method::GET, "sys/mounts".to_owned(), None),
        (Method::POST, "sys/mounts/x".to_owned(), Some(json!({"type": "kv"}))),
        (Method::DELETE, "sys/mounts/secret".to_owned(), None),
        (Method::GET, "sys/auth".to_owned(), None),
        (Method::POST, "sys/auth/x".to_owned(), Some(json!({"type": "approle"}))),
        (Method::GET, "sys/policies/acl/ops-daemon".to_owned(), None),
        (Method::POST, "sys/policies/acl/ops-daemon".to_owned(), Some(json!({"policy": ""}))),
        (Method::POST, "sys/seal".to_owned(), None),
        (Method::GET, "sys/audit".to_owned(), None),
        (Method::POST, "sys/capabilities-self".to_owned(), Some(json!({"paths": ["secret/data/team/x"]}))),
        (Method::POST, "sys/wrapping/wrap".to_owned(), Some(json!({"a": "b"}))),
        (Method::POST, "sys/leases/revoke-prefix/auth".to_owned(), None),
        // tokens and logins
        (Method::POST, "auth/token/create".to_owned(), Some(json!({}))),
        (Method::POST, "auth/token/lookup".to_owned(), Some(json!({"token": token}))),
        (Method::POST, "auth/token/revoke".to_owned(), Some(json!({"token": token}))),
        (Method::POST, "auth/token/revoke-self".to_owned(), None),
        (Method::GET, "auth/approle/role/ops-daemon".to_owned(), None),
        (Method::GET, "auth/approle/role/ops-daemon/role-id".to_owned(), None),
        (Method::POST, "auth/approle/role/ops-daemon/secret-id".to_owned(), None),
        (Method::POST, "identity/entity".to_owned(), Some(json!({"name": "x"}))),
    ] {
        asked.push((method, place, body));
    }
    for (method, place, body) in asked {
        let (status, told) = server.ask_as(&token, method.clone(), &place, body).await;
        assert_eq!(status, 403, "{method} {place}: {told}");
    }
}

#[tokio::test]
async fn a_secret_that_lies_there_is_overwritten_by_nobody_not_even_by_us() {
    let server = Bao::dev().await;
    let token = server.token(HOUR, true).await;
    let path = format!("ops/{}", at(1));
    server.store().await.put(at(1), &secret("first")).await.unwrap();
    let with = |cas: u32| json!({"options": {"cas": cas}, "data": document()["data"]});
    for (method, place, body) in [
        (Method::POST, "data", document()),
        (Method::PUT, "data", document()),
        (Method::POST, "data", with(0)),
        (Method::POST, "data", with(1)),
        (Method::POST, "data", with(2)),
        (Method::PATCH, "data", document()),
        (Method::PATCH, "data", with(1)),
        (Method::POST, "delete", json!({"versions": [1]})),
        (Method::POST, "data", with(0)),
        (Method::POST, "undelete", json!({"versions": [1]})),
        (Method::POST, "metadata", json!({"max_versions": 1, "cas_required": false})),
        (Method::POST, "metadata", json!({"delete_version_after": "1s"})),
        (Method::PATCH, "metadata", json!({"delete_version_after": "1s"})),
        (Method::POST, "data", document()),
    ] {
        let place = format!("secret/{place}/{path}");
        let (status, told) = server.ask_as(&token, method.clone(), &place, Some(body)).await;
        assert_eq!(status, 403, "{method} {place}: {told}");
    }
    let (_, there) = server.ask(Method::GET, &format!("secret/data/{path}"), None).await;
    assert_eq!(there["data"]["data"], json!({"system_id": "acme", "password": "first"}));
    assert_eq!(there["data"]["metadata"]["version"], 1);
}

#[tokio::test]
async fn our_put_never_overwrites_also_for_a_token_that_could() {
    let server = Bao::dev().await;
    let root = ops_store::vault::VaultStore::open(server.token_file(server.root_token())).unwrap();
    root.put(at(1), &secret("first")).await.unwrap();
    root.put(at(1), &secret("first")).await.unwrap();
    let refused = root.put(at(1), &secret("second")).await.unwrap_err();
    assert!(matches!(refused, ops_store::port::SecretError::Exists(path) if path == at(1)), "{refused:?}");
    let (_, there) = server.ask(Method::GET, &format!("secret/metadata/ops/{}", at(1)), None).await;
    assert_eq!(there["data"]["current_version"], 1);
}
