//! Deleting a connection, when no rule targets it. Its name is free then, and its credentials are given up.

use super::{Connection, Expect, Write};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    event::{Changed, Event},
    id::RuleId,
};

/// Rules target it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("routing rules target this connection; delete or retarget them first")]
pub struct InUse {
    /// Some of these rules.
    pub rules: Vec<RuleId>,
}

/// The deletion.
///
/// # Errors
/// [`InUse`].
pub fn delete(connection: &Connection, targeting_rules: &[RuleId], stamp: &Stamp) -> Result<Change, InUse> {
    if !targeting_rules.is_empty() {
        return Err(InUse { rules: targeting_rules.to_vec() });
    }
    let next = connection.changed(stamp, |fields| fields.deleted_at = Some(stamp.at()));
    let mut mint = stamp.mint();
    let name = ChangeName::ConnectionDelete;
    let entry = AuditEntry::new(mint.id(), name, Some(next.operator_id), next.id, stamp);
    Ok(Change::new(name, stamp)
        .expect(Expect::Version(connection.id, connection.version))
        .expect(Expect::NotTargeted(connection.id))
        .write(Write::Put(next.clone()))
        .write(Write::DestroyCredentials(connection.id))
        .event(Event::updated(mint.id(), next.operator_id, vec![Changed::connection(next.id)], None))
        .audit(entry.with([Difference::set("deleted_at", stamp.at())]))
        .moving_view())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::{
        connection::{
            Fields,
            testing::{assert_told, connection, differences},
        },
        testing::stamp,
    };

    #[test]
    fn a_connection_that_no_rule_targets_is_deleted_and_its_credentials_are_given_up() {
        let connection = connection();
        let change = delete(&connection, &[], &stamp(2)).unwrap();
        let [
            crate::change::Write::Connection(Write::Put(put)),
            crate::change::Write::Connection(Write::DestroyCredentials(of)),
        ] = change.writes.as_slice()
        else {
            panic!("{:?}", change.writes)
        };
        let deleted = Fields { version: 2, deleted_at: Some(stamp(2).at()), ..connection.fields().clone() };
        assert_eq!((put.fields(), *of), (&deleted, connection.id));
        let relies_on = [Expect::Version(connection.id, 1), Expect::NotTargeted(connection.id)];
        assert_eq!(change.expects, relies_on.map(Into::into));
        let what = Changed::connection(connection.id);
        assert_told(&change, ChangeName::ConnectionDelete, &connection, what, connection.id, &stamp(2));
        assert_eq!(differences(&change), json!([["deleted_at", null, stamp(2).at()]]));
        assert!(change.moves_view);
    }

    #[test]
    fn a_connection_that_rules_target_is_not_deleted_and_they_are_named() {
        let rules = [1, 2].map(|n| RuleId::from(Uuid::from_u128(n)));
        let refused = delete(&connection(), &rules, &stamp(2)).unwrap_err();
        assert_eq!(refused, InUse { rules: rules.to_vec() });
    }
}
