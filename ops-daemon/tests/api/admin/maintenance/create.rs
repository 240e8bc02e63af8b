//! `POST /operators/{operator_id}/maintenances`, and how windows move operators along with the clock.

use serde_json::json;

use super::{OPERATORS, in_s, window};
use crate::support::{Daemon, Database, Estate, on_both, sample, until, with};

on_both!(
    a_window_that_has_begun_takes_effect_with_its_creation_and_ends_by_itself,
    |daemon: Daemon| async move {
        let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
        let path = format!("{OPERATORS}/{}", estate.operator);
        admin.post("/admin/v1/routing/rules", estate.rule("r", "49")).await.expect(201);
        let body = json!({"ends_at": in_s(3), "reason": "new SMSC"});
        let created = daemon.as_role("editor").post(&format!("{path}/maintenances"), body).await.expect(201);
        assert_eq!((&created.body["phase"], created.etag().as_str()), (&json!("running"), "\"1.1\""));
        assert_eq!(created.header("location"), format!("/admin/v1/maintenances/{}", created.id()));
        let operator = admin.get(&path).await.expect(200);
        assert_eq!(
            (&operator.body["status"], &operator.body["status_reason"], &operator.body["version"]),
            (&json!("maintenance"), &json!("new SMSC"), &json!(3))
        );
        let resolve = json!({"destination": "+491701234567", "explain": true});
        let refused = admin.post("/admin/v1/routing/resolve", resolve.clone()).await.expect(200);
        assert!(refused.text.contains("\"maintenance\""), "{}", refused.text);
        let last = daemon.events_of(&estate.operator).await.pop().unwrap();
        let changes = json!([{"what": "maintenance", "id": created.id()}, {"what": "status"}]);
        assert_eq!(
            (&last["data"]["changes"], &last["data"]["operator"]["status"]),
            (&changes, &json!("maintenance"))
        );

        // nobody is activated meanwhile
        let refused = admin.act(&format!("{path}/activate")).await.refused(409, "illegal_transition");
        assert_eq!((&refused.body["from"], &refused.body["to"]), (&json!("maintenance"), &json!("active")));
        assert!(refused.body["detail"].as_str().unwrap().contains("end it"), "{}", refused.text);

        until("the window is over", async || {
            (admin.get(&path).await.expect(200).body["status"] == "active").then_some(())
        })
        .await;
        let over = admin.get(&created.header("location")).await.expect(200);
        assert_eq!(over.body["phase"], "ended");
        assert!(over.body["ended_at"].is_string());
        assert_eq!(
            admin.post("/admin/v1/routing/resolve", resolve).await.expect(200).body["outcome"],
            "route"
        );
        let audit = daemon.audit().await;
        assert_eq!(audit[0]["actor"], json!({"issuer": "system", "subject": "maintenance"}));
        assert_eq!(
            (&audit[0]["action"], &audit[1]["action"]),
            (&json!("maintenance_advance"), &json!("maintenance_advance"))
        );
        let version = admin.get(&path).await.expect(200).body["version"].clone();
        let last = daemon.events_of(&estate.operator).await.pop().unwrap();
        assert_eq!(
            (&last["data"]["operator"]["status"], &last["data"]["operator"]["version"]),
            (&json!("active"), &version)
        );
    }
);

on_both!(a_window_drains_before_it_begins_and_survives_a_restart_in_between, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let path = format!("{OPERATORS}/{}", estate.operator);
    let body = with(window(3, 5), json!({"drain_s": 60}));
    let planned = daemon.admin().post(&format!("{path}/maintenances"), body).await.expect(201);
    assert_eq!(planned.body["phase"], "draining");
    let status = async |daemon: &Daemon| daemon.admin().get(&path).await.expect(200).body["status"].clone();
    assert_eq!(status(&daemon).await, "draining");
    let daemon = daemon.restart().await;
    until("the window begins", async || (status(&daemon).await == "maintenance").then_some(())).await;
    let daemon = daemon.restart().await;
    until("the window is over", async || (status(&daemon).await == "active").then_some(())).await;
    let events = daemon.events_of(&estate.operator).await;
    let states: Vec<_> = events.iter().map(|event| event["data"]["operator"]["status"].clone()).collect();
    let (states, shown) =
        (states.split_at(states.len() - 3).1.to_vec(), ["draining", "maintenance", "active"]);
    assert_eq!(states, shown, "each once");
});

on_both!(a_window_of_one_connection_stops_its_traffic_only, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("{OPERATORS}/{}", estate.operator);
    admin.post("/admin/v1/routing/rules", estate.rule("r", "49")).await.expect(201);
    let body = json!({"connection_id": estate.connection, "ends_at": in_s(3), "reason": "new line"});
    admin.post(&format!("{path}/maintenances"), body).await.expect(201);
    assert_eq!(admin.get(&path).await.expect(200).body["status"], "active");
    let resolve = async || {
        let body = json!({"destination": "+491701234567"});
        admin.post("/admin/v1/routing/resolve", body).await.expect(200).body["outcome"].clone()
    };
    assert_eq!(resolve().await, "no_route");
    let lease = json!({"connection_ids": [estate.connection]});
    let lease = daemon.gateway().post("/internal/v1/credential-leases", lease).await.expect(200);
    assert_eq!(lease.body["leases"].as_array().unwrap().len(), 1);
    until("the window is over", async || (resolve().await == "route").then_some(())).await;

    let other = Estate::create(&daemon, "other").await;
    let body = json!({"connection_id": other.connection, "ends_at": in_s(60), "reason": "x"});
    let refused = admin.post(&format!("{path}/maintenances"), body).await.refused(422, "invalid");
    refused.telling(&[("/connection_id", "unknown_connection")]);
});

on_both!(every_fault_of_a_window_is_told_and_nothing_is_kept, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    let path = format!("{path}/maintenances");
    let before = daemon.stored().await;
    for (body, faults) in [
        (json!({}), vec![("/ends_at", "required"), ("/reason", "required")]),
        (
            json!({"starts_at": "tomorrow", "ends_at": "2026-10-25T02:30:00", "reason": "", "drain_s": 3601, "phase": "ended"}),
            vec![
                ("/starts_at", "pattern"),
                ("/ends_at", "pattern"),
                ("/reason", "length"),
                ("/drain_s", "range"),
                ("/phase", "read_only"),
            ],
        ),
        (with(window(10, 20), json!({"starts_at": in_s(30)})), vec![("/ends_at", "range")]),
        (window(-20, -10), vec![("/ends_at", "range")]),
        (window(10, 11 + 90 * 24 * 3600), vec![("/ends_at", "range")]),
    ] {
        admin.post(&path, body).await.refused(422, "invalid").telling(&faults);
    }
    let unknown = format!("{OPERATORS}/0192f0c1-7a2b-7c3d-8e4f-0123456789ab/maintenances");
    admin.post(&unknown, window(10, 20)).await.refused(404, "not_found");
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_hundred_windows_are_enough, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    let path = format!("{path}/maintenances");
    for n in 0..100 {
        admin.post(&path, window(1000 + n, 9000 + n)).await.expect(201);
    }
    let before = daemon.stored().await;
    admin.post(&path, window(1000, 2000)).await.refused(422, "invalid").telling(&[("", "length")]);
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_draft_only_records_its_windows_and_a_deleted_operator_loses_them, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    let running = admin.post(&format!("{path}/maintenances"), window(0, 600)).await.expect(201);
    let planned = admin.post(&format!("{path}/maintenances"), window(600, 900)).await.expect(201);
    assert_eq!(running.body["phase"], "running");
    assert_eq!(admin.get(&path).await.expect(200).body["status"], "draft");
    admin.act(&format!("{path}/activate")).await.refused(409, "illegal_transition");
    admin.delete(&path, "*").await.expect(204);
    let phase = async |location: String| admin.get(&location).await.expect(200).body["phase"].clone();
    assert_eq!(phase(running.header("location")).await, "ended");
    assert_eq!(phase(planned.header("location")).await, "cancelled");
    admin.post(&format!("{path}/maintenances"), window(0, 600)).await.refused(404, "not_found");
});
