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
