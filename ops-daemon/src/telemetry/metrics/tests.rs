//! Every family is there, under its name, and what is set is what is shown.

use axum::http::Method;
use uuid::Uuid;

use super::*;
use crate::telemetry::families::NAMES;

fn metrics() -> Metrics {
    Metrics::new("1.2.3", "sqlite", "sealed", "embedded")
}

/// Touches every family once.
fn busy() -> Metrics {
    let metrics = metrics();
    let second = Duration::from_secs(1);
    metrics.request_answered(Listener::Admin, &Method::GET, "/admin/v1/operators/{operator_id}", 200, second);
    metrics.commit_ended(ChangeName::OperatorCreate, second);
    metrics.commit_conflicted(ChangeName::OperatorCreate);
    metrics.set_pool(1, 2, 3);
    metrics.set_outbox(4, 1.5);
    metrics.events_published(9);
    metrics.events_refused(PublishFailure::Unavailable, 2);
    metrics.set_event_stream_missing(true);
    metrics.set_secret_store_up(true);
    metrics.secret_requested(SecretOperation::Get, SecretOutcome::Ok);
    metrics.leased(LeaseOutcome::Served, 2);
    metrics.samples(SampleOutcome::Accepted, 5);
    metrics.late_samples(1);
    metrics.set_connections_not_healthy([(ConnectionId::from(Uuid::nil()), State::Down)]);
    metrics.set_operators_not_healthy([(OperatorId::from(Uuid::nil()), State::Degraded)]);
    metrics.set_spec_overrides(&BTreeMap::from([(SpecField::TlsOff, 3)]));
    metrics.set_view(Mark::new(1, 42), 7);
    metrics.resolved(Outcome::Route);
    metrics.auth_failed(AuthReason::Token(Rejected::Expired));
    let judge = metrics.task("judge", TaskScope::Replica, second);
    judge.succeeded(Timestamp::from_millisecond(1_700_000_000_500).unwrap());
    metrics.set_task_leader("judge", true);
    metrics.set_ready(true);
    let at = |second: i64| Timestamp::from_second(second).unwrap();
    metrics.set_certificate(Listener::Internal, at(1_700_000_000), at(1_800_000_000));
    metrics
}

#[test]
fn every_family_is_exposed_under_its_name_with_type_and_help() {
    let text = busy().render_as(Format::Classic);
    for name in NAMES {
        let headed = |what: &str| text.lines().any(|line| line.starts_with(&format!("# {what} ops_{name} ")));
        let sampled = text.lines().any(|line| line.starts_with(&format!("ops_{name}")));
        assert!(headed("HELP") && headed("TYPE") && sampled, "{name}\n{text}");
    }
    let families = text.lines().filter(|line| line.starts_with("# TYPE")).count();
    assert_eq!(families, NAMES.len());
    assert!(!text.contains("# EOF"));
}

#[test]
fn open_metrics_ends_with_its_mark() {
    let text = busy().render();
    assert!(text.contains("# TYPE ops_http_requests counter\n") && text.ends_with("# EOF\n"), "{text}");
}

#[test]
fn values_and_labels_are_those_that_were_set() {
    let text = busy().render_as(Format::Classic);
    for line in [
        "ops_http_requests_total{listener=\"admin\",method=\"GET\",route=\"/admin/v1/operators/{operator_id}\",status=\"200\"} 1",
        "ops_store_pool_connections{state=\"waiting\"} 3",
        "ops_credential_leases_total{outcome=\"served\"} 2",
        "ops_outbox_unpublished 4",
        "ops_outbox_oldest_age_seconds 1.5",
        "ops_events_published_total 9",
        "ops_event_publish_failures_total{reason=\"unavailable\"} 2",
        "ops_event_stream_missing 1",
        "ops_connections{state=\"down\"} 0",
        "ops_spec_overrides_active{field=\"tls_off\"} 3",
        "ops_spec_overrides_active{field=\"password\"} 0",
        "ops_connection_not_healthy{connection_id=\"00000000-0000-0000-0000-000000000000\",state=\"down\"} 1",
        "ops_routing_view_version 42",
        "ops_task_last_success_timestamp_seconds{task=\"judge\",scope=\"replica\"} 1700000000.5",
        "ops_tls_certificate_not_before_timestamp_seconds{listener=\"internal\"} 1700000000",
        "ops_tls_certificate_expiry_timestamp_seconds{listener=\"internal\"} 1800000000",
        "ops_tls_reload_failures_total{listener=\"internal\"} 0",
        "ops_build_info{version=\"1.2.3\",store=\"sqlite\",secrets=\"sealed\",events=\"embedded\"} 1",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line}\n{text}");
    }
}

#[test]
fn closed_lists_are_there_at_zero_from_the_start() {
    let text = metrics().render();
    for line in [
        "ops_credential_leases_total{outcome=\"no_credential\"} 0",
        "ops_health_samples_total{outcome=\"too_old\"} 0",
        "ops_routing_resolve_total{outcome=\"no_route\"} 0",
        "ops_operators{state=\"stale\"} 0",
        "ops_ready 0",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line}\n{text}");
    }
}

#[test]
fn a_connection_that_recovers_loses_its_series_and_at_most_500_are_shown() {
    let metrics = metrics();
    let id = |n: u128| ConnectionId::from(Uuid::from_u128(n));
    let shown = |metrics: &Metrics| {
        metrics.render().lines().filter(|line| line.starts_with("ops_connection_not_healthy{")).count()
    };
    metrics.set_connections_not_healthy((0..600).map(|n| (id(n), State::Down)));
    assert_eq!(shown(&metrics), 500);
    metrics.set_connections_not_healthy([(id(1), State::Healthy), (id(2), State::Stale)]);
    assert_eq!(shown(&metrics), 1);
    assert!(metrics.render().contains("state=\"stale\"} 1"));
}

#[test]
fn a_method_that_nobody_serves_makes_no_series_of_its_own() {
    let metrics = metrics();
    let invented = Method::from_bytes(b"BREW").unwrap();
    metrics.request_answered(Listener::Admin, &invented, "unmatched", 405, Duration::ZERO);
    assert!(metrics.render().contains("method=\"other\"") && !metrics.render().contains("BREW"));
}
