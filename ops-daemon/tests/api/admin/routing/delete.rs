//! `DELETE /routing/rules/{rule_id}`.

use reqwest::Method;
use serde_json::json;

use crate::support::{Caller, Daemon, Database, Estate, on_both};

const RULES: &str = "/admin/v1/routing/rules";

on_both!(a_rule_is_gone_when_the_answer_comes, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let rule = admin.post(RULES, estate.rule("r", "49")).await.expect(201);
    let path = rule.header("location");
    assert_eq!(admin.delete(&path, "\"1.1\"").await.expect(204).text, "");
    let resolved = admin.post("/admin/v1/routing/resolve", json!({"destination": "4917"})).await.expect(200);
    assert_eq!((&resolved.body["outcome"], &resolved.body["rule_id"]), (&json!("no_route"), &json!(null)));
    admin.get(&path).await.refused(404, "not_found");
    let rows = daemon.rows().await;
    assert_eq!((rows.count("rule").await, rows.count("rule_target").await), (0, 0));
    let events = daemon.events_of(&estate.operator).await;
    assert_eq!(events.last().unwrap()["data"], json!({"changes": [{"what": "routing", "id": rule.id()}]}));
    let entry = &daemon.audit().await[0];
    assert_eq!((&entry["action"], &entry["subject"]["id"]), (&json!("rule_delete"), &json!(rule.id())));
    let before = daemon.stored().await;
    admin.delete(&path, "*").await.refused(404, "not_found");
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_deletion_needs_the_tag, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = admin.post(RULES, estate.rule("r", "49")).await.expect(201).header("location");
    let before = daemon.stored().await;
    Caller::send(admin.request(Method::DELETE, &path)).await.refused(428, "precondition_required");
    admin.delete(&path, "\"1.2\"").await.refused(412, "precondition_failed");
    daemon.as_role("editor").delete(&path, "*").await.refused(403, "forbidden");
    assert_eq!(daemon.stored().await, before);
});
