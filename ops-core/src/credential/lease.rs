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

/// Decides a lease request and makes the change that must be committed before a secret is read: an entry per secret.
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
