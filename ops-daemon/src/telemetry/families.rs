//! Every metric family: its name, its labels, its help. [`Metrics`](super::Metrics) is the door to them.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::{Family, MetricConstructor},
        gauge::Gauge,
        histogram::Histogram,
    },
    registry::{Metric, Registry},
};
use std::sync::atomic::AtomicU64;

/// A gauge of a quantity that is no whole number.
pub(super) type Real = Gauge<f64, AtomicU64>;

/// Bounds in seconds: around 1 ms where most answers lie, around 250 ms where an alert stands, up to the limits of 2 s
/// for a commit and 30 s for an apply.
const SECONDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// Makes the histograms of a family.
#[derive(Debug, Clone, Copy)]
pub(super) struct InSeconds;

impl MetricConstructor<Histogram> for InSeconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(SECONDS)
    }
}

macro_rules! labels {
    ($($name:ident { $($label:ident: $type:ty),+ })+) => {
        $(#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
        pub(super) struct $name {
            $(pub(super) $label: $type),+
        })+
    };
}

labels! {
    Answered { listener: &'static str, method: &'static str, route: String, status: u16 }
    Timed { listener: &'static str, route: String }
    OfChange { change: &'static str }
    OfState { state: &'static str }
    OfField { field: &'static str }
    OfOutcome { outcome: &'static str }
    OfSecret { operation: &'static str, outcome: &'static str }
    OfReason { reason: &'static str }
    OfConnection { connection_id: String, state: &'static str }
    OfOperator { operator_id: String, state: &'static str }
    OfScopedTask { task: &'static str, scope: &'static str }
    OfTask { task: &'static str }
    OfListener { listener: &'static str }
    Build { version: &'static str, store: &'static str, secrets: &'static str, events: &'static str }
}

macro_rules! families {
    ($($name:ident: $type:ty = $register:literal, $help:literal;)+) => {
        /// One field per family.
        pub(super) struct Families {
            $(pub(super) $name: $type),+
        }

        impl Families {
            /// Makes them all, and a registry that prints them.
            pub(super) fn register() -> (Self, Registry) {
                let mut registry = Registry::with_prefix("ops");
                let families = Self { $($name: registered(&mut registry, $register, $help)),+ };
                (families, registry)
            }
        }

        /// The name of every family as its samples have it, without the prefix.
        #[cfg(test)]
        pub(super) const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}

// The field is the family's full name; a counter registers without `_total`, which the encoder adds.
families! {
    http_requests_total: Family<Answered, Counter> = "http_requests", "Requests answered";
    http_request_duration_seconds: Family<Timed, Histogram, InSeconds> = "http_request_duration_seconds", "Time from the head of a request to the head of its answer";
    store_commit_duration_seconds: Family<OfChange, Histogram, InSeconds> = "store_commit_duration_seconds", "Time of one commit, refused ones included";
    store_conflicts_total: Family<OfChange, Counter> = "store_conflicts", "Commits that found the world changed and were decided again";
    store_pool_connections: Family<OfState, Gauge> = "store_pool_connections", "Connections of the pool, and callers that wait for one";
    outbox_unpublished: Gauge = "outbox_unpublished", "Committed events that the event stream does not have yet";
    outbox_oldest_age_seconds: Real = "outbox_oldest_age_seconds", "Age of the oldest event that the event stream does not have yet";
    events_published_total: Counter = "events_published", "Events that the event stream has taken";
    event_publish_failures_total: Family<OfReason, Counter> = "event_publish_failures", "Times that the event stream did not take an event";
    event_stream_missing: Gauge = "event_stream_missing", "Whether the event stream does not exist";
    audit_sealed_entries: Gauge = "audit_sealed_entries", "Entries of the audit trail that are sealed";
    audit_chain_broken: Gauge = "audit_chain_broken", "1 when the chain over the audit trail is not the one that this process has seen, or ends without a seal of ours";
    audit_unsealed_age_seconds: Real = "audit_unsealed_age_seconds", "Age of the oldest entry of the audit trail that is not sealed yet";
    secret_store_up: Gauge = "secret_store_up", "Whether the secret store answers";
    secret_requests_total: Family<OfSecret, Counter> = "secret_requests", "Requests to the secret store";
    secret_token_expiry_timestamp_seconds: Gauge = "secret_token_expiry_timestamp_seconds", "When our token for the secret store ends; 0 without one and when it has no end";
    secret_dangling: Gauge = "secret_dangling", "Credentials whose secret should be there and is not, as this replica last saw it";
    sweep_disabled: Gauge = "sweep_disabled", "Whether destructive sweeps stand still after a restore";
    credential_leases_total: Family<OfOutcome, Counter> = "credential_leases", "Connections that lease requests named";
    health_samples_total: Family<OfOutcome, Counter> = "health_samples", "Samples that connectors sent";
    health_late_samples_total: Counter = "health_late_samples", "Samples that came after their window was judged";
    connections: Family<OfState, Gauge> = "connections", "Connections by the state of their health";
    operators: Family<OfState, Gauge> = "operators", "Operators by the state of their health";
    connection_not_healthy: Family<OfConnection, Gauge> = "connection_not_healthy", "Connections that are not healthy, the first 500";
    operator_not_healthy: Family<OfOperator, Gauge> = "operator_not_healthy", "Operators that are not healthy";
    spec_overrides_active: Family<OfField, Gauge> = "spec_overrides_active", "Reasons of connections to leave the standard, by the limit that they lift";
    routing_view_version: Gauge = "routing_view_version", "Version of the routing view within its epoch";
    routing_rules: Gauge = "routing_rules", "Rules of the routing view";
    routing_resolve_total: Family<OfOutcome, Counter> = "routing_resolve", "Requests resolved";
    auth_failures_total: Family<OfReason, Counter> = "auth_failures", "Callers that were not let in";
    task_last_success_timestamp_seconds: Family<OfScopedTask, Real> = "task_last_success_timestamp_seconds", "When the task last did its work, 0 before the first time";
    task_period_seconds: Family<OfScopedTask, Real> = "task_period_seconds", "How often the task is meant to do its work";
    task_leader: Family<OfTask, Gauge> = "task_leader", "Whether this replica leads the task";
    ready: Gauge = "ready", "Whether the process takes requests";
    tls_certificate_expiry_timestamp_seconds: Family<OfListener, Gauge> = "tls_certificate_expiry_timestamp_seconds", "When the listener's certificate ends";
    tls_certificate_not_before_timestamp_seconds: Family<OfListener, Gauge> = "tls_certificate_not_before_timestamp_seconds", "When the listener's certificate began";
    tls_reload_failures_total: Family<OfListener, Counter> = "tls_reload_failures", "Looks at changed certificates that could not be used, so that the old ones stayed";
    build_info: Family<Build, Gauge> = "build_info", "Always 1; its labels tell what runs";
}

fn registered<M: Metric + Clone + Made>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::made();
    registry.register(name, help, metric.clone());
    metric
}

/// How a metric or family begins.
trait Made {
    fn made() -> Self;
}

impl Made for Gauge {
    fn made() -> Self {
        Self::default()
    }
}

impl Made for Real {
    fn made() -> Self {
        Self::default()
    }
}

impl Made for Counter {
    fn made() -> Self {
        Self::default()
    }
}

impl<L: Clone + std::hash::Hash + Eq, M: Default> Made for Family<L, M> {
    fn made() -> Self {
        Self::default()
    }
}

impl<L: Clone + std::hash::Hash + Eq> Made for Family<L, Histogram, InSeconds> {
    fn made() -> Self {
        Self::new_with_constructor(InSeconds)
    }
}
