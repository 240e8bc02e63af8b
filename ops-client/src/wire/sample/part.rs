//! The parts of a sample: sessions, binds, answers by status, and cohorts of receipts.

use deserr::Deserr;
use jiff::Timestamp;
use ops_core::health::{Binds, Cohort, Sample, Session, SessionState, StatusCount};
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};

use crate::{
    faults::Faults,
    wire::{
        count::{Count, Octets4, Whole},
        rule,
    },
};

/// One session at the window's end.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = SampleSession)]
pub(super) struct SessionFields {
    #[schema(schema_with = slot)]
    slot: Whole,
    #[schema(schema_with = rule::of::<SessionState>)]
    state: SessionState,
    #[schema(schema_with = bound_ms)]
    bound_ms: Whole,
    #[deserr(default)]
    #[schema(schema_with = version)]
    credential_version: Option<Whole>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Timestamp>)]
    since: Option<Timestamp>,
}

impl SessionFields {
    pub(super) fn into_session(self) -> Session {
        let Self { slot, state, bound_ms, credential_version, since } = self;
        Session {
            slot: slot.0,
            state,
            bound_ms: bound_ms.0,
            credential_version: credential_version.map(|version| version.0),
            since,
        }
    }
}

fn slot() -> RefOr<Schema> {
    rule::within(Session::SLOT)
}

fn bound_ms() -> RefOr<Schema> {
    rule::within(Session::BOUND_MS)
}

fn version() -> RefOr<Schema> {
    rule::within_or_null(Sample::VERSION)
}

/// Bind attempts by outcome.
#[derive(Default, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = SampleBinds)]
pub(super) struct BindsFields {
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    bound: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    secret_refused: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    limit: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    config_refused: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    busy: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    unreachable: Count,
}

impl BindsFields {
    pub(super) fn into_binds(self) -> Binds {
        let Self { bound, secret_refused, limit, config_refused, busy, unreachable } = self;
        Binds {
            bound: bound.0,
            secret_refused: secret_refused.0,
            limit: limit.0,
            config_refused: config_refused.0,
            busy: busy.0,
            unreachable: unreachable.0,
        }
    }
}

/// Answers with one `command_status` (SMPP 3.4 §5.1.3).
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = SampleStatusCount)]
pub(super) struct StatusCountFields {
    #[schema(schema_with = rule::of::<Octets4>)]
    code: Octets4,
    #[schema(schema_with = rule::of::<Count>)]
    count: Count,
}

impl StatusCountFields {
    pub(super) fn into_status_count(self) -> StatusCount {
        let Self { code, count } = self;
        StatusCount { code: code.0, count: count.0 }
    }
}

/// Receipts of the messages that were sent in one stretch of five minutes.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = SampleCohort)]
pub(super) struct CohortFields {
    #[schema(schema_with = rule::of::<Timestamp>)]
    submit_bucket: Timestamp,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    requested: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    delivered: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    failed_operator: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    failed_subscriber: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    rejected: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    expired: Count,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Count>)]
    unknown: Count,
}

impl CohortFields {
    pub(super) fn into_cohort(self) -> Cohort {
        let Self {
            submit_bucket,
            requested,
            delivered,
            failed_operator,
            failed_subscriber,
            rejected,
            expired,
            unknown,
        } = self;
        Cohort {
            submit_bucket,
            requested: requested.0,
            delivered: delivered.0,
            failed_operator: failed_operator.0,
            failed_subscriber: failed_subscriber.0,
            rejected: rejected.0,
            expired: expired.0,
            unknown: unknown.0,
        }
    }
}
