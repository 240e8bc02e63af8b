//! The secret store goes away in every way that it can: who needs a secret is told so at once, nobody else notices, nothing
//! is half done, and all is well when it is back, without a restart.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    story::{LEASES, OPERATORS, audit},
    support::{Daemon, Database, Estate, sample, sample_of, until},
};

#[derive(Debug, Clone, Copy)]
enum Failure {
    Killed,
    Hung,
    Sealed,
    TokenRevoked,
}

const FAILURES: [Failure; 4] = [Failure::Killed, Failure::Hung, Failure::Sealed, Failure::TokenRevoked];

async fn fail(daemon: &Daemon, failure: Failure) {
    let servers = daemon.servers();
    let mut bao = servers.bao().await;
    match failure {
        Failure::Killed => bao.kill(),
        Failure::Hung => bao.process().signal("STOP"),
        Failure::Sealed => bao.seal().await,
        Failure::TokenRevoked => {
            let token = std::fs::read_to_string(servers.vault_token_file()).unwrap();
            bao.revoke(token.trim()).await;
        }
    }
}

async fn mend(daemon: &Daemon, failure: Failure) {
    let servers = daemon.servers();
    let mut bao = servers.bao().await;
    match failure {
        Failure::Killed => {
            bao.restart().await;
            bao.unseal().await;
        }
        Failure::Hung => bao.process().signal("CONT"),
        Failure::Sealed => bao.unseal().await,
        Failure::TokenRevoked => {
            let token = bao.token(Duration::from_hours(2), true).await;
            std::fs::write(servers.vault_token_file(), token).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_secret_store_only_secrets_are_missing_and_nothing_is_half_done() {
    let daemon = Daemon::start(Database::own_servers().await).await;
    let (admin, gateway, ops) = (daemon.admin(), daemon.gateway(), daemon.ops());
    let estate = Estate::create(&daemon, "acme").await;
    admin.post("/admin/v1/routing/rules", estate.rule("german", "49")).await.expect(201);
    let degraded = async |expected: serde_json::Value| {
        until(&format!("{expected} is degraded"), async || {
            let ready = ops.get("/health/ready").await.expect(200);
            (ready.body["degraded"] == expected).then_some(())
        })
        .await;
    };
    for (nth, failure) in FAILURES.into_iter().enumerate() {
        let path = format!("{OPERATORS}/{}/connections", estate.operator);
        let fresh = admin.post(&path, sample::connection(&format!("c{nth}"), "acme")).await.expect(201).id();
        let credentials = format!("/admin/v1/connections/{fresh}/credentials");
        let secret = json!({"system_id": "sys", "password": format!("pass-{nth}")});
        let lease = json!({"connection_ids": [estate.connection]});
        fail(&daemon, failure).await;
        degraded(json!(["secret_store"])).await;
        let (before, leases) = (daemon.stored().await, audit(&daemon, "credential_lease").await.len());

        for _ in 0..3 {
            let began = Instant::now();
            let refused = gateway.post(LEASES, lease.clone()).await.refused(503, "secret_store_unavailable");
            println!("{failure:?}: a lease was refused after {:?}", began.elapsed());
            assert!(!refused.header("retry-after").is_empty());
            let key = format!("store-{nth}");
            let refused = admin.post_keyed(&credentials, secret.clone(), &key).await;
            refused.refused(503, "secret_store_unavailable");
        }
        assert_eq!(
            daemon.stored().await,
            before,
            "no row, no receipt, no entry of a lease that was not served"
        );

        // everybody else works on
        admin.post(OPERATORS, sample::operator(&format!("during-{nth}"))).await.expect(201);
        admin.get(OPERATORS).await.expect(200);
        let german = json!({"destination": "+491701234567"});
        let resolved = gateway.post("/internal/v1/routing/resolve", german).await.expect(200);
        assert_eq!(resolved.body["outcome"], "route");
        let seq = i64::try_from(nth).unwrap();
        let samples = json!({"samples": [sample_of(&estate.connection, seq, true)]});
        gateway.post("/internal/v1/health/samples", samples).await.expect(200);

        mend(&daemon, failure).await;
        degraded(json!([])).await;
        // the same request under the same key now has its one effect
        let stored = until("the secret is stored", async || {
            let stored = admin.post_keyed(&credentials, secret.clone(), &format!("store-{nth}")).await;
            (stored.status == 201).then_some(stored)
        })
        .await;
        let again = admin.post_keyed(&credentials, secret.clone(), &format!("store-{nth}")).await.expect(201);
        assert_eq!(stored.text, again.text);
        let body = json!({"connection_ids": [estate.connection, fresh]});
        let leased = gateway.post(LEASES, body).await.expect(200);
        assert_eq!(leased.body["leases"].as_array().unwrap().len(), 2, "{}", leased.text);
        assert_eq!(leased.body["leases"][1]["secret"]["password"], format!("pass-{nth}"));
        assert_eq!(audit(&daemon, "credential_lease").await.len(), leases + 2);
        let rows = daemon.rows().await;
        assert_eq!(rows.count("credential").await, i64::try_from(nth).unwrap() + 2);
    }
    daemon.stream_is_whole().await;
}
