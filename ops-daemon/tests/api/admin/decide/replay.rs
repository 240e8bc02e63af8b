//! Requests that come twice under one key: the second gets the answer of the first, and no effect of its own.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, Daemon, Database, Estate, on_both, sample};

const OPERATORS: &str = "/admin/v1/operators";

/// One request under a key.
async fn keyed(
    caller: &Caller,
    method: Method,
    path: &str,
    body: &Value,
    key: &str,
    tag: Option<&str>,
) -> Answer {
    let request = caller.request(method, path).json(body).header("idempotency-key", key);
    Caller::send(match tag {
        Some(tag) => request.header("if-match", tag),
        None => request,
    })
    .await
}

/// What a replay must have in common with its first run.
fn told(answer: &Answer) -> (u16, &str, String, String, String) {
    (answer.status, &answer.text, answer.etag(), answer.header("location"), answer.header("content-type"))
}

on_both!(a_repeated_activation_is_not_refused_because_of_its_own_first_run, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("{OPERATORS}/{}", estate.operator);
    admin.post(&format!("{path}/suspend"), json!({"reason": "x"})).await.expect(200);
    let activate = async || {
        keyed(&admin, Method::POST, &format!("{path}/activate"), &json!({}), "k", Some("\"1.3\"")).await
    };
    let first = activate().await.expect(200);
    let before = daemon.stored().await;
    let again = activate().await;
    assert_eq!(told(&again), told(&first));
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_replay_gets_its_first_answer_even_when_it_would_change_nothing_now, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("{OPERATORS}/{}", estate.operator);
    admin.post(&format!("{path}/suspend"), json!({"reason": "x"})).await.expect(200);
    let activate =
        async || keyed(&admin, Method::POST, &format!("{path}/activate"), &json!({}), "k", None).await;
    let first = activate().await.expect(200);
    admin.patch(&path, json!({"importance": "critical"}), "*").await.expect(200);
    let before = daemon.stored().await;
    let again = activate().await;
    assert_eq!(told(&again), told(&first));
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_late_repetition_does_not_undo_what_came_between, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("{OPERATORS}/{}", estate.operator);
    let suspend = async || {
        keyed(&admin, Method::POST, &format!("{path}/suspend"), &json!({"reason": "x"}), "k", None).await
    };
    let first = suspend().await.expect(200);
    admin.act(&format!("{path}/activate")).await.expect(200);
    let before = daemon.stored().await;
    assert_eq!(told(&suspend().await), told(&first));
    assert_eq!(daemon.stored().await, before);
    assert_eq!(admin.get(&path).await.expect(200).body["status"], "active");
});

on_both!(a_change_is_replayed_with_the_tag_that_it_made_stale, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    let patch = json!({"importance": "critical"});
    let change = async |tag: &str| keyed(&admin, Method::PATCH, &path, &patch, "k", Some(tag)).await;
    let first = change("\"1.1\"").await.expect(200);
    let before = daemon.stored().await;
    assert_eq!(told(&change("\"1.1\"").await), told(&first));
    change("\"1.2\"").await.refused(422, "idempotency_mismatch");
    change("*").await.refused(422, "idempotency_mismatch");
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_deletion_is_replayed_though_nothing_is_there_any_more, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let estate = Estate::create(&daemon, "acme").await;
    let operator = admin.post(OPERATORS, sample::operator("draft")).await.expect(201).header("location");
    let rule =
        admin.post("/admin/v1/routing/rules", estate.rule("r", "49")).await.expect(201).header("location");
    for path in [operator, rule] {
        let delete = async || keyed(&admin, Method::DELETE, &path, &json!({}), "k", Some("\"1.1\"")).await;
        let first = delete().await.expect(204);
        let before = daemon.stored().await;
        let again = delete().await.expect(204);
        assert_eq!(told(&again), told(&first));
        assert_eq!(daemon.stored().await, before);
    }
});

on_both!(every_kind_of_change_is_replayed_to_the_octet, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let (operator, connection) =
        (format!("{OPERATORS}/{}", estate.operator), format!("/admin/v1/connections/{}", estate.connection));
    for (path, body) in [
        (OPERATORS.to_owned(), sample::operator("other")),
        (format!("{operator}/connections"), sample::connection("second", "acme")),
        (format!("{connection}/credentials"), json!({"system_id": "sys", "password": "x"})),
        (format!("{connection}/disable"), json!({})),
        (format!("{connection}/enable"), json!({})),
        ("/admin/v1/routing/rules".to_owned(), estate.rule("r", "49")),
        (format!("{operator}/suspend"), json!({"reason": "x"})),
    ] {
        let first = keyed(&admin, Method::POST, &path, &body, "k", None).await;
        assert!([200, 201].contains(&first.status), "{}", first.text);
        let before = daemon.stored().await;
        let again = keyed(&admin, Method::POST, &path, &body, "k", None).await;
        assert_eq!(told(&again), told(&first), "{path}");
        assert_eq!(daemon.stored().await, before, "{path}");
    }
});

on_both!(a_key_of_another_body_is_refused_whatever_that_body_would_do, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    let change = async |body: Value| keyed(&admin, Method::PATCH, &path, &body, "k", Some("*")).await;
    change(json!({"importance": "critical"})).await.expect(200);
    let before = daemon.stored().await;
    for other in [json!({"importance": "normal"}), json!({}), json!({"importance": "critical", "labels": {}})]
    {
        change(other).await.refused(422, "idempotency_mismatch");
    }
    assert_eq!(daemon.stored().await, before);
});
