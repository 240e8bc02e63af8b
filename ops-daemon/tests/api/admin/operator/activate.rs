//! `POST /operators/{operator_id}/activate`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Caller, Daemon, Database, Estate, on_both, sample};

const OPERATORS: &str = "/admin/v1/operators";

fn verdicts(items: &Value) -> Vec<(String, String)> {
    let text = |line: &Value, member: &str| line[member].as_str().unwrap().to_owned();
    items.as_array().unwrap().iter().map(|line| (text(line, "item"), text(line, "verdict"))).collect()
}

on_both!(an_operator_without_connection_is_told_what_is_missing, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    let before = daemon.stored().await;
    let refused = admin.act(&format!("{path}/activate")).await.refused(409, "not_ready");
    let expected = [
        ("enabled_connection", "block"),
        ("active_credential", "block"),
        ("successful_bind", "warn"),
        ("noc_contact", "warn"),
        ("targeting_rule", "warn"),
    ];
    assert_eq!(
        verdicts(&refused.body["items"]),
        expected.map(|(item, verdict)| (item.into(), verdict.into()))
    );
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_connection_without_credential_or_disabled_still_blocks, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    let connections = format!("{path}/connections");
    let connection = admin.post(&connections, sample::connection("main", "acme")).await.expect(201).id();
    let blocked = admin.act(&format!("{path}/activate")).await.refused(409, "not_ready");
    let verdict = |items: &Value, n: usize| verdicts(items)[n].1.clone();
    assert_eq!(
        (verdict(&blocked.body["items"], 0), verdict(&blocked.body["items"], 1)),
        ("ok".into(), "block".into())
    );
    let connection = format!("/admin/v1/connections/{connection}");
    admin
        .post(&format!("{connection}/credentials"), json!({"system_id": "a", "password": "b"}))
        .await
        .expect(201);
    admin.act(&format!("{connection}/disable")).await.expect(200);
    let blocked = admin.act(&format!("{path}/activate")).await.refused(409, "not_ready");
    assert_eq!(
        (verdict(&blocked.body["items"], 0), verdict(&blocked.body["items"], 1)),
        ("block".into(), "block".into())
    );
    admin.act(&format!("{connection}/enable")).await.expect(200);
    assert_eq!(admin.act(&format!("{path}/activate")).await.expect(200).body["status"], "active");
});

on_both!(activating_leaves_one_event_and_audit_entry_and_twice_leaves_no_more, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let path = format!("{OPERATORS}/{}", estate.operator);
    let active = daemon.admin().get(&path).await.expect(200);
    assert_eq!((active.etag().as_str(), &active.body["status"]), ("\"1.2\"", &json!("active")));
    let events = daemon.events_of(&estate.operator).await;
    let last = events.last().unwrap();
    assert_eq!(
        (&last["type"], &last["data"]["changes"]),
        (&json!("operator.updated"), &json!([{"what": "status"}]))
    );
    assert_eq!(last["data"]["operator"]["status"], "active");
    let audit = daemon.audit().await;
    assert_eq!(audit[0]["action"], "operator_activate");
    assert_eq!(audit[0]["changes"], json!([{"field": "status", "old": "draft", "new": "active"}]));

    let before = daemon.stored().await;
    let again = daemon.as_role("editor").act(&format!("{path}/activate")).await.expect(200);
    assert_eq!((again.etag().as_str(), &again.body["version"]), ("\"1.2\"", &json!(2)));
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_verb_honours_if_match_and_does_not_need_it, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let path = format!("{OPERATORS}/{}", estate.operator);
    let admin = daemon.admin();
    let suspend = |tag: &str| {
        let request = admin.request(Method::POST, &format!("{path}/suspend")).json(&json!({"reason": "why"}));
        Caller::send(request.header("if-match", tag))
    };
    suspend("\"1.1\"").await.refused(412, "precondition_failed");
    suspend("\"1.2\"").await.expect(200);
    admin.act(&format!("{path}/activate")).await.expect(200);
});

on_both!(nobody_can_be_activated_who_is_deleted_or_unknown, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    admin.delete(&path, "*").await.expect(204);
    let before = daemon.stored().await;
    let refused = admin.act(&format!("{path}/activate")).await.refused(409, "illegal_transition");
    assert_eq!((&refused.body["from"], &refused.body["to"]), (&json!("deleted"), &json!("active")));
    let unknown = format!("{OPERATORS}/0192f0c1-7a2b-7c3d-8e4f-0123456789ab/activate");
    admin.act(&unknown).await.refused(404, "not_found");
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_verb_takes_no_body_or_an_empty_object, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let path = format!("{OPERATORS}/{}/activate", estate.operator);
    daemon.admin().post(&path, json!({})).await.expect(200);
    let refused = daemon.admin().post(&path, json!({"reason": "x"})).await.refused(422, "invalid");
    refused.telling(&[("/reason", "unknown")]);
});
