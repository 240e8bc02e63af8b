//! Why a rule or target was not chosen: the sink that a resolve tells, which plain answers leave out.

use crate::{
    id::{ConnectionId, RuleId},
    text_rule::word_list,
};

word_list! {
    /// Why a rule was skipped or a target not chosen.
    Reason {
        /// The destination is not the rule's.
        Destination = "destination",
        /// The rule is about networks, and the request names none.
        NetworkNotGiven = "network_not_given",
        /// The request's network is only a guess from the prefix.
        NetworkNotTrusted = "network_not_trusted",
        /// The rule is switched off.
        RuleDisabled = "rule_disabled",
        /// The target is switched off.
        TargetDisabled = "target_disabled",
        /// The connection is not enabled, or gone.
        ConnectionNotEnabled = "connection_not_enabled",
        /// The operator takes no traffic.
        OperatorNotActive = "operator_not_active",
        /// A planned window stands open.
        Maintenance = "maintenance",
        /// The connection is down.
        HealthDown = "health_down",
        /// The request excludes the connection or its operator.
        Excluded = "excluded",
        /// The message came from this operator.
        Origin = "origin",
        /// It is degraded, and a later tier has a healthy target.
        DegradedFailover = "degraded_failover",
        /// It may be used, but another target comes first.
        LowerInOrder = "lower_in_order",
    }
}

word_list! {
    /// How a considered rule ended.
    RuleOutcome {
        /// It gave the route.
        Chosen = "chosen",
        /// Its conditions do not hold.
        Skipped = "skipped",
        /// None of its targets is usable, and the next rule was tried.
        Exhausted = "exhausted",
        /// None of its targets is usable, and it rejects.
        Rejected = "rejected",
    }
}

/// How one considered rule ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleExplained {
    /// The rule.
    pub rule_id: RuleId,
    /// How it ended.
    pub outcome: RuleOutcome,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Its targets that were not chosen; none for a skipped rule.
    pub targets: Vec<TargetExplained>,
}

/// Why a target was not chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct TargetExplained {
    /// The connection.
    pub connection_id: ConnectionId,
    /// Why not.
    pub reason: Reason,
}

/// Hears what a resolve sees.
pub(super) trait Sink {
    /// The conditions of a rule do not hold.
    fn skipped(&mut self, rule_id: RuleId, reason: Reason);
    /// A target of the rule that is being considered is not chosen.
    fn passed_over(&mut self, connection_id: ConnectionId, reason: Reason);
    /// The rule that was being considered ended.
    fn ended(&mut self, rule_id: RuleId, outcome: RuleOutcome);
}

/// Hears nothing: a plain answer builds no explanation.
pub(super) struct Silent;

impl Sink for Silent {
    fn skipped(&mut self, _: RuleId, _: Reason) {}
    fn passed_over(&mut self, _: ConnectionId, _: Reason) {}
    fn ended(&mut self, _: RuleId, _: RuleOutcome) {}
}

/// Writes everything down.
#[derive(Default)]
pub(super) struct Explanation {
    rules: Vec<RuleExplained>,
    targets: Vec<TargetExplained>,
}

impl Explanation {
    /// Every rule considered, in order.
    pub(super) fn into_rules(self) -> Vec<RuleExplained> {
        self.rules
    }
}

impl Sink for Explanation {
    fn skipped(&mut self, rule_id: RuleId, reason: Reason) {
        let (outcome, reason) = (RuleOutcome::Skipped, Some(reason));
        self.rules.push(RuleExplained { rule_id, outcome, reason, targets: Vec::new() });
    }

    fn passed_over(&mut self, connection_id: ConnectionId, reason: Reason) {
        self.targets.push(TargetExplained { connection_id, reason });
    }

    fn ended(&mut self, rule_id: RuleId, outcome: RuleOutcome) {
        let targets = std::mem::take(&mut self.targets);
        self.rules.push(RuleExplained { rule_id, outcome, reason: None, targets });
    }
}
