//! `DELETE /connections/{connection_id}`.

use reqwest::Method;
use serde_json::json;

use crate::support::{Caller, Daemon, Database, Estate, on_both, sample, with};

const RULES: &str = "/admin/v1/routing/rules";

on_both!(a_connection_that_any_rule_targets_stays, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("/admin/v1/connections/{}", estate.connection);
    let off = with(estate.rule("off", "49"), json!({"enabled": false}));
    let rule = admin.post(RULES, off).await.expect(201);
    let before = daemon.stored().await;
    let refused = admin.delete(&path, "*").await.refused(409, "connection_in_use");
    assert_eq!(refused.body["rules"], json!([rule.id()]));
    assert_eq!(daemon.stored().await, before);
    admin.delete(&rule.header("location"), "*").await.expect(204);
    admin.delete(&path, "*").await.expect(204);
});

on_both!(
    a_deleted_connection_is_gone_frees_its_name_and_gives_up_its_credentials,
    |daemon: Daemon| async move {
        let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
        let path = format!("/admin/v1/connections/{}", estate.connection);
        let of_operator = format!("/admin/v1/operators/{}", estate.operator);
        Caller::send(admin.request(Method::DELETE, &path)).await.refused(428, "precondition_required");
        admin.delete(&path, "\"1.9\"").await.refused(412, "precondition_failed");
        daemon.as_role("editor").delete(&path, "\"1.1\"").await.expect(204);
        let before = daemon.stored().await;
        admin.delete(&path, "*").await.refused(404, "not_found");
        admin.get(&path).await.refused(404, "not_found");
        assert_eq!(daemon.stored().await, before);
        let lease = json!({"connection_ids": [estate.connection]});
        let lease = daemon.gateway().post("/internal/v1/credential-leases", lease).await.expect(200);
        assert_eq!(
            (&lease.body["leases"], &lease.body["refused"][0]["code"]),
            (&json!([]), &json!("not_found"))
        );
        assert_eq!(daemon.rows().await.texts("SELECT stage FROM credential", []).await, ["destroyed"]);
        let entry = &daemon.audit().await[0];
        assert_eq!(
            (&entry["action"], &entry["subject"]["id"]),
            (&json!("connection_delete"), &json!(estate.connection))
        );
        let last = daemon.events_of(&estate.operator).await.pop().unwrap();
        assert_eq!(last["data"]["changes"], json!([{"what": "connection", "id": estate.connection}]));

        admin
            .post(&format!("{of_operator}/connections"), sample::connection("main", "acme"))
            .await
            .expect(201);
        // what was deleted by itself does not come back with its operator
        admin.post(&format!("{of_operator}/suspend"), json!({"reason": "x"})).await.expect(200);
        admin.delete(&of_operator, "*").await.expect(204);
        admin.act(&format!("{of_operator}/restore")).await.expect(200);
        let back = admin.get(&format!("{of_operator}/connections")).await.expect(200);
        assert_eq!(back.body["items"].as_array().unwrap().len(), 1);
        admin.get(&path).await.refused(404, "not_found");
    }
);
