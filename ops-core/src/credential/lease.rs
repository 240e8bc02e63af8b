//! Leasing secrets: which connections of a request may have theirs, and the audit entries that come before any secret.

use super::{Credential, Stage};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    connection::Connection,
    id::ConnectionId,
    operator::{
        Operator,
        flow::{self, NotLeased, Standing},
    },
    text_rule::word_list,
};

/// A connection that was asked for, as it was found.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Which.
    pub connection_id: ConnectionId,
    /// Its operator and itself, unless there is no such connection or the caller has no right to it.
    pub found: Option<(Operator, Connection)>,
    /// Its credentials.
    pub credentials: Vec<Credential>,
}

/// What a request is answered.
#[derive(Debug, Default)]
pub struct Decision {
    /// To be read from the secret store and served.
    pub granted: Vec<Credential>,
    /// Not served, and why.
    pub refused: Vec<(ConnectionId, Refused)>,
}

word_list! {
    /// Why a connection's secret is not served.
    Refused {
        /// No such connection, or no right to it: the two look alike from outside.
        NotFound = "not_found",
        /// Its operator is deleted.
        OperatorDeleted = "operator_deleted",
        /// Its operator is suspended, and receipts are no longer awaited.
        OperatorSuspended = "operator_suspended",
        /// The connection is disabled.
        ConnectionDisabled = "connection_disabled",
        /// It has no credential of that stage.
        NoCredential = "no_credential",
    }
}

/// Decides a lease request and makes the change that must be committed before a secret is served: an entry per secret.
#[must_use]
pub fn lease(asked: Vec<Asked>, stage: Stage, stamp: &Stamp) -> (Decision, Change) {
    let mut decision = Decision::default();
    let mut change = Change::new(ChangeName::CredentialLease, stamp);
    let mut mint = stamp.mint();
    for asked in asked {
        match one(&asked, stage, stamp) {
            Ok(credential) => {
                let operator = Some(credential.operator_id);
                let entry =
                    AuditEntry::new(mint.id(), ChangeName::CredentialLease, operator, credential.id, stamp)
                        .with([
                            Difference::set("connection_id", credential.connection_id),
                            Difference::set("version", credential.version),
                            Difference::set("stage", credential.stage),
                        ]);
                change = change.audit(entry);
                decision.granted.push(credential);
            }
            Err(refused) => decision.refused.push((asked.connection_id, refused)),
        }
    }
    (decision, change)
}

fn one(asked: &Asked, stage: Stage, stamp: &Stamp) -> Result<Credential, Refused> {
    let (operator, connection) = asked.found.as_ref().ok_or(Refused::NotFound)?;
    let standing = Standing {
        operator: operator.status,
        receipts_until: operator.receipts_until,
        connection: connection.status,
        // sessions and secrets are as before in a planned window
        in_maintenance: false,
    };
    flow::flow(standing, stamp.at()).lease.map_err(|why| match why {
        NotLeased::OperatorDeleted => Refused::OperatorDeleted,
        NotLeased::OperatorSuspended => Refused::OperatorSuspended,
        NotLeased::ConnectionDisabled => Refused::ConnectionDisabled,
    })?;
    if connection.deleted_at.is_some() {
        return Err(Refused::NotFound);
    }
    asked
        .credentials
        .iter()
        .find(|credential| credential.stage == stage)
        .cloned()
        .ok_or(Refused::NoCredential)
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::{
        connection::{self, testing::stored},
        credential::testing::at,
        operator::{self, Status, testing::standing},
        testing::stamp,
    };

    fn now() -> Timestamp {
        stamp(1).at()
    }

    /// A connection that was asked for and has a credential of each stage.
    fn asked(operator: Operator, connection: Connection) -> Asked {
        let credentials =
            [Stage::Retired, Stage::Staged, Stage::Active].map(|stage| at(&connection, stage, 2)).to_vec();
        Asked { connection_id: connection.id, found: Some((operator, connection)), credentials }
    }

    fn suspended(receipts_until: Option<Timestamp>) -> Operator {
        let fields = standing(Status::Suspended).fields().clone();
        Operator::restore(operator::Fields { receipts_until, ..fields })
    }

    /// Why the secret of one connection is not served.
    fn told(operator: Operator, connection: Connection) -> Result<(), Refused> {
        let (decision, change) = lease(vec![asked(operator, connection)], Stage::Active, &stamp(3));
        assert_eq!(
            change.audit.len(),
            decision.granted.len(),
            "an entry for each secret and for nothing else"
        );
        decision.refused.first().map_or(Ok(()), |(_, why)| Err(*why))
    }

    #[test]
    fn a_secret_is_served_only_where_something_may_flow() {
        let here = |status| stored(|fields| fields.status = status);
        let enabled = || here(connection::Status::Enabled);
        let (later, over) = (now() + SignedDuration::from_nanos(1000), now());
        for (operator, connection, told_is) in [
            (standing(Status::Active), enabled(), Ok(())),
            (standing(Status::Draft), enabled(), Ok(())),
            (standing(Status::Maintenance), enabled(), Ok(())),
            (standing(Status::Active), here(connection::Status::Draining), Ok(())),
            (standing(Status::Active), here(connection::Status::Disabled), Err(Refused::ConnectionDisabled)),
            (suspended(Some(later)), enabled(), Ok(())),
            (suspended(Some(over)), enabled(), Err(Refused::OperatorSuspended)),
            (suspended(None), enabled(), Err(Refused::OperatorSuspended)),
            (standing(Status::Deleted), enabled(), Err(Refused::OperatorDeleted)),
            (
                standing(Status::Active),
                stored(|fields| fields.deleted_at = Some(now())),
                Err(Refused::NotFound),
            ),
        ] {
            let status = operator.status;
            assert_eq!(told(operator, connection), told_is, "{status}");
        }
    }

    #[test]
    fn each_secret_that_is_served_has_its_entry_and_one_refusal_does_not_stop_the_others() {
        let connection = stored(|_| {});
        let good = asked(standing(Status::Active), connection.clone());
        let unknown = Asked {
            connection_id: Uuid::from_u128(7).into(),
            found: None,
            credentials: good.credentials.clone(),
        };
        let bare = Asked { credentials: vec![at(&connection, Stage::Active, 2)], ..good.clone() };
        let (decision, change) = lease(vec![unknown, good, bare], Stage::Staged, &stamp(3));
        let staged = at(&connection, Stage::Staged, 2);
        assert_eq!(decision.granted.as_slice(), std::slice::from_ref(&staged));
        assert_eq!(
            decision.refused,
            [(Uuid::from_u128(7).into(), Refused::NotFound), (connection.id, Refused::NoCredential)]
        );
        let [entry] = change.audit.as_slice() else { panic!("{:?}", change.audit) };
        let bare = AuditEntry::new(
            entry.id,
            ChangeName::CredentialLease,
            Some(connection.operator_id),
            staged.id,
            &stamp(3),
        );
        assert_eq!(*entry, bare.with(entry.changes.clone()));
        assert_eq!(
            connection::testing::differences(&change),
            json!([["connection_id", null, connection.id], ["version", null, 1], ["stage", null, "staged"]])
        );
        assert_eq!(change.name, ChangeName::CredentialLease);
        assert!(change.writes.is_empty() && change.events.is_empty() && change.expects.is_empty());
    }
}
