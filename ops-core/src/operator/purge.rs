//! Purging a deleted operator, in two changes with the secret store between them: first its contacts are erased and its
//! credentials given up, so that no restore can find half of it; then, when the last secret is destroyed, that is noted.
//! Each step may fail or run twice. The row stays as a tombstone.

use super::{Contacts, Expect, Operator, Write};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    event::{Changed, Event},
};

/// Contacts erased, credentials given up; nothing when it is not due, or was done before.
#[must_use]
pub fn erase(operator: &Operator, stamp: &Stamp) -> Option<(Operator, Change)> {
    let due = operator.purge_after.is_some_and(|after| after <= stamp.at());
    if operator.deleted_at.is_none() || !due || operator.erased_at.is_some() {
        return None;
    }
    let next = operator.changed(stamp, |fields| {
        fields.about.contacts = Contacts::default();
        fields.erased_at = Some(stamp.at());
    });
    let change = purged(ChangeName::OperatorErase, "erased_at", operator, &next, stamp);
    Some((next, change.write(Write::DestroyCredentials(operator.id))))
}

/// The secret store has destroyed every secret; nothing when it was noted before.
#[must_use]
pub fn purge(operator: &Operator, stamp: &Stamp) -> Option<(Operator, Change)> {
    if operator.erased_at.is_none() || operator.purged_at.is_some() {
        return None;
    }
    let next = operator.changed(stamp, |fields| fields.purged_at = Some(stamp.at()));
    let change = purged(ChangeName::OperatorPurge, "purged_at", operator, &next, stamp);
    Some((next, change))
}

fn purged(name: ChangeName, field: &str, was: &Operator, is: &Operator, stamp: &Stamp) -> Change {
    let mut mint = stamp.mint();
    let event = Event::updated(mint.id(), is.id, vec![Changed::profile([field.to_owned()])], Some(is));
    let entry = AuditEntry::about_operator(mint.id(), name, is, stamp);
    Change::new(name, stamp)
        .expect(Expect::Deleted(was.id, was.version))
        .write(Write::Put(is.clone()))
        .event(event)
        .audit(entry.with([Difference::set(field, stamp.at())]))
}
