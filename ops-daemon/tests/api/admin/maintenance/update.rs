//! `PATCH /maintenances/{maintenance_id}`.

use serde_json::json;

use super::{OPERATORS, in_s, window};
use crate::support::{Daemon, Database, Estate, on_both, until};

on_both!(a_running_window_moves_the_operator_when_it_is_moved, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("{OPERATORS}/{}", estate.operator);
    let status = async || admin.get(&path).await.expect(200).body["status"].clone();
    let running = admin.post(&format!("{path}/maintenances"), window(0, 600)).await.expect(201);
    let location = running.header("location");
    let ahead = admin.patch(&location, json!({"starts_at": in_s(300)}), &running.etag()).await.expect(200);
    assert_eq!((&ahead.body["phase"], status().await), (&json!("planned"), json!("active")));
    assert_eq!(ahead.etag(), "\"1.2\"");
    let back =
        admin.patch(&location, json!({"starts_at": in_s(-1), "ends_at": in_s(2)}), &ahead.etag()).await;
    assert_eq!((&back.expect(200).body["phase"], status().await), (&json!("running"), json!("maintenance")));
    until("it ends at its new end", async || (status().await == "active").then_some(())).await;
    let over =
        admin.patch(&location, json!({"ends_at": in_s(600)}), "*").await.refused(409, "illegal_transition");
    assert_eq!((&over.body["from"], &over.body["to"]), (&json!("ended"), &json!("planned")));
});

on_both!(
    a_patch_is_a_merge_patch_under_the_tag_and_one_without_effect_changes_nothing,
    |daemon: Daemon| async move {
        let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
        let path = format!("{OPERATORS}/{}/maintenances", estate.operator);
        let planned = admin.post(&path, window(600, 900)).await.expect(201);
        let location = planned.header("location");
        let before = daemon.stored().await;
        admin.patch(&location, json!({"reason": "x"}), "\"1.9\"").await.refused(412, "precondition_failed");
        let same = json!({"reason": "new SMSC", "ends_at": planned.body["ends_at"]});
        assert_eq!(admin.patch(&location, same, &planned.etag()).await.expect(200).etag(), planned.etag());
        for (body, faults) in [
            (json!({"ends_at": null}), [("/ends_at", "type")]),
            (json!({"connection_id": estate.connection}), [("/connection_id", "read_only")]),
            (json!({"ends_at": in_s(10)}), [("/ends_at", "range")]),
            (json!({"drain_s": -1}), [("/drain_s", "range")]),
        ] {
            admin.patch(&location, body, "*").await.refused(422, "invalid").telling(&faults);
        }
        assert_eq!(daemon.stored().await, before);
        let patched = admin
            .patch(&location, json!({"reference": null, "drain_s": 60}), &planned.etag())
            .await
            .expect(200);
        assert_eq!(
            (&patched.body["reference"], &patched.body["drain_s"], &patched.body["reason"]),
            (&json!(null), &json!(60), &json!("new SMSC"))
        );
        let entry = &daemon.audit().await[0];
        assert_eq!(
            (&entry["action"], entry["changes"].as_array().unwrap().len()),
            (&json!("maintenance_update"), 2)
        );
    }
);
