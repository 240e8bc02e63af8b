//! `GET /operators/{operator_id}/health`.

use serde_json::{Value, json};

use crate::support::{Daemon, Database, Estate, on_both, sample, sample_of, until};

const RESOLVE: &str = "/admin/v1/routing/resolve";
const SAMPLES: &str = "/internal/v1/health/samples";

on_both!(an_operator_that_nobody_has_observed_is_unknown, |daemon: Daemon| async move {
    let (viewer, estate) = (daemon.as_role("viewer"), Estate::create(&daemon, "acme").await);
    let health = viewer.get(&format!("/admin/v1/operators/{}/health", estate.operator)).await.expect(200);
    let since = health.body["connections"][0]["since"].clone();
    let connection = json!({
        "connection_id": estate.connection, "state": "unknown", "since": since, "reason": "no_data", "sessions_bound": 0,
        "last_sample_at": null, "judged_through": null, "rates": "insufficient_data",
    });
    let expected = json!({
        "operator_id": estate.operator, "state": "unknown", "since": since, "reason": "no_data", "sessions_bound": 0,
        "last_sample_at": null, "connections": [connection],
    });
    assert_eq!(health.body, expected);
});

on_both!(an_operator_without_connections_is_unknown_since_never, |daemon: Daemon| async move {
    let created = daemon.admin().post("/admin/v1/operators", sample::operator("acme")).await.expect(201);
    let health =
        daemon.as_role("viewer").get(&format!("{}/health", created.header("location"))).await.expect(200);
    assert_eq!((&health.body["state"], &health.body["since"]), (&json!("unknown"), &json!(null)));
    assert_eq!((&health.body["reason"], &health.body["connections"]), (&json!(null), &json!([])));
    let unknown = "/admin/v1/operators/0192f0c1-7a2b-7c3d-8e4f-0123456789ab/health";
    daemon.as_role("viewer").get(unknown).await.refused(404, "not_found");
});

on_both!(
    a_connection_without_sessions_goes_down_with_an_event_and_leaves_the_candidates,
    |daemon: Daemon| async move {
        let (admin, viewer, estate) =
            (daemon.admin(), daemon.as_role("viewer"), Estate::create(&daemon, "acme").await);
        let rule = admin.post("/admin/v1/routing/rules", estate.rule("r", "49")).await.expect(201).id();
        let resolve =
            async || viewer.post(RESOLVE, json!({"destination": "4917", "explain": true})).await.expect(200);
        assert_eq!(resolve().await.body["outcome"], "route");
        let told = daemon.events().await.len();
        let audited = daemon.audit().await.len();
        let unreachable = json!({"samples": [sample_of(&estate.connection, 1, false)]});
        daemon.gateway().post(SAMPLES, unreachable).await.expect(200);

        let path = format!("/admin/v1/operators/{}/health", estate.operator);
        let health = until("the operator is down", async || {
            let health = viewer.get(&path).await.expect(200);
            (health.body["state"] == "down").then_some(health)
        })
        .await;
        let connection = &health.body["connections"][0];
        assert_eq!((&connection["state"], &connection["reason"]), (&json!("down"), &json!("no_session")));
        let resolved = until("the candidate left", async || {
            let resolved = resolve().await;
            (resolved.body["outcome"] == "no_route").then_some(resolved)
        })
        .await;
        let explained = &resolved.body["explain"][0];
        assert_eq!(
            (&explained["rule_id"], &explained["targets"][0]["reason"]),
            (&json!(rule), &json!("health_down"))
        );

        let events = daemon.events().await;
        assert_eq!(events.len(), told + 1, "one event per transition");
        let event = events.last().unwrap();
        assert_eq!(event["type"], "operator.health_changed");
        assert_eq!(event["subject"], format!("ops.operator.{}.health_changed", estate.operator));
        let moved = json!([{
            "id": estate.connection, "name": "main", "from": "unknown", "to": "down", "reason": "no_session",
            "since": connection["since"],
        }]);
        let data = json!({
            "id": estate.operator, "code": "acme", "from": "unknown", "to": "down", "since": connection["since"],
            "connections": moved,
        });
        assert_eq!(event["data"], data);
        assert_eq!(daemon.audit().await.len(), audited, "what the judge sees is no one's deed");
        let rows = daemon.rows().await;
        let transition = rows.texts("SELECT state FROM connection_health WHERE revision = 1", []).await;
        assert_eq!(transition, ["down"]);
        let operator = admin.get(&format!("/admin/v1/operators/{}", estate.operator)).await.expect(200);
        assert_eq!(
            (&operator.body["version"], &operator.body["status"]),
            (&json!(2), &Value::from("active"))
        );
    }
);
