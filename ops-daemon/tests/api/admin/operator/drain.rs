//! `POST /operators/{operator_id}/drain`.

use jiff::SignedDuration;
use serde_json::json;

use crate::support::{Daemon, Database, Estate, now, on_both, sample, until};

const OPERATORS: &str = "/admin/v1/operators";

on_both!(a_draining_operator_gets_no_new_traffic_and_goes_back_to_active, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let (admin, path) = (daemon.admin(), format!("{OPERATORS}/{}", estate.operator));
    admin.post("/admin/v1/routing/rules", estate.rule("r", "49")).await.expect(201);
    let resolve = async || {
        let body = json!({"destination": "+491701234567", "explain": true});
        admin.post("/admin/v1/routing/resolve", body).await.expect(200)
    };
    assert_eq!(resolve().await.body["outcome"], "route");
    let drained = daemon.as_role("editor").post(&format!("{path}/drain"), json!({"reason": "CHG-1"})).await;
    let drained = drained.expect(200);
    assert_eq!(
        (&drained.body["status"], &drained.body["status_reason"], &drained.body["status_until"]),
        (&json!("draining"), &json!("CHG-1"), &json!(null))
    );
    assert!(resolve().await.text.contains("operator_not_active"));
    let lease = json!({"connection_ids": [estate.connection]});
    let lease = daemon.gateway().post("/internal/v1/credential-leases", lease).await.expect(200);
    assert_eq!(lease.body["leases"].as_array().unwrap().len(), 1, "sessions stay");
    let last = daemon.events_of(&estate.operator).await.pop().unwrap();
    assert_eq!(
        (&last["data"]["changes"], &last["data"]["operator"]["status"]),
        (&json!([{"what": "status"}]), &json!("draining"))
    );
    assert_eq!(daemon.audit().await[1]["action"], "operator_drain");

    let before = daemon.stored().await;
    admin.post(&format!("{path}/drain"), json!({"reason": "again"})).await.expect(200);
    assert_eq!(daemon.stored().await, before);
    let active = admin.act(&format!("{path}/activate")).await.expect(200);
    assert_eq!((&active.body["status"], &active.body["status_reason"]), (&json!("active"), &json!(null)));
});

on_both!(
    a_drain_with_an_end_becomes_a_suspension_by_itself_also_after_a_restart,
    |daemon: Daemon| async move {
        let estate = Estate::create(&daemon, "acme").await;
        let path = format!("{OPERATORS}/{}", estate.operator);
        let until_then = now() + SignedDuration::from_secs(2);
        let body = json!({"reason": "contract ends", "until": until_then});
        daemon.admin().post(&format!("{path}/drain"), body).await.expect(200);
        let daemon = daemon.restart().await;
        let suspended = until("the drain ends", async || {
            let operator = daemon.admin().get(&path).await.expect(200);
            (operator.body["status"] == "suspended").then_some(operator)
        })
        .await;
        assert_eq!(
            (&suspended.body["status_reason"], &suspended.body["status_until"]),
            (&json!("contract ends"), &json!(null))
        );
        assert!(suspended.body["receipts_until"].is_string());
        let entry = &daemon.audit().await[0];
        assert_eq!(
            (&entry["action"], &entry["actor"]),
            (&json!("operator_suspend"), &json!({"issuer": "system", "subject": "drain_end"}))
        );
        let last = daemon.events_of(&estate.operator).await.pop().unwrap();
        assert_eq!(last["data"]["operator"]["status"], "suspended");
    }
);

on_both!(only_what_carries_traffic_is_drained_and_an_end_lies_ahead, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let draft = admin.post(OPERATORS, sample::operator("draft")).await.expect(201).header("location");
    let estate = Estate::create(&daemon, "acme").await;
    let path = format!("{OPERATORS}/{}", estate.operator);
    let before = daemon.stored().await;
    let refused = admin.post(&format!("{draft}/drain"), json!({"reason": "x"})).await;
    let refused = refused.refused(409, "illegal_transition");
    assert_eq!((&refused.body["from"], &refused.body["to"]), (&json!("draft"), &json!("draining")));
    for wrong in [SignedDuration::from_secs(-1), SignedDuration::from_hours(24 * 367)] {
        let body = json!({"reason": "x", "until": now() + wrong});
        let refused = admin.post(&format!("{path}/drain"), body).await.refused(422, "invalid");
        refused.telling(&[("/until", "range")]);
    }
    admin
        .post(&format!("{path}/drain"), json!({}))
        .await
        .refused(422, "invalid")
        .telling(&[("/reason", "required")]);
    assert_eq!(daemon.stored().await, before);
    admin.post(&format!("{path}/suspend"), json!({"reason": "x"})).await.expect(200);
    admin.post(&format!("{path}/drain"), json!({"reason": "x"})).await.refused(409, "illegal_transition");
});
