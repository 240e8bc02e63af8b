//! `POST /operators/{operator_id}/suspend`.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::support::{Daemon, Database, Estate, on_both, sample};

const OPERATORS: &str = "/admin/v1/operators";

on_both!(a_suspension_keeps_its_reason_and_takes_receipts_for_three_days, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let path = format!("{OPERATORS}/{}", estate.operator);
    let reason = json!({"reason": "unpaid bills"});
    let suspended = daemon.as_role("editor").post(&format!("{path}/suspend"), reason).await.expect(200);
    assert_eq!((suspended.etag().as_str(), &suspended.body["status"]), ("\"1.3\"", &json!("suspended")));
    assert_eq!(suspended.body["status_reason"], "unpaid bills");
    let time = |field: &str| suspended.body[field].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!(time("receipts_until"), time("updated_at") + SignedDuration::from_hours(72));
    let events = daemon.events_of(&estate.operator).await;
    let last = events.last().unwrap();
    assert_eq!(
        (&last["data"]["changes"], &last["data"]["operator"]["status"]),
        (&json!([{"what": "status"}]), &json!("suspended"))
    );
    let entry = &daemon.audit().await[0];
    assert_eq!(
        (&entry["action"], &entry["actor"]["subject"]),
        (&json!("operator_suspend"), &json!("dev-editor"))
    );
    assert_eq!(entry["changes"][1], json!({"field": "status_reason", "old": null, "new": "unpaid bills"}));

    let before = daemon.stored().await;
    let again =
        daemon.admin().post(&format!("{path}/suspend"), json!({"reason": "another"})).await.expect(200);
    assert_eq!((again.etag().as_str(), &again.body["status_reason"]), ("\"1.3\"", &json!("unpaid bills")));
    assert_eq!(daemon.stored().await, before);

    let active = daemon.admin().act(&format!("{path}/activate")).await.expect(200);
    assert_eq!((&active.body["status"], &active.body["version"]), (&json!("active"), &json!(4)));
    assert_eq!((&active.body["status_reason"], &active.body["receipts_until"]), (&json!(null), &json!(null)));
});

on_both!(a_draft_or_a_deleted_operator_cannot_be_suspended, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    let suspend = format!("{path}/suspend");
    let before = daemon.stored().await;
    let refused = admin.post(&suspend, json!({"reason": "x"})).await.refused(409, "illegal_transition");
    assert_eq!((&refused.body["from"], &refused.body["to"]), (&json!("draft"), &json!("suspended")));
    assert_eq!(daemon.stored().await, before);
    admin.delete(&path, "*").await.expect(204);
    let refused = admin.post(&suspend, json!({"reason": "x"})).await.refused(409, "illegal_transition");
    assert_eq!(refused.body["from"], "deleted");
});

on_both!(a_suspension_needs_a_reason_of_one_to_500_characters, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let path = format!("{OPERATORS}/{}/suspend", estate.operator);
    let before = daemon.stored().await;
    for (body, rule) in [
        (json!({}), "required"),
        (json!({"reason": ""}), "length"),
        (json!({"reason": "x".repeat(501)}), "length"),
        (json!({"reason": "a\u{202e}b"}), "characters"),
        (json!({"reason": 7}), "type"),
    ] {
        daemon.admin().post(&path, body).await.refused(422, "invalid").telling(&[("/reason", rule)]);
    }
    assert_eq!(daemon.stored().await, before);
});
