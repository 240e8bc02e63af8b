//! The door to every metric: typed setters and counters, and the text that Prometheus reads.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use ops_core::{
    Mark,
    change::ChangeName,
    connection::SpecField,
    health::State,
    id::{ConnectionId, OperatorId},
    routing::Outcome,
    text_rule::Word,
};
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::{
    Format,
    exposition::expose,
    families::{
        Answered, Build, Families, OfChange, OfConnection, OfField, OfListener, OfOperator, OfOutcome,
        OfReason, OfScopedTask, OfSecret, OfState, OfTask, Real, Timed,
    },
    label::{
        AuthReason, LeaseOutcome, Listener, PublishFailure, SampleOutcome, SecretOperation, SecretOutcome,
        TaskScope, method,
    },
    not_healthy::Shown,
};
use crate::http::token::Rejected;

/// Most connections that are shown one by one: past it something common has failed, and the count says so.
const NOT_HEALTHY_MAX: usize = 500;

/// The commonest refusals of a token: the label is there before the first one, so that an alert sees it rise.
const TOKEN_REASONS: [Rejected; 4] =
    [Rejected::Missing, Rejected::Expired, Rejected::Signature, Rejected::UnknownKey];

/// All metrics of the process. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    families: Families,
    registry: Registry,
    connections: Shown<OfConnection>,
    operators: Shown<OfOperator>,
}

impl Metrics {
    /// Makes every family. Closed lists start at 0, so that the first failure is an increase.
    #[must_use]
    pub fn new(
        version: &'static str,
        store: &'static str,
        secrets: &'static str,
        events: &'static str,
    ) -> Self {
        let (families, registry) = Families::register();
        families.build_info.get_or_create(&Build { version, store, secrets, events }).set(1);
        start(&families.credential_leases_total, LeaseOutcome::words().map(|outcome| OfOutcome { outcome }));
        let samples = SampleOutcome::ALL.iter().map(|outcome| OfOutcome { outcome: outcome.as_str() });
        start(&families.health_samples_total, samples);
        start(&families.routing_resolve_total, Outcome::WORDS.iter().map(|outcome| OfOutcome { outcome }));
        let reasons = [AuthReason::Forbidden].into_iter().chain(TOKEN_REASONS.map(AuthReason::Token));
        start(&families.auth_failures_total, reasons.map(|reason| OfReason { reason: reason.as_str() }));
        let failures = PublishFailure::ALL.iter().map(|reason| OfReason { reason: reason.as_str() });
        start(&families.event_publish_failures_total, failures);
        let inner = Inner { families, registry, connections: Shown::nothing(), operators: Shown::nothing() };
        let metrics = Self(Arc::new(inner));
        metrics.set_connections(&BTreeMap::new());
        metrics.set_operators(&BTreeMap::new());
        metrics.set_spec_overrides(&BTreeMap::new());
        metrics
    }

    /// A request was answered; `route` is the pattern that matched.
    pub fn request_answered(
        &self,
        listener: Listener,
        method_of: &axum::http::Method,
        route: &str,
        status: u16,
        after: Duration,
    ) {
        let (listener, route) = (listener.as_str(), route.to_owned());
        let timed = Timed { listener, route: route.clone() };
        self.all().http_request_duration_seconds.get_or_create(&timed).observe(after.as_secs_f64());
        let answered = Answered { listener, method: method(method_of), route, status };
        self.all().http_requests_total.get_or_create(&answered).inc();
    }

    /// A commit ended after that time, one way or the other.
    pub fn commit_ended(&self, change: ChangeName, after: Duration) {
        let labels = OfChange { change: change.as_str() };
        self.all().store_commit_duration_seconds.get_or_create(&labels).observe(after.as_secs_f64());
    }

    /// A commit found the world changed.
    pub fn commit_conflicted(&self, change: ChangeName) {
        self.all().store_conflicts_total.get_or_create(&OfChange { change: change.as_str() }).inc();
    }

    /// The pool now has so many connections at rest and at work, and so many callers wait for one.
    pub fn set_pool(&self, idle: usize, in_use: usize, waiting: usize) {
        for (state, count) in [("idle", idle), ("in_use", in_use), ("waiting", waiting)] {
            self.all().store_pool_connections.get_or_create(&OfState { state }).set(whole(count));
        }
    }

    /// So many events wait for the event stream, the oldest since so many seconds.
    pub fn set_outbox(&self, unpublished: u64, oldest_age_s: f64) {
        self.all().outbox_unpublished.set(whole(unpublished));
        self.all().outbox_oldest_age_seconds.set(oldest_age_s);
    }

    /// The chain over the audit trail is the one that was seen, and so many of its entries are sealed.
    pub fn set_audit_sealed(&self, entries: i64) {
        self.all().audit_sealed_entries.set(entries);
        self.all().audit_chain_broken.set(0);
    }

    /// The chain over the audit trail is not the one that was seen; what of it is sealed counts no more.
    pub fn set_audit_broken(&self) {
        self.all().audit_chain_broken.set(1);
    }

    /// The oldest entry of the audit trail that is not sealed was decided so many seconds ago; 0 without one.
    pub fn set_audit_age(&self, seconds: f64) {
        self.all().audit_unsealed_age_seconds.set(seconds);
    }

    /// The event stream has taken so many more events.
    pub fn events_published(&self, count: u64) {
        self.all().events_published_total.inc_by(count);
    }

    /// The event stream did not take an event, so many times.
    pub fn events_refused(&self, reason: PublishFailure, times: u64) {
        let labels = OfReason { reason: reason.as_str() };
        self.all().event_publish_failures_total.get_or_create(&labels).inc_by(times);
    }

    /// Whether the event stream does not exist.
    pub fn set_event_stream_missing(&self, missing: bool) {
        self.all().event_stream_missing.set(missing.into());
    }

    /// Whether the secret store answers.
    pub fn set_secret_store_up(&self, up: bool) {
        self.all().secret_store_up.set(up.into());
    }

    /// The secret store was asked and answered.
    pub fn secret_requested(&self, operation: SecretOperation, outcome: SecretOutcome) {
        let labels = OfSecret { operation: operation.as_str(), outcome: outcome.as_str() };
        self.all().secret_requests_total.get_or_create(&labels).inc();
    }

    /// A lease request named so many connections that ended alike.
    pub fn leased(&self, outcome: LeaseOutcome, count: usize) {
        add(&self.all().credential_leases_total, outcome.as_str(), count);
    }

    /// A batch held so many samples that ended alike.
    pub fn samples(&self, outcome: SampleOutcome, count: usize) {
        add(&self.all().health_samples_total, outcome.as_str(), count);
    }

    /// So many samples came after their window was judged.
    pub fn late_samples(&self, count: usize) {
        self.all().health_late_samples_total.inc_by(count as u64);
    }

    /// How many connections there are in each state; a state that is not named has none.
    pub fn set_connections(&self, counts: &BTreeMap<State, u64>) {
        set_states(&self.all().connections, counts);
    }

    /// How many operators there are in each state; a state that is not named has none.
    pub fn set_operators(&self, counts: &BTreeMap<State, u64>) {
        set_states(&self.all().operators, counts);
    }

    /// The connections that are not healthy. Those that are, and all past the first 500 by id, are left out.
    pub fn set_connections_not_healthy(&self, states: impl IntoIterator<Item = (ConnectionId, State)>) {
        let not_healthy: BTreeMap<_, _> =
            states.into_iter().filter(|(_, state)| *state != State::Healthy).collect();
        let labels = |(id, state): (ConnectionId, State)| OfConnection {
            connection_id: id.to_string(),
            state: state.as_str(),
        };
        let wanted = not_healthy.into_iter().take(NOT_HEALTHY_MAX).map(labels);
        self.0.connections.show(&self.all().connection_not_healthy, wanted);
    }

    /// The operators that are not healthy. Those that are are left out.
    pub fn set_operators_not_healthy(&self, states: impl IntoIterator<Item = (OperatorId, State)>) {
        let wanted = states
            .into_iter()
            .filter(|(_, state)| *state != State::Healthy)
            .map(|(id, state)| OfOperator { operator_id: id.to_string(), state: state.as_str() });
        self.0.operators.show(&self.all().operator_not_healthy, wanted);
    }

    /// How many reasons to leave the standard are in force, by the limit that they lift; a limit that is not named has none.
    pub fn set_spec_overrides(&self, counts: &BTreeMap<SpecField, u64>) {
        for word in SpecField::WORDS {
            let count =
                counts.iter().find(|(field, _)| field.as_str() == *word).map_or(0, |(_, count)| *count);
            self.all().spec_overrides_active.get_or_create(&OfField { field: word }).set(whole(count));
        }
    }

    /// The routing view that answers now.
    pub fn set_view(&self, version: Mark, rules: usize) {
        self.all().routing_view_version.set(version.n);
        self.all().routing_rules.set(whole(rules));
    }

    /// A request was resolved.
    pub fn resolved(&self, outcome: Outcome) {
        self.all().routing_resolve_total.get_or_create(&OfOutcome { outcome: outcome.as_str() }).inc();
    }

    /// A caller was not let in.
    pub fn auth_failed(&self, reason: AuthReason) {
        self.all().auth_failures_total.get_or_create(&OfReason { reason: reason.as_str() }).inc();
    }

    /// A task that is meant to do its work once per `period`; it reports through what it gets here.
    #[must_use]
    pub fn task(&self, task: &'static str, scope: TaskScope, period: Duration) -> TaskMetrics {
        let labels = OfScopedTask { task, scope: scope.as_str() };
        self.all().task_period_seconds.get_or_create(&labels).set(period.as_secs_f64());
        TaskMetrics {
            last_success: self.all().task_last_success_timestamp_seconds.get_or_create_owned(&labels),
        }
    }

    /// Whether this replica leads a task.
    pub fn set_task_leader(&self, task: &'static str, leads: bool) {
        self.all().task_leader.get_or_create(&OfTask { task }).set(leads.into());
    }

    /// When our token for the secret store ends; nothing without one, and when it has no end.
    pub fn set_secret_token_expiry(&self, at: Option<Timestamp>) {
        self.all().secret_token_expiry_timestamp_seconds.set(at.map_or(0, Timestamp::as_second));
    }

    /// So many credentials have no secret where one should be.
    pub fn set_secret_dangling(&self, count: usize) {
        self.all().secret_dangling.set(whole(count));
    }

    /// Whether destructive sweeps stand still.
    pub fn set_sweep_disabled(&self, disabled: bool) {
        self.all().sweep_disabled.set(disabled.into());
    }

    /// Whether the process takes requests.
    pub fn set_ready(&self, ready: bool) {
        self.all().ready.set(ready.into());
    }

    /// From when until when the certificate of a listener holds.
    pub fn set_certificate(&self, listener: Listener, not_before: Timestamp, expiry: Timestamp) {
        let (all, labels) = (self.all(), OfListener { listener: listener.as_str() });
        all.tls_certificate_not_before_timestamp_seconds.get_or_create(&labels).set(not_before.as_second());
        all.tls_certificate_expiry_timestamp_seconds.get_or_create(&labels).set(expiry.as_second());
        // there before the first failure, so that it is an increase
        drop(all.tls_reload_failures_total.get_or_create(&labels));
    }

    /// Changed certificates of a listener could not be used.
    pub fn certificate_not_reloaded(&self, listener: Listener) {
        let labels = OfListener { listener: listener.as_str() };
        self.all().tls_reload_failures_total.get_or_create(&labels).inc();
    }

    /// Everything, as OpenMetrics 1.0 text.
    #[must_use]
    pub fn render(&self) -> String {
        self.render_as(Format::OpenMetrics)
    }

    /// Everything, in the form that the scraper asked for.
    #[must_use]
    pub fn render_as(&self, format: Format) -> String {
        expose(&self.0.registry, format)
    }

    fn all(&self) -> &Families {
        &self.0.families
    }
}

/// What one task reports.
#[derive(Clone)]
pub struct TaskMetrics {
    last_success: Real,
}

impl TaskMetrics {
    /// It has done its work.
    pub fn succeeded(&self, at: Timestamp) {
        self.last_success.set(at.as_millisecond() as f64 / 1000.0);
    }
}

fn start<L: Clone + std::hash::Hash + Eq>(family: &Family<L, Counter>, labels: impl Iterator<Item = L>) {
    for labels in labels {
        drop(family.get_or_create(&labels));
    }
}

fn add(family: &Family<OfOutcome, Counter>, outcome: &'static str, count: usize) {
    family.get_or_create(&OfOutcome { outcome }).inc_by(count as u64);
}

fn set_states(family: &Family<OfState, Gauge>, counts: &BTreeMap<State, u64>) {
    for word in State::WORDS {
        let count = counts.iter().find(|(state, _)| state.as_str() == *word).map_or(0, |(_, count)| *count);
        family.get_or_create(&OfState { state: word }).set(whole(count));
    }
}

/// A count as a gauge keeps it.
fn whole(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
