//! What every changing route takes: `src/http/write.rs`.

use jiff::SignedDuration;
use ops_daemon::{admin::router::router, http::api::Kind};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Caller, Daemon, Database, Estate, now, on_both, sample, with};

const OPERATORS: &str = "/admin/v1/operators";

on_both!(an_unreadable_key_is_told_and_a_readable_one_may_be_quoted, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let keyed = |key: &str| {
        let request = admin.request(Method::POST, OPERATORS).json(&sample::operator("acme"));
        Caller::send(request.header("idempotency-key", key))
    };
    let before = daemon.stored().await;
    for bad in ["x".repeat(256).as_str(), "", "\"\"", "\"open", "\"a\"b\"", "a\tb"] {
        let refused = keyed(bad).await.refused(400, "malformed_header");
        assert!(refused.body["detail"].as_str().unwrap().contains("Idempotency-Key"), "{}", refused.text);
    }
    let twice = admin.request(Method::POST, OPERATORS).json(&sample::operator("acme"));
    Caller::send(twice.header("idempotency-key", "a").header("idempotency-key", "a"))
        .await
        .refused(400, "malformed_header");
    assert_eq!(daemon.stored().await, before);
    let key = "x".repeat(255);
    let (bare, quoted) = (keyed(&key).await.expect(201), keyed(&format!("\"{key}\"")).await.expect(201));
    assert_eq!((bare.text, daemon.rows().await.count("receipt").await), (quoted.text, 1));
});

const CREDENTIALS: &str = "/admin/v1/connections/{connection_id}/credentials";

/// A changing route: method, path of the table, path to call, body.
type Change = (&'static str, &'static str, String, Value);

/// Every changing route with a request that would be kept, in an estate where it can be. `staged` has a second credential.
fn changes(estate: &Estate, staged: &Estate, draft: &str, rule: &str, window: &str) -> Vec<Change> {
    let (operator, connection) = (&estate.operator, &estate.connection);
    let operators = |rest: &str| format!("{OPERATORS}/{operator}{rest}");
    let connections = |rest: &str| format!("/admin/v1/connections/{connection}{rest}");
    let second = |verb: &str| format!("/admin/v1/connections/{}/credentials/2/{verb}", staged.connection);
    let (added, secret) = (sample::connection("new", "new"), json!({"system_id": "sys", "password": "x"}));
    vec![
        ("POST", OPERATORS, OPERATORS.into(), sample::operator("new")),
        ("PATCH", "/admin/v1/operators/{operator_id}", operators(""), json!({"importance": "critical"})),
        ("DELETE", "/admin/v1/operators/{operator_id}", format!("{OPERATORS}/{draft}"), json!({})),
        ("POST", "/admin/v1/operators/{operator_id}/drain", operators("/drain"), json!({"reason": "x"})),
        ("POST", "/admin/v1/operators/{operator_id}/suspend", operators("/suspend"), json!({"reason": "x"})),
        ("POST", "/admin/v1/operators/{operator_id}/notes", operators("/notes"), json!({"text": "x"})),
        (
            "POST",
            "/admin/v1/operators/{operator_id}/maintenances",
            operators("/maintenances"),
            json!({"ends_at": now() + SignedDuration::from_hours(1), "reason": "x"}),
        ),
        ("PATCH", "/admin/v1/maintenances/{maintenance_id}", window.into(), json!({"reason": "y"})),
        ("DELETE", "/admin/v1/maintenances/{maintenance_id}", window.into(), json!({})),
        ("POST", "/admin/v1/operators/{operator_id}/connections", operators("/connections"), added),
        ("PATCH", "/admin/v1/connections/{connection_id}", connections(""), json!({"name": "renamed"})),
        (
            "DELETE",
            "/admin/v1/connections/{connection_id}",
            format!("/admin/v1/connections/{}", staged.connection),
            json!({}),
        ),
        ("POST", "/admin/v1/connections/{connection_id}/drain", connections("/drain"), json!({})),
        ("POST", "/admin/v1/connections/{connection_id}/disable", connections("/disable"), json!({})),
        ("POST", CREDENTIALS, connections("/credentials"), secret),
        (
            "POST",
            "/admin/v1/connections/{connection_id}/credentials/{version}/activate",
            second("activate"),
            json!({}),
        ),
        (
            "POST",
            "/admin/v1/connections/{connection_id}/credentials/{version}/discard",
            second("discard"),
            json!({}),
        ),
        ("POST", "/admin/v1/routing/rules", "/admin/v1/routing/rules".into(), estate.rule("new", "48")),
        ("DELETE", "/admin/v1/routing/rules/{rule_id}", format!("/admin/v1/routing/rules/{rule}"), json!({})),
    ]
}

/// Changing routes that need another start than the others; each has its dry run in its own test.
const ELSEWHERE: [(&str, &str); 3] = [
    ("POST", "/admin/v1/operators/{operator_id}/activate"),
    ("POST", "/admin/v1/operators/{operator_id}/restore"),
    ("POST", "/admin/v1/connections/{connection_id}/enable"),
];

on_both!(a_dry_run_of_every_change_answers_and_leaves_nothing, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let draft = admin.post(OPERATORS, sample::operator("draft")).await.expect(201).id();
    let rule = admin.post("/admin/v1/routing/rules", estate.rule("r", "49")).await.expect(201).id();
    let staged = Estate::create(&daemon, "staged").await;
    let second = format!("/admin/v1/connections/{}/credentials", staged.connection);
    admin.post(&second, json!({"system_id": "sys", "password": "y"})).await.expect(201);
    let window =
        json!({"starts_at": "2096-01-01T00:00:00Z", "ends_at": "2096-01-01T01:00:00Z", "reason": "x"});
    let windows = format!("{OPERATORS}/{}/maintenances", estate.operator);
    let window = admin.post(&windows, window).await.expect(201).header("location");
    let changes = changes(&estate, &staged, &draft, &rule, &window);
    let mut known: Vec<_> =
        changes.iter().map(|(method, path, ..)| (*method, *path)).chain(ELSEWHERE).collect();
    known.sort_unstable();
    let table = router().table;
    let mut writes: Vec<_> = table
        .iter()
        .filter(|entry| entry.kind == Kind::Write)
        .map(|entry| (entry.method.as_str(), entry.path.as_str()))
        .collect();
    writes.sort_unstable();
    assert_eq!(known, writes, "a changing route that this test does not know");

    let (before, secrets) = (daemon.stored().await, daemon.secrets().await);
    for (method, _, path, body) in changes {
        let request = admin.request(method.parse().unwrap(), &format!("{path}?dry_run=true")).json(&body);
        let answer = Caller::send(request.header("if-match", "*").header("idempotency-key", "dry")).await;
        // what has no body when it is kept has none here either
        let answer = answer.expect(if method == "DELETE" { 204 } else { 200 });
        assert_eq!((answer.etag().as_str(), answer.header("location").as_str()), ("", ""), "{method} {path}");
        assert_eq!(daemon.stored().await, before, "{method} {path}");
    }
    assert_eq!(daemon.secrets().await, secrets);
});

on_both!(a_dry_run_of_a_move_decides_as_the_move_would, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let (operator, connection) =
        (format!("{OPERATORS}/{}", estate.operator), format!("/admin/v1/connections/{}", estate.connection));
    admin.post(&format!("{operator}/suspend"), json!({"reason": "x"})).await.expect(200);
    admin.act(&format!("{connection}/disable")).await.expect(200);
    let before = daemon.stored().await;
    admin.act(&format!("{operator}/activate?dry_run=true")).await.refused(409, "not_ready");
    let enabled = admin.act(&format!("{connection}/enable?dry_run=true")).await.expect(200);
    assert_eq!((&enabled.body["status"], &enabled.body["version"]), (&json!("enabled"), &json!(3)));
    assert_eq!(daemon.stored().await, before);
    admin.act(&format!("{connection}/enable?dry_run=false")).await.expect(200);
    let before = daemon.stored().await;
    assert_eq!(
        admin.act(&format!("{operator}/activate?dry_run=true")).await.expect(200).body["status"],
        "active"
    );
    admin
        .patch(&format!("{operator}?dry_run=true"), json!({"importance": "critical"}), "\"1.1\"")
        .await
        .refused(412, "precondition_failed");
    admin.delete(&format!("{operator}?dry_run=true"), "*").await.expect(204);
    assert_eq!(daemon.stored().await, before);
    admin.delete(&operator, "*").await.expect(204);
    let before = daemon.stored().await;
    let restored = admin.act(&format!("{operator}/restore?dry_run=true")).await.expect(200);
    assert_eq!(restored.body["status"], "suspended");
    assert_eq!(daemon.stored().await, before);
});

on_both!(only_true_and_false_say_whether_to_keep, |daemon: Daemon| async move {
    for value in ["1", "yes", "TRUE", ""] {
        let refused =
            daemon.admin().post(&format!("{OPERATORS}?dry_run={value}"), sample::operator("acme")).await;
        refused.refused(400, "invalid_query").telling(&[("dry_run", "one_of")]);
    }
    let twice = format!("{OPERATORS}?dry_run=true&dry_run=true&limit=1");
    let refused = daemon.admin().post(&twice, sample::operator("acme")).await.refused(400, "invalid_query");
    refused.telling(&[("dry_run", "unique"), ("limit", "unknown")]);
    assert_eq!(daemon.rows().await.count("operator").await, 0);
});

on_both!(a_key_is_its_callers_and_its_routes, |daemon: Daemon| async move {
    let path = daemon
        .admin()
        .post_keyed(OPERATORS, sample::operator("acme"), "k")
        .await
        .expect(201)
        .header("location");
    daemon
        .as_role("editor")
        .post_keyed(OPERATORS, with(sample::operator("b"), json!({})), "k")
        .await
        .expect(201);
    daemon
        .admin()
        .post_keyed(&format!("{path}/connections"), sample::connection("main", "acme"), "k")
        .await
        .expect(201);
    let rows = daemon.rows().await;
    assert_eq!(
        (rows.count("operator").await, rows.count("connection").await, rows.count("receipt").await),
        (2, 1, 3)
    );
    daemon
        .as_role("viewer")
        .post_keyed(OPERATORS, sample::operator("acme"), "k")
        .await
        .refused(403, "forbidden");
});

on_both!(a_refusal_leaves_no_receipt_and_is_decided_anew, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let holder = admin.post(OPERATORS, sample::operator("acme")).await.expect(201);
    admin.post_keyed(OPERATORS, sample::operator("acme"), "k").await.refused(409, "duplicate");
    assert_eq!(daemon.rows().await.count("receipt").await, 0);
    admin.delete(&holder.header("location"), "*").await.expect(204);
    let created = admin.post_keyed(OPERATORS, sample::operator("acme"), "k").await.expect(201);
    assert_ne!(created.id(), holder.id());
});
