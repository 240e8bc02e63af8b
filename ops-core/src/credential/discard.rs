//! Giving up a staged credential, so that another can be staged.

use super::{Credential, Stage, activate::moved};
use crate::{Change, Stamp, change::ChangeName};

/// The move is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a credential that is {from} cannot become {to}", to = Stage::Discarded)]
pub struct NotDiscarded {
    /// Where it stands.
    pub from: Stage,
}

/// The discarded credential, or nothing when it is discarded already.
///
/// # Errors
/// [`NotDiscarded`] unless it is staged.
pub fn discard(credential: &Credential, stamp: &Stamp) -> Result<Option<(Credential, Change)>, NotDiscarded> {
    match credential.stage {
        Stage::Discarded => return Ok(None),
        Stage::Staged => {}
        from @ (Stage::Active | Stage::Retired | Stage::Destroyed) => return Err(NotDiscarded { from }),
    }
    let next = Credential { stage: Stage::Discarded, ..credential.clone() };
    let change = Change::new(ChangeName::CredentialDiscard, stamp);
    Ok(Some((next.clone(), moved(change, credential, next, stamp))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        connection::testing::{assert_told, connection, differences},
        credential::{Expect, Write, testing::at},
        event::Changed,
        testing::stamp,
    };

    #[test]
    fn a_staged_credential_is_given_up_and_nothing_else_of_it_changes() {
        let connection = connection();
        let staged = at(&connection, Stage::Staged, 3);
        let (discarded, change) = discard(&staged, &stamp(4)).unwrap().unwrap();
        assert_eq!(discarded, Credential { stage: Stage::Discarded, ..staged.clone() });
        let [crate::change::Write::Credential(Write::Put(put))] = change.writes.as_slice() else {
            panic!("{:?}", change.writes)
        };
        assert_eq!(*put, discarded);
        assert_eq!(change.expects, [Expect::Stage(staged.id, Stage::Staged).into()]);
        let what = Changed::credential(connection.id);
        assert_told(&change, ChangeName::CredentialDiscard, &connection, what, staged.id, &stamp(4));
        assert_eq!(
            differences(&change),
            json!([
                ["connection_id", null, connection.id],
                ["version", null, 1],
                ["stage", "staged", "discarded"],
            ])
        );
    }

    #[test]
    fn what_is_discarded_already_stays_and_what_was_in_use_is_not_discarded() {
        let connection = connection();
        assert!(discard(&at(&connection, Stage::Discarded, 3), &stamp(4)).unwrap().is_none());
        for from in [Stage::Active, Stage::Retired, Stage::Destroyed] {
            let refused = discard(&at(&connection, from, 3), &stamp(4)).unwrap_err();
            assert_eq!(refused, NotDiscarded { from });
            assert_eq!(refused.to_string(), format!("a credential that is {from} cannot become discarded"));
        }
    }
}
