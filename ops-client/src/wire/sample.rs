//! The batch of health samples on the wire. Which values a sample may have is the core's to say: [`Sample::check`].

mod part;

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use jiff::Timestamp;
use ops_core::{
    Fault, InvalidRule as Rule, Mark,
    health::Sample,
    id::{ConnectionId, RunId},
    limits,
};
use utoipa::{
    ToSchema,
    openapi::{
        RefOr,
        schema::{OneOfBuilder, Schema},
    },
};

use self::part::{BindsFields, CohortFields, SessionFields, StatusCountFields};
use super::{
    count::{Count, Whole},
    rule::{self, Described},
};
use crate::faults::Faults;

/// What connectors observed: 1 to 1000 samples.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub struct SampleBatch {
    #[deserr(try_from(Vec<Sample>) = some -> Vec<Fault>)]
    #[schema(schema_with = samples)]
    samples: Vec<Sample>,
}

impl SampleBatch {
    /// The samples, in the order they were sent.
    #[must_use]
    pub fn into_samples(self) -> Vec<Sample> {
        let Self { samples } = self;
        samples
    }
}

fn some(samples: Vec<Sample>) -> Result<Vec<Sample>, Vec<Fault>> {
    if samples.is_empty() || samples.len() > limits::SAMPLES_PER_BATCH {
        let message = format!("must have 1 to {} entries", limits::SAMPLES_PER_BATCH);
        return Err(vec![Fault::new("", Rule::Length, message)]);
    }
    Ok(samples)
}

impl Deserr<Faults> for Sample {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        let sample = SampleFields::deserialize_from_value(value, place)?.into_sample();
        let faults = sample.check();
        if faults.is_empty() { Ok(sample) } else { Err(Faults::below(place, faults)) }
    }
}

/// One connector's share of one connection in one window. Counts are 0 when they are absent.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = Sample)]
struct SampleFields {
    #[schema(schema_with = rule::of::<ConnectionId>)]
    connection_id: ConnectionId,
    #[schema(schema_with = connector_id)]
    connector_id: String,
    #[schema(schema_with = rule::of::<RunId>)]
    run_id: RunId,
    #[schema(schema_with = seq)]
    seq: Whole,
    #[schema(schema_with = rule::of::<Timestamp>)]
    window_start: Timestamp,
    #[schema(schema_with = window_s)]
    window_s: Whole,
    #[schema(schema_with = sessions)]
    sessions: Vec<SessionFields>,
    #[deserr(default)]
    #[schema(schema_with = version)]
    config_version: Option<Whole>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Mark>)]
    view_version: Option<String>,
    #[deserr(default)]
    #[schema(required = false, schema_with = binds)]
    binds: BindsFields,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    submitted: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    ok: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    throttled: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    rejected_message: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    operator_error: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    no_answer: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = statuses)]
    by_status: Vec<StatusCountFields>,
    #[deserr(default)]
    #[schema(required = false, schema_with = latencies)]
    submit_ms: Vec<Count>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    enquire_sent: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    enquire_missed: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = cohorts)]
    receipts: Vec<CohortFields>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    mo_total: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    window_full_ms: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    throttled_ms: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    queue_depth: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    reconnects: Count,
}

impl SampleFields {
    fn into_sample(self) -> Sample {
        let Self {
            connection_id,
            connector_id,
            run_id,
            seq,
            window_start,
            window_s,
            sessions,
            config_version,
            view_version,
            binds,
            submitted,
            ok,
            throttled,
            rejected_message,
            operator_error,
            no_answer,
            by_status,
            submit_ms,
            enquire_sent,
            enquire_missed,
            receipts,
            mo_total,
            window_full_ms,
            throttled_ms,
            queue_depth,
            reconnects,
        } = self;
        Sample {
            connection_id,
            connector_id,
            run_id,
            seq: seq.0,
            window_start,
            window_s: window_s.0,
            sessions: sessions.into_iter().map(SessionFields::into_session).collect(),
            config_version: config_version.map(|version| version.0),
            view_version,
            binds: binds.into_binds(),
            submitted: submitted.0,
            ok: ok.0,
            throttled: throttled.0,
            rejected_message: rejected_message.0,
            operator_error: operator_error.0,
            no_answer: no_answer.0,
            by_status: by_status.into_iter().map(StatusCountFields::into_status_count).collect(),
            submit_ms: submit_ms.into_iter().map(|count| count.0).collect(),
            enquire_sent: enquire_sent.0,
            enquire_missed: enquire_missed.0,
            receipts: receipts.into_iter().map(CohortFields::into_cohort).collect(),
            mo_total: mo_total.0,
            window_full_ms: window_full_ms.0,
            throttled_ms: throttled_ms.0,
            queue_depth: queue_depth.0,
            reconnects: reconnects.0,
        }
    }
}

fn samples() -> RefOr<Schema> {
    RefOr::T(rule::list_of(rule::inline::<SampleFields>(), 1, Some(limits::SAMPLES_PER_BATCH)))
}

fn connector_id() -> RefOr<Schema> {
    RefOr::T(rule::text(&Sample::CONNECTOR_ID).into())
}

fn seq() -> RefOr<Schema> {
    rule::within(Sample::SEQ)
}

fn window_s() -> RefOr<Schema> {
    rule::within(Sample::WINDOW_S)
}

fn version() -> RefOr<Schema> {
    rule::within_or_null(Sample::VERSION)
}

fn sessions() -> RefOr<Schema> {
    RefOr::T(rule::list_of(rule::inline::<SessionFields>(), 0, Some(limits::SESSIONS_PER_SAMPLE)))
}

fn binds() -> RefOr<Schema> {
    RefOr::T(rule::inline::<BindsFields>())
}

fn statuses() -> RefOr<Schema> {
    RefOr::T(rule::list_of(rule::inline::<StatusCountFields>(), 0, Some(limits::STATUSES_PER_SAMPLE)))
}

fn latencies() -> RefOr<Schema> {
    let of = |count: usize| rule::list_of(Count::described(), count, Some(count));
    RefOr::T(OneOfBuilder::new().item(of(limits::LATENCY_BUCKETS)).item(of(0)).into())
}

fn cohorts() -> RefOr<Schema> {
    RefOr::T(rule::list_of(rule::inline::<CohortFields>(), 0, Some(limits::COHORTS_PER_SAMPLE)))
}
