//! `POST /connections/{connection_id}/drain`.

use serde_json::json;

use crate::support::{Daemon, Database, Estate, on_both};

on_both!(a_draining_connection_gets_no_new_traffic_and_keeps_its_sessions, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    admin.post("/admin/v1/routing/rules", estate.rule("r", "49")).await.expect(201);
    let path = format!("/admin/v1/connections/{}", estate.connection);
    let resolve = async || {
        let body = json!({"destination": "+491701234567"});
        admin.post("/admin/v1/routing/resolve", body).await.expect(200).body["outcome"].clone()
    };
    assert_eq!(resolve().await, "route");
    let drained = daemon.as_role("editor").act(&format!("{path}/drain")).await.expect(200);
    assert_eq!((&drained.body["status"], &drained.body["config_version"]), (&json!("draining"), &json!(2)));
    assert_eq!(resolve().await, "no_route");
    let lease = json!({"connection_ids": [estate.connection]});
    let lease = daemon.gateway().post("/internal/v1/credential-leases", lease).await.expect(200);
    assert_eq!(lease.body["leases"].as_array().unwrap().len(), 1);
    assert_eq!(daemon.audit().await[1]["action"], "connection_drain");
    let before = daemon.stored().await;
    admin.act(&format!("{path}/drain")).await.expect(200);
    assert_eq!(daemon.stored().await, before);
    admin.act(&format!("{path}/enable")).await.expect(200);
    assert_eq!(resolve().await, "route");
});
