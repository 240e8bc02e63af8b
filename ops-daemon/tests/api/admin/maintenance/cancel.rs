//! `DELETE /maintenances/{maintenance_id}`.

use reqwest::Method;
use serde_json::json;

use super::{OPERATORS, window};
use crate::support::{Caller, Daemon, Database, Estate, on_both, with};

on_both!(cancelling_gives_the_operator_back_and_happens_once, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("{OPERATORS}/{}", estate.operator);
    let status = async || admin.get(&path).await.expect(200).body["status"].clone();
    for (body, during, after) in [
        (window(0, 600), "maintenance", "ended"),
        (with(window(600, 900), json!({"drain_s": 3600})), "draining", "cancelled"),
        (window(600, 900), "active", "cancelled"),
    ] {
        let planned = admin.post(&format!("{path}/maintenances"), body).await.expect(201);
        assert_eq!(status().await, during);
        let location = planned.header("location");
        Caller::send(admin.request(Method::DELETE, &location)).await.refused(428, "precondition_required");
        admin.delete(&location, &planned.etag()).await.expect(204);
        assert_eq!(status().await, "active");
        let over = admin.get(&location).await.expect(200);
        assert_eq!((&over.body["phase"], &over.body["version"]), (&json!(after), &json!(2)));
        let before = daemon.stored().await;
        let refused = admin.delete(&location, "*").await.refused(409, "illegal_transition");
        assert_eq!(refused.body["from"], after);
        assert_eq!(daemon.stored().await, before);
    }
    let actions: Vec<_> = daemon.audit().await.iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions.iter().filter(|action| *action == "maintenance_cancel").count(), 3);
});

on_both!(of_two_overlapping_windows_the_last_one_gives_the_operator_back, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("{OPERATORS}/{}", estate.operator);
    let one = admin.post(&format!("{path}/maintenances"), window(0, 600)).await.expect(201);
    let two = admin.post(&format!("{path}/maintenances"), window(-60, 900)).await.expect(201);
    let version = admin.get(&path).await.expect(200).body["version"].clone();
    admin.delete(&one.header("location"), "*").await.expect(204);
    let still = admin.get(&path).await.expect(200);
    assert_eq!((&still.body["status"], &still.body["version"]), (&json!("maintenance"), &version));
    admin.delete(&two.header("location"), "*").await.expect(204);
    assert_eq!(admin.get(&path).await.expect(200).body["status"], "active");
});

on_both!(
    a_person_who_drains_during_a_windows_drain_keeps_the_operator_when_it_is_cancelled,
    |daemon: Daemon| async move {
        let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
        let path = format!("{OPERATORS}/{}", estate.operator);
        let body = with(window(600, 900), json!({"drain_s": 3600}));
        let planned = admin.post(&format!("{path}/maintenances"), body).await.expect(201);
        let drained =
            admin.post(&format!("{path}/drain"), json!({"reason": "contract ends"})).await.expect(200);
        assert_eq!(
            (&drained.body["status"], &drained.body["status_reason"]),
            (&json!("draining"), &json!("contract ends"))
        );
        assert_eq!(
            daemon.audit().await[0]["changes"],
            json!([
                {"field": "status_reason", "old": "new SMSC", "new": "contract ends"},
                {"field": "drain_reason", "old": null, "new": "contract ends"},
            ])
        );
        let daemon = daemon.restart().await;
        let admin = daemon.admin();
        admin.delete(&planned.header("location"), "*").await.expect(204);
        let still = admin.get(&path).await.expect(200);
        assert_eq!(
            (&still.body["status"], &still.body["status_reason"], &still.body["version"]),
            (&json!("draining"), &json!("contract ends"), &drained.body["version"])
        );
        let last = daemon.events_of(&estate.operator).await.pop().unwrap();
        assert_eq!(last["data"]["changes"][0]["what"], "maintenance", "and nothing about the status: {last}");
        assert_eq!(last["data"]["changes"].as_array().unwrap().len(), 1);
        assert_eq!(admin.act(&format!("{path}/activate")).await.expect(200).body["status"], "active");
    }
);
