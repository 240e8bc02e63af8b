//! Creating a rule: live at once, for connections that exist.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Expect, FailoverOn, Match, Note, OnNoTarget, Precedence, Rule, RuleFields, RuleName, Target, Tier,
    Weight, Write,
};
use crate::{
    Change, Stamp,
    audit::Difference,
    change::ChangeName,
    id::{ConnectionId, OperatorId},
    invalid::{Fault, Rule as Broken},
    limits,
    stamp::Mint,
};

/// The values of a new rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    /// What people call it.
    pub name: RuleName,
    /// Whether it is tried.
    pub enabled: bool,
    /// Lower is tried first.
    pub precedence: Precedence,
    /// What must hold for it to be tried.
    pub matches: Match,
    /// Whom it chooses from.
    pub targets: Vec<NewTarget>,
    /// What happens when no target is usable.
    pub on_no_target: OnNoTarget,
}

/// One target of a new rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTarget {
    /// The connection.
    pub connection_id: ConnectionId,
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

/// A connection that a target names, as far as it exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetConnection {
    /// The connection.
    pub id: ConnectionId,
    /// Whose it is.
    pub operator_id: OperatorId,
}

/// A new rule. `connections` are those of its targets that exist.
///
/// # Errors
/// Every fault of its targets, with pointers into the rule's body.
pub fn create(
    command: Create,
    connections: &[TargetConnection],
    stamp: &Stamp,
) -> Result<(Rule, Change), Vec<Fault>> {
    let Create { name, enabled, precedence, matches, targets, on_no_target } = command;
    let targets = checked(targets, on_no_target, connections)?;
    let mut mint = stamp.mint();
    let by = stamp.actor().subject.clone();
    let rule = Rule::restore(RuleFields {
        id: mint.id(),
        name,
        enabled,
        precedence,
        matches,
        targets,
        on_no_target,
        version: 1,
        created_at: stamp.at(),
        created_by: by.clone(),
        updated_at: stamp.at(),
        updated_by: by,
    });
    let change = change_of(&rule, &mut mint, stamp);
    Ok((rule, change))
}

fn change_of(rule: &Rule, mint: &mut Mint<'_>, stamp: &Stamp) -> Change {
    let mut change = Change::new(ChangeName::RuleCreate, stamp).write(Write::Put(rule.clone()));
    if !rule.targets.is_empty() {
        let ids = rule.targets.iter().map(|target| target.connection_id).collect();
        change = change.expect(Expect::TargetsAlive(ids));
    }
    let differences = [
        Difference::set("name", &rule.name),
        Difference::set("precedence", rule.precedence),
        Difference::set("match", &rule.matches),
        Difference::set("targets", super::publish::target_ids(rule)),
    ];
    super::publish::publish(change, rule, differences, mint, stamp)
}

/// The targets with their operators.
fn checked(
    targets: Vec<NewTarget>,
    on_no_target: OnNoTarget,
    connections: &[TargetConnection],
) -> Result<Vec<Target>, Vec<Fault>> {
    let mut faults: Vec<_> = wrong_count(targets.len(), on_no_target).into_iter().collect();
    let operators: BTreeMap<_, _> = connections.iter().map(|known| (known.id, known.operator_id)).collect();
    let mut seen = BTreeSet::new();
    let mut checked = Vec::new();
    for (i, target) in targets.into_iter().enumerate() {
        let fault = |rule, message| Fault::new(format!("/targets/{i}/connection_id"), rule, message);
        if !seen.insert(target.connection_id) {
            faults.push(fault(Broken::Unique, "must name a connection that no other target names"));
        }
        match operators.get(&target.connection_id) {
            Some(operator_id) => checked.push(target.of(*operator_id)),
            None => faults.push(fault(Broken::UnknownConnection, "must name a connection that exists")),
        }
    }
    if faults.is_empty() { Ok(checked) } else { Err(faults) }
}

fn wrong_count(targets: usize, on_no_target: OnNoTarget) -> Option<Fault> {
    if targets == 0 && on_no_target != OnNoTarget::Reject {
        let message = "must have a target, unless on_no_target is reject";
        return Some(Fault::new("/targets", Broken::Combination, message));
    }
    (targets > limits::TARGETS_MAX).then(|| {
        let message = format!("must have at most {} entries", limits::TARGETS_MAX);
        Fault::new("/targets", Broken::Length, message)
    })
}

impl NewTarget {
    fn of(self, operator_id: OperatorId) -> Target {
        let Self { connection_id, tier, weight, enabled, failover_on, note } = self;
        Target { connection_id, operator_id, tier, weight, enabled, failover_on, note }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::{Value::Null, json};

    use super::*;
    use crate::{
        Text as _,
        audit::AuditEntry,
        change,
        event::{Changed, EventType, Updated},
        number_rule::Number as _,
        routing::sample::{connection_id, difference, minted, operator_id, stamp, told, written},
    };

    fn command(targets: &[u128], on_no_target: OnNoTarget) -> Create {
        Create {
            name: RuleName::parse("Germany").unwrap(),
            enabled: true,
            precedence: Precedence::default(),
            matches: serde_json::from_str(r#"{"destination":{"prefix":"49"}}"#).unwrap(),
            targets: targets.iter().map(|n| target(*n)).collect(),
            on_no_target,
        }
    }

    fn target(n: u128) -> NewTarget {
        NewTarget {
            connection_id: connection_id(n),
            tier: Tier::default(),
            weight: Weight::default(),
            enabled: true,
            failover_on: FailoverOn::default(),
            note: None,
        }
    }

    /// Connections 1 to 100; two in a row are of one operator.
    fn connections() -> Vec<TargetConnection> {
        (1..=100)
            .map(|n| TargetConnection { id: connection_id(n), operator_id: operator_id(n.div_ceil(2)) })
            .collect()
    }

    fn faults(targets: &[u128]) -> Vec<(String, Broken)> {
        let faults = create(command(targets, OnNoTarget::NextRule), &connections(), &stamp()).unwrap_err();
        faults.into_iter().map(|fault| (fault.pointer, fault.invalid.rule)).collect()
    }

    #[test]
    fn a_created_rule_has_its_values_and_the_operators_of_its_targets() {
        let bold = NewTarget {
            tier: Tier::parse(3).unwrap(),
            weight: Weight::parse(70).unwrap(),
            enabled: false,
            failover_on: FailoverOn::Degraded,
            note: Some(Note::parse("until the contract ends").unwrap()),
            ..target(3)
        };
        let command = Create {
            enabled: false,
            precedence: Precedence::parse(7).unwrap(),
            targets: vec![bold.clone(), target(1)],
            ..command(&[], OnNoTarget::Reject)
        };
        let (rule, _) = create(command.clone(), &connections(), &stamp()).unwrap();
        let expected = RuleFields {
            id: minted(0),
            name: command.name,
            enabled: false,
            precedence: command.precedence,
            matches: command.matches,
            targets: vec![bold.of(operator_id(2)), target(1).of(operator_id(1))],
            on_no_target: OnNoTarget::Reject,
            version: 1,
            created_at: Timestamp::UNIX_EPOCH,
            created_by: "test".into(),
            updated_at: Timestamp::UNIX_EPOCH,
            updated_by: "test".into(),
        };
        assert_eq!(rule.fields(), &expected);
    }

    #[test]
    fn a_created_rule_tells_each_operator_once_and_relies_on_its_connections() {
        let (rule, change) =
            create(command(&[3, 1, 2], OnNoTarget::NextRule), &connections(), &stamp()).unwrap();
        assert_eq!(rule.operators(), [operator_id(1), operator_id(2)]);
        assert_eq!((change.name, change.at), (ChangeName::RuleCreate, Timestamp::UNIX_EPOCH));
        assert_eq!(written(&change), &Write::Put(rule.clone()));
        let alive = Expect::TargetsAlive([3, 1, 2].map(connection_id).to_vec());
        assert_eq!(change.expects, [change::Expect::Routing(alive)]);

        let routing = || Updated { changes: vec![Changed::routing(rule.id)], operator: None };
        assert_eq!(told(&change), [(operator_id(1), routing()), (operator_id(2), routing())]);
        assert!(change.events.iter().all(|event| event.kind == EventType::Updated));
        assert_eq!(change.locked_operators(), rule.operators());
        assert!(change.moves_view);
    }

    #[test]
    fn the_audit_trail_shows_a_created_rule_under_the_operator_of_its_first_target() {
        let (rule, change) =
            create(command(&[3, 1], OnNoTarget::NextRule), &connections(), &stamp()).unwrap();
        // the rule and two events have theirs before it
        let id = minted(3);
        let entry = AuditEntry::new(id, ChangeName::RuleCreate, Some(operator_id(2)), rule.id, &stamp())
            .with([
                difference("name", Null, json!("Germany")),
                difference("precedence", Null, json!(1000)),
                difference("match", Null, json!({"destination":{"prefix":"49"},"network_source":"trusted"})),
                difference("targets", Null, json!([connection_id(3), connection_id(1)])),
            ]);
        assert_eq!(change.audit, [entry]);
    }

    #[test]
    fn a_rule_without_targets_is_a_block_rule_and_must_say_so() {
        assert_eq!(faults(&[]), [("/targets".into(), Broken::Combination)]);
        let (rule, change) = create(command(&[], OnNoTarget::Reject), &connections(), &stamp()).unwrap();
        assert!(rule.targets.is_empty() && rule.operators().is_empty());
        assert_eq!(written(&change), &Write::Put(rule));
        assert!(change.expects.is_empty() && change.events.is_empty());
        assert_eq!((change.audit.len(), change.audit[0].operator_id), (1, None));
        assert!(change.moves_view);
    }

    #[test]
    fn a_rule_that_rejects_may_have_targets_but_not_more_than_any_other() {
        let create = |targets| create(command(targets, OnNoTarget::Reject), &connections(), &stamp());
        let many: Vec<_> = (1..=65).collect();
        assert_eq!(create(&many[..64]).unwrap().0.targets.len(), 64);
        let fault = Fault::new("/targets", Broken::Length, "must have at most 64 entries");
        assert_eq!(create(&many).unwrap_err(), [fault]);
    }

    #[test]
    fn every_fault_of_the_targets_is_named_at_once() {
        let many: Vec<_> = (1..=65).collect();
        assert_eq!(faults(&many), [("/targets".into(), Broken::Length)]);
        assert!(create(command(&many[..64], OnNoTarget::NextRule), &connections(), &stamp()).is_ok());
        assert_eq!(
            faults(&[1, 777, 1]),
            [
                ("/targets/1/connection_id".into(), Broken::UnknownConnection),
                ("/targets/2/connection_id".into(), Broken::Unique),
            ]
        );
    }

    #[test]
    fn a_second_try_makes_the_same_rule() {
        let once = || create(command(&[1], OnNoTarget::NextRule), &connections(), &stamp()).unwrap().0;
        assert_eq!(once(), once());
    }
}
