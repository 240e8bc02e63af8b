//! Secrets: one path each, written once, gone for good, and never in a refusal.

use std::sync::Arc;

use futures::future::join_all;
use ops_core::{
    credential::{Password, Secret},
    testing::text,
};
use uuid::Uuid;

use crate::port::{SecretError, SecretPath, SecretStore};

/// The path of the credential `credential` of the connection `connection` of the operator `operator`.
fn at(operator: u128, connection: u128, credential: u128) -> SecretPath {
    // ids of a kind that a `Stamp` may have minted
    let id = |n: u128| Uuid::from_u128(0x0192_f0c1_7a2b_7c3d_8e4f_0000_0000_0000 + n);
    SecretPath {
        operator: id(operator).into(),
        connection: id(connection).into(),
        credential: id(credential).into(),
    }
}

fn secret(system_id: &str, password: &str) -> Secret {
    Secret { system_id: text(system_id), password: Password::parse(password.to_owned()).unwrap() }
}

async fn holds(store: &Arc<dyn SecretStore>, path: SecretPath, secret: &Secret) -> bool {
    let found = store.get(path).await.unwrap_or_else(|error| panic!("{path}: {error:?}"));
    found.system_id == secret.system_id && found.password.expose() == secret.password.expose()
}

/// Whatever octets a secret may have, they come back.
pub async fn a_secret_is_given_back_as_it_was_put(store: Arc<dyn SecretStore>) {
    let secrets = [
        secret("acme", "p4ss wd~"),
        secret("a", ""),
        secret("fifteen-letters", " "),
        secret("q", "\"\\{}'<>&"),
    ];
    for (n, secret) in (0..).zip(&secrets) {
        store.put(at(1, 2, n), secret).await.unwrap();
    }
    for (n, secret) in (0..).zip(&secrets) {
        assert!(holds(&store, at(1, 2, n), secret).await, "{n}");
    }
}

/// A second try of the same request passes, and nobody overwrites.
pub async fn the_same_secret_may_be_put_again_and_another_one_may_not(store: Arc<dyn SecretStore>) {
    let first = secret("acme", "password");
    store.put(at(1, 2, 3), &first).await.unwrap();
    store.put(at(1, 2, 3), &first).await.unwrap();
    for other in [secret("acme", "passwore"), secret("acm", "password"), secret("acme", "")] {
        let refused = store.put(at(1, 2, 3), &other).await.unwrap_err();
        assert!(matches!(refused, SecretError::Exists(path) if path == at(1, 2, 3)), "{refused:?}");
    }
    store.put(at(1, 2, 3), &first).await.unwrap();
    assert!(holds(&store, at(1, 2, 3), &first).await);
}

/// Missing is an answer of its own.
pub async fn what_was_never_put_is_missing(store: Arc<dyn SecretStore>) {
    let missing = store.get(at(1, 2, 3)).await.err().unwrap();
    assert!(matches!(missing, SecretError::Missing(path) if path == at(1, 2, 3)), "{missing:?}");
    assert_eq!(missing.to_string(), format!("no secret lies at {}", at(1, 2, 3)));
    store.put(at(1, 2, 4), &secret("acme", "password")).await.unwrap();
    let missing = store.get(at(1, 2, 3)).await.err().unwrap();
    assert!(matches!(missing, SecretError::Missing(_)), "{missing:?}");
}

/// Destroying is for good, may be run twice, and is no error where nothing lies.
pub async fn what_was_destroyed_is_gone_and_may_be_destroyed_again(store: Arc<dyn SecretStore>) {
    store.destroy(at(1, 2, 3)).await.unwrap();
    store.put(at(1, 2, 3), &secret("acme", "password")).await.unwrap();
    store.put(at(1, 2, 4), &secret("acme", "other")).await.unwrap();
    for _ in 0..2 {
        store.destroy(at(1, 2, 3)).await.unwrap();
        let missing = store.get(at(1, 2, 3)).await.err().unwrap();
        assert!(matches!(missing, SecretError::Missing(_)), "{missing:?}");
    }
    assert!(holds(&store, at(1, 2, 4), &secret("acme", "other")).await, "its neighbour is untouched");
}

/// The sweep sees what lies there, in order, and no longer what it destroyed.
pub async fn operators_and_paths_are_listed_in_order_until_they_are_destroyed(store: Arc<dyn SecretStore>) {
    assert!(store.operators().await.unwrap().is_empty());
    assert!(store.paths(at(1, 0, 0).operator).await.unwrap().is_empty());
    let mut paths = vec![at(1, 2, 3), at(1, 2, 4), at(1, 3, 1), at(1, 12, 0), at(2, 0, 1)];
    for path in paths.iter().rev() {
        store.put(*path, &secret("acme", "password")).await.unwrap();
    }
    let (first, second) = (at(1, 0, 0).operator, at(2, 0, 0).operator);
    assert_eq!(store.operators().await.unwrap(), [first, second]);
    assert_eq!(store.paths(second).await.unwrap(), paths.split_off(4));
    assert_eq!(store.paths(first).await.unwrap(), paths);
    assert!(store.paths(at(3, 0, 0).operator).await.unwrap().is_empty());
    for path in store.paths(first).await.unwrap() {
        store.destroy(path).await.unwrap();
    }
    assert_eq!(store.operators().await.unwrap(), [second]);
    assert!(store.paths(first).await.unwrap().is_empty());
}

/// Paths that differ in one id are different paths.
pub async fn each_path_has_its_own_secret(store: Arc<dyn SecretStore>) {
    let paths = [at(1, 2, 3), at(1, 2, 4), at(1, 4, 3), at(4, 2, 3), at(2, 1, 3), at(3, 2, 1)];
    let own = |n: usize| secret("acme", &format!("pw{n}"));
    for (n, path) in paths.into_iter().enumerate() {
        store.put(path, &own(n)).await.unwrap();
    }
    store.destroy(paths[0]).await.unwrap();
    for (n, path) in paths.into_iter().enumerate().skip(1) {
        assert!(holds(&store, path, &own(n)).await, "{path}");
    }
}

/// Of two that race for one path, one is told that it came too late, and reads what the other one put.
pub async fn of_many_who_put_different_secrets_at_one_path_one_wins(store: Arc<dyn SecretStore>) {
    for round in 0..5 {
        let puts = (0..8).map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let put = store.put(at(1, 2, round), &secret("acme", &format!("pw{n}"))).await;
                match put {
                    Ok(()) => Some(n),
                    Err(SecretError::Exists(_)) => None,
                    Err(error) => panic!("round {round}: {error:?}"),
                }
            })
        });
        let won: Vec<i32> = join_all(puts).await.into_iter().filter_map(Result::unwrap).collect();
        let [winner] = won[..] else { panic!("round {round}: {won:?}") };
        assert!(holds(&store, at(1, 2, round), &secret("acme", &format!("pw{winner}"))).await);
    }
}

/// Many at once are served, and nobody gets somebody else's secret.
pub async fn many_who_put_and_read_at_once_each_get_their_own(store: Arc<dyn SecretStore>) {
    let all = (0..32).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let (path, own) = (at(n % 4, n % 8, n), secret("acme", &format!("pw{n}")));
            store.put(path, &own).await.unwrap();
            assert!(holds(&store, path, &own).await, "{n}");
        })
    });
    for done in join_all(all).await {
        done.unwrap();
    }
}

/// Whatever is refused, the words of the refusal hold nothing of a secret.
pub async fn no_refusal_shows_a_secret(store: Arc<dyn SecretStore>) {
    store.put(at(1, 2, 3), &secret("canary-id", "c4n4ry!1")).await.unwrap();
    let exists = store.put(at(1, 2, 3), &secret("canary-id", "c4n4ry!2")).await.unwrap_err();
    store.destroy(at(1, 2, 3)).await.unwrap();
    let missing = store.get(at(1, 2, 3)).await.err().unwrap();
    for refusal in [exists, missing] {
        let words = format!("{refusal} {refusal:?} {refusal:#?}");
        assert!(!words.contains("c4n4ry") && !words.contains("canary"), "{words}");
    }
}

/// Health is asked of a store that works.
pub async fn it_is_well(store: Arc<dyn SecretStore>) {
    store.health().await.unwrap();
    store.put(at(1, 2, 3), &secret("acme", "password")).await.unwrap();
    store.health().await.unwrap();
}
