//! `GET /connections/{connection_id}/health`.

use serde_json::json;

use crate::support::{Daemon, Database, Estate, on_both, sample_of, with};

const SAMPLES: &str = "/internal/v1/health/samples";

on_both!(what_connectors_said_last_is_shown_at_once, |daemon: Daemon| async move {
    let (viewer, estate) = (daemon.as_role("viewer"), Estate::create(&daemon, "acme").await);
    let sessions = json!([
        {"slot": 0, "state": "bound_trx", "bound_ms": 10_000},
        {"slot": 1, "state": "bound_tx", "bound_ms": 5_000},
        {"slot": 2, "state": "bound_rx", "bound_ms": 10_000},
        {"slot": 3, "state": "backoff", "bound_ms": 0},
    ]);
    let counts = json!({
        "sessions": sessions, "submitted": 200, "ok": 150, "throttled": 20, "rejected_message": 10, "operator_error": 15,
        "no_answer": 5,
    });
    let sample = with(sample_of(&estate.connection, 1, true), counts);
    daemon.gateway().post(SAMPLES, json!({"samples": [sample]})).await.expect(200);
    let path = format!("/admin/v1/connections/{}/health", estate.connection);
    let health = viewer.get(&path).await.expect(200);
    assert_eq!(
        (&health.body["connection_id"], &health.body["sessions_bound"]),
        (&json!(estate.connection), &json!(2))
    );
    assert!(health.body["last_sample_at"].is_string(), "{}", health.text);
    let rates = json!({
        "submitted": 200, "ok": 0.75, "throttled": 0.1, "rejected_message": 0.05, "operator_error": 0.075, "no_answer": 0.025,
    });
    assert_eq!(health.body["rates"], rates);
    let operator = viewer.get(&format!("/admin/v1/operators/{}/health", estate.operator)).await.expect(200);
    assert_eq!(
        (&operator.body["sessions_bound"], &operator.body["last_sample_at"]),
        (&json!(2), &health.body["last_sample_at"])
    );
});

on_both!(too_few_messages_give_no_rates, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let sample = with(sample_of(&estate.connection, 1, true), json!({"submitted": 49, "ok": 49}));
    daemon.gateway().post(SAMPLES, json!({"samples": [sample]})).await.expect(200);
    let path = format!("/admin/v1/connections/{}/health", estate.connection);
    let health = daemon.as_role("viewer").get(&path).await.expect(200);
    assert_eq!(
        (&health.body["rates"], &health.body["sessions_bound"]),
        (&json!("insufficient_data"), &json!(1))
    );
});

on_both!(an_unknown_or_deleted_connection_has_no_health, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let operator = format!("/admin/v1/operators/{}", estate.operator);
    admin.post(&format!("{operator}/suspend"), json!({"reason": "x"})).await.expect(200);
    admin.delete(&operator, "*").await.expect(204);
    for id in [estate.connection.as_str(), "0192f0c1-7a2b-7c3d-8e4f-0123456789ab"] {
        daemon
            .as_role("viewer")
            .get(&format!("/admin/v1/connections/{id}/health"))
            .await
            .refused(404, "not_found");
    }
});
