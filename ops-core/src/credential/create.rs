//! Storing a credential: the first of a connection is active at once, a later one is staged.

use super::{Credential, Note, Stage, SystemId, Write};
use crate::{
    Change, Fault, InvalidRule, Stamp, Text as _,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    connection::{self, Connection, Protocol, SpecField, spec_override::allows},
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
    /// Whether its password is longer than SMPP allows ([`super::Password::is_long`]).
    pub long_password: bool,
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
    /// It is longer than SMPP allows, and no spec override of the connection says why.
    #[error("values are refused")]
    Refused(Vec<Fault>),
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
    let faults = beyond_the_standard(connection, &command, stamp);
    if !faults.is_empty() {
        return Err(NotStored::Refused(faults));
    }
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

/// What SMPP does not allow, unless an override of the connection does; HTTP has no such limits.
fn beyond_the_standard(connection: &Connection, command: &Create, stamp: &Stamp) -> Vec<Fault> {
    if connection.profile.protocol() != Protocol::Smpp {
        return Vec::new();
    }
    let long_system_id = command.system_id.as_str().len() > limits::SMPP_SYSTEM_ID_MAX;
    let lengths = [
        (long_system_id, SpecField::SystemId, limits::SMPP_SYSTEM_ID_MAX),
        (command.long_password, SpecField::Password, limits::SMPP_PASSWORD_MAX),
    ];
    let refused = |(is_long, field, most): (bool, SpecField, usize)| {
        let message = format!(
            "must have at most {most} octets; more takes an entry `{field}` in the connection's spec_overrides"
        );
        (is_long && !allows(&connection.spec_overrides, field, stamp.at()))
            .then(|| Fault::new(format!("/{field}"), InvalidRule::Override, message))
    };
    lengths.into_iter().filter_map(refused).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        connection::Fields,
        testing::{create_connection, stamp, text},
    };

    fn connection(overrides: serde_json::Value, profile: Option<serde_json::Value>) -> Connection {
        let operator = crate::operator::testing::standing(crate::operator::Status::Draft);
        let command = create_connection("main", "smsc.example.net");
        let denied = connection::DeniedCidrs::default();
        let (created, _) = connection::create::create(&operator, command, &denied, &stamp(1)).unwrap();
        let mut fields: Fields = created.fields().clone();
        fields.spec_overrides = serde_json::from_value(overrides).unwrap();
        if let Some(profile) = profile {
            fields.profile = serde_json::from_value(profile).unwrap();
        }
        Connection::restore(fields)
    }

    fn told(of: &Connection, system_id: &str, long_password: bool) -> Vec<String> {
        let command = Create { system_id: text(system_id), note: None, long_password };
        match create(of, &[], command, &stamp(2)) {
            Err(NotStored::Refused(faults)) => faults.into_iter().map(|fault| fault.pointer).collect(),
            other => other.map(|_| Vec::new()).unwrap(),
        }
    }

    #[test]
    fn what_smpp_does_not_allow_takes_an_override_of_the_connection_that_holds_now() {
        let (last, beyond) = ("a".repeat(15), "a".repeat(16));
        let plain = connection(json!([]), None);
        assert!(told(&plain, &last, false).is_empty());
        assert_eq!(told(&plain, &beyond, true), ["/system_id", "/password"]);
        let lifted = |field: &str, expires_at: &str| json!({"field": field, "reason": "the operator says so", "reference": "T-1", "expires_at": expires_at});
        let later = "2100-01-01T00:00:00Z";
        let both = connection(json!([lifted("system_id", later), lifted("password", later)]), None);
        assert!(told(&both, &beyond, true).is_empty());
        let over = connection(json!([lifted("password", "2000-01-01T00:00:00Z")]), None);
        assert_eq!(told(&over, &last, true), ["/password"]);
        let http = json!({"http": {"base_url": "https://api.example.net", "auth": "bearer"}});
        assert!(told(&connection(json!([]), Some(http)), &beyond, true).is_empty());
    }
}
