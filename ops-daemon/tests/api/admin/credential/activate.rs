//! `POST /connections/{connection_id}/credentials/{version}/activate`.

use serde_json::{Value, json};

use crate::support::{Daemon, Database, Estate, on_both};

/// An estate with a staged second credential, and the path of its credentials.
async fn staged(daemon: &Daemon) -> (Estate, String) {
    let estate = Estate::create(daemon, "acme").await;
    let path = format!("/admin/v1/connections/{}/credentials", estate.connection);
    daemon.admin().post(&path, json!({"system_id": "sys", "password": "second"})).await.expect(201);
    (estate, path)
}

async fn leased(daemon: &Daemon, estate: &Estate) -> Value {
    let lease = json!({"connection_ids": [estate.connection]});
    let answer = daemon.gateway().post("/internal/v1/credential-leases", lease).await.expect(200);
    answer.body["leases"][0]["secret"]["password"].clone()
}

on_both!(the_staged_one_takes_the_place_of_the_active_one, |daemon: Daemon| async move {
    let (estate, path) = staged(&daemon).await;
    assert_eq!(leased(&daemon, &estate).await, "pass-123");
    let activated = daemon.admin().act(&format!("{path}/2/activate")).await.expect(200);
    assert_eq!((&activated.body["stage"], &activated.body["version"]), (&json!("active"), &json!(2)));
    assert!(activated.body["activated_at"].is_string() && activated.etag().is_empty(), "{}", activated.text);
    let retired = daemon.as_role("viewer").get(&format!("{path}/1")).await.expect(200);
    assert_eq!(retired.body["stage"], "retired");
    assert_eq!(retired.body["retired_at"], activated.body["activated_at"]);
    assert_eq!(leased(&daemon, &estate).await, "second");

    let events = daemon.events_of(&estate.operator).await;
    assert_eq!(
        events.last().unwrap()["data"],
        json!({"changes": [{"what": "credential", "id": estate.connection}]})
    );
    let audit = daemon.audit().await;
    let entry = audit.iter().find(|entry| entry["action"] == "credential_activate").unwrap();
    assert_eq!(
        (&entry["subject"]["id"], &entry["operator_id"]),
        (&activated.body["id"], &json!(estate.operator))
    );
    assert!(
        entry["changes"]
            .as_array()
            .unwrap()
            .contains(&json!({"field": "stage", "old": "staged", "new": "active"}))
    );

    let before = daemon.stored().await;
    let again = daemon.admin().act(&format!("{path}/2/activate")).await.expect(200);
    assert_eq!((again.body, daemon.stored().await), (activated.body, before));
});

on_both!(only_a_staged_one_can_be_activated, |daemon: Daemon| async move {
    let (_, path) = staged(&daemon).await;
    daemon.admin().act(&format!("{path}/2/activate")).await.expect(200);
    let before = daemon.stored().await;
    let refused = daemon.admin().act(&format!("{path}/1/activate")).await.refused(409, "illegal_transition");
    assert_eq!((&refused.body["from"], &refused.body["to"]), (&json!("retired"), &json!("active")));
    daemon.admin().act(&format!("{path}/3/activate")).await.refused(404, "not_found");
    assert_eq!(daemon.stored().await, before);
});

on_both!(of_an_activation_and_a_discard_at_once_one_happens, |daemon: Daemon| async move {
    for round in 1..=6 {
        let estate = Estate::create(&daemon, &format!("op-{round}")).await;
        let path = format!("/admin/v1/connections/{}/credentials", estate.connection);
        let admin = daemon.admin();
        admin.post(&path, json!({"system_id": "sys", "password": "second"})).await.expect(201);
        let (activate, discard) = (format!("{path}/2/activate"), format!("{path}/2/discard"));
        let (activated, discarded) = tokio::join!(admin.act(&activate), admin.act(&discard));
        let refused = match (activated.status, discarded.status) {
            (200, 409) => discarded,
            (409, 200) => activated,
            other => panic!("{other:?}: {} {}", activated.text, discarded.text),
        };
        refused.refused(409, "illegal_transition");
    }
});

on_both!(a_credential_of_a_deleted_connection_cannot_be_moved_or_seen, |daemon: Daemon| async move {
    let (admin, (estate, path)) = (daemon.admin(), staged(&daemon).await);
    let operator = format!("/admin/v1/operators/{}", estate.operator);
    admin.post(&format!("{operator}/suspend"), json!({"reason": "x"})).await.expect(200);
    admin.delete(&operator, "*").await.expect(204);
    let before = daemon.stored().await;
    admin.act(&format!("{path}/2/activate")).await.refused(404, "not_found");
    admin.act(&format!("{path}/2/discard")).await.refused(404, "not_found");
    assert_eq!(daemon.stored().await, before);
    admin.get(&path).await.refused(404, "not_found");
    admin.get(&format!("{path}/1")).await.refused(404, "not_found");
});
