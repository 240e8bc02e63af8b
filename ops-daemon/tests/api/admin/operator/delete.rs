//! `DELETE /operators/{operator_id}`.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::json;

use crate::support::{Caller, Daemon, Database, Estate, on_both, sample, with};

const OPERATORS: &str = "/admin/v1/operators";
const RULES: &str = "/admin/v1/routing/rules";

on_both!(a_deleted_operator_is_read_by_id_only_and_its_connections_are_gone, |daemon: Daemon| async move {
    let (admin, viewer) = (daemon.admin(), daemon.as_role("viewer"));
    let estate = Estate::create(&daemon, "acme").await;
    let path = format!("{OPERATORS}/{}", estate.operator);
    admin.post(&format!("{path}/suspend"), json!({"reason": "x"})).await.expect(200);
    let deleted = admin.delete(&path, "\"1.3\"").await.expect(204);
    assert_eq!((deleted.text.as_str(), deleted.etag().as_str()), ("", ""));

    let read = viewer.get(&path).await.expect(200);
    assert_eq!((&read.body["status"], &read.body["version"]), (&json!("deleted"), &json!(4)));
    let deleted_at: Timestamp = read.body["deleted_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(viewer.get(OPERATORS).await.expect(200).body["items"], json!([]));
    viewer.get(&format!("/admin/v1/connections/{}", estate.connection)).await.refused(404, "not_found");
    assert_eq!(viewer.get(&format!("{path}/connections")).await.expect(200).body["items"], json!([]));
    let add = admin.post(&format!("{path}/connections"), sample::connection("late", "acme")).await;
    add.refused(404, "not_found");
    let credentials = format!("/admin/v1/connections/{}/credentials", estate.connection);
    admin.post(&credentials, json!({"system_id": "sys", "password": "x"})).await.refused(404, "not_found");

    let events = daemon.events_of(&estate.operator).await;
    let last = events.last().unwrap();
    assert_eq!((&last["type"], &last["data"]["code"]), (&json!("operator.deleted"), &json!("acme")));
    assert_eq!(
        (&last["data"]["id"], &last["data"]["deleted_at"]),
        (&json!(estate.operator), &read.body["deleted_at"])
    );
    let purge_after: Timestamp = last["data"]["purge_after"].as_str().unwrap().parse().unwrap();
    assert_eq!(purge_after, deleted_at + SignedDuration::from_hours(30 * 24));
    assert_eq!(daemon.audit().await[0]["action"], "operator_delete");
});

on_both!(a_deletion_frees_code_name_and_external_id, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let body = with(sample::operator("acme"), json!({"external_id": "L-1"}));
    let first = admin.post(OPERATORS, body.clone()).await.expect(201);
    admin.delete(&first.header("location"), "\"1.1\"").await.expect(204);
    let second = admin.post(OPERATORS, body.clone()).await.expect(201);
    assert_ne!(first.id(), second.id());
    let refused = admin.post(OPERATORS, body.clone()).await.refused(409, "duplicate");
    assert_eq!(refused.body["existing_id"], json!(second.id()));
    admin.delete(&second.header("location"), "*").await.expect(204);
    admin.post(OPERATORS, body).await.expect(201);
    assert_eq!(daemon.rows().await.count("operator").await, 3);
});

on_both!(an_operator_that_is_active_is_suspended_first, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let before = daemon.stored().await;
    let refused = daemon.admin().delete(&format!("{OPERATORS}/{}", estate.operator), "*").await;
    let refused = refused.refused(409, "illegal_transition");
    assert_eq!((&refused.body["from"], &refused.body["to"]), (&json!("active"), &json!("deleted")));
    assert_eq!(daemon.stored().await, before);
});

on_both!(an_operator_that_any_rule_targets_stays, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("{OPERATORS}/{}", estate.operator);
    let on = admin.post(RULES, estate.rule("on", "49")).await.expect(201).id();
    let off = with(estate.rule("off", "48"), json!({"enabled": false}));
    let off = admin.post(RULES, off).await.expect(201).id();
    admin.post(&format!("{path}/suspend"), json!({"reason": "x"})).await.expect(200);
    let before = daemon.stored().await;
    let refused = admin.delete(&path, "*").await.refused(409, "operator_in_use");
    let mut named: Vec<_> =
        refused.body["rules"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    named.sort();
    let mut rules = vec![on.clone(), off.clone()];
    rules.sort();
    assert_eq!(named, rules);
    assert_eq!(daemon.stored().await, before);
    admin.delete(&format!("{RULES}/{on}"), "*").await.expect(204);
    admin.delete(&path, "*").await.refused(409, "operator_in_use");
    admin.delete(&format!("{RULES}/{off}"), "*").await.expect(204);
    admin.delete(&path, "*").await.expect(204);
});

on_both!(a_deletion_needs_the_tag_and_happens_once, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    Caller::send(admin.request(Method::DELETE, &path)).await.refused(428, "precondition_required");
    admin.delete(&path, "\"1.2\"").await.refused(412, "precondition_failed");
    admin.delete(&path, "\"1.1\"").await.expect(204);
    let before = daemon.stored().await;
    admin.delete(&path, "*").await.refused(404, "not_found");
    let unknown = format!("{OPERATORS}/0192f0c1-7a2b-7c3d-8e4f-0123456789ab");
    admin.delete(&unknown, "*").await.refused(404, "not_found");
    assert_eq!(daemon.stored().await, before);
});
