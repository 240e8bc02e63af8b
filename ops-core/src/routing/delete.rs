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
    use super::*;
    use crate::{
        change,
        routing::sample::{operator_id, rule, stamp},
    };

    #[test]
    fn a_deleted_rule_tells_every_operator_it_targeted_and_relies_on_its_version() {
        let rule = rule(7, r#"{"prefix":"49"}"#).target(1, 0, 1).target(2, 1, 1).build();
        let change = delete(&rule, &stamp());
        assert_eq!(change.expects, [change::Expect::Routing(Expect::Rule(rule.id, 1))]);
        assert!(matches!(&change.writes[..], [change::Write::Routing(Write::Delete(id))] if *id == rule.id));
        assert_eq!(change.locked_operators(), [operator_id(1), operator_id(2)]);
        assert_eq!(change.audit.len(), 1);
        assert!(change.moves_view);
    }
}
