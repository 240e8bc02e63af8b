//! No carrier is taken on twice, however many try at once, and a deleted one frees what was unique.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::{
    story::{OPERATORS, arrived, audit, on_servers},
    support::sample,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_create_one_operator_at_once_one_does_and_the_others_learn_which() {
    let daemon = on_servers().await;
    let admin = daemon.admin();
    let answers = join_all((0..32).map(|_| admin.post(OPERATORS, sample::operator("acme")))).await;
    let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(winners.len(), 1);
    let id = winners[0].id();
    for loser in answers.iter().filter(|answer| answer.status != 201) {
        loser.clone().refused(409, "duplicate");
        assert!(loser.text.contains(&id) && loser.text.contains("code"), "{}", loser.text);
    }
    let rows = daemon.rows().await;
    assert_eq!((rows.count("operator").await, rows.count("outbox").await), (1, 1));
    assert_eq!(audit(&daemon, "operator_create").await.len(), 1);
    arrived(&daemon, &id, 1).await;
    assert_eq!(daemon.servers().messages().await.len(), 1, "the losers have told nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn code_name_and_external_id_are_each_taken_and_free_again_after_a_deletion() {
    let daemon = on_servers().await;
    let admin = daemon.admin();
    let with = |more: Value| {
        let mut body = json!({"code": "other", "display_name": "Other", "kind": "mno"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let first = json!({"code": "acme", "display_name": "Acme Straße", "kind": "mno", "external_id": "L-1"});
    let first = admin.post(OPERATORS, first).await.expect(201);
    // a name is the same whatever its case and compatibility forms
    for (field, taken) in [
        ("code", json!({"code": "acme"})),
        ("display_name", json!({"display_name": "ACME STRASSE"})),
        ("external_id", json!({"external_id": "L-1"})),
    ] {
        let refused = admin.post(OPERATORS, with(taken)).await.refused(409, "duplicate");
        assert!(refused.text.contains(field) && refused.text.contains(&first.id()), "{}", refused.text);
    }
    assert_eq!(daemon.rows().await.count("operator").await, 1);
    admin.delete(&format!("{OPERATORS}/{}", first.id()), &first.etag()).await.expect(204);
    let again = json!({"code": "acme", "display_name": "Acme Straße", "kind": "mno", "external_id": "L-1"});
    let again = admin.post(OPERATORS, again).await.expect(201);
    assert_ne!(again.id(), first.id());
    arrived(&daemon, &again.id(), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_is_taken_once_and_shared_only_with_a_reason() {
    let daemon = on_servers().await;
    let admin = daemon.admin();
    let (secret, mut connections) = (json!({"system_id": "sys", "password": "x"}), Vec::new());
    for n in 0..16 {
        let operator =
            admin.post(OPERATORS, sample::operator(&format!("o{n}"))).await.expect(201).header("location");
        let body = sample::connection("main", "same");
        connections
            .push(admin.post(&format!("{operator}/connections"), body).await.expect(201).header("location"));
    }
    let claims = connections.iter().map(|path| {
        let (admin, path, secret) = (admin.clone(), format!("{path}/credentials"), secret.clone());
        async move { admin.post(&path, secret).await }
    });
    let answers = join_all(claims).await;
    let won: Vec<_> = answers.iter().enumerate().filter(|(_, answer)| answer.status == 201).collect();
    assert_eq!(won.len(), 1);
    let holder = won[0].1.body["connection_id"].clone();
    for loser in answers.iter().filter(|answer| answer.status != 201) {
        let refused = loser.clone().refused(409, "duplicate");
        assert_eq!((&refused.body["field"], &refused.body["existing_id"]), (&json!("account"), &holder));
    }
    let second = connections.iter().enumerate().find(|(n, _)| *n != won[0].0).unwrap().1;
    let shared = json!({"allow_duplicate": {"reason": "one account, two cities"}});
    admin.patch(second, shared.clone(), "*").await.expect(200);
    admin.post(&format!("{second}/credentials"), secret).await.expect(201);
    assert_eq!(admin.get(second).await.expect(200).body["allow_duplicate"], shared["allow_duplicate"]);
    let rows = daemon.rows().await;
    assert_eq!((rows.count("credential").await, rows.count("account").await), (2, 4));
}
