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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::{
        event::{Data, OperatorView, Updated},
        operator::{
            Contact, Level, Role, Status,
            testing::{next, standing_with},
        },
        testing::{
            decision::{MOMENT, Told, colleague, difference, hours},
            text,
        },
    };

    fn stored(deleted_at: Option<Timestamp>, purge_after: Option<Timestamp>) -> Operator {
        let contact = Contact {
            role: Role::Noc,
            level: Level::default(),
            name: text("Ada"),
            email: Some(text("ada@example.net")),
            phone: None,
            hours: None,
        };
        standing_with(Status::Deleted, |fields| {
            fields.about.legal_name = Some(text("Acme AG"));
            fields.about.contacts = Contacts::parse(vec![contact]).unwrap();
            fields.deleted_at = deleted_at;
            fields.purge_after = purge_after;
        })
    }

    /// What both steps tell: one field of a deleted operator was set.
    fn told(name: ChangeName, field: &str, before: &Operator, after: &Operator) -> Told {
        let changes = vec![Changed::profile([field.to_owned()])];
        let view = Some(OperatorView::of(after));
        let differences = vec![difference(field, json!(null), json!(after.updated_at))];
        Told {
            name,
            expects: vec![Expect::Deleted(before.id, before.version).into()],
            writes: vec![Write::Put(after.clone()).into()],
            events: vec![(before.id, Data::Updated(Updated { changes, operator: view }))],
            audit: vec![(name, Some(before.id), before.id.into(), differences)],
            moves_view: false,
        }
    }

    #[test]
    fn when_its_time_is_over_the_contacts_are_erased_and_the_credentials_given_up_once() {
        let deleted = stored(Some(hours(0)), Some(hours(1)));
        assert!(erase(&deleted, &colleague(hours(1) - MOMENT)).is_none());
        for at in [hours(1), hours(1) + MOMENT] {
            let (after, change) = erase(&deleted, &colleague(at)).unwrap();
            let erased = next(&deleted, at, |fields| {
                fields.about.contacts = Contacts::default();
                fields.erased_at = Some(at);
            });
            assert_eq!(after, erased, "nothing but the contacts is lost");
            let mut told = told(ChangeName::OperatorErase, "erased_at", &deleted, &erased);
            told.writes.push(Write::DestroyCredentials(deleted.id).into());
            told.is(&change, at);
            assert!(erase(&after, &colleague(hours(9))).is_none(), "once");
        }
    }

    #[test]
    fn what_is_not_deleted_or_has_no_end_is_not_erased() {
        for (deleted_at, purge_after) in [(None, Some(hours(1))), (Some(hours(0)), None), (None, None)] {
            assert!(erase(&stored(deleted_at, purge_after), &colleague(hours(9))).is_none());
        }
    }

    #[test]
    fn a_purge_is_noted_once_after_the_erasure() {
        let deleted = stored(Some(hours(0)), Some(hours(1)));
        assert!(purge(&deleted, &colleague(hours(2))).is_none(), "secrets are still there");
        let (erased, _) = erase(&deleted, &colleague(hours(2))).unwrap();
        let (after, change) = purge(&erased, &colleague(hours(3))).unwrap();
        let purged = next(&erased, hours(3), |fields| fields.purged_at = Some(hours(3)));
        assert_eq!(after, purged);
        told(ChangeName::OperatorPurge, "purged_at", &erased, &purged).is(&change, hours(3));
        assert!(purge(&after, &colleague(hours(4))).is_none(), "once");
    }
}
