//! The rule: for whom, through which connections, in which order.

use std::ops::Deref;

use jiff::Timestamp;

use super::Match;
use crate::{
    id::{ConnectionId, OperatorId, RuleId},
    number_rule::number_value,
    text_rule::{TextRule, any_text, text_value, word_list},
    text_shape::{TRIM_HINT, TRIMMED, is_trimmed},
};

text_value! {
    /// What people call a rule.
    RuleName,
    TextRule {
        min: 1,
        max: 128,
        pattern: Some(TRIMMED),
        accepts: is_trimmed,
        hint: TRIM_HINT,
    }
}

text_value! {
    /// Why a target is there, in a person's words.
    Note,
    TextRule { min: 1, max: 255, pattern: None, accepts: any_text, hint: "" }
}

number_value! {
    /// Which rule is tried first: the lower number.
    Precedence, 0, 65_535, default 1000
}

number_value! {
    /// Order of failover: tier 0 is tried first.
    Tier, 0, 255, default 0
}

number_value! {
    /// A target's share within its tier.
    Weight, 1, 10_000, default 1
}

word_list! {
    /// What a rule does when none of its targets is usable.
    #[derive(Default)]
    OnNoTarget {
        /// The next rule is tried.
        #[default]
        NextRule = "next_rule",
        /// The message is refused here.
        Reject = "reject",
    }
}

word_list! {
    /// From which health on a target gives way to a later tier.
    #[derive(Default)]
    FailoverOn {
        /// Only when it is down.
        #[default]
        Down = "down",
        /// Also when it is degraded, while a later tier has a healthy target.
        Degraded = "degraded",
    }
}

/// One connection that a rule may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The connection.
    pub connection_id: ConnectionId,
    /// Whose it is; filled in by the decision, never by a caller.
    pub operator_id: OperatorId,
    /// Order of failover.
    pub tier: Tier,
    /// Share within the tier.
    pub weight: Weight,
    /// Whether it may be chosen.
    pub enabled: bool,
    /// From which health on it gives way.
    pub failover_on: FailoverOn,
    /// Why it is there.
    pub note: Option<Note>,
}

/// A rule. Its fields are read through [`RuleFields`]; only decisions make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule(RuleFields);

/// Every field of a rule, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFields {
    /// Ours.
    pub id: RuleId,
    /// What people call it.
    pub name: RuleName,
    /// Whether it is tried.
    pub enabled: bool,
    /// Lower is tried first.
    pub precedence: Precedence,
    /// What must hold for it to be tried; `match` in JSON.
    pub matches: Match,
    /// Whom it chooses from; empty only for a rule that rejects.
    pub targets: Vec<Target>,
    /// What happens when no target is usable.
    pub on_no_target: OnNoTarget,
    /// Counts changes of the rule; starts at 1.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// Whose token created it.
    pub created_by: String,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Whose token changed it.
    pub updated_by: String,
}

impl Rule {
    /// A rule as it was stored.
    #[must_use]
    pub const fn restore(fields: RuleFields) -> Self {
        Self(fields)
    }

    /// Its fields, to be stored: destructure them, so that a new field breaks the build where someone must decide.
    #[must_use]
    pub const fn fields(&self) -> &RuleFields {
        &self.0
    }

    /// The operators of its targets, each once, ascending.
    #[must_use]
    pub fn operators(&self) -> Vec<OperatorId> {
        let mut ids: Vec<_> = self.targets.iter().map(|target| target.operator_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

impl Deref for Rule {
    type Target = RuleFields;
    fn deref(&self) -> &RuleFields {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Number, Text,
        routing::sample::{operator_id, rule},
    };

    #[test]
    fn numbers_of_a_rule_have_their_ranges_and_defaults() {
        let accepts =
            |parse: fn(i64) -> bool, min, max| parse(min) && parse(max) && !parse(min - 1) && !parse(max + 1);
        assert!(accepts(|n| Precedence::parse(n).is_ok(), 0, 65_535));
        assert!(accepts(|n| Tier::parse(n).is_ok(), 0, 255));
        assert!(accepts(|n| Weight::parse(n).is_ok(), 1, 10_000));
        let defaults = (Precedence::default().get(), Tier::default().get(), Weight::default().get());
        assert_eq!(defaults, (1000, 0, 1));
        assert_eq!((OnNoTarget::default(), FailoverOn::default()), (OnNoTarget::NextRule, FailoverOn::Down));
    }

    #[test]
    fn a_name_is_trimmed_text() {
        assert!(RuleName::parse("Germany, premium").is_ok());
        for bad in ["", " a", "a ", &"a".repeat(129)] {
            assert!(RuleName::parse(bad).is_err(), "{bad:?}");
        }
        assert!(RuleName::parse(&"ä".repeat(128)).is_ok());
    }

    #[test]
    fn a_note_is_any_text_of_1_to_255_characters() {
        for good in [" ", "until the contract ends ", &"ä".repeat(255)] {
            assert_eq!(Note::parse(good).unwrap().as_str(), good);
        }
        assert!(Note::parse("").is_err() && Note::parse(&"a".repeat(256)).is_err());
    }

    #[test]
    fn a_rule_names_each_operator_of_its_targets_once_and_ascending() {
        let rule = rule(1, r#"{"any":true}"#).target(3, 0, 1).target(1, 0, 1).target(2, 1, 1);
        let mut fields = rule.build().fields().clone();
        assert_eq!(Rule::restore(fields.clone()).operators(), [1, 2, 3].map(operator_id));
        fields.targets[1].operator_id = operator_id(3);
        assert_eq!(Rule::restore(fields).operators(), [2, 3].map(operator_id));
    }
}
