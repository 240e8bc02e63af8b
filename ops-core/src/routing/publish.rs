//! What others learn of a created or deleted rule: its operators by event, the audit trail, and every resolve.

use super::Rule;
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    event::{Changed, Event},
    id::ConnectionId,
    stamp::Mint,
};

/// The change with one event for each operator that the rule targets and one audit entry; it moves the view.
pub(super) fn publish(
    mut change: Change,
    rule: &Rule,
    differences: impl IntoIterator<Item = Difference>,
    mint: &mut Mint<'_>,
    stamp: &Stamp,
) -> Change {
    for operator_id in rule.operators() {
        change = change.event(Event::updated(mint.id(), operator_id, vec![Changed::routing(rule.id)], None));
    }
    let first_operator = rule.targets.first().map(|target| target.operator_id);
    let entry = AuditEntry::new(mint.id(), change.name, first_operator, rule.id, stamp).with(differences);
    change.audit(entry).moving_view()
}

/// The connections of a rule, as the audit trail shows them.
pub(super) fn target_ids(rule: &Rule) -> Vec<ConnectionId> {
    rule.targets.iter().map(|target| target.connection_id).collect()
}
