//! The routing rule on the wire: create, and how it is shown.

use deserr::Deserr;
use jiff::Timestamp;
use ops_core::{
    Fault, InvalidRule,
    id::{ConnectionId, OperatorId, RuleId},
    limits,
    routing::{self, FailoverOn, Match, NewTarget, Note, OnNoTarget, Precedence, RuleName, Tier, Weight},
};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::{destination::MatchFields, rule};
use crate::faults::Faults;

/// A new rule; it is live at once.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub struct RuleCreate {
    #[schema(schema_with = rule::of::<RuleName>)]
    name: RuleName,
    #[deserr(default = true)]
    #[schema(required = false, schema_with = on)]
    enabled: bool,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<Precedence>)]
    precedence: Precedence,
    #[deserr(rename = "match", from(MatchFields) = MatchFields::into_match)]
    #[schema(rename = "match", value_type = MatchFields)]
    matches: Match,
    #[deserr(try_from(Vec<TargetCreate>) = into_targets -> Vec<Fault>)]
    #[schema(schema_with = created_targets)]
    targets: Vec<NewTarget>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<OnNoTarget>)]
    on_no_target: OnNoTarget,
}

impl RuleCreate {
    /// The command.
    #[must_use]
    pub fn into_command(self) -> routing::Create {
        let Self { name, enabled, precedence, matches, targets, on_no_target } = self;
        routing::Create { name, enabled, precedence, matches, targets, on_no_target }
    }
}

/// One connection that the rule may choose.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub struct TargetCreate {
    #[schema(schema_with = rule::of::<ConnectionId>)]
    connection_id: ConnectionId,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<Tier>)]
    tier: Tier,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<Weight>)]
    weight: Weight,
    #[deserr(default = true)]
    #[schema(required = false, schema_with = on)]
    enabled: bool,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<FailoverOn>)]
    failover_on: FailoverOn,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Note>)]
    note: Option<Note>,
}

/// How many there may be depends on the rule, which the core checks; more than any rule may have are refused here.
fn into_targets(targets: Vec<TargetCreate>) -> Result<Vec<NewTarget>, Vec<Fault>> {
    if targets.len() > limits::TARGETS_MAX {
        let message = format!("must have at most {} entries", limits::TARGETS_MAX);
        return Err(vec![Fault::new("", InvalidRule::Length, message)]);
    }
    Ok(targets.into_iter().map(TargetCreate::into_target).collect())
}

impl TargetCreate {
    fn into_target(self) -> NewTarget {
        let Self { connection_id, tier, weight, enabled, failover_on, note } = self;
        NewTarget { connection_id, tier, weight, enabled, failover_on, note }
    }
}

fn on() -> RefOr<Schema> {
    rule::with_default(&true)
}

fn created_targets() -> RefOr<Schema> {
    RefOr::T(rule::list_of(rule::inline::<TargetCreate>(), 0, Some(limits::TARGETS_MAX)))
}

/// A rule as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Rule {
    #[schema(schema_with = rule::of::<RuleId>)]
    id: RuleId,
    #[schema(schema_with = rule::of::<RuleName>)]
    name: RuleName,
    enabled: bool,
    /// Lower is tried first.
    #[schema(schema_with = rule::of::<Precedence>)]
    precedence: Precedence,
    #[serde(rename = "match")]
    #[schema(value_type = MatchFields)]
    matches: Match,
    targets: Vec<Target>,
    #[schema(schema_with = rule::of::<OnNoTarget>)]
    on_no_target: OnNoTarget,
    version: i64,
    #[schema(schema_with = rule::of::<Timestamp>)]
    created_at: Timestamp,
    created_by: String,
    #[schema(schema_with = rule::of::<Timestamp>)]
    updated_at: Timestamp,
    updated_by: String,
}

/// One connection that a rule may choose, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RuleTarget)]
pub struct Target {
    #[schema(schema_with = rule::of::<ConnectionId>)]
    connection_id: ConnectionId,
    #[schema(schema_with = rule::of::<OperatorId>)]
    operator_id: OperatorId,
    #[schema(schema_with = rule::of::<Tier>)]
    tier: Tier,
    #[schema(schema_with = rule::of::<Weight>)]
    weight: Weight,
    enabled: bool,
    #[schema(schema_with = rule::of::<FailoverOn>)]
    failover_on: FailoverOn,
    #[schema(required, schema_with = rule::nullable::<Note>)]
    note: Option<Note>,
}

impl Rule {
    /// The answer to a read or a write.
    #[must_use]
    pub fn of(rule: &routing::Rule) -> Self {
        let routing::RuleFields {
            id,
            name,
            enabled,
            precedence,
            matches,
            targets,
            on_no_target,
            version,
            created_at,
            created_by,
            updated_at,
            updated_by,
        } = rule.fields().clone();
        Self {
            id,
            name,
            enabled,
            precedence,
            matches,
            targets: targets.into_iter().map(Target::of).collect(),
            on_no_target,
            version,
            created_at,
            created_by,
            updated_at,
            updated_by,
        }
    }
}

impl Target {
    fn of(target: routing::Target) -> Self {
        let routing::Target { connection_id, operator_id, tier, weight, enabled, failover_on, note } = target;
        Self { connection_id, operator_id, tier, weight, enabled, failover_on, note }
    }
}
