//! Taking a staged credential into use; the one that was active is retired and kept for a rollback.

use super::{Credential, Expect, Stage, Write};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    event::{Changed, Event},
};

/// The move is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a credential that is {from} cannot become {to}", to = Stage::Active)]
pub struct NotActivated {
    /// Where it stands.
    pub from: Stage,
}

/// The active credential, or nothing when it is active already. `others` are the connection's other credentials.
///
/// # Errors
/// [`NotActivated`] unless it is staged.
pub fn activate(
    credential: &Credential,
    others: &[Credential],
    stamp: &Stamp,
) -> Result<Option<(Credential, Change)>, NotActivated> {
    match credential.stage {
        Stage::Active => return Ok(None),
        Stage::Staged => {}
        from @ (Stage::Retired | Stage::Discarded | Stage::Destroyed) => return Err(NotActivated { from }),
    }
    let mut change = Change::new(ChangeName::CredentialActivate, stamp);
    // first, because only one may be active at a time
    for active in others.iter().filter(|other| other.stage == Stage::Active && other.id != credential.id) {
        let retired = Credential { stage: Stage::Retired, retired_at: Some(stamp.at()), ..active.clone() };
        change = change.expect(Expect::Stage(active.id, Stage::Active)).write(Write::Put(retired));
    }
    let next = Credential { stage: Stage::Active, activated_at: Some(stamp.at()), ..credential.clone() };
    Ok(Some((next.clone(), moved(change, credential, next, stamp))))
}

/// What every move of a stage shares.
pub(super) fn moved(change: Change, before: &Credential, after: Credential, stamp: &Stamp) -> Change {
    let mut mint = stamp.mint();
    let (operator, connection) = (after.operator_id, after.connection_id);
    let entry = AuditEntry::new(mint.id(), change.name, Some(operator), after.id, stamp)
        .with([Difference::set("connection_id", connection), Difference::set("version", after.version)])
        .with(Difference::between("stage", &before.stage, &after.stage));
    change
        .expect(Expect::Stage(before.id, before.stage))
        .write(Write::Put(after))
        .event(Event::updated(mint.id(), operator, vec![Changed::credential(connection)], None))
        .audit(entry)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        connection::testing::{assert_told, connection, differences},
        credential::testing::{at, stored},
        testing::stamp,
    };

    #[test]
    fn the_staged_one_becomes_active_and_the_active_one_is_retired_before_it() {
        let connection = connection();
        let retired = at(&connection, Stage::Retired, 2);
        let first = stored(&connection, std::slice::from_ref(&retired), 3);
        let second = stored(&connection, std::slice::from_ref(&first), 4);
        assert_eq!((first.stage, second.stage), (Stage::Active, Stage::Staged));
        let now = stamp(5);
        let (active, change) =
            activate(&second, &[retired, first.clone(), second.clone()], &now).unwrap().unwrap();
        let expected = Credential { stage: Stage::Active, activated_at: Some(now.at()), ..second.clone() };
        assert_eq!(active, expected);
        let [
            crate::change::Write::Credential(Write::Put(before)),
            crate::change::Write::Credential(Write::Put(after)),
        ] = change.writes.as_slice()
        else {
            panic!("{:?}", change.writes)
        };
        let replaced = Credential { stage: Stage::Retired, retired_at: Some(now.at()), ..first.clone() };
        assert_eq!((before, after), (&replaced, &active));
        let relies_on = [Expect::Stage(first.id, Stage::Active), Expect::Stage(second.id, Stage::Staged)];
        assert_eq!(change.expects, relies_on.map(Into::into));
        let what = Changed::credential(connection.id);
        assert_told(&change, ChangeName::CredentialActivate, &connection, what, second.id, &now);
        assert_eq!(
            differences(&change),
            json!([
                ["connection_id", null, connection.id],
                ["version", null, second.version],
                ["stage", "staged", "active"],
            ])
        );
        assert!(!change.moves_view);
    }

    #[test]
    fn what_is_active_already_stays_and_what_was_retired_or_given_up_is_not_activated() {
        let connection = connection();
        let active = at(&connection, Stage::Active, 3);
        assert!(activate(&active, std::slice::from_ref(&active), &stamp(4)).unwrap().is_none());
        for from in [Stage::Retired, Stage::Discarded, Stage::Destroyed] {
            let refused = activate(&at(&connection, from, 3), &[], &stamp(4)).unwrap_err();
            assert_eq!(refused, NotActivated { from });
            assert_eq!(refused.to_string(), format!("a credential that is {from} cannot become active"));
        }
    }
}
