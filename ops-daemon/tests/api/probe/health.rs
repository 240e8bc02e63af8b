//! `/health/live` and `/health/ready` of the ops listener.

use serde_json::json;

use crate::support::{Caller, Daemon, Database, on_both};

on_both!(a_running_process_is_alive_and_ready_and_misses_nothing, |daemon: Daemon| async move {
    let live = daemon.ops().get("/health/live").await.expect(200);
    assert_eq!(live.text, "alive\n");
    let ready = daemon.ops().get("/health/ready").await.expect(200);
    assert_eq!(ready.body, json!({"status": "ready", "degraded": []}));
    assert_eq!(ready.header("content-type"), "application/json");
});

on_both!(a_probe_may_call_us_by_any_name_and_finds_nothing_else_here, |daemon: Daemon| async move {
    let ops = daemon.ops();
    let named = ops.request(reqwest::Method::GET, "/health/ready").header("host", "10.0.0.7:9464");
    Caller::send(named).await.expect(200);
    for path in ["/", "/admin/v1/operators", "/internal/v1/routing/resolve", "/openapi.json", "/health"] {
        assert_eq!(ops.get(path).await.status, 404, "{path}");
    }
    for path in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(ops.act(path).await.status, 405, "{path}");
    }
});
