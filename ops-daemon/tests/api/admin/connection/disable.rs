//! `POST /connections/{connection_id}/disable`.

use serde_json::json;

use crate::support::{Daemon, Database, Estate, on_both};

const RESOLVE: &str = "/admin/v1/routing/resolve";

on_both!(
    a_disabled_connection_has_a_new_config_and_gets_no_traffic_from_the_answer_on,
    |daemon: Daemon| async move {
        let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
        admin.post("/admin/v1/routing/rules", estate.rule("r", "49")).await.expect(201);
        let resolve = async || admin.post(RESOLVE, json!({"destination": "4917"})).await.expect(200);
        let before = resolve().await;
        assert_eq!(before.body["candidates"][0]["connection_id"], json!(estate.connection));
        let path = format!("/admin/v1/connections/{}", estate.connection);
        let disabled = daemon.as_role("editor").act(&format!("{path}/disable")).await.expect(200);
        for (field, value) in [
            ("status", json!("disabled")),
            ("version", json!(2)),
            ("config_version", json!(2)),
            ("bind_version", json!(1)),
            ("updated_by", json!("dev-editor")),
        ] {
            assert_eq!(disabled.body[field], value, "{field}");
        }
        assert_eq!((disabled.etag().as_str(), disabled.header("location").as_str()), ("\"1.2\"", ""));
        let after = resolve().await;
        assert_eq!((&after.body["outcome"], &after.body["candidates"]), (&json!("no_route"), &json!([])));
        assert_ne!(after.body["view_version"], before.body["view_version"]);

        let events = daemon.events_of(&estate.operator).await;
        assert_eq!(
            events.last().unwrap()["data"],
            json!({"changes": [{"what": "connection", "id": estate.connection}]})
        );
        let entry = &daemon.audit().await[0];
        assert_eq!(
            (&entry["action"], &entry["subject"]["id"]),
            (&json!("connection_disable"), &json!(estate.connection))
        );
        assert_eq!(entry["changes"], json!([{"field": "status", "old": "enabled", "new": "disabled"}]));
    }
);

on_both!(disabling_twice_changes_nothing, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let path = format!("/admin/v1/connections/{}/disable", estate.connection);
    daemon.admin().act(&path).await.expect(200);
    let before = daemon.stored().await;
    let again = daemon.admin().act(&path).await.expect(200);
    assert_eq!((again.etag().as_str(), &again.body["config_version"]), ("\"1.2\"", &json!(2)));
    assert_eq!(daemon.stored().await, before);
});

on_both!(an_unknown_connection_cannot_be_disabled, |daemon: Daemon| async move {
    let path = "/admin/v1/connections/0192f0c1-7a2b-7c3d-8e4f-0123456789ab/disable";
    daemon.admin().act(path).await.refused(404, "not_found");
});
