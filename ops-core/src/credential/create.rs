//! Storing a credential: the first of a connection is active at once, a later one is staged.

use super::{Credential, Note, Stage, SystemId, Write};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    connection::{self, Connection},
    event::{Changed, Event},
    id::CredentialId,
    limits,
};

/// The values of a new credential, but its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    /// The account's name.
    pub system_id: SystemId,
    /// For people.
    pub note: Option<Note>,
}

/// Why a credential is not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotStored {
    /// One is staged already.
    #[error("version {version} is staged already")]
    AlreadyStaged {
        /// The staged one.
        version: i64,
    },
    /// Receipts of the old account come only to the old account.
    #[error("another system_id is another account: create a connection for it")]
    NewAccountNeedsNewConnection,
}

/// A new credential of a connection that has `existing` ones. The id is minted first, so that the secret can be put
/// under it before this is committed.
///
/// # Errors
/// [`NotStored`].
pub fn create(
    connection: &Connection,
    existing: &[Credential],
    command: Create,
    stamp: &Stamp,
) -> Result<(Credential, Change), NotStored> {
    let active = existing.iter().find(|credential| credential.stage == Stage::Active);
    if let Some(staged) = existing.iter().find(|credential| credential.stage == Stage::Staged) {
        return Err(NotStored::AlreadyStaged { version: staged.version });
    }
    if active.is_some_and(|active| active.system_id != command.system_id) {
        return Err(NotStored::NewAccountNeedsNewConnection);
    }
    let mut mint = stamp.mint();
    let credential = Credential {
        id: mint.id::<CredentialId>(),
        operator_id: connection.operator_id,
        connection_id: connection.id,
        version: existing.iter().map(|credential| credential.version).max().unwrap_or(0) + 1,
        stage: if active.is_some() { Stage::Staged } else { Stage::Active },
        system_id: command.system_id,
        note: command.note,
        created_at: stamp.at(),
        created_by: stamp.actor().subject.clone(),
        activated_at: active.is_none().then_some(stamp.at()),
        retired_at: None,
        expires_at: None,
        retire_after_s: limits::RETIRE_AFTER_DAYS * 24 * 3600,
    };
    let entry = AuditEntry::new(
        mint.id(),
        ChangeName::CredentialCreate,
        Some(connection.operator_id),
        credential.id,
        stamp,
    )
    .with([
        Difference::set("connection_id", connection.id),
        Difference::set("version", credential.version),
        Difference::set("stage", credential.stage),
        Difference::set("system_id", &credential.system_id),
    ]);
    let change = Change::new(ChangeName::CredentialCreate, stamp)
        .expect(connection::Expect::Alive(connection.id))
        .write(Write::Insert(credential.clone()))
        .event(Event::updated(
            mint.id(),
            connection.operator_id,
            vec![Changed::credential(connection.id)],
            None,
        ))
        .audit(entry);
    Ok((credential, change))
}
