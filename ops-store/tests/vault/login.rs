//! Logins on a real server: each way, how tokens are renewed and replaced, and that nobody storms the server with logins.

use std::{fs, time::Duration};

use ops_store::{
    SecretStore,
    port::SecretError,
    testing::{
        token_review::TokenReviews,
        vault::{Bao, ROLE},
    },
    vault::{Fault, Login, VaultStore},
};
use reqwest::Method;
use serde_json::json;

use crate::{
    estate::{at, fault, secret, words},
    wire::Wire,
};

const HOUR: Duration = Duration::from_hours(1);

/// Moves the clock that the store looks at. The server's stays.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// The accessors of all tokens: one more for each login.
async fn tokens(server: &Bao) -> usize {
    let list = Method::from_bytes(b"LIST").unwrap();
    let (_, told) = server.ask(list, "auth/token/accessors", None).await;
    told["data"]["keys"].as_array().unwrap().len()
}

#[tokio::test]
async fn by_role_a_store_logs_in_when_it_is_first_asked_and_once_for_all_who_ask() {
    let server = Bao::dev().await;
    let store = server.store().await;
    let before = tokens(&server).await;
    assert_eq!(store.token_expires_in(), None);
    let asked = (0..20).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { store.get(at(n)).await.err().unwrap() })
    });
    for refused in futures::future::join_all(asked).await {
        assert!(matches!(refused.unwrap(), SecretError::Missing(_)));
    }
    assert_eq!(tokens(&server).await, before + 1);
    let remaining = store.token_expires_in().unwrap();
    assert!(remaining <= HOUR && remaining > HOUR / 2, "{remaining:?}");
}

#[tokio::test]
async fn a_token_is_renewed_at_two_thirds_of_its_life_and_not_before() {
    let server = Bao::dev().await;
    let store = server.store().await;
    let next = store.keep_logged_in().await.unwrap();
    assert!(next <= HOUR * 2 / 3 && next > HOUR / 2, "{next:?}");
    let before = tokens(&server).await;
    pass(HOUR / 2).await;
    assert!(store.keep_logged_in().await.unwrap() < HOUR / 4, "nothing is due yet");
    pass(HOUR / 6).await;
    let next = store.keep_logged_in().await.unwrap();
    assert!(next > HOUR / 2, "it is renewed: {next:?}");
    assert!(store.token_expires_in().unwrap() > HOUR / 2);
    assert_eq!(tokens(&server).await, before, "renewed, and not replaced");
    // and without anybody who keeps it logged in
    pass(HOUR * 3 / 4).await;
    store.health().await.unwrap();
    assert!(store.token_expires_in().unwrap() > HOUR / 2);
    assert_eq!(tokens(&server).await, before);
}

#[tokio::test]
async fn a_token_that_can_grow_no_older_is_replaced_by_a_new_login() {
    let server = Bao::dev().await;
    let store = VaultStore::open(server.approle(HOUR, HOUR).await).unwrap();
    store.keep_logged_in().await.unwrap();
    // a batch token cannot be renewed at all
    let role = format!("auth/approle/role/{ROLE}");
    assert_eq!(server.ask(Method::POST, &role, Some(json!({"token_type": "batch"}))).await.0, 204);
    pass(HOUR).await;
    store.keep_logged_in().await.unwrap();
    store.put(at(1), &secret("password")).await.unwrap();
    assert!(store.token_expires_in().unwrap() > HOUR / 2);
    pass(HOUR * 3 / 4).await;
    store.keep_logged_in().await.unwrap();
    assert!(store.token_expires_in().unwrap() > HOUR / 2, "at two thirds, though it could not be renewed");
}

#[tokio::test]
async fn a_token_that_was_revoked_is_replaced_within_the_call() {
    let server = Bao::dev().await;
    let store = server.store().await;
    store.put(at(1), &secret("password")).await.unwrap();
    let told = server.ask(Method::POST, "sys/leases/revoke-force/auth/approle/login", None).await;
    assert_eq!(told.0, 204, "{}", told.1);
    assert_eq!(store.get(at(1)).await.ok().unwrap().password.expose(), "password");
    store.health().await.unwrap();
}

#[tokio::test]
async fn a_path_that_the_policy_forbids_brings_one_new_login_and_no_storm() {
    let server = Bao::dev().await;
    let mut settings = server.approle(HOUR, HOUR).await;
    settings.prefix = "somebody-else".to_owned();
    let store = VaultStore::open(settings).unwrap();
    let before = tokens(&server).await;
    for n in 0..50 {
        let refused = store.get(at(n)).await.err().unwrap();
        assert_eq!(fault(&refused), Fault::Forbidden);
        assert!(words(&refused).contains("policy"), "{refused:?}");
    }
    let logins = tokens(&server).await - before;
    assert_eq!(logins, 2, "the first, and one more for the sake of the 403");
    pass(Duration::from_secs(1)).await;
    for n in 0..50 {
        store.put(at(n), &secret("password")).await.unwrap_err();
    }
    assert_eq!(tokens(&server).await - before, 3, "one more after the pause");
    assert_eq!(fault(&store.health().await.unwrap_err()), Fault::Forbidden, "it does not serve us");
}

#[tokio::test]
async fn a_refused_login_is_not_repeated_at_once_and_a_new_secret_id_counts_at_once() {
    let server = Bao::dev().await;
    let mut settings = server.approle(HOUR, HOUR).await;
    let Login::AppRole { secret_id_file: file, .. } = &settings.login else { panic!("by role") };
    let file = file.clone();
    fs::write(&file, "no-such-secret-id").unwrap();
    let proxy = Wire::before(&server).await;
    settings.address = proxy.address();
    let store = VaultStore::open(settings).unwrap();
    for _ in 0..20 {
        let refused = store.get(at(1)).await.err().unwrap();
        assert_eq!(fault(&refused), Fault::LoginRefused);
        assert!(!words(&refused).contains("no-such-secret-id"), "{refused:?}");
    }
    assert_eq!(fault(&store.health().await.unwrap_err()), Fault::LoginRefused);
    assert_eq!(proxy.requests_to("/v1/auth/approle/login"), 1);
    server.write_secret_id(&file).await;
    store.put(at(1), &secret("password")).await.unwrap();
    assert_eq!(proxy.requests_to("/v1/auth/approle/login"), 2);
}

#[tokio::test]
async fn a_file_that_is_missing_or_empty_is_told_as_such() {
    let server = Bao::dev().await;
    let settings = server.approle(HOUR, HOUR).await;
    let Login::AppRole { secret_id_file: file, .. } = &settings.login else { panic!("by role") };
    for content in ["", "\n", "two words"] {
        fs::write(file, content).unwrap();
        let store = VaultStore::open(settings.clone()).unwrap();
        assert_eq!(fault(&store.get(at(1)).await.err().unwrap()), Fault::LoginFile, "{content:?}");
    }
    fs::remove_file(file).unwrap();
    let store = VaultStore::open(settings.clone()).unwrap();
    assert_eq!(fault(&store.get(at(1)).await.err().unwrap()), Fault::LoginFile);
}

#[tokio::test]
async fn a_token_file_is_read_again_when_it_changes_and_when_its_token_is_refused() {
    let server = Bao::dev().await;
    let first = server.token(HOUR, true).await;
    let settings = server.token_file(&first);
    let store = VaultStore::open(settings).unwrap();
    store.put(at(1), &secret("password")).await.unwrap();
    let remaining = store.token_expires_in().unwrap();
    assert!(remaining > HOUR / 2 && remaining <= HOUR, "its life is looked up: {remaining:?}");

    // it changes while it still works
    let second = server.token(HOUR * 2, true).await;
    server.write_token(&second);
    pass(Duration::from_secs(1)).await;
    assert!(store.keep_logged_in().await.unwrap() <= Duration::from_secs(1));
    assert!(store.token_expires_in().unwrap() > HOUR);

    // it is refused before anybody has looked at the file again
    let third = server.token(HOUR, true).await;
    server.write_token(&third);
    server.revoke(&second).await;
    assert!(store.get(at(1)).await.is_ok());

    // it is refused, and there is no other one
    server.revoke(&third).await;
    let refused = store.get(at(1)).await.err().unwrap();
    assert!(matches!(fault(&refused), Fault::LoginRefused | Fault::Forbidden), "{refused:?}");
    for token in [&first, &second, &third] {
        assert!(!words(&refused).contains(token.as_str()));
    }
    let fourth = server.token(HOUR, true).await;
    server.write_token(&fourth);
    assert!(store.get(at(1)).await.is_ok(), "a new content counts at once");
}

#[tokio::test]
async fn the_life_of_a_token_that_somebody_else_renews_is_looked_up_again_before_it_ends() {
    let server = Bao::dev().await;
    let token = server.token(HOUR, true).await;
    let store = VaultStore::open(server.token_file(&token)).unwrap();
    store.keep_logged_in().await.unwrap();
    pass(HOUR / 2).await;
    store.keep_logged_in().await.unwrap();
    assert!(store.token_expires_in().unwrap() <= HOUR / 2, "not yet");
    pass(HOUR / 4).await;
    store.keep_logged_in().await.unwrap();
    assert!(store.token_expires_in().unwrap() > HOUR * 3 / 4, "for the server no time has passed");
}

#[tokio::test]
async fn a_service_account_of_kubernetes_logs_in_and_another_one_does_not() {
    let server = Bao::dev().await;
    server.write_policy().await;
    let reviews = TokenReviews::start("oms", "ops-daemon").await;
    let own = reviews.jwt();
    let authority = fs::read_to_string(reviews.ca_file()).unwrap();
    for (place, body) in [
        ("sys/auth/kubernetes", json!({"type": "kubernetes"})),
        (
            "auth/kubernetes/config",
            json!({
                "kubernetes_host": reviews.address(), "kubernetes_ca_cert": authority, "disable_local_ca_jwt": true,
            }),
        ),
        (
            "auth/kubernetes/role/ops-daemon",
            json!({
                "bound_service_account_names": ["ops-daemon"], "bound_service_account_namespaces": ["oms"],
                "token_policies": [ROLE], "token_no_default_policy": true, "token_ttl": "1h",
            }),
        ),
    ] {
        let (status, told) = server.ask(Method::POST, place, Some(body)).await;
        assert!((200..300).contains(&status), "{place}: {told}");
    }
    let token_file = server.folder().join("service-account");
    fs::write(&token_file, own).unwrap();
    let login = Login::Kubernetes {
        mount: "kubernetes".to_owned(),
        role: "ops-daemon".to_owned(),
        token_file: token_file.clone(),
    };
    let store = VaultStore::open(server.settings(login.clone())).unwrap();
    store.put(at(1), &secret("password")).await.unwrap();
    assert!(store.token_expires_in().is_some_and(|remaining| remaining > HOUR / 2));
    fs::write(&token_file, format!("{own}x")).unwrap();
    let other = VaultStore::open(server.settings(login)).unwrap();
    let refused = other.get(at(1)).await.err().unwrap();
    assert_eq!(fault(&refused), Fault::LoginRefused, "{refused:?}");
}

#[tokio::test]
async fn nothing_mounted_is_not_a_missing_secret() {
    let server = Bao::dev().await;
    let mut settings = server.token_file(server.root_token());
    settings.mount = "nothing-here".to_owned();
    let store = VaultStore::open(settings).unwrap();
    assert_eq!(fault(&store.get(at(1)).await.err().unwrap()), Fault::NotMounted);
    assert_eq!(fault(&store.operators().await.unwrap_err()), Fault::NotMounted);
    assert_eq!(fault(&store.health().await.unwrap_err()), Fault::NotMounted);
}
