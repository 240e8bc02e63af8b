//! Accounts: `src/app/connection` and `src/app/credential` claim and free them, the database decides.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Daemon, Database, Estate, on_both, sample, with};

const OPERATORS: &str = "/admin/v1/operators";
const ACCOUNTS: &str = "SELECT host || ' ' || port || ' ' || system_id || ' ' || system_type || ' ' || direction FROM account \
                        ORDER BY 1";

fn secret() -> Value {
    json!({"system_id": "sys", "password": "x"})
}

/// A draft with a connection that leads to the host of another's; the path of the connection.
async fn beside(daemon: &Daemon, code: &str, host_of: &str) -> String {
    let admin = daemon.admin();
    let operator = admin.post(OPERATORS, sample::operator(code)).await.expect(201).header("location");
    let body = sample::connection("main", host_of);
    admin.post(&format!("{operator}/connections"), body).await.expect(201).header("location")
}

on_both!(an_account_that_somebody_has_is_refused_on_every_way_to_it, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let of = |direction: &str| format!("smsc.acme.example.net 3550 sys  {direction}");
    let rows = daemon.rows().await;
    assert_eq!(rows.texts(ACCOUNTS, []).await, ["receive", "transmit"].map(of));
    let holder = json!(estate.connection);
    let taken = |answer: crate::support::Answer| {
        let refused = answer.refused(409, "duplicate");
        assert_eq!((&refused.body["field"], &refused.body["existing_id"]), (&json!("account"), &holder));
    };

    // by a credential
    let second = beside(&daemon, "second", "acme").await;
    let (before, secrets) = (daemon.stored().await, daemon.secrets().await);
    taken(admin.post(&format!("{second}/credentials"), secret()).await);
    assert_eq!(daemon.stored().await, before);
    assert!(daemon.secrets().await <= secrets + 1, "a secret without a row is swept");

    // by an endpoint
    let third = beside(&daemon, "third", "third").await;
    admin.post(&format!("{third}/credentials"), secret()).await.expect(201);
    let there = json!({"smpp": {"endpoints": [{"host": "SMSC.acme.example.net", "port": 3550}]}});
    let before = daemon.stored().await;
    taken(admin.patch(&third, there.clone(), "*").await);
    let one_way = json!({"smpp": {"bind_type": "receiver", "endpoints": there["smpp"]["endpoints"]}});
    taken(admin.patch(&third, one_way, "*").await);
    assert_eq!(daemon.stored().await, before);
    // another system_type, port or direction is another account
    for other in [
        json!({"system_type": "VMA", "endpoints": there["smpp"]["endpoints"]}),
        json!({"system_type": "", "endpoints": [{"host": "smsc.acme.example.net", "port": 3551}]}),
    ] {
        admin.patch(&third, json!({"smpp": other}), "*").await.expect(200);
    }
});

on_both!(
    an_account_is_free_again_when_its_holder_goes_and_claimed_again_when_it_comes_back,
    |daemon: Daemon| async move {
        let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
        let operator = format!("{OPERATORS}/{}", estate.operator);
        admin.post(&format!("{operator}/suspend"), json!({"reason": "x"})).await.expect(200);
        admin.delete(&operator, "*").await.expect(204);
        assert_eq!(daemon.rows().await.count("account").await, 0);
        let second = beside(&daemon, "second", "acme").await;
        admin.post(&format!("{second}/credentials"), secret()).await.expect(201);
        let before = daemon.stored().await;
        let refused = admin.act(&format!("{operator}/restore")).await.refused(409, "duplicate");
        let id = second.rsplit('/').next().unwrap();
        assert_eq!((&refused.body["field"], &refused.body["existing_id"]), (&json!("account"), &json!(id)));
        assert_eq!(daemon.stored().await, before);
        admin.delete(&second, "*").await.expect(204);
        admin.act(&format!("{operator}/restore")).await.expect(200);
        assert_eq!(daemon.rows().await.count("account").await, 2);
    }
);

on_both!(an_account_may_be_shared_with_a_reason_that_every_read_shows, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let operator = format!("{OPERATORS}/{}", estate.operator);
    let reason = json!({"reason": "one account, two cities"});
    let body = with(sample::connection("main", "acme"), json!({"name": "second", "allow_duplicate": reason}));
    let second = admin.post(&format!("{operator}/connections"), body).await.expect(201);
    assert_eq!(second.body["allow_duplicate"], reason);
    let path = second.header("location");
    admin.post(&format!("{path}/credentials"), secret()).await.expect(201);
    assert_eq!(admin.get(&path).await.expect(200).body["allow_duplicate"], reason);
    let before = daemon.stored().await;
    let refused = admin.patch(&path, json!({"allow_duplicate": null}), "*").await.refused(409, "duplicate");
    assert_eq!(refused.body["existing_id"], json!(estate.connection));
    for wrong in [json!({"reason": "too short"}), json!({"reason": "x".repeat(501)})] {
        let patch = json!({"allow_duplicate": wrong});
        admin
            .patch(&path, patch, "*")
            .await
            .refused(422, "invalid")
            .telling(&[("/allow_duplicate/reason", "length")]);
    }
    assert_eq!(daemon.stored().await, before);
    let entry =
        daemon.audit().await.into_iter().find(|entry| entry["action"] == "connection_create").unwrap();
    let said =
        entry["changes"].as_array().unwrap().iter().find(|said| said["field"] == "allow_duplicate").unwrap();
    assert_eq!((&said["old"], &said["new"]), (&json!(null), &reason));
});

on_both!(
    of_many_who_claim_one_account_at_once_one_does_and_the_others_learn_which,
    |daemon: Daemon| async move {
        let admin = daemon.admin();
        let mut connections = Vec::new();
        for n in 0..32 {
            connections.push(beside(&daemon, &format!("o{n}"), "same").await);
        }
        let claim = |path: &String| {
            let (admin, path) = (admin.clone(), format!("{path}/credentials"));
            async move { admin.post(&path, secret()).await }
        };
        let answers = join_all(connections.iter().map(claim)).await;
        let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(winners.len(), 1);
        let id = winners[0].body["connection_id"].clone();
        for loser in answers.iter().filter(|answer| answer.status != 201) {
            let refused = loser.clone().refused(409, "duplicate");
            assert_eq!((&refused.body["field"], &refused.body["existing_id"]), (&json!("account"), &id));
        }
        let rows = daemon.rows().await;
        assert_eq!((rows.count("credential").await, rows.count("account").await), (1, 2));
    }
);
