//! `POST /connections/{connection_id}/enable`.

use serde_json::json;

use crate::support::{Daemon, Database, Estate, on_both};

on_both!(an_enabled_connection_gets_traffic_again_from_the_answer_on, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    admin.post("/admin/v1/routing/rules", estate.rule("r", "49")).await.expect(201);
    let path = format!("/admin/v1/connections/{}", estate.connection);
    admin.act(&format!("{path}/disable")).await.expect(200);
    let enabled = admin.act(&format!("{path}/enable")).await.expect(200);
    assert_eq!((&enabled.body["status"], &enabled.body["config_version"]), (&json!("enabled"), &json!(3)));
    assert_eq!((&enabled.body["version"], &enabled.body["bind_version"]), (&json!(3), &json!(1)));
    let resolved = admin.post("/admin/v1/routing/resolve", json!({"destination": "4917"})).await.expect(200);
    assert_eq!(
        (&resolved.body["outcome"], &resolved.body["candidates"][0]["connection_id"]),
        (&json!("route"), &json!(estate.connection))
    );
    assert_eq!(daemon.audit().await[0]["action"], "connection_enable");
    let events = daemon.events_of(&estate.operator).await;
    assert_eq!(events.last().unwrap()["data"]["changes"][0]["what"], "connection");
});

on_both!(enabling_what_is_enabled_changes_nothing, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let before = daemon.stored().await;
    let path = format!("/admin/v1/connections/{}/enable", estate.connection);
    assert_eq!(daemon.admin().act(&path).await.expect(200).etag(), "\"1.1\"");
    assert_eq!(daemon.stored().await, before);
});
