//! Deleting a rule: from now on it is not tried.

use super::{Expect, Rule, Write, publish};
use crate::{Change, Stamp, audit::Difference, change::ChangeName};

/// The rule is gone, unless it changed meanwhile.
#[must_use]
pub fn delete(rule: &Rule, stamp: &Stamp) -> Change {
    let change = Change::new(ChangeName::RuleDelete, stamp)
        .expect(Expect::Rule(rule.id, rule.version))
        .write(Write::Delete(rule.id));
    let differences = [
        gone(Difference::set("name", &rule.name)),
        gone(Difference::set("targets", publish::target_ids(rule))),
    ];
    publish::publish(change, rule, differences, &mut stamp.mint(), stamp)
}

/// The difference of a field that is not there any more.
fn gone(set: Difference) -> Difference {
    Difference { field: set.field, old: set.new, new: set.old }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value::Null, json};

    use super::*;
    use crate::{
        audit::AuditEntry,
        change,
        event::{Changed, Updated},
        routing::sample::{connection_id, difference, minted, operator_id, rule, stamp, told, written},
    };

    #[test]
    fn a_deleted_rule_tells_every_operator_it_targeted_and_relies_on_its_version() {
        let rule = rule(7, r#"{"prefix":"49"}"#).target(2, 0, 1).target(1, 1, 1).version(5).build();
        let change = delete(&rule, &stamp());
        assert_eq!((change.name, change.at), (ChangeName::RuleDelete, stamp().at()));
        assert_eq!(change.expects, [change::Expect::Routing(Expect::Rule(rule.id, 5))]);
        assert_eq!(written(&change), &Write::Delete(rule.id));
        let routing = || Updated { changes: vec![Changed::routing(rule.id)], operator: None };
        assert_eq!(told(&change), [(operator_id(1), routing()), (operator_id(2), routing())]);
        assert_eq!(change.locked_operators(), [operator_id(1), operator_id(2)]);
        assert!(change.moves_view);
    }

    #[test]
    fn the_audit_trail_shows_what_a_deleted_rule_was() {
        let rule = rule(7, r#"{"prefix":"49"}"#).target(2, 0, 1).target(1, 1, 1).build();
        // two events have theirs before it
        let id = minted(2);
        let entry = AuditEntry::new(id, ChangeName::RuleDelete, Some(operator_id(2)), rule.id, &stamp())
            .with([
                difference("name", json!("rule"), Null),
                difference("targets", json!([connection_id(2), connection_id(1)]), Null),
            ]);
        assert_eq!(delete(&rule, &stamp()).audit, [entry]);
    }

    #[test]
    fn a_deleted_block_rule_tells_no_operator_and_still_moves_the_view() {
        let change = delete(&rule(7, r#"{"any":true}"#).rejecting().build(), &stamp());
        assert_eq!(told(&change), []);
        assert_eq!((change.audit.len(), change.audit[0].operator_id), (1, None));
        assert!(change.moves_view);
    }
}
