//! The resolve on the wire: what a caller knows about one message, and where it goes.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use jiff::Timestamp;
use ops_core::{
    Invalid, Mark, Text,
    id::{ConnectionId, OperatorId, RuleId},
    limits,
    network::{Mcc, Mnc, Plmn},
    routing::{
        Answer, Attempt, Candidate, Exclude, Number, Outcome, PlmnSource, Reason, Request, RuleExplained,
        RuleOutcome, SplitKey, Tier,
    },
};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};
use uuid::Uuid;

use super::rule::{self, Described};
use crate::faults::{self, Faults};

/// What a caller knows about one message.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub struct ResolveRequest {
    #[schema(schema_with = dialled)]
    destination: Number,
    #[deserr(default)]
    network: Option<RequestNetwork>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<SplitKey>)]
    split_key: Option<SplitKey>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<Attempt>)]
    attempt: Attempt,
    #[deserr(default, try_from(Vec<Uuid>) = Exclude::parse -> Invalid)]
    #[schema(required = false, schema_with = exclude)]
    exclude: Exclude,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<OperatorId>)]
    origin_operator_id: Option<OperatorId>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Timestamp>)]
    at: Option<Timestamp>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<bool>)]
    explain: bool,
}

/// The network of the destination, and how the caller knows it.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub struct RequestNetwork {
    #[schema(schema_with = rule::of::<Mcc>)]
    mcc: Mcc,
    #[schema(schema_with = rule::of::<Mnc>)]
    mnc: Mnc,
    #[schema(schema_with = rule::of::<PlmnSource>)]
    source: PlmnSource,
}

impl ResolveRequest {
    /// The request, sent `now` unless it says when, and whether to explain the answer.
    #[must_use]
    pub fn into_request(self, now: Timestamp) -> (Request, bool) {
        let Self { destination, network, split_key, attempt, exclude, origin_operator_id, at, explain } =
            self;
        let network = network.map(|RequestNetwork { mcc, mnc, source }| ops_core::routing::RequestNetwork {
            plmn: Plmn { mcc, mnc },
            source,
        });
        let at = at.unwrap_or(now);
        (Request { destination, network, split_key, attempt, exclude, origin_operator_id, at }, explain)
    }
}

impl Deserr<Faults> for Number {
    /// One leading `+` is allowed, as people write numbers.
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        faults::text(value, place, |raw| Self::parse_dialled(&raw))
    }
}

/// The rule of a number, with one `+` before it.
pub(super) fn dialled() -> RefOr<Schema> {
    let pattern = Number::RULE.shape().replacen('^', r"^\+?", 1);
    RefOr::T(rule::text(&Number::RULE).max_length(Some(Number::RULE.max + 1)).pattern(Some(pattern)).into())
}

fn exclude() -> RefOr<Schema> {
    RefOr::T(rule::list_of(Uuid::described(), 0, Some(limits::EXCLUDE_MAX)))
}

/// Where a message goes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResolveAnswer {
    #[schema(schema_with = rule::of::<Outcome>)]
    outcome: Outcome,
    /// The rule that gave the route or refused.
    #[schema(required, schema_with = rule::nullable::<RuleId>)]
    rule_id: Option<RuleId>,
    /// Connections to try, in this order.
    #[schema(value_type = Vec<CandidateShape>)]
    candidates: Vec<Candidate>,
    /// The view it was answered from.
    #[schema(schema_with = rule::of::<Mark>)]
    view_version: Mark,
    /// Every rule considered, when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Vec<RuleExplainedShape>>)]
    explain: Option<Vec<RuleExplained>>,
}

impl ResolveAnswer {
    /// The answer, with the explanation when there is one.
    #[must_use]
    pub fn of(answer: Answer, explain: Option<Vec<RuleExplained>>) -> Self {
        let Answer { outcome, rule_id, candidates, view_version } = answer;
        Self { outcome, rule_id, candidates, view_version, explain }
    }
}

/// One connection to try.
// The shape of `ops_core::routing::Candidate`.
#[derive(ToSchema)]
#[schema(as = Candidate)]
pub struct CandidateShape {
    /// The connection.
    #[schema(schema_with = rule::of::<ConnectionId>)]
    pub connection_id: ConnectionId,
    /// Whose it is.
    #[schema(schema_with = rule::of::<OperatorId>)]
    pub operator_id: OperatorId,
    /// Its tier in the rule.
    #[schema(schema_with = rule::of::<Tier>)]
    pub tier: Tier,
}

/// How one considered rule ended.
// The shape of `ops_core::routing::RuleExplained`.
#[derive(ToSchema)]
#[schema(as = RuleExplained)]
pub struct RuleExplainedShape {
    /// The rule.
    #[schema(schema_with = rule::of::<RuleId>)]
    pub rule_id: RuleId,
    /// How it ended.
    #[schema(schema_with = rule::of::<RuleOutcome>)]
    pub outcome: RuleOutcome,
    /// Why it was skipped.
    #[schema(schema_with = rule::of::<Reason>)]
    pub reason: Option<Reason>,
    /// Its targets that were not chosen.
    pub targets: Vec<TargetExplainedShape>,
}

/// Why a target was not chosen.
// The shape of `ops_core::routing::TargetExplained`.
#[derive(ToSchema)]
#[schema(as = TargetExplained)]
pub struct TargetExplainedShape {
    /// The connection.
    #[schema(schema_with = rule::of::<ConnectionId>)]
    pub connection_id: ConnectionId,
    /// Why not.
    #[schema(schema_with = rule::of::<Reason>)]
    pub reason: Reason,
}
