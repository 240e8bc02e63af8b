//! `/metrics` of the ops listener.

use reqwest::Method;
use serde_json::json;

use crate::support::{Caller, Daemon, Database, Estate, on_both, sample_of};

/// The value of one sample line, 0 when it is not there.
fn value(metrics: &str, sample: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().unwrap())
}

async fn scraped(daemon: &Daemon) -> String {
    daemon.ops().get("/metrics").await.expect(200).text
}

/// Whether a family has help, a type and a sample.
fn has(metrics: &str, family: &str) -> bool {
    let sample = |line: &str| line.strip_prefix("ops_").is_some_and(|line| line.starts_with(family));
    metrics.contains(&format!("# HELP ops_{family} "))
        && metrics.contains(&format!("# TYPE ops_{family} "))
        && metrics.lines().any(sample)
}

on_both!(
    what_an_alert_looks_at_is_there_from_the_start_and_the_rest_with_its_first_event,
    |daemon: Daemon| async move {
        let metrics = scraped(&daemon).await;
        for family in [
            "secret_store_up",
            "credential_leases_total",
            "health_samples_total",
            "health_late_samples_total",
            "connections",
            "operators",
            "routing_view_version",
            "routing_rules",
            "routing_resolve_total",
            "auth_failures_total",
            "task_last_success_timestamp_seconds",
            "task_period_seconds",
            "ready",
            "tls_certificate_expiry_timestamp_seconds",
            "build_info",
        ] {
            assert!(has(&metrics, family), "{family}: {metrics}");
        }
        for (sample, expected) in
            [("ops_ready", 1.0), ("ops_secret_store_up", 1.0), ("ops_routing_rules", 0.0)]
        {
            assert!((value(&metrics, sample) - expected).abs() < f64::EPSILON, "{sample}");
        }
        let rows = daemon.rows().await;
        assert_eq!(
            has(&metrics, "store_pool_connections"),
            rows.are_of_postgres(),
            "only a database with a pool has one"
        );

        Estate::create(&daemon, "acme").await;
        let metrics = scraped(&daemon).await;
        for family in [
            "http_requests_total",
            "http_request_duration_seconds",
            "store_commit_duration_seconds",
            "secret_requests_total",
            "connection_not_healthy",
            "operator_not_healthy",
        ] {
            assert!(has(&metrics, family), "{family}: {metrics}");
        }
    }
);

on_both!(requests_are_counted_by_route_and_never_by_id, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("/admin/v1/operators/{}", estate.operator);
    for _ in 0..3 {
        admin.get(&path).await.expect(200);
    }
    admin.get(&format!("{path}?x=1")).await.expect(400);
    daemon.anybody().get(&path).await.expect(401);
    daemon.as_role("viewer").delete(&path, "*").await.expect(403);
    let metrics = scraped(&daemon).await;
    let of = |method: &str, status: u16| {
        let counted = metrics.lines().find(|line| {
            let labels = [
                format!("method=\"{method}\""),
                format!("status=\"{status}\""),
                "listener=\"admin\"".into(),
                "route=\"/admin/v1/operators/{operator_id}\"".into(),
            ];
            line.starts_with("ops_http_requests_total{") && labels.iter().all(|label| line.contains(label))
        });
        counted.map_or(0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
    };
    assert_eq!(
        (of("GET", 200), of("GET", 400), of("GET", 401), of("DELETE", 403)),
        (3, 1, 1, 1),
        "{metrics}"
    );
    let labels: Vec<_> = metrics.lines().filter(|line| line.starts_with("ops_http")).collect();
    assert!(labels.iter().all(|line| !line.contains(&estate.operator)), "an id would be a series of its own");
    assert!(!metrics.contains("acme"), "labels are ids, never names");
});

on_both!(what_the_service_does_is_counted, |daemon: Daemon| async move {
    let (admin, gateway, estate) = (daemon.admin(), daemon.gateway(), Estate::create(&daemon, "acme").await);
    let before = scraped(&daemon).await;
    admin.post("/admin/v1/routing/rules", estate.rule("r", "49")).await.expect(201);
    for destination in ["4917", "331"] {
        gateway.post("/internal/v1/routing/resolve", json!({"destination": destination})).await.expect(200);
    }
    let sample = sample_of(&estate.connection, 1, true);
    let samples = [sample.clone(), sample, sample_of("0192f0c1-7a2b-7c3d-8e4f-0123456789ab", 2, true)];
    gateway.post("/internal/v1/health/samples", json!({"samples": samples})).await.expect(200);
    let lease = json!({"connection_ids": [estate.connection, "0192f0c1-7a2b-7c3d-8e4f-0123456789ab"]});
    gateway.post("/internal/v1/credential-leases", lease).await.expect(200);
    daemon.anybody().get("/admin/v1/me").await.expect(401);
    let after = scraped(&daemon).await;
    for (sample, more) in [
        ("ops_routing_rules", 1.0),
        ("ops_routing_view_version", 1.0),
        ("ops_routing_resolve_total{outcome=\"route\"}", 1.0),
        ("ops_routing_resolve_total{outcome=\"no_route\"}", 1.0),
        ("ops_health_samples_total{outcome=\"accepted\"}", 1.0),
        ("ops_health_samples_total{outcome=\"duplicate\"}", 1.0),
        ("ops_health_samples_total{outcome=\"unknown_connection\"}", 1.0),
        ("ops_credential_leases_total{outcome=\"served\"}", 1.0),
        ("ops_credential_leases_total{outcome=\"not_found\"}", 1.0),
        ("ops_secret_requests_total{operation=\"get\",outcome=\"ok\"}", 1.0),
        ("ops_auth_failures_total{reason=\"missing\"}", 1.0),
        ("ops_store_commit_duration_seconds_count{change=\"rule_create\"}", 1.0),
    ] {
        let grown = value(&after, sample) - value(&before, sample);
        assert!((grown - more).abs() < f64::EPSILON, "{sample} grew by {grown}\n{after}");
    }
});

on_both!(a_scraper_gets_the_format_it_asks_for, |daemon: Daemon| async move {
    let ops = daemon.ops();
    let classic = ops.get("/metrics").await.expect(200);
    assert!(classic.header("content-type").starts_with("text/plain; version=0.0.4"), "{:?}", classic.headers);
    assert!(!classic.text.contains("# EOF"));
    let request =
        ops.request(Method::GET, "/metrics").header("accept", "application/openmetrics-text; version=1.0.0");
    let open = Caller::send(request).await.expect(200);
    assert!(open.header("content-type").starts_with("application/openmetrics-text"), "{:?}", open.headers);
    assert!(open.text.ends_with("# EOF\n"));
});
