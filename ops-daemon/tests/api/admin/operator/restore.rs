//! `POST /operators/{operator_id}/restore`, and what becomes of a deleted operator that nobody restores.

use serde_json::{Value, json};

use crate::support::{Answer, Daemon, Database, Estate, on_both, sample, until, with};

const OPERATORS: &str = "/admin/v1/operators";

/// A deleted operator with one connection that went with it and one that was disabled before; its path.
async fn deleted(daemon: &Daemon, estate: &Estate) -> String {
    let path = format!("{OPERATORS}/{}", estate.operator);
    let admin = daemon.admin();
    let contacts = json!({"contacts": [{"role": "noc", "name": "Jane Doe", "email": "jane@acme.example"}]});
    admin.patch(&path, contacts, "*").await.expect(200);
    admin.post(&format!("{path}/suspend"), json!({"reason": "x"})).await.expect(200);
    admin.delete(&path, "*").await.expect(204);
    path
}

on_both!(
    a_deleted_operator_comes_back_suspended_with_its_connections_disabled,
    |daemon: Daemon| async move {
        let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
        let path = deleted(&daemon, &estate).await;
        admin.get(&format!("/admin/v1/connections/{}", estate.connection)).await.refused(404, "not_found");
        let restored = daemon.as_role("editor").act(&format!("{path}/restore")).await.expect(200);
        assert_eq!((&restored.body["status"], &restored.body["code"]), (&json!("suspended"), &json!("acme")));
        assert!(restored.body.get("deleted_at").is_none() && restored.body.get("purge_after").is_none());
        assert_eq!(restored.body["contacts"][0]["name"], "Jane Doe");
        let connection = admin.get(&format!("/admin/v1/connections/{}", estate.connection)).await.expect(200);
        assert_eq!(
            (&connection.body["status"], &connection.body["version"]),
            (&json!("disabled"), &json!(3))
        );
        let last = daemon.events_of(&estate.operator).await.pop().unwrap();
        assert_eq!(
            (&last["data"]["changes"], &last["data"]["operator"]["status"]),
            (&json!([{"what": "restored"}]), &json!("suspended"))
        );
        assert_eq!(daemon.audit().await[0]["action"], "operator_restore");

        // once; and then it works as before: the secret was kept
        let again = admin.act(&format!("{path}/restore")).await.refused(409, "illegal_transition");
        assert_eq!(again.body["from"], "suspended");
        admin.act(&format!("/admin/v1/connections/{}/enable", estate.connection)).await.expect(200);
        admin.act(&format!("{path}/activate")).await.expect(200);
        let lease = json!({"connection_ids": [estate.connection]});
        let lease = daemon.gateway().post("/internal/v1/credential-leases", lease).await.expect(200);
        assert_eq!(lease.body["leases"][0]["secret"]["password"], "pass-123");
    }
);

on_both!(a_name_that_was_taken_meanwhile_stands_in_the_way, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = deleted(&daemon, &estate).await;
    let body = with(sample::operator("other"), json!({"display_name": "OPERATOR acme"}));
    let thief = admin.post(OPERATORS, body).await.expect(201).id();
    let before = daemon.stored().await;
    let refused = admin.act(&format!("{path}/restore")).await.refused(409, "duplicate");
    assert_eq!(
        (&refused.body["field"], &refused.body["existing_id"]),
        (&json!("display_name"), &json!(thief))
    );
    assert_eq!(daemon.stored().await, before);
    admin.delete(&format!("{OPERATORS}/{thief}"), "*").await.expect(204);
    admin.act(&format!("{path}/restore")).await.expect(200);
});

on_both!(
    what_is_not_deleted_is_not_restored_and_what_is_not_there_is_not_found,
    |daemon: Daemon| async move {
        let admin = daemon.admin();
        let draft = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
        let before = daemon.stored().await;
        let refused = admin.act(&format!("{draft}/restore")).await.refused(409, "illegal_transition");
        assert_eq!((&refused.body["from"], &refused.body["to"]), (&json!("draft"), &json!("suspended")));
        let unknown = format!("{OPERATORS}/0192f0c1-7a2b-7c3d-8e4f-0123456789ab/restore");
        admin.act(&unknown).await.refused(404, "not_found");
        assert_eq!(daemon.stored().await, before);
    }
);

on_both!(after_its_time_secrets_and_contacts_are_gone_and_the_row_stays, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = deleted(&daemon, &estate).await;
    let other = Estate::create(&daemon, "other").await;
    assert_eq!(daemon.secrets().await, 2);
    let purge_after = admin.get(&path).await.expect(200).body["purge_after"].clone();
    assert!(purge_after.is_string());
    // thirty days go by; the purge looks at its start
    daemon
        .rows()
        .await
        .change("UPDATE operator SET purge_after = deleted_at WHERE deleted_at IS NOT NULL")
        .await;
    admin.act(&format!("{path}/restore")).await.refused(409, "illegal_transition");
    let daemon = daemon.restart().await;
    let admin = daemon.admin();
    let purged = until("the operator is purged", async || {
        let operator = admin.get(&path).await.expect(200);
        operator.body["purged_at"].is_string().then_some(operator)
    })
    .await;
    assert_eq!((&purged.body["contacts"], &purged.body["status"]), (&json!([]), &json!("deleted")));
    assert_eq!(daemon.secrets().await, 1, "the other's");
    let stages = "SELECT stage FROM credential ORDER BY created_at";
    assert_eq!(daemon.rows().await.texts(stages, []).await, ["destroyed", "active"]);
    assert_not_stored(&daemon, "Jane Doe").await;
    assert_not_stored(&daemon, "jane@acme.example").await;
    let actions: Vec<Value> =
        daemon.audit().await.iter().take(2).map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["operator_purge", "operator_erase"]);
    let refused = admin.act(&format!("{path}/restore")).await;
    refused_for_ever(&refused.refused(409, "illegal_transition"));
    let lease = json!({"connection_ids": [other.connection]});
    let lease = daemon.gateway().post("/internal/v1/credential-leases", lease).await.expect(200);
    assert_eq!(lease.body["leases"].as_array().unwrap().len(), 1);
});

fn refused_for_ever(answer: &Answer) {
    assert_eq!((&answer.body["from"], &answer.body["to"]), (&json!("deleted"), &json!("suspended")));
}

/// In no row but the receipts, which live for a day: nobody sent a key here, so there is none.
async fn assert_not_stored(daemon: &Daemon, text: &str) {
    for (table, rows) in daemon.stored().await {
        assert!(rows.iter().all(|row| !row.contains(text)), "{text} is in {table}");
    }
}
