//! Routing: who gets which destination. This engine is the plain scan over every rule in order: slow, obvious, and the
//! oracle that any faster engine is compared with.
//!
//! Read in this order: [`Destination`] and [`Rule`], [`order`] (which rule comes first), [`rendezvous`] (which target
//! comes first), [`View`] and [`Request`], [`resolve`].

mod destination;
mod rule;
mod create;
mod delete;
mod publish;
pub mod order;
pub mod rendezvous;
mod view;
mod request;
mod resolve;
mod explain;

#[cfg(test)]
mod sample;

pub use create::{Create, NewTarget, TargetConnection, create};
pub use delete::delete;
pub use destination::{Destination, DestinationFields, Match, NetworkSource, Number, Prefix};
pub use explain::{Reason, RuleExplained, RuleOutcome, TargetExplained};
pub use request::{Attempt, Exclude, PlmnSource, Request, RequestNetwork, SplitKey};
pub use resolve::{Answer, Candidate, Outcome, resolve, resolve_explained};
pub use rule::{FailoverOn, Note, OnNoTarget, Precedence, Rule, RuleFields, RuleName, Target, Tier, Weight};
pub use view::{Eligibility, View};

use crate::id::{ConnectionId, RuleId};

/// What a decision about a rule relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// None of these connections is deleted.
    TargetsAlive(Vec<ConnectionId>),
    /// The rule is still there, at this version.
    Rule(RuleId, i64),
}

/// What is stored of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a change holds one or two writes, and readers match the rule itself"
)]
pub enum Write {
    /// The rule with its targets.
    Put(Rule),
    /// The rule is gone.
    Delete(RuleId),
}
