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
    use super::*;
    use crate::{
        connection::{self, Connection},
        credential::create::{self, Create},
        operator, testing,
    };

    fn connection() -> Connection {
        let (operator, _) = operator::create::create(testing::create_operator("acme"), &testing::stamp(1));
        let command = testing::create_connection("main", "smsc.example.net");
        connection::create::create(
            &operator,
            command,
            &connection::DeniedCidrs::default(),
            &testing::stamp(2),
        )
        .unwrap()
        .0
    }

    fn stored(connection: &Connection, existing: &[Credential], seed: u8) -> Credential {
        let command = Create { system_id: testing::text("sys"), note: None, long_password: false };
        create::create(connection, existing, command, &testing::stamp(seed)).unwrap().0
    }

    #[test]
    fn the_staged_one_becomes_active_and_the_active_one_is_retired_before_it() {
        let connection = connection();
        let first = stored(&connection, &[], 3);
        let second = stored(&connection, std::slice::from_ref(&first), 4);
        assert_eq!((first.stage, second.stage), (Stage::Active, Stage::Staged));
        let all = [first.clone(), second.clone()];
        let (active, change) = activate(&second, &all, &testing::stamp(5)).unwrap().unwrap();
        assert_eq!((active.stage, active.activated_at), (Stage::Active, Some(testing::stamp(5).at())));
        let stages: Vec<_> = change
            .writes
            .iter()
            .map(|write| match write {
                crate::change::Write::Credential(Write::Put(put)) => (put.version, put.stage),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(stages, [(1, Stage::Retired), (2, Stage::Active)]);
        assert!(activate(&first, &all, &testing::stamp(6)).unwrap().is_none(), "it is active already");
    }

    #[test]
    fn what_was_retired_or_given_up_is_not_activated() {
        let connection = connection();
        for stage in [Stage::Retired, Stage::Discarded, Stage::Destroyed] {
            let credential = Credential { stage, ..stored(&connection, &[], 3) };
            assert_eq!(
                activate(&credential, &[], &testing::stamp(4)).unwrap_err(),
                NotActivated { from: stage }
            );
        }
    }
}
